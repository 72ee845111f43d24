/* module-config: which modules, and in which order. */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_MODULES "validator iterator"

/* What unbound-checkconf (1.17 to 1.22) takes with dynlib in it; what stands
 * in brackets may be left out. */
static const char *const known[] = {
	"[python ]dynlib [dynlib ][dynlib ][validator ]iterator",
	"dynlib respip [validator ]iterator",
	"[dns64 ]validator dynlib iterator",
	"dns64 dynlib [validator ]iterator",
	"dynlib dns64 [validator ]iterator",
	"dynlib dns64 [validator ]cachedb iterator",
	"dns64 dynlib [validator ]cachedb iterator",
	"dynlib [respip ][validator ]cachedb iterator",
	"[respip ][validator ]cachedb dynlib iterator",
	"[respip ]validator dynlib cachedb iterator",
	"dynlib [respip ]subnetcache [validator ]iterator",
	"[respip ]subnetcache [validator ]dynlib iterator",
	"[respip ]subnetcache dynlib validator iterator",
	"dynlib ipsecmod [respip ][validator ]iterator",
	"ipsecmod dynlib [respip ][validator ]iterator",
	"ipsecmod [respip ]validator dynlib iterator",
};

/* Matches a pattern as above, each part in brackets taken or left. */
static bool
fits(const char *pattern, const char *text)
{
	while (*pattern != '\0' && *pattern != '[') {
		if (*pattern++ != *text++)
			return false;
	}
	if (*pattern == '\0')
		return *text == '\0';
	size_t len = strcspn(++pattern, "]");

	return fits(pattern + len + 1, text) ||
	       (strncmp(pattern, text, len) == 0 &&
		       fits(pattern + len + 1, text + len));
}

bool
host_checkconf_knows(const char *modules)
{
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (fits(known[i], modules))
			return true;
	}
	return false;
}

struct stack {
	unsigned dynlibs;
	bool iterator;      /* seen, and nothing behind it */
	bool behind;        /* something stands behind the iterator */
	const char *before; /* a module that stands before ours and must not */
	const char *early;  /* one that should not */
	bool ours;          /* seen */
};

static void
take_module(struct stack *stack, const char *name, unsigned ours)
{
	static const char *const answering[] = {
		"dns64", "cachedb", "subnetcache", "respip", NULL};

	if (stack->iterator)
		stack->behind = true;
	if (strcmp(name, "iterator") == 0)
		stack->iterator = true;
	if (strcmp(name, "dynlib") == 0 && stack->dynlibs++ == ours)
		stack->ours = true;
	if (stack->ours)
		return;
	if (strcmp(name, "validator") == 0 || strcmp(name, "iterator") == 0)
		stack->before = name;
	for (const char *const *at = answering; *at != NULL; at++) {
		if (strcmp(name, *at) == 0)
			stack->early = *at;
	}
}

static bool
refuse(struct problems *problems, const struct ubconf_value *modules,
	const char *text, const char *what, const char *way_out)
{
	problem_error(problems, modules->file, modules->line, 0,
		"module-config \"%s\" %s; %s", text, what, way_out);
	return false;
}

static bool
judge(struct problems *problems, const struct ubconf_value *modules,
	const char *text, const struct stack *stack, unsigned count)
{
	if (stack->dynlibs == 0)
		return refuse(problems, modules, text, "names no dynlib",
			"write module-config: \"dynlib validator iterator\"");
	if (!stack->iterator || stack->behind)
		return refuse(problems, modules, text,
			"does not end with the iterator",
			"write module-config: \"dynlib validator iterator\"");
	if (stack->dynlibs > count)
		return refuse(problems, modules, text,
			"names dynlib more often than there are dynlib-files",
			"Unbound would not start: name it once for each");
	if (!stack->ours)
		return refuse(problems, modules, text,
			"names dynlib less often than there are dynlib-files",
			"palang.so would not be loaded: name it once for each");
	if (stack->before != NULL)
		return refuse(problems, modules, text,
			"puts palang behind validator or iterator",
			"what they answer would not be blocked, or blocks be "
			"taken for forgeries: put dynlib before them");
	return true;
}

static void
warn(struct problems *problems, const struct ubconf_value *modules,
	const char *text, const struct stack *stack, unsigned count)
{
	if (stack->early != NULL)
		problem_warning(problems, modules->file, modules->line, 0,
			"module-config \"%s\": %s stands before palang and "
			"can answer for blocked names; put dynlib first",
			text, stack->early);
	if (stack->dynlibs < count)
		problem_warning(problems, modules->file, modules->line, 0,
			"module-config \"%s\" names dynlib less often than "
			"there are dynlib-files; the last ones are not loaded",
			text);
	if (!host_checkconf_knows(text))
		problem_warning(problems, modules->file, modules->line, 0,
			"module-config \"%s\": Unbound starts with it, but "
			"unbound-checkconf will call it \"not known to work\"",
			text);
}

bool
host_check_stack(struct problems *problems, const struct ubconf_value *modules,
	unsigned count, unsigned ours)
{
	const char *text =
		modules->text != NULL ? modules->text : DEFAULT_MODULES;
	struct stack stack = {0};
	char *copy = strdup(text), *save = NULL;
	bool ok;

	if (copy == NULL)
		return refuse(problems, modules, text, "is too much",
			"there is no memory");
	for (char *name = strtok_r(copy, " \t", &save); name != NULL;
		name = strtok_r(NULL, " \t", &save))
		take_module(&stack, name, ours);
	ok = judge(problems, modules, text, &stack, count);
	if (ok)
		warn(problems, modules, text, &stack, count);
	free(copy);
	return ok;
}
