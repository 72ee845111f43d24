/* The overview, as far as it is orders on trial. */
#include "json.h"
#include "overview.h"
#include "timefmt.h"

int
overview_look_at_shadow(struct overview *overview, struct state *state)
{
	int ret = shadow_load(
		&overview->shadow, state->ledger, &overview->findings);

	return ret == 0 ? EXIT_DONE : state_fail_ledger(state, ret);
}

void
overview_print_shadow(const struct overview *overview)
{
	const struct shadow *shadow = &overview->shadow;
	char key[ORDER_KEY_MAX], time[TIME_TEXT_MAX];

	for (size_t i = 0; i < shadow->count; i++)
		printf("on trial %s since %s: palang forecast %s\n",
			order_key(key, shadow->orders[i].order),
			time_format(
				time, shadow->orders[i].batch->received / 1000),
			key);
}

void
overview_put_shadow(struct json_writer *json, const struct overview *overview)
{
	const struct shadow *shadow = &overview->shadow;
	char key[ORDER_KEY_MAX];

	json_put_array(json, "on_trial");
	for (size_t i = 0; i < shadow->count; i++)
		json_put_text(
			json, NULL, order_key(key, shadow->orders[i].order));
	json_end(json);
}
