# shellcheck shell=bash
#
# Questions, and what their answers must be.
#
#	ask +dnssec t.me A
#	expect_rcode NOERROR
#	expect_answer "t.me. 30 IN A 198.51.100.1"
#	expect_ede "4 16" "kominfo 2017/TELEGRAM/1"
#
# ask keeps what dig printed; each expect_ judges it, and ends the scenario
# with the whole of it if it is not so.

# Who is asked; a scenario changes it, or gives @ADDRESS to ask.
server=
patience=5 # seconds
! is_slow || patience=15

ask() {
	asked="$*"
	answered=$(dig "@${server:-$resolver}" +tries=1 +time="$patience" \
		+nocmd +nostats "$@") || unexpected "an answer"
}

unexpected() {
	trap - ERR
	{
		echo "$name: FAILED: dig $asked"
		echo "expected: $1"
		echo "got:${2:+ $2}"
		printf '%s\n' "$answered"
		echo "called from:"
		local i
		for ((i = 2; i < ${#FUNCNAME[@]}; i++)); do
			echo "  ${BASH_SOURCE[i]}:${BASH_LINENO[i - 1]}"
		done
	} >&2
	exit 1
}

# The records of a section (ANSWER, AUTHORITY, ADDITIONAL), one a line, single
# spaces, in the order of the alphabet.
section() {
	sed -n "/^;; $1 SECTION:/,/^\$/p" <<<"$answered" |
		sed -E '/^(;|$)/d; s/[\t ]+/ /g' | sort
}

rcode() {
	[[ ! $answered =~ status:\ ([A-Z0-9]+), ]] || echo "${BASH_REMATCH[1]}"
}

flags() {
	[[ ! $answered =~ \;\;\ flags:([a-z\ ]*)\; ]] ||
		echo "${BASH_REMATCH[1]} "
}

ede_codes() {
	local rest=$answered codes=()
	while [[ $rest =~ $'\n'"; EDE: "([0-9]+)(.*) ]]; do
		codes+=("${BASH_REMATCH[1]}")
		rest=${BASH_REMATCH[2]}
	done
	echo "${codes[*]}"
}

expect_rcode() {
	[[ $(rcode) == "$1" ]] || unexpected "rcode $1" "$(rcode)"
}

# expect_flag aa, expect_no_flag ad
expect_flag() {
	[[ $(flags) == *" $1 "* ]] || unexpected "the flag $1" "$(flags)"
}
expect_no_flag() {
	[[ $(flags) != *" $1 "* ]] || unexpected "no flag $1" "$(flags)"
}

# expect_answer RECORD...: exactly these, in any order.
expect_answer() {
	local want
	want=$(printf '%s\n' "$@" | sort)
	[[ $(section ANSWER) == "$want" ]] ||
		unexpected "the answer section: $want" "$(section ANSWER)"
}

expect_empty() {
	[[ -z $(section ANSWER) ]] ||
		unexpected "an empty answer section" "$(section ANSWER)"
}

# The same, whatever the TTLs are: NAME TYPE DATA.
expect_data() {
	local want got
	want=$(printf '%s\n' "$@" | sort)
	got=$(section ANSWER | cut -d ' ' -f 1,4- | sort)
	[[ $got == "$want" ]] || unexpected "in the answer: $want" "$got"
}

# Data without name, as of dig +short, in any order.
expect_rdata() {
	local want got
	want=$(printf '%s\n' "$@" | sort)
	got=$(section ANSWER | cut -d ' ' -f 5- | sort)
	[[ $got == "$want" ]] || unexpected "as data: $want" "$got"
}

# expect_ttl MAX: no record of the answer may be kept longer.
expect_ttl() {
	local ttl
	for ttl in $(section ANSWER | cut -d ' ' -f 2); do
		((ttl <= $1)) || unexpected "a TTL of at most $1" "$ttl"
	done
}

# expect_soa OWNER TTL: the one SOA that a block puts into the authority
# section, all timers as its TTL.
expect_soa() {
	local want="$1 $2 IN SOA $1 "
	[[ $(section AUTHORITY) == "$want"*" $2 $2 $2 $2" ]] ||
		unexpected "authority: $want... $2 $2 $2 $2" \
			"$(section AUTHORITY)"
}

# expect_ede "CODE..." [TEXT]: these codes in this order.
expect_ede() {
	[[ $(ede_codes) == "$1" ]] ||
		unexpected "the EDE codes $1" "$(ede_codes)"
	[[ -z ${2-} ]] || grep -q "^; EDE: .*($2" <<<"$answered" ||
		unexpected "an EDE text that begins with $2"
}

expect_no_ede() {
	[[ -z $(ede_codes) ]] || unexpected "no EDE" "$(ede_codes)"
}

# No EDE that tells of a block.  Unbound 1.22 adds others of its own: 6 to
# a client with CD, for an insecure name that is in the cache.
expect_uncensored() {
	[[ ! " $(ede_codes) " =~ " "(4|15|16)" " ]] ||
		unexpected "no EDE 4, 15 or 16" "$(ede_codes)"
}

expect_opt() {
	grep -q '^; EDNS: version: 0' <<<"$answered" || unexpected "an OPT"
}
expect_no_opt() {
	! grep -q '^; EDNS:' <<<"$answered" || unexpected "no OPT"
}

# What the name really has, from the server that is authoritative for it.
truth() {
	dig "@$net.${3:-$TREE_LEAF}" +norec +tries=1 +time=5 +noall +answer \
		"$1" "$2" | sed -E 's/[\t ]+/ /g' | cut -d ' ' -f 1,4- | sort
}

# expect_open [OPTION...] NAME TYPE: asked now; the real answer, not censored.
expect_open() {
	local want
	want=$(truth "${@: -2}")
	ask "$@"
	expect_rcode NOERROR
	[[ $(section ANSWER | cut -d ' ' -f 1,4- | grep -v ' RRSIG ' | sort) \
	== "$want" ]] || unexpected "the real data: $want"
	expect_uncensored
}
