# shellcheck shell=bash
#
# Real Unbounds, with the module and without, controlled over a local socket.

# What the sanitizers are told where Unbound is built with them.  With
# ThreadSanitizer a scenario must run under setarch -R, as tests/run does it.
export TSAN_OPTIONS="suppressions=$here/tsan.supp exitcode=0 history_size=7 ${TSAN_OPTIONS-}"
# Unbound does not free everything at its end.
export ASAN_OPTIONS="detect_leaks=0 ${ASAN_OPTIONS-}"

# unbound_start NAME ADDRESS [TEXT]: with the module.  TEXT is more
# configuration; it comes last, so it wins where an option is given twice.
unbound_start() {
	waiting=(--wait=10s)
	unbound_run "$1" "$2" "$(with_module "${3-}")"
}

with_module() {
	cat <<-END
		server: module-config: "dynlib validator iterator"
		dynlib: dynlib-file: "$PALANG_SO"
		${1-}
	END
}

# The same without the module.
plain_unbound_start() {
	waiting=(--wait=10s)
	unbound_run "$1" "$2" "server: module-config: \"validator iterator\"
		${3-}"
}

unbound_run() {
	local daemon=$1
	unbound_configure "$@"
	unbound_launch "$daemon"
	await 30 "Unbound $daemon is up" unbound_has_decided "$daemon"
	is_running "$daemon" || fail "Unbound $daemon ended at its start"
}

unbound_has_decided() {
	unbound_is_up "$1" || is_over "$1"
}

# Starts it on the configuration that is there; does not wait for anything.
unbound_launch() {
	start "$1" env PALANG_DIR="${live-}" PALANG_INSTANCE="$1" \
		PALANG_SAME_USER=1 "$UNBOUND_TREE/unbound" -d -p -c "$scratch/$1.conf"
}

unbound_is_up() {
	control "$1" status
}

# control NAME COMMAND...: unbound-control.
control() {
	local daemon=$1
	shift
	"$UNBOUND_TREE/unbound-control" -c "$scratch/$daemon.conf" "$@"
}

# Sanitizers make Unbound so slow under load that it would rather be silent.
is_slow() {
	[[ -n ${SANITIZER-} ]]
}

unbound_configure() {
	cat >"$scratch/$1.conf" <<-END
		server:
			directory: "$scratch"
			username: ""
			chroot: ""
			use-syslog: no
			logfile: ""
			log-time-ascii: yes
			verbosity: ${VERBOSITY:-1}
			num-threads: 2
			interface: $2@53
			do-ip6: no
			do-not-query-localhost: no
			access-control: 127.0.0.0/8 allow
			root-hints: "$scratch/root.hints"
			trust-anchor-file: "$scratch/anchor.key"
			ede: yes
			serve-expired: no
			$(is_slow && echo "discard-timeout: 10000")
		remote-control:
			control-enable: yes
			control-interface: "$scratch/$1.ctl"
			control-use-cert: no
		$3
	END
}

unbound_version() {
	"$UNBOUND_TREE/unbound" -V | sed -n 's/^Version //p'
}

# has_control COMMAND: this Unbound's control knows the command.
has_control() {
	local usage
	usage=$("$UNBOUND_TREE/unbound-control" -h 2>&1) ||
		true
	grep -qE "^  $1([[:space:]]|$)" <<<"$usage"
}

# statistic NAME KEY: a number of unbound-control stats_noreset.
statistic() {
	control "$1" stats_noreset | sed -n "s/^$2=//p"
}

# Puts the messages for names into the cache: NAME TYPE pairs on stdin.
warm_cache() {
	local qname qtype
	while read -r qname qtype; do
		ask "$qname" "$qtype"
		expect_rcode NOERROR
	done
}
