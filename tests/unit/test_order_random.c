/*
 * Random orders, deterministic: each is built, written in its canonical form
 * and in a random spelling of YAML, and must come back the same from both.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "order.h"
#include "order_form.h"
#include "palang/error.h"
#include "timefmt.h"

#define ROUNDS 3000

static uint64_t seed;

/* xorshift64*; 0 <= result < below */
static unsigned
pick(unsigned below)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (unsigned)((seed * 0x2545f4914f6cdd1dull) >> 33) % below;
}

static bool
maybe(unsigned percent)
{
	return pick(100) < percent;
}

static char *
random_text(unsigned max)
{
	static const char *const parts[] = {"a", "Z", "7", " ", "\"", "\\", ":",
		": ", "#", " #", "-", "- ", "{", "}", "[", "]", ",", "&", "*",
		"!", "|", ">", "%", "@", "`", "'", "\xc3\xbc", "\xe2\x82\xac",
		"\xf0\x9f\x9a\xa7", "---", "...", "?", "true", "~", "\\n"};
	char *text = calloc(1, max + 8);

	assert_non_null(text);
	strcat(text, parts[pick(3)]);
	while (strlen(text) + 8 < max && maybe(90))
		strcat(text, parts[pick(sizeof parts / sizeof *parts)]);
	strcat(text, parts[pick(3)]);
	return text;
}

static void
random_word(char *word, unsigned max, const char *letters)
{
	unsigned len = 1 + pick(max), count = (unsigned)strlen(letters);

	for (unsigned i = 0; i < len; i++)
		word[i] = letters[pick(count)];
	word[len] = '\0';
}

/* Few labels, so that names meet. */
static void
random_name(struct pal_name *name, unsigned depth)
{
	static const char *const labels[] = {
		"a", "b", "-", "--", "0x", "_x", "xn--bcher-kva", "true"};
	char text[256] = "";

	for (unsigned i = 0; i < depth; i++) {
		strcat(text, labels[pick(sizeof labels / sizeof *labels)]);
		strcat(text, ".");
	}
	assert_int_equal(pal_name_from_text(name, text, strlen(text)), 0);
}

static bool
taken(const struct order *order, const struct order_target *target)
{
	for (size_t i = 0; i < order->target_count; i++) {
		const struct order_target *other = &order->targets[i];

		if (pal_name_equal(&other->name, &target->name) &&
			(other->scope == target->scope ||
				other->scope == ORDER_SCOPE_ANY ||
				target->scope == ORDER_SCOPE_ANY))
			return true;
	}
	return false;
}

/* True if it is an exception that lies below no subtree target. */
static bool
orphan(const struct order *order, const struct order_target *target)
{
	if (!target->except)
		return false;
	for (size_t i = 0; i < order->target_count; i++) {
		const struct order_target *above = &order->targets[i];

		if (!above->except && above->scope == PAL_SUBTREE &&
			pal_name_within(&target->name, &above->name) &&
			target->name.labels > above->name.labels)
			return false;
	}
	return true;
}

static void
random_targets(struct order *order)
{
	bool lifts = order->action == ORDER_LIFT;
	unsigned tries = lifts && maybe(30) ? 0 : 1 + pick(12);

	order->targets = calloc(tries + 1, sizeof *order->targets);
	assert_non_null(order->targets);
	for (unsigned i = 0; i < tries; i++) {
		struct order_target target = {0};

		target.scope = (enum pal_scope)pick(lifts ? 3 : 2);
		target.except = !lifts && maybe(40);
		random_name(&target.name, 2 + pick(3));
		if (!taken(order, &target) && !orphan(order, &target))
			order->targets[order->target_count++] = target;
	}
	if (!lifts && order->target_count == 0)
		random_name(&order->targets[order->target_count++].name, 1);
}

static void
add_text(struct order_text **texts, size_t *count, const char *key)
{
	*texts = realloc(*texts, (*count + 1) * sizeof **texts);
	assert_non_null(*texts);
	(*texts)[(*count)++] =
		(struct order_text){strdup(key), random_text(100)};
}

