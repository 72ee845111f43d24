/* Clients that mean ill: the messages that they send. */
#ifndef TESTS_HOSTILE_H
#define TESTS_HOSTILE_H

#include <stddef.h>
#include <stdint.h>

#define MESSAGE_MAX 65507 /* of UDP over IPv4 */

struct random {
	uint64_t state;
};

static inline uint32_t
random_next(struct random *random, uint32_t below)
{
	random->state ^= random->state << 13;
	random->state ^= random->state >> 7;
	random->state ^= random->state << 17;
	return (uint32_t)((random->state >> 32) % below);
}

/* Messages of one kind; the same for the same number, whoever asks. */
struct hostile_kind {
	const char *name;
	size_t (*make)(uint8_t message[MESSAGE_MAX], struct random *random);
};

extern const struct hostile_kind hostile_kinds[]; /* ended by name NULL */

/* An ordinary question for a blocked name. */
size_t hostile_plain(uint8_t message[MESSAGE_MAX], struct random *random);

#endif
