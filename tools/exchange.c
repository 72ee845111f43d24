#include "exchange.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "palang/clock.h"
#include "palang/error.h"
#include "palang/name.h"

#define HEADER   12 /* octets of a DNS header (RFC 1035, 4.1.1) */
#define ATTEMPTS 3

/* Octets of the question section of a query with one question. */
static size_t
question_len(const uint8_t *query, size_t len)
{
	size_t at = HEADER;

	while (at < len && query[at] != 0)
		at += (size_t)query[at] + 1;
	at += 1 + 4; /* the root label, type and class */
	return at <= len ? at - HEADER : 0;
}

bool
exchange_fits(const uint8_t *query, size_t query_len, const uint8_t *reply,
	size_t reply_len)
{
	size_t len = question_len(query, query_len);
	unsigned count;

	if (len == 0 || reply_len < HEADER)
		return false;
	if (memcmp(query, reply, 2) != 0 || (reply[2] & 0x80) == 0 ||
		(reply[2] & 0x78) != (query[2] & 0x78))
		return false;
	count = (unsigned)reply[4] << 8 | reply[5];
	if (count == 0) /* FORMERR and the like may leave it out */
		return (reply[3] & 0x0f) != 0;
	if (count != 1 || reply_len < HEADER + len)
		return false;
	/* The name in letters of any case; a label's length is below A. */
	len += HEADER - 4;
	for (size_t i = HEADER; i < len; i++) {
		if (pal_lower(query[i]) != pal_lower(reply[i]))
			return false;
	}
	return memcmp(query + len, reply + len, 4) == 0;
}

/* Milliseconds until the deadline, at least 0. */
static int
left(int64_t deadline)
{
	int64_t ms = deadline - pal_monotonic_ms();

	return ms > 0 ? (int)ms : 0;
}

/* Waits for events; 0, or PAL_ESYS. */
static int
await(int fd, short events, int64_t deadline)
{
	struct pollfd wait = {.fd = fd, .events = events};
	int n;

	do
		n = poll(&wait, 1, left(deadline));
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return 0;
	if (n == 0)
		errno = ETIMEDOUT;
	return PAL_ESYS;
}

/* Connected, so that the kernel drops what others send. */
static int
open_socket(const struct server *server, int type)
{
	int fd = socket(
		server->addr.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&server->addr,
		    server->addr_len) == 0 ||
		errno == EINPROGRESS)
		return fd;
	close(fd);
	return -1;
}

static void
close_keeping_errno(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
}

/* One packet that fits, until the deadline. */
static int
receive(int fd, const uint8_t *query, size_t query_len, int64_t deadline,
	uint8_t *packet, size_t *len)
{
	for (;;) {
		ssize_t n;
		int err = await(fd, POLLIN, deadline);

		if (err != 0)
			return err;
		n = recv(fd, packet, EXCHANGE_MAX, 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n < 0)
			return PAL_ESYS;
		*len = (size_t)n;
		if (exchange_fits(query, query_len, packet, *len))
			return 0;
	}
}

static int
try_udp(int fd, const uint8_t *query, size_t query_len, int timeout_ms,
	uint8_t *packet, size_t *len)
{
	int64_t start = pal_monotonic_ms();

	for (int i = 1; i <= ATTEMPTS; i++) {
		int64_t until = start + (int64_t)timeout_ms * i / ATTEMPTS;
		int err;

		if (send(fd, query, query_len, 0) < 0)
			return PAL_ESYS;
		err = receive(fd, query, query_len, until, packet, len);
		if (err == 0 || errno != ETIMEDOUT)
			return err;
	}
	return PAL_ESYS;
}

int
exchange_udp(const struct server *server, const uint8_t *query,
	size_t query_len, int timeout_ms, uint8_t **reply, size_t *reply_len)
{
	uint8_t *packet = malloc(EXCHANGE_MAX);
	int fd = -1, ret = PAL_ENOMEM;

	*reply = NULL;
	if (packet == NULL)
		goto out;
	ret = PAL_ESYS;
	fd = open_socket(server, SOCK_DGRAM);
	if (fd < 0)
		goto out;
	ret = try_udp(fd, query, query_len, timeout_ms, packet, reply_len);
	if (ret != 0)
		goto out;
	*reply = packet;
	packet = NULL;
out:
	if (fd >= 0)
		close_keeping_errno(fd);
	free(packet);
	return ret;
}

