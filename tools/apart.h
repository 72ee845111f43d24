/* Work in a process of its own, which may become another user for good. */
#ifndef TOOL_APART_H
#define TOOL_APART_H

/* Runs it there, and waits.  Its exit code, once all that it printed is
 * written; EXIT_ERROR, having said why, if it did not come to its end. */
int apart_run(int (*run)(void *ctx), void *ctx);

#endif
