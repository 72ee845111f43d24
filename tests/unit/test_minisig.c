/*
 * Keys and signatures of minisign: fixed ones made by minisign 0.11, each
 * octet of them changed, and fresh ones of the minisign that is installed.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "file.h"
#include "minisig.h"
#include "palang/error.h"

static const char message[] =
	"palang-order: 1\nauthority: kominfo\nid: 2017/1\n";

#define KEY "RWQpVPj+M4tVS692Xyo96uy9DP3I/+dSHdy0Lr4D/6syj2vAhpjB8m1u"

static const char key_file[] =
	"untrusted comment: minisign public key 4B558B33FEF85429\n" KEY "\n";

#define HASHED                                                                 \
	"RUQpVPj+M4tVS8B2cDYpznx1tIgjNAHKRQxZdC3P9pBbEzq2tQBNNkiIAoFJwkc+Je3W" \
	"+iKSwaQdYwOs+dLnD8OSJHwHvSXBmww="
#define HASHED_GLOBAL                                                          \
	"is0kDwgecGQ1KdyhkxZccKY9BYEVIRoxTLYDfGXvIVOzmd6I+FdXZzkPOG0c9Lx0J5LA" \
	"A9HpAsvGAj2iBknNDw=="
#define LEGACY                                                                 \
	"RWQpVPj+M4tVS3iQo0RptSvyISrYDyV2Tdwp812Rzg3sKwuplyWiUwL1UFasmowMeNgJ" \
	"g6oFJpOOD3GRlT2hzvgS9tQ0racKLQM="
#define LEGACY_GLOBAL                                                          \
	"y1fycjInHxmg/qh+ltNQjVB8AQDD5Vg8mWixtiE+MOlF3iKBIc51SRr4DLPZzWcRTcYR" \
	"DySKOVj/yejCf8nuAQ=="
#define FIRST   "untrusted comment: signature from minisign secret key\n"
#define COMMENT "trusted comment: kominfo 2017/1\n"

static const char hashed[] = FIRST HASHED "\n" COMMENT HASHED_GLOBAL "\n";
static const char legacy[] = FIRST LEGACY "\n" COMMENT LEGACY_GLOBAL "\n";

/* What a caller does: the id finds the key, then it is verified. */
static int
judge(const char *key_text, const char *text, size_t len, const char *data,
	size_t data_len)
{
	struct minisig_key key;
	struct minisig minisig;
	const char *why = NULL;
	int ret = minisig_key_text(&key, key_text, &why);

	if (ret == 0)
		ret = minisig_parse(&minisig, text, len, &why);
	else
		return ret;
	if (ret == 0 && memcmp(minisig.id, key.id, MINISIG_ID) != 0)
		ret = PAL_ERIGHTS;
	if (ret == 0)
		ret = minisig_verify(&minisig, key.pk, data, data_len, &why);
	if (ret != 0 && ret != PAL_ERIGHTS)
		assert_non_null(why);
	minisig_fini(&minisig);
	return ret;
}

static void
verifies_both_kinds(void **state)
{
	const char *const texts[] = {hashed, legacy};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct minisig minisig;
		const char *why;

		assert_int_equal(judge(KEY, texts[i], strlen(texts[i]), message,
					 strlen(message)),
			0);
		assert_int_equal(minisig_parse(&minisig, texts[i],
					 strlen(texts[i]), &why),
			0);
		assert_string_equal(minisig.comment, "kominfo 2017/1");
		assert_int_equal(minisig.prehashed, i == 0);
		minisig_fini(&minisig);
	}
}

/* The first line may say what it likes: nothing signs it. */
static bool
is_untrusted(const char *text, size_t at)
{
	return at >= strlen("untrusted comment: ") &&
	       at < (size_t)(strchr(text, '\n') - text);
}

static void
refuses_each_octet_changed(void **state)
{
	static const uint8_t flips[] = {0x01, 0x20, 0x80, 0xff};
	const char *const texts[] = {hashed, legacy};
	char text[sizeof legacy + 8];

	(void)state;
	for (int i = 0; i < 2; i++) {
		size_t len = strlen(texts[i]);

		for (size_t at = 0; at < len * sizeof flips; at++) {
			size_t where = at / sizeof flips;

			memcpy(text, texts[i], len + 1);
			text[where] = (char)((uint8_t)text[where] ^
					     flips[at % sizeof flips]);
			if (!is_untrusted(texts[i], where) &&
				judge(KEY, text, len, message,
					strlen(message)) == 0)
				fail_msg("taken with octet %zu changed: %s",
					where, text);
		}
	}
}

