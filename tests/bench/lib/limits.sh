# shellcheck shell=bash disable=SC2034,SC2154 # run and lib/*.sh share names
#
# What a run may take: of time for each resolver, and of memory, so that the
# machine stays usable and no resolver is measured while it fights for pages.

readonly MEMORY_SPARE=$((512 << 20)) # for all else that runs
readonly TELLING_RULES=100000        # of fewer, pages and pools say more

declare -A seconds_spent=() rounds_done=() gave_up=()

# left_out PEER WHY: for whoever reads the table, too.
left_out() {
	local line
	line="LEFT OUT: $("${1}_title")${at:+ with ${at#@} names}: $2"
	note "$line"
	echo "$line" >>"$scratch/left-out"
}

# ---- time ----

# budget_try PEER: one repeat, if it lacks one and there is time for one more
# like those before.  Palang has all of them.
budget_try() {
	local began=$SECONDS
	local rounds=${rounds_done[$1]-0} spent=${seconds_spent[$1]-0}
	[[ -z ${gave_up[$1]-} ]] && lacks_rounds "$1" || return 0
	[[ $1 == palang ]] ||
		((rounds == 0 || spent + spent / rounds <= budget)) || {
		note "$("${1}_title"): $rounds repeats took $spent s: no more"
		gave_up[$1]=1
		return 0
	}
	memory_has_room "$1" start || {
		gave_up[$1]=1
		return 0
	}
	peer_try peer_measure "$1"
	[[ -n $well || $1 == palang ]] || gave_up[$1]=1
	seconds_spent[$1]=$((spent + SECONDS - began))
	rounds_done[$1]=$((rounds + 1))
}

lacks_rounds() {
	((${rounds_done[$1]-0} < repeat))
}

# ---- memory ----

# The kernel takes it before anything else.
dies_first() {
	echo 1000 >"/proc/${daemon_pid[$1]}/oom_score_adj" 2>/dev/null || true
}

# memory_has_room PEER start|change: or says that there is none.
memory_has_room() {
	local need free has=0 while="to start"
	need=$(memory_need "$1" "$2")
	free=$(awk '$1 == "MemAvailable:" { printf "%.0f", 1024 * $2 }' \
		/proc/meminfo)
	[[ $2 == start ]] || {
		has=$(rss_octets "$1")
		while="to read a changed list, so that it has no effect"
	}
	((need > free + has - MEMORY_SPARE)) || return 0
	left_out "$1" "needs about $(gibibytes "$need") GiB $while,$(
	) $(gibibytes "$((free + has))") are free"
	return 1
}

gibibytes() {
	calc "int($1 / 2 ^ 30 * 10 + 0.5) / 10"
}

# memory_need PEER start|change: octets, for $rules names: by what each of them
# took when it was last measured, or else usually takes.
memory_need() {
	local rest most
	read -r rest most < <("${1}_octets")
	awk -F '\t' -v peer="$1" -v rules="$world_rules" -v rest="$rest" \
		-v most="$most" -v telling="$TELLING_RULES" -v what="$2" '
	{
		split($1, subject, "@")
		n = subject[2] == "" ? rules : subject[2]
	}
	subject[1] != peer || n < telling { next }
	$2 == "base_octets" { base = $3 }
	$2 == "rss_octets" { rest = ($3 - base) / n }
	$2 == "peak_octets" { most = ($3 - base) / n }
	END {
		most = most < rest ? rest : most
		printf "%.0f\n", base + rules * (what == "start" ? rest : most)
	}' "$results"
}
