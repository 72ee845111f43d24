#include "compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "palang/error.h"

/* A name asked for, or one above such a name. */
struct node {
	uint32_t key;       /* where in the arena */
	uint8_t len;        /* octets of the key that are its name */
	bool exists;        /* the zone has a record there, or below */
	uint8_t own, below; /* enum compare_action */
};

struct compare {
	uint8_t *arena;
	size_t arena_len, arena_room;
	struct node *nodes;
	uint32_t count, room;
	uint32_t *slots;   /* index + 1 into nodes; 0: empty */
	size_t slot_count; /* a power of two */
	uint8_t all;       /* enum compare_action: of `*` alone */
	void (*progress)(
		void *ctx, const char *what, uint64_t at, uint64_t size);
	void *progress_ctx;
};

#define SLOTS_MIN 1024

const char *
compare_action_name(enum compare_action action)
{
	if (action == COMPARE_TCP_ONLY)
		return "tcp-only";
	return action < COMPARE_TCP_ONLY ? clean_rpz_action_names[action]
	                                 : "open";
}

int
compare_open(struct compare **compare)
{
	struct compare *c = calloc(1, sizeof *c);

	*compare = c;
	if (c == NULL)
		return PAL_ENOMEM;
	c->all = COMPARE_NOTHING;
	c->slot_count = SLOTS_MIN;
	c->slots = calloc(c->slot_count, sizeof *c->slots);
	if (c->slots != NULL)
		return 0;
	compare_close(c);
	*compare = NULL;
	return PAL_ENOMEM;
}

void
compare_close(struct compare *c)
{
	if (c == NULL)
		return;
	free(c->arena);
	free(c->nodes);
	free(c->slots);
	free(c);
}

/* ---- nodes ---- */

/* FNV-1a, which can go on from one label to the next. */
#define HASH_BASIS 14695981039346656037u

static uint64_t
hash_on(uint64_t hash, const uint8_t *octets, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ octets[i]) * 1099511628211u;
	return hash;
}

/* The slot of the name, or the empty one where it belongs. */
static uint32_t *
find_slot(
	const struct compare *c, uint64_t hash, const uint8_t *key, size_t len)
{
	size_t mask = c->slot_count - 1, at = (hash ^ hash >> 32) & mask;

	for (; c->slots[at] != 0; at = (at + 1) & mask) {
		const struct node *node = &c->nodes[c->slots[at] - 1];

		if (node->len == len &&
			memcmp(c->arena + node->key, key, len) == 0)
			break;
	}
	return &c->slots[at];
}

static int
grow_slots(struct compare *c)
{
	uint32_t *old = c->slots;

	if (2 * (size_t)c->count < c->slot_count)
		return 0;
	c->slots = calloc(2 * c->slot_count, sizeof *c->slots);
	if (c->slots == NULL) {
		c->slots = old;
		return PAL_ENOMEM;
	}
	free(old);
	c->slot_count *= 2;
	for (uint32_t i = 0; i < c->count; i++) {
		const struct node *node = &c->nodes[i];
		const uint8_t *key = c->arena + node->key;

		*find_slot(c, hash_on(HASH_BASIS, key, node->len), key,
			node->len) = i + 1;
	}
	return 0;
}

static int
make_room(struct compare *c)
{
	if (c->arena_len + NAMES_KEY_MAX > c->arena_room) {
		size_t room = c->arena_room * 2 + ((size_t)1 << 16);
		uint8_t *arena = realloc(c->arena, room);

		if (arena == NULL)
			return PAL_ENOMEM;
		c->arena = arena;
		c->arena_room = room;
	}
	if (c->count + PAL_LABELS_MAX > c->room) {
		uint32_t room = c->room * 2 + 4096;
		struct node *nodes = realloc(c->nodes, room * sizeof *c->nodes);

		if (nodes == NULL)
			return PAL_ENOMEM;
		c->nodes = nodes;
		c->room = room;
	}
	return 0;
}

static int
add_node(struct compare *c, uint64_t hash, const uint8_t *key, size_t len)
{
	uint32_t *slot = find_slot(c, hash, key, len);

	if (*slot != 0)
		return 0;
	c->nodes[c->count] = (struct node){.key = (uint32_t)(key - c->arena),
		.len = (uint8_t)len,
		.own = COMPARE_NOTHING,
		.below = COMPARE_NOTHING};
	*slot = ++c->count;
	return grow_slots(c);
}

