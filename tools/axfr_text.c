#include "axfr.h"

#include <stdio.h>
#include <string.h>

/* What stands in the rdata of a type: n name, 1 2 4 numbers of so many
 * octets, s a string, S strings to the end, a an IPv4 address, A an IPv6 one.
 * NULL: written as octets. */
struct form {
	uint16_t type;
	const char *name;
	const char *layout;
};

static const struct form forms[] = {
	{1, "A", "a"},
	{2, "NS", "n"},
	{5, "CNAME", "n"},
	{6, "SOA", "nn44444"},
	{12, "PTR", "n"},
	{13, "HINFO", "ss"},
	{15, "MX", "2n"},
	{16, "TXT", "S"},
	{17, "RP", "nn"},
	{18, "AFSDB", "2n"},
	{28, "AAAA", "A"},
	{33, "SRV", "222n"},
	{35, "NAPTR", "22sssn"},
	{39, "DNAME", "n"},
	{43, "DS", NULL},
	{46, "RRSIG", NULL},
	{47, "NSEC", NULL},
	{48, "DNSKEY", NULL},
	{50, "NSEC3", NULL},
	{51, "NSEC3PARAM", NULL},
	{52, "TLSA", NULL},
	{63, "ZONEMD", NULL},
	{257, "CAA", NULL},
};

/* A pen over a buffer that any record fits. */
struct pen {
	char *buf;
	size_t at;
};

static void
put_char(struct pen *pen, char c)
{
	pen->buf[pen->at++] = c;
}

static void
put_text(struct pen *pen, const char *text, size_t len)
{
	memcpy(pen->buf + pen->at, text, len);
	pen->at += len;
}

static void
put_number(struct pen *pen, uint32_t value)
{
	char digits[10];
	size_t at = sizeof digits;

	do
		digits[--at] = (char)('0' + value % 10);
	while ((value /= 10) != 0);
	put_text(pen, digits + at, sizeof digits - at);
}

static void
put_quoted(struct pen *pen, uint8_t octet)
{
	put_char(pen, '\\');
	put_char(pen, (char)('0' + octet / 100));
	put_char(pen, (char)('0' + octet / 10 % 10));
	put_char(pen, (char)('0' + octet % 10));
}

/* What a name's label holds without being quoted. */
static bool
is_plain(uint8_t octet)
{
	return (octet >= 'a' && octet <= 'z') ||
	       (octet >= '0' && octet <= '9') || octet == '-' || octet == '_' ||
	       octet == '*';
}

/* Absolute, with its last dot. */
static void
put_name(struct pen *pen, const struct pal_name *name)
{
	const uint8_t *at = name->wire;

	if (*at == 0)
		put_char(pen, '.');
	while (*at != 0) {
		for (const uint8_t *end = at + *at + 1; ++at < end;) {
			if (is_plain(*at))
				put_char(pen, (char)*at);
			else
				put_quoted(pen, *at);
		}
		put_char(pen, '.');
	}
}

static void
put_string(struct pen *pen, struct wire *wire)
{
	uint8_t len = wire_8(wire);

	put_char(pen, '"');
	for (; len > 0 && !wire->bad; len--) {
		uint8_t octet = wire_8(wire);

		if (octet == '"' || octet == '\\')
			put_char(pen, '\\');
		if (octet >= ' ' && octet <= '~')
			put_char(pen, (char)octet);
		else
			put_quoted(pen, octet);
	}
	put_char(pen, '"');
}

static void
put_strings(struct pen *pen, struct wire *wire)
{
	for (;;) {
		put_string(pen, wire);
		if (wire->bad || wire->at == wire->len)
			return;
		put_char(pen, ' ');
	}
}

static void
put_ipv4(struct pen *pen, struct wire *wire)
{
	for (int i = 0; i < 4; i++) {
		if (i > 0)
			put_char(pen, '.');
		put_number(pen, wire_8(wire));
	}
}

/* No group left out; any reader takes it. */
static void
put_ipv6(struct pen *pen, struct wire *wire)
{
	char group[8];

	for (int i = 0; i < 8; i++) {
		int len = snprintf(group, sizeof group, i == 0 ? "%x" : ":%x",
			(unsigned)wire_16(wire));

		put_text(pen, group, (size_t)len);
	}
}

static void
put_part(struct pen *pen, struct wire *wire, char part)
{
	struct pal_name name;

	switch (part) {
	case 'n':
		wire_name(wire, &name);
		if (!wire->bad)
			put_name(pen, &name);
		break;
	case '2':
		put_number(pen, wire_16(wire));
		break;
	case '4':
		put_number(pen, wire_32(wire));
		break;
	case 's':
		put_string(pen, wire);
		break;
	case 'S':
		put_strings(pen, wire);
		break;
	case 'a':
		put_ipv4(pen, wire);
		break;
	default:
		put_ipv6(pen, wire);
		break;
	}
}

/* RFC 3597, 5. */
static void
put_octets(struct pen *pen, struct wire *wire)
{
	static const char digits[16] = "0123456789abcdef";
	size_t len = wire->len - wire->at;

	put_text(pen, "\\# ", 3);
	put_number(pen, (uint32_t)len);
	if (len > 0)
		put_char(pen, ' ');
	for (; len > 0; len--) {
		uint8_t octet = wire_8(wire);

		put_char(pen, digits[octet >> 4]);
		put_char(pen, digits[octet & 15]);
	}
}

static const struct form *
find_form(uint16_t type)
{
	static const size_t count = sizeof forms / sizeof forms[0];

	for (size_t i = 0; i < count; i++) {
		if (forms[i].type == type)
			return &forms[i];
	}
	return NULL;
}

static void
put_rdata(struct pen *pen, struct wire *wire, const struct form *form)
{
	if (form == NULL || form->layout == NULL) {
		put_octets(pen, wire);
		return;
	}
	for (const char *part = form->layout; *part != '\0'; part++) {
		if (part != form->layout)
			put_char(pen, ' ');
		put_part(pen, wire, *part);
	}
}

size_t
axfr_text(char buf[AXFR_RECORD_MAX], const struct wire *message,
	const struct wire_record *record)
{
	struct wire wire = {.data = message->data,
		.len = record->rdata + record->len,
		.at = record->rdata};
	const struct form *form = find_form(record->type);
	struct pen pen = {.buf = buf};

	put_name(&pen, &record->owner);
	put_char(&pen, ' ');
	put_number(&pen, record->ttl);
	put_text(&pen, " IN ", 4);
	if (form != NULL) {
		put_text(&pen, form->name, strlen(form->name));
	} else {
		put_text(&pen, "TYPE", 4);
		put_number(&pen, record->type);
	}
	put_char(&pen, ' ');
	put_rdata(&pen, &wire, form);
	put_char(&pen, '\n');
	return wire.bad || wire.at != wire.len ? 0 : pen.at;
}
