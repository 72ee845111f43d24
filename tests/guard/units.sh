#!/usr/bin/env bash
#
# units.sh PALANG UNIT...: systemd takes the units as they are, and finds each
# service exposed no more than it must be.  Of a template: an instance.

set -euo pipefail
palang=$1
shift
command -v systemd-analyze >/dev/null || { echo "no systemd" && exit 77; }
systemd-analyze security --help 2>/dev/null | grep -q -- --offline ||
	{ echo "a systemd that judges no files" && exit 77; }

# Exposure times ten; what is left is the network, of those that need it, and
# that they run as a user that owns files.
readonly THRESHOLD=20
status=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The program need not be installed to be tested.
units=()
for unit; do
	name=${unit##*/}
	name=${name/@./@kominfo.}
	sed "s|^ExecStart=[^ ]*|ExecStart=$palang|" "$unit" >"$scratch/$name"
	units+=("./$name")
done
cd "$scratch"
# man pages that are not installed are no fault of a unit
said=$(SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no \
	"${units[@]}" 2>&1) || status=1
[[ -z $said ]] || { echo "$said" && status=1; }
for unit in "${units[@]}"; do
	# A path unit takes an unmet condition for a start that has ended: it
	# starts the service again at once, and soon gives up for good.
	if [[ $unit == *.path ]]; then
		starts=$(sed -n 's/^Unit=//p' "$unit")
		starts=${starts/@%i./@kominfo.}
		if grep -E '^(Condition|Assert|ExecCondition)' "$starts"; then
			echo "$starts: has a condition, and $unit starts it"
			status=1
		fi
	fi
	[[ $unit == *.service ]] || continue
	# What starts again after a failure does so as long as the fault lasts.
	if grep -q '^Restart=' "$unit" &&
		! grep -qx 'StartLimitIntervalSec=0' "$unit"; then
		echo "$unit: gives up after some restarts"
		status=1
	fi
	systemd-analyze security --offline=true --threshold="$THRESHOLD" \
		"$unit" >"$scratch/security" || {
		grep -v '^✓' "$scratch/security"
		status=1
	}
	grep -i "overall exposure" "$scratch/security"
done
exit "$status"
