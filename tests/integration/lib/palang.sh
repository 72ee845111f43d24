# shellcheck shell=bash
#
# The tool, with a configuration and a ledger of the scenario's own.

readonly SINK_A=198.51.100.1 SINK_AAAA=2001:db8:51::1 BLOCK_TTL=30

# palang_begin [TEXT]: configuration (TEXT is more of it), ledger, empty lists.
# Authorities: kominfo and court are external, with sinkhole addresses of
# their own; house is the operator's own; none of them signs.
palang_begin() {
	live=$scratch/live
	cat >"$scratch/palang.yaml" <<-END
		state-dir: $scratch/state
		live-dir: $live
		user: ""
		guards: {popular: no, protected-shipped: no, unbound: no}
		answer: sinkhole
		ttl: $BLOCK_TTL
		a: 198.51.100.99
		authorities:
		  kominfo:
		    kind: external
		    signature: transcribed
		    a: $SINK_A
		    aaaa: "$SINK_AAAA"
		  court:
		    kind: external
		    signature: transcribed
		    a: 198.51.100.2
		  house:
		    kind: own
		    signature: transcribed
		    a: 198.51.100.3
		${1-}
	END
	palang init >"$scratch/log/init"
	waiting=()
}

palang() {
	"$PALANG" --config "$scratch/palang.yaml" "$@"
}

# What makes a command return once the resolvers have it in effect; nothing
# before the first of them is started.
waiting=()

# apply FILE...
apply() {
	palang apply --transcribed --source "a test" "${waiting[@]}" "$@"
}

# apply_order ID LINE...: a block order of kominfo from now on; the lines are
# further keys.
apply_order() {
	order "$@" >"$scratch/order.yaml"
	apply "$scratch/order.yaml"
}

order() {
	local id=$1
	shift
	cat <<-END
		palang-order: 1
		authority: kominfo
		id: $id
		action: block
		issued: $(rfc3339 -60)
	END
	printf '%s\n' "$@"
}

# lift ORDER [NAME...]
lift() {
	palang lift "${waiting[@]}" "$@"
}

# rfc3339 SECONDS: the time in so many seconds from now; or at the second
# @SECONDS since 1970.
rfc3339() {
	local when=$1
	[[ $when == @* ]] || when="@$(($(date +%s) + when))"
	date -u -d "$when" +%FT%TZ
}

# expect_sinkhole [OPTION...] NAME [ORDER]: asked now for A and AAAA.
expect_sinkhole() {
	local options=()
	while [[ $1 == +* ]]; do
		options+=("$1")
		shift
	done
	ask "${options[@]}" "$1" A
	expect_rcode NOERROR
	expect_answer "$1. $BLOCK_TTL IN A $SINK_A"
	expect_ede "4 16" "kominfo ${2-}"
	expect_no_flag ad
	ask "${options[@]}" "$1" AAAA
	expect_rcode NOERROR
	expect_answer "$1. $BLOCK_TTL IN AAAA $SINK_AAAA"
	expect_ede "4 16" "kominfo ${2-}"
}

# expect_nodata [OPTION...] NAME TYPE OWNER [ORDER]: blocked, with the SOA at
# the rule's name.
expect_nodata() {
	local options=()
	while [[ $1 == +* ]]; do
		options+=("$1")
		shift
	done
	ask "${options[@]}" "$1" "$2"
	expect_rcode NOERROR
	expect_empty
	expect_soa "$3." "$BLOCK_TTL"
	expect_ede 16 "kominfo ${4-}"
	expect_no_flag ad
}

# answers_blocked NAME: for await, around a reload, when answers may be lost.
answers_blocked() {
	[[ $(dig "@$resolver" +tries=1 +time=1 +short "$1" A) == "$SINK_A" ]]
}
