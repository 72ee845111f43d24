# shellcheck shell=bash
#
# shellcheck disable=SC2154 # net and tree are of lib.sh
#
# Names for the tests under load.  Each of the sets below is one rule; around
# its name lies everything by which the name, or what is below it, could slip
# through.  The same loop writes the zones and the table of questions.
#
#	slow.example   signed, behind a relay whose DNSKEY answers come 500 ms
#	               late, and live two seconds only
#	quick.example  unsigned, TTLs of two seconds: for prefetch and expiry
#	links.example  the aliases, in a zone of their own
#	openN.example  served by ns1 below the name of set N

# Set N: its scope and its name.  m12 and m13 are aliases themselves.
readonly SETS=(
	"exact b0.slow" "exact b1.slow" "exact b2.slow"
	"subtree b3.slow" "subtree b4.slow" "subtree b5.slow"
	"exact b6.quick" "exact b7.quick"
	"subtree b8.quick" "subtree b9.quick"
	"exact ns1.b10.slow" "subtree ns1.b11.quick"
	"exact m12.slow" "exact m13.quick"
)

tree_more() {
	world_zones
}

# world_start: the servers, the file "table" for stress, and an empty list.
world_start() {
	tree_start
	relay_start slow "$net.$TREE_RELAY" "$net.$TREE_LEAF" -d 48:500
	world_table >table
	palang_begin
}

# What Unbound is to do for them.
world_config() {
	cat <<-END
		server:
		num-threads: ${THREADS:-2}
		do-ip6: yes
		prefetch: yes
		serve-expired: yes
		qname-minimisation: yes
		infra-cache-min-rtt: 1000
		discard-timeout: 0
		so-rcvbuf: 4m
		num-queries-per-thread: 4096
		outgoing-range: 2048
	END
}

# turn_write: the command that stress blocks and lifts sets with.  Each block
# is an order of its own; one that is to be lifted is known by its file.
turn_write() {
	cat >turn <<-END
		#!/usr/bin/env bash
		set -euo pipefail
		cd "$scratch"
		palang() {
			"$PALANG" --config "$scratch/palang.yaml" "\$@" >>log/turns
		}
		$(declare -p SETS)
	END
	cat >>turn <<'END'
verb=$1 number=$2
shift 2
for n; do
	read -r scope name <<<"${SETS[n]}"
	cat <<-ORDER
		---
		palang-order: 1
		authority: kominfo
		id: $verb/$number/$n
		issued: $(date -u +%FT%TZ)
	ORDER
	if [[ $verb == block ]]; then
		printf 'action: block\nscope: %s\ntargets: [%s]\n' \
			"$scope" "$name.example"
		echo "kominfo:$verb/$number/$n" >"order.$n"
	else
		echo "action: lift"
		echo "lifts: $(sed 's/^kominfo://' "order.$n")"
	fi
done >turn.yaml
if [[ $verb == lift && $# == 1 ]]; then
	palang lift "$(<"order.$1")"
else
	palang apply --transcribed --source "the invariant" turn.yaml
fi
END
	chmod 755 turn
}

# world_zones: into $tree.
world_zones() {
	local zone
	for zone in slow quick links; do
		zone_head "$zone.example" 300 >"$tree/$zone.example.zone"
	done
	{
		echo "ns1 A $net.$TREE_RELAY"
		echo "end A 192.0.2.9"
	} >>"$tree/slow.example.zone"
	{
		echo "ns1 A $net.$TREE_LEAF"
		echo "end 2 A 192.0.2.9"
	} >>"$tree/quick.example.zone"
	echo "ns1 A $net.$TREE_LEAF" >>"$tree/links.example.zone"
	for zone in slow quick links; do
		delegation "$zone" "ns1.$zone"
	done
	echo "ns1.slow A $net.$TREE_RELAY
ns1.quick A $net.$TREE_LEAF
ns1.links A $net.$TREE_LEAF" >>"$tree/example.zone"
	each_set set_zones
	tree_sign slow.example
	# The signatures hold for any lower TTL (RFC 4034, 3.1.4).
	sed -i -E 's/^(slow\.example\.\s)[0-9]+(\sIN\sDNSKEY)/\12\2/' \
		"$tree/slow.example.zone"
	cat "$tree/slow.example.ds" >>"$tree/example.zone"
}

# world_table: sets and questions.
world_table() {
	each_set set_line
	echo "ask control www.example A
ask control www.example AAAA
ask control telegram.org A
ask control www.signed.example A
ask control end.slow.example A
ask control end.quick.example A"
	each_set set_questions
}

# each_set FUNCTION: with the set's number, scope, label and zone.
each_set() {
	local n scope set
	for n in "${!SETS[@]}"; do
		read -r scope set <<<"${SETS[n]}"
		"$1" "$n" "$scope" "${set%.*}" "${set##*.}"
	done
}

zone_head() {
	echo "\$ORIGIN $1.
\$TTL $2
@ SOA ns1 hostmaster 1 3600 600 86400 2
@ NS ns1"
}

delegation() {
	echo "$1 NS $2" >>"$tree/example.zone"
}

set_line() {
	echo "set $2 $3.$4.example"
}

set_zones() {
	local n=$1 scope=$2 label=$3 zone=$4 ttl=300
	[[ $zone == slow ]] || ttl=$((1 + n % 3))
	{
		case $label in
		m*) echo "$label $ttl CNAME end" ;;
		ns1.*) ;;
		*) own_records "$label" "$ttl" ;;
		esac
		echo "same$n $ttl CNAME $label"
		case $label in
		ns1.*) echo "$label $ttl A $net.$TREE_T_ME" ;;
		m*) ;;
		*) echo "ns1.$label $ttl A $net.$TREE_T_ME" ;;
		esac
	} >>"$tree/$zone.example.zone"
	echo "a$n $ttl CNAME $label.$zone.example.
