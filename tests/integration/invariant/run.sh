#!/usr/bin/env bash
#
# The invariant: nothing that is blocked lies in the message cache.  Two
# threads of Unbound are asked, at every moment, for everything that could put
# it there or find it there, while names are blocked and opened again; each
# answer is judged by what the status file says was in effect, and swept, when
# it was asked for.  See tools/stress/main.c, and tests/invariant for the long
# run.
#
#	DURATION=35    seconds
#	RATE=2500      questions a second
#	SEED=1
#	DIRECT=1       lists are published without the tool, some ten times as
#	               often
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=world.sh
. "$scenario_dir/world.sh"

tree_more() {
	world_zones
}

world_start
options=(-s "${DURATION:-35}" -r "${RATE:-2500}" -x "${SEED:-1}")
if [[ -n ${DIRECT-} ]]; then
	options+=(-w 50 -h 50)
else
	turn_write
	options+=(-c "$scratch/turn")
fi
say "Unbound $(unbound_version), seed ${SEED:-1}${DIRECT:+, direct}"
"$TEST_TOOLS/stress" -l "$live" -a "$resolver" "${options[@]}" table
[[ -n ${DIRECT-} ]] || palang status --check
