/* The formats that have a name or some on each line: plain, hosts, adblock. */
#include <arpa/inet.h>

#include "clean_parts.h"

/* Takes blanks off both ends. */
static uint8_t *
trim(uint8_t *text, size_t *len)
{
	size_t front = clean_blanks(text, *len);

	*len -= front;
	text += front;
	while (*len > 0 && clean_blanks(text + *len - 1, 1) == 1)
		--*len;
	return text;
}

static bool
is_comment(const uint8_t *text, size_t len)
{
	return len > 0 &&
	       (text[0] == '#' || text[0] == ';' || text[0] == '!' ||
		       (len > 1 && text[0] == '/' && text[1] == '/'));
}

/* Octets of a word up to a comment that is glued to it.  The # of a URL begins
 * none, nor do the marks of adblock's rules for parts of pages (##, #@#, #?#):
 * what stands before them is not meant as a whole. */
static size_t
until_comment(const uint8_t *text, size_t word)
{
	static const uint8_t marks[] = {'#', '@', '?', '$', '%'};
	const uint8_t *at = memchr(text, '#', word);
	size_t name;

	if (at == NULL)
		return word;
	name = (size_t)(at - text);
	if (memchr(text, '/', name) != NULL || memchr(text, '?', name) != NULL)
		return word;
	if (word - name > 1 && memchr(marks, at[1], sizeof marks) != NULL)
		return word;
	return name;
}

/* What stands behind a name: nothing, or a comment; false if anything else
 * does. */
static bool
check_rest(struct cleaner *c, const uint8_t *text, size_t len)
{
	size_t blanks = clean_blanks(text, len);

	if (blanks == len)
		return true;
	if (!is_comment(text + blanks, len - blanks))
		return false;
	clean_tell(c, CLEAN_COMMENT);
	return true;
}

void
clean_plain_line(struct cleaner *c, uint8_t *text, size_t len)
{
	size_t word;

	if (clean_take_plain(c, text, len, c->kind))
		return;
	text = trim(text, &len);
	if (len == 0 || is_comment(text, len))
		return;
	word = until_comment(text, clean_word(text, len));
	if (!check_rest(c, text + word, len - word))
		clean_leave_out(c, memchr(text, 0, len) != NULL
					   ? CLEAN_NUL
					   : CLEAN_BAD_NAME);
	else
		clean_take(c, text, word, c->kind);
}

/* ---- hosts ---- */

static const char *const local_names[] = {"localhost", "localhost.localdomain",
	"localhost4", "localhost4.localdomain4", "localhost6",
	"localhost6.localdomain6", "local", "broadcasthost", "ip6-localhost",
	"ip6-loopback", "ip6-localnet", "ip6-mcastprefix", "ip6-allnodes",
	"ip6-allrouters", "ip6-allhosts"};

static bool
is_local(const uint8_t *text, size_t len)
{
	for (size_t i = 0; i < sizeof local_names / sizeof *local_names; i++) {
		if (strlen(local_names[i]) == len &&
			memcmp(text, local_names[i], len) == 0)
			return true;
	}
	return false;
}

/* Unspecified or loopback: what a name is led to that is to be blocked. */
static bool
is_sinkhole(const uint8_t *text, size_t len)
{
	static const uint8_t zero[16];
	char copy[INET6_ADDRSTRLEN];
	uint8_t octets[16];

	if ((len == 7 && memcmp(text, "0.0.0.0", 7) == 0) ||
		(len == 9 && memcmp(text, "127.0.0.1", 9) == 0))
		return true;
	if (len >= sizeof copy)
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (inet_pton(AF_INET, copy, octets) == 1)
		return octets[0] == 127 || memcmp(octets, zero, 4) == 0;
	return inet_pton(AF_INET6, copy, octets) == 1 &&
	       memcmp(octets, zero, 15) == 0 && octets[15] <= 1;
}

