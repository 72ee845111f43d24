# shellcheck shell=bash disable=SC2154
#
# What earlier starts of the machine told before power was cut, and what must
# be true of it.  A change is told twice, before it is begun and when it is
# done:
#
#	told begin apply 7
#	told done apply 7 HEAD
#
# Order 7 blocks n7.me.  Of the one that was begun and not done, anything may
# be true.

# order number -> "apply" or "lift", the last that was done; or "open question"
declare -A told=()
told_last=0 told_head=

told_read() {
	local word what change number head
	while read -r word what change number head; do
		[[ $word == told ]] || continue
		case $what in
		begin) told[$number]="open question" ;;
		"done")
			told[$number]=$change
			told_head=$head
			;;
		esac
		((number <= told_last)) || told_last=$number
	done </run/scene
}

# tell CHANGE NUMBER FILE
tell() {
	local receipt=/var/tmp/receipt.json
	echo "told begin $1 $2"
	palang apply --wait=60s --receipt="$receipt" "$3" >/dev/null
	echo "told done $1 $2 $(jq -r .journal.head "$receipt")"
}

resolver_is_up() {
	dig "@$resolver" +tries=1 +time=2 +short ns.me A | grep -q .
}

# Unbound has it all, by itself, from what it found on the disk.
told_check() {
	local number state
	await 120 "Unbound answers" resolver_is_up
	for number in "${!told[@]}"; do
		case ${told[$number]} in
		apply) expect_sinkhole "n$number.me" "n/$number" ;;
		lift) expect_open "n$number.me" A ;;
		esac
	done
	if [[ -n $told_head ]]; then
		palang audit verify --head="$told_head"
	fi
	# also once the ledger has had its say
	palang publish
	for number in "${!told[@]}"; do
		state=$(palang show --json "kominfo:n/$number" 2>/dev/null |
			jq -r .state || true)
		case ${told[$number]} in
		apply) [[ $state == active ]] ;;
		lift) [[ $state == lifted ]] ;;
		esac || fail "order $number is $state"
	done
	say "as told: ${#told[@]} orders"
}
