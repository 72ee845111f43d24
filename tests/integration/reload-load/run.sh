#!/usr/bin/env bash
#
# The invariant holds over reload, reload_keep_cache, fast_reload (where there
# is one) and load_cache, each again and again under load, with caches of
# another size each time, while names are blocked and lifted.  Unbound must
# stay, and whatever is answered must be right; what a reload leaves without an
# answer is Unbound's own way.
#
#	DURATION=25 SEED=1
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=../lib/world.sh
. "$here/lib/world.sh"

configure() {
	local cache=$((1 << RANDOM % 5))
	unbound_configure ours "$resolver" "$(with_module "$(world_config)
		log-identity: freed-on-a-reload-$RANDOM
		msg-cache-size: ${cache}m
		msg-cache-slabs: $((1 << RANDOM % 4))
		rrset-cache-size: $((2 * cache))m
		key-cache-size: $((1 + RANDOM % 3))m")"
}

starts() {
	grep -c 'start of service' "$scratch/log/ours"
}

has_started_after() {
	(($(starts) > $1))
}

# run_command COMMAND: and it is over when this returns.
run_command() {
	local before
	before=$(starts)
	control ours "$1" >>log/control || fail "$1 failed"
	[[ $1 == fast_reload ]] ||
		await 30 "the start after $1" has_started_after "$before"
	is_running ours || fail "Unbound ended after $1"
}

# stress_runs SECONDS: in the background.
stress_runs() {
	"$TEST_TOOLS/stress" -l "$live" -a "$resolver" -s "$1" -r 2000 -w 100 \
		-h 100 -m 1 -f 0 -o 700 -x "${SEED:-1}" table >stress.out 2>&1 &
	stress=$!
}

is_stressed() {
	runs "$stress"
}

stress_was_right() {
	wait "$stress" || {
		cat stress.out >&2
		fail "a wrong answer"
	}
	cat stress.out
}

world_start lists
RANDOM=${SEED:-1}
configure
unbound_launch ours
await 30 "Unbound is up" unbound_is_up ours

commands=(reload)
has_control reload_keep_cache && commands+=(reload_keep_cache)
has_control fast_reload && commands+=(fast_reload)
say "Unbound $(unbound_version), ${commands[*]}"
count=0
stress_runs "${DURATION:-25}"
while is_stressed; do
	configure
	run_command "${commands[RANDOM % ${#commands[@]}]}"
	sleep "0.$((RANDOM % 10))"
	count=$((count + 1))
done
stress_was_right
say "$count reloads"
((count >= 5)) || fail "hardly a reload"
# The log is not to be touched on a reload, and no worker was really busy.
is_slow || ! log_has ours 'palang: waiting' || fail "waited for a reload"

say "load_cache, of what was cached when nothing was blocked"
control ours dump_cache >dump
stress_runs 5 # its answers may be wrong for as long as a slow lap takes
for _ in {1..20}; do
	control ours load_cache <dump >>log/control
	sleep 0.1
done
wait "$stress" || true
is_running ours || fail "Unbound ended after load_cache"
