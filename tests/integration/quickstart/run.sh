#!/usr/bin/env bash
#
# tools/quickstart --offline, from nothing, once more on what is there, and
# stopped: every answer as it should be, nothing left running.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

[[ -z ${SANITIZER-} ]] || skip "quickstart builds without sanitizers"
suite=$(sed -n "s,^VERSION_CODENAME=,,p" /etc/os-release)
[[ $UNBOUND_TREE == *-"$suite"-plain-* ]] ||
	skip "quickstart takes this suite's own Unbound"
export PALANG_CACHE=${UNBOUND_TREE%/*}
quickstart=$here/../../tools/quickstart
dir=$scratch/q

# Both daemons work in the folder.
running() {
	{ readlink /proc/[0-9]*/cwd || true; } | grep -F "$dir/"
}
expect_nothing_runs() {
	! running || fail "something of quickstart still runs"
}

address() {
	dig @127.0.0.1 -p 5399 +short t.me A
}

# What it leaves running is ended, however this ends.
trap 'status=$?; "$quickstart" --stop --dir "$dir"; scenario_end "$status"' EXIT

say "from nothing"
"$quickstart" --offline --once --port 5399 --dir "$dir" >first ||
	{ cat first && fail "the first run: status $?"; }
expect_nothing_runs

say "once more, and it stays"
began=$SECONDS
"$quickstart" --offline --port 5399 --dir "$dir" >second ||
	{ cat second && fail "the second run: status $?"; }
((SECONDS - began < 30)) || fail "the second run took $((SECONDS - began)) s"
tail -n 5 second
(($(tail -n 5 second | grep -c '^[1-5]\. ') == 5)) ||
	fail "it does not end in five lines"
[[ $(address) == 192.0.2.10 ]] || fail "t.me is not open behind the second run"
"$dir/palang" status --check

running >/dev/null || fail "nothing of quickstart runs"

say "what the five lines tell"
code=0
"$dir/palang" block t.me --scope exact --id again || code=$?
((code == 4)) || fail "t.me should be held: exit code $code"
"$dir/palang" approve again --reason "a trial" --wait=10s
[[ $(address) == 198.51.100.7 ]] ||
	fail "t.me is not led to the sinkhole: $(address)"

say "the order that shows every key is one that would be taken here"
"$dir/palang" check "$here/../../blocklists/orders/every-key.yaml"

say "a port that is taken"
cat >taken.conf <<-END
	server:
		directory: ""
		interface: 127.0.0.1@5398
		username: ""
		chroot: ""
		pidfile: ""
		use-syslog: no
		module-config: "iterator"
	remote-control:
		control-enable: no
END
start taken "$UNBOUND_TREE/unbound" -d -p -c "$scratch/taken.conf"
await 10 "Unbound on port 5398" log_has taken "start of service"
status=0
"$quickstart" --offline --port 5398 --dir "$dir" >third 2>&1 || status=$?
((status == 2)) || fail "on a port that is taken: status $status"
grep -q -- '--port' third || fail "it does not tell of --port"
expect_nothing_runs

say "a folder that is not ours"
mkdir foreign
touch foreign/file
status=0
"$quickstart" --offline --once --dir "$scratch/foreign" >/dev/null 2>&1 ||
	status=$?
((status == 2)) || fail "in a folder that is not ours: status $status"
[[ $(ls -A foreign) == file ]] || fail "it wrote into a folder not its own"

say "stopped, twice"
"$quickstart" --stop --dir "$dir"
expect_nothing_runs
"$quickstart" --stop --dir "$dir"
