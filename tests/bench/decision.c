/*
 * What one decision costs.
 *
 *	decision [-n NAMES] IMAGE HITS MISSES
 *
 * Judges the names of two files, listed and not, with 1 to 6 labels each:
 * lengthened in front where they are shorter.  The answer to a name is part of
 * which one is next, so that the processor cannot begin with that before: the
 * latency of one.  Then again without that: the throughput.  Prints a line
 * for each: hit or miss, labels, latency, throughput, in nanoseconds.
 *
 * The names are so many, in no order, that what they touch of a long list is
 * in no cache.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "common/bench.h"
#include "palang/decide.h"
#include "palang/error.h"

#define LABELS_MAX 6
#define ROUNDS     5

/* Names side by side, as they come in a packet. */
struct questions {
	struct question {
		uint8_t len;
		uint8_t wire[63];
	} * list;
	size_t count;
};

/* As the module lets the list lie in memory (module/live/load.c). */
static uint8_t *
allocate(size_t len)
{
	size_t page = (size_t)1 << 21;
	size_t whole = (len + page - 1) & ~(page - 1);
	uint8_t *data =
		len < 2 * page ? malloc(len) : aligned_alloc(page, whole);

	if (data != NULL && len >= 2 * page)
		madvise(data, whole, MADV_HUGEPAGE);
	return data;
}

static struct pal_image *
image_read(const char *path)
{
	struct pal_image *image;
	const char *why = "";
	FILE *file = fopen(path, "r");

	if (file == NULL || fseek(file, 0, SEEK_END) != 0)
		die("%s: %s", path, strerror(errno));
	size_t len = (size_t)ftell(file);
	uint8_t *data = allocate(len);
	rewind(file);
	if (data == NULL || fread(data, 1, len, file) != len)
		die("%s: cannot be read", path);
	fclose(file);
	if (pal_image_load(&image, data, len, &why) != 0)
		die("%s: %s", path, why);
	return image;
}

/* Those names that have so many labels, or fewer: these get more in front. */
static struct questions
questions_make(const struct names *names, unsigned labels)
{
	struct questions made = {0};

	made.list = malloc(names->count * sizeof(*made.list));
	if (made.list == NULL)
		die("out of memory");
	for (size_t i = 0; i < names->count; i++) {
		const struct pal_name *name = &names->list[i];
		struct question *q = &made.list[made.count];
		uint8_t *at = q->wire;
		unsigned more = labels - name->labels;

		if (name->labels > labels ||
			name->len + 4 * more > sizeof(q->wire))
			continue;
		for (unsigned k = 0; k < more; k++, at += 4)
			memcpy(at, "\3www", 4);
		memcpy(at, name->wire, name->len);
		q->len = (uint8_t)(at - q->wire + name->len);
		made.count++;
	}
	return made;
}

/* A name of one label is in no list. */
static void
names_cut(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		pal_name_ancestor(&names->list[i], &names->list[i], 1);
}

/* Of the processor's time: what others take of it is not our cost. */
static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Judges all questions once; how many were blocked. */
static size_t
judge_all(const struct pal_snapshot *snapshot, const struct questions *asked,
	bool chained)
{
	struct pal_verdict verdict = {.action = PAL_PASS};
	size_t blocked = 0, depends = 0;

	for (size_t i = 0; i < asked->count; i++) {
		const struct question *q = &asked->list[i - depends];
		pal_decide(snapshot, q->wire, q->len, PAL_TYPE_A, 1700000000,
			&verdict);
		blocked += verdict.action == PAL_BLOCK;
		/* Always 0, which only we know. */
		depends = chained ? (size_t)verdict.action >> 1 : 0;
	}
	return blocked;
}

static int
double_cmp(const void *va, const void *vb)
{
	const double *a = va, *b = vb;

	return (*a > *b) - (*a < *b);
}

static double
measure(const struct pal_snapshot *snapshot, const struct questions *asked,
	bool chained, bool hit)
{
	double took[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		double began = seconds();
		size_t blocked = judge_all(snapshot, asked, chained);
		took[i] = seconds() - began;
		if (blocked != (hit ? asked->count : 0))
			die("%zu of %zu names blocked", blocked, asked->count);
	}
	qsort(took, ROUNDS, sizeof(*took), double_cmp);
	return took[ROUNDS / 2] / (double)asked->count * 1e9;
}

static void
print(const struct pal_snapshot *snapshot, const struct names *names,
	unsigned labels, bool hit)
{
	struct questions asked = questions_make(names, labels);

	if (asked.count > 0)
		printf("%s %u %.1f %.1f\n", hit ? "hit" : "miss", labels,
			measure(snapshot, &asked, true, hit),
			measure(snapshot, &asked, false, hit));
	free(asked.list);
}

int
main(int argc, char **argv)
{
	struct pal_snapshot snapshot = {.feed_count = 1, .policies = 1};
	struct names hits, misses;
	size_t max = 200000;
	int c;

	while ((c = getopt(argc, argv, "n:")) != -1) {
		if (c != 'n')
			die("Usage: decision [-n NAMES] IMAGE HITS MISSES");
		max = strtoull(optarg, NULL, 10);
	}
	if (argc != optind + 3)
		die("Usage: decision [-n NAMES] IMAGE HITS MISSES");
	snapshot.feeds[0].image = image_read(argv[optind]);
	names_load(&hits, argv[optind + 1], max);
	names_load(&misses, argv[optind + 2], max);
	for (unsigned labels = 2; labels <= LABELS_MAX; labels++)
		print(&snapshot, &hits, labels, true);
	for (unsigned labels = 2; labels <= LABELS_MAX; labels++)
		print(&snapshot, &misses, labels, false);
	names_cut(&misses);
	print(&snapshot, &misses, 1, false);
	return 0;
}
