#include "fetch.h"

#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <curl/curl.h>

#include "unpack.h"

#define SLOW_OCTETS 64 /* a second, over SLOW_TIME: it stands still */
#define SLOW_TIME   60
#define CONNECT_MAX 30 /* seconds */

struct transfer {
	const struct fetch_options *options;
	struct fetch_answer *answer;
	CURL *curl;
	int out;
	char error[CURL_ERROR_SIZE];
	struct unpack *unpack; /* NULL: the body is not packed */
	bool begun;            /* a body has */
	bool too_large, bad_encoding, no_gzip;
	int write_errno;
	char refused[NI_MAXHOST]; /* an address that is not public */
};

static void fail(struct transfer *transfer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A sentence in printable ASCII; the first one stays. */
static void
fail(struct transfer *transfer, const char *format, ...)
{
	char *error = transfer->answer->error;
	va_list args;

	if (error[0] != '\0')
		return;
	va_start(args, format);
	vsnprintf(error, FETCH_ERROR_MAX, format, args);
	va_end(args);
	for (; *error != '\0'; error++) {
		if (*error < ' ' || *error > '~')
			*error = '?';
	}
}

/* The address that is about to be connected to, whatever name or redirect led
 * there. */
static curl_socket_t
open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *transfer = ctx;

	if (purpose != CURLSOCKTYPE_IPCXN)
		return CURL_SOCKET_BAD;
	if (!transfer->options->allow_private &&
		!address_is_public(&address->addr)) {
		if (getnameinfo(&address->addr, address->addrlen,
			    transfer->refused, sizeof transfer->refused, NULL,
			    0, NI_NUMERICHOST) != 0)
			strcpy(transfer->refused, "of no known family");
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
		address->protocol);
}

static long
status_of(const struct transfer *transfer)
{
	long status = 0;

	curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

/* Keeps a part of the list. */
static bool
keep(void *ctx, const char *data, size_t len)
{
	struct transfer *transfer = ctx;
	uint64_t left = transfer->options->max_size - transfer->answer->size;

	transfer->too_large = len > left;
	if (transfer->too_large)
		return false;
	transfer->answer->size += len;
	while (len > 0) {
		ssize_t n = write(transfer->out, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			transfer->write_errno = errno;
			return false;
		}
		data += n;
		len -= (size_t)n;
	}
	return true;
}

/* What the body is packed with, if at all. */
static bool
begin_body(struct transfer *transfer)
{
	struct curl_header *header;
	const char *encoding = "identity";

	transfer->begun = true;
	if (curl_easy_header(transfer->curl, "Content-Encoding", 0,
		    CURLH_HEADER, -1, &header) == CURLHE_OK)
		encoding = header->value;
	if (strcasecmp(encoding, "identity") == 0)
		return true;
	transfer->bad_encoding = strcasecmp(encoding, "gzip") != 0 &&
	                         strcasecmp(encoding, "x-gzip") != 0;
	if (transfer->bad_encoding)
		return false;
	transfer->unpack = unpack_create(keep, transfer);
	return transfer->unpack != NULL;
}

/* Takes a part of the body as it comes. */
static size_t
take(char *data, size_t one, size_t len, void *ctx)
{
	struct transfer *transfer = ctx;

	(void)one;
	if (status_of(transfer) != 200) /* what an error page says */
		return 0;
	if (!transfer->begun && !begin_body(transfer))
		return 0;
	if (transfer->unpack == NULL)
		return keep(transfer, data, len) ? len : 0;
	if (unpack_take(transfer->unpack, data, len))
		return len;
	transfer->no_gzip = true;
	return 0;
}

/* Sets an option; failing is remembered in *err. */
#define SET(option, value)                                                     \
	do {                                                                   \
		if (err == CURLE_OK)                                           \
			err = curl_easy_setopt(curl, option, value);           \
	} while (0)

static CURLcode
set_limits(CURL *curl, const struct fetch_options *options)
{
	CURLcode err = CURLE_OK;

	SET(CURLOPT_PROTOCOLS_STR, "https");
	SET(CURLOPT_REDIR_PROTOCOLS_STR, "https");
	SET(CURLOPT_FOLLOWLOCATION, 1L);
	SET(CURLOPT_MAXREDIRS, (long)FETCH_REDIRECTS);
	SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)options->max_size);
	SET(CURLOPT_TIMEOUT, (long)options->max_time);
	SET(CURLOPT_CONNECTTIMEOUT, (long)CONNECT_MAX);
	SET(CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_OCTETS);
	SET(CURLOPT_LOW_SPEED_TIME, (long)SLOW_TIME);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (options->ca_file != NULL) {
		SET(CURLOPT_CAINFO, options->ca_file);
		SET(CURLOPT_CAPATH, NULL);
	}
	return err;
}

