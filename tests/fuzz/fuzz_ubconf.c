/*
 * Fuzz target: unbound.conf is refused, saying where; or what was read of it,
 * written out, reads as the same.
 */
#include "util.h"

#include "palang/error.h"
#include "ubconf.h"

static void
write_option(FILE *out, const char *name, const struct ubconf_value *value)
{
	char quote = '"';

	if (value->text == NULL)
		return;
	must(value->line > 0 && value->file != NULL);
	if (strchr(value->text, quote) != NULL)
		quote = '\'';
	fprintf(out, "%s: %c%s%c\n", name, quote, value->text, quote);
}

/* A value that needs more than one kind of quote cannot be told. */
static bool
can_stand(const struct ubconf_value *value)
{
	const char *text = value->text == NULL ? "" : value->text;
	size_t len = strlen(text);

	return strpbrk(text, "\"'\n") == NULL &&
	       (len == 0 || text[len - 1] != '\\');
}

static char *
write_conf(const struct ubconf *conf, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	must(out != NULL);
	fputs("server:\n", out);
	write_option(out, "module-config", &conf->modules);
	write_option(out, "chroot", &conf->chroot);
	write_option(out, "directory", &conf->directory);
	write_option(out, "username", &conf->username);
	write_option(out, "num-threads", &conf->threads);
	fputs("dynlib:\n", out);
	for (unsigned i = 0; i < conf->library_count; i++)
		write_option(out, "dynlib-file", &conf->libraries[i]);
	fclose(out);
	return text;
}

static bool
all_can_stand(const struct ubconf *conf)
{
	bool can = can_stand(&conf->modules) && can_stand(&conf->chroot) &&
	           can_stand(&conf->directory) && can_stand(&conf->username) &&
	           can_stand(&conf->threads);

	must(conf->library_count <= UBCONF_LIBRARIES_MAX);
	for (unsigned i = 0; can && i < conf->library_count; i++)
		can = can_stand(&conf->libraries[i]);
	return can;
}

static int
load(struct ubconf *conf, const uint8_t *data, size_t size)
{
	char path[FILE_PATH_MAX];
	struct problems problems = {0};
	int fd = path_of(path, data, size);
	int ret = ubconf_load(conf, path, &problems);

	must((ret == 0) == (problems.errors == 0));
	must(ret == 0 || ret == PAL_EFORM);
	must_be_told(&problems);
	problems_fini(&problems);
	close(fd);
	return ret;
}

static void
check(const struct ubconf *first)
{
	size_t len, again_len;
	char *text = write_conf(first, &len), *again;
	struct ubconf second;

	must(load(&second, (const uint8_t *)text, len) == 0);
	again = write_conf(&second, &again_len);
	must(len == again_len && memcmp(text, again, len) == 0);
	free(text);
	free(again);
	ubconf_fini(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ubconf conf;

	/* what it includes would be this machine's files */
	if (memmem(data, size, "include", 7) != NULL)
		return 0;
	if (load(&conf, data, size) == 0 && all_can_stand(&conf))
		check(&conf);
	ubconf_fini(&conf);
	return 0;
}
