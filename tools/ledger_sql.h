/*
 * All SQL of the ledger.  Included by the ledger's own files alone.
 *
 * Times of orders are seconds since 1970 UTC, as they are judged; times of
 * what was done here are milliseconds.  NULL: absent.
 */
#ifndef TOOL_LEDGER_SQL_H
#define TOOL_LEDGER_SQL_H

#define LEDGER_VERSION 3 /* user_version of the schema below */

/*
 * A commit is one write to the log and one fsync of it; what is committed
 * outlives a power failure.  The log goes into the file when the last
 * command closes it, so that at rest ledger.db is all there is to back up.
 */
#define SQL_OPEN                                                               \
	"PRAGMA journal_mode = WAL;"                                           \
	"PRAGMA synchronous = FULL;"                                           \
	"PRAGMA foreign_keys = ON;"                                            \
	"PRAGMA trusted_schema = OFF;"

/* Of one who reads, and may have no right to change how the file is kept. */
#define SQL_OPEN_READ "PRAGMA trusted_schema = OFF"

#define SQL_VERSION "PRAGMA user_version"

/* Files as they were received, each kept once; received: the first time, in
 * milliseconds. */
#define SQL_TABLE_FILES                                                        \
	"CREATE TABLE files ("                                                 \
	" file INTEGER PRIMARY KEY,"                                           \
	" sha256 BLOB NOT NULL UNIQUE,"                                        \
	" received INTEGER NOT NULL,"                                          \
	" bytes BLOB NOT NULL);"

/* Orders and lifts.  targets and texts are what the columns before do not
 * hold, packed (ledger_pack.h); canonical says all of it once more, for people
 * and for the digest.  source: of a transcribed order, where it came from.
 * signature: NULL for one that was transcribed or is the operator's own;
 * arrived: when it first came, in milliseconds; NULL: when it was received. */
#define SQL_TABLE_DOCUMENTS                                                    \
	"CREATE TABLE documents ("                                             \
	" receipt INTEGER PRIMARY KEY AUTOINCREMENT,"                          \
	" authority TEXT NOT NULL,"                                            \
	" id TEXT NOT NULL,"                                                   \
	" action TEXT NOT NULL CHECK (action IN ('block', 'lift')),"           \
	" digest BLOB NOT NULL,"                                               \
	" lifts_authority TEXT,"                                               \
	" lifts TEXT,"                                                         \
	" replaces TEXT,"                                                      \
	" issued INTEGER NOT NULL,"                                            \
	" effective INTEGER,"                                                  \
	" expires INTEGER,"                                                    \
	" review INTEGER,"                                                     \
	" comply_within INTEGER,"                                              \
	" comply_by INTEGER,"                                                  \
	" answer INTEGER,"                                                     \
	" received INTEGER NOT NULL,"                                          \
	" file INTEGER NOT NULL REFERENCES files,"                             \
	" who TEXT NOT NULL,"                                                  \
	" source TEXT,"                                                        \
	" texts BLOB NOT NULL,"                                                \
	" target_count INTEGER NOT NULL,"                                      \
	" targets BLOB NOT NULL,"                                              \
	" canonical TEXT NOT NULL,"                                            \
	" signature INTEGER REFERENCES signatures,"                            \
	" arrived INTEGER,"                                                    \
	" UNIQUE (authority, id));"

/* The operator's stops, by order; ended is NULL while one lasts. */
#define SQL_TABLE_SUSPENSIONS                                                  \
	"CREATE TABLE suspensions ("                                           \
	" suspension INTEGER PRIMARY KEY AUTOINCREMENT,"                       \
	" authority TEXT NOT NULL,"                                            \
	" id TEXT NOT NULL,"                                                   \
	" began INTEGER NOT NULL,"                                             \
	" ended INTEGER,"                                                      \
	" reason TEXT NOT NULL,"                                               \
	" who TEXT NOT NULL,"                                                  \
	" FOREIGN KEY (authority, id) REFERENCES documents (authority, id));"

/*
 * The journal: everything that was ever done; journal.h has the chain of hash.
 * digest is that of an order, a file or a list; instance is a resolver's, and
 * said the time on its clock.  All times in milliseconds.  Columns stand in
 * the order in which a migration adds them.
 */
#define SQL_TABLE_EVENTS                                                       \
	"CREATE TABLE events ("                                                \
	" event INTEGER PRIMARY KEY AUTOINCREMENT,"                            \
	" at INTEGER NOT NULL,"                                                \
	" what TEXT NOT NULL,"                                                 \
	" authority TEXT,"                                                     \
	" id TEXT,"                                                            \
	" who TEXT NOT NULL,"                                                  \
	" detail TEXT,"                                                        \
	" epoch BLOB,"                                                         \
	" generation INTEGER,"                                                 \
	" digest BLOB,"                                                        \
	" instance TEXT,"                                                      \
	" said INTEGER,"                                                       \
	" hash BLOB);"                                                         \
	"CREATE INDEX events_order ON events (id, authority);" SQL_INDEX_EVENTS

#define SQL_INDEX_EVENTS                                                       \
	"CREATE INDEX events_instance ON events (instance, what)"              \
	" WHERE instance IS NOT NULL;"

/* What was published, or begun to be; see publish.h.  Times in milliseconds.
 * The text of manifests is kept for the last few. */
#define SQL_TABLE_GENERATIONS                                                  \
	"CREATE TABLE generations ("                                           \
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"                           \
	" epoch BLOB NOT NULL,"                                                \
	" generation INTEGER NOT NULL,"                                        \
	" begun INTEGER NOT NULL,"                                             \
	" published INTEGER,"                                                  \
	" manifest TEXT,"                                                      \
	" UNIQUE (epoch, generation));"

/* Since version 2: feeds, in the order of adding; see ledger_feed.h.
 * definition is NULL where palang.yaml has it; removed ones stay as rows. */
