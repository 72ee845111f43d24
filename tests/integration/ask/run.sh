#!/usr/bin/env bash
#
# palang ask holds a resolver's answer against the lists, names the cause where
# they differ, and with --truth proves a lift by its own recursion.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

readonly PLAIN=$net.2 FORGER=$net.3 CANARY=$net.16 NOBODY=$net.99

# ask_tool STATUS PATTERN ARGUMENT...: what it exits with, and a line of what
# it prints.
ask_tool() {
	local want=$1 pattern=$2 status=0
	shift 2
	palang ask "$@" >said 2>&1 || status=$?
	((status == want)) && grep -qE -- "$pattern" said && return
	cat said >&2
	fail "palang ask $*: status $status, not $want, or no /$pattern/"
}

# Our own recursion goes the way of the small DNS.
truth_tool() {
	ask_tool "$1" "$2" --truth --root-hints "$scratch/root.hints" \
		--trust-anchor "$scratch/anchor.key" "${@:3}"
}

tree_start
palang_begin
unbound_start ours "$resolver"
plain_unbound_start plain "$PLAIN"

say "open"
ask_tool 0 '^t\.me A should be open\. It is\.$' t.me "@$resolver"
ask_tool 0 'no such record' none.example "@$resolver" TXT
ask_tool 1 'should be blocked\. It is not\.' \
	--expect blocked t.me "@$resolver"
ask_tool 1 '^cause .* what the lists say: they leave this name open$' \
	--expect blocked t.me "@$resolver"

say "more than fits into a packet"
ask_tool 0 'answered over TCP' --expect open big "@$net.$TREE_LEAF" TXT

say "blocked"
apply_order 2017/1 "scope: exact" "targets: [t.me]"
ask_tool 0 '^t\.me A should be blocked by kominfo:2017/1\. It is\.$' \
	t.me "@$resolver"
ask_tool 0 'EDE 16 \(Censored\): kominfo 2017/1' t.me "@$resolver" AAAA
ask_tool 0 'It is\.$' t.me "@$resolver#53" HTTPS
ask_tool 0 'over TCP' --tcp T.ME. "@$resolver"
ask_tool 0 'It is\.$' --dnssec --cd t.me "@$resolver"
ask_tool 0 'It is\.$' --expect kominfo:2017/1 t.me "@$resolver"
ask_tool 1 'another reason' --expect court:2017/1 t.me "@$resolver"
ask_tool 1 '^cause .* what the lists say: blocked by kominfo:2017/1$' \
	--expect open t.me "@$resolver"
ask_tool 0 'at t\.me \(generation' shop.example "@$resolver"
ask_tool 0 'It passes' t.me "@$resolver" DS

say "for programs"
palang ask --json t.me "@$resolver" >said || fail "palang ask --json: $?"
[[ $(jq -r '[.rcode, .resolver, .expected.order, .ede[1].code,
	.answer[0].data, .agree, .holds] | join(" ")' said) == \
"NOERROR blocked 2017/1 16 $SINK_A true true" ]] ||
	fail "the JSON is not as expected: $(cat said)"

say "causes"
ask_tool 1 '^cause .*does not load the module' t.me "@$PLAIN"
ask_tool 1 '^cause .*no resolver' t.me "@$net.$TREE_LEAF"
control ours local_data t.me. 30 IN A 10.0.0.1
ask_tool 1 '^cause .*authoritative \(AA\)' t.me "@$resolver"
control ours local_data_remove t.me.

say "who does not answer"
ask_tool 3 'no answer from' --timeout 1s t.me "@$NOBODY"
ask_tool 2 'not a type' t.me "@$resolver" NONSENSE
ask_tool 2 'by its address' t.me @localhost

say "the truth: blocked"
truth_tool 0 '^truth +blocked: the resolver itself says so' t.me "@$resolver"
truth_tool 1 'is blocked' --expect open t.me "@$resolver"

say "the truth: open"
truth_tool 0 'is open: the answer is the real one' api.telegram.org \
	"@$resolver"
truth_tool 0 'both are proven by DNSSEC' www.signed.example "@$resolver"
truth_tool 0 'both are denied by the same zone|proven by DNSSEC' \
	none.telegram.org "@$resolver"
ask_tool 0 'is the real one' --truth --forward "$PLAIN" \
	api.telegram.org "@$resolver"
ask_tool 0 'is the real one' --truth \
	--stub "telegram.org=$net.$TREE_LEAF@53,example=$net.$TREE_TLD" \
	api.telegram.org "@$resolver"

say "a lift, proven"
lift kominfo:2017/1
truth_tool 0 '^t\.me A is open: the answer is the real one' t.me "@$resolver"

say "a forger that says nothing"
plain_unbound_start forger "$FORGER" 'server:
	local-zone: "t.me." redirect
	local-data: "t.me. A 10.20.30.40"'
truth_tool 1 '^t\.me A is blocked .*none of the public internet' \
	t.me "@$FORGER"
! palang ask --truth --json --root-hints root.hints t.me "@$FORGER" >said ||
	fail "--json takes the forger for real"
[[ $(jq -r .truth.finding said) == blocked ]] || fail "the JSON: $(cat said)"

say "a canary that sings"
relay_start canary "$CANARY" "$net.$TREE_LEAF"
truth_tool 1 'is not proven to be open' --canary "$CANARY" \
	t.me "@$resolver"
truth_tool 0 'both are proven by DNSSEC' --canary "$CANARY" \
	www.signed.example "@$resolver"
truth_tool 0 'is the real one' --canary "$NOBODY" t.me "@$resolver"
truth_tool 0 'is the real one' --no-canary t.me "@$resolver"

say "nothing to be found by ourselves"
ask_tool 1 'is not proven to be open' --truth --forward "$NOBODY" \
	--timeout 1s t.me "@$resolver"

say "a resolver that fell behind"
kill -STOP "${daemon_pid[ours]}"
order 2017/2 "scope: exact" "targets: [t.me]" >order.yaml
palang apply --transcribed --source "a test" order.yaml
ask_tool 1 '^cause +resolver ours is not up to date: generation 3 ' \
	t.me "@$PLAIN"
ask_tool 3 'no answer' --timeout 1s t.me "@$resolver"
kill -CONT "${daemon_pid[ours]}"
await 10 "the order in effect" palang ask t.me "@$resolver"
