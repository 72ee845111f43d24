#!/usr/bin/env bash
#
# man-page.sh PALANG: palang(1) has each command and each option of the
# command table, and no others; no manual page gives mandoc anything to say.

set -euo pipefail
cd "$(dirname "$0")/../.."
palang=$1
status=0

commands() {
	"$palang" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z -]*[a-z]\)  .*/\1/p'
}

# "COMMAND --option" for each, as --help tells them; letters too.
of_help() {
	local name
	commands | while read -r name; do
		echo "$name"
		# shellcheck disable=SC2086 # a name may be two words
		"$palang" help $name | sed -n '/^Options:/,$p' |
			sed -nE "s/^  (-([a-z]), |    )--([a-z-]+).*/\2 \3/p" |
			while read -r letter long; do
				[[ -n $long ]] || { long=$letter letter=''; }
				echo "$name --$long"
				[[ -z $letter ]] || echo "$name -$letter"
			done
	done
}

# The same of the page: .Ss names a command, .It its options.
of_page() {
	awk '
		/^\.Sh / { in_commands = ($2 == "COMMANDS"); next }
		!in_commands { next }
		/^\.Ss / { name = substr($0, 5); print name }
		/^\.It / {
			for (i = 2; i < NF; i++)
				if ($i == "Fl")
					print name " -" $(i + 1)
		}' man/palang.1
}

diff <(of_help | sort) <(of_page | sort) || {
	echo "man/palang.1 (right) is not what palang --help says (left)"
	status=1
}

if command -v mandoc >/dev/null; then
	# That a page is not in a collection's index is no fault of the page.
	{ mandoc -T lint -W style man/*.[1-9] || true; } |
		grep -vE 'referenced manual not found|RCS id missing|Mdocdate missing' && status=1
fi
exit "$status"