#define SQL_TABLE_FEEDS                                                        \
	"CREATE TABLE IF NOT EXISTS feeds ("                                   \
	" feed INTEGER PRIMARY KEY AUTOINCREMENT,"                             \
	" name TEXT NOT NULL,"                                                 \
	" definition TEXT,"                                                    \
	" who TEXT NOT NULL,"                                                  \
	" added INTEGER NOT NULL,"                                             \
	" removed INTEGER,"                                                    \
	" names TEXT,"                                                         \
	" names_before TEXT,"                                                  \
	" rolled_back INTEGER NOT NULL,"                                       \
	" rules INTEGER NOT NULL,"                                             \
	" policy BLOB,"                                                        \
	" recipe BLOB,"                                                        \
	" refreshed INTEGER NOT NULL,"                                         \
	" tried INTEGER NOT NULL,"                                             \
	" failing INTEGER NOT NULL,"                                           \
	" error TEXT,"                                                         \
	" held TEXT,"                                                          \
	" held_since INTEGER NOT NULL,"                                        \
	" held_rules INTEGER NOT NULL,"                                        \
	" held_why TEXT,"                                                      \
	" etag TEXT,"                                                          \
	" modified TEXT,"                                                      \
	" serial INTEGER,"                                                     \
	" size INTEGER NOT NULL,"                                              \
	" changed INTEGER NOT NULL);"                                          \
	"CREATE UNIQUE INDEX IF NOT EXISTS feeds_name ON feeds (name)"         \
	" WHERE removed IS NULL;"

/* The operator's own allows.  Times in milliseconds; removed ones stay. */
#define SQL_TABLE_ALLOWS                                                       \
	"CREATE TABLE IF NOT EXISTS allows ("                                  \
	" allow INTEGER PRIMARY KEY AUTOINCREMENT,"                            \
	" name TEXT NOT NULL,"                                                 \
	" scope INTEGER NOT NULL,"                                             \
	" reason TEXT NOT NULL,"                                               \
	" who TEXT NOT NULL,"                                                  \
	" added INTEGER NOT NULL,"                                             \
	" removed INTEGER,"                                                    \
	" removed_by TEXT);"                                                   \
	"CREATE UNIQUE INDEX IF NOT EXISTS allows_name"                        \
	" ON allows (name, scope) WHERE removed IS NULL;"

/*
 * Since version 3: who vouches for an order, and what is not in force of it.
 *
 * A batch is what came in one run and was held back, or is in shadow; what is
 * in it stands in no other table before it goes through intake again.  kind is
 * "TEMP " for one who reads an older ledger and may not change it.  All times
 * in milliseconds.
 */
#define SQL_TABLES_TRUST(kind)                                                 \
	"CREATE " kind "TABLE signatures ("                                    \
	" signature INTEGER PRIMARY KEY,"                                      \
	" file INTEGER NOT NULL REFERENCES files,"                             \
	" key BLOB NOT NULL,"                                                  \
	" text TEXT NOT NULL,"                                                 \
	" comment TEXT NOT NULL,"                                              \
	" at INTEGER NOT NULL,"                                                \
	" UNIQUE (file, text));"                                               \
	"CREATE " kind "TABLE batches ("                                       \
	" batch INTEGER PRIMARY KEY,"                                          \
	" received INTEGER NOT NULL,"                                          \
	" who TEXT NOT NULL,"                                                  \
	" way TEXT NOT NULL CHECK (way IN ("                                   \
	"  'apply', 'inbox', 'block', 'lift')),"                               \
	" source TEXT,"                                                        \
	" state TEXT NOT NULL CHECK (state IN ("                               \
	"  'held', 'shadow', 'approved', 'activated', 'rejected')),"           \
	" why TEXT NOT NULL,"                                                  \
	" decided INTEGER,"                                                    \
	" decided_by TEXT,"                                                    \
	" reason TEXT);"                                                       \
	"CREATE " kind "TABLE batch_files ("                                   \
	" batch INTEGER NOT NULL REFERENCES batches,"                          \
	" position INTEGER NOT NULL,"                                          \
	" file INTEGER NOT NULL REFERENCES files,"                             \
	" name TEXT NOT NULL,"                                                 \
	" signature INTEGER REFERENCES signatures,"                            \
	" PRIMARY KEY (batch, position));"                                     \
	"CREATE " kind "TABLE batch_documents ("                               \
	" batch INTEGER NOT NULL REFERENCES batches,"                          \
	" position INTEGER NOT NULL,"                                          \
	" authority TEXT NOT NULL,"                                            \
	" id TEXT NOT NULL,"                                                   \
	" digest BLOB NOT NULL,"                                               \
	" PRIMARY KEY (batch, position));"                                     \
	"CREATE " kind "TABLE approvals ("                                     \
	" approval INTEGER PRIMARY KEY,"                                       \
	" batch INTEGER NOT NULL REFERENCES batches,"                          \
	" approver TEXT NOT NULL,"                                             \
	" key BLOB,"                                                           \
	" text TEXT,"                                                          \
	" reason TEXT NOT NULL,"                                               \
	" at INTEGER NOT NULL,"                                                \
	" who TEXT NOT NULL);"                                                 \
	"CREATE " kind "TABLE switches ("                                      \
	" switch INTEGER PRIMARY KEY,"                                         \
	" began INTEGER NOT NULL,"                                             \
	" ended INTEGER,"                                                      \
	" reason TEXT NOT NULL,"                                               \
	" who TEXT NOT NULL,"                                                  \
	" ended_by TEXT,"                                                      \
	" ended_reason TEXT);"                                                 \
	"CREATE " kind "TABLE configurations ("                                \
	" configuration INTEGER PRIMARY KEY,"                                  \
	" at INTEGER NOT NULL,"                                                \
	" file INTEGER NOT NULL REFERENCES files);"

/* application_id is "plng": tells file(1) what this is. */
#define SQL_SCHEMA                                                             \
	"BEGIN IMMEDIATE;" SQL_TABLE_FILES SQL_TABLE_DOCUMENTS                 \
		SQL_TABLE_SUSPENSIONS SQL_TABLE_EVENTS SQL_TABLE_GENERATIONS   \
			SQL_TABLE_FEEDS SQL_TABLE_ALLOWS SQL_TABLES_TRUST(     \
				"") "PRAGMA application_id = 1886154343;"      \
				    "PRAGMA user_version = 3;"                 \
				    "COMMIT;"

/* Steps of a migration, in the order of versions; ledger_migrate.c runs them
 * in one transaction. */
#define SQL_MIGRATE_1 SQL_TABLE_FEEDS SQL_TABLE_ALLOWS

/* What was received before there was a journal has its entries at the end of
 * what happened until then. */
