#include "clean_util.h"

#include "json.h"

/* A list, what becomes of it, and what is said of it. */
struct a_case {
	const char *text, *rules;
	enum clean_reason reasons[5]; /* as often as they stand here */
	int count;                    /* of these */
};

static void
check_reasons(const struct clean_report *report, const struct a_case *a)
{
	for (int i = 0; i < CLEAN_REASONS; i++) {
		uint64_t wanted = 0;

		for (int n = 0; n < a->count; n++)
			wanted += (int)a->reasons[n] == i;
		if (report->reasons[i].count != wanted)
			fail_msg("%s: %d times, not %d, in:\n%s",
				clean_reason_keys[i],
				(int)report->reasons[i].count, (int)wanted,
				a->text);
	}
}

static void
check(const struct a_case *cases, size_t count, enum clean_format format)
{
	for (size_t i = 0; i < count; i++) {
		struct clean_options options = {.format = format};
		struct cleaned cleaned;
		int ret = clean_text(&cleaned, cases[i].text,
			strlen(cases[i].text), &options);

		if (ret != 0)
			fail_msg("%d of:\n%s", ret, cases[i].text);
		assert_string_equal(cleaned.rules, cases[i].rules);
		check_reasons(&cleaned.report, &cases[i]);
		assert_int_equal(cleaned.problems.count, 0);
		assert_int_equal(
			clean_is_dirty(&cleaned.report), cases[i].count > 0);
		clean_done(&cleaned);
	}
}

#define CHECK(cases, format)                                                   \
	check(cases, sizeof(cases) / sizeof *(cases), format)

