#include "clean_util.h"

#include <ldns/ldns.h>

struct a_case {
	const char *text, *rules;
};

static int
run(struct cleaned *cleaned, const char *text)
{
	const struct clean_options options = {.format = CLEAN_RPZ};

	return clean_text(cleaned, text, strlen(text), &options);
}

#define SOA  "@ 3600 IN SOA ns. mail. 1 2 3 4 5\n"
#define ZONE "$ORIGIN rpz.test.\n" SOA

static void
reads_zones(void **state)
{
	static const struct a_case cases[] = {
		{ZONE, ""}, /* an empty zone is one */
		{ZONE "a.example CNAME .\n", "=a.example\n"},
		{ZONE "a.example.rpz.test. 30 IN CNAME .\n", "=a.example\n"},
		{ZONE "A.Example.RPZ.Test. in 1h30m cname .\n", "=a.example\n"},
		{ZONE "*.a.example CNAME .\na.example CNAME .\n",
			"a.example\n"},
		/* the name itself stays open */
		{ZONE "*.a.example CNAME .\n", "a.example\n!=a.example\n"},
		{ZONE "*.a.example CNAME .\n*.b.a.example CNAME .\n",
			"a.example\n!=a.example\n"},
		{ZONE "*.a.example CNAME .\nb.a.example CNAME rpz-passthru.\n",
			"a.example\n!=a.example\n!=b.a.example\n"},
		{ZONE "*.a.example CNAME .\n"
		      "*.b.a.example CNAME rpz-passthru.\n",
			"a.example\n!=a.example\n!b.a.example\n=b.a.example\n"},
		/* passthru as it was written once */
		{ZONE "*.a.example CNAME .\nb.a.example CNAME b.a.example.\n",
			"a.example\n!=a.example\n!=b.a.example\n"},
		/* what is asked for does not matter */
		{ZONE "a.example CNAME *.\nb.example CNAME rpz-drop.\n"
		      "c.example CNAME walled.example.net.\n"
		      "d.example A 192.0.2.1\n TXT \"no; (\"\n"
		      " AAAA 2001:db8::1\n",
			"=a.example\n=b.example\n=c.example\n=d.example\n"},
		{ZONE "a.example CNAME rpz-tcp-only.\n", ""},
		/* the zone's own */
		{ZONE "@ NS a.\n NS b.\n TXT \"x\"\n RRSIG SOA 1 2 3 4 5 6\n"
		      "a.example NSEC b.example CNAME\n"
		      "@ ZONEMD 1 1 1 00\n@ TYPE63 \\# 1 00\n",
			""},
		/* triggers */
		{ZONE "32.1.2.0.192.rpz-ip CNAME .\n"
		      "32.1.2.0.192.rpz-client-ip.rpz.test. CNAME .\n"
		      "ns.a.example.rpz-nsdname CNAME .\n"
		      "32.1.2.0.192.RPZ-NSIP CNAME .\n",
			""},
		/* spelling */
		{ZONE "( a.example\n\tCNAME ; why\n . )\n", "=a.example\n"},
		{ZONE "a.example (\n CNAME\n) .\nb.example CNAME .\n",
			"=a.example\n=b.example\n"},
		{ZONE "\\097.example CNAME .\n", "=a.example\n"},
		{ZONE "$ORIGIN example.rpz.test.\na CNAME .\n@ TXT x\n"
		      "$ORIGIN rpz.test.\nb.example CNAME .\n",
			"=example\n=a.example\n=b.example\n"},
		{ZONE "a.example CNAME . ; why\n; CNAME .\n\n \t\n;\n",
			"=a.example\n"},
		{"$TTL 1d ; a day\n" SOA "a.example CNAME .\r\n",
			"=a.example\n"}, /* no name of its own */
		{"rpz.test. SOA a. b. (\n1 2 3\n4 5)\n"
		 "a.example.rpz.test. CNAME .\n",
			"=a.example\n"},
		/* not such names as lists have */
		{ZONE "a\\.b.example CNAME .\n*.*.example CNAME .\n"
		      "a*.example CNAME .\na.con CNAME .\nco.uk CNAME .\n"
		      "*.com CNAME .\n* CNAME .\na..example CNAME .\n",
			""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct cleaned cleaned;

		if (run(&cleaned, cases[i].text) != 0)
			fail_msg("%s:\n%s",
				cleaned.problems.count > 0
					? cleaned.problems.items[0].text
					: "refused",
				cases[i].text);
		if (strstr(cases[i].rules, "=example\n") != NULL) {
			/* a single label is no target */
			assert_int_equal(
				cleaned.report.reasons[CLEAN_SUFFIX].count, 1);
			assert_string_equal(cleaned.rules,
				strchr(cases[i].rules, '\n') + 1);
		} else {
			assert_string_equal(cleaned.rules, cases[i].rules);
		}
		clean_done(&cleaned);
	}
}

static void
refuses_zones(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
	} cases[] = {
		{ZONE "$INCLUDE /etc/passwd\n", 3},
		{ZONE "$GENERATE 1-9 a$ CNAME .\n", 3},
		{ZONE "$ORIGIN\n", 3},
		{ZONE "a.example\n", 3},           /* a plain list */
		{ZONE "a.example CNAME\n", 3},     /* cut */
		{ZONE "a.example CNAME . .\n", 3}, /* of one name */
		{ZONE "a.example CH CNAME .\n", 3},
		{ZONE "a.example CNAME ..\n", 3},
		{ZONE "a.example. CNAME .\n", 3}, /* outside */
		{ZONE "a.example (\nCNAME .\n", 3},
		{ZONE "a.example CNAME . )\n", 3},
		{ZONE "a.example TXT \"x\n", 3},
		{ZONE "a.example TXT x\\\n", 3},
		{" CNAME .\n", 1}, /* of whom? */
		{ZONE "a.example TYPE5 \\# 1 00\n", 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct cleaned cleaned;

		if (run(&cleaned, cases[i].text) != PAL_EFORM)
			fail_msg("taken:\n%s", cases[i].text);
		assert_int_equal(cleaned.problems.errors, 1);
		assert_int_equal(cleaned.problems.items[0].line, cases[i].line);
		clean_done(&cleaned);
	}
}

static void
counts_what_is_asked_for(void **state)
{
	static const char text[] = ZONE
		"a.example CNAME .\nb.example CNAME *.\nc.example CNAME "
		"rpz-drop.\nd.example CNAME rpz-passthru.\n"
		"e.example A 192.0.2.1\ne.example A 192.0.2.2\n"
		"e.example.rpz.test. TXT x\n*.e.example A 192.0.2.1\n"
		"f.example CNAME rpz-tcp-only.\n8.0.0.0.0.rpz-ip CNAME .\n";
	static const uint64_t wanted[RPZ_ACTIONS] = {1, 1, 1, 1, 2};
	struct cleaned cleaned;

	(void)state;
	assert_int_equal(run(&cleaned, text), 0);
	for (int i = 0; i < RPZ_ACTIONS; i++)
		assert_int_equal(cleaned.report.rpz[i], wanted[i]);
	assert_int_equal(cleaned.report.reasons[CLEAN_TCP_ONLY].count, 1);
	assert_int_equal(cleaned.report.reasons[CLEAN_TRIGGER].count, 1);
	assert_int_equal(cleaned.report.reasons[CLEAN_TRIGGER].lines[0], 12);
	assert_int_equal(cleaned.report.reasons[CLEAN_NEEDLESS].count, 1);
	assert_int_equal(cleaned.report.names, 8);
	clean_done(&cleaned);
}

/* What would block, or open, all names is wider than any suffix. */
static void
leaves_out_what_stands_for_all_names(void **state)
{
	static const char *const owners[] = {
		"*", "*.rpz.test.", "*.RPZ.Test.", "\\042", "\\*"};
	static const char *const targets[] = {
		".", "*.", "rpz-passthru.", "walled.test."};

	(void)state;
	for (size_t i = 0; i < sizeof owners / sizeof *owners; i++) {
		for (size_t t = 0; t < sizeof targets / sizeof *targets; t++) {
			struct cleaned cleaned;
			char text[256];

			snprintf(text, sizeof text,
				ZONE "a.example CNAME .\n%s CNAME %s\n",
				owners[i], targets[t]);
			assert_int_equal(run(&cleaned, text), 0);
			assert_string_equal(cleaned.rules, "=a.example\n");
			assert_int_equal(
				cleaned.report.reasons[CLEAN_SUFFIX].lines[0],
				4);
			clean_done(&cleaned);
		}
	}
}

/* A name and its wildcard, as most zones have them, are no fault. */
static void
merges_wildcards(void **state)
{
	struct cleaned cleaned;

	(void)state;
	assert_int_equal(run(&cleaned, ZONE "a.example CNAME .\n"
					    "*.a.example CNAME .\n"
					    "*.b.a.example CNAME .\n"
					    "b.a.example CNAME .\n"),
		0);
	assert_string_equal(cleaned.rules, "a.example\n");
	assert_int_equal(cleaned.report.merged, 1);
	assert_int_equal(cleaned.report.implied, 0);
	assert_int_equal(cleaned.report.reasons[CLEAN_COVERED].count, 2);
	clean_done(&cleaned);
	assert_int_equal(run(&cleaned, ZONE "a.example CNAME .\n"
					    "*.a.example CNAME .\n"),
		0);
	assert_false(clean_is_dirty(&cleaned.report));
	clean_done(&cleaned);
}

/* 64 KiB of data with each octet written as four; and what is no record. */
static void
takes_long_data(void **state)
{
	static const size_t sizes[] = {262144, 600000, 3000000};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		char *text = malloc(sizes[i] + 200);
		struct cleaned cleaned;
		size_t len;

		assert_non_null(text);
		len = (size_t)sprintf(text, ZONE "a.example TXT ");
		memset(text + len, 'x', sizes[i]);
		strcpy(text + len + sizes[i], "\nb.example CNAME .\n");
		if (i == 0) {
			assert_int_equal(run(&cleaned, text), 0);
			assert_string_equal(
				cleaned.rules, "=a.example\n=b.example\n");
		} else {
			assert_int_equal(run(&cleaned, text), PAL_EFORM);
			assert_int_equal(cleaned.problems.items[0].line, 3);
		}
		clean_done(&cleaned);
		free(text);
	}
}

