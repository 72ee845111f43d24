/* What `palang ask` has found out, and how it is told. */
#ifndef TOOL_INQUIRY_H
#define TOOL_INQUIRY_H

#include "cause.h"
#include "exchange.h"
#include "recurse.h"
#include "truth.h"

struct inquiry {
	struct question question;
	char name[PAL_NAME_TEXT_MAX];
	char type[ASK_TYPE_MAX];
	struct server server;
	bool tcp; /* what the reply came over */
	int64_t ms;
	struct reply reply;

	struct sinkholes sinkholes;
	struct verdict_source *lists; /* NULL: none to judge by */
	struct expected expected;
	struct seen seen;
	enum agreement agreement;
	struct fleet fleet;
	struct causes causes;

	bool truth_asked;
	struct recurse_result recursion;
	struct reply own_reply;
	struct own_answer own;
	struct truth_finding finding;
};

void inquiry_fini(struct inquiry *inquiry);

/* True if what was found is what was expected: exit code 0 rather than 1. */
bool inquiry_holds(const struct inquiry *inquiry);

/* The finding as one sentence, to be freed; NULL if there is no memory. */
char *inquiry_sentence(const struct inquiry *inquiry);

void inquiry_print(FILE *out, const struct inquiry *inquiry);

/* As json_finish. */
int inquiry_print_json(FILE *out, const struct inquiry *inquiry);

#endif
