/*
 * What is due, of all that is recorded and of what is held.
 *
 * For commands alone, with the conventions of state.h.
 */
#ifndef TOOL_DUE_FIND_H
#define TOOL_DUE_FIND_H

#include "due.h"
#include "state.h"
#include "status_files.h"

/* A deadline, or a review, of an order or a lift. */
struct due_item {
	char authority[ORDER_AUTHORITY_MAX];
	char id[ORDER_ID_MAX];
	enum order_action action;
	enum due_state state;
	struct due_time time; /* of a review, deadline alone */
	struct due_doing doing;
	/* What it waits in: "held", "shadow"; NULL: it is recorded. */
	const char *waits;
};

/* By authority, then by deadline. */
struct due_list {
	struct due_item *items;
	size_t count;
};

/* resolvers: what their status files say now.  *list needs due_list_fini in
 * any case. */
int due_find(struct due_list *list, const struct state *state,
	const struct resolvers *resolvers);
void due_list_fini(struct due_list *list);

/* "k:1 is overdue by 2 h", and the like, as one line without its end. */
void due_print(FILE *out, const struct due_item *item, int64_t now);
struct json_writer;
void due_put(struct json_writer *json, const struct due_item *item);

#endif
