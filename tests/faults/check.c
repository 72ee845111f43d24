/* What the lists and the ledger have become. */
#include "faults.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "palang/clock.h"
#include "query.h"
#include "verdict.h"

static char
letter(const struct verdict_source *source, const char *text)
{
	struct pal_verdict verdict;
	struct pal_name name;

	if (pal_name_from_text(&name, text, strlen(text)) != 0)
		return '?';
	/* time() may be a tick behind the clock that the command went by */
	verdict_judge(
		source, &name, PAL_TYPE_A, pal_clock_ms() / 1000, &verdict);
	return verdict.action == PAL_PASS ? '-' : "snxr"[verdict.answer];
}

void
check_verdicts(const struct world *world, const struct fault_case *tried,
	char verdicts[NAMES_MAX + 1])
{
	struct verdict_source *source = NULL;
	char path[128], why[VERDICT_WHY_MAX];
	size_t count = 0;

	snprintf(path, sizeof path, "%s/live", world->point);
	if (verdict_open(&source, path, why) != 0)
		world_fail(world, "the lists are not whole: %s", why);
	if (!tried->opens && letter(source, "always.example") == '-')
		world_fail(world, "always.example is open");
	while (count < NAMES_MAX && tried->names[count] != NULL) {
		verdicts[count] = letter(source, tried->names[count]);
		count++;
	}
	verdicts[count] = '\0';
	verdict_close(source);
}

/* ---- the ledger ---- */

/* True if the statement gives the one word, or nothing where that is NULL. */
static bool
says(struct database *db, const char *sql, const char *word)
{
	struct query query;
	const char *text = NULL;
	bool right = word == NULL;

	query_open(&query, db, sql);
	if (query_step(&query)) {
		text = query_text(&query);
		right = word != NULL && text != NULL && strcmp(text, word) == 0;
	}
	return query_done(&query) == 0 && right;
}

const char *
check_ledger(struct world *world)
{
	struct database *db = NULL;
	const char *wrong = NULL;
	char path[128];

	snprintf(path, sizeof path, "%s/state/ledger.db", world->point);
	if (database_open(&db, path, DATABASE_WRITE) != 0)
		wrong = "the ledger cannot be opened";
	else if (!says(db, "PRAGMA integrity_check", "ok"))
		wrong = "the ledger's integrity is broken";
	else if (!says(db, "PRAGMA foreign_key_check", NULL))
		wrong = "a row of the ledger refers to none";
	database_close(db);
	return wrong;
}

/* ---- what lies about ---- */

static bool
is_named(const struct pal_manifest *manifest, const char *file)
{
	for (unsigned i = 0; i < manifest->count; i++) {
		if (strcmp(manifest->lists[i].file, file) == 0)
			return true;
	}
	return false;
}

static bool
read_manifest(int lists, const char *name, struct pal_manifest *manifest)
{
	char *text = NULL;
	size_t len;
	bool read = file_read_at(lists, name, PAL_MANIFEST_SIZE_MAX, 0, &text,
			    &len) == 0 &&
	            pal_manifest_parse(manifest, text, len, NULL) == 0;

	free(text);
	return read;
}

static const char *
find_stray(int lists, DIR *dir)
{
	static struct pal_manifest newest, before;
	struct dirent *entry;

	if (!read_manifest(lists, "manifest", &newest) ||
		!read_manifest(lists, "manifest.prev", &before))
		return "a manifest is not whole";
	while ((entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;

		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
			strncmp(name, "manifest", 8) != 0 &&
			!is_named(&newest, name) && !is_named(&before, name))
			return "a file that no manifest names is in the lists";
	}
	return NULL;
}

const char *
check_strays(const struct world *world)
{
	const char *wrong;
	char path[128];
	DIR *dir;

	snprintf(path, sizeof path, "%s/live/lists", world->point);
	dir = opendir(path);
	if (dir == NULL)
		return "there is no folder of lists";
	wrong = find_stray(dirfd(dir), dir);
	closedir(dir);
	return wrong;
}
