#!/usr/bin/env bash
#
# Ways by which something blocked could come into the cache, or be found there
# before it is thrown out, one by one and with certainty.  The validator waits
# half a second for the keys of slow.example, each time; what it has not
# checked yet is served to clients with CD, if it lies in the cache.
#
# Once with the validator alone, and once with subnetcache, which forbids and
# allows storing too, and looks up again, by itself, what a server has not
# answered for the client's network.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

tree_more() {
	tree_sign slow.example
	tree_key_ttl slow.example 1
	tree_delegate slow "$net.$TREE_RELAY"
	printf 'by-%s NS %s.slow\n' first first far far void void \
		>>"$tree/example.zone"
}

# learn_links ALIAS: by a look-up of a name server's address.  Nobody has
# validated them then, so that they alone do not tell what is blocked.
asked_by=0
learn_links() {
	control "ours$id" flush_zone slow.example >/dev/null
	ask "x$((++asked_by)).by-$1.example" A
	expect_rcode SERVFAIL
}

# A question that waits for the keys; its answer goes to the file "waiting".
ask_and_wait() {
	sleep 3.2 # until the keys have expired
	: >slow.queries
	dig "@$resolver" +tries=1 +time=5 "$@" >waiting_answer &
	asking=$!
	await 5 "the question for the keys" \
		grep -q '^48 slow.example.$' slow.queries
}

answer_comes() {
	wait "$asking"
	asked="the question that waited"
	answered=$(<waiting_answer)
}

# expect_link ALIAS NAME: NAME is blocked.
expect_link() {
	expect_data "$1.slow.example. CNAME $2.slow.example." \
		"$2.slow.example. A $SINK_A"
}

expect_cd_blocked() {
	ask +cdflag "$@"
	[[ $(section ANSWER) == *"$SINK_A"* ]] || unexpected "a block"
}

# round ID [TEXT]: an Unbound with this configuration; ID makes new orders.
round() {
	local id=$1
	unbound_start "ours$id" "$resolver" "server:
		infra-cache-min-rtt: 1000
		discard-timeout: 0
		${2-}"
	# The servers are known from here on.
	ask www.example A
	ask end.slow.example A
}

from_the_cache() {
	say "$id: a chain that is put together from what the cache has"
	ask first.slow.example A
	apply_order "CHAIN$id" "scope: exact" "targets: [middle.slow.example]"
	local option
	for option in +noedns "${more_options[@]}"; do
		learn_links first
		ask_and_wait "$option" first.slow.example A
		expect_cd_blocked first.slow.example A
		answer_comes
		expect_link first middle
		expect_cd_blocked first.slow.example A
	done
}

end_from_upstream() {
	say "$id: a chain whose end alone comes from upstream"
	apply_order "FAR$id" "scope: exact" "targets: [next.slow.example]"
	learn_links far
	control "ours$id" flush ns.leaf.example >/dev/null
	ask_and_wait far.slow.example A
	expect_cd_blocked far.slow.example A
	answer_comes
	expect_link far next
	expect_cd_blocked far.slow.example A
	lift "kominfo:CHAIN$id"
	lift "kominfo:FAR$id"
	ask first.slow.example A
	expect_rdata middle.slow.example. end.slow.example. "$net.$TREE_LEAF"
}

blocked_while_it_waits() {
	say "$id: a name that is blocked while its answer waits for the keys"
	control "ours$id" flush_zone slow.example >/dev/null
	ask end.slow.example A
	ask_and_wait blocked.slow.example A
	apply_order "NAME$id" "scope: exact" "targets: [blocked.slow.example]"
	expect_sinkhole +cdflag blocked.slow.example "NAME$id"
	answer_comes
	expect_answer "blocked.slow.example. $BLOCK_TTL IN A $SINK_A"
	expect_sinkhole +cdflag blocked.slow.example "NAME$id"
	expect_sinkhole blocked.slow.example "NAME$id"
	lift "kominfo:NAME$id"
	expect_open blocked.slow.example A
}

target_blocked_while_it_waits() {
	say "$id: an alias whose target is blocked while it waits for the keys"
	control "ours$id" flush_zone slow.example >/dev/null
	ask end.slow.example A
	ask_and_wait alias.slow.example A
	apply_order "ALIAS$id" "scope: exact" "targets: [blocked.slow.example]"
	answer_comes
	expect_data "alias.slow.example. CNAME blocked.slow.example." \
		"blocked.slow.example. A $SINK_A"
	expect_cd_blocked alias.slow.example A
	expect_cd_blocked blocked.slow.example A
}

lifted_while_it_waits() {
	say "$id: a lift while a blocked answer waits for the keys"
	control "ours$id" flush_zone slow.example >/dev/null
	ask end.slow.example A
	ask_and_wait alias.slow.example A
	lift "kominfo:ALIAS$id"
	answer_comes
	expect_data "alias.slow.example. CNAME blocked.slow.example." \
		"blocked.slow.example. A 192.0.2.70"
	ask +cdflag alias.slow.example A
	expect_rdata blocked.slow.example. 192.0.2.70
	expect_open +cdflag blocked.slow.example A
}

above_nothing() {
	say "$id: a chain that ends at a name above which there is nothing"
	apply_order "VOID$id" "scope: exact" "targets: [hole.slow.example]"
	learn_links void
	ask_and_wait void.slow.example A
	expect_cd_blocked void.slow.example A
	answer_comes
	expect_link void hole
	expect_cd_blocked void.slow.example A
	lift "kominfo:VOID$id"
}

# all ID MODULES [TEXT]
all() {
	local id=$1
	round "$id" "module-config: \"$2\"
		${3-}"
	from_the_cache
	end_from_upstream
	blocked_while_it_waits
	target_blocked_while_it_waits
	lifted_while_it_waits
	above_nothing
	stop "ours$id"
	rm -f "$live/status/ours$id"*
}

tree_start
relay_start slow "$net.$TREE_RELAY" "$net.$TREE_LEAF" -d 48:500
palang_begin
more_options=()
all VALIDATOR "dynlib validator iterator"
more_options=(+subnet=192.0.2.0/24 +subnet=0)
all SUBNET "dynlib subnetcache validator iterator" "
		send-client-subnet: 127.0.0.0/8
		client-subnet-always-forward: yes"