static void
random_texts(struct order *order)
{
	static const char *const tags[] = {"en", "id", "no", "pt-br", "y2"};
	static const char *const contacts[] = {
		"mailto:a@b.example", "tel:+62-21-1", "mailto:x%22y@z"};

	if (maybe(30))
		order->reference = random_text(ORDER_REFERENCE_MAX);
	if (maybe(30))
		order->legal_basis = random_text(ORDER_LEGAL_BASIS_MAX);
	for (unsigned i = 0; i < 4; i++) {
		if (maybe(30))
			add_text(
				&order->reasons, &order->reason_count, tags[i]);
	}
	for (unsigned i = 0; i < 3; i++) {
		if (maybe(30))
			order->contacts[order->contact_count++] =
				strdup(contacts[i]);
	}
	if (maybe(20))
		add_text(&order->extras, &order->extra_count, "x-no");
	if (maybe(20))
		add_text(&order->extras, &order->extra_count, "x--");
}

static void
random_times(struct order *order)
{
	order->issued = 1400000000 + pick(100000000);
	order->effective =
		maybe(50) ? ORDER_NO_TIME : order->issued + pick(1000000);
	order->expires = PAL_NEVER;
	if (maybe(50))
		order->expires = order->issued + 1000001 + pick(1000000);
	order->review = maybe(70) ? ORDER_NO_TIME : order->issued + pick(9999);
	order->comply_by = ORDER_NO_TIME;
	if (maybe(30))
		order->comply_within = 1 + pick(1000000);
	else if (maybe(30))
		order->comply_by = order->issued + pick(1000000);
}

static void
random_order(struct order *order)
{
	memset(order, 0, sizeof *order);
	order->action = maybe(60) ? ORDER_BLOCK : ORDER_LIFT;
	random_word(order->authority, 24, "ab-09");
	random_word(order->id, 48, "aZ09");
	if (maybe(50))
		random_word(order->id + 1, 46, "aZ._/:-");
	random_times(order);
	random_texts(order);
	if (order->action == ORDER_LIFT) {
		random_word(order->lifts, 20, "aZ1");
		random_word(order->lifts_authority, 24, "ab-");
	} else {
		if (maybe(20))
			random_word(order->replaces, 20, "b1");
		order->has_answer = maybe(50);
		if (order->has_answer)
			order->answer = (enum pal_answer)pick(4);
	}
	random_targets(order);
}

/* The same second in a zone of some sort. */
static void
spell_time(FILE *out, int64_t seconds)
{
	int offset = ((int)pick(47) - 23) * 1800;
	char text[TIME_TEXT_MAX];

	time_format(text, seconds + offset);
	text[19] = '\0';
	if (offset == 0 && maybe(50))
		fprintf(out, "%sZ", text);
	else
		fprintf(out, "%s%c%02d:%02d", text, offset < 0 ? '-' : '+',
			abs(offset) / 3600, abs(offset) / 60 % 60);
}

