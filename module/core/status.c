#include "palang/status.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "palang/error.h"

static const char *const state_names[] = {"OK", "EMPTY", "DEGRADED"};

/* Keys that hold one number; both directions read this table. */
static const struct number_key {
	const char *key;
	size_t offset;
} number_keys[] = {
	{"started", offsetof(struct pal_status, started)},
	{"heartbeat", offsetof(struct pal_status, heartbeat)},
	{"ended", offsetof(struct pal_status, ended)},
	{"generation", offsetof(struct pal_status, generation)},
	{"effect", offsetof(struct pal_status, effect)},
	{"swept", offsetof(struct pal_status, swept)},
	{"swept-at", offsetof(struct pal_status, swept_at)},
	{"latest", offsetof(struct pal_status, latest)},
	{"stepped", offsetof(struct pal_status, stepped)},
	{"error-generation", offsetof(struct pal_status, error_generation)},
	{"error-at", offsetof(struct pal_status, error_at)},
};
#define NUMBER_KEYS (sizeof(number_keys) / sizeof(*number_keys))

static void
write_hex(FILE *out, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		fprintf(out, "%02x", data[i]);
}

/* One line, whatever the text holds. */
static void
write_text(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		uint8_t octet = (uint8_t)*text;
		fputc(octet < 0x20 || octet == 0x7f ? ' ' : octet, out);
	}
}

static void
write_counts(FILE *out, const uint64_t counts[PAL_ANSWERS])
{
	for (int i = 0; i < PAL_ANSWERS; i++)
		fprintf(out, " %" PRIu64, counts[i]);
	fputc('\n', out);
}

static void
write_list(FILE *out, const struct pal_status_list *list)
{
	fprintf(out, "list %s %s %" PRIu64 " %" PRIu64 " %s ",
		pal_role_names[list->role], list->name, list->rules,
		list->octets, list->fallback ? "fallback" : "current");
	write_hex(out, list->digest, sizeof(list->digest));
	fputc('\n', out);
}

static void
write_shadow(FILE *out, const struct pal_status_shadow *row)
{
	fprintf(out,
		"shadow %s %s %" PRId64 " %" PRIu64 " %" PRIu64 " %" PRIu64
		"\n",
		row->authority, row->id, row->since, row->blocked,
		row->networks, row->networks_before);
}

int
pal_status_write(FILE *out, const struct pal_status *s)
{
	fprintf(out, "palang-status %d\ninstance %s\nhost ", PAL_STATUS_VERSION,
		s->instance);
	write_text(out, s->host);
	fprintf(out, "\npid %" PRIu32 "\nstate %s\nepoch ", s->pid,
		state_names[s->state]);
	write_hex(out, s->epoch, sizeof(s->epoch));
	fputc('\n', out);
	for (size_t i = 0; i < NUMBER_KEYS; i++) {
		int64_t number;
		memcpy(&number, (const char *)s + number_keys[i].offset,
			sizeof(number));
		fprintf(out, "%s %" PRId64 "\n", number_keys[i].key, number);
	}
	fputs("error ", out);
	write_text(out, s->error);
	fputs("\nblocked", out);
	write_counts(out, s->blocked);
	for (unsigned i = 0; i < s->list_count; i++)
		write_list(out, &s->lists[i]);
	for (size_t i = 0; i < s->order_count; i++) {
		fprintf(out, "order %s %s", s->orders[i].authority,
			s->orders[i].id);
		write_counts(out, s->orders[i].blocked);
	}
	for (unsigned i = 0; i < s->shadow_count; i++)
		write_shadow(out, &s->shadows[i]);
	fputs("end\n", out);
	return fflush(out) != 0 || ferror(out) ? PAL_ESYS : 0;
}

void
pal_status_fini(struct pal_status *status)
{
	free(status->orders);
	memset(status, 0, sizeof(*status));
}

/* Takes a whole value, cut to what fits, control characters as blanks. */
static bool
read_text(struct word word, char *to, size_t size)
{
	size_t len = word.len < size ? word.len : size - 1;

	for (size_t i = 0; i < len; i++) {
		uint8_t octet = (uint8_t)word.text[i];
		to[i] = octet < 0x20 || octet == 0x7f ? ' ' : (char)octet;
	}
	to[len] = '\0';
	return true;
}

static bool
read_counts(struct lines *lines, uint64_t counts[PAL_ANSWERS])
{
	for (int i = 0; i < PAL_ANSWERS; i++) {
		if (!word_number(lines_word(lines), INT64_MAX, &counts[i]))
			return false;
	}
	return lines_done(lines);
}

