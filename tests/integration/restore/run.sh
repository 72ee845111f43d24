#!/usr/bin/env bash
#
# A resolver that runs takes a restored state, whose generation is lower than
# what it had in force.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

tree_start
palang_begin
unbound_start ours "$resolver"
waiting=(--wait=10s)

say "backed up with one order in force"
apply_order 1 "scope: exact" "targets: [t.me]"
palang backup "$scratch/backup"
[[ $(stat -c %a backup) == 600 ]] || fail "others may read the backup"

say "then it is lifted, and another one comes"
lift 1
apply_order 2 "scope: exact" "targets: [telegram.org]"
expect_sinkhole telegram.org 2
ask t.me A
expect_uncensored

say "restored: the resolver has the first one, and not the second"
began=$(now_ms)
palang restore --force --wait=10s "$scratch/backup"
echo "restored and in effect after $(($(now_ms) - began)) ms"
expect_sinkhole t.me 1
ask telegram.org A
expect_uncensored
palang audit verify
palang status --check

say "and goes on from there"
apply_order 3 "scope: exact" "targets: [telegram.org]"
expect_sinkhole telegram.org 3

