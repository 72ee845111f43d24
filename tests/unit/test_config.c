#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "config.h"
#include "palang/error.h"

static char path[] = "/tmp/palang-test-config-XXXXXX";

static int
make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int
remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static int
load(struct config *config, const char *text, struct problems *problems)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	return config_load(config, path, problems);
}

static void
is_complete_without_a_word(void **state)
{
	struct problems problems = {0};
	struct config config;

	(void)state;
	assert_int_equal(load(&config, "# nothing\n", &problems), 0);
	assert_string_equal(config.file, path);
	assert_string_equal(config.state_dir, "/var/lib/palang/state");
	assert_string_equal(config.live_dir, "/var/lib/palang/live");
	assert_string_equal(config.user, "palang");
	assert_string_equal(config.language, "en");
	assert_true(config.answer.has_answer && config.answer.has_ttl);
	assert_int_equal(config.answer.answer, PAL_SINKHOLE);
	assert_int_equal(config.answer.ttl, 30);
	assert_false(config.answer.has_a || config.answer.has_aaaa);
	assert_true(config.settings.chain);
	assert_int_equal(config.settings.sde_mode, PAL_SDE_OFF);
	assert_int_equal(config.approvals, 2);
	assert_int_equal(config.guards.popular_first, 1000);
	assert_true(config.guards.protected_shipped);
	assert_false(config.guards.popular_off);
	assert_int_equal(config.authority_count, 1);
	assert_non_null(config_find(&config, "operator"));
	assert_null(config_find(&config, "kominfo"));
	config_fini(&config);
}

static const char whole[] =
	"state-dir: /srv/state\n"
	"live-dir: /srv/live\n"
	"user: \"\"\n"
	"answer: nodata\n"
	"ttl: 60\n"
	"a: 192.0.2.1\n"
	"aaaa: 2001:db8::1\n"
	"text: see example.net\n"
	"language: id\n"
	"chain: no\n"
	"sde: {mode: encrypted, code: 65002}\n"
	"authorities:\n"
	"  operator:\n"
	"    title: Example Net\n"
	"    a: 192.0.2.2\n"
	"  kominfo:\n"
	"    kind: external\n"
	"    title: Kementerian Komunikasi dan Informatika\n"
	"    signature: transcribed\n"
	"    contact: ['mailto:aduan@example.id', 'tel:+62-21-1']\n"
	"  komdigi:\n"
	"    kind: external\n"
	"    acts-for: [kominfo]\n"
	"    answer: sinkhole\n"
	"    ttl: 3600\n"
	"    text: call 159\n";

static void
reads_every_key(void **state)
{
	static const uint8_t a[] = {192, 0, 2, 2};
	struct problems problems = {0};
	const struct config_authority *authority;
	struct config config;

	(void)state;
	if (load(&config, whole, &problems) != 0) {
		problems_print(stderr, &problems);
		fail();
	}
	assert_string_equal(config.state_dir, "/srv/state");
	assert_string_equal(config.live_dir, "/srv/live");
	assert_string_equal(config.user, "");
	assert_int_equal(config.answer.answer, PAL_NODATA);
	assert_int_equal(config.answer.ttl, 60);
	assert_true(config.answer.has_a && config.answer.has_aaaa);
	assert_string_equal(config.answer.text, "see example.net");
	assert_string_equal(config.language, "id");
	assert_false(config.settings.chain);
	assert_int_equal(config.settings.sde_mode, PAL_SDE_ENCRYPTED);
	assert_int_equal(config.settings.sde_code, 65002);

	assert_int_equal(config.authority_count, 3);
	authority = config_find(&config, "operator");
	assert_int_equal(authority->kind, PAL_OWN);
	assert_int_equal(authority->signature, SIGNATURE_TRANSCRIBED);
	assert_string_equal(authority->title, "Example Net");
	assert_memory_equal(authority->answer.a, a, sizeof a);
	authority = config_find(&config, "kominfo");
	assert_int_equal(authority->kind, PAL_EXTERNAL);
	assert_int_equal(authority->signature, SIGNATURE_TRANSCRIBED);
	assert_int_equal(authority->contact_count, 2);
	assert_string_equal(authority->contacts[1], "tel:+62-21-1");
	assert_false(authority->answer.has_answer);
	authority = config_find(&config, "komdigi");
	assert_int_equal(authority->signature, SIGNATURE_REQUIRED);
	assert_int_equal(authority->acts_for_count, 1);
	assert_int_equal(authority->answer.ttl, 3600);
	config_fini(&config);
}

