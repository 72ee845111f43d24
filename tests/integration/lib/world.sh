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

# Set N: its scope and its name, and the list that it is in if not an order.
# m12 and m13 are aliases themselves.
readonly SETS=(
	"exact b0.slow" "exact b1.slow" "exact b2.slow"
	"subtree b3.slow" "subtree b4.slow" "subtree b5.slow"
	"exact b6.quick" "exact b7.quick"
	"subtree b8.quick" "subtree b9.quick"
	"exact ns1.b10.slow" "subtree ns1.b11.quick"
	"exact m12.slow" "exact m13.quick"
	"subtree b14.quick ads" "exact b15.slow ads"
	"subtree b16.slow spam" "exact b17.quick spam"
)

# Further sets, numbered from there on, around the name of one of those: scope,
# which one, list, and a label in front of the name.
readonly MORE_SETS=(
	"subtree 16 ads" "subtree 14 allow" "exact 15 allow"
	"subtree 16 allow www" "exact 15 orders"
)

tree_more() {
	world_zones
}

# world_start [lists]: the servers, the file "table" for stress, and an empty
# list.  The table has the sets of all lists, or of orders alone: turn knows no
# other.
world_start() {
	with_lists=${1-}
	tree_start
	relay_start slow "$net.$TREE_RELAY" "$net.$TREE_LEAF" -d 48:500
	world_table >table
	palang_begin
}

# What Unbound is to do for them; with STACK, and with that between palang and
# the validator.
world_config() {
	cat <<-END
		server:
		module-config: "dynlib ${STACK:+$STACK }validator iterator"
		$([[ ${STACK-} != *subnetcache* ]] || printf '%s\n' \
			"send-client-subnet: 127.0.0.0/8" \
			"client-subnet-always-forward: yes")
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
	read -r scope name _ <<<"${SETS[n]}"
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
	[[ -z $with_lists ]] || each_more more_line
	echo "ask control www.example A
ask control www.example AAAA
ask control telegram.org A
ask control www.signed.example A
ask control end.slow.example A
ask control end.quick.example A"
	each_set set_questions
}

# each_set FUNCTION: with the set's number, scope, label, zone and list.
each_set() {
	local n scope set list
	for n in "${!SETS[@]}"; do
		read -r scope set list <<<"${SETS[n]}"
		[[ -n $list && -z $with_lists ]] || "$1" "$n" "$scope" \
			"${set%.*}" "${set##*.}" "${list:-orders}"
	done
}

# each_more FUNCTION: with a further set's number, scope, the set it is around,
# list and label.
each_more() {
	local i scope n list label
	for i in "${!MORE_SETS[@]}"; do
		read -r scope n list label <<<"${MORE_SETS[i]}"
		"$1" $((${#SETS[@]} + i)) "$scope" "$n" "$list" "$label"
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
	echo "set $2 $3.$4.example $5"
}

more_line() {
	local set
	read -r _ set _ <<<"${SETS[$3]}"
	echo "set $2 ${5:+$5.}$set.example $4"
}

# more_deps N RELATION [below [LABEL]]: the further sets that concern the name
# of set N; or what is below it, with that label in front.
more_deps() {
	local of=$1 relation=$2 below=${3-} asked=${4-}
	[[ -z $with_lists ]] || each_more more_dep
}

more_dep() {
	local number=$1 scope=$2 n=$3 label=$5
	[[ $n == "$of" ]] || return 0
	if [[ -n $label ]]; then
		[[ $asked != "$label" ]] || printf ' =%s' "$number"
	elif [[ -z $below || $scope == subtree ]]; then
		printf ' %s%s' "$relation" "$number"
	fi
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
	local n=$1 scope=$2 label=$3 zone=$4 kind='' itself link below='' www type
	local qname=$label.$zone.example
	[[ $5 == orders ]] || kind=feed.
	itself="=$n$(more_deps "$n" =)"
	link="~$n$(more_deps "$n" '~')"
	# What lies below the name depends on the set if it is a subtree.
	[[ $scope == exact ]] || below="~$n"
	www="$below$(more_deps "$n" '~' below www)"
	below+=$(more_deps "$n" '~' below)
	case $label in
	m*) echo "ask middle $qname A $itself" ;;
	ns1.*)
		echo "ask server $qname A $itself
ask server $qname AAAA $itself"
		;;
	*)
		for type in A AAAA TXT HTTPS; do
			echo "ask ${kind}name $qname $type $itself"
		done
		echo "ask ${kind}below www.$qname A $www
ask ${kind}below y.x.$qname A $below
ask ${kind}deep *.w.$qname A $below
ask ${kind}dname www.d$n.links.example A ${www//=/\~}
ask ${kind}server ns1.$qname A $below
ask ${kind}server ns1.$qname AAAA $below
ask ${kind}https s$n.links.example HTTPS $link
ask ${kind}https as$n.links.example HTTPS $link"
		;;
	esac
	echo "ask ${kind}chain1 a$n.links.example A $link
ask ${kind}chain1 same$n.$zone.example A $link
ask ${kind}chain2 aa$n.links.example A $link
ask ${kind}chain3 aaa$n.links.example A $link"
	[[ $label != m* ]] || return 0
	echo "ask zone www.open$n.example A
ask zone n.open$n.example A
ask zone *.open$n.example A"
}
