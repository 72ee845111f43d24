/*
 * What a fetch does not need, it cannot do: gain rights, run programs, start
 * processes, read or write files but those of certificates and of resolving,
 * write more than it may.  All of it is given up before the first packet.
 */
#include "fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* Folders and files that TLS and the resolver of libc read; those that a
 * system does not have are left out. */
static const char *const readable[] = {"/etc/ssl", "/etc/pki",
	"/etc/ca-certificates", "/etc/gnutls", "/etc/crypto-policies",
	"/usr/share/ca-certificates", "/usr/local/share/ca-certificates",
	"/usr/share/crypto-policies", "/etc/resolv.conf", "/etc/hosts",
	"/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf",
	"/etc/services", "/etc/protocols", "/etc/ld.so.cache", "/lib", "/lib64",
	"/usr/lib", "/usr/lib64", "/dev/urandom", NULL};

/* The rights over files that each version of Landlock knows; of a version
 * that is newer, these. */
static uint64_t
known_rights(long version)
{
	static const unsigned bits[] = {13, 14, 15, 15, 16};
	size_t count = sizeof bits / sizeof bits[0];
	size_t at = (size_t)version > count ? count : (size_t)version;

	return ((uint64_t)1 << bits[at - 1]) - 1;
}

static bool
allow_reading(int ruleset, const char *path)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE};
	long err;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0) /* nothing there to read */
		return true;
	err = syscall(SYS_landlock_add_rule, ruleset,
		LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	if (err == 0) {
		/* Listing has a meaning for folders alone. */
		rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
		syscall(SYS_landlock_add_rule, ruleset,
			LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	}
	close(rule.parent_fd);
	return err == 0;
}

static const char *
restrict_files(const struct fetch_options *options)
{
	struct landlock_ruleset_attr attr = {0};
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
		LANDLOCK_CREATE_RULESET_VERSION);
	const char *wrong = NULL;
	int ruleset;

	if (version < 1) /* not in this kernel, or switched off */
		return NULL;
	attr.handled_access_fs = known_rights(version);
	ruleset = (int)syscall(
		SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
	if (ruleset < 0)
		return "landlock";
	for (const char *const *path = readable; *path != NULL; path++) {
		if (!allow_reading(ruleset, *path))
			wrong = *path;
	}
	if (options->ca_file != NULL &&
		!allow_reading(ruleset, options->ca_file))
		wrong = options->ca_file;
	if (wrong == NULL &&
		syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		wrong = "landlock";
	close(ruleset);
	return wrong;
}

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#define LOAD(field)                                                            \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))
#define REFUSE(name)                                                           \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1),                 \
		RETURN(SECCOMP_RET_ERRNO | EPERM)

/* A thread is what the resolver of libcurl runs in; a process is not.  That
 * is why RLIMIT_NPROC, which counts both, does not do. */
static const char *
restrict_calls(void)
{
#ifdef ARCH
	struct sock_filter filter[] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		LOAD(nr),
#ifdef __x86_64__
		/* x32: the same calls by other numbers */
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		REFUSE(fork),
		REFUSE(vfork),
		REFUSE(chmod),
		REFUSE(chown),
		REFUSE(lchown),
#endif
		REFUSE(execve),
		REFUSE(execveat),
		REFUSE(ptrace),
		REFUSE(process_vm_readv),
		REFUSE(process_vm_writev),
		REFUSE(kill),
		REFUSE(fchmod),
		REFUSE(fchmodat),
		REFUSE(fchown),
		REFUSE(fchownat),
		REFUSE(io_uring_setup),
		/* its flags are out of reach of a filter; libc then takes the
		 * older one */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
		RETURN(SECCOMP_RET_ERRNO | ENOSYS),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3),
		LOAD(args[0]), /* the low half */
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0),
		RETURN(SECCOMP_RET_ERRNO | EPERM),
		RETURN(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {
		.len = sizeof filter / sizeof filter[0], .filter = filter};

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0 &&
		errno != EINVAL && errno != ENOSYS)
		return "seccomp";
#endif
	return NULL;
}

static bool
limit(__rlimit_resource_t what, uint64_t max)
{
	struct rlimit rlimit = {.rlim_cur = max, .rlim_max = max};

	return setrlimit(what, &rlimit) == 0;
}

const char *
rights_drop(const struct fetch_options *options)
{
	const char *wrong;

	if (clearenv() != 0)
		return "environment";
	/* Whoever waits for the list is gone: so are we. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (!limit(RLIMIT_CORE, 0) || !limit(RLIMIT_FSIZE, options->max_size) ||
		!limit(RLIMIT_NOFILE, 64) ||
		!limit(RLIMIT_CPU, options->max_time + 5))
		return "limits";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return "no-new-privileges";
	wrong = restrict_files(options);
	return wrong != NULL ? wrong : restrict_calls();
}
