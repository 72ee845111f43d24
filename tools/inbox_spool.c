#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "inbox.h"
#include "palang/clock.h"
#include "palang/error.h"

/*
 * The way of a pair.  The spool is ours alone, holds one pair at a time, and
 * names of our own, so that nothing in it is called as somebody outside liked:
 *
 *   name       written first: when it came, and what it was called
 *   signature  moved in, then
 *   order      moved in: from here on nobody else can put another file there;
 *              who dropped them may write to both still.  They are read once,
 *              and what was read is judged.  Before it is recorded, taken or
 *              held, copies of our own take their places, with the octets that
 *              were judged: what is recorded is what lies there
 *   outcome    written once it was judged: where it goes, and its receipt
 *
 * With an outcome, the receipt is put into done/ or refused/, then both files
 * are moved beside it, and name and outcome removed.  A stop at any point
 * leaves one of these states, and the next run goes on from there.  Between
 * what the ledger recorded and the outcome, it judges once more: an order that
 * is recorded changes nothing.  What is not recorded for the first time goes
 * out as it came: it is its sender's still, and counts for his quota.
 *
 * What lies there with neither name nor outcome, or can be moved nowhere, is no
 * pair's: it is kept as left-TIME, and stands in nobody's way.
 */
#define NAME      "name"
#define SIGNATURE "signature"
#define ORDER     "order"
#define OUTCOME   "outcome"

#define RECEIPT_MAX ((size_t)256 << 20)

void
inbox_pair_fini(struct inbox_pair *pair)
{
	free(pair->data);
	free(pair->signature);
	memset(pair, 0, sizeof *pair);
}

