# shellcheck shell=bash disable=SC2034,SC2154 # run and lib/*.sh share names
#
# PowerDNS Recursor with an RPZ that it reads from a file.

recursor_title() { echo "PowerDNS Recursor, RPZ"; }
recursor_packages() { echo pdns-recursor; }
recursor_version() {
	pdns_recursor --version 2>&1 | grep -o 'PowerDNS Recursor [^ ]*' |
		head -n 1
}
recursor_octets() { echo 383 850; }
recursor_lists() {
	mkdir -p "$scratch/recursor"
	[[ -f $scratch/rpz.list ]] || rpz_lists
}
recursor_start() {
	local dir=$scratch/recursor
	cp "$scratch/rpz.list" "$dir/rpz.zone"
	: >"$dir/rpz.lua"
	[[ $2 == none ]] ||
		echo "rpzFile(\"$dir/rpz.zone\", {policyName=\"rpz\"})" \
			>"$dir/rpz.lua"
	cat >"$dir/recursor.conf" <<-END
		allow-from=127.0.0.0/8
		config-dir=$dir
		socket-dir=$dir
		daemon=no
		disable-syslog=yes
		dnssec=off
		dont-query=
		forward-zones-recurse=.=$net.$UPSTREAM
		local-address=$1
		lua-config-file=$dir/rpz.lua
		max-cache-entries=2000000
		pdns-distributes-queries=no
		threads=1
		security-poll-suffix=
	END
	began=$(now_us)
	start recursor pdns_recursor --config-dir="$dir"
}
# What it has in its packet cache it would go on to answer, so that is wiped
# of the name, as an operator would have to do.
recursor_change() {
	local dir=$scratch/recursor command
	rpz_zone 2 "$names" >"$dir/rpz.new"
	rpz_record "$changed" >>"$dir/rpz.new"
	began=$(now_us)
	mv "$dir/rpz.new" "$dir/rpz.zone"
	for command in reload-lua-config "wipe-cache $changed"; do
		# shellcheck disable=SC2086 # a word for each argument
		rec_control --timeout=3600 --config-dir="$dir" \
			--socket-dir="$dir" $command >>"$scratch/log/control"
	done
}
