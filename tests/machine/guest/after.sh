#!/usr/bin/env bash
#
# After the last cut: all is as told, the inbox has taken all that was dropped,
# once, and goes on.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=told.sh
. "$(dirname "$0")/told.sh"

told_read
told_check

# Whatever was on the disk: in done/ with its receipt, and in force.
for file in dropped/*.yaml; do
	base=${file##*/}
	await 180 "a receipt for $base" has_receipt "done" "$base"
	number=${base//[!0-9]/}
	expect_sinkhole "d$number.me" "d/$number"
	palang audit verify --receipt "$inbox/done/$base.receipt.json" \
		>/dev/null
done
say "the inbox has taken all that was dropped: $(find dropped -name '*.yaml' |
	wc -l)"
left=$(find "$inbox" /var/lib/palang/state/spool -type f ! -name lock \
	! -path '*/done/*' ! -path '*/refused/*')
[[ -z $left ]] || fail "left behind: $left"

palang status --check
palang audit verify
[[ -z $(systemctl --no-legend --failed) ]] ||
	fail "failed: $(systemctl --no-legend --failed)"