static void
knows_who_may_lift(void **state)
{
	struct problems problems = {0};
	struct config config;

	(void)state;
	assert_int_equal(load(&config, whole, &problems), 0);
	assert_true(config_may_lift(&config, "kominfo", "kominfo"));
	assert_true(config_may_lift(&config, "komdigi", "kominfo"));
	assert_false(config_may_lift(&config, "kominfo", "komdigi"));
	assert_false(config_may_lift(&config, "operator", "kominfo"));
	assert_false(config_may_lift(&config, "nobody", "kominfo"));
	config_fini(&config);
}

struct bad_case {
	const char *text;
	unsigned line;
	const char *why;
};

#define AUTHORITY "authorities:\n  k:\n    kind: external\n"

#define KEY  "RWQpVPj+M4tVS692Xyo96uy9DP3I/+dSHdy0Lr4D/6syj2vAhpjB8m1u"
#define KEYS AUTHORITY "    keys: [{key: " KEY "}]\n"

#define FEED "feeds:\n  f:\n    source: /x\n"

static const struct bad_case bad_cases[] = {
	{"state-dri: /x\n", 1, "did you mean `state-dir`?"},
	{"state-dir: x\n", 1, "takes the path of a folder"},
	{"state-dir: /x\nlive-dir: /x\n", 0, "are the same folder"},
	{"user: a b\n", 1, "is no user's name"},
	{"answer: drop\n", 1, "`drop` is no answer"},
	{"ttl: 0\n", 1, "from 1 to 3600"},
	{"ttl: 3601\n", 1, "from 1 to 3600"},
	{"ttl: -1\n", 1, "from 1 to 3600"},
	{"ttl: 30s\n", 1, "from 1 to 3600"},
	{"ttl: 99999999999999999999\n", 1, "from 1 to 3600"},
	{"a: 2001:db8::1\n", 1, "write an IPv4 address"},
	{"a: 192.0.2.256\n", 1, "write an IPv4 address"},
	{"aaaa: 192.0.2.1\n", 1, "write an IPv6 address"},
	{"text: \"a\\nb\"\n", 1, "more than one line"},
	{"text: 12345678901234567890123456789012345678901234567890"
	 "123456789012345\n",
		1, "too long"},
	{"language: English\n", 1, "not a language tag"},
	{"chain: true\n", 1, "write yes or no"},
	{"sde: on\n", 1, "`sde` takes a mapping"},
	{"sde: {mode: on}\n", 1, "write off, encrypted or all"},
	{"sde: {mode: all}\n", 1, "`sde` needs `code`"},
	{"sde: {mode: all, code: 65536}\n", 1, "from 1 to 65535"},
	{"authorities: [k]\n", 1, "takes a mapping"},
	{"authorities:\n  K: {kind: external}\n", 2, "no name of an authority"},
	{"authorities:\n  k: {}\n", 2, "`k` needs `kind: external`"},
	{"authorities:\n  k: external\n", 2, "`k` takes a mapping"},
	{AUTHORITY "    kind: own\n", 4, "a second time"},
	{AUTHORITY "    sign: no\n", 4, "unknown key `sign`"},
	{AUTHORITY "    signature: none\n", 4, "write required"},
	{AUTHORITY "    title: ''\n", 4, "`title` is empty"},
	{AUTHORITY "    contact: [k]\n", 4, "`k` is not a contact"},
	{AUTHORITY "    acts-for: [k]\n", 4, "name of another authority"},
	{AUTHORITY "    acts-for: [m]\n", 0, "`m`, which is no authority"},
	{AUTHORITY "    acts-for: m\n", 4, "takes a list"},
	{AUTHORITY "    state-dir: /x\n", 4, "unknown key `state-dir`"},
	{"authorities:\n  operator: {kind: external}\n", 2, "is yourself"},
	{"authorities:\n  operator: {signature: required}\n", 2, "is yourself"},
	{AUTHORITY "    keys: " KEY "\n", 4, "takes a list"},
	{AUTHORITY "    keys: [" KEY "]\n", 4, "mapping"},
	{AUTHORITY "    keys: [{}]\n", 4, "a key needs `key: RW...`"},
	{AUTHORITY "    keys: [{key: RWQpVPj}]\n", 4, "is no public key"},
	{AUTHORITY "    keys: [{key: " KEY ", file: x.pub}]\n", 4,
		"given by one of them"},
	{AUTHORITY "    keys: [{file: none.pub}]\n", 4,
		"/keys/none.pub: No such file"},
	{AUTHORITY "    keys: [{file: /dev/null}]\n", 4, "Invalid argument"},
	{AUTHORITY "    keys: [{key: " KEY ", not-before: 2026-01-01}]\n", 4,
		"write time and zone too"},
	{AUTHORITY "    keys: [{key: " KEY
		   ", not-before: 2026-01-01T00:00:00Z, not-after: "
		   "2026-01-01T00:00:00Z}]\n",
		4, "would never count"},
	{AUTHORITY "    keys: [{key: " KEY "}, {key: " KEY "}]\n", 0,
		"4B558B33FEF85429 of `k` is given for `k` already"},
	{KEYS "  m: {kind: own, keys: [{key: " KEY "}]}\n", 0,
		"of `m` is given for `k` already"},
	{KEYS "approvers:\n  b: {user: b, keys: [{key: " KEY "}]}\n", 0,
		"of `b` is given for `k` already"},
	/* another key that took the id of k's */
	{KEYS "  m: {kind: own, keys: [{key: "
	      "RWQpVPj+M4tVS692Xyo96uy9DP3I/+dSHdy0Lr4D/6syj2vAhpjB8m1v}]}\n",
		0, "of `m` is given for `k` already"},
	/* k's key under another id */
	{KEYS "  m: {kind: own, keys: [{key: "
	      "RWQqVPj+M4tVS692Xyo96uy9DP3I/+dSHdy0Lr4D/6syj2vAhpjB8m1u}]}\n",
		0, "of `m` is given for `k` already"},
	{"authorities:\n  operator: {keys: [{key: " KEY "}]}\n", 2,
		"is yourself"},
	{AUTHORITY "    may: {actions: [unblock]}\n", 4, "write block or lift"},
	{AUTHORITY "    may: {actions: []}\n", 4, "is empty"},
	{AUTHORITY "    may: {scopes: [all]}\n", 4, "write exact or subtree"},
	{AUTHORITY "    may: {answers: [drop]}\n", 4, "write sinkhole, nodata"},
	{AUTHORITY "    may: {usual-targets: 0}\n", 4, "from 1 to"},
	{AUTHORITY "    may: {target: 1}\n", 4, "unknown key `target`"},
	{"approvers:\n  B: {user: b, keys: []}\n", 2, "name of an approver"},
	{"approvers:\n  b: {keys: []}\n", 2, "needs `user`"},
	{"approvers:\n  b: {user: b}\n", 2, "needs `keys`"},
	{"approvers:\n  b: {user: a b}\n", 2, "no user's name"},
	{"approvers:\n  b: {user: a, keys: []}\n  c: {user: a, keys: []}\n", 3,
		"another approver's user"},
	{"approvers:\n  b: {user: root, keys: []}\n", 2,
		"nobody in particular"},
	{"approvals: 0\n", 1, "from 1 to 9"},
	{"guards: {popular: yes}\n", 1, "takes the path of a file"},
	{"guards: {protected-shipped: true}\n", 1, "write yes or no"},
	{"feeds: [a]\n", 1, "takes a mapping"},
	{"feeds:\n  A: {source: /x}\n", 2, "`A` is no name of a feed"},
	/* they would be lists of another kind */
	{"feeds:\n  orders: {source: /x}\n", 2, "no name of a feed"},
	{"feeds:\n  allow: {source: /x}\n", 2, "no name of a feed"},
	{"feeds:\n  f: {}\n", 2, "`f` needs `source`"},
	{"feeds:\n  f: {source: x}\n", 2, "`source: x`"},
	{"feeds:\n  f: {source: http://x/}\n", 2, "`source: http://x/`"},
	{FEED "    authority: k\n", 0, "is of `k`, which is no authority"},
	{FEED "    format: csv\n", 4, "write auto, plain, hosts"},
	{FEED "    scope: all\n", 4, "write exact, or subtree"},
	{FEED "    as: white\n", 4, "write block, or allow"},
	{FEED "    max-change: 20\n", 4, "as in 20%"},
	{FEED "    max-change: -1%\n", 4, "as in 20%"},
	{FEED "    max-size: 0\n", 4, "write octets"},
	{FEED "    max-size: 100G\n", 4, "at most 64G"},
	{FEED "    max-size: 1Q\n", 4, "write octets"},
	{FEED "    max-time: 2d\n", 4, "at most a day"},
	{FEED "    min-names: many\n", 4, "write a number"},
	{FEED "    allow-private: true\n", 4, "write yes or no"},
	{FEED "    strict: always\n", 4, "write yes or no"},
	{FEED "    tsig: key\n", 4, "takes the path of a file"},
	{FEED "    kind: own\n", 4, "unknown key `kind`"},
	{"protected: a.example\n", 1, "takes a list"},
	{"protected: [a..b]\n", 1, "`a..b`"},
	{"ttl: 1\n---\nttl: 2\n", 3, "a second document"},
	{"ttl\n", 1, "made of lines"},
	{"ttl: [\n", 2, ""},
};

