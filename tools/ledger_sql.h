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

#define SQL_SIGNATURE_FIND                                                     \
	"SELECT signature FROM signatures WHERE file = ?1 AND text = ?2"
#define SQL_SIGNATURE_ADD                                                      \
	"INSERT INTO signatures (file, key, text, comment, at)"                \
	" VALUES (?1, ?2, ?3, ?4, ?5)"

/* In the order of struct batch, and of its parts. */
#define SQL_BATCHES                                                            \
	"SELECT batch, received, who, way, source, why, decided,"              \
	" decided_by, reason FROM batches WHERE state = ?1 ORDER BY batch"
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
	" WHERE ended IS NULL ORDER BY switch LIMIT 1"
#define SQL_SWITCH_OPEN                                                        \
	"INSERT INTO switches (began, reason, who) VALUES (?1, ?2, ?3)"
#define SQL_SWITCH_CLOSE                                                       \
	"UPDATE switches SET ended = max(began, ?1), ended_by = ?2,"           \
	" ended_reason = ?3 WHERE ended IS NULL"

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
	" serial, size, changed FROM feeds WHERE removed IS NULL"              \
	" ORDER BY feed"
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
	" WHERE removed IS NULL ORDER BY allow"
#define SQL_ALLOW_ADD                                                          \
	"INSERT INTO allows (name, scope, reason, who, added)"                 \
	" VALUES (?1, ?2, ?3, ?4, ?5)"
#define SQL_ALLOW_REMOVE                                                       \
	"UPDATE allows SET removed = ?3, removed_by = ?4"                      \
	" WHERE name = ?1 AND scope = ?2 AND removed IS NULL"

#endif
