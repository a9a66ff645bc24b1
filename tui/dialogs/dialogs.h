/* SPDX-License-Identifier: MIT */
/* The dialogs, and what their open takes. */
#ifndef RD_TUI_DIALOGS_DIALOGS_H
#define RD_TUI_DIALOGS_DIALOGS_H

#include "tui/dialog.h"

extern const struct rd_dialog_ops rd_dialog_help;  /* no args: from rd_console_keymap, _scope */
extern const struct rd_dialog_ops rd_dialog_error; /* no args: from rd_console_last_error */
extern const struct rd_dialog_ops rd_dialog_build; /* no args: from rd_console_dir */
/* These take a const rd_target: what the selection was when the key was pressed. */
extern const struct rd_dialog_ops rd_dialog_promote;
extern const struct rd_dialog_ops rd_dialog_rollback;
extern const struct rd_dialog_ops rd_dialog_cancel;
extern const struct rd_dialog_ops rd_dialog_diff;

#endif
