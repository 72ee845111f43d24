/* From a source to sorted names: spool, clean. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "feed_run.h"
#include "file.h"
#include "palang/error.h"

int
feed_open_names(const struct feed_run *run, const char *file)
{
	return openat(run->folder, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

/* A file that is there only as long as it is open. */
static int
open_spool(const struct feed_run *run)
{
	char path[PATH_MAX];
	int folder, fd, saved;

	snprintf(path, sizeof path, "%s/spool", run->state->config.state_dir);
	folder = file_open_folder(path);
	if (folder < 0)
		return -1;
	fd = file_open_unnamed(folder);
	saved = errno;
	close(folder);
	errno = saved;
	return fd;
}

static int
open_new(const struct feed_run *run)
{
	char file[PAL_LIST_NAME_MAX + 8];

	snprintf(file, sizeof file, "%s.new", run->name);
	unlinkat(run->folder, file, 0);
	return openat(run->folder, file,
		O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
}

/* The first thing that the cleaner found wrong. */
static char *
first_problem(const struct problems *problems, int ret)
{
	if (problems->count > 0 && problems->items[0].line > 0) {
		char *text = NULL;

		if (asprintf(&text, "line %u: %s", problems->items[0].line,
			    problems->items[0].text) >= 0)
			return text;
	}
	if (problems->count > 0)
		return strdup(problems->items[0].text);
	return strdup(ret == PAL_ESYS ? strerror(errno) : pal_strerror(ret));
}

/* The report is printed by who refreshes; who reads of it later asks anew. */
static char *
fail_unclean(const struct feed_run *run)
{
	char *text = NULL;

	if (asprintf(&text,
		    "it needs cleaning, and `strict` refuses that: `palang "
		    "feed refresh %s --strict -n` tells of it",
		    run->name) < 0)
		return strdup("it needs cleaning, and `strict` refuses that");
	return text;
}

static char *
clean(struct feed_run *run, int spool)
{
	const struct config *config = &run->state->config;
	const struct config_feed *feed = run->feed;
	struct problems problems = {0};
	struct clean_options options = {.format = feed->format,
		.has_scope = feed->has_scope,
		.scope = feed->scope,
		.protected = config->protected,
		/* to be allowed does a protected name no harm */
		.protected_count = feed->allow ? 0 : config->protected_count,
		.file = feed->source.text,
		.progress = progress_tell,
		.ctx = &run->progress};
	bool strict = run->options->strict || feed->strict;
	char *error = NULL;
	int ret;

	if (feed->source.kind == SOURCE_AXFR && feed->format == CLEAN_AUTO)
		options.format = CLEAN_RPZ;
	if (lseek(spool, 0, SEEK_SET) != 0)
		return strdup(strerror(errno));
	ret = clean_run(
		spool, run->candidate, &options, &run->report, &problems);
	run->unclean = ret == 0 && strict && clean_is_dirty(&run->report);
	if (ret != 0)
		error = first_problem(&problems, ret);
	else if (run->unclean)
		error = fail_unclean(run);
	else if (clean_refusal(&run->report, feed->allow) != NULL)
		error = strdup(clean_refusal(&run->report, feed->allow));
	problems_fini(&problems);
	return error;
}

/* Unchanged: what is to be judged is what was fetched last. */
static char *
take_last(struct feed_run *run)
{
	const char *file =
		run->known.held[0] != '\0' ? run->known.held : run->known.names;

	strcpy(run->file, file);
	run->candidate = feed_open_names(run, file);
	return run->candidate >= 0 ? NULL : strdup(strerror(errno));
}

/* There must be something that the mark is of, made in this way: if it was made
 * in another, the source is asked for all that it has.  Of what is kept, nothing
 * says whether it was clean. */
static bool
mark_holds(const struct feed_run *run)
{
	const struct ledger_feed *known = &run->known;
	const char *file = known->held[0] != '\0' ? known->held : known->names;

	return !run->options->force && !run->options->strict && !run->anew &&
	       file[0] != '\0' &&
	       memcmp(known->recipe, run->recipe, PAL_SHA256_SIZE) == 0 &&
	       faccessat(run->folder, file, R_OK, 0) == 0;
}

char *
feed_fetch(struct feed_run *run)
{
	char why[SOURCE_WHY_MAX] = "it failed", *text = NULL;

	run->spool = open_spool(run);
	if (run->spool < 0) {
		if (asprintf(&text, "%s/spool: %s",
			    run->state->config.state_dir, strerror(errno)) < 0)
			text = NULL;
		return text != NULL ? text : strdup("no memory");
	}
	if (mark_holds(run))
		run->mark = run->known.mark;
	else
		memset(&run->mark, 0, sizeof run->mark);
	run->answer = source_fetch(&run->feed->source, &run->feed->limits,
		&run->mark, run->spool, why, progress_tell, &run->progress);
	return run->answer == SOURCE_FAILED ? strdup(why) : NULL;
}

char *
feed_take_fetched(struct feed_run *run)
{
	if (run->answer == SOURCE_UNCHANGED)
		return take_last(run);
	run->candidate = open_new(run);
	if (run->candidate < 0)
		return strdup(strerror(errno));
	run->fetched = true;
	return clean(run, run->spool);
}
