# shellcheck shell=bash disable=SC2034,SC2154 # run and lib/*.sh share names
#
# Cost against the length of the list: ready, memory, effect of one change, and
# of one decision.

readonly PLOT_SIZES=(1000 10000 100000 1000000 10000000 20000000)
readonly PLOT_SECONDS=600 # nobody waits longer for one start or one change

# plot_run FILE.svg: sizes up to $rules; what is measured goes under the
# subject PEER@SIZE.
plot_run() {
	local size peer round last=0
	for size in "${PLOT_SIZES[@]}"; do
		((size <= rules)) || continue
		world_names "$size"
		for peer in "${peers[@]}"; do
			[[ $peer != plain ]] || continue
			! plot_is_too_much "$peer" "$last" "$size" || continue
			[[ $peer == palang ]] || "${peer}_lists"
			for ((round = 0; round < repeat; round++)); do
				plot_measure "$peer" "$size"
			done
			[[ $peer != palang ]] || plot_decision "$size"
		done
		rm -f "$scratch/rpz.list"
		last=$size
	done
	plot_draw "$1"
}

plot_measure() {
	at=@$2
	note "$("${1}_title"), $2 names"
	peer_measure_base "$1"
	peer_measure_ready "$1"
	peer_measure_change "$1"
	discard "$1"
	at=
}

plot_decision() {
	at=@$1
	palang_lists
	bar_decision "$1"
	at=
}

# What took too long at the last size, or would not fit into memory twice over
# while it reloads, is named and left out.
plot_is_too_much() {
	local ready effect rss times free why=
	(($2 > 0)) || return 1
	times=$(($3 / $2))
	ready=$(median "$1@$2" ready_s) effect=$(median "$1@$2" effect_s)
	rss=$(median "$1@$2" peak_octets)
	free=$(awk '$1 == "MemAvailable:" { print 1024 * $2 }' /proc/meminfo)
	why=$(awk -v r="$ready" -v e="$effect" -v o="$rss" -v n="$times" \
		-v f="$free" -v max="$PLOT_SECONDS" 'BEGIN {
		if (r == "")
			print "left out before"
		else if (r * n > max || e * n > max)
			print "would take longer than", max, "s"
		else if (o * n > f)
			print "would not fit into memory"
	}')
	[[ -n $why ]] || return 1
	note "LEFT OUT: $("${1}_title") with $3 names: $why"
}

plot_draw() {
	local peer size metric plots=()
	for peer in "${peers[@]}"; do
		for size in "${PLOT_SIZES[@]}"; do
			[[ -n $(median "$peer@$size" ready_s) ]] || continue
			echo "$size" "$(median "$peer@$size" ready_s)" \
				"$(calc "$(median "$peer@$size" rss_octets) / 1e6")" \
				"$(median "$peer@$size" effect_s)"
		done >"$scratch/plot.$peer"
		[[ ! -s $scratch/plot.$peer ]] || plots+=("$peer")
	done
	for size in "${PLOT_SIZES[@]}"; do
		[[ -z $(median "bars@$size" decision.hit_ns) ]] ||
			echo "$size" "$(median "bars@$size" decision.hit_ns)" \
				"$(median "bars@$size" decision.miss_ns)"
	done >"$scratch/plot.decision"
	{
		cat <<-END
			set terminal svg size 720,1440 background "white"
			set output "$1"
			set multiplot layout 4,1
			set logscale xy
			set format x "10^{%L}"
			set xlabel "names in the list"
			set key outside right
			set grid
		END
		plot_panel 2 "ready, s" "${plots[@]}"
		plot_panel 3 "resident memory, MB" "${plots[@]}"
		plot_panel 4 "one changed name in effect after, s" "${plots[@]}"
		[[ ! -s $scratch/plot.decision ]] || cat <<-END
			unset logscale y
			set yrange [0:]
			set ylabel "palang: one decision, 4 labels, ns"
			plot "$scratch/plot.decision" using 1:2 \
				with linespoints title "hit", \
				"" using 1:3 with linespoints title "miss"
		END
	} >"$scratch/plot.gp"
	gnuplot "$scratch/plot.gp"
}

# plot_panel COLUMN TITLE PEER...
plot_panel() {
	local column=$1 title=$2 peer comma=
	shift 2
	echo "set ylabel \"$title\""
	printf plot
	for peer; do
		printf '%s "%s" using 1:%d with linespoints title "%s"' \
			"$comma" "$scratch/plot.$peer" "$column" \
			"$("${peer}_title")"
		comma=,
	done
	echo
}
