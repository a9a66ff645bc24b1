/* SPDX-License-Identifier: MIT */
/* What a theme makes of a cell; the built-in mono. */
#include "tui/theme.h"

#include <stdlib.h>

#include "tui/theme_spec.h"

rd_code rd_theme_new(rd_theme **ret_theme, rd_err *err)
{
	rd_theme *t = calloc(1, sizeof(*t));

	if (!t)
		return rd_err_nomem(err);
	t->name = rd_strdup("mono");
	t->backgrounds[0] = t->backgrounds[1] = RD_COLOR_UNSET;
	t->about = rd_strdup("no colours: bold, dim, underline and reverse");
	if (!t->name || !t->about) {
		rd_theme_free(t);
		return rd_err_nomem(err);
	}
	for (int i = 0; i < RD_ROLE_MAX_; i++)
		t->roles[i] = rd_theme_mono((rd_role)i);
	*ret_theme = t;
	return RD_OK;
}

rd_theme *rd_theme_free(rd_theme *t)
{
	if (t) {
		free(t->name);
		free(t->about);
	}
	free(t);
	return NULL;
}

const char *rd_theme_name(const rd_theme *t)
{
	return t->name;
}

const char *rd_theme_about(const rd_theme *t)
{
	return t->about;
}

bool rd_theme_has(const rd_theme *t, rd_role role)
{
	return t->roles[role].is_given;
}

rd_role_spec rd_theme_mono(rd_role role)
{
	static const uint8_t attrs[RD_ROLE_MAX_] = {
		[RD_ROLE_DIM] = RD_ATTR_DIM,
		[RD_ROLE_STRONG] = RD_ATTR_BOLD,
		[RD_ROLE_ACCENT] = RD_ATTR_BOLD,
		[RD_ROLE_HEADER] = RD_ATTR_REVERSE,
		[RD_ROLE_TITLE_FOCUS] = RD_ATTR_BOLD | RD_ATTR_REVERSE,
		[RD_ROLE_LINE] = RD_ATTR_DIM,
		[RD_ROLE_LINE_FOCUS] = RD_ATTR_BOLD,
		[RD_ROLE_KEY] = RD_ATTR_BOLD,
		[RD_ROLE_COLUMN] = RD_ATTR_UNDERLINE,
		[RD_ROLE_SELECTED] = RD_ATTR_REVERSE,
		[RD_ROLE_SELECTED_IDLE] = RD_ATTR_UNDERLINE,
		[RD_ROLE_MARK] = RD_ATTR_BOLD,
		[RD_ROLE_HIT] = RD_ATTR_REVERSE,
		[RD_ROLE_HIT_CURRENT] = RD_ATTR_REVERSE | RD_ATTR_BOLD | RD_ATTR_UNDERLINE,
		[RD_ROLE_RUNNING] = RD_ATTR_BOLD,
		[RD_ROLE_FAILED] = RD_ATTR_BOLD,
		[RD_ROLE_ACTIVE] = RD_ATTR_BOLD,
		[RD_ROLE_CACHED] = RD_ATTR_DIM,
		[RD_ROLE_CANCELED] = RD_ATTR_DIM,
		[RD_ROLE_WARN] = RD_ATTR_BOLD,
		[RD_ROLE_ERROR] = RD_ATTR_BOLD,
		[RD_ROLE_ADD] = RD_ATTR_BOLD,
		[RD_ROLE_REMOVE] = RD_ATTR_DIM,
		[RD_ROLE_CHANGE] = RD_ATTR_BOLD,
		[RD_ROLE_BUTTON_FOCUS] = RD_ATTR_REVERSE,
		[RD_ROLE_FIELD] = RD_ATTR_UNDERLINE,
		[RD_ROLE_FIELD_FOCUS] = RD_ATTR_UNDERLINE | RD_ATTR_BOLD,
		[RD_ROLE_TOAST] = RD_ATTR_BOLD,
		[RD_ROLE_TIME] = RD_ATTR_DIM,
		[RD_ROLE_GUTTER] = RD_ATTR_DIM,
	};

	return (rd_role_spec){
		.is_given = true,
		.fg = {RD_COLOR_UNSET, RD_COLOR_UNSET, RD_COLOR_UNSET},
		.bg = {RD_COLOR_UNSET, RD_COLOR_UNSET, RD_COLOR_UNSET},
		.attrs = attrs[role],
	};
}

/* The first of the colours that says something, for the tier. */
static int32_t pick(rd_tier tier, const int32_t *role, const int32_t *ground, const int32_t *text)
{
	int column = tier == RD_TIER_RGB ? 2 : tier == RD_TIER_256 ? 1 : 0;
	int32_t color = role[column] != RD_COLOR_UNSET     ? role[column]
			: ground[column] != RD_COLOR_UNSET ? ground[column]
							   : text[column];

	return color == RD_COLOR_UNSET ? RD_COLOR_DEFAULT : rd_tier_color(tier, color);
}

rd_look rd_theme_look(const rd_theme *t, rd_tier tier, const rd_cell *cell)
{
	/* ordinary text has no look of its own on another ground */
	const rd_role_spec *role =
		&t->roles[cell->role == RD_ROLE_TEXT ? cell->ground : cell->role];
	const rd_role_spec *ground = &t->roles[cell->ground], *text = &t->roles[RD_ROLE_TEXT];
	rd_look look = {RD_COLOR_DEFAULT, RD_COLOR_DEFAULT, cell->attrs};

	if (tier == RD_TIER_MONO) {
		look.attrs |= rd_theme_mono(cell->role).attrs;
		look.attrs |= rd_theme_mono((rd_role)cell->ground).attrs;
		return look;
	}
	look.attrs |= role->attrs | ground->attrs;
	look.fg = cell->fg != RD_COLOR_DEFAULT ? rd_tier_color(tier, cell->fg)
					       : pick(tier, role->fg, ground->fg, text->fg);
	look.bg = cell->bg != RD_COLOR_DEFAULT ? rd_tier_color(tier, cell->bg)
					       : pick(tier, role->bg, ground->bg, text->bg);
	return look;
}
