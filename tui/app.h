/* SPDX-License-Identifier: MIT */
/*
 * What panes and dialogs may ask of the console: the model, the selection, work in the background,
 * other panes, dialogs, messages.
 *
 * Thread rule: all from the loop thread; a work function sees only its arg and the rack.
 */
#ifndef RD_TUI_APP_H
#define RD_TUI_APP_H

#include "core/rack/rack.h"
#include "tui/dialog.h"
#include "tui/keymap.h"
#include "tui/model.h"
#include "tui/pane.h"
#include "tui/theme.h"

/* ---- what there is ---- */

const rd_model *rd_console_model(const rd_console *c);
const char *rd_console_app(const rd_console *c); /* name of the chosen app */
/* To look which operations the rack has, and for its name. Operations only in rd_console_run. */
const rd_rack *rd_console_rack(const rd_console *c);
const rd_keymap *rd_console_keymap(const rd_console *c);
const rd_vec *rd_console_highlights(const rd_console *c); /* rd_highlight: the user's, for logs */
/* The size of the screen, in cells. */
void rd_console_size(const rd_console *c, int *ret_cols, int *ret_rows);
/* The folder that B builds unless told otherwise. */
const char *rd_console_dir(const rd_console *c);
/* Draws that there is nothing yet, and what to press for a first build. */
void rd_console_draw_none(const rd_console *c, const rd_area *a, int x, int y, const char *what);
/* The same where a filter lets nothing through. */
void rd_console_draw_no_match(const rd_console *c, const rd_area *a, int x, int y,
	const char *what);
/* Whether a change wants the app's name typed first. */
bool rd_console_is_protected(const rd_console *c);
/* Why the log of a build of the chosen app, which is over, is not whole. */
rd_code rd_console_check_log(const rd_console *c, const char *build, rd_err *err);
/* Whether the rack can do what an action is about. @errors RD_EUNSUPPORTED with the reason. */
rd_code rd_console_can(const rd_console *c, rd_action action, rd_err *err);
/* Whether nothing may be changed: actions, dialogs and work that mutate are refused by the console. */
bool rd_console_is_read_only(const rd_console *c);
/* Wall clock of this frame: all ages on one screen agree. */
int64_t rd_console_now_us(const rd_console *c);
/* Scope of the pane with the focus (for the help dialog). */
rd_scope rd_console_scope(const rd_console *c);

/* Asks for older builds and releases than the model has, some or all; RD_EV_MODEL follows. */
void rd_console_more(rd_console *c, bool all);

/* Shows another app, with a rack that was opened for it (taken, even on failure; NULL: the same rack). All
 * panes and dialogs close. @errors RD_EBUSY jobs are running. */
rd_code rd_console_go(rd_console *c, rd_rack *rack, const char *app, rd_err *err);

/* ---- work in the background ---- */

typedef struct rd_progress {
	uint64_t current, total; /* bytes; total 0: not known */
} rd_progress;

/* One piece of blocking work. `work` runs on a pool thread, then `done` (may be NULL) on the loop
 * thread unless the console is ending, then `discard` always. `done` finds its pane or dialog by
 * the id that it kept in arg, as it may be gone. */
typedef struct rd_task {
	rd_code (*work)(void *arg, rd_rack *rack, rd_cancel *cancel, rd_err *err);
	rd_react (*done)(rd_console *c, void *arg, rd_code code, const rd_err *err);
	void (*discard)(void *arg); /* frees arg; may be NULL */
	void *arg;                  /* taken, even on failure */
	const char *label;          /* borrowed for the call; shown while it runs; NULL: quiet */
	/* How far it is, asked for each second while it runs; may be NULL. On the loop thread, so it
	 * reads only atomics of arg. */
	void (*progress)(const void *arg, rd_progress *ret_progress);
	bool mutates; /* is not cancelled when the console quits: quitting waits for it */
	bool can_cancel; /* may be cancelled by the user even if it mutates: nothing is left half done */
	bool is_long; /* may take more than a moment: does not run where reading the rack does */
} rd_task;

