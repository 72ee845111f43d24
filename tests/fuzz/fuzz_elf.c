/* Fuzz target: what is found in an ELF file lies within it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char hex[ELF_BUILD_ID_HEX], value[64];
	struct host_target target;
	const uint8_t *at;
	struct elf elf;
	size_t len;

	if (elf_open(&elf, data, size) != 0)
		return 0;
	if (elf_build_id(&elf, hex))
		must(strspn(hex, "0123456789abcdef") == strlen(hex));
	elf_exports(&elf, "init");
	if (!elf_section(&elf, HOST_SECTION, &at, &len))
		return 0;
	must(at >= data && len <= size && at <= data + (size - len));
	if (!host_read_target(&target, at, len))
		return 0;
	must(strlen(target.build_id) < sizeof target.build_id);
	host_configured(
		target.configure, "--with-chroot-dir", value, sizeof value);
	return 0;
}
