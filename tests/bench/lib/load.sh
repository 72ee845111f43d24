# shellcheck shell=bash disable=SC2034,SC2154 # run and lib/*.sh share names
#
# Load on a resolver, and what it costs it.

# Where the machine has two processors, one is for the resolver and one for
# the load, while queries are counted; else all share what there is.
readonly RESOLVER_CPU=0 LOAD_CPU=1
cpus=$(nproc)

on_load_cpu() {
	if ((cpus > 1)); then
		taskset -c "$LOAD_CPU" "$@"
	else
		"$@"
	fi
}

# pin DAEMON, unpin DAEMON: all its threads.
pin() {
	((cpus == 1)) ||
		taskset -acp "$RESOLVER_CPU" "${daemon_pid[$1]}" >/dev/null
}

unpin() {
	((cpus == 1)) ||
		taskset -acp "0-$((cpus - 1))" "${daemon_pid[$1]}" >/dev/null
}

# Nanoseconds of processor time that all threads of a daemon have had.
cpu_ns() {
	cat "/proc/${daemon_pid[$1]}/task"/*/schedstat |
		awk '{ sum += $1 } END { printf "%.0f\n", sum }'
}

# rss_octets DAEMON: resident memory; peak_octets: the most since peak_begin.
rss_octets() {
	status_octets "$1" VmRSS
}

peak_begin() {
	echo 5 >"/proc/${daemon_pid[$1]}/clear_refs"
}

peak_octets() {
	status_octets "$1" VmHWM
}

status_octets() {
	awk -v key="$2:" '$1 == key { printf "%.0f\n", 1024 * $2 }' \
		"/proc/${daemon_pid[$1]}/status"
}

# qps DAEMON ADDRESS QUERIES SECONDS: prints queries a second, and microseconds
# of processor time for each.  The resolver is pinned for as long.
qps() {
	local before after out=$scratch/dnsperf completed
	pin "$1"
	before=$(cpu_ns "$1")
	on_load_cpu dnsperf -s "$2" -d "$3" -l "$4" -c 4 -T 1 -q 200 \
		>"$out" 2>&1 || fail "dnsperf: $(tail -n 3 "$out")"
	after=$(cpu_ns "$1")
	unpin "$1"
	completed=$(dnsperf_value "Queries completed" "$out")
	((completed > 0)) || fail "$1 answered nothing to dnsperf"
	echo "$(dnsperf_value "Queries per second" "$out")" \
		"$(calc "($after - $before) / 1000 / $completed")"
}

dnsperf_value() {
	sed -nE "s/^ *$1: *([0-9.]+).*/\1/p" "$2"
}

# answers_are RCODE: of the last dnsperf, nearly all (a reload may fall in).
answers_are() {
	local share
	share=$(sed -nE "s/.*Response codes:.*$1 [0-9]+ \(([0-9]+)\..*/\1/p" \
		"$scratch/dnsperf")
	((${share:-0} >= 99)) || fail "not $1: $(
		grep 'Response codes' "$scratch/dnsperf"
	)"
}

# fill ADDRESS: all names of $others into the cache.
fill() {
	local out=$scratch/fill
	dnsperf -s "$1" -d "$others.queries" -n 1 -c 8 -T 1 -q 400 \
		>"$out" 2>&1
	note "$(dnsperf_value "Queries completed" "$out") messages in" \
		"$(dnsperf_value "Run time \(s\)" "$out") s"
}

# probe_start ADDRESS [OPTION...]: in the background, until probe_stop, which
# sets sent, lost, silence_ms, p50_us, p99_us.
probe_start() {
	local address=$1
	shift
	probe_out=$scratch/probe
	setpriv --pdeathsig TERM "$TOOLS/probe" "$@" "$address" "$passing" \
		>"$probe_out" &
	probe_pid=$!
}

probe_stop() {
	kill -TERM "$probe_pid" 2>/dev/null || true
	probe_end
}

# The same for a probe that ends by itself.
probe_end() {
	local wrong max_us
	wait "$probe_pid" || fail "the probe had no answer"
	read -r sent lost wrong silence_ms p50_us p99_us max_us <"$probe_out"
	((wrong == 0)) || note "$wrong of $sent probes were answered wrongly"
}
