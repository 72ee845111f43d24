#!/usr/bin/env bash
#
# Everything is opened and closed again, with orders and a feed in force: open
# within a second, whatever lay in the caches; and once the closing is swept no
# answer that was cached meanwhile is given, of orders not even before that.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

readonly BAR=1000 # ms, from the beginning of the command

# has_message NAME: a message of it lies in the cache.
has_message() {
	control ours dump_cache >dump
	grep -q "^msg $1\. IN " dump
}

# took WHAT BEGAN
took() {
	local ms=$(($(now_ms) - $2))
	say "$1 after $ms ms"
	((ms <= BAR)) || is_slow || fail "$1 after $ms ms, not within $BAR"
}

tree_start
palang_begin
unbound_start ours "$resolver"
printf '%s\n' telegram.org telegram.me >list
apply_order A "scope: subtree" "targets: [t.me]"
palang feed add list --authority kominfo --source "$scratch/list" \
	"${waiting[@]}"
expect_sinkhole t.me A
expect_sinkhole telegram.org list

say "open"
began=$(now_ms)
palang open --all --reason "the wrong list" --wait=10s
took "open" "$began"
expect_open t.me A
for _ in 1 2 3; do
	expect_open www.t.me A
	expect_open telegram.org A
	expect_open web.telegram.org A
	ask shop.example A
	expect_uncensored
done
log_has ours 'palang: open generation=' || fail "the log does not tell"
! palang status --check >check || fail "the monitoring does not ring"
grep -q "nothing is blocked since .*: the wrong list" check ||
	fail "the status does not tell"
palang status | head -n 1 | grep -q "^EVERYTHING IS OPEN" ||
	fail "the status is not loud"
palang ask t.me "@$resolver" || fail "ask: $?"
has_message telegram.org || fail "a feed's name should be cached meanwhile"
! has_message t.me || fail "an order's name lies in the cache"
! has_message www.t.me || fail "a name below an order's lies in the cache"
! has_message shop.example || fail "an alias of an order's lies in the cache"

say "orders and feeds that come meanwhile are as open as the rest"
apply_order B "scope: exact" "targets: [core.telegram.org]"
echo www.signed.example >>list
palang feed refresh --accept-change "${waiting[@]}"
expect_open core.telegram.org A
expect_open www.signed.example A
! has_message core.telegram.org || fail "a new order's name lies in the cache"

say "a resolver that reloads, or keeps its cache meanwhile"
control ours reload
await 10 "Unbound is back" unbound_is_up ours
expect_open t.me A
expect_open telegram.org A

say "close"
began=$(now_ms)
palang close --all --reason "the right list" &
closer=$!
await 10 "an order's name is blocked" answers_blocked t.me
took "orders closed" "$began"
wait "$closer"
await 10 "swept" log_has ours "palang: swept generation=$(
	sed -n 's/^generation //p' "$live/lists/manifest"
) "
took "feeds closed" "$began"
expect_sinkhole t.me A
expect_sinkhole www.t.me A
expect_sinkhole core.telegram.org B
for qname in telegram.org web.telegram.org telegram.me www.signed.example; do
	expect_sinkhole "$qname" list
done
! has_message telegram.org || fail "a stale message lies in the cache"
palang status --check || fail "status --check: $?"
palang history | grep -q 'closed' || fail "history lacks the closing"

say "again and again, with nothing stale"
for _ in 1 2 3; do
	palang open --all --reason "once more" --wait=10s
	expect_open telegram.org A
	expect_open t.me A
	palang close --all --wait-swept=10s
	expect_sinkhole telegram.org list
	expect_sinkhole t.me A
done
