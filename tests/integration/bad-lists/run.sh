#!/usr/bin/env bash
#
# A bad image or manifest leaves the old state in force, and the status says
# so; at a start the generation before serves; with nothing at all
# PALANG_ON_EMPTY decides.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

tree_start
palang_begin
lists=$live/lists
unbound_start ours "$resolver"
apply_order ONE "scope: exact" "targets: [t.me]"
apply_order TWO "scope: exact" "targets: [telegram.me]"
cp -a "$lists" good
[[ -f good/manifest && -f good/manifest.prev ]] || fail "no two manifests"

# Puts a file into the lists as the tool does.
replace() {
	cp "$1" "$lists/.new"
	mv "$lists/.new" "$lists/$2"
}


state_is() {
	palang status | grep -qi "$1"
}

# refused WHAT: the state in force is still that of both orders.
expect_old_state() {
	await 10 "status DEGRADED after $1" state_is degraded
	expect_sinkhole t.me ONE
	expect_sinkhole telegram.me TWO
	expect_open telegram.org A
	is_running ours || fail "Unbound ended by $1"
}

restore() {
	local file
	for file in good/*; do
		replace "$file" "${file##*/}"
	done
}

cut_manifest() {
	head -c 40 good/manifest >bad
	replace bad manifest
}
empty_manifest() {
	: >bad
	replace bad manifest
}
changed_manifest() {
	tr 0 1 <good/manifest >bad
	replace bad manifest
}
long_manifest() {
	head -c 100000 /dev/zero >bad
	replace bad manifest
}
open_manifest() {
	cp good/manifest bad
	replace bad manifest
	chmod 666 "$lists/manifest"
}

for damage in cut_manifest empty_manifest changed_manifest long_manifest \
	open_manifest; do
	say "$damage"
	"$damage"
	expect_old_state "$damage"
	restore
	await 10 "status OK again" palang status --check
done

# The resolver sleeps while the tool publishes and the image goes bad: so it
# meets a newer manifest that is whole, with an image that is not.
publish_bad() {
	local image
	kill -STOP "${daemon_pid[ours]}"
	apply_now "$1"
	image=$(newest_image)
	"$2" "$lists/$image"
	kill -CONT "${daemon_pid[ours]}"
}

apply_now() {
	order "$1" "scope: exact" "targets: [core.telegram.org]" >order.yaml
	palang apply --transcribed --source "a test" order.yaml
}

newest_image() {
	grep -oE '[a-z0-9-]+\.img' "$lists/manifest" | head -n 1
}

cut_image() {
	truncate -s -1 "$1"
}
long_image() {
	echo >>"$1"
}
flip_image() {
	printf '\377' | dd of="$1" bs=1 seek=100 conv=notrunc status=none
}
missing_image() {
	rm "$1"
}
linked_image() {
	mv "$1" "$scratch/elsewhere"
	ln -s "$scratch/elsewhere" "$1"
}
open_image() {
	chmod 666 "$1"
}

number=0
for damage in cut_image long_image flip_image missing_image linked_image \
	open_image; do
	say "$damage"
	number=$((number + 1))
	publish_bad "BAD$number" "$damage"
	expect_old_state "$damage"
	expect_open core.telegram.org A
	# The next order mends it: it is compiled anew from the ledger.
	apply_order "GOOD$number" "scope: exact" "targets: [web.telegram.org]"
	expect_sinkhole core.telegram.org "BAD"
	await 10 "status OK again" palang status --check
	lift "kominfo:BAD$number"
	lift "kominfo:GOOD$number"
	rm -rf good
	cp -a "$lists" good
done

say "at a start, the generation before serves in place of a bad one"
apply_order LAST "scope: exact" "targets: [macos.telegram.org]"
stop ours
cut_image "$lists/$(newest_image)"
unbound_start ours "$resolver"
expect_sinkhole t.me ONE
expect_sinkhole telegram.me TWO
expect_open macos.telegram.org A
await 10 "status DEGRADED" state_is degraded
stop ours

say "nothing at all: EMPTY, and a line in the log each minute"
mkdir aside
mv "$lists"/* aside/
unbound_start ours "$resolver"
expect_open t.me A
log_has ours 'palang: EMPTY' || fail "the log does not say EMPTY"
await 10 "status EMPTY" state_is empty
! palang status --check || fail "status --check is content with EMPTY"
say "... until there is a list again"
mv aside/* "$lists/"
apply_order MORE "scope: exact" "targets: [desktop.telegram.org]"
expect_sinkhole t.me ONE
expect_sinkhole desktop.telegram.org MORE
await 10 "status OK" palang status --check
stop ours

say "PALANG_ON_EMPTY=refuse: no start without a list"
mv "$lists"/* aside/
export PALANG_ON_EMPTY=refuse
unbound_launch ours
await 20 "the end of Unbound" is_over ours
forget ours
log_has ours 'PALANG_ON_EMPTY=refuse' || fail "the log does not say why"
mv aside/* "$lists/"
unbound_run ours "$resolver" "$(with_module)"
expect_sinkhole t.me ONE
