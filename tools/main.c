#include <fcntl.h>
#include <signal.h>
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
	&cmd_suspend,
	&cmd_resume,
	&cmd_show,
	&cmd_list,
	&cmd_why,
	&cmd_history,
	&cmd_status,
	&cmd_publish,
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

int
main(int argc, char **argv)
{
	if (hold_streams() < 0)
		return EXIT_ERROR;
	/* A reader that goes away must not end a command halfway. */
	signal(SIGPIPE, SIG_IGN);
	return cmd_main(commands, argc, argv);
}
