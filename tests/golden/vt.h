/* SPDX-License-Identifier: MIT */
/*
 * A program on a pseudo-terminal, its output read by libvterm: what a user would see.
 *
 * The program runs under a little shell of its own session, so that job control works: ^Z stops it,
 * vt_continue is fg,
 * vt_continue_behind bg. Every wait has a deadline and fails the test that waits.
 */
#ifndef RD_TESTS_GOLDEN_VT_H
#define RD_TESTS_GOLDEN_VT_H

#include <sys/types.h>
#include <termios.h>
#include <vterm.h>

#include "core/base/str.h"

typedef struct vt {
	int fd;      /* the terminal's side */
	pid_t shell; /* session leader */
	pid_t pid;   /* the program */
	int events;  /* what the shell tells */
	int orders;  /* what it is told */
	VTerm *term;
	VTermScreen *screen;
	int cols, rows;
	bool is_alt, is_cursor_shown;
	rd_str raw; /* all bytes since the start */
	struct termios before;
	bool is_stopped, is_gone;
	int status; /* as of waitpid, once gone */
} vt;

/* Starts argv; env: NULL-terminated "NAME=value" that are set, or "NAME" that are unset. */
bool vt_start(vt *v, int cols, int rows, const char *const *argv, const char *const *env);
void vt_type(vt *v, const char *bytes, size_t n);
void vt_resize(vt *v, int cols, int rows);
void vt_continue(vt *v);
void vt_continue_behind(vt *v);
/* Takes in what there is, without waiting. */
void vt_look(vt *v);
/* Reads output until the condition holds. @returns false at the deadline. */
bool vt_wait(vt *v, bool (*is_so)(vt *v, const void *arg), const void *arg);
bool vt_wait_text(vt *v, const char *text);
bool vt_wait_gone(vt *v);
bool vt_wait_stopped(vt *v);
/* A row's text, without spaces at its end. */
void vt_row(const vt *v, int row, rd_str *out);
bool vt_shows(vt *v, const void *text);
/* Whether the terminal becomes as the program found it: modes, screen, cursor, paste. @returns NULL, or
 * what does not. */
const char *vt_unrestored(vt *v);
/* Closes the terminal's side, as if its window was closed. */
void vt_hang_up(vt *v);
void vt_end(vt *v);

#endif
