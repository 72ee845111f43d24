/*
 * Queries and replies over real sockets, with a server in a thread that does
 * what a good one never does.
 */
#include "packet_util.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "exchange.h"
#include "palang/clock.h"

enum manner {
	ANSWERS,
	JUNK_FIRST,  /* another id, a query, cut short; then the answer */
	SECOND_TIME, /* only once it was asked again */
	SILENT,
	DRIBBLES,   /* TCP: octet by octet */
	ENDS_EARLY, /* TCP: closes in the middle */
	OTHER_ID    /* TCP: the answer to another question */
};

struct host {
	enum manner manner;
	int udp, tcp;
	pthread_t thread;
	struct server server;
	struct packet query, reply;
	unsigned asked;
};

static void
send_junk(const struct host *host, const struct sockaddr_in *to)
{
	struct packet packet = host->reply;

	packet.data[1] ^= 1;
	sendto(host->udp, packet.data, packet.len, 0,
		(const struct sockaddr *)to, sizeof *to);
	sendto(host->udp, host->query.data, host->query.len, 0,
		(const struct sockaddr *)to, sizeof *to);
	sendto(host->udp, host->reply.data, 14, 0, (const struct sockaddr *)to,
		sizeof *to);
}

/* Serves UDP until it has answered, or is told to end by an empty packet. */
static void *
serve_udp(void *arg)
{
	struct host *host = arg;
	struct sockaddr_in from;
	uint8_t packet[512];

	for (;;) {
		socklen_t from_len = sizeof from;
		ssize_t n = recvfrom(host->udp, packet, sizeof packet, 0,
			(struct sockaddr *)&from, &from_len);

		if (n <= 0)
			return NULL;
		host->asked++;
		if (host->manner == SILENT ||
			(host->manner == SECOND_TIME && host->asked < 2))
			continue;
		if (host->manner == JUNK_FIRST)
			send_junk(host, &from);
		sendto(host->udp, host->reply.data, host->reply.len, 0,
			(struct sockaddr *)&from, from_len);
	}
}

static void
send_slowly(const struct host *host, int fd, const uint8_t *data, size_t len)
{
	if (host->manner == ENDS_EARLY)
		len /= 2;
	while (len > 0) {
		size_t n = host->manner == DRIBBLES ? 1 : len;

		if (send(fd, data, n, MSG_NOSIGNAL) != (ssize_t)n)
			return;
		data += n;
		len -= n;
	}
}

static void *
serve_tcp(void *arg)
{
	struct host *host = arg;
	struct packet framed = {0};
	uint8_t query[512];
	int fd = accept(host->tcp, NULL, NULL);

	if (fd < 0)
		return NULL;
	if (recv(fd, query, sizeof query, 0) > 0 && host->manner != SILENT) {
		packet_put16(&framed, (unsigned)host->reply.len);
		packet_put(&framed, host->reply.data, host->reply.len);
		if (host->manner == OTHER_ID)
			framed.data[3] ^= 1;
		send_slowly(host, fd, framed.data, framed.len);
	}
	if (host->manner == SILENT) /* until the other side has had enough */
		while (recv(fd, query, sizeof query, 0) > 0)
			continue;
	close(fd);
	return NULL;
}

static void
host_start(struct host *host, enum manner manner, void *(*serve)(void *))
{
	struct sockaddr_in addr = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof addr;
	char text[64];

	*host = (struct host){.manner = manner};
	packet_begin(&host->query, RD, "t.me", 1);
	packet_begin(&host->reply, QR | RD | RA, "t.me", 1);
	packet_a(&host->reply, "t.me", 192, 0, 2, 53);
	host->tcp = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(
		bind(host->tcp, (struct sockaddr *)&addr, sizeof addr), 0);
	assert_int_equal(listen(host->tcp, 1), 0);
	assert_int_equal(
		getsockname(host->tcp, (struct sockaddr *)&addr, &len), 0);
	host->udp = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(
		bind(host->udp, (struct sockaddr *)&addr, sizeof addr), 0);
	snprintf(text, sizeof text, "127.0.0.1#%u", ntohs(addr.sin_port));
	assert_int_equal(server_parse(&host->server, text), 0);
	assert_int_equal(pthread_create(&host->thread, NULL, serve, host), 0);
}

static void
host_stop(struct host *host)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	/* what either thread waits for */
	sendto(fd, "", 0, 0, (struct sockaddr *)&host->server.addr,
		host->server.addr_len);
	shutdown(host->tcp, SHUT_RDWR);
	pthread_join(host->thread, NULL);
	close(fd);
	close(host->udp);
	close(host->tcp);
}

struct exchange_case {
	enum manner manner;
	int timeout_ms;
	int error;      /* errno; 0: the answer */
	unsigned asked; /* at least */
	const char *why;
};

