/*
 * Fuzz target: the command itself, given any order, then another, on a ledger
 * with orders in it.  Each exit code is one that is documented; what is
 * refused or held leaves the lists as they are, octet by octet; and after what
 * is taken, the lists decide on each name as the recorded orders say.  Nothing
 * that is printed fools a terminal, and what is said to be JSON is.
 *
 * The input: two orders and a status file, with a NUL between them.
 */
#include "util.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "commands.h"
#include "file.h"
#include "json.h"
#include "ledger.h"
#include "palang/clock.h"
#include "palang/error.h"
#include "verdict.h"

#define PARTS       3
#define FILES_MAX   16
#define RECORDS_MAX 16 /* more of them are not looked at, */
#define ENTRIES_MAX 64 /* nor more names of each */
#define TIMES_MAX   8

static const struct cmd *const table[] = {&cmd_init, &cmd_apply, &cmd_check,
	&cmd_show, &cmd_list, &cmd_why, &cmd_status, &cmd_lift, &cmd_held,
	NULL};

static const char config_text[] =
	"state-dir: %1$s/state\nlive-dir: %1$s/live\nuser: \"\"\nttl: 30\n"
	"authorities:\n"
	"  kominfo: {kind: external, signature: transcribed, a: 192.0.2.1}\n"
	"  k: {kind: own, signature: transcribed, acts-for: [kominfo]}\n"
	"guards: {popular: %1$s/popular, protected-shipped: no, "
	"unbound: no}\n";

static const char popular[] = "google.com\nwww.example\n";

/* What any name of a file may do to a terminal. */
#define ORDER_FILE "order\x1b[31m\xe2\x80\xae.yaml"

static const char first_order[] =
	"palang-order: 1\nauthority: kominfo\nid: 2017/1\naction: block\n"
	"issued: 2017-07-14T09:00:00+07:00\nscope: subtree\n"
	"targets: [t.me, {name: telegram.org, except: [api.telegram.org]}]\n";

static char root[64];

/* ---- a folder, as it is before each input ---- */

struct kept {
	char path[160];
	char *data;
	size_t len;
};

static const char *const folders[] = {"state", "live/lists", "live/status"};
#define FOLDERS (sizeof folders / sizeof *folders)
static struct kept kept[FILES_MAX];
static size_t kept_count;

/* Calls for each file of a folder. */
static void
each_file(const char *folder, void (*call)(const char *path, void *ctx),
	void *ctx)
{
	struct dirent **entries = NULL;
	char path[600];
	int count;

	snprintf(path, sizeof path, "%s/%s", root, folder);
	count = scandir(path, &entries, NULL, alphasort);
	must(count >= 0);
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof path, "%s/%s/%s", root, folder,
			entries[i]->d_name);
		if (entries[i]->d_type == DT_REG)
			call(path, ctx);
		free(entries[i]);
	}
	free(entries);
}

static void
write_file(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	must(fd >= 0 && write(fd, data, len) == (ssize_t)len);
	close(fd);
}

static void
keep(const char *path, void *ctx)
{
	struct kept *file = &kept[kept_count++];

	(void)ctx;
	must(kept_count < FILES_MAX);
	must(text_copy(file->path, sizeof file->path, path));
	must(file_read(path, SIZE_MAX / 2, 0, &file->data, &file->len) == 0);
}

static void
drop(const char *path, void *ctx)
{
	(void)ctx;
	must(unlink(path) == 0);
}

static void
put_back(void)
{
	for (size_t i = 0; i < FOLDERS; i++)
		each_file(folders[i], drop, NULL);
	for (size_t i = 0; i < kept_count; i++)
		write_file(kept[i].path, kept[i].data, kept[i].len);
}

/* ---- running a command ---- */

static char *out, *err;
static size_t out_len, err_len;

static void
check_output(int argc, char **argv, int code)
{
	bool json = strcmp(argv[argc - 1], "--json") == 0;
	struct json_value *value;

	must(code >= EXIT_DONE && code <= EXIT_UNCONFIRMED);
	must_be_screen(out, out_len);
	must_be_screen(err, err_len);
	/* who fails says why */
	must(code != EXIT_ERROR || err_len > 0);
	if (json && out_len > 0) {
		must(json_read(&value, out, out_len) == 0);
		json_free(value);
	}
}

