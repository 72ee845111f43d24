/* What is recorded, against its own digests: octets and sums, documents and
 * canonical forms, columns and documents. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit.h"
#include "file.h"
#include "journal.h"
#include "ledger_audit.h"
#include "ledger_pack.h"
#include "palang/error.h"

/* ---- files ---- */

/* The documents of the file that was read last, by digest. */
struct reading {
	struct audit *audit;
	int64_t file;
	struct order_batch batch;
	const struct order **sorted;
};

static int
by_digest(const void *a, const void *b)
{
	const struct order *const *x = a, *const *y = b;

	return memcmp((*x)->digest, (*y)->digest, PAL_SHA256_SIZE);
}

static int
key_digest(const void *key, const void *item)
{
	const struct order *const *order = item;

	return memcmp(key, (*order)->digest, PAL_SHA256_SIZE);
}

static void
end_reading(struct reading *reading)
{
	order_batch_fini(&reading->batch);
	free(reading->sorted);
	reading->sorted = NULL;
}

/* One that cannot be read leaves no document. */
static int
read_documents(struct reading *reading, const struct ledger_audit_file *file)
{
	struct problems problems = {0};
	int ret;

	end_reading(reading);
	reading->file = file->file;
	ret = order_parse(&reading->batch, NULL, file->bytes, file->len,
		INT64_MAX, &problems);
	problems_fini(&problems);
	if (ret == PAL_ENOMEM)
		return ret;
	if (ret != 0)
		memset(&reading->batch, 0, sizeof reading->batch);
	reading->sorted =
		calloc(reading->batch.count + 1, sizeof *reading->sorted);
	if (reading->sorted == NULL)
		return PAL_ENOMEM;
	for (size_t i = 0; i < reading->batch.count; i++)
		reading->sorted[i] = &reading->batch.orders[i];
	qsort(reading->sorted, reading->batch.count, sizeof *reading->sorted,
		by_digest);
	return 0;
}

static int
check_sum(struct audit *audit, const struct ledger_audit_file *file)
{
	uint8_t digest[PAL_SHA256_SIZE];

	pal_sha256(file->bytes, file->len, digest);
	if (file->sha256 != NULL &&
		memcmp(digest, file->sha256, PAL_SHA256_SIZE) == 0)
		return 0;
	return audit_found(audit,
		"file %" PRId64 ": its octets do not have its digest",
		file->file);
}

static int
check_file(void *ctx, const struct ledger_audit_file *file)
{
	struct reading *reading = ctx;
	int ret = 0;

	if (reading->file != file->file) {
		ret = check_sum(reading->audit, file);
		if (ret == 0 && file->authority != NULL)
			ret = read_documents(reading, file);
		reading->file = file->file;
	}
	if (ret != 0 || file->authority == NULL)
		return ret;
	if (file->digest != NULL &&
		bsearch(file->digest, reading->sorted, reading->batch.count,
			sizeof *reading->sorted, key_digest) != NULL)
		return 0;
	return audit_found(reading->audit,
		"%s:%s: the file it is said to have come in has no such "
		"document",
		file->authority, file->id);
}

static int
check_files(struct audit *audit)
{
	struct reading reading = {.audit = audit, .file = -1};
	int ret = ledger_audit_files(audit->ledger, check_file, &reading);

	end_reading(&reading);
	return ret;
}

/* ---- documents ---- */

