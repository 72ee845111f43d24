# shellcheck shell=bash disable=SC2034,SC2154 # run and lib/*.sh share names
#
# What palang alone has to hold: docs/DESIGN.md, "What it must cost".

# Octets of the image, for each rule; the memory is measured with the peers.
bar_image() {
	record bars image.octets_per_rule "$(calc "$image_octets / $rules")"
}

# Ready, and the memory at rest above that without a list.
bar_ready() {
	local i base rss
	for ((i = 0; i < repeat; i++)); do
		peer_up palang none
		settle palang
		base=$(rss_octets palang)
		discard palang
		peer_up palang list
		settle palang
		rss=$(rss_octets palang)
		discard palang
		record bars module.ready_ms "$(calc "$ready * 1000")"
		record bars module.rss_octets_per_rule \
			"$(calc "($rss - $base) / $rules")"
	done
}

# bar_effect CHANGES SWEEPS: with the cache full, and orders in force.  A change is 100 names: 50
# that are blocked, 50 that are opened again.  Nothing is held to a processor:
# the resolver's keeper has one of two, its worker and the probe the other, or
# as they find them free.
bar_effect() {
	local live=$scratch/live address before rounds
	address=$(peer_address palang)
	peer_up palang list
	unpin palang
	"$TOOLS/publish" -w palang "$live" orders "$ordered" >/dev/null
	fill "$address"
	probe_start "$address" -i 200 -s 5
	probe_end
	before=$p99_us
	record bars swept.p99_before_us "$before"
	effect_rounds effect -r "$1" -o "$ordered"
	effect_rounds effect_swept -s -r "$2" -o "$ordered" \
		-t "$scratch/prepared" &
	rounds=$!
	await "$patience" "the orders of bar_effect" test -f "$scratch/prepared"
	probe_start "$address" -i 200
	wait "$rounds" || fail "no effect"
	probe_stop
	rm "$scratch/prepared"
	record bars swept.p99_us "$p99_us"
	record bars swept.p99_ratio "$(calc "$p99_us / $before")"
	[[ -n $quick ]] || effect_rounds effect_feed -r 20 -f "$names"
	discard palang
}

# effect_rounds METRIC OPTION...: records one of each round.
effect_rounds() {
	local metric=$1 client module swept
	shift
	"$TOOLS/effect" -n 100 -g 200 "$@" "$scratch/live" palang \
		"$(peer_address palang)" "$others" >"$scratch/rounds" ||
		fail "no effect"
	while read -r client module swept; do
		record bars "$metric.ms" "$client"
		[[ -z $module ]] || {
			record bars "$metric.module_ms" "$module"
			record bars swept.ms "$swept"
		}
	done <"$scratch/rounds"
}

# bar_reload ROUNDS: the whole list again and again, the resolver under load;
# and first, for as long, the load alone.
bar_reload() {
	local live=$scratch/live address load in_effect swept base
	address=$(peer_address palang)
	peer_up palang list
	settle palang
	base=$(rss_octets palang)
	start load dnsperf -s "$address" -d "$passing.queries" -l 600 -c 4 \
		-T 1 -q 100 -Q "$LOAD_QPS"
	probe_start "$address" -s "$((2 * $1))"
	probe_end
	record bars reload.silence_idle_ms "$silence_ms"
	record bars reload.lost_idle "$lost"
	"$TOOLS/reload" -r "$1" -g 300 -t "$scratch/prepared" "$live" palang \
		"$names" >"$scratch/rounds" &
	load=$!
	await "$((300 + patience))" "the images of bar_reload" test -f "$scratch/prepared"
	peak_begin palang
	probe_start "$address"
	wait "$load" || fail "a reload did not come into effect"
	probe_stop
	record bars reload.silence_ms "$silence_ms"
	record bars reload.lost "$lost"
	record bars module.peak_octets_per_rule \
		"$(calc "($(peak_octets palang) - $base) / $rules")"
	while read -r in_effect swept; do
		record bars reload.effect_ms "$in_effect"
		record bars reload.swept_ms "$swept"
	done <"$scratch/rounds"
	rm "$scratch/prepared"
	discard load
	discard palang
}

