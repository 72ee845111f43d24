#!/usr/bin/env bash
#
# Unbound in a real chroot, as nobody, where nothing lies but what palang
# needs, with the places that the module looks for by itself; the tool works
# from outside.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

[[ -z ${SANITIZER-} ]] || skip "what the sanitizer needs is not in the chroot"
root=$scratch/root
tree_start
palang_begin
# As laid out on a system: the lists are root's, the status is the resolver's.
mkdir -p "$root"/{etc,run,usr/lib/palang,var/lib/palang}
mv "$live" "$root/var/lib/palang/live"
live=$root/var/lib/palang/live
chown nobody "$live/status" "$root/run"
sed -i "s|^live-dir: .*|live-dir: $live|" palang.yaml
cp "$PALANG_SO" "$root/usr/lib/palang/palang.so"
cp "$here/../../unbound.conf.sample" "$root/etc/palang.conf"
cp root.hints anchor.key "$root/etc/"

unbound_configure ours "$resolver" "server:
	chroot: \"$root\"
	directory: \"$root/etc\"
	username: nobody
	root-hints: \"$root/etc/root.hints\"
	trust-anchor-file: \"$root/etc/anchor.key\"
	include: \"$root/etc/palang.conf\"
	remote-control: control-interface: \"$root/run/ctl\""
sed -i "\|control-interface: \"$scratch/ours.ctl\"|d
	\|trust-anchor-file: \"$scratch/anchor.key\"|d
	\|root-hints: \"$scratch/root.hints\"|d
	\|directory: \"$scratch\"|d" ours.conf
mv ours.conf "$root/etc/ours.conf"
ln -s "$root/etc/ours.conf" ours.conf

start ours "$UNBOUND_TREE/unbound" -d -p -c "$root/etc/ours.conf"
await 30 "Unbound is up" unbound_has_decided ours
is_running ours || fail "Unbound ended at its start"
waiting=(--wait=10s)

pid=${daemon_pid[ours]}
[[ $(readlink "/proc/$pid/root") == "$root" ]] || fail "it is not in a chroot"
[[ $(stat -c %U "/proc/$pid") == nobody ]] || fail "it does not run as nobody"

apply_order T "scope: exact" "targets: [t.me]"
expect_sinkhole t.me T
expect_open telegram.me A
palang status --check

has_started_twice() {
	(($(grep -c 'start of service' log/ours) == 2))
}

say "reload, in the chroot"
control ours reload
await 10 "the start after the reload" has_started_twice
expect_sinkhole t.me T
apply_order U "scope: exact" "targets: [telegram.me]"
expect_sinkhole telegram.me U
lift kominfo:T
expect_open t.me A