static void
spell_text(FILE *out, const char *text)
{
	bool single = maybe(50);

	fputc(single ? '\'' : '"', out);
	for (; *text != '\0'; text++) {
		if (single && *text == '\'')
			fputc('\'', out);
		if (!single && (*text == '"' || *text == '\\'))
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc(single ? '\'' : '"', out);
}

static void
spell_name(FILE *out, const struct pal_name *name)
{
	char text[PAL_NAME_TEXT_MAX];

	pal_name_to_text(text, name);
	for (char *c = text; *c != '\0'; c++) {
		if (*c >= 'a' && *c <= 'z' && maybe(30))
			*c = (char)(*c - 32);
	}
	fprintf(out, "'%s%s'", text, maybe(30) ? "." : "");
}

static void
spell_exceptions(FILE *out, const struct order *order, const size_t *owners,
	size_t owner)
{
	fprintf(out, ", except: [");
	for (size_t i = 0; i < order->target_count; i++) {
		if (!order->targets[i].except || owners[i] != owner)
			continue;
		fprintf(out, "{scope: %s, name: ",
			order_scope_name(order->targets[i].scope));
		spell_name(out, &order->targets[i].name);
		fprintf(out, "},");
	}
	fprintf(out, "]");
}

static void
spell_target(
	FILE *out, const struct order *order, const size_t *owners, size_t at)
{
	const struct order_target *target = &order->targets[at];

	fprintf(out, "- {name: ");
	spell_name(out, &target->name);
	if (target->scope != ORDER_SCOPE_ANY)
		fprintf(out, ", scope: %s", order_scope_name(target->scope));
	if (target->scope == PAL_SUBTREE && order->action == ORDER_BLOCK)
		spell_exceptions(out, order, owners, at);
	fprintf(out, "} # %u\n", pick(100));
}

static void
spell_key(FILE *out, const struct order *order, enum order_key key,
	const size_t *owners)
{
	char text[TIME_TEXT_MAX];

	switch (key) {
	case KEY_VERSION:
		fprintf(out, "palang-order: 1\n");
		break;
	case KEY_AUTHORITY:
		fprintf(out, "authority: '%s'\n", order->authority);
		break;
	case KEY_ID:
		fprintf(out, "'id' : \"%s\"\n", order->id);
		break;
	case KEY_REFERENCE:
	case KEY_LEGAL_BASIS: {
		const char *value = key == KEY_REFERENCE ? order->reference
		                                         : order->legal_basis;

		if (value == NULL)
			break;
		fprintf(out, "%s:\n    ", order_keys[key]);
		spell_text(out, value);
		fputc('\n', out);
		break;
	}
	case KEY_ACTION:
		fprintf(out, "action: %s\n",
			order->action == ORDER_LIFT ? "lift" : "block");
		break;
	case KEY_LIFTS:
		if (order->action == ORDER_LIFT)
			fprintf(out, "lifts: '%s:%s'\n", order->lifts_authority,
				order->lifts);
		break;
	case KEY_REPLACES:
		if (order->replaces[0] != '\0')
			fprintf(out, "replaces: %s\n", order->replaces);
		break;
	case KEY_ISSUED:
	case KEY_EFFECTIVE:
	case KEY_EXPIRES:
	case KEY_REVIEW:
	case KEY_COMPLY_BY: {
		int64_t times[ORDER_KEYS] = {[KEY_ISSUED] = order->issued,
			[KEY_EFFECTIVE] = order->effective,
			[KEY_EXPIRES] = order->expires,
			[KEY_REVIEW] = order->review,
			[KEY_COMPLY_BY] = order->comply_by};

		if (times[key] == PAL_NEVER || times[key] == ORDER_NO_TIME ||
			(key == KEY_EFFECTIVE &&
				order->effective == order->issued))
			break;
		fprintf(out, "%s: ", order_keys[key]);
		spell_time(out, times[key]);
		fputc('\n', out);
		break;
	}
	case KEY_COMPLY_WITHIN:
		if (order->comply_within != 0)
			fprintf(out, "comply-within: %s\n",
				maybe(50) ? duration_format(
						    text, order->comply_within)
					  : (sprintf(text, "%us",
						     (unsigned)order
							     ->comply_within),
						    text));
		break;
	case KEY_REASON:
		if (order->reason_count == 0)
			break;
		fprintf(out, "reason:\n");
		for (size_t i = order->reason_count; i-- > 0;) {
			fprintf(out, "   %s:  ", order->reasons[i].key);
			spell_text(out, order->reasons[i].text);
			fputc('\n', out);
		}
		break;
	case KEY_CONTACT:
		fprintf(out, "contact: [");
		for (size_t i = 0; i < order->contact_count; i++)
			fprintf(out, "'%s', ", order->contacts[i]);
		fprintf(out, "]\n");
		break;
	case KEY_ANSWER:
		if (order->has_answer)
			fprintf(out, "answer: %s\n",
				order_answer_name(order->answer));
		break;
	case KEY_SCOPE:
		for (size_t i = 0; i < order->extra_count; i++) {
			fprintf(out, "%s: ", order->extras[i].key);
			spell_text(out, order->extras[i].text);
			fputc('\n', out);
		}
		break;
	case KEY_TARGETS:
		if (order->target_count > 0)
			fprintf(out, "targets:\n");
		for (size_t i = order->target_count; i-- > 0;) {
			if (!order->targets[i].except)
				spell_target(out, order, owners, i);
		}
		break;
	case ORDER_KEYS:
		break;
	}
}

/* The same order as somebody else might write it. */
static char *
spell(const struct order *order)
{
	size_t owners[16], at, len;
	enum order_key keys[ORDER_KEYS];
	char *text;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(order_find_owners(order, owners, &at), 0);
	for (unsigned i = 0; i < ORDER_KEYS; i++) {
		unsigned j = pick(i + 1);

		keys[i] = keys[j];
		keys[j] = (enum order_key)i;
	}
	if (maybe(20))
		fprintf(out, "\xef\xbb\xbf");
	for (unsigned i = 0; i < ORDER_KEYS; i++) {
		if (maybe(20))
			fprintf(out, "# %u\n\n", pick(1000));
		spell_key(out, order, keys[i], owners);
	}
	assert_int_equal(fclose(out), 0);
	return text;
}

static void
comes_back(const struct order *order, const char *text)
{
	struct problems problems = {0};
	struct order_batch batch;
	int ret = order_parse(
		&batch, "f", text, strlen(text), order->issued, &problems);

	if (ret != 0)
		problems_print(stderr, &problems);
	if (ret != 0 || batch.count != 1 ||
		strcmp(batch.orders[0].canonical, order->canonical) != 0)
		fail_msg("wrote:\n%s\nread:\n%s\ncame back:\n%s",
			order->canonical, text,
			ret == 0 ? batch.orders[0].canonical : "nothing");
	assert_memory_equal(
		batch.orders[0].digest, order->digest, PAL_SHA256_SIZE);
	assert_int_equal(batch.orders[0].target_count, order->target_count);
	for (size_t i = 0; i < order->target_count; i++) {
		const struct order_target *a = &order->targets[i];
		const struct order_target *b = &batch.orders[0].targets[i];

		assert_true(pal_name_equal(&a->name, &b->name));
		assert_int_equal(a->scope, b->scope);
		assert_int_equal(a->except, b->except);
	}
	order_batch_fini(&batch);
}

static void
random_orders_come_back(void **state)
{
	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct order order;
		const char *why;
		char *text;

		seed = 0x9e3779b97f4a7c15ull * (round + 1);
		random_order(&order);
		if (order_canonicalize(&order, &why) != 0)
			fail_msg("round %u: %s", round, why);
		comes_back(&order, order.canonical);
		text = spell(&order);
		comes_back(&order, text);
		free(text);
		order_fini(&order);
	}
}

