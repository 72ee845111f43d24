#include "exchange.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "palang/error.h"

#define RESOLV_CONF_MAX 65536

static bool
valid_port(const char *text)
{
	size_t len = strlen(text);

	return len >= 1 && len <= 5 && strspn(text, "0123456789") == len &&
	       atoi(text) >= 1 && atoi(text) <= 65535;
}

static int
resolve(struct server *server, const char *host, const char *port)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_DGRAM};
	struct addrinfo *found;

	if (!valid_port(port) || getaddrinfo(host, port, &hints, &found) != 0)
		return PAL_EFORM;
	memcpy(&server->addr, found->ai_addr, found->ai_addrlen);
	server->addr_len = found->ai_addrlen;
	freeaddrinfo(found);
	snprintf(server->text, sizeof server->text, "%s#%s", host, port);
	return 0;
}

int
server_parse(struct server *server, const char *text)
{
	char host[SERVER_TEXT_MAX - 8];
	size_t len = strcspn(text, "#");

	*server = (struct server){0};
	if (len == 0 || len >= sizeof host)
		return PAL_EFORM;
	memcpy(host, text, len);
	host[len] = '\0';
	return resolve(server, host, text[len] == '#' ? text + len + 1 : "53");
}

int
server_from_resolv_conf(struct server *server, const char *path)
{
	char *text = NULL, *rest, *line, *word, *save;
	size_t len;
	int ret = file_read(path, RESOLV_CONF_MAX, 0, &text, &len);

	if (ret != 0)
		return ret;
	ret = PAL_EFORM;
	rest = text;
	while (ret != 0 && (line = strsep(&rest, "\n")) != NULL) {
		word = strtok_r(line, " \t\r", &save);
		if (word == NULL || strcmp(word, "nameserver") != 0)
			continue;
		word = strtok_r(NULL, " \t\r", &save);
		if (word != NULL)
			ret = resolve(server, word, "53");
	}
	free(text);
	return ret;
}
