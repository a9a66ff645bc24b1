/* SPDX-License-Identifier: MIT */
/* Settings: what is read, what is refused with its place, which racks are protected. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "tui/settings.h"

static char dir[] = "/tmp/rackdeck-settings-XXXXXX";
static char path[64];

static rd_code load(const char *text, rd_settings *s, rd_err *err)
{
	assert_int_equal(rd_file_write(path, text, strlen(text), NULL), RD_OK);
	return rd_settings_load(path, s, err);
}

static void settings__none_are_fine(void **state RD_UNUSED)
{
	rd_settings s;

	assert_int_equal(rd_settings_load("/nonexistent/config.yml", &s, NULL), RD_OK);
	assert_null(s.theme);
	rd_settings_done(&s);
	assert_int_equal(load("", &s, NULL), RD_OK);
	assert_int_equal(load("# nothing yet\n", &s, NULL), RD_OK);
	rd_settings_done(&s);
}

static void settings__protect_racks_by_name(void **state RD_UNUSED)
{
	static const struct {
		const char *rack;
		bool is_protected;
	} racks[] = {{"prod-east", true}, {"production", true}, {"live", true}, {"local", false},
		{"staging", false}, {"staging-eu", true}, {"prod-test", false}, {"preprod", false}};
	rd_settings s;

	assert_int_equal(load("theme: mono\nconfirm: {prod-test: y, 'staging-*': type}\n", &s,
				 NULL),
		RD_OK);
	assert_string_equal(s.theme, "mono");
	for (size_t i = 0; i < RD_LEN(racks); i++)
		if (rd_settings_protect(&s, racks[i].rack) != racks[i].is_protected)
			fail_msg("%s", racks[i].rack);
	rd_settings_done(&s);
}

static void settings__notify(void **state RD_UNUSED)
{
	rd_settings s;

	assert_int_equal(load("", &s, NULL), RD_OK);
	assert_int_equal(s.notify.after_us, 60000000);
	assert_false(s.notify.bell);
	rd_settings_done(&s);
	assert_int_equal(load("notify: {after: 5, bell: true, osc: 777, command: \"x '$1'\"}\n", &s,
				 NULL),
		RD_OK);
	assert_int_equal(s.notify.after_us, 5000000);
	assert_true(s.notify.bell);
	assert_int_equal(s.notify.osc, 777);
	assert_string_equal(s.notify.command, "x '$1'");
	rd_settings_done(&s);
}

static void settings__highlight(void **state RD_UNUSED)
{
	const rd_highlight *rule;
	size_t start, end;
	rd_settings s;

	assert_int_equal(load("highlight: {'\\bnpm\\b': warn, 'E[0-9]+': error}\n", &s, NULL),
		RD_OK);
	assert_int_equal(s.highlights.len, 2);
	rule = rd_vec_at(&s.highlights, 0);
	assert_int_equal(rule->role, RD_ROLE_WARN);
	assert_true(rd_log_search_line(rule->search, "run NPM ci", 10, 0, &start, &end));
	assert_int_equal(start, 4);
	rule = rd_vec_at(&s.highlights, 1);
	assert_int_equal(rule->role, RD_ROLE_ERROR);
	assert_false(rd_log_search_line(rule->search, "e404", 4, 0, &start, &end));
	rd_settings_done(&s);
}

static void settings__highlights_are_bounded(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_settings s;
	rd_err err = {0};

	rd_str_put(&text, "highlight:\n");
	for (int i = 0; i < 65; i++)
		rd_str_printf(&text, "  x%d: warn\n", i);
	assert_int_equal(load(rd_str_get(&text), &s, &err), RD_EINVAL);
	assert_non_null(strstr(err.msg, "config.yml:66:3: highlight: these are more than 64"));
	assert_int_equal(s.highlights.len, 64);
	rd_settings_done(&s);
}

static void settings__mistakes_have_a_place_and_the_rest_counts(void **state RD_UNUSED)
{
	static const struct {
		const char *text, *message;
	} wrong[] = {
		{"colour: blue\ntheme: mono\n", "config.yml:1:1: colour: there is no such setting"},
		{"theme: mono\nconfirm:\n  prod: maybe\n", ":3:3: prod: this is 'type' or 'y'"},
		{"theme: mono\nnotify: {after: -1}\n", ":2:10: notify.after: these are seconds"},
		{"theme: mono\nnotify: {osc: 8}\n", "notify.osc: this is 9 or 777"},
		{"theme: mono\nnotify: {bell: loud}\n", "notify.bell: this is true or false"},
		{"theme: mono\nnotify: {ring: true}\n", "ring: notify has after, bell, osc"},
		{"theme: mono\nhighlight: {'a(': warn}\n", ":2:13: highlight: "},
		{"theme: mono\nhighlight: {ok: red}\n", ":2:17: highlight: this is a role"},
		{"theme: mono\nhighlight: [ok]\n", ":2:1: highlight: this is a map"},
		{"theme: mono\nnotify: true\n", ":2:1: notify: this is a map"},
		{"theme: mono\nconfirm: yes\n", ":2:1: confirm: this is a map"}};

	for (size_t i = 0; i < RD_LEN(wrong); i++) {
		rd_settings s;
		rd_err err = {0};

		assert_int_equal(load(wrong[i].text, &s, &err), RD_EINVAL);
		if (!strstr(err.msg, wrong[i].message))
			fail_msg("'%s' does not say '%s'", err.msg, wrong[i].message);
		assert_string_equal(s.theme, "mono");
		rd_settings_done(&s);
	}
}

static int make_dir(void **state RD_UNUSED)
{
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/config.yml", dir);
	return 0;
}

static int drop_dir(void **state RD_UNUSED)
{
	return rd_rmtree(dir, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings__none_are_fine),
		cmocka_unit_test(settings__protect_racks_by_name),
		cmocka_unit_test(settings__notify),
		cmocka_unit_test(settings__highlight),
		cmocka_unit_test(settings__highlights_are_bounded),
		cmocka_unit_test(settings__mistakes_have_a_place_and_the_rest_counts),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
