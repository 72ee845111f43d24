/* As a hosts file, and as plain names. */
#include <arpa/inet.h>
#include <string.h>

#include "export_format.h"

/* ---- hosts ---- */

static void
begin_hosts(struct export_writer *writer)
{
	(void)writer;
}

static void
put_host(struct export_writer *writer, int family, const void *address,
	const char *name)
{
	char text[INET6_ADDRSTRLEN];

	fprintf(writer->out, "%s %s\n",
		inet_ntop(family, address, text, sizeof text), name);
	writer->report->lines++;
}

/* Both families, so that the name has no other address.  The unspecified
 * ones, which every reader of such lists takes for a block; with --addresses
 * those of a sinkhole that has them. */
static void
put_hosts(struct export_writer *writer, const struct export_node *node)
{
	static const uint8_t none[16];
	const struct export_say *say = &node->own;
	bool sinkhole =
		writer->options->addresses && say->answer == PAL_SINKHOLE;
	char name[EXPORT_NAME_MAX];

	if (node->below.block && !node->above.block)
		writer->report->lost[EXPORT_SUBTREE]++;
	if (!say->block)
		return;
	export_name(name, node->key, node->len);
	put_host(writer, AF_INET, sinkhole && say->has_a ? say->a : none, name);
	put_host(writer, AF_INET6, sinkhole && say->has_aaaa ? say->aaaa : none,
		name);
}

const struct export_ops export_hosts = {begin_hosts, put_hosts};

/* ---- plain ---- */

static void
put_name(struct export_writer *writer, const struct export_node *node)
{
	char name[EXPORT_NAME_MAX];

	fprintf(writer->out, "%s\n", export_name(name, node->key, node->len));
	writer->report->lines++;
}

/* Names that are meant alone. */
static void
put_exact(struct export_writer *writer, const struct export_node *node)
{
	if (node->below.block && !node->above.block)
		writer->report->lost[EXPORT_SUBTREE]++;
	if (node->own.block)
		put_name(writer, node);
}

/* Names that are meant with all below them, or may be.  Below a name that is
 * given none need be. */
static void
put_plain(struct export_writer *writer, const struct export_node *node)
{
	const struct export_options *options = writer->options;
	uint64_t *lost = writer->report->lost;
	bool opens =
		node->above.block && (!node->own.block || !node->below.block);

	if (options->has_scope && options->scope == PAL_EXACT) {
		put_exact(writer, node);
		return;
	}
	if (opens || (node->below.block && !node->own.block))
		lost[EXPORT_OPEN]++;
	if (node->above.block || (!node->own.block && !node->below.block))
		return;
	if (!node->below.block && options->has_scope) {
		lost[EXPORT_LEFT_OUT]++;
		return;
	}
	if (!node->below.block)
		lost[EXPORT_EXACT]++;
	put_name(writer, node);
}

const struct export_ops export_plain = {begin_hosts, put_plain};
