# shellcheck shell=bash disable=SC2034,SC2154 # run and lib/*.sh share names
#
# What runs before this one have measured (--from).

# For a plot, everything; those of --plot say at which size.
before_take_sizes() {
	((${#from[@]} == 0)) || jq -r '
		.rules as $rules | .measured[] |
		select(.metric | IN("ready_s", "rss_octets", "base_octets",
			"peak_octets", "effect_s", "decision.hit_ns",
			"decision.miss_ns")) |
		"\(.subject)\(if .subject | contains("@") then "" else
			"@\($rules)" end)\t\(.metric)\t" as $head |
		.values[] | "\($head)\(.)"' "${from[@]}" >>"$results"
}

# For a table, the repeats of other resolvers with the same list: a list that
# takes them hours need not be measured in one go.  Palang is measured anew.
before_take_repeats() {
	local file peer
	for file in "${from[@]}"; do
		before_is_alike "$file"
		jq -r '.measured[] |
			select(.subject |
				test("^(palang.*|bars|decision)$|@") | not) |
			"\(.subject)\t\(.metric)\t" as $head |
			.values[] | "\($head)\(.)"' "$file" >>"$results"
	done
	for peer in "${peers[@]}"; do
		before_count "$peer"
	done
}

before_count() {
	rounds_done[$1]=$(count_of "$1" ready_s)
}

# before_is_alike FILE: of the same list, machine and versions.
before_is_alike() {
	local peer why
	for peer in "${peers[@]}"; do
		printf '%s\t%s\n' "$("${peer}_title")" "$("${peer}_version")"
	done >"$scratch/versions.now"
	why=$(jq -r --argjson rules "$rules" --argjson messages "$messages" \
		--arg cpu "$(cpu_name)" --arg kernel "$(uname -sr)" \
		--rawfile now "$scratch/versions.now" '
		($now | split("\n") | map(select(. != "") | split("\t") |
			{(.[0]): .[1]}) | add) as $now |
		if .rules != $rules then "\(.rules) names"
		elif .messages != $messages then "\(.messages) messages"
		elif .cpu != $cpu then .cpu
		elif .kernel != $kernel then .kernel
		else .versions[] |
			select(($now[.resolver] // .version) != .version) |
			.version end' "$1")
	[[ -z $why ]] || die "$1: measured with ${why%%$'\n'*}, unlike this run"
}

# Whose repeats are in the table, as JSON.
before_runs() {
	if [[ -n $plot ]] || ((${#from[@]} == 0)); then
		echo '[]'
	else
		jq -s 'map({date, load_before}, (.before // [])[]) | sort' \
			"${from[@]}"
	fi
}
