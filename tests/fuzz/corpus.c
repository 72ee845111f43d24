#include "corpus.h"

#define LENGTH_MAX ((size_t)1 << 24)

int
corpus_next(const char *data, size_t len, size_t *at, const char **input,
	size_t *input_len)
{
	size_t length = 0, start = *at;

	if (*at == len)
		return 0;
	while (*at < len && data[*at] >= '0' && data[*at] <= '9' &&
		length < LENGTH_MAX)
		length = length * 10 + (size_t)(data[(*at)++] - '0');
	if (*at == start || *at == len || data[*at] != '\n')
		return -1;
	(*at)++;
	if (length > len - *at)
		return -1;
	*input = data + *at;
	*input_len = length;
	*at += length;
	return 1;
}
