#!/usr/bin/env bash
#
# Feeds by https from a real nginx: lists that are new, unchanged, packed and
# redirected; and servers, ways and helpers that are not to be trusted.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

command -v nginx >/dev/null || skip "no nginx"
readonly web=$net.21 cutter=$net.23
readonly base=https://$web
# An address of the public internet that only AS 112 announces; here it stands
# on the loopback device of a network of our own.
readonly public=192.31.196.21

certs=$scratch/certs docs=$scratch/docs
mkdir "$certs" "$docs"

# make_cert NAME SUBJECT-ALT-NAMES [OPTION...]: signed by our authority.
make_cert() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj "/CN=$1" -keyout "$certs/$1.key" -out "$certs/$1.csr"
	openssl x509 -req -in "$certs/$1.csr" -CA "$certs/ca.pem" \
		-CAkey "$certs/ca.key" -CAcreateserial "${@:3}" \
		-extfile <(echo "subjectAltName=$2") -out "$certs/$1.pem"
}

{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-days 30 -subj "/CN=Test CA" -keyout "$certs/ca.key" \
		-out "$certs/ca.pem"
	make_cert good "IP:$web,IP:$cutter,IP:$public" -days 30
	make_cert other "DNS:other.example" -days 30
	# not valid any more
	make_cert old "IP:$web" -days -1
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-days 30 -subj "/CN=self" -addext "subjectAltName=IP:$web" \
		-keyout "$certs/self.key" -out "$certs/self.pem"
} 2>"$scratch/log/openssl"

seq -f 'name-%.0f.example' 100000 >"$docs/list"
: >"$docs/empty"
head -c 50000000 /dev/zero >"$docs/zeros.txt"

gzip -c "$docs/list" >"$scratch/whole.gz"
head -c 100000 "$scratch/whole.gz" >"$docs/half.gz"

# server PORT CERT [TEXT]
web_server() {
	cat <<-END
		server {
			listen $web:$1 ssl;
			$([[ -z ${IN_NAMESPACE-} ]] || echo "listen $public:$1 ssl;")
			ssl_certificate $certs/$2.pem;
			ssl_certificate_key $certs/$2.key;
			root $docs;
			${3-}
		}
	END
}

