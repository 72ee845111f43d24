/*
 * What a command works on: the configuration, the ledger, what is recorded
 * in it, and the lists folder.
 *
 * For commands alone: functions that return int give EXIT_DONE (0) or an exit
 * code, and have then said why on stderr.
 */
#ifndef TOOL_STATE_H
#define TOOL_STATE_H

#include "cmd.h"
#include "ledger_feed.h"
#include "ledger_switch.h"
#include "publish.h"

struct state {
	struct config config;
	char *who; /* runs the command: "budi", "budi (sudo)", "uid 1000" */
	int64_t started_ms; /* milliseconds since 1970 UTC; judges */
	int64_t started_mono_ms;
	int64_t published_ms; /* how long it took until the lists had it */

	struct ledger *ledger;
	struct ledger_state recorded;
	struct ledger_feeds feeds; /* config.feeds has them all */
	struct ledger_switch open; /* everything is, if there is one */
	int lock, lists;           /* descriptors, or -1 */
	int feeds_folder;          /* the same: state/feeds */
	struct problems problems;  /* printed by state_close */
	/* Gets what refused something, once it is printed; NULL: nobody asks. */
	struct problems *told;
	/* What is wrong with feeds as they were added.  It is no reason to
	 * refuse an order: commands that are about feeds tell it. */
	struct problems feed_problems;
	struct publication publication;
};

/* Loads the configuration and looks at the clock.  state needs state_close
 * from here on, whatever comes. */
int state_begin(struct state *state, const struct cmd_call *call);

/* The same by the text of a configuration, whose keys need not be there yet:
 * enough to find folders and user, and to judge no order by. */
int state_begin_by(struct state *state, const struct cmd_call *call,
	const char *text, size_t len);

/* Becomes the configured user if we are root, opens the ledger and loads it.
 * To write: takes the lock, and completes what a command before left undone;
 * to read: as it is, for which the right to read is enough. */
int state_open_read(struct state *state);
/* To read as well, but what the ledger holds is not loaded. */
int state_open_ledger(struct state *state);
int state_open_write(struct state *state);

/* Lets go of the ledger, the lists and the lock, so that long work holds up
 * nobody; state_open_write may follow, with the clock looked at anew.  The
 * configuration and its feeds stay. */
void state_let_go(struct state *state);

/* EXIT_ERROR, having told it, if feeds are not as they should be. */
int state_check_feeds(struct state *state);

/* Opens state/feeds; -1 and errno. */
int state_open_feeds(const struct state *state);

/* True for a feed that left palang.yaml, but is recorded and in force still:
 * `palang publish` takes it out. */
bool state_feed_gone(
	const struct state *state, const struct ledger_feed *known);

/* True if what is in force of the feed allows; see feed_in_force. */
bool state_feed_allows(
	const struct state *state, const struct config_feed *feed);

/* Having opened to read: waits until no other palang is at work, for what it
 * is halfway through is not seen as it will be.  False if that cannot be known,
 * for want of rights: it has waited a moment. */
bool state_await_writer(struct state *state);

/* Prints the problems, undoes what is not committed. */
void state_close(struct state *state);

static inline int64_t
state_now(const struct state *state)
{
	return state->started_ms / 1000;
}

/* Prints the problems found so far, and forgets them.  EXIT_ERROR if there was
 * an error among them. */
int state_tell(struct state *state);

/* Milliseconds since the command began. */
int64_t state_elapsed(const struct state *state);

/* The order that a person names: its id if only one authority uses it, else
 * AUTHORITY:ID.  NULL, having said why. */
const struct record *state_find(const struct state *state, const char *name);

/* Index of a record of the history. */
static inline size_t
state_index(const struct state *state, const struct record *record)
{
	return (size_t)(record - state->recorded.records);
}

/* "the ledger: TEXT"; returns EXIT_ERROR. */
int state_fail_ledger(const struct state *state, int err);

/* ---- a change: begin, record, prepare, say what it was, finish ---- */

int state_change(struct state *state);

/* The same for show: state_prepare may follow, dry, and nothing else.  What
 * was opened to read will do. */
int state_rehearse(struct state *state);

/* Compiles; dry: and no more.  Otherwise takes the generation and writes the
 * image. */
int state_prepare(struct state *state, bool dry);

/* Adds to what was ever done, with the generation prepared.  order and
 * detail may be NULL; what is done to a feed has its name as the id. */
int state_event(struct state *state, const char *what,
	const struct order *order, const char *detail);
int state_event_feed(struct state *state, const char *what,
	const struct config_feed *feed, const char *detail);
/* The same with the digest of the names that are in force from now on. */
int state_event_list(struct state *state, const char *what,
	const struct config_feed *feed, const uint8_t digest[PAL_SHA256_SIZE],
	const char *detail);

/* For the state's own files: fills in when, who and the generation and records
 * it; loads the feeds, and adds them to the configuration, behind those of
 * palang.yaml, in the place of those added before: 0 or an error of the
 * ledger. */
int state_add_event(struct state *state, struct ledger_event *event);
int state_load_feeds(struct state *state);

/* The same for what the journal gets besides (state_journal.c).  Inside a
 * change: keeps a file, or the verified signature of one whose digest is given
 * (its time is now), and records that it came, once. */
int state_keep_file(struct state *state, const char *name, const void *data,
	size_t len, int64_t *file);
int state_keep_signature(struct state *state,
	const struct ledger_signature *signature,
	const uint8_t digest[PAL_SHA256_SIZE], int64_t *row);

/* Records for the order that it is lifted, if the lift is in force by now. */
int state_note_lifted(struct state *state, const struct record *lift);

/* Records what resolvers say they have in effect and have swept, where that is
 * new.  state_change does so, with all that time has done meanwhile
 * (state_catch_up): it costs no flush to the disk of its own, and no head is
 * told that a power failure could take back. */
#define STATE_NEW_RESOLVERS     16  /* recorded at a time, of unknown ones, */
#define STATE_NEW_RESOLVERS_DAY 256 /* and within a day */
#define STATE_DAY_MS            86400000
int state_confirm(struct state *state);
int state_catch_up(struct state *state);

/* Inside a change, and part of it: keeps the configuration, where it is not
 * the one that was kept last (state_past.c). */
int state_keep_config(struct state *state);

/* Having opened to read: the state becomes that of then.  known: what this
 * ledger had by that second, with the configuration that it was judged by.
 * Else what the orders known today demand then, whenever they were received.
 * Time stands still from here on. */
int state_go_back(struct state *state, int64_t then, bool known);

/* The same by the value of an option, --at or --ordered-at, that was given;
 * NULL: nothing happens. */
int state_go_back_to(
	struct state *state, const struct cmd_call *call, const char *option);

/* By the one of both that was given. */
int state_go_back_once(struct state *state, const struct cmd_call *call);

/* The options of commands that can do so. */
#define PAST_OPTIONS                                                           \
	{"at", 0, "TIME",                                                      \
		"as it was then: what this ledger had put in force"},          \
	{                                                                      \
		"ordered-at", 0, "TIME",                                       \
			"what all orders known today demand of that time"      \
	}

/* Behind a commit: the journal's new head, to syslog, once.  state_finish and
 * state_let_go do so. */
void state_tell_head(struct state *state);

/* Commits to the ledger, and no more.  Behind a failure the ledger is closed:
 * nothing may be done with it. */
int state_commit(struct state *state);

/* Commits and installs.  Behind this the change is in the lists. */
int state_finish(struct state *state);

/* Undoes the change begun, in the ledger; not in memory. */
void state_abandon(struct state *state);

#endif
