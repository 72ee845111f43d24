/* From a feed's names to its image, with what it says of the one before. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "feed_run.h"
#include "file.h"
#include "palang/error.h"

/* Only where the rules alone differ, and all that do are at hand: names that
 * are lost tell nothing of what went. */
static bool
tells_changes(const struct feed_run *run)
{
	return run->in_lists && !run->lost &&
	       memcmp(run->known.policy, run->policy, PAL_SHA256_SIZE) == 0 &&
	       run->diff.name_count <= PAL_CHANGES_MAX;
}

static int
compile(struct feed_run *run, uint8_t **data, size_t *len)
{
	struct pal_changes changes = {
		.names = run->diff.names, .count = run->diff.name_count};
	struct policy_texts texts = {.ede = NULL};
	struct pal_policy_in policy;
	uint8_t key[16];
	int ret;

	memcpy(changes.base, run->base, PAL_SHA256_SIZE);
	if (getrandom(key, sizeof key, 0) != (ssize_t)sizeof key)
		return PAL_ESYS;
	ret = config_feed_policy(
		&run->state->config, run->feed, &policy, &texts);
	if (ret == 0)
		ret = names_compile_told(run->candidate, &policy, key,
			tells_changes(run) ? &changes : NULL, false,
			progress_tell, &run->progress, data, len);
	policy_texts_fini(&texts);
	return ret;
}

int
feed_make_image(struct feed_run *run)
{
	char file[PAL_LIST_NAME_MAX + 8];
	uint8_t *data = NULL;
	size_t len = 0;
	int ret;

	ret = compile(run, &data, &len);
	if (ret != 0)
		return ret;
	memcpy(run->image.list, run->feed->name, sizeof run->image.list);
	run->image.size = len;
	memcpy(run->image.digest, data + len - PAL_SHA256_SIZE,
		PAL_SHA256_SIZE);
	snprintf(file, sizeof file, "%s.img", run->name);
	ret = file_replace(run->folder, file, data, len, 0644);
	free(data);
	return ret;
}
