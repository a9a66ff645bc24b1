/* SPDX-License-Identifier: MIT */
/* The inside of a theme, for theme.c and theme_file.c alone. */
#ifndef RD_TUI_THEME_SPEC_H
#define RD_TUI_THEME_SPEC_H

#include <stdbool.h>

#include "tui/theme.h"

#define RD_COLOR_UNSET (-2) /* the role leaves it to the ground */

typedef struct rd_role_spec {
	bool is_given;
	int32_t fg[3], bg[3]; /* for 16 colours, for 256, for true colour */
	uint32_t attrs;
} rd_role_spec;

struct rd_theme {
	char *name;
	char *about;
	int32_t backgrounds[2]; /* RD_COLOR_UNSET: not declared */
	rd_role_spec roles[RD_ROLE_MAX_];
};

rd_role_spec rd_theme_mono(rd_role role);

#endif
