/* Signatures, read back. */
#include <stdlib.h>
#include <string.h>

#include "ledger_sql.h"
#include "ledger_store.h"
#include "palang/error.h"

int
ledger_is_signed(struct ledger *ledger, const uint8_t sha256[PAL_SHA256_SIZE],
	const char *text, bool *found)
{
	struct query query;

	query_open(&query, ledger->db, SQL_SIGNATURE_USED);
	query_bind_data(&query, sha256, PAL_SHA256_SIZE);
	query_bind_text(&query, text);
	*found = query_step(&query);
	return query_done(&query);
}

int
ledger_signed(struct ledger *ledger, int64_t row, struct ledger_signed *found)
{
	struct query query;
	const void *key;
	size_t len;

	memset(found, 0, sizeof *found);
	if (row == 0)
		return 0;
	query_open(&query, ledger->db, SQL_SIGNATURE);
	query_bind_int(&query, row);
	if (query_step(&query)) {
		key = query_data(&query, &len);
		if (len == LEDGER_KEY_SIZE)
			memcpy(found->key, key, len);
		else
			query.error = PAL_EFORM;
		found->comment = query_copy(&query);
		found->text = query_copy(&query);
	}
	return query_done(&query);
}

void
ledger_signed_fini(struct ledger_signed *found)
{
	free(found->comment);
	free(found->text);
	memset(found, 0, sizeof *found);
}
