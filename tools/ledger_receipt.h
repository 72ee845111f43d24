/* What the ledger says of one order, for its receipt.  As ledger.h. */
#ifndef TOOL_LEDGER_RECEIPT_H
#define TOOL_LEDGER_RECEIPT_H

#include "ledger.h"

struct ledger_receipt {
	bool recorded; /* false: nothing below but when it arrived, of what is
	                * held, or was */
	uint8_t digest[PAL_SHA256_SIZE];
	uint8_t sha256[PAL_SHA256_SIZE]; /* of its file */
	bool has_key;
	uint8_t key[LEDGER_KEY_SIZE];
	char *comment, *source;    /* to be freed; or NULL */
	int64_t arrived, received; /* ms */
	uint8_t epoch[PAL_EPOCH_SIZE];
	uint64_t generation; /* 0: not known */
	int64_t published;   /* ms; 0: not known */
};

/* receipt->comment and source are the caller's to free in any case. */
int ledger_receipt(struct ledger *ledger, const char *authority, const char *id,
	struct ledger_receipt *receipt);

/* Entries about the order, but those about its coming. */
int ledger_receipt_events(struct ledger *ledger, const char *authority,
	const char *id,
	int (*each)(void *ctx, const struct ledger_event *event), void *ctx);

/* The resolvers that have reached the generation, and when (ms); 0: not
 * yet.  What blocks has not reached one where everything is open. */
int ledger_receipt_resolvers(struct ledger *ledger,
	const struct ledger_receipt *receipt, bool blocks,
	int (*each)(
		void *ctx, const char *instance, int64_t effect, int64_t swept),
	void *ctx);

/* Of orders that were held or in shadow at some time: the identity of the one
 * with that id, or AUTHORITY:ID.  *count is how many there are. */
int ledger_receipt_find(struct ledger *ledger, const char *name,
	char authority[ORDER_AUTHORITY_MAX], char id[ORDER_ID_MAX], int *count);

#endif
