#!/usr/bin/env bash
#
# A command that is killed, loses power or finds the disk full, with a resolver
# that watches its lists: that one answers the old state or the new one, never
# a mixture and never an error, and all the while; and so does it after the
# next command.  Some points alone: tests/faults/run tries all of them, without
# a resolver.  Power takes the resolver, too: it is started anew.
#
#	POINTS=3    of each command and fault
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

readonly POINTS=${POINTS:-3} CORE=core.telegram.org MACOS=macos.telegram.org

tree_start
palang_begin
sed -i "s,: $scratch/,&w/," palang.yaml
live=$scratch/w/live
mkdir w aside
palang init
for id in NEW OTHER; do
	order "$id" "scope: exact" "targets: [$CORE, $MACOS]" >"$id.yaml"
done

# What the resolver says of both names: n of NEW or OTHER, f of the feed, o
# open, ? anything else.
look() {
	local qname got seen=""
	for qname in "$CORE" "$MACOS"; do
		got=$(dig "@$resolver" +tries=1 +time=5 +short "$qname" A)
		case $got in
		"$SINK_A") seen+=n ;;
		198.51.100.99) seen+=f ;;
		192.0.2.20 | 192.0.2.22) seen+=o ;;
		*) seen+="?" ;;
		esac
	done
	echo "$seen"
}

# Two looks that agree: it is not just changing.
look_twice() {
	local first second
	first=$(look)
	for _ in {1..50}; do
		second=$(look)
		[[ $first != "$second" ]] || break
		first=$second
	done
	echo "$second"
}

launch() {
	unbound_configure ours "$resolver" "$(with_module)"
	unbound_launch ours
	await 30 "Unbound is up" unbound_has_decided ours
	expect_sinkhole t.me ALWAYS
}

reset() {
	rm -rf w
	cp -a base w
	launch
}

# faulty MODE AT COMMAND...: in a process group of its own, for all of it is
# killed.
faulty() {
	"$TEST_TOOLS/fault-plan" plan "$scratch/w/" "$scratch/aside" "$1" "$2"
	setsid --wait env PALANG_FAULT="$scratch/plan" \
		LD_PRELOAD="$TEST_TOOLS/fault.so" \
		"$PALANG" --config "$scratch/palang.yaml" "${@:3}" \
		>>log/command 2>&1
}

tried=0 old=0 new=0
# judge WHERE STATE
judge() {
	[[ $2 == "$before" || $2 == "$after" ]] ||
		fail "$1: $2 is neither $before nor $after"
}

watch_begin() {
	start watch "$TEST_TOOLS/watch" "$resolver" t.me "$SINK_A" "$CORE" - \
		"$MACOS" -
}
watch_end() {
	local pid=${daemon_pid[watch]} status=0
	forget watch
	kill -TERM "$pid" || fail "$1: the questions ended"
	wait "$pid" || status=$?
	((status == 0)) || fail "$1: $(tail -n 1 log/watch)"
}

# point MODE AT COMMAND...
point() {
	local where="$*" state later status=0
	reset
	watch_begin
	faulty "$@" 2>>log/killed || status=$?
	if [[ $1 == power* ]]; then
		watch_end "$where"
		stop ours
		launch
		watch_begin
	fi
	state=$(look_twice)
	judge "$where" "$state"
	palang publish --wait=10s >>log/publish || fail "$where: publish: $?"
	later=$(look)
	judge "$where, then publish" "$later"
	((status != 0)) || [[ $later == "$after" ]] ||
		fail "$where: it said done, and is not"
	[[ $state != "$after" || $later == "$after" ]] ||
		fail "$where: what was in effect is gone"
	watch_end "$where"
	palang audit verify >>log/audit || fail "$where: audit: $?"
	stop ours
	tried=$((tried + 1))
	if [[ $later == "$after" ]]; then
		new=$((new + 1))
	else
		old=$((old + 1))
	fi
}

# points COMMAND...: on the state that is there.
points() {
	local calls mode i at
	palang publish >>log/publish
	rm -rf base
	cp -a w base
	launch
	before=$(look)
	faulty none 0 "$@" || fail "$* does not work: $?"
	palang publish --wait=10s >>log/publish
	after=$(look)
	[[ $before != "$after" && $before$after != *\?* ]] ||
		fail "$*: $before, then $after"
	calls=$("$TEST_TOOLS/fault-plan" plan)
	stop ours
	for mode in kill enospc power; do
		for ((i = 0; i < POINTS; i++)); do
			# The last calls are those on the lists.
			at=$((calls - i * calls / (POINTS + 1)))
			point "$mode" "$at" "$@"
		done
	done
	say "$1: $calls calls, from $before to $after; $tried points so far"
	rm -rf w
	cp -a base w
}

order ALWAYS "scope: exact" "targets: [t.me]" >always.yaml
apply always.yaml

points apply --transcribed --source "a test" NEW.yaml

palang apply --transcribed --source "a test" OTHER.yaml
points lift OTHER

palang backup "$scratch/backup"
palang lift OTHER
points restore --force "$scratch/backup"

printf '%s\n' "$CORE" a.example.net b.example.net >list
palang feed add f --max-change 100% --source "$scratch/list"
printf '%s\n' "$MACOS" a.example.net b.example.net >list
points feed refresh f

say "$tried points tried: $old led to the old state, $new to the new one"
((POINTS < 2 || (old > 0 && new > 0))) || fail "all of them to one"
