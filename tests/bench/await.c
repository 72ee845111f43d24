/*
 * How long until a resolver answers as it should.
 *
 *	await [-b BEGAN] [-t SECONDS] ADDRESS {+NAME|-NAME}...
 *
 * Asks once in a millisecond until each +NAME has been answered as blocked and
 * each -NAME with its real address; prints the seconds since BEGAN
 * (microseconds since 1970; default: now).  Status 1 if that does not happen
 * within SECONDS, default 120.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/bench.h"

static void __attribute__((noreturn)) usage(void)
{
	die("Usage: await [-b BEGAN] [-t SECONDS] ADDRESS {+NAME|-NAME}...");
}

int
main(int argc, char **argv)
{
	static struct pal_name names[WISHES_MAX];
	static struct wish wishes[WISHES_MAX];
	int64_t began = now_us(), seconds = 120, last;
	size_t count = 0;
	int c;

	while ((c = getopt(argc, argv, "+b:t:")) != -1) {
		if (c == 'b')
			began = strtoll(optarg, NULL, 10);
		else if (c == 't')
			seconds = strtoll(optarg, NULL, 10);
		else
			usage();
	}
	if (optind + 2 > argc || argc - optind > WISHES_MAX)
		usage();
	for (int i = optind + 1; i < argc; i++) {
		const char *name = argv[i] + 1;
		if ((argv[i][0] != '+' && argv[i][0] != '-') ||
			pal_name_from_text(&names[count], name, strlen(name)) !=
				0)
			usage();
		wishes[count] = (struct wish){&names[count],
			argv[i][0] == '+' ? ANSWER_BLOCKED : ANSWER_REAL,
			false};
		count++;
	}
	be_punctual();
	last = ask_until(
		ask_open(argv[optind]), wishes, count, seconds * 1000000);
	if (last == 0)
		return 1;
	printf("%.4f\n", (double)(last - began) / 1e6);
	return 0;
}
