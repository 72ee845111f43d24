#!/usr/bin/env bash
#
# Sets palang up as docs/OPERATION.md says, under AppArmor and systemd, and
# gives an order in each of the ways there are.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

readonly web=127.53.0.3

profile_of() {
	cat "/proc/$(systemctl show -P MainPID "$1")/attr/current"
}

has_taken_lists() {
	palang status --check
}

said_by_kernel() {
	[[ $(denied) == *"$1"* ]]
}

# in_syslog HEAD
in_syslog() {
	is_head "$1" || fail "no head: $1"
	[[ $(journalctl --no-pager -t palang) == *" head $1"* ]] ||
		fail "syslog has no head $1"
}

say "the machine is one that enforces"
for service in unbound nsd ssh; do
	systemctl is-active --quiet "$service" || fail "$service does not run"
done
[[ $(profile_of unbound) == "unbound (enforce)" ]] ||
	fail "Unbound is not confined: $(profile_of unbound)"
expect_open t.me A

say "users, folders, configuration, keys"
adduser --quiet --system --group --home /var/lib/palang --no-create-home palang
palang init
minisign -G -W -p kominfo.pub -s kominfo.key >/dev/null
install -o root -g palang -m 640 kominfo.pub /etc/palang/keys/kominfo.pub
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	-days 30 -subj /CN=lists -addext "subjectAltName=IP:$web" \
	-keyout web.key -out web.pem 2>/dev/null
install -m 644 web.pem /etc/palang/web.pem
cat >/etc/palang/palang.yaml <<END
answer: sinkhole
ttl: $BLOCK_TTL
a: 198.51.100.99
approvals: 1
authorities:
  kominfo:
    kind: external
    a: $SINK_A
    aaaa: "$SINK_AAAA"
    keys: [{file: kominfo.pub}]
  house:
    kind: own
    signature: transcribed
feeds:
  ads:
    source: https://$web/ads
    ca-file: /etc/palang/web.pem
    allow-private: yes
END
palang publish

say "unbound.conf, and the drop-in that asks before a start"
cp "$source/unbound.conf.sample" /etc/unbound/palang.conf
echo 'include: "/etc/unbound/palang.conf"' >>/etc/unbound/unbound.conf
mkdir /etc/systemd/system/unbound.service.d
cat >/etc/systemd/system/unbound.service.d/palang.conf <<END
[Unit]
RequiresMountsFor=/var/lib/palang

[Service]
ExecStartPre=/usr/bin/palang host --check
END
systemctl daemon-reload

say "without our lines AppArmor keeps the lists from it; it answers, and says so"
systemctl restart unbound
await 60 "a refusal" said_by_kernel /var/lib/palang/live
denied | head -n 3
! palang status --check || fail "status finds nothing wrong"
expect_open t.me A

say "with them it takes the lists and writes its status"
cp "$source/apparmor/local-usr.sbin.unbound" \
	/etc/apparmor.d/local/usr.sbin.unbound
apparmor_parser -r /etc/apparmor.d/usr.sbin.unbound
systemctl restart unbound
await 60 "Unbound has the lists" has_taken_lists
[[ $(profile_of unbound) == "unbound (enforce)" ]] || fail "no longer confined"
before=$(denied | wc -l)
palang status

say "an order of the operator's own, as root, and its lift"
palang block --wait=60s --authority house --scope exact --reason "a test" \
	own.me
ask own.me A
expect_rdata 198.51.100.99
id=$(palang list --json | jq -r '.[0] | "\(.authority):\(.id)"')
palang lift --wait=60s "$id"
expect_open own.me A

say "a signed one, from a place that only root may look into; it is held"
write_order first.yaml 2026/1 t.me
status=0
palang apply first.yaml 2>held || status=$?
cat held
((status == 4)) || fail "t.me is popular, and not held: $status"
expect_open t.me A
palang approve --wait=60s --reason "number 1/2026" kominfo:2026/1
expect_sinkhole t.me 2026/1
! palang apply --receipt=first.json first.yaml 2>said ||
	fail "it wrote to where only root may"
grep -q "the user palang, as whom this works" said

say "its head is in syslog"
head=$(palang receipt --json kominfo:2026/1 | jq -er .journal.head)
in_syslog "$head"

say "Unbound is reloaded, stopped and started: still so"
systemctl reload unbound
await 60 "it answers again" answers_blocked t.me
systemctl restart unbound
await 60 "it answers again" answers_blocked t.me
expect_sinkhole t.me 2026/1

say "an inbox, reached by SFTP"
adduser --quiet --disabled-password --gecos "" --shell /usr/sbin/nologin kominfo
install -d -o root -g root -m 755 /var/lib/palang/inbox
install -d -o kominfo -g palang -m 2770 "$inbox"
cat >>/etc/ssh/sshd_config <<END
Match User kominfo
    ChrootDirectory /var/lib/palang/inbox
    ForceCommand internal-sftp -d /kominfo -u 0027
    AllowTcpForwarding no
    X11Forwarding no
    PasswordAuthentication no
