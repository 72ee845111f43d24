/*
 * Fuzz target: what is compiled of any orders, allow list and feeds decides as
 * a slow twin does, which knows nothing of images: it goes through all entries
 * of all of them for each name and second.
 *
 * The octets say what the lists hold; names have few labels of few letters, so
 * that much lies below much.
 */
#include "util.h"

#include "palang/decide.h"
#include "palang/error.h"
#include "palang/writer.h"

#define LISTS   6 /* orders; then allow, then two feeds */
#define FEEDS   2
#define ENTRIES 8
#define SECONDS 8

struct entry {
	struct pal_name name;
	enum pal_scope scope;
	bool open;
	struct pal_interval when; /* of an order that blocks */
};

struct list {
	struct entry entries[ENTRIES];
	size_t count;
	uint8_t issued;
};

struct input {
	const uint8_t *at;
	size_t left;
};

static struct list orders[LISTS], allow, feeds[FEEDS];
static size_t order_count;

static uint8_t
take(struct input *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->at++;
}

/* One to four labels, of two letters each: a..., two bits a label. */
static void
make_name(struct pal_name *name, uint8_t octet)
{
	char text[16] = "";

	for (int i = 0; i <= (octet & 3); i++)
		sprintf(text + strlen(text), "%c.",
			'a' + (octet >> (i + 2) & 1));
	strcat(text, "x");
	must(pal_name_from_text(name, text, strlen(text)) == 0);
}

static bool
is_given(const struct list *list, const struct entry *entry)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->entries[i].scope == entry->scope &&
			pal_name_equal(&list->entries[i].name, &entry->name))
			return true;
	}
	return false;
}

static void
make_list(struct list *list, struct input *input, bool timed)
{
	uint8_t head = take(input);

	*list = (struct list){.issued = head >> 6};
	for (int n = head % (ENTRIES + 1); n > 0; n--) {
		struct entry *entry = &list->entries[list->count];
		uint8_t octet = take(input), time;

		make_name(&entry->name, octet);
		entry->scope = (octet & 64) != 0 ? PAL_SUBTREE : PAL_EXACT;
		entry->open = (octet & 128) != 0;
		if (timed && !entry->open) {
			time = take(input);
			entry->when.start = time & 3;
			entry->when.end = (time & 3) + 1 + (time >> 4 & 3);
		}
		list->count += !is_given(list, entry);
	}
}

/* ---- the twin ---- */

static unsigned
rank(const struct entry *entry)
{
	return 2u * entry->name.labels + (entry->scope == PAL_EXACT);
}

static const struct entry *
best_of(const struct list *list, const struct pal_name *name)
{
	const struct entry *best = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct entry *e = &list->entries[i];

		if (e->scope == PAL_EXACT ? !pal_name_equal(&e->name, name)
					  : !pal_name_within(name, &e->name))
			continue;
		if (best == NULL || rank(e) > rank(best))
			best = e;
	}
	return best;
}

/* The index of the order that decides, or of the feed behind LISTS; -1 if
 * nothing blocks.  Receipts grow with the index. */
static int
twin(const struct pal_name *name, int64_t now)
{
	const struct entry *best = NULL, *e;
	int by = -1;

	for (size_t i = 0; i < order_count; i++) {
		e = best_of(&orders[i], name);
		if (e == NULL || e->open || now < e->when.start ||
			now >= e->when.end)
			continue;
		if (best == NULL || rank(e) > rank(best) ||
			(rank(e) == rank(best) &&
				orders[i].issued < orders[by].issued)) {
			best = e;
			by = (int)i;
		}
	}
	e = best_of(&allow, name);
	if (best != NULL || (e != NULL && !e->open))
		return by;
	for (int i = 0; i < FEEDS; i++) {
		e = best_of(&feeds[i], name);
		if (e != NULL && !e->open)
			return LISTS + i;
	}
	return -1;
}

/* ---- the images ---- */

