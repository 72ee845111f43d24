#!/usr/bin/env bash
#
# Every kind of answer over every transport, with and without EDNS, DO and CD,
# behind a validator and without one (docs/DESIGN.md, "Answers").
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
	-keyout tls.key -out tls.pem -subj /CN=resolver.test 2>/dev/null
encrypted="server:
	interface: $net.1@853
	interface: $net.1@443
	tls-service-key: \"$scratch/tls.key\"
	tls-service-pem: \"$scratch/tls.pem\""

tree_start
palang_begin
apply_order SINK "scope: exact" "targets: [sink.example]"
apply_order EMPTY "answer: nodata" "scope: subtree" "targets: [nodata.example]"
apply_order NX "answer: nxdomain" "scope: subtree" "targets:" \
	"- nx.example" "- {name: hole.example, except: [open.hole.example]}"
apply_order NXEXACT "answer: nxdomain" "scope: exact" \
	"targets: [nxexact.example]"
apply_order REFUSED "answer: refused" "scope: exact" \
	"targets: [refused.example]"
order OWN "scope: exact" "targets: [own.example]" |
	sed 's/kominfo/house/' >own.yaml
apply own.yaml
order V4 "scope: exact" "targets: [four.example]" |
	sed 's/kominfo/court/' >four.yaml
apply four.yaml

# expect_reason CODES AUTHORITY ID: told exactly if the question had EDNS.
expect_reason() {
	if [[ " ${how[*]} " == *" +noedns "* ]]; then
		expect_no_opt
	else
		expect_opt
		expect_ede "$1" "$2 $3"
	fi
	expect_no_flag ad
	[[ $(section ANSWER)$(section AUTHORITY) != *RRSIG* ]] ||
		unexpected "no signature"
}

# one NAME TYPE RCODE OWNER-OR-DATA CODES AUTHORITY ID
one() {
	ask "${how[@]}" "$1" "$2"
	expect_rcode "$3"
	case $4 in
	-) expect_empty ;;
	*=*)
		expect_answer "$1. $BLOCK_TTL IN $2 ${4#=}"
		[[ -z $(section AUTHORITY) ]] || unexpected "no authority"
		;;
	*)
		expect_empty
		expect_soa "$4." "$BLOCK_TTL"
		;;
	esac
	expect_reason "$5" "$6" "$7"
}

# all OPTION...: every kind, asked with these options of dig.
all() {
	how=("$@")
	one sink.example A NOERROR "=$SINK_A" "4 16" kominfo SINK
	one SinK.example AAAA NOERROR "=$SINK_AAAA" "4 16" kominfo SINK
	one sink.example TXT NOERROR sink.example 16 kominfo SINK
	one sink.example ANY NOERROR sink.example 16 kominfo SINK
	one sink.example TYPE65280 NOERROR sink.example 16 kominfo SINK
	one nodata.example A NOERROR nodata.example 16 kominfo EMPTY
	one a.b.nodata.example MX NOERROR nodata.example 16 kominfo EMPTY
	one nx.example A NXDOMAIN nx.example 16 kominfo NX
	one a.nx.example AAAA NXDOMAIN nx.example 16 kominfo NX
	# Below these something is open, which NXDOMAIN would deny.
	one hole.example A NOERROR hole.example 16 kominfo NX
	one nxexact.example A NOERROR nxexact.example 16 kominfo NXEXACT
	one refused.example A REFUSED - 16 kominfo REFUSED
	# The operator's own are Blocked, not Censored.
	one own.example A NOERROR =198.51.100.3 "4 15" house OWN
	one own.example HTTPS NOERROR own.example 15 house OWN
	# No sinkhole address of that family: nothing instead of another.
	one four.example A NOERROR =198.51.100.2 "4 16" court V4
	one four.example AAAA NOERROR four.example 16 court V4
	ask "${how[@]}" open.hole.example A
	expect_uncensored
	ask "${how[@]}" www.example A
	expect_rcode NOERROR
	[[ $(section ANSWER) == *" A 192.0.2.50"* ]] || unexpected 192.0.2.50
	expect_uncensored
}

unbound_start validating "$net.1" "$encrypted"
unbound_start plainly "$net.2" 'server: module-config: "dynlib iterator"'

for server in "$net.1" "$net.2"; do
	for transport in +notcp +tcp; do
		say "$server $transport"
		for edns in +edns +noedns +dnssec +cdflag "+dnssec +cdflag"; do
			read -ra options <<<"$edns"
			all "$transport" "${options[@]}"
		done
	done
done
server=$net.1
for transport in +tls +https; do
	say "$server $transport"
	all "$transport" +edns
	all "$transport" +dnssec
done
say "ede: no is obeyed"
unbound_start silent "$net.3" "server: ede: no"
server=$net.3
ask +edns sink.example A
expect_answer "sink.example. $BLOCK_TTL IN A $SINK_A"
expect_opt
expect_no_ede