static void
takes_the_zone_that_is_given(void **state)
{
	const struct clean_options options = {
		.format = CLEAN_RPZ, .origin = "rpz.test"};
	static const char text[] = "a.example CNAME .\n"
				   "b.example.rpz.test. CNAME .\n";
	struct cleaned cleaned;

	(void)state;
	assert_int_equal(
		clean_text(&cleaned, text, sizeof text - 1, &options), 0);
	assert_string_equal(cleaned.rules, "=a.example\n=b.example\n");
	clean_done(&cleaned);
}

/* ---- against ldns ---- */

/* Writes one record as the twin has read it: its owner and data in full, so
 * that nothing is left to read but words. */
static void
put_twin(FILE *out, const ldns_rr *rr)
{
	char *text = ldns_rr2str(rr);

	fputs(text, out);
	free(text);
}

/* The zone as ldns reads it, record by record; NULL if it does not. */
static char *
twin_of(const char *text)
{
	char *twin = NULL;
	size_t size;
	FILE *in = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	FILE *out = open_memstream(&twin, &size);
	ldns_rdf *origin = NULL, *prev = NULL;
	uint32_t ttl = 3600;
	int line = 0;
	bool good = true;

	while (good && !feof(in)) {
		ldns_rr *rr = NULL;
		ldns_status s = ldns_rr_new_frm_fp_l(
			&rr, in, &ttl, &origin, &prev, &line);

		if (s == LDNS_STATUS_OK)
			put_twin(out, rr);
		else
			good = s == LDNS_STATUS_SYNTAX_EMPTY ||
			       s == LDNS_STATUS_SYNTAX_TTL ||
			       s == LDNS_STATUS_SYNTAX_ORIGIN;
		ldns_rr_free(rr);
	}
	ldns_rdf_deep_free(origin);
	ldns_rdf_deep_free(prev);
	fclose(in);
	fclose(out);
	if (!good) {
		free(twin);
		twin = NULL;
	}
	return twin;
}