static void
reads_plain(void **state)
{
	static const struct a_case cases[] = {
		{"example.com\n", "example.com\n", {0}, 0},
		{"b.example\na.example\nb.com\n",
			"b.com\na.example\nb.example\n", {0}, 0},
		{"example.com", "example.com\n", {0}, 0}, /* no line end */
		{"\n# one\n; two\n! three\n// four\n  # five\na.example\n",
			"a.example\n", {0}, 0},
		{"  a.example \t\n", "a.example\n", {0}, 0},
		{"a_b.-c-.example\n", "a_b.-c-.example\n", {0}, 0},
		/* not names */
		{"192.0.2.1\n2001:db8::1\n[2001:db8::1]:80\na.example\n",
			"a.example\n",
			{CLEAN_ADDRESS, CLEAN_ADDRESS, CLEAN_ADDRESS}, 3},
		{"192.0.2.0/24\n192.0.2.1:80\nhttp://192.0.2.1/\n\n"
		 "http://192.0.2.1/x\n",
			"",
			{CLEAN_ADDRESS, CLEAN_ADDRESS, CLEAN_ADDRESS,
				CLEAN_ADDRESS},
			4},
		{"1.2.3.4.5\n1.2.3.999\n", "",
			{CLEAN_UNKNOWN_TLD, CLEAN_UNKNOWN_TLD}, 2},
		{"https://t.me/durov\nt.me/durov\nhttp://t.me?x\n"
		 "http://t.me//\n",
			"",
			{CLEAN_URL_PATH, CLEAN_URL_PATH, CLEAN_URL_PATH,
				CLEAN_URL_PATH},
			4},
		{"a.example:8080\nhttps://b.example:443/\n", "",
			{CLEAN_PORT, CLEAN_PORT}, 2},
		{"a..example\n.\nme@a.example\na b.example\n", "",
			{CLEAN_BAD_NAME, CLEAN_SUFFIX, CLEAN_BAD_NAME,
				CLEAN_BAD_NAME},
			4},
		{"-\na%b.example\na.b*.example\n:80\n", "",
			{CLEAN_UNKNOWN_TLD, CLEAN_BAD_NAME, CLEAN_BAD_NAME,
				CLEAN_BAD_NAME},
			4},
		{"http://\nhttp:///x\n/\n..\n", "",
			{CLEAN_BAD_NAME, CLEAN_BAD_NAME, CLEAN_BAD_NAME,
				CLEAN_BAD_NAME},
			4},
		/* in front of # is a name, with no path or scheme */
		{"https://a.example#x\nhttps://a.example/#x\na.example/#x\n"
		 "a.example?#x\n",
			"",
			{CLEAN_URL_PATH, CLEAN_URL_PATH, CLEAN_URL_PATH,
				CLEAN_URL_PATH},
			4},
		/* adblock's rules for parts of pages, strayed to here */
		{"a.example##.ad\na.example#@#.ad\na.example#?#p\n"
		 "a.example#$#p\n",
			"",
			{CLEAN_URL_PATH, CLEAN_URL_PATH, CLEAN_URL_PATH,
				CLEAN_URL_PATH},
			4},
		{"\xff.example\na\xcc\x80\xcc.example\na\xe2\x80\xae.example\n",
			"", {CLEAN_BAD_NAME, CLEAN_BAD_NAME, CLEAN_BAD_NAME},
			3},
		/* wider than a name */
		{"com\nco.uk\nuk.\n*.uk\n", "",
			{CLEAN_SUFFIX, CLEAN_SUFFIX, CLEAN_SUFFIX,
				CLEAN_SUFFIX},
			4},
		{"x.ck\nwww.ck\nkobe.jp\nx.kobe.jp\ncity.kobe.jp\n",
			"www.ck\ncity.kobe.jp\n",
			{CLEAN_SUFFIX, CLEAN_SUFFIX, CLEAN_SUFFIX}, 3},
		{"github.io\nblogspot.com\n", "blogspot.com\ngithub.io\n", {0},
			0}, /* private suffixes are names */
		{"a.con\nlocalhost\na.local\n", "",
			{CLEAN_UNKNOWN_TLD, CLEAN_UNKNOWN_TLD,
				CLEAN_UNKNOWN_TLD},
			3},
		/* mended */
		{"http://a.example\nhttps://user:pw@b.example/\nc.example/\n",
			"a.example\nb.example\nc.example\n",
			{CLEAN_URL, CLEAN_URL, CLEAN_URL}, 3},
		{"A.Example\n", "a.example\n", {CLEAN_UPPER}, 1},
		{"HTTP://A.EXAMPLE.\n", "a.example\n",
			{CLEAN_URL, CLEAN_UPPER, CLEAN_DOT}, 3},
		{"*.a.example\n.b.example\n", "a.example\nb.example\n",
			{CLEAN_WILDCARD, CLEAN_WILDCARD}, 2},
		{"b\xc3\xbc"
		 "cher.example\nB\xc3\x9c"
		 "CHER.example\n",
			"xn--bcher-kva.example\n",
			{CLEAN_U_LABEL, CLEAN_U_LABEL, CLEAN_DUPLICATE}, 3},
		{"\xef\xbb\xbf"
		 "a.example\n",
			"a.example\n", {CLEAN_BOM}, 1},
		{"a.example\r\n", "a.example\n", {CLEAN_CRLF}, 1},
		{"a.example # why\na.com\t; why\n", "a.com\na.example\n",
			{CLEAN_COMMENT, CLEAN_COMMENT}, 2},
		/* ... glued to it; of the words behind none is a name */
		{"a.example#why\nb.example#\nc.example#see d.example\n",
			"a.example\nb.example\nc.example\n",
			{CLEAN_COMMENT, CLEAN_COMMENT, CLEAN_COMMENT}, 3},
		{"A.example.#why\na.b#c.example\n", "a.example\n",
			{CLEAN_UPPER, CLEAN_DOT, CLEAN_COMMENT, CLEAN_COMMENT,
				CLEAN_UNKNOWN_TLD},
			5},
		/* too much of it */
		{"a.example\na.example\n", "a.example\n", {CLEAN_DUPLICATE}, 1},
		{"a.example\nb.a.example\nc.b.a.example\nb-a.example\n",
			"a.example\nb-a.example\n",
			{CLEAN_COVERED, CLEAN_COVERED}, 2},
	};

	(void)state;
	CHECK(cases, CLEAN_PLAIN);
}

