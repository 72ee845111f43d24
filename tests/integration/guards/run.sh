#!/usr/bin/env bash
#
# The accidents of Denmark 2012, France 2016 and 2023 and Italy 2024, tried
# again: each order is held, and all its names still have their real addresses.
# What is approved is in force, what is rejected is not; a registry's suffix is
# refused.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

command -v minisign >/dev/null || skip "no minisign"

readonly popular=(drive.usercontent.google.com google.fr fr.wikipedia.org
	www.ovh.com t.me www.google.com www.facebook.com)

# Their real addresses, in the zone of their top-level domain if there is one
# here, else in the root's; t.me has its own.
tree_more() {
	local host zone
	for host in "${popular[@]}" pirate.co.uk pirate.example; do
		zone=$tree/${host##*.}.zone
		[[ -f $zone ]] || zone=$tree/root.zone
		[[ $host == t.me ]] || echo "$host. 300 A 192.0.2.77" >>"$zone"
	done
}

make_key() {
	mkdir -p "$scratch/keys"
	minisign -G -W -p "$scratch/keys/$1.pub" -s "$scratch/$1.key" >/dev/null
}

# sent ID NAME...: an order of kominfo for exactly these names, as a file.
sent() {
	local id=$1
	shift
	order "$id" "scope: exact" "targets:" "$(printf -- '- %s\n' "$@")" \
		>"$scratch/$id.yaml"
}

# as_typed COMMAND...: as one would type it, then what it says.
as_typed() {
	echo "\$ palang $*"
	(cd "$scratch" && palang "$@" 2>&1)
}

# expect_exit CODE COMMAND...
expect_exit() {
	local want=$1 code=0
	shift
	as_typed "$@" >"$scratch/said" || code=$?
	cat "$scratch/said"
	((code == want)) || fail "exit code $code, not $want"
}

says() {
	grep -qF -- "$1" "$scratch/said" || fail "it does not say: $1"
}

# expect_real NAME: open, with its real address.
expect_real() {
	ask "$1" A
	expect_rcode NOERROR
	expect_uncensored
	[[ $(section ANSWER) == *" A 192.0.2."* ]] ||
		unexpected "its real address"
}

generation() {
	palang status --json | jq .generation
}

# held WHAT ID NAME...: the order is held, and nothing happens to any name.
held() {
	local incident=$1 id=$2 before host
	shift 2
	say "$incident"
	before=$(generation)
	sent "$id" "$@"
	expect_exit 4 apply --transcribed --source "a letter" "$id.yaml"
	says "kominfo:$id: held, nothing of it is in force"
	[[ $(generation) == "$before" ]] || fail "held, but published"
	for host in "${popular[@]}"; do
		expect_real "$host"
	done
}

# Who applies: root alone would be nobody in particular.
export SUDO_USER=applier
make_key budi
make_key stranger
tree_start
palang_begin
lists=$here/../../blocklists/guards
sed -i "s|^guards: .*|guards: {popular: $lists/popular.txt, protected: $lists/protected.txt, protected-shipped: no, unbound: $scratch/ours.conf}|" \
	palang.yaml
sed -i 's|^  kominfo:|&\n    may: {usual-targets: 50}|' palang.yaml
cat >>palang.yaml <<-END

	approvers:
	  budi: {user: budi, keys: [{file: budi.pub}]}
END
unbound_start ours "$resolver"
for host in "${popular[@]}"; do
	expect_real "$host"
done

held "Italy 2024: one host serves all of Google Drive" italy-2024 \
	pirate.example drive.usercontent.google.com
says "drive.usercontent.google.com (exact) is much asked for"
expect_real pirate.example

held "France 2016: google.fr, Wikipedia and OVH by an update's mistake" \
	france-2016 google.fr fr.wikipedia.org www.ovh.com
says "fr.wikipedia.org (exact) is much asked for"
says "www.ovh.com (exact) lies below ovh.com"

held "France 2023: t.me for one of its channels" france-2023 t.me
says "t.me (exact) is much asked for"

mapfile -t shops < <(seq -f 'shop-%.0f.example' 7998)
held "Denmark 2012: 8,000 lawful sites from a clerk's wrong file" \
	denmark-2012 "${shops[@]}" www.google.com www.facebook.com
says "it names 8000 targets; its authority usually names 50 at most"
says "www.facebook.com (exact) is much asked for"

say "a registry's suffix has no approval"
sent suffix co.uk
expect_exit 2 apply --transcribed --source "a letter" suffix.yaml
says "co.uk (exact) is a public suffix"
expect_real pirate.co.uk

say "what waits"
expect_exit 0 held
expect_exit 0 status
says "held: 4 orders; it takes 2 people"
expect_exit 0 list
says "held       kominfo:italy-2024"

say "rejected: it is not in force"
expect_exit 0 reject france-2016 --reason "the update was a mistake"
for host in google.fr fr.wikipedia.org www.ovh.com; do
	expect_real "$host"
done
expect_exit 2 approve france-2016 --reason "after all"
says 'no order "france-2016" is held'

say "approved by who applied it, or by a stranger: not in force"
reason="court order 7/2024, the whole host is meant"
expect_exit 2 approve italy-2024 --reason "$reason"
says "an approver signs it"
palang approve italy-2024 --reason "$reason" --print --as budi >approval
cat approval
minisign -S -s stranger.key -m approval >/dev/null </dev/null
expect_exit 2 approve italy-2024 --reason "$reason" \
	--signature approval.minisig
says "which is no approver's"
expect_real drive.usercontent.google.com

say "approved by somebody else, with a signature: in force"
minisign -S -s budi.key -m approval >/dev/null </dev/null
expect_exit 0 approve italy-2024 --reason "$reason" \
	--signature approval.minisig --wait=20s
says "kominfo:italy-2024: in force, blocks 2 names"
expect_sinkhole drive.usercontent.google.com italy-2024
expect_sinkhole pirate.example italy-2024
expect_real www.google.com

say "and all of it in the history"
expect_exit 0 history italy-2024
says "approved"
says "by budi: $reason"
expect_exit 0 audit verify