static CURLcode
set_callbacks(CURL *curl, struct transfer *transfer)
{
	CURLcode err = CURLE_OK;

	SET(CURLOPT_ERRORBUFFER, transfer->error);
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_OPENSOCKETDATA, transfer);
	SET(CURLOPT_WRITEFUNCTION, take);
	SET(CURLOPT_WRITEDATA, transfer);
	return err;
}

static bool
add_header(struct curl_slist **headers, const char *name, const char *value)
{
	char line[2 * FETCH_TEXT_MAX];
	struct curl_slist *list;

	if (value == NULL || value[0] == '\0')
		return true;
	if ((size_t)snprintf(line, sizeof line, "%s: %s", name, value) >=
		sizeof line)
		return false;
	list = curl_slist_append(*headers, line);
	if (list != NULL)
		*headers = list;
	return list != NULL;
}

static CURLcode
set_request(CURL *curl, const struct fetch_options *options,
	struct curl_slist **headers)
{
	CURLcode err = CURLE_OK;

	if (!add_header(headers, "Accept-Encoding", "gzip") ||
		!add_header(headers, "If-None-Match", options->etag) ||
		!add_header(headers, "If-Modified-Since", options->modified))
		return CURLE_OUT_OF_MEMORY;
	SET(CURLOPT_URL, options->url);
	SET(CURLOPT_HTTPHEADER, *headers);
	SET(CURLOPT_USERAGENT, "palang-fetch/" PALANG_VERSION);
	SET(CURLOPT_FAILONERROR, 1L);
	SET(CURLOPT_NOSIGNAL, 1L);
	return err;
}

/* A header of the last response; none if it is not plain or too long. */
static void
keep_header(
	struct transfer *transfer, const char *name, char value[FETCH_TEXT_MAX])
{
	struct curl_header *header;

	value[0] = '\0';
	if (curl_easy_header(transfer->curl, name, 0, CURLH_HEADER, -1,
		    &header) != CURLHE_OK ||
		strlen(header->value) >= FETCH_TEXT_MAX)
		return;
	for (const char *at = header->value; *at != '\0'; at++) {
		if (*at < ' ' || *at > '~')
			return;
	}
	strcpy(value, header->value);
}

static void
fail_slowly(struct transfer *transfer)
{
	curl_off_t took = 0;

	curl_easy_getinfo(transfer->curl, CURLINFO_TOTAL_TIME_T, &took);
	if (took / 1000000 + 1 >= (curl_off_t)transfer->options->max_time)
		fail(transfer, "not done within max-time, %u s",
			transfer->options->max_time);
	else
		fail(transfer, "the server is too slow: %s", transfer->error);
}

static void
fail_size(struct transfer *transfer)
{
	fail(transfer, "larger than max-size, %llu octets",
		(unsigned long long)transfer->options->max_size);
}

