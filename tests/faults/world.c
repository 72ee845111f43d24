/* Small states, copied and worked on. */
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX  24
#define DEPTH      16
#define FILES      8 /* that a command may name */
#define LIST_FIRST "one.example.net\ntwo.example.net\nbase.example.net\n"
#define LIST_LATER "one.example.net\nthree.example.net\nbase.example.net\n"

/* There are no lists installed to hold orders against. */
#define TOOL_GUARDS                                                            \
	"guards: {popular: no, protected-shipped: no, unbound: no}\n"

static const char order_head[] = "palang-order: 1\n"
				 "authority: k\n"
				 "action: block\n"
				 "issued: 2020-01-01T00:00:00Z\n"
				 "scope: exact\n";

_Noreturn void
world_fail(const struct world *world, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nthe state: %s\nthe last command said:\n%s",
		world->point, world->output);
	exit(1);
}

/* ---- files ---- */

static void
write_file(const struct world *world, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", world->point, name);
	file = fopen(path, "w");
	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
		world_fail(world, "%s: %s", path, strerror(errno));
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
remove_tree(const char *path)
{
	nftw(path, remove_one, DEPTH, FTW_DEPTH | FTW_PHYS);
}

static void
copy_file(const char *from, const char *to, const struct stat *st)
{
	static char data[1 << 20];
	int in = open(from, O_RDONLY),
	    out = open(to, O_WRONLY | O_CREAT | O_EXCL, st->st_mode & 07777);
	ssize_t n;

	while (in >= 0 && out >= 0 && (n = read(in, data, sizeof data)) > 0) {
		if (write(out, data, (size_t)n) != n)
			abort();
	}
	if (in < 0 || out < 0 || fchmod(out, st->st_mode & 07777) != 0)
		abort();
	close(in);
	close(out);
}

/* nftw has no argument of the caller's. */
static const char *copy_from, *copy_to;

static int
copy_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	char to[512];

	(void)ftw;
	snprintf(to, sizeof to, "%s%s", copy_to, path + strlen(copy_from));
	if (flag == FTW_D && mkdir(to, st->st_mode & 07777) == 0)
		return chmod(to, st->st_mode & 07777);
	if (flag == FTW_D)
		return -1;
	copy_file(path, to, st);
	return 0;
}

static void
copy_tree(const struct world *world, const char *from, const char *to)
{
	copy_from = from;
	copy_to = to;
	remove_tree(to);
	if (nftw(from, copy_one, DEPTH, FTW_PHYS) != 0)
		world_fail(world, "copying %s: %s", from, strerror(errno));
}

/* ---- commands ---- */

void
world_plan(struct world *world, enum fault_mode mode, uint32_t at)
{
	memset(world->plan, 0, sizeof *world->plan);
	snprintf(world->plan->root, sizeof world->plan->root, "%s/",
		world->point);
	snprintf(world->plan->aside, sizeof world->plan->aside, "%s/aside",
		world->top);
	world->plan->mode = mode;
	world->plan->at = at;
}

/* The words of a line; those in capitals stand for files of the state. */
static void
split(const struct world *world, char *line, char *argv[WORDS_MAX],
	char paths[FILES][128])
{
	static const char *const files[FILES][2] = {{"ORDER", "order.yaml"},
		{"BATCH", "batch.yaml"}, {"LIST", "list"},
		{"HELD", "held.yaml"}, {"BACKUP", "kept/backup"},
		{"SIGNED", "signed.yaml"}, {"APPROVAL", "approval.minisig"},
		{"IN", "in"}};
	int argc = 0;

	for (char *word = strtok(line, " ");
		word != NULL && argc + 1 < WORDS_MAX;
		word = strtok(NULL, " ")) {
		argv[argc++] = word;
		for (int i = 0; i < FILES; i++) {
			if (strcmp(word, files[i][0]) != 0)
				continue;
			snprintf(paths[i], sizeof paths[i], "%s/%s",
				world->point, files[i][1]);
			argv[argc - 1] = paths[i];
		}
	}
	argv[argc] = NULL;
}

