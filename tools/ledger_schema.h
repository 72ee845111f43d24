/*
 * How the ledger is kept: its tables, and how older ones become these.  As
 * ledger_sql.h.
 */
#ifndef TOOL_LEDGER_SCHEMA_H
#define TOOL_LEDGER_SCHEMA_H

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
 * in it stands in no other table before it goes through intake again; its
 * arrived is as that of documents.  kind is "TEMP " for one who reads an older
 * ledger and may not change it.  All times in milliseconds.
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
	" arrived INTEGER,"                                                    \
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

#endif
