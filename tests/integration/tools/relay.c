/*
 * A relay in front of a name server: answers to some types come late, and
 * every query is written down.
 *
 *	relay [-e] [-d TYPE:MS]... [-l FILE] ADDRESS UPSTREAM
 *
 * Listens on port 53 of ADDRESS, over UDP and TCP, and asks UPSTREAM on port
 * 53.  TYPE is a number (48 for DNSKEY).  FILE gets a line "TYPE NAME" for
 * each query.  With -e answers over UDP hold for the client subnet that the
 * query tells of.  Prints "ready" once it listens.  One thread a query: a test
 * asks few.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE_MAX  65535
#define HEADER_SIZE  12
#define WAIT_SECONDS 5

/* Client subnet (RFC 7871): code, length, family, source and scope prefix. */
#define SUBNET_CODE  8
#define SUBNET_SCOPE 7
#define SUBNET_MIN   8
#define SUBNET_MAX   24

struct task {
	int fd; /* UDP: the listening socket; TCP: the connection */
	struct sockaddr_in client;
	size_t len;
	uint8_t message[MESSAGE_MAX];
};

static int delay_ms[65536];
static int log_fd = -1;
static int with_subnet;
static struct sockaddr_in upstream;

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

/* Writes the name of the question at the start of data as text; returns the
 * octets it took, or 0 if it is none. */
static size_t
name_text(char text[1024], const uint8_t *data, size_t len)
{
	size_t at = 0, out = 0;

	while (at < len && data[at] > 0) {
		size_t label = data[at++];

		if (label > 63 || at + label >= len || out + label > 1000)
			return 0;
		memcpy(text + out, data + at, label);
		at += label;
		out += label;
		text[out++] = '.';
	}
	if (at >= len)
		return 0;
	if (out == 0)
		text[out++] = '.';
	text[out] = '\0';
	return at + 1;
}

/* The type asked for, written down; 0 if the message is no query. */
static uint16_t
note(const uint8_t *message, size_t len)
{
	char name[1024], line[1100];
	uint16_t type;
	size_t used;
	int n;

	if (len < HEADER_SIZE)
		return 0;
	used = name_text(name, message + HEADER_SIZE, len - HEADER_SIZE);
	if (used == 0 || HEADER_SIZE + used + 4 > len)
		return 0;
	message += HEADER_SIZE + used;
	type = (uint16_t)(message[0] << 8 | message[1]);
	n = snprintf(line, sizeof(line), "%u %s\n", type, name);
	if (log_fd >= 0 && write(log_fd, line, (size_t)n) != n)
		die("write");
	return type;
}

static void
wait_ms(int ms)
{
	struct timespec rest = {ms / 1000, ms % 1000 * 1000000L};

	while (nanosleep(&rest, &rest) && errno == EINTR)
		;
}

static int
dial(int type)
{
	struct timeval limit = {WAIT_SECONDS, 0};
	int fd = socket(AF_INET, type, 0);

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&upstream, sizeof(upstream))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Copies the option that ends the query, which is where Unbound puts it. */
static size_t
find_subnet(uint8_t option[SUBNET_MAX], const uint8_t *query, size_t len)
{
	for (size_t size = SUBNET_MIN; size <= SUBNET_MAX; size++) {
		const uint8_t *at = query + len - size;

		if (len < HEADER_SIZE + size)
			break;
		if (at[0] == 0 && at[1] == SUBNET_CODE && at[2] == 0 &&
			at[3] == size - 4) {
			memcpy(option, at, size);
			return size;
		}
	}
	return 0;
}

/* Puts the option into an answer that ends with an empty OPT; returns its
 * length then. */
static size_t
add_subnet(uint8_t *answer, size_t len, const uint8_t *option, size_t size)
{
	if (size == 0 || len < HEADER_SIZE + 2 || len + size > MESSAGE_MAX ||
		answer[len - 2] != 0 || answer[len - 1] != 0)
		return len;
	answer[len - 1] = (uint8_t)size;
	memcpy(answer + len, option, size);
	answer[len + SUBNET_SCOPE] = option[SUBNET_SCOPE - 1];
	return len + size;
}