#define SQL_MIGRATE_2                                                          \
	SQL_TABLES_TRUST("")                                                   \
	"ALTER TABLE documents ADD COLUMN signature INTEGER"                   \
	" REFERENCES signatures;"                                              \
	"ALTER TABLE documents ADD COLUMN arrived INTEGER;"                    \
	"ALTER TABLE events ADD COLUMN digest BLOB;"                           \
	"ALTER TABLE events ADD COLUMN instance TEXT;"                         \
	"ALTER TABLE events ADD COLUMN said INTEGER;"                          \
	"ALTER TABLE events ADD COLUMN hash BLOB;" SQL_INDEX_EVENTS            \
	"UPDATE events SET digest = (SELECT digest FROM documents AS d"        \
	"  WHERE d.authority = events.authority AND d.id = events.id)"         \
	" WHERE what NOT LIKE 'feed %';"                                       \
	"INSERT INTO events (at, what, who, detail, digest)"                   \
	" SELECT received, 'received', coalesce((SELECT who FROM documents"    \
	"  WHERE documents.file = files.file ORDER BY receipt LIMIT 1),"       \
	"  'palang'), 'before there was a journal', sha256"                    \
	" FROM files ORDER BY file;"

#define SQL_MIGRATED "PRAGMA user_version = 3"

/* How an older ledger looks to one who may not migrate it. */
#define SQL_READ_2                                                                    \
	"PRAGMA temp_store = MEMORY;" SQL_TABLES_TRUST(                               \
		"TEMP ") "CREATE TEMP VIEW documents AS SELECT *, NULL AS signature," \
			 " NULL AS arrived FROM main.documents;"                      \
			 "CREATE TEMP VIEW events AS SELECT *, NULL AS digest,"       \
			 " NULL AS instance, NULL AS said, NULL AS hash FROM main.events;"

#define SQL_BEGIN    "BEGIN IMMEDIATE"
#define SQL_COMMIT   "COMMIT"
#define SQL_ROLLBACK "ROLLBACK"
/* Readers see one state of the ledger throughout. */
#define SQL_READ "BEGIN DEFERRED"

/* A commit whose loss does no harm: it needs no fsync of its own. */
#define SQL_SYNC_OFF "PRAGMA synchronous = NORMAL"
#define SQL_SYNC_ON  "PRAGMA synchronous = FULL"

#define SQL_FILE_FIND "SELECT file FROM files WHERE sha256 = ?1"
#define SQL_FILE_ADD                                                           \
	"INSERT INTO files (sha256, received, bytes) VALUES (?1, ?2, ?3)"
#define SQL_FILE_BYTES                                                         \
	"SELECT files.bytes FROM documents JOIN files USING (file)"            \
	" WHERE authority = ?1 AND id = ?2"

#define SQL_DOCUMENT_ADD                                                       \
	"INSERT INTO documents (authority, id, action, digest,"                \
	" lifts_authority, lifts, replaces, issued, effective, expires,"       \
	" review, comply_within, comply_by, answer, received, file, who,"      \
	" source, signature, arrived, texts, target_count, targets,"           \
	" canonical) VALUES"                                                   \
	" (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"       \
	" ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)"
#define SQL_DOCUMENT_COUNT                                                     \
	"SELECT count(*), coalesce(sum(target_count), 0) FROM documents"
#define SQL_DOCUMENTS                                                          \
	"SELECT receipt, authority, id, action, digest, lifts_authority,"      \
	" lifts, replaces, issued, effective, expires, review,"                \
	" comply_within, comply_by, answer, received, who, source,"            \
	" signature, arrived, texts, target_count, targets"                    \
	" FROM documents ORDER BY receipt"
#define SQL_CANONICAL                                                          \
	"SELECT canonical FROM documents WHERE authority = ?1 AND id = ?2"

#define SQL_SUSPENSIONS                                                        \
	"SELECT authority, id, began, ended, reason, who FROM suspensions"     \
	" ORDER BY suspension"
#define SQL_SUSPEND                                                            \
	"INSERT INTO suspensions (authority, id, began, reason, who)"          \
	" VALUES (?1, ?2, ?3, ?4, ?5)"
#define SQL_RESUME                                                             \
	"UPDATE suspensions SET ended = max(began, ?3)"                        \
	" WHERE authority = ?1 AND id = ?2 AND ended IS NULL"

/* In the order of struct ledger_event. */
#define SQL_EVENT_ADD                                                          \
	"INSERT INTO events (event, at, what, authority, id, digest, who,"     \
	" detail, epoch, generation, instance, said, hash)"                    \
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
#define SQL_EVENTS                                                             \
	"SELECT event, at, what, authority, id, digest, who, detail, epoch,"   \
	" generation, instance, said, hash FROM events ORDER BY event"
/* Of a migration. */
#define SQL_EVENT_SEAL                                                         \
	"UPDATE events SET who = ?2, detail = ?3, hash = ?4 WHERE event = ?1"

/* A number is never given twice, so that a gap is seen. */
#define SQL_HEAD                                                               \
	"SELECT coalesce((SELECT seq FROM sqlite_sequence"                     \
	" WHERE name = 'events'), 0), at, hash"                                \
	" FROM (SELECT 1) LEFT JOIN"                                           \
	" (SELECT at, hash FROM events ORDER BY event DESC LIMIT 1)"

#define SQL_CONFIRMED                                                          \
	"SELECT generation FROM events"                                        \
	" WHERE instance = ?1 AND what = ?2 AND epoch = ?3"                    \
	" ORDER BY event DESC LIMIT 1"
#define SQL_EVENT_HAS                                                          \
	"SELECT 1 FROM events WHERE what = ?1 AND authority = ?2"              \
	" AND id = ?3 AND detail = ?4 LIMIT 1"

/* ---- receipts ---- */

#define SQL_RECEIPT                                                            \
	"SELECT d.digest, f.sha256, s.key, s.comment, d.source,"               \
	" coalesce(d.arrived, e.at, d.received * 1000),"                       \
	" coalesce(e.at, d.received * 1000), e.epoch, e.generation,"           \
	" g.published FROM documents AS d JOIN files AS f USING (file)"        \
	" LEFT JOIN signatures AS s ON s.signature = d.signature"              \
	" LEFT JOIN events AS e ON e.id = d.id AND e.authority = d.authority"  \
	" AND e.digest = d.digest AND e.what IN ('apply', 'block', 'lift')"    \
	" LEFT JOIN generations AS g ON g.epoch = e.epoch"                     \
	" AND g.generation = e.generation"                                     \
	" WHERE d.authority = ?1 AND d.id = ?2 LIMIT 1"
#define SQL_RECEIPT_EVENTS                                                     \
	"SELECT event, at, what, authority, id, digest, who, detail, epoch,"   \
	" generation, instance, said, hash FROM events"                        \
	" WHERE authority = ?1 AND id = ?2 AND what IN ('held', 'shadowed',"   \
	" 'approved', 'activated', 'rejected', 'suspend', 'resume', 'lifted'," \
	" 'expired') ORDER BY event"
