#include "fetch.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MIB ((uint64_t)1 << 20)

static bool
parse_number(uint64_t *value, const char *text, uint64_t max)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	return errno == 0 && *end == '\0' && *text >= '0' && *text <= '9' &&
	       *value >= 1 && *value <= max;
}

/* Printable ASCII: fit for a header of a request. */
static bool
is_plain(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text < ' ' || *text > '~')
			return false;
	}
	return true;
}

static const char *
set(struct fetch_options *options, int option, const char *value)
{
	uint64_t number;

	switch (option) {
	case 's':
		return parse_number(&options->max_size, value, UINT64_MAX / 4)
		               ? NULL
		               : "--max-size takes a number of octets";
	case 't':
		if (!parse_number(&number, value, 86400))
			return "--max-time takes 1 to 86400 seconds";
		options->max_time = (unsigned)number;
		return NULL;
	case 'e':
		options->etag = value;
		return is_plain(value) ? NULL : "--etag takes plain text";
	case 'm':
		options->modified = value;
		return is_plain(value) ? NULL : "--modified takes plain text";
	case 'c':
		options->ca_file = value;
		return NULL;
	case 'p':
		options->allow_private = true;
		return NULL;
	default:
		return "unknown option";
	}
}

const char *
fetch_options_parse(struct fetch_options *options, int argc, char **argv)
{
	static const struct option table[] = {
		{"max-size", required_argument, NULL, 's'},
		{"max-time", required_argument, NULL, 't'},
		{"etag", required_argument, NULL, 'e'},
		{"modified", required_argument, NULL, 'm'},
		{"ca-file", required_argument, NULL, 'c'},
		{"allow-private", no_argument, NULL, 'p'},
		{0},
	};
	const char *wrong = NULL;
	int option;

	*options =
		(struct fetch_options){.max_size = 1024 * MIB, .max_time = 600};
	opterr = 0;
	optind = 1;
	while (wrong == NULL &&
		(option = getopt_long(argc, argv, "", table, NULL)) != -1)
		wrong = set(options, option, optarg);
	if (wrong != NULL)
		return wrong;
	if (optind != argc - 1)
		return "one URL";
	options->url = argv[optind];
	if (strncasecmp(options->url, "https://", 8) != 0)
		return "the URL must be https://...";
	return NULL;
}
