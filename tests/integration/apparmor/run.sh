#!/usr/bin/env bash
#
# Under Debian's profile usr.sbin.unbound with the lines of
# apparmor/local-usr.sbin.unbound: Unbound takes lists and writes its status,
# and the kernel has refused it nothing.  Where the kernel has no AppArmor, the
# profile with these lines is compiled, and no more.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

readonly SOURCE=$here/../.. KERNEL=/sys/kernel/security/apparmor
lines=$SOURCE/apparmor/local-usr.sbin.unbound
profile=$UNBOUND_TREE/debian/apparmor-profile

[[ -f $profile ]] || skip "this Unbound came without Debian's profile"
parser=$(PATH=$PATH:/usr/sbin:/sbin command -v apparmor_parser) ||
	skip "no apparmor_parser"

say "the profile with our lines is valid"
mkdir -p profile/local
cp "$lines" profile/local/usr.sbin.unbound
cp "$profile" profile/usr.sbin.unbound
parse() {
	"$parser" --base /etc/apparmor.d -I "$scratch/profile" -K "$@" \
		profile/usr.sbin.unbound
}
parse -Q -T || fail "apparmor_parser: $?"
text=$(parse -p)
[[ $text == *"/var/lib/palang/live/lists/* r,"* ]] ||
	fail "our lines are not in it"

[[ -d $KERNEL ]] || skip "parsed, not enforced: no $KERNEL in this kernel"
[[ -w $KERNEL/.load ]] || skip "parsed, not enforced: no right to load profiles"

say "... and enforced"
# Another name, and the places of this scenario in place of the installed ones.
readonly CONFINED=palang-test-unbound
tree_start
palang_begin
sed -i "s,^profile unbound .* flags,profile $CONFINED flags," \
	profile/usr.sbin.unbound
sed -i "s,/var/lib/palang/live,$live," profile/local/usr.sbin.unbound
# Of the profile: what lies in /usr/sbin, /usr/lib and /etc/unbound there.
cat >>profile/local/usr.sbin.unbound <<-END
	$UNBOUND_TREE/** mr,
	$PALANG_SO mr,
	$scratch/*.conf r,
	$scratch/{root.hints,anchor.key} r,
	$scratch/ours.ctl rw,
	$scratch/log/ours w,
	capability dac_override,
END
parse -r || fail "apparmor_parser: $?"
trap '"$parser" -R "$scratch/profile/usr.sbin.unbound"; scenario_end $?' EXIT
unbound_configure ours "$resolver" "$(with_module)"
start ours aa-exec -p "$CONFINED" -- env PALANG_DIR="$live" \
	PALANG_INSTANCE=ours PALANG_SAME_USER=1 \
	"$UNBOUND_TREE/unbound" -d -p -c "$scratch/ours.conf"
await 30 "Unbound is up" unbound_has_decided ours
grep -q "^$CONFINED (enforce)" "/proc/${daemon_pid[ours]}/attr/current" ||
	fail "it is not confined"
waiting=(--wait=10s)
apply_order T "scope: exact" "targets: [t.me]"
expect_sinkhole t.me T
palang status --check
lift T
expect_open t.me A
