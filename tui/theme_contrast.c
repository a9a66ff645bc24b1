/* SPDX-License-Identifier: MIT */
/* How well a theme can be read. Formulas: WCAG 2.2, "relative luminance" and "contrast ratio". */
#include <math.h>

#include "tui/theme_spec.h"

static double channel(int32_t v)
{
	double c = (v & 255) / 255.0;

	return c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(int32_t rgb)
{
	return 0.2126 * channel(rgb >> 16) + 0.7152 * channel(rgb >> 8) + 0.0722 * channel(rgb);
}

static double contrast(int32_t a, int32_t b)
{
	double la = luminance(a), lb = luminance(b);

	return la > lb ? (la + 0.05) / (lb + 0.05) : (lb + 0.05) / (la + 0.05);
}

static void note(rd_contrast *c, rd_role ground, double found)
{
	if (found >= c->least)
		return;
	c->least = found;
	c->ground = ground;
}

/* Looks at a role on one ground. The terminal's own text on its own background is none of our
 * business, but nobody knows what it is on one of ours. */
static void look_at(const rd_theme *t, rd_tier tier, rd_role ground, rd_contrast *c)
{
	const rd_cell cell = {.role = c->role,
		.ground = (uint8_t)ground,
		.fg = RD_COLOR_DEFAULT,
		.bg = RD_COLOR_DEFAULT};
	rd_look look = rd_theme_look(t, tier, &cell);
	bool is_bare = t->roles[c->role].bg[2] < 0 && ground == RD_ROLE_TEXT;

	if (look.fg == RD_COLOR_DEFAULT) {
		note(c, ground, look.bg == RD_COLOR_DEFAULT ? RD_CONTRAST_BEST : 1);
		return;
	}
	if (look.bg != RD_COLOR_DEFAULT)
		note(c, ground, contrast(rd_color_rgb(look.fg), rd_color_rgb(look.bg)));
	for (int i = 0; i < 2; i++)
		if ((is_bare || look.bg == RD_COLOR_DEFAULT) && t->backgrounds[i] != RD_COLOR_UNSET)
			note(c, ground,
				contrast(rd_color_rgb(look.fg), rd_color_rgb(t->backgrounds[i])));
}

/* Lines and bars are drawn where nothing else is: they lie on fewer grounds than words. */
static bool can_lie_on(rd_role role, rd_role ground)
{
	if (ground == RD_ROLE_FIELD || ground == RD_ROLE_FIELD_FOCUS)
		return role == RD_ROLE_TEXT || role == RD_ROLE_DIM;
	if (role == RD_ROLE_LINE || role == RD_ROLE_LINE_FOCUS)
		return ground == RD_ROLE_TEXT;
	if (role == RD_ROLE_BORDER)
		return ground == RD_ROLE_DIALOG;
	return role != RD_ROLE_BAR || ground == RD_ROLE_TEXT || ground == RD_ROLE_SELECTED ||
	       ground == RD_ROLE_SELECTED_IDLE;
}

rd_contrast rd_theme_role_contrast(const rd_theme *t, rd_tier tier, rd_role role)
{
	static const rd_role grounds[] = {RD_ROLE_TEXT, RD_ROLE_HEADER, RD_ROLE_STATUS,
		RD_ROLE_TOAST, RD_ROLE_SELECTED, RD_ROLE_SELECTED_IDLE, RD_ROLE_DIALOG,
		RD_ROLE_FIELD, RD_ROLE_FIELD_FOCUS};
	rd_contrast c = {RD_CONTRAST_BEST, role, RD_ROLE_TEXT};

	for (size_t i = 0; i < RD_LEN(grounds); i++)
		if (can_lie_on(role, grounds[i]))
			look_at(t, tier, grounds[i], &c);
	return c;
}

double rd_role_contrast_wanted(rd_role role)
{
	switch (role) {
	case RD_ROLE_LINE: /* titles part the panes as well */
		return 1.3;
	case RD_ROLE_LINE_FOCUS:
	case RD_ROLE_BORDER:
	case RD_ROLE_BAR:
		return 3.0;
	default:
		return 4.5;
	}
}

rd_contrast rd_theme_contrast(const rd_theme *t, rd_tier tier)
{
	rd_contrast worst = {RD_CONTRAST_BEST, RD_ROLE_TEXT, RD_ROLE_TEXT};

	for (int i = 0; i < RD_ROLE_MAX_; i++) {
		rd_contrast c = rd_theme_role_contrast(t, tier, (rd_role)i);

		if (rd_role_contrast_wanted((rd_role)i) >= 4.5 && c.least < worst.least)
			worst = c;
	}
	return worst;
}
