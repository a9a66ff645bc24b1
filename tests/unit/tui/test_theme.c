/* SPDX-License-Identifier: MIT */
/* Themes: the shipped ones are whole and readable, broken ones are refused with their place. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "tui/theme.h"

static const char *const shipped[] = {"blue-orange", "dracula", "gruvbox-dark", "gruvbox-light",
	"high-contrast", "mono", "paper-light", "slate-dark"};

static rd_theme *load(const char *name)
{
	rd_theme *t = NULL;
	rd_err err = {0};

	if (rd_theme_load(name, &t, &err))
		fail_msg("%s: %s", name, err.msg);
	return t;
}

static rd_theme *parse(const char *text)
{
	rd_theme *t = NULL;
	rd_err err = {0};

	if (rd_theme_parse(text, strlen(text), "test", &t, &err))
		fail_msg("%s", err.msg);
	return t;
}

static void check_refused(const char *text, const char *place)
{
	rd_theme *t = NULL;
	rd_err err = {0};
	char buf[2048];

	assert_int_equal(rd_theme_parse(text, strlen(text), "bad.yml", &t, &err), RD_EPARSE);
	assert_null(t);
	if (!strstr(rd_err_text(&err, buf, sizeof(buf)), place))
		fail_msg("'%s' does not say '%s'", buf, place);
}

static rd_cell cell_of(rd_role role, rd_role ground)
{
	return (rd_cell){.role = role,
		.ground = (uint8_t)ground,
		.fg = RD_COLOR_DEFAULT,
		.bg = RD_COLOR_DEFAULT};
}

static void shipped__give_every_role_a_look(void **state RD_UNUSED)
{
	for (size_t i = 0; i < RD_LEN(shipped); i++) {
		rd_theme *t = load(shipped[i]);

		assert_string_equal(rd_theme_name(t), shipped[i]);
		assert_true(rd_theme_about(t)[0] != '\0');
		for (int role = 0; role < RD_ROLE_MAX_; role++)
			if (!rd_theme_has(t, (rd_role)role))
				fail_msg("%s has no %s", shipped[i], rd_role_name((rd_role)role));
		rd_theme_free(t);
	}
}

static void mono__the_file_says_what_the_binary_holds(void **state RD_UNUSED)
{
	rd_theme *file = load("mono"), *built_in = NULL;

	assert_int_equal(rd_theme_new(&built_in, NULL), RD_OK);
	for (int role = 0; role < RD_ROLE_MAX_; role++) {
		rd_cell cell = cell_of((rd_role)role, RD_ROLE_TEXT);
		rd_look a = rd_theme_look(file, RD_TIER_256, &cell);
		rd_look b = rd_theme_look(built_in, RD_TIER_256, &cell);

		assert_int_equal(a.attrs, b.attrs);
		assert_int_equal(a.fg, RD_COLOR_DEFAULT);
		assert_int_equal(b.fg, RD_COLOR_DEFAULT);
	}
	assert_string_equal(rd_theme_about(file), rd_theme_about(built_in));
	rd_theme_free(file);
	rd_theme_free(built_in);
}

/* Text can be read (WCAG: 4.5:1) on both backgrounds that the theme declares and on all of its own,
 * with 256 colours and with all. */
static void shipped__text_has_enough_contrast(void **state RD_UNUSED)
{
	for (size_t i = 0; i < RD_LEN(shipped); i++) {
		rd_theme *t = load(shipped[i]);

		for (rd_tier tier = RD_TIER_256; tier <= RD_TIER_RGB; tier++)
			for (int role = 0; role < RD_ROLE_MAX_; role++) {
				rd_contrast c = rd_theme_role_contrast(t, tier, (rd_role)role);

				if (c.least < rd_role_contrast_wanted((rd_role)role))
					fail_msg("%s: %s on %s has %.2f:1 (tier %d)", shipped[i],
						rd_role_name(c.role), rd_role_name(c.ground),
						c.least, tier);
			}
		rd_theme_free(t);
	}
}

static void shipped__high_contrast_has_7_to_1(void **state RD_UNUSED)
{
	rd_theme *t = load("high-contrast");

	assert_true(rd_theme_contrast(t, RD_TIER_RGB).least >= 7);
	assert_true(rd_theme_contrast(t, RD_TIER_256).least >= 7);
	rd_theme_free(t);
}

