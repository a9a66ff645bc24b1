/* SPDX-License-Identifier: MIT */
/*
 * The golden rig: the real console on a real local rack with fixed content, on a terminal that plays
 * a script. What a script says (tests/golden/play/NAME.t, one command a line, # comments):
 *   size 80x24        the size of the screen (before anything else, or in between: a resize)
 *   ascii             a terminal without UTF-8 (before the first other command)
 *   read-only         a console that changes nothing (likewise)
 *   protected         a rack that wants the app's name typed (likewise)
 *   settings YAML     what is in the user's settings of the looks of logs (likewise)
 *   keys j Enter ^D   keys as tui/key.h spells them, each with all that follows from it
 *   type TEXT         the characters of TEXT as keys
 *   paste TEXT        a bracketed paste
 *   click X Y         a click of the mouse, X and Y from 0
 *   wheel up|down X Y
 *   drag X Y X Y      from one cell to another
 *   log ID TEXT       appends a line to the log of a build
 *   lines ID N        appends N numbered lines to the log of a build
 *   job N M LABEL     starts a job that is N of M bytes far and runs until it is cancelled
 *   cache APP SERVICE N  the artifact cache keeps a file of N bytes
 *   sql STATEMENT     changes the rack behind the console's back
 *   wait TEXT         until the screen shows TEXT
 *   screen NAME       the screen is as in NAME.screen (UPDATE=1 rewrites that)
 *   picture NAME THEME  its picture is as in docs/NAME.svg (UPDATE=1 rewrites that: dev/shots)
 *   ended             the console has ended
 */
#ifndef RD_TESTS_GOLDEN_RIG_H
#define RD_TESTS_GOLDEN_RIG_H

#include <sys/types.h>

#include "core/base/str.h"
#include "tui/surface.h"
#include "tui/theme.h"

/* The content of the rack, made from tests/golden/play/seed.sql and play/logs. */
typedef struct rig_seed {
	char dir[64]; /* everything lies below this temporary folder */
	int locks[4]; /* of the builds that run */
	int n_locks;
} rig_seed;

/* Makes a temporary home with the rack and points the environment at it. */
rd_code rig_seed_make(const char *golden_dir, rig_seed *ret_seed, rd_err *err);
void rig_seed_done(rig_seed *s);
/* One SQL statement on the rack's database. */
rd_code rig_seed_sql(const rig_seed *s, const char *sql, rd_err *err);
/* What a build left for the next one: a file of n bytes. */
rd_code rig_seed_cache(const rig_seed *s, const char *app, const char *service, size_t n,
	rd_err *err);
/* Appends a line to a build's log. */
rd_code rig_seed_log(const rig_seed *s, const char *id, const char *line, rd_err *err);

/* The engine that the seed's builds were made by, at a socket. One at a time. */
rd_code rig_engine_start(const char *path, rd_err *err);
void rig_engine_stop(void);

/* Starts a rack in a process of its own and reads from its stdout what follows `mark` on a line.
 * @returns its id; 0 or less if it does not come up. */
pid_t rig_server_start(const char *const *argv, const char *mark, char *ret_text, size_t cap);
void rig_server_end(pid_t *server); /* 0: none */

/* Writes a surface: its text, then roles and grounds by letter, then the colours of logs. */
void rig_dump(const rd_surface *s, rd_str *out);
/* Writes a surface as SVG in a theme's true colours. */
void rig_picture(const rd_surface *s, const rd_theme *theme, rd_str *out);

#endif
