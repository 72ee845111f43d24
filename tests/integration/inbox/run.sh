#!/usr/bin/env bash
#
# An inbox into which a regulator drops signed orders, and others whatever they
# like: what is signed is in effect, nothing else is read, and nothing is lost
# whatever happens meanwhile.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

command -v minisign >/dev/null || skip "no minisign"

in=$scratch/in

# make_key NAME: NAME.key, keys/NAME.pub
make_key() {
	mkdir -p "$scratch/keys"
	minisign -G -W -p "$scratch/keys/$1.pub" -s "$scratch/$1.key" >/dev/null
}

# write NAME ID TARGET [KEY]: NAME and its signature, in out/
write() {
	mkdir -p out
	printf '%s\n' "palang-order: 1" "authority: ministry" "id: $2" \
		"issued: $(rfc3339 -60)" "action: block" "scope: exact" \
		"targets: [$3]" >"out/$1"
	minisign -S -s "$scratch/${4-ministry}.key" -m "out/$1" -t "order $2" \
		>/dev/null </dev/null
}

# drop NAME...: as a program that copies does
drop() {
	for file; do
		cp "out/$file" "out/$file.minisig" "$in"
	done
}

# result FOLDER NAME JQ: of its receipt
result() {
	jq -r "$3" "$in/$1/$2.receipt.json"
}

arrived() {
	[[ -e $in/$1/$2.receipt.json ]]
}

expect_refused() {
	local text
	await 20 "a receipt for $1" arrived refused "$1"
	text=$(result refused "$1" .refusal.text)
	[[ $text == *"$2"* ]] || fail "$1: \"$text\" is not: $2"
	[[ -e $in/refused/$1 || -L $in/refused/$1 ]] || fail "$1 is not there"
	[[ ! -e $in/$1 ]] || fail "$1 is still in the inbox"
}

generation() {
	palang status --json | jq .generation
}

make_key ministry
make_key stranger
tree_start
palang_begin "
  ministry:
    kind: external
    a: $SINK_A
    aaaa: \"$SINK_AAAA\"
    keys: [{file: ministry.pub}]"
unbound_start ours "$resolver"
mkdir "$in"
start inbox "$PALANG" --config "$scratch/palang.yaml" inbox --patience 3s \
	--wait=10s "$in"
await 10 "the inbox" test -d "$in/refused"

say "a signed order is in effect, and its receipt says so"
ask t.me A
expect_uncensored
write 1.yaml 2026/1 t.me
began=$(now_ms)
drop 1.yaml
await 20 "the receipt" arrived "done" 1.yaml
echo "from drop to receipt: $(($(now_ms) - began)) ms, 2000 of them settling"
ask t.me A
expect_answer "t.me. $BLOCK_TTL IN A $SINK_A"
expect_ede "4 16" "ministry 2026/1"
cat "$in/done/1.yaml.receipt.json"
[[ $(result "done" 1.yaml '.orders[0].targets[0].state') == taken ]]
[[ $(result "done" 1.yaml '.orders[0].resolvers[0].in_effect') != null ]]
[[ $(result "done" 1.yaml '.orders[0].file') == \
	$(sha256sum <out/1.yaml | cut -d' ' -f1) ]]
palang audit verify --receipt "$in/done/1.yaml.receipt.json"
minisign -V -Q -p keys/ministry.pub -m "$in/done/1.yaml"

say "a second instance says so"
! palang inbox --once "$in" 2>second || fail "two at once"
grep -q "another .palang inbox. is at work" second

say "what must not be taken"
before=$(generation)
write tampered.yaml 2026/2 telegram.org
sed -i s/telegram.org/telegram.me/ out/tampered.yaml
write unknown.yaml 2026/3 telegram.org stranger
write unsigned.yaml 2026/4 telegram.org
write $'new\nline.yaml' 2026/5 telegram.org
drop tampered.yaml unknown.yaml $'new\nline.yaml'
cp out/unsigned.yaml "$in"
ln -s /etc/shadow "$in/link.yaml"
mkfifo "$in/pipe.yaml"
mkdir "$in/folder.yaml"
ln out/1.yaml "$in/hard.yaml"
echo x >"$in/..%2Fescape.yaml"
echo x >"$in/"$'\e[2Jescape'
expect_refused tampered.yaml "is not of these octets"
expect_refused unknown.yaml "which is nobody's"
expect_refused unsigned.yaml "its signature never came"
expect_refused new%0Aline.yaml "its name is not made of"
expect_refused link.yaml "symbolic link"
expect_refused pipe.yaml "a pipe"
expect_refused folder.yaml "a folder"
expect_refused hard.yaml "a hard link"
expect_refused %2E.%252Fescape.yaml "its name is not made of"
expect_refused %1B%5B2Jescape "its name is not made of"
[[ $(generation) == "$before" ]] || fail "something was taken"
ask telegram.org A
expect_uncensored
ask telegram.me A
expect_uncensored

say "half-written, then completed"
write slow.yaml 2026/6 telegram.org
cp out/slow.yaml.minisig "$in"
exec 3>"$in/slow.yaml"
# Longer than a file that is complete waits, but never that long at rest.
for part in 1 2 3; do
	head -c $((part * 20)) out/slow.yaml | tail -c 20 >&3
	sleep 1
done
[[ -e $in/slow.yaml ]] || fail "half a file was taken"
tail -c +61 out/slow.yaml >&3
exec 3>&-
await 20 "the receipt" arrived "done" slow.yaml
ask telegram.org A
expect_ede "4 16" "ministry 2026/6"

say "2,000 files of rubbish, and one order among them"
began=$(now_ms)
for i in {1..2000}; do
	echo rubbish >"$in/rubbish-$i"
done
write urgent.yaml 2026/7 telegram.me
drop urgent.yaml
dropped=$(now_ms)
await 20 "the order's receipt" arrived "done" urgent.yaml
echo "the order took $(($(now_ms) - dropped)) ms"
ask telegram.me A
expect_ede "4 16" "ministry 2026/7"
# named with two digits more: the rest of the run sees to the last of them
all_refused() {
	[[ -z $(find "$in" -maxdepth 1 -name 'rubbish-*' -print -quit) ]]
}
await 60 "the rubbish is gone" all_refused
echo "the rubbish took $(($(now_ms) - began)) ms"
[[ $(find "$in/refused" -name 'rubbish-*.receipt.json' | wc -l) == 2000 ]]

say "killed in the middle, again and again"
before=$(generation)
for i in {1..10}; do
	write "kill-$i.yaml" "kill/$i" "n$i.example.org"
	drop "kill-$i.yaml"
done
kill -9 "${daemon_pid[inbox]}"
forget inbox
for delay in 2.05 2.1 2.15 2.2 2.3; do
	timeout -s KILL "$delay" "$PALANG" --config "$scratch/palang.yaml" \
		inbox --once "$in" >>log/killed 2>&1 || true
done
palang inbox --once "$in"
for i in {1..10}; do
	for suffix in "" .minisig .receipt.json; do
		[[ -f $in/done/kill-$i.yaml$suffix ]] ||
			fail "kill-$i.yaml$suffix is lost"
	done
	palang show "kill/$i" >/dev/null
done
[[ $(generation) == $((before + 10)) ]] || fail "$(generation), not ten more"
[[ $(find "$in" -maxdepth 1 -type f | wc -l) == 0 ]] || fail "$(ls "$in")"
palang audit verify
ask t.me A
expect_ede "4 16" "ministry 2026/1"
