/*
 * Names as they stand in the lists that operators are given, by the million.
 *
 *	generate [--seed N] [--from N] [--pick OF] [--dirty] COUNT
 *
 * A name depends on the seed and its number alone: the first COUNT numbers are
 * the list; --from another number gives names that are in no list so far, and
 * that no name of one covers; --pick OF draws COUNT names at random from the
 * first OF, the same one more than once perhaps.  No name is given twice, and
 * none lies below another: the last eight letters of the registered label are
 * its number in base 100, shuffled.
 *
 * Of the names three in four have two labels, 21% three, the others four to
 * six; a line has 20 octets on average.  --dirty makes lines as they come
 * instead, all of the faults that the cleaner is to find among them.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HALF    10000u /* the domain of numbers is its square */
#define NUMBERS (HALF * HALF)
#define TEXT    512

/* A generator for each line, so that a line depends on its number alone. */
struct dice {
	uint64_t state;
};

static uint64_t
mix(uint64_t z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static struct dice
dice_for(uint64_t seed, uint64_t number, unsigned use)
{
	return (struct dice){mix(mix(mix(seed) + number) + use)};
}

static unsigned
roll(struct dice *dice, unsigned sides)
{
	dice->state += 0x9e3779b97f4a7c15;
	return (unsigned)((mix(dice->state) >> 32) * sides >> 32);
}

/* A permutation of the numbers: four rounds of Feistel's scheme. */
static uint64_t
shuffled(uint64_t seed, uint64_t number)
{
	unsigned left = (unsigned)(number / HALF);
	unsigned right = (unsigned)(number % HALF);

	for (unsigned round = 0; round < 4; round++) {
		struct dice dice = dice_for(seed, right, round);
		unsigned next = (left + roll(&dice, HALF)) % HALF;
		left = right;
		right = next;
	}
	return (uint64_t)left * HALF + right;
}

struct weighted {
	const char *text;
	unsigned weight;
};

/* Shares in thousandths, as they are in lists that are public. */
static const struct weighted tlds[] = {{"com", 487}, {"net", 62}, {"org", 46},
	{"xyz", 42}, {"info", 38}, {"top", 29}, {"online", 19}, {"site", 18},
	{"club", 16}, {"live", 12}, {"vip", 12}, {"biz", 10}, {"pro", 9},
	{"shop", 9}, {"me", 9}, {"co", 8}, {"cc", 8}, {"io", 6}, {"fun", 6},
	{"tv", 5}, {"app", 4}, {"blog", 4}, {"asia", 3}, {"click", 3},
	{"link", 3}, {"id", 11}, {"ru", 21}, {"de", 15}, {"cn", 12}, {"nl", 7},
	{"uk", 3}, {"fr", 5}, {"it", 4}, {"jp", 5}, {"pl", 4}, {"br", 1},
	{"in", 6}, {"eu", 6}, {"us", 5}, {"vn", 3}, {"th", 2}, {"my", 2},
	{"co.uk", 7}, {"com.br", 5}, {"co.id", 3}, {"web.id", 2}, {"com.au", 4},
	{"my.id", 4}, {NULL, 0}};

static const struct weighted words[] = {{"", 60}, {"slot", 60}, {"poker", 45},
	{"casino", 60}, {"togel", 50}, {"bet", 40}, {"judi", 40}, {"qq", 25},
	{"sex", 35}, {"xxx", 30}, {"porn", 45}, {"cam", 25}, {"film", 25},
	{"movie", 25}, {"free", 30}, {"best", 25}, {"online", 40}, {"agen", 30},
	{"situs", 25}, {"king", 20}, {"lucky", 20}, {"video", 25},
	{"girls", 20}, {"bola", 20}, {"dewa", 20}, {"mega", 15}, {"indo", 20},
	{"my", 15}, {"the-", 10}, {"play-", 10}, {"situs-judi-", 8},
	{"download-", 8}, {"365-", 8}, {"88", 10}, {"777", 10}, {NULL, 0}};

static const struct weighted hosts[] = {{"www", 300}, {"m", 80}, {"cdn", 40},
	{"ads", 40}, {"blog", 40}, {"en", 30}, {"img", 30}, {"news", 20},
	{"shop", 20}, {"mail", 20}, {"video", 20}, {"track", 20}, {"s1", 20},
	{"static", 15}, {"login", 15}, {"secure-account", 10}, {"id", 15},
	{"analytics", 10}, {NULL, 0}};

static const char *
pick(struct dice *dice, const struct weighted *from)
{
	unsigned sum = 0, at;
	const struct weighted *w;

	for (w = from; w->text != NULL; w++)
		sum += w->weight;
	at = roll(dice, sum);
	for (w = from; at >= w->weight; w++)
		at -= w->weight;
	return w->text;
}

/* A label's number as four syllables, behind a word. */
static size_t
registered(char *out, struct dice *dice, uint64_t number)
{
	static const char consonants[] = "bcdfghjklmnprstvwxyz";
	static const char vowels[] = "aeiou";
	size_t n = (size_t)sprintf(out, "%s", pick(dice, words));

	if (roll(dice, 3) == 0)
		n += (size_t)sprintf(out + n, "%u", roll(dice, 1000));
	for (unsigned i = 0; i < 4; i++, number /= 100) {
		out[n++] = consonants[number % 100 / 5];
		out[n++] = vowels[number % 5];
	}
	out[n] = '\0';
	return n;
}

/* The name of a number, as text. */
static size_t
name_of(char out[TEXT], uint64_t seed, uint64_t number)
{
	struct dice dice = dice_for(seed, number, 100);
	const char *tld = pick(&dice, tlds);
	bool long_tld = strchr(tld, '.') != NULL;
	unsigned deep = roll(&dice, 1000);
	size_t n = 0;

	/* A TLD of two labels makes three of the name already. */
	if (deep < (long_tld ? 40 : 230))
		n += (size_t)sprintf(out + n, "%s.", pick(&dice, hosts));
	if (deep < 40)
		n += (size_t)sprintf(
			out + n, "%s%u.", pick(&dice, hosts), roll(&dice, 100));
	if (deep < 6)
		n += (size_t)sprintf(out + n, "%s.", pick(&dice, hosts));
	n += registered(out + n, &dice, shuffled(seed, number));
	return n + (size_t)sprintf(out + n, ".%s", tld);
}

/* ---- lines as they come ---- */

/* How many of 100,000 lines, and what stands on them: %n the name whose turn
 * it is, %u the same partly in upper case, %e one that stands further up, %h
 * a host, %d a number, %o an octet, %x a hexadecimal number, %0 a NUL. */
static const struct {
	unsigned share;
	const char *line;
} faults[] = {{900, "%o.%o.%o.%o"}, {20, "2001:db8:%x::%x"},
	{300, "http://%n/%h/%d.html"}, {300, "https://%n/%h"},
	{250, "http://%n"}, {250, "https://%n/"}, {60, "%n:%d"},
	{75, "ha!ha.%n"}, {75, "-@%n"}, {30, "www..%n"},
	{10, "too-long-for-any-label-that-was-ever-made-and-registered-"
	     "too-long.%n"},
	{60, "  %n \t"}, {60, "%n.con"}, {60, "%n.htm"}, {5, "co.uk"},
	{5, "com"}, {2500, "%e"}, {6000, "%h.%e"}, {1500, "%u"}, {200, "%n."},
	{150, "*.%n"}, {100, ".%n"}, {40, "m\xc3\xbcnchen-%n"}, {1000, "%n\r"},
	{100, "%n # %h"}, {60, "# from %n"}, {60, ""}, {2, "%n%0"}, {1, NULL}};

static void
put_mixed(const char *text, struct dice *dice)
{
	for (; *text != '\0'; text++) {
		bool up = *text >= 'a' && *text <= 'z' && roll(dice, 2) == 0;
		putchar(up ? *text - 32 : *text);
	}
}

static void
put_part(char what, const char *name, const char *earlier, struct dice *dice)
{
	switch (what) {
	case 'n':
		fputs(name, stdout);
		break;
	case 'u':
		put_mixed(name, dice);
		break;
	case 'e':
		fputs(earlier, stdout);
		break;
	case 'h':
		fputs(pick(dice, hosts), stdout);
		break;
	case 'd':
		printf("%u", 1024 + roll(dice, 60000));
		break;
	case 'o':
		printf("%u", 1 + roll(dice, 223));
		break;
	case 'x':
		printf("%x", 1 + roll(dice, 65535));
		break;
	case '0':
		putchar('\0');
		break;
	}
}

static void
put_fault(const char *line, const char *name, const char *earlier,
	struct dice *dice)
{
	if (line == NULL) { /* longer than anyone's buffer */
		for (unsigned i = 0; i < 1000; i++)
			printf("all-on-one-line.%s ", name);
		line = "";
	}
	for (; *line != '\0'; line++) {
		if (*line == '%')
			put_part(*++line, name, earlier, dice);
		else
			putchar(*line);
	}
	putchar('\n');
}

static void
put_dirty(uint64_t seed, uint64_t from, uint64_t number)
{
	struct dice dice = dice_for(seed, number, 200);
	unsigned at = roll(&dice, 100000);
	uint64_t before = number - from;
	char name[TEXT], earlier[TEXT];

	name_of(name, seed, number);
	if (before > 0)
		number -= 1 + roll(&dice, (unsigned)before);
	name_of(earlier, seed, number);
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		if (at < faults[i].share) {
			put_fault(faults[i].line, name, earlier, &dice);
			return;
		}
		at -= faults[i].share;
	}
	puts(name);
}

