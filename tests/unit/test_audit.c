/* Whatever is changed in a ledger is found; what was not is verified. */
#include "sign_util.h"

#include <sqlite3.h>

#include "ledger_audit.h"
#include "journal.h"

/* ---- a ledger with a row in each table ---- */

static const char every_key[] =
	"palang-order: 1\nauthority: c\nid: 1\nreference: a letter\n"
	"action: block\nissued: 2024-03-02T10:00:00+07:00\n"
	"effective: 2024-03-03T00:00:00+07:00\n"
	"expires: 2124-03-03T00:00:00+07:00\n"
	"review: 2124-02-01T00:00:00+07:00\ncomply-within: 2d\n"
	"reason: {en: a reason}\nanswer: nodata\nscope: exact\n"
	"targets:\n- films.example\n- name: mirror.example\n"
	"  scope: subtree\n  except: [status.mirror.example]\n"
	"---\npalang-order: 1\nauthority: c\nid: 2\nreplaces: 1\n"
	"action: block\nissued: 2024-04-01T10:00:00+07:00\n"
	"comply-by: 2124-04-02T12:00:00+07:00\nscope: exact\n"
	"targets: [films.example, other.example]\n"
	"---\npalang-order: 1\nauthority: c\nid: 3\naction: lift\n"
	"lifts: 2\nissued: 2024-05-01T10:00:00+07:00\n"
	"targets: [other.example]\n";

static const char long_order[] = "palang-order: 1\nauthority: k\nid: LONG\n"
				 "action: block\nscope: exact\n"
				 "issued: 2024-03-02T10:00:00+07:00\n"
				 "targets:\n";

static void
write_long(const struct tool *tool)
{
	char text[8192];
	size_t len = (size_t)snprintf(text, sizeof text, "%s", long_order);

	for (int i = 0; i < 200; i++)
		len += (size_t)snprintf(
			text + len, sizeof text - len, "- n%03d.example\n", i);
	tool_write(tool, "long.yaml", text);
}

/* One that was held and approved, one that was rejected, one on trial, one that
 * is held. */
static void
fill_batches(struct tool *tool)
{
	static const char *const ids[] = {"HELD", "WRONG"};

	/* root alone is nobody in particular, and takes two approvers */
	assert_int_equal(setenv("SUDO_USER", "applier", 1), 0);
	for (size_t i = 0; i < 2; i++) {
		sign_order(tool, ids[i], "k", ids[i],
			"action: block\nscope: subtree\n"
			"targets: [github.io]\n");
		sign_shell(tool, "minisign -S -s now.key -m %s.yaml", ids[i]);
		tool_expect(tool, 4, "apply %s/%s.yaml", tool->dir, ids[i]);
	}
	tool_expect(tool, 0, "approve HELD --reason meant --print --as budi");
	tool_write(tool, "approval", tool->out);
	sign_shell(tool, "minisign -S -s approver.key -m approval");
	tool_expect(tool, 0,
		"approve HELD --reason meant --signature %s/approval.minisig",
		tool->dir);
	tool_expect(tool, 0, "reject WRONG --reason 'not meant'");
	sign_order(tool, "trial", "k", "TRIAL",
		"action: block\nscope: exact\ntargets: [trial.example]\n");
	sign_file(tool, "now", "trial.yaml");
	tool_expect(tool, 0, "apply --shadow %s/trial.yaml", tool->dir);
	tool_write(tool, "typed.yaml",
		"palang-order: 1\nauthority: c\nid: TYPED\naction: block\n"
		"issued: 2024-03-02T10:00:00+07:00\nscope: subtree\n"
		"targets: [gitlab.io]\n");
	tool_expect(tool, 4,
		"apply --transcribed --source 'a letter' %s/typed.yaml",
		tool->dir);
}

