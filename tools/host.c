#include "host.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "palang/error.h"

#define PROGRAM_MAX  (256u << 20) /* octets of a program or a library */
#define DEFAULT_USER "unbound"
#define GROUPS_MAX   256

#define WAY_OUT                                                                \
	"build palang.so anew for it (tools/build-unbound, cmake), or go "     \
	"back to the Unbound that it was built for"

static const char *const entry_points[] = {
	"init", "deinit", "operate", "inform_super", "clear", "get_mem", NULL};

/* A file of code, read. */
struct binary {
	char *data;
	size_t len;
	struct elf elf;
};

static bool
read_binary(struct host_report *report, struct binary *binary, const char *path)
{
	int err = file_read(path, PROGRAM_MAX, 0, &binary->data, &binary->len);

	if (err != 0) {
		report->system = err == PAL_ENOMEM ||
		                 (err == PAL_ESYS && errno != ENOENT &&
					 errno != ENOTDIR);
		problem_error(&report->problems, path, 0, 0, "%s",
			err == PAL_ESYS ? strerror(errno) : pal_strerror(err));
		return false;
	}
	err = elf_open(
		&binary->elf, (const uint8_t *)binary->data, binary->len);
	if (err == 0)
		return true;
	problem_error(&report->problems, path, 0, 0,
		err == PAL_EVERSION
			? "is of 32 bits, which palang does not know"
			: "is no program or library (ELF), or is cut short");
	return false;
}

static bool
check_module(struct host_report *report, const struct binary *module)
{
	const uint8_t *at;
	size_t len;

	if (!elf_section(&module->elf, HOST_SECTION, &at, &len) ||
		!host_read_target(&report->target, at, len)) {
		problem_error(&report->problems, report->module, 0, 0,
			"is not palang.so: it does not say for which Unbound "
			"it was built");
		return false;
	}
	for (const char *const *name = entry_points; *name != NULL; name++) {
		if (elf_exports(&module->elf, *name))
			continue;
		problem_error(&report->problems, report->module, 0, 0,
			"does not offer %s(), which dynlib needs; build it "
			"anew",
			*name);
		return false;
	}
	return true;
}

static bool
check_program(struct host_report *report, const struct host_options *options,
	const struct binary *module)
{
	struct problems *problems = &report->problems;
	const char *program = options->unbound;
	struct binary binary = {0};
	char ignored[8];
	bool ok = false;

	if (!read_binary(report, &binary, program))
		goto out;
	if (!elf_same_machine(&binary.elf, &module->elf)) {
		problem_error(problems, program, 0, 0,
			"is for another machine than %s", report->module);
		goto out;
	}
	if (!elf_build_id(&binary.elf, report->build_id)) {
		problem_error(problems, program, 0, 0,
			"has no build-id, so palang.so will refuse it; build "
			"it with -Wl,--build-id");
		goto out;
	}
	if (strcmp(report->build_id, report->target.build_id) != 0) {
		problem_error(problems, report->module, 0, 0,
			"was built for Unbound %s with build-id %s, but %s "
			"has %s: " WAY_OUT,
			report->target.version, report->target.build_id,
			program, report->build_id);
		goto out;
	}
	if (!host_configured(report->target.configure, "--with-dynlibmodule",
		    ignored, sizeof ignored)) {
		problem_error(problems, program, 0, 0,
			"was built without --with-dynlibmodule, so it can "
			"load no module; tools/build-unbound makes one that "
			"can");
		goto out;
	}
	ok = true;
out:
	free(binary.data);
	return ok;
}

/* The folder that Unbound changes to, and into, if unbound.conf does not say:
 * what it was configured with. */