static bool
is_there(int folder, const char *name, const char *suffix)
{
	char full[INBOX_FINAL_MAX + sizeof INBOX_RECEIPT];
	struct stat st;

	snprintf(full, sizeof full, "%s%s", name, suffix);
	return fstatat(folder, full, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* ---- what is no pair's ---- */

static int
put_aside(struct inbox *inbox, const char *part)
{
	int64_t number = pal_clock_ms();
	char left[40];

	do
		snprintf(left, sizeof left, "left-%" PRId64, number++);
	while (is_there(inbox->spool, left, ""));
	return renameat(inbox->spool, part, inbox->spool, left) == 0 ? 0
	                                                             : PAL_ESYS;
}

static int
put_strays_aside(struct inbox *inbox)
{
	static const char *const parts[] = {SIGNATURE, ORDER};
	int ret = 0;

	for (size_t i = 0; i < 2 && ret == 0; i++) {
		if (is_there(inbox->spool, parts[i], ""))
			ret = put_aside(inbox, parts[i]);
	}
	return ret;
}

/* ---- in ---- */

static int
move_in(struct inbox *inbox, const char *name, const char *suffix,
	const char *as, size_t max)
{
	char full[INBOX_NAME_MAX + sizeof MINISIG_SUFFIX];

	snprintf(full, sizeof full, "%s%s", name, suffix);
	return inbox_move(inbox->folder, full, inbox->spool, as, max);
}

static int
move_signature(struct inbox *inbox, const char *name)
{
	return move_in(
		inbox, name, MINISIG_SUFFIX, SIGNATURE, MINISIG_TEXT_MAX);
}

static int
move_order(struct inbox *inbox, const char *name)
{
	return move_in(inbox, name, "", ORDER, ORDER_FILE_MAX);
}

/* Where another signature lies by now, this one cannot go. */
static void
move_back(struct inbox *inbox, const char *name)
{
	char full[INBOX_NAME_MAX + sizeof MINISIG_SUFFIX];
	int saved = errno;

	snprintf(full, sizeof full, "%s" MINISIG_SUFFIX, name);
	inbox_move(
		inbox->spool, SIGNATURE, inbox->folder, full, MINISIG_TEXT_MAX);
	unlinkat(inbox->spool, NAME, 0);
	put_strays_aside(inbox);
	errno = saved;
}

int
inbox_take(struct inbox *inbox, const char *name, int64_t arrived)
{
	char text[INBOX_NAME_MAX + 32];
	int len =
		snprintf(text, sizeof text, "%" PRId64 " %s\n", arrived, name);
	int ret = file_replace(inbox->spool, NAME, text, (size_t)len, 0600);

	if (ret == 0)
		ret = move_signature(inbox, name);
	if (ret == 0)
		ret = move_order(inbox, name);
	if (ret != 0)
		move_back(inbox, name);
	return ret;
}

int
inbox_own(struct inbox *inbox, const struct intake_file *file)
{
	int ret = file_replace(inbox->spool, SIGNATURE, file->signature,
		file->signature_len, 0644);

	return ret == 0 ? file_replace(inbox->spool, ORDER, file->data,
				  file->len, 0644)
	                : ret;
}

/* ---- out ---- */

static bool
is_free(int folder, const char *name)
{
	return !is_there(folder, name, "") &&
	       !is_there(folder, name, MINISIG_SUFFIX) &&
	       !is_there(folder, name, INBOX_RECEIPT);
}

/* Its own name, or one with the time behind it. */
static void
choose(char text[INBOX_FINAL_MAX], int folder, const char *name)
{
	int64_t number = pal_clock_ms();

	inbox_encode(text, name);
	while (!is_free(folder, text)) {
		inbox_encode(text, name);
		snprintf(text + strlen(text), INBOX_FINAL_MAX - strlen(text),
			".%" PRId64, number++);
	}
}

static int
put_receipt(int folder, const char *name, const char *receipt)
{
	char full[INBOX_FINAL_MAX + sizeof INBOX_RECEIPT];

	snprintf(full, sizeof full, "%s" INBOX_RECEIPT, name);
	return file_replace(folder, full, receipt, strlen(receipt), 0644);
}

/* What is no file, and cannot be copied, must not stand in the way. */
static int
move_out(struct inbox *inbox, const char *part, int to, const char *name)
{
	int ret = inbox_move(inbox->spool, part, to, name, ORDER_FILE_MAX);

	if (ret == 0 || (ret == PAL_ESYS && errno == ENOENT))
		return 0;
	if (ret == PAL_ENOMEM ||
		(errno != ELOOP && errno != EINVAL && errno != EISDIR &&
			errno != EACCES && errno != ENXIO))
		return ret;
	return put_aside(inbox, part);
}

/* "done NAME", and the receipt behind that line. */
static int
follow(struct inbox *inbox, char *text)
{
	char full[INBOX_FINAL_MAX + sizeof MINISIG_SUFFIX];
	char *receipt = strchr(text, '\n'), *name = strchr(text, ' ');
	int to = strncmp(text, INBOX_TO_DONE " ", 5) == 0 ? inbox->done
	                                                  : inbox->refused;
	int ret;

	if (receipt == NULL || name == NULL || name > receipt)
		return PAL_EFORM;
	*receipt++ = '\0';
	name++;
	ret = put_receipt(to, name, receipt);
	snprintf(full, sizeof full, "%s" MINISIG_SUFFIX, name);
	if (ret == 0)
		ret = move_out(inbox, SIGNATURE, to, full);
	if (ret == 0)
		ret = move_out(inbox, ORDER, to, name);
	/* What was said to be there is, also if power fails now. */
	if (ret == 0 && fsync(to) != 0)
		ret = PAL_ESYS;
	if (ret != 0)
		return ret;
	unlinkat(inbox->spool, NAME, 0);
	unlinkat(inbox->spool, OUTCOME, 0);
	return 0;
}

static int
complete(struct inbox *inbox)
{
	char *text = NULL;
	size_t len;
	int ret = file_read_at(
		inbox->spool, OUTCOME, RECEIPT_MAX, FILE_NOFOLLOW, &text, &len);

	if (ret == PAL_ESYS && errno == ENOENT)
		return 0;
	if (ret == 0)
		ret = follow(inbox, text);
	free(text);
	return ret;
}

int
inbox_finish(struct inbox *inbox, const struct inbox_pair *pair, bool refused,
	const char *receipt)
{
	char name[INBOX_FINAL_MAX], *text = NULL;
	int len, ret;

	choose(name, refused ? inbox->refused : inbox->done, pair->name);
	len = asprintf(&text, "%s %s\n%s",
		refused ? INBOX_TO_REFUSED : INBOX_TO_DONE, name, receipt);
	if (len < 0)
		return PAL_ENOMEM;
	ret = file_replace(inbox->spool, OUTCOME, text, (size_t)len, 0600);
	free(text);
	return ret == 0 ? complete(inbox) : ret;
}

int
inbox_refuse(struct inbox *inbox, const char *name, const char *receipt)
{
	char as[INBOX_FINAL_MAX], full[INBOX_FINAL_MAX + sizeof INBOX_RECEIPT];
	int ret, saved;

	choose(as, inbox->refused, name);
	ret = put_receipt(inbox->refused, as, receipt);
	if (ret != 0)
		return ret;
	ret = inbox_move(
		inbox->folder, name, inbox->refused, as, ORDER_FILE_MAX);
	if (ret == 0)
		return 0;
	saved = errno;
	snprintf(full, sizeof full, "%s" INBOX_RECEIPT, as);
	unlinkat(inbox->refused, full, 0);
	errno = saved;
	return ret;
}

/* ---- reading ---- */

static const char *
why_unreadable(int err)
{
	if (err == PAL_ELIMIT)
		return "is larger than it may be";
	switch (errno) {
	case ENOENT:
		return "was gone before it could be taken";
	case ELOOP:
	case EINVAL:
	case EISDIR:
	case ENXIO: /* a socket */
		return "is no file";
	case EACCES:
	case EPERM:
		return "is not readable here: the account that puts it there "
		       "must let the group read it";
	default:
		return NULL;
	}
}

/* NULL and why: it is no file that can be read.  Anything else that fails is
 * our own fault. */
static int
read_part(struct inbox *inbox, struct inbox_pair *pair, const char *part,
	size_t max, char **data, size_t *len)
{
	int ret =
		file_read_at(inbox->spool, part, max, FILE_NOFOLLOW, data, len);
	const char *why;

	if (ret == 0 || ret == PAL_ENOMEM)
		return ret;
	why = why_unreadable(ret);
	if (why == NULL)
		return ret;
	snprintf(pair->why, sizeof pair->why, "the %s %s", part, why);
	*data = NULL;
	return 0;
}

/* False: it is none of ours. */
static bool
read_name(struct inbox_pair *pair, const char *text)
{
	char *end;
	size_t len;

	pair->arrived = strtoll(text, &end, 10);
	len = strcspn(end, "\n");
	if (*end != ' ' || !inbox_name_valid(end + 1, len - 1))
		return false;
	snprintf(pair->name, sizeof pair->name, "%.*s", (int)len - 1, end + 1);
	return true;
}

/* A move in that was stopped goes on.  What is gone is gone. */
static int
complete_move(int err)
{
	if (err == PAL_ESYS && (errno == ENOENT || errno == EEXIST))
		return 0;
	return err;
}

static int
read_pair(struct inbox *inbox, struct inbox_pair *pair)
{
	int ret = complete_move(move_signature(inbox, pair->name));

	if (ret == 0)
		ret = complete_move(move_order(inbox, pair->name));
	if (ret == 0)
		ret = read_part(inbox, pair, SIGNATURE, MINISIG_TEXT_MAX,
			&pair->signature, &pair->signature_len);
	if (ret == 0)
		ret = read_part(inbox, pair, ORDER, ORDER_FILE_MAX, &pair->data,
			&pair->len);
	return ret;
}

int
inbox_read(struct inbox *inbox, struct inbox_pair *pair, bool *found)
{
	char *text = NULL;
	size_t len;
	int ret = complete(inbox);

	memset(pair, 0, sizeof *pair);
	*found = false;
	if (ret != 0)
		return ret;
	ret = file_read_at(inbox->spool, NAME, 2 * sizeof pair->name,
		FILE_NOFOLLOW, &text, &len);
	if (ret == PAL_ESYS && errno == ENOENT)
		return put_strays_aside(inbox);
	if (ret == 0 && !read_name(pair, text))
		ret = PAL_EFORM;
	free(text);
	if (ret == 0)
		ret = read_pair(inbox, pair);
	if (ret != 0)
		return ret;
	*found = is_there(inbox->spool, ORDER, "") ||
	         is_there(inbox->spool, SIGNATURE, "");
	if (!*found)
		unlinkat(inbox->spool, NAME, 0);
	return 0;
}
