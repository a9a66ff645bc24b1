/* SPDX-License-Identifier: MIT */
/* The dialogs, and what their open takes. */
#ifndef RD_TUI_DIALOGS_DIALOGS_H
#define RD_TUI_DIALOGS_DIALOGS_H

#include "tui/dialog.h"

extern const struct rd_dialog_ops rd_dialog_help;    /* no args: from rd_console_keymap, _scope */
extern const struct rd_dialog_ops rd_dialog_error;   /* no args: from rd_console_last_error */
extern const struct rd_dialog_ops rd_dialog_build;   /* no args: from rd_console_dir */
extern const struct rd_dialog_ops rd_dialog_palette; /* no args */
extern const struct rd_dialog_ops rd_dialog_theme;   /* no args */
extern const struct rd_dialog_ops rd_dialog_quit;    /* no args: from the jobs that run */
extern const struct rd_dialog_ops rd_dialog_job;     /* const unsigned: its id */
extern const struct rd_dialog_ops rd_dialog_deploy;  /* no args: as build, then promote */
extern const struct rd_dialog_ops rd_dialog_export;  /* const rd_strs: ids of builds */
extern const struct rd_dialog_ops rd_dialog_import;  /* no args */
extern const struct rd_dialog_ops rd_dialog_watch;   /* no args: from rd_console_dir */
extern const struct rd_dialog_ops rd_dialog_env;     /* no args */
extern const struct rd_dialog_ops rd_dialog_prune;   /* no args */
extern const struct rd_dialog_ops rd_dialog_registries;  /* no args */
extern const struct rd_dialog_ops rd_dialog_app_params;  /* no args */
extern const struct rd_dialog_ops rd_dialog_rack_params; /* no args */
extern const struct rd_dialog_ops
	rd_dialog_app_create; /* const char: its name; NULL: to be typed */
/* These take a const rd_target: what the selection was when the key was pressed. */
extern const struct rd_dialog_ops rd_dialog_promote;
extern const struct rd_dialog_ops rd_dialog_rollback;
extern const struct rd_dialog_ops rd_dialog_info;
extern const struct rd_dialog_ops rd_dialog_manifest;

/* Asks whether what the artifact cache keeps of an app is to be forgotten. */
void rd_cache_clear_open(rd_console *c, const char *app);
/* Asks whether an app is to be deleted, for its name to be typed. */
void rd_app_delete_open(rd_console *c, const char *app);
/* Asks whether a build is to be stopped. */
void rd_cancel_open(rd_console *c, const char *id);

/* Goes there as soon as it is found. */
typedef struct rd_dialog_switcher_args {
	const char *name;     /* some letters of it */
	bool is_app, is_rack; /* which it is; neither: any */
} rd_dialog_switcher_args;
extern const struct rd_dialog_ops rd_dialog_switcher; /* args may be NULL */

typedef struct rd_dialog_diff_args {
	const char *to;   /* release */
	const char *from; /* NULL: the active one */
} rd_dialog_diff_args;
extern const struct rd_dialog_ops rd_dialog_diff;
/* Opens it for two marked releases; for one and the row's; without marks, for the row's and the active
 * one. */
void rd_diff_open(rd_console *c, const char *release, const char *const *marked, size_t n);

#endif
