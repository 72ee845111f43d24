/* The layout is that of the System V ABI, "Object Files". */
#include "elffile.h"

#include <elf.h> /* the system's: ours must not have that name */
#include <stdio.h>
#include <string.h>

#include "palang/error.h"

/* The octets [offset, offset + size) of the file; NULL if they are not all
 * there. */
static const uint8_t *
part(const struct elf *elf, uint64_t offset, uint64_t size)
{
	if (offset > elf->len || size > elf->len - offset)
		return NULL;
	return elf->data + offset;
}

static uint64_t
load(const struct elf *elf, const uint8_t *at, unsigned octets)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < octets; i++)
		value = value << 8 | at[elf->big ? i : octets - 1 - i];
	return value;
}

/* A member of one of the ABI's structures, at its own offset and size. */
#define MEMBER(elf, at, type, member)                                          \
	load(elf, (at) + offsetof(type, member),                               \
		(unsigned)sizeof(((type *)0)->member))

/* One entry of a table, if it is all there. */
static const uint8_t *
entry(const struct elf *elf, const struct elf_table *table, uint32_t index)
{
	if (index >= table->count)
		return NULL;
	/* 2^16 * 2^32 does not overflow; part() knows the file's end. */
	uint64_t offset = (uint64_t)index * table->size;

	if (table->offset > UINT64_MAX - offset)
		return NULL;
	return part(elf, table->offset + offset, table->size);
}

static bool
table_fits(const struct elf *elf, const struct elf_table *table, size_t least)
{
	return table->count == 0 ||
	       (table->size >= least &&
		       part(elf, table->offset,
			       (uint64_t)table->size * table->count) != NULL);
}

static int
read_head(struct elf *elf)
{
	const uint8_t *head = part(elf, 0, sizeof(Elf64_Ehdr));

	if (head == NULL)
		return PAL_EFORM;
	elf->machine = (uint16_t)MEMBER(elf, head, Elf64_Ehdr, e_machine);
	elf->programs =
		(struct elf_table){MEMBER(elf, head, Elf64_Ehdr, e_phoff),
			(uint16_t)MEMBER(elf, head, Elf64_Ehdr, e_phentsize),
			(uint32_t)MEMBER(elf, head, Elf64_Ehdr, e_phnum)};
	elf->sections =
		(struct elf_table){MEMBER(elf, head, Elf64_Ehdr, e_shoff),
			(uint16_t)MEMBER(elf, head, Elf64_Ehdr, e_shentsize),
			(uint32_t)MEMBER(elf, head, Elf64_Ehdr, e_shnum)};
	elf->names = (uint32_t)MEMBER(elf, head, Elf64_Ehdr, e_shstrndx);
	if (!table_fits(elf, &elf->programs, sizeof(Elf64_Phdr)) ||
		!table_fits(elf, &elf->sections, sizeof(Elf64_Shdr)))
		return PAL_EFORM;
	return 0;
}

int
elf_open(struct elf *elf, const uint8_t *data, size_t len)
{
	*elf = (struct elf){.data = data, .len = len};
	if (len < EI_NIDENT || memcmp(data, ELFMAG, SELFMAG) != 0)
		return PAL_EFORM;
	if (data[EI_CLASS] == ELFCLASS32)
		return PAL_EVERSION;
	if (data[EI_CLASS] != ELFCLASS64 || data[EI_VERSION] != EV_CURRENT)
		return PAL_EFORM;
	if (data[EI_DATA] != ELFDATA2LSB && data[EI_DATA] != ELFDATA2MSB)
		return PAL_EFORM;
	elf->big = data[EI_DATA] == ELFDATA2MSB;
	return read_head(elf);
}

bool
elf_same_machine(const struct elf *a, const struct elf *b)
{
	return a->machine == b->machine && a->big == b->big;
}

static uint64_t
align4(uint64_t n)
{
	return (n + 3) & ~(uint64_t)3;
}

/* Each note: three words, then the name and the value, each filled up to a
 * multiple of four octets. */
static bool
find_build_id(const struct elf *elf, const uint8_t *notes, uint64_t len,
	char hex[ELF_BUILD_ID_HEX])
{
	while (len >= sizeof(Elf64_Nhdr)) {
		uint64_t name = MEMBER(elf, notes, Elf64_Nhdr, n_namesz);
		uint64_t size = MEMBER(elf, notes, Elf64_Nhdr, n_descsz);
		uint64_t type = MEMBER(elf, notes, Elf64_Nhdr, n_type);
		uint64_t at = sizeof(Elf64_Nhdr) + align4(name);

		if (at > len || size > len - at)
			return false;
		if (type == NT_GNU_BUILD_ID && name == 4 && size > 0 &&
			size <= ELF_BUILD_ID_MAX &&
			memcmp(notes + sizeof(Elf64_Nhdr), "GNU", 4) == 0) {
			for (uint64_t i = 0; i < size; i++)
				snprintf(hex + 2 * i, 3, "%02x", notes[at + i]);
			return true;
		}
		at += align4(size);
		if (at > len)
			return false;
		notes += at;
		len -= at;
	}
	return false;
}

