/* SPDX-License-Identifier: MIT */
/* The state of a log pane: what log.c, log_move.c and log_set.c share. */
#ifndef RD_TUI_PANES_LOG_PANE_H
#define RD_TUI_PANES_LOG_PANE_H

#include "tui/app.h"
#include "tui/panes/log_filter.h"
#include "tui/panes/log_find.h"
#include "tui/panes/log_rows.h"
#include "tui/panes/panes.h"

/* Lines that tell of an error; words that are part of a name ("error.c", "-Werror") do not count. */
#define RD_LOG_ERRORS \
	"\\b(?:error|fatal|failed|failure|panic|exception|traceback|segfault)(?:[^\\w./" \
	"-]|[.-]?(?:\\s|$))"

typedef enum rd_log_time {
	RD_LOG_TIME_OFF,
	RD_LOG_TIME_RELATIVE, /* to the build's start */
	RD_LOG_TIME_ABSOLUTE,
	RD_LOG_TIME_MAX_,
} rd_log_time;

typedef enum rd_log_numbers {
	RD_LOG_NUMBERS_AUTO, /* where the pane fills the screen */
	RD_LOG_NUMBERS_ON,
	RD_LOG_NUMBERS_OFF,
} rd_log_numbers;

#define RD_LOG_SLOT_OWN (-1)     /* opened by the user, on its own */
#define RD_LOG_SLOT_LEAVING (-2) /* closes in its next event */

typedef struct rd_log_pane {
	char build[32];  /* "" while there is none */
	bool is_newest;  /* goes on to a build that is newer, unless it shows one that runs */
	char newest[32]; /* the newest build when the model was read last */
	bool is_opening;
	rd_log *log; /* NULL until it is open; of a long one, first its end: see log_read.c */
	rd_log_view *view;
	rd_log *whole; /* while log is only the end: the same from its first line on, being read */
	rd_log_view *whole_view;
	bool is_read; /* to its end, as of the last look */
	rd_log_scope scope;
	int number;
	unsigned epoch;
	rd_err err; /* of opening or reading */

	/* which of the panes that show one build side by side: see log_set.c */
	int slot;       /* 0: the first one, it leads; or one of RD_LOG_SLOT_ */
	bool has_scope; /* the user chose what is shown */
	int opened;     /* of slot 0: how many others there are, */
	bool is_single; /* and the user closed one: no more are opened for this build */
	bool is_own; /* shows a build of its own beside that of slot 0: several were opened at once */

	bool is_following;
	bool follows_again; /* once the search that holds the screen still has found nothing */
	rd_log_place place; /* of the first row */
	uint64_t seen;      /* lines there were when it was paused */
	bool is_behind;     /* the log or the filter is still read: what comes was there before */
	rd_log_look look;
	rd_log_rows rows;
	rd_log_find find;
	rd_log_filter filter;
	rd_log_find errors; /* its search is RD_LOG_ERRORS */
	bool has_asked;     /* for errors: they are counted in a log of any size */
	rd_vec marks;       /* uint64_t: lines of `view`, rising */
	rd_log_time time;
	rd_log_numbers numbers;
	bool is_selecting; /* lines from anchor to cursor, as shown */
	uint64_t anchor, cursor;
	rd_field save; /* where to */
	bool is_saving;
	int64_t began_us; /* the build's start, wall clock; 0: not known */
	struct {          /* where the search began: Esc goes back there */
		bool is_following;
		rd_log_place place;
		int col;
	} before;
} rd_log_pane;

/* ---- log_read.c ---- */

/* Shows another log, or another part of the same one. args->build NULL: the newest. */
rd_react rd_log_pane_show(rd_pane *p, const rd_pane_log_args *args);
/* Takes in what the log has grown by, and searches. */
rd_react rd_log_pane_work(rd_pane *p);
/* While only the end can be shown: shows the whole from its first line on, as far as it was read. */
void rd_log_pane_show_whole(rd_log_pane *l);
/* Closes what is read. */
void rd_log_pane_forget(rd_log_pane *l);
/* Lays the rows anew after any change. */
void rd_log_pane_refresh(rd_pane *p);
rd_log_view *rd_log_pane_view(const rd_log_pane
		*l);                              /* what is shown: the filter, or all; or NULL */
