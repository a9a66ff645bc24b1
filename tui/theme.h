/* SPDX-License-Identifier: MIT */
/*
 * Themes: roles to colours. A theme is a YAML file:
 *   name: slate-dark
 *   about: one line for people
 *   backgrounds: ["#000000", "#1e222a"]
 *   roles:
 *     failed: { fg: [red, 203, "#ff6b6b"], bg: …, attrs: [bold] }
 * A colour is `default` or three values: for 16 colours (black red green yellow blue magenta cyan
 * white, bright-black, …), for 256 (0-255) and for true colour ("#rrggbb"). What a role leaves
 * out comes from the ground it lies on, in the end from the terminal's own colours.
 * Files are searched in $XDG_CONFIG_HOME/rackdeck/themes, $RACKDECK_THEMEDIR, the theme folder of
 * the source tree if the binary runs from a build there, and the installed one. A theme that is
 * missing or broken is never fatal: the built-in mono is there always.
 */
#ifndef RD_TUI_THEME_H
#define RD_TUI_THEME_H

#include <stdint.h>

#include "core/base/err.h"
#include "core/base/vec.h"
#include "tui/surface.h"

typedef enum rd_tier { RD_TIER_MONO, RD_TIER_8, RD_TIER_16, RD_TIER_256, RD_TIER_RGB } rd_tier;

/* What a cell looks like on a terminal of a tier. */
typedef struct rd_look {
	int32_t fg, bg; /* RD_COLOR_DEFAULT, palette index or RD_COLOR_RGB | rgb */
	uint32_t attrs;
} rd_look;

typedef struct rd_theme rd_theme;

/* The built-in mono. Cannot fail but by memory. */
rd_code rd_theme_new(rd_theme **ret_theme, rd_err *err);
rd_theme *rd_theme_free(rd_theme *t); /* @returns NULL */
/* Reads a theme's text. @where its name for messages. @errors RD_EPARSE with line, column and key. */
rd_code rd_theme_parse(const char *text, size_t n, const char *where, rd_theme **ret_theme,
	rd_err *err);
/* The file of a theme. *ret_path: heap; NULL: none, it is the built-in mono.
 * @errors RD_ENOENT naming the themes that there are. */
rd_code rd_theme_find(const char *name, char **ret_path, rd_err *err);
/* Reads a theme's file. @errors as of rd_file_read, RD_EPARSE. */
rd_code rd_theme_read(const char *path, rd_theme **ret_theme, rd_err *err);
/* Finds and reads a theme by name ("mono" is always found). @errors RD_ENOENT naming the themes
 * that there are, RD_EPARSE. */
rd_code rd_theme_load(const char *name, rd_theme **ret_theme, rd_err *err);
/* Names of all themes that can be found, sorted. */
rd_code rd_theme_list(rd_strs *ret_names, rd_err *err);

const char *rd_theme_name(const rd_theme *t);
const char *rd_theme_about(const rd_theme *t);
/* Whether the theme file gives the role a look of its own. */
bool rd_theme_has(const rd_theme *t, rd_role role);
/* The look of a cell: role over ground over the terminal's defaults, the cell's own colours on top,
 * brought down to the tier. */
rd_look rd_theme_look(const rd_theme *t, rd_tier tier, const rd_cell *cell);
/* A colour of a higher tier as the nearest one of this tier. */
int32_t rd_tier_color(rd_tier tier, int32_t color);
/* A colour (palette index or RGB) as 0xrrggbb. */
int32_t rd_color_rgb(int32_t color);

/* How well a theme can be read, as WCAG 2 measures contrast: 1 to 21. */
#define RD_CONTRAST_BEST 21.0
typedef struct rd_contrast {
	double least; /* RD_CONTRAST_BEST where nothing but the terminal's own colours meet */
	rd_role role; /* that has it, and the ground that it lies on */
	rd_role ground;
} rd_contrast;

/* The least contrast that the role has on any ground that it can lie on: on both terminal backgrounds
 * that the theme declares, and on its own. @tier RD_TIER_256 or RD_TIER_RGB: of the 16 colours, only
 * the terminal knows what they look like. */
rd_contrast rd_theme_role_contrast(const rd_theme *t, rd_tier tier, rd_role role);
/* The least one of all roles that are text. */
rd_contrast rd_theme_contrast(const rd_theme *t, rd_tier tier);
/* What a role should have at least: 4.5 for text, less for lines and bars. */
double rd_role_contrast_wanted(rd_role role);

#endif
