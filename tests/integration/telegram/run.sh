#!/usr/bin/env bash
#
# The job that palang is for: the eleven names of 2017 are blocked by their
# order while they lie in the cache, and open again by its lift.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

orders=$here/../../blocklists/orders
block=$orders/2017-07-14-kominfo-block-telegram.yaml
lift=$orders/2017-08-10-kominfo-lift-telegram.yaml
mapfile -t names < <(sed -n 's/^  - //p' "$block")
((${#names[@]} == 11)) || fail "the order has ${#names[@]} names"

expect_all_open() {
	local qname qtype
	for qname in "${names[@]}"; do
		for qtype in A AAAA TXT HTTPS; do
			server=$1 expect_open "$qname" "$qtype"
		done
	done
	expect_open api.telegram.org A
}

tree_start
palang_begin
unbound_start ours "$resolver"

say "open, and in the cache of both threads"
for _ in 1 2 3; do
	expect_all_open "$resolver"
done

say "blocked"
apply "$block"
for qname in "${names[@]}"; do
	expect_sinkhole "$qname" 2017/TELEGRAM/1
	for qtype in HTTPS TXT MX ANY CAA; do
		expect_nodata "$qname" "$qtype" "$qname" 2017/TELEGRAM/1
	done
done

say "what validators behind us need passes, if it is signed"
for qname in t.me telegram.me telegram.org; do
	ask +dnssec "$qname" DS
	expect_rcode NOERROR
	expect_empty
	expect_flag ad
	expect_uncensored
done
expect_nodata core.telegram.org DS core.telegram.org
expect_nodata telegram.org DNSKEY telegram.org

say "their neighbours pass"
for qname in api.telegram.org v1.api.telegram.org www.telegram.org \
	a.web.telegram.org www.t.me www.telegram.me www.example; do
	server=$resolver
	ask "$qname" A
	expect_rcode NOERROR
	expect_uncensored
	[[ $(section ANSWER) == *" A 192.0.2."* ]] ||
		unexpected "its real address"
done
ask telegram.org.example A
expect_rcode NXDOMAIN
expect_uncensored

say "the same order once more changes nothing"
apply "$block"
expect_sinkhole t.me 2017/TELEGRAM/1

say "what the tool says"
palang why t.me | tee why
grep -q 2017/TELEGRAM/1 why || fail "why does not name the order"
palang list --active | grep -q 2017/TELEGRAM/1 || fail "list lacks the order"
palang status --check || fail "status --check: $?"

say "lifted"
apply "$lift" | tee lifted
grep -q 't\.me.*open' lifted || fail "the lift does not report t.me as open"
expect_all_open "$resolver"
palang history t.me

say "proven"
palang history 2017/TELEGRAM/1 | tee history
grep -q '  in effect  on ' history || fail "who had it in effect is not recorded"
palang receipt 2017/TELEGRAM/1 --json >receipt.json
grep -q '"in_effect_ms": [0-9]' receipt.json || fail "the receipt lacks it: $(<receipt.json)"
palang audit verify --receipt receipt.json || fail "the ledger is not verified"
