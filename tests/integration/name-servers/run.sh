#!/usr/bin/env bash
#
# open.example is served by ns1.t.me, which is blocked (CASES 36): the zone
# stays open, the server's own name does not, and it costs no more questions
# upstream than on an Unbound without palang.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

# One thread, and no questions of its own accord, so that the counts compare.
counting="server:
	num-threads: 1
	extended-statistics: yes
	trust-anchor-signaling: no"

visit() {
	local qname
	for qname in n0 n1 www n2 n3 none www; do
		ask "$qname.open.example" A
		[[ $qname == none ]] || expect_rcode NOERROR
		expect_uncensored
	done
	ask open.example MX
	ask www.open.example HTTPS
}

# The server's name itself, in every way a client can ask for it.
expect_server_blocked() {
	local options
	for options in +edns +cdflag +dnssec +tcp; do
		expect_sinkhole "$options" ns1.t.me T
	done
	expect_nodata t.me NS t.me T
}

tree_start
palang_begin
apply_order T "scope: subtree" "targets: [t.me]"
unbound_start ours "$net.1" "$counting"
plain_unbound_start plain "$net.2" "$counting"

say "cold"
for server in "$net.1" "$net.2"; do
	visit
done
ours=$(statistic ours num.query.udpout)
plain=$(statistic plain num.query.udpout)
say "questions upstream: $ours with palang, $plain without"
((ours <= plain)) || fail "more questions upstream than without palang"
((ours > 0)) || fail "no questions upstream are counted"

say "the server's name stays blocked, whatever we learnt of it"
server=$net.1
expect_server_blocked
visit
expect_server_blocked

say "a later question costs no more either"
declare -A cost
for daemon in ours plain; do
	[[ $daemon == ours ]] && server=$net.1 || server=$net.2
	before=$(statistic "$daemon" num.query.udpout)
	ask www.open.example TXT
	expect_rcode NOERROR
	cost[$daemon]=$(($(statistic "$daemon" num.query.udpout) - before))
done
say "questions upstream: ${cost[ours]} with palang, ${cost[plain]} without"
((cost[ours] <= cost[plain])) || fail "more than without palang"
server=$net.1

say "all was learnt before the block"
lift kominfo:T
visit
ask ns1.t.me A
expect_rdata "$net.$TREE_T_ME"
ask t.me NS
expect_rdata ns1.t.me.
apply_order T2 "scope: subtree" "targets: [t.me]"
visit
expect_sinkhole ns1.t.me T2
expect_sinkhole +cdflag ns1.t.me T2
expect_nodata t.me NS t.me T2
