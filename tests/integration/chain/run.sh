#!/usr/bin/env bash
#
# A name that leads to a blocked one: by CNAME, DNAME, HTTPS (CASES 33 and 34
# of docs/ORDERS.md).  Asked both cold and out of a cache that was filled
# before the block, and by clients with CD.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

# An alias whose signature is not for what it says now.
tree_more() {
	sed 's/late/bogus/' "$here/tree/late.example.zone" |
		sed "s/^alias.*/alias CNAME aim.t.me./; s/@NET@/$net/" \
			>"$tree/bogus.example.zone"
	tree_sign bogus.example
	sed -i 's/aim\.t\.me/t.me/' "$tree/bogus.example.zone"
	tree_delegate bogus "$net.$TREE_LEAF"
}

tree_start
palang_begin
readonly CONFIG="server:
	extended-statistics: yes
	trust-anchor-signaling: no"
unbound_start ours "$resolver" "$CONFIG"

ask_all() {
	local qname
	for qname in shop.example x.example alias.example alias.signed.example \
		www.tree.example tree.example svc.example own.example t.me; do
		ask "$1" "$qname" A
		ask "$1" "$qname" HTTPS
		ask "$1" "$qname" CNAME
	done
}

expect_chains() {
	say "$*"
	# The chain up to the blocked link, then that link's answer.
	ask "$@" shop.example A
	expect_rcode NOERROR
	expect_data "shop.example. CNAME x.example." "x.example. CNAME t.me." \
		"t.me. A $SINK_A"
	expect_ttl "$BLOCK_TTL"
	expect_ede "4 16" "kominfo T"
	expect_no_flag ad
	ask "$@" x.example AAAA
	expect_data "x.example. CNAME t.me." "t.me. AAAA $SINK_AAAA"
	ask "$@" x.example TXT
	expect_rcode NOERROR
	expect_data "x.example. CNAME t.me."
	expect_soa t.me. "$BLOCK_TTL"
	expect_ede 16 "kominfo T"
	# Below a signed name: the chain goes on without its signatures.
	ask "$@" +dnssec alias.signed.example A
	expect_data "alias.signed.example. CNAME blocked.signed.example." \
		"blocked.signed.example. A $SINK_A"
	expect_no_flag ad
	# Questions for the link itself are judged by their own name.
	ask "$@" shop.example CNAME
	expect_data "shop.example. CNAME x.example."
	expect_uncensored
	ask "$@" x.example CNAME
	expect_data "x.example. CNAME t.me."
	expect_uncensored
	# DNAME: what it synthesizes is below t.me, which is blocked exactly.
	ask "$@" www.tree.example A
	expect_rdata t.me. www.t.me. 192.0.2.41
	expect_uncensored
	# HTTPS: the target is blocked, the owner is not.
	ask "$@" svc.example HTTPS
	expect_rcode NOERROR
	expect_empty
	expect_soa svc.example. "$BLOCK_TTL"
	expect_ede 16 "kominfo T"
	ask "$@" svc.example A
	expect_data "svc.example. A 192.0.2.51"
	ask "$@" own.example HTTPS
	expect_rdata "1 . alpn=\"h2\""
	expect_uncensored
	ask "$@" t.me A
	expect_answer "t.me. $BLOCK_TTL IN A $SINK_A"
}

say "everything is in the cache before the block"
ask_all +cdflag
ask_all +nocdflag
apply_order T "scope: exact" "targets: [t.me, blocked.signed.example]"
expect_chains +nocdflag
expect_chains +cdflag
say "after a cold start"
stop ours
unbound_start ours "$resolver" "$CONFIG"
expect_chains +cdflag
expect_chains +nocdflag

questions() {
	statistic ours num.query.udpout
}

say "what the links say is not asked for again"
before=$(questions)
for _ in {1..25}; do
	ask shop.example A
	expect_data "shop.example. CNAME x.example." "x.example. CNAME t.me." \
		"t.me. A $SINK_A"
	expect_ttl "$BLOCK_TTL"
	ask +dnssec alias.signed.example A
	expect_data "alias.signed.example. CNAME blocked.signed.example." \
		"blocked.signed.example. A $SINK_A"
	expect_no_flag ad
done
(($(questions) == before)) ||
	fail "$(($(questions) - before)) questions upstream for 50"

say "who takes what is bogus all the same (CD) does not get round a block"
for _ in 1 2 3; do
	ask alias.bogus.example A +cd
	expect_data "alias.bogus.example. CNAME t.me." "t.me. A $SINK_A"
	expect_ede "4 16" "kominfo"
done

say "a link that is bogus blocks nothing: it fails"
for _ in 1 2 3; do
	ask alias.bogus.example A
	expect_rcode SERVFAIL
	expect_uncensored
done

say "a DNAME into a blocked subtree"
apply_order X "scope: subtree" "targets: [x.t.me]"
# From the second time on the CNAME lies in the cache as the server has sent
# it; the answer still tells what it comes from.
control ours flush_zone tree.example >/dev/null
for option in +nocdflag +nocdflag +nocdflag +cdflag +cdflag; do
	ask "$option" x.tree.example A
	expect_data "tree.example. DNAME t.me." \
		"x.tree.example. CNAME x.t.me." "x.t.me. A $SINK_A"
	expect_ede "4 16" "kominfo X"
done

say "open again, from the alias and by itself"
lift kominfo:T
lift kominfo:X
for _ in 1 2; do
	ask shop.example A
	expect_data "shop.example. CNAME x.example." "x.example. CNAME t.me." \
		"t.me. A 192.0.2.40"
	ask svc.example HTTPS
	expect_rdata "1 t.me. alpn=\"h2\""
	expect_open t.me A
done
