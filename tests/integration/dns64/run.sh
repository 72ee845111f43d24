#!/usr/bin/env bash
#
# With dns64: open names get their synthesized addresses, and no sinkhole
# address is ever wrapped into one, not even where a client joins the look-up
# that dns64 itself began.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

readonly WRAPPED=64:ff9b::c633:6401 # of 198.51.100.1, kominfo's sinkhole
# The chain below takes longer than clients are usually kept waiting.
readonly MODULES='server:
	module-config: "dynlib dns64 validator iterator"
	discard-timeout: 5000'

expect_never_wrapped() {
	[[ $(section ANSWER) != *64:ff9b::c633:64* ]] ||
		unexpected "no synthesis of a sinkhole"
}

tree_start
palang_begin
# Each A of late.example takes half a second.
relay_start late "$net.$TREE_RELAY" "$net.$TREE_LEAF" -d 1:500
unbound_start ours "$resolver" "$MODULES"

say "open names"
ask www.telegram.org AAAA
expect_rdata 64:ff9b::c000:20e
expect_open api.telegram.org AAAA

apply_order T "scope: exact" "targets: [t.me, blocked.late.example]"
order V4 "scope: exact" "targets: [core.telegram.org]" |
	sed 's/kominfo/court/' >four.yaml
apply four.yaml

say "blocked, with an IPv6 sinkhole and without"
expect_sinkhole t.me T
ask core.telegram.org AAAA
expect_empty
expect_soa core.telegram.org. "$BLOCK_TTL"
ask core.telegram.org A
expect_rdata 198.51.100.2
ask shop.example AAAA
expect_rdata x.example. t.me. "$SINK_AAAA"

say "a client joins dns64's own look-up of a name that leads to a blocked one"
for round in 1 2 3; do
	control ours flush_zone late.example >/dev/null
	dig "@$resolver" alias.late.example AAAA +tries=1 +time=5 >aaaa &
	first=$!
	await 5 "dns64's question" grep -q "^1 alias.late.example" late.queries
	ask alias.late.example A
	expect_rdata blocked.late.example. "$SINK_A"
	wait "$first"
	! grep -q "$WRAPPED" aaaa || fail "round $round: a sinkhole was wrapped"
	grep -q "$SINK_AAAA" aaaa || fail "round $round: AAAA was not blocked"
	ask alias.late.example AAAA
	expect_never_wrapped
	expect_rdata blocked.late.example. "$SINK_AAAA"
	: >late.queries
done

say "lifted: the real address, wrapped"
lift kominfo:T
ask blocked.late.example AAAA
expect_rdata 64:ff9b::c000:248
