#include "state_user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "text.h"

#define NOBODY 65534 /* where no account has the name */

char *
user_who(void)
{
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *entry = getpwuid(getuid());
	char *who = NULL, *mended;
	int n;

	/* Only root's environment says who asked for root. */
	if (getuid() == 0 && sudo != NULL && sudo[0] != '\0')
		n = asprintf(&who, "%.64s (sudo)", sudo);
	else if (entry != NULL)
		n = asprintf(&who, "%.64s", entry->pw_name);
	else
		n = asprintf(&who, "uid %lu", (unsigned long)getuid());
	if (n < 0)
		return NULL;
	/* As the journal has it, whatever octets names are of. */
	mended = text_mend(who, strlen(who));
	free(who);
	return mended;
}

bool
user_find(const char *name, uid_t *uid, gid_t *gid)
{
	const struct passwd *entry = getpwnam(name);

	if (entry == NULL)
		return false;
	*uid = entry->pw_uid;
	*gid = entry->pw_gid;
	return true;
}

int
user_become(const char *name)
{
	uid_t uid;
	gid_t gid;

	if (geteuid() != 0 || name == NULL || name[0] == '\0')
		return EXIT_DONE;
	if (!user_find(name, &uid, &gid))
		return cmd_fail("there is no user \"%s\", which `user:` of the "
				"configuration names; make one with: adduser "
				"--system --group --no-create-home %s",
			name, name);
	if (initgroups(name, gid) != 0 || setgid(gid) != 0 || setuid(uid) != 0)
		return cmd_fail(
			"cannot become user %s: %s", name, strerror(errno));
	return EXIT_DONE;
}

int
user_become_nobody(void)
{
	uid_t uid = NOBODY;
	gid_t gid = NOBODY;

	if (geteuid() != 0)
		return EXIT_DONE;
	user_find("nobody", &uid, &gid);
	if (setgroups(0, NULL) != 0 || setgid(gid) != 0 || setuid(uid) != 0)
		return cmd_fail(
			"cannot become user nobody: %s", strerror(errno));
	return EXIT_DONE;
}
