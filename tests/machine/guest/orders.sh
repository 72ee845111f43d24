#!/usr/bin/env bash
#
# Looks whether all is as told, then applies and lifts orders, by hand and by
# the inbox, until power is cut.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=told.sh
. "$(dirname "$0")/told.sh"

told_read
told_check

# For the inbox: on the disk, and all to be found behind the cut.
for i in 1 2 3 4 5 6; do
	number=$((told_last + i))
	mkdir -p dropped
	write_order "dropped/d$number.yaml" "d/$number" "d$number.me"
done
chmod 644 dropped/*
cp dropped/* "$inbox"
sync

number=$told_last
while true; do
	number=$((number + 1))
	write_order order.yaml "n/$number" "n$number.me"
	tell apply "$number" order.yaml
	if ((number % 3 == 0)); then
		write_lift lift.yaml "l/$number" "n/$number"
		tell lift "$number" lift.yaml
	fi
done
