#!/usr/bin/env bash
#
# Looks whether all is as told, then gives orders and lifts, to palang and to
# the inbox in turn, until power is cut.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=told.sh
. "$(dirname "$0")/told.sh"

told_read
told_check

number=$told_last
while true; do
	number=$((number + 1))
	write_order "d$number.yaml" "d/$number" "d$number.me"
	write_order "n$number.yaml" "n/$number" "n$number.me"
	tell drop "d$number" drop_told "d$number.yaml"
	tell apply "n$number" apply_told "n$number.yaml"
	if ((number % 3 == 0)); then
		write_lift lift.yaml "l/$number" "n/$number"
		tell lift "n$number" apply_told lift.yaml
	fi
done