static void
refuses_with_line_and_way_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad_cases / sizeof *bad_cases; i++) {
		const struct bad_case *c = &bad_cases[i];
		struct problems problems = {0};
		struct config config;

		if (load(&config, c->text, &problems) != PAL_EFORM)
			fail_msg("taken: %s", c->text);
		assert_true(problems.errors > 0);
		if (problems.items[0].line != c->line ||
			strstr(problems.items[0].text, c->why) == NULL)
			fail_msg("%s\ngave %u: %s", c->text,
				problems.items[0].line, problems.items[0].text);
		problems_fini(&problems);
	}
}

/* An error of today was none then: what was in force can be looked at. */
static const char *const then[] = {"approvers:\n  b: {user: root, keys: []}\n",
	"approvers:\n  b: {user: a, keys: []}\n  c: {user: a, keys: []}\n"};

static void
takes_what_was_right_then(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof then / sizeof *then; i++) {
		struct problems problems = {0};
		struct config config;

		if (config_load_kept(&config, "then", then[i], strlen(then[i]),
			    &problems) != 0)
			fail_msg("%s\ngave: %s", then[i],
				problems.items[0].text);
		assert_int_equal(config.approver_count, 1 + i);
		config_fini(&config);
		problems_fini(&problems);
	}
}