uint64_t rd_log_pane_count(const rd_log_pane *l); /* its lines */
int rd_log_pane_height(const rd_pane *p);         /* rows for lines */
/* The line of `view` that is shown as that line. */
uint64_t rd_log_pane_source(const rd_log_pane *l, uint64_t line);
/* As which line a line of `view`, or if it is not shown the next one that is, is shown. */
uint64_t rd_log_pane_shown_at(const rd_log_pane *l, uint64_t line);
/* Both seek from the current hit if it is seen, else from the screen. */
void rd_log_pane_seek(rd_log_pane *l, rd_log_find *f, int direction);

/* ---- log_mark.c ---- */

/* Errors, marks, what stands beside the lines. @returns RD_REACT_PASS for other actions. */
rd_react rd_log_pane_mark(rd_pane *p, rd_action action);
bool rd_log_pane_is_marked(const rd_log_pane *l, uint64_t line); /* as shown */

/* ---- log_take.c ---- */

/* Selecting lines, copying, saving, opening elsewhere. @returns RD_REACT_PASS for other actions. */
rd_react rd_log_pane_take(rd_pane *p, rd_action action);
bool rd_log_pane_is_selected(const rd_log_pane *l, uint64_t line); /* as shown */
/* A key of the field that asks where to save to. */
void rd_log_pane_save_key(rd_pane *p, const rd_key *key);
void rd_log_pane_stop_selecting(rd_log_pane *l);
/* The line that is meant without a selection: that of the hit if it is seen, else the first one seen. */
uint64_t rd_log_pane_current(const rd_log_pane *l);

/* ---- log_export.c ---- */

/* Writes lines [from, to] as shown into a new file, in the background. @command: a program to open it in
 * (then it is a file of its own that goes again, and its text is made safe); NULL: save exact bytes. */
void rd_log_pane_export(rd_pane *p, uint64_t from, uint64_t to, const char *path,
	const char *command);

/* ---- steps.c ---- */

/* The steps pane, if there is one, shows the same build as the logs; is_newest as in rd_log_pane. */
void rd_steps_follow(rd_console *c, const char *build, bool is_newest);

/* ---- log_move.c ---- */

/* Follow, pause, scroll. @returns RD_REACT_PASS for actions that are none of these. */
rd_react rd_log_pane_move(rd_pane *p, rd_action action);
void rd_log_pane_pause(rd_log_pane *l);
/* Brings a line, as shown, on the screen; of a line with a hit, the hit. */
void rd_log_pane_reveal(rd_pane *p, uint64_t line);
/* Scrolls just as far as is needed to show a line. */
void rd_log_pane_scroll_to(rd_pane *p, uint64_t line);
/* The next or previous service, or step if a step is shown. */
rd_react rd_log_pane_turn(rd_pane *p, int direction);

/* ---- log_set.c ---- */

/* Opens, for the build that the first log pane shows, one more pane for each service while there is
 * room; gives each pane its service; closes what is no longer needed. After each change of the log. */
rd_react rd_log_pane_arrange(rd_pane *p);
/* After the leading pane went on to another build: the others follow. */
void rd_log_pane_led(rd_pane *p);
/* Gives a new pane its slot: the first one leads, others are on their own until told otherwise. */
void rd_log_pane_join(rd_pane *p);
/* Whether a pane that shows this build ("" for none) and follows the newest goes on: one has come that
 * is newer than all that were known, and the shown one is over. known: kept by the pane. */
bool rd_log_goes_on(const rd_model *m, const char *shown, char known[32]);
/* "web,worker" of the group of that number; "" if there is none. */
void rd_log_group_name(const rd_steps *m, int number, char *buf, size_t cap);
/* The i-th group that stands for services, those that are built first; NULL past the last. */
const rd_step_group *rd_log_group_at(const rd_steps *m, int i);
int rd_log_groups(const rd_steps *m);

#endif
