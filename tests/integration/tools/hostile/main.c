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

#define BURST     32
#define IN_FLIGHT 65536 /* octets: more than that a socket may drop */
#define IDS       65536
#define ANSWER_MS 3000 /* for what is answered as a rule */
#define PROBE_MS  1000
#define PROBES    60
#define QUESTIONS 50 /* of a connection */

struct run {
	struct sockaddr_in to;
	const struct hostile_kind *kind;
	uint32_t count, seed;
	int fd, probe;
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

static void
take_one(struct run *run, uint32_t end)
{
	static uint8_t answer[IDS];
	ssize_t len = recv(run->fd, answer, sizeof answer, 0);
	uint32_t number;

	if (len < 2)
		return;
	number = (end - 1) / IDS * IDS +
	         ((uint32_t)answer[0] << 8 | (uint32_t)answer[1]);
	if (number >= end && number >= IDS)
		number -= IDS;
	if (number < end)
		run->answered[number] += (uint32_t)len;
}

static bool
are_answered(const struct run *run, uint32_t from, uint32_t end)
{
	while (from < end && (run->sent[from] == 0 || run->answered[from] > 0))
		from++;
	return from == end;
}

/* Takes what is answered to the messages before `end`, until all from `from`
 * on are, or nothing comes for so long. */
static void
take(struct run *run, uint32_t from, uint32_t end, int wait_ms)
{
	struct pollfd fds = {run->fd, POLLIN, 0};

	while (!are_answered(run, from, end) && poll(&fds, 1, wait_ms) > 0)
		take_one(run, end);
}

/*
 * Waits until all that was sent so far has been read by the resolver, which
 * has one thread and one socket: an ordinary question, sent behind it, is
 * answered.  So what has no answer then was dropped, or is under way upstream,
 * however busy the machine is.
 */
static void
await_read(const struct run *run)
{
	static uint8_t message[MESSAGE_MAX], answer[IDS];
	static uint16_t id;
	struct pollfd fds = {run->probe, POLLIN, 0};
	struct random random = {1};
	size_t len = hostile_plain(message, &random);

	message[0] = (uint8_t)(++id >> 8);
	message[1] = (uint8_t)id;
	for (int i = 0; i < PROBES; i++) {
		if (send(run->probe, message, len, 0) != (ssize_t)len)
			die("send");
		while (poll(&fds, 1, PROBE_MS) > 0) {
			ssize_t got =
				recv(run->probe, answer, sizeof answer, 0);

			if (got > 2 && memcmp(answer, message, 2) == 0)
				return;
		}
	}
	fprintf(stderr, "the resolver is silent\n");
	exit(1);
}

static int
open_udp(const struct run *run)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || connect(fd, (const void *)&run->to, sizeof run->to) != 0)
		die("connect");
	return fd;
}

static uint32_t
send_burst(struct run *run, uint32_t from)
{
	uint32_t end = from, octets = 0;

	while (end < run->count && end < from + BURST && octets < IN_FLIGHT) {
		send_one(run, end);
		octets += run->sent[end++];
	}
	return end;
}

static void
run_udp(struct run *run)
{
	bool drops = strcmp(run->kind->name, "odd") == 0 ||
	             strstr(run->kind->name, "options") != NULL;
	uint32_t end;

	run->fd = open_udp(run);
	run->probe = open_udp(run);
	for (uint32_t number = 0; number < run->count; number = end) {
		end = send_burst(run, number);
		await_read(run);
		take(run, number, end, drops ? 0 : ANSWER_MS);
	}
	take(run, 0, run->count, ANSWER_MS);
	close(run->fd);
	close(run->probe);
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
	poll(fds, run->count, ANSWER_MS);
	for (uint32_t i = 0; i < run->count; i++) {
		send_tcp(run, fds[i].fd, i);
		fds[i].events = POLLIN;
	}
	while (poll(fds, run->count, ANSWER_MS) > 0) {
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
