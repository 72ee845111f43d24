/* Who we are, and who we become. */
#ifndef TOOL_STATE_USER_H
#define TOOL_STATE_USER_H

#include <stdbool.h>
#include <sys/types.h>

/* The person behind the command, for the ledger: text to be freed, or NULL
 * without memory. */
char *user_who(void);

/* The ids of a user or group of the system; false if there is none. */
bool user_find(const char *name, uid_t *uid, gid_t *gid);

/* If we are root and name is not empty, becomes that user for good, with its
 * groups alone.  EXIT_DONE, or EXIT_ERROR having said why. */
int user_become(const char *name);

/* The same, to user nobody: for what needs no file that is not open yet. */
int user_become_nobody(void);

#endif
