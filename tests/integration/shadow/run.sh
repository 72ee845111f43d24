#!/usr/bin/env bash
#
# An order on trial: what it names is answered as ever, but never from the
# message cache; its queries and the networks they come from are counted, by
# each resolver; and activated, it blocks.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

# has_message NAME: a message of it lies in the cache.
has_message() {
	control ours dump_cache >dump
	grep -q "^msg $1\. IN " dump
}

# expect_uncached NAME...
expect_uncached() {
	local qname
	for qname in "$@"; do
		! has_message "$qname" || fail "a message of $qname is cached"
	done
}

# forecast ORDER KEY: a number of `palang forecast`.
forecast() {
	palang forecast "$1" --json |
		sed -nE "s/^      \"$2\": ([0-9]+),?\$/\1/p"
}

# counts ORDER QUERIES FEWEST MOST: so many queries, from about so many
# networks in this hour and the one before.
counts() {
	local networks
	(($(forecast "$1" queries) == $2)) || return 1
	networks=$(($(forecast "$1" networks) + $(forecast "$1" networks_before)))
	((networks >= $3 && networks <= $4))
}

tree_start
palang_begin
unbound_start ours "$resolver"

say "in the cache before"
for qname in t.me www.t.me telegram.org shop.example; do
	ask "$qname" A
	expect_uncensored
done
has_message t.me || fail "t.me is not cached to begin with"

say "on trial"
order TRY "scope: subtree" "targets: [t.me]" >try.yaml
apply --shadow try.yaml | tee applied
grep -q '^kominfo:TRY: on trial' applied || fail "the trial is not told"
palang status | grep -q '^on trial kominfo:TRY since' ||
	fail "status lacks the trial"
palang why t.me && fail "t.me is blocked"
expect_uncached t.me www.t.me shop.example
for _ in 1 2 3; do
	expect_open t.me A
	expect_open www.t.me A
	ask shop.example A
	expect_uncensored
done
expect_uncached t.me www.t.me shop.example
ask t.me A
expect_ttl 300
has_message telegram.org || fail "another name lost its message"
await 10 "the trial counts" counts TRY 10 1 2
palang forecast | tee told
grep -q 'would have blocked 10 queries, from about 1 network' told ||
	fail "the forecast does not tell"

say "clients of other networks"
for i in {1..30}; do
	ask -b "127.1.$i.3" t.me A
	expect_uncensored
done
await 10 "networks are counted" counts TRY 40 28 36
# the same networks once more
for i in {1..30}; do
	ask -b "127.1.$i.4" www.t.me A
done
await 10 "queries grow, networks do not" counts TRY 70 28 36

say "what it does not cover is not counted, and is cached"
ask telegram.me A
ask t.me DS
has_message telegram.me || fail "telegram.me should be cached"
counts TRY 70 28 36 || fail "counted what it does not cover"

say "the counts outlive a change of lists; a second trial counts by itself"
apply_order OTHER "scope: exact" "targets: [telegram.org]"
order TRY2 "scope: exact" "targets: [telegram.me]" >try2.yaml
apply --shadow try2.yaml
expect_open telegram.me A
await 10 "both count" counts TRY2 1 1 1
counts TRY 70 28 36 || fail "the first one lost its counts"
expect_sinkhole telegram.org OTHER

say "trials of the same name, or of another link, count each for itself"
order TRY3 "scope: exact" "targets: [www.t.me, shop.example]" >try3.yaml
apply --shadow try3.yaml
ask www.t.me A
ask shop.example A
await 10 "the second one counts" counts TRY3 2 1 1
await 10 "and so does the first" counts TRY 72 28 36
palang reject TRY3 --reason "seen" --wait=10s

say "what an order in force covers is not counted while all is open"
order TRY4 "scope: exact" "targets: [telegram.org, t.me]" >try4.yaml
apply --shadow try4.yaml
palang open --all --reason "a mistake" --wait=10s
expect_open telegram.org A
expect_open t.me A
await 10 "another list's is left out" counts TRY4 1 1 1
await 10 "a trial goes on" counts TRY 73 28 36
palang close --all --wait=10s
expect_sinkhole telegram.org OTHER
palang reject TRY4 --reason "seen" --wait=10s

say "activated, it blocks; the other one is withdrawn"
palang activate TRY --wait=10s
expect_sinkhole t.me TRY
expect_sinkhole www.t.me TRY
palang reject TRY2 --reason "not worth it" --wait=10s
expect_open telegram.me A
has_message telegram.me || fail "telegram.me should be cached again"
palang forecast | grep -q 'no order is on trial' || fail "a trial is left"
palang history >said
for what in shadowed activated rejected; do
	grep -q "$what" said || fail "history lacks $what"
done
! grep -q '^list shadow' "$live/status/ours.status" ||
	fail "the resolver still has a list of trials"
palang status --check || fail "status --check: $?"
