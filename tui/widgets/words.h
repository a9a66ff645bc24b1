/* SPDX-License-Identifier: MIT */
/* How builds, releases and numbers are worded and marked, the same in every pane: a state is told by
 * a sign and a word, the colour comes on top. */
#ifndef RD_TUI_WIDGETS_WORDS_H
#define RD_TUI_WIDGETS_WORDS_H

#include "core/base/str.h"
#include "core/rack/types.h"
#include "tui/surface.h"

/* "~running", "+complete", "xfailed", "/canceled", "-queued"; other words as the rack has them,
 * after a '?'. Cut to cap. *ret_role: its colour. */
void rd_words_build(const rd_build *b, char *buf, size_t cap, rd_role *ret_role);
/* How long it took, or has run so far: "02:11"; "" if it has not begun. */
void rd_words_took(const rd_build *b, int64_t now_us, char *buf, size_t cap);
/* "42s", "3h", "2d". */
void rd_words_age(int64_t at_us, int64_t now_us, char *buf, size_t cap);
/* How long such an age stays near the truth: a quarter of it, but a minute at least. */
int64_t rd_words_age_holds_us(int64_t at_us, int64_t now_us);
/* "1,234,567". */
void rd_words_count(uint64_t n, char *buf, size_t cap);
/* "18.4 MB", "512 B". */
void rd_words_bytes(uint64_t n, char *buf, size_t cap);
/* Whether a text holds another one, in any case (ASCII). "" is in every text. */
bool rd_words_hold(const char *text, const char *part);

#endif
