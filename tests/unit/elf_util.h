/* Shared by tests that need ELF files: one put together by hand. */
#ifndef ELF_UTIL_H
#define ELF_UTIL_H

#include "core_util.h"

#include <elf.h>

struct craft {
	bool big;
	unsigned machine;
	const char *build_id; /* octets; NULL: no note */
	size_t build_id_len;
	const char *host;             /* the section .palang.host; NULL: none */
	const char *const *functions; /* exported; NULL at the end */

	uint8_t data[8192];
	size_t len;
};

static inline void
craft_at(struct craft *craft, size_t at, uint64_t value, unsigned octets)
{
	assert_true(at + octets <= sizeof craft->data);
	for (unsigned i = 0; i < octets; i++)
		craft->data[at + (craft->big ? octets - 1 - i : i)] =
			(uint8_t)(value >> (8 * i));
}

#define CRAFT(craft, at, type, member, value)                                  \
	craft_at(craft, (at) + offsetof(type, member), value,                  \
		(unsigned)sizeof(((type *)0)->member))

static inline size_t
craft_bytes(struct craft *craft, const void *data, size_t len)
{
	size_t at = craft->len;

	assert_true(at + len <= sizeof craft->data);
	memcpy(craft->data + at, data, len);
	craft->len += len;
	return at;
}

static inline size_t
craft_room(struct craft *craft, size_t len)
{
	size_t at = craft->len = (craft->len + 7) & ~(size_t)7;

	assert_true(at + len <= sizeof craft->data);
	craft->len += len;
	return at;
}

static inline void
craft_section(struct craft *craft, size_t at, unsigned name, unsigned type,
	size_t offset, size_t size, unsigned link)
{
	CRAFT(craft, at, Elf64_Shdr, sh_name, name);
	CRAFT(craft, at, Elf64_Shdr, sh_type, type);
	CRAFT(craft, at, Elf64_Shdr, sh_offset, offset);
	CRAFT(craft, at, Elf64_Shdr, sh_size, size);
	CRAFT(craft, at, Elf64_Shdr, sh_link, link);
}

/* A note of another kind first, then the build-id. */
static inline void
craft_notes(struct craft *craft, size_t program)
{
	size_t at = craft_room(craft, 12 + 4 + 8);
	size_t start = at;

	CRAFT(craft, at, Elf64_Nhdr, n_namesz, 4);
	CRAFT(craft, at, Elf64_Nhdr, n_descsz, 7);
	CRAFT(craft, at, Elf64_Nhdr, n_type, NT_GNU_ABI_TAG);
	memcpy(craft->data + at + 12, "GNU", 4);
	if (craft->build_id != NULL) {
		at = craft->len;
		craft->len += 12 + 4;
		CRAFT(craft, at, Elf64_Nhdr, n_namesz, 4);
		CRAFT(craft, at, Elf64_Nhdr, n_descsz, craft->build_id_len);
		CRAFT(craft, at, Elf64_Nhdr, n_type, NT_GNU_BUILD_ID);
		memcpy(craft->data + at + 12, "GNU", 4);
		craft_bytes(craft, craft->build_id, craft->build_id_len);
		craft->len = (craft->len + 3) & ~(size_t)3;
	}
	CRAFT(craft, program, Elf64_Phdr, p_type, PT_NOTE);
	CRAFT(craft, program, Elf64_Phdr, p_offset, start);
	CRAFT(craft, program, Elf64_Phdr, p_filesz, craft->len - start);
}

static inline size_t
craft_symbols(struct craft *craft, size_t *symbols, size_t *strings,
	size_t *strings_size)
{
	char names[1024] = "";
	size_t used = 1, count = 1, i;

	for (i = 0; craft->functions != NULL && craft->functions[i]; i++)
		count++;
	*symbols = craft_room(craft, count * sizeof(Elf64_Sym));
	for (i = 1; i < count; i++) {
		const char *name = craft->functions[i - 1];
		size_t at = *symbols + i * sizeof(Elf64_Sym);

		CRAFT(craft, at, Elf64_Sym, st_name, used);
		CRAFT(craft, at, Elf64_Sym, st_info,
			ELF64_ST_INFO(STB_GLOBAL, STT_FUNC));
		CRAFT(craft, at, Elf64_Sym, st_shndx, 1);
		strcpy(names + used, name);
		used += strlen(name) + 1;
	}
	*strings = craft_bytes(craft, names, used);
	*strings_size = used;
	return count * sizeof(Elf64_Sym);
}

/* Sections: none, .dynsym, .dynstr, .shstrtab, .palang.host. */
static inline void
craft_finish(struct craft *craft)
{
	static const char names[] =
		"\0.dynsym\0.dynstr\0.shstrtab\0.palang.host";
	size_t symbols, symbols_size, strings, strings_size, names_at;
	size_t host_at = 0, sections, host_size = 0;
	size_t program = sizeof(Elf64_Ehdr);

	memset(craft->data, 0, sizeof craft->data);
	craft->len = program + sizeof(Elf64_Phdr);
	memcpy(craft->data, ELFMAG, SELFMAG);
	craft->data[EI_CLASS] = ELFCLASS64;
	craft->data[EI_DATA] = craft->big ? ELFDATA2MSB : ELFDATA2LSB;
	craft->data[EI_VERSION] = EV_CURRENT;
	craft_notes(craft, program);
	symbols_size = craft_symbols(craft, &symbols, &strings, &strings_size);
	names_at = craft_bytes(craft, names, sizeof names);
	if (craft->host != NULL) {
		host_size = strlen(craft->host) + 1;
		host_at = craft_bytes(craft, craft->host, host_size);
	}
	sections = craft_room(craft, 5 * sizeof(Elf64_Shdr));
	craft_section(craft, sections + 1 * sizeof(Elf64_Shdr), 1, SHT_DYNSYM,
		symbols, symbols_size, 2);
	craft_section(craft, sections + 2 * sizeof(Elf64_Shdr), 9, SHT_STRTAB,
		strings, strings_size, 0);
	craft_section(craft, sections + 3 * sizeof(Elf64_Shdr), 17, SHT_STRTAB,
		names_at, sizeof names, 0);
	if (craft->host != NULL)
		craft_section(craft, sections + 4 * sizeof(Elf64_Shdr), 27,
			SHT_PROGBITS, host_at, host_size, 0);
	CRAFT(craft, 0, Elf64_Ehdr, e_machine, craft->machine);
	CRAFT(craft, 0, Elf64_Ehdr, e_phoff, program);
	CRAFT(craft, 0, Elf64_Ehdr, e_phentsize, sizeof(Elf64_Phdr));
	CRAFT(craft, 0, Elf64_Ehdr, e_phnum, 1);
	CRAFT(craft, 0, Elf64_Ehdr, e_shoff, sections);
	CRAFT(craft, 0, Elf64_Ehdr, e_shentsize, sizeof(Elf64_Shdr));
	CRAFT(craft, 0, Elf64_Ehdr, e_shnum, 5);
	CRAFT(craft, 0, Elf64_Ehdr, e_shstrndx, 3);
}

#endif
