#include "names_text.h"

/* clang-format off */
const uint8_t names_octets[256] = {
	['.'] = '.', ['-'] = '-', ['_'] = '_',
	['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4',
	['5'] = '5', ['6'] = '6', ['7'] = '7', ['8'] = '8', ['9'] = '9',
	['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd', ['E'] = 'e',
	['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i', ['J'] = 'j',
	['K'] = 'k', ['L'] = 'l', ['M'] = 'm', ['N'] = 'n', ['O'] = 'o',
	['P'] = 'p', ['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't',
	['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y',
	['Z'] = 'z',
	['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e',
	['f'] = 'f', ['g'] = 'g', ['h'] = 'h', ['i'] = 'i', ['j'] = 'j',
	['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n', ['o'] = 'o',
	['p'] = 'p', ['q'] = 'q', ['r'] = 'r', ['s'] = 's', ['t'] = 't',
	['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y',
	['z'] = 'z',
};
/* clang-format on */

int
names_cmp(const struct names_rule *a, const struct names_rule *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int diff = memcmp(a->key, b->key, len);

	if (diff != 0)
		return diff;
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return (int)(b->scope == PAL_SUBTREE) - (int)(a->scope == PAL_SUBTREE);
}

size_t
names_key(uint8_t key[NAMES_KEY_MAX], const struct pal_name *name)
{
	size_t end = name->len - 1u, len = end;

	for (size_t at = 0; at < len; at += 1u + name->wire[at]) {
		size_t octets = name->wire[at];

		end -= octets + 1;
		memcpy(key + end, name->wire + at + 1, octets);
		key[end + octets] = 0;
	}
	return len;
}

void
names_name(struct pal_name *name, const uint8_t *key, size_t len)
{
	size_t end = len;

	name->len = (uint8_t)(len + 1);
	name->labels = 0;
	name->wire[len] = 0;
	for (size_t at = 0; at < len;) {
		size_t octets = strlen((const char *)key + at);

		end -= octets + 1;
		name->wire[end] = (uint8_t)octets;
		memcpy(name->wire + end + 1, key + at, octets);
		name->labels++;
		at += octets + 1;
	}
}

size_t
names_key_of_text(uint8_t *key, const uint8_t *text, size_t len)
{
	struct names_plain plain;

	if (len == 0 || len >= NAMES_KEY_MAX ||
		!names_scan(&plain, text, len) || plain.changed)
		return 0;
	return names_plain_key(key, &plain, len);
}

bool
names_parse_line(
	struct names_rule *rule, uint8_t *key, const uint8_t *line, size_t len)
{
	rule->open = len > 0 && line[0] == '!';
	line += rule->open;
	len -= rule->open;
	rule->scope = len > 0 && line[0] == '=' ? PAL_EXACT : PAL_SUBTREE;
	line += rule->scope == PAL_EXACT;
	len -= rule->scope == PAL_EXACT;
	rule->key = key;
	rule->len = names_key_of_text(key, line, len);
	return rule->len > 0;
}