/* With a label it is a job (tui/jobs.h). @errors RD_ENOMEM, RD_EPERM read-only (arg is discarded). */
rd_code rd_console_run(rd_console *c, const rd_task *task, rd_err *err);
/* The same; *ret_id (may be NULL): of the job. */
rd_code rd_console_start(rd_console *c, const rd_task *task, unsigned *ret_id, rd_err *err);
/* From any thread, as the one exception: fn(c, arg) on the loop thread soon, unless the console is ending, then
 * discard(arg). Only from the work of a task that is not over. */
void rd_console_post(rd_console *c, rd_react (*fn)(rd_console *c, void *arg),
	void (*discard)(void *arg), void *arg);
/* The job that builds the app when it changes; RD_ACTION_WATCH ends it. */
void rd_console_set_watch(rd_console *c, unsigned job);
/* A line for the record of a job: what its work says meanwhile. The last ones are kept. */
void rd_console_note(rd_console *c, unsigned job, const char *text);
/* The pane / dialog of that id; NULL if it is gone. */
rd_pane *rd_console_pane(const rd_console *c, unsigned id);
rd_dialog *rd_console_dialog(const rd_console *c, unsigned id);

/* ---- panes and dialogs ---- */

/* Opens a pane and gives it the focus. With RD_LAYOUT_PANES panes open, the least recently used
 * view goes. An error is shown as a toast and returned. *ret_pane (may be NULL) borrowed. */
rd_code rd_console_open(rd_console *c, const struct rd_pane_ops *ops, const void *args,
	rd_pane **ret_pane, rd_err *err);
/* Closes `old`, opens the new pane in its place and with its number. */
rd_code rd_console_replace(rd_console *c, rd_pane *old, const struct rd_pane_ops *ops,
	const void *args, rd_pane **ret_pane, rd_err *err);
/* Sends RD_EV_WORK to a pane soon, as RD_REACT_MORE does for the pane whose event it is. */
void rd_console_work(rd_console *c, rd_pane *p);
/* Gives the focus to the pane of a kind; opens it if there is none. */
void rd_console_show(rd_console *c, const struct rd_pane_ops *ops);
/* Gives the focus to a pane. */
void rd_console_focus(rd_console *c, rd_pane *p);
/* The i-th pane in the order of their numbers, NULL past the end. */
rd_pane *rd_console_pane_at(const rd_console *c, int i);
/* Opens a dialog over all that is there. An error is shown as a toast and returned. */
rd_code rd_console_open_dialog(rd_console *c, const struct rd_dialog_ops *ops, const void *args,
	rd_err *err);

/* ---- out of the console ---- */

/* Brings n bytes of text to the clipboard, on the best way there is, and tells that way. @what "3 lines". */
void rd_console_copy(rd_console *c, const char *text, size_t n, const char *what);
/* Gives the terminal to a program of the user ($PAGER, $EDITOR: a command of the shell) with one argument
 * or, before it, "+LINE" (line > 0), until it ends; the pool works on. What went wrong is a toast. */
void rd_console_give_terminal(rd_console *c, const char *command, uint64_t line, const char *path);

/* $VISUAL, $EDITOR, or vi. */
const char *rd_console_editor(void);

/* ---- messages ---- */

/* A short message in the status line, gone with the next one or after some seconds. The role gives
 * its colour: RD_ROLE_COMPLETE, RD_ROLE_WARN, RD_ROLE_ERROR, RD_ROLE_TEXT. Text from outside is
 * made safe here. */
void rd_console_toast(rd_console *c, rd_role role, const char *fmt, ...) RD_PRINTF(3, 4);
void rd_console_toast_err(rd_console *c, const rd_err *err);
/* The last error that was shown; code RD_OK if there was none. Borrowed. */
const rd_err *rd_console_last_error(const rd_console *c);

#endif
