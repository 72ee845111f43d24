/*
 * Runs that are held: from what the guards found to the word that lets them
 * through.
 *
 * For commands alone, with the conventions of state.h, where nothing else is
 * said.
 */
#ifndef TOOL_HOLD_H
#define TOOL_HOLD_H

#include "intake.h"
#include "ledger_hold.h"

/* After intake_admit: is any document of it held already?  Another one of the
 * same identity is refused, in problems, and so is one of them with others that
 * are not.  intake->held becomes the batch if all that is new stands in it. */
int hold_check(struct intake *intake, struct state *state);

/* Records the run as a batch, in a change of its own, and tells what the
 * guards saw; dry: tells it only.  EXIT_HELD. */
int hold_record(
	struct intake *intake, struct state *state, const char *what, bool dry);

/* It came again.  EXIT_HELD. */
int hold_known(const struct intake *intake, const struct state *state);

/* The batch of a document that is named as in state_find.  NULL, having said
 * why. */
const struct batch *hold_find(const struct batches *batches, const char *name);

/* How well a name means the document of a batch that it means best. */
enum order_fit hold_fit(const struct batch *batch, const char *name);

/* The documents, what was found, and what can be done, for people. */
void hold_print(const struct batch *batch, const struct state *state);

/* Each line of a text, for people. */
void hold_print_lines(const char *text);

/* The findings, a line each, to be freed; several: of more than one document,
 * each with its order.  NULL: no memory. */
char *hold_findings(const struct guard_findings *findings, bool several);

/* ---- hold_again.c ---- */

/* True for an approval that was signed for the batch as it stands now, findings
 * included, by an approver who did not apply it, with a key that is an
 * approver's still and counts now.  What was not signed puts in force at once,
 * or never. */
bool hold_counts(const struct batch_approval *approval,
	const struct batch *batch, const struct state *state);
/* How many approvers stand behind it; but: leaves this one out, or NULL. */
size_t hold_count(
	const struct batch *batch, const char *but, const struct state *state);

/* After intake_admit, of kept files that are taken in again (intake->kept): is
 * what is new in them what the batch names, in its order? */
int hold_same(const struct intake *intake, const struct state *state);

/* After intake_guard, of a batch that is approved: EXIT_DONE if the guards find
 * nothing but what its text names.  Else the approval is recorded, the batch
 * held with what is found now, and EXIT_HELD. */
int hold_again(const struct intake *intake, struct state *state);

/* Says that what is kept of it is not what came. */
int hold_fail_files(
	const struct batch_document *document, const struct state *state);

/* ---- hold_show.c ---- */

/* A line of `palang list` for each document of such batches, or its JSON. */
struct json_writer;
int hold_list(
	struct state *state, enum batch_state kind, struct json_writer *json);

/* Is there one of that name that is held, in shadow or rejected? */
int hold_has(const struct state *state, const char *name, bool *has);

/* Shows a document that is held, in shadow or rejected, if one has that name
 * and no recorded order does. */
enum hold_part { HOLD_DOCUMENT, HOLD_FILE, HOLD_SIGNATURE, HOLD_JSON };
int hold_show(struct state *state, const char *name, enum hold_part part,
	bool *shown);

/* ---- hold_approve.c ---- */

/* What applied it that is nobody in particular, in words: the inbox, root in
 * any form, or the account that the service runs as.  NULL: it was a person. */
const char *hold_nobody(const struct config *config, const struct batch *batch);

/* Approvers it takes: one at least; one less than `approvals` if a person
 * applied it. */
unsigned hold_needed(const struct config *config, const struct batch *batch);

/* True if this approver applied it. */
bool hold_applied(
	const struct batch *batch, const struct config_approver *approver);

/* The text that an approver signs, to be freed; pure.  NULL: no memory. */
char *hold_text(
	const struct batch *batch, const char *approver, const char *reason);

/* Somebody's approval of a batch, judged: by whom it is, whether the
 * signature (NULL: none) holds, and whether that one may.  approval's texts
 * point into what was given. */
struct hold_word {
	const char *reason;
	const char *signature; /* the text of a .minisig, or NULL */
	size_t signature_len;
	const char *name; /* whom it shall be by; NULL: who runs this */
};

int hold_judge(struct batch_approval *approval, const struct batch *batch,
	const struct hold_word *word, const struct state *state);

/* The approver as whom this is to be signed; NULL, having said why: it may be
 * who applied it. */
const struct config_approver *hold_approver(
	const struct batch *batch, const struct state *state, const char *name);

/* Inside a change: an entry in the journal for each document. */
int hold_events(struct state *state, const struct batch *batch,
	const char *what, const char *detail);

/* Inside a change: records an approval, and for each document the entry in
 * the journal; last: it is the one that lets the batch through. */
int hold_add_approval(struct state *state, const struct batch *batch,
	const struct batch_approval *approval, bool last);

#endif
