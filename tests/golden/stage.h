/* SPDX-License-Identifier: MIT */
/*
 * The stage of the tests that drive the real binary: the content of rig.h, and a console on a terminal of vt.h
 * with what is pressed there and waited for. What does not become so by vt.h's deadline fails the test, and the
 * screen goes to stderr.
 *
 * Keys arrive in order, so that one may be pressed behind another. Wait where that is not enough: for what is read
 * from the rack meanwhile; with wait_dialog() before a key to a dialog that changes something; with wait_without()
 * after Escape, which makes one key with what follows at once. What is waited for must not be on the screen of
 * before; and as half a frame may be seen, all that is looked at is waited for.
 */
#ifndef RD_TESTS_GOLDEN_STAGE_H
#define RD_TESTS_GOLDEN_STAGE_H

#include "tests/golden/rig.h"
#include "tests/golden/vt.h"

/* Absolute paths: the folder of the sources, and the program (another one: RACKDECK_BIN). */
extern char top[400], binary[400];
extern rig_seed seed;
extern vt shown;                      /* the console of the test that runs */
extern const char *const plain_env[]; /* of a terminal of 256 colours */

/* For cmocka: of the group, and after each test. */
int stage_make(void **state);
int stage_drop(void **state);
int stage_end(void **state);

/* What a console before left open is not for the next one. */
void forget_layout(void);
/* Starts `rackdeck console -a web` as shown, with no layout, and waits for the text; env as in vt_start. */
void start_console(int cols, int rows, const char *const *env, const char *text);
void show_screen(const vt *v);
void fail_with_screen(const char *why);

void press(const char *keys);
void wait_until(bool (*is_so)(vt *v, const void *arg), const void *arg, const char *otherwise);
void wait_for(const char *text);
void wait_without(const char *text);
/* For bytes in all that was written since the start. */
void wait_written(const char *bytes);
/* For a dialog that changes something: until it takes keys, which it does not in its first moments. */
void wait_dialog(const char *text);
/* Presses y in such a dialog. It is gone after that. */
void say_yes(const char *question);
void check_restored(const char *when);
/* Waits for the end, by itself with that status, and for the terminal as it was. */
void check_ended(int want_status);

/* Tells the console alone of a size. v stays as it is: libvterm 0.1.4 faults on what is written for a larger screen
 * than its own, as it is while a console that is to shrink has not read so yet. */
void claim_size(vt *v, int cols, int rows);
/* At v's own size, and nothing more comes for another one. */
void come_to_rest(vt *v);

#endif