static _Noreturn void
become(const struct world *world, bool faulty, const char *text)
{
	char line[512], paths[FILES][128], config[128], out[128],
		*argv[WORDS_MAX + 3];
	int fd;

	setpgid(0, 0);
	snprintf(line, sizeof line, "%s", text);
	snprintf(config, sizeof config, "%s/palang.yaml", world->point);
	snprintf(out, sizeof out, "%s/out", world->top);
	argv[0] = (char *)"palang";
	argv[1] = (char *)"-c";
	argv[2] = config;
	split(world, line, argv + 3, paths);
	fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
	if (faulty) {
		setenv("LD_PRELOAD", world->library, 1);
		setenv(FAULT_ENV, world->plan_path, 1);
	}
	execv(world->palang, argv);
	_exit(126);
}

static void
read_output(struct world *world)
{
	char out[128];
	FILE *file;
	size_t n = 0;

	snprintf(out, sizeof out, "%s/out", world->top);
	file = fopen(out, "r");
	if (file != NULL) {
		n = fread(world->output, 1, OUTPUT_MAX - 1, file);
		fclose(file);
	}
	world->output[n] = '\0';
}

int
world_run(struct world *world, bool faulty, const char *line)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		become(world, faulty, line);
	if (child < 0 || waitpid(child, &status, 0) != child)
		world_fail(world, "fork: %s", strerror(errno));
	read_output(world);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void
expect_done(struct world *world, const char *line)
{
	int code = world_run(world, false, line);

	if (code != 0 && code != 4)
		world_fail(world, "preparing: %s: exit code %d", line, code);
}

/* ---- states ---- */

void
world_create(struct world *world, const char *palang, const char *library)
{
	const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	char path[128];
	int fd;

	/* Root alone is nobody in particular, who could have applied. */
	setenv("SUDO_USER", "applier", 1);
	memset(world, 0, sizeof *world);
	world->palang = palang;
	world->library = library;
	snprintf(
		world->top, sizeof world->top, "%s/palang-faults-XXXXXX", base);
	if (mkdtemp(world->top) == NULL)
		world_fail(world, "%s: %s", world->top, strerror(errno));
	snprintf(world->point, sizeof world->point, "%s/point", world->top);
	snprintf(world->base, sizeof world->base, "%s/base", world->top);
	snprintf(path, sizeof path, "%s/aside", world->top);
	mkdir(path, 0700);
	snprintf(world->plan_path, sizeof world->plan_path, "%s/plan",
		world->top);
	fd = open(world->plan_path, O_RDWR | O_CREAT, 0600);
	if (fd < 0 || ftruncate(fd, sizeof *world->plan) != 0)
		world_fail(world, "%s: %s", world->plan_path, strerror(errno));
	world->plan = mmap(NULL, sizeof *world->plan, PROT_READ | PROT_WRITE,
		MAP_SHARED, fd, 0);
	close(fd);
	if (world->plan == MAP_FAILED)
		world_fail(world, "mmap: %s", strerror(errno));
}

void
world_remove(struct world *world)
{
	munmap(world->plan, sizeof *world->plan);
	remove_tree(world->top);
}

static void
write_config(const struct world *world, bool trust, const char *more)
{
	char text[1024];

	snprintf(text, sizeof text,
		"state-dir: %s/state\nlive-dir: %s/live\nuser: \"\"\n" TOOL_GUARDS
		"ttl: 30\n"
		"a: 192.0.2.9\n"
		"authorities:\n"
		"  k: {kind: external, signature: transcribed, a: 192.0.2.1}\n"
		"  h: {kind: external, signature: transcribed, a: 192.0.2.2,"
		" may: {usual-targets: 1}}\n"
		"%s%s",
		world->point, world->point,
		trust ? "  s: {kind: external, keys: [{file: s.pub}]}\n"
			"approvers:\n"
			"  budi: {user: budi, keys: [{file: budi.pub}]}\n"
		      : "approvals: 1\n",
		more == NULL ? "" : more);
	write_file(world, "palang.yaml", text);
}