static void
refuses_each_octet_of_the_message(void **state)
{
	char data[sizeof message + 1];
	size_t len = strlen(message);

	(void)state;
	for (size_t at = 0; at < 8 * len; at++) {
		memcpy(data, message, len);
		data[at / 8] = (char)((uint8_t)data[at / 8] ^ 1u << at % 8);
		assert_int_not_equal(
			judge(KEY, hashed, strlen(hashed), data, len), 0);
		assert_int_not_equal(
			judge(KEY, legacy, strlen(legacy), data, len), 0);
	}
	memcpy(data, message, len);
	data[len] = '\n';
	assert_int_equal(
		judge(KEY, hashed, strlen(hashed), data, len + 1), PAL_EDIGEST);
	assert_int_equal(
		judge(KEY, hashed, strlen(hashed), data, len - 1), PAL_EDIGEST);
	assert_int_equal(
		judge(KEY, hashed, strlen(hashed), data, 0), PAL_EDIGEST);
}

static void
refuses_each_octet_of_the_key(void **state)
{
	char key[sizeof KEY];

	(void)state;
	for (size_t at = 0; at < 7 * strlen(KEY); at++) {
		strcpy(key, KEY);
		key[at / 7] = (char)(key[at / 7] ^ 1 << at % 7);
		if (judge(key, hashed, strlen(hashed), message,
			    strlen(message)) == 0)
			fail_msg("taken with %s", key);
	}
}

/* The parts of two true signatures do not make a third. */
static void
refuses_mixed_parts(void **state)
{
	const char *const texts[] = {
		FIRST HASHED "\n" COMMENT LEGACY_GLOBAL "\n",
		FIRST LEGACY "\n" COMMENT HASHED_GLOBAL "\n",
	};

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(judge(KEY, texts[i], strlen(texts[i]), message,
					 strlen(message)),
			PAL_EDIGEST);
}

struct form_case {
	const char *text;
	const char *why; /* NULL: it is taken */
};

static const struct form_case forms[] = {
	/* as Windows writes it */
	{"untrusted comment: x\r\n" HASHED "\r\ntrusted comment: kominfo "
	 "2017/1\r\n" HASHED_GLOBAL "\r\n",
		NULL},
	/* a mail programme cut the last line end off */
	{FIRST HASHED "\n" COMMENT HASHED_GLOBAL, NULL},
	{"", "less than four lines"},
	{FIRST HASHED "\n" COMMENT, "less than four lines"},
	{FIRST HASHED "\n" COMMENT HASHED_GLOBAL "\n\n", "goes on behind"},
	{FIRST HASHED "\n" COMMENT HASHED_GLOBAL "\nx", "goes on behind"},
	{HASHED "\n" FIRST COMMENT HASHED_GLOBAL "\n", "first line"},
	{FIRST " " HASHED "\n" COMMENT HASHED_GLOBAL "\n", "second line"},
	{FIRST HASHED " \n" COMMENT HASHED_GLOBAL "\n", "second line"},
	{FIRST HASHED "\n" COMMENT HASHED_GLOBAL " \n", "fourth line"},
	{FIRST HASHED "\n" HASHED "\n" HASHED_GLOBAL "\n", "third line"},
	{FIRST HASHED "\ntrusted comment: a\rb\n" HASHED_GLOBAL "\n",
		"more than a line"},
	{FIRST HASHED "\ntrusted comment: \xff\n" HASHED_GLOBAL "\n",
		"it is no text"},
	/* a public key in its place */
	{FIRST KEY "\n" COMMENT HASHED_GLOBAL "\n", "second line"},
	/* the last digit has bits that stand for nothing */
	{FIRST "RUQpVPj+M4tVS8B2cDYpznx1tIgjNAHKRQxZdC3P9pBbEzq2tQBNNkiIAoFJw"
	       "kc+Je3W+iKSwaQdYwOs+dLnD8OSJHwHvSXBmwx=\n" COMMENT HASHED_GLOBAL
	       "\n",
		"second line"},
};

static void
keeps_to_the_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct minisig minisig;
		const char *why = "";
		int ret = minisig_parse(
			&minisig, forms[i].text, strlen(forms[i].text), &why);

		minisig_fini(&minisig);
		if (forms[i].why == NULL) {
			assert_int_equal(ret, 0);
			assert_int_equal(
				judge(KEY, forms[i].text, strlen(forms[i].text),
					message, strlen(message)),
				0);
		} else if (ret != PAL_EFORM ||
			   strstr(why, forms[i].why) == NULL) {
			fail_msg("%s\ngave %d: %s", forms[i].text, ret, why);
		}
	}
}

static void
is_bounded(void **state)
{
	static char text[MINISIG_TEXT_MAX + 2];
	struct minisig minisig;
	const char *why;
	int n = snprintf(
		text, sizeof text, "%s%s\ntrusted comment: ", FIRST, HASHED);

	(void)state;
	memset(text + n, 'x', MINISIG_COMMENT_MAX + 1);
	n += MINISIG_COMMENT_MAX + 1;
	n += snprintf(
		text + n, sizeof text - (size_t)n, "\n%s\n", HASHED_GLOBAL);
	assert_int_equal(
		minisig_parse(&minisig, text, (size_t)n, &why), PAL_EFORM);
	assert_non_null(strstr(why, "too long"));
	minisig_fini(&minisig);
	memset(text, 'x', sizeof text);
	assert_int_equal(
		minisig_parse(&minisig, text, sizeof text, &why), PAL_EFORM);
	assert_non_null(strstr(why, "too long"));
	minisig_fini(&minisig);
}

