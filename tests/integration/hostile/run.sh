#!/usr/bin/env bash
#
# Hostile clients: names by the thousand below a blocked one, floods of ANY,
# EDNS options that are malformed or huge, odd classes and opcodes, cut off
# messages, many TCP connections.  The same messages to an Unbound without
# palang beside: no growth of memory beyond that one's, no question upstream
# that it does not ask (seen at the name server), and no amplification beyond
# its own.  Which messages got no answer is printed.
#
#	COUNT=1000 SEED=1 CONNECTIONS=300
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

readonly COUNT=${COUNT:-1000} SEED=${SEED:-1} CONNECTIONS=${CONNECTIONS:-300}
readonly KINDS=(below random any types bad-options huge-options odd)
readonly GROWTH_KB=1024 # beyond that of the plain one
# What tells a client why stands in an answer besides: two extended errors,
# the second with a text of at most 128 octets, in an OPT.
readonly REASON=$((4 + 2 + 4 + 2 + 128))

tree_more() {
	tree_sign big.example
	tree_delegate big "$net.$TREE_RELAY"
}

rss() {
	sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' \
		"/proc/${daemon_pid[$1]}/status"
}

# flood NAME ADDRESS KIND COUNT SEED: the sizes into KIND.NAME.
flood() {
	"$TEST_TOOLS/hostile" "$2" "$3" "$4" "$5" >"$3.$1" ||
		fail "hostile $3 to $1: $?"
	is_running "$1" || fail "$1 ended by $3"
}

# asks KIND COUNT SEED DAEMON: the flood, and the questions that it cost.
asks() {
	local daemon=$4 before
	before=$(wc -l <big.queries)
	flood "$daemon" "${address[$daemon]}" "$1" "$2" "$3"
	await 60 "nothing is under way in $daemon" is_idle "$daemon"
	tail -n "+$((before + 1))" big.queries >asked
	cat asked >>"upstream.$daemon"
	cost[$daemon]=$(wc -l <asked)
}
is_idle() {
	[[ $(statistic "$1" total.requestlist.current.all) == 0 ]]
}

# both KIND COUNT SEED: one after the other.
both() {
	local daemon
	for daemon in plain ours; do
		asks "$@" "$daemon"
	done
}

# What ours asked in the whole run, and plain never.  Once more after no answer
# in time is no other question.
only_ours() {
	comm -13 <(sort -u upstream.plain) <(sort -u upstream.ours)
}

# Of the two columns of sizes: sent, answered, octets of both, the largest
# factor of one answer.
sum_up() {
	awk '{ sent += $1; octets += $2; answers += $2 > 0
		if ($1 > 0 && $2 / $1 > most) most = $2 / $1 }
	END { printf "%d %d %.2f %.2f", answers, octets,
		sent ? octets / sent : 0, most }' "$1"
}

# By how much an answer was larger than plain's to the same message, where
# that one answered.
larger() {
	paste "$1.plain" "$1.ours" | awk '$2 > 0 && $4 > $2 {
		if ($4 - $2 > most) most = $4 - $2 } END { print most + 0 }'
}

# How many messages got an answer of the one, and none of the other.
unanswered() {
	paste "$1.plain" "$1.ours" |
		awk '$2 > 0 && $4 == 0 { ours++ } $2 == 0 && $4 > 0 { plain++ }
		END { print ours + 0, plain + 0 }'
}

judge() {
	local kind=$1 plain=() ours=() more less=()
	read -ra plain < <(sum_up "$kind.plain" && echo)
	read -ra ours < <(sum_up "$kind.ours" && echo)
	more=$(larger "$kind")
	printf '%-12s plain %6d answers %6d upstream, factor %6s most %6s\n' \
		"$kind" "${plain[0]}" "${cost[plain]}" "${plain[2]}" "${plain[3]}"
	printf '%-12s ours  %6d answers %6d upstream, factor %6s most %6s, %s\n' \
		"" "${ours[0]}" "${cost[ours]}" "${ours[2]}" "${ours[3]}" \
		"at most $more octets more to one question"
	read -ra less < <(unanswered "$kind")
	((less[0] + less[1] == 0)) || printf '%-12s %s\n' "" \
		"answered by plain alone ${less[0]}, by ours alone ${less[1]}"
	total_ours=$((total_ours + cost[ours]))
	total_plain=$((total_plain + cost[plain]))
	((more <= REASON)) || fail "$kind: $more octets more than plain"
	most_plain+=("${plain[3]}")
	most_ours+=("${ours[3]}")
}

largest() {
	printf '%s\n' "$@" | sort -g | tail -n 1
}

tree_start
relay_start big "$net.$TREE_RELAY" "$net.$TREE_LEAF"
palang_begin
declare -A address=([ours]=$resolver [plain]=$net.2)
declare -A cost=() before=() growth=()
most_plain=() most_ours=() total_ours=0 total_plain=0
config="server:
	num-threads: 1
	msg-cache-size: 1m
	rrset-cache-size: 1m
	key-cache-size: 1m
	neg-cache-size: 256k
	# Else who has asked less knows less of what there is not, and asks more.
	aggressive-nsec: no
	infra-cache-min-rtt: 1000
	so-rcvbuf: 4m"
unbound_start ours "$resolver" "$config"
plain_unbound_start plain "$net.2" "$config"
apply_order SHUT "scope: exact" "targets: [shut.big.example]"
apply_order TREE "scope: subtree" "targets: [tree.big.example]"

say "until the caches are full, and all there is to allocate is allocated"
warm_up() {
	local kind
	for kind in "${KINDS[@]}"; do
		both "$kind" "$COUNT" "$1"
	done
}
warm_up $((SEED + 1))
warm_up $((SEED + 2))
for daemon in plain ours; do
	flood "$daemon" "${address[$daemon]}" tcp "$CONNECTIONS" "$SEED"
	before[$daemon]=$(rss "$daemon")
done

say "$COUNT messages of each kind, and $CONNECTIONS connections at once"
for kind in "${KINDS[@]}"; do
	both "$kind" "$COUNT" "$SEED"
	judge "$kind"
done
both tcp "$CONNECTIONS" $((SEED + 3))
judge tcp
largest_plain=$(largest "${most_plain[@]}")
largest_ours=$(largest "${most_ours[@]}")
say "questions upstream: plain $total_plain, ours $total_ours"
[[ -z $(only_ours) ]] || fail "asked by ours alone: $(only_ours)"
say "the largest amplification: plain $largest_plain, ours $largest_ours"
awk "BEGIN { exit !($largest_ours <= $largest_plain) }" || fail "palang amplifies more"

for daemon in plain ours; do
	growth[$daemon]=$(($(rss "$daemon") - before[$daemon]))
	say "$daemon: ${before[$daemon]} kB, grown by ${growth[$daemon]} kB"
done
is_slow || ((growth[ours] <= (growth[plain] > 0 ? growth[plain] : 0) +
	GROWTH_KB)) || fail "its memory grows"

say "after all that"
expect_sinkhole shut.big.example SHUT
expect_sinkhole a.b.tree.big.example TREE
expect_open www.big.example A
