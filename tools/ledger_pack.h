/*
 * What of an order stands in no column of its own, as octets: the ledger
 * reads 100,000 targets in milliseconds, without any YAML.
 *
 * targets: per target an octet of flags (bits 0-1 scope, bit 2 exception), an
 * octet of length, the name in wire form.  texts: per text a letter that says
 * what it is, the length of its key and of the text (32 bits, little-endian),
 * the key, the text.
 */
#ifndef TOOL_LEDGER_PACK_H
#define TOOL_LEDGER_PACK_H

#include "order.h"

/* Octets that the caller frees.  0 or PAL_ENOMEM. */
int pack_targets(const struct order *order, uint8_t **data, size_t *len);
int pack_texts(const struct order *order, uint8_t **data, size_t *len);

/* Are these octets so many packed targets?  0 or PAL_EFORM. */
int pack_check(const uint8_t *data, size_t len, size_t count);

/* Octets of the names of checked targets, each cut short behind its len
 * octets of wire; and one of them: written to name, *scope and *except.
 * Returns the octets of data that it took. */
size_t pack_names_size(const uint8_t *data, size_t count);
size_t unpack_name(const uint8_t *data, uint8_t *name, enum pal_scope *scope,
	bool *except);

/* Fill in the order, for order_fini to free.  0, PAL_ENOMEM, or PAL_EFORM
 * for what the other side did not write. */
int unpack_targets(
	struct order *order, const uint8_t *data, size_t len, size_t count);
int unpack_texts(struct order *order, const uint8_t *data, size_t len);

#endif