cat >"$scratch/nginx.conf" <<END
daemon off;
master_process off;
pid $scratch/nginx.pid;
error_log stderr warn;
events {}
http {
	access_log $scratch/log/web-access;
	default_type text/plain;
	client_body_temp_path $scratch/nginx-body;
	proxy_temp_path $scratch/nginx-proxy;
	fastcgi_temp_path $scratch/nginx-fastcgi;
	uwsgi_temp_path $scratch/nginx-uwsgi;
	scgi_temp_path $scratch/nginx-scgi;
	$(web_server 443 good "
		location /slow { alias $docs/list; limit_rate 2000; }
		location /packed { alias $docs/list; gzip on; }
		location /half { alias $docs/half.gz;
			add_header Content-Encoding gzip; }
		location /bomb { alias $docs/zeros.txt; gzip on; }
		location /once { return 302 $base/list; }
		location /three { return 302 $base/two; }
		location /two { return 301 $base/once; }
		location /four { return 307 $base/three; }
		location /loop { return 302 $base/loop; }
		location /to-http { return 302 http://$web/list; }
		location /to-file { return 302 file:///etc/passwd; }
		location /to-private { return 302 $base/list; }
		location /denied { return 403 list; }
		location /failing { return 503; }
		location /no-content { return 204; }
		location /unmarked { alias $docs/list; etag off;
			add_header Last-Modified ''; }
		location /dated { alias $docs/list; etag off; }
		location /tagged { alias $docs/list;
			add_header Last-Modified ''; }")
	$(web_server 4431 other)
	$(web_server 4432 old)
	$(web_server 4433 self)
	server { listen $web:80; root $docs; }
}
END
[[ -z ${IN_NAMESPACE-} ]] || ip addr add "$public/32" dev lo
start nginx nginx -p "$scratch" -e stderr -c "$scratch/nginx.conf"
web_answers() {
	echo | openssl s_client -connect "$web:443" 2>/dev/null | grep -q Test
}
await 10 "nginx answers" web_answers

readonly here_ok=(allow-private=yes ca-file="$certs/ca.pem")

# web_new NAME PATH: the list has come, whole.
web_new() {
	fetch "$1" "$base/$2" "${here_ok[@]}"
	expect_result new
	cmp "$docs/list" "$scratch/$1.out" || fail "$2: not what was served"
}

web_unchanged() {
	fetch "$1" "$base/$2" "${here_ok[@]}"
	expect_result unchanged
	[[ ! -s $scratch/$1.out ]] || fail "$2: unchanged, with a body"
}

# What servers give to ask the next time with.
for page in list tagged dated packed; do
	web_new "$page" "$page"
	web_unchanged "$page" "$page"
done
grep -q '"GET /list HTTP/[0-9.]*" 304' "$scratch/log/web-access" ||
	fail "no conditional request"
web_new unmarked unmarked
web_new unmarked unmarked
touch -d '2001-01-01' "$docs/list"
web_new list list
web_new three three

web_failed() {
	expect_failed none "$1" "$base$2" "${here_ok[@]}" "${@:3}"
}

web_failed 'certificate.*(not match|owner)' :4431/list
web_failed 'certificate' :4432/list
web_failed 'certificate' :4433/list
expect_failed none 'certificate' "$base/list" allow-private=yes
web_failed 'more than 3 redirects' /four
web_failed 'more than 3 redirects' /loop
web_failed 'not https' /to-http
web_failed 'not https' /to-file
web_failed 'status 404' /nothing
web_failed 'status 403' /denied
web_failed 'status 503' /failing
web_failed 'status 204' /no-content
web_failed 'with nothing' /empty
web_failed 'cut off' /half
web_failed 'max-time' /slow max-time=1
web_failed 'max-size' /list max-size=1000
web_failed 'max-size' /bomb max-size=1000000
web_failed 'refused|connect' :4439/list
[[ $(stat -c %s "$scratch/none.out") -le 1000000 ]] || fail "too much was kept"

# Addresses.
expect_failed none 'not a public one' "$base/list" ca-file="$certs/ca.pem"
expect_failed none 'not a public one' "https://localhost/list"
expect_failed none 'not a public one' "https://[::ffff:127.0.0.1]/list"
if [[ -n ${IN_NAMESPACE-} ]]; then
	fetch public "https://$public/list" ca-file="$certs/ca.pem"
	expect_result new
	expect_failed none 'not a public one' "https://$public/to-private" \
		ca-file="$certs/ca.pem"
fi

# Cut off in the middle, standing still, changed.
cutter_start web-close close 300000 "$web" 443 "$cutter"
expect_failed none . "https://$cutter/list" "${here_ok[@]}"
expect_failed none . "https://$cutter/packed" "${here_ok[@]}"
stop web-close
cutter_start web-stall stall 300000 "$web" 443 "$cutter"
expect_failed none 'max-time' "https://$cutter/list" "${here_ok[@]}" max-time=1
stop web-stall
cutter_start web-flip flip 300000 "$web" 443 "$cutter"
expect_failed none . "https://$cutter/list" "${here_ok[@]}"
stop web-flip

# A helper that is not there, hangs, dies, or says nonsense.
PALANG_FETCH=$scratch/none \
	expect_failed none 'does not start' "$base/list" "${here_ok[@]}"
helper() {
	printf '#!/bin/sh\n%s\n' "$1" >"$scratch/helper"
	chmod 755 "$scratch/helper"
	PALANG_FETCH=$scratch/helper \
		expect_failed none "$2" "$base/list" "${here_ok[@]}" max-time=1
}
helper 'exec sleep 60' 'hung'
helper 'exec 2>&- 3>&-; exec sleep 60' 'hung'
helper 'kill -SEGV $$' 'signal 11'
helper 'exit 0' 'no answer'
helper 'printf "\033[31mred" >&2; exit 1' 'x1b'
helper 'echo status 200 >&3; echo size 5 >&3; echo -n four' '5 octets, but'
helper 'echo status 304 >&3; echo size 0 >&3' 'no answer'
helper 'echo status 200 >&3; echo size 0 >&3' 'no answer'
helper 'yes error >&3' 'no answer|signal'

# It gets four descriptors and no environment; 4 is the folder that ls reads.
SECRET=1 helper "cat /proc/\$\$/environ >$scratch/environ
exec ls /proc/self/fd >$scratch/fds" 'no answer' 7</dev/null
[[ -f $scratch/environ && ! -s $scratch/environ ]] ||
	fail "the helper has an environment"
[[ $(sort -n "$scratch/fds" | xargs) == '0 1 2 3 4' ]] ||
	fail "the helper has descriptors $(xargs <"$scratch/fds")"
! pgrep -f "$scratch/helper" >/dev/null || fail "a helper is left behind"
