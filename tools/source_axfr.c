#include "source_way.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "axfr.h"
#include "exchange.h"
#include "palang/clock.h"
#include "palang/error.h"
#include "tsig.h"

#define TYPE_SOA  6
#define TYPE_AXFR 252
#define SILENCE   30000 /* ms; who says nothing for so long says no more */

struct transfer {
	struct way *way;
	struct axfr axfr;
	struct server server;
	const struct tsig_key *key; /* or NULL */
	struct tsig *tsig;          /* of the question under way */
	uint8_t query[AXFR_QUERY_MAX + TSIG_RECORD_MAX];
	size_t query_len;
	uint8_t message[EXCHANGE_MAX];
	bool failed_write; /* why is said already */
};

static uint64_t
now_s(void)
{
	return (uint64_t)time(NULL);
}

/* The deadline of the next step. */
static int64_t
soon(const struct transfer *transfer)
{
	int left = way_left(transfer->way);

	return pal_monotonic_ms() + (left < SILENCE ? left : SILENCE);
}

static enum source_result
fail_system(struct transfer *transfer, const char *what)
{
	struct way *way = transfer->way;

	if (errno != ETIMEDOUT)
		return way_fail(way, "%s %s: %s", what, transfer->server.text,
			strerror(errno));
	if (way_left(way) == 0)
		return way_fail(way, "not done within max-time, %u s",
			way->limits.max_time);
	return way_fail(way, "%s %s: silent for %d s", what,
		transfer->server.text, SILENCE / 1000);
}

static bool
put_text(void *ctx, const char *text, size_t len)
{
	struct transfer *transfer = ctx;

	transfer->failed_write =
		way_write(transfer->way, text, len) != SOURCE_NEW;
	return !transfer->failed_write;
}

/* A question, signed where there is a key. */
static enum source_result
make_query(struct transfer *transfer, uint16_t type)
{
	struct axfr *axfr = &transfer->axfr;

	if (getrandom(&axfr->id, sizeof axfr->id, 0) != sizeof axfr->id)
		return way_fail(transfer->way, "no random numbers");
	transfer->query_len = axfr_query(transfer->query, axfr, type);
	if (transfer->key == NULL)
		return SOURCE_NEW;
	tsig_free(transfer->tsig);
	transfer->tsig = tsig_create(transfer->key);
	if (transfer->tsig == NULL)
		return way_fail(transfer->way, "no memory");
	tsig_sign(
		transfer->tsig, transfer->query, &transfer->query_len, now_s());
	return SOURCE_NEW;
}

/* A server that refuses may do so unsigned; that it does says more. */
static bool
is_good(struct transfer *transfer, const uint8_t *message, size_t len)
{
	char why[TSIG_WHY_MAX];

	if (transfer->tsig == NULL ||
		tsig_check(transfer->tsig, message, len, now_s(), why) == 0)
		return true;
	way_fail(transfer->way, "%s", why);
	return false;
}

static bool
refuses_unsigned(const uint8_t *message, size_t len)
{
	return len >= WIRE_HEADER && (message[3] & 0x0f) != 0 &&
	       message[10] == 0 && message[11] == 0;
}

/* Is what the server has newer than the mark?  SOURCE_NEW if so. */
static enum source_result
ask_serial(struct transfer *transfer)
{
	struct way *way = transfer->way;
	char why[AXFR_WHY_MAX];
	uint8_t *reply = NULL;
	uint32_t serial;
	size_t len;
	enum source_result result = make_query(transfer, TYPE_SOA);

	if (result != SOURCE_NEW)
		return result;
	if (exchange_tcp(&transfer->server, transfer->query,
		    transfer->query_len,
		    (int)(soon(transfer) - pal_monotonic_ms()), &reply,
		    &len) != 0)
		return fail_system(transfer, "cannot ask");
	result = SOURCE_FAILED;
	if (!refuses_unsigned(reply, len) && !is_good(transfer, reply, len))
		goto out;
	if (axfr_serial(&transfer->axfr, reply, len, &serial, why) != 0)
		way_fail(way, "%s", why);
	else if (axfr_is_newer(serial, way->mark->serial))
		result = SOURCE_NEW;
	else
		result = SOURCE_UNCHANGED;
out:
	free(reply);
	return result;
}

