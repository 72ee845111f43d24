#!/usr/bin/env bash
#
# No script gives shellcheck anything to say.

set -euo pipefail
cd "$(dirname "$0")/../.."
command -v shellcheck >/dev/null || { echo "no shellcheck" && exit 77; }

scripts=()
while read -r file; do
	case $file in
	*.sh) scripts+=("$file") ;;
	*) ! head -n 1 "$file" | grep -aqE '^#!.*\b(bash|sh)$' ||
		scripts+=("$file") ;;
	esac
done < <(find .ci tests tools blocklists -type f -not -path '*/build*/*')
shellcheck "${scripts[@]}"
