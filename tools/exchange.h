/*
 * Sends one DNS query and waits for its reply, over UDP or TCP.  Knows of
 * packets no more than their header.
 */
#ifndef TOOL_EXCHANGE_H
#define TOOL_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define SERVER_TEXT_MAX 72 /* holds ADDR#PORT and a NUL */
#define EXCHANGE_MAX    65535

struct server {
	struct sockaddr_storage addr;
	socklen_t addr_len;
	char text[SERVER_TEXT_MAX]; /* ADDR#PORT */
};

/* Reads ADDR or ADDR#PORT; an address, not a name.  0 or PAL_EFORM. */
int server_parse(struct server *server, const char *text);

/* The first `nameserver` of a file like /etc/resolv.conf; port 53.  0;
 * PAL_ESYS if it cannot be read; PAL_EFORM if it names none. */
int server_from_resolv_conf(struct server *server, const char *path);

/* True if the packet can be the reply to the query: QR set, the same id and
 * opcode, the same question (or, with an error rcode, none). */
bool exchange_fits(const uint8_t *query, size_t query_len, const uint8_t *reply,
	size_t reply_len);

/* Both return 0 and the reply, to be freed; PAL_ESYS with errno, ETIMEDOUT if
 * nothing came in time; PAL_ENOMEM.  UDP asks again after a third and after
 * two thirds of the time; whatever does not fit is ignored. */
int exchange_udp(const struct server *server, const uint8_t *query,
	size_t query_len, int timeout_ms, uint8_t **reply, size_t *reply_len);
int exchange_tcp(const struct server *server, const uint8_t *query,
	size_t query_len, int timeout_ms, uint8_t **reply, size_t *reply_len);

/* The same in steps, for an answer of many messages.  Deadlines are of
 * pal_monotonic_ms().  exchange_connect returns a socket, or -1 (errno); the
 * others 0 or PAL_ESYS (errno: ETIMEDOUT, ECONNRESET if the other side has
 * ended).  packet takes EXCHANGE_MAX octets. */
int exchange_connect(const struct server *server, int64_t deadline);
int exchange_send(int fd, const uint8_t *query, size_t len, int64_t deadline);
int exchange_receive(int fd, uint8_t *packet, size_t *len, int64_t deadline);

/* A query to an address at which nothing may answer: if something does, port
 * 53 is redirected on the way.  canary_send returns a socket, or -1 (errno);
 * canary_heard waits at most so long, closes it, and is true if an answer
 * came. */
int canary_send(const struct server *server, const uint8_t *query, size_t len);
bool canary_heard(int fd, const uint8_t *query, size_t len, int timeout_ms);

#endif
