/* Shared by the tests of the core: names, random numbers, cmocka. */
#ifndef CORE_UTIL_H
#define CORE_UTIL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "palang/error.h"
#include "palang/name.h"

static inline struct pal_name
name_of(const char *text)
{
	struct pal_name name;

	assert_int_equal(pal_name_from_text(&name, text, strlen(text)), 0);
	return name;
}

/* A small generator with a known seed, so that a failure can be repeated. */
struct dice {
	uint64_t state;
};

static inline uint32_t
roll(struct dice *dice, uint32_t below)
{
	dice->state = dice->state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((dice->state >> 33) % below);
}

#endif
