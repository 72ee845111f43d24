/* Owners and rights that are looser than DESIGN.md, "Places and rights", has
 * them. */
#include <dirent.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init_config.h"
#include "ledger.h"
#include "overview.h"
#include "state_user.h"

/* Who, besides root, may own what is looked at. */
#define ANYBODY ((uid_t)-1)

struct looking {
	struct problems *findings;
	uid_t user;   /* whom the commands become, or who runs them */
	uid_t writer; /* of the configuration */
};

static void
tell_rights(
	struct problems *findings, const char *path, mode_t has, mode_t rights)
{
	mode_t loose = has & ~rights;

	problem_warning(findings, NULL, 0, 0,
		"%s: its rights are %04o, looser than %04o: chmod "
		"%s%s%s %s",
		path, (unsigned)has, (unsigned)rights, loose & 020 ? "g-w" : "",
		(loose & 020) && (loose & 07) ? "," : "",
		loose & 07 ? (rights & 05 ? "o-w" : "o-rwx") : "", path);
}

static const char *
name_of(char name[LOGIN_NAME_MAX], uid_t uid)
{
	const struct passwd *entry = getpwuid(uid);

	if (entry == NULL)
		snprintf(name, LOGIN_NAME_MAX, "%lu", (unsigned long)uid);
	else
		snprintf(name, LOGIN_NAME_MAX, "%s", entry->pw_name);
	return name;
}

static void
tell_owner(struct problems *findings, const char *path, uid_t has, uid_t owner)
{
	char is[LOGIN_NAME_MAX], should[LOGIN_NAME_MAX];

	name_of(is, has);
	name_of(should, owner);
	problem_warning(findings, NULL, 0, 0,
		"%s: belongs to %s, who can change it, not to %s: chown %s %s",
		path, is, should, should, path);
}

/* What is not there, or may not be looked at, others tell of. */
static void
look_at(const struct looking *looking, const char *base, const char *name,
	uid_t owner, mode_t rights)
{
	char path[PATH_MAX];
	struct stat st;

	if (snprintf(path, sizeof path, "%s%s", base, name) >=
			(int)sizeof path ||
		lstat(path, &st) != 0)
		return;
	if (S_ISLNK(st.st_mode)) {
		problem_warning(looking->findings, NULL, 0, 0,
			"%s: is a symbolic link; only the thing itself has an "
			"owner and rights",
			path);
		return;
	}
	if (owner != ANYBODY && st.st_uid != owner && st.st_uid != 0)
		tell_owner(looking->findings, path, st.st_uid, owner);
	if ((st.st_mode & 0777 & ~rights) != 0)
		tell_rights(looking->findings, path, st.st_mode & 0777, rights);
}

/* There is nothing secret in them; who reads them is the operator's. */
static void
look_at_config(const struct looking *looking, const char *file)
{
	char parent[PATH_MAX], keys[PATH_MAX + 8], name[NAME_MAX + 2];
	const struct dirent *entry;
	DIR *dir;

	look_at(looking, file, "", looking->writer, 0755);
	init_parent_of(file, parent);
	look_at(looking, parent, "", looking->writer, 0755);
	look_at(looking, parent, "/keys", looking->writer, 0755);
	snprintf(keys, sizeof keys, "%s/keys", parent);
	dir = opendir(keys);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		snprintf(name, sizeof name, "/%s", entry->d_name);
		if (entry->d_name[0] != '.')
			look_at(looking, keys, name, looking->writer, 0755);
	}
	if (dir != NULL)
		closedir(dir);
}

/* Without a user of its own, palang is who runs it; so are its files. */
static void
find_owners(struct looking *looking, const char *user)
{
	gid_t group;

	looking->user = looking->writer = geteuid();
	if (user[0] != '\0' && user_find(user, &looking->user, &group))
		looking->writer = 0;
}

void
overview_look_at_rights(struct overview *overview, const struct state *state)
{
	const char *live = state->config.live_dir,
		   *own = state->config.state_dir;
	struct looking looking = {.findings = &overview->findings};

	find_owners(&looking, state->config.user);
	look_at(&looking, own, "", looking.user, 0750);
	look_at(&looking, own, "/" LEDGER_FILE, looking.user, 0640);
	look_at(&looking, own, "/feeds", looking.user, 0750);
	look_at(&looking, own, "/spool", looking.user, 0750);
	look_at(&looking, live, "", looking.user, 0755);
	look_at(&looking, live, "/lists", looking.user, 0755);
	look_at(&looking, live, "/status", ANYBODY, 0770);
	look_at_config(&looking, state->config.file);
}
