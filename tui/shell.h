/* SPDX-License-Identifier: MIT */
/*
 * The console itself, for its own files alone (shell, input, panes, frame, tasks, reader, message):
 * panes and dialogs see tui/app.h.
 *
 * One turn: inputs and answers of the pool are taken in and mark what is old; then, once, panes that
 * asked for it get a slice of work, the layout is made, a frame is drawn. Nothing wakes the console
 * but a key, a signal, a change of the rack, an answer of the pool; timers run only for a toast, for
 * the seconds of a running build, to hold frames to 30 a second, and, ever more rarely, for the ages.
 * Life cycle: 1. rd_console_new; 2. rd_console_turn until it says false; 3. rd_console_free.
 */
#ifndef RD_TUI_SHELL_H
#define RD_TUI_SHELL_H

#include "core/base/loop.h"
#include "core/base/pool.h"
#include "tui/app.h"
#include "tui/layout.h"
#include "tui/settings.h"
#include "tui/terminal.h"

#define RD_DIALOGS_MAX 4
#define RD_TOAST_BYTES 512

typedef struct rd_console_setup {
	rd_rack *rack;   /* borrowed until free */
	const char *app; /* borrowed for the call, as all texts here */
	const char *dir;
	rd_term *term; /* taken, even on failure; so the next two */
	rd_theme *theme;
	rd_keymap *keymap;
	rd_vec highlights;      /* rd_highlight; taken too */
	const char *theme_path; /* of the theme, watched; NULL: none */
	bool keeps_theme;       /* a theme that is chosen is remembered */
	bool is_read_only, is_protected;
	rd_notify notify;  /* command is borrowed */
	int64_t guard_us;  /* how long a fresh mutating dialog ignores keys */
	int64_t double_us; /* two clicks within this are a double one */
	int64_t toast_us;  /* how long a toast stays */
	int64_t frame_us;  /* least time between frames that no key asked for */
} rd_console_setup;

/* A pane with what the console remembers of it. */
typedef struct rd_slot rd_slot;
struct rd_slot {
	rd_pane pane;
	int share;          /* of its column, as of rd_layout_in */
	rd_slot *next_dead; /* closed, to be freed when no event is on the way */
	uint32_t used;
	bool wants_work;
};

typedef struct rd_overlay rd_overlay;
struct rd_overlay {
	rd_dialog dialog;
	rd_overlay *next_dead;
	rd_rect inside;   /* where it was drawn */
	int64_t shown_us; /* monotonic; 0: not on the screen yet */
};

/* A place on the screen that does something when it is clicked: a hint, or a tab. */
typedef struct rd_spot {
	rd_rect r;
	rd_action action;
} rd_spot;
#define RD_SPOTS_MAX 48

/* What the mouse is dragging. */
typedef enum rd_drag {
	RD_DRAG_NONE,
	RD_DRAG_NARROW,
	RD_DRAG_WIDE,
	RD_DRAG_VIEWS,
	RD_DRAG_SHARE
} rd_drag;

/* A task that was handed to rd_console_run and is not over. */
typedef struct rd_job rd_job;

struct rd_console {
	rd_rack *rack;
	rd_rack *first_rack; /* borrowed */
	rd_vec own_racks; /* rd_rack *, opened by rd_console_go: work on them may go on until the end */
	char *app;
	char *dir;
	rd_term *term;
	rd_theme *theme;
	const rd_theme *shown_theme; /* for a look, in the place of the other; NULL: none */
	char *theme_path;
	int theme_fd; /* inotify, -1: none */
	bool keeps_theme;
	rd_watch *theme_watch;
	rd_keymap *keymap;
	rd_vec highlights; /* rd_highlight */
	rd_surface *surface;
	rd_loop *loop;
	rd_pool *pool;
	rd_watch *input, *toast_timer, *tick_timer, *frame_timer, *age_timer, *events_watch;
	rd_events *events;

	rd_model model;
	bool is_reading, read_again;
	bool is_read_only, is_protected;
	rd_notify notify; /* command is ours */
	int want;         /* builds and releases to list; INT_MAX: all */

	rd_slot *slots[RD_LAYOUT_PANES];
	int n_slots, focus;
	uint32_t uses;
	unsigned ids;
	unsigned worked; /* slots asked to work so far: the next one goes on from there */
	bool is_zoomed;
	rd_split split;
	bool has_mouse;
	rd_drag drag;
	int drag_a, drag_b; /* the panes on both sides of what is dragged */
	rd_mouse clicked;   /* the last press, and when */
	int64_t clicked_us;
	rd_spot spots[RD_SPOTS_MAX]; /* of the last frame */
	int n_spots;
	rd_layout layout;
	rd_target target;
	rd_overlay *overlays[RD_DIALOGS_MAX];
	int n_overlays;
	rd_slot *dead_slots;
	rd_overlay *dead_overlays;

