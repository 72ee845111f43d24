#!/usr/bin/env bash
#
# What can happen to a module in a long life: files that it may not read, that
# change while it reads them, that vanish with their folder; no room for its
# status file, no file descriptor left, a clock that jumps.  All the while
# each question must be answered, and a blocked name stays blocked, an open one
# open; and when all is well again, so is the module.  What is not here is in
# bad-lists.

# With a file system of its own for the status file, where that is allowed.
if [[ -z ${IN_MOUNTS-} ]] && unshare --mount true 2>/dev/null; then
	IN_MOUNTS=1 exec unshare --mount --propagation private "$0" "$@"
fi
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

# A user that every Debian has, in place of unbound; the tool is root.
readonly RESOLVER=nobody
readonly OPEN=www.telegram.org OPEN_A=192.0.2.14

state_is() {
	palang status | grep -qi "$1"
}

# watch_begin, watch_end WHAT: what is asked meanwhile, in the background.
watch_begin() {
	start watch "$TEST_TOOLS/watch" "$resolver" t.me "$SINK_A" \
		"$OPEN" "$OPEN_A" "$@"
}
watch_end() {
	local pid=${daemon_pid[watch]} status=0
	forget watch
	kill -TERM "$pid" || fail "the questions ended before $1"
	wait "$pid" || status=$?
	say "$1: $(tail -n 1 "$scratch/log/watch")"
	((status == 0)) || fail "$1: lost or wrong"
	is_running ours || fail "Unbound ended by $1"
}

# damaged WHAT: something new is in the lists, and must not be in force.
expect_old() {
	await 10 "status DEGRADED: $1" state_is degraded
	expect_open core.telegram.org A
}

mends() {
	palang publish --wait=10s >>"$scratch/log/publish" ||
		fail "publish: $?"
	palang status --check || fail "status --check after $1"
}

# publish_as NUMBER COMMAND...: a new order, with the resolver asleep while
# COMMAND is done to its image.
publish_as() {
	local image
	kill -STOP "${daemon_pid[ours]}"
	order "N$1" "scope: exact" "targets: [core.telegram.org]" >order.yaml
	palang apply --transcribed --source "a test" order.yaml
	image=$live/lists/$(grep -oE 'orders[a-z0-9-]+\.img' \
		"$live/lists/manifest" | head -n 1)
	"${@:2}" "$image"
	kill -CONT "${daemon_pid[ours]}"
}
lift_as() {
	mends "$2"
	expect_sinkhole core.telegram.org "N$1"
	palang lift "N$1" --wait=10s >>"$scratch/log/publish"
	expect_open core.telegram.org A
}

tree_start
palang_begin
cp "$PALANG_SO" palang.so
PALANG_SO=$scratch/palang.so
chmod 755 "$scratch"
chown "$RESOLVER" "$live/status"
printf '%-16s' +0 >clock
chmod 644 clock
# Its own user; never with PALANG_SAME_USER.
launch() {
	unbound_configure ours "$resolver" "$(with_module "server:
		username: $RESOLVER
		val-override-date: -1
		module-config: \"dynlib validator iterator\"")"
	start ours env -u PALANG_SAME_USER PALANG_DIR="$live" \
		PALANG_INSTANCE=ours CLOCK_FILE="$scratch/clock" \
		LD_PRELOAD="$TEST_TOOLS/clock.so" \
		"$UNBOUND_TREE/unbound" -d -p -c "$scratch/ours.conf"
	await 30 "Unbound is up" unbound_has_decided ours
}
launch
waiting=(--wait=10s)
apply_order T "scope: exact" "targets: [t.me]"
expect_sinkhole t.me T
expect_open "$OPEN" A
expect_open core.telegram.org A

say "files that it may not read"
watch_begin core.telegram.org 192.0.2.20
for file in image manifest; do
	if [[ $file == image ]]; then
		publish_as 1 chmod 600
	else
		kill -STOP "${daemon_pid[ours]}"
		palang publish
		chmod 600 "$live/lists/manifest"
		kill -CONT "${daemon_pid[ours]}"
	fi
	expect_old "$file"
done
watch_end "files that it may not read"
lift_as 1 "files that it may not read"