/* Those above share its key, which begins with theirs. */
int
compare_add(struct compare *c, const struct pal_name *name)
{
	uint64_t hash = HASH_BASIS;
	uint32_t before = c->count;
	uint8_t *key;
	size_t len;
	int ret = make_room(c);

	if (ret < 0 || c->arena_len > UINT32_MAX - NAMES_KEY_MAX ||
		c->count > UINT32_MAX / 2)
		return ret < 0 ? ret : PAL_ELIMIT;
	key = c->arena + c->arena_len;
	len = names_key(key, name);
	for (size_t at = 0; at < len && ret == 0;) {
		size_t label = strlen((const char *)key + at) + 1;

		hash = hash_on(hash, key + at, label);
		at += label;
		ret = add_node(c, hash, key, at);
	}
	if (c->count > before)
		c->arena_len += len;
	return ret;
}

/* ---- the zone ---- */

/* A record makes its owner exist, and all names above it. */
static void
take_rule(void *ctx, const struct pal_name *owner, bool wildcard,
	enum clean_rpz_action action)
{
	struct compare *c = ctx;
	uint8_t key[NAMES_KEY_MAX];
	size_t len = names_key(key, owner);
	uint64_t hash = HASH_BASIS;

	if (len == 0 && wildcard)
		c->all = (uint8_t)action;
	for (size_t at = 0; at < len;) {
		size_t label = strlen((const char *)key + at) + 1;
		struct node *node;
		uint32_t slot;

		hash = hash_on(hash, key + at, label);
		at += label;
		slot = *find_slot(c, hash, key, at);
		if (slot == 0)
			return;
		node = &c->nodes[slot - 1];
		node->exists = true;
		if (at == len && wildcard)
			node->below = (uint8_t)action;
		else if (at == len)
			node->own = (uint8_t)action;
	}
}

void
compare_watch(struct compare *c,
	void (*progress)(
		void *ctx, const char *what, uint64_t at, uint64_t size),
	void *ctx)
{
	c->progress = progress;
	c->progress_ctx = ctx;
}

int
compare_read(struct compare *c, int fd, const char *file, const char *origin,
	struct problems *problems)
{
	const struct clean_options options = {.format = CLEAN_RPZ,
		.origin = origin,
		.file = file,
		.progress = c->progress,
		.ctx = c->progress_ctx,
		.rpz_rule = take_rule,
		.rpz_ctx = c};
	struct clean_report report;
	FILE *out = tmpfile(); /* the rules, of which there are none */
	int ret;

	if (out == NULL)
		return PAL_ESYS;
	ret = clean_run(fd, fileno(out), &options, &report, problems);
	fclose(out);
	return ret;
}

/* From the root down: the last name that exists, and the wildcards on the
 * way. */
void
compare_judge(const struct compare *c, const struct pal_name *name,
	struct compare_say *say)
{
	uint8_t key[NAMES_KEY_MAX];
	size_t len = names_key(key, name);
	uint64_t hash = HASH_BASIS;
	unsigned labels = 0;

	*say = (struct compare_say){.action = COMPARE_NOTHING};
	/* the root itself is where the zone's own name is */
	if (len > 0 && c->all != COMPARE_NOTHING)
		*say = (struct compare_say){.action = c->all, .wildcard = true};
	for (size_t at = 0; at < len;) {
		size_t label = strlen((const char *)key + at) + 1;
		const struct node *node;
		uint32_t slot;

		hash = hash_on(hash, key + at, label);
		at += label;
		labels++;
		slot = *find_slot(c, hash, key, at);
		if (slot == 0 || !c->nodes[slot - 1].exists)
			return;
		node = &c->nodes[slot - 1];
		/* what a wildcard above says ends here */
		if (say->wildcard) {
			say->action = COMPARE_HIDDEN;
			say->hider = labels;
		}
		if (at == len && node->own != COMPARE_NOTHING)
			*say = (struct compare_say){
				.action = node->own, .labels = labels};
		else if (at < len && node->below != COMPARE_NOTHING)
			*say = (struct compare_say){.action = node->below,
				.labels = labels,
				.wildcard = true};
	}
}