/* As ledger_believe. */
#define SQL_SAID_SLACK 1000 /* ms */
#define SQL_RECEIPT_REACHED(kind)                                                            \
	"(SELECT CASE WHEN e.said BETWEEN g.begun - 1000 AND e.at + 1000"                    \
	" THEN e.said ELSE e.at END FROM events AS e"                                        \
	" LEFT JOIN generations AS g ON g.epoch = e.epoch"                                   \
	" AND g.generation = e.generation WHERE e.instance = i.instance AND e.what = '" kind \
	"'"                                                                                  \
	" AND e.epoch = ?1 AND e.generation >= ?2 ORDER BY e.event LIMIT 1)"
#define SQL_RECEIPT_RESOLVERS                                                          \
	"SELECT instance, " SQL_RECEIPT_REACHED("in effect") ", " SQL_RECEIPT_REACHED( \
		"swept") " FROM (SELECT DISTINCT instance"                             \
			 " FROM events WHERE instance IS NOT NULL AND epoch = ?1"      \
			 " AND generation >= ?2) AS i ORDER BY instance"
#define SQL_RECEIPT_FIND                                                       \
	"SELECT DISTINCT authority, id FROM events"                            \
	" WHERE what IN ('held', 'shadowed')"                                  \
	" AND (id = ?1 OR authority || ':' || id = ?1) LIMIT 2"

/* ---- audit: each query gives the texts of what it finds ---- */

#define SQL_ORDER(table) table ".authority || ':' || " table ".id"

/* Nothing in the file acts by itself. */
#define SQL_AUDIT_SCHEMA                                                         \
	"SELECT type || ' ' || name || ': palang makes none' FROM sqlite_master" \
	" WHERE type IN ('trigger', 'view')"
#define SQL_AUDIT_FILE                                                         \
	"SELECT 'the database: ' || integrity_check"                           \
	" FROM pragma_integrity_check WHERE integrity_check <> 'ok'"
#define SQL_AUDIT_KEYS                                                         \
	"SELECT \"table\" || ' ' || coalesce(rowid, '') || ': what it refers"  \
	" to in ' || parent || ' is not there' FROM pragma_foreign_key_check"

/* Of a row that the chain cannot vouch for: its line would be another's. */
#define SQL_AUDIT_EVENTS                                                       \
	"SELECT 'entry ' || event || ': a column holds what palang does not"   \
	" write' FROM events WHERE typeof(at) <> 'integer'"                    \
	" OR typeof(what) <> 'text' OR typeof(who) <> 'text'"                  \
	" OR typeof(authority) NOT IN ('text', 'null')"                        \
	" OR typeof(id) NOT IN ('text', 'null')"                               \
	" OR typeof(detail) NOT IN ('text', 'null')"                           \
	" OR typeof(instance) NOT IN ('text', 'null')"                         \
	" OR typeof(generation) NOT IN ('integer', 'null')"                    \
	" OR (epoch IS NULL) <> (generation IS NULL)"                          \
	" OR typeof(said) NOT IN ('integer', 'null') OR said = 0"              \
	" OR instr(CAST(coalesce(authority, '') || coalesce(id, '')"           \
	"  || what || who || coalesce(detail, '')"                             \
	"  || coalesce(instance, '') AS BLOB), x'00') > 0"
#define SQL_AUDIT_GENERATIONS                                                  \
	"SELECT 'entry ' || event || ': there is no generation '"              \
	" || e.generation || ' of its epoch' FROM events AS e"                 \
	" LEFT JOIN generations AS g"                                          \
	" ON g.epoch = e.epoch AND g.generation = e.generation"                \
	" WHERE e.generation IS NOT NULL AND g.number IS NULL"

#define SQL_AUDIT_FILES                                                        \
	"SELECT 'file ' || f.file || ': the journal does not say that it was"  \
	" received then' FROM files AS f LEFT JOIN events AS e"                \
	" ON e.digest = f.sha256 AND e.at = f.received"                        \
	" AND e.what IN ('received', 'configuration')"                         \
	" WHERE e.event IS NULL"
#define SQL_AUDIT_FILES_GONE                                                    \
	"SELECT 'entry ' || e.event || ': the file ' || coalesce(e.detail, '')" \
	" || ' is not there' FROM events AS e LEFT JOIN files AS f"             \
	" ON f.sha256 = e.digest"                                               \
	" WHERE e.what IN ('received', 'configuration') AND f.file IS NULL"
#define SQL_AUDIT_CONFIGURATIONS                                               \
	"SELECT 'configuration ' || c.configuration || ': not as the journal"  \
	" has it' FROM configurations AS c LEFT JOIN files AS f USING (file)"  \
	" LEFT JOIN events AS e ON e.what = 'configuration'"                   \
	" AND e.digest = f.sha256 AND e.at = c.at WHERE e.event IS NULL"

#define SQL_AUDIT_DOCUMENTS                                                      \
	"SELECT " SQL_ORDER(                                                     \
		"d") " || ': not recorded as the journal has it'"                \
		     " FROM documents AS d LEFT JOIN events AS e ON e.id = d.id" \
		     " AND e.authority = d.authority AND e.digest = d.digest"    \
		     " AND e.what IN ('apply', 'block', 'lift')"                 \
		     " AND e.at / 1000 = d.received AND e.who = d.who"           \
		     " WHERE e.event IS NULL"
#define SQL_AUDIT_DOCUMENTS_GONE                                                           \
	"SELECT 'entry ' || e.event || ': the document of ' || " SQL_ORDER(                \
		"e") " || ' is not there' FROM events AS e LEFT JOIN documents AS d"       \
		     " ON d.authority = e.authority AND d.id = e.id"                       \
		     " AND d.digest = e.digest WHERE e.what IN ('apply', 'block', 'lift')" \
		     " AND e.digest IS NOT NULL AND d.receipt IS NULL"
/* Which of two was recorded first decides what they do. */
#define SQL_AUDIT_RECEIPTS                                                                 \
	"SELECT " SQL_ORDER(                                                               \
		"o") " || ': recorded in another order than the"                           \
		     " journal has' FROM (SELECT d.authority, d.id, e.event, max(e.event)" \
		     "  OVER (ORDER BY d.receipt ROWS BETWEEN UNBOUNDED PRECEDING"         \
		     "  AND 1 PRECEDING) AS before FROM documents AS d JOIN events AS e"   \
		     "  ON e.id = d.id AND e.authority = d.authority"                      \
		     "  AND e.digest = d.digest AND e.what IN ('apply', 'block', 'lift'))" \
		     " AS o WHERE o.event < o.before"
