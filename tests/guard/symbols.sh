#!/usr/bin/env bash
#
# symbols.sh PALANG.SO: what the module shows to its host and asks of it.

set -euo pipefail
module=$1
status=0

bad() {
	echo "$module: $1"
	status=1
}

# What else it defined could be replaced by a function of the host that bears
# the same name, or replace one.
shown=$(nm -D --defined-only "$module" | awk '{ print $3 }' | sort | paste -sd ' ')
[[ $shown == "clear deinit get_mem inform_super init operate" ]] ||
	bad "shows $shown; should show the six entry points alone"

# A library more is a library that must be found inside a chroot.
while read -r library; do
	[[ $library =~ ^(libc\.so\.6|ld-linux.*)$ ]] ||
		bad "needs $library; should need libc alone"
done < <(readelf -d "$module" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')

# A symbol that the host lacks must be found at the load, not at the first use.
readelf -d "$module" | grep -qE 'BIND_NOW|FLAGS_1.*NOW' ||
	bad "is not linked with -z now"
! readelf -d "$module" | grep -q TEXTREL || bad "has text relocations"
exit "$status"