static void
write_orders(const struct world *world)
{
	char text[2048];
	size_t len = 0;

	snprintf(text, sizeof text,
		"%sid: A/1\ntargets: [a1.example.org, a2.example.org]\n",
		order_head);
	write_file(world, "order.yaml", text);
	write_file(world, "held.yaml",
		"palang-order: 1\nauthority: h\naction: block\n"
		"issued: 2020-01-01T00:00:00Z\nscope: exact\nid: H/1\n"
		"targets: [h1.example.org, h2.example.org]\n");
	write_file(world, "signed.yaml",
		"palang-order: 1\nauthority: s\naction: block\n"
		"issued: 2020-01-01T00:00:00Z\nscope: exact\nid: S/1\n"
		"targets: [s1.example.org]\n");
	for (int i = 1; i <= 3; i++)
		len += (size_t)snprintf(text + len, sizeof text - len,
			"---\n%sid: B/%d\ntargets: [b%d.example.org]\n",
			order_head, i, i);
	write_file(world, "batch.yaml", text);
}

/* The command, killed right before it gives the lists their manifest. */
static void
run_cut(struct world *world, const char *line)
{
	uint32_t at = 0;

	copy_tree(world, world->point, world->base);
	world_plan(world, FAULT_NONE, 0);
	if (world_run(world, true, line) != 0)
		world_fail(world, "preparing: %s", line);
	for (uint32_t i = 0; i < world->plan->calls; i++) {
		if (world->plan->kind[i] == CALL_RENAME)
			at = i + 1;
	}
	world_reset(world);
	world_plan(world, FAULT_KILL, at);
	if (world_run(world, true, line) != 128 + SIGKILL)
		world_fail(world, "preparing: %s was not killed", line);
}

static void
run_shell(struct world *world, const char *line)
{
	char text[512];

	snprintf(text, sizeof text, "cd %s && { %s; } >/dev/null", world->point,
		line);
	if (setenv("PALANG", world->palang, 1) != 0 || system(text) != 0)
		world_fail(world, "preparing: %s", text);
}

static void
prepare_one(struct world *world, const char *line, bool cut)
{
	if (strcmp(line, "LIST2") == 0)
		write_file(world, "list", LIST_LATER);
	else if (strncmp(line, "$ ", 2) == 0)
		run_shell(world, line + 2);
	else if (cut)
		run_cut(world, line);
	else
		expect_done(world, line);
}

void
world_prepare(struct world *world, const struct fault_case *tried)
{
	const char *const *line = tried->prepare;
	char kept[128];

	remove_tree(world->point);
	if (mkdir(world->point, 0755) != 0)
		world_fail(world, "%s: %s", world->point, strerror(errno));
	/* Flushing a folder counts below the top alone. */
	snprintf(kept, sizeof kept, "%s/kept", world->point);
	if (mkdir(kept, 0755) != 0)
		world_fail(world, "%s: %s", kept, strerror(errno));
	if (tried->trust)
		run_shell(world,
			"mkdir keys; for key in s budi; do minisign -G -W "
			"-p keys/$key.pub -s $key.key || exit; done");
	write_config(world, tried->trust, NULL);
	write_orders(world);
	write_file(world, "list", LIST_FIRST);
	expect_done(world, "init");
	expect_done(world, "block always.example --scope exact --id always");
	for (int i = 0; i < PREPARE_MAX && line[i] != NULL; i++)
		prepare_one(world, line[i],
			tried->cut &&
				(i + 1 == PREPARE_MAX || line[i + 1] == NULL));
	if (tried->list != NULL)
		write_file(world, "list", tried->list);
	if (tried->config != NULL)
		write_config(world, tried->trust, tried->config);
	copy_tree(world, world->point, world->base);
}

void
world_reset(struct world *world)
{
	copy_tree(world, world->base, world->point);
}
