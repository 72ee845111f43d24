#!/usr/bin/env bash
#
# palang in front of each row of modules that docs/OPERATION.md names and this
# Unbound has, and with settings that change how names are looked up: what was
# cached before is blocked, by itself and at the end of a chain, and is open
# after the lift.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

readonly FLAGS=("" +cdflag +dnssec +norec +subnet=192.0.2.0/24)

# with_flags COMMAND...: once with each set of flags.
with_flags() {
	local flag
	for flag in "${FLAGS[@]}"; do
		"$@" ${flag:+"$flag"}
	done
}

visit() {
	ask "$@" t.me A
	ask "$@" y.x.t.me A
	ask "$@" t.me HTTPS
	ask "$@" shop.example A
	ask "$@" www.blocked.signed.example A
	ask "$@" none.blocked.signed.example A
	ask "$@" www.example A
}

# Without recursion Unbound answers from its cache or refers; either way not
# with what is blocked.
expect_no_real() {
	[[ $(section ANSWER) != *" A 192.0.2."* ]] || unexpected "nothing real"
}

expect_blocked() {
	local qname
	for qname in t.me shop.example www.blocked.signed.example; do
		ask "$@" "$qname" A
		expect_no_real
		[[ " $* " == *" +norec "* ]] || {
			expect_rcode NOERROR
			expect_ede "4 16" kominfo
		}
	done
	ask "$@" none.blocked.signed.example A
	expect_rcode NOERROR
	ask "$@" y.x.t.me A
	[[ $(section ANSWER) == *192.0.2.43* ]] || unexpected "y.x.t.me is open"
	ask "$@" www.example A
	[[ $(section ANSWER) == *192.0.2.50* ]] || unexpected "www.example is open"
}

round=0
# stack MODULES [TEXT]
stack() {
	say "$1${2:+, $2}"
	local daemon=ours$((++round))
	unbound_start "$daemon" "$resolver" "server:
		module-config: \"$1\"
		access-control: 127.0.0.0/8 allow_snoop
		$(printf '%s\n' "${2-}")"
	with_flags visit
	apply_order "R$round" "targets:" "- {name: t.me, scope: exact}" \
		"- {name: blocked.signed.example, scope: subtree}" >/dev/null
	with_flags expect_blocked
	with_flags expect_blocked
	lift "kominfo:R$round" >/dev/null
	expect_open t.me A
	ask shop.example A
	expect_rdata x.example. t.me. 192.0.2.40
	[[ $1 != *validator* ]] || {
		ask +dnssec www.blocked.signed.example A
		expect_flag ad
	}
	stop "$daemon"
	rm -f "$live/status/$daemon"*
}

say "unbound-checkconf knows each row that docs/OPERATION.md names"
mapfile -t rows < <(grep -oE '"dynlib [a-z0-9 ]*"' "$here/../../docs/OPERATION.md" |
	sort -u)
((${#rows[@]} > 10)) || fail "docs/OPERATION.md names ${#rows[@]} rows"
for row in "${rows[@]}"; do
	printf 'server:\ndirectory: ""\nchroot: ""\nusername: ""\n%s %s\n' \
		"module-config:" "$row" >row.conf
	# A module that this Unbound lacks is another matter.
	"$UNBOUND_TREE/unbound-checkconf" row.conf >checked 2>&1 ||
		grep -q "is not available" checked ||
		fail "unbound-checkconf does not know $row"
done

tree_start
palang_begin
stack "dynlib iterator"
stack "dynlib validator iterator" "qname-minimisation: no"
stack "dynlib validator iterator" "aggressive-nsec: yes"
stack "dynlib validator iterator" "minimal-responses: no"
stack "dynlib validator iterator" "num-threads: 1"
stack "dynlib respip validator iterator"
stack "dynlib subnetcache validator iterator" \
	"client-subnet-always-forward: yes"
stack "dynlib dns64 validator iterator"
