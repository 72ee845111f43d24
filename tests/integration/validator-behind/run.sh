#!/usr/bin/env bash
#
# A validator that forwards to us needs the DS of blocked names in order to
# reach names that must pass (CASES 35).
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

tree_start
palang_begin
unbound_start ours "$net.1"
apply_order T "scope: exact" "targets: [telegram.org, t.me, signed.example]"
plain_unbound_start behind "$net.2" "forward-zone:
	name: .
	forward-addr: $net.1@53"

server=$net.2
say "names below an unsigned delegation, blocked exactly, of a signed zone"
expect_open api.telegram.org A
expect_open www.t.me A

say "names in a signed zone whose apex is blocked exactly"
ask +dnssec www.signed.example A
expect_rcode NOERROR
expect_flag ad
[[ $(section ANSWER) == *" A 192.0.2.61"* ]] || unexpected 192.0.2.61

say "the real denial"
ask +dnssec telegram.org DS
expect_rcode NOERROR
expect_empty
expect_flag ad

say "what is blocked stays blocked there, as bogus or as a sinkhole"
for qname in telegram.org t.me signed.example; do
	ask "$qname" A
	[[ $(section ANSWER) != *" 192.0.2."* ]] ||
		unexpected "anything but the real address"
done
ask telegram.org A
expect_rdata "$SINK_A"
ask signed.example A
expect_rcode SERVFAIL
