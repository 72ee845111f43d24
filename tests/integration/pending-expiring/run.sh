#!/usr/bin/env bash
#
# A pending order starts on its second though the open answer was cached with
# a long TTL before, and ends on its second, with no tool running (CASES 12,
# 13).  Expiry is seen even by a client that asks all the time.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

# watch NAME UNTIL: asks on and on, and notes "BEFORE AFTER blocked|open" in ms.
watch() {
	local qname=$1 until=$2 before state
	while before=$(now_ms) && ((before < until)); do
		ask "$qname" A
		state=open
		[[ $(section ANSWER) != *" $SINK_A" ]] || state=blocked
		echo "$before $(now_ms) $state"
	done >"$qname.seen"
}

# judge NAME START END: not open inside, not blocked outside.
judge() {
	awk -v start="$2" -v end="$3" -v qname="$1" '
	function wrong(what) {
		printf "%s: %s: asked at %d, answered at %d; block is %d to %d\n",
			qname, what, $1, $2, start, end
		bad++
	}
	$3 == "open" && $1 >= start && $2 < end { wrong("open inside") }
	$3 == "blocked" && $2 < start { wrong("blocked too early") }
	$3 == "blocked" && $1 >= end { wrong("blocked too late") }
	{ seen[$3]++; n++ }
	$2 < start && $3 == "open" { first++ }
	$1 >= end && $3 == "open" { last++ }
	END {
		printf "%s: %d answers, %d blocked, %d open, %d before, %d after\n",
			qname, n, seen["blocked"], seen["open"], first, last
		exit bad || !seen["blocked"] || !first || !last
	}' "$1.seen" || fail "$1 was not blocked exactly in its time"
}

tree_start
palang_begin
unbound_start ours "$resolver"

start=$(($(date +%s) + 4))
end=$((start + 3))
ask t.me A
expect_open www.signed.example A
apply_order T "effective: $(rfc3339 "@$start")" "expires: $(rfc3339 "@$end")" \
	"scope: exact" "targets: [t.me, blocked.example]"
say "pending, in the cache since before it was known"
expect_open t.me A
palang list --pending | grep -q T || fail "list --pending lacks the order"

watch t.me $(((end + 2) * 1000)) &
one=$!
watch blocked.example $(((end + 2) * 1000)) &
two=$!
wait "$one" "$two"
judge t.me $((start * 1000)) $((end * 1000))
judge blocked.example $((start * 1000)) $((end * 1000))
palang list --expired | grep -q T || fail "list --expired lacks the order"

say "a lift that begins later and ends: the block returns on its second"
start=$(($(date +%s) + 3))
end=$((start + 3))
apply_order BACK "scope: exact" "targets: [core.telegram.org]"
cat >lift.yaml <<-END
	palang-order: 1
	authority: kominfo
	id: LIFT
	action: lift
	lifts: BACK
	issued: $(rfc3339 -10)
	effective: $(rfc3339 "@$start")
	expires: $(rfc3339 "@$end")
END
apply lift.yaml
watch core.telegram.org $(((end + 2) * 1000))
awk -v start=$((start * 1000)) -v end=$((end * 1000)) '
	$3 == "open" && ($2 < start || $1 >= end) { bad++; print "open:", $0 }
	$3 == "blocked" && $1 >= start && $2 < end { bad++; print "blocked:", $0 }
	{ seen[$3]++ }
	END {
		print seen["open"] + 0, "open,", seen["blocked"] + 0, "blocked"
		exit bad || !seen["open"] || !seen["blocked"]
	}' core.telegram.org.seen || fail "the lift was not in force in its time"

# The CD client's second answer comes from what the first left in the cache.
# With subnetcache it was a look-up that subnetcache made for it.
server=$net.2
for stack in "" subnetcache; do
	say "what leads through a pending name is not kept beyond its start" \
		"${stack:+($stack)}"
	unbound_start "kept$stack" "$net.2" "server:
		module-config: \"dynlib ${stack:+$stack }validator iterator\"
		$([[ -z $stack ]] || echo "send-client-subnet: 127.0.0.0/8
			client-subnet-always-forward: yes")"
	apply_order "KEPT$stack" "effective: $(rfc3339 100)" \
		"scope: exact" "targets: [x.example]"
	for _ in 1 2 3; do
		ask +cdflag shop.example A
		expect_data "shop.example. CNAME x.example." \
			"x.example. CNAME t.me." "t.me. A 192.0.2.40"
		expect_ttl 100
	done
	stop "kept$stack"
	rm -f "$live/status/kept$stack"*
	lift "kominfo:KEPT$stack"
done
