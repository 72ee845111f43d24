/*
 * Whether a resolver falls silent.
 *
 *	probe [-i INTERVAL] [-s SECONDS] [-w TIMEOUT] ADDRESS NAMES
 *
 * Asks for one name after another, all of which have a real address, each
 * INTERVAL microseconds (default 1000), until SECONDS are over or SIGTERM
 * comes; then waits at most TIMEOUT milliseconds (default 5000) for what is
 * under way.  Prints: questions sent; lost, which is what was not answered
 * within TIMEOUT; wrong answers; the longest time between two answers in
 * milliseconds; latency in microseconds: median, p99, longest.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/bench.h"

#define IDS 65536

static volatile sig_atomic_t stopped;

static void
stop(int number)
{
	(void)number;
	stopped = 1;
}

struct probe {
	int fd;
	int64_t interval, timeout, until;
	int64_t sent_at[IDS]; /* 0: answered */
	uint64_t sent, answered, wrong;
	int64_t last, silence; /* the last answer; between two */
	uint32_t *latency;     /* of each answer */
	size_t room;
};

static void
probe_note(struct probe *p, int64_t took)
{
	if (p->answered == p->room) {
		p->room = p->room == 0 ? 65536 : 2 * p->room;
		p->latency = realloc(p->latency, p->room * sizeof(*p->latency));
		if (p->latency == NULL)
			die("out of memory");
	}
	p->latency[p->answered++] = (uint32_t)took;
}

static bool
probe_take(struct probe *p, int64_t wait)
{
	uint16_t id;
	enum answer answer = ask_take(p->fd, &id, wait);
	int64_t now = now_us(), took = now - p->sent_at[id];

	if (answer == ANSWER_NONE)
		return false;
	if (p->sent_at[id] == 0 || took > p->timeout)
		return true;
	p->sent_at[id] = 0;
	p->wrong += answer != ANSWER_REAL;
	if (p->last != 0 && now - p->last > p->silence)
		p->silence = now - p->last;
	p->last = now;
	probe_note(p, took);
	return true;
}

/* What is late is not made up for: that would be a burst. */
static void
probe_run(struct probe *p, const struct names *names)
{
	int64_t next = now_us();

	while (!stopped && now_us() < p->until) {
		int64_t now = now_us();
		uint16_t id = (uint16_t)p->sent;
		if (now < next) {
			probe_take(p, next - now);
			continue;
		}
		ask_send(p->fd, id, &names->list[p->sent % names->count]);
		p->sent_at[id] = now_us();
		p->sent++;
		next += p->interval;
		if (next < now)
			next = now + p->interval;
	}
	int64_t end = now_us() + p->timeout;
	if (p->last != 0 && now_us() - p->last > p->silence)
		p->silence = now_us() - p->last;
	while (p->answered < p->sent && now_us() < end)
		probe_take(p, end - now_us());
}

static int
latency_cmp(const void *va, const void *vb)
{
	const uint32_t *a = va, *b = vb;

	return (*a > *b) - (*a < *b);
}

static void
probe_print(struct probe *p)
{
	size_t n = p->answered;

	if (n == 0)
		die("no answer at all");
	qsort(p->latency, n, sizeof(*p->latency), latency_cmp);
	printf("%llu %llu %llu %.2f %u %u %u\n", (unsigned long long)p->sent,
		(unsigned long long)(p->sent - n), (unsigned long long)p->wrong,
		(double)p->silence / 1000, p->latency[n / 2],
		p->latency[n - 1 - n / 100], p->latency[n - 1]);
}

int
main(int argc, char **argv)
{
	static struct probe p = {
		.interval = 1000, .timeout = 5000000, .until = INT64_MAX};
	struct sigaction action = {.sa_handler = stop};
	struct names names;
	int c;

	while ((c = getopt(argc, argv, "i:s:w:")) != -1) {
		int64_t value = optarg != NULL ? strtoll(optarg, NULL, 10) : 0;
		if (c == 'i' && value > 0)
			p.interval = value;
		else if (c == 's')
			p.until = now_us() + value * 1000000;
		else if (c == 'w')
			p.timeout = value * 1000;
		else
			optind = argc;
	}
	if (argc != optind + 2)
		die("Usage: probe [-i INTERVAL] [-s SECONDS] [-w TIMEOUT] "
		    "ADDRESS NAMES");
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	p.fd = ask_open(argv[optind]);
	names_load(&names, argv[optind + 1], 10000);
	be_punctual();
	probe_run(&p, &names);
	probe_print(&p);
	return 0;
}
