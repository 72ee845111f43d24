# shellcheck shell=bash disable=SC2034,SC2154 # run and lib/*.sh share names
#
# What was measured, as a table, as the bars, as lines, as JSON.

# The bars: metric, "at most" or "at least", how much, unit; and what is
# printed without one.
readonly BARS='
image.octets_per_rule       max 8.5     octets
module.rss_octets_per_rule  max 9.5     octets
module.peak_octets_per_rule -   -       octets
module.ready_ms             max 500     ms
effect.p50_ms               max 30      ms
effect.p99_ms               max 100     ms
effect_feed.p50_ms          max 30      ms
effect_feed.p99_ms          max 100     ms
swept.ms                    max 3000    ms
swept.p99_ratio             max 2       ratio
apply.p50_ms                max 60      ms
apply.fsyncs                -   -       count
apply.fsync_us              -   -       us
reload.silence_ms           max IDLE    ms
reload.silence_idle_ms      -   -       ms
reload.lost                 max 0       queries
reload.effect_ms            -   -       ms
pass.instructions_ratio     max 1.01    ratio
qps.pass_ratio              -   -       ratio
qps.block_vs_localzone      min 1       ratio
qps.block_vs_rpz            min 1       ratio
cpu.block_vs_localzone      -   -       ratio
cpu.block_vs_rpz            -   -       ratio
clean.lines_per_s           min 1000000 lines/s
clean.check_lines_per_s     -   -       lines/s
decision.hit_ns             max 300     ns
decision.miss_ns            max 300     ns'

# What --quick prints, one a line.
readonly QUICK='image.octets_per_rule octets
module.rss_octets_per_rule octets
module.ready_ms ms
decision.hit_ns ns
decision.miss_ns ns
clean.lines_per_s lines/s
effect.p50_ms ms
effect.p99_ms ms
swept.ms ms
reload.silence_ms ms
reload.silence_idle_ms ms
reload.lost queries
pass.instructions_ratio ratio
qps.pass_ratio ratio
qps.block_vs_localzone ratio
qps.block_vs_rpz ratio'

# value METRIC: of the bars; empty if it was not measured.
value() {
	case $1 in
	effect.p50_ms) percentile bars effect.ms 50 ;;
	effect.p99_ms) percentile bars effect.ms 99 ;;
	effect_feed.p50_ms) percentile bars effect_feed.ms 50 ;;
	effect_feed.p99_ms) percentile bars effect_feed.ms 99 ;;
	qps.pass_ratio) ratio_of qps_pass palang plain ;;
	qps.block_vs_localzone) ratio_of qps_block palang localzone ;;
	qps.block_vs_rpz) ratio_of qps_block palang rpz ;;
	# Less time is better: the other one's stands above.
	cpu.block_vs_localzone) ratio_of cpu_us_block localzone palang ;;
	cpu.block_vs_rpz) ratio_of cpu_us_block rpz palang ;;
	*) median bars "$1" ;;
	esac
}

# ratio_of METRIC SUBJECT TO
ratio_of() {
	local a b
	a=$(median "$2" "$1") b=$(median "$3" "$1")
	[[ -z $a || -z $b ]] || calc "$a / $b"
}

report_quick() {
	local metric unit
	while read -r metric unit; do
		echo "$metric $(value "$metric") $unit"
	done <<<"$QUICK"
}

# bars_rows: metric, measured, bar, unit, ratio, verdict, by tabs; "-" for what
# there is not.
bars_rows() {
	local metric sense bar unit measured
	while read -r metric sense bar unit; do
		[[ -n $metric ]] || continue
		measured=$(value "$metric")
		[[ -n $measured ]] || continue
		[[ $bar != IDLE ]] ||
			bar=$(calc "$(value reload.silence_idle_ms) + 10")
		awk -v m="$metric" -v s="$sense" -v b="$bar" -v u="$unit" \
			-v x="$measured" 'BEGIN {
			verdict = ratio = "-"
			if (s != "-") {
				holds = s == "max" ? x <= b + 0 : x >= b + 0
				verdict = holds ? "HOLDS" : "FALLS SHORT"
				ratio = b == 0 ? "-" : sprintf("%.3f", x / b)
			}
			printf "%s\t%s\t%s\t%s\t%s\t%s\n", m, x,
				s == "-" ? s : (s == "max" ? "<= " : ">= ") b,
				u, ratio, verdict
		}'
	done <<<"$BARS"
}

report_bars() {
	{
		printf 'bar\tmeasured\t\tunit\tratio\t\n'
		bars_rows
	} | column -t -s $'\t'
}

# runs_cell SUBJECT: how many repeats its figures are of.
runs_cell() {
	local all effects
	all=$(count_of "$1" ready_s) effects=$(count_of "$1" effect_s)
	if ((all == 0 || effects == 0 || all == effects)); then
		echo "$((all > 0 ? all : effects))"
	else
		echo "$all (effect $effects)"
	fi
}

