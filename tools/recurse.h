/*
 * Our own recursion: the one wrapper of libunbound.  It asks nobody's
 * resolver, unless told to.
 */
#ifndef TOOL_RECURSE_H
#define TOOL_RECURSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECURSE_WHY_MAX 256

/* How to get to the servers; NULL or "": the internet's own way. */
struct recurse_options {
	const char *root_hints;   /* a file */
	const char *forward;      /* ADDR[@PORT], several with commas */
	const char *stub;         /* ZONE=ADDR[@PORT], several with commas */
	const char *trust_anchor; /* a file, or a DS or DNSKEY as text */
	int timeout_ms;
};

struct recurse_result {
	uint8_t *packet; /* the answer, as from a resolver; NULL: none */
	size_t len;
	bool secure; /* DNSSEC proves it */
	bool bogus;  /* DNSSEC disproves it: why says how */
	char why[RECURSE_WHY_MAX];
};

/* Resolves name, in text form, class IN.  0 (recurse_fini frees the result);
 * PAL_EFORM: an option is wrong, PAL_ESYS: it could not be tried or took too
 * long, PAL_ENOMEM; why then says what. */
int recurse(struct recurse_result *result,
	const struct recurse_options *options, const char *name, uint16_t type);
void recurse_fini(struct recurse_result *result);

/* True if no option keeps the recursion from the internet's own servers. */
bool recurse_is_public(const struct recurse_options *options);

#endif
