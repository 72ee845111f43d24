/* What the ledger's own files share. */
#ifndef TOOL_LEDGER_STORE_H
#define TOOL_LEDGER_STORE_H

#include "ledger.h"
#include "query.h"

struct ledger {
	struct database *db;
	bool open;         /* a transaction is */
	const char *error; /* in place of the database's own; constant */
};

#endif
