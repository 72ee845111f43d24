#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "names_text.h"
#include "palang/error.h"

#define BUFFER_SIZE ((size_t)1 << 18)

struct names_writer {
	int fd;
	uint64_t count;
	/* the rule written last; len 0: none yet */
	uint8_t key[NAMES_KEY_MAX + NAMES_SLACK];
	size_t len;
	enum pal_scope scope;
	size_t used;
	uint8_t buf[BUFFER_SIZE];
};

static int
flush(struct names_writer *w)
{
	size_t done = 0;

	while (done < w->used) {
		ssize_t n = write(w->fd, w->buf + done, w->used - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return PAL_ESYS;
		done += (size_t)n;
	}
	w->used = 0;
	return 0;
}

int
names_write_begin(struct names_writer **writer, int fd)
{
	struct names_writer *w = malloc(sizeof *w);

	if (w == NULL)
		return PAL_ENOMEM;
	w->fd = fd;
	w->count = 0;
	w->len = 0;
	w->scope = PAL_SUBTREE;
	memcpy(w->buf, NAMES_HEAD, NAMES_HEAD_LEN);
	w->used = NAMES_HEAD_LEN;
	*writer = w;
	return 0;
}

/* The key as text, from its last label on; there is room for the longest
 * line.  False if it is no key.  (Its octets are the reader's to judge.) */
static bool
put_name(uint8_t *to, const uint8_t *key, size_t len)
{
	size_t end = len;

	while (end > 0) {
		size_t start = end - 1;

		while (start > 0 && key[start - 1] != 0)
			start--;
		if (key[end - 1] != 0 || start == end - 1 ||
			end - 1 - start > PAL_LABEL_MAX)
			return false;
		names_copy(to, key + start, end - 1 - start);
		to += end - 1 - start;
		*to++ = start > 0 ? '.' : '\n';
		end = start;
	}
	return true;
}

int
names_write(struct names_writer *w, const struct names_rule *rule)
{
	struct names_rule before = {w->key, w->len, w->scope, false};
	uint8_t *to;

	if (rule->len < 2 || rule->len > NAMES_KEY_MAX ||
		(w->len > 0 && names_cmp(&before, rule) >= 0))
		return PAL_EFORM;
	if (BUFFER_SIZE - w->used < NAMES_LINE_MAX + NAMES_SLACK &&
		flush(w) < 0)
		return PAL_ESYS;
	memcpy(w->key, rule->key, rule->len);
	w->len = rule->len;
	w->scope = rule->scope;
	to = w->buf + w->used;
	if (rule->open)
		*to++ = '!';
	if (rule->scope == PAL_EXACT)
		*to++ = '=';
	if (!put_name(to, w->key, w->len))
		return PAL_EFORM;
	/* each label's NUL has become a dot, the last one the line's end */
	w->used = (size_t)(to - w->buf) + w->len;
	w->count++;
	return 0;
}

int
names_write_end(struct names_writer *w)
{
	int ret = 0;

	if (BUFFER_SIZE - w->used < NAMES_LINE_MAX)
		ret = flush(w);
	if (ret == 0) {
		w->used += (size_t)snprintf((char *)w->buf + w->used,
			NAMES_LINE_MAX, "end %" PRIu64 "\n", w->count);
		ret = flush(w);
	}
	if (ret == 0 && fsync(w->fd) < 0 && errno != EINVAL)
		ret = PAL_ESYS; /* EINVAL: a pipe has no disk */
	names_write_abandon(w);
	return ret;
}

void
names_write_abandon(struct names_writer *w)
{
	free(w);
}
