/*
 * ELF files, as far as a check before a start needs them.  The file may be
 * anything; every offset in it is checked.  64-bit files of either byte order.
 */
#ifndef TOOL_ELFFILE_H
#define TOOL_ELFFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_BUILD_ID_MAX 64 /* octets of a build-id */
#define ELF_BUILD_ID_HEX (2 * ELF_BUILD_ID_MAX + 1)

/* A part of the file. */
struct elf_table {
	uint64_t offset;
	uint16_t size;  /* octets of an entry */
	uint32_t count; /* entries */
};

struct elf {
	const uint8_t *data; /* the caller's, and to be kept */
	size_t len;
	bool big; /* big-endian */
	uint16_t machine;
	struct elf_table programs, sections;
	uint32_t names; /* index of the section that holds their names */
};

/* 0; PAL_EFORM: no ELF file, or a broken one; PAL_EVERSION: not 64-bit. */
int elf_open(struct elf *elf, const uint8_t *data, size_t len);

/* The GNU build-id in hexadecimal; false if there is none. */
bool elf_build_id(const struct elf *elf, char hex[ELF_BUILD_ID_HEX]);

/* The content of a section; false if there is none of that name. */
bool elf_section(const struct elf *elf, const char *name, const uint8_t **at,
	size_t *len);

/* True if the file offers this function to who loads it. */
bool elf_exports(const struct elf *elf, const char *function);

/* True if both are for the same machine. */
bool elf_same_machine(const struct elf *a, const struct elf *b);

#endif
