# shellcheck shell=bash disable=SC2154
#
# What earlier starts of the machine told before power was cut, and what must
# be true of it.  A change is told before it is begun and when it is done:
#
#	told begin apply n7
#	told done apply n7 HEAD
#
# n7 is the order n/7, which blocks n7.me.  `apply` and `lift` are done when
# palang says so, `drop` when the disk has the pair in the inbox.

# what is told last of each, e.g. told[n7]="done lift"
declare -A told=()
told_last=0 told_head=

told_read() {
	local word when what which head
	while read -r word when what which head; do
		[[ $word == told ]] || continue
		told[$which]="$when $what"
		((${which:1} <= told_last)) || told_last=${which:1}
		[[ $when == "done" && $what != drop ]] || continue
		is_head "$head" || fail "what was told is torn: $which $head"
		told_head=$head
	done </run/scene
}

# tell CHANGE WHICH COMMAND...: what the command prints is told with it.
tell() {
	local change=$1 which=$2 said
	shift 2
	echo "told begin $change $which"
	said=$("$@")
	echo "told done $change $which $said"
}

# apply_told FILE: prints the head that came of it.
apply_told() {
	local receipt=/var/tmp/receipt.json
	rm -f "$receipt"
	palang apply --wait=60s --receipt="$receipt" "$1" >&2
	jq -er .journal.head "$receipt"
}

# drop_told FILE: as one who makes sure that it has arrived.
drop_told() {
	cp "$1" "$1.minisig" "$inbox"
	sync "$inbox/$1" "$inbox/$1.minisig" "$inbox"
}

resolver_is_up() {
	dig "@$resolver" +tries=1 +time=2 +short ns.me A | grep -q .
}

# What Unbound answers; of what was not done, anything.
answers_as_told() {
	local which
	for which in "${!told[@]}"; do
		case ${told[$which]} in
		"done apply") expect_sinkhole "$which.me" "n/${which:1}" ;;
		"done lift") expect_open "$which.me" A ;;
		esac
	done
}

ledger_as_told() {
	local which state
	for which in "${!told[@]}"; do
		state=$(palang show --json "kominfo:n/${which:1}" 2>/dev/null |
			jq -r .state) || true
		case ${told[$which]} in
		"done apply") [[ $state == active ]] ;;
		"done lift") [[ $state == lifted ]] ;;
		"begin lift") [[ $state == active || $state == lifted ]] ;;
		esac || fail "${told[$which]}: order $which is $state"
	done
}

# Whatever had arrived: once in done/, with a receipt that holds, and in force.
inbox_as_told() {
	local which count=0 receipts
	for which in "${!told[@]}"; do
		[[ ${told[$which]} == "done drop" ]] || continue
		await 240 "a receipt for $which" has_receipt "done" "$which.yaml"
		receipts=("$inbox/done/$which.yaml"*.receipt.json)
		((${#receipts[@]} == 1)) || fail "taken twice: ${receipts[*]}"
		palang audit verify --receipt="${receipts[0]}" >/dev/null
		expect_sinkhole "$which.me" "d/${which:1}"
		count=$((count + 1))
	done
	say "the inbox has taken all that had arrived: $count"
}

# First what Unbound has by itself, from what it found on the disk; then what
# the ledger makes of it; last what the inbox still had to do.
told_check() {
	await 120 "Unbound answers" resolver_is_up
	answers_as_told
	if [[ -n $told_head ]]; then
		palang audit verify --head="$told_head"
	fi
	ledger_as_told
	palang publish
	palang status --check
	answers_as_told
	say "as told: ${#told[@]} orders"
	systemctl start palang-inbox@kominfo.path
	inbox_as_told
}
