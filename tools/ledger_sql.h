/*
 * The SQL of the ledger; that of its tables is in ledger_schema.h, that of the
 * audit in ledger_audit_sql.h.  Included by the ledger's own files alone.
 *
 * Times of orders are seconds since 1970 UTC, as they are judged; times of
 * what was done here are milliseconds.  NULL: absent.
 */
#ifndef TOOL_LEDGER_SQL_H
#define TOOL_LEDGER_SQL_H

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
#define SQL_SUSPENSION_FIND                                                    \
	"SELECT suspension FROM suspensions"                                   \
	" WHERE authority = ?1 AND id = ?2 AND ended IS NULL"
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

#define SQL_REFUSED                                                            \
	"SELECT 1 FROM events WHERE what = 'refused' AND authority = ?1"       \
	" AND id = ?2 AND digest = ?3 LIMIT 1"
#define SQL_REFUSED_NAMED                                                      \
	"SELECT 1 FROM events WHERE what = 'refused'"                          \
	" AND (id = ?1 OR authority || ':' || id = ?1) LIMIT 1"

/* Of the last that was done by a command that saw to what was due. */
#define SQL_SEEN_TO                                                            \
	"SELECT at FROM events WHERE instance IS NULL"                         \
	" AND what NOT IN ('restored', 'epoch', 'recorded', 'changed',"        \
	" 'refused')"                                                          \
	" ORDER BY event DESC LIMIT 1"

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
/* Of what is held, or was. */
#define SQL_RECEIPT_ARRIVED                                                    \
	"SELECT coalesce(arrived, received) FROM batches"                      \
	" JOIN batch_documents USING (batch) WHERE authority = ?1"             \
	" AND id = ?2 ORDER BY batch DESC LIMIT 1"
#define SQL_RECEIPT_EVENTS                                                     \
	"SELECT event, at, what, authority, id, digest, who, detail, epoch,"   \
	" generation, instance, said, hash FROM events"                        \
	" WHERE authority = ?1 AND id = ?2 AND what IN ('held', 'shadowed',"   \
	" 'approved', 'activated', 'rejected', 'suspend', 'resume', 'lifted'," \
	" 'expired') ORDER BY event"
/* True of a generation that everything was open in, so that it blocked
 * nothing. */
#define SQL_WAS_OPEN(g)                                                        \
	"EXISTS (SELECT 1 FROM switches WHERE " g ".begun >= began"            \
	" AND (ended IS NULL OR " g ".begun < ended))"
/* What of it there was since then. */
#define SQL_OPENINGS                                                           \
	"SELECT began, who, reason, ended, ended_by, ended_reason"             \
	" FROM switches WHERE coalesce(ended, ?1) >= ?1 ORDER BY switch"
/* As ledger_believe. */
#define SQL_SAID_SLACK 1000 /* ms */
#define SQL_RECEIPT_REACHED(kind)                                                            \
	"(SELECT CASE WHEN e.said BETWEEN g.begun - 1000 AND e.at + 1000"                    \
	" THEN e.said ELSE e.at END FROM events AS e"                                        \
	" LEFT JOIN generations AS g ON g.epoch = e.epoch"                                   \
	" AND g.generation = e.generation WHERE e.instance = i.instance AND e.what = '" kind \
	"'"                                                                                  \
	" AND e.epoch = ?1 AND e.generation >= ?2 AND NOT (?3 AND " SQL_WAS_OPEN(            \
		"g") ") ORDER BY e.event LIMIT 1)"
#define SQL_RECEIPT_RESOLVERS                                                          \
	"SELECT instance, " SQL_RECEIPT_REACHED("in effect") ", " SQL_RECEIPT_REACHED( \
		"swept") " FROM (SELECT DISTINCT instance"                             \
			 " FROM events WHERE instance IS NOT NULL AND epoch = ?1"      \
			 " AND generation >= ?2) AS i ORDER BY instance"
#define SQL_RECEIPT_FIND                                                       \
	"SELECT DISTINCT authority, id FROM events"                            \
	" WHERE what IN ('held', 'shadowed')"                                  \
	" AND (id = ?1 OR authority || ':' || id = ?1) LIMIT 2"

#define SQL_SAID_COUNT                                                         \
	"SELECT count(*) FROM events WHERE instance IS NOT NULL"               \
	" AND what = 'in effect'"
#define SQL_SAID                                                                                        \
	"SELECT e.instance, e.event, e.epoch, e.generation, e.at, e.said,"                              \
	" g.begun, " SQL_WAS_OPEN(                                                                      \
		"g") " FROM events AS e"                                                                \
		     " LEFT JOIN generations AS g ON g.epoch = e.epoch AND g.generation = e.generation" \
		     " WHERE e.instance IS NOT NULL AND e.what = 'in effect'"                           \
		     " ORDER BY e.instance, e.event"
#define SQL_GENERATION_BEGUN                                                   \
	"SELECT begun, " SQL_WAS_OPEN(                                         \
		"g") " FROM generations AS g"                                  \
		     " WHERE epoch = ?1 AND generation = ?2"