static const char feeds[] = "authorities:\n"
			    "  k: {kind: external, a: 192.0.2.1, ttl: 60}\n"
			    "protected: [z.example, A.Example]\n"
			    "feeds:\n"
			    "  second:\n"
			    "    source: /srv/list\n"
			    "    authority: k\n"
			    "    format: hosts\n"
			    "    scope: subtree\n"
			    "    answer: nodata\n"
			    "    text: see x\n"
			    "    min-names: 1000\n"
			    "    max-change: 5%\n"
			    "    strict: yes\n"
			    "    max-size: 2M\n"
			    "    max-time: 90s\n"
			    "    allow-private: yes\n"
			    "    tsig: /etc/key\n"
			    "    ca-file: /etc/ca\n"
			    "  first:\n"
			    "    source: '-'\n"
			    "    as: allow\n";

static void
reads_feeds(void **state)
{
	struct problems problems = {0};
	const struct config_feed *feed;
	struct config config;

	(void)state;
	if (load(&config, feeds, &problems) != 0) {
		problems_print(stderr, &problems);
		fail();
	}
	/* in the order in which they stand: it is that of precedence */
	assert_int_equal(config.feed_count, 2);
	feed = &config.feeds[0];
	assert_string_equal(feed->name, "second");
	assert_string_equal(feed->authority, "k");
	assert_int_equal(feed->source.kind, SOURCE_FILE);
	assert_string_equal(feed->source.text, "/srv/list");
	assert_int_equal(feed->format, CLEAN_HOSTS);
	assert_true(feed->has_scope && feed->scope == PAL_SUBTREE);
	assert_true(feed->answer.has_answer && !feed->answer.has_ttl);
	assert_int_equal(feed->answer.answer, PAL_NODATA);
	assert_int_equal(feed->min_names, 1000);
	assert_int_equal(feed->max_change, 5);
	assert_true(feed->strict);
	assert_int_equal(feed->limits.max_size, 2 << 20);
	assert_int_equal(feed->limits.max_time, 90);
	assert_true(feed->limits.allow_private);
	assert_string_equal(feed->limits.tsig, "/etc/key");
	assert_string_equal(feed->limits.ca_file, "/etc/ca");
	feed = config_find_feed(&config, "first");
	assert_string_equal(feed->authority, "operator");
	assert_true(feed->allow);
	assert_false(feed->added || feed->has_scope || feed->strict);
	assert_int_equal(feed->max_change, CONFIG_MAX_CHANGE);
	assert_int_equal(feed->limits.max_size, SOURCE_MAX_SIZE);
	assert_int_equal(feed->limits.max_time, SOURCE_MAX_TIME);
	/* sorted, as names */
	assert_int_equal(config.protected_count, 2);
	assert_int_equal(config.protected[0].wire[1], 'a');
	config_fini(&config);
}