/* One with a list before and one that is held, one that was removed. */
static void
fill_feeds(struct tool *tool)
{
	char many[] = "a.example\nb.example\nc.example\nd.example\ne.example\n"
		      "f.example\ng.example\nh.example\n";

	tool_expect(tool, 0, "feed add ads --source %s/list", tool->dir);
	tool_expect(tool, 0, "feed add gone --source %s/list", tool->dir);
	tool_expect(tool, 0, "feed remove gone");
	tool_write(tool, "list", "ads.example\nmore.example\n");
	tool_expect(tool, 0, "feed refresh ads --accept-change");
	tool_write(tool, "list", many);
	tool_expect(tool, 4, "feed refresh ads");
}

static void
fill(struct tool *tool)
{
	static const char *const more[] = {"suspend c:2 --reason 'a court'",
		"resume c:2", "suspend c:1 --reason 'another court'",
		"allow add bank.example --reason 'a bank'",
		"allow add other.example --reason x --scope exact",
		"allow remove other.example", "open --all --reason 'a fire'",
		"close --all --reason 'it is out'",
		"block t.me --scope exact --id A", "lift A --id A2"};

	sign_create(tool, "  c: {kind: external, signature: transcribed}\n"
			  "  d:\n    kind: external\n    keys:\n"
			  "    - {file: stranger.pub}\n");
	sign_shell(tool, "sed -i '/court.pub/d' palang.yaml");
	tool_write(tool, "every.yaml", every_key);
	write_long(tool);
	sign_file(tool, "now", "long.yaml");
	tool_write(tool, "list", "ads.example\n");
	tool_expect(tool, 0,
		"apply --transcribed --source 'a \"letter\"' "
		"%s/every.yaml",
		tool->dir);
	tool_expect(tool, 0, "apply %s/long.yaml", tool->dir);
	fill_feeds(tool);
	tool_resolver(tool, "one", 0, PAL_STATE_OK, 0);
	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		tool_expect(tool, 0, "%s", more[i]);
	fill_batches(tool);
	sign_shell(tool, "cp -r state kept");
}

static void
restore(const struct tool *tool)
{
	sign_shell(tool, "rm -r state && cp -r kept state");
}

static sqlite3 *
open_raw(const struct tool *tool)
{
	char path[160];
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/state/ledger.db", tool->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				 "PRAGMA ignore_check_constraints = ON;"
				 "PRAGMA synchronous = OFF",
				 NULL, NULL, NULL),
		SQLITE_OK);
	return db;
}

static void
change(const struct tool *tool, const char *sql)
{
	sqlite3 *db = open_raw(tool);

	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
}

/* The hash of the last entry, as a text. */
static void
take_head(struct tool *tool, char hex[PAL_SHA256_HEX])
{
	const char *at;

	tool_expect(tool, 0, "audit verify");
	at = strstr(tool->out, "head ");
	assert_non_null(at);
	snprintf(hex, PAL_SHA256_HEX, "%s", at + 5);
}

/* ---- one octet ---- */

/* The last octet of a text or blob is another, a number one more. */
static void
flip(sqlite3 *db, const char *table, const char *column)
{
	sqlite3_stmt *get, *put;
	sqlite3_value *value;
	char sql[256];
	int len;

	snprintf(sql, sizeof sql,
		"SELECT %s, rowid FROM %s WHERE %s IS NOT NULL LIMIT 1", column,
		table, column);
	assert_int_equal(
		sqlite3_prepare_v2(db, sql, -1, &get, NULL), SQLITE_OK);
	if (sqlite3_step(get) != SQLITE_ROW)
		fail_msg("no row has %s.%s", table, column);
	snprintf(sql, sizeof sql, "UPDATE %s SET %s = ?1 WHERE rowid = ?2",
		table, column);
	assert_int_equal(
		sqlite3_prepare_v2(db, sql, -1, &put, NULL), SQLITE_OK);
	value = sqlite3_value_dup(sqlite3_column_value(get, 0));
	len = sqlite3_value_bytes(value);
	if (sqlite3_value_type(value) == SQLITE_INTEGER) {
		sqlite3_bind_int64(put, 1, sqlite3_value_int64(value) + 1);
	} else {
		uint8_t *data = malloc((size_t)len + 1);

		memcpy(data, sqlite3_value_blob(value), (size_t)len);
		data[len > 0 ? len - 1 : 0] ^= 1;
		if (sqlite3_value_type(value) == SQLITE_TEXT)
			sqlite3_bind_text(put, 1, (char *)data, len, free);
		else
			sqlite3_bind_blob(put, 1, data, len, free);
	}
	sqlite3_bind_int64(put, 2, sqlite3_column_int64(get, 1));
	sqlite3_value_free(value);
	sqlite3_finalize(get);
	if (sqlite3_step(put) != SQLITE_DONE)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_finalize(put);
}

