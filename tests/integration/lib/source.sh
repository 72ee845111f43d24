# shellcheck shell=bash
#
# Fetching the sources of feeds, through servers that are good or are not.

# fetch NAME SOURCE [KEY=VALUE]...: result in $result, the list in NAME.out.
fetch() {
	local feed=$1
	shift
	result=$("$TEST_TOOLS/fetch-source" "$1" "$scratch/$feed.out" \
		"$scratch/$feed.mark" "${@:2}" 2>>"$scratch/log/fetch-source") ||
		true
}

expect_result() {
	[[ $result == "$1" ]] || fail "'$result', not '$1'"
}

# expect_failed NAME PATTERN SOURCE [KEY=VALUE]...: and nothing is noted.
expect_failed() {
	local feed=$1 pattern=$2
	fetch "$feed" "${@:3}"
	[[ $result == failed:* && $result =~ $pattern ]] ||
		fail "$3: '$result', not 'failed: $pattern'"
	[[ ! -f $scratch/$feed.mark ]] || fail "a failure left a mark"
	say "$3: ${result#failed: }"
}

# cutter_start NAME MODE OCTETS UPSTREAM PORT ADDRESS: see tools/cut.c.
cutter_start() {
	start "$1" "$TEST_TOOLS/cut" "$2" "$3" "$6" "$5" "$4" "$5"
	await 10 "$1 listens" log_has "$1" '^ready$'
}

