#!/usr/bin/env bash
#
# As installed: the tool, started as root, becomes a user of its own; Unbound
# is another, which may read the lists and write its status, and no more.
# Lists that its own user owns, or that others can write, it refuses.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

# Users that every Debian has, in place of palang and unbound.
readonly TOOL=daemon RESOLVER=nobody

expect_rights() {
	local got
	got=$(stat -c '%U %a' "$1")
	[[ $got == "$2" ]] || fail "$1 is $got, not $2"
}

as() {
	setpriv --reuid "$1" --regid "$(id -g "$1")" --clear-groups "${@:2}"
}

tree_start
live=$scratch/live
cat >palang.yaml <<-END
	state-dir: $scratch/var/state
	live-dir: $live
	user: $TOOL
	guards: {popular: no, protected-shipped: no, unbound: no}
	ttl: $BLOCK_TTL
	authorities:
	  kominfo:
	    kind: external
	    signature: transcribed
	    a: $SINK_A
	    aaaa: "$SINK_AAAA"
END
mkdir var
palang init --resolver-user "$RESOLVER"
expect_rights var/state "$TOOL 750"
expect_rights var/state/ledger.db "$TOOL 640"
expect_rights live/lists "$TOOL 755"
expect_rights live/status "$RESOLVER 2770"
as "$RESOLVER" test ! -w live/lists || fail "the resolver can write lists"
as "$RESOLVER" test ! -r var/state/ledger.db || fail "it can read the ledger"

# Where that user can read it, wherever it was built.
cp "$PALANG_SO" palang.so
PALANG_SO=$scratch/palang.so
unbound_configure ours "$resolver" "$(with_module "server: username: $RESOLVER")"
start ours env -u PALANG_SAME_USER PALANG_DIR="$live" PALANG_INSTANCE=ours \
	"$UNBOUND_TREE/unbound" -d -p -c "$scratch/ours.conf"
await 30 "Unbound is up" unbound_has_decided ours
waiting=(--wait=10s)

order T "scope: exact" "targets: [t.me]" >order.yaml
apply order.yaml
expect_sinkhole t.me T
expect_rights live/lists/manifest "$TOOL 644"
palang status --check

say "who belongs to the tool's group reads, and writes nothing"
# member COMMAND...: as a user of another name in that group, and no more.
member() {
	setpriv --reuid 65533 --regid "$(id -g "$TOOL")" --clear-groups \
		"$PALANG" --config "$scratch/palang.yaml" "$@"
}
mode=$(stat -c %a "$scratch")
chmod 755 "$scratch"
expect_member() {
	local got
	got=$(member "${@:2}") || fail "palang ${*:2}: exit $?"
	[[ $got == *"$1"* ]] || fail "palang ${*:2} says: $got"
}
[[ ! -e var/state/ledger.db-wal ]] || fail "the ledger is not at rest"
expect_member kominfo:T list
expect_member kominfo:T show T
expect_member kominfo:T why t.me
expect_member kominfo:T history
expect_member "orders: 1 active" status
member status --check || fail "palang status --check: exit $?"
member lift T && fail "a member of the group has written"
expect_sinkhole t.me T
# The others, who may not even read, hear of a way.
cp palang.yaml open.yaml
got=$(as "$RESOLVER" "$PALANG" --config "$scratch/open.yaml" list 2>&1) &&
	fail "anybody reads the ledger"
[[ $got == *"adduser YOU $TOOL"* ]] || fail "no way out in: $got"
chmod "$mode" "$scratch"

say "lists that the resolver owns, or that anyone can write, are refused"
order U "scope: exact" "targets: [telegram.me]" >order.yaml
waiting=()
chown "$RESOLVER" live/lists
apply order.yaml && fail "the tool writes into a folder of the resolver's"
chown "$TOOL" live/lists
chmod 777 live/lists
apply order.yaml || true
await 5 "the refusal in the log" log_has ours 'refused .*can write it'
expect_sinkhole t.me T
expect_open telegram.me A
chmod 755 live/lists
palang publish --wait=10s
expect_sinkhole telegram.me U