static const struct {
	const char *table, *columns[26];
} octets[] = {
	{"files", {"sha256", "received", "bytes"}},
	{"documents",
		{"authority", "id", "action", "digest", "lifts_authority",
			"lifts", "replaces", "issued", "effective", "expires",
			"review", "comply_within", "comply_by", "answer",
			"received", "file", "who", "source", "texts",
			"target_count", "targets", "canonical", "signature"}},
	{"suspensions", {"authority", "id", "began", "ended", "reason", "who"}},
	{"events", {"at", "what", "authority", "id", "who", "detail", "epoch",
			   "generation", "digest", "instance", "said", "hash"}},
	{"signatures", {"file", "key", "text", "comment", "at"}},
	{"allows", {"name", "scope", "reason", "who", "added", "removed",
			   "removed_by"}},
	{"switches", {"began", "ended", "reason", "who", "ended_by",
			     "ended_reason"}},
	{"feeds", {"name", "definition", "who", "added", "removed", "names",
			  "names_before", "rolled_back", "rules", "policy",
			  "recipe", "held", "held_since", "held_rules",
			  "held_why"}},
	{"batches", {"received", "who", "way", "source", "state", "why",
			    "decided", "decided_by", "reason"}},
	{"batch_documents", {"position", "authority", "id", "digest"}},
	{"batch_files", {"position", "file", "name", "signature"}},
	{"approvals", {"approval", "batch", "approver", "key", "text", "reason",
			      "at", "who"}},
	{"configurations", {"at", "file"}},
};

static void
finds_an_octet(void **state)
{
	struct tool tool;
	int tried = 0;

	(void)state;
	fill(&tool);
	for (size_t i = 0; i < sizeof octets / sizeof *octets; i++) {
		for (size_t c = 0; octets[i].columns[c] != NULL; c++) {
			sqlite3 *db = open_raw(&tool);
			int code;

			flip(db, octets[i].table, octets[i].columns[c]);
			sqlite3_close(db);
			code = tool_run(&tool, "audit verify");
			if (code != 1)
				fail_msg("%s.%s: exit code %d\n%s%s",
					octets[i].table, octets[i].columns[c],
					code, tool.out, tool.err);
			tool_expect_in(tool.out, "CHANGED: ");
			restore(&tool);
			tried++;
		}
	}
	assert_int_equal(tried, 104);
	tool_expect(&tool, 0, "audit verify");
	/* Every kind is said, so that one that was not there shows. */
	tool_expect_in(tool.out, " entries, 7 documents, 10 files, ");
	tool_expect_in(tool.out, ", 2 suspensions, 4 held runs, 1 approval, "
				 "2 feeds, 2 allows, 1 opening, "
				 "2 configurations; head ");
	tool_expect(&tool, 0, "audit verify --json");
	tool_expect_in(tool.out, "\"feeds\": 2");
	tool_remove(&tool);
}

/* ---- more than an octet ---- */