static void contrast__is_that_of_the_worst_text(void **state RD_UNUSED)
{
	rd_theme *t = parse("backgrounds: ['#000000', '#ffffff']\n"
			    "roles:\n"
			    "  text: {fg: [white, 231, '#767676'], bg: default}\n"
			    "  line: {fg: [white, 16, '#000000']}\n");
	rd_contrast c = rd_theme_contrast(t, RD_TIER_RGB);

	/* #767676 is the lightest grey with 4.5:1 on white; it has 4.6:1 on black */
	assert_true(c.least > 4.53 && c.least < 4.55);
	rd_theme_free(t);
	t = parse("roles:\n  selected: {bg: [blue, 20, '#0000ff']}\n");
	c = rd_theme_contrast(t, RD_TIER_RGB);
	assert_true(c.least < 1.1); /* whatever the terminal's text looks like there */
	assert_int_equal(c.ground, RD_ROLE_SELECTED);
	rd_theme_free(t);
}

/* ---- eyes that see fewer colours ---- */

/* In linear light, by Machado, Oliveira, Fernandes (2009), severity 1. */
static const double seen_by[4][3][3] = {
	{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216},
		{-0.003882, -0.048116, 1.051998}}, /* protanopia */
	{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413},
		{-0.011820, 0.042940, 0.968881}}, /* deuteranopia */
	{{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602},
		{0.004733, 0.691367, 0.303900}}, /* tritanopia */
};

static double linear(int32_t v)
{
	double c = (v & 255) / 255.0;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double lab_curve(double v)
{
	return v > 0.008856 ? cbrt(v) : 7.787 * v + 16.0 / 116;
}

/* CIE L*a*b* (D65) of a colour as such an eye sees it. */
static void see(int32_t rgb, const double eye[3][3], double lab[3])
{
	double in[3] = {linear(rgb >> 16), linear(rgb >> 8), linear(rgb)}, c[3], x, y, z;

	for (int i = 0; i < 3; i++) {
		c[i] = eye[i][0] * in[0] + eye[i][1] * in[1] + eye[i][2] * in[2];
		c[i] = c[i] < 0 ? 0 : c[i] > 1 ? 1 : c[i];
	}
	x = lab_curve((0.4124 * c[0] + 0.3576 * c[1] + 0.1805 * c[2]) / 0.9505);
	y = lab_curve(0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]);
	z = lab_curve((0.0193 * c[0] + 0.1192 * c[1] + 0.9505 * c[2]) / 1.089);
	lab[0] = 116 * y - 16;
	lab[1] = 500 * (x - y);
	lab[2] = 200 * (y - z);
}

static double difference(int32_t a, int32_t b, const double eye[3][3])
{
	double p[3], q[3];

	see(a, eye, p);
	see(b, eye, q);
	return sqrt(pow(p[0] - q[0], 2) + pow(p[1] - q[1], 2) + pow(p[2] - q[2], 2));
}

/* The states that must not be taken for each other differ clearly for each kind of eye. */
static void shipped__blue_orange_is_told_apart_by_all_eyes(void **state RD_UNUSED)
{
	static const rd_role pairs[][2] = {{RD_ROLE_COMPLETE, RD_ROLE_FAILED},
		{RD_ROLE_RUNNING, RD_ROLE_FAILED}, {RD_ROLE_RUNNING, RD_ROLE_COMPLETE},
		{RD_ROLE_ADD, RD_ROLE_REMOVE}, {RD_ROLE_WARN, RD_ROLE_ERROR},
		{RD_ROLE_ACTIVE, RD_ROLE_FAILED}, {RD_ROLE_HIT, RD_ROLE_SELECTED}};
	rd_theme *t = load("blue-orange");

	for (size_t i = 0; i < RD_LEN(pairs); i++)
		for (rd_tier tier = RD_TIER_256; tier <= RD_TIER_RGB; tier++)
			for (size_t eye = 0; eye < RD_LEN(seen_by); eye++) {
				rd_cell a = cell_of(pairs[i][0], RD_ROLE_TEXT);
				rd_cell b = cell_of(pairs[i][1], RD_ROLE_TEXT);
				rd_look one = rd_theme_look(t, tier, &a);
				rd_look two = rd_theme_look(t, tier, &b);
				bool is_ground = pairs[i][0] == RD_ROLE_HIT;
				double d = difference(rd_color_rgb(is_ground ? one.bg : one.fg),
					rd_color_rgb(is_ground ? two.bg : two.fg), seen_by[eye]);

				if (d < 20)
					fail_msg("%s and %s differ by %.0f for eye %zu (tier %d)",
						rd_role_name(pairs[i][0]),
						rd_role_name(pairs[i][1]), d, eye, tier);
			}
	rd_theme_free(t);
}