say "the status tells of rights that are looser than they should be"
chmod 757 live/lists
chmod 644 var/state/ledger.db
palang status >status.text || fail "palang status: $?"
grep -q 'live/lists: its rights are 0757, looser than 0755: chmod o-w' \
	status.text || fail "no word on lists: $(<status.text)"
grep -q 'ledger.db: its rights are 0644, looser than 0640: chmod o-rwx' \
	status.text || fail "no word on the ledger: $(<status.text)"
chmod 755 live/lists
chmod 640 var/state/ledger.db
! palang status | grep 'its rights are' || fail "a word on rights that are well"

say "... and of whom they belong to"
mkdir -m 755 keys
echo key >keys/k.pub
! palang status | grep 'belongs to' || fail "a word on owners that are well"
# expect_owner_told USER FILE
expect_owner_told() {
	local owner
	owner=$(stat -c %U "$2")
	chown "$1" "$2"
	palang status >status.text || fail "palang status: $?"
	chown "$owner" "$2"
	grep -q "${2#.}: belongs to $1, who can change it, not to $owner" \
		status.text || fail "no word on $2: $(<status.text)"
}
for file in . ./palang.yaml ./keys ./keys/k.pub; do
	expect_owner_told "$RESOLVER" "$file"
	expect_owner_told "$TOOL" "$file"
done
for file in ./var/state ./var/state/ledger.db; do
	expect_owner_told "$RESOLVER" "$file"
done
chmod 775 .
palang status | grep -q "$scratch: its rights are 0775, looser than 0755" ||
	fail "no word on the folder of the configuration"
chmod "$mode" .

say "whoever has the resolver's user cannot change the lists"
mode=$(stat -c %a "$scratch")
chmod 755 "$scratch"
try() {
	! as "$RESOLVER" "$@" 2>>log/tried || fail "the resolver can: $*"
}
try touch live/lists/new
try ln -s /etc/passwd live/lists/new.img
try mv live/lists/manifest live/lists/other
try rm -f live/lists/manifest.prev
try truncate -s 0 live/lists/manifest
try mv live/status live/elsewhere
try mv live/lists live/elsewhere
try cat var/state/ledger.db

say "... and leads the tool nowhere by what it lays into status/"
# A target that the tool could write, and that must stay as it is.
as "$TOOL" tee var/state/victim <<<untouched >/dev/null
lay() {
	rm -rf live/status/evil
	as "$RESOLVER" "$@"
}
# expect_unmoved WHAT: orders go on, at once, and the thing is named.
number=0
expect_unmoved() {
	number=$((number + 1))
	timeout 10 "$PALANG" --config "$scratch/palang.yaml" status \
		>status.text || fail "palang status with $1: $?"
	grep -q 'status/evil' status.text || fail "status is silent on $1"
	order "E$number" "scope: exact" "targets: [e$number.t.me]" >order.yaml
	timeout 20 "$PALANG" --config "$scratch/palang.yaml" apply \
		--transcribed --source test --wait=10s order.yaml ||
		fail "apply with $1: $?"
	[[ $(<var/state/victim) == untouched ]] || fail "$1 was followed"
}
lay ln -s "$scratch/var/state/victim" live/status/evil
expect_unmoved "a symbolic link"
lay ln -s /dev/zero live/status/evil
expect_unmoved "a link to a device"
lay mkfifo live/status/evil
expect_unmoved "a FIFO"
lay mkdir live/status/evil
expect_unmoved "a folder"
lay dd if=/dev/zero of=live/status/evil bs=1M count=64 status=none
expect_unmoved "a huge file"
lay truncate -s 1T live/status/evil
expect_unmoved "a file of a terabyte"
rm -rf live/status/evil
# Its own status file, too: a link where the module's stood.
as "$RESOLVER" ln -sf "$scratch/var/state/victim" live/status/ours.status
palang publish --wait=10s
[[ $(<var/state/victim) == untouched ]] || fail "a status file was followed"
[[ -z $(find live/status -user "$TOOL") ]] || fail "the tool writes in status"
chmod "$mode" "$scratch"
is_running ours || fail "Unbound ended"
