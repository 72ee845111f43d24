/* The lists that the module will load at its start. */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "verdict.h"

/* A start without lists is no failure, unless it was said to be one. */
static bool
say_empty(struct host_report *report, const struct host_options *options,
	const char *why)
{
	if (options->refuse_empty) {
		problem_error(&report->problems, NULL, 0, 0,
			"no list can be loaded (%s), and PALANG_ON_EMPTY=refuse "
			"forbids to start without; publish with palang first",
			why);
		return false;
	}
	problem_warning(&report->problems, NULL, 0, 0,
		"it will start EMPTY, and block nothing: %s", why);
	return true;
}

/* The module's own rule: nobody but the owner may write a list, and that is
 * not the resolver's own user. */
static bool
check_rights(const struct host_report *report,
	const struct host_options *options, int fd, const char *name,
	char why[VERDICT_WHY_MAX])
{
	struct stat st;

	if (fstat(fd, &st) != 0) {
		snprintf(why, VERDICT_WHY_MAX, "%s: %s", name, strerror(errno));
		return false;
	}
	if (st.st_mode & (S_IWGRP | S_IWOTH)) {
		snprintf(why, VERDICT_WHY_MAX,
			"others than its owner can write %s; chmod go-w", name);
		return false;
	}
	if (st.st_uid == report->uid && !options->same_user) {
		snprintf(why, VERDICT_WHY_MAX,
			"%s belongs to the resolver's own user; give it "
			"another owner, or set PALANG_SAME_USER=1 for a trial",
			name);
		return false;
	}
	return true;
}

static bool
check_file(const struct host_report *report, const struct host_options *options,
	int lists, const char *name, char why[VERDICT_WHY_MAX])
{
	int fd = openat(lists, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool ok;

	if (fd < 0) {
		snprintf(why, VERDICT_WHY_MAX, "%s: %s", name, strerror(errno));
		return false;
	}
	ok = check_rights(report, options, fd, name, why);
	close(fd);
	return ok;
}

/* One generation: all its images, and the rights of each file. */
static bool
check_generation(struct host_report *report, const struct host_options *options,
	int lists, const char *name, char why[VERDICT_WHY_MAX])
{
	struct verdict_source *source;
	const struct pal_manifest *manifest;
	const struct pal_snapshot *snapshot;
	bool ok;

	if (verdict_open_at(&source, lists, name, why) != 0)
		return false;
	snapshot = verdict_snapshot(source);
	manifest = &snapshot->manifest;
	ok = check_file(report, options, lists, name, why);
	for (unsigned i = 0; ok && i < manifest->count; i++)
		ok = check_file(
			report, options, lists, manifest->lists[i].file, why);
	report->generation = manifest->generation;
	report->rules = 0;
	if (snapshot->orders.image != NULL)
		report->rules += pal_image_rules(snapshot->orders.image);
	for (unsigned i = 0; i < snapshot->feed_count; i++)
		report->rules += pal_image_rules(snapshot->feeds[i].image);
	verdict_close(source);
	return ok;
}

static bool
check_folder(struct host_report *report, const struct host_options *options,
	int lists)
{
	char why[VERDICT_WHY_MAX], older[VERDICT_WHY_MAX];

	if (!check_rights(report, options, lists, report->lists, why))
		return say_empty(report, options, why);
	if (check_generation(report, options, lists, "manifest", why)) {
		report->has_lists = true;
		return true;
	}
	if (!check_generation(report, options, lists, "manifest.prev", older))
		return say_empty(report, options, why);
	report->has_lists = true;
	problem_warning(&report->problems, NULL, 0, 0,
		"%s; what of it is sound and the generation before it will be "
		"in force",
		why);
	return true;
}

bool
host_check_lists(struct host_report *report, const struct host_options *options)
{
	char why[VERDICT_WHY_MAX];
	int lists;
	bool ok;

	snprintf(report->lists, sizeof report->lists, "%.2000s%.2000s/lists",
		report->chroot, options->dir);
	lists = file_open_folder(report->lists);
	if (lists < 0) {
		snprintf(why, sizeof why, "%.150s: %s", report->lists,
			strerror(errno));
		return say_empty(report, options, why);
	}
	ok = check_folder(report, options, lists);
	close(lists);
	return ok;
}
