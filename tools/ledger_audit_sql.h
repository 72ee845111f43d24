/*
 * The SQL of the audit, and of the rows that the journal vouches for.  As
 * ledger_sql.h.
 */
#ifndef TOOL_LEDGER_AUDIT_SQL_H
#define TOOL_LEDGER_AUDIT_SQL_H

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
		     " AND d.digest = e.digest AND " SQL_OF_BATCH                        \
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

/* A row's number and all that it says: of the one row, which is looked up, or
 * of all, down to the smallest number there is, if the parameter is NULL. */
#define SQL_ROWS(table, key, columns)                                          \
	"SELECT " key ", " columns " FROM " table " WHERE " key                \
	" BETWEEN coalesce(?1, -9223372036854775808)"                          \
	" AND coalesce(?1, 9223372036854775807) ORDER BY " key
#define SQL_ROW_FEEDS                                                          \
	SQL_ROWS("feeds", "feed",                                              \
		"name, definition, who, added, removed, names, names_before,"  \
		" rolled_back, rules, policy, recipe, held, held_since,"       \
		" held_rules, held_why")
#define SQL_ROW_SUSPENSIONS                                                    \
	SQL_ROWS("suspensions", "suspension",                                  \
		"authority, id, began, ended, reason, who")
#define SQL_ROW_ALLOWS                                                         \
	SQL_ROWS("allows", "allow",                                            \
		"name, scope, reason, who, added, removed, removed_by")
#define SQL_ROW_SWITCHES                                                       \
	SQL_ROWS("switches", "switch",                                         \
		"began, ended, reason, who, ended_by, ended_reason")
#define SQL_ROW_CONFIGURATIONS                                                 \
	SQL_ROWS("configurations", "configuration",                            \
		"at, file, (SELECT sha256 FROM files"                          \
		" WHERE files.file = configurations.file)")
#define SQL_ROW_APPROVALS                                                      \
	SQL_ROWS("approvals", "approval",                                      \
		"batch, approver, key, text, reason, at, who")
#define SQL_ROW_BATCHES                                                        \
	SQL_ROWS("batches", "batch",                                           \
		"received, arrived, who, way, source, state, why, decided,"    \
		" decided_by, reason")
/* What belongs to it. */
#define SQL_ROW_BATCH_DOCUMENTS                                                \
	"SELECT position, authority, id, digest FROM batch_documents"          \
	" WHERE batch = ?1 ORDER BY position"
#define SQL_ROW_BATCH_FILES                                                    \
	"SELECT b.position, b.name, b.file, f.sha256, b.signature, s.text"     \
	" FROM batch_files AS b LEFT JOIN files AS f USING (file)"             \
	" LEFT JOIN signatures AS s ON s.signature = b.signature"              \
	" WHERE b.batch = ?1 ORDER BY b.position"

/* An entry of this kind has no authority. */
#define SQL_RECORDED_FIND                                                      \
	"SELECT digest FROM events WHERE id = ?1 AND authority IS NULL"        \
	" AND what = 'recorded' ORDER BY event DESC LIMIT 1"
#define SQL_LAST_WORD_FIND                                                     \
	"SELECT digest FROM events WHERE id = ?1 AND authority IS NULL"        \
	" AND what IN ('recorded', 'changed') ORDER BY event DESC LIMIT 1"
/* Its detail is what was done by another hand. */
#define SQL_CHANGED                                                            \
	"SELECT id || ': was ' || detail || ' before '"                        \
	" || strftime('%Y-%m-%dT%H:%M:%SZ', at / 1000, 'unixepoch')"           \
	" || ', when palang came to it next' FROM events"                      \
	" WHERE what = 'changed' ORDER BY event"
#define SQL_RECORDED_GONE                                                      \
	"SELECT DISTINCT id || ': is not there' FROM events"                   \
	" WHERE what = 'recorded' AND id <> 'all' AND id NOT IN ("             \
	"SELECT 'feeds ' || feed FROM feeds UNION ALL"                         \
	" SELECT 'suspensions ' || suspension FROM suspensions UNION ALL"      \
	" SELECT 'allows ' || allow FROM allows UNION ALL"                     \
	" SELECT 'switches ' || switch FROM switches UNION ALL"                \
	" SELECT 'configurations ' || configuration FROM configurations"       \
	" UNION ALL SELECT 'approvals ' || approval FROM approvals UNION ALL"  \
	" SELECT 'batches ' || batch FROM batches)"

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

#endif
