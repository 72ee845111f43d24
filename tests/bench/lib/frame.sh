# shellcheck shell=bash disable=SC2034,SC2154 # run and lib/*.sh share names
#
# The frame of a run: its scratch folder, its daemons, how it ends; and what
# was measured.  Networks and daemons are those of the integration tests.

# shellcheck source=/dev/null
. "$bench/../integration/lib/scenario.sh"

frame_begin() {
	name=bench
	scratch=$(mktemp -d "${TMPDIR:-/tmp}/palang-bench.XXXXXX")
	readonly name scratch
	chmod 755 "$scratch"
	mkdir "$scratch/log"
	declare -gA daemon_pid=()
	declare -ga daemon_order=()
	results=$scratch/results
	: >"$results"
	trap 'frame_end $?' EXIT
	trap 'echo "$0: line $LINENO: $BASH_COMMAND" >&2' ERR
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	cd "$scratch" || fail "no $scratch"
}

frame_end() {
	local status=$1
	trap - EXIT ERR HUP INT TERM
	set +eE
	stop_all
	((status == 0)) || show_logs
	if [[ -n ${KEEP-} ]]; then
		echo "kept: $scratch" >&2
	else
		cd / && rm -rf "$scratch"
	fi
	exit "$status"
}

stop_all() {
	while ((${#daemon_order[@]})); do
		stop "${daemon_order[-1]}"
	done
}

# discard DAEMON: at once; what it would still free does not matter.
discard() {
	local pid=${daemon_pid[$1]}
	forget "$1"
	kill -KILL "$pid" 2>/dev/null || fail "$1 had ended by itself"
	wait "$pid" 2>/dev/null || true
}

# What is said while it runs; results go to standard output.
note() {
	echo "bench: $*" >&2
}

now_us() {
	echo "${EPOCHREALTIME/./}"
}

# record SUBJECT METRIC VALUE: once in each repeat.  What is in $at becomes
# part of the subject.
at=
record() {
	printf '%s\t%s\t%s\n' "$1$at" "$2" "$3" >>"$results"
	note "  $1$at $2 $3"
}

# median SUBJECT METRIC: of what was recorded; nothing if nothing was.
median() {
	percentile "$1" "$2" 50
}

# percentile SUBJECT METRIC P: the smallest value that P % are not above.
percentile() {
	awk -F '\t' -v s="$1" -v m="$2" '$1 == s && $2 == m { print $3 }' \
		"$results" | sort -g | awk -v p="$3" '
		{ value[NR] = $1 }
		END {
			if (NR == 0)
				exit
			if (p == 50 && NR % 2 == 0) {
				printf "%.6g\n",
					(value[NR / 2] + value[NR / 2 + 1]) / 2
				exit
			}
			at = int((NR * p + 99) / 100)
			print value[at]
		}'
}

# calc EXPRESSION: with awk's numbers; "-" if an operand is missing.
calc() {
	awk "BEGIN { x = $1; printf \"%.6g\\n\", x }" 2>/dev/null || echo -
}
