/*
 * DNS packets: the one wrapper of ldns.  Questions are packed, replies taken
 * apart; who sends them is exchange.h's business.
 */
#ifndef TOOL_ASK_H
#define TOOL_ASK_H

#include "reply.h"

#define ASK_UDP_SIZE 1232 /* octets a UDP reply may have: no fragments */
#define ASK_TYPE_MAX 16   /* "TYPE65535" and the longest mnemonic, and a NUL */

struct question {
	struct pal_name name;
	uint16_t type;
	bool recurse;      /* RD */
	bool unchecked;    /* CD */
	bool dnssec;       /* DO */
	uint16_t sde_code; /* option that asks for structured errors; 0: none */
};

/* A query with EDNS, and with AD set, which asks whether the answer is
 * secure (RFC 6840, 5.7).  The caller frees *wire.  0 or PAL_ENOMEM. */
int ask_pack(const struct question *question, uint16_t id, uint8_t **wire,
	size_t *len);

/* Takes a packet apart; nothing in it is trusted.  0 (reply_fini frees it),
 * PAL_EFORM, PAL_ENOMEM. */
int ask_unpack(struct reply *reply, const uint8_t *wire, size_t len);

/* "AAAA", "https", "TYPE65": false if it names no type. */
bool ask_type_from_text(const char *text, uint16_t *type);
char *ask_type_to_text(char buf[ASK_TYPE_MAX], uint16_t type);

#endif