/* What `feed add` records is read as if it stood in palang.yaml. */
static void
adds_recorded_feeds(void **state)
{
	struct problems problems = {0};
	const struct config_feed *feed;
	struct config config;

	(void)state;
	assert_int_equal(load(&config, feeds, &problems), 0);
	assert_int_equal(config_add_feed(&config, "third",
				 "source: \"/x y\"\nmax-change: \"7%\"\n",
				 "here", &problems),
		0);
	feed = &config.feeds[2];
	assert_string_equal(feed->name, "third");
	assert_true(feed->added);
	assert_string_equal(feed->source.text, "/x y");
	assert_int_equal(feed->max_change, 7);
	/* palang.yaml's stays */
	assert_int_equal(config_add_feed(&config, "first", "source: /x\n",
				 "here", &problems),
		PAL_EDUP);
	assert_int_equal(problems.count, 0);
	/* of a later palang, or damaged: nothing is added */
	assert_int_equal(config_add_feed(&config, "fourth",
				 "source: /x\nnew: x\n", "here", &problems),
		PAL_EFORM);
	assert_int_equal(
		config_add_feed(&config, "fourth", "- x\n", "here", &problems),
		PAL_EFORM);
	assert_int_equal(config.feed_count, 3);
	assert_string_equal(problems.items[0].file, "here");
	config_drop_feed(&config, "second");
	config_drop_feed(&config, "second");
	assert_int_equal(config.feed_count, 2);
	assert_string_equal(config.feeds[0].name, "first");
	problems_fini(&problems);
	config_fini(&config);
}

static const char trusted[] =
	"authorities:\n"
	"  k:\n"
	"    kind: external\n"
	"    keys:\n"
	"      - key: " KEY "\n"
	"        not-before: 2026-01-01T00:00:00+07:00\n"
	"        not-after: 2028-01-01T00:00:00+07:00\n"
	"      - file: %s\n"
	"    may:\n"
	"      actions: [lift]\n"
	"      scopes: [exact, subtree]\n"
	"      answers: [sinkhole, refused]\n"
	"      targets-per-order: 1000\n"
	"      names-in-force: 50000\n"
	"      usual-targets: 50\n"
	"  m: {kind: external}\n"
	"approvers:\n"
	"  budi:\n"
	"    user: budi\n"
	"    keys: [{key: "
	"RWTa8QN96J/dDcp2D+hpOW1WBbxoNcO1z+pGr8ELL+ZXScmNO5q2tYO7}]\n"
	"approvals: 3\n"
	"guards: {popular: /p, popular-first: 5, protected: /q, "
	"protected-shipped: no}\n";

#define FIRST_NOT_BEFORE 1767200400 /* 2025-12-31T17:00:00Z */
#define FIRST_NOT_AFTER  1830272400

static void
load_trusted(struct config *config, const char *key_file)
{
	struct problems problems = {0};
	char text[sizeof trusted + 64];

	snprintf(text, sizeof text, trusted, key_file);
	if (load(config, text, &problems) != 0) {
		problems_print(stderr, &problems);
		fail();
	}
}

