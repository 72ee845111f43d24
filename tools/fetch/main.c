#include "fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int
report(const struct fetch_answer *answer)
{
	FILE *out = fdopen(FETCH_ANSWER_FD, "w");

	if (out == NULL)
		return 1;
	if (answer->error[0] != '\0') {
		fprintf(out, "error %s\n", answer->error);
	} else {
		fprintf(out, "status %u\nsize %llu\n", answer->status,
			(unsigned long long)answer->size);
		if (answer->etag[0] != '\0')
			fprintf(out, "etag %s\n", answer->etag);
		if (answer->modified[0] != '\0')
			fprintf(out, "modified %s\n", answer->modified);
	}
	return fclose(out) == 0 && answer->error[0] == '\0' ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct fetch_options options;
	struct fetch_answer answer = {0};
	const char *wrong = fetch_options_parse(&options, argc, argv);

	if (wrong == NULL && fcntl(FETCH_ANSWER_FD, F_GETFD) < 0)
		wrong = "descriptor 3, for the answer, is not open";
	if (wrong != NULL) {
		fprintf(stderr, "palang-fetch: %s; palang runs this program\n",
			wrong);
		return 2;
	}
	wrong = rights_drop(&options);
	if (wrong != NULL)
		snprintf(answer.error, sizeof answer.error,
			"cannot give up rights before going out: %.100s: %s",
			wrong, strerror(errno));
	else
		fetch_run(&answer, &options, STDOUT_FILENO);
	/* Without handlers at the exit: those of a sanitizer would want to
	 * start a process. */
	_exit(report(&answer));
}