# Latency of one decision on a name of four labels; all others for the record.
bar_decision() {
	local rules=$1 i kind labels latency throughput
	"$TOOLS/generate" --pick "$rules" 200000 >"$scratch/listed"
	"$TOOLS/generate" --from 60000000 200000 >"$scratch/unlisted"
	[[ -n $(compgen -G "$scratch/live/lists/feed-*.img") ]] || palang_lists
	for ((i = 0; i < (${#quick} ? 1 : repeat); i++)); do
		on_load_cpu "$TOOLS/decision" \
			"$(compgen -G "$scratch/live/lists/feed-*.img" |
				head -n 1)" \
			"$scratch/listed" "$scratch/unlisted"
	done >"$scratch/decision"
	while read -r kind labels latency throughput; do
		record decision "$kind.$labels.latency_ns" "$latency"
		record decision "$kind.$labels.throughput_ns" "$throughput"
		((labels != 4)) || record bars "decision.${kind}_ns" "$latency"
	done <"$scratch/decision"
}

# bar_clean LINES: of dirty text a second, on one core: from the file to the
# image in force; and only to the rules, as `palang feed check` reads them.
bar_clean() {
	local began i lines=$1 live=$scratch/tool/live
	"$TOOLS/generate" --dirty "$lines" >"$scratch/dirty"
	for ((i = 0; i < repeat; i++)); do
		tool_begin
		began=$(now_us)
		on_load_cpu "$PALANG" --config "$scratch/palang.yaml" feed add \
			bench --source "$scratch/dirty" --answer nxdomain \
			>>"$scratch/log/tool" || fail "palang feed add"
		record bars clean.lines_per_s \
			"$(calc "$lines * 1e6 / ($(now_us) - $began)")"
		began=$(now_us)
		on_load_cpu "$PALANG" feed check "$scratch/dirty" \
			>>"$scratch/log/tool" || fail "palang feed check"
		record bars clean.check_lines_per_s \
			"$(calc "$lines * 1e6 / ($(now_us) - $began)")"
	done
	rm "$scratch/dirty"
}

bar_apply() {
	local out=$scratch/apply
	"$bench/apply" "$PALANG" 21 >"$out" 2>>"$scratch/log/apply" || {
		note "LEFT OUT: apply: $(tail -n 1 "$scratch/log/apply")"
		return 0
	}
	record bars apply.p50_ms "$(sed -nE 's/.*p50 ([0-9.]+) ms.*/\1/p' "$out")"
	record bars apply.fsyncs "$(sed -nE 's/^fsyncs.*: ([0-9]+)$/\1/p' "$out")"
	record bars apply.fsync_us \
		"$(sed -nE 's/^one fsync.*about ([0-9]+) us$/\1/p' "$out")"
}

# Instructions for each passing query that is in the cache.
# Counted by valgrind, since a virtual machine often cannot.
bar_pass() {
	local with without i
	command -v valgrind >/dev/null || {
		note "LEFT OUT: pass.instructions_ratio: valgrind cannot be had"
		return 0
	}
	for ((i = 0; i < repeat; i++)); do
		with=$(instructions palang) || fail "no count"
		without=$(instructions plain) || fail "no count"
		record bars pass.instructions "$with"
		record bars pass.instructions_without "$without"
		record bars pass.instructions_ratio \
			"$(calc "$with / $without")"
	done
}

# Of two workers, as resolvers have them: in a program of one thread, which is
# what Unbound with one worker is until a module starts another, the C library
# makes system calls by a shorter way.  Only what the workers do is counted.  The
# keeper goes by the clock, a slice of its slow sweep each second, which is no
# part of a query; but here, where all takes fifty times as long, a second holds
# so few queries that it would weigh more than all the rest of the module.
instructions() {
	local daemon=$1 address count completed out
	address=$(peer_address "$1")
	out=$scratch/callgrind.$daemon
	THREADS=2 WRAPPER="valgrind --tool=callgrind --separate-threads=yes
		--vgdb-prefix=$scratch/vgdb --callgrind-out-file=$out" \
		peer_up "$daemon" list
	dnsperf -s "$address" -d "$passing.queries" -n 2 -c 8 -q 10 -t 30 \
		>/dev/null 2>&1
	callgrind "$daemon" --zero
	dnsperf -s "$address" -d "$passing.queries" -n 20 -c 8 -q 10 \
		-t 30 >"$scratch/dnsperf" 2>&1
	callgrind "$daemon" --dump
	discard "$daemon"
	count=$(sum_workers "$out".1-*)
	rm -f "$out"*
	completed=$(dnsperf_value "Queries completed" "$scratch/dnsperf")
	note "  $1: $count instructions for $completed queries"
	calc "$count / $completed"
}

# Of the threads that have answered.
sum_workers() {
	grep -lZ worker_handle_request "$@" |
		xargs -0 sed -n 's/^totals: //p' |
		awk '{ sum += $1 } END { printf "%.0f\n", sum }'
}

callgrind() {
	callgrind_control --vgdb-prefix="$scratch/vgdb" "$2" \
		"${daemon_pid[$1]}" >/dev/null 2>&1
}

# Queries a second of several resolvers, by turns, so that what else the
# machine does hits all alike: the passing ones with palang and without, the
# blocked ones with palang and the two ways that Unbound has.
bar_qps() {
	local i peer
	for peer in palang plain rpz localzone; do
		peer_up "$peer" list
	done
	for ((i = 0; i < repeat; i++)); do
		for peer in palang plain; do
			peer_measure_qps "$peer" pass
		done
		for peer in palang rpz localzone; do
			peer_measure_qps "$peer" block
		done
	done
	for peer in palang plain rpz localzone; do
		discard "$peer"
	done
}
