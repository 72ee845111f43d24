/*
 * A plan for scripts, which put the library before a command themselves.
 *
 *	fault-plan FILE ROOT ASIDE MODE AT    writes it; ROOT ends with /
 *	fault-plan FILE                       prints how many calls there were
 */
#include "fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
print_calls(const char *path)
{
	static struct fault_plan plan;
	FILE *file = fopen(path, "r");

	if (file == NULL || fread(&plan, sizeof plan, 1, file) != 1) {
		perror(path);
		return 2;
	}
	fclose(file);
	printf("%u\n", (unsigned)plan.calls);
	return 0;
}

static int
write_plan(char **args)
{
	static struct fault_plan plan;
	FILE *file;

	snprintf(plan.root, sizeof plan.root, "%s", args[2]);
	snprintf(plan.aside, sizeof plan.aside, "%s", args[3]);
	while (plan.mode < FAULT_MODES &&
		strcmp(fault_mode_names[plan.mode], args[4]) != 0)
		plan.mode++;
	plan.at = (uint32_t)strtoul(args[5], NULL, 10);
	file = plan.mode < FAULT_MODES ? fopen(args[1], "w") : NULL;
	if (file == NULL || fwrite(&plan, sizeof plan, 1, file) != 1 ||
		fclose(file) != 0) {
		fprintf(stderr, "%s, mode %s: cannot be written\n", args[1],
			args[4]);
		return 2;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 2)
		return print_calls(argv[1]);
	if (argc == 6)
		return write_plan(argv);
	fprintf(stderr, "usage: fault-plan FILE [ROOT ASIDE MODE AT]\n");
	return 2;
}
