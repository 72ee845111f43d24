#!/usr/bin/env bash
#
# The disk is full: what reads goes on, what writes fails and changes nothing,
# and with room again all is as it was.
if [[ -z ${IN_MOUNTS-} ]] && unshare --mount true 2>/dev/null; then
	IN_MOUNTS=1 exec unshare --mount "$0" "$@"
fi
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

[[ -n ${IN_MOUNTS-} ]] || skip "a disk of its own needs root"

# A disk of 4 MiB, of this scenario alone.
readonly disk=/mnt
mount -t tmpfs -o size=4m palang-full-disk "$disk"

# As palang_begin has it, on that disk.
palang_begin
sed -i "s#$scratch/#$disk/#" palang.yaml
palang init >/dev/null
apply_order 1 'scope: exact' 'targets: [t.me]'
palang feed add ads --source - <<<"ads.example.com" >/dev/null

fill() {
	dd if=/dev/zero of="$disk/fill" bs=4k 2>/dev/null || :
	[[ $(stat -f -c %a "$disk") == 0 ]] || fail "the disk is not full"
}

# All that reads, and what it says; the state is there to be judged.
expect_reading() {
	palang status >said || fail "status"
	grep -q "lists: generation 3 .*, published" said || fail "$(<said)"
	grep -q "feed ads: 1 rules" said || fail "$(<said)"
	palang status --json >said || fail "status --json"
	palang list >said || fail "list"
	grep -q kominfo:1 said || fail "$(<said)"
	palang why t.me >said || fail "why"
	palang why ads.example.com >said || fail "why, of a feed"
	palang feed list >said || fail "feed list"
	palang history >said || fail "history"
	palang export --format plain >said 2>/dev/null || fail "export"
	[[ $(sort said | xargs) == "ads.example.com t.me" ]] || fail "$(<said)"
}

expect_failure() {
	! palang "$@" >said 2>&1 || fail "$* goes on without room"
}

say "what reads goes on"
fill
expect_reading

say "what writes fails, and leaves everything as it was"
expect_failure block more.example --scope exact
expect_failure feed refresh ads <<<"more.example.com"
expect_failure allow add t.me --reason test
expect_reading

say "a log that has begun is read too"
sqlite3 -version >/dev/null 2>&1 && {
	rm "$disk/fill"
	# Ends without closing the ledger, so that its log stays.
	sqlite3 "$disk/state/ledger.db" >said <<-END &
		UPDATE feeds SET tried = tried + 1;
		.shell kill -KILL \$PPID
	END
	wait $! 2>/dev/null || :
	[[ -s $disk/state/ledger.db-wal ]] || fail "there is no log"
	fill
	expect_reading
}

say "with room again, it goes on"
rm "$disk/fill"
palang block more.example --scope exact >/dev/null
palang why more.example >/dev/null || fail "more.example is open"
palang why t.me >/dev/null || fail "t.me is open"
