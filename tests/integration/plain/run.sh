#!/usr/bin/env bash
#
# The ground that the other scenarios stand on: without the module, our small
# DNS resolves and validates, and nothing in it looks blocked.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

tree_start
relay_start late "$net.$TREE_RELAY" "$net.$TREE_LEAF" -d 48:500
plain_unbound_start plain "$resolver"

expect_open telegram.org A
expect_open telegram.org HTTPS
expect_no_flag ad
expect_open t.me AAAA
expect_open api.telegram.org A
expect_open www.open.example A

ask +dnssec www.signed.example A
expect_rcode NOERROR
expect_flag ad

ask +dnssec telegram.org DS
expect_rcode NOERROR
expect_empty
expect_flag ad

ask shop.example A
expect_data "shop.example. CNAME x.example." "x.example. CNAME t.me." \
	"t.me. A 192.0.2.40"
ask www.tree.example A
expect_rdata t.me. www.t.me. 192.0.2.41

began=$(now_ms)
ask +dnssec www.late.example A
expect_flag ad
(($(now_ms) - began >= 500)) || fail "the DNSKEY of late.example came at once"
grep -q '^48 late.example.$' "$scratch/late.queries" ||
	fail "the relay has seen no question for DNSKEY"

ask none.example A
expect_rcode NXDOMAIN