static const struct {
	const char *sql, *found, *why;
} cases[] = {
	{"DELETE FROM events WHERE event = 3", "entry 3 is not there",
		"an entry removed"},
	{"DELETE FROM events WHERE event IN (3, 4)",
		"entries 3 to 4 are not there", "two of them"},
	{"UPDATE events SET event = -event WHERE event IN (3, 4);"
	 "UPDATE events SET event = 7 + event WHERE event < 0",
		"entry 3: it, or the entry before", "two swapped"},
	{"DELETE FROM events WHERE event > 10", "entries 11 to ",
		"the last ones cut off; the counter stays"},
	{"UPDATE events SET detail = NULL WHERE what = 'suspend'", "entry ",
		"a text taken out"},
	{"UPDATE events SET hash = NULL WHERE event = 5", "entry 5: it, or",
		"a hash taken out"},
	{"UPDATE events SET epoch = NULL WHERE event > 3",
		"a column holds what", "half of a generation"},
	{"UPDATE events SET said = 0 WHERE said IS NULL AND event = 5",
		"entry 5: a column holds what palang does not write",
		"what the line would not show"},
	{"UPDATE events SET who = who || char(0) || 'x' WHERE event = 5",
		"entry 5: ", "behind the end of a text"},
	{"DELETE FROM documents WHERE id = 'LONG'",
		"the document of k:LONG is not there", "an order removed"},
	{"DELETE FROM suspensions WHERE ended IS NULL",
		"suspensions of c:1: fewer", "a suspension removed"},
	{"INSERT INTO suspensions (authority, id, began, reason, who)"
	 " SELECT authority, id, began, reason, who FROM suspensions",
		"suspensions of c:1: fewer than the journal has, or more",
		"a suspension twice"},
	{"UPDATE suspensions SET ended = NULL",
		"suspensions of c:2: ", "one that ended goes on"},
	{"UPDATE allows SET removed = NULL, removed_by = NULL",
		"allows: 2 added and 0 removed", "an allow is back"},
	{"DELETE FROM allows", "allows: 0 added", "allows removed"},
	{"DELETE FROM switches", "openings of everything: 0",
		"the opening is forgotten"},
	{"UPDATE documents SET source = NULL", "c:1: it did not come as",
		"an order not transcribed"},
	{"UPDATE documents SET signature = NULL", "k:LONG: it did not come as",
		"a signature taken from an order"},
	{"UPDATE documents SET signature = 1 WHERE authority = 'c'",
		"c:1: its signature is of another file",
		"and given to another"},
	{"UPDATE documents SET arrived = 1", "c:1: it did not come as",
		"it came earlier"},
	{"DELETE FROM generations WHERE number = 1",
		"there is no generation 1 of its epoch",
		"a generation forgotten"},
	{"DELETE FROM batch_documents WHERE id = 'WRONG'",
		"what was held of k:WRONG is not there", "it never came"},
	{"UPDATE batches SET state = 'held', decided = NULL,"
	 " decided_by = NULL WHERE state = 'rejected'",
		"k:WRONG was rejected, and is not", "it waits again"},
	{"DELETE FROM approvals", "the approval of k:HELD is not there",
		"nobody approved it"},
	{"DELETE FROM signatures", "the signature is not there",
		"a signature removed"},
	{"UPDATE documents SET receipt = -receipt",
		"c:2: recorded in another order than the journal has",
		"orders in another order"},
	{"UPDATE suspensions SET ended = ended + 1",
		"suspensions 1: ", "one that ended later"},
	{"UPDATE suspensions SET began = 1, ended = 2 WHERE suspension ="
	 " (SELECT max(suspension) FROM suspensions)",
		"suspensions 2: ", "one that was over"},
	{"UPDATE switches SET switch = 7", "switches 1: is not there",
		"an opening with another number"},
	{"DELETE FROM configurations", "configurations 1: is not there",
		"a configuration deleted"},
	{"INSERT INTO configurations (at, file)"
	 " SELECT at, file FROM configurations",
		"configurations 3: the journal has no such row",
		"a configuration twice"},
	{"INSERT INTO approvals (batch, approver, key, text, reason, at, who)"
	 " SELECT batch, approver, key, text, reason, at, who FROM approvals",
		"approvals 2: the journal has no such row",
		"an approval twice"},
	{"UPDATE approvals SET key = NULL, text = NULL",
		"approvals 1: not as the journal has it",
		"an approval that nobody signed"},
	{"UPDATE batches SET reason = 'x' WHERE state = 'shadow'",
		"batches 3: not as the journal has it",
		"the word on one that is not decided"},
	{"UPDATE batches SET arrived = 1 WHERE state = 'shadow'",
		"batches 3: not as the journal has it", "when it first came"},
	{"INSERT INTO batches (received, who, way, state, why)"
	 " VALUES (1, 'x', 'apply', 'held', 'x')",
		"batches 5: the journal has no such row",
		"a batch without documents"},
	{"DELETE FROM batch_files WHERE batch = 3",
		"batches 3: not as the journal has it",
		"what was held has lost its file"},
	{"UPDATE batch_files SET signature = NULL",
		"batches 1: not as the journal has it", "and its signature"},
	{"DELETE FROM feeds WHERE name = 'ads'", "feeds 1: is not there",
		"a feed deleted"},
	{"INSERT INTO feeds SELECT 9, 'evil', definition, who, added, NULL,"
	 " names, NULL, 0, rules, policy, recipe, refreshed, tried, failing,"
	 " error, NULL, 0, 0, NULL, etag, modified, serial, size, changed"
	 " FROM feeds WHERE name = 'ads'",
		"feeds 9: the journal has no such row", "a feed from nowhere"},
	{"UPDATE feeds SET removed = NULL WHERE name = 'gone'",
		"feeds 2: not as the journal has it", "a feed is back"},
	{"CREATE TRIGGER t AFTER INSERT ON documents BEGIN"
	 " DELETE FROM suspensions; END",
		"trigger t: palang makes none", "what acts by itself"},
};

