#!/usr/bin/env bash
#
# Structured DNS Errors: who sends the option gets a negative answer, and over
# an encrypted transport the reason as JSON, which never truncates an answer.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

readonly CODE=65001 # of the range for experiments; none is assigned yet
with_tls="server:
	interface: $net.1@853
	interface: $net.1@443
	tls-service-key: \"$scratch/tls.key\"
	tls-service-pem: \"$scratch/tls.pem\""

# The EDE text of the answer, as JSON, if it is JSON.
json() {
	sed -n 's/^; EDE: 16 (Censored): (\({.*}\))$/\1/p' <<<"$answered"
}

# expect_json KEY...: they are there, and nothing else is.
expect_json() {
	local keys
	keys=$(json | jq -r "keys | join(\" \")") || unexpected "JSON in the EDE"
	[[ $keys == "$*" ]] || unexpected "the keys $*" "$keys"
}

expect_plain_text() {
	[[ -z $(json) ]] || unexpected "no JSON"
	expect_ede 16 "kominfo T"
}

# A negative answer, whatever the order says.
expect_negative() {
	expect_rcode NOERROR
	expect_empty
	expect_soa t.me. "$BLOCK_TTL"
}

begin() {
	local mode=$1
	say "mode $mode"
	palang_begin "sde: {mode: $mode, code: $CODE}"
	apply_order T "scope: exact" "targets: [t.me, telegram.me]" \
		"contact: [\"mailto:aduan@kominfo.example\"]" \
		"reason: {id: \"Sebuah alasan\", en: \"A reason\"}"
	apply_order LONG "scope: exact" "targets: [telegram.org]" \
		"contact: [\"mailto:aduan@kominfo.example\"]" \
		"reason: {en: \"$(printf 'because %.0s' {1..60})\"}"
	unbound_start ours "$resolver" "$with_tls"
}

end() {
	stop ours
	rm -rf "$scratch/state" "$live"
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
	-keyout tls.key -out tls.pem -subj /CN=resolver.test 2>/dev/null
tree_start

begin encrypted
for transport in +tls +https; do
	ask "$transport" +ednsopt=$CODE t.me A
	expect_negative
	expect_ede 16
	expect_json c fdbs j l o
	[[ $(json) == *'"mailto:aduan@kominfo.example"'*T* ]] ||
		unexpected "contact and order in the JSON"
	ask "$transport" t.me A
	expect_answer "t.me. $BLOCK_TTL IN A $SINK_A"
	expect_ede "4 16" "kominfo T"
done
for transport in +notcp +tcp; do
	ask "$transport" +ednsopt=$CODE t.me A
	expect_negative
	expect_plain_text
done
say "clients with and without the option at once"
for _ in {1..20}; do
	dig "@$resolver" +tls +ednsopt=$CODE telegram.me A >with &
	one=$!
	dig "@$resolver" telegram.me A >without &
	wait "$one" "$!"
	grep -q "$SINK_A" without || fail "the option of one changed another's"
	! grep -q "$SINK_A" with || fail "who sent the option got an address"
done
expect_open +ednsopt=$CODE api.telegram.org A
end

begin all
ask +notcp +ednsopt=$CODE t.me A
expect_negative
expect_json c fdbs j l o
say "a long reason leaves out its long parts, and is never truncated"
for size in 512 700 1232 4096; do
	ask +notcp +ignore +bufsize=$size +ednsopt=$CODE telegram.org A
	expect_no_flag tc
	expect_rcode NOERROR
	expect_empty
	expect_ede 16
done
ask +tcp +ednsopt=$CODE telegram.org A
expect_json c fdbs j l o
end

begin off
ask +tls +ednsopt=$CODE t.me A
expect_answer "t.me. $BLOCK_TTL IN A $SINK_A"
expect_ede "4 16" "kominfo T"