static const uint8_t key[16] = {42};

static struct pal_image *
load(struct pal_writer *writer)
{
	struct pal_image *image;
	uint8_t *data;
	size_t len;

	must(pal_writer_finish(writer, &data, &len, NULL) == 0);
	pal_writer_close(writer);
	must(pal_image_load(&image, data, len, NULL) == 0);
	return image;
}

static struct pal_image *
compile_orders(void)
{
	struct pal_writer *writer;

	must(pal_writer_open_orders(&writer, key) == 0);
	for (size_t i = 0; i < order_count; i++) {
		char id[2] = {(char)('0' + i), '\0'};
		struct pal_order_in in = {
			.policy = {.ttl = 30, .authority = "k", .id = id},
			.issued = orders[i].issued,
			.receipt = i};

		must(pal_writer_order(writer, &in) == 0);
		for (size_t j = 0; j < orders[i].count; j++) {
			const struct entry *e = &orders[i].entries[j];

			must(pal_writer_entry(writer, &e->name, e->scope,
				     &e->when, e->open ? 0 : 1) == 0);
		}
	}
	return load(writer);
}

/* In an allow image what is named is left open. */
static struct pal_image *
compile_plain(const struct list *list, int number, bool reverse)
{
	char id[2] = {(char)('0' + number), '\0'};
	struct pal_policy_in policy = {.ttl = 30, .authority = "f", .id = id};
	struct pal_writer *writer;

	must(pal_writer_open_plain(&writer, key, &policy) == 0);
	for (size_t i = 0; i < list->count; i++) {
		const struct entry *e = &list->entries[i];

		must(pal_writer_rule(writer, &e->name, e->scope,
			     e->open != reverse) == 0);
	}
	return load(writer);
}

static void
compare(const struct pal_snapshot *snapshot, const struct pal_name *name,
	int64_t now)
{
	int by = twin(name, now);
	struct pal_verdict verdict;

	pal_decide(snapshot, name->wire, name->len, PAL_TYPE_A, now, &verdict);
	must((by >= 0) == (verdict.action == PAL_BLOCK));
	if (by >= 0)
		must(verdict.policy.id.len == 1 &&
			verdict.policy.id.text[0] == '0' + by);
	/* nothing changes before it says so */
	must(verdict.until > now);
	if (by < LISTS && now + 1 < verdict.until)
		must(verdict.action == PAL_PASS
				? twin(name, now + 1) < 0 ||
					  twin(name, now + 1) >= LISTS
				: twin(name, now + 1) >= 0);
}

static void
check(void)
{
	struct pal_snapshot snapshot = {.feed_count = FEEDS};
	struct pal_name name;

	snapshot.orders.image = compile_orders();
	snapshot.allow.image = compile_plain(&allow, 0, true);
	for (int i = 0; i < FEEDS; i++)
		snapshot.feeds[i].image =
			compile_plain(&feeds[i], LISTS + i, false);
	for (int octet = 0; octet < 64; octet++) {
		/* those with bits that stand for nothing are others again */
		if (octet >> ((octet & 3) + 3) != 0)
			continue;
		make_name(&name, (uint8_t)octet);
		for (int64_t now = 0; now < SECONDS; now++)
			compare(&snapshot, &name, now);
	}
	for (int i = 0; i < FEEDS; i++)
		pal_image_free(
			(struct pal_image *)(uintptr_t)snapshot.feeds[i].image);
	pal_image_free((struct pal_image *)(uintptr_t)snapshot.allow.image);
	pal_image_free((struct pal_image *)(uintptr_t)snapshot.orders.image);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};

	order_count = take(&input) % (LISTS + 1);
	for (size_t i = 0; i < order_count; i++)
		make_list(&orders[i], &input, true);
	make_list(&allow, &input, false);
	for (int i = 0; i < FEEDS; i++)
		make_list(&feeds[i], &input, false);
	check();
	return 0;
}
