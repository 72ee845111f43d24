/* What the keeper tells: log lines, and the status file. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "held.h"
#include "palang/error.h"

#define REPEAT_MS 60000 /* the same complaint again at the earliest */

void
live_log(const struct pal_live *live, enum pal_log level, const char *format,
	...)
{
	char line[TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	live->host.log(live->host.ctx, level, line);
}

/* Repeats are said once a minute; the status always holds the last. */
void
report_error(struct pal_live *live, const struct failure *failure)
{
	int64_t now = pal_monotonic_ms();

	strcpy(live->status.error, failure->text);
	live->status.error_generation = failure->generation;
	live->status.error_at = pal_clock_ms();
	live->status_due = true;
	if (strcmp(live->last_error, failure->text) == 0 &&
		now - live->last_error_at < REPEAT_MS)
		return;
	strcpy(live->last_error, failure->text);
	live->last_error_at = now;
	live_log(live, PAL_LOG_ERROR,
		"palang: refused generation=%llu reason=\"%s\"; what was in "
		"force stays",
		(unsigned long long)failure->generation, failure->text);
}

void
clear_error(struct pal_live *live)
{
	live->status.error[0] = '\0';
	live->status.error_generation = 0;
	live->status.error_at = 0;
	live->last_error[0] = '\0';
	live->retry_at = 0;
	live->retry_after = 0;
}

void
copy_text(char *to, size_t size, struct pal_text text)
{
	size_t len = text.len < size ? text.len : size - 1;

	memcpy(to, text.text, len);
	to[len] = '\0';
}

static void
fill_lists(struct pal_status *status, const struct held *held)
{
	const struct pal_manifest *m = &held->snapshot.manifest;

	status->list_count = m->count;
	for (unsigned i = 0; i < m->count; i++) {
		const struct pal_manifest_entry *e = &m->lists[i];
		const struct pal_image *image =
			snapshot_image(&held->snapshot, i);
		struct pal_status_list *list = &status->lists[i];
		*list = (struct pal_status_list){.role = e->role,
			.rules = pal_image_rules(image),
			.octets = pal_image_size(image),
			.fallback = held->fallback[i]};
		strcpy(list->name, e->name);
		memcpy(list->digest, e->digest, sizeof(list->digest));
	}
}

/* Adds a policy's counts to the sums, and as a row of its own if it has any
 * and there is room. */
static void
fill_policy(struct pal_status *status, const struct held *held,
	const struct pal_list *list, uint32_t index)
{
	struct pal_status_order row = {.authority = ""};
	struct pal_policy policy;
	uint64_t any = 0;

	counts_of(held, list->counters + index, row.blocked);
	for (int a = 0; a < PAL_ANSWERS; a++) {
		status->blocked[a] += row.blocked[a];
		any |= row.blocked[a];
	}
	if (any == 0 || status->order_count == PAL_STATUS_ORDERS_MAX)
		return;
	pal_image_policy(list->image, index, &policy);
	copy_text(row.authority, sizeof(row.authority), policy.authority);
	copy_text(row.id, sizeof(row.id), policy.id);
	status->orders[status->order_count++] = row;
}

static void
fill_counts(struct pal_live *live, const struct held *held)
{
	struct pal_status *status = &live->status;
	const struct pal_snapshot *s = &held->snapshot;

	memcpy(status->blocked, live->past, sizeof(live->past));
	/* one that is on its way out has not been carried over yet */
	for (uint32_t i = 0;
		live->old != NULL && i < live->old->snapshot.policies; i++) {
		uint64_t sums[PAL_ANSWERS];
		if (i - live->old->snapshot.shadow.counters <
			live->old->trial_count)
			continue; /* not blocked */
		counts_of(live->old, i, sums);
		for (int a = 0; a < PAL_ANSWERS; a++)
			status->blocked[a] += sums[a];
	}
	status->order_count = 0;
	if (status->orders == NULL)
		status->orders =
			calloc(PAL_STATUS_ORDERS_MAX, sizeof(*status->orders));
	if (status->orders == NULL)
		return;
	for (uint32_t i = 0; s->orders.image != NULL &&
			     i < pal_image_policies(s->orders.image);
		i++)
		fill_policy(status, held, &s->orders, i);
	for (unsigned i = 0; i < s->feed_count; i++)
		fill_policy(status, held, &s->feeds[i], 0);
}

static void
fill(struct pal_live *live)
{
	struct pal_status *status = &live->status;
	const struct held *held = atomic_load(&live->held);
	const struct pal_manifest *m = &held->snapshot.manifest;
	int64_t behind;

	strcpy(status->instance, live->instance);
	strncpy(status->host, live->host.name, sizeof(status->host) - 1);
	status->pid = (uint32_t)getpid();
	status->heartbeat = pal_clock_ms();
	status->latest = atomic_load(&live->latest) * 1000;
	behind = status->latest - status->heartbeat;
	status->stepped = behind > 1000 ? behind : 0;
	if (m->generation == 0)
		status->state = PAL_STATE_EMPTY;
	else if (held->fell_back || status->error[0] != '\0')
		status->state = PAL_STATE_DEGRADED;
	else
		status->state = PAL_STATE_OK;
	fill_lists(status, held);
	fill_counts(live, held);
	trials_fill(live, held);
}

/* Replaced by rename, but not synced: what it says is of use only while the
 * process lives. */
static int
write_file(struct pal_live *live, int folder)
{
	char temporary[64], name[64];
	int ret = PAL_ESYS;

	snprintf(name, sizeof(name), "%s.status", live->instance);
	snprintf(temporary, sizeof(temporary), ".%s.tmp", live->instance);
	int fd = openat(folder, temporary,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return PAL_ESYS;
	FILE *out = fdopen(fd, "w");
	if (out == NULL) {
		close(fd);
		return PAL_ESYS;
	}
	ret = pal_status_write(out, &live->status);
	if (fclose(out) != 0)
		ret = PAL_ESYS;
	if (ret == 0 && renameat(folder, temporary, folder, name) != 0)
		ret = PAL_ESYS;
	return ret;
}

/* A status that cannot be written is no reason to stop: said once a minute. */
void
report(struct pal_live *live)
{
	static const char trouble[] = "palang: status cannot be written";
	int ret = PAL_ESYS;

	fill(live);
	int folder = open_folder(live->folder, "status");
	if (folder >= 0) {
		ret = write_file(live, folder);
		int saved = errno;
		close(folder);
		errno = saved;
	}
	if (ret != 0 && pal_monotonic_ms() >= live->trouble_said + REPEAT_MS) {
		live->trouble_said = pal_monotonic_ms();
		live_log(live, PAL_LOG_WARN,
			"%s folder=\"%s/status\" reason=\"%s\"", trouble,
			live->folder, strerror(errno));
	}
}
