#include <stdlib.h>

#include "clean_parts.h"
#include "palang/error.h"

/* Names sort as keys do: the label's end first.  1 more than 38 would not
 * let twelve of them fit 64 bits. */
#define RANKS 39

/* clang-format off */
static const uint8_t ranks[256] = {
	['-'] = 1, ['0'] = 2, ['1'] = 3, ['2'] = 4, ['3'] = 5, ['4'] = 6,
	['5'] = 7, ['6'] = 8, ['7'] = 9, ['8'] = 10, ['9'] = 11, ['_'] = 12,
	['a'] = 13, ['b'] = 14, ['c'] = 15, ['d'] = 16, ['e'] = 17,
	['f'] = 18, ['g'] = 19, ['h'] = 20, ['i'] = 21, ['j'] = 22,
	['k'] = 23, ['l'] = 24, ['m'] = 25, ['n'] = 26, ['o'] = 27,
	['p'] = 28, ['q'] = 29, ['r'] = 30, ['s'] = 31, ['t'] = 32,
	['u'] = 33, ['v'] = 34, ['w'] = 35, ['x'] = 36, ['y'] = 37,
	['z'] = 38,
};
/* clang-format on */

/* Two sums side by side, as each step waits for the one before. */
static uint64_t
rank_whole(const uint8_t *at)
{
	uint64_t high = 0, low = 0;

	for (int i = 0; i < CLEAN_RANKED / 2; i++) {
		high = high * RANKS + ranks[at[i]];
		low = low * RANKS + ranks[at[i + CLEAN_RANKED / 2]];
	}
	return high * (uint64_t)RANKS * RANKS * RANKS * RANKS * RANKS * RANKS +
	       low;
}

uint64_t
clean_rank(const uint8_t *key, size_t len, size_t at)
{
	uint8_t rest[CLEAN_RANKED] = {0};

	if (at >= len)
		return 0;
	if (len - at >= CLEAN_RANKED)
		return rank_whole(key + at);
	memcpy(rest, key + at, len - at);
	return rank_whole(rest);
}

/* The larger a table is, the more is added at once; on a big one realloc
 * moves no octet. */
static bool
grow(void **table, size_t *room, size_t wanted, size_t size)
{
	size_t more = *room + *room / 2 + 65536;
	void *grown;

	if (more < wanted)
		more = wanted;
	grown = realloc(*table, more * size);
	if (grown == NULL)
		return false;
	*table = grown;
	*room = more;
	return true;
}

uint8_t *
clean_room(struct cleaner *c)
{
	size_t wanted = c->arena_len + NAMES_KEY_MAX + NAMES_SLACK;
	void *arena = c->arena;

	if (wanted > UINT32_MAX) {
		c->error = PAL_ELIMIT;
		return NULL;
	}
	if (wanted > c->arena_room) {
		if (!grow(&arena, &c->arena_room, wanted, 1)) {
			c->error = PAL_ENOMEM;
			return NULL;
		}
		c->arena = arena;
	}
	return c->arena + c->arena_len;
}

void
clean_keep(struct cleaner *c, size_t len, uint16_t tld, unsigned flags)
{
	const uint8_t *key = c->arena + c->arena_len;
	void *records = c->records;
	struct clean_record *record;

	if (c->count == c->room) {
		if (!grow(&records, &c->room, 0, sizeof *c->records)) {
			c->error = PAL_ENOMEM;
			return;
		}
		c->records = records;
	}
	record = &c->records[c->count++];
	record->first = clean_rank(key, len, c->tlds.table[tld].len + 1u);
	record->offset = (uint32_t)c->arena_len;
	record->tld = tld;
	record->len = (uint8_t)len;
	record->flags = (uint8_t)(flags & (ENTRY_KIND | ENTRY_OPEN));
	c->arena_len += len;
	c->report->names++;
}

static size_t
tld_slot(const struct tlds *tlds, const uint8_t *label, size_t len)
{
	uint32_t hash = 0x811c9dc5u;
	size_t at;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ label[i]) * 0x01000193u;
	at = (hash ^ hash >> 15) % TLDS_SLOTS;
	while (tlds->slots[at] != 0) {
		const struct tld *tld = &tlds->table[tlds->slots[at] - 1];

		if (tld->len == len && memcmp(tld->label, label, len) == 0)
			break;
		at = (at + 1) % TLDS_SLOTS;
	}
	return at;
}

/* There are some 1500; what is no top-level domain is asked for each time. */
int
tlds_find(struct tlds *tlds, const uint8_t *key, size_t len)
{
	size_t at = tld_slot(tlds, key, len);
	struct tld *tld;
	char label[PAL_LABEL_MAX + 1];

	if (tlds->slots[at] != 0)
		return tlds->slots[at] - 1;
	memcpy(label, key, len);
	label[len] = '\0';
	if (tlds->count == TLDS_MAX || !suffixes_has_tld(tlds->suffixes, label))
		return -1;
	tld = &tlds->table[tlds->count++];
	tld->len = (uint8_t)len;
	memcpy(tld->label, label, len + 1);
	tld->below = suffixes_has_below(tlds->suffixes, label);
	tlds->slots[at] = tlds->count;
	return tlds->count - 1;
}
