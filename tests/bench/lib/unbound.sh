# shellcheck shell=bash disable=SC2034,SC2154 # run and lib/*.sh share names
#
# Unbound, one and the same program: with palang, without any list, with an
# RPZ, with local zones.  A list is always given as what costs least: every
# name, and all below it, does not exist.

# unbound_write NAME ADDRESS MODULES [TEXT]: its configuration.
unbound_write() {
	cat >"$scratch/$1.conf" <<-END
		server:
			directory: "$scratch"
			username: ""
			chroot: ""
			use-syslog: no
			logfile: ""
			num-threads: ${THREADS:-1}
			interface: $2@53
			do-ip6: no
			do-not-query-localhost: no
			access-control: 127.0.0.0/8 allow
			module-config: "$3"
			msg-cache-size: 800m
			rrset-cache-size: 1600m
			ede: yes
		remote-control:
			control-enable: yes
			control-interface: "$scratch/$1.ctl"
			control-use-cert: no
		forward-zone:
			name: "."
			forward-addr: $net.$UPSTREAM
		${4-}
	END
}

# unbound_launch NAME: by the command in WRAPPER, if there is one.
unbound_launch() {
	local wrapper=()
	read -rd '' -a wrapper <<<"${WRAPPER-}" || true
	start "$1" env PALANG_DIR="${live:-/nonexistent}" PALANG_INSTANCE="$1" \
		PALANG_SAME_USER=1 "${wrapper[@]}" "$UNBOUND_TREE/unbound" \
		-d -p -c "$scratch/$1.conf"
}

unbound_control() {
	local daemon=$1
	shift
	"$UNBOUND_TREE/unbound-control" -c "$scratch/$daemon.conf" "$@" \
		>>"$scratch/log/control"
}

# ---- the same without palang ----

plain_title() { echo "Unbound, no list"; }
plain_packages() { :; }
plain_version() { "$UNBOUND_TREE/unbound" -V | head -n 1; }
plain_octets() { echo 0 0; }
plain_lists() { :; }
plain_start() {
	unbound_write plain "$1" "validator iterator"
	began=$(now_us)
	unbound_launch plain
}

# ---- RPZ ----

rpz_title() { echo "Unbound, RPZ"; }
rpz_packages() { :; }
rpz_version() { plain_version; }
rpz_octets() { echo 1206 1300; } # it drops the old list first
rpz_lists() {
	rpz_zone 1 "$names" >"$scratch/rpz.list"
}
rpz_start() {
	local text=
	cp "$scratch/rpz.list" "$scratch/rpz.zone"
	[[ $2 == none ]] || text="rpz:
	name: rpz.
	zonefile: \"$scratch/rpz.zone\""
	unbound_write rpz "$1" "respip validator iterator" "$text"
	began=$(now_us)
	unbound_launch rpz
}
rpz_change() {
	rpz_zone 2 "$names" >"$scratch/rpz.new"
	rpz_record "$changed" >>"$scratch/rpz.new"
	began=$(now_us)
	mv "$scratch/rpz.new" "$scratch/rpz.zone"
	unbound_control rpz auth_zone_reload rpz.
}

# rpz_zone SERIAL FILE: for all who read RPZ.
rpz_zone() {
	echo "\$TTL 60
\$ORIGIN rpz.
@ SOA localhost. root.localhost. $1 3600 600 86400 60
@ NS localhost."
	awk '{ print $1 " CNAME .\n*." $1 " CNAME ." }' "$2"
}

rpz_record() {
	awk '{ print $1 " CNAME .\n*." $1 " CNAME ." }' <<<"$1"
}

# ---- local-zone ----

localzone_title() { echo "Unbound, local-zone"; }
localzone_packages() { :; }
localzone_version() { plain_version; }
localzone_octets() { echo 430 430; }
localzone_lists() {
	{
		echo server:
		awk '{ print "local-zone: \"" $1 "\" always_nxdomain" }' "$names"
	} >"$scratch/localzone.list"
}
localzone_start() {
	local text=
	[[ $2 == none ]] || text="include: \"$scratch/localzone.list\""
	unbound_write localzone "$1" "validator iterator" "$text"
	began=$(now_us)
	unbound_launch localzone
}
# At once and without a reload, but until the next start only: the list that
# is read then has to be changed too.
localzone_change() {
	began=$(now_us)
	unbound_control localzone local_zone "$changed" always_nxdomain
}
