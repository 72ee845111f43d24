#!/usr/bin/env bash
#
# .clang-format decides, as version 14 reads it.

set -euo pipefail
cd "$(dirname "$0")/../.."
command -v clang-format-14 >/dev/null || { echo "no clang-format-14" && exit 77; }

wrong=()
while read -r file; do
	clang-format-14 --dry-run -Werror "$file" 2>/dev/null || wrong+=("$file")
done < <(find include module tools tests -name '*.[ch]' | sort)
((${#wrong[@]})) || exit 0
echo "to be formatted: clang-format-14 -i ${wrong[*]}"
exit 1
