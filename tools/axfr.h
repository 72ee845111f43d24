/*
 * A zone as it is transferred (RFC 5936): messages in, a zone file out, one
 * record a line, owners absolute, the SOA first.  Private to source_axfr.c;
 * the fuzz target and the tests use it too.
 */
#ifndef TOOL_AXFR_H
#define TOOL_AXFR_H

#include "wire.h"

/* Holds any record as text: a TXT of empty strings takes three octets for
 * one, a string of octets that are quoted four. */
#define AXFR_RECORD_MAX (4 * 65536 + 4 * PAL_NAME_TEXT_MAX)

/* Writes a record as a line of a zone file; returns its octets, or 0 if the
 * rdata is malformed.  Types whose rdata has no text here are written as
 * RFC 3597 has it, without names being compressed in them. */
size_t axfr_text(char buf[AXFR_RECORD_MAX], const struct wire *message,
	const struct wire_record *record);

#define AXFR_BUFFER  ((size_t)1 << 20)
#define AXFR_WHY_MAX 384

struct axfr {
	struct pal_name zone;
	uint16_t id; /* of the query */
	/* Takes text; false ends the transfer. */
	bool (*put)(void *ctx, const char *text, size_t len);
	void *ctx;
	/* the rest is its own: 0 at first */
	bool begun, ended;
	uint32_t serial;
	uint64_t records;
	char *buf; /* AXFR_BUFFER octets */
	size_t len;
};

/* 0 or PAL_ENOMEM.  The caller has set what is above. */
int axfr_begin(struct axfr *axfr);

/* Takes the next message.  0; PAL_EFORM, and why says what is wrong with it;
 * PAL_ESYS if put() returned false. */
int axfr_take(struct axfr *axfr, const uint8_t *message, size_t len,
	char why[AXFR_WHY_MAX]);

/* Puts what is left.  0, or PAL_ESYS. */
int axfr_flush(struct axfr *axfr);
void axfr_fini(struct axfr *axfr);

/* The serial of the SOA in the answer to a question for it.  0 or PAL_EFORM
 * with why. */
int axfr_serial(const struct axfr *axfr, const uint8_t *message, size_t len,
	uint32_t *serial, char why[AXFR_WHY_MAX]);

/* Writes a query; returns its octets. */
#define AXFR_QUERY_MAX (WIRE_HEADER + PAL_NAME_MAX + 4)
size_t axfr_query(
	uint8_t query[AXFR_QUERY_MAX], const struct axfr *axfr, uint16_t type);

/* True if a is newer than b (RFC 1982); so is each of two that are 2^31
 * apart, which have no order. */
static inline bool
axfr_is_newer(uint32_t a, uint32_t b)
{
	return a != b && a - b <= (uint32_t)1 << 31;
}

#endif
