/*
 * The gate: a module reads the insides of the program that loads it, so it
 * must have been built for that very program.  The version string does not
 * tell: a security update changes structures under the same version.  The
 * GNU build-id of the main program does.
 */
#include <link.h>
#include <stdio.h>
#include <string.h>

#include "state.h"

/* Read by `palang host`; see docs/OPERATION.md. */
__attribute__((section(".palang.host"), used)) static const char built_for[] =
	"palang-host 1\n"
	"build-id " PALANG_HOST_BUILD_ID "\n"
	"version " PACKAGE_VERSION "\n"
	"configure " PALANG_HOST_CONFIGURE "\n";

#define BUILD_ID_MAX 64

struct build_id {
	char hex[2 * BUILD_ID_MAX + 1];
};

static size_t
align4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* Notes are a head of three words, a name and a value, each filled to four
 * octets. */
static bool
find_note(const uint8_t *notes, size_t len, struct build_id *id)
{
	while (len >= sizeof(ElfW(Nhdr))) {
		ElfW(Nhdr) head;
		memcpy(&head, notes, sizeof(head));
		size_t value = sizeof(head) + align4(head.n_namesz);
		size_t next = value + align4(head.n_descsz);
		if (next > len)
			return false;
		if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 &&
			memcmp(notes + sizeof(head), "GNU", 4) == 0 &&
			head.n_descsz <= BUILD_ID_MAX) {
			for (size_t i = 0; i < head.n_descsz; i++)
				sprintf(id->hex + 2 * i, "%02x",
					notes[value + i]);
			return true;
		}
		notes += next;
		len -= next;
	}
	return false;
}

/* The first object is the main program. */
static int
read_program(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct build_id *id = arg;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		if (part->p_type != PT_NOTE)
			continue;
		const uint8_t *notes =
			(const uint8_t *)(info->dlpi_addr + part->p_vaddr);
		if (find_note(notes, part->p_memsz, id))
			break;
	}
	return 1;
}

bool
gate_open(void)
{
	struct build_id id = {""};

	dl_iterate_phdr(read_program, &id);
	if (strcmp(id.hex, PALANG_HOST_BUILD_ID) == 0)
		return true;
	log_err("palang: built for unbound %s with build-id %s, but this "
		"program has build-id %s: build palang.so anew for it "
		"(`palang host --check` tells before a start)",
		PACKAGE_VERSION, PALANG_HOST_BUILD_ID,
		id.hex[0] != '\0' ? id.hex : "(none)");
	return false;
}
