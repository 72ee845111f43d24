#!/usr/bin/env bash
#
# Ways by which something blocked could come into the cache, or be found there
# before it is thrown out, one by one and with certainty.  The validator waits
# half a second for the keys of slow.example, each time; what it has not
# checked yet is served to clients with CD, if it lies in the cache.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

tree_more() {
	tree_sign slow.example
	tree_key_ttl slow.example 1
	tree_delegate slow "$net.$TREE_RELAY"
}

# A question that waits for the keys; its answer goes to the file "waiting".
ask_and_wait() {
	sleep 2.2 # until the keys have expired
	: >slow.queries
	dig "@$resolver" +tries=1 +time=5 "$@" >waiting_answer &
	asking=$!
	await 5 "the question for the keys" \
		grep -q '^48 slow.example.$' slow.queries
}

answer_comes() {
	wait "$asking"
	asked="the question that waited"
	answered=$(<waiting_answer)
}

expect_cd_blocked() {
	ask +cdflag "$@"
	[[ $(section ANSWER) == *"$SINK_A"* ]] || unexpected "a block"
}

tree_start
relay_start slow "$net.$TREE_RELAY" "$net.$TREE_LEAF" -d 48:500
palang_begin
unbound_start ours "$resolver" "server:
	infra-cache-min-rtt: 1000
	discard-timeout: 0"
# The servers are known from here on.
ask www.example A
ask end.slow.example A

say "a chain that is put together from what the cache has"
ask first.slow.example A
ask end.slow.example A
apply_order CHAIN "scope: exact" "targets: [middle.slow.example]"
ask_and_wait first.slow.example A
expect_cd_blocked first.slow.example A
answer_comes
expect_data "first.slow.example. CNAME middle.slow.example." \
	"middle.slow.example. A $SINK_A"
expect_cd_blocked first.slow.example A

say "a chain whose end alone comes from upstream"
ask far.slow.example A
apply_order FAR "scope: exact" "targets: [next.slow.example]"
control ours flush www.example >/dev/null
ask_and_wait far.slow.example A
expect_cd_blocked far.slow.example A
answer_comes
expect_data "far.slow.example. CNAME next.slow.example." \
	"next.slow.example. A $SINK_A"
lift kominfo:CHAIN
lift kominfo:FAR
ask first.slow.example A
expect_rdata middle.slow.example. end.slow.example. 192.0.2.71

say "a name that is blocked while its answer waits for the keys"
control ours flush_zone slow.example >/dev/null
ask end.slow.example A
ask_and_wait blocked.slow.example A
apply_order NAME "scope: exact" "targets: [blocked.slow.example]"
expect_sinkhole +cdflag blocked.slow.example NAME
answer_comes
expect_answer "blocked.slow.example. $BLOCK_TTL IN A $SINK_A"
expect_sinkhole +cdflag blocked.slow.example NAME
expect_sinkhole blocked.slow.example NAME
lift kominfo:NAME
expect_open blocked.slow.example A

say "an alias whose target is blocked while it waits for the keys"
control ours flush_zone slow.example >/dev/null
ask end.slow.example A
ask_and_wait alias.slow.example A
apply_order ALIAS "scope: exact" "targets: [blocked.slow.example]"
answer_comes
expect_data "alias.slow.example. CNAME blocked.slow.example." \
	"blocked.slow.example. A $SINK_A"
expect_cd_blocked alias.slow.example A
expect_cd_blocked blocked.slow.example A

say "a lift while a blocked answer waits for the keys"
ask_and_wait alias.slow.example A
lift kominfo:ALIAS
answer_comes
expect_data "alias.slow.example. CNAME blocked.slow.example." \
	"blocked.slow.example. A 192.0.2.70"
ask +cdflag alias.slow.example A
expect_rdata blocked.slow.example. 192.0.2.70
expect_open +cdflag blocked.slow.example A

say "a chain that ends at a name above which there is nothing"
ask void.slow.example CNAME
ask hole.slow.example CNAME
apply_order VOID "scope: exact" "targets: [hole.slow.example]"
ask_and_wait void.slow.example A
expect_cd_blocked void.slow.example A
answer_comes
expect_data "void.slow.example. CNAME hole.slow.example." \
	"hole.slow.example. A $SINK_A"