static void
reads_hosts(void **state)
{
	static const struct a_case cases[] = {
		{"0.0.0.0 a.example\n127.0.0.1\tb.example\n::1 c.example\n"
		 ":: d.example\n127.9.9.9 e.example\n",
			"=a.example\n=b.example\n=c.example\n=d.example\n"
			"=e.example\n",
			{0}, 0},
		{"0.0.0.0 a.example  b.example\tc.example\n",
			"=a.example\n=b.example\n=c.example\n", {0}, 0},
		{"# text\n0.0.0.0 a.example # why\n", "=a.example\n",
			{CLEAN_COMMENT}, 1},
		{"0.0.0.0 a.example#why\n0.0.0.0 b.example c.example#see d.example\n"
		 "0.0.0.0 d.example##.ad\n127.0.0.1 localhost#this one\n",
			"=a.example\n=b.example\n=c.example\n",
			{CLEAN_COMMENT, CLEAN_COMMENT, CLEAN_URL_PATH,
				CLEAN_LOCAL, CLEAN_COMMENT},
			5},
		{"127.0.0.1 localhost localhost.localdomain local\n"
		 "255.255.255.255 broadcasthost\n",
			"",
			{CLEAN_LOCAL, CLEAN_LOCAL, CLEAN_LOCAL, CLEAN_LOCAL},
			4},
		{"fe80::1%lo0 localhost\n0.0.0.0 0.0.0.0\n0.0.0.0\n", "",
			{CLEAN_LOCAL, CLEAN_ADDRESS, CLEAN_ADDRESS}, 3},
		{"192.0.2.1 a.example b.example\n2001:db8::1 c.example\n", "",
			{CLEAN_REAL_ADDRESS, CLEAN_REAL_ADDRESS,
				CLEAN_REAL_ADDRESS},
			3},
		/* a name covers nothing below it */
		{"0.0.0.0 a.example\n0.0.0.0 b.a.example\n",
			"=a.example\n=b.a.example\n", {0}, 0},
		{"a.example\na.example b.example\n", "=a.example\n",
			{CLEAN_BAD_NAME}, 1}, /* no address */
		{"0.0.0.0 A.example\r\n", "=a.example\n",
			{CLEAN_UPPER, CLEAN_CRLF}, 2},
	};

	(void)state;
	CHECK(cases, CLEAN_HOSTS);
}

static void
reads_adblock(void **state)
{
	static const struct a_case cases[] = {
		{"[Adblock Plus 2.0]\n! why\n# why\n||a.example^\n",
			"a.example\n", {0}, 0},
		{"||a.example^$important\n||b.example^$all,important\n",
			"a.example\nb.example\n", {0}, 0},
		{"||a.example^\n@@||b.a.example^\n@@||c.b.a.example^$important\n",
			"a.example\n!b.a.example\n", {CLEAN_NEEDLESS}, 1},
		{"@@||a.example^\n", "", {CLEAN_NEEDLESS}, 1},
		{"||a.example^\n@@||a.example^\n", "",
			{CLEAN_BOTH, CLEAN_DUPLICATE, CLEAN_NEEDLESS}, 3},
		{"||a.example^\n@@||b.a.example^\n||c.b.a.example^\n",
			"a.example\n!b.a.example\nc.b.a.example\n", {0}, 0},
		{"||a.example^$third-party\n||b.example^$script,important\n"
		 "||c.example^$\n||d.example^$all,\n",
			"",
			{CLEAN_OPTIONS, CLEAN_OPTIONS, CLEAN_OPTIONS,
				CLEAN_OPTIONS},
			4},
		{"a.example##.ad\n##.ad\n/ads/*\n||a.example/x^\n", "",
			{CLEAN_NOT_A_NAME, CLEAN_NOT_A_NAME, CLEAN_NOT_A_NAME,
				CLEAN_NOT_A_NAME},
			4},
		{"||ads.*^\n||*.a.example^\n||a.example\n||^\n", "",
			{CLEAN_NOT_A_NAME, CLEAN_NOT_A_NAME, CLEAN_NOT_A_NAME,
				CLEAN_NOT_A_NAME},
			4},
		{"||a.example#x^\n||a.example##.ad\na.example#@#.ad\n", "",
			{CLEAN_URL_PATH, CLEAN_NOT_A_NAME, CLEAN_NOT_A_NAME},
			3},
		{"||a.example^x\na.example\n||192.0.2.1^\n||co.uk^\n", "",
			{CLEAN_NOT_A_NAME, CLEAN_NOT_A_NAME, CLEAN_ADDRESS,
				CLEAN_SUFFIX},
			4},
	};

	(void)state;
	CHECK(cases, CLEAN_ADBLOCK);
}

