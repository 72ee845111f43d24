# shellcheck shell=bash disable=SC2034,SC2154 # run and lib/*.sh share names
#
# dnsmasq with its list in a servers-file, which it reads again on SIGHUP.

dnsmasq_title() { echo "dnsmasq"; }
dnsmasq_packages() { echo dnsmasq-base; }
dnsmasq_version() { dnsmasq --version | head -n 1 | cut -d ' ' -f 1-3; }
dnsmasq_octets() { echo 81 90; }
dnsmasq_lists() {
	{
		echo "server=$net.$UPSTREAM"
		awk '{ print "server=/" $1 "/" }' "$names"
	} >"$scratch/dnsmasq.list"
}
dnsmasq_start() {
	if [[ $2 == none ]]; then
		echo "server=$net.$UPSTREAM" >"$scratch/dnsmasq.servers"
	else
		cp "$scratch/dnsmasq.list" "$scratch/dnsmasq.servers"
	fi
	cat >"$scratch/dnsmasq.conf" <<-END
		no-resolv
		no-hosts
		user=root
		bind-interfaces
		listen-address=$1
		except-interface=none
		cache-size=10000
		pid-file=$scratch/dnsmasq.pid
		servers-file=$scratch/dnsmasq.servers
	END
	began=$(now_us)
	start dnsmasq dnsmasq --keep-in-foreground --log-facility=- \
		--conf-file="$scratch/dnsmasq.conf"
}
dnsmasq_change() {
	{
		cat "$scratch/dnsmasq.list"
		echo "server=/$changed/"
	} >"$scratch/dnsmasq.new"
	began=$(now_us)
	mv "$scratch/dnsmasq.new" "$scratch/dnsmasq.servers"
	kill -HUP "${daemon_pid[dnsmasq]}"
}
