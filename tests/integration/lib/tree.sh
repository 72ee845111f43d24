# shellcheck shell=bash
#
# A small DNS of our own: a signed root, three signed top-level domains, and
# the zones of the scenarios below them, on NSDs with one address for each
# level, so that the resolver meets real referrals.  See tree/README.
#
#	$net.11  the root            $net.12  org, me, example
#	$net.13  the leaf zones      $net.14  the same, as ns1.t.me
#	$net.15  free for a relay    late.example is delegated there

readonly TREE_ROOT=11 TREE_TLD=12 TREE_LEAF=13 TREE_T_ME=14 TREE_RELAY=15

# tree_start: signs the zones and starts their servers.  A scenario that has a
# function tree_more adds zones there, of which it has laid FILE.zone into its
# folder or $tree.
tree_start() {
	tree=$scratch/tree
	mkdir "$tree"
	local file
	for file in "$here"/tree/*.zone "$scenario_dir"/*.zone; do
		[[ ! -f $file ]] || tree_copy "$file"
	done
	! declare -F tree_more >/dev/null || tree_more
	tree_sign late.example
	tree_sign signed.example
	cat "$tree"/{late,signed}.example.ds >>"$tree/example.zone"
	tree_sign example
	tree_sign org
	tree_sign me
	cat "$tree"/{example,org,me}.ds >>"$tree/root.zone"
	tree_sign root .
	cp "$tree/root.key" "$scratch/anchor.key"
	echo ". 3600 NS ns.root." >"$scratch/root.hints"
	echo "ns.root. 3600 A $net.$TREE_ROOT" >>"$scratch/root.hints"

	nsd_start root "$net.$TREE_ROOT" .=root
	nsd_start tld "$net.$TREE_TLD" org me example
	# shellcheck disable=SC2046 # a word for each zone
	nsd_start leaf "$net.$TREE_LEAF $net.$TREE_T_ME" \
		$(cd "$tree" && basename -s .zone -- *.zone |
			grep -vxE 'root|org|me|example')
}

tree_copy() {
	sed "s/@NET@/$net/g" "$1" >"$tree/$(basename "$1")"
}

# tree_sign FILE [ORIGIN]: FILE.zone in place; FILE.key and FILE.ds beside it.
tree_sign() {
	local file=$1 origin=${2:-$1} key
	(
		cd "$tree"
		key=$(ldns-keygen -a ECDSAP256SHA256 -k "$origin")
		ldns-signzone -o "$origin" -f "$file.signed" "$file.zone" "$key"
		mv "$file.signed" "$file.zone"
		mv "$key.key" "$file.key"
		mv "$key.ds" "$file.ds"
	)
}

# tree_key_ttl FILE SECONDS: of the keys of a signed zone.  Its signature holds
# for any lower TTL (RFC 4034, 3.1.4).
tree_key_ttl() {
	sed -i -E "s/^(\S+\s)[0-9]+(\sIN\sDNSKEY\s)/\1$2\2/" "$tree/$1.zone"
}

# tree_delegate LABEL ADDRESS: LABEL.example to ns1 in it; with its DS, if it
# has been signed.
tree_delegate() {
	{
		echo "$1 NS ns1.$1"
		echo "ns1.$1 A $2"
		[[ ! -f $tree/$1.example.ds ]] || cat "$tree/$1.example.ds"
	} >>"$tree/example.zone"
}

# nsd_start NAME "ADDRESS..." ZONE[=FILE]...: a server of zones in $tree.
nsd_start() {
	local server=$1 addresses=$2 address zone
	shift 2
	local dir=$scratch/nsd-$server
	mkdir "$dir"
	{
		echo "server:"
		for address in $addresses; do
			printf '\tip-address: %s@53\n' "$address"
		done
		cat <<-END
			username: ""
			chroot: ""
			zonesdir: "$tree"
			database: ""
			zonelistfile: "$dir/zone.list"
			xfrdfile: "$dir/xfrd.state"
			xfrdir: "$dir"
			pidfile: "$dir/nsd.pid"
			server-count: 1
			verbosity: 1
			rrl-ratelimit: 0
			rrl-whitelist-ratelimit: 0
			remote-control:
			control-enable: no
		END
		for zone; do
			printf 'zone:\n\tname: "%s"\n\tzonefile: "%s.zone"\n' \
				"${zone%%=*}" "${zone#*=}"
		done
	} >"$dir/nsd.conf"
	start "nsd-$server" nsd -d -c "$dir/nsd.conf"
	for address in $addresses; do
		await 10 "NSD $server answers on $address" \
			nsd_answers "$address" "${1%%=*}"
	done
}

nsd_answers() {
	dig "@$1" +time=1 +tries=1 +norec "$2" SOA | grep -q 'status: NOERROR'
}

# relay_start NAME ADDRESS UPSTREAM [OPTION...]: queries to ADDRESS go to
# UPSTREAM, and into $scratch/NAME.queries, a "TYPE NAME" line each.
relay_start() {
	local relay=$1 address=$2 upstream=$3
	shift 3
	: >"$scratch/$relay.queries"
	start "$relay" "$TEST_TOOLS/relay" -l "$scratch/$relay.queries" "$@" \
		"$address" "$upstream"
	await 10 "the relay $relay listens" log_has "$relay" '^ready$'
}
