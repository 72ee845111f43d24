#include "palang/name.h"

#include <string.h>

#include "palang/error.h"

/* Reads one octet of text at *at, quoted or not.  -1: end or malformed. */
static int
text_octet(const char *text, size_t len, size_t *at)
{
	unsigned value = 0;

	if (text[*at] != '\\')
		return (uint8_t)text[(*at)++];
	if (++*at >= len)
		return -1;
	if (text[*at] < '0' || text[*at] > '9')
		return (uint8_t)text[(*at)++];
	if (len - *at < 3)
		return -1;
	for (int i = 0; i < 3; i++) {
		unsigned digit = (unsigned)text[(*at)++] - '0';
		if (digit > 9)
			return -1;
		value = value * 10 + digit;
	}
	return value <= 255 ? (int)value : -1;
}

/* Reads a label at *at, with the dot behind it, to the end of the name. */
static int
text_label(struct pal_name *name, const char *text, size_t len, size_t *at)
{
	size_t start = name->len;
	size_t octets = 0;

	while (*at < len && text[*at] != '.') {
		int octet = text_octet(text, len, at);
		/* room for this octet and the root label */
		if (octet < 0 || ++octets > PAL_LABEL_MAX ||
			start + octets + 1 >= PAL_NAME_MAX)
			return PAL_ENAME;
		name->wire[start + octets] = pal_lower((uint8_t)octet);
	}
	if (octets == 0)
		return PAL_ENAME;
	if (*at < len)
		++*at;
	name->wire[start] = (uint8_t)octets;
	name->len = (uint8_t)(start + 1 + octets);
	name->labels++;
	return 0;
}

int
pal_name_from_text(struct pal_name *name, const char *text, size_t len)
{
	size_t at = 0;

	name->len = 0;
	name->labels = 0;
	if (len == 0)
		return PAL_ENAME;
	if (len == 1 && text[0] == '.')
		at = 1;
	while (at < len) {
		if (text_label(name, text, len, &at) != 0)
			return PAL_ENAME;
	}
	name->wire[name->len++] = 0;
	return 0;
}

size_t
pal_wire_labels(const uint8_t *wire, size_t len, uint8_t at[PAL_LABELS_MAX],
	unsigned *labels)
{
	size_t pos = 0;
	unsigned count = 0;

	if (len > PAL_NAME_MAX)
		len = PAL_NAME_MAX;
	while (pos < len && wire[pos] != 0) {
		if (wire[pos] > PAL_LABEL_MAX)
			return 0;
		/* 255 octets cannot hold more than PAL_LABELS_MAX labels */
		if (at != NULL)
			at[count] = (uint8_t)pos;
		count++;
		pos += 1u + wire[pos];
	}
	if (pos >= len)
		return 0;
	*labels = count;
	return pos + 1;
}

int
pal_name_from_wire(struct pal_name *name, const uint8_t *wire, size_t len)
{
	unsigned labels;
	size_t octets = pal_wire_labels(wire, len, NULL, &labels);

	if (octets == 0)
		return PAL_ENAME;
	name->len = (uint8_t)octets;
	name->labels = (uint8_t)labels;
	/* length octets are below 'A', so lowering leaves them alone */
	for (size_t i = 0; i < octets; i++)
		name->wire[i] = pal_lower(wire[i]);
	return 0;
}

static bool
is_plain(uint8_t octet)
{
	return (octet >= 'a' && octet <= 'z') ||
	       (octet >= '0' && octet <= '9') || octet == '-' || octet == '_';
}

char *
pal_name_to_text(char buf[PAL_NAME_TEXT_MAX], const struct pal_name *name)
{
	char *out = buf;
	const uint8_t *label = name->wire;

	if (name->labels == 0)
		return strcpy(buf, ".");
	for (; *label != 0; label += 1 + *label) {
		if (label != name->wire)
			*out++ = '.';
		for (unsigned i = 1; i <= *label; i++) {
			uint8_t octet = label[i];
			if (is_plain(octet)) {
				*out++ = (char)octet;
				continue;
			}
			*out++ = '\\';
			*out++ = (char)('0' + octet / 100);
			*out++ = (char)('0' + octet / 10 % 10);
			*out++ = (char)('0' + octet % 10);
		}
	}
	*out = '\0';
	return buf;
}

static int
label_cmp(const uint8_t *a, const uint8_t *b)
{
	int diff = memcmp(a + 1, b + 1, *a < *b ? *a : *b);

	return diff != 0 ? diff : (int)*a - (int)*b;
}

/* Where the labels of a name start; its form was checked when it was made. */
static unsigned
label_starts(const struct pal_name *name, uint8_t at[PAL_LABELS_MAX])
{
	unsigned count = 0;

	for (unsigned pos = 0; name->wire[pos] != 0;
		pos += 1u + name->wire[pos])
		at[count++] = (uint8_t)pos;
	return count;
}

int
pal_wire_cmp(const uint8_t *a, const uint8_t *at_a, unsigned labels_a,
	const uint8_t *b, const uint8_t *at_b, unsigned labels_b)
{
	while (labels_a > 0 && labels_b > 0) {
		int diff =
			label_cmp(a + at_a[--labels_a], b + at_b[--labels_b]);
		if (diff != 0)
			return diff;
	}
	return (labels_a > 0) - (labels_b > 0);
}

int
pal_name_cmp(const struct pal_name *a, const struct pal_name *b)
{
	uint8_t at_a[PAL_LABELS_MAX], at_b[PAL_LABELS_MAX];
	unsigned labels_a = label_starts(a, at_a);
	unsigned labels_b = label_starts(b, at_b);

	return pal_wire_cmp(a->wire, at_a, labels_a, b->wire, at_b, labels_b);
}

bool
pal_name_equal(const struct pal_name *a, const struct pal_name *b)
{
	return a->len == b->len && memcmp(a->wire, b->wire, a->len) == 0;
}

void
pal_name_ancestor(
	struct pal_name *out, const struct pal_name *name, unsigned labels)
{
	const uint8_t *label = name->wire;

	for (unsigned i = name->labels; i > labels; i--)
		label += 1 + *label;
	out->len = (uint8_t)(name->len - (label - name->wire));
	out->labels = (uint8_t)labels;
	memmove(out->wire, label, out->len);
}

bool
pal_name_within(const struct pal_name *name, const struct pal_name *apex)
{
	const uint8_t *label = name->wire;

	if (name->labels < apex->labels)
		return false;
	for (unsigned i = name->labels; i > apex->labels; i--)
		label += 1 + *label;
	return (size_t)(name->wire + name->len - label) == apex->len &&
	       memcmp(label, apex->wire, apex->len) == 0;
}