static bool
same_octets(const void *a, size_t a_len, const void *b, size_t b_len)
{
	return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

static bool
same_words(const struct order *a, const struct order *b)
{
	return strcmp(a->authority, b->authority) == 0 &&
	       strcmp(a->id, b->id) == 0 && a->action == b->action &&
	       strcmp(a->lifts, b->lifts) == 0 &&
	       strcmp(a->lifts_authority, b->lifts_authority) == 0 &&
	       strcmp(a->replaces, b->replaces) == 0;
}

static bool
same_numbers(const struct order *a, const struct order *b)
{
	return a->issued == b->issued && a->effective == b->effective &&
	       a->expires == b->expires && a->review == b->review &&
	       a->comply_within == b->comply_within &&
	       a->comply_by == b->comply_by && a->has_answer == b->has_answer &&
	       (!a->has_answer || a->answer == b->answer);
}

static int
compare_packed(const struct ledger_audit_document *document,
	const struct order *order, bool *same)
{
	uint8_t *texts = NULL, *targets = NULL;
	size_t texts_len = 0, targets_len = 0;
	int ret = pack_texts(order, &texts, &texts_len);

	if (ret == 0)
		ret = pack_targets(order, &targets, &targets_len);
	*same = document->target_count == (int64_t)order->target_count &&
	        same_octets(document->texts, document->texts_len, texts,
			texts_len) &&
	        same_octets(document->targets, document->targets_len, targets,
			targets_len);
	free(texts);
	free(targets);
	return ret;
}

/* The canonical form has the digest, and the columns say the same. */
static int
check_canonical(
	struct audit *audit, const struct ledger_audit_document *document)
{
	const struct order *columns = &document->order;
	uint8_t digest[PAL_SHA256_SIZE];
	struct order order;
	bool same = false;
	int ret;

	pal_sha256(document->canonical, document->canonical_len, digest);
	if (memcmp(digest, columns->digest, PAL_SHA256_SIZE) != 0)
		return audit_found(audit,
			"%s:%s: its document does not have its digest",
			columns->authority, columns->id);
	ret = order_restore(
		&order, document->canonical, document->canonical_len);
	if (ret == PAL_ENOMEM)
		return ret;
	if (ret == 0) {
		ret = compare_packed(document, &order, &same);
		same = same && same_words(&order, columns) &&
		       same_numbers(&order, columns);
		order_fini(&order);
	}
	if (ret == PAL_ENOMEM || (same && !document->damaged))
		return ret;
	return audit_found(audit,
		"%s:%s: its columns do not say what its document says",
		columns->authority, columns->id);
}

/* How it came is in the detail of its entry. */
static int
check_origin(struct audit *audit, const struct ledger_audit_document *document)
{
	struct journal_origin origin = {.key = document->key,
		.source = document->source,
		.arrived = document->arrived};
	bool same;
	char *text;

	if (document->detail == NULL || document->old)
		return 0;
	text = journal_recorded_so(&origin);
	if (text == NULL)
		return PAL_ENOMEM;
	same = journal_begins(document->detail, text);
	free(text);
	return same ? 0
	            : audit_found(audit,
			      "%s:%s: it did not come as the journal has it",
			      document->order.authority, document->order.id);
}

static int
check_document(void *ctx, const struct ledger_audit_document *document)
{
	int ret = check_canonical(ctx, document);

	return ret == 0 ? check_origin(ctx, document) : ret;
}

/* ---- signatures and feeds ---- */

static int
check_signature(
	void *ctx, const struct ledger_signature *signature, const char *detail)
{
	char *text = NULL;
	bool same;

	if (signature->text != NULL && signature->comment != NULL) {
		text = journal_verified(signature);
		if (text == NULL)
			return PAL_ENOMEM;
	}
	same = text != NULL && detail != NULL && strcmp(text, detail) == 0;
	free(text);
	return same ? 0
	            : audit_found(ctx,
			      "signature %" PRId64
			      ": not as the journal has it",
			      signature->row);
}

static int
check_feed(
	void *ctx, const char *feed, const char *names, const uint8_t *digest)
{
	struct audit *audit = ctx;
	uint8_t found[PAL_SHA256_SIZE];
	int fd, ret;

	/* In force since before there was a journal, or no right to look. */
	if (digest == NULL || audit->feeds < 0)
		return 0;
	fd = strchr(names, '/') != NULL
	             ? -1
	             : openat(audit->feeds, names,
			       O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return audit_found(audit, "feed %s: its names, %s: %s", feed,
			names, strerror(errno));
	ret = file_digest(fd, found);
	close(fd);
	if (ret != 0 || memcmp(found, digest, PAL_SHA256_SIZE) == 0)
		return ret;
	return audit_found(audit,
		"feed %s: its names are not those that were put in force",
		feed);
}

int
audit_orders(struct audit *audit)
{
	int ret = check_files(audit);

	if (ret == 0)
		ret = ledger_audit_documents(
			audit->ledger, check_document, audit);
	if (ret == 0)
		ret = ledger_audit_signatures(
			audit->ledger, check_signature, audit);
	if (ret == 0)
		ret = ledger_audit_feeds(audit->ledger, check_feed, audit);
	return ret;
}
