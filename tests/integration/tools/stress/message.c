/* DNS messages: queries, and what their answers say. */
#include <string.h>

#include "stress.h"

#define HEADER    12
#define TYPE_A    1
#define TYPE_SOA  6
#define TYPE_AAAA 28
#define TYPE_OPT  41

static const uint8_t sink_a[4] = {198, 51, 100, 1};
static const uint8_t sink_aaaa[16] = {
	0x20, 0x01, 0x0d, 0xb8, 0, 0x51, [15] = 1};

static size_t
put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return 2;
}

static size_t
put_label(uint8_t *at, uint32_t random)
{
	static const char digits[] = "0123456789abcdef";

	*at = 8;
	for (int i = 1; i <= 8; i++, random >>= 4)
		at[i] = (uint8_t)digits[random & 15];
	return 9;
}

size_t
message_query(uint8_t out[QUERY_MAX], const struct question *question,
	uint16_t id, unsigned flags, uint32_t random)
{
	size_t n = 0;

	memset(out, 0, HEADER);
	put16(out, id);
	out[2] = 1; /* RD */
	out[3] = flags & FLAG_CD ? 0x10 : 0;
	out[5] = 1;
	n = HEADER;
	if (question->below)
		n += put_label(out + n, random);
	memcpy(out + n, question->name.wire, question->name.len);
	n += question->name.len;
	n += put16(out + n, question->type);
	n += put16(out + n, 1);
	if (!(flags & (FLAG_EDNS | FLAG_DO)))
		return n;
	out[11] = 1;
	out[n++] = 0;
	n += put16(out + n, TYPE_OPT);
	n += put16(out + n, ANSWER_MAX);
	n += put16(out + n, 0);
	n += put16(out + n, flags & FLAG_DO ? 0x8000 : 0);
	n += put16(out + n, 0);
	return n;
}

/* A walk through a message; ok turns false at the first thing that is not
 * there, and stays so. */
struct walk {
	const uint8_t *data;
	size_t len, at;
	bool ok;
};

static bool
has(struct walk *walk, size_t octets)
{
	walk->ok = walk->ok && walk->len - walk->at >= octets;
	return walk->ok;
}

static unsigned
get16(struct walk *walk)
{
	if (!has(walk, 2))
		return 0;
	unsigned value = (unsigned)(walk->data[walk->at] << 8 |
				    walk->data[walk->at + 1]);
	walk->at += 2;
	return value;
}

static void
skip_name(struct walk *walk)
{
	while (has(walk, 1)) {
		unsigned label = walk->data[walk->at++];
		if (label == 0)
			return;
		if (label >= 0xc0) {
			walk->at++;
			return;
		}
		if (has(walk, label))
			walk->at += label;
	}
}

/* A block's SOA has the root as RNAME; no zone of the tests does. */
static bool
is_block_soa(const struct walk *from)
{
	struct walk walk = *from;

	skip_name(&walk);
	return has(&walk, 1) && walk.data[walk.at] == 0;
}

struct said {
	bool real, blocked;
};

static void
look_at_rr(struct walk *walk, const struct question *q, struct said *said)
{
	skip_name(walk);
	unsigned type = get16(walk);
	get16(walk);
	get16(walk);
	get16(walk);
	unsigned len = get16(walk);

	if (!has(walk, len))
		return;
	const uint8_t *data = walk->data + walk->at;
	if ((type == TYPE_A && len == 4 && memcmp(data, sink_a, 4) == 0) ||
		(type == TYPE_AAAA && len == 16 &&
			memcmp(data, sink_aaaa, 16) == 0))
		said->blocked = true;
	else if (type == TYPE_SOA && is_block_soa(walk))
		said->blocked = true;
	else if (type == q->type || type == TYPE_SOA)
		said->real = true;
	walk->at += len;
}

enum result
message_result(
	const uint8_t *answer, size_t len, const struct question *question)
{
	struct walk walk = {.data = answer, .len = len, .ok = true};
	struct said said = {.real = false};

	if (len < HEADER || (answer[2] & 2))
		return OTHER;
	if ((answer[3] & 15) == 2)
		return SERVFAIL;
	unsigned records = (unsigned)(answer[6] << 8 | answer[7]) +
	                   (unsigned)(answer[8] << 8 | answer[9]);
	if (records == 0)
		return (answer[3] & 15) == 0 ? EMPTY : OTHER;
	walk.at = HEADER;
	skip_name(&walk);
	get16(&walk);
	get16(&walk);
	for (unsigned i = 0; i < records && walk.ok; i++)
		look_at_rr(&walk, question, &said);
	if (!walk.ok || (!said.real && !said.blocked))
		return OTHER;
	/* anything real beside a block has got through */
	return said.real ? REAL : BLOCKED;
}
