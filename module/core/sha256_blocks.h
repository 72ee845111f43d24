/* The inner half of SHA-256, twice: what runs everywhere, and what some
 * processors have instructions for. */
#ifndef CORE_SHA256_BLOCKS_H
#define CORE_SHA256_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes blocks of 64 octets into the state. */
void sha256_plain(uint32_t state[static 8], const uint8_t *data, size_t blocks);

/* The same; false, and nothing done, where the instructions are missing. */
bool sha256_fast(uint32_t state[static 8], const uint8_t *data, size_t blocks);

#endif
