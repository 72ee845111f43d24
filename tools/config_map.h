/* What the readers of palang.yaml share. */
#ifndef TOOL_CONFIG_MAP_H
#define TOOL_CONFIG_MAP_H

#include "config.h"
#include "yamldoc.h"

#define CONFIG_TITLE_MAX 128 /* octets of an authority's full name */

/* Where the keys of a map go: those of an answer stand at the top and in an
 * authority. */
struct config_place {
	struct config *config;
	struct config_answer *answer;
	struct config_authority *authority; /* in one, */
	struct config_feed *feed;           /* in a feed; NULL at the top */
	struct config_approver *approver;
};

/* The keys `answer`, `ttl`, `a`, `aaaa` and `text`. */
int config_take_answer(
	struct yaml_reader *reader, const struct yaml_node *value);
int config_take_ttl(struct yaml_reader *reader, const struct yaml_node *value);
int config_take_a(struct yaml_reader *reader, const struct yaml_node *value);
int config_take_aaaa(struct yaml_reader *reader, const struct yaml_node *value);
int config_take_text(struct yaml_reader *reader, const struct yaml_node *value);

/* The key `authorities`. */
int config_take_authorities(
	struct yaml_reader *reader, const struct yaml_node *value);

/* The keys `feeds` and `protected`. */
int config_take_feeds(
	struct yaml_reader *reader, const struct yaml_node *value);
int config_take_protected(
	struct yaml_reader *reader, const struct yaml_node *value);

/* The keys `keys`, of an authority or an approver, `approvers` and
 * `approvals`. */
int config_take_keys(struct yaml_reader *reader, const struct yaml_node *value);
int config_take_approvers(
	struct yaml_reader *reader, const struct yaml_node *value);
int config_take_approvals(
	struct yaml_reader *reader, const struct yaml_node *value);
void config_approver_fini(struct config_approver *approver);

/* Complains of keys that stand in more than one place. */
void config_check_keys(struct config *config, struct problems *problems);

/* The key `may` of an authority, and the key `guards`. */
int config_take_may(struct yaml_reader *reader, const struct yaml_node *value);
int config_take_guards(
	struct yaml_reader *reader, const struct yaml_node *value);
void config_guards_fini(struct config_guards *guards);

/* The keys of a feed, for yaml_take with a place whose feed is set. */
extern const struct yaml_field config_feed_fields[];

/* Frees what a feed holds. */
void config_feed_fini(struct config_feed *feed);

/* Complains of feeds whose authority is none. */
void config_check_feeds(struct config *config, struct problems *problems);

/* Adds `operator` if it is not there.  0 or PAL_ENOMEM. */
int config_add_operator(struct config *config);

/* A whole number in the range; else a complaint and false. */
bool config_read_number(struct yaml_reader *reader,
	const struct yaml_node *value, long min, long max, long *number);

/* The path of a file, from the root on, in the place of what *path was; else a
 * complaint.  0 or PAL_ENOMEM. */
int config_read_path(struct yaml_reader *reader, const struct yaml_node *value,
	const char **path);

/* `yes` or `no`; else a complaint. */
void config_read_yes(
	struct yaml_reader *reader, const struct yaml_node *value, bool *truth);

#endif
