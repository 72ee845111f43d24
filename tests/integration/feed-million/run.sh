#!/usr/bin/env bash
#
# A feed of a million names: refreshed, in effect, a hit and a miss; one name
# more, with its effect on the cache; and ROUNDS times loaded anew, behind which
# the resolver takes the memory that it took behind the first.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

readonly COUNT=${COUNT:-1000000} ROUNDS=${ROUNDS:-100}

# A sanitizer's memory says nothing of ours, and its time would be long.
! is_slow || skip "the memory of a sanitizer is another"

# Distinct names of two labels, none below another.
names() {
	awk -v count="$1" 'BEGIN {
		for (i = 0; i < count; i++)
			printf "n%07d-%04x.com\n", i, (i * 40503) % 65536
	}'
}

# In kibibytes.
rss() {
	sed -n 's/^VmRSS:[\t ]*\([0-9]*\) kB/\1/p' \
		"/proc/${daemon_pid[ours]}/status"
}

# in_effect COMMAND...: how long it took until it was, in ms.
in_effect() {
	"$@" | sed -n 's/.*in effect on .* after \([0-9]*\) ms/\1/p'
}

tree_start
palang_begin
unbound_start ours "$resolver"
names "$COUNT" >list
expect_open telegram.org A

say "the first"
took=$(in_effect palang feed add million --authority kominfo \
	--source "$scratch/list" --wait=60s)
say "$COUNT names are in effect after $took ms"
expect_sinkhole "$(head -n 1 list)" million
expect_sinkhole "www.$(tail -n 1 list)" million
expect_open telegram.org A
expect_open www.t.me A
palang why "$(head -n 1 list)" | grep -q 'blocked by kominfo:million' ||
	fail "why does not name the feed"

say "one name more, which is in the cache"
expect_open web.telegram.org A
echo telegram.org >>list
took=$(in_effect palang feed refresh million --wait=60s)
say "one name more is in effect after $took ms"
expect_sinkhole web.telegram.org million
expect_open www.t.me A

say "$ROUNDS times"
first=
told=
for ((i = 1; i <= ROUNDS; i++)); do
	# Another answer, and so another image of all of it.
	sed -i "s/^ttl: .*/ttl: $((30 + i % 2))/" palang.yaml
	palang publish --wait=60s >published
	[[ -n $first ]] || first=$(rss)
	((i & (i - 1))) || told+=" $i:$(rss)"
done
last=$(rss)
say "resident, in KiB, by round:$told $ROUNDS:$last"
((last * 100 <= first * 105)) || fail "the resolver grew by more than 5%"
palang status --check || fail "status --check: $?"