#define SQL_AUDIT_SIGNED                                                           \
	"SELECT " SQL_ORDER(                                                       \
		"d") " || ': its signature is of another file'"                    \
		     " FROM documents AS d JOIN signatures AS s USING (signature)" \
		     " WHERE s.file <> d.file"
#define SQL_AUDIT_SIGNATURES_GONE                                              \
	"SELECT 'entry ' || e.event || ': the signature is not there'"         \
	" FROM events AS e LEFT JOIN (signatures AS s JOIN files AS f"         \
	"  USING (file)) ON f.sha256 = e.digest AND s.at = e.at"               \
	" WHERE e.what = 'verified' AND s.signature IS NULL"

/* What has a beginning and an end: each row has its entries, and there are no
 * more entries than rows. */
#define SQL_AUDIT_SUSPENSIONS                                                              \
	"SELECT 'suspension of ' || " SQL_ORDER(                                           \
		"s") " || ': not as the"                                                   \
		     " journal has it' FROM suspensions AS s LEFT JOIN events AS b"        \
		     " ON b.what = 'suspend' AND b.id = s.id"                              \
		     " AND b.authority = s.authority AND b.at / 1000 = s.began"            \
		     " AND b.who = s.who AND b.detail = s.reason LEFT JOIN events AS e"    \
		     " ON e.what = 'resume' AND e.id = s.id AND e.authority = s.authority" \
		     " AND max(e.at / 1000, s.began) = s.ended WHERE b.event IS NULL"      \
		     " OR (s.ended IS NOT NULL AND e.event IS NULL)"
#define SQL_AUDIT_SUSPENSIONS_GONE                                                       \
	"SELECT 'suspensions of ' || " SQL_ORDER(                                        \
		"e") " || ': fewer than the"                                             \
		     " journal has, or more' FROM events AS e"                           \
		     " WHERE e.what IN ('suspend', 'resume') GROUP BY e.authority, e.id" \
		     " HAVING sum(e.what = 'suspend') <> (SELECT count(*)"               \
		     "  FROM suspensions AS s WHERE s.authority = e.authority"           \
		     "  AND s.id = e.id) OR sum(e.what = 'resume') <> (SELECT"           \
		     "  count(ended) FROM suspensions AS s"                              \
		     "  WHERE s.authority = e.authority AND s.id = e.id)"

#define SQL_ALLOW_TEXT                                                         \
	"a.name || CASE a.scope WHEN 0 THEN ' (exact)'"                        \
	" WHEN 1 THEN ' (subtree)' END"
#define SQL_AUDIT_ALLOWS                                                       \
	"SELECT 'allow of ' || a.name || ': not as the journal has it'"        \
	" FROM allows AS a LEFT JOIN events AS b ON b.what = 'allow add'"      \
	" AND b.detail = " SQL_ALLOW_TEXT " || ': ' || a.reason"               \
	" AND b.at = a.added AND b.who = a.who LEFT JOIN events AS e"          \
	" ON e.what = 'allow remove' AND e.detail = " SQL_ALLOW_TEXT           \
	" AND e.at = a.removed AND e.who = a.removed_by"                       \
	" WHERE b.event IS NULL OR (a.removed IS NOT NULL AND e.event IS NULL)"
#define SQL_AUDIT_ALLOWS_GONE                                                  \
	"SELECT 'allows: ' || rows || ' added and ' || ends || ' removed, the" \
	" journal has ' || adds || ' and ' || removes FROM"                    \
	" (SELECT count(*) AS rows, count(removed) AS ends FROM allows),"      \
	" (SELECT coalesce(sum(what = 'allow add'), 0) AS adds,"               \
	"  coalesce(sum(what = 'allow remove'), 0) AS removes FROM events)"    \
	" WHERE rows <> adds OR ends <> removes"

#define SQL_AUDIT_SWITCHES                                                     \
	"SELECT 'the opening of everything, ' || s.switch || ': not as the"    \
	" journal has it' FROM switches AS s LEFT JOIN events AS b"            \
	" ON b.what = 'opened' AND b.at = s.began AND b.who = s.who"           \
	" AND b.detail = s.reason LEFT JOIN events AS e ON e.what = 'closed'"  \
	" AND max(e.at, s.began) = s.ended AND e.who = s.ended_by"             \
	" AND e.detail IS s.ended_reason WHERE b.event IS NULL"                \
	" OR (s.ended IS NOT NULL AND e.event IS NULL)"
#define SQL_AUDIT_SWITCHES_GONE                                                \
	"SELECT 'openings of everything: ' || rows || ', ended ' || ends ||"   \
	" '; the journal has ' || begins || ' and ' || closes FROM"            \
	" (SELECT count(*) AS rows, count(ended) AS ends FROM switches),"      \
	" (SELECT coalesce(sum(what = 'opened'), 0) AS begins,"                \
	"  coalesce(sum(what = 'closed'), 0) AS closes FROM events)"           \
	" WHERE rows <> begins OR ends <> closes"

#define SQL_AUDIT_BATCHES                                                                           \
	"SELECT 'what was held of ' || " SQL_ORDER(                                                 \
		"d") " || ': not as the"                                                            \
		     " journal has it' FROM batch_documents AS d JOIN batches AS b"                 \
		     " USING (batch) LEFT JOIN events AS h ON h.id = d.id"                          \
		     " AND h.authority = d.authority AND h.digest = d.digest"                       \
		     " AND h.what IN ('held', 'shadowed') AND h.at = b.received"                    \
		     " AND h.who = b.who AND h.detail = b.why LEFT JOIN events AS e ON e.id = d.id" \
		     " AND e.authority = d.authority AND e.digest = d.digest"                       \
		     " AND e.what = b.state AND e.at = b.decided AND e.who = b.decided_by"          \
		     " WHERE h.event IS NULL OR (b.state NOT IN ('held', 'shadow')"                 \
		     "  AND e.event IS NULL) OR (b.state IN ('held', 'shadow')"                     \
		     "  AND b.decided IS NOT NULL)"