static void
finds_more(void **state)
{
	struct tool tool;

	(void)state;
	fill(&tool);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int code;

		change(&tool, cases[i].sql);
		code = tool_run(&tool, "audit verify");
		if (code != 1 || strstr(tool.out, cases[i].found) == NULL)
			fail_msg("%s: exit code %d\n%s%s", cases[i].why, code,
				tool.out, tool.err);
		restore(&tool);
	}
	/* Beside the database. */
	sign_shell(&tool, "for file in state/feeds/*.names; do "
			  "echo evil.example >>$file; done");
	tool_expect(&tool, 1, "audit verify");
	tool_expect_in(tool.out, "feed ads: its names are not those");
	sign_shell(&tool, "rm state/feeds/*names*");
	tool_expect(&tool, 1, "audit verify");
	restore(&tool);
	tool_remove(&tool);
}

/* ---- what only a head finds ---- */

/* Chains all of it anew, as one does who can write the ledger. */
struct rechain {
	sqlite3 *db;
	uint8_t hash[PAL_SHA256_SIZE];
};

static int
rechain_one(void *ctx, const struct ledger_event *event)
{
	struct rechain *rechain = ctx;
	char hex[PAL_SHA256_HEX], sql[256];

	assert_int_equal(journal_next(rechain->hash, event), 0);
	snprintf(sql, sizeof sql,
		"UPDATE events SET hash = x'%s' WHERE event = %d",
		pal_sha256_to_hex(hex, rechain->hash), (int)event->number);
	assert_int_equal(
		sqlite3_exec(rechain->db, sql, NULL, NULL, NULL), SQLITE_OK);
	return 0;
}

static void
rechain(const struct tool *tool)
{
	struct rechain all = {.db = open_raw(tool)};
	struct ledger *ledger = NULL;
	char path[160];

	snprintf(path, sizeof path, "%s/state", tool->dir);
	assert_int_equal(ledger_open(&ledger, path), 0);
	assert_int_equal(ledger_events(ledger, rechain_one, &all), 0);
	ledger_close(ledger);
	sqlite3_close(all.db);
}

/* A head that was given out at any time stays good as long as nothing before it
 * is changed; a chain reckoned anew from a change on has none behind it. */
