/*
 * A TCP proxy that spoils what a server answers:
 *
 *	cut MODE OCTETS ADDRESS PORT UPSTREAM UPSTREAM_PORT
 *
 * After so many OCTETS of an answer, MODE "close" ends both connections,
 * "stall" says nothing any more, "flip" changes the next digit that stands
 * between digits, so that a name stays a name, and goes on.
 * One connection after the other.  Prints "ready" once it listens.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum mode { CLOSE, STALL, FLIP };

static enum mode mode;
static size_t spoil_at;

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static struct sockaddr_in
address(const char *ip, const char *port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};

	if (inet_pton(AF_INET, ip, &addr.sin_addr) != 1)
		exit(2);
	return addr;
}

static int
send_all(int fd, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n <= 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static void
flip(uint8_t *data, size_t at, size_t len)
{
	static bool flipped;

	for (at++; !flipped && at + 1 < len; at++) {
		flipped = isdigit(data[at - 1]) && isdigit(data[at]) &&
		          isdigit(data[at + 1]);
		if (flipped)
			data[at] ^= 1;
	}
}

/* Hands on a part of an answer; -1 to end. */
static int
spoil(int client, uint8_t *data, size_t len, size_t *sent)
{
	size_t left = spoil_at > *sent ? spoil_at - *sent : 0;

	if (mode == FLIP)
		flip(data, left, len);
	else if (left < len)
		len = left;
	*sent += len;
	if (send_all(client, data, len) != 0)
		return -1;
	return mode == CLOSE && *sent >= spoil_at ? -1 : 0;
}

static void
serve(int client, int server)
{
	static uint8_t data[65536];
	struct pollfd waits[2] = {{.fd = client, .events = POLLIN},
		{.fd = server, .events = POLLIN}};
	size_t sent = 0;

	while (poll(waits, 2, -1) > 0) {
		ssize_t n;

		if (waits[0].revents != 0) {
			n = recv(client, data, sizeof data, 0);
			if (n <= 0 || send_all(server, data, (size_t)n) != 0)
				return;
		}
		if (waits[1].revents != 0) {
			n = recv(server, data, sizeof data, 0);
			if (n <= 0 ||
				spoil(client, data, (size_t)n, &sent) != 0)
				return;
		}
	}
}

int
main(int argc, char **argv)
{
	static const char *const modes[] = {"close", "stall", "flip"};
	struct sockaddr_in own, upstream;
	int listener, yes = 1;

	if (argc != 7)
		return 2;
	for (int i = 0; i < 3; i++) {
		if (strcmp(argv[1], modes[i]) == 0)
			mode = (enum mode)i;
	}
	spoil_at = strtoul(argv[2], NULL, 10);
	own = address(argv[3], argv[4]);
	upstream = address(argv[5], argv[6]);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (bind(listener, (struct sockaddr *)&own, sizeof own) != 0 ||
		listen(listener, 16) != 0)
		die("listen");
	puts("ready");
	fflush(stdout);
	for (;;) {
		int client = accept(listener, NULL, NULL);
		int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (connect(server, (struct sockaddr *)&upstream,
			    sizeof upstream) != 0)
			die("connect");
		serve(client, server);
		close(server);
		close(client);
	}
}
