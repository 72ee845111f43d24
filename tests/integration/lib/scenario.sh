# shellcheck shell=bash
#
# The frame of a scenario: its network, its scratch folder, its daemons, and
# how it ends.

# Puts the scenario into a network namespace of its own where the system lets
# it: every port of every loopback address is then free, and no packet can
# leave the machine.  Elsewhere (a container without CAP_SYS_ADMIN) it takes
# one of sixteen loopback networks, held by a lock.
#
# Servers listen on port 53 of addresses in $net, as on the internet; the
# resolver under test on $net.1.
network_begin() {
	if [[ -z ${IN_NAMESPACE-} ]] && unshare --net true 2>/dev/null; then
		IN_NAMESPACE=1 exec unshare --net "$0" "$@"
	fi
	if [[ -n ${IN_NAMESPACE-} ]]; then
		ip link set lo up
		net=127.53.0
	else
		network_take_slot
	fi
	readonly net resolver=$net.1
}

network_take_slot() {
	local slot
	for slot in {1..16}; do
		exec 9>"/run/palang-test-$slot.lock"
		flock -n 9 && net=127.53.$slot && return
	done
	fail "all sixteen test networks are taken"
}

scenario_begin() {
	network_begin "$@"
	[[ -z ${TRACE-} ]] || set -x
	name=$(basename "$(cd "$(dirname "$0")" && pwd)")
	scratch=$(mktemp -d "${TMPDIR:-/tmp}/palang-$name.XXXXXX")
	scenario_dir=$(cd "$(dirname "$0")" && pwd)
	readonly name scratch scenario_dir
	mkdir "$scratch/log"
	chmod 755 "$scratch"
	declare -gA daemon_pid=()
	declare -ga daemon_order=()
	trap 'scenario_end $?' EXIT
	trap 'echo "$0: line $LINENO: $BASH_COMMAND" >&2' ERR
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	cd "$scratch"
}

scenario_end() {
	local status=$1 daemon
	trap - EXIT ERR HUP INT TERM
	set +eE
	while ((${#daemon_order[@]})); do
		daemon=${daemon_order[-1]}
		stop "$daemon" || status=1
	done
	sanitizers_silent || status=1
	((status == 0)) || show_logs
	if [[ -n ${KEEP-} ]]; then
		echo "kept: $scratch" >&2
	else
		cd / && rm -rf "$scratch"
	fi
	((status == 0)) && echo "$name: as expected"
	exit "$status"
}

show_logs() {
	local log
	for log in "$scratch"/log/*; do
		[[ -s $log ]] || continue
		echo "--- ${log##*/} (the last 60 lines)"
		tail -n 60 "$log"
	done >&2
}

# A report of a sanitizer in any log is a failure, whatever the answers were.
sanitizers_silent() {
	local begin='ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer'
	! grep -qsE "$begin|runtime error:" "$scratch"/log/* || {
		sed -nE "/$begin/,/^SUMMARY/p; /runtime error:/p" \
			"$scratch"/log/* | head -n 200 >&2
		return 1
	}
}

say() {
	echo "$name: $*"
}

fail() {
	trap - ERR
	echo "${name:-$0}: FAILED: $*" >&2
	exit 1
}

# A scenario that cannot run here says why; ctest counts it as skipped.
skip() {
	echo "${name:-$0}: skipped: $*"
	exit 77
}

# await SECONDS WHAT COMMAND...: polls until the command succeeds.
await() {
	local seconds=$1 what=$2 deadline
	shift 2
	deadline=$(($(now_ms) + seconds * 1000))
	until "$@" >/dev/null 2>&1; do
		(($(now_ms) < deadline)) ||
			fail "not within $seconds s: $what"
		sleep 0.02
	done
}

now_ms() {
	local now=${EPOCHREALTIME/./}
	echo $((now / 1000))
}

# start NAME COMMAND...: a daemon that stays in the foreground.  It ends with
# this shell, however the shell ends.  Never call it in a subshell.
start() {
	local daemon=$1
	shift
	setpriv --pdeathsig TERM "$@" >>"$scratch/log/$daemon" 2>&1 9>&- &
	daemon_pid[$daemon]=$!
	daemon_order+=("$daemon")
}

is_running() {
	runs "${daemon_pid[$1]-0}"
}

# A process that has ended stays a zombie until we wait for it.
runs() {
	local stat
	read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
	stat=${stat##*) }
	[[ ${stat:0:1} != Z ]]
}

is_over() {
	! is_running "$1"
}

# stop NAME: ends it; fails if it had ended by itself, crashed, or hangs.
stop() {
	local daemon=$1 status=0 deadline
	local pid=${daemon_pid[$daemon]}
	forget "$daemon"
	kill -TERM "$pid" 2>/dev/null || {
		wait "$pid" || status=$?
		echo "$daemon had ended by itself, status $status" >&2
		return 1
	}
	deadline=$(($(now_ms) + 20000))
	while runs "$pid"; do
		(($(now_ms) < deadline)) || {
			echo "$daemon hangs at its end" >&2
			kill -KILL "$pid"
			return 1
		}
		sleep 0.02
	done
	wait "$pid" || status=$?
	# 143: by the signal that we sent, without a handler.
	((status == 0 || status == 143)) || {
		echo "$daemon ended with status $status" >&2
		return 1
	}
}

# Drops a daemon that has ended as it should have.
forget() {
	local daemon=$1 other kept=()
	unset "daemon_pid[$daemon]"
	for other in "${daemon_order[@]}"; do
		[[ $other == "$daemon" ]] || kept+=("$other")
	done
	daemon_order=("${kept[@]}")
}

# log_has NAME PATTERN: in what the daemon has said so far.
log_has() {
	grep -qE -- "$2" "$scratch/log/$1"
}
