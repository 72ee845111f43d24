#include "elf_util.h"

#include <dlfcn.h>

#include "elffile.h"
#include "file.h"
#include "palang/error.h"

static const char *const six[] = {
	"init", "deinit", "operate", "inform_super", "clear", "get_mem", NULL};

static struct craft
sample(bool big)
{
	struct craft craft = {.big = big,
		.machine = EM_X86_64,
		.build_id = "\x01\x23\xfe",
		.build_id_len = 3,
		.host = "palang-host 1\n",
		.functions = six};

	craft_finish(&craft);
	return craft;
}

static void
test_parts(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		struct craft craft = sample(big);
		char hex[ELF_BUILD_ID_HEX];
		const uint8_t *at;
		struct elf elf;
		size_t len;

		print_message("%s-endian\n", big ? "big" : "little");
		assert_int_equal(elf_open(&elf, craft.data, craft.len), 0);
		assert_int_equal(elf.machine, EM_X86_64);
		assert_true(elf_build_id(&elf, hex));
		assert_string_equal(hex, "0123fe");
		assert_true(elf_section(&elf, ".palang.host", &at, &len));
		assert_int_equal(len, 15);
		assert_memory_equal(at, "palang-host 1\n", 15);
		assert_false(elf_section(&elf, ".palang", &at, &len));
		assert_false(elf_section(&elf, "palang.host", &at, &len));
		for (size_t i = 0; six[i] != NULL; i++)
			assert_true(elf_exports(&elf, six[i]));
		assert_false(elf_exports(&elf, "ini"));
		assert_false(elf_exports(&elf, "nit"));
	}
}

static void
test_machines(void **state)
{
	struct craft a = sample(false), b = sample(true), c = sample(false);
	struct elf elf_a, elf_b, elf_c;

	(void)state;
	c.machine = EM_AARCH64;
	craft_finish(&c);
	assert_int_equal(elf_open(&elf_a, a.data, a.len), 0);
	assert_int_equal(elf_open(&elf_b, b.data, b.len), 0);
	assert_int_equal(elf_open(&elf_c, c.data, c.len), 0);
	assert_true(elf_same_machine(&elf_a, &elf_a));
	assert_false(elf_same_machine(&elf_a, &elf_b));
	assert_false(elf_same_machine(&elf_a, &elf_c));
}