/* All of len octets, out or in. */
static int
transfer(int fd, bool out, uint8_t *data, size_t len, int64_t deadline)
{
	while (len > 0) {
		ssize_t n;
		int err = await(fd, out ? POLLOUT : POLLIN, deadline);

		if (err != 0)
			return err;
		n = out ? send(fd, data, len, MSG_NOSIGNAL)
		        : recv(fd, data, len, 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n < 0)
			return PAL_ESYS;
		if (n == 0) {
			errno = ECONNRESET;
			return PAL_ESYS;
		}
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Two octets of length stand before each message (RFC 1035, 4.2.2). */
int
exchange_send(int fd, const uint8_t *query, size_t len, int64_t deadline)
{
	uint8_t *framed = malloc(len + 2);
	int ret;

	if (framed == NULL)
		return PAL_ENOMEM;
	framed[0] = (uint8_t)(len >> 8);
	framed[1] = (uint8_t)len;
	memcpy(framed + 2, query, len);
	ret = transfer(fd, true, framed, len + 2, deadline);
	free(framed);
	return ret;
}

int
exchange_receive(int fd, uint8_t *packet, size_t *len, int64_t deadline)
{
	uint8_t size[2];
	int err = transfer(fd, false, size, sizeof size, deadline);

	if (err != 0)
		return err;
	*len = (size_t)size[0] << 8 | size[1];
	return transfer(fd, false, packet, *len, deadline);
}

int
exchange_connect(const struct server *server, int64_t deadline)
{
	int fd = open_socket(server, SOCK_STREAM), error = 0;
	socklen_t len = sizeof error;

	if (fd < 0)
		return -1;
	if (await(fd, POLLOUT, deadline) == 0 &&
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0) {
		if (error == 0)
			return fd;
		errno = error;
	}
	close_keeping_errno(fd);
	return -1;
}

int
exchange_tcp(const struct server *server, const uint8_t *query,
	size_t query_len, int timeout_ms, uint8_t **reply, size_t *reply_len)
{
	int64_t deadline = pal_monotonic_ms() + timeout_ms;
	uint8_t *packet = malloc(EXCHANGE_MAX);
	int fd = -1, ret = PAL_ENOMEM;

	*reply = NULL;
	if (packet == NULL)
		goto out;
	ret = PAL_ESYS;
	fd = open_socket(server, SOCK_STREAM);
	if (fd < 0)
		goto out;
	ret = exchange_send(fd, query, query_len, deadline);
	if (ret == 0)
		ret = exchange_receive(fd, packet, reply_len, deadline);
	if (ret != 0)
		goto out;
	ret = PAL_ESYS;
	errno = EBADMSG;
	if (!exchange_fits(query, query_len, packet, *reply_len))
		goto out;
	*reply = packet;
	packet = NULL;
	ret = 0;
out:
	if (fd >= 0)
		close_keeping_errno(fd);
	free(packet);
	return ret;
}

int
canary_send(const struct server *server, const uint8_t *query, size_t len)
{
	int fd = open_socket(server, SOCK_DGRAM);

	if (fd < 0)
		return -1;
	if (send(fd, query, len, 0) >= 0)
		return fd;
	close_keeping_errno(fd);
	return -1;
}

bool
canary_heard(int fd, const uint8_t *query, size_t len, int timeout_ms)
{
	uint8_t *packet = malloc(EXCHANGE_MAX);
	size_t packet_len;
	bool heard = false;

	if (packet != NULL)
		heard = receive(fd, query, len, pal_monotonic_ms() + timeout_ms,
				packet, &packet_len) == 0;
	free(packet);
	close(fd);
	return heard;
}
