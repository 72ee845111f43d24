/* What an RPZ says of names, against a slow reader of zones. */
#include "core_util.h"

#include <sys/mman.h>
#include <unistd.h>

#include "compare.h"

#define RECORDS 14

static const char *const data[] = {"CNAME .", "CNAME *.", "CNAME rpz-drop.",
	"CNAME rpz-passthru.", "A 192.0.2.1", "CNAME rpz-tcp-only."};
static const enum compare_action actions[] = {COMPARE_NXDOMAIN, COMPARE_NODATA,
	COMPARE_DROP, COMPARE_PASSTHRU, COMPARE_LOCAL_DATA, COMPARE_TCP_ONLY};

struct record {
	struct pal_name owner;
	bool wildcard;
	enum compare_action action;
};

struct zone {
	struct record records[RECORDS];
	size_t count;
	char text[4096];
};

static struct pal_name
any_name(struct dice *dice, unsigned kinds)
{
	unsigned labels = roll(dice, 5);
	char text[64] = "";

	for (unsigned i = 0; i < labels; i++)
		sprintf(text + strlen(text), "%c.",
			'a' + (int)roll(dice, kinds));
	/* what is asked may lie where the zone has nothing */
	strcat(text, kinds > 2 && roll(dice, 3) == 0 ? "y" : "x");
	return name_of(text);
}

static const struct record *
find_record(
	const struct zone *zone, const struct pal_name *owner, bool wildcard)
{
	for (size_t i = 0; i < zone->count; i++) {
		if (zone->records[i].wildcard == wildcard &&
			pal_name_equal(&zone->records[i].owner, owner))
			return &zone->records[i];
	}
	return NULL;
}

static void
any_zone(struct dice *dice, struct zone *zone)
{
	size_t len = (size_t)sprintf(zone->text,
		"$ORIGIN rpz.test.\n@ 60 SOA localhost. root.localhost. 1 60 "
		"60 60 60\n");

	zone->count = 0;
	for (uint32_t n = roll(dice, RECORDS + 1); n > 0; n--) {
		struct record *record = &zone->records[zone->count];
		uint32_t kind = roll(dice, 6);
		char owner[PAL_NAME_TEXT_MAX];
		bool all = roll(dice, 20) == 0; /* `*` alone */

		record->owner = all ? name_of(".") : any_name(dice, 2);
		record->wildcard = all || roll(dice, 2) == 0;
		record->action = actions[kind];
		if (find_record(zone, &record->owner, record->wildcard) != NULL)
			continue;
		pal_name_to_text(owner, &record->owner);
		len += (size_t)sprintf(zone->text + len, "%s%s 60 %s\n",
			all                ? "*"
			: record->wildcard ? "*."
					   : "",
			all ? "" : owner, data[kind]);
		zone->count++;
	}
}

static bool
exists(const struct zone *zone, const struct pal_name *name)
{
	for (size_t i = 0; i < zone->count; i++) {
		if (pal_name_within(&zone->records[i].owner, name))
			return true;
	}
	return false;
}

/* RFC 4592: the record, else the wildcard at the closest name that exists. */
static enum compare_action
look_up(const struct zone *zone, const struct pal_name *name)
{
	const struct record *record = find_record(zone, name, false);
	struct pal_name above = *name;
	unsigned labels = name->labels;

	if (record == NULL && !exists(zone, name)) {
		while (!exists(zone, &above) && labels > 0)
			pal_name_ancestor(&above, name, --labels);
		record = find_record(zone, &above, true);
	}
	return record == NULL ? COMPARE_NOTHING : record->action;
}

static void
read_text(struct compare *compare, const char *text)
{
	struct problems problems = {0};
	int fd = memfd_create("zone", MFD_CLOEXEC);

	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(compare_read(compare, fd, "zone", NULL, &problems), 0);
	assert_int_equal(problems.count, 0);
	close(fd);
}

