/* Messages by kind.  SHUT is blocked alone, TREE with all below it. */
#include "hostile.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define SHUT "\4shut\3big\7example"
#define TREE "\4tree\3big\7example"

#define HEADER    12
#define NAME_MAX  255
#define LABEL_MAX 63
#define OPT       41
#define ANY       255

static size_t
put16(uint8_t *to, unsigned value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
	return 2;
}

static size_t
put_header(uint8_t *message, bool additional)
{
	memset(message, 0, HEADER);
	message[2] = 1; /* RD */
	message[5] = 1;
	message[11] = additional;
	return HEADER;
}

/* Labels of the lengths given, then a name that is terminated by its root. */
static size_t
put_name(uint8_t *to, struct random *random, unsigned labels, unsigned longest,
	const char *below)
{
	size_t len = 0, rest = strlen(below) + 1;

	for (unsigned i = 0; i < labels; i++) {
		unsigned octets = 1 + random_next(random, longest);

		if (len + octets + 1 + rest > NAME_MAX)
			break;
		to[len++] = (uint8_t)octets;
		for (unsigned j = 0; j < octets; j++)
			to[len++] = (uint8_t)('a' + random_next(random, 26));
	}
	memcpy(to + len, below, rest);
	return len + rest;
}

static size_t
put_type(uint8_t *to, unsigned type)
{
	put16(to, type);
	return 2 + put16(to + 2, 1);
}

/* The fixed part of an OPT; its RDLENGTH is to be filled in. */
static size_t
put_opt(uint8_t *to, unsigned size, unsigned version, bool dnssec)
{
	to[0] = 0;
	put16(to + 1, OPT);
	put16(to + 3, size);
	to[5] = 0;
	to[6] = (uint8_t)version;
	put16(to + 7, dnssec ? 0x8000 : 0);
	put16(to + 9, 0);
	return 11;
}

static const char *
blocked(struct random *random)
{
	return random_next(random, 2) ? SHUT : TREE;
}

static unsigned
common_type(struct random *random)
{
	static const unsigned types[] = {1, 28, 16, 15, 65, 64, 5, 2, 6, 33};

	return types[random_next(random, sizeof types / sizeof types[0])];
}

size_t
hostile_plain(uint8_t message[MESSAGE_MAX], struct random *random)
{
	size_t len = put_header(message, false);

	len += put_name(message + len, random, 0, 1, blocked(random));
	return len + put_type(message + len, 1 + 27 * random_next(random, 2));
}

/* ---- EDNS ---- */

/* Options known and unknown: subnet, cookie, keepalive, padding, extended
 * error, structured error, and what is not assigned. */
static unsigned
option_code(struct random *random)
{
	static const unsigned codes[] = {
		3, 8, 10, 11, 12, 13, 15, 16, 65001, 65534};

	return random_next(random, 3) == 0
	               ? random_next(random, 65536)
	               : codes[random_next(
				 random, sizeof codes / sizeof codes[0])];
}

/* Options up to so many octets; lying: some with a length that is not
 * theirs. */
static size_t
put_options(uint8_t *to, struct random *random, size_t room, bool lying)
{
	size_t len = 0;

	while (len + 4 < room) {
		unsigned octets = random_next(random, 40);

		if (len + 4 + octets > room)
			break;
		len += put16(to + len, option_code(random));
		len += put16(to + len, lying && random_next(random, 8) == 0
					       ? random_next(random, 65536)
					       : octets);
		for (unsigned i = 0; i < octets; i++)
			to[len++] = (uint8_t)random_next(random, 256);
	}
	return len;
}

