/*
 * Fuzz target: a manifest is refused, or it is written back as the very same
 * octets.  The checksum line is made good first.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "palang/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TAIL (4 + 64 + 1) /* "end ", the digest, a line feed */

static void
must(bool truth)
{
	if (!truth)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[PAL_MANIFEST_SIZE_MAX];
	static char again[PAL_MANIFEST_SIZE_MAX + 1];
	struct pal_manifest manifest;
	uint8_t digest[PAL_SHA256_SIZE];

	if (size > sizeof(text))
		size = sizeof(text);
	memcpy(text, data, size);
	if (size > TAIL && memcmp(text + size - TAIL, "end ", 4) == 0) {
		char hex[PAL_SHA256_HEX];
		pal_sha256(text, size - TAIL, digest);
		memcpy(text + size - TAIL + 4, pal_sha256_to_hex(hex, digest),
			64);
	}
	if (pal_manifest_parse(&manifest, text, size, NULL) != 0)
		return 0;
	must(pal_manifest_format(again, sizeof(again), &manifest) == (int)size);
	must(memcmp(again, text, size) == 0);
	must(!pal_manifest_newer(&manifest, &manifest));
	return 0;
}
