#!/usr/bin/env bash
#
# Feeds by zone transfer from a real NSD: with keys and without, and what
# becomes of one that is refused, cut off, held up or changed on its way.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

readonly primary=$net.22 cutter=$net.23
readonly names=20000

# make_zone FILE SERIAL: an RPZ with records of many kinds.
make_zone() {
	{
		echo "\$ORIGIN $1."
		echo "\$TTL 60"
		echo "@ SOA ns.invalid. hostmaster.invalid. $2 3600 600 86400 60"
		echo '@ NS localhost.'
		echo 'passthru.example CNAME rpz-passthru.'
		echo '*.wild.example CNAME .'
		echo 'local.example A 192.0.2.1'
		echo 'local.example AAAA 2001:db8::1'
		printf '%s\n' 'local.example TXT "a \"quoted\" text" "\200"'
		echo '32.1.2.0.192.rpz-ip CNAME .'
		seq -f 'name-%.0f.example CNAME .' "$names"
	} >"$scratch/$1.zone"
}

secret=$(openssl rand -base64 32)
other=$(openssl rand -base64 32)
make_zone open.rpz 1
make_zone keyed.rpz 7

mkdir "$scratch/nsd"
cat >"$scratch/nsd.conf" <<-END
	server:
	  ip-address: $primary@53
	  username: ""
	  chroot: ""
	  zonesdir: "$scratch"
	  database: ""
	  zonelistfile: "$scratch/nsd/zone.list"
	  xfrdfile: "$scratch/nsd/xfrd.state"
	  xfrdir: "$scratch/nsd"
	  pidfile: "$scratch/nsd/nsd.pid"
	  server-count: 1
	  verbosity: 1
	remote-control:
	  control-enable: no
	key:
	  name: "good"
	  algorithm: hmac-sha256
	  secret: "$secret"
	key:
	  name: "sha512"
	  algorithm: hmac-sha512
	  secret: "$secret"
	key:
	  name: "sha1"
	  algorithm: hmac-sha1
	  secret: "$secret"
	zone:
	  name: "open.rpz"
	  zonefile: "open.rpz.zone"
	  provide-xfr: 127.0.0.0/8 NOKEY
	zone:
	  name: "keyed.rpz"
	  zonefile: "keyed.rpz.zone"
	  provide-xfr: 127.0.0.0/8 good
	  provide-xfr: 127.0.0.0/8 sha512
	  provide-xfr: 127.0.0.0/8 sha1
END
start nsd nsd -d -c "$scratch/nsd.conf"
await 10 "NSD answers" eval \
	"dig @$primary +time=1 +tries=1 keyed.rpz SOA | grep -q NOERROR"

keys=$scratch/keys
mkdir -m 700 "$keys"
umask 077
echo "good:hmac-sha256:$secret" >"$keys/line"
cat >"$keys/bind" <<-END
	// as tsig-keygen writes it
	key "good" {
		algorithm hmac-sha256;
		secret "$secret";
	};
END
printf 'key:\n  name: sha512\n  algorithm: hmac-sha512\n  secret: "%s"\n' \
	"$secret" >"$keys/nsd"
echo "sha1:hmac-sha1:$secret" >"$keys/sha1"
echo "good:hmac-sha256:$other" >"$keys/wrong"
echo "unknown:hmac-sha256:$secret" >"$keys/unknown"
umask 022
cp "$keys/line" "$keys/public"
chmod 644 "$keys/public"

# Without a key.
fetch open "axfr://$primary/open.rpz"
expect_result new
grep -c ' CNAME \.$' "$scratch/open.out" | grep -qx $((names + 2)) ||
	fail "the transfer is not whole"
head -n 1 "$scratch/open.out" | grep -q '^open\.rpz\. 60 IN SOA ' ||
	fail "the zone does not begin with its SOA"
diff <(ldns-read-zone -c "$scratch/open.out" | sort) \
	<(ldns-read-zone -c "$scratch/open.rpz.zone" | sort) >&2 ||
	fail "the zone is another than the one served"

fetch open "axfr://$primary/open.rpz"
expect_result unchanged
make_zone open.rpz 2
kill -HUP "${daemon_pid[nsd]}"
await 10 "NSD has the new serial" eval \
	"dig @$primary +short open.rpz SOA | grep -q ' 2 3600 '"
fetch open "axfr://$primary/open.rpz"
expect_result new
grep -q ' SOA .* 2 3600 ' "$scratch/open.out" || fail "the old zone"

# With one, in each of its forms, over more messages than are signed.
for form in line bind nsd sha1; do
	rm -f "$scratch/keyed.mark"
	fetch keyed "axfr://$primary:53/keyed.rpz" tsig="$keys/$form"
	expect_result new
	cmp <(sed s/open.rpz/keyed.rpz/ "$scratch/open.out" | tail -n +2) \
		<(tail -n +2 "$scratch/keyed.out") ||
		fail "two zones of the same names differ"
	fetch keyed "axfr://$primary:53/keyed.rpz" tsig="$keys/$form"
	expect_result unchanged
done

expect_failed none REFUSED "axfr://$primary/keyed.rpz"
expect_failed none 'another secret|signature' "axfr://$primary/keyed.rpz" \
	tsig="$keys/wrong"
expect_failed none 'does not know the key unknown' \
	"axfr://$primary/keyed.rpz" tsig="$keys/unknown"
expect_failed none 'others may read' "axfr://$primary/keyed.rpz" \
	tsig="$keys/public"
expect_failed none 'No such file' "axfr://$primary/keyed.rpz" tsig="$keys/no"
expect_failed none 'REFUSED|NOTAUTH' "axfr://$primary/not.rpz"
expect_failed none 'refused' "axfr://$primary:54/open.rpz"
expect_failed none 'max-size' "axfr://$primary/open.rpz" max-size=100000

# The transfer is cut off, stands still, or is changed on its way.
cutter_start zone-close close 100000 "$primary" 53 "$cutter"
expect_failed none 'cut off' "axfr://$cutter/open.rpz"
stop zone-close
cutter_start zone-stall stall 100000 "$primary" 53 "$cutter"
expect_failed none 'max-time' "axfr://$cutter/open.rpz" max-time=1
stop zone-stall
cutter_start zone-flip flip 100000 "$primary" 53 "$cutter"
expect_failed none 'signature' "axfr://$cutter/keyed.rpz" tsig="$keys/line"
stop zone-flip
