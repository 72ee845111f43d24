#!/usr/bin/env bash
#
# Zones whose name servers lie under a blocked name cost no more questions
# upstream than on the same Unbound without palang: the same list, cold
# caches, counted at the name servers.  With IPv6 on, Unbound looks for AAAA
# of the servers too, which they do not have.  And with subnetcache, where a
# server answers for the client's network and where it does not.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

readonly ZONES=5 QUESTIONS=${QUESTIONS:-250} SEED=${SEED:-1}
readonly SERVERS=$net.16

tree_more() {
	local n
	{
		echo "\$ORIGIN hidden.example.
\$TTL 300
@ SOA ns1 hostmaster 1 3600 600 86400 60
@ NS ns1
@ NS ns2
ns1 A $SERVERS
ns2 A $SERVERS"
	} >"$tree/hidden.example.zone"
	tree_delegate hidden "$SERVERS"
	for ((n = 0; n < ZONES; n++)); do
		{
			echo "\$ORIGIN z$n.example.
\$TTL 2
@ SOA ns1.hidden.example. hostmaster 1 3600 600 86400 2
@ NS ns1.hidden.example.
@ NS ns2.hidden.example.
* A 192.0.2.1
* TXT z$n
www 300 A 192.0.2.2
alias CNAME www.z$(((n + 1) % ZONES))"
		} >"$tree/z$n.example.zone"
		echo "z$n NS ns1.hidden
z$n NS ns2.hidden" >>"$tree/example.zone"
	done
}

# The same questions at each call.
list() {
	local i qname types=(A AAAA TXT HTTPS)
	RANDOM=$SEED
	for ((i = 0; i < QUESTIONS; i++)); do
		case $((RANDOM % 4)) in
		0) qname=www ;;
		1) qname='alias' ;;
		*) qname=n$((RANDOM % 20)) ;;
		esac
		echo "$qname.z$((RANDOM % ZONES)).example" \
			"${types[RANDOM % 4]}"
	done
}

# visit NAME ADDRESS: the list, and once more when the short TTLs are over.
visit() {
	local daemon=$1 address=$2
	: >servers.queries
	dig "@$address" +tries=1 +time=5 -f questions >"$daemon.answers"
	sleep 3
	dig "@$address" +tries=1 +time=5 -f questions >>"$daemon.answers"
	! grep -q 'status: SERVFAIL' "$daemon.answers" ||
		fail "$daemon answers SERVFAIL"
	at_servers[$daemon]=$(wc -l <servers.queries)
	in_all[$daemon]=$(statistic "$daemon" num.query.udpout)
}

# measure TEXT [MODULE]: with this configuration, and this module in front of
# the validator.  True if palang costs no question more.
measure() {
	local modules="${2:+$2 }validator iterator" text="server:
		num-threads: 1
		extended-statistics: yes
		trust-anchor-signaling: no
		$1"
	unbound_start ours "$net.1" "$text
		module-config: \"dynlib $modules\""
	plain_unbound_start plain "$net.2" "$text
		module-config: \"$modules\""
	visit ours "$net.1"
	visit plain "$net.2"
	stop ours
	stop plain
	say "$1: at the servers ${at_servers[ours]} with palang," \
		"${at_servers[plain]} without; in all ${in_all[ours]}" \
		"and ${in_all[plain]}"
	((at_servers[plain] > 0)) || fail "nothing was counted"
	# With subnetcache the same Unbound differs by a few from run to run.
	local more_or_less=${2:+$((at_servers[plain] / 50))}
	((at_servers[ours] <= at_servers[plain] + more_or_less)) &&
		((in_all[ours] <= in_all[plain] + more_or_less))
}

# A slow moment lets a TTL of two seconds run out in the one and not in the
# other; what palang itself costs shows each time.
compare() {
	measure "$@" || measure "$@" || measure "$@" || more+=("$1")
}

# What comes late is asked for again, and then the numbers mean nothing.
[[ -z ${SANITIZER-} ]] || skip "sanitizers make the servers late"

declare -A at_servers in_all
more=()
tree_start
relay_start servers "$SERVERS" "$net.$TREE_LEAF"
palang_begin
apply_order SERVERS "scope: subtree" "targets: [hidden.example]"
list >questions

compare "do-ip6: no"
compare "do-ip6: yes"
compare "qname-minimisation: no"
compare "client-subnet-always-forward: yes" subnetcache
compare "send-client-subnet: $net.0/24" subnetcache
stop servers
relay_start servers "$SERVERS" "$net.$TREE_LEAF" -e
compare "send-client-subnet: $net.0/24" subnetcache
((${#more[@]} == 0)) || fail "more questions upstream with ${more[*]}"