/* Makes the file of a public key; the configuration takes it. */
static char *
make_key_file(void)
{
	char *key = strdup("/tmp/palang-test-key-XXXXXX");
	int fd = mkstemp(key);

	assert_true(fd >= 0);
	dprintf(fd, "untrusted comment: x\n"
		    "RWSYKEmxdWmK3hNn71DcK04A9oD4Y1l1oKQ3BprX3P9OWyD3Xc0Bq5sh"
		    "\n");
	close(fd);
	return key;
}

static void
reads_whom_to_trust(void **state)
{
	char *file = make_key_file();
	const struct config_authority *k;
	struct config config;

	(void)state;
	load_trusted(&config, file);
	k = config_find(&config, "k");
	assert_int_equal(k->key_count, 2);
	assert_int_equal(k->keys[0].not_before, FIRST_NOT_BEFORE);
	assert_int_equal(k->keys[0].not_after, FIRST_NOT_AFTER);
	assert_int_equal(k->keys[1].not_before, INT64_MIN);
	assert_int_equal(k->keys[1].not_after, PAL_NEVER);
	assert_int_equal(k->keys[1].id[0], 0x98);
	assert_int_equal(k->may.actions, 1u << ORDER_LIFT);
	assert_int_equal(k->may.scopes, 3);
	assert_int_equal(
		k->may.answers, 1u << PAL_SINKHOLE | 1u << PAL_REFUSED);
	assert_int_equal(k->may.targets_per_order, 1000);
	assert_int_equal(k->may.names_in_force, 50000);
	assert_int_equal(k->may.usual_targets, 50);
	assert_int_equal(config_find(&config, "m")->may.actions, 0);
	assert_int_equal(config.approver_count, 1);
	assert_string_equal(config.approvers[0].name, "budi");
	assert_string_equal(config.approvers[0].user, "budi");
	assert_int_equal(config.approvals, 3);
	assert_string_equal(config.guards.popular, "/p");
	assert_int_equal(config.guards.popular_first, 5);
	assert_string_equal(config.guards.protected, "/q");
	assert_false(config.guards.protected_shipped);
	config_fini(&config);
	remove(file);
	free(file);
}

static void
finds_whose_key_it_is(void **state)
{
	static const uint8_t nobody[MINISIG_ID] = {1};
	char *file = make_key_file();
	const struct config_authority *authority;
	const struct config_approver *approver;
	const struct config_key *key;
	struct config config;

	(void)state;
	load_trusted(&config, file);
	key = config_find(&config, "k")->keys;
	assert_ptr_equal(
		config_find_key(&config, key->id, &authority, &approver), key);
	assert_string_equal(authority->name, "k");
	assert_null(approver);
	assert_int_equal(
		config_key_state(key, FIRST_NOT_BEFORE - 1), KEY_NOT_YET);
	assert_int_equal(config_key_state(key, FIRST_NOT_BEFORE), KEY_VALID);
	assert_int_equal(config_key_state(key, FIRST_NOT_AFTER - 1), KEY_VALID);
	assert_int_equal(config_key_state(key, FIRST_NOT_AFTER), KEY_RETIRED);
	key = config.approvers[0].keys;
	assert_ptr_equal(
		config_find_key(&config, key->id, &authority, &approver), key);
	assert_null(authority);
	assert_string_equal(approver->name, "budi");
	assert_null(config_find_key(&config, nobody, &authority, &approver));
	assert_true(authority == NULL && approver == NULL);
	config_fini(&config);
	remove(file);
	free(file);
}

static void
tells_a_missing_file(void **state)
{
	struct problems problems = {0};
	struct config config;

	(void)state;
	assert_int_equal(
		config_load(&config, "/nonexistent/palang.yaml", &problems),
		PAL_ESYS);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(problems.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_complete_without_a_word),
		cmocka_unit_test(reads_every_key),
		cmocka_unit_test(knows_who_may_lift),
		cmocka_unit_test(refuses_with_line_and_way_out),
		cmocka_unit_test(takes_what_was_right_then),
		cmocka_unit_test(reads_feeds),
		cmocka_unit_test(adds_recorded_feeds),
		cmocka_unit_test(reads_whom_to_trust),
		cmocka_unit_test(finds_whose_key_it_is),
		cmocka_unit_test(tells_a_missing_file),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
