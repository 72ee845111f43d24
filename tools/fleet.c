#include "fleet.h"

#include <stdio.h>
#include <unistd.h>

#include "palang/clock.h"
#include "status_files.h"

static void
count(struct fleet *fleet, const struct resolver *resolver,
	const struct pal_manifest *manifest)
{
	const struct pal_status *status = &resolver->status;

	if (resolver->error != 0 || !resolver->live)
		return;
	fleet->live++;
	if (status->state == PAL_STATE_EMPTY) {
		fleet->empty++;
		return;
	}
	if (resolver_reached(resolver, manifest->epoch, manifest->generation,
		    REACH_EFFECT))
		return;
	fleet->behind++;
	snprintf(fleet->behind_name, sizeof fleet->behind_name, "%s",
		status->instance);
	fleet->behind_generation = status->generation;
}

void
fleet_read(struct fleet *fleet, const char *live_dir,
	const struct pal_manifest *manifest)
{
	struct resolvers resolvers = {0};
	int folder = status_open(live_dir);

	*fleet = (struct fleet){.generation = manifest->generation};
	if (folder < 0)
		return;
	if (status_read(&resolvers, folder, pal_clock_ms()) == 0) {
		fleet->known = true;
		for (size_t i = 0; i < resolvers.count; i++)
			count(fleet, &resolvers.items[i], manifest);
	}
	resolvers_fini(&resolvers);
	close(folder);
}
