/*
 * Asks again and again, and counts what is not as it should be.
 *
 *	watch [-i INTERVAL_US] SERVER NAME ADDRESS [NAME ADDRESS]...
 *
 * Each name must have the address, or be SERVFAIL or anything else for "-": it
 * need only be answered.  Until SIGTERM; then prints "asked N, lost N, wrong N,
 * longest N ms", and ends with status 1 if there is one lost or wrong.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 2000

static volatile sig_atomic_t stopped;

struct tally {
	unsigned asked, lost, wrong;
	int64_t longest; /* milliseconds */
};

static void
stop(int number)
{
	(void)number;
	stopped = 1;
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(2);
}

static size_t
make_question(uint8_t *message, uint16_t id, const char *name)
{
	static const uint8_t type_a[] = {0, 0, 1, 0, 1};
	size_t len = 12;

	memset(message, 0, len);
	message[0] = (uint8_t)(id >> 8);
	message[1] = (uint8_t)id;
	message[2] = 1; /* RD */
	message[5] = 1;
	while (*name != '\0') {
		size_t label = strcspn(name, ".");

		message[len++] = (uint8_t)label;
		memcpy(message + len, name, label);
		len += label;
		name += label + (name[label] == '.');
	}
	memcpy(message + len, type_a, sizeof type_a);
	return len + sizeof type_a;
}

/* True if it has this address as data. */
static bool
has_address(const uint8_t *message, size_t len, const char *address)
{
	uint8_t data[6] = {0, 4};

	return inet_pton(AF_INET, address, data + 2) == 1 &&
	       memmem(message, len, data, sizeof data) != NULL;
}

/* The answer with that id; 0: none came. */
static size_t
take(int fd, uint16_t id, uint8_t *message, size_t size)
{
	int64_t until = now_ms() + PATIENCE_MS, left;

	while ((left = until - now_ms()) > 0) {
		struct pollfd fds = {fd, POLLIN, 0};
		ssize_t len;

		if (poll(&fds, 1, (int)left) <= 0)
			continue;
		len = recv(fd, message, size, MSG_DONTWAIT);
		if (len >= 12 && (message[0] << 8 | message[1]) == id)
			return (size_t)len;
	}
	return 0;
}

static void
ask(int fd, uint16_t id, const char *name, const char *address,
	struct tally *tally)
{
	uint8_t message[4096];
	int64_t began = now_ms(), took;
	size_t len = make_question(message, id, name);

	/* What an earlier packet met comes back with this one. */
	while (send(fd, message, len, 0) < 0) {
		if (errno != ECONNREFUSED && errno != EINTR)
			die("send");
	}
	len = take(fd, id, message, sizeof message);
	took = now_ms() - began;
	tally->asked++;
	tally->lost += len == 0;
	if (len != 0 && strcmp(address, "-") != 0 &&
		!has_address(message, len, address)) {
		tally->wrong++;
		fprintf(stderr, "%s: not %s, rcode %u\n", name, address,
			message[3] & 15);
	}
	if (took > tally->longest)
		tally->longest = took;
}

int
main(int argc, char **argv)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(53)};
	struct tally tally = {.asked = 0};
	struct sigaction action = {.sa_handler = stop};
	useconds_t interval = 5000;
	int option, fd;

	while ((option = getopt(argc, argv, "i:")) >= 0) {
		if (option != 'i')
			return 2;
		interval = (useconds_t)strtoul(optarg, NULL, 10);
	}
	argc -= optind;
	argv += optind;
	if (argc < 3 || argc % 2 == 0 ||
		inet_pton(AF_INET, argv[0], &to.sin_addr) != 1) {
		fprintf(stderr,
			"usage: watch [-i US] SERVER NAME ADDRESS...\n");
		return 2;
	}
	sigaction(SIGTERM, &action, NULL);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || connect(fd, (void *)&to, sizeof to) != 0)
		die("connect");
	for (uint16_t id = 1; !stopped; id++) {
		int pair = 1 + 2 * (id % (argc / 2));

		ask(fd, id, argv[pair], argv[pair + 1], &tally);
		usleep(interval);
	}
	printf("asked %u, lost %u, wrong %u, longest %lld ms\n", tally.asked,
		tally.lost, tally.wrong, (long long)tally.longest);
	return tally.lost + tally.wrong > 0 ? 1 : 0;
}