static void
take_host(struct cleaner *c, uint8_t *text, size_t len, bool sinkhole)
{
	if (is_local(text, len))
		clean_leave_out(c, CLEAN_LOCAL);
	else if (!sinkhole)
		clean_leave_out(c, CLEAN_REAL_ADDRESS);
	else
		clean_take(c, text, len, c->kind);
}

/* The names behind an address, up to a comment. */
static void
take_hosts(struct cleaner *c, uint8_t *text, size_t len, bool sinkhole)
{
	bool first = true;

	while (len > 0 && text[0] != '#') {
		size_t word = until_comment(text, clean_word(text, len));
		size_t blanks;

		take_host(c, text, word, sinkhole);
		blanks = clean_blanks(text + word, len - word);
		text += word + blanks;
		len -= word + blanks;
		first = false;
	}
	if (first)
		clean_leave_out(c, CLEAN_ADDRESS); /* alone on its line */
	else if (len > 0)
		clean_tell(c, CLEAN_COMMENT);
}

void
clean_hosts_line(struct cleaner *c, uint8_t *text, size_t len)
{
	size_t word, blanks;
	bool sinkhole;

	text = trim(text, &len);
	if (len == 0 || text[0] == '#')
		return;
	if (memchr(text, 0, len) != NULL) {
		clean_leave_out(c, CLEAN_NUL);
		return;
	}
	word = clean_word(text, len);
	sinkhole = is_sinkhole(text, word);
	if (!sinkhole && !clean_is_address(text, word)) {
		clean_plain_line(c, text, len);
		return;
	}
	blanks = clean_blanks(text + word, len - word);
	take_hosts(c, text + word + blanks, len - word - blanks, sinkhole);
}

/* ---- adblock ---- */

/* Options that leave a rule one for all requests. */
static bool
options_are_wide(const uint8_t *text, size_t len)
{
	while (len > 0) {
		const uint8_t *comma = memchr(text, ',', len);
		size_t word = comma == NULL ? len : (size_t)(comma - text);

		if (!(word == 9 && memcmp(text, "important", 9) == 0) &&
			!(word == 3 && memcmp(text, "all", 3) == 0))
			return false;
		text += word + (comma != NULL);
		len -= word + (comma != NULL);
		if (comma != NULL && len == 0)
			return false;
	}
	return true;
}

/* Behind ||: name^, name^$options. */
static void
take_anchored(struct cleaner *c, uint8_t *text, size_t len, unsigned flags)
{
	uint8_t *end = memchr(text, '^', len);
	size_t name = end == NULL ? len : (size_t)(end - text);
	size_t rest = end == NULL ? 0 : len - name - 1;

	if (end == NULL || name == 0 || memchr(text, '*', name) != NULL ||
		memchr(text, '/', name) != NULL || text[0] == '.' ||
		(rest > 0 && end[1] != '$'))
		clean_leave_out(c, CLEAN_NOT_A_NAME);
	else if (rest > 0 &&
		 (rest == 1 || !options_are_wide(end + 2, rest - 1)))
		clean_leave_out(c, CLEAN_OPTIONS);
	else
		clean_take(c, text, name, flags);
}

void
clean_adblock_line(struct cleaner *c, uint8_t *text, size_t len)
{
	unsigned flags = c->kind;

	text = trim(text, &len);
	if (len == 0 || text[0] == '!' || text[0] == '[' ||
		(text[0] == '#' && clean_blanks(text + 1, len - 1) > 0) ||
		(text[0] == '#' && len == 1))
		return;
	if (memchr(text, 0, len) != NULL) {
		clean_leave_out(c, CLEAN_NUL);
		return;
	}
	if (len > 2 && memcmp(text, "@@", 2) == 0) {
		flags |= ENTRY_OPEN;
		text += 2;
		len -= 2;
	}
	if (len > 2 && memcmp(text, "||", 2) == 0)
		take_anchored(c, text + 2, len - 2, flags);
	else
		clean_leave_out(c, CLEAN_NOT_A_NAME);
}