/* ---- the command ---- */

static void __attribute__((noreturn)) usage(const char *wrong)
{
	fprintf(stderr,
		"generate: %s\nUsage: generate [--seed N] [--from N] "
		"[--pick OF] [--dirty] COUNT\n",
		wrong);
	exit(2);
}

static uint64_t
number_arg(const char *text)
{
	char *end;

	errno = 0;
	uint64_t value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || errno != 0)
		usage("not a number");
	return value;
}

struct options {
	uint64_t seed, from, of, count;
	bool dirty;
};

static struct options
options_read(int argc, char **argv)
{
	static const struct option longs[] = {{"seed", 1, NULL, 's'},
		{"from", 1, NULL, 'f'}, {"pick", 1, NULL, 'p'},
		{"dirty", 0, NULL, 'd'}, {NULL, 0, NULL, 0}};
	struct options options = {.seed = 1};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 's':
			options.seed = number_arg(optarg);
			break;
		case 'f':
			options.from = number_arg(optarg);
			break;
		case 'p':
			options.of = number_arg(optarg);
			break;
		case 'd':
			options.dirty = true;
			break;
		default:
			usage("what is that?");
		}
	}
	if (optind + 1 != argc)
		usage("give one COUNT");
	options.count = number_arg(argv[optind]);
	if (options.of > NUMBERS || options.from > NUMBERS ||
		options.count > NUMBERS - options.from)
		usage("there are 100,000,000 names");
	return options;
}

int
main(int argc, char **argv)
{
	struct options options = options_read(argc, argv);
	struct dice dice = dice_for(options.seed, options.of, 300);
	char name[TEXT];

	if (options.dirty)
		fputs("\xef\xbb\xbf", stdout);
	for (uint64_t i = 0; i < options.count; i++) {
		uint64_t number = options.from + i;

		if (options.of != 0)
			number = roll(&dice, (unsigned)options.of);
		if (options.dirty) {
			put_dirty(options.seed, options.from, number);
			continue;
		}
		name_of(name, options.seed, number);
		puts(name);
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("generate");
		return 1;
	}
	return 0;
}
