/*
 * Fuzz target: a status file is refused, or what was read of it is written
 * as one that reads the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "palang/status.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static char *
write_text(const struct pal_status *status, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	must(out != NULL);
	must(pal_status_write(out, status) == 0);
	fclose(out);
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pal_status first, second;
	size_t len, again_len;

	if (pal_status_parse(&first, (const char *)data, size) != 0)
		return 0;
	/* what names the file may be absent; a writer always has it */
	if (first.instance[0] == '\0')
		strcpy(first.instance, "x");
	char *text = write_text(&first, &len);
	must(pal_status_parse(&second, text, len) == 0);
	char *again = write_text(&second, &again_len);
	must(len == again_len && memcmp(text, again, len) == 0);
	pal_status_fini(&first);
	pal_status_fini(&second);
	free(text);
	free(again);
	return 0;
}