#define SQL_AUDIT_BATCHES_GONE                                                           \
	"SELECT 'entry ' || e.event || ': what was held of ' || " SQL_ORDER(             \
		"e") " || ' is not there' FROM events AS e"                              \
		     " LEFT JOIN (batch_documents AS d JOIN batches AS b USING (batch))" \
		     " ON d.authority = e.authority AND d.id = e.id"                     \
		     " AND d.digest = e.digest AND e.at BETWEEN b.received"              \
		     " AND coalesce(b.decided, e.at)"                                    \
		     " WHERE e.what IN ('held', 'shadowed') AND d.batch IS NULL"
#define SQL_AUDIT_DECIDED_GONE                                                            \
	"SELECT 'entry ' || e.event || ': ' || " SQL_ORDER(                               \
		"e") " || ' was '"                                                        \
		     " || e.what || ', and is not' FROM events AS e"                      \
		     " LEFT JOIN (batch_documents AS d JOIN batches AS b USING (batch))"  \
		     " ON d.authority = e.authority AND d.id = e.id"                      \
		     " AND d.digest = e.digest AND b.decided = e.at AND b.state = e.what" \
		     " LEFT JOIN approvals AS a ON e.what = 'approved' AND a.at = e.at"   \
		     " WHERE e.what IN ('approved', 'activated', 'rejected')"             \
		     " AND d.batch IS NULL AND a.approval IS NULL"
#define SQL_AUDIT_APPROVALS                                                    \
	"SELECT 'approval by ' || a.approver || ': not as the journal has it'" \
	" FROM approvals AS a LEFT JOIN (events AS e JOIN batch_documents"     \
	"  AS d ON e.id = d.id AND e.authority = d.authority"                  \
	"  AND e.digest = d.digest AND e.what = 'approved')"                   \
	" ON d.batch = a.batch AND e.at = a.at AND e.who = a.who"              \
	" AND e.detail = 'by ' || a.approver || ': ' || a.reason"              \
	" WHERE e.event IS NULL"
#define SQL_AUDIT_APPROVALS_GONE                                               \
	"SELECT 'entry ' || e.event || ': the approval of '"                   \
	" || e.authority || ':' || e.id || ' is not there' FROM events AS e"   \
	" LEFT JOIN approvals AS a ON a.at = e.at AND a.who = e.who"           \
	" WHERE e.what = 'approved' AND a.approval IS NULL"

/* ---- rows as they stand: see ledger_vouch.h ---- */

/* All of a column: no two values look the same. */
#define SQL_EXACT(column) "typeof(" column ") || hex(" column ") || ','"

#define SQL_ROWS(table, key, columns)                                          \
	"SELECT " key ", " columns " FROM " table " WHERE coalesce(?1, " key   \
	") = " key " ORDER BY " key
#define SQL_ROW_FEEDS                                                                                                                                                                                                                                                                                          \
	SQL_ROWS("feeds", "feed",                                                                                                                                                                                                                                                                              \
		SQL_EXACT("feed") " || " SQL_EXACT("name") " || " SQL_EXACT("definition") " || " SQL_EXACT("who") " || " SQL_EXACT("added") " || " SQL_EXACT("removed") " || " SQL_EXACT("names") " || " SQL_EXACT("names_before") " || " SQL_EXACT("rolled_back") " || " SQL_EXACT("rules") " || " SQL_EXACT( \
			"policy") " || " SQL_EXACT("recipe") " || " SQL_EXACT("held") " || " SQL_EXACT("held_since") " || " SQL_EXACT("held_rules") " || " SQL_EXACT("held_why"))
#define SQL_ROW_SUSPENSIONS                                                                                    \
	SQL_ROWS("suspensions", "suspension",                                                                  \
		SQL_EXACT("suspension") " || " SQL_EXACT("authority") " || " SQL_EXACT("id") " || " SQL_EXACT( \
			"began") " || " SQL_EXACT("ended") " || " SQL_EXACT("reason") " || " SQL_EXACT("who"))
#define SQL_ROW_ALLOWS                                                                                                             \
	SQL_ROWS("allows", "allow",                                                                                                \
		SQL_EXACT("allow") " || " SQL_EXACT("name") " || " SQL_EXACT("scope") " || " SQL_EXACT("reason") " || " SQL_EXACT( \
			"who") " || " SQL_EXACT("added") " || " SQL_EXACT("removed") " || " SQL_EXACT("removed_by"))
#define SQL_ROW_SWITCHES                                                                                  \
	SQL_ROWS("switches", "switch",                                                                    \
		SQL_EXACT("switch") " || " SQL_EXACT("began") " || " SQL_EXACT("ended") " || " SQL_EXACT( \
			"reason") " || " SQL_EXACT("who") " || " SQL_EXACT("ended_by") " || " SQL_EXACT("ended_reason"))
#define SQL_ROW_CONFIGURATIONS                                                      \
	SQL_ROWS("configurations", "configuration",                                 \
		SQL_EXACT("configuration") " || " SQL_EXACT("at") " || " SQL_EXACT( \
			"file") " || hex((SELECT sha256 FROM files WHERE files.file = configurations.file))")
#define SQL_ROW_APPROVALS                                                                                                              \
	SQL_ROWS("approvals", "approval",                                                                                              \
		SQL_EXACT("approval") " || " SQL_EXACT("batch") " || " SQL_EXACT("approver") " || " SQL_EXACT("key") " || " SQL_EXACT( \
			"text") " || " SQL_EXACT("reason") " || " SQL_EXACT("at") " || " SQL_EXACT("who"))
#define SQL_ROW_BATCHES                                                                                                                                      \
	SQL_ROWS("batches", "batch",                                                                                                                         \
		SQL_EXACT("batch") " || " SQL_EXACT("received") " || " SQL_EXACT("who") " || " SQL_EXACT("way") " || " SQL_EXACT("source") " || " SQL_EXACT( \
			"state") " || " SQL_EXACT("why") " || " SQL_EXACT("decided") " || " SQL_EXACT("decided_by") " || " SQL_EXACT("reason") " || coalesce((SELECT group_concat(" SQL_EXACT("position") " || " SQL_EXACT("authority") " || " SQL_EXACT("id") " || " SQL_EXACT("digest") ", ';') FROM (SELECT * FROM batch_documents AS d WHERE d.batch = batches.batch ORDER BY position)), '') || '/' || coalesce((SELECT group_concat(" SQL_EXACT("position") " || " SQL_EXACT("name") " || " SQL_EXACT("file") " || " SQL_EXACT("sha256") " || " SQL_EXACT("signature") " || " SQL_EXACT("text") ", ';') FROM (SELECT b.position, b.name, b.file, f.sha256, b.signature, s.text FROM batch_files AS b LEFT JOIN files AS f USING (file) LEFT JOIN signatures AS s ON s.signature = b.signature WHERE b.batch = batches.batch ORDER BY b.position)), '')")

