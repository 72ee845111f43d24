#include "clean.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "clean_parts.h"
#include "palang/clock.h"
#include "palang/error.h"

#define PROGRESS_MS 100

static const uint8_t mark[] = {0xef, 0xbb, 0xbf}; /* U+FEFF as UTF-8 */

void
clean_progress(struct cleaner *c, const char *what, uint64_t at, uint64_t size)
{
	int64_t now;

	if (c->options->progress == NULL)
		return;
	now = pal_monotonic_ms();
	if (now - c->told < PROGRESS_MS)
		return;
	c->told = now;
	c->options->progress(c->options->ctx, what, at, size);
}

static int
key_cmp(const void *va, const void *vb)
{
	const uint8_t *a = va, *b = vb;

	return memcmp(a + 1, b + 1, NAMES_KEY_MAX);
}

/* Keys, each behind its length and with NULs to its end, sorted. */
static int
prepare_protected(struct cleaner *c)
{
	size_t count = c->options->protected_count;

	if (count == 0)
		return 0;
	c->protected = calloc(count, NAMES_KEY_MAX + 1);
	if (c->protected == NULL)
		return PAL_ENOMEM;
	for (size_t i = 0; i < count; i++) {
		uint8_t *at = c->protected + i * (NAMES_KEY_MAX + 1);

		at[0] = (uint8_t)names_key(at + 1, &c->options->protected[i]);
	}
	qsort(c->protected, count, NAMES_KEY_MAX + 1, key_cmp);
	return 0;
}

static int
refuse(struct cleaner *c, const char *why)
{
	problem_error(c->problems, c->options->file, 0, 0, "%s", why);
	return PAL_EFORM;
}

/* What the list is, and how its names are meant. */
static int
begin(struct cleaner *c, struct bulk *bulk)
{
	const uint8_t *text;
	enum clean_format told;
	size_t len;
	int ret = bulk_peek(bulk, &text, &len);

	if (ret < 0)
		return ret;
	c->line = 1;
	if (len >= sizeof mark && memcmp(text, mark, sizeof mark) == 0) {
		clean_tell(c, CLEAN_BOM);
		bulk_skip(bulk, sizeof mark);
		text += sizeof mark;
		len -= sizeof mark;
	}
	told = clean_detect(text, len, &c->report->html);
	if (c->report->format == CLEAN_AUTO)
		c->report->format = told;
	c->report->scope = c->options->has_scope ? c->options->scope
	                   : c->report->format == CLEAN_HOSTS ||
	                                   c->report->format == CLEAN_RPZ
	                           ? PAL_EXACT
	                           : PAL_SUBTREE;
	c->kind = c->report->scope == PAL_EXACT ? ENTRY_EXACT : ENTRY_SUBTREE;
	if (c->report->html)
		return refuse(c, "this is a web page, not a list of names; "
				 "give the address of the list itself");
	return 0;
}

/* Each line to the reader of its format. */
static int
read_lines(struct cleaner *c, struct bulk *bulk,
	void (*take)(struct cleaner *, uint8_t *, size_t))
{
	uint8_t *text;
	size_t len;
	int ret;

	while ((ret = bulk_next(bulk, &text, &len)) != 1) {
		c->line = bulk_number(bulk);
		if (c->line % 16384 == 0)
			clean_progress(
				c, "reading", bulk_octets(bulk), c->size);
		if (ret == PAL_ELIMIT) {
			clean_leave_out(c, CLEAN_LONG_LINE);
			continue;
		}
		if (ret < 0)
			return ret;
		if (len > 0 && text[len - 1] == '\r') {
			clean_tell(c, CLEAN_CRLF);
			len--;
		}
		take(c, text, len);
		if (c->error < 0)
			return c->error;
	}
	return 0;
}

static int
read_list(struct cleaner *c, struct bulk *bulk)
{
	int ret = begin(c, bulk);

	if (ret < 0)
		return ret;
	switch (c->report->format) {
	case CLEAN_HOSTS:
		return read_lines(c, bulk, clean_hosts_line);
	case CLEAN_ADBLOCK:
		return read_lines(c, bulk, clean_adblock_line);
	case CLEAN_RPZ:
		clean_zone(c, bulk);
		return c->error;
	default:
		return read_lines(c, bulk, clean_plain_line);
	}
}

static int
read_whole(struct cleaner *c, int in)
{
	struct bulk *bulk;
	struct stat st;
	int ret = bulk_open(&bulk, in, CLEAN_LINE_MAX);

	if (ret < 0)
		return ret;
	if (fstat(in, &st) == 0 && S_ISREG(st.st_mode))
		c->size = (uint64_t)st.st_size;
	ret = read_list(c, bulk);
	c->report->octets = bulk_octets(bulk);
	c->report->lines = bulk_number(bulk);
	bulk_close(bulk);
	if (ret == 0 && c->report->names == 0 && !c->report->zone)
		ret = refuse(c, c->report->octets == 0
					? "there is nothing in it"
					: "there is no name in it");
	return ret;
}

int
clean_run(int in, int out, const struct clean_options *options,
	struct clean_report *report, struct problems *problems)
{
	struct cleaner *c = calloc(1, sizeof *c);
	int ret = PAL_ENOMEM;

	*report = (struct clean_report){.format = options->format};
	if (c == NULL)
		return ret;
	c->options = options;
	c->report = report;
	c->problems = problems;
	ret = options->suffixes != NULL ? 0 : suffixes_open(&c->suffixes);
	c->tlds.suffixes =
		options->suffixes != NULL ? options->suffixes : c->suffixes;
	if (ret == 0)
		ret = prepare_protected(c);
	if (ret == 0)
		ret = read_whole(c, in);
	if (ret == 0) {
		clean_sort(c);
		ret = clean_settle(c, out);
	}
	suffixes_close(c->suffixes);
	free(c->protected);
	free(c->arena);
	free(c->records);
	free(c);
	return ret;
}