count_of() {
	awk -F '\t' -v s="$1" -v m="$2" \
		'$1 == s && $2 == m { n++ } END { print n + 0 }' "$results"
}

# table_rows: a row for each resolver, by tabs.
table_rows() {
	local peer rss base per
	for peer in "${peers[@]}"; do
		rss=$(median "$peer" rss_octets)
		[[ -n $rss ]] || continue
		base=$(median "$peer" base_octets)
		per=-
		[[ -z $base ]] || per=$(printf '%.1f' \
			"$(calc "($rss - $base) / $rules")")
		printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' \
			"$("${peer}_title")" "$(runs_cell "$peer")" \
			"$(cell "$peer" ready_s %.2f)" \
			"$(printf '%.0f' "$(calc "$rss / 1e6")")" "$per" \
			"$(cell "$peer" qps_pass %.0f)" \
			"$(cell "$peer" cpu_us_pass %.1f)" \
			"$(cell "$peer" qps_block %.0f)" \
			"$(cell "$peer" cpu_us_block %.1f)" \
			"$(cell "$peer" effect_s %.3f)" \
			"$(cell "$peer" silence_ms %.1f)" \
			"$(cell "$peer" idle_silence_ms %.1f)" \
			"$(lost_cell "$peer")"
		[[ $peer != palang ]] || order_row
	done
}

# What an order needs to take effect, where the list stays as it is.
order_row() {
	[[ -n $(median palang_order effect_s) ]] || return 0
	printf '%s\t%s\t-\t-\t-\t-\t-\t-\t-\t%s\t%s\t-\t%s\n' \
		"  one name by an order" "$(runs_cell palang_order)" \
		"$(cell palang_order effect_s %.3f)" \
		"$(cell palang_order silence_ms %.1f)" \
		"$(lost_cell palang_order)"
}

cell() {
	local x
	x=$(median "$1" "$2")
	# shellcheck disable=SC2059 # the format is ours
	if [[ -n $x ]]; then printf "$3" "$x"; else echo -; fi
}

lost_cell() {
	local lost sent
	lost=$(median "$1" lost) sent=$(median "$1" sent)
	[[ -z $lost ]] && echo - && return
	printf '%.0f of %.0f' "$lost" "$sent"
}

readonly TABLE_HEAD='resolver\truns\tready s\tMB\toctets/rule\tQPS pass\tus CPU\tQPS block\tus CPU\teffect s\tsilence ms\tidle ms\tlost\n'

report_table() {
	{
		# shellcheck disable=SC2059 # the format is ours
		printf "$TABLE_HEAD"
		table_rows
	} | column -t -s $'\t'
	report_left_out
}

report_left_out() {
	[[ ! -s $scratch/left-out ]] || sort -u "$scratch/left-out"
}

# Everything, for tests/bench/performance and for whoever wants to compare.
report_json() {
	local peer
	for peer in "${peers[@]}"; do
		printf 'version\t%s\t%s\t%s\n' "$peer" "$("${peer}_title")" \
			"$("${peer}_version" 2>/dev/null || echo unknown)"
	done >"$scratch/versions"
	table_rows >"$scratch/table"
	bars_rows >"$scratch/bars"
	report_left_out >"$scratch/left-out.once"
	jq -n --rawfile results "$results" --rawfile versions \
		"$scratch/versions" --rawfile table "$scratch/table" \
		--rawfile bars "$scratch/bars" --argjson before "$(before_runs)" \
		--rawfile left_out "$scratch/left-out.once" \
		--arg date "$(date -u +%FT%TZ)" --arg kernel "$(uname -sr)" \
		--arg cpu "$(cpu_name)" --argjson cpus "$cpus" \
		--arg system "$(system_name)" \
		--arg load "$load_before" --argjson rules "$rules" \
		--argjson messages "$messages" --argjson repeat "$repeat" \
		--argjson budget "$budget" '
		def rows: split("\n") | map(select(. != "") | split("\t"));
		{
			date: $date, system: $system, kernel: $kernel,
			cpu: $cpu, cpus: $cpus, load_before: $load,
			rules: $rules, messages: $messages, repeat: $repeat,
			budget: $budget, before: $before,
			left_out: ($left_out | split("\n") |
				map(select(. != ""))),
			versions: ($versions | rows | map({
				resolver: .[2], version: .[3]})),
			table: ($table | rows),
			bars: ($bars | rows | map({
				name: .[0], measured: (.[1] | tonumber),
				bar: .[2], unit: .[3], ratio: .[4],
				verdict: .[5]})),
			measured: ($results | rows | group_by([.[0], .[1]]) |
				map({subject: .[0][0], metric: .[0][1],
					values: map(.[2] | tonumber? // .)}))
		}'
}

cpu_name() {
	sed -nE 's/^model name\s*: //p' /proc/cpuinfo | head -n 1
}

system_name() {
	sed -nE 's/^PRETTY_NAME="?([^"]*)"?$/\1/p' /etc/os-release
}
