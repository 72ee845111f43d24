# shellcheck shell=bash disable=SC2034,SC2154 # run and lib/*.sh share names
#
# Unbound with palang.  In the table its lists come from the tool, as an
# operator would have them; for the bars of the resolver alone they are written
# directly, by tests/bench/publish.c and its kin, into $scratch/live.

palang_title() { echo "Unbound, palang"; }
palang_packages() { :; }
palang_version() { "$PALANG" --version | head -n 1; }
palang_octets() { echo 9 18; }

# Of the bars: sets image_octets too.
palang_lists() {
	live=$scratch/live
	rm -rf "$live"
	mkdir -p "$live/lists" "$live/status"
	read -r image_octets _ < <("$TOOLS/publish" "$live" feed "$names")
}

palang_start() {
	if [[ -n $direct ]]; then
		live=$scratch/live
		rm -rf "$live"
		mkdir -p "$live/lists" "$live/status"
		[[ $2 == none ]] ||
			"$TOOLS/publish" "$live" feed "$names" >/dev/null
	else
		live=$scratch/tool/live
		tool_begin
		[[ $2 == none ]] || {
			cp "$names" "$scratch/names.source"
			tool feed add bench --source "$scratch/names.source" \
				--format plain --scope subtree --answer nxdomain
		}
	fi
	unbound_write palang "$1" "dynlib validator iterator" \
		"dynlib: dynlib-file: \"$PALANG_SO\""
	began=$(now_us)
	unbound_launch palang
}

# The tool fetches the file, cleans it, compares it with the one before, and
# makes an image of it: all of that is in the time.
palang_change() {
	{
		cat "$names"
		echo "$changed"
	} >"$scratch/names.new"
	began=$(now_us)
	mv "$scratch/names.new" "$scratch/names.source"
	tool feed refresh bench
}

# The same by an order, as one name is blocked.
palang_order() {
	began=$(now_us)
	tool block "$changed_too" --scope subtree --answer nxdomain
}

# tool_begin: a configuration, and a state in which nothing is in force.
tool_begin() {
	rm -rf "$scratch/tool"
	mkdir "$scratch/tool"
	cat >"$scratch/palang.yaml" <<-END
		state-dir: $scratch/tool/state
		live-dir: $live
		user: ""
		guards: {popular: no, protected-shipped: no, unbound: no}
	END
	tool init
}

tool() {
	"$PALANG" --config "$scratch/palang.yaml" "$@" >>"$scratch/log/tool" ||
		fail "palang $*: $(tail -n 5 "$scratch/log/tool")"
}