static const struct form_case key_files[] = {
	{key_file, NULL},
	{"untrusted comment: x\r\n" KEY "\r\n", NULL},
	{"untrusted comment: x\n" KEY, NULL},
	{"", "first line"},
	{KEY "\n", "first line"},
	{"untrusted comment: x\n", "ends before its key"},
	{"untrusted comment: x\n" KEY "\n" KEY "\n", "goes on"},
	{"untrusted comment: x\n" HASHED "\n", "no public key"},
	{"untrusted comment: x\n" KEY "A\n", "no public key"},
	/* a secret key begins with RWRTY0Iy */
	{"untrusted comment: x\nRWRTY0Iyx\n", "no public key"},
	/* the algorithm of signatures, which no key has */
	{"untrusted comment: x\n"
	 "RUQpVPj+M4tVS692Xyo96uy9DP3I/+dSHdy0Lr4D/6syj2vAhpjB8m1u\n",
		"another kind"},
};

static void
reads_the_files_of_keys(void **state)
{
	char id[MINISIG_ID_TEXT], text[MINISIG_KEY_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof key_files / sizeof *key_files; i++) {
		const struct form_case *c = &key_files[i];
		struct minisig_key key;
		const char *why = "";
		int ret =
			minisig_key_file(&key, c->text, strlen(c->text), &why);

		if (c->why == NULL) {
			assert_int_equal(ret, 0);
			assert_string_equal(
				minisig_key_format(text, &key), KEY);
			/* as minisign wrote it into the comment */
			assert_string_equal(minisig_id_format(id, key.id),
				"4B558B33FEF85429");
		} else if (ret != PAL_EFORM || strstr(why, c->why) == NULL) {
			fail_msg("%s\ngave %d: %s", c->text, ret, why);
		}
	}
}

/* ---- the minisign that is installed ---- */

static char dir[] = "/tmp/palang-test-minisig-XXXXXX";

static void
shell(const char *command)
{
	char line[512];

	snprintf(
		line, sizeof line, "cd %s && { %s; } 2>out >out", dir, command);
	if (system(line) != 0)
		fail_msg("failed: %s; is minisign installed?", line);
}

static char *
slurp(const char *name, size_t *len)
{
	char path[96], *data;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	assert_int_equal(file_read(path, MINISIG_TEXT_MAX, 0, &data, len), 0);
	return data;
}

static void
agrees_with_minisign(void **state)
{
	const char *const signing[] = {
		"minisign -S -s k -m m -x s -t 'a comment'",
		"minisign -S -l -s k -m m -x s -t 'a comment'",
	};
	struct minisig_key key;
	size_t len, data_len;
	const char *why;
	char *text, *data;

	(void)state;
	assert_non_null(mkdtemp(dir));
	shell("minisign -G -W -f -p p -s k && head -c 9000 /dev/urandom >m");
	text = slurp("p", &len);
	assert_int_equal(minisig_key_file(&key, text, len, &why), 0);
	free(text);
	data = slurp("m", &data_len);
	for (int i = 0; i < 2; i++) {
		struct minisig minisig;

		shell(signing[i]);
		text = slurp("s", &len);
		assert_int_equal(minisig_parse(&minisig, text, len, &why), 0);
		assert_int_equal(minisig.prehashed, i == 0);
		assert_memory_equal(minisig.id, key.id, MINISIG_ID);
		assert_string_equal(minisig.comment, "a comment");
		assert_int_equal(
			minisig_verify(&minisig, key.pk, data, data_len, &why),
			0);
		data[data_len - 1] ^= 1;
		assert_int_equal(
			minisig_verify(&minisig, key.pk, data, data_len, &why),
			PAL_EDIGEST);
		data[data_len - 1] ^= 1;
		minisig_fini(&minisig);
		free(text);
	}
	free(data);
	shell("rm p k m s out");
	assert_int_equal(rmdir(dir), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verifies_both_kinds),
		cmocka_unit_test(refuses_each_octet_changed),
		cmocka_unit_test(refuses_each_octet_of_the_message),
		cmocka_unit_test(refuses_each_octet_of_the_key),
		cmocka_unit_test(refuses_mixed_parts),
		cmocka_unit_test(keeps_to_the_form),
		cmocka_unit_test(is_bounded),
		cmocka_unit_test(reads_the_files_of_keys),
		cmocka_unit_test(agrees_with_minisign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
