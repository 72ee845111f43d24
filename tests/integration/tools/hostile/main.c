/*
 * Sends what hostile clients send, and notes what comes back.
 *
 *	hostile ADDRESS KIND COUNT SEED    a line for each message: octets sent,
 *	                                   octets answered (0: none)
 *	hostile ADDRESS tcp COUNT SEED     as many connections, all at once, with
 *	                                   many questions each, some cut off; a
 *	                                   line for each, as above
 */
#include "hostile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BURST       32
#define IDS         65536
#define PATIENCE_MS 300 /* for what is answered as a rule */
#define QUIET_MS    10  /* for what is dropped as a rule */
#define QUESTIONS   50  /* of a connection */

struct run {
	struct sockaddr_in to;
	const struct hostile_kind *kind;
	uint32_t count, seed;
	int fd;
	uint32_t *sent, *answered; /* octets, by number */
};

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(2);
}

static struct random
random_of(const struct run *run, uint32_t number)
{
	struct random random = {
		((uint64_t)run->seed << 32 | number) * 0x9e3779b97f4a7c15U + 1};

	for (int i = 0; i < 8; i++)
		random_next(&random, 2);
	return random;
}

/* ---- UDP ---- */

static void
send_one(struct run *run, uint32_t number)
{
	static uint8_t message[MESSAGE_MAX];
	struct random random = random_of(run, number);
	size_t len = run->kind->make(message, &random);

	message[0] = (uint8_t)(number >> 8);
	message[1] = (uint8_t)number;
	if (send(run->fd, message, len, 0) == (ssize_t)len)
		run->sent[number] = (uint32_t)len;
	else if (errno != EMSGSIZE && errno != ECONNREFUSED)
		die("send");
}

/* Takes what is answered to the messages before `end`. */
static unsigned
take(struct run *run, uint32_t end, int wait_ms)
{
	static uint8_t answer[IDS];
	struct pollfd fds = {run->fd, POLLIN, 0};
	unsigned taken = 0;

	while (taken < BURST && poll(&fds, 1, wait_ms) > 0) {
		ssize_t len = recv(run->fd, answer, sizeof answer, 0);
		uint32_t id, number;

		if (len < 2)
			continue;
		id = (uint32_t)answer[0] << 8 | answer[1];
		number = (end - 1) / IDS * IDS + id;
		if (number >= end && number >= IDS)
			number -= IDS;
		if (number >= end)
			continue;
		run->answered[number] += (uint32_t)len;
		taken++;
	}
	return taken;
}

static void
run_udp(struct run *run)
{
	bool drops = strcmp(run->kind->name, "odd") == 0 ||
	             strstr(run->kind->name, "options") != NULL;

	run->fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (run->fd < 0 ||
		connect(run->fd, (void *)&run->to, sizeof run->to) != 0)
		die("connect");
	for (uint32_t number = 0; number < run->count;) {
		for (int i = 0; i < BURST && number < run->count; i++)
			send_one(run, number++);
		take(run, number, drops ? QUIET_MS : PATIENCE_MS);
	}
	take(run, run->count, PATIENCE_MS);
	close(run->fd);
}

/* ---- TCP ---- */

static int
open_tcp(const struct run *run)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd < 0)
		die("socket");
	if (connect(fd, (const void *)&run->to, sizeof run->to) != 0 &&
		errno != EINPROGRESS)
		die("connect");
	return fd;
}

/* Many questions in one piece, the last one cut off at times. */
static void
send_tcp(struct run *run, int fd, uint32_t number)
{
	static uint8_t data[MESSAGE_MAX + QUESTIONS * 600];
	struct random random = random_of(run, number);
	size_t len = 0;
	ssize_t n;

	for (int i = 0; i < QUESTIONS; i++) {
		size_t one = hostile_plain(data + len + 2, &random);

		data[len] = (uint8_t)(one >> 8);
		data[len + 1] = (uint8_t)one;
		data[len + 3] = (uint8_t)i;
		len += one + 2;
	}
	len -= random_next(&random, 20);
	n = send(fd, data, len, MSG_NOSIGNAL);
	run->sent[number] = n > 0 ? (uint32_t)n : 0;
}

static void
run_tcp(struct run *run)
{
	struct pollfd *fds = calloc(run->count, sizeof *fds);
	static uint8_t answer[IDS];

	if (fds == NULL)
		die("calloc");
	for (uint32_t i = 0; i < run->count; i++)
		fds[i] = (struct pollfd){open_tcp(run), POLLOUT, 0};
	poll(fds, run->count, PATIENCE_MS);
	for (uint32_t i = 0; i < run->count; i++) {
		send_tcp(run, fds[i].fd, i);
		fds[i].events = POLLIN;
	}
	while (poll(fds, run->count, PATIENCE_MS) > 0) {
		for (uint32_t i = 0; i < run->count; i++) {
			ssize_t n;

			if (fds[i].revents == 0)
				continue;
			n = read(fds[i].fd, answer, sizeof answer);
			if (n > 0)
				run->answered[i] += (uint32_t)n;
			else if (n == 0 || errno != EAGAIN)
				fds[i].events = 0, close(fds[i].fd),
				fds[i].fd = -1;
		}
	}
	for (uint32_t i = 0; i < run->count; i++) {
		if (fds[i].fd >= 0)
			close(fds[i].fd);
	}
	free(fds);
}

int
main(int argc, char **argv)
{
	struct run run = {.to = {.sin_family = AF_INET, .sin_port = htons(53)}};
	bool tcp = argc == 5 && strcmp(argv[2], "tcp") == 0;

	run.kind = hostile_kinds;
	while (argc == 5 && !tcp && run.kind->name != NULL &&
		strcmp(run.kind->name, argv[2]) != 0)
		run.kind++;
	if (argc != 5 || (!tcp && run.kind->name == NULL) ||
		inet_pton(AF_INET, argv[1], &run.to.sin_addr) != 1) {
		fprintf(stderr, "usage: hostile ADDRESS KIND COUNT SEED\n");
		return 2;
	}
	run.count = (uint32_t)strtoul(argv[3], NULL, 10);
	run.seed = (uint32_t)strtoul(argv[4], NULL, 10);
	run.sent = calloc(run.count + 1, sizeof *run.sent);
	run.answered = calloc(run.count + 1, sizeof *run.answered);
	if (run.sent == NULL || run.answered == NULL)
		die("calloc");
	if (tcp)
		run_tcp(&run);
	else
		run_udp(&run);
	for (uint32_t i = 0; i < run.count; i++)
		printf("%u %u\n", run.sent[i], run.answered[i]);
	free(run.sent);
	free(run.answered);
	return 0;
}