/* With 16 colours the shades are few: text may not have the colour of what it lies on. */
static void shipped__no_text_vanishes_with_few_colours(void **state RD_UNUSED)
{
	static const rd_role grounds[] = {RD_ROLE_TEXT, RD_ROLE_HEADER, RD_ROLE_STATUS,
		RD_ROLE_SELECTED, RD_ROLE_SELECTED_IDLE, RD_ROLE_DIALOG};

	for (size_t i = 0; i < RD_LEN(shipped); i++) {
		rd_theme *t = load(shipped[i]);

		for (size_t k = 0; k < RD_LEN(grounds); k++)
			for (int role = 0; role < RD_ROLE_MAX_; role++)
				for (rd_tier tier = RD_TIER_MONO; tier <= RD_TIER_256; tier++) {
					rd_cell cell = cell_of((rd_role)role, grounds[k]);
					rd_look look = rd_theme_look(t, tier, &cell);

					if (look.fg == look.bg && look.fg != RD_COLOR_DEFAULT)
						fail_msg("%s: %s vanishes on %s (tier %d)",
							shipped[i], rd_role_name((rd_role)role),
							rd_role_name(grounds[k]), tier);
				}
		rd_theme_free(t);
	}
}

static void look__role_over_ground_over_text(void **state RD_UNUSED)
{
	rd_theme *t = parse("roles:\n"
			    "  text: {fg: [white, 250, '#aaaaaa'], bg: default}\n"
			    "  failed: {fg: [red, 203, '#ff0000'], attrs: [bold]}\n"
			    "  selected: {bg: [blue, 20, '#0000ff'], attrs: [underline]}\n");
	rd_cell cell = cell_of(RD_ROLE_FAILED, RD_ROLE_SELECTED);
	rd_look look = rd_theme_look(t, RD_TIER_256, &cell);

	assert_int_equal(look.fg, 203);
	assert_int_equal(look.bg, 20);
	assert_int_equal(look.attrs, RD_ATTR_BOLD | RD_ATTR_UNDERLINE);
	look = rd_theme_look(t, RD_TIER_16, &cell);
	assert_int_equal(look.fg, 1);
	look = rd_theme_look(t, RD_TIER_RGB, &cell);
	assert_int_equal(look.bg, RD_COLOR_RGB | 0x0000ff);
	cell = cell_of(RD_ROLE_TEXT, RD_ROLE_SELECTED);
	assert_int_equal(rd_theme_look(t, RD_TIER_256, &cell).bg, 20);
	assert_int_equal(rd_theme_look(t, RD_TIER_256, &cell).fg, 250);
	cell = cell_of(RD_ROLE_DIM, RD_ROLE_TEXT);
	assert_int_equal(rd_theme_look(t, RD_TIER_256, &cell).fg, 250);
	cell.fg = RD_COLOR_RGB | 0xff5f5f;
	assert_int_equal(rd_theme_look(t, RD_TIER_256, &cell).fg, 203);
	assert_int_equal(rd_theme_look(t, RD_TIER_MONO, &cell).fg, RD_COLOR_DEFAULT);
	rd_theme_free(t);
}

static void color__comes_down_to_the_tier(void **state RD_UNUSED)
{
	assert_int_equal(rd_tier_color(RD_TIER_256, RD_COLOR_RGB | 0xff0000), 196);
	assert_int_equal(rd_tier_color(RD_TIER_256, RD_COLOR_RGB | 0x808080), 244);
	assert_int_equal(rd_tier_color(RD_TIER_16, 196), 9);
	assert_int_equal(rd_tier_color(RD_TIER_8, 196), 1);
	assert_int_equal(rd_tier_color(RD_TIER_8, 8), RD_COLOR_DEFAULT);
	assert_int_equal(rd_tier_color(RD_TIER_RGB, 5), 5);
	assert_int_equal(rd_tier_color(RD_TIER_RGB, 196), RD_COLOR_RGB | 0xff0000);
	assert_int_equal(rd_tier_color(RD_TIER_MONO, 196), RD_COLOR_DEFAULT);
	for (int c = 0; c < 256; c++)
		assert_true(rd_tier_color(RD_TIER_8, c) < 8);
}

