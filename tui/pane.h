/* SPDX-License-Identifier: MIT */
/*
 * A pane: one const table (tui/panes/NAME.c exports exactly one) and private data.
 *
 * The console gives a pane its memory (private_size zeroed bytes at p->data), its number, its size,
 * its frame and title line; the pane draws the inside. Events change state and answer with what is
 * to be done; draw only reads. No file, network or database call in a pane: that is work for
 * rd_console_run (tui/app.h). Exception: the lines of an open rd_log are read in events.
 * Life cycle: open (may fail: the pane never appears) → events, draws → close. After an open
 * that failed, close is not called.
 */
#ifndef RD_TUI_PANE_H
#define RD_TUI_PANE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "tui/key.h"
#include "tui/keymap.h"
#include "tui/layout.h"
#include "tui/surface.h"

typedef struct rd_console rd_console;
typedef struct rd_pane rd_pane;

/* What an event leads to. Bits; the larger ones include what they need. */
typedef unsigned rd_react;
enum rd_react_bit {
	RD_REACT_NONE = 0,
	RD_REACT_REDRAW = 1,         /* the screen shows something old */
	RD_REACT_RELAYOUT = 2 | 1,   /* panes came, went or changed their place */
	RD_REACT_RELOAD = 4 | 1,     /* read the rack again: the model, then all panes */
	RD_REACT_QUIT = 8,           /* leave the console */
	RD_REACT_CLOSE = 16 | 2 | 1, /* close this pane or dialog */
	RD_REACT_MORE = 32,          /* send RD_EV_WORK when no key is waiting */
	RD_REACT_PASS = 64,          /* not for me: the console may handle it */
	RD_REACT_NOW = 128 | 1,      /* draw at once, as after a key: the user waits for this */
};

typedef enum rd_event_kind {
	RD_EV_ACTION, /* a bound key: ev->action */
	RD_EV_KEY,   /* ev->key: unbound; or any key, if wants_text: PASS then makes it an action */
	RD_EV_PASTE, /* ev->text, ev->n, unfiltered; only if wants_text */
	RD_EV_MODEL, /* the console's model was read anew: cursors find their rows again */
	RD_EV_RELOAD, /* the rack's data may have changed: read what is not in the model */
	RD_EV_LOGS,   /* some log file of the rack has grown */
	RD_EV_TICK,   /* a second has passed; only while a build is active */
	RD_EV_RESIZE, /* p->w, p->h are new */
	RD_EV_FOCUS,  /* p->focused changed */
	RD_EV_CLICK,  /* ev->x, ev->y: a cell of the inside */
	RD_EV_TARGET, /* the selection changed */
	RD_EV_JOBS,   /* a job has begun or ended (tui/jobs.h) */
	RD_EV_WORK,   /* asked for by RD_REACT_MORE: do some milliseconds of work */
} rd_event_kind;

typedef struct rd_event {
	rd_event_kind kind;
	rd_action action;
	rd_key key;
	int x, y;
	const char *text; /* borrowed */
	size_t n;
} rd_event;

/* What the keys P, R, X, Enter … act on. "" where there is none. */
typedef struct rd_target {
	char build[32];
	char release[32];
} rd_target;

/* The title line: "[3] log BXCVQ… web FOLLOW ------ 1,284 ln". Parts that do not fit are cut. */
typedef struct rd_title {
	char name[96];  /* left, in the role of titles: "log BXCVQWERTYU web" */
	char state[64]; /* after it: "~running FOLLOW" */
	rd_role state_role;
	char right[96]; /* flush right: "1,284 lines" */
} rd_title;

struct rd_pane_ops {
	const char *kind; /* "builds", "log": unique */
	const char *tab;  /* word in the row of tabs: "Builds" */
	rd_place place;
	rd_scope scope; /* where its keys are looked up first */
	bool closes;    /* a list that may be closed */
	const char *
		enter; /* of a list: what Enter does, a word for the last line; NULL: as elsewhere */
	size_t private_size;
	/* @args what the opener gave (borrowed, NULL if none); its type stands in panes/panes.h. */
	rd_code (*open)(rd_pane *p, const void *args, rd_err *err);
	rd_react (*event)(rd_pane *p, const rd_event *ev);
	void (*draw)(const rd_pane *p, const rd_area *area);
	/* Fills the title; *ret_title is zeroed before. */
	void (*title)(const rd_pane *p, rd_title *ret_title);
	/* One line for the status line while focused: "marked 1"; may be NULL. buf is "" before. */
	void (*status)(const rd_pane *p, char *buf, size_t cap);
	/* What actions act on; may be NULL (then the last pane's that had one). Zeroed before. */
	void (*target)(const rd_pane *p, rd_target *ret_target);
	/* Whether keys go to a text field of the pane before the keymap; may be NULL. */
	bool (*wants_text)(const rd_pane *p);
	/* For the next run: adds " word=1 …" for what the user set; takes it back. May be NULL. */
	void (*save)(const rd_pane *p, rd_str *out);
	void (*restore)(rd_pane *p, const char *words);
	/* Frees what data refers to (not data itself); may be NULL. */
	void (*close)(rd_pane *p);
};

/* The number of " name=N" among kept words. @returns false: it is not there, or no such number. */
bool rd_kept_number(const char *words, const char *name, int *ret_number);

struct rd_pane {
	const struct rd_pane_ops *ops;
	rd_console *console;
	unsigned id; /* never used again in this run: keep it across work, see rd_console_pane */
	int w, h;    /* of the inside; 0 while hidden */
	bool focused;
	void *data;
};

#endif
