#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd.h"
#include "commands.h"

/* In the order of --help: what an operator meets first stands first. */
const struct cmd *const commands[] = {
	&cmd_init,
	&cmd_template,
	&cmd_check,
	&cmd_apply,
	&cmd_block,
	&cmd_lift,
	&cmd_held,
	&cmd_approve,
	&cmd_reject,
	&cmd_inbox,
	&cmd_forecast,
	&cmd_activate,
	&cmd_suspend,
	&cmd_resume,
	&cmd_open,
	&cmd_close,
	&cmd_feed_check,
	&cmd_feed_add,
	&cmd_feed_remove,
	&cmd_feed_list,
	&cmd_feed_show,
	&cmd_feed_refresh,
	&cmd_feed_rollback,
	&cmd_allow_add,
	&cmd_allow_remove,
	&cmd_allow_list,
	&cmd_key_show,
	&cmd_key_check,
	&cmd_show,
	&cmd_list,
	&cmd_why,
	&cmd_history,
	&cmd_receipt,
	&cmd_audit_verify,
	&cmd_audit_export,
	&cmd_status,
	&cmd_due,
	&cmd_publish,
	&cmd_backup,
	&cmd_restore,
	&cmd_export,
	&cmd_compare,
	&cmd_ask,
	&cmd_host,
	&cmd_verify_image,
	NULL,
};

/* With a standard stream closed, the next file opened would take its number,
 * and what is printed would end up in that file.  The stand-ins fail when
 * they are written to. */
static int
hold_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) == -1 &&
			open("/dev/null", O_RDONLY) != fd)
			return -1;
	}
	return 0;
}

#define HEAP_STEP ((size_t)64 << 20) /* octets; used only when touched */
#define HUGE_PAGE ((uintptr_t)2 << 20)

/* To compile 100,000 targets takes 40 MB for a moment: half of the time of an
 * `apply` went into its pages, got one by one and given back between.  So the
 * heap grows in large steps, keeps what it has, and may have large pages.
 * Where any of it is not to be had, nothing is lost but that time. */
static void
prepare_heap(void)
{
	uintptr_t from;
	void *first;

	mallopt(M_TOP_PAD, (int)HEAP_STEP);
	mallopt(M_TRIM_THRESHOLD, 4 * (int)HEAP_STEP);
	mallopt(M_MMAP_THRESHOLD, (int)HEAP_STEP / 2);
	first = malloc(1);
	from = ((uintptr_t)first + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
	madvise((void *)from, HEAP_STEP - HUGE_PAGE, MADV_HUGEPAGE);
	free(first);
}

int
main(int argc, char **argv)
{
	prepare_heap();
	if (hold_streams() < 0)
		return EXIT_ERROR;
	/* A reader that goes away must not end a command halfway. */
	signal(SIGPIPE, SIG_IGN);
	return cmd_main(commands, argc, argv);
}
