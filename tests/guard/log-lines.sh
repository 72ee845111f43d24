#!/usr/bin/env bash
#
# Each line that the module logs is explained in docs/OPERATION.md: what the
# source has up to its first variable part stands there.

set -euo pipefail
cd "$(dirname "$0")/../.."
status=0

# The strings that begin a line of the log, with what the compiler would join
# to them, up to the first % or quote.
while read -r line; do
	grep -qF -- "$line" docs/OPERATION.md || {
		echo "docs/OPERATION.md does not explain \"$line\""
		status=1
	}
done < <(cat module/live/*.c module/unbound/*.c | tr '\n\t' '  ' |
	sed -E 's/" +"//g' | grep -oE '"palang: [^"%\\]*' |
	sed -E 's/^"//; s/ +$//' | sort -u)
exit "$status"