static void
default_folder(const char *configure, char *buf, size_t size)
{
	char value[PATH_MAX];

	if (host_configured(configure, "--with-run-dir", buf, size))
		return;
	if (host_configured(
		    configure, "--with-conf-file", value, sizeof value)) {
		char *slash = strrchr(value, '/');

		if (slash != NULL)
			*slash = '\0';
		snprintf(buf, size, "%s", value);
		return;
	}
	if (host_configured(configure, "--sysconfdir", value, sizeof value)) {
		snprintf(buf, size, "%.4000s/unbound", value);
		return;
	}
	if (!host_configured(configure, "--prefix", value, sizeof value))
		strcpy(value, "/usr/local");
	snprintf(buf, size, "%.4000s/etc/unbound", value);
}

static void
cut_slash(char *path)
{
	size_t len = strlen(path);

	while (len > 0 && path[len - 1] == '/')
		path[--len] = '\0';
}

static void
find_chroot(struct host_report *report)
{
	char *chroot = report->chroot;
	size_t size = sizeof report->chroot;

	if (report->conf.chroot.text != NULL)
		snprintf(chroot, size, "%s", report->conf.chroot.text);
	else if (!host_configured(report->target.configure, "--with-chroot-dir",
			 chroot, size))
		default_folder(report->target.configure, chroot, size);
	if (strcmp(chroot, "no") == 0)
		chroot[0] = '\0';
	cut_slash(chroot);
}

/* Where a dynlib-file stands for us.  The name is taken as it is, after the
 * change of root and of folder. */
static void
locate(const struct host_report *report, const char *library, char *path)
{
	const char *chroot = report->chroot;
	const char *folder = report->conf.directory.text;
	char otherwise[PATH_MAX];
	size_t len = strlen(chroot);

	if (library[0] == '/') {
		snprintf(path, PATH_MAX, "%s%s", chroot, library);
		return;
	}
	if (folder == NULL) {
		default_folder(
			report->target.configure, otherwise, sizeof otherwise);
		folder = otherwise;
	}
	/* The folder may be given as it is outside. */
	if (strncmp(folder, chroot, len) == 0)
		folder += len;
	snprintf(path, PATH_MAX, "%.1000s%.1000s/%.2000s", chroot, folder,
		library);
}

