#include "export_state.h"

#include <stdlib.h>
#include <string.h>

#include "palang/error.h"

/* The hash key is of no use here: the image is gone through by its names. */
static int
open_orders(struct export_state *lists, const struct state *state,
	struct problems *problems)
{
	static const uint8_t key[16];
	uint8_t *data = NULL;
	size_t len;
	int ret = effect_compile(&state->recorded.history, &state->config,
		state_now(state), key, &data, &len, problems);

	if (ret == 0)
		ret = pal_image_load(&lists->orders, data, len, NULL);
	if (ret == 0)
		return EXIT_DONE;
	free(data);
	problems_print(stderr, problems);
	return cmd_fail("the orders: %s", pal_strerror(ret));
}

int
export_state_open(struct export_state *lists, const struct state *state)
{
	struct problems problems = {0};
	int ret;

	memset(lists, 0, sizeof *lists);
	lists->lists.allow = -1;
	lists->lists.now = state_now(state);
	ret = open_orders(lists, state, &problems);
	lists->lists.orders = lists->orders;
	problems_fini(&problems);
	return ret;
}

void
export_state_close(struct export_state *lists)
{
	pal_image_free(lists->orders);
}
