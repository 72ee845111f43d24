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
	chmod 644 "$lists/manifest"
	await 10 "status OK again" palang status --check
done
