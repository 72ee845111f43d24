/*
 * Exports against pal_decide: random lists, and every name of a small world.
 * What an export says is read back by slow readers of a zone, one for each
 * of the two ways in which resolvers read wildcards.
 */
#include "core_util.h"

#include <arpa/inet.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clean.h"
#include "export.h"
#include "palang/decide.h"
#include "palang/writer.h"
#include "psl.h"

#define FEEDS_MAX 3
#define RULES_MAX 12
#define NOW       1000

static const uint8_t key_of_images[16] = "an image's key..";

/* ---- lists ---- */

struct rules {
	uint8_t keys[RULES_MAX][NAMES_KEY_MAX];
	struct names_rule items[RULES_MAX];
	size_t count;
};

struct world {
	struct rules feeds[FEEDS_MAX], allow;
	struct pal_name named[RULES_MAX]; /* by orders */
	size_t named_count;
	int fds[FEEDS_MAX + 1]; /* the last: allow */
	struct pal_policy_in policies[FEEDS_MAX];
	struct export_feed in[FEEDS_MAX];
	struct export_lists lists;
	struct pal_snapshot snapshot;
};

static const struct pal_policy_in policies[] = {
	{.answer = PAL_NXDOMAIN, .ttl = 30, .authority = "k", .id = "nx"},
	{.answer = PAL_NODATA, .ttl = 30, .authority = "k", .id = "no"},
	{.answer = PAL_REFUSED, .ttl = 30, .authority = "k", .id = "ref"},
	{.answer = PAL_SINKHOLE, .ttl = 30, .authority = "k", .id = "bare"},
	{.answer = PAL_SINKHOLE,
		.ttl = 60,
		.authority = "k",
		.id = "four",
		.has_a = true,
		.a = {192, 0, 2, 1}},
	{.answer = PAL_SINKHOLE,
		.ttl = 60,
		.authority = "k",
		.id = "both",
		.has_a = true,
		.a = {192, 0, 2, 2},
		.has_aaaa = true,
		.aaaa = {0x20, 1, 0xd, 0xb8, [15] = 1}},
};
#define POLICIES (sizeof policies / sizeof *policies)

static struct pal_name
any_name(struct dice *dice)
{
	unsigned labels = 1 + roll(dice, 4);
	char text[64] = "";

	for (unsigned i = 0; i < labels; i++)
		sprintf(text + strlen(text), "%c.", 'a' + (int)roll(dice, 2));
	strcat(text, "com");
	return name_of(text);
}

static int
compare(const void *a, const void *b)
{
	return names_cmp(a, b);
}

/* opens: one rule in so many. */
static void
any_rules(struct dice *dice, struct rules *rules, size_t count, uint32_t opens)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct pal_name name = any_name(dice);
		struct names_rule *rule = &rules->items[i];

		rule->key = rules->keys[i];
		rule->len = names_key(rules->keys[i], &name);
		rule->scope = (enum pal_scope)roll(dice, 2);
		rule->open = roll(dice, opens) == 0;
	}
	qsort(rules->items, count, sizeof *rules->items, compare);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || names_cmp(&rules->items[i],
				      &rules->items[kept - 1]) != 0)
			rules->items[kept++] = rules->items[i];
	}
	rules->count = kept;
}