static const char *
any(struct dice *dice, const char *const *of, uint32_t count)
{
	return of[roll(dice, count)];
}

#define ANY(dice, of) any(dice, of, sizeof(of) / sizeof *(of))

/* A zone with one name spelt in many ways. */
static void
put_zone(FILE *out, struct dice *dice)
{
	static const char *const owners[] = {"a.example", "*.a.example",
		"b.a.example.rpz.test.", "", "", "\\098.example", "C.a.example",
		"*.c.a.example.RPZ.test.", "d", "*", "@", "e.rpz-ip",
		"32.1.0.0.10.rpz-client-ip.rpz.test."};
	static const char *const heads[] = {
		"", "30 ", "IN ", "30 IN ", "1h in ", "( 30 ", "(\n IN "};
	static const char *const datas[] = {"CNAME .", "cname\t*.",
		"CNAME rpz-passthru.", "CNAME rpz-drop.", "CNAME rpz-tcp-only.",
		"CNAME walled.test.", "A 192.0.2.1", "AAAA 2001:db8::1",
		"TXT \"a ; ( b\"", "TXT a\\ b \"c\\\"d\"", "CNAME walled",
		"NS ns.test.", "MX 10 mx.test.", "CNAME \\114pz-drop.x.test."};
	static const char *const tails[] = {"", " ; why", "\t", " ; ( \""};
	unsigned count = 1 + roll(dice, 12);

	fputs("$TTL 30\n$ORIGIN rpz.test.\n@ SOA a. b. 1 2 3 4 5\n", out);
	for (unsigned i = 0; i < count; i++) {
		const char *head = ANY(dice, heads);
		bool open = head[0] == '(';

		if (roll(dice, 12) == 0)
			fputs("$ORIGIN com.rpz.test.\n", out);
		if (roll(dice, 12) == 0)
			fputs("$ORIGIN rpz.test.\n", out);
		fprintf(out, "%s %s%s%s%s%s\n", ANY(dice, owners), head,
			ANY(dice, datas), open && roll(dice, 2) ? "\n\t" : " ",
			open ? ")" : "", ANY(dice, tails));
	}
}