bool
elf_build_id(const struct elf *elf, char hex[ELF_BUILD_ID_HEX])
{
	for (uint32_t i = 0; i < elf->programs.count; i++) {
		const uint8_t *at = entry(elf, &elf->programs, i), *notes;
		uint64_t size;

		if (MEMBER(elf, at, Elf64_Phdr, p_type) != PT_NOTE)
			continue;
		size = MEMBER(elf, at, Elf64_Phdr, p_filesz);
		notes = part(elf, MEMBER(elf, at, Elf64_Phdr, p_offset), size);
		if (notes != NULL && find_build_id(elf, notes, size, hex))
			return true;
	}
	return false;
}

/* What a section header points to; NULL for one without content. */
static const uint8_t *
content(const struct elf *elf, const uint8_t *header, uint64_t *size)
{
	*size = MEMBER(elf, header, Elf64_Shdr, sh_size);
	if (MEMBER(elf, header, Elf64_Shdr, sh_type) == SHT_NOBITS)
		return NULL;
	return part(elf, MEMBER(elf, header, Elf64_Shdr, sh_offset), *size);
}

/* True if the string at this offset of a table of strings is the one wanted. */
static bool
string_is(
	const uint8_t *strings, uint64_t size, uint64_t at, const char *wanted)
{
	size_t len = strlen(wanted) + 1;

	return at < size && size - at >= len &&
	       memcmp(strings + at, wanted, len) == 0;
}

/* The header of a section by its index, and its content. */
static const uint8_t *
section_content(const struct elf *elf, uint64_t index, uint64_t *size)
{
	const uint8_t *header = index > UINT32_MAX ? NULL
	                                           : entry(elf, &elf->sections,
							     (uint32_t)index);

	return header == NULL ? NULL : content(elf, header, size);
}

bool
elf_section(const struct elf *elf, const char *name, const uint8_t **at,
	size_t *len)
{
	uint64_t names_size, size;
	const uint8_t *names = section_content(elf, elf->names, &names_size);

	if (names == NULL)
		return false;
	for (uint32_t i = 0; i < elf->sections.count; i++) {
		const uint8_t *header = entry(elf, &elf->sections, i);

		if (!string_is(names, names_size,
			    MEMBER(elf, header, Elf64_Shdr, sh_name), name))
			continue;
		*at = content(elf, header, &size);
		if (*at == NULL)
			return false;
		*len = (size_t)size;
		return true;
	}
	return false;
}

/* A function, defined here, that the linker shows to others. */
static bool
is_offered(const struct elf *elf, const uint8_t *symbol)
{
	uint64_t info = MEMBER(elf, symbol, Elf64_Sym, st_info);
	uint64_t other = MEMBER(elf, symbol, Elf64_Sym, st_other);
	uint64_t bind = ELF64_ST_BIND(info);
	uint64_t visibility = ELF64_ST_VISIBILITY(other);

	return MEMBER(elf, symbol, Elf64_Sym, st_shndx) != SHN_UNDEF &&
	       ELF64_ST_TYPE(info) == STT_FUNC &&
	       (bind == STB_GLOBAL || bind == STB_WEAK) &&
	       (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

static bool
table_offers(const struct elf *elf, const uint8_t *header, const char *function)
{
	uint64_t size, strings_size;
	const uint8_t *symbols = content(elf, header, &size);
	const uint8_t *strings = section_content(
		elf, MEMBER(elf, header, Elf64_Shdr, sh_link), &strings_size);

	if (symbols == NULL || strings == NULL)
		return false;
	for (; size >= sizeof(Elf64_Sym); size -= sizeof(Elf64_Sym)) {
		uint64_t name = MEMBER(elf, symbols, Elf64_Sym, st_name);

		if (is_offered(elf, symbols) &&
			string_is(strings, strings_size, name, function))
			return true;
		symbols += sizeof(Elf64_Sym);
	}
	return false;
}

bool
elf_exports(const struct elf *elf, const char *function)
{
	for (uint32_t i = 0; i < elf->sections.count; i++) {
		const uint8_t *header = entry(elf, &elf->sections, i);

		if (MEMBER(elf, header, Elf64_Shdr, sh_type) == SHT_DYNSYM &&
			table_offers(elf, header, function))
			return true;
	}
	return false;
}