aa$n 300 CNAME a$n
aaa$n $ttl CNAME aa$n
d$n $ttl DNAME $label.$zone.example.
s$n $ttl HTTPS 1 $label.$zone.example. alpn=h2
as$n 300 CNAME s$n" >>"$tree/links.example.zone"
	[[ $label != m* ]] || return 0
	set_zone_served "open$n" "ns1.${label#ns1.}.$zone.example."
}

own_records() {
	echo "$1 $2 A 192.0.2.1
$1 $2 AAAA 2001:db8::1
$1 $2 TXT \"$1\"
$1 $2 HTTPS 1 . alpn=h2
www.$1 $2 A 192.0.2.2
y.x.$1 $2 A 192.0.2.3
*.w.$1 $2 A 192.0.2.4"
}

set_zone_served() {
	local zone=$1 server=$2
	delegation "$zone" "$server"
	{
		echo "\$ORIGIN $zone.example.
\$TTL 2
@ SOA $server hostmaster 1 3600 600 86400 2
@ NS $server
www 1 A 192.0.2.5
n 300 A 192.0.2.6
* 1 A 192.0.2.7"
	} >"$tree/$zone.example.zone"
}

set_questions() {
	local n=$1 scope=$2 label=$3 zone=$4 below='' type
	local qname=$label.$zone.example
	# What lies below the name depends on the set if it is a subtree.
	[[ $scope == exact ]] || below=" ~$n"
	case $label in
	m*) echo "ask middle $qname A =$n" ;;
	ns1.*)
		echo "ask server $qname A =$n
ask server $qname AAAA =$n"
		;;
	*)
		for type in A AAAA TXT HTTPS; do
			echo "ask name $qname $type =$n"
		done
		echo "ask below www.$qname A$below
ask below y.x.$qname A$below
ask deep *.w.$qname A$below
ask dname www.d$n.links.example A$below
ask server ns1.$qname A$below
ask server ns1.$qname AAAA$below
ask https s$n.links.example HTTPS ~$n
ask https as$n.links.example HTTPS ~$n"
		;;
	esac
	echo "ask chain1 a$n.links.example A ~$n
ask chain1 same$n.$zone.example A ~$n
ask chain2 aa$n.links.example A ~$n
ask chain3 aaa$n.links.example A ~$n"
	[[ $label != m* ]] || return 0
	echo "ask zone www.open$n.example A
ask zone n.open$n.example A
ask zone *.open$n.example A"
}