static void *
relay_udp(void *arg)
{
	struct task *task = arg;
	uint8_t option[SUBNET_MAX];
	size_t size =
		with_subnet ? find_subnet(option, task->message, task->len) : 0;
	int ms = delay_ms[note(task->message, task->len)];
	int fd = dial(SOCK_DGRAM);
	ssize_t n;

	if (fd < 0 || send(fd, task->message, task->len, 0) < 0)
		goto out;
	n = recv(fd, task->message, sizeof(task->message), 0);
	if (n <= 0)
		goto out;
	task->len = add_subnet(task->message, (size_t)n, option, size);
	wait_ms(ms);
	sendto(task->fd, task->message, task->len, 0,
		(struct sockaddr *)&task->client, sizeof(task->client));
out:
	if (fd >= 0)
		close(fd);
	free(task);
	return NULL;
}

/* Reads exactly len octets; 0 if that is not to be had. */
static int
read_all(int fd, uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = recv(fd, data, len, 0);

		if (n <= 0)
			return 0;
		data += n;
		len -= (size_t)n;
	}
	return 1;
}

/* Reads one message with its length into task; 0 at the end. */
static int
read_message(int fd, struct task *task)
{
	uint8_t prefix[2];

	if (!read_all(fd, prefix, 2))
		return 0;
	task->len = (size_t)(prefix[0] << 8 | prefix[1]);
	return read_all(fd, task->message, task->len);
}

static int
write_message(int fd, const struct task *task)
{
	uint8_t prefix[2] = {
		(uint8_t)(task->len >> 8), (uint8_t)(task->len & 255)};

	return send(fd, prefix, 2, MSG_NOSIGNAL | MSG_MORE) == 2 &&
	       send(fd, task->message, task->len, MSG_NOSIGNAL) ==
	               (ssize_t)task->len;
}

static void *
relay_tcp(void *arg)
{
	struct task *task = arg;
	int fd = dial(SOCK_STREAM);

	while (fd >= 0 && read_message(task->fd, task)) {
		int ms = delay_ms[note(task->message, task->len)];

		if (!write_message(fd, task) || !read_message(fd, task))
			break;
		wait_ms(ms);
		if (!write_message(task->fd, task))
			break;
	}
	if (fd >= 0)
		close(fd);
	close(task->fd);
	free(task);
	return NULL;
}

static void
spawn(void *(*run)(void *), void *arg)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, 256 * 1024);
	if (pthread_create(&thread, &attr, run, arg))
		die("pthread_create");
	pthread_attr_destroy(&attr);
}

static struct task *
new_task(int fd)
{
	struct task *task = calloc(1, sizeof(*task));

	if (!task)
		die("calloc");
	task->fd = fd;
	return task;
}

static void *
accept_all(void *arg)
{
	int listener = *(int *)arg;

	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd >= 0)
			spawn(relay_tcp, new_task(fd));
	}
	return NULL;
}

static void
receive_all(int fd)
{
	for (;;) {
		struct task *task = new_task(fd);
		socklen_t size = sizeof(task->client);
		ssize_t n = recvfrom(fd, task->message, sizeof(task->message),
			0, (struct sockaddr *)&task->client, &size);

		if (n <= 0) {
			free(task);
			continue;
		}
		task->len = (size_t)n;
		spawn(relay_udp, task);
	}
}

static int
bound(int type, const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, type, 0), on = 1;

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)))
		die("bind");
	if (type == SOCK_STREAM && listen(fd, 64))
		die("listen");
	return fd;
}

static struct sockaddr_in
port53(const char *text)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons(53)};

	if (inet_pton(AF_INET, text, &address.sin_addr) != 1) {
		fprintf(stderr, "relay: %s is no IPv4 address\n", text);
		exit(2);
	}
	return address;
}

int
main(int argc, char **argv)
{
	struct sockaddr_in address;
	unsigned type;
	int udp, tcp, ms, c;

	while ((c = getopt(argc, argv, "d:el:")) != -1) {
		if (c == 'd' && sscanf(optarg, "%u:%d", &type, &ms) == 2 &&
			type < 65536)
			delay_ms[type] = ms;
		else if (c == 'e')
			with_subnet = 1;
		else if (c == 'l')
			log_fd = open(
				optarg, O_WRONLY | O_CREAT | O_APPEND, 0644);
		else
			return 2;
	}
	if (argc - optind != 2)
		return 2;
	address = port53(argv[optind]);
	upstream = port53(argv[optind + 1]);
	udp = bound(SOCK_DGRAM, &address);
	tcp = bound(SOCK_STREAM, &address);
	puts("ready");
	fflush(stdout);
	spawn(accept_all, &tcp);
	receive_all(udp);
	return 0;
}
