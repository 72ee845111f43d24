# shellcheck shell=bash disable=SC2034,SC2154 # run and lib/*.sh share names
#
# BIND with an RPZ that it reads from a file.

bind_title() { echo "BIND, RPZ"; }
bind_packages() { echo bind9; }
bind_version() { named -v; }
bind_octets() { echo 911 1600; }
bind_lists() {
	mkdir -p "$scratch/bind"
	[[ -f $scratch/rpz.list ]] || rpz_lists
}
bind_start() {
	local dir=$scratch/bind policy='' zone=''
	cp "$scratch/rpz.list" "$dir/rpz.zone"
	[[ $2 == none ]] || {
		policy='response-policy { zone "rpz"; }
			qname-wait-recurse no min-update-interval 0;'
		zone='zone "rpz" { type primary; file "rpz.zone"; };'
	}
	bind_key >"$dir/rndc.key"
	cat >"$dir/named.conf" <<-END
		include "$dir/rndc.key";
		controls {
			inet $1 port 953 allow { any; } keys { "bench"; };
		};
		options {
			directory "$dir";
			pid-file none;
			session-keyfile none;
			listen-on { $1; };
			listen-on-v6 { none; };
			query-source address $1;
			allow-query { any; };
			recursion yes;
			forward only;
			forwarders { $net.$UPSTREAM; };
			dnssec-validation no;
			empty-zones-enable no;
			$policy
		};
		$zone
	END
	# It listens on no address that no interface has.
	ip address add "$1/32" dev lo 2>/dev/null || true
	bind_address=$1
	began=$(now_us)
	start bind named -g -n 1 -c "$dir/named.conf"
}
bind_key() {
	echo 'key "bench" { algorithm hmac-sha256;'
	echo "	secret \"$(head -c 32 /dev/urandom | base64)\"; };"
}
bind_change() {
	local dir=$scratch/bind
	rpz_zone 2 "$names" >"$dir/rpz.new"
	rpz_record "$changed" >>"$dir/rpz.new"
	began=$(now_us)
	mv "$dir/rpz.new" "$dir/rpz.zone"
	rndc -s "$bind_address" -k "$dir/rndc.key" reload rpz \
		>>"$scratch/log/control"
}