say "an image that changes while it is read"
# Octets here and there, the length, and all of it back again, without a pause.
scribble() {
	local image=$1
	cp "$image" whole.img
	while :; do
		printf '\377' | dd of="$image" bs=1 seek=$((RANDOM % 200)) \
			conv=notrunc status=none
		truncate -s "$((RANDOM % 300))" "$image"
		cat whole.img >"$image"
		printf '\0' | dd of="$image" bs=1 seek=120 conv=notrunc status=none
	done
}
has_looked() {
	state_is degraded || answers_here core.telegram.org "$SINK_A"
}
answers_here() {
	[[ $(dig "@$resolver" +short +tries=1 +time=5 "$1" A) == "$2" ]]
}
differs() {
	! cmp -s whole.img "$1"
}
watch_begin
for number in {2..5}; do
	kill -STOP "${daemon_pid[ours]}"
	order "N$number" "scope: exact" "targets: [core.telegram.org]" >order.yaml
	palang apply --transcribed --source "a test" order.yaml
	image=$live/lists/$(grep -oE 'orders[a-z0-9-]+\.img' \
		"$live/lists/manifest" | head -n 1)
	scribble "$image" &
	scribbler=$!
	await 5 "a change" differs "$image"
	kill -CONT "${daemon_pid[ours]}"
	await 10 "image $number refused, or taken whole" has_looked "$number"
	expect_sinkhole t.me T
	kill "$scribbler"
	wait "$scribbler" || true
	lift_as "$number" "an image that changes"
done
watch_end "an image that changes while it is read"

say "no manifest at all, and no folder"
watch_begin core.telegram.org 192.0.2.20
mv "$live/lists" "$live/aside"
await 10 "status DEGRADED: no folder" state_is degraded
mkdir "$live/lists"
expect_sinkhole t.me T
rmdir "$live/lists"
ln -s aside "$live/lists"
expect_sinkhole t.me T
rm "$live/lists"
# Another folder, with a list that is too old for it.
cp -a "$live/aside" "$live/lists"
mv "$live/lists/manifest.prev" "$live/lists/manifest"
expect_sinkhole t.me T
rm -rf "${live:?}/lists"
mv "$live/aside" "$live/lists"
watch_end "a folder that goes and comes"
mends "a folder that goes and comes"

say "no file descriptor left"
# limit [NUMBER]: of descriptors; by its own user, for which no right is needed.
limit() {
	setpriv --reuid "$RESOLVER" --regid "$(id -g "$RESOLVER")" \
		--clear-groups prlimit --pid "${daemon_pid[ours]}" \
		--output SOFT --noheadings "--nofile${1+=$1:}"
}
many=$(limit)
watch_begin core.telegram.org 192.0.2.20
limit 3
order "F" "scope: exact" "targets: [desktop.telegram.org]" >order.yaml
status=0
palang apply --transcribed --source "a test" --wait=2s order.yaml || status=$?
((status == 5)) || fail "apply says $status, though no resolver has it"
expect_sinkhole t.me T
limit "${many// /}"
watch_end "no file descriptor left"
mends "no file descriptor left"
expect_sinkhole desktop.telegram.org F

# In place: the resolver has it mapped.
clock_is() {
	printf '%-16s' "$1" 1<>clock
}
say "a clock that jumps"
apply_order SHORT "scope: exact" "targets: [macos.telegram.org]" \
	"expires: $(rfc3339 3600)"
expect_sinkhole macos.telegram.org SHORT
watch_begin
for by in +1800 -1800 -86400 -31536000 +0; do
	clock_is "$by"
	for _ in {1..5}; do
		expect_sinkhole macos.telegram.org SHORT
		expect_sinkhole t.me T
		sleep 0.3
	done
done
say "... beyond the end of an order, which no step back revives"
clock_is +7200
is_open() {
	answers_here macos.telegram.org 192.0.2.22
}
await 5 "the end of the order" is_open
for by in -7200 +0 -86400 +0; do
	clock_is "$by"
	for _ in {1..5}; do
		is_open || fail "$by revives an order"
		expect_sinkhole t.me T
		sleep 0.3
	done
done
clock_is +0
watch_end "a clock that jumps"
apply_order AFTER "scope: exact" "targets: [web.telegram.org]"
expect_sinkhole web.telegram.org AFTER
# The status tells of it until a restart.
await 10 "the step in the status" state_is 'clock'
stop ours
launch
expect_sinkhole web.telegram.org AFTER

say "no room for the status file"
if [[ -z ${IN_MOUNTS-} ]] || ! mount -t tmpfs -o \
	"size=64k,mode=2770,uid=$(id -u "$RESOLVER")" none "$live/status"; then
	say "cannot be tried: no mount namespace"
	exit 0
fi
await 10 "a status in the new place" palang status --check
watch_begin
: >"$live/status/filler"
while head -c 4096 /dev/zero >>"$live/status/filler"; do :; done 2>/dev/null
order "G" "scope: exact" "targets: [a.web.telegram.org]" >order.yaml
status=0
palang apply --transcribed --source "a test" --wait=3s order.yaml || status=$?
((status == 5)) || fail "apply says $status, though no status can be written"
# In force it is all the same.
expect_sinkhole a.web.telegram.org G
rm "$live/status/filler"
await 15 "status OK with room again" palang status --check
watch_end "no room for the status file"
umount "$live/status"
