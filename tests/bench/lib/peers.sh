# shellcheck shell=bash disable=SC2030,SC2031,SC2034,SC2154 # run and lib/*.sh share names
#
# What is measured of every resolver in the same way.  A resolver NAME is six
# functions and its title:
#
#	NAME_title      how the table calls it
#	NAME_packages   Debian's packages that have it
#	NAME_version    which one it is
#	NAME_octets     what a rule takes of its memory, about: at rest, and at
#	                most while it reads a list that has changed
#	NAME_lists      makes its lists of $names, once
#	NAME_start ADDRESS list|none
#	                starts the daemon NAME with its list or without one; began
#	                is then when
#	NAME_change     blocks $changed too, from the time `began` on

readonly PEERS=(palang plain rpz localzone bind recursor dnsmasq)

# Their addresses; where one is started twice it is the same.
peer_address() {
	local i
	for i in "${!PEERS[@]}"; do
		[[ ${PEERS[i]} != "$1" ]] || echo "$net.$((21 + i))"
	done
}

peer_is_known() {
	[[ " ${PEERS[*]} " == *" $1 "* ]]
}

# What cannot be had is named and left out.
peer_install() {
	local packages
	packages=$("${1}_packages")
	[[ -n $packages ]] || return 0
	# shellcheck disable=SC2086 # a word for each package
	"$bench/../../tools/install-packages" $packages >&2 || {
		note "LEFT OUT: $("${1}_title"): $packages cannot be installed"
		return 1
	}
}

# peer_up PEER list|none: until it answers as it should; sets ready.
peer_up() {
	local address blocked=()
	address=$(peer_address "$1")
	[[ $2 == none || $1 == plain ]] || blocked=("${some[@]/#/+}")
	"${1}_start" "$address" "$2"
	dies_first "$1"
	answers_from "$1" "${blocked[@]}" "-$first_passing" ||
		fail "$1 is not ready within $patience s"
	ready=$(<"$scratch/awaited")
}

# answers_from DAEMON {+NAME|-NAME}...: until it answers so; $scratch/awaited
# is then how many seconds that took.  Whoever has died is not waited for.
answers_from() {
	local daemon=$1 asker
	shift
	"$TOOLS/await" -b "$began" -t "$patience" "$(peer_address "$daemon")" \
		"$@" >"$scratch/awaited" &
	asker=$!
	while runs "$asker"; do
		is_running "$daemon" || {
			kill "$asker"
			fail "$daemon has died"
		}
		sleep 0.1
	done
	wait "$asker"
}

# Until it does nothing of its own accord: some go on with their list when they
# answer already.
settle() {
	local before now deadline=$((SECONDS + patience))
	before=$(cpu_ns "$1")
	while sleep 0.5 && now=$(cpu_ns "$1") &&
		((now - before > 10000000 && SECONDS < deadline)); do
		before=$now
	done
}

# What a resolver without a list has resident.
peer_measure_base() {
	peer_up "$1" none
	settle "$1"
	record "$1" base_octets "$(rss_octets "$1")"
	discard "$1"
}

peer_measure_ready() {
	peer_up "$1" list
	record "$1" ready_s "$ready"
	settle "$1"
	record "$1" rss_octets "$(rss_octets "$1")"
}

# peer_measure_qps PEER pass|block
peer_measure_qps() {
	local queries=$passing.queries code=NOERROR figures
	[[ $2 == pass ]] || queries=$hits.queries code=NXDOMAIN
	figures=$(qps "$1" "$(peer_address "$1")" "$queries" "$SECONDS_OF_LOAD")
	answers_are "$code"
	record "$1" "qps_$2" "${figures% *}"
	record "$1" "cpu_us_$2" "${figures#* }"
}

peer_measure_idle() {
	probe_start "$(peer_address "$1")" -s "$SECONDS_OF_LOAD"
	probe_end
	record "$1" idle_silence_ms "$silence_ms"
	record "$1" idle_lost "$lost"
}

# peer_measure_change PEER MEASURE: one of the two below.
peer_measure_change() {
	memory_has_room "$1" change || return 0
	"$2" "$1" "$1" "${1}_change" "$changed"
	record "$1" peak_octets "$(peak_octets "$1")"
	[[ $1 != palang ]] ||
		"$2" palang palang_order palang_order "$changed_too"
}

# change_effect DAEMON SUBJECT COMMAND NAME: COMMAND blocks NAME, which is in
# the cache.
change_effect() {
	"$TOOLS/await" "$(peer_address "$1")" "-$4" >/dev/null
	peak_begin "$1"
	"$3"
	answers_from "$1" "+$4" || fail "$1: no effect within $patience s"
	record "$2" effect_s "$(<"$scratch/awaited")"
}

# The same, with a steady probe meanwhile.
change_probed() {
	probe_start "$(peer_address "$1")"
	change_effect "$@"
	sleep 1 # what comes after the effect is seen too
	probe_stop
	record "$2" silence_ms "$silence_ms"
	record "$2" lost "$lost"
	record "$2" sent "$sent"
}

# peer_try COMMAND PEER [ARGUMENT...]: in a shell of its own, so that one that
# fails leaves the others their figures; what it had started has ended then.
# Sets well, or leaves it empty; as a condition it would not stop at a failure.
peer_try() {
	local status
	set +e
	(
		daemon_pid=() daemon_order=()
		trap kill_all EXIT
		set -e
		"$@"
	)
	status=$?
	set -e
	well=1
	((status == 0)) || {
		well=
		tail -n 20 "$scratch/log/$2" >&2
		left_out "$2" "it failed, and has no more figures"
		failed=1
	}
}

kill_all() {
	local pid
	for pid in "${daemon_pid[@]}"; do
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
}

peer_measure() {
	note "$("${1}_title")"
	[[ $1 == plain ]] || peer_measure_base "$1"
	peer_measure_ready "$1"
	peer_measure_qps "$1" pass
	[[ $1 == plain ]] || {
		peer_measure_qps "$1" block
		peer_measure_idle "$1"
		peer_measure_change "$1" change_probed
	}
	discard "$1"
}