/* Lines of any length, in whatever way they meet the ends of buffers. */
static void
takes_lines_of_any_length(void **state)
{
	static const size_t sizes[] = {CLEAN_LINE_MAX - 1, CLEAN_LINE_MAX,
		CLEAN_LINE_MAX + 1, (1 << 20) - 3, 1 << 20, (1 << 20) + 1,
		(3 << 20) + 7};
	struct clean_options options = {.format = CLEAN_PLAIN};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		for (int ended = 0; ended < 2; ended++) {
			char *text = malloc(sizes[i] + 100);
			bool fits = sizes[i] <= CLEAN_LINE_MAX;
			struct cleaned cleaned;
			size_t len;

			assert_non_null(text);
			len = (size_t)sprintf(text, "a.example\n");
			memset(text + len, 'x', sizes[i]);
			len += sizes[i];
			if (ended)
				len += (size_t)sprintf(
					text + len, "\nb.example\n");
			assert_int_equal(
				clean_text(&cleaned, text, len, &options), 0);
			assert_string_equal(
				cleaned.rules, ended ? "a.example\nb.example\n"
						     : "a.example\n");
			assert_int_equal(cleaned.report.lines, 2 + ended);
			assert_int_equal(
				cleaned.report
					.reasons[fits ? CLEAN_BAD_NAME
						      : CLEAN_LONG_LINE]
					.lines[0],
				2);
			clean_done(&cleaned);
			free(text);
		}
	}
}

static void
takes_nul(void **state)
{
	static const char text[] = "a.exam\0ple\n\0\nb.example\0\nc.example\n"
				   "# \0\n\0 x\n";
	static const enum clean_format formats[] = {CLEAN_PLAIN, CLEAN_HOSTS};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct clean_options options = {.format = formats[i]};
		struct cleaned cleaned;

		assert_int_equal(
			clean_text(&cleaned, text, sizeof text - 1, &options),
			0);
		assert_string_equal(
			cleaned.rules, i == 0 ? "c.example\n" : "=c.example\n");
		assert_int_equal(cleaned.report.reasons[CLEAN_NUL].count, 4);
		assert_int_equal(cleaned.report.reasons[CLEAN_NUL].lines[2], 3);
		clean_done(&cleaned);
	}
}

