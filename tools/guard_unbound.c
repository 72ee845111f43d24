/* Whom this resolver asks by name: blocked, it would ask nobody. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "guard_parts.h"
#include "idn.h"
#include "palang/error.h"
#include "ubconf.h"

#define SERVER_MAX 300

static bool
is_address(const char *text)
{
	uint8_t room[16];

	return inet_pton(AF_INET, text, room) == 1 ||
	       inet_pton(AF_INET6, text, room) == 1;
}

/* NAME, NAME@PORT, or ADDRESS@PORT#NAME; false for an address alone. */
static bool
read_server(struct pal_name *name, const char *text)
{
	const char *sharp = strrchr(text, '#');
	char host[SERVER_MAX], why[IDN_WHY_MAX];
	size_t len;

	if (sharp != NULL)
		text = sharp + 1;
	len = strcspn(text, "@");
	if (len == 0 || len >= sizeof host)
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	return !is_address(host) && idn_read(name, host, why) == 0;
}

static int
add_servers(
	struct guard_names *list, const struct ubconf *conf, const char *file)
{
	int ret = guard_names_group(
		list, file, "a server that this resolver asks");

	for (size_t i = 0; i < conf->server_count && ret == 0; i++) {
		const struct ubconf_value *server = &conf->servers[i];
		struct pal_name name;

		if (server->text != NULL && read_server(&name, server->text))
			ret = guard_names_add(
				list, &name, false, server->line, 0);
	}
	return ret;
}

#define WAYS_OUT                                                               \
	"let the user that palang runs as read it, with all that it "          \
	"includes, or say under `guards:` in palang.yaml `unbound: FILE` for " \
	"another, or `unbound: no`"

/* Where Unbound's own file is not, there is no Unbound here.  One that is kept
 * from us is told, and stops nothing. */
static bool
is_left_out(const char *file, struct problems *problems)
{
	if (faccessat(AT_FDCWD, file, R_OK, AT_EACCESS) == 0)
		return false;
	if (errno != ENOENT && errno != ENOTDIR)
		problem_warning(problems, file, 0, 0,
			"%s: its servers are not guarded; " WAYS_OUT,
			strerror(errno));
	return true;
}

int
guard_add_servers(struct guard_names *list, const char *file, bool given,
	struct problems *problems)
{
	struct ubconf conf;
	int ret;

	if (!given && is_left_out(file, problems))
		return 0;
	ret = ubconf_load(&conf, file, problems);
	if (ret == 0)
		ret = add_servers(list, &conf, file);
	else if (ret == PAL_EFORM)
		problem_error(problems, file, 0, 0,
			"which servers this resolver asks cannot be said, and "
			"no order is taken unguarded: " WAYS_OUT);
	ubconf_fini(&conf);
	return ret;
}
