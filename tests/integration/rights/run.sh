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