#define SQL_INSTANCE_KNOWN "SELECT 1 FROM events WHERE instance = ?1 LIMIT 1"
/* From the end of the journal back to that time, and no further. */
#define SQL_INSTANCES_NEW                                                      \
	"SELECT count(*) FROM events AS e WHERE event >"                       \
	" coalesce((SELECT event FROM events WHERE at <= ?1"                   \
	"  ORDER BY event DESC LIMIT 1), 0) AND +instance IS NOT NULL"         \
	" AND NOT EXISTS (SELECT 1 FROM events AS b"                           \
	"  WHERE b.instance = e.instance AND b.event < e.event)"
#define SQL_TAKEN                                                              \
	"SELECT event, epoch, generation FROM events WHERE authority = ?1"     \
	" AND id = ?2 AND what IN ('apply', 'block', 'lift')"                  \
	" AND generation IS NOT NULL ORDER BY event LIMIT 1"

#define SQL_SIGNATURE_FIND                                                     \
	"SELECT signature FROM signatures WHERE file = ?1 AND text = ?2"
#define SQL_SIGNATURE_ADD                                                      \
	"INSERT INTO signatures (file, key, text, comment, at)"                \
	" VALUES (?1, ?2, ?3, ?4, ?5)"

/* That the entry e is of the batch b, by its document d: no earlier than the one
 * that it began with, no later than the one that it was decided with.  By their
 * numbers, for a clock may be set back. */
#define SQL_OF_BATCH                                                           \
	"e.event BETWEEN (SELECT min(event) FROM events"                       \
	"  WHERE id = d.id AND authority = d.authority AND digest = d.digest"  \
	"  AND what = e.what AND at = b.received)"                             \
	" AND coalesce((SELECT max(event) FROM events"                         \
	"  WHERE id = d.id AND authority = d.authority AND digest = d.digest"  \
	"  AND what = b.state AND at = b.decided), e.event)"

/* In the order of struct batch, and of its parts. */
/* Those in a state at some time: what was decided later was held then, or on
 * trial, as the journal says. */
#define SQL_BATCHES_IN                                                         \
	"SELECT batch, received, coalesce(arrived, received), who, way,"       \
	" source, coalesce(CASE ?1"                                            \
	" WHEN 'held' THEN (SELECT e.detail FROM batch_documents AS d"         \
	"  JOIN events AS e USING (authority, id)"                             \
	"  WHERE d.batch = b.batch AND d.position = 0"                         \
	"  AND e.digest = d.digest AND e.what = 'held' AND e.at <= ?2"         \
	"  AND " SQL_OF_BATCH "  ORDER BY e.event DESC LIMIT 1) END, why),"    \
	" decided, decided_by, reason FROM batches AS b WHERE received <= ?2"  \
	" AND CASE WHEN coalesce(decided, ?2) <= ?2 THEN state = ?1"           \
	" ELSE EXISTS (SELECT 1 FROM events JOIN batch_documents"              \
	"  USING (authority, id) WHERE batch_documents.batch = b.batch"        \
	"  AND events.at = b.received AND events.what ="                       \
	"  CASE ?1 WHEN 'held' THEN 'held' WHEN 'shadow' THEN 'shadowed' END)" \
	" END"
#define SQL_BATCHES SQL_BATCHES_IN " ORDER BY batch"
/* The one that a name means best (order_fit), of these the last. */
#define SQL_BATCH_NAMED                                                        \
	SQL_BATCHES_IN                                                         \
	" AND batch IN (SELECT batch FROM batch_documents"                     \
	"  WHERE id = ?3 OR authority || ':' || id = ?3)"                      \
	" ORDER BY (SELECT max(authority || ':' || id = ?3)"                   \
	"  FROM batch_documents AS d WHERE d.batch = b.batch) DESC,"           \
	" batch DESC LIMIT 1"
#define SQL_REJECTIONS                                                         \
	"SELECT d.digest, coalesce(b.decided, 0), coalesce(b.decided_by, '')," \
	" coalesce(b.reason, '') FROM batches AS b"                            \
	" JOIN batch_documents AS d USING (batch)"                             \
	" WHERE b.state = 'rejected' ORDER BY b.batch"
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
	"INSERT INTO batches (received, arrived, who, way, source, state,"     \
	" why) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
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
#define SQL_SWITCH_FIND "SELECT switch FROM switches WHERE ended IS NULL"
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
#define SQL_FEED_FIND                                                          \
	"SELECT feed FROM feeds WHERE name = ?1 AND removed IS NULL"
#define SQL_FEED_REMOVE                                                        \
	"UPDATE feeds SET removed = ?2 WHERE name = ?1 AND removed IS NULL"

#define SQL_ALLOWS                                                             \
	"SELECT name, scope, reason, who, added FROM allows"                   \
	" WHERE added <= ?1 AND (removed IS NULL OR removed > ?1)"             \
	" ORDER BY allow"
#define SQL_ALLOW_ADD                                                          \
	"INSERT INTO allows (name, scope, reason, who, added)"                 \
	" VALUES (?1, ?2, ?3, ?4, ?5)"
#define SQL_ALLOW_FIND                                                         \
	"SELECT allow FROM allows"                                             \
	" WHERE name = ?1 AND scope = ?2 AND removed IS NULL"
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