static bool
same_file(const char *a, const char *b)
{
	struct stat st_a, st_b;

	return stat(a, &st_a) == 0 && stat(b, &st_b) == 0 &&
	       st_a.st_dev == st_b.st_dev && st_a.st_ino == st_b.st_ino;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* A new palang.so that is not in its place yet is judged as if it were, if it
 * is to replace one of the same name that is. */
static bool
is_next(struct host_report *report, const struct ubconf_value *library,
	const char *path)
{
	if (access(path, F_OK) != 0 ||
		strcmp(base_name(path), base_name(report->module)) != 0)
		return false;
	problem_warning(&report->problems, library->file, library->line, 0,
		"dynlib-file \"%s\" is another file than %s, which is judged "
		"here as if it were in that place",
		library->text, report->module);
	return true;
}

/* Which dynlib-file is ours; its number, or -1 after an error. */
static int
find_ours(struct host_report *report)
{
	const struct ubconf *conf = &report->conf;
	char path[PATH_MAX];

	for (unsigned i = 0; i < conf->library_count; i++) {
		locate(report, conf->libraries[i].text, path);
		if (same_file(path, report->module))
			return (int)i;
	}
	for (unsigned i = 0; i < conf->library_count; i++) {
		locate(report, conf->libraries[i].text, path);
		if (is_next(report, &conf->libraries[i], path))
			return (int)i;
	}
	locate(report, conf->libraries[0].text, path);
	problem_error(&report->problems, conf->libraries[0].file,
		conf->libraries[0].line, 0,
		"dynlib-file \"%s\" is %s for Unbound%s, not %s; give the "
		"path of that, or put it there",
		conf->libraries[0].text, path,
		report->chroot[0] != '\0' ? ", after chroot" : "",
		report->module);
	return -1;
}

static bool
check_libraries(struct host_report *report)
{
	const struct ubconf *conf = &report->conf;

	if (conf->library_count == 0) {
		problem_error(&report->problems, NULL, 0, 0,
			"the configuration names no dynlib-file, so nothing "
			"is loaded; include unbound.conf.sample");
		return false;
	}
	for (unsigned i = 0; i < conf->library_count; i++) {
		const struct ubconf_value *library = &conf->libraries[i];

		if (strchr(library->text, '/') != NULL)
			continue;
		problem_error(&report->problems, library->file, library->line,
			0,
			"dynlib-file \"%s\" has no folder: give its whole path",
			library->text);
		return false;
	}
	return true;
}

/* Before the module is read, its configure line is not known: the root may
 * be changed without unbound.conf saying so. */
static bool
find_module(struct host_report *report, const struct host_options *options)
{
	const struct ubconf_value *library = &report->conf.libraries[0];

	if (options->module != NULL) {
		snprintf(report->module, sizeof report->module, "%s",
			options->module);
		return true;
	}
	locate(report, library->text, report->module);
	if (access(report->module, F_OK) == 0 || errno == EACCES)
		return true;
	problem_error(&report->problems, library->file, library->line, 0,
		"dynlib-file \"%s\" is %s for Unbound%s: %s; put palang.so "
		"there, or give its path",
		library->text, report->module,
		report->chroot[0] != '\0' ? ", after chroot" : "",
		strerror(errno));
	return false;
}

static bool
check_threads(struct host_report *report)
{
	const struct ubconf_value *threads = &report->conf.threads;

	if (threads->text == NULL || atol(threads->text) > 0)
		return true;
	problem_error(&report->problems, threads->file, threads->line, 0,
		"num-threads: %s gives no thread at all; write 1 or more",
		threads->text);
	return false;
}

/* Whom Unbound becomes, and what he may read. */
static bool
check_user(struct host_report *report)
{
	const struct ubconf_value *username = &report->conf.username;
	const char *name = DEFAULT_USER;
	char configured[64];
	gid_t groups[GROUPS_MAX];
	int count = GROUPS_MAX;
	struct passwd *user;

	report->uid = geteuid();
	if (host_configured(report->target.configure, "--with-username",
		    configured, sizeof configured))
		name = configured;
	if (username->text != NULL)
		name = username->text;
	if (name[0] == '\0')
		return true;
	user = getpwnam(name);
	if (user == NULL) {
		problem_error(&report->problems, username->file, username->line,
			0,
			"there is no user \"%s\" for Unbound to become; make "
			"one, or set username: in unbound.conf",
			name);
		return false;
	}
	report->uid = user->pw_uid;
	if (getgrouplist(name, user->pw_gid, groups, &count) < 0)
		count = GROUPS_MAX;
	return host_may_read(
		&report->problems, report->module, report->uid, groups, count);
}

static bool
check_all(struct host_report *report, const struct host_options *options,
	struct binary *module)
{
	int ours;

	if (!find_module(report, options) ||
		!read_binary(report, module, report->module) ||
		!check_module(report, module) ||
		!check_program(report, options, module))
		return false;
	find_chroot(report);
	ours = find_ours(report);
	if (ours < 0)
		return false;
	return host_check_stack(&report->problems, &report->conf.modules,
		       report->conf.library_count, (unsigned)ours) &&
	       check_threads(report) && check_user(report) &&
	       host_check_lists(report, options);
}

bool
host_examine(struct host_report *report, const struct host_options *options)
{
	struct binary module = {0};
	bool ok;

	*report = (struct host_report){0};
	if (ubconf_load(&report->conf, options->config, &report->problems) !=
		0) {
		report->system =
			access(options->config, R_OK) != 0 && errno != ENOENT;
		return false;
	}
	if (report->conf.chroot.text != NULL)
		find_chroot(report);
	ok = check_libraries(report) && check_all(report, options, &module);
	free(module.data);
	return ok;
}

void
host_report_fini(struct host_report *report)
{
	ubconf_fini(&report->conf);
	problems_fini(&report->problems);
}
