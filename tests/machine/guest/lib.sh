# shellcheck shell=bash
#
# What every scene begins with:
#
#	. "$(dirname "$0")/lib.sh"
#
# It has say, fail, await and what asks and judges answers from the lib of the
# integration tests.  palang, Unbound and all else are the installed ones.

set -Eeuo pipefail
umask 022
export LC_ALL=C TZ=UTC0 HOME=/root

source=/root/palang
lib=$source/tests/integration/lib
name=$(basename "$0" .sh)
scratch=/root/scratch
net=127.53.0
resolver=127.0.0.1
# shellcheck disable=SC2034 # the name server, for expect_open
TREE_LEAF=2
readonly source lib name scratch net resolver TREE_LEAF

# Everything is, in an emulation.
is_slow() {
	true
}

# shellcheck source=../../integration/lib/scenario.sh
. "$lib/scenario.sh"
# shellcheck source=../../integration/lib/palang.sh
. "$lib/palang.sh"
# shellcheck source=../../integration/lib/expect.sh
. "$lib/expect.sh"

palang() {
	command palang "$@"
}

mkdir -p "$scratch"
cd "$scratch"
trap 'echo "$0: line $LINENO: $BASH_COMMAND" >&2' ERR

# write_order FILE ID TARGET: an order of kominfo, and its signature.
write_order() {
	order "$2" "scope: exact" "targets: [$3]" >"$1"
	sign "$1"
}

# write_lift FILE ID ORDER
write_lift() {
	printf '%s\n' "palang-order: 1" "authority: kominfo" "id: $2" \
		"action: lift" "lifts: $3" "issued: $(rfc3339 -60)" >"$1"
	sign "$1"
}

sign() {
	minisign -S -s "$scratch/kominfo.key" -m "$1" </dev/null >/dev/null
}

readonly inbox=/var/lib/palang/inbox/kominfo

# has_receipt FOLDER FILE
has_receipt() {
	[[ -s $inbox/$1/$2.receipt.json ]]
}

is_head() {
	[[ $1 =~ ^[0-9a-f]{64}$ ]]
}

# What the kernel refused to Unbound since the machine was started.
denied() {
	journalctl -k --no-pager -o cat |
		grep 'apparmor="DENIED".*profile="unbound"' || true
}
