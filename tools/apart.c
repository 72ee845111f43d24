#include "apart.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd.h"

int
apart_run(int (*run)(void *ctx), void *ctx)
{
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child < 0)
		return cmd_fail("cannot fork: %s", strerror(errno));
	if (child == 0) {
		int code = cmd_finish(run(ctx));

		fflush(NULL);
		_exit(code);
	}
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return cmd_fail("cannot wait: %s", strerror(errno));
	}
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	return cmd_fail("ended by signal %d", WTERMSIG(status));
}
