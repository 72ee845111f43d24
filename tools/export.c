#include <stdlib.h>
#include <string.h>

#include "export_format.h"
#include "palang/error.h"

const char *const export_format_names[EXPORT_FORMATS] = {
	"rpz", "hosts", "plain"};

const char *const export_loss_texts[EXPORT_LOSSES] = {
	[EXPORT_REFUSED] = "answered REFUSED here: NODATA there, as an RPZ "
			   "cannot say it",
	[EXPORT_TOO_LONG] = "too long to stand in this zone: not blocked there",
	[EXPORT_TRIGGER] = "below an rpz- label, which an RPZ takes for "
			   "another trigger: not blocked there",
	[EXPORT_SUBTREE] = "blocked with all below it: there alone",
	[EXPORT_EXACT] = "blocked alone: a reader that takes in all below a "
			 "name blocks more",
	[EXPORT_LEFT_OUT] = "of the other scope: left out",
	[EXPORT_OPEN] = "open below one that is given: a reader that takes in "
			"all below a name blocks it, too",
};

static const struct export_ops *const formats[EXPORT_FORMATS] = {
	[EXPORT_RPZ] = &export_rpz,
	[EXPORT_HOSTS] = &export_hosts,
	[EXPORT_PLAIN] = &export_plain,
};

char *
export_name(char text[EXPORT_NAME_MAX], const uint8_t *key, size_t len)
{
	char *to = text + len;

	*--to = '\0';
	while (len > 0) {
		size_t octets = strlen((const char *)key);

		to -= octets;
		memcpy(to, key, octets);
		key += octets + 1;
		len -= octets + 1;
		if (len > 0)
			*--to = '.';
	}
	return text;
}

#define TOLD_EVERY 65536 /* nodes */

static int
write_nodes(struct export_writer *writer, struct export_walk *walk)
{
	const struct export_options *options = writer->options;
	struct export_node node;
	uint64_t count = 0, at, size;
	int ret;

	while ((ret = export_next(walk, &node)) == 0) {
		bool blocks = node.own.block || node.below.block;

		writer->report->blocked += blocks;
		writer->report->open += node.above.block && !node.own.block;
		formats[options->format]->node(writer, &node);
		if (++count % TOLD_EVERY != 0)
			continue;
		if (ferror(writer->out))
			return PAL_ESYS;
		export_progress(walk, &at, &size);
		if (options->progress != NULL)
			options->progress(options->ctx, "writing", at, size);
	}
	return ret < 0 ? ret : 0;
}

int
export_write(FILE *out, const struct export_lists *lists,
	const struct export_options *options, struct export_report *report)
{
	struct export_writer *writer = calloc(1, sizeof *writer);
	struct export_walk *walk = NULL;
	int ret = PAL_ENOMEM;

	memset(report, 0, sizeof *report);
	if (writer == NULL)
		goto out;
	writer->out = out;
	writer->options = options;
	writer->report = report;
	ret = export_begin(&walk, lists);
	if (ret < 0)
		goto out;
	formats[options->format]->begin(writer);
	ret = write_nodes(writer, walk);
	if (ret == 0 && (fflush(out) != 0 || ferror(out)))
		ret = PAL_ESYS;
out:
	export_end(walk);
	free(writer);
	return ret;
}
