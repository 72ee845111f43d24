/*
 * Threads that ask, each through sockets of its own, so that the resolver's
 * threads all get their share, with many questions under way at once.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "stress.h"

#define SOCKETS   8   /* of a thread */
#define SLOTS     256 /* questions under way on a socket */
#define UNDER_WAY 64  /* of a thread; more would only fill a slow machine */

/* A question under way.  Its id is the slot's number and a count, so that an
 * answer that comes too late is not taken for another's. */
struct slot {
	bool used, cd;
	uint16_t id;
	uint32_t question;
	int64_t sent;
};

struct asker {
	pthread_t thread;
	pthread_mutex_t lock; /* of the records */
	struct record *records;
	size_t count, size;

	uint64_t random;
	int64_t due, pause; /* when to ask next, and how long after that */
	struct pollfd fds[SOCKETS];
	struct slot slots[SOCKETS][SLOTS];
	unsigned next[SOCKETS], under_way;
};

static const struct world *world;
static struct asker *askers;
static unsigned asker_count;
static int64_t timeout_us;
static _Atomic uint64_t focus;
static _Atomic bool stopping;

int64_t
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

uint64_t
random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static void
note(struct asker *asker, struct slot *slot, enum result result)
{
	slot->used = false;
	asker->under_way--;
	pthread_mutex_lock(&asker->lock);
	if (asker->count == asker->size) {
		asker->size = asker->size > 0 ? 2 * asker->size : 4096;
		asker->records = realloc(
			asker->records, asker->size * sizeof(*asker->records));
		if (asker->records == NULL)
			die("out of memory");
	}
	asker->records[asker->count++] = (struct record){.sent = slot->sent,
		.received = now_us(),
		.question = slot->question,
		.result = (uint8_t)result,
		.cd = slot->cd};
	pthread_mutex_unlock(&asker->lock);
}

/* Any question; half of the time one that depends on a set in focus. */
static uint32_t
choose(struct asker *asker)
{
	uint64_t wanted = atomic_load(&focus);
	uint64_t random = random_next(&asker->random);
	bool picky = wanted != 0 && (random >> 60) < 8;
	uint32_t i = (uint32_t)(random % world->count);

	for (size_t tried = 0; picky && tried < world->count; tried++) {
		if (world->questions[i].sets & wanted)
			break;
		i = i + 1 < world->count ? i + 1 : 0;
	}
	return i;
}

static void
ask(struct asker *asker, unsigned socket)
{
	uint8_t message[QUERY_MAX];
	unsigned n = asker->next[socket]++;
	struct slot *slot = &asker->slots[socket][n % SLOTS];
	uint64_t random = random_next(&asker->random);
	unsigned flags = (unsigned)random & (FLAG_EDNS | FLAG_DO);

	if (slot->used)
		return; /* too slow to answer: ask less */
	if ((random >> 8 & 3) == 0)
		flags |= FLAG_CD;
	*slot = (struct slot){.used = true,
		.cd = flags & FLAG_CD,
		.id = (uint16_t)n,
		.question = choose(asker)};
	size_t len = message_query(message, &world->questions[slot->question],
		slot->id, flags, (uint32_t)(random >> 32));
	asker->under_way++;
	slot->sent = now_us();
	if (send(asker->fds[socket].fd, message, len, 0) < 0)
		note(asker, slot, TIMEOUT);
}

static void
receive(struct asker *asker, unsigned socket)
{
	uint8_t message[ANSWER_MAX];
	ssize_t n;

	while ((n = recv(asker->fds[socket].fd, message, sizeof(message),
			MSG_DONTWAIT)) >= 2) {
		uint16_t id = (uint16_t)(message[0] << 8 | message[1]);
		struct slot *slot = &asker->slots[socket][id % SLOTS];
		if (slot->used && slot->id == id)
			note(asker, slot,
				message_result(message, (size_t)n,
					&world->questions[slot->question]));
	}
}

static void
expire(struct asker *asker)
{
	int64_t limit = now_us() - timeout_us;

	for (unsigned i = 0; i < SOCKETS; i++) {
		for (unsigned j = 0; j < SLOTS; j++) {
			struct slot *slot = &asker->slots[i][j];
			if (slot->used && slot->sent < limit)
				note(asker, slot, TIMEOUT);
		}
	}
}

/* Asks what is due.  What could not be asked in time is let go of, but for a
 * tenth of a second. */
static void
ask_due(struct asker *asker)
{
	int64_t now = now_us();

	if (asker->due < now - 100000)
		asker->due = now - 100000;
	while (asker->due <= now && asker->under_way < UNDER_WAY) {
		ask(asker, (unsigned)random_next(&asker->random) % SOCKETS);
		asker->due += asker->pause;
	}
}

static void *
run(void *arg)
{
	struct asker *asker = arg;
	int64_t looked = now_us();

	asker->due = now_us();
	while (!atomic_load(&stopping) || asker->under_way > 0) {
		if (!atomic_load(&stopping))
			ask_due(asker);
		if (poll(asker->fds, SOCKETS, 1) > 0) {
			for (unsigned i = 0; i < SOCKETS; i++)
				if (asker->fds[i].revents != 0)
					receive(asker, i);
		}
		if (now_us() - looked > 100000) {
			looked = now_us();
			expire(asker);
		}
	}
	return NULL;
}

static int
dial(const char *address)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(53)};
	int size = 1 << 20, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1)
		die("%s is no IPv4 address", address);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		die("%s: %s", address, strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return fd;
}

void
load_start(const struct world *w, const struct load_options *options)
{
	uint64_t seed = options->seed;

	world = w;
	timeout_us = options->timeout_us;
	asker_count = options->threads;
	askers = calloc(asker_count, sizeof(*askers));
	if (askers == NULL)
		die("out of memory");
	for (unsigned i = 0; i < asker_count; i++) {
		struct asker *asker = &askers[i];
		asker->random = random_next(&seed);
		asker->pause =
			1000000 * (int64_t)options->threads / options->rate;
		pthread_mutex_init(&asker->lock, NULL);
		for (unsigned j = 0; j < SOCKETS; j++)
			asker->fds[j] = (struct pollfd){
				.fd = dial(options->address), .events = POLLIN};
		if (pthread_create(&asker->thread, NULL, run, asker) != 0)
			die("no thread");
	}
}

void
load_focus(uint64_t sets)
{
	atomic_store(&focus, sets);
}

size_t
load_drain(struct record **records)
{
	size_t count = 0;

	*records = NULL;
	for (unsigned i = 0; i < asker_count; i++) {
		struct asker *asker = &askers[i];
		pthread_mutex_lock(&asker->lock);
		size_t more = asker->count;
		if (more > 0) {
			*records = realloc(
				*records, (count + more) * sizeof(**records));
			if (*records == NULL)
				die("out of memory");
			memcpy(*records + count, asker->records,
				more * sizeof(**records));
		}
		asker->count = 0;
		pthread_mutex_unlock(&asker->lock);
		count += more;
	}
	return count;
}

void
load_stop(void)
{
	atomic_store(&stopping, true);
	for (unsigned i = 0; i < asker_count; i++)
		pthread_join(askers[i].thread, NULL);
}