/* One message of the transfer. */
static enum source_result
take_message(struct transfer *transfer, int fd)
{
	struct way *way = transfer->way;
	char why[AXFR_WHY_MAX];
	size_t len;

	if (exchange_receive(fd, transfer->message, &len, soon(transfer)) != 0)
		return errno == ECONNRESET
		               ? way_fail(way, "the transfer was cut off")
		               : fail_system(transfer, "transfer from");
	if (!refuses_unsigned(transfer->message, len) &&
		!is_good(transfer, transfer->message, len))
		return SOURCE_FAILED;
	switch (axfr_take(&transfer->axfr, transfer->message, len, why)) {
	case 0:
		return SOURCE_NEW;
	case PAL_ESYS: /* put_text has said why */
		return SOURCE_FAILED;
	default:
		return way_fail(way, "%s", why);
	}
}

static enum source_result
take_zone(struct transfer *transfer, int fd)
{
	struct way *way = transfer->way;
	enum source_result result = SOURCE_NEW;

	while (result == SOURCE_NEW && !transfer->axfr.ended) {
		result = take_message(transfer, fd);
		way_tell(way, "transferring", way->written, 0);
	}
	if (result != SOURCE_NEW)
		return result;
	if (transfer->tsig != NULL && !tsig_is_settled(transfer->tsig))
		return way_fail(way, "the end of the transfer is not signed");
	return axfr_flush(&transfer->axfr) == 0 ? SOURCE_NEW : SOURCE_FAILED;
}

static enum source_result
transfer_zone(struct transfer *transfer)
{
	enum source_result result = make_query(transfer, TYPE_AXFR);
	int fd;

	if (result != SOURCE_NEW)
		return result;
	if (axfr_begin(&transfer->axfr) != 0)
		return way_fail(transfer->way, "no memory");
	fd = exchange_connect(&transfer->server, soon(transfer));
	if (fd < 0) {
		result = fail_system(transfer, "cannot reach");
		goto out;
	}
	if (exchange_send(fd, transfer->query, transfer->query_len,
		    soon(transfer)) != 0)
		result = fail_system(transfer, "cannot ask");
	else
		result = take_zone(transfer, fd);
	close(fd);
out:
	axfr_fini(&transfer->axfr);
	return result;
}

static enum source_result
run(struct transfer *transfer)
{
	struct way *way = transfer->way;
	enum source_result result = SOURCE_NEW;

	if (way->mark->has_serial)
		result = ask_serial(transfer);
	if (result == SOURCE_NEW)
		result = transfer_zone(transfer);
	if (result == SOURCE_NEW)
		*way->mark = (struct source_mark){
			.serial = transfer->axfr.serial, .has_serial = true};
	return result;
}

static enum source_result
set_server(struct transfer *transfer)
{
	const struct source *source = transfer->way->source;
	char text[SERVER_TEXT_MAX];

	snprintf(text, sizeof text, "%.60s#%u", source->server,
		(unsigned)source->port);
	return server_parse(&transfer->server, text) == 0
	               ? SOURCE_NEW
	               : way_fail(transfer->way, "%s is no address", text);
}

enum source_result
source_axfr(struct way *way)
{
	struct transfer *transfer = calloc(1, sizeof *transfer);
	const char *file = way->limits.tsig;
	enum source_result result;
	struct tsig_key key;
	char why[TSIG_WHY_MAX];

	if (transfer == NULL)
		return way_fail(way, "no memory");
	transfer->way = way;
	transfer->axfr.zone = way->source->zone;
	transfer->axfr.put = put_text;
	transfer->axfr.ctx = transfer;
	result = set_server(transfer);
	if (result == SOURCE_NEW && file != NULL) {
		transfer->key = &key;
		if (tsig_key_read(&key, file, why) != 0)
			result = way_fail(way, "%.100s: %s", file, why);
	}
	if (result == SOURCE_NEW)
		result = run(transfer);
	explicit_bzero(&key, sizeof key);
	tsig_free(transfer->tsig);
	free(transfer);
	return result;
}