static size_t
make_options(uint8_t *message, struct random *random, size_t room, bool lying)
{
	static const unsigned sizes[] = {0, 511, 512, 1232, 4096, 65535};
	size_t len = put_header(message, true), opt, options;

	len += put_name(message + len, random, random_next(random, 2), 12,
		blocked(random));
	len += put_type(message + len, common_type(random));
	opt = len;
	len += put_opt(message + len, sizes[random_next(random, 6)],
		lying && random_next(random, 8) == 0, random_next(random, 2));
	options = put_options(message + len, random,
		1 + random_next(random, (uint32_t)room), lying);
	put16(message + opt + 9,
		(unsigned)options + (lying ? random_next(random, 3) : 0));
	return len + options;
}

static size_t
make_bad_options(uint8_t *message, struct random *random)
{
	size_t len = make_options(message, random, 400, true);

	/* Two OPTs, now and then. */
	if (random_next(random, 8) == 0) {
		message[11] = 2;
		len += put_opt(message + len, 1232, 0, true);
	}
	return len;
}

static size_t
make_huge_options(uint8_t *message, struct random *random)
{
	return make_options(message, random, 64000, false);
}

/* ---- questions ---- */

static size_t
ask(uint8_t *message, struct random *random, size_t len, unsigned type)
{
	bool edns = random_next(random, 4) != 0;

	message[11] = edns;
	len += put_type(message + len, type);
	if (edns)
		len += put_opt(message + len, 1232, 0, random_next(random, 2));
	return len;
}

static size_t
make_below(uint8_t *message, struct random *random)
{
	size_t len = put_header(message, false);

	len += put_name(message + len, random, 1 + random_next(random, 100),
		1 + random_next(random, LABEL_MAX), TREE);
	return ask(message, random, len, common_type(random));
}

static size_t
make_random(uint8_t *message, struct random *random)
{
	size_t len = put_header(message, false);

	len += put_name(message + len, random, 1, 12, TREE);
	return ask(message, random, len, 1 + 27 * random_next(random, 2));
}

static size_t
make_any(uint8_t *message, struct random *random)
{
	size_t len = put_header(message, false);

	len += put_name(message + len, random, 0, 1, blocked(random));
	return ask(message, random, len, ANY);
}

/* Every type there can be, and those that signal something. */
static size_t
make_types(uint8_t *message, struct random *random)
{
	size_t len = put_header(message, false);

	len += put_name(message + len, random, 0, 1, blocked(random));
	return ask(message, random, len, random_next(random, 65536));
}

/* ---- what is no question ---- */

static size_t
make_odd(uint8_t *message, struct random *random)
{
	static const uint8_t counts[] = {0, 1, 2, 255};
	size_t len = make_any(message, random), at;

	switch (random_next(random, 7)) {
	case 0: /* opcodes and bits */
		message[2] = (uint8_t)(random_next(random, 256) & 0x7f);
		message[3] = (uint8_t)random_next(random, 256);
		break;
	case 1: /* says that it is an answer */
		message[2] |= 0x80;
		break;
	case 2: /* counts */
		for (int i = 5; i < HEADER; i += 2)
			message[i] = counts[random_next(random, 4)];
		break;
	case 3: /* classes */
		at = HEADER + strlen((char *)message + HEADER) + 3;
		put16(message + at, random_next(random, 2)
					    ? 3 + random_next(random, 2)
					    : random_next(random, 65536));
		break;
	case 4: /* cut off */
		len = HEADER + random_next(random, (uint32_t)len - HEADER);
		break;
	case 5: /* a name that points at itself, or nowhere */
		put16(message + HEADER, 0xc000 | random_next(random, 0x4000));
		break;
	default: /* octets that are others */
		for (int i = 0; i < 4; i++)
			message[2 + random_next(random, (uint32_t)len - 2)] =
				(uint8_t)random_next(random, 256);
	}
	return len;
}

const struct hostile_kind hostile_kinds[] = {
	{"below", make_below},
	{"random", make_random},
	{"any", make_any},
	{"types", make_types},
	{"bad-options", make_bad_options},
	{"huge-options", make_huge_options},
	{"odd", make_odd},
	{NULL, NULL},
};
