#include "ledger_past.h"

#include <stdlib.h>
#include <string.h>

#include "ledger_sql.h"
#include "ledger_store.h"
#include "palang/error.h"

void
ledger_look_back(struct ledger *ledger, int64_t at_ms)
{
	ledger->as_of = at_ms;
}

static void
take_bytes(struct query *query, struct ledger_configuration *configuration)
{
	size_t len;
	const void *data = query_data(query, &len);

	configuration->data = malloc(len + 1);
	if (configuration->data == NULL) {
		query->error = PAL_ENOMEM;
		return;
	}
	if (len > 0)
		memcpy(configuration->data, data, len);
	configuration->data[len] = '\0';
	configuration->len = len;
}

int
ledger_configuration(
	struct ledger *ledger, struct ledger_configuration *configuration)
{
	struct query query;

	memset(configuration, 0, sizeof *configuration);
	query_open(&query, ledger->db, SQL_CONFIGURATION);
	query_bind_int(&query, ledger->as_of);
	if (query_step(&query)) {
		configuration->at = query_int(&query);
		ledger_take_digest(&query, configuration->sha256);
		take_bytes(&query, configuration);
	}
	return query_done(&query);
}

int
ledger_add_configuration(struct ledger *ledger, int64_t file, int64_t now_ms)
{
	struct query query;

	query_open(&query, ledger->db, SQL_CONFIGURATION_ADD);
	query_bind_int(&query, now_ms);
	query_bind_int(&query, file);
	return query_done(&query);
}

int
ledger_list_digest(struct ledger *ledger, const char *feed,
	const struct pal_interval *when, uint8_t digest[PAL_SHA256_SIZE],
	bool *found)
{
	struct query query;

	*found = false;
	query_open(&query, ledger->db, SQL_LIST_DIGEST);
	query_bind_text(&query, feed);
	query_bind_int(&query, when->start);
	query_bind_int(&query, when->end);
	if (query_step(&query))
		*found = ledger_take_digest(&query, digest);
	return query_done(&query);
}

int
ledger_begun(struct ledger *ledger, int64_t *at_ms)
{
	struct query query;

	*at_ms = 0;
	query_open(&query, ledger->db, SQL_FIRST_EVENT);
	if (query_step(&query))
		*at_ms = query_int(&query);
	return query_done(&query);
}