static void
tells_formats(void **state)
{
	static const struct {
		const char *text;
		enum clean_format format;
		enum pal_scope scope;
	} cases[] = {
		{"a.example\n", CLEAN_PLAIN, PAL_SUBTREE},
		{"# hosts\n0.0.0.0 a.example\n", CLEAN_HOSTS, PAL_EXACT},
		{"0.0.0.0 a.example # is a CNAME of\n0.0.0.0 b.example\n"
		 "0.0.0.0 c.example\n",
			CLEAN_HOSTS, PAL_EXACT},
		{"192.0.2.1\n192.0.2.2\na.example\n", CLEAN_PLAIN, PAL_SUBTREE},
		{"[Adblock Plus]\n||a.example^\n", CLEAN_ADBLOCK, PAL_SUBTREE},
		{"! x\n@@||a.example^\nx##y\n||b.example^\n", CLEAN_ADBLOCK,
			PAL_SUBTREE},
		{"$TTL 30\na.example CNAME .\n", CLEAN_RPZ, PAL_EXACT},
		{"\xef\xbb\xbf$ORIGIN x.\na.example 30 IN CNAME .\n", CLEAN_RPZ,
			PAL_EXACT},
		{"@ IN SOA a b 1 2 3 4 5\n", CLEAN_RPZ, PAL_EXACT},
		{"@ SOA a. b. 1 2 3 4 5\na.example A 192.0.2.1\n"
		 "b.example A 192.0.2.1\n",
			CLEAN_RPZ, PAL_EXACT}, /* though little looks so */
		{"# SOA\na.example # SOA\n", CLEAN_PLAIN, PAL_SUBTREE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct clean_options options = {.format = CLEAN_AUTO};
		struct cleaned cleaned;

		if (clean_text(&cleaned, cases[i].text, strlen(cases[i].text),
			    &options) != 0)
			fail_msg("refused: %s", cases[i].text);
		assert_int_equal(cleaned.report.format, cases[i].format);
		assert_int_equal(cleaned.report.scope, cases[i].scope);
		clean_done(&cleaned);
	}
}

static void
refuses_what_is_no_list(void **state)
{
	static const char *const cases[] = {
		"",              /* nothing */
		"\n \n# only\n", /* nothing but comments */
		"<!DOCTYPE html>\n<p>a.example</p>\n",
		"\n \t<HTML>\na.example\n</html>\n",
		"\xef\xbb\xbf<html>\n",
		"<?xml version=\"1.0\"?>\n<Error>AccessDenied</Error>\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (int f = 0; f < CLEAN_RPZ; f++) {
			struct clean_options options = {
				.format = (enum clean_format)f};
			struct cleaned cleaned;

			assert_int_equal(clean_text(&cleaned, cases[i],
						 strlen(cases[i]), &options),
				PAL_EFORM);
			assert_int_equal(cleaned.problems.errors, 1);
			assert_int_equal(cleaned.report.html, i > 1);
			clean_done(&cleaned);
		}
	}
}

static void
takes_scopes(void **state)
{
	struct clean_options options = {
		.format = CLEAN_PLAIN, .has_scope = true, .scope = PAL_EXACT};
	/* a wildcard says itself what it means */
	static const char text[] = "a.example\nb.a.example\n*.c.example\n";
	static const char hosts[] = "0.0.0.0 b.a.example a.example\n";
	struct cleaned cleaned;

	(void)state;
	assert_int_equal(
		clean_text(&cleaned, text, sizeof text - 1, &options), 0);
	assert_string_equal(
		cleaned.rules, "=a.example\n=b.a.example\nc.example\n");
	clean_done(&cleaned);
	options.format = CLEAN_HOSTS;
	options.scope = PAL_SUBTREE;
	assert_int_equal(
		clean_text(&cleaned, hosts, sizeof hosts - 1, &options), 0);
	assert_string_equal(cleaned.rules, "a.example\n");
	clean_done(&cleaned);
}

static void
protects(void **state)
{
	static const struct a_case cases[] = {
		{"gov.example\n", "", {CLEAN_PROTECTED}, 1},
		{"www.gov.example\n", "www.gov.example\n", {0}, 0},
		{"bank.example\n", "", {CLEAN_PROTECTED}, 1}, /* above one */
		{"my.bank.example\n", "", {CLEAN_PROTECTED}, 1},
		{"ank.example\nb.example\n", "ank.example\nb.example\n", {0},
			0},
	};
	const struct pal_name names[] = {name_of("gov.example"),
		name_of("my.bank.example"), name_of("z.example")};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct clean_options options = {.format = CLEAN_PLAIN,
			.protected = names,
			.protected_count = 3};
		struct cleaned cleaned;

		assert_int_equal(clean_text(&cleaned, cases[i].text,
					 strlen(cases[i].text), &options),
			0);
		assert_string_equal(cleaned.rules, cases[i].rules);
		check_reasons(&cleaned.report, &cases[i]);
		clean_done(&cleaned);
	}
}

/* An exact rule above a protected name does it no harm, and an exception
 * never does. */
