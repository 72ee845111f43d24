# shellcheck shell=bash disable=SC2034,SC2154 # run and lib/*.sh share names
#
# Cost against the length of the list: ready, memory, effect of one change, and
# of one decision.

readonly PLOT_SIZES=(1000 10000 100000 1000000 10000000 20000000)

# What is drawn: palang stands out, and colours can be told apart by all.
plot_style() {
	case $1 in
	palang) echo 'lw 4 pt 7 ps 0.9 lc rgb "#d62728"' ;;
	palang_order) echo 'lw 3 dt 2 pt 6 ps 0.8 lc rgb "#d62728"' ;;
	rpz) echo 'lw 1.5 pt 5 ps 0.7 lc rgb "#0072b2"' ;;
	localzone) echo 'lw 1.5 pt 9 ps 0.8 lc rgb "#3a9bdc"' ;;
	bind) echo 'lw 1.5 pt 11 ps 0.8 lc rgb "#00805a"' ;;
	recursor) echo 'lw 1.5 pt 13 ps 0.8 lc rgb "#a8508a"' ;;
	dnsmasq) echo 'lw 1.5 pt 4 ps 0.7 lc rgb "#b87a00"' ;;
	*) echo 'lw 1.5 lc rgb "#666666"' ;;
	esac
}

plot_title() {
	if [[ $1 == palang_order ]]; then
		echo "palang, one name by an order"
	else
		"${1}_title"
	fi
}

# plot_run FILE.svg: sizes up to $rules; what is measured goes under the
# subject PEER@SIZE.
plot_run() {
	local size peer last=0 sizes
	before_take_sizes
	mapfile -t sizes < <(plot_sizes)
	for size in "${sizes[@]}"; do
		at=@$size
		plot_is_measured "$size" || world_names "$size"
		for peer in "${peers[@]}"; do
			[[ $peer == plain || -n $(median "$peer$at" ready_s) ]] ||
				plot_peer "$peer" "$last" "$size"
		done
		last=$size
	done
	at=
	plot_draw "$1"
	report_left_out
}

# Those to be measured and those that have been.
plot_sizes() {
	{
		printf '%s\n' "${PLOT_SIZES[@]}"
		awk -F '\t' '$2 == "ready_s" && sub(/.*@/, "", $1) { print $1 }' \
			"$results"
	} | sort -nu | awk -v max="$rules" '$1 <= max'
}

# plot_is_measured SIZE: all of it.
plot_is_measured() {
	local peer
	for peer in "${peers[@]}"; do
		[[ $peer == plain || -n $(median "$peer@$1" ready_s) ]] ||
			return 1
	done
}

# plot_peer PEER LAST SIZE
plot_peer() {
	local round
	[[ -z ${gave_up[$1]-} ]] && memory_has_room "$1" start || return 0
	plot_has_time "$1" "$2" "$3" ready_s "to start" || return 0
	[[ $1 == palang ]] || "${1}_lists"
	for ((round = 0; round < repeat; round++)); do
		peer_try plot_measure "$1" "$2" "$3"
		[[ -n $well ]] || {
			gave_up[$1]=1
			break
		}
	done
	[[ $1 != palang ]] || plot_decision
}

# plot_measure PEER LAST SIZE
plot_measure() {
	note "$("${1}_title"), $3 names"
	peer_measure_base "$1"
	peer_measure_ready "$1"
	! plot_has_time "$1" "$2" "$3" effect_s "for a change" ||
		peer_measure_change "$1" change_effect
	discard "$1"
}

plot_decision() {
	palang_lists
	bar_decision "$world_rules"
}

# plot_has_time PEER LAST SIZE METRIC WHAT: or says that there is none, going
# by the size before; where that was left out, this one is.
plot_has_time() {
	local before seconds
	(($2 > 0)) || return 0
	before=$(median "$1@$2" "$4")
	[[ -n $before ]] || {
		left_out "$1" "was left out $5 with fewer names"
		return 1
	}
	seconds=$(calc "int($before * $3 / $2)")
	((seconds > budget)) || return 0
	left_out "$1" "would take about $seconds s $5"
	return 1
}

# plot_data SUBJECT: size, ready, MB, effect; "?" for what there is not.
plot_data() {
	local size ready rss effect
	while read -r size; do
		ready=$(median "$1@$size" ready_s)
		effect=$(median "$1@$size" effect_s)
		rss=$(median "$1@$size" rss_octets)
		[[ -z $rss ]] || rss=$(calc "$rss / 1e6")
		[[ -z $ready$effect ]] ||
			echo "$size" "${ready:-?}" "${rss:-?}" "${effect:-?}"
	done < <(plot_sizes)
}

plot_decisions() {
	local size
	while read -r size; do
		[[ -z $(median "bars@$size" decision.hit_ns) ]] ||
			echo "$size" "$(median "bars@$size" decision.hit_ns)" \
				"$(median "bars@$size" decision.miss_ns)"
	done < <(plot_sizes)
}

plot_draw() {
	local subject subjects=()
	for subject in "${PEERS[@]}" palang_order; do
		plot_data "$subject" >"$scratch/plot.$subject"
		[[ ! -s $scratch/plot.$subject || $subject == plain ]] ||
			subjects+=("$subject")
	done
	plot_decisions >"$scratch/plot.decision"
	plot_script "$1" "${subjects[@]}" >"$scratch/plot.gp"
	gnuplot "$scratch/plot.gp"
}

# plot_script FILE.svg SUBJECT...
plot_script() {
	local file=$1 rows=3
	shift
	[[ ! -s $scratch/plot.decision ]] || rows=4
	cat <<-END
		set terminal svg size 860,$((rows * 340 + 50)) \
			font "sans-serif,13" background "#ffffff"
		set output "$file"
		set multiplot layout $rows,1 \
			title "What a long list costs a resolver" font ",17"
		set logscale xy
		set format x "10^{%L}"
		set format y "10^{%L}"
		set xrange [700:1.4 * $rules]
		set xlabel "names in the list"
		set lmargin 12
		set rmargin 34
		set key outside right center Left reverse samplen 2.5 spacing 1.2
		set grid lc rgb "#dddddd" lw 1
		set datafile missing "?"
	END
	plot_panel 2 "start until ready, seconds" "${@/palang_order/}"
	plot_panel 3 "resident memory, MB" "${@/palang_order/}"
	plot_panel 4 "one name changed until in effect, seconds" "$@"
	[[ ! -s $scratch/plot.decision ]] || cat <<-END
		unset logscale y
		set format y "%g"
		set yrange [0:*]
		set ylabel "palang: one decision, 4 labels, ns"
		plot "$scratch/plot.decision" using 1:2 \
			with linespoints $(plot_style palang) title "hit", \
			"" using 1:3 with linespoints \
			$(plot_style palang_order) title "miss"
	END
	echo "unset multiplot"
}

# plot_panel COLUMN TITLE SUBJECT...
plot_panel() {
	local column=$1 title=$2 subject comma=
	shift 2
	echo "set ylabel \"$title\""
	printf plot
	for subject; do
		[[ -n $subject ]] || continue
		printf '%s "%s" using 1:%d with linespoints %s title "%s"' \
			"$comma" "$scratch/plot.$subject" "$column" \
			"$(plot_style "$subject")" "$(plot_title "$subject")"
		comma=,
	done
	echo
}