/* `palang -c CONFIG WORDS...`, the words ended by a NULL. */
static int
run(const char *word, ...)
{
	char config[80];
	char *argv[16] = {(char[]){"palang"}, (char[]){"-c"}, config, NULL};
	FILE *real[2] = {stdout, stderr};
	int argc = 3, code;
	va_list words;

	snprintf(config, sizeof config, "%s/palang.yaml", root);
	va_start(words, word);
	for (; word != NULL; word = va_arg(words, const char *))
		argv[argc++] = (char *)(uintptr_t)word;
	va_end(words);
	free(out);
	free(err);
	out = err = NULL;
	stdout = open_memstream(&out, &out_len);
	stderr = open_memstream(&err, &err_len);
	must(stdout != NULL && stderr != NULL);
	code = cmd_main(table, argc, argv);
	fclose(stdout);
	fclose(stderr);
	stdout = real[0];
	stderr = real[1];
	check_output(argc, argv, code);
	return code;
}

static int
apply(const void *data, size_t len)
{
	char path[128];

	snprintf(path, sizeof path, "%s/" ORDER_FILE, root);
	write_file(path, data, len);
	if (len % 4 == 0)
		run("check", path, NULL);
	return run("apply", "--transcribed", "--source", "letter", path, NULL);
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void
clear(void)
{
	nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void
set_up(void)
{
	char path[80], text[1024];

	strcpy(root, access("/dev/shm", W_OK) == 0
			     ? "/dev/shm/palang-fuzz-XXXXXX"
			     : "/tmp/palang-fuzz-XXXXXX");
	must(mkdtemp(root) != NULL);
	atexit(clear);
	snprintf(path, sizeof path, "%s/palang.yaml", root);
	snprintf(text, sizeof text, config_text, root);
	write_file(path, text, strlen(text));
	snprintf(path, sizeof path, "%s/popular", root);
	write_file(path, popular, strlen(popular));
	must(run("init", NULL) == EXIT_DONE);
	must(apply(first_order, strlen(first_order)) == EXIT_DONE);
	for (size_t i = 0; i < FOLDERS; i++)
		each_file(folders[i], keep, NULL);
}

/* ---- what the lists say, and what the orders say ---- */

static void
add_file(const char *path, void *ctx)
{
	struct pal_sha256 *sha = ctx;
	char *data;
	size_t len;

	must(file_read(path, SIZE_MAX / 2, 0, &data, &len) == 0);
	pal_sha256_update(sha, path, strlen(path));
	pal_sha256_update(sha, data, len);
	free(data);
}

static void
digest_lists(uint8_t digest[PAL_SHA256_SIZE])
{
	struct pal_sha256 sha;

	pal_sha256_init(&sha);
	each_file("live/lists", add_file, &sha);
	pal_sha256_final(&sha, digest);
}

struct world {
	struct config config;
	struct ledger *ledger;
	struct ledger_state state;
	struct verdict_source *lists;
	struct effect effects[RECORDS_MAX];
	size_t effect_count;
};

static void
open_world(struct world *world)
{
	struct problems problems = {0};
	char path[128], why[VERDICT_WHY_MAX];

	memset(world, 0, sizeof *world);
	snprintf(path, sizeof path, "%s/palang.yaml", root);
	must(config_load(&world->config, path, &problems) == 0);
	must(ledger_open_read(&world->ledger, world->config.state_dir) == 0);
	must(ledger_begin(world->ledger, false) == 0);
	must(ledger_load(world->ledger, &world->state) == 0);
	must(verdict_open(&world->lists, world->config.live_dir, why) == 0);
	for (size_t i = 0; i < world->state.history.record_count; i++) {
		if (world->state.records[i].order->action != ORDER_BLOCK)
			continue;
		must(world->effect_count < RECORDS_MAX);
		must(effect_of(&world->effects[world->effect_count++],
			     &world->state.history, &world->config, i) == 0);
	}
}

static void
close_world(struct world *world)
{
	for (size_t i = 0; i < world->effect_count; i++)
		effect_fini(&world->effects[i]);
	verdict_close(world->lists);
	ledger_state_fini(&world->state);
	ledger_close(world->ledger);
	config_fini(&world->config);
}

static void
check_name(const struct world *world, const struct pal_name *name, int64_t now)
{
	struct pal_verdict verdict;
	bool blocked = false;

	for (size_t i = 0; !blocked && i < world->effect_count; i++)
		blocked = effect_covers(&world->effects[i], name, now, NULL);
	verdict_judge(world->lists, name, PAL_TYPE_A, now, &verdict);
	must(blocked == (verdict.action == PAL_BLOCK));
}

/* The name and one below it, now and at the seconds that matter to it. */
static void
check_entry(const struct world *world, const struct effect_entry *entry,
	int64_t now)
{
	int64_t times[TIMES_MAX] = {now, now + 1};
	struct pal_name name = {0}, below;
	size_t count = 2;

	for (size_t i = 0; i < entry->interval_count && count + 2 <= TIMES_MAX;
		i++) {
		times[count++] = entry->intervals[i].start;
		times[count++] = entry->intervals[i].end;
	}
	name.len = entry->name->len;
	name.labels = entry->name->labels;
	memcpy(name.wire, entry->name->wire, name.len);
	below = name;
	if (below.len + 2 <= PAL_NAME_MAX) {
		memmove(below.wire + 2, below.wire, below.len);
		memcpy(below.wire, "\1q", 2);
		below.len = (uint8_t)(below.len + 2);
		below.labels++;
	}
	for (size_t i = 0; i < count; i++) {
		if (times[i] < now || times[i] == PAL_NEVER)
			continue;
		check_name(world, &name, times[i]);
		check_name(world, &below, times[i]);
	}
}

/* How many documents are recorded. */
static size_t
check_world(void)
{
	struct world world;
	int64_t now = pal_clock_ms() / 1000;
	size_t count;

	open_world(&world);
	for (size_t i = 0; i < world.effect_count; i++) {
		const struct effect *effect = &world.effects[i];

		for (size_t j = 0; j < effect->count && j < ENTRIES_MAX; j++)
			check_entry(&world, &effect->entries[j], now);
	}
	count = world.state.history.record_count;
	close_world(&world);
	return count;
}

/* count: the documents recorded before; returns how many are now. */
static size_t
try_order(const uint8_t *data, size_t len, size_t count)
{
	uint8_t before[PAL_SHA256_SIZE], after[PAL_SHA256_SIZE];
	size_t now;
	int code;

	digest_lists(before);
	code = apply(data, len);
	digest_lists(after);
	now = check_world();
	if (code == EXIT_DONE || code == EXIT_UNCONFIRMED)
		return now;
	must(code == EXIT_ERROR || code == EXIT_HELD);
	must(memcmp(before, after, sizeof before) == 0);
	must(now == count);
	return now;
}

/* One of those that read, of what is there now. */
static void
look(unsigned which)
{
	static const char *const words[][4] = {
		{"show", "kominfo:2017/1", NULL, NULL},
		{"show", "kominfo:2017/1", "--json", NULL},
		{"list", NULL, NULL, NULL},
		{"list", "--json", NULL, NULL},
		{"why", "web.telegram.org", NULL, NULL},
		{"why", "t.me", "--json", NULL},
		{"held", NULL, NULL, NULL},
		{"held", "--json", NULL, NULL},
	};
	const char *const *row = words[which % (sizeof words / sizeof *words)];

	run(row[0], row[1], row[2], row[3], NULL);
}

static void
try_status(const uint8_t *data, size_t len)
{
	char path[128];

	snprintf(path, sizeof path, "%s/live/status/" ORDER_FILE, root);
	write_file(path, data, len);
	run("status", len % 2 == 0 ? "--json" : NULL, NULL);
	drop(path, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned which = (unsigned)size;
	size_t count = 1;

	if (root[0] == '\0')
		set_up();
	put_back();
	for (int part = 0; part < PARTS && size > 0; part++) {
		const uint8_t *end = memchr(data, '\0', size);
		size_t len = end == NULL ? size : (size_t)(end - data);

		if (part == PARTS - 1)
			try_status(data, len);
		else if (len > 0)
			count = try_order(data, len, count);
		len += end != NULL;
		data += len;
		size -= len;
	}
	look(which);
	return 0;
}