static void
protects_no_more_than_needed(void **state)
{
	const struct pal_name name = name_of("my.bank.example");
	struct clean_options options = {.format = CLEAN_HOSTS,
		.protected = &name,
		.protected_count = 1};
	static const char hosts[] = "0.0.0.0 bank.example my.bank.example\n";
	static const char adblock[] =
		"||a.example^\n@@||b.a.example^\n@@||my.bank.example^\n";
	struct cleaned cleaned;

	(void)state;
	assert_int_equal(
		clean_text(&cleaned, hosts, sizeof hosts - 1, &options), 0);
	assert_string_equal(cleaned.rules, "=bank.example\n");
	clean_done(&cleaned);
	options.format = CLEAN_ADBLOCK;
	assert_int_equal(
		clean_text(&cleaned, adblock, sizeof adblock - 1, &options), 0);
	assert_int_equal(cleaned.report.reasons[CLEAN_PROTECTED].count, 0);
	clean_done(&cleaned);
}

/* What lies below a protected name is taken, and told. */
static void
warns_of_names_below(void **state)
{
	const struct pal_name names[] = {name_of("bank.example"),
		name_of("a.bank.example"), name_of("zoo.example"),
		name_of("bank.example")};
	struct clean_options options = {.format = CLEAN_PLAIN,
		.protected = names,
		.protected_count = sizeof names / sizeof *names};
	static const char text[] =
		"x.zoo.example\nb.bank.example\nz.a.bank.example\n"
		"bank2.example\nab.example\nbank.example\nzoo2.example\n";
	char told[PAL_NAME_TEXT_MAX];
	static const char *const below[] = {
		"z.a.bank.example", "b.bank.example", "x.zoo.example"};
	struct cleaned cleaned;

	(void)state;
	assert_int_equal(
		clean_text(&cleaned, text, sizeof text - 1, &options), 0);
	assert_int_equal(cleaned.report.reasons[CLEAN_PROTECTED].count, 1);
	assert_int_equal(cleaned.report.rules, 6);
	assert_int_equal(cleaned.report.below_protected, 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(
			pal_name_to_text(told, &cleaned.report.below_names[i]),
			below[i]);
	clean_done(&cleaned);
}

/* What an RPZ asks for below a protected name alone leaves that name open. */
static void
takes_wildcards_of_protected_names(void **state)
{
	const struct pal_name names[] = {name_of("bank.example"),
		name_of("my.zoo.example"), name_of("zoo.example"),
		name_of("bank.example")};
	struct clean_options options = {.format = CLEAN_RPZ,
		.protected = names,
		.protected_count = sizeof names / sizeof *names};
	static const char text[] = "$ORIGIN rpz.test.\n@ SOA a. b. 1 2 3 4 5\n"
				   "*.bank.example CNAME .\n"
				   "bank.example CNAME .\n"
				   "*.zoo.example CNAME .\n" /* above one */
				   "*.x.zoo.example CNAME .\n";
	struct cleaned cleaned;
	char *out = NULL;
	size_t len;
	FILE *file;

	(void)state;
	assert_int_equal(
		clean_text(&cleaned, text, sizeof text - 1, &options), 0);
	assert_string_equal(cleaned.rules, "bank.example\n!=bank.example\n"
					   "x.zoo.example\n!=x.zoo.example\n");
	assert_int_equal(cleaned.report.reasons[CLEAN_PROTECTED].count, 2);
	assert_int_equal(cleaned.report.reasons[CLEAN_PROTECTED].lines[0], 4);
	assert_int_equal(cleaned.report.reasons[CLEAN_PROTECTED].lines[1], 5);
	file = open_memstream(&out, &len);
	clean_print(file, &cleaned.report);
	fclose(file);
	assert_non_null(strstr(out, "warning: 2 below a protected name, "
				    "taken: *.bank.example, x.zoo.example\n"));
	free(out);
	clean_done(&cleaned);
	/* whatever the zone says, a scope may mean more */
	options.has_scope = true;
	options.scope = PAL_SUBTREE;
	assert_int_equal(
		clean_text(&cleaned, text, sizeof text - 1, &options), 0);
	assert_string_equal(cleaned.rules, "x.zoo.example\n");
	assert_int_equal(cleaned.report.reasons[CLEAN_PROTECTED].count, 3);
	clean_done(&cleaned);
}

static void
keeps_the_first_lines(void **state)
{
	static const char text[] =
		"a.example\n192.0.2.1\n\n192.0.2.1\n1.1.1.1\n"
		"1.1.1.1\n1.1.1.1\n1.1.1.1\n1.1.1.1\n";
	static const uint64_t lines[] = {2, 4, 5, 6, 7};
	struct clean_options options = {.format = CLEAN_PLAIN};
	struct cleaned cleaned;
	const struct clean_count *count;

	(void)state;
	assert_int_equal(
		clean_text(&cleaned, text, sizeof text - 1, &options), 0);
	count = &cleaned.report.reasons[CLEAN_ADDRESS];
	assert_int_equal(count->count, 7);
	for (size_t i = 0; i < CLEAN_LINES_KEPT; i++)
		assert_int_equal(count->lines[i], lines[i]);
	clean_done(&cleaned);
}

static void
reports(void **state)
{
	static const char text[] =
		"a.example\r\n192.0.2.1\r\nA.example\n192.0.2.2\n";
	static const char printed[] =
		"format plain, names given plainly stand for themselves and "
		"all below\n"
		"           4  lines\n"
		"           4  names on them\n"
		"           1  rules\n"
		"           3  left out\n"
		"left out:\n"
		"           2  IP addresses: lines 2, 4\n"
		"           1  given before\n"
		"taken, not quite as written:\n"
		"           1  upper case: line 3\n"
		"           2  lines that end in CR LF: lines 1, 2\n";
	struct clean_options options = {.format = CLEAN_AUTO};
	struct json_writer json;
	struct cleaned cleaned;
	char *out = NULL;
	size_t len;
	FILE *file;

	(void)state;
	assert_int_equal(
		clean_text(&cleaned, text, sizeof text - 1, &options), 0);
	file = open_memstream(&out, &len);
	clean_print(file, &cleaned.report);
	fclose(file);
	assert_string_equal(out, printed);
	free(out);
	json_start(&json);
	clean_put_json(&json, &cleaned.report);
	out = json_finish_text(&json);
	assert_non_null(out);
	assert_non_null(
		strstr(out, "\"ip-address\":{\"count\":2,\"lines\":[2,4]}"));
	assert_non_null(strstr(out, "\"left-out\":3"));
	free(out);
	clean_done(&cleaned);
	for (int i = 0; i < CLEAN_REASONS; i++) {
		assert_non_null(clean_reason_texts[i]);
		assert_non_null(clean_reason_keys[i]);
	}
}

static void
count_calls(void *ctx, const char *what, uint64_t at, uint64_t size)
{
	assert_non_null(what);
	assert_true(size == 0 || at <= size);
	++*(int *)ctx;
}

static void
tells_progress(void **state)
{
	size_t count = 200000, len = 0;
	char *text = malloc(count * 20);
	int calls = 0;
	struct clean_options options = {
		.format = CLEAN_PLAIN, .progress = count_calls, .ctx = &calls};
	struct cleaned cleaned;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < count; i++)
		len += (size_t)sprintf(text + len, "n%zu.example\n", i);
	assert_int_equal(clean_text(&cleaned, text, len, &options), 0);
	assert_int_equal(cleaned.report.rules, count);
	assert_true(calls > 0);
	clean_done(&cleaned);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_plain),
		cmocka_unit_test(reads_hosts),
		cmocka_unit_test(reads_adblock),
		cmocka_unit_test(takes_lines_of_any_length),
		cmocka_unit_test(takes_nul),
		cmocka_unit_test(tells_formats),
		cmocka_unit_test(refuses_what_is_no_list),
		cmocka_unit_test(takes_scopes),
		cmocka_unit_test(protects),
		cmocka_unit_test(protects_no_more_than_needed),
		cmocka_unit_test(warns_of_names_below),
		cmocka_unit_test(takes_wildcards_of_protected_names),
		cmocka_unit_test(keeps_the_first_lines),
		cmocka_unit_test(reports),
		cmocka_unit_test(tells_progress),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