/* Whatever a file is damaged to: refused, or an order that is its own
 * canonical form. */
static void
damaged_orders_are_refused_or_whole(void **state)
{
	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct problems problems = {0};
		struct order_batch batch;
		struct order order, again;
		char *text;

		seed = 0xd1342543de82ef95ull * (round + 1);
		random_order(&order);
		assert_int_equal(order_canonicalize(&order, NULL), 0);
		text = order.canonical;
		for (unsigned i = 0; i <= pick(3); i++)
			text[pick((unsigned)order.canonical_len)] =
				"\n :-#{}[]'\"a1.*&\\\x80"[pick(18)];
		if (order_parse(&batch, "f", text, order.canonical_len,
			    order.issued, &problems) == 0) {
			for (size_t i = 0; i < batch.count; i++) {
				assert_int_equal(
					order_restore(&again,
						batch.orders[i].canonical,
						batch.orders[i].canonical_len),
					0);
				assert_memory_equal(again.digest,
					batch.orders[i].digest,
					PAL_SHA256_SIZE);
				order_fini(&again);
			}
			order_batch_fini(&batch);
		} else {
			assert_true(problems.errors > 0);
		}
		problems_fini(&problems);
		order_fini(&order);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_orders_come_back),
		cmocka_unit_test(damaged_orders_are_refused_or_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
