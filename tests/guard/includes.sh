#!/usr/bin/env bash
#
# Includes point one way (docs/DESIGN.md): tools -> include/palang <- module.

set -euo pipefail
cd "$(dirname "$0")/../.."
status=0

bad() {
	echo "$1"
	status=1
}

# includes FOLDER KIND: "file:header" for each #include of that kind.
includes() {
	local open='"' close='"'
	[[ $2 == quoted ]] || open='<' close='>'
	grep -sE "^[ 	]*#[ 	]*include[ 	]*$open" "$1"/*.[ch] -H |
		sed -E "s/^([^:]*):[^$open]*$open([^$close]*)$close.*/\1:\2/"
}

# A quoted header is one of include/palang, or stands in the same folder.
for folder in include/palang module/core module/live module/unbound tools \
	tools/fetch; do
	while IFS=: read -r file header; do
		[[ $file != module/unbound/host.h ]] || continue
		[[ $header == palang/* && -f include/$header ]] ||
			[[ -f $folder/$header && $folder != include/palang ]] ||
			bad "$file includes \"$header\" of another folder"
	done < <(includes "$folder" quoted)
done

# Libraries are the tool's, each behind one pair of files.
readonly LIBRARIES='yaml\.h|sqlite3\.h|sodium\.h|ldns/.*|unbound\.h|idn2\.h|jansson\.h|libpsl\.h|curl/.*'
for folder in include/palang module/core module/live module/unbound; do
	while IFS=: read -r file header; do
		! [[ $header =~ ^($LIBRARIES)$ ]] ||
			bad "$file includes <$header>: the resolver links libc alone"
	done < <(includes "$folder" angle)
done
for library in ${LIBRARIES//|/ }; do
	# ldns: messages, and the hashes that sign them
	pairs=1
	[[ $library != ldns/* ]] || pairs=2
	users=$(includes tools angle | while IFS=: read -r file header; do
		[[ ! $header =~ ^$library$ ]] || echo "${file%.[ch]}"
	done | sort -u)
	(($(wc -w <<<"$users") <= pairs)) ||
		bad "more than $pairs file pairs include $library:"$'\n'"$users"
done

# palang-fetch shares nothing with the tool, and the tool has no libcurl.
while IFS=: read -r file header; do
	[[ $header != palang/* ]] ||
		bad "$file includes \"$header\": palang-fetch stands alone"
done < <(includes tools/fetch quoted)
while IFS=: read -r file header; do
	[[ $header == curl/* ]] || ! [[ $header =~ ^($LIBRARIES)$ ]] ||
		bad "$file includes <$header>: palang-fetch has libcurl alone"
done < <(includes tools/fetch angle)
while IFS=: read -r file header; do
	[[ $header != curl/* ]] ||
		bad "$file includes <$header>, which is palang-fetch's alone"
done < <(includes tools angle)

# Unbound's own headers are found under their folders, whatever the brackets.
readonly UNBOUND='config\.h|(daemon|dns64|dynlibmod|iterator|libunbound|respip|services|sldns|smallapp|util|validator)/.*'
for folder in include/palang module/core module/live module/unbound tools; do
	while IFS=: read -r file header; do
		[[ $file != module/unbound/host.h ]] || continue
		! [[ $header =~ ^($UNBOUND)$ ]] || [[ -f $folder/$header ]] ||
			bad "$file includes $header: that is module/unbound/host.h's"
	done < <(includes "$folder" quoted && includes "$folder" angle)
done

# Only the tool writes images.
while IFS=: read -r file header; do
	[[ $header != palang/writer.h ]] ||
		bad "$file includes the writer, which is for the tool alone"
done < <(includes module/live quoted && includes module/unbound quoted)

exit "$status"
