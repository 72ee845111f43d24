# shellcheck shell=bash disable=SC2034,SC2154 # run and lib/*.sh share names
#
# What all resolvers get in the same run: one name server behind them that has
# an address for every name there is, and lists of the same names.
#
#	$names    the list, a name a line; each blocks all below it too
#	$hits     names of it, in no order
#	some      a few of it, the first and the last among them
#	$ordered  names that orders block besides: 100,000, or a tenth of the list
#	$passing  names that are not in it: few, so that all caches hold them
#	$others   as many as there are to be messages in the cache
#	$changed  the name that is to be blocked in a change; $changed_too another
#
# Resolvers listen on addresses of their own, from $net.21 on.

readonly UPSTREAM=10

# world_begin RULES MESSAGES
world_begin() {
	names=$scratch/names hits=$scratch/hits passing=$scratch/passing
	others=$scratch/others ordered=$scratch/ordered
	"$TOOLS/generate" --from 90000000 1000 >"$passing"
	"$TOOLS/generate" --from 80000000 "$2" >"$others"
	changed=$("$TOOLS/generate" --from 95000000 1)
	changed_too=$("$TOOLS/generate" --from 95000001 1)
	first_passing=$(head -n 1 "$passing")
	sed 's/$/ A/' "$passing" >"$passing.queries"
	sed 's/$/ A/' "$others" >"$others.queries"
	world_names "$1"
	upstream_start
}

# world_names RULES: the list anew; those made of it before are no more.
world_names() {
	world_rules=$1
	note "making $1 names"
	"$TOOLS/generate" "$1" >"$names"
	"$TOOLS/generate" --pick "$1" 20000 >"$hits"
	sed 's/$/ A/' "$hits" >"$hits.queries"
	mapfile -t some < <(head -n 1 "$names" && head -n 8 "$hits" &&
		tail -n 1 "$names")
	"$TOOLS/generate" --from 70000000 \
		"$(($1 < 1000000 ? $1 / 10 : 100000))" >"$ordered"
	patience=$((30 + $1 / 5000))
	rm -f "$scratch/rpz.list"
}

# Not ours to measure: it answers each name but once.
upstream_start() {
	cat >"$scratch/root.zone" <<-END
		. 86400 SOA ns. hostmaster.ns. 1 3600 600 86400 60
		. 86400 NS ns.
		ns. 86400 A $net.$UPSTREAM
		*. 86400 A 192.0.2.1
	END
	cat >"$scratch/nsd.conf" <<-END
		server:
			ip-address: $net.$UPSTREAM@53
			username: ""
			chroot: ""
			zonesdir: "$scratch"
			database: ""
			zonelistfile: "$scratch/nsd.list"
			xfrdfile: "$scratch/nsd.xfrd"
			xfrdir: "$scratch"
			pidfile: "$scratch/nsd.pid"
			server-count: 1
			rrl-ratelimit: 0
			rrl-whitelist-ratelimit: 0
		remote-control:
			control-enable: no
		zone:
			name: "."
			zonefile: "root.zone"
	END
	start nsd nsd -d -c "$scratch/nsd.conf"
	"$TOOLS/await" -t 20 "$net.$UPSTREAM" "-$first_passing" >/dev/null ||
		fail "NSD does not answer"
}
