#!/usr/bin/env bash
#
# libcurl.sh PALANG PALANG_FETCH: libcurl is in palang-fetch alone, and
# palang-fetch has nothing else but zlib.

set -euo pipefail
palang=$1 fetch=$2
status=0

bad() {
	echo "$1"
	status=1
}

needed() {
	readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
}

! needed "$palang" | grep -q libcurl || bad "$palang is linked with libcurl"
while read -r library; do
	[[ $library =~ ^(libcurl(-gnutls)?\.so\.4|libz\.so\.1|libc\.so\.6|ld-linux.*)$ ]] ||
		bad "$fetch is linked with $library; it needs libcurl and zlib alone"
done < <(needed "$fetch")
needed "$fetch" | grep -q libcurl || bad "$fetch is not linked with libcurl"
exit "$status"