static void
reads_zones_as_bind_does(void **state)
{
	struct dice dice = {1};

	(void)state;
	for (int round = 0; round < 150; round++) {
		struct pal_name names[200];
		struct compare *compare;
		struct zone zone;

		any_zone(&dice, &zone);
		assert_int_equal(compare_open(&compare), 0);
		for (int i = 0; i < 200; i++) {
			names[i] = any_name(&dice, 3);
			assert_int_equal(compare_add(compare, &names[i]), 0);
		}
		read_text(compare, zone.text);
		for (int i = 0; i < 200; i++) {
			struct compare_say say;

			compare_judge(compare, &names[i], &say);
			if (say.action == COMPARE_HIDDEN) {
				assert_true(say.hider > say.labels);
				say.action = COMPARE_NOTHING;
			}
			assert_int_equal(say.action, look_up(&zone, &names[i]));
		}
		compare_close(compare);
	}
}

struct say_case {
	const char *name;
	struct compare_say say;
};

static void
check_says(const char *zone, const struct say_case *cases, size_t count)
{
	struct compare *compare;

	assert_int_equal(compare_open(&compare), 0);
	for (size_t i = 0; i < count; i++) {
		struct pal_name name = name_of(cases[i].name);

		assert_int_equal(compare_add(compare, &name), 0);
	}
	read_text(compare, zone);
	for (size_t i = 0; i < count; i++) {
		struct pal_name name = name_of(cases[i].name);
		struct compare_say say;

		compare_judge(compare, &name, &say);
		assert_int_equal(say.action, cases[i].say.action);
		assert_int_equal(say.labels, cases[i].say.labels);
		assert_int_equal(say.wildcard, cases[i].say.wildcard);
		if (say.action == COMPARE_HIDDEN)
			assert_true(say.hider >= cases[i].say.hider);
	}
	compare_close(compare);
}

static void
says_by_which_record(void **state)
{
	static const char zone[] = "$ORIGIN rpz.test.\n"
				   "@ 60 SOA l. r. 1 60 60 60 60\n"
				   "*.example 60 CNAME .\n"
				   "A.B.C.example 60 CNAME rpz-passthru.\n"
				   "exact.test 60 A 192.0.2.1\n"
				   "exact.test 60 AAAA 2001:db8::1\n";
	static const struct say_case cases[] = {
		{"example", {COMPARE_NOTHING, 0, 0, false}},
		{"x.y.example", {COMPARE_NXDOMAIN, 1, 0, true}},
		{"c.example", {COMPARE_HIDDEN, 1, 2, true}},
		{"x.b.c.example", {COMPARE_HIDDEN, 1, 3, true}},
		{"a.b.c.example", {COMPARE_PASSTHRU, 4, 0, false}},
		{"exact.test", {COMPARE_LOCAL_DATA, 2, 0, false}},
		{"www.exact.test", {COMPARE_NOTHING, 0, 0, false}},
	};

	(void)state;
	check_says(zone, cases, sizeof cases / sizeof *cases);
}

/* A zone that blocks all but what it lets pass: `*` reaches no further than
 * any other wildcard does. */
static void
says_what_stands_for_all_names(void **state)
{
	static const char *const owners[] = {
		"*", "*.rpz.test.", "*.RPZ.Test.", "\\042", "\\*"};
	static const struct say_case cases[] = {
		{"bad.example", {COMPARE_NXDOMAIN, 0, 0, true}},
		{"example", {COMPARE_NXDOMAIN, 0, 0, true}},
		{"good.test", {COMPARE_PASSTHRU, 2, 0, false}},
		{"www.good.test", {COMPARE_PASSTHRU, 2, 0, true}},
		/* test exists, by good.test */
		{"test", {COMPARE_HIDDEN, 0, 1, true}},
		{"bad.test", {COMPARE_HIDDEN, 0, 1, true}},
		/* no name below the zone's own */
		{".", {COMPARE_NOTHING, 0, 0, false}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof owners / sizeof *owners; i++) {
		char zone[256];

		snprintf(zone, sizeof zone,
			"$ORIGIN rpz.test.\n"
			"@ 60 SOA l. r. 1 60 60 60 60\n"
			"good.test CNAME rpz-passthru.\n"
			"%s CNAME .\n"
			"*.good.test CNAME rpz-passthru.\n",
			owners[i]);
		check_says(zone, cases, sizeof cases / sizeof *cases);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_zones_as_bind_does),
		cmocka_unit_test(says_by_which_record),
		cmocka_unit_test(says_what_stands_for_all_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
