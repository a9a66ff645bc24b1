/* SPDX-License-Identifier: MIT */
/* Themes: the shipped ones are whole and readable, broken ones are refused with their place. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "tui/theme.h"

static const char *const shipped[] = {"mono", "slate-dark", "paper-light"};

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

static double channel(int32_t v)
{
	double c = (v & 255) / 255.0;

	return c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(int32_t rgb)
{
	return 0.2126 * channel(rgb >> 16) + 0.7152 * channel(rgb >> 8) + 0.0722 * channel(rgb);
}

/* Contrast as WCAG 2 defines it. */
static double contrast(int32_t a, int32_t b)
{
	double la = luminance(a), lb = luminance(b);

	return la > lb ? (la + 0.05) / (lb + 0.05) : (lb + 0.05) / (la + 0.05);
}

static double wanted(rd_role role, rd_role ground)
{
	if (role == RD_ROLE_LINE || role == RD_ROLE_LINE_FOCUS || role == RD_ROLE_BORDER ||
		role == RD_ROLE_BAR)
		return 1.3;
	if (role == RD_ROLE_TIME || role == RD_ROLE_GUTTER || role == RD_ROLE_COLUMN ||
		ground == RD_ROLE_SELECTED)
		return 3.0;
	return 4.5;
}

/* least: what is wanted at least of every role; 0: as much as the role wants of its own background. */
static void check_contrast(const char *name, int32_t paper, int32_t ink, double least)
{
	static const rd_role grounds[] = {RD_ROLE_TEXT, RD_ROLE_HEADER, RD_ROLE_STATUS,
		RD_ROLE_SELECTED, RD_ROLE_SELECTED_IDLE, RD_ROLE_DIALOG};
	rd_theme *t = load(name);

	for (size_t i = 0; i < RD_LEN(grounds); i++)
		for (int role = 0; role < RD_ROLE_MAX_; role++) {
			rd_cell cell = cell_of((rd_role)role, grounds[i]);
			rd_look look = rd_theme_look(t, RD_TIER_RGB, &cell);
			double got =
				contrast(look.fg == RD_COLOR_DEFAULT ? ink : look.fg & 0xffffff,
					look.bg == RD_COLOR_DEFAULT ? paper : look.bg & 0xffffff);

			if (got < (least > 0 ? least : wanted((rd_role)role, grounds[i])))
				fail_msg("%s: %s on %s has a contrast of %.1f", name,
					rd_role_name((rd_role)role), rd_role_name(grounds[i]), got);
		}
	rd_theme_free(t);
}

static void shipped__are_readable_on_their_background(void **state RD_UNUSED)
{
	check_contrast("slate-dark", 0x16191f, 0xd0d0d0, 0);
	check_contrast("paper-light", 0xffffff, 0x101010, 0);
}

static void shipped__do_not_vanish_on_the_other_background(void **state RD_UNUSED)
{
	check_contrast("slate-dark", 0xffffff, 0x101010, 1.2);
	check_contrast("paper-light", 0x000000, 0xd0d0d0, 1.2);
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
	check_refused("roles:\n  nosuch: {}\n", "bad.yml:2:3: there is no such role");
	check_refused("roles:\n  text: {fg: [red, 1]}\n", "bad.yml:2:14");
	check_refused("roles:\n  text: {fg: [purple, 1, '#ffffff']}\n", "bad.yml:2:15");
	check_refused("roles:\n  text: {fg: [red, 256, '#ffffff']}\n", "from 0 to 255");
	check_refused("roles:\n  text: {fg: [red, 1, '#fffff']}\n", "like \"#ff6b6b\"");
	check_refused("roles:\n  text: {attrs: [blink]}\n", "attrs are");
	check_refused("colours: {}\n", "name, about and roles");
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
		assert_non_null(strstr(err.msg, "mono, paper-light, slate-dark"));
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
		cmocka_unit_test(shipped__are_readable_on_their_background),
		cmocka_unit_test(shipped__do_not_vanish_on_the_other_background),
		cmocka_unit_test(shipped__no_text_vanishes_with_few_colours),
		cmocka_unit_test(look__role_over_ground_over_text),
		cmocka_unit_test(color__comes_down_to_the_tier),
		cmocka_unit_test(parse__says_where_it_is_broken),
		cmocka_unit_test(manual__names_every_role),
		cmocka_unit_test(load__unknown_names_what_there_is),
	};

	return cmocka_run_group_tests(tests, use_source_themes, NULL);
}