/* A zone, and the same as ldns has it, make the same rules. */
static void
reads_as_ldns(void **state)
{
	struct dice dice = {5};
	unsigned compared = 0;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		char *text = NULL, *twin;
		struct cleaned a, b;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		put_zone(out, &dice);
		fclose(out);
		twin = twin_of(text);
		if (twin == NULL)
			fail_msg("ldns refuses:\n%s", text);
		if (run(&a, text) != 0)
			fail_msg("%s, in:\n%s", a.problems.items[0].text, text);
		if (run(&b, twin) != 0)
			fail_msg("%s, in:\n%s", b.problems.items[0].text, twin);
		if (strcmp(a.rules, b.rules) != 0 ||
			a.report.names != b.report.names)
			fail_msg("%s\nis, as ldns reads it:\n%s\n%s\n%s", text,
				twin, a.rules, b.rules);
		compared += a.report.rules > 0;
		clean_done(&a);
		clean_done(&b);
		free(text);
		free(twin);
	}
	assert_true(compared > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_zones),
		cmocka_unit_test(refuses_zones),
		cmocka_unit_test(counts_what_is_asked_for),
		cmocka_unit_test(leaves_out_what_stands_for_all_names),
		cmocka_unit_test(merges_wildcards),
		cmocka_unit_test(takes_long_data),
		cmocka_unit_test(takes_the_zone_that_is_given),
		cmocka_unit_test(reads_as_ldns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
