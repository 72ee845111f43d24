#!/usr/bin/env bash
#
# A small feed in a real Unbound: in force while its names lie in the cache,
# with an allow that is a derogation, a change that is held, a rollback, a
# source that fails, and its end.  Orders go before allows.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

# expect_code CODE COMMAND...: palang ends so.
expect_code() {
	local want=$1 status=0
	shift
	palang "$@" || status=$?
	((status == want)) || fail "palang $*: exit code $status, not $want"
}

expect_all_open() {
	local qname
	for qname in "$@"; do
		expect_open "$qname" A
	done
}

tree_start
palang_begin
unbound_start ours "$resolver"
printf '%s\n' telegram.org Telegram.ME. t.me 192.0.2.1 >list

say "open, and in the cache of both threads"
for _ in 1 2 3; do
	expect_all_open telegram.org web.telegram.org telegram.me t.me www.t.me
done

say "the feed"
palang feed add list --authority kominfo --source "$scratch/list" \
	"${waiting[@]}"
for qname in telegram.org web.telegram.org telegram.me t.me www.t.me; do
	expect_sinkhole "$qname" list
done
expect_nodata www.t.me TXT t.me list
ask shop.example A
expect_data "shop.example. CNAME x.example." "x.example. CNAME t.me." \
	"t.me. A $SINK_A"

say "what the tool says"
palang why www.t.me | tee why
grep -q 'list of kominfo  blocks it: t\.me (subtree)' why ||
	fail "why does not tell the rule"
palang ask t.me "@$resolver" || fail "ask: $?"
palang status --check || fail "status --check: $?"
palang status | grep -q 'feed list: 3 rules' || fail "status lacks the feed"

say "an allow, which is a derogation"
palang allow add web.telegram.org --reason "a court said so" \
	"${waiting[@]}" | tee allowed
grep -q 'a derogation from feed list of kominfo' allowed ||
	fail "the derogation is not told"
expect_open web.telegram.org A
expect_sinkhole telegram.org list
palang feed show list | grep -q 'derogation web\.telegram\.org' ||
	fail "feed show lacks the derogation"

say "an order goes before it"
apply_order BASE "scope: exact" "targets: [web.telegram.org]"
expect_sinkhole web.telegram.org BASE
lift BASE
expect_open web.telegram.org A
palang allow remove web.telegram.org "${waiting[@]}"
expect_sinkhole web.telegram.org list

say "what is no list, whoever accepts it"
echo '<html><body>404</body></html>' >list
expect_code 2 feed refresh --accept-change
expect_sinkhole t.me list

say "a change that is held"
echo telegram.org >list
expect_code 4 feed refresh
expect_sinkhole t.me list
palang feed list | grep -q 'held since' || fail "feed list lacks what is held"
palang status --check || fail "a held list rings"
expect_code 0 feed refresh list --accept-change "${waiting[@]}"
expect_all_open t.me www.t.me telegram.me
expect_sinkhole telegram.org list

say "rolled back"
expect_code 0 feed rollback list "${waiting[@]}"
expect_sinkhole t.me list
expect_code 4 feed refresh list --force
expect_sinkhole www.t.me list

say "a source that fails"
rm list
expect_code 2 feed refresh
expect_sinkhole t.me list
palang feed list | grep -q 'fails since' || fail "feed list lacks the failure"

say "the configuration's answer"
sed -i 's/a: 198\.51\.100\.1$/&\n    answer: nodata/' palang.yaml
expect_code 0 publish "${waiting[@]}"
expect_nodata t.me A t.me list

say "the end of it"
expect_code 0 feed remove list "${waiting[@]}"
expect_all_open telegram.org web.telegram.org telegram.me t.me www.t.me
palang history | grep -q 'feed remove  kominfo:list' ||
	fail "the history lacks the end of the feed"