	unsigned watch_job; /* the last one that built by itself */
	rd_job *jobs;       /* a list, oldest first */
	bool stops_jobs;    /* the user left although jobs ran: those that can be cancelled are */
	rd_pool *long_pool; /* NULL until there was long work */
	char toast[RD_TOAST_BYTES];
	rd_role toast_role;
	rd_err last_error;
	rd_key pending;
	int64_t interrupted_us; /* of the last ^C at rest */

	int64_t now_us;               /* wall clock of this turn */
	int64_t started_us, drawn_us; /* monotonic; 0: no frame yet */
	int64_t guard_us, double_us, toast_us, frame_us;
	bool is_old, is_urgent, needs_layout, needs_reload;
	bool is_over;
	int signo; /* that ended us, 0 if none */
};

rd_code rd_console_new(const rd_console_setup *setup, rd_console **ret_console, rd_err *err);
/* Work that only reads is cancelled, work that changes the rack is waited for. @returns NULL. */
rd_console *rd_console_free(rd_console *c);
/* One turn, waiting at most timeout_ms (-1: without end). *ret_goes_on false: the user left. */
rd_code rd_console_turn(rd_console *c, int timeout_ms, bool *ret_goes_on, rd_err *err);
/* Whether the app is built when it changes. */
bool rd_console_is_watching(const rd_console *c);
/* Whether nothing is under way: no work but long one, no answer, no frame outstanding. */
bool rd_console_is_idle(const rd_console *c);
/* The panes of the dashboard. @build: id whose log is shown, NULL: the newest. */
rd_code rd_console_open_dashboard(rd_console *c, const char *build, rd_err *err);

/* shell.c: from now on its changes are read; no more. */
rd_code rd_console_watch_rack(rd_console *c, rd_err *err);
void rd_console_unwatch_rack(rd_console *c);
/* switching.c: for the end. */
void rd_console_leave_racks(rd_console *c);
void rd_console_close_racks(rd_console *c);

/* shell.c: does what an event led to. slot / overlay: whose event it was, NULL if nobody's. */
void rd_console_react(rd_console *c, rd_react react, rd_slot *slot, rd_overlay *overlay);

/* Sets err if the console is read-only. */
rd_code rd_console_may_change(const rd_console *c, rd_err *err);

/* own_settings.c: opens the settings in the editor, and takes them over. */
void rd_console_edit_settings(rd_console *c);

/* input.c */
/* Does an action as its key would in the pane (NULL: what no pane wants). */
void rd_console_do(rd_console *c, rd_slot *slot, rd_action action);
void rd_console_take_input(rd_console *c, const rd_input *in);
void rd_console_take_size(rd_console *c); /* the terminal's, and draws all anew */

/* Presses a key, as if it was typed. */
void rd_console_take_key(rd_console *c, rd_key key);

/* notify.c: tells of the builds that were active before and have ended. */
void rd_console_tell_ended(rd_console *c, const rd_model *before);

/* mouse.c */
void rd_console_take_mouse(rd_console *c, const rd_mouse *m);
void rd_console_toggle_mouse(rd_console *c);
/* Remembers that a click there does the action. */
void rd_console_add_spot(rd_console *c, const rd_area *a, int x, int w, rd_action action);

/* panes.c */
rd_react rd_console_send(rd_console *c, rd_slot *slot, const rd_event *ev);
void rd_console_send_all(rd_console *c, rd_event_kind kind); /* to panes and dialogs */
void rd_console_focus_index(rd_console *c, int index);
void rd_console_focus_last(rd_console *c); /* the one that had the focus before */
/* The nearest pane on one side: -1, 0, 1. None there: nothing happens. */
void rd_console_focus_beside(rd_console *c, int dx, int dy);
void rd_console_close_slot(rd_console *c, rd_slot *slot);
void rd_console_close_overlay(rd_console *c, rd_overlay *overlay);
void rd_console_make_layout(rd_console *c);
void rd_console_free_dead(rd_console *c);
rd_slot *rd_console_focused(const rd_console *c); /* NULL if there is no pane */
rd_overlay *rd_console_top(const rd_console *c);  /* NULL if no dialog is open */

/* reader.c */
void rd_console_read(rd_console *c); /* reads the model; again after the read under way */

/* keep.c */
void rd_console_keep_layout(const rd_console *c);
void rd_console_restore_layout(rd_console *c);

/* tasks.c */
/* What the oldest one with a label does, "" if there is none; how many there are. */
void rd_console_job_label(const rd_console *c, char *buf, size_t cap, int *ret_count);
bool rd_console_has_progress(const rd_console *c); /* a job tells how far it is */
void rd_console_sample_jobs(rd_console *c);        /* asks the jobs that do */
void rd_console_free_jobs(rd_console *c);          /* once the pools are gone */
void rd_console_end_jobs(rd_console
		*c); /* cancels what only reads, waits for what changes the rack */

/* message.c */
void rd_console_clear_toast(rd_console *c);

/* frame.c, hints.c */
void rd_console_draw(rd_console *c);
void rd_console_draw_hints(rd_console *c, const rd_area *area);
void rd_console_draw_header(const rd_console *c, const rd_area *area);

#endif