/* An entry of this kind has no authority. */
#define SQL_RECORDED_FIND                                                      \
	"SELECT digest FROM events WHERE id = ?1 AND authority IS NULL"        \
	" AND what = 'recorded' ORDER BY event DESC LIMIT 1"
#define SQL_RECORDED_GONE                                                      \
	"SELECT DISTINCT id || ': is not there' FROM events WHERE what = 'recorded' AND id <> 'all' AND id NOT IN (SELECT 'feeds ' || feed FROM feeds UNION ALL SELECT 'suspensions ' || suspension FROM suspensions UNION ALL SELECT 'allows ' || allow FROM allows UNION ALL SELECT 'switches ' || switch FROM switches UNION ALL SELECT 'configurations ' || configuration FROM configurations UNION ALL SELECT 'approvals ' || approval FROM approvals UNION ALL SELECT 'batches ' || batch FROM batches)"

/* Of the last that was done by a command that saw to what was due. */
#define SQL_SEEN_TO                                                            \
	"SELECT at FROM events WHERE instance IS NULL"                         \
	" AND what NOT IN ('restored', 'epoch', 'recorded')"                   \
	" ORDER BY event DESC LIMIT 1"

#define SQL_COUNT(table) "SELECT count(*) FROM " table

/* ---- audit: what is reckoned here ---- */

#define SQL_AUDIT_WALK_FILES                                                   \
	"SELECT file, sha256, bytes FROM files ORDER BY file"
#define SQL_AUDIT_WALK_ORDERS                                                  \
	"SELECT file, authority, id, digest FROM documents"                    \
	" ORDER BY file, receipt"
/* The columns up to the answer as bind_order writes them. */
#define SQL_AUDIT_WALK_DOCUMENTS                                               \
	"SELECT d.authority, d.id, d.action, d.digest, d.lifts_authority,"     \
	" d.lifts, d.replaces, d.issued, d.effective, d.expires, d.review,"    \
	" d.comply_within, d.comply_by, d.answer, d.texts, d.target_count,"    \
	" d.targets, d.canonical, d.source, d.arrived, s.key, e.detail,"       \
	" e.event <= coalesce((SELECT max(event) FROM events WHERE"            \
	"  what = 'received' AND detail = 'before there was a journal'), 0)"   \
	" FROM documents AS d LEFT JOIN signatures AS s USING (signature)"     \
	" LEFT JOIN events AS e ON e.id = d.id"                                \
	" AND e.authority = d.authority AND e.digest = d.digest"               \
	" AND e.what IN ('apply', 'block', 'lift') ORDER BY receipt"
#define SQL_AUDIT_WALK_SIGNATURES                                              \
	"SELECT s.signature, s.file, s.key, s.text, s.comment, s.at, e.detail" \
	" FROM signatures AS s JOIN files AS f USING (file)"                   \
	" LEFT JOIN events AS e ON e.what = 'verified'"                        \
	" AND e.digest = f.sha256 AND e.at = s.at"
#define SQL_AUDIT_WALK_FEEDS                                                   \
	"SELECT name, names, (SELECT digest FROM events WHERE id = feeds.name" \
	" AND what LIKE 'feed %' AND digest IS NOT NULL"                       \
	" ORDER BY event DESC LIMIT 1) FROM feeds"                             \
	" WHERE removed IS NULL AND names IS NOT NULL"

#define SQL_SAID_COUNT                                                         \
	"SELECT count(*) FROM events WHERE instance IS NOT NULL"               \
	" AND what = 'in effect'"
#define SQL_SAID                                                               \
	"SELECT e.instance, e.event, e.epoch, e.generation, e.at, e.said,"     \
	" g.begun FROM events AS e LEFT JOIN generations AS g"                 \
	" ON g.epoch = e.epoch AND g.generation = e.generation"                \
	" WHERE e.instance IS NOT NULL AND e.what = 'in effect'"               \
	" ORDER BY e.instance, e.event"
#define SQL_GENERATION_BEGUN                                                   \
	"SELECT begun FROM generations WHERE epoch = ?1 AND generation = ?2"
#define SQL_INSTANCE_KNOWN "SELECT 1 FROM events WHERE instance = ?1 LIMIT 1"
#define SQL_TAKEN                                                              \
	"SELECT event, epoch, generation FROM events WHERE authority = ?1"     \
	" AND id = ?2 AND what IN ('apply', 'block', 'lift')"                  \
	" AND generation IS NOT NULL ORDER BY event LIMIT 1"

#define SQL_SIGNATURE_FIND                                                     \
	"SELECT signature FROM signatures WHERE file = ?1 AND text = ?2"
#define SQL_SIGNATURE_ADD                                                      \
	"INSERT INTO signatures (file, key, text, comment, at)"                \
	" VALUES (?1, ?2, ?3, ?4, ?5)"

/* In the order of struct batch, and of its parts. */
/* Those in a state at some time: what was decided later was held then, or on
 * trial, as the journal says. */
#define SQL_BATCHES                                                            \
	"SELECT batch, received, who, way, source, coalesce(CASE ?1"           \
	" WHEN 'held' THEN (SELECT e.detail FROM batch_documents AS d"         \
	"  JOIN events AS e USING (authority, id)"                             \
	"  WHERE d.batch = batches.batch AND d.position = 0"                   \
	"  AND e.digest = d.digest AND e.what = 'held'"                        \
	"  AND e.at BETWEEN received AND ?2"                                   \
	"  ORDER BY e.event DESC LIMIT 1) END, why), decided,"                 \
	" decided_by, reason FROM batches WHERE received <= ?2"                \
	" AND CASE WHEN coalesce(decided, ?2) <= ?2 THEN state = ?1"           \
	" ELSE EXISTS (SELECT 1 FROM events JOIN batch_documents"              \
	"  USING (authority, id) WHERE batch_documents.batch = batches.batch"  \
	"  AND events.at = batches.received AND events.what ="                 \
	"  CASE ?1 WHEN 'held' THEN 'held' WHEN 'shadow' THEN 'shadowed' END)" \
	" END ORDER BY batch"
#define SQL_BATCH_DOCUMENTS                                                    \
	"SELECT authority, id, digest FROM batch_documents"                    \
	" WHERE batch = ?1 ORDER BY position"
