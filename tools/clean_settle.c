/*
 * From sorted entries to rules: one pass, with the rules above at hand.
 *
 * The entries of a name say two things: whether the name itself is blocked,
 * and whether what lies below it is.  What they do not say holds as the
 * nearest rule above has it.  A rule is written only where that changes: a
 * subtree rule if what lies below does, and one for the name alone if it then
 * differs from what lies below it (or above, if there is no subtree rule).
 * So the file holds no rule that others of it make needless.
 */
#include "clean_parts.h"
#include "palang/error.h"

#define AHEAD 16 /* records whose keys are asked for beforehand */

/* What the entries of a name say, for each kind. */
enum say { SAYS_NOTHING, SAYS_BLOCK, SAYS_OPEN };

struct settle {
	struct cleaner *c;
	struct names_writer *writer;
	/* The subtree rules above, outermost first, by the octets of their
	 * keys, which are beginnings of this name's. */
	struct above {
		uint8_t len;
		bool block;
	} above[PAL_LABELS_MAX];
	unsigned depth;
	const uint8_t *last; /* the key of the innermost of them */
	/* Protected names: which comes next, and those that this name lies
	 * below or is, outermost first. */
	size_t next;
	const uint8_t *guards[PAL_LABELS_MAX];
	unsigned guard_count;
};

static const uint8_t *
key_of(const struct settle *s, const struct clean_record *record)
{
	return s->c->arena + record->offset;
}

/* Leaves those above that the name lies below. */
static void
descend(struct settle *s, const uint8_t *key, size_t len)
{
	while (s->depth > 0) {
		size_t above = s->above[s->depth - 1].len;

		if (above < len && memcmp(s->last, key, above) == 0)
			return;
		s->depth--;
	}
}

static bool
blocked_above(const struct settle *s)
{
	return s->depth > 0 && s->above[s->depth - 1].block;
}

/* Counts without a line: it is not known any more. */
static void
count_out(struct settle *s, enum clean_reason reason)
{
	s->c->report->reasons[reason].count++;
}

/* Adds what one entry says to what others said; an entry that says nothing
 * new is counted as given before. */
static void
hear(struct settle *s, enum say says[ENTRY_KIND],
	const struct clean_record *record)
{
	enum say *was = &says[record->flags & ENTRY_KIND];
	enum say now = record->flags & ENTRY_OPEN ? SAYS_OPEN : SAYS_BLOCK;

	if (*was != SAYS_NOTHING)
		count_out(s, CLEAN_DUPLICATE);
	if (*was != SAYS_NOTHING && *was != now)
		count_out(s, CLEAN_BOTH);
	if (*was != SAYS_OPEN)
		*was = now;
}

/* ---- protected names, each behind its length ---- */

static void
leave_guards(struct settle *s, const uint8_t *key, size_t len)
{
	while (s->guard_count > 0) {
		const uint8_t *guard = s->guards[s->guard_count - 1];

		if (guard[0] <= len && memcmp(guard + 1, key, guard[0]) == 0)
			return;
		s->guard_count--;
	}
}

/* True if the name lies below a protected one, or is one.  Names come
 * ascending, as the protected ones stand. */
static bool
is_guarded(struct settle *s, const uint8_t *key, size_t len)
{
	for (; s->next < s->c->options->protected_count; s->next++) {
		const uint8_t *guard =
			s->c->protected + s->next * (NAMES_KEY_MAX + 1);
		size_t shared = guard[0] < len ? guard[0] : len;
		int order = memcmp(guard + 1, key, shared);

		if (order > 0 || (order == 0 && guard[0] > len))
			break;
		leave_guards(s, guard + 1, guard[0]);
		if (s->guard_count == 0 ||
			s->guards[s->guard_count - 1][0] < guard[0])
			s->guards[s->guard_count++] = guard;
	}
	leave_guards(s, key, len);
	return s->guard_count > 0;
}

static void
warn_below(struct settle *s, const uint8_t *key, size_t len)
{
	struct clean_report *report = s->c->report;
	uint64_t at = report->below_protected;

	if (!is_guarded(s, key, len))
		return;
	report->below_protected++;
	if (at >= CLEAN_LINES_KEPT)
		return;
	names_name(&report->below_names[at], key, len);
	/* What would block the name itself was not taken. */
	report->below_only[at] = s->guards[s->guard_count - 1][0] == len;
}

