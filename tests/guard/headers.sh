#!/usr/bin/env bash
#
# headers.sh CC [UNBOUND_SRC]: every header compiles alone, and without a
# warning.

set -euo pipefail
cd "$(dirname "$0")/../.."
cc=$1 unbound=${2-}
status=0

flags=(-std=c11 -D_GNU_SOURCE '-DPALANG_VERSION="0"' -fsyntax-only -Werror
	-Wall -Wextra -Wstrict-prototypes -Iinclude)
read -ra libraries < <(pkg-config --cflags yaml-0.1 sqlite3 jansson libidn2 \
	libsodium ldns libunbound)

check() {
	local header=$1
	shift
	# Twice, for its guard.
	printf '#include "%s"\n#include "%s"\nint main(void) { return 0; }\n' \
		"$header" "$header" | "$cc" "${flags[@]}" "$@" -x c - || {
		echo "$header does not compile alone"
		status=1
	}
}

for header in include/palang/*.h; do
	check "palang/${header##*/}"
done
for header in module/core/*.h module/live/*.h tools/fetch/*.h; do
	[[ ! -f $header ]] || check "$PWD/$header" "-I${header%/*}"
done
for header in tools/*.h; do
	check "$PWD/$header" -Itools "${libraries[@]}"
done
if [[ -n $unbound ]]; then
	for header in module/unbound/*.h; do
		[[ ! -f $header ]] || check "$PWD/$header" -Imodule/unbound \
			-isystem "$unbound"
	done
fi
exit "$status"
