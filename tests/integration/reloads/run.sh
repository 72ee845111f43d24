#!/usr/bin/env bash
#
# reload, reload_keep_cache, load_cache and fast_reload in a loop under load,
# with caches that change their size each time: Unbound stays, what is blocked
# stays blocked, and orders go on coming.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

readonly ROUNDS=${ROUNDS:-8}

# configure ROUND: the size of the message cache changes, so that a reload
# makes new ones.
configure() {
	unbound_configure ours "$resolver" "$(with_module "server:
		msg-cache-size: $((4 + $1 % 3))m
		rrset-cache-size: $((8 + $1 % 2))m
		prefetch: yes
		serve-expired: yes")"
}

starts() {
	grep -c 'start of service' "$scratch/log/ours"
}

has_started_after() {
	(($(starts) > $1))
}

# run_command COMMAND: and it is over when this returns.
run_command() {
	local before
	before=$(starts)
	control ours "$1" >/dev/null || fail "$1 failed"
	[[ $1 == fast_reload ]] ||
		await 30 "the start after $1" has_started_after "$before"
}

# expect_state: what is blocked and what is not after a command.
expect_state() {
	is_running ours || fail "Unbound ended after $1"
	await 10 "t.me blocked after $1" answers_blocked t.me
	expect_sinkhole t.me BASE
	expect_sinkhole +cdflag t.me BASE
	ask shop.example A
	[[ $(section ANSWER) == *"$SINK_A"* ]] || unexpected "a blocked chain"
	expect_open api.telegram.org A
}

tree_start
palang_begin
configure 0
unbound_launch ours
await 30 "Unbound is up" unbound_is_up ours
waiting=(--wait=10s)
apply_order BASE "scope: exact" "targets: [t.me]"

for n in {1..2000}; do
	echo "n$n.wild.signed.example A"
done >load
printf '%s A\n' t.me api.telegram.org shop.example www.open.example >>load
# Slower where a sanitizer makes Unbound slow, so that it still answers us.
rate=20000
! is_slow || rate=500
start load dnsperf -s "$resolver" -d load -l 600 -c 8 -q 50 -t 1 -Q "$rate"

commands=(reload)
has_control reload_keep_cache && commands+=(reload_keep_cache)
has_control fast_reload && commands+=(fast_reload)
say "with ${commands[*]}"

for ((round = 1; round <= ROUNDS; round++)); do
	for command in "${commands[@]}"; do
		configure "$round"
		run_command "$command"
		expect_state "$command"
	done
	apply_order "R$round" "scope: exact" "targets: [www.telegram.org]"
	expect_sinkhole www.telegram.org "R$round"
	lift "kominfo:R$round"
	expect_open www.telegram.org A
done
palang status --check

say "a cache from before the block is loaded"
lift kominfo:BASE
expect_open t.me A
control ours dump_cache >dump
apply_order AGAIN "scope: exact" "targets: [t.me]"
control ours load_cache <dump >/dev/null
await 20 "t.me blocked after load_cache" answers_blocked t.me
expect_sinkhole t.me AGAIN

say "a resolver that is told to end says so; one that dies cannot"
unbound_start second "$net.2"
stop ours
palang status | grep -q '^resolver ours: ENDED at ' || fail "$(palang status)"
palang status --check || fail "status --check rings for one that ended"
apply_order AFTER "scope: exact" "targets: [telegram.me]"
# Its module has gone when it is told to reload: the likely way to die.
sed -i 's|dynlib-file: .*|dynlib-file: "/nowhere/palang.so"|' "$scratch/second.conf"
control second reload >/dev/null 2>&1 || true
await 10 "the second has died" is_over second
forget second
grep -qx "ended 0" "$live/status/second.status" || fail "it says that it ended"
