/* Names of files that others gave, and what they are told. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inbox.h"
#include "receipt.h"

#define DIGITS_SHOWN 12 /* of a digest, behind a name that was cut */

static bool
is_valid(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool
inbox_name_valid(const char *name, size_t len)
{
	if (len == 0 || len > INBOX_NAME_MAX || name[0] == '.')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!is_valid(name[i]))
			return false;
	}
	return true;
}

size_t
inbox_signature_of(const char *name)
{
	size_t len = strlen(name), suffix = strlen(MINISIG_SUFFIX);

	if (len <= suffix || strcmp(name + len - suffix, MINISIG_SUFFIX) != 0)
		return 0;
	return len - suffix;
}

/* The whole name, to be freed. */
static char *
encode(const char *name)
{
	char *text = malloc(3 * strlen(name) + 1), *at = text;

	for (size_t i = 0; text != NULL && name[i] != '\0'; i++) {
		if (is_valid(name[i]) && (i > 0 || name[i] != '.'))
			*at++ = name[i];
		else
			at += sprintf(at, "%%%02X", (unsigned char)name[i]);
	}
	if (text != NULL)
		*at = '\0';
	return text;
}

void
inbox_encode(char text[INBOX_FINAL_MAX], const char *name)
{
	char *whole = encode(name), hex[PAL_SHA256_HEX];
	size_t most = INBOX_NAME_MAX + strlen(MINISIG_SUFFIX);
	uint8_t digest[PAL_SHA256_SIZE];

	if (whole != NULL && strlen(whole) <= most) {
		snprintf(text, INBOX_FINAL_MAX, "%s", whole);
	} else {
		pal_sha256(name, strlen(name), digest);
		pal_sha256_to_hex(hex, digest);
		snprintf(text, INBOX_FINAL_MAX, "%.*s.%.*s",
			(int)most - DIGITS_SHOWN - 1,
			whole == NULL ? "" : whole, DIGITS_SHOWN, hex);
	}
	free(whole);
}

/* ---- receipts ---- */

#define REASONS 20 /* told, of all that is wrong */

static void
put_problem(FILE *out, const struct problem *problem, size_t told)
{
	if (told > 0 && problem->line > 0)
		fprintf(out, "; line %u: ", problem->line);
	else if (told > 0)
		fputs("; ", out);
	fputs(problem->text == NULL ? "no memory" : problem->text, out);
}

char *
inbox_reason(const struct inbox_outcome *outcome, unsigned *line)
{
	const struct problems *problems = outcome->problems;
	size_t count = problems == NULL ? 0 : problems->count, told = 0, len;
	char *text = NULL;
	FILE *out = open_memstream(&text, &len);

	*line = 0;
	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < count && i < PROBLEMS_MAX; i++) {
		const struct problem *problem = &problems->items[i];

		if (problem->warning || told == REASONS)
			continue;
		if (told == 0)
			*line = problem->line;
		put_problem(out, problem, told++);
	}
	if (told == 0)
		fputs(outcome->why, out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static int
refuse(struct receipt *receipt, const struct inbox_outcome *outcome,
	char name[INBOX_FINAL_MAX], char **reason)
{
	const struct intake *intake = outcome->intake;
	struct receipt_refusal refusal = {.file = name};
	struct state none = {.ledger = NULL};

	inbox_encode(name, outcome->name);
	*reason = inbox_reason(outcome, &refusal.line);
	if (*reason == NULL)
		return cmd_fail("no memory");
	refusal.text = *reason;
	if (intake != NULL && intake->file_count > 0)
		refusal.sha256 = intake->files[0].sha256;
	return receipt_refuse(receipt,
		outcome->state == NULL ? &none : outcome->state, &refusal);
}

static int
take(struct receipt *receipt, const struct inbox_outcome *outcome,
	struct receipt_key **keys)
{
	const struct intake *intake = outcome->intake;

	*keys = calloc(intake->count + 1, sizeof **keys);
	if (*keys == NULL)
		return cmd_fail("no memory");
	for (size_t i = 0; i < intake->count; i++)
		(*keys)[i] =
			(struct receipt_key){intake->items[i].order->authority,
				intake->items[i].order->id};
	return receipt_make(receipt, outcome->state, *keys, intake->count);
}

char *
inbox_receipt(const struct inbox_outcome *outcome)
{
	struct receipt receipt = {.count = 0};
	struct receipt_key *keys = NULL;
	char name[INBOX_FINAL_MAX], *reason = NULL, *text = NULL;
	int ret = outcome->result == INBOX_REFUSED
	                  ? refuse(&receipt, outcome, name, &reason)
	                  : take(&receipt, outcome, &keys);

	if (ret == EXIT_DONE && (text = receipt_text(&receipt)) == NULL)
		cmd_fail("no memory");
	receipt_fini(&receipt);
	free(reason);
	free(keys);
	return text;
}
