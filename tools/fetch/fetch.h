/*
 * palang-fetch: fetches one list by https, and can do nothing else.
 *
 * It talks to servers that nobody here runs, so it is a program of its own:
 * it knows neither the ledger nor the configuration, gets what it needs as
 * arguments, and gives up all other rights before it opens a connection.
 *
 *	palang-fetch [--max-size N] [--max-time S] [--etag E] [--modified T]
 *	             [--allow-private] [--ca-file FILE] URL >BODY 3>ANSWER
 *
 * BODY, standard output, is a plain file.  ANSWER is lines of a key and a
 * value, which the reader does not trust either:
 *
 *	status 200                                   or 304, with no body
 *	size 1048576                                 octets of the body
 *	etag "5f3e-1"                                where the server gave one
 *	modified Sat, 21 Nov 2026 10:00:00 GMT       Last-Modified
 *
 * or one line, `error` and a sentence.  Exit: 0, 1 for an error, 2 for wrong
 * usage.
 */
#ifndef FETCH_H
#define FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define FETCH_ANSWER_FD 3
#define FETCH_REDIRECTS 3
#define FETCH_TEXT_MAX  256 /* of an ETag, with its NUL */
#define FETCH_ERROR_MAX 400

struct fetch_options {
	const char *url;
	uint64_t max_size; /* octets of the body, unpacked */
	unsigned max_time; /* seconds */
	const char *etag, *modified, *ca_file; /* or NULL */
	bool allow_private;
};

/* NULL, or what is wrong with the arguments. */
const char *fetch_options_parse(
	struct fetch_options *options, int argc, char **argv);

/* True for an address of the public internet: none that is private, local,
 * reserved, for documentation or multicast (RFC 6890 and the registries of
 * IANA), nor one that carries such an IPv4 address inside (mapped, NAT64,
 * 6to4). */
bool address_is_public(const struct sockaddr *addr);

/* Gives up the rights that a fetch does not need.  NULL, or what failed, with
 * errno; what the kernel does not have is left out. */
const char *rights_drop(const struct fetch_options *options);

struct fetch_answer {
	unsigned status;
	uint64_t size;
	char etag[FETCH_TEXT_MAX], modified[FETCH_TEXT_MAX];
	char error[FETCH_ERROR_MAX]; /* empty: none */
};

/* Fetches, writes the body to fd out. */
void fetch_run(struct fetch_answer *answer, const struct fetch_options *options,
	int out);

#endif