static int
put(struct settle *s, const uint8_t *key, size_t len, enum pal_scope scope,
	bool block)
{
	struct names_rule rule = {key, len, scope, !block};
	struct clean_report *report = s->c->report;

	report->rules++;
	report->exceptions += !block;
	if (block && s->c->options->protected_count > 0)
		warn_below(s, key, len);
	if (scope == PAL_SUBTREE) {
		s->above[s->depth++] = (struct above){(uint8_t)len, block};
		s->last = key;
	}
	return names_write(s->writer, &rule);
}

/* What was said and came to nothing, or came of nothing being said: names and
 * rules are to add up.  wrote: which of the two rules a name may have. */
static void
account(struct settle *s, const enum say says[ENTRY_KIND], const bool wrote[2])
{
	int rules = wrote[0] + wrote[1], said = 0;

	for (int kind = 0; kind < ENTRY_KIND; kind++)
		said += says[kind] != SAYS_NOTHING;
	if (rules > said)
		s->c->report->implied += (uint64_t)(rules - said);
	for (int kind = 0; kind < ENTRY_KIND && said > rules; kind++) {
		bool used =
			wrote[kind == ENTRY_EXACT ? PAL_EXACT : PAL_SUBTREE];

		/* of two that agree on what lies below, one is enough */
		if (says[kind] == SAYS_NOTHING ||
			(used && !(kind == ENTRY_SUBTREE &&
					 says[ENTRY_BELOW] != SAYS_NOTHING)))
			continue;
		if (kind == ENTRY_EXACT && wrote[PAL_SUBTREE] &&
			says[ENTRY_BELOW] != SAYS_NOTHING)
			s->c->report->merged++;
		else
			count_out(s, says[kind] == SAYS_OPEN ? CLEAN_NEEDLESS
							     : CLEAN_COVERED);
		said--;
	}
}

/* One name: what its entries say, to rules. */
static int
settle_name(struct settle *s, const uint8_t *key, size_t len,
	const enum say says[ENTRY_KIND])
{
	bool above, self, below;
	bool wrote[2];
	int ret = 0;

	descend(s, key, len);
	above = self = below = blocked_above(s);
	if (says[ENTRY_SUBTREE] != SAYS_NOTHING)
		self = below = says[ENTRY_SUBTREE] == SAYS_BLOCK;
	if (says[ENTRY_BELOW] != SAYS_NOTHING)
		below = says[ENTRY_BELOW] == SAYS_BLOCK;
	if (says[ENTRY_EXACT] != SAYS_NOTHING)
		self = says[ENTRY_EXACT] == SAYS_BLOCK;
	wrote[PAL_SUBTREE] = below != above;
	wrote[PAL_EXACT] = self != below;
	account(s, says, wrote);
	if (wrote[PAL_SUBTREE])
		ret = put(s, key, len, PAL_SUBTREE, below);
	if (wrote[PAL_EXACT] && ret == 0)
		ret = put(s, key, len, PAL_EXACT, self);
	return ret;
}

static bool
same_key(const struct settle *s, const struct clean_record *a,
	const struct clean_record *b)
{
	return a->len == b->len &&
	       memcmp(key_of(s, a), key_of(s, b), a->len) == 0;
}

static int
settle_all(struct settle *s)
{
	const struct clean_record *r = s->c->records;
	size_t count = s->c->count, next;
	int ret = 0;

	for (size_t i = 0; i < count && ret == 0; i = next) {
		enum say says[ENTRY_KIND] = {0};

		if (i % 65536 == 0)
			clean_progress(s->c, "writing", i, count);
		if (i + AHEAD < count)
			__builtin_prefetch(key_of(s, &r[i + AHEAD]));
		hear(s, says, &r[i]);
		for (next = i + 1; next < count && same_key(s, &r[i], &r[next]);
			next++)
			hear(s, says, &r[next]);
		ret = settle_name(s, key_of(s, &r[i]), r[i].len, says);
	}
	return ret;
}

int
clean_settle(struct cleaner *c, int out)
{
	struct settle s = {.c = c};
	int ret = names_write_begin(&s.writer, out);

	if (ret < 0)
		return ret;
	ret = settle_all(&s);
	if (ret == 0)
		return names_write_end(s.writer);
	names_write_abandon(s.writer);
	return ret;
}
