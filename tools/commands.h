/* The table rows of the commands, each on top of its own file. */
#ifndef TOOL_COMMANDS_H
#define TOOL_COMMANDS_H

#include "cmd.h"

extern const struct cmd cmd_init, cmd_publish;
extern const struct cmd cmd_check, cmd_template;
extern const struct cmd cmd_apply, cmd_block, cmd_lift;
extern const struct cmd cmd_held, cmd_approve, cmd_reject;
extern const struct cmd cmd_inbox, cmd_backup, cmd_restore;
extern const struct cmd cmd_suspend, cmd_resume;
extern const struct cmd cmd_open, cmd_close;
extern const struct cmd cmd_key_show, cmd_key_check;
extern const struct cmd cmd_activate, cmd_forecast;
extern const struct cmd cmd_show, cmd_list, cmd_why, cmd_history, cmd_status;
extern const struct cmd cmd_audit_verify, cmd_audit_export, cmd_receipt;
extern const struct cmd cmd_due;
extern const struct cmd cmd_feed_check;
extern const struct cmd cmd_export, cmd_compare;
extern const struct cmd cmd_verify_image;
extern const struct cmd cmd_ask, cmd_host;
extern const struct cmd cmd_feed_add, cmd_feed_remove, cmd_feed_list;
extern const struct cmd cmd_feed_show, cmd_feed_refresh, cmd_feed_rollback;
extern const struct cmd cmd_allow_add, cmd_allow_remove, cmd_allow_list;

#endif
