#!/usr/bin/env bash
#
# units.sh SERVICE TIMER PALANG: systemd takes the units as they are, and finds
# the service exposed no more than it must be: it goes out to the internet and
# reads what comes from there.

set -euo pipefail
service=$1 timer=$2 palang=$3
command -v systemd-analyze >/dev/null || { echo "no systemd" && exit 77; }
systemd-analyze security --help 2>/dev/null | grep -q -- --offline ||
	{ echo "a systemd that judges no files" && exit 77; }

# Exposure times ten; what is left is the network, and that it runs as a user
# that owns files.
readonly THRESHOLD=20
status=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The program need not be installed to be tested.
sed "s|^ExecStart=[^ ]*|ExecStart=$palang|" "$service" \
	>"$scratch/${service##*/}"
cp "$timer" "$scratch"
cd "$scratch"
# man pages that are not installed are no fault of a unit
said=$(SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no \
	./palang-feeds.service ./palang-feeds.timer 2>&1) || status=1
[[ -z $said ]] || { echo "$said" && status=1; }
systemd-analyze security --offline=true --threshold="$THRESHOLD" \
	./palang-feeds.service >"$scratch/security" || {
	grep -v '^✓' "$scratch/security"
	status=1
}
exit "$status"
