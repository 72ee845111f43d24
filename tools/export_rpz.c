/*
 * As a response policy zone.
 *
 * An owner N speaks for N alone, *.N for what lies below.  Resolvers read
 * the latter in two ways: the wildcard next above the name is taken
 * (PowerDNS, Knot Resolver), or as in any zone (BIND): only a wildcard right
 * below the closest name that exists (RFC 4592), and a name exists, too, if
 * only others below it do.  With
 *
 *     *.example        CNAME .
 *     a.b.c.example    CNAME rpz-passthru.
 *
 * the names c.example, b.c.example and x.c.example are not blocked in BIND.
 * So where a wildcard stands above, every name on the way to a record gets
 * both of its own, even if they say what stands above; and what is open there
 * says so.  Then both ways of reading give the same.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "export_format.h"

#define SOA_TTL     60
#define SOA_REFRESH 60
#define SOA_RETRY   60
#define SOA_EXPIRE  604800

static void
begin(struct export_writer *writer)
{
	char origin[PAL_NAME_TEXT_MAX];

	fprintf(writer->out,
		"$ORIGIN %s.\n"
		"$TTL %d\n"
		"@ SOA localhost. root.localhost. %" PRIu32 " %d %d %d %d\n"
		"@ NS localhost.\n",
		pal_name_to_text(origin, &writer->options->origin), SOA_TTL,
		writer->options->serial, SOA_REFRESH, SOA_RETRY, SOA_EXPIRE,
		SOA_TTL);
	writer->levels[0].written = true;
}

/* ---- records ---- */

static void
put_address(struct export_writer *writer, const char *owner, uint32_t ttl,
	int family, const void *address)
{
	char text[INET6_ADDRSTRLEN];

	fprintf(writer->out, "%s %" PRIu32 " %s %s\n", owner, ttl,
		family == AF_INET ? "A" : "AAAA",
		inet_ntop(family, address, text, sizeof text));
	writer->report->lines++;
}

static void
put_cname(struct export_writer *writer, const char *owner, uint32_t ttl,
	const char *target)
{
	fprintf(writer->out, "%s %" PRIu32 " CNAME %s\n", owner, ttl, target);
	writer->report->lines++;
}

/* An owner that has an address has no other type: that is NODATA, as here. */
static void
put(struct export_writer *writer, const char *owner,
	const struct export_say *say)
{
	bool sinkhole = say->answer == PAL_SINKHOLE;

	if (!say->block) {
		put_cname(writer, owner, SOA_TTL, "rpz-passthru.");
		return;
	}
	if (sinkhole && say->has_a)
		put_address(writer, owner, say->ttl, AF_INET, say->a);
	if (sinkhole && say->has_aaaa)
		put_address(writer, owner, say->ttl, AF_INET6, say->aaaa);
	if (sinkhole && (say->has_a || say->has_aaaa))
		return;
	put_cname(writer, owner, say->ttl,
		say->answer == PAL_NXDOMAIN ? "." : "*.");
}

static bool
is_trigger(const uint8_t *key)
{
	static const char *const labels[] = {
		"rpz-ip", "rpz-client-ip", "rpz-nsip", "rpz-nsdname"};

	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		if (strcmp((const char *)key, labels[i]) == 0)
			return true;
	}
	return false;
}

/* The name can stand below the zone's, with a wildcard in front. */
static bool
can_stand(struct export_writer *writer, const uint8_t *key, size_t len)
{
	uint64_t *lost = writer->report->lost;

	if (is_trigger(key)) {
		lost[EXPORT_TRIGGER]++;
		return false;
	}
	if (len + 2 + writer->options->origin.len > PAL_NAME_MAX) {
		lost[EXPORT_TOO_LONG]++;
		return false;
	}
	return true;
}

/* ---- the path to the node ---- */

static void
write_level(struct export_writer *writer, struct rpz_level *level)
{
	char owner[EXPORT_NAME_MAX + 2] = "*.";

	if (level->written)
		return;
	level->written = true;
	if (!level->covered && !level->own.block && !level->below.block)
		return;
	if (!can_stand(writer, writer->key, level->end))
		return;
	export_name(owner + 2, writer->key, level->end);
	if (level->covered || level->own.block)
		put(writer, owner + 2, &level->own);
	if (level->covered || level->below.block)
		put(writer, owner, &level->below);
}

/* The names on the way that no list names say what stands above them. */
static void
descend(struct export_writer *writer, const struct export_node *node)
{
	size_t common = 0;

	while (common < node->len && common < writer->len &&
		node->key[common] == writer->key[common])
		common++;
	while (writer->levels[writer->depth].end > common)
		writer->depth--;
	memcpy(writer->key, node->key, node->len);
	writer->len = node->len;
	for (size_t at = writer->levels[writer->depth].end; at < node->len;) {
		const struct rpz_level *up = &writer->levels[writer->depth];
		struct rpz_level *level = &writer->levels[++writer->depth];

		at += strlen((const char *)node->key + at) + 1;
		level->end = at;
		level->written = false;
		level->covered = up->covered || up->below.block;
		level->own = level->below = node->above;
	}
}

static bool
is_refused(const struct export_say *say)
{
	return say->block && say->answer == PAL_REFUSED;
}

static void
put_node(struct export_writer *writer, const struct export_node *node)
{
	struct rpz_level *level;

	descend(writer, node);
	level = &writer->levels[writer->depth];
	level->own = node->own;
	level->below = node->below;
	/* what stands above says it already */
	if (export_alike(&node->own, &node->above) &&
		export_alike(&node->below, &node->above))
		return;
	if (is_refused(&node->own) || is_refused(&node->below))
		writer->report->lost[EXPORT_REFUSED]++;
	for (size_t i = 1; i <= writer->depth; i++)
		write_level(writer, &writer->levels[i]);
}

const struct export_ops export_rpz = {begin, put_node};