static void
fail_curl(struct transfer *transfer, CURLcode err)
{
	long status = status_of(transfer);
	const char *detail = transfer->error[0] != '\0'
	                             ? transfer->error
	                             : curl_easy_strerror(err);

	switch (err) {
	case CURLE_PEER_FAILED_VERIFICATION:
		fail(transfer, "the server's certificate is not good: %s",
			detail);
		break;
	case CURLE_TOO_MANY_REDIRECTS:
		fail(transfer, "more than %d redirects", FETCH_REDIRECTS);
		break;
	case CURLE_UNSUPPORTED_PROTOCOL:
		fail(transfer, "redirected to what is not https");
		break;
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
		fail(transfer, "the answer was cut off: %s", detail);
		break;
	case CURLE_FILESIZE_EXCEEDED:
		fail_size(transfer);
		break;
	case CURLE_OPERATION_TIMEDOUT:
		fail_slowly(transfer);
		break;
	case CURLE_HTTP_RETURNED_ERROR:
	case CURLE_WRITE_ERROR:
		fail(transfer, "the server answered with status %ld", status);
		break;
	default:
		fail(transfer, "%s", detail);
		break;
	}
}

/* What only we know goes before what libcurl makes of it. */
static void
judge(struct transfer *transfer, CURLcode err)
{
	struct fetch_answer *answer = transfer->answer;
	bool asked = transfer->options->etag != NULL ||
	             transfer->options->modified != NULL;

	answer->status = (unsigned)status_of(transfer);
	if (transfer->too_large)
		fail_size(transfer);
	else if (transfer->write_errno != 0)
		fail(transfer, "cannot keep what came: %s",
			strerror(transfer->write_errno));
	else if (transfer->bad_encoding)
		fail(transfer, "the answer is packed otherwise than by gzip");
	else if (transfer->no_gzip)
		fail(transfer, "the answer is packed, and damaged");
	else if (err != CURLE_OK && transfer->refused[0] != '\0' &&
		 answer->size == 0)
		fail(transfer,
			"the server's address %s is not a public one; if that "
			"is meant, set allow-private",
			transfer->refused);
	else if (err != CURLE_OK)
		fail_curl(transfer, err);
	else if (answer->status == 304 && asked)
		return;
	else if (answer->status != 200)
		fail(transfer, "the server answered with status %u",
			answer->status);
	else if (transfer->unpack != NULL && !unpack_is_whole(transfer->unpack))
		fail(transfer, "the answer was packed, and then cut off");
	else if (answer->size == 0)
		fail(transfer, "the server answered with nothing");
}

/* Where redirects had led to. */
static void
add_place(struct transfer *transfer)
{
	char *error = transfer->answer->error, *url = NULL;
	size_t len = strlen(error);
	long count = 0;

	curl_easy_getinfo(transfer->curl, CURLINFO_REDIRECT_COUNT, &count);
	curl_easy_getinfo(transfer->curl, CURLINFO_EFFECTIVE_URL, &url);
	if (len == 0 || count == 0 || url == NULL)
		return;
	snprintf(error + len, FETCH_ERROR_MAX - len, " (redirected to %.150s)",
		url);
}

void
fetch_run(struct fetch_answer *answer, const struct fetch_options *options,
	int out)
{
	struct transfer transfer = {
		.options = options, .answer = answer, .out = out};
	struct curl_slist *headers = NULL;
	CURLcode err;

	*answer = (struct fetch_answer){0};
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
		(transfer.curl = curl_easy_init()) == NULL) {
		fail(&transfer, "libcurl does not start");
		return;
	}
	err = set_limits(transfer.curl, options);
	if (err == CURLE_OK)
		err = set_callbacks(transfer.curl, &transfer);
	if (err == CURLE_OK)
		err = set_request(transfer.curl, options, &headers);
	if (err == CURLE_OK)
		err = curl_easy_perform(transfer.curl);
	judge(&transfer, err);
	add_place(&transfer);
	keep_header(&transfer, "ETag", answer->etag);
	keep_header(&transfer, "Last-Modified", answer->modified);
	unpack_free(transfer.unpack);
	curl_easy_cleanup(transfer.curl);
	curl_slist_free_all(headers);
	curl_global_cleanup();
}
