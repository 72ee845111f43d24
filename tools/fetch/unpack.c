#include "unpack.h"

#include <stdlib.h>

#include <zlib.h>

#define GZIP 16 /* added to the window's bits: gzip, no zlib */

struct unpack {
	bool (*put)(void *ctx, const char *data, size_t len);
	void *ctx;
	z_stream stream;
	bool whole; /* between two members */
	char out[65536];
};

struct unpack *
unpack_create(bool (*put)(void *ctx, const char *data, size_t len), void *ctx)
{
	struct unpack *unpack = calloc(1, sizeof *unpack);

	if (unpack == NULL)
		return NULL;
	unpack->put = put;
	unpack->ctx = ctx;
	if (inflateInit2(&unpack->stream, MAX_WBITS + GZIP) != Z_OK) {
		free(unpack);
		return NULL;
	}
	return unpack;
}

/* Once; Z_OK or Z_STREAM_END, or what is wrong. */
static int
step(struct unpack *unpack)
{
	z_stream *stream = &unpack->stream;
	size_t len;
	int err;

	stream->next_out = (Bytef *)unpack->out;
	stream->avail_out = sizeof unpack->out;
	err = inflate(stream, Z_NO_FLUSH);
	if (err == Z_BUF_ERROR) /* no more to be had from what there is */
		return Z_OK;
	if (err != Z_OK && err != Z_STREAM_END)
		return err;
	len = sizeof unpack->out - stream->avail_out;
	if (len > 0 && !unpack->put(unpack->ctx, unpack->out, len))
		return Z_ERRNO;
	return err;
}

bool
unpack_take(struct unpack *unpack, const char *data, size_t len)
{
	z_stream *stream = &unpack->stream;
	bool more = len > 0;

	stream->next_in = (z_const Bytef *)data;
	stream->avail_in = (uInt)len;
	while (more) {
		int err;

		/* Another member may follow (RFC 1952, 2.2). */
		if (unpack->whole && inflateReset(stream) != Z_OK)
			return false;
		err = step(unpack);
		if (err != Z_OK && err != Z_STREAM_END)
			return false;
		unpack->whole = err == Z_STREAM_END;
		more = stream->avail_in > 0 ||
		       (!unpack->whole && stream->avail_out == 0);
	}
	return true;
}

bool
unpack_is_whole(const struct unpack *unpack)
{
	return unpack->whole;
}

void
unpack_free(struct unpack *unpack)
{
	if (unpack != NULL)
		inflateEnd(&unpack->stream);
	free(unpack);
}
