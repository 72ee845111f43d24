/* The guards' lists, read from where the options say. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guard_parts.h"
#include "palang/error.h"

/* A guard whose list cannot be read must not be taken for one that found
 * nothing. */
static int
read_list(struct guard_names *list, const char *file, size_t first,
	struct problems *problems)
{
	int ret = file == NULL ? 0
	                       : guard_names_read(list, file, first, problems);

	if (ret == PAL_ESYS)
		problem_error(problems, file, 0, 0,
			"this list of names to guard cannot be read: %s; "
			"`guards:` in palang.yaml says where it is, or that "
			"there is to be none",
			strerror(errno));
	else if (ret == PAL_ELIMIT)
		problem_error(problems, file, 0, 0,
			"this list of names to guard is too long");
	return ret == 0 || ret == PAL_ENOMEM ? ret : PAL_EFORM;
}

/* Who protects a domain of his own means all of it. */
static int
add_names(struct guard_names *list, const struct guard_options *options)
{
	int ret = guard_names_group(list,
		options->config == NULL ? "palang.yaml" : options->config,
		"`protected`");

	for (size_t i = 0; i < options->name_count && ret == 0; i++)
		ret = guard_names_add(list, &options->names[i], true, 0, 0);
	return ret;
}

/* Without its text, nobody knows what lies below a name. */
static int
open_suffixes(struct guard *guard, const char *file, struct problems *problems)
{
	int ret = suffixes_open_quick(&guard->suffixes, file);

	if (ret == 0 || ret == PAL_ENOMEM)
		return ret;
	problem_error(problems, file == NULL ? suffixes_file() : file, 0, 0,
		"the list of public suffixes cannot be read: install the "
		"package publicsuffix; without it nobody knows which orders "
		"block what a registry or a hosting platform gives others");
	return PAL_EFORM;
}

static int
read_all(struct guard *guard, const struct guard_options *options,
	struct problems *problems)
{
	struct guard_names *protected = &guard->protected;
	int ret = read_list(&guard->popular, options->popular,
		options->popular_first, problems);

	if (ret == 0 && options->popular != NULL && guard->popular.count == 0) {
		problem_error(problems, options->popular, 0, 0,
			"this list of popular names is empty; `popular: no` "
			"under `guards:` in palang.yaml goes without one");
		return PAL_EFORM;
	}
	if (ret == 0)
		ret = read_list(protected, options->shipped, 0, problems);
	if (ret == 0)
		ret = read_list(protected, options->own, 0, problems);
	if (ret == 0 && options->name_count > 0)
		ret = add_names(protected, options);
	if (ret == 0 && options->unbound != NULL)
		ret = guard_add_servers(protected, options->unbound,
			options->unbound_given, problems);
	return ret == 0 ? open_suffixes(guard, options->suffixes, problems)
	                : ret;
}

int
guard_open(struct guard **guard, const struct guard_options *options,
	struct problems *problems)
{
	int ret;

	*guard = calloc(1, sizeof **guard);
	if (*guard == NULL)
		return PAL_ENOMEM;
	ret = read_all(*guard, options, problems);
	if (ret != 0) {
		guard_close(*guard);
		*guard = NULL;
		return ret;
	}
	guard_names_settle(&(*guard)->popular);
	guard_names_settle(&(*guard)->protected);
	return 0;
}

void
guard_close(struct guard *guard)
{
	if (guard == NULL)
		return;
	guard_names_fini(&guard->popular);
	guard_names_fini(&guard->protected);
	suffixes_close(guard->suffixes);
	free(guard);
}
