# shellcheck shell=bash
#
# What every scenario begins with:
#
#	. "$(dirname "$0")/../lib.sh"
#
# A scenario is a folder with a run.sh.  It gets a scratch folder, a loopback
# network of its own, and functions that start real name servers, resolvers and
# the tool, await conditions, and compare answers.  It fails with the first
# thing that is not as expected; then the logs of all its daemons are shown.
# Nothing that it started outlives it.
#
# From the environment (ctest sets them):
#	UNBOUND_TREE  built source tree of Unbound, with dynlib
#	PALANG_SO     the module, built for that tree
#	PALANG        the tool
#	TEST_TOOLS    folder of the helper programs
# and, by hand:
#	KEEP=1        leaves the scratch folder, and tells where it is
#	TRACE=1       shows each command
#	SANITIZER=thread|address  how the tree and the module were built

set -Eeuo pipefail
umask 022
export LC_ALL=C TZ=UTC0

: "${UNBOUND_TREE:?the built source tree of an Unbound with dynlib}"
: "${PALANG_SO:?the module}" "${PALANG:?the tool}"
: "${TEST_TOOLS:?the folder of the test helpers}"

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

readonly here

# shellcheck source=lib/scenario.sh
. "$here/lib/scenario.sh"
# shellcheck source=lib/tree.sh
. "$here/lib/tree.sh"
# shellcheck source=lib/unbound.sh
. "$here/lib/unbound.sh"
# shellcheck source=lib/palang.sh
. "$here/lib/palang.sh"
# shellcheck source=lib/expect.sh
. "$here/lib/expect.sh"
# shellcheck source=lib/source.sh
. "$here/lib/source.sh"

scenario_begin "$@"
