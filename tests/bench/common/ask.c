#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#define HEADER 12

/* What the name server behind the resolvers has for every name. */
static const uint8_t real[4] = {192, 0, 2, 1};

int
ask_open(const char *address)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(53)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), room = 1 << 22;

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1)
		die("not an IPv4 address: %s", address);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		die("%s: %s", address, strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	return fd;
}

/* A refusal by ICMP is no error here: the resolver is not up yet. */
void
ask_send(int fd, uint16_t id, const struct pal_name *name)
{
	static const uint8_t tail[4] = {0, 1, 0, 1}; /* A, IN */
	uint8_t out[ASK_MAX] = {
		(uint8_t)(id >> 8), (uint8_t)id, 1, 0, 0, 1}; /* RD */

	memcpy(out + HEADER, name->wire, name->len);
	memcpy(out + HEADER + name->len, tail, sizeof(tail));
	send(fd, out, HEADER + name->len + sizeof(tail), 0);
}

/* The data of an address record ends its answer, but for an OPT, which we do
 * not ask for. */
static enum answer
answer_of(const uint8_t *message, size_t len)
{
	unsigned rcode = message[3] & 15, answers = message[7];

	if (rcode == 3 || (rcode == 0 && answers == 0))
		return ANSWER_BLOCKED;
	if (rcode == 0 && memmem(message, len, real, sizeof(real)) != NULL)
		return ANSWER_REAL;
	return ANSWER_OTHER;
}

enum answer
ask_take(int fd, uint16_t *id, int64_t wait_us)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	struct timespec wait = {.tv_sec = wait_us / 1000000,
		.tv_nsec = wait_us % 1000000 * 1000};
	uint8_t message[4096];

	if (wait_us < 0)
		wait = (struct timespec){0};
	if (ppoll(&ready, 1, &wait, NULL) <= 0)
		return ANSWER_NONE;
	*id = UINT16_MAX;
	ssize_t len = recv(fd, message, sizeof(message), MSG_DONTWAIT);
	if (len < HEADER) /* a refusal by ICMP */
		return ANSWER_OTHER;
	*id = (uint16_t)(message[0] << 8 | message[1]);
	return answer_of(message, (size_t)len);
}

/* One round: what is still wished for is asked once, and answers are taken
 * for a millisecond, or as long as they come.  How many came true. */
static size_t
ask_round(int fd, struct wish *wishes, size_t count)
{
	int64_t until = now_us() + 1000;
	size_t granted = 0;
	enum answer answer;
	uint16_t id;

	for (size_t i = 0; i < count; i++)
		if (!wishes[i].got)
			ask_send(fd, (uint16_t)i, wishes[i].name);
	while ((answer = ask_take(fd, &id, until - now_us())) != ANSWER_NONE) {
		if (id >= count || wishes[id].got || answer != wishes[id].want)
			continue;
		wishes[id].got = true;
		granted++;
	}
	return granted;
}

int64_t
ask_until(int fd, struct wish *wishes, size_t count, int64_t timeout_us)
{
	int64_t until = now_us() + timeout_us;
	size_t granted = 0;

	while (granted < count) {
		if (now_us() >= until)
			return 0;
		granted += ask_round(fd, wishes, count);
	}
	return now_us();
}
