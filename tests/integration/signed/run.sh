#!/usr/bin/env bash
#
# Signed orders, as docs/SIGNING.md has them made: what the authority signed is
# in force, what was changed since or signed by another is not, and only what
# it signed lifts.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

command -v minisign >/dev/null || skip "no minisign"

# make_key NAME: NAME.key, keys/NAME.pub
make_key() {
	mkdir -p "$scratch/keys"
	minisign -G -W -p "$scratch/keys/$1.pub" -s "$scratch/$1.key" >/dev/null
}

# sign KEY FILE [OPTION...]
sign() {
	minisign -S -s "$scratch/$1.key" -m "$2" -t "${2##*/} of $1" "${@:3}" \
		>/dev/null </dev/null
}

# put FILE AUTHORITY ID LINE...
put() {
	printf '%s\n' "palang-order: 1" "authority: $2" "id: $3" \
		"issued: $(rfc3339 -60)" "${@:4}" >"$scratch/$1.yaml"
}

# refused REASON FILE...: nothing happens, and the reason is told.
refused() {
	local reason=$1 before
	shift
	before=$(generation)
	! palang apply "$@" 2>refused || fail "taken: $*"
	grep -qF -- "$reason" refused || fail "$(<refused) is not: $reason"
	[[ $(generation) == "$before" ]] || fail "refused, but published"
}

generation() {
	palang status --json | jq .generation
}

for key in ministry before stranger bench; do
	make_key "$key"
done
tree_start
palang_begin "
  ministry:
    kind: external
    a: $SINK_A
    aaaa: \"$SINK_AAAA\"
    keys:
    - {file: ministry.pub}
    - {file: before.pub, not-after: 2020-01-01T00:00:00Z}
  bench:
    kind: external
    keys: [{file: bench.pub}]"
unbound_start ours "$resolver"
wait_option=(--wait=20s)

say "open, and in the cache"
ask t.me A
expect_uncensored
ask telegram.org A
expect_uncensored

say "signed, and in force"
put block ministry 2026/1 "action: block" "scope: exact" "targets: [t.me]"
sign ministry "$scratch/block.yaml"
palang key check "$scratch/block.yaml"
palang apply "${wait_option[@]}" "$scratch/block.yaml"
blocked() {
	ask t.me A
	expect_answer "t.me. $BLOCK_TTL IN A $SINK_A"
	expect_ede "4 16" "ministry 2026/1"
	ask telegram.org A
	expect_uncensored
}
blocked

say "tampered with: a name was changed, the old state stays in force"
sed s/t.me/telegram.org/ "$scratch/block.yaml" >"$scratch/forged.yaml"
cp "$scratch/block.yaml.minisig" "$scratch/forged.yaml.minisig"
refused "is not of these octets" "$scratch/forged.yaml"
blocked

say "lifts that the ministry did not sign"
put lift ministry 2026/2 "action: lift" "lifts: 2026/1"
refused "needs its signature" "$scratch/lift.yaml"
refused "needs its signature" --transcribed --source "a call" "$scratch/lift.yaml"
sign stranger "$scratch/lift.yaml"
refused "which is nobody's" "$scratch/lift.yaml"
sign before "$scratch/lift.yaml"
refused "is retired" "$scratch/lift.yaml"
sign bench "$scratch/lift.yaml"
refused "counts for its own orders alone" "$scratch/lift.yaml"
blocked

say "one bad file spoils the batch"
put more bench 1 "action: block" "scope: exact" "targets: [telegram.org]"
sign bench "$scratch/more.yaml"
refused "is not of these octets" "$scratch/more.yaml" "$scratch/forged.yaml"
blocked

say "signed, in the legacy format, and open"
sign ministry "$scratch/lift.yaml" -l
palang apply "${wait_option[@]}" "$scratch/lift.yaml" | tee lifted
grep -q 't\.me.*open' lifted || fail "the lift does not report t.me as open"
ask t.me A
expect_uncensored

say "the block once more, by whoever caught it: nothing happens"
cp "$scratch/block.yaml" "$scratch/again.yaml"
cp "$scratch/block.yaml.minisig" "$scratch/again.yaml.minisig"
palang apply "$scratch/again.yaml" | tee again
grep -q "recorded already, nothing to do" again || fail "replayed"
ask t.me A
expect_uncensored

say "what is recorded can be verified without palang"
palang show --received ministry:2026/1 >order
palang show --signature ministry:2026/1 >order.minisig
minisign -V -Q -p "$scratch/keys/ministry.pub" -m order | tee comment
[[ $(<comment) == "block.yaml of ministry" ]] || fail "another comment"
palang list --all
palang history
