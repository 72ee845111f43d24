/* Whether the user that Unbound becomes can read what it is to load. */
#include "host.h"

#include <string.h>
#include <sys/stat.h>

static bool
is_member(gid_t gid, const gid_t *groups, int count)
{
	for (int i = 0; i < count; i++) {
		if (groups[i] == gid)
			return true;
	}
	return false;
}

/* want: a mode bit as it stands for others, S_IROTH or S_IXOTH. */
static bool
allows(const struct stat *st, mode_t want, uid_t uid, const gid_t *groups,
	int count)
{
	if (uid == 0)
		return true;
	if (st->st_uid == uid)
		return st->st_mode & (want << 6);
	if (is_member(st->st_gid, groups, count))
		return st->st_mode & (want << 3);
	return st->st_mode & want;
}

bool
host_may_read(struct problems *problems, const char *path, uid_t uid,
	const gid_t *groups, int group_count)
{
	char part[PATH_MAX];
	struct stat st;

	if (strlen(path) >= sizeof part)
		return true;
	for (size_t len = 1; len < strlen(path); len++) {
		if (path[len] != '/' && len > 1)
			continue;
		memcpy(part, path, len);
		part[len] = '\0';
		if (stat(part, &st) != 0 || !S_ISDIR(st.st_mode) ||
			allows(&st, S_IXOTH, uid, groups, group_count))
			continue;
		problem_error(problems, NULL, 0, 0,
			"%s is closed to the user that Unbound becomes (uid "
			"%u), who must reach %s; chmod o+x %s",
			part, (unsigned)uid, path, part);
		return false;
	}
	if (stat(path, &st) != 0 ||
		allows(&st, S_IROTH, uid, groups, group_count))
		return true;
	problem_error(problems, NULL, 0, 0,
		"%s cannot be read by the user that Unbound becomes (uid %u); "
		"chmod o+r %s",
		path, (unsigned)uid, path);
	return false;
}
