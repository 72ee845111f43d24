#!/usr/bin/env bash
#
# A module built for another Unbound, be it of the same version, refuses with
# a message that names both, and never crashes; and `palang host --check`
# says so before.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

# A program with another build-id is another build.
other_build() {
	local note=$scratch/note
	cp "$UNBOUND_TREE/unbound" other
	objcopy --dump-section .note.gnu.build-id="$note" other
	printf '\377\376' |
		dd of="$note" bs=1 seek=20 conv=notrunc status=none
	objcopy --update-section .note.gnu.build-id="$note" other
}

host_check() {
	PALANG_DIR=$live PALANG_SAME_USER=1 palang host --check \
		--conf "$scratch/ours.conf" --unbound "$1" --module "$2" \
		2>&1 | tee host
}

tree_start
palang_begin
unbound_configure ours "$resolver" "$(with_module)"

say "the build it was made for"
host_check "$UNBOUND_TREE/unbound" "$PALANG_SO" || fail "host --check: $?"
unbound_launch ours
await 30 "Unbound is up" unbound_is_up ours
stop ours

say "another build of the same version"
other_build
status=0
host_check "$scratch/other" "$PALANG_SO" || status=$?
((status == 1)) || fail "host --check of another build: status $status, not 1"
(($(wc -l <host) == 1)) || fail "host --check says more than one line"
start other env PALANG_DIR="$live" PALANG_SAME_USER=1 \
	"$scratch/other" -d -p -c "$scratch/ours.conf"
await 30 "the end of the other Unbound" is_over other
pid=${daemon_pid[other]}
forget other
status=0
wait "$pid" || status=$?
((status > 0 && status < 128)) || fail "Unbound's exit status is $status"
log_has other "palang: built for unbound $(unbound_version) with build-id" ||
	fail "the log does not say that the host is another"

say "something that is no module"
echo "not a library" >broken.so
! host_check "$UNBOUND_TREE/unbound" "$scratch/broken.so" ||
	fail "host --check takes a broken module"