static bool
read_list(struct lines *lines, struct pal_status *s)
{
	static const char *const ages[] = {"current", "fallback"};
	unsigned role, age;

	if (s->list_count == PAL_LISTS_MAX)
		return false;
	struct pal_status_list *list = &s->lists[s->list_count];
	if (!word_choice(lines_word(lines), pal_role_names, 4, &role) ||
		!word_copy(lines_word(lines), "", list->name,
			sizeof(list->name)) ||
		!word_number(lines_word(lines), INT64_MAX, &list->rules) ||
		!word_number(lines_word(lines), INT64_MAX, &list->octets) ||
		!word_choice(lines_word(lines), ages, 2, &age) ||
		!word_hex(
			lines_word(lines), list->digest, sizeof(list->digest)))
		return false;
	list->role = (enum pal_list_role)role;
	list->fallback = age == 1;
	s->list_count++;
	return lines_done(lines);
}

static const char id_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ._/:";

static bool
read_order(struct lines *lines, struct pal_status *s)
{
	struct pal_status_order *order = &s->orders[s->order_count];

	if (s->order_count == PAL_STATUS_ORDERS_MAX ||
		!word_copy(lines_word(lines), "", order->authority,
			sizeof(order->authority)) ||
		!word_copy(lines_word(lines), id_alphabet, order->id,
			sizeof(order->id)) ||
		!read_counts(lines, order->blocked))
		return false;
	s->order_count++;
	return true;
}

static bool
read_shadow(struct lines *lines, struct pal_status *s)
{
	struct pal_status_shadow *row = &s->shadows[s->shadow_count];
	uint64_t since;

	if (s->shadow_count == PAL_SHADOW_MAX ||
		!word_copy(lines_word(lines), "", row->authority,
			sizeof(row->authority)) ||
		!word_copy(lines_word(lines), id_alphabet, row->id,
			sizeof(row->id)) ||
		!word_number(lines_word(lines), INT64_MAX, &since) ||
		!word_number(lines_word(lines), INT64_MAX, &row->blocked) ||
		!word_number(lines_word(lines), INT64_MAX, &row->networks) ||
		!word_number(
			lines_word(lines), INT64_MAX, &row->networks_before))
		return false;
	row->since = (int64_t)since;
	s->shadow_count++;
	return lines_done(lines);
}

static bool
read_number_key(
	struct lines *lines, const struct number_key *row, struct pal_status *s)
{
	uint64_t number;

	if (!word_number(lines_word(lines), INT64_MAX, &number) ||
		!lines_done(lines))
		return false;
	memcpy((char *)s + row->offset, &number, sizeof(number));
	return true;
}

static bool
read_line(struct lines *lines, struct word key, struct pal_status *s)
{
	uint64_t number = 0;
	unsigned state = 0;

	for (size_t i = 0; i < NUMBER_KEYS; i++) {
		if (word_is(key, number_keys[i].key))
			return read_number_key(lines, &number_keys[i], s);
	}
	if (word_is(key, "list"))
		return read_list(lines, s);
	if (word_is(key, "order"))
		return read_order(lines, s);
	if (word_is(key, "shadow"))
		return read_shadow(lines, s);
	if (word_is(key, "blocked"))
		return read_counts(lines, s->blocked);
	if (word_is(key, "instance"))
		return word_copy(lines_word(lines), "", s->instance,
			sizeof(s->instance));
	if (word_is(key, "host"))
		return read_text(lines_rest(lines), s->host, sizeof(s->host));
	if (word_is(key, "error"))
		return read_text(lines_rest(lines), s->error, sizeof(s->error));
	if (word_is(key, "epoch"))
		return word_hex(lines_word(lines), s->epoch, PAL_EPOCH_SIZE);
	if (word_is(key, "pid")) {
		bool ok = word_number(lines_word(lines), UINT32_MAX, &number);
		s->pid = (uint32_t)number;
		return ok;
	}
	if (word_is(key, "state")) {
		bool ok =
			word_choice(lines_word(lines), state_names, 3, &state);
		s->state = (enum pal_state)state;
		return ok;
	}
	return true; /* a newer module's */
}

static int
read_status(struct pal_status *s, struct lines *lines)
{
	uint64_t version;

	if (!lines_next(lines) ||
		!word_is(lines_word(lines), "palang-status") ||
		!word_number(lines_word(lines), UINT32_MAX, &version))
		return PAL_EFORM;
	if (version != PAL_STATUS_VERSION)
		return PAL_EVERSION;
	while (lines_next(lines)) {
		struct word key = lines_word(lines);
		if (word_is(key, "end"))
			return 0;
		if (!read_line(lines, key, s))
			return PAL_EFORM;
	}
	return PAL_EFORM;
}

int
pal_status_parse(struct pal_status *status, const char *text, size_t len)
{
	struct lines lines;

	memset(status, 0, sizeof(*status));
	if (len > PAL_STATUS_SIZE_MAX)
		return PAL_ELIMIT;
	status->orders = calloc(PAL_STATUS_ORDERS_MAX, sizeof(*status->orders));
	if (status->orders == NULL)
		return PAL_ENOMEM;
	lines_open(&lines, text, len);
	int ret = read_status(status, &lines);
	if (ret != 0)
		pal_status_fini(status);
	return ret;
}