#define SQL_BATCH_APPROVALS                                                    \
	"SELECT approver, key, text, reason, at, who FROM approvals"           \
	" WHERE batch = ?1 ORDER BY approval"
#define SQL_BATCH_FILES                                                        \
	"SELECT b.name, f.bytes, s.text FROM batch_files AS b"                 \
	" JOIN files AS f ON f.file = b.file"                                  \
	" LEFT JOIN signatures AS s ON s.signature = b.signature"              \
	" WHERE b.batch = ?1 ORDER BY b.position"
#define SQL_BATCH_ADD                                                          \
	"INSERT INTO batches (received, who, way, source, state, why)"         \
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
#define SQL_BATCH_DOCUMENT_ADD                                                 \
	"INSERT INTO batch_documents (batch, position, authority, id, digest)" \
	" VALUES (?1, ?2, ?3, ?4, ?5)"
#define SQL_BATCH_FILE_ADD                                                     \
	"INSERT INTO batch_files (batch, position, file, name, signature)"     \
	" VALUES (?1, ?2, ?3, ?4, ?5)"
#define SQL_APPROVAL_ADD                                                       \
	"INSERT INTO approvals (batch, approver, key, text, reason, at, who)"  \
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
#define SQL_BATCH_DECIDE                                                       \
	"UPDATE batches SET state = ?2, decided = ?3, decided_by = ?4,"        \
	" reason = ?5 WHERE batch = ?1"
#define SQL_SIGNATURE_USED                                                     \
	"SELECT 1 FROM documents JOIN signatures USING (signature)"            \
	" JOIN files ON files.file = signatures.file"                          \
	" WHERE files.sha256 = ?1 AND signatures.text = ?2 LIMIT 1"
#define SQL_SIGNATURE                                                          \
	"SELECT key, comment, text FROM signatures WHERE signature = ?1"

#define SQL_SWITCH                                                             \
	"SELECT switch, began, reason, who FROM switches"                      \
	" WHERE began <= ?1 AND (ended IS NULL OR ended > ?1)"                 \
	" ORDER BY switch LIMIT 1"
#define SQL_SWITCH_OPEN                                                        \
	"INSERT INTO switches (began, reason, who) VALUES (?1, ?2, ?3)"
#define SQL_SWITCH_CLOSE                                                       \
	"UPDATE switches SET ended = max(began, ?1), ended_by = ?2,"           \
	" ended_reason = ?3 WHERE ended IS NULL"

#define SQL_CONFIGURATION                                                      \
	"SELECT at, sha256, bytes FROM configurations JOIN files USING (file)" \
	" WHERE at <= ?1 ORDER BY configuration DESC LIMIT 1"
#define SQL_CONFIGURATION_ADD                                                  \
	"INSERT INTO configurations (at, file) VALUES (?1, ?2)"

/* The names of a feed that were in force. */
#define SQL_LIST_DIGEST                                                        \
	"SELECT digest FROM events WHERE id = ?1 AND digest IS NOT NULL"       \
	" AND what LIKE 'feed %' AND at BETWEEN ?2 AND ?3"                     \
	" ORDER BY event DESC LIMIT 1"
#define SQL_FIRST_EVENT "SELECT at FROM events ORDER BY event LIMIT 1"

#define SQL_GENERATION_NEWEST                                                  \
	"SELECT number, epoch, generation, begun, published, manifest"         \
	" FROM generations ORDER BY number DESC LIMIT 1"
#define SQL_GENERATION_ADD                                                     \
	"INSERT INTO generations (epoch, generation, begun, manifest)"         \
	" VALUES (?1, ?2, ?3, ?4)"
#define SQL_GENERATION_PUBLISHED                                               \
	"UPDATE generations SET published = ?2 WHERE number = ?1"
#define SQL_GENERATION_FORGET                                                  \
	"UPDATE generations SET manifest = NULL"                               \
	" WHERE number = (SELECT max(number) FROM generations) - 8"

/* In the order of struct ledger_feed. */
#define SQL_FEEDS                                                              \
	"SELECT feed, name, definition, who, added, names, names_before,"      \
	" rolled_back, rules, policy, recipe, refreshed, tried, failing,"      \
	" error, held, held_since, held_rules, held_why, etag, modified,"      \
	" serial, size, changed FROM feeds WHERE added <= ?1"                  \
	" AND (removed IS NULL OR removed > ?1) ORDER BY feed"
#define SQL_FEED_PUT                                                           \
	"INSERT OR REPLACE INTO feeds"                                         \
	" (feed, name, definition, who, added, names, names_before,"           \
	" rolled_back, rules, policy, recipe, refreshed, tried, failing,"      \
	" error, held, held_since, held_rules, held_why, etag, modified,"      \
	" serial, size, changed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"      \
	" ?9, ?10, ?11,"                                                       \
	" ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)"
#define SQL_FEED_REMOVE                                                        \
	"UPDATE feeds SET removed = ?2 WHERE name = ?1 AND removed IS NULL"

#define SQL_ALLOWS                                                             \
	"SELECT name, scope, reason, who, added FROM allows"                   \
	" WHERE added <= ?1 AND (removed IS NULL OR removed > ?1)"             \
	" ORDER BY allow"
#define SQL_ALLOW_ADD                                                          \
	"INSERT INTO allows (name, scope, reason, who, added)"                 \
	" VALUES (?1, ?2, ?3, ?4, ?5)"
#define SQL_ALLOW_REMOVE                                                       \
	"UPDATE allows SET removed = ?3, removed_by = ?4"                      \
	" WHERE name = ?1 AND scope = ?2 AND removed IS NULL"

/* ---- a backup: a ledger, and beside its tables the files ---- */

#define SQL_BACKUP_CREATE                                                      \
	"CREATE TABLE backup_files (path TEXT PRIMARY KEY, mode INTEGER NOT "  \
	"NULL, bytes BLOB NOT NULL)"
#define SQL_BACKUP_DROP "DROP TABLE backup_files"
#define SQL_BACKUP_ADD                                                         \
	"INSERT INTO backup_files (path, mode, bytes) VALUES (?1, ?2, ?3)"
#define SQL_BACKUP_FILES                                                       \
	"SELECT path, mode, bytes FROM backup_files ORDER BY path"
#define SQL_INTEGRITY "PRAGMA integrity_check(1)"
#define SQL_RECORDED                                                           \
	"SELECT (SELECT count(*) FROM documents) + (SELECT count(*) FROM "     \
	"feeds) + (SELECT count(*) FROM allows)"

#endif