static int
file_of(const struct rules *rules)
{
	struct names_writer *writer;
	int fd = memfd_create("names", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(names_write_begin(&writer, fd), 0);
	for (size_t i = 0; i < rules->count; i++)
		assert_int_equal(names_write(writer, &rules->items[i]), 0);
	assert_int_equal(names_write_end(writer), 0);
	return fd;
}

static struct pal_image *
image_of(int fd, const struct pal_policy_in *policy, bool reverse)
{
	struct pal_image *image;
	uint8_t *data;
	size_t len;

	assert_int_equal(names_compile(fd, policy, key_of_images, NULL, reverse,
				 &data, &len),
		0);
	assert_int_equal(pal_image_load(&image, data, len, NULL), 0);
	return image;
}

/* Orders that are in force now, later, or no more. */
static struct pal_image *
any_orders(struct dice *dice, struct world *world)
{
	static const struct pal_interval times[] = {
		{0, PAL_NEVER}, {NOW + 1, PAL_NEVER}, {0, NOW}, {NOW, NOW + 1}};
	struct pal_writer *writer;
	struct pal_image *image;
	uint8_t *data;
	size_t len;

	assert_int_equal(pal_writer_open_orders(&writer, key_of_images), 0);
	for (uint32_t n = roll(dice, 4); n > 0; n--) {
		struct pal_order_in order = {
			.policy = policies[roll(dice, POLICIES)],
			.issued = roll(dice, 3),
			.receipt = n};
		struct pal_name first = any_name(dice), second = any_name(dice);

		assert_int_equal(pal_writer_order(writer, &order), 0);
		assert_int_equal(
			pal_writer_entry(writer, &first,
				(enum pal_scope)roll(dice, 2),
				&times[roll(dice, 4)], roll(dice, 5) != 0),
			0);
		world->named[world->named_count++] = first;
		if (pal_name_equal(&first, &second))
			continue;
		assert_int_equal(
			pal_writer_entry(writer, &second,
				(enum pal_scope)roll(dice, 2),
				&times[roll(dice, 4)], roll(dice, 2) != 0),
			0);
		world->named[world->named_count++] = second;
	}
	assert_int_equal(pal_writer_finish(writer, &data, &len, NULL), 0);
	pal_writer_close(writer);
	assert_int_equal(pal_image_load(&image, data, len, NULL), 0);
	return image;
}

static void
world_open(struct world *world, struct dice *dice)
{
	struct pal_snapshot *snapshot = &world->snapshot;
	size_t feeds = roll(dice, FEEDS_MAX + 1);

	memset(world, 0, sizeof *world);
	if (roll(dice, 3) != 0)
		snapshot->orders.image = any_orders(dice, world);
	world->lists = (struct export_lists){.orders = snapshot->orders.image,
		.now = NOW,
		.allow = -1,
		.feeds = world->in,
		.feed_count = feeds};
	snapshot->feed_count = (unsigned)feeds;
	for (size_t i = 0; i < feeds; i++) {
		world->policies[i] = policies[roll(dice, POLICIES)];
		any_rules(dice, &world->feeds[i], roll(dice, RULES_MAX), 3);
		world->fds[i] = file_of(&world->feeds[i]);
		snapshot->feeds[i].image =
			image_of(world->fds[i], &world->policies[i], false);
		world->in[i].fd = world->fds[i];
		pal_image_policy(
			snapshot->feeds[i].image, 0, &world->in[i].policy);
	}
	if (roll(dice, 2) == 0) {
		any_rules(dice, &world->allow, roll(dice, 4), 4);
		world->fds[FEEDS_MAX] = file_of(&world->allow);
		world->lists.allow = world->fds[FEEDS_MAX];
		snapshot->allow.image =
			image_of(world->lists.allow, &policies[0], true);
	}
}

static void
world_close(struct world *world)
{
	pal_image_free((struct pal_image *)world->snapshot.orders.image);
	pal_image_free((struct pal_image *)world->snapshot.allow.image);
	for (size_t i = 0; i < world->lists.feed_count; i++) {
		pal_image_free(
			(struct pal_image *)world->snapshot.feeds[i].image);
		close(world->fds[i]);
	}
	if (world->lists.allow >= 0)
		close(world->lists.allow);
}

static void
decide(const struct world *world, const struct pal_name *name,
	struct pal_verdict *verdict)
{
	pal_decide(&world->snapshot, name->wire, name->len, PAL_TYPE_A, NOW,
		verdict);
}

static bool
names_it(const struct rules *rules, const struct pal_name *name)
{
	uint8_t key[NAMES_KEY_MAX];
	size_t len = names_key(key, name);

	for (size_t i = 0; i < rules->count; i++) {
		if (rules->items[i].len == len &&
			memcmp(rules->items[i].key, key, len) == 0)
			return true;
	}
	return false;
}

/* True if any list names it, which is what formats without wildcards can
 * give. */
static bool
is_named(const struct world *world, const struct pal_name *name)
{
	bool named = names_it(&world->allow, name);

	for (size_t i = 0; i < world->lists.feed_count; i++)
		named = named || names_it(&world->feeds[i], name);
	for (size_t i = 0; i < world->named_count; i++)
		named = named || pal_name_equal(&world->named[i], name);
	return named;
}

/* ---- all names there are ---- */

/* Labels a and b are those of rules, c is of none. */
static bool
next_name(unsigned *number, struct pal_name *name)
{
	char text[64] = "";
	unsigned n = (*number)++;

	if (n >= 3 + 9 + 27 + 81 + 243)
		return false;
	for (unsigned labels = 1, size = 3;; labels++, size *= 3) {
		if (n >= size) {
			n -= size;
			continue;
		}
		for (; labels > 0; labels--, n /= 3)
			sprintf(text + strlen(text), "%c.", 'a' + (int)(n % 3));
		strcat(text, "com");
		*name = name_of(text);
		return true;
	}
}

/* ---- zones, read slowly ---- */

struct record {
	struct pal_name owner; /* without the zone's name */
	char type[8], data[64];
	unsigned ttl;
};

struct zone {
	struct record records[4000];
	size_t count;
};

static void
read_zone(struct zone *zone, char *text)
{
	char *save, *line = strtok_r(text, "\n", &save);

	zone->count = 0;
	assert_string_equal(line, "$ORIGIN rpz.test.");
	assert_string_equal(strtok_r(NULL, "\n", &save), "$TTL 60");
	assert_string_equal(strtok_r(NULL, "\n", &save),
		"@ SOA localhost. root.localhost. 7 60 60 604800 60");
	assert_string_equal(strtok_r(NULL, "\n", &save), "@ NS localhost.");
	while ((line = strtok_r(NULL, "\n", &save)) != NULL) {
		struct record *record = &zone->records[zone->count++];
		char owner[256];

		assert_int_equal(
			sscanf(line, "%255s %u %7s %63s", owner, &record->ttl,
				record->type, record->data),
			4);
		record->owner = name_of(owner);
	}
}

static const struct record *
find_record(const struct zone *zone, const struct pal_name *owner)
{
	for (size_t i = 0; i < zone->count; i++) {
		if (pal_name_equal(&zone->records[i].owner, owner))
			return &zone->records[i];
	}
	return NULL;
}

static const struct record *
find_wildcard(const struct zone *zone, const struct pal_name *above)
{
	struct pal_name owner = {.len = (uint8_t)(above->len + 2),
		.labels = (uint8_t)(above->labels + 1),
		.wire = {1, '*'}};

	memcpy(owner.wire + 2, above->wire, above->len);
	return find_record(zone, &owner);
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

/* The record that a resolver takes for the name.  dns: as RFC 4592 has it;
 * else the next wildcard above. */
static const struct record *
look_up(const struct zone *zone, const struct pal_name *name, bool dns)
{
	const struct record *found = find_record(zone, name);
	struct pal_name above;

	if (found != NULL || (dns && exists(zone, name)))
		return found;
	for (unsigned labels = name->labels; labels-- > 0 && found == NULL;) {
		pal_name_ancestor(&above, name, labels);
		found = find_wildcard(zone, &above);
		if (dns && exists(zone, &above))
			break;
	}
	return found;
}

static void
expect_address(const struct zone *zone, const struct record *found,
	const char *type, int family, const uint8_t *address, unsigned ttl)
{
	const struct record *record = NULL;
	char text[INET6_ADDRSTRLEN];

	for (const struct record *r = found;
		r < zone->records + zone->count &&
		pal_name_equal(&r->owner, &found->owner);
		r++) {
		if (strcmp(r->type, type) == 0)
			record = r;
	}
	assert_int_equal(record != NULL, address != NULL);
	if (address == NULL)
		return;
	assert_int_equal(record->ttl, ttl);
	assert_string_equal(
		record->data, inet_ntop(family, address, text, sizeof text));
}

static void
expect_record(const struct zone *zone, const struct record *found,
	const struct pal_verdict *verdict)
{
	const struct pal_policy *policy = &verdict->policy;
	bool passes =
		found == NULL || strcmp(found->data, "rpz-passthru.") == 0;
	bool addresses;

	assert_int_equal(passes, verdict->action == PAL_PASS);
	if (passes)
		return;
	addresses = verdict->answer == PAL_SINKHOLE &&
	            (policy->has_a || policy->has_aaaa);
	assert_int_equal(strcmp(found->type, "CNAME") != 0, addresses);
	if (!addresses) {
		assert_int_equal(found->ttl, policy->ttl);
		assert_string_equal(found->data,
			verdict->answer == PAL_NXDOMAIN ? "." : "*.");
		return;
	}
	expect_address(zone, found, "A", AF_INET,
		policy->has_a ? policy->a : NULL, policy->ttl);
	expect_address(zone, found, "AAAA", AF_INET6,
		policy->has_aaaa ? policy->aaaa : NULL, policy->ttl);
}

/* ---- tests ---- */

static char *export(const struct world *world, enum export_format format,
	int scope, struct export_report *report)
{
	struct export_options options = {.format = format,
		.origin = name_of("rpz.test"),
		.serial = 7,
		.addresses = format == EXPORT_HOSTS,
		.has_scope = scope >= 0,
		.scope = scope == 1 ? PAL_SUBTREE : PAL_EXACT};
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(export_write(out, &world->lists, &options, report), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

#define ROUNDS 1000

static void
zone_says_what_palang_says(void **state)
{
	struct dice dice = {1};
	struct zone *zone = malloc(sizeof *zone);

	(void)state;
	assert_non_null(zone);
	for (int round = 0; round < ROUNDS; round++) {
		struct export_report report;
		struct pal_verdict verdict;
		struct pal_name name;
		unsigned number = 0;
		struct world world;
		char *text;

		world_open(&world, &dice);
		text = export(&world, EXPORT_RPZ, -1, &report);
		read_zone(zone, text);
		assert_int_equal(zone->count, report.lines);
		while (next_name(&number, &name)) {
			decide(&world, &name, &verdict);
			expect_record(
				zone, look_up(zone, &name, true), &verdict);
			expect_record(
				zone, look_up(zone, &name, false), &verdict);
		}
		free(text);
		world_close(&world);
	}
	free(zone);
}

/* True if a line is this one; *count becomes that of all. */
static bool
has_line(const char *text, const char *line, size_t *count)
{
	size_t len = strlen(line);
	bool found = false;

	*count = 0;
	for (; *text != '\0'; text = strchr(text, '\n') + 1) {
		++*count;
		found = found ||
		        (strncmp(text, line, len) == 0 && text[len] == '\n');
	}
	return found;
}

/* The address that a hosts file has to give. */
static const char *
host_line(char line[128], int family, const struct pal_verdict *verdict,
	const char *name)
{
	static const uint8_t none[16];
	const struct pal_policy *policy = &verdict->policy;
	bool sinkhole = verdict->answer == PAL_SINKHOLE;
	const uint8_t *address = none;
	char text[INET6_ADDRSTRLEN];

	if (sinkhole && family == AF_INET && policy->has_a)
		address = policy->a;
	if (sinkhole && family == AF_INET6 && policy->has_aaaa)
		address = policy->aaaa;
	snprintf(line, 128, "%s %s",
		inet_ntop(family, address, text, sizeof text), name);
	return line;
}

static void
hosts_have_each_blocked_name(void **state)
{
	struct dice dice = {2};

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		char line[128], text[PAL_NAME_TEXT_MAX], *hosts, *plain;
		struct export_report report;
		struct pal_verdict verdict;
		size_t lines = 0, found = 0, count;
		struct pal_name name;
		struct world world;

		world_open(&world, &dice);
		hosts = export(&world, EXPORT_HOSTS, -1, &report);
		plain = export(&world, EXPORT_PLAIN, 0, &report);
		for (unsigned number = 0; next_name(&number, &name);) {
			decide(&world, &name, &verdict);
			if (verdict.action == PAL_PASS ||
				!is_named(&world, &name))
				continue;
			pal_name_to_text(text, &name);
			found++;
			assert_true(has_line(hosts,
				host_line(line, AF_INET, &verdict, text),
				&lines));
			assert_true(has_line(hosts,
				host_line(line, AF_INET6, &verdict, text),
				&lines));
			assert_true(has_line(plain, text, &count));
			assert_int_equal(count, report.lines);
		}
		assert_int_equal(lines, 2 * found);
		assert_int_equal(report.lines, found);
		free(hosts);
		free(plain);
		world_close(&world);
	}
}

/* True if a line is the name or above it. */
static bool
is_covered(const char *text, const struct pal_name *name)
{
	for (; *text != '\0'; text = strchr(text, '\n') + 1) {
		struct pal_name line;

		assert_int_equal(
			pal_name_from_text(&line, text, strcspn(text, "\n")),
			0);
		if (pal_name_within(name, &line))
			return true;
	}
	return false;
}

static void
plain_names_cover_what_is_blocked(void **state)
{
	struct dice dice = {3};

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct export_report report, subtree_report;
		struct pal_verdict verdict;
		struct pal_name name;
		struct world world;
		char *any, *subtree;
		bool widened = false;

		world_open(&world, &dice);
		any = export(&world, EXPORT_PLAIN, -1, &report);
		subtree = export(&world, EXPORT_PLAIN, 1, &subtree_report);
		for (unsigned number = 0; next_name(&number, &name);) {
			bool covered = is_covered(any, &name);

			decide(&world, &name, &verdict);
			if (verdict.action == PAL_BLOCK)
				assert_true(covered);
			else
				widened = widened || covered;
			/* c.c.c.c.c is below everything, and never named */
			if (name.wire[1] == 'c' && name.labels == 6 &&
				verdict.action == PAL_BLOCK)
				assert_true(is_covered(subtree, &name));
		}
		/* what such a list blocks too much is always told */
		if (widened)
			assert_true(report.lost[EXPORT_EXACT] +
					    report.lost[EXPORT_OPEN] >
				    0);
		assert_int_equal(subtree_report.lost[EXPORT_LEFT_OUT],
			report.lost[EXPORT_EXACT]);
		free(any);
		free(subtree);
		world_close(&world);
	}
}

/* ---- and back ---- */

/* A world of one feed with what the cleaner makes of a text. */
static void
world_of_text(struct world *world, const char *text, enum clean_format format,
	int scope, const struct suffixes *suffixes)
{
	struct clean_options options = {.suffixes = suffixes,
		.format = format,
		.has_scope = scope >= 0,
		.scope = scope == 1 ? PAL_SUBTREE : PAL_EXACT,
		.file = "export"};
	struct problems problems = {0};
	struct clean_report report;
	int in = memfd_create("text", MFD_CLOEXEC);
	size_t len = strlen(text);

	memset(world, 0, sizeof *world);
	world->fds[0] = memfd_create("names", MFD_CLOEXEC);
	assert_true(in >= 0 && world->fds[0] >= 0);
	assert_int_equal(write(in, text, len), (ssize_t)len);
	assert_int_equal(lseek(in, 0, SEEK_SET), 0);
	assert_int_equal(
		clean_run(in, world->fds[0], &options, &report, &problems), 0);
	assert_int_equal(problems.count, 0);
	close(in);
	world->in[0].fd = world->fds[0];
	world->in[0].policy =
		(struct pal_policy){.answer = PAL_NODATA, .ttl = 30};
	world->lists = (struct export_lists){
		.allow = -1, .feeds = world->in, .feed_count = 1};
}

/* An export depends on what is said of names alone, however it came to be
 * said.  So what the cleaner makes of one gives the same one again. */
static void
comes_back_the_same(void **state)
{
	static const struct {
		enum export_format format;
		enum clean_format back;
		int scope;
		uint32_t opens; /* plain names can not say it */
	} cases[] = {{EXPORT_RPZ, CLEAN_RPZ, -1, 3},
		{EXPORT_RPZ, CLEAN_AUTO, -1, 3},
		{EXPORT_HOSTS, CLEAN_AUTO, -1, 3},
		{EXPORT_PLAIN, CLEAN_PLAIN, 0, 3},
		{EXPORT_PLAIN, CLEAN_PLAIN, 1, UINT32_MAX}};
	struct suffixes *suffixes;
	struct dice dice = {4};

	(void)state;
	assert_int_equal(suffixes_open(&suffixes), 0);
	for (int round = 0; round < ROUNDS; round++) {
		size_t c = (size_t)round % (sizeof cases / sizeof *cases);
		struct export_report report;
		int scope =
			cases[c].format == EXPORT_PLAIN ? cases[c].scope : -1;
		struct world world, back;
		char *text, *again;

		memset(&world, 0, sizeof world);
		any_rules(&dice, &world.feeds[0], 1 + roll(&dice, RULES_MAX),
			cases[c].opens);
		world.fds[0] = world.in[0].fd = file_of(&world.feeds[0]);
		world.in[0].policy =
			(struct pal_policy){.answer = PAL_NODATA, .ttl = 30};
		world.lists = (struct export_lists){
			.allow = -1, .feeds = world.in, .feed_count = 1};
		text = export(&world, cases[c].format, scope, &report);
		if (report.lines > 0) {
			world_of_text(&back, text, cases[c].back,
				cases[c].scope, suffixes);
			again = export(&back, cases[c].format, scope, &report);
			assert_string_equal(text, again);
			free(again);
			close(back.fds[0]);
		}
		free(text);
		close(world.fds[0]);
	}
	suffixes_close(suffixes);
}

/* ---- single cases ---- */

struct rule_text {
	const char *name;
	enum pal_scope scope;
	bool open;
};

static void
feed_of(struct world *world, const struct pal_policy_in *policy,
	const struct rule_text *rules)
{
	struct rules *feed = &world->feeds[0];

	memset(world, 0, sizeof *world);
	for (; rules[feed->count].name != NULL; feed->count++) {
		struct pal_name name = name_of(rules[feed->count].name);
		struct names_rule *rule = &feed->items[feed->count];

		rule->key = feed->keys[feed->count];
		rule->len = names_key(feed->keys[feed->count], &name);
		rule->scope = rules[feed->count].scope;
		rule->open = rules[feed->count].open;
	}
	world->fds[0] = file_of(feed);
	world->in[0].fd = world->fds[0];
	world->in[0].policy = (struct pal_policy){.answer = policy->answer,
		.ttl = policy->ttl,
		.has_a = policy->has_a,
		.has_aaaa = policy->has_aaaa};
	world->lists = (struct export_lists){
		.allow = -1, .feeds = world->in, .feed_count = 1};
}

#define HEAD                                                                   \
	"$ORIGIN rpz.test.\n$TTL 60\n"                                         \
	"@ SOA localhost. root.localhost. 7 60 60 604800 60\n"                 \
	"@ NS localhost.\n"

static void
writes_these_records(void **state)
{
	static const struct {
		const char *why;
		int policy; /* index of policies */
		struct rule_text rules[4];
		const char *zone;
	} cases[] = {
		{"nothing in force is a zone all the same", 0, {{0}}, HEAD},
		{"a name alone; NXDOMAIN would deny those below it", 0,
			{{"a.x", PAL_EXACT, false}}, HEAD "a.x 30 CNAME *.\n"},
		{"a name with all below it", 0, {{"a.x", PAL_SUBTREE, false}},
			HEAD "a.x 30 CNAME .\n*.a.x 30 CNAME .\n"},
		{"all below a name, itself open", 1,
			{{"a.x", PAL_SUBTREE, false}, {"a.x", PAL_EXACT, true}},
			HEAD "*.a.x 30 CNAME *.\n"},
		{"REFUSED can not be said", 2, {{"a.x", PAL_EXACT, false}},
			HEAD "a.x 30 CNAME *.\n"},
		{"an exception makes the names between exist", 1,
			{{"a.x", PAL_SUBTREE, false},
				{"c.b.a.x", PAL_EXACT, true}},
			HEAD "a.x 30 CNAME *.\n*.a.x 30 CNAME *.\n"
			     "b.a.x 30 CNAME *.\n*.b.a.x 30 CNAME *.\n"
			     "c.b.a.x 60 CNAME rpz-passthru.\n"
			     "*.c.b.a.x 30 CNAME *.\n"},
		{"nothing is to repair where no wildcard stands above", 1,
			{{"a.x", PAL_EXACT, false},
				{"c.b.a.x", PAL_EXACT, false}},
			HEAD "a.x 30 CNAME *.\nc.b.a.x 30 CNAME *.\n"},
		{"a label that stands for another trigger", 1,
			{{"a.rpz-ip", PAL_EXACT, false}}, HEAD},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct export_report report;
		struct world world;
		char *text;

		feed_of(&world, &policies[cases[i].policy], cases[i].rules);
		text = export(&world, EXPORT_RPZ, -1, &report);
		if (strcmp(text, cases[i].zone) != 0)
			fail_msg("%s:\n%s", cases[i].why, text);
		free(text);
		close(world.fds[0]);
	}
}

static void
counts_what_can_not_be_said(void **state)
{
	char label[64], name[300];
	struct rule_text rules[3] = {{name, PAL_EXACT, false}};
	struct export_report report;
	struct world world;

	(void)state;
	memset(label, 'a', 63);
	label[63] = '\0';
	/* 253 octets, of which a zone's name leaves no room */
	snprintf(name, sizeof name, "%.61s.%s.%s.%s", label, label, label,
		label);
	feed_of(&world, &policies[0], rules);
	free(export(&world, EXPORT_RPZ, -1, &report));
	assert_int_equal(report.lost[EXPORT_TOO_LONG], 1);
	assert_int_equal(report.lines, 0);
	close(world.fds[0]);

	rules[0] = (struct rule_text){"a.x", PAL_SUBTREE, false};
	rules[1] = (struct rule_text){"b.a.x", PAL_SUBTREE, true};
	feed_of(&world, &policies[2], rules);
	free(export(&world, EXPORT_RPZ, -1, &report));
	assert_int_equal(report.lost[EXPORT_REFUSED], 1);
	free(export(&world, EXPORT_HOSTS, -1, &report));
	assert_int_equal(report.lost[EXPORT_SUBTREE], 1);
	free(export(&world, EXPORT_PLAIN, -1, &report));
	assert_int_equal(report.lost[EXPORT_OPEN], 1);
	assert_int_equal(report.blocked, 1);
	assert_int_equal(report.open, 1);
	close(world.fds[0]);
}

static void
tells_of_a_damaged_list_and_a_full_disk(void **state)
{
	struct rule_text rules[] = {{"a.x", PAL_EXACT, false}, {0}};
	struct export_options options = {.origin = name_of("rpz.test")};
	struct export_report report;
	struct world world;
	FILE *out = fopen("/dev/full", "w");

	(void)state;
	feed_of(&world, &policies[0], rules);
	assert_non_null(out);
	assert_int_equal(
		export_write(out, &world.lists, &options, &report), PAL_ESYS);
	fclose(out);
	assert_int_equal(ftruncate(world.fds[0], 18), 0);
	out = fopen("/dev/null", "w");
	assert_int_equal(
		export_write(out, &world.lists, &options, &report), PAL_EFORM);
	fclose(out);
	close(world.fds[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zone_says_what_palang_says),
		cmocka_unit_test(hosts_have_each_blocked_name),
		cmocka_unit_test(plain_names_cover_what_is_blocked),
		cmocka_unit_test(comes_back_the_same),
		cmocka_unit_test(writes_these_records),
		cmocka_unit_test(counts_what_can_not_be_said),
		cmocka_unit_test(tells_of_a_damaged_list_and_a_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
