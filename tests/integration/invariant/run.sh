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
#	               often; not orders alone, but feeds and an allow list too
#	STACK=MODULE   what else stands in front of the validator: subnetcache
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=../lib/world.sh
. "$here/lib/world.sh"

# In a network of its own, all of them are ours.
udp_drops() {
	awk '/^Udp:/ { n = $6 } END { print n }' /proc/net/snmp
}

world_start ${DIRECT:+lists}
unbound_start ours "$resolver" "$(world_config)"
options=(-s "${DURATION:-35}" -r "${RATE:-2500}" -x "${SEED:-1}")
if [[ -n ${DIRECT-} ]]; then
	options+=(-w 50 -h 50)
else
	turn_write
	options+=(-c "$scratch/turn")
fi
say "Unbound $(unbound_version)${STACK:+ with $STACK}, seed ${SEED:-1}${DIRECT:+, direct}"
"$TEST_TOOLS/stress" -l "$live" -a "$resolver" "${options[@]}" table
say "$(udp_drops) packets fell out of full sockets"
[[ -n ${DIRECT-} ]] || palang status --check