static void
test_build_id_sizes(void **state)
{
	static const char octets[80] = "x";
	static const struct {
		size_t len;
		bool found;
		const char *why;
	} cases[] = {
		{0, false, "empty"},
		{1, true, "the shortest"},
		{20, true, "SHA-1"},
		{ELF_BUILD_ID_MAX, true, "the longest"},
		{ELF_BUILD_ID_MAX + 1, false, "too long"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct craft craft = {
			.build_id = octets, .build_id_len = cases[i].len};
		char hex[ELF_BUILD_ID_HEX];
		struct elf elf;

		print_message("%s\n", cases[i].why);
		craft_finish(&craft);
		assert_int_equal(elf_open(&elf, craft.data, craft.len), 0);
		assert_int_equal(elf_build_id(&elf, hex), cases[i].found);
		if (cases[i].found)
			assert_int_equal(strlen(hex), 2 * cases[i].len);
	}
}

/* One member of the head, or of a table, changed. */
static void
test_broken(void **state)
{
	static const struct {
		size_t at;
		unsigned octets;
		uint64_t value;
		int open;
		const char *why;
	} cases[] = {
		{0, 1, 'e', PAL_EFORM, "another magic"},
		{EI_CLASS, 1, ELFCLASS32, PAL_EVERSION, "32 bits"},
		{EI_CLASS, 1, 3, PAL_EFORM, "no known class"},
		{EI_DATA, 1, 0, PAL_EFORM, "no byte order"},
		{EI_VERSION, 1, 2, PAL_EFORM, "another version"},
		{offsetof(Elf64_Ehdr, e_phoff), 8, UINT64_MAX, PAL_EFORM,
			"programs far behind the end"},
		{offsetof(Elf64_Ehdr, e_phentsize), 2, 8, PAL_EFORM,
			"programs too small"},
		{offsetof(Elf64_Ehdr, e_phnum), 2, 65535, PAL_EFORM,
			"programs beyond the end"},
		{offsetof(Elf64_Ehdr, e_shoff), 8, UINT64_MAX - 64, PAL_EFORM,
			"sections whose end would overflow"},
		{offsetof(Elf64_Ehdr, e_shentsize), 2, 0, PAL_EFORM,
			"sections of no size"},
		{offsetof(Elf64_Ehdr, e_shnum), 2, 4, 0, "a section less"},
		{offsetof(Elf64_Ehdr, e_shstrndx), 2, 9, 0,
			"names in no section"},
		{offsetof(Elf64_Ehdr, e_shstrndx), 2, 0, 0, "no names"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct craft craft = sample(false);
		const uint8_t *at;
		struct elf elf;
		size_t len;

		print_message("%s\n", cases[i].why);
		craft_at(&craft, cases[i].at, cases[i].value, cases[i].octets);
		assert_int_equal(
			elf_open(&elf, craft.data, craft.len), cases[i].open);
		if (cases[i].open == 0)
			assert_false(
				elf_section(&elf, ".palang.host", &at, &len));
	}
}

/* What makes a function not offered to who loads the file. */
static void
test_not_offered(void **state)
{
	static const struct {
		size_t member;
		unsigned octets;
		uint64_t value;
		bool offered;
		const char *why;
	} cases[] = {
		{offsetof(Elf64_Sym, st_info), 1,
			ELF64_ST_INFO(STB_WEAK, STT_FUNC), true, "weak"},
		{offsetof(Elf64_Sym, st_info), 1,
			ELF64_ST_INFO(STB_LOCAL, STT_FUNC), false, "local"},
		{offsetof(Elf64_Sym, st_info), 1,
			ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT), false, "data"},
		{offsetof(Elf64_Sym, st_other), 1, STV_HIDDEN, false, "hidden"},
		{offsetof(Elf64_Sym, st_other), 1, STV_PROTECTED, true,
			"protected"},
		{offsetof(Elf64_Sym, st_shndx), 2, SHN_UNDEF, false,
			"wanted, not offered"},
		{offsetof(Elf64_Sym, st_name), 4, UINT32_MAX, false,
			"a name behind the strings"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct craft craft = sample(false);
		size_t symbols, ignored;
		struct elf elf;

		print_message("%s\n", cases[i].why);
		/* Where craft_finish put them: behind the notes. */
		craft.len = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
		craft_notes(&craft, sizeof(Elf64_Ehdr));
		craft_symbols(&craft, &symbols, &ignored, &ignored);
		craft_finish(&craft);
		craft_at(&craft, symbols + sizeof(Elf64_Sym) + cases[i].member,
			cases[i].value, cases[i].octets);
		assert_int_equal(elf_open(&elf, craft.data, craft.len), 0);
		assert_int_equal(elf_exports(&elf, "init"), cases[i].offered);
		assert_true(elf_exports(&elf, "clear"));
	}
}

/* Everything that a check asks, so that a sanitizer sees each access. */
static unsigned
ask_all(const uint8_t *data, size_t len)
{
	char hex[ELF_BUILD_ID_HEX];
	const uint8_t *at;
	unsigned found = 0;
	struct elf elf;
	size_t size;

	if (elf_open(&elf, data, len) != 0)
		return 0;
	found += elf_build_id(&elf, hex);
	found += elf_section(&elf, ".palang.host", &at, &size);
	for (size_t i = 0; six[i] != NULL; i++)
		found += elf_exports(&elf, six[i]);
	return found;
}

static void
each_truncation(const uint8_t *data, size_t whole)
{
	unsigned all = ask_all(data, whole);

	for (size_t len = 0; len < whole; len++) {
		uint8_t *copy = malloc(len + 1);

		assert_non_null(copy);
		/* To the very end, where a sanitizer watches. */
		memcpy(copy + 1, data, len);
		assert_true(ask_all(copy + 1, len) <= all);
		free(copy);
	}
}

static void
test_truncations(void **state)
{
	struct craft craft = sample(false);

	(void)state;
	assert_int_equal(ask_all(craft.data, craft.len), 8);
	each_truncation(craft.data, craft.len);
}

/* A library that is certainly there: the one that runs this test. */
static void
test_truncations_of_a_library(void **state)
{
	Dl_info info;
	char *data;
	size_t len;

	(void)state;
	assert_true(dladdr((void *)_cmocka_run_group_tests, &info) != 0);
	print_message("%s\n", info.dli_fname);
	assert_int_equal(file_read(info.dli_fname, 1 << 22, 0, &data, &len), 0);
	assert_int_equal(ask_all((uint8_t *)data, len), 1);
	each_truncation((uint8_t *)data, len);
	free(data);
}

static void
test_any_octet(void **state)
{
	struct craft good = sample(false);
	struct dice dice = {42};

	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct craft craft = good;

		for (uint32_t n = 1 + roll(&dice, 3); n > 0; n--)
			craft.data[roll(&dice, (uint32_t)craft.len)] =
				(uint8_t)roll(&dice, 256);
		assert_true(ask_all(craft.data, craft.len) <= 8);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_machines),
		cmocka_unit_test(test_build_id_sizes),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_not_offered),
		cmocka_unit_test(test_truncations),
		cmocka_unit_test(test_truncations_of_a_library),
		cmocka_unit_test(test_any_octet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