static void
finds_a_new_chain(void **state)
{
	char early[PAL_SHA256_HEX], late[PAL_SHA256_HEX];
	struct tool tool;

	(void)state;
	sign_create(&tool, "");
	tool_expect(&tool, 0, "block t.me --scope exact --id A");
	take_head(&tool, early);
	tool_expect(&tool, 0, "block u.me --scope exact --id B");
	take_head(&tool, late);
	tool_expect(&tool, 0, "publish");
	tool_expect(&tool, 0, "audit verify --head %s --head %s", early, late);
	tool_expect(&tool, 0, "audit verify --json --head %s", late);
	tool_expect_in(tool.out, "\"verified\": true");
	sign_shell(&tool, "cp -r state kept");
	/* Who it was, here and there, and all hashes. */
	change(&tool, "UPDATE events SET who = 'nobody' WHERE id = 'B';"
		      "UPDATE documents SET who = 'nobody' WHERE id = 'B'");
	rechain(&tool);
	tool_expect(&tool, 0, "audit verify");
	tool_expect(&tool, 0, "audit verify --head %s", early);
	tool_expect(&tool, 1, "audit verify --head %s --head %s", early, late);
	tool_expect_in(tool.out, late);
	tool_expect_in(tool.out, "has been changed, or cut off");
	assert_null(strstr(tool.out, early));
	tool_expect(&tool, 1, "audit verify --json --head %s", late);
	tool_expect_in(tool.out, "\"verified\": false");
	restore(&tool);
	/* The end is cut off, with all that tells of it. */
	change(&tool, "DELETE FROM events WHERE event >= (SELECT event"
		      " FROM events WHERE what = 'received' AND digest ="
		      " (SELECT sha256 FROM files JOIN documents USING (file)"
		      "  WHERE id = 'B'));"
		      "DELETE FROM documents WHERE id = 'B';"
		      "DELETE FROM files WHERE file NOT IN (SELECT file FROM"
		      " documents UNION SELECT file FROM configurations);"
		      "UPDATE sqlite_sequence SET seq = (SELECT max(event)"
		      " FROM events) WHERE name = 'events'");
	tool_expect(&tool, 0, "audit verify --head %s", early);
	tool_expect(&tool, 1, "audit verify --head %s", late);
	tool_expect(&tool, 2, "audit verify --head 12");
	tool_expect(&tool, 2, "audit verify --receipt %s/list", tool.dir);
	tool_remove(&tool);
}

/* ---- export ---- */

/* Programs that have nothing of palang's say the same of it. */
static void
exports(void **state)
{
	char head[PAL_SHA256_HEX];
	struct tool tool;

	(void)state;
	fill(&tool);
	take_head(&tool, head);
	tool_expect(&tool, 0, "audit export");
	tool_write(&tool, "printed", tool.out);
	tool_expect(&tool, 0, "audit export --output %s/written", tool.dir);
	sign_shell(&tool, "cmp printed written");
	sign_shell(&tool,
		"test \"$(" SOURCE_DIR
		"/tests/unit/verify-journal <printed)\" = %s",
		head);
	/* The program that the documentation gives, where there is Python. */
	sign_shell(&tool, "sed -n '/^```python$/,/^```$/p' " SOURCE_DIR
			  "/docs/OPERATION.md | sed '/^```/d' >verify.py && "
			  "test -s verify.py");
	if (system("command -v python3 >/dev/null") == 0) {
		sign_shell(&tool, "test \"$(python3 verify.py <printed)\" = %s",
			head);
		sign_shell(&tool, "! sed 5d printed | python3 verify.py");
	}
	sign_shell(&tool,
		"sed '5s/\"who\":\"/&x/' printed >changed && ! " SOURCE_DIR
		"/tests/unit/verify-journal <changed");
	sign_shell(&tool, "sed 5d printed >changed && ! " SOURCE_DIR
			  "/tests/unit/verify-journal <changed");
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_an_octet),
		cmocka_unit_test(finds_more),
		cmocka_unit_test(finds_a_new_chain),
		cmocka_unit_test(exports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
