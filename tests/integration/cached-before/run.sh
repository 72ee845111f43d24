#!/usr/bin/env bash
#
# Everything was cached before the block, with prefetch and serve-expired on:
# nothing of it is served once the order is in effect, and nothing brings it
# back, neither a prefetch, nor an expired record, nor a client with CD.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

readonly NAMES=(t.me telegram.org blocked.example short.example
	blocked.signed.example blocked.late.example)
readonly TYPES=(A HTTPS ANY)
readonly FLAGS=("" +cdflag)

# every COMMAND...: with each name, type and set of flags.
every() {
	local qname qtype set options
	for qname in "${NAMES[@]}"; do
		for qtype in "${TYPES[@]}"; do
			for set in "${FLAGS[@]}"; do
				read -ra options <<<"$set"
				"$@" "${options[@]}" "$qname" "$qtype"
			done
		done
	done
}

expect_censored() {
	ask "$@"
	expect_rcode NOERROR
	[[ " $(ede_codes) " == *" 16 "* ]] || unexpected "Censored" "$(ede_codes)"
	[[ $(section ANSWER) != *192.0.2.* && $(section ANSWER) != *:db8::* ]] ||
		unexpected "nothing real"
}

scenario() {
	local what=$1
	say "$what"
	palang_begin
	unbound_start ours "$resolver" "$2"
	every ask
	apply_order T "scope: exact" "targets: [$(
		IFS=,
		echo "${NAMES[*]}"
	)]"
	applied=$(now_ms)
	every expect_censored
	# short.example lives 3 seconds: what was cached of it expires meanwhile,
	# and what would be prefetched is.
	await 20 "the end of short.example's TTL" ttl_over
	every expect_censored
	every expect_censored
	lift kominfo:T
	expect_open t.me A
	expect_open +cdflag t.me A
	ask short.example A
	expect_rdata 192.0.2.54
	stop ours
	rm -rf "$live" "$scratch/state"
}

ttl_over() {
	(($(now_ms) > applied + 3500))
}

tree_start
relay_start late "$net.$TREE_RELAY" "$net.$TREE_LEAF" -d 48:500
scenario "prefetch" "server:
	prefetch: yes
	prefetch-key: yes"
scenario "serve-expired" "server:
	prefetch: yes
	serve-expired: yes
	serve-expired-ttl: 3600"
scenario "serve-expired after a timeout" "server:
	prefetch: yes
	serve-expired: yes
	serve-expired-client-timeout: 50
	serve-expired-reply-ttl: 7"