static void
try_one(const struct exchange_case *c, void *(*serve)(void *),
	int (*exchange)(const struct server *, const uint8_t *, size_t, int,
		uint8_t **, size_t *))
{
	struct host host;
	int64_t start = pal_monotonic_ms();
	uint8_t *reply;
	size_t len;
	int err;

	print_message("%s\n", c->why);
	host_start(&host, c->manner, serve);
	errno = 0;
	err = exchange(&host.server, host.query.data, host.query.len,
		c->timeout_ms, &reply, &len);
	if (c->error == 0) {
		assert_int_equal(err, 0);
		assert_int_equal(len, host.reply.len);
		assert_memory_equal(reply, host.reply.data, len);
	} else {
		assert_int_equal(err, PAL_ESYS);
		assert_int_equal(errno, c->error);
		assert_null(reply);
	}
	if (c->error == ETIMEDOUT)
		assert_true(pal_monotonic_ms() - start >= c->timeout_ms);
	free(reply);
	host_stop(&host);
	assert_true(host.asked >= c->asked);
}

static void
test_udp(void **state)
{
	static const struct exchange_case cases[] = {
		{ANSWERS, 5000, 0, 1, "answers"},
		{JUNK_FIRST, 5000, 0, 1, "junk before the answer"},
		{SECOND_TIME, 600, 0, 2, "the first query got lost"},
		{SILENT, 90, ETIMEDOUT, 3, "silence: asked three times"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		try_one(&cases[i], serve_udp, exchange_udp);
}

static void
test_tcp(void **state)
{
	static const struct exchange_case cases[] = {
		{ANSWERS, 5000, 0, 0, "answers"},
		{DRIBBLES, 5000, 0, 0, "octet by octet"},
		{ENDS_EARLY, 5000, ECONNRESET, 0, "ends in the middle"},
		{OTHER_ID, 5000, EBADMSG, 0, "answers something else"},
		{SILENT, 60, ETIMEDOUT, 0, "silence"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		try_one(&cases[i], serve_tcp, exchange_tcp);
}

/* The same in steps; the connection lives on for more. */
static void
test_tcp_steps(void **state)
{
	static uint8_t packet[EXCHANGE_MAX];
	int64_t deadline = pal_monotonic_ms() + 5000;
	struct host host;
	size_t len;
	int fd;

	(void)state;
	host_start(&host, DRIBBLES, serve_tcp);
	fd = exchange_connect(&host.server, deadline);
	assert_true(fd >= 0);
	assert_int_equal(
		exchange_send(fd, host.query.data, host.query.len, deadline),
		0);
	assert_int_equal(exchange_receive(fd, packet, &len, deadline), 0);
	assert_int_equal(len, host.reply.len);
	assert_memory_equal(packet, host.reply.data, len);
	/* then it ends */
	assert_int_equal(
		exchange_receive(fd, packet, &len, deadline), PAL_ESYS);
	assert_int_equal(errno, ECONNRESET);
	close(fd);
	host_stop(&host);
	fd = exchange_connect(&host.server, deadline);
	assert_int_equal(fd, -1);
	assert_int_equal(errno, ECONNREFUSED);
}

/* Nobody there: told at once by the system, not by a timeout. */
static void
test_closed(void **state)
{
	int64_t start = pal_monotonic_ms();
	struct host host;
	uint8_t *reply;
	size_t len;

	(void)state;
	host_start(&host, SILENT, serve_udp);
	host_stop(&host);
	assert_int_equal(exchange_udp(&host.server, host.query.data,
				 host.query.len, 30000, &reply, &len),
		PAL_ESYS);
	assert_int_equal(errno, ECONNREFUSED);
	assert_int_equal(exchange_tcp(&host.server, host.query.data,
				 host.query.len, 30000, &reply, &len),
		PAL_ESYS);
	assert_int_equal(errno, ECONNREFUSED);
	assert_true(pal_monotonic_ms() - start < 10000);
}

static void
test_canary(void **state)
{
	static const struct {
		enum manner manner;
		bool heard;
		const char *why;
	} cases[] = {
		{ANSWERS, true, "something answers"},
		{JUNK_FIRST, true, "... behind junk"},
		{SILENT, false, "nothing answers"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct host host;
		int fd;

		print_message("%s\n", cases[i].why);
		host_start(&host, cases[i].manner, serve_udp);
		fd = canary_send(&host.server, host.query.data, host.query.len);
		assert_true(fd >= 0);
		assert_int_equal(
			canary_heard(fd, host.query.data, host.query.len,
				cases[i].heard ? 5000 : 50),
			cases[i].heard);
		host_stop(&host);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_udp),
		cmocka_unit_test(test_tcp),
		cmocka_unit_test(test_tcp_steps),
		cmocka_unit_test(test_closed),
		cmocka_unit_test(test_canary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
