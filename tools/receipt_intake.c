/* The receipt of a run. */
#include <stdlib.h>

#include "receipt.h"

int
receipt_of_intake(
	const struct intake *intake, struct state *state, struct output *output)
{
	struct receipt_key *keys = calloc(intake->count + 1, sizeof *keys);
	struct receipt receipt = {.count = 0};
	char *text = NULL;
	int ret;

	if (keys == NULL)
		return cmd_fail("no memory");
	for (size_t i = 0; i < intake->count; i++)
		keys[i] =
			(struct receipt_key){intake->items[i].order->authority,
				intake->items[i].order->id};
	ret = receipt_make(&receipt, state, keys, intake->count);
	if (ret == EXIT_DONE && (text = receipt_text(&receipt)) == NULL)
		ret = cmd_fail("no memory");
	if (ret == EXIT_DONE) {
		fputs(text, output->out);
		ret = output_commit(output);
	}
	free(text);
	free(keys);
	receipt_fini(&receipt);
	return ret;
}
