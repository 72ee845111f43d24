/* The configuration that `palang init` writes where there is none. */
#include "init_config.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "file.h"
#include "palang/error.h"

static const char sample[] =
	"# The configuration of palang; palang.yaml(5) tells of every key.\n"
	"# After a change: palang publish\n"
	"\n"
	"# What a blocked name answers where its order and its authority do "
	"not say:\n"
	"# sinkhole (with an address below; without one, nodata), nodata, "
	"nxdomain,\n"
	"# refused.\n"
	"answer: nodata\n"
	"ttl: 30\n"
	"#a: 192.0.2.1\n"
	"#aaaa: 2001:db8::1\n"
	"#text: \"see https://example.net/blocked\"\n"
	"\n"
	"# Who may give orders.  \"operator\" is always one of them.\n"
	"#authorities:\n"
	"#  kominfo:\n"
	"#    title: Kementerian Komunikasi dan Informatika\n"
	"#    kind: external\n"
	"#    keys:               # its public keys: docs/SIGNING.md\n"
	"#    - {file: kominfo-2026.pub, not-after: "
	"2028-01-01T00:00:00+07:00}\n"
	"#    #signature: transcribed    # it writes letters instead\n"
	"#    contact: [\"mailto:aduan@example.id\"]\n"
	"\n"
	"# Bulk lists; docs/FEEDS.md.  Names that none of them may block.\n"
	"#feeds:\n"
	"#  ads:\n"
	"#    source: https://lists.example.net/ads\n"
	"#protected: [example.net]\n"
	"\n"
	"# Who lets through what guards hold, and how many people it takes; "
	"your own\n"
	"# domains belong under `protected:` above.\n"
	"#approvers:\n"
	"#  budi: {user: budi, keys: [{file: budi.pub}]}\n"
	"#approvals: 2\n";

/* The places, where they are not the usual ones; and who we become. */
static char *
make_sample(const char *dir)
{
	char *text = NULL;
	int n;

	if (dir == NULL)
		n = asprintf(&text, "%s", sample);
	else
		n = asprintf(&text,
			"state-dir: %s/state\nlive-dir: %s/live\n"
			"user: \"\"\n\n%s",
			dir, dir, sample);
	return n < 0 ? NULL : text;
}

void
init_parent_of(const char *path, char parent[PATH_MAX])
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		snprintf(parent, PATH_MAX, ".");
	else if (slash == path)
		snprintf(parent, PATH_MAX, "/");
	else
		snprintf(parent, PATH_MAX, "%.*s", (int)(slash - path), path);
}

int
init_make_parents(const char *path)
{
	char parent[PATH_MAX];

	init_parent_of(path, parent);
	if (strcmp(parent, "/") == 0 || strcmp(parent, ".") == 0 ||
		access(parent, F_OK) == 0)
		return EXIT_DONE;
	if (init_make_parents(parent) != EXIT_DONE)
		return EXIT_ERROR;
	if (mkdir(parent, 0755) != 0 && errno != EEXIST)
		return cmd_fail("cannot make %s: %s", parent, strerror(errno));
	printf("made     %s\n", parent);
	return EXIT_DONE;
}

int
init_write_config(const char *path, const char *dir)
{
	char parent[PATH_MAX];
	char *text = make_sample(dir);
	const char *base = strrchr(path, '/');
	int folder, ret;

	if (text == NULL)
		return cmd_fail("no memory");
	ret = init_make_parents(path);
	if (ret != EXIT_DONE)
		goto out;
	init_parent_of(path, parent);
	folder = file_open_folder(parent);
	ret = folder < 0 ? PAL_ESYS
	                 : file_replace(folder, base == NULL ? path : base + 1,
				   text, strlen(text), 0640);
	if (ret != 0)
		ret = cmd_fail("cannot write %s: %s", path,
			ret == PAL_ESYS ? strerror(errno) : pal_strerror(ret));
	else
		printf("made     %s\n", path);
	if (folder >= 0)
		close(folder);
out:
	free(text);
	return ret;
}
