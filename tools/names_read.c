#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "names_text.h"
#include "palang/error.h"

#define CHUNK ((size_t)1 << 18)

struct names_reader {
	int fd;
	bool whole; /* begun at the start: counts are compared */
	struct names_extent extent;
	uint64_t at; /* offset in the file of what comes behind the buffer */
	uint64_t seen;
	/* this rule and the one before, in turns; len 0: none yet */
	uint8_t keys[2][NAMES_KEY_MAX + NAMES_SLACK];
	struct names_rule last;
	unsigned turn;
	size_t pos, have, room;
	uint8_t buf[]; /* room, and slack */
};

int
names_pread(int fd, void *buf, size_t len, uint64_t offset, size_t *have)
{
	*have = 0;
	while (*have < len) {
		ssize_t n = pread(fd, (uint8_t *)buf + *have, len - *have,
			(off_t)(offset + *have));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return PAL_ESYS;
		if (n == 0)
			break;
		*have += (size_t)n;
	}
	return 0;
}

static int
check_head(int fd)
{
	char head[NAMES_HEAD_LEN + 1] = "";
	size_t have;
	int ret = names_pread(fd, head, NAMES_HEAD_LEN, 0, &have);

	if (ret < 0)
		return ret;
	if (memcmp(head, NAMES_HEAD, NAMES_HEAD_LEN) == 0)
		return 0;
	return memcmp(head, "palang-names ", 13) == 0 && head[13] >= '1' &&
	                       head[13] <= '9'
	               ? PAL_EVERSION
	               : PAL_EFORM;
}

/* A number in decimal that ends the text; false if it is none. */
static bool
read_count(const char *text, size_t len, uint64_t *count)
{
	*count = 0;
	if (len == 0 || len > 18 || (text[0] == '0' && len > 1))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*count = *count * 10 + (uint64_t)(text[i] - '0');
	}
	return true;
}

/* The last line: "end COUNT". */
int
names_extent(struct names_extent *extent, int fd)
{
	char tail[32];
	struct stat st;
	size_t have, start;
	int ret;

	if (fstat(fd, &st) < 0)
		return PAL_ESYS;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return PAL_ESYS;
	}
	ret = check_head(fd);
	if (ret < 0)
		return ret;
	have = (size_t)st.st_size < sizeof tail ? (size_t)st.st_size
	                                        : sizeof tail;
	ret = names_pread(fd, tail, have, (uint64_t)st.st_size - have, &have);
	if (ret < 0)
		return ret;
	if (have == 0 || tail[have - 1] != '\n')
		return PAL_EFORM;
	for (start = have - 1; start > 0 && tail[start - 1] != '\n';)
		start--;
	if (start == 0 || have - 1 - start < 4 ||
		memcmp(tail + start, "end ", 4) != 0 ||
		!read_count(
			tail + start + 4, have - 1 - start - 4, &extent->count))
		return PAL_EFORM;
	extent->start = NAMES_HEAD_LEN;
	extent->end = (uint64_t)st.st_size - (have - start);
	return 0;
}

int
names_read_from(
	struct names_reader **reader, int fd, uint64_t offset, size_t chunk)
{
	struct names_reader *r =
		malloc(sizeof *r + chunk + NAMES_LINE_MAX + NAMES_SLACK);
	int ret;

	if (r == NULL)
		return PAL_ENOMEM;
	memset(r, 0, sizeof *r);
	r->fd = fd;
	r->room = chunk + NAMES_LINE_MAX;
	ret = names_extent(&r->extent, fd);
	if (ret < 0) {
		free(r);
		return ret;
	}
	r->whole = offset == 0;
	r->at = offset == 0 ? r->extent.start : offset;
	*reader = r;
	return 0;
}

int
names_read_begin(struct names_reader **reader, int fd)
{
	return names_read_from(reader, fd, 0, CHUNK);
}

/* Moves what is left to the front, and reads more behind it. */
static int
refill(struct names_reader *r)
{
	size_t left = r->have - r->pos, want = r->room - left, have;
	int ret;

	if (want > r->extent.end - r->at)
		want = (size_t)(r->extent.end - r->at);
	if (want == 0)
		return PAL_EFORM; /* a line without end, or longer than any */
	memmove(r->buf, r->buf + r->pos, left);
	r->pos = 0;
	r->have = left;
	ret = names_pread(r->fd, r->buf + left, want, r->at, &have);
	if (ret == 0 && have < want)
		ret = PAL_EFORM; /* it has been cut */
	if (ret < 0)
		return ret;
	r->have += have;
	r->at += have;
	return 0;
}

static int
at_end(const struct names_reader *r)
{
	return r->whole && r->seen != r->extent.count ? PAL_EFORM : 1;
}

int
names_read(struct names_reader *r, struct names_rule *rule)
{
	const uint8_t *line, *end;

	if (r->pos == r->have && r->at == r->extent.end)
		return at_end(r);
	while ((end = memchr(r->buf + r->pos, '\n', r->have - r->pos)) ==
		NULL) {
		int ret = refill(r);

		if (ret < 0)
			return ret;
	}
	line = r->buf + r->pos;
	r->turn ^= 1;
	if (!names_parse_line(
		    rule, r->keys[r->turn], line, (size_t)(end - line)) ||
		(r->last.len > 0 && names_cmp(&r->last, rule) >= 0))
		return PAL_EFORM;
	r->pos = (size_t)(end - r->buf) + 1;
	r->last = *rule;
	r->seen++;
	return 0;
}

uint64_t
names_count(const struct names_reader *r)
{
	return r->extent.count;
}

void
names_progress(const struct names_reader *r, uint64_t *at, uint64_t *size)
{
	*at = r->at - (r->have - r->pos);
	*size = r->extent.end;
}

void
names_read_end(struct names_reader *r)
{
	free(r);
}
