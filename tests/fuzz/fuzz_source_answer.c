/*
 * Fuzz target: what a helper says is refused, or is plain text and numbers
 * that agree with each other.
 */
#include <stdlib.h>
#include <string.h>

#include "source_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must_be_plain(const char *text, size_t room)
{
	if (memchr(text, '\0', room) == NULL)
		abort();
	for (; *text != '\0'; text++) {
		if (*text < ' ' || *text > '~')
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source_answer answer;

	if (source_answer_parse(&answer, (const char *)data, size) != 0)
		return 0;
	must_be_plain(answer.etag, sizeof answer.etag);
	must_be_plain(answer.modified, sizeof answer.modified);
	must_be_plain(answer.error, sizeof answer.error);
	if (answer.error[0] != '\0')
		return answer.status == 0 && answer.size == 0 ? 0
		                                              : (abort(), 1);
	if (answer.status != 200 && answer.status != 304)
		abort();
	if ((answer.status == 200) != (answer.size > 0))
		abort();
	return 0;
}
