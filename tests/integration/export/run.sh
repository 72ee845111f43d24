#!/usr/bin/env bash
#
# What is in force, exported as a response policy zone: BIND, PowerDNS
# Recursor, if it is here, and Unbound by its own RPZ, say the same of some
# hundred names as Unbound with the module.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

command -v named >/dev/null || skip "there is no BIND here (bind9)"

readonly seed=${SEED:-$((RANDOM))}
readonly upstream=$net.2 by_rpz=$net.3 recursor=$net.4
# BIND listens only where an interface has the address.
readonly bind=127.0.0.1 bind_port=$((5300 + ${net##*.}))
RANDOM=$seed
say "seed $seed"

# ---- random orders ----

any_label() {
	local labels=(a b c d)
	label=${labels[RANDOM % 4]}
}

# any_name: up to four labels below the domain; in $qname.
any_name() {
	local count=$((RANDOM % 5))
	qname=$domain
	while ((count-- > 0)); do
		any_label
		qname=$label.$qname
	done
}

any_domain() {
	domain=x$((RANDOM % 40)).com
}

# One order of a few names, some with exceptions.
any_order() {
	local id=$1 answers=(sinkhole nodata nxdomain refused) scopes=(exact subtree)
	local authorities=(kominfo court house) count=$((1 + RANDOM % 4))
	local scope except
	local -A given=()
	any_domain
	cat <<-END
		---
		palang-order: 1
		authority: ${authorities[RANDOM % 3]}
		id: $id
		action: block
		issued: $(rfc3339 $((-RANDOM)))
		answer: ${answers[RANDOM % 4]}
		targets:
	END
	while ((count-- > 0)); do
		any_name
		[[ -z ${given[$qname]-} ]] || continue
		given[$qname]=1
		scope=${scopes[RANDOM % 2]}
		echo "  - name: $qname"
		echo "    scope: $scope"
		[[ $scope$((RANDOM % 2)) == subtree1 ]] || continue
		any_label
		except=$label.$qname
		((RANDOM % 2)) && except=$label.$except
		[[ -z ${given[$except]-} ]] || continue
		given[$except]=1
		echo "    except: [$except]"
	done
}

# ---- random feeds ----

# A policy zone of so many records: names alone, what lies below, exceptions.
any_zone() {
	local count=$1 owner actions=(. . . rpz-passthru.)
	local -A given=()
	echo "@ SOA localhost. root.localhost. 1 60 60 60 60"
	while ((count-- > 0)); do
		any_domain
		any_name
		owner=$qname
		((RANDOM % 2)) && owner="*.$owner"
		[[ -z ${given[$owner]-} ]] || continue
		given[$owner]=1
		echo "$owner CNAME ${actions[RANDOM % 4]}"
	done
}

any_names() {
	local count=$1
	while ((count-- > 0)); do
		any_domain
		any_name
		echo "$qname"
	done
}

feeds_begin() {
	any_zone 60 >zone
	any_names 15 >names
	any_zone 40 >third
	palang feed add zone --source "$scratch/zone" --format rpz \
		--answer nxdomain
	palang feed add names --source "$scratch/names" --answer sinkhole \
		--a 198.51.100.7 --ttl 77
	palang feed add third --source "$scratch/third" --format rpz \
		--answer nodata
	any_names 6 | xargs "$PALANG" -c "$scratch/palang.yaml" allow add \
		--reason test --scope subtree
	any_names 6 | xargs "$PALANG" -c "$scratch/palang.yaml" allow add \
		--reason test --scope exact
}

# Names of rules, and what is above, below, beside and between them.
names_to_ask() {
	local at qname label domain
	palang export --format plain 2>/dev/null >named
	while read -r qname; do
		for at in "$qname" "${qname#*.}" "e.$qname" "e.a.$qname" "e.${qname#*.}"; do
			echo "$at"
		done
	done <named
	for _ in {1..300}; do
		any_domain
		any_name
		echo "$qname"
		echo "e.$qname"
	done
}

# ---- resolvers ----

# Every name there is has the same address.
upstream_start() {
	: >root.hints
	: >anchor.key
	waiting=()
	unbound_run upstream "$upstream" 'server: module-config: "iterator"
		local-zone: "." redirect
		local-data: ". 60 A 192.0.2.250"'
}

forwards() {
	echo "forward-zone:
		name: .
		forward-addr: $upstream"
}

# bind_start NAME ZONE FILE
bind_start() {
	cat >named.conf <<-END
		options {
			directory "$scratch";
			pid-file none;
			session-keyfile none;
			listen-on port $bind_port { $bind; };
			listen-on-v6 { none; };
			recursion yes;
			dnssec-validation no;
			empty-zones-enable no;
			forward only;
			forwarders { $upstream; };
			response-policy { zone "$2"; }
				break-dnssec yes max-policy-ttl 86400
				qname-wait-recurse no;
		};
		controls { };
		zone "$2" { type master; file "$scratch/$3"; };
	END
	start "$1" named -g -n 1 -c "$scratch/named.conf"
	await 30 "BIND is up" answers "$bind" "$bind_port"
}

# recursor_start ZONE FILE
recursor_start() {
	mkdir pdns
	# As the zone says it, so that its own TTL shows.
	echo "rpzFile(\"$scratch/$2\", {policyName=\"$1\"})" >pdns/rpz.lua
	cat >pdns/recursor.conf <<-END
		allow-from=127.0.0.0/8
		config-dir=$scratch/pdns
		socket-dir=$scratch/pdns
		daemon=no
		disable-packetcache=yes
		disable-syslog=yes
		dnssec=off
		dont-query=
		etc-hosts-file=/dev/null
		forward-zones-recurse=.=$upstream
		local-address=$recursor
		lua-config-file=$scratch/pdns/rpz.lua
		security-poll-suffix=
		serve-rfc1918=no
		threads=1
	END
	start pdns pdns_recursor --config-dir="$scratch/pdns"
	await 30 "PowerDNS Recursor is up" answers "$recursor" 53
}

answers() {
	dig "@$1" -p "$2" +tries=1 +time=1 up.example A | grep -q 192.0.2.250
}

# verdicts SERVER [PORT]: a line for each line of questions: what it said.
verdicts() {
	dig "@$1" -p "${2:-53}" +nocmd +noquestion +nostats +noauthority +noadditional \
		+tries=3 +time=3 -f questions |
		awk '/->>HEADER<<-/ { if (said) print said; sub(",", "", $6)
				said = $6 }
			/^[^;]/ { said = said " " ($5 == "192.0.2.250" ? "-" : $2) \
				" " $4 " " $5 }
			END { print said }'
}

# compare NAME: its verdicts and those of the module.  An RPZ cannot say
# REFUSED.
compare() {
	paste questions ours "said-$1" | awk -F '\t' -v of="$1" '
		{ ours = $2; if (ours == "REFUSED") ours = "NOERROR" }
		ours != $3 { print of ": " $1 ": " $3 ", not " ours; wrong++ }
		END { exit wrong > 0 }' || fail "$1 says something else (SEED=$seed)"
}

# ---- an old zone, and what palang compare says of it ----

# Against lists without a name in them, each name that BIND blocks by the zone
# is a difference.
compared_blocked() {
	sed "s#$scratch/#$scratch/empty/#; s#$live#$scratch/empty/live#" \
		palang.yaml >empty.yaml
	mkdir empty
	"$PALANG" -c empty.yaml init >/dev/null
	"$PALANG" -c empty.yaml compare --rpz old.zone --origin old.zone \
		--names names --json >compared || (($? == 1))
	jq -r '.differences[].name' compared | sort
}

bind_blocked() {
	paste questions said-old |
		sed -nE '/ A\t/ { /NOERROR - A/! s/ A\t.*//p }' | sort
}

upstream_start
palang_begin
for ((i = 0; i < 40; i++)); do
	any_order "2026/$i"
done >orders.yaml
apply orders.yaml >/dev/null
feeds_begin >/dev/null

say "the zone loads"
palang export --format rpz --output rpz.zone --at-serial 5
named-checkzone -k fail rpz.palang rpz.zone || fail "named-checkzone refuses it"

unbound_start ours "$resolver" "server: module-config: \"dynlib iterator\"
	$(forwards)"
bind_start bind rpz.palang rpz.zone
plain_unbound_start rpz "$by_rpz" "server: module-config: \"respip iterator\"
	rpz:
		name: rpz.palang
		zonefile: $scratch/rpz.zone
	$(forwards)"

say "all say the same"
names_to_ask | sort -u | awk -v seed="$seed" \
	'BEGIN { srand(seed) } rand() < 0.6' >names
for qtype in A AAAA TXT; do
	sed "s/\$/ $qtype/" names
done >questions
verdicts "$resolver" >ours
verdicts "$bind" "$bind_port" >said-bind
verdicts "$by_rpz" >said-unbound
sort ours | uniq -c | sort -rn | head -n 12
(($(grep -c "^NOERROR - A" ours) > 50)) || fail "next to nothing passes"
(($(grep -cv "^NOERROR - A" ours) > 100)) || fail "next to nothing is blocked"
compare bind
compare unbound
if command -v pdns_recursor >/dev/null; then
	recursor_start rpz.palang rpz.zone
	verdicts "$recursor" >said-pdns
	compare pdns
fi

say "and so does palang compare"
palang compare --verdicts --rpz rpz.zone --names names ||
	fail "palang compare finds differences (SEED=$seed)"

say "an old zone is read as BIND reads it, whatever its wildcards hide"
stop bind
{
	echo "\$TTL 30"
	any_zone 250
	echo "@ NS localhost."
} >old.zone
sed -nE 's/^(\*\.)?([^ ]+) CNAME .*/\2/p' old.zone |
	while read -r qname; do
		printf '%s\n' "$qname" "${qname#*.}" "e.$qname" "e.${qname#*.}"
	done | sort -u >names
sed 's/$/ A/' names >questions
bind_start old old.zone old.zone
verdicts "$bind" "$bind_port" >said-old
bind_blocked >blocked
(($(wc -l <blocked) > 50)) || fail "next to nothing is blocked"
compared_blocked | diff blocked - || fail "not as BIND (SEED=$seed)"
jq -e 'any(.differences[]; .rpz.says == "nxdomain")' compared >/dev/null