static void parse__says_where_it_is_broken(void **state RD_UNUSED)
{
	check_refused("roles: [", "bad.yml:");
	check_refused("roles:\n  nosuch: {}\n", "bad.yml:2:3: roles.nosuch: there is no such role");
	check_refused("roles:\n  text: {fg: [red, 1]}\n", "bad.yml:2:14: roles.text.fg: a colour");
	check_refused("roles:\n  text: {fg: [purple, 1, '#ffffff']}\n", "bad.yml:2:15");
	check_refused("roles:\n  text: {fg: [red, 256, '#ffffff']}\n", "from 0 to 255");
	check_refused("roles:\n  text: {fg: [red, 1, '#fffff']}\n", "like \"#ff6b6b\"");
	check_refused("roles:\n  text: {attrs: [blink]}\n", "attrs are");
	check_refused("roles:\n  text: {ink: default}\n",
		"bad.yml:2:10: roles.text.ink: a role has");
	check_refused("backgrounds: ['#000000']\n", "bad.yml:1:14: backgrounds: these are two");
	check_refused("backgrounds: ['#000000', white]\n", "bad.yml:1:26: backgrounds: a back");
	check_refused("colours: {}\n", "bad.yml:1:1: colours: a theme has name, about,");
	check_refused("- a\n", "a theme is a map");
	check_refused("", "a theme is a map");
}

static void load__unknown_names_what_there_is(void **state RD_UNUSED)
{
	static const char *const names[] = {"nosuch", "", "../mono", "."};

	for (size_t i = 0; i < RD_LEN(names); i++) {
		rd_theme *t = NULL;
		rd_err err = {0};

		assert_int_equal(rd_theme_load(names[i], &t, &err), RD_ENOENT);
		assert_non_null(strstr(err.msg,
			"blue-orange, dracula, gruvbox-dark, gruvbox-light, "
			"high-contrast, mono, paper-light, "
			"slate-dark"));
	}
}

static void manual__names_every_role(void **state RD_UNUSED)
{
	const char *top = getenv("top_srcdir");
	RD_STR_AUTO
	rd_str page = RD_STR_INIT(1024 * 1024);
	char path[4096];

	snprintf(path, sizeof(path), "%s/man/rackdeck-theme.5", top ? top : "..");
	assert_int_equal(rd_file_read(path, 1024 * 1024, &page, NULL), RD_OK);
	for (int i = 0; i < RD_ROLE_MAX_; i++) {
		RD_STR_AUTO
		rd_str line = RD_STR_INIT(256);

		rd_str_put(&line, "\n.B ");
		for (const char *c = rd_role_name((rd_role)i); *c; c++)
			rd_str_printf(&line, *c == '-' ? "\\-" : "%c", *c);
		rd_str_put(&line, "\n");
		if (!strstr(page.data, line.data))
			fail_msg("rackdeck-theme.5 has no role %s", rd_role_name((rd_role)i));
	}
}

static int use_source_themes(void **state RD_UNUSED)
{
	const char *top = getenv("top_srcdir");
	char path[4096];

	snprintf(path, sizeof(path), "%s/themes", top ? top : "..");
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	return setenv("RACKDECK_THEMEDIR", path, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shipped__give_every_role_a_look),
		cmocka_unit_test(mono__the_file_says_what_the_binary_holds),
		cmocka_unit_test(shipped__text_has_enough_contrast),
		cmocka_unit_test(shipped__high_contrast_has_7_to_1),
		cmocka_unit_test(contrast__is_that_of_the_worst_text),
		cmocka_unit_test(shipped__blue_orange_is_told_apart_by_all_eyes),
		cmocka_unit_test(shipped__no_text_vanishes_with_few_colours),
		cmocka_unit_test(look__role_over_ground_over_text),
		cmocka_unit_test(color__comes_down_to_the_tier),
		cmocka_unit_test(parse__says_where_it_is_broken),
		cmocka_unit_test(manual__names_every_role),
		cmocka_unit_test(load__unknown_names_what_there_is),
	};

	return cmocka_run_group_tests(tests, use_source_themes, NULL);
}
