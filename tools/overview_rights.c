/* Rights that are looser than DESIGN.md, "Places and rights", has them. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "ledger.h"
#include "overview.h"

/* What is not there, or may not be looked at, others tell of. */
static void
look_at(struct problems *findings, const char *base, const char *name,
	mode_t rights)
{
	char path[PATH_MAX];
	struct stat st;
	mode_t loose;

	snprintf(path, sizeof path, "%s%s", base, name);
	if (lstat(path, &st) != 0)
		return;
	loose = st.st_mode & 0777 & ~rights;
	if (S_ISLNK(st.st_mode))
		problem_warning(findings, NULL, 0, 0,
			"%s: is a symbolic link; only the thing itself has an "
			"owner and rights",
			path);
	else if (loose != 0)
		problem_warning(findings, NULL, 0, 0,
			"%s: its rights are %04o, looser than %04o: chmod "
			"%s%s%s %s",
			path, (unsigned)(st.st_mode & 0777), (unsigned)rights,
			loose & 020 ? "g-w" : "",
			(loose & 020) && (loose & 07) ? "," : "",
			loose & 07 ? (rights & 05 ? "o-w" : "o-rwx") : "",
			path);
}

void
overview_look_at_rights(struct overview *overview, const struct state *state)
{
	struct problems *findings = &overview->findings;
	const char *live = state->config.live_dir,
		   *own = state->config.state_dir;
	char parent[PATH_MAX], *slash;

	look_at(findings, own, "", 0750);
	look_at(findings, own, "/" LEDGER_FILE, 0640);
	look_at(findings, own, "/feeds", 0750);
	look_at(findings, own, "/spool", 0750);
	look_at(findings, live, "", 0755);
	look_at(findings, live, "/lists", 0755);
	look_at(findings, live, "/status", 0770);
	/* There is nothing secret in it; who reads it is the operator's. */
	look_at(findings, state->config.file, "", 0755);
	snprintf(parent, sizeof parent, "%s", state->config.file);
	slash = strrchr(parent, '/');
	if (slash == NULL)
		return;
	strcpy(slash, "");
	if (strlen(parent) + sizeof "/keys" < sizeof parent)
		look_at(findings, parent, "/keys", 0755);
}
