#include "bulk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "palang/error.h"

#define CHUNK ((size_t)1 << 20)

struct bulk {
	int fd;
	size_t max; /* below CHUNK */
	bool ended; /* the file is */
	uint64_t number, octets;
	size_t pos, have;
	uint8_t buf[CHUNK + BULK_SLACK];
};

int
bulk_open(struct bulk **bulk, int fd, size_t max)
{
	struct bulk *b = malloc(sizeof *b);

	if (b == NULL)
		return PAL_ENOMEM;
	memset(b, 0, offsetof(struct bulk, buf));
	b->fd = fd;
	b->max = max;
	*bulk = b;
	return 0;
}

void
bulk_close(struct bulk *bulk)
{
	free(bulk);
}

void
bulk_allow(struct bulk *bulk, size_t max)
{
	bulk->max = max;
}

/* Moves what is left to the front and reads until a chunk is there, or all.
 * A pipe gives little at a time; big pieces are what makes lines cheap. */
static int
fill(struct bulk *b)
{
	memmove(b->buf, b->buf + b->pos, b->have - b->pos);
	b->have -= b->pos;
	b->pos = 0;
	while (!b->ended && b->have < CHUNK) {
		ssize_t n = read(b->fd, b->buf + b->have, CHUNK - b->have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return PAL_ESYS;
		b->ended = n == 0;
		b->have += (size_t)n;
		b->octets += (uint64_t)n;
	}
	return 0;
}

int
bulk_peek(struct bulk *b, const uint8_t **text, size_t *len)
{
	int ret = fill(b);

	*text = b->buf + b->pos;
	*len = b->have - b->pos;
	return ret;
}

void
bulk_skip(struct bulk *b, size_t len)
{
	b->pos += len;
}

/* Drops what is there of a line up to its end. */
static int
drop_line(struct bulk *b)
{
	const uint8_t *end;

	while ((end = memchr(b->buf + b->pos, '\n', b->have - b->pos)) ==
		NULL) {
		int ret;

		b->pos = b->have;
		if (b->ended)
			return PAL_ELIMIT;
		ret = fill(b);
		if (ret < 0)
			return ret;
	}
	b->pos = (size_t)(end - b->buf) + 1;
	return PAL_ELIMIT;
}

int
bulk_next(struct bulk *b, uint8_t **text, size_t *len)
{
	uint8_t *start = b->buf + b->pos;
	uint8_t *end = memchr(start, '\n', b->have - b->pos);

	if (end == NULL && !b->ended) {
		int ret = fill(b);

		if (ret < 0)
			return ret;
		start = b->buf;
		end = memchr(start, '\n', b->have);
	}
	if (end == NULL && b->ended) {
		if (b->pos == b->have)
			return 1;
		end = b->buf + b->have; /* the last line has no end */
	}
	b->number++;
	if (end == NULL || (size_t)(end - start) > b->max)
		return drop_line(b);
	*text = start;
	*len = (size_t)(end - start);
	b->pos += *len + (end < b->buf + b->have);
	return 0;
}

uint64_t
bulk_number(const struct bulk *bulk)
{
	return bulk->number;
}

uint64_t
bulk_octets(const struct bulk *bulk)
{
	return bulk->octets;
}
