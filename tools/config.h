/* palang.yaml, read and checked.  palang.yaml(5) describes it. */
#ifndef TOOL_CONFIG_H
#define TOOL_CONFIG_H

#include "clean.h"
#include "diag.h"
#include "minisig.h"
#include "order.h"
#include "palang/manifest.h"
#include "source.h"

#define CONFIG_DEFAULT_FILE "/etc/palang/palang.yaml"
#define CONFIG_TEXT_MAX     64 /* octets of the operator's own text */

enum config_signature { SIGNATURE_REQUIRED, SIGNATURE_TRANSCRIBED };

/* What a block answers where the order does not say. */
struct config_answer {
	bool has_answer, has_ttl, has_a, has_aaaa;
	enum pal_answer answer;
	uint32_t ttl;
	uint8_t a[4], aaaa[16];
	char text[CONFIG_TEXT_MAX + 1]; /* behind authority and id in the EDE */
};

/* A public key of minisign, which counts from not_before on, up to not_after
 * (that second not included). */
struct config_key {
	uint8_t id[MINISIG_ID], pk[MINISIG_KEY];
	int64_t not_before; /* INT64_MIN: always has */
	int64_t not_after;  /* PAL_NEVER: always will */
};

enum config_key_state { KEY_VALID, KEY_NOT_YET, KEY_RETIRED };

/* What an authority may do.  All zero: everything. */
struct config_may {
	/* Of enum order_action, pal_scope and pal_answer: a bit 1 << VALUE
	 * for each that it may; 0: each of them. */
	unsigned actions, scopes, answers;
	/* More of them are held; 0: no limit. */
	uint32_t targets_per_order, names_in_force, usual_targets;
};

struct config_authority {
	char name[ORDER_AUTHORITY_MAX];
	char *title; /* its full name, for people; may be NULL */
	enum pal_kind kind;
	enum config_signature signature;
	struct config_key *keys;
	size_t key_count;
	struct config_may may;
	struct config_answer answer; /* what it gives beats the general one */
	char (*acts_for)[ORDER_AUTHORITY_MAX];
	size_t acts_for_count;
	char *contacts[ORDER_CONTACTS_MAX]; /* where an order names none */
	size_t contact_count;
};

/* Somebody whose word lets a held order through. */
struct config_approver {
	char name[ORDER_AUTHORITY_MAX];
	char *user; /* the account that this person runs commands with */
	struct config_key *keys;
	size_t key_count;
};

#define CONFIG_APPROVALS     2
#define CONFIG_POPULAR_FIRST 1000

/* The lists that orders are held against. */
struct config_guards {
	bool popular_off;       /* `popular: no` */
	const char *popular;    /* in place of the shipped one; or NULL */
	uint32_t popular_first; /* names of it that count */
	const char *protected;  /* besides the shipped one; or NULL */
	bool protected_shipped; /* that one counts */
	bool unbound_off;       /* `unbound: no` */
	const char *unbound;    /* in place of Debian's unbound.conf; or NULL */
};

/* A bulk list: an entry of `feeds:`, or one that `palang feed add` recorded. */
struct config_feed {
	char name[PAL_LIST_NAME_MAX];
	bool added;                          /* recorded, not in palang.yaml */
	char authority[ORDER_AUTHORITY_MAX]; /* default operator */
	bool allow;   /* `as: allow`: its names are let through */
	char *reason; /* why it may open names of others' feeds; or NULL */
	struct source source;
	struct source_limits limits; /* tsig: the feed's own */
	enum clean_format format;
	bool has_scope;
	enum pal_scope scope;
	struct config_answer answer; /* what it gives beats the authority's */
	uint64_t min_names;          /* fewer are held */
	unsigned max_change; /* percent of the list in force; more is held */
	bool strict;         /* a list that needs cleaning is refused */
};

#define CONFIG_MAX_CHANGE 20
#define CONFIG_REASON_MAX 500 /* octets of a feed's reason */

struct config {
	char *file; /* where it was read, as named */
	char *text; /* what was read: the ledger keeps it */
	size_t text_len;
	/* Read back from the ledger: whose signature counted does not matter
	 * any more, and the files of keys may be gone. */
	bool kept;
	char *state_dir; /* default /var/lib/palang/state */
	char *live_dir;  /* default /var/lib/palang/live */
	char *user;      /* default "palang"; empty: stay who we are */
	struct config_answer answer; /* all has_ set but a and aaaa */
	struct pal_settings settings;
	char language[36]; /* of reasons shown first; default "en" */
	/* `operator` is always there (own, transcribed). */
	struct config_authority *authorities;
	size_t authority_count;
	/* At most PAL_FEEDS_MAX, in the order of precedence: those of
	 * palang.yaml, then those that config_add_feed added. */
	struct config_feed *feeds;
	size_t feed_count;
	/* Never in a feed, and held in an order; sorted. */
	struct pal_name *protected;
	size_t protected_count;
	struct config_approver *approvers;
	size_t approver_count;
	/* People behind a held order, who applied it included. */
	unsigned approvals;
	struct config_guards guards;
};

/* 0; PAL_ESYS (errno; nothing in problems), PAL_EFORM, PAL_ENOMEM. */
int config_load(
	struct config *config, const char *file, struct problems *problems);
void config_fini(struct config *config);

/* The same of a configuration of then, as the ledger kept it; file names it in
 * problems. */
int config_load_kept(struct config *config, const char *file, const char *data,
	size_t len, struct problems *problems);

/* NULL if there is none of that name. */
const struct config_authority *config_find(
	const struct config *config, const char *authority);

const struct config_feed *config_find_feed(
	const struct config *config, const char *name);

/* Adds a feed that was recorded as YAML, a mapping with the keys of one in
 * palang.yaml; file names it in problems.  0; PAL_EFORM: see problems, and
 * nothing was added; PAL_EDUP: palang.yaml has one of that name, which stays;
 * PAL_ELIMIT: PAL_FEEDS_MAX are there; PAL_ENOMEM. */
int config_add_feed(struct config *config, const char *name, const char *text,
	const char *file, struct problems *problems);

/* Takes a feed out again. */
void config_drop_feed(struct config *config, const char *name);

/* True for [a-z0-9][a-z0-9-]{0,31}, but not "orders" and "allow", which are lists of
 * another kind. */
bool config_feed_name_valid(const char *name);

/* The key of that id, with whose it is: *authority or *approver becomes its
 * owner and the other NULL.  An id stands once in a configuration.  NULL if it
 * is nobody's. */
const struct config_key *config_find_key(const struct config *config,
	const uint8_t id[MINISIG_ID], const struct config_authority **authority,
	const struct config_approver **approver);

enum config_key_state config_key_state(
	const struct config_key *key, int64_t now);

/* True if `by` may lift orders of `of`: itself, or one it acts for. */
bool config_may_lift(
	const struct config *config, const char *by, const char *of);

/* The policy of an order under this configuration: resolves answer, TTL and
 * addresses, renders EDE text and both JSON texts.  Strings are owned by the
 * result. */
struct policy_texts {
	char *ede, *json, *json_short;
};
struct pal_policy_in;
int config_policy(const struct config *config, const struct order *order,
	struct pal_policy_in *policy, struct policy_texts *texts);
/* The same of a feed. */
int config_feed_policy(const struct config *config,
	const struct config_feed *feed, struct pal_policy_in *policy,
	struct policy_texts *texts);
void policy_texts_fini(struct policy_texts *texts);

#endif
