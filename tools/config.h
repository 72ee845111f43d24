/* palang.yaml, read and checked.  palang.yaml(5) describes it. */
#ifndef TOOL_CONFIG_H
#define TOOL_CONFIG_H

#include "clean.h"
#include "diag.h"
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

struct config_authority {
	char name[ORDER_AUTHORITY_MAX];
	char *title; /* its full name, for people; may be NULL */
	enum pal_kind kind;
	enum config_signature signature;
	struct config_answer answer; /* what it gives beats the general one */
	char (*acts_for)[ORDER_AUTHORITY_MAX];
	size_t acts_for_count;
	char *contacts[ORDER_CONTACTS_MAX]; /* where an order names none */
	size_t contact_count;
};

/* A bulk list: an entry of `feeds:`, or one that `palang feed add` recorded. */
struct config_feed {
	char name[PAL_LIST_NAME_MAX];
	bool added;                          /* recorded, not in palang.yaml */
	char authority[ORDER_AUTHORITY_MAX]; /* default operator */
	bool allow; /* `as: allow`: its names are let through */
	struct source source;
	struct source_limits limits; /* tsig: the feed's own */
	enum clean_format format;
	bool has_scope;
	enum pal_scope scope;
	struct config_answer answer; /* what it gives beats the authority's */
	uint64_t min_names;          /* fewer are held */
	unsigned max_change; /* percent of the list in force; more is held */
};

#define CONFIG_MAX_CHANGE 20

struct config {
	char *file;      /* where it was read, as named */
	char *state_dir; /* default /var/lib/palang/state */
	char *live_dir;  /* default /var/lib/palang/live */
	char *user;      /* default "palang"; empty: stay who we are */
	struct config_answer answer; /* all has_ set but a and aaaa */
	struct pal_settings settings;
	char language[36]; /* of reasons shown first; default "en" */
	/* `operator` is always there (own, transcribed). */
	struct config_authority *authorities;
	size_t authority_count;
	/* In the order of precedence: those of palang.yaml, then those that
	 * config_add_feed added. */
	struct config_feed *feeds;
	size_t feed_count;
	struct pal_name *protected; /* never in a feed; sorted */
	size_t protected_count;
};

/* 0; PAL_ESYS (errno; nothing in problems), PAL_EFORM, PAL_ENOMEM. */
int config_load(
	struct config *config, const char *file, struct problems *problems);
void config_fini(struct config *config);

/* NULL if there is none of that name. */
const struct config_authority *config_find(
	const struct config *config, const char *authority);

const struct config_feed *config_find_feed(
	const struct config *config, const char *name);

/* Adds a feed that was recorded as YAML, a mapping with the keys of one in
 * palang.yaml; file names it in problems.  0; PAL_EFORM: see problems, and
 * nothing was added; PAL_EDUP: palang.yaml has one of that name, which stays;
 * PAL_ENOMEM. */
int config_add_feed(struct config *config, const char *name, const char *text,
	const char *file, struct problems *problems);

/* Takes a feed out again. */
void config_drop_feed(struct config *config, const char *name);

/* True for [a-z0-9][a-z0-9-]{0,31}, but not "orders" and "allow", which are lists of
 * another kind. */
bool config_feed_name_valid(const char *name);

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