END
systemctl reload ssh
ssh-keygen -q -t ed25519 -N "" -f sftp.key
install -d -o kominfo -g kominfo -m 700 ~kominfo/.ssh
install -o kominfo -g kominfo -m 600 sftp.key.pub ~kominfo/.ssh/authorized_keys
systemctl enable --now palang-inbox@kominfo.path

# drop FILE...: each with its signature
drop() {
	local file
	for file; do
		echo "put $file"
		echo "put $file.minisig"
	done | sftp -q -b - -i sftp.key -o StrictHostKeyChecking=no \
		kominfo@127.0.0.1 >/dev/null
}
write_order second.yaml 2026/2 second.me
drop second.yaml
await 90 "a receipt" has_receipt "done" second.yaml
expect_sinkhole second.me 2026/2
receipt=$inbox/done/second.yaml.receipt.json
[[ $(jq -r '.orders[0].resolvers[0].in_effect' "$receipt") != null ]] ||
	fail "it does not say since when it is in effect: $(<"$receipt")"
palang audit verify --receipt "$receipt"
head=$(jq -er .journal.head "$receipt")
in_syslog "$head"

say "what a stranger signed, and what another changed, is refused"
minisign -G -W -p stranger.pub -s stranger.key >/dev/null
write_order third.yaml 2026/3 third.me
write_order fourth.yaml 2026/4 fourth.me
minisign -S -s stranger.key -m third.yaml </dev/null >/dev/null
sed -i s/fourth.me/fifth.me/ fourth.yaml
drop third.yaml fourth.yaml
refused_for() {
	local text
	await 90 "a receipt" has_receipt refused "$1"
	text=$(jq -r .refusal.text "$inbox/refused/$1.receipt.json")
	[[ $text == *"$2"* ]] || fail "$1: \"$text\" is not: $2"
}
refused_for third.yaml "which is nobody's"
refused_for fourth.yaml "is not of these octets"
for target in third fourth fifth; do
	expect_open "$target.me" A
done

say "the service ends, and comes back; the ledger is away, and comes back"
pid=$(systemctl show -P MainPID palang-inbox@kominfo)
((pid > 0)) || fail "it does not run"
kill -KILL "$pid"
inbox_is_back() {
	local now
	now=$(systemctl show -P MainPID palang-inbox@kominfo)
	((now != 0 && now != pid))
}
await 90 "another process" inbox_is_back
systemctl stop palang-inbox@kominfo.path palang-inbox@kominfo.service
systemctl reset-failed palang-inbox@kominfo.service 2>/dev/null || true
restarts() {
	systemctl show -P NRestarts palang-inbox@kominfo
}
((($(restarts)) == 0)) || fail "its restarts are not counted anew"
mv /var/lib/palang/state /var/lib/palang/away
systemctl start palang-inbox@kominfo.path
has_restarted() {
	(($(restarts) > 0))
}
await 120 "it has tried twice" has_restarted
mv /var/lib/palang/away /var/lib/palang/state
write_lift fifth.yaml 2026/5 2026/2
drop fifth.yaml
await 120 "a receipt" has_receipt "done" fifth.yaml
expect_open second.me A
systemctl is-active --quiet palang-inbox@kominfo.path ||
	fail "the path unit has given up"

say "feeds by https, in the service that the timer starts"
cat >/etc/nginx/sites-enabled/default <<END
server {
	listen $web:443 ssl;
	ssl_certificate /etc/palang/web.pem;
	ssl_certificate_key $scratch/web.key;
	root /srv;
	default_type text/plain;
}
END
seq -f 'ads-%.0f.me' 1000 >/srv/ads
systemctl start nginx
systemctl enable --now palang-feeds.timer
[[ $(systemctl show -P NextElapseUSecRealtime palang-feeds.timer) == *:* ]] ||
	fail "the timer will never start it"
systemctl start palang-feeds.service
feed_is_in_force() {
	[[ $(dig "@$resolver" +short ads-7.me A) == 198.51.100.99 ]]
}
await 60 "the feed is in force" feed_is_in_force
expect_sinkhole t.me 2026/1

say "the kernel refused it nothing more, and status has nothing to say"
[[ $(denied | wc -l) == "$before" ]] || fail "refused: $(denied | tail -n 3)"
palang status --check
palang audit verify
systemctl --no-pager --failed
[[ -z $(systemctl --no-legend --failed) ]] || fail "a unit has failed"

# So that what the next start finds is what Unbound has by itself.
systemctl -q disable palang-inbox@kominfo.path palang-feeds.timer
