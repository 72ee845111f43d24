#!/usr/bin/env bash
#
# After the last cut: all is as told, nothing is left behind, nothing failed.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=told.sh
. "$(dirname "$0")/told.sh"

nothing_is_left() {
	left=$(find "$inbox" /var/lib/palang/state/spool -type f ! -name lock \
		! -path '*/done/*' ! -path '*/refused/*') && [[ -z $left ]]
}

told_read
told_check
await 60 "nothing is left in inbox and spool" nothing_is_left
palang audit verify
[[ -z $(systemctl --no-legend --failed) ]] ||
	fail "failed: $(systemctl --no-legend --failed)"
