/* SPDX-License-Identifier: MIT */
/* Lists, fields, what is found by letters, and words. */
#include "tests/unit/unit.h"

#include "tui/dialogs/finder.h"
#include "tui/widgets/field.h"
#include "tui/widgets/list.h"
#include "tui/widgets/words.h"

/* ---- list ---- */

static void list_set__of_nothing_is_at_zero(void **state RD_UNUSED)
{
	rd_list l = {0};

	rd_list_set(&l, 0, 10, 5);
	assert_int_equal(l.cursor, 0);
	assert_int_equal(l.top, 0);
	assert_true(rd_list_act(&l, RD_ACTION_DOWN));
	assert_int_equal(l.cursor, 0);
}

static void list_act__scrolls_as_little_as_needed(void **state RD_UNUSED)
{
	rd_list l = {0};

	rd_list_set(&l, 100, 10, 0);
	for (int i = 0; i < 10; i++)
		rd_list_act(&l, RD_ACTION_DOWN);
	assert_int_equal(l.cursor, 10);
	assert_int_equal(l.top, 1);
	rd_list_act(&l, RD_ACTION_BOTTOM);
	assert_int_equal(l.cursor, 99);
	assert_int_equal(l.top, 90);
	rd_list_act(&l, RD_ACTION_UP);
	assert_int_equal(l.top, 90);
	rd_list_act(&l, RD_ACTION_PAGE_UP);
	assert_int_equal(l.cursor, 89);
	assert_int_equal(l.top, 89);
	rd_list_act(&l, RD_ACTION_TOP);
	assert_int_equal(l.cursor + l.top, 0);
}

static void list_set__keeps_the_cursor_in_a_list_that_shrank(void **state RD_UNUSED)
{
	rd_list l = {0};

	rd_list_set(&l, 100, 10, 99);
	rd_list_set(&l, 20, 10, 99);
	assert_int_equal(l.cursor, 19);
	assert_int_equal(l.top, 10);
	rd_list_set(&l, 20, 40, 19);
	assert_int_equal(l.top, 0);
}

static void list_act__leaves_other_actions_alone(void **state RD_UNUSED)
{
	rd_list l = {0};

	assert_false(rd_list_act(&l, RD_ACTION_PROMOTE));
	assert_false(rd_list_act(&l, RD_ACTION_LEFT));
}

/* ---- field ---- */

static void press(rd_field *f, const char *keys)
{
	size_t n;
	rd_key key;

	for (; *keys; keys += n + (keys[n] == ' ')) {
		n = strcspn(keys, " ");
		assert_int_equal(rd_key_parse(keys, n, &key), n);
		assert_true(rd_field_key(f, key));
	}
}

static void assert_field(const rd_field *f, const char *before, const char *after)
{
	char text[128];

	snprintf(text, sizeof text, "%s%s", before, after);
	assert_string_equal(rd_field_get(f), text);
	assert_int_equal(f->cursor, strlen(before));
}

static void field_key__edits(void **state RD_UNUSED)
{
	rd_field f = {0};

	press(&f, "a b c Left Left X");
	assert_field(&f, "aX", "bc");
	press(&f, "Del");
	assert_field(&f, "aX", "c");
	press(&f, "Backspace Backspace Backspace");
	assert_field(&f, "", "c");
	press(&f, "End d Home Left");
	assert_field(&f, "", "cd");
	press(&f, "Right Right Right Del");
	assert_field(&f, "cd", "");
	rd_field_done(&f);
}

static void field_key__moves_over_whole_characters(void **state RD_UNUSED)
{
	rd_field f = {0};

	rd_field_set(&f, "a\xc3\xa9"
			 "e\xcc\x81"
			 "z");
	press(&f, "Left Left");
	assert_field(&f, "a\xc3\xa9",
		"e\xcc\x81"
		"z");
	press(&f, "Backspace");
	assert_field(&f, "a",
		"e\xcc\x81"
		"z");
	press(&f, "Del");
	assert_field(&f, "a", "z");
	rd_field_done(&f);
}

static void field_key__erases_words_and_ends(void **state RD_UNUSED)
{
	rd_field f = {0};

	rd_field_set(&f, "one two  ");
	press(&f, "^W");
	assert_field(&f, "one ", "");
	press(&f, "^A ^K");
	assert_field(&f, "", "");
	rd_field_set(&f, "one two");
	press(&f, "^U");
	assert_field(&f, "", "");
	press(&f, "^W ^U ^K Backspace Del");
	assert_field(&f, "", "");
	rd_field_done(&f);
}

static void field_key__leaves_other_keys_alone(void **state RD_UNUSED)
{
	rd_field f = {0};

	assert_false(rd_field_key(&f, rd_key_of(RD_KEY_ENTER, 0)));
	assert_false(rd_field_key(&f, rd_key_of(RD_KEY_ESC, 0)));
	assert_false(rd_field_key(&f, rd_key_of('s', RD_KEY_CTRL)));
	rd_field_done(&f);
}

static void field_paste__drops_control_characters(void **state RD_UNUSED)
{
	const char text[] = "a\x1b[31m\tb\r\nc\x9b\x7f";
	rd_field f = {0};

	rd_field_paste(&f, text, sizeof text - 1);
	assert_string_equal(rd_field_get(&f), "a[31m b c\xef\xbf\xbd");
	rd_field_done(&f);
}

static void field_paste__stops_at_the_limit(void **state RD_UNUSED)
{
	char *text = malloc(RD_FIELD_MAX_BYTES + 10);
	rd_field f = {0};

	memset(text, 'x', RD_FIELD_MAX_BYTES + 10);
	rd_field_paste(&f, text, RD_FIELD_MAX_BYTES + 10);
	assert_int_equal(f.text.len, RD_FIELD_MAX_BYTES);
	free(text);
	rd_field_done(&f);
}

static char cell_at(const rd_surface *s, int x)
{
	return rd_surface_cell(s, x, 0)->text[0];
}

static void field_draw__scrolls_to_the_cursor(void **state RD_UNUSED)
{
	rd_surface *s = NULL;
	rd_field f = {0};
	rd_area a;
	rd_err err;
	bool visible;
	int x, y;

	assert_int_equal(rd_surface_new(20, 1, false, &s, &err), RD_OK);
	a = rd_surface_area(s);
	rd_field_set(&f, "0123456789");
	rd_field_draw(&f, &a, 2, 0, 6, true);
	rd_surface_cursor(s, &x, &y, &visible);
	assert_int_equal(x, 7);
	assert_true(visible);
	assert_int_equal(cell_at(s, 2), '5');
	assert_int_equal(cell_at(s, 6), '9');
	assert_int_equal(cell_at(s, 8), ' ');
	press(&f, "Home");
	rd_field_draw(&f, &a, 2, 0, 6, true);
	assert_int_equal(cell_at(s, 2), '0');
	rd_field_done(&f);
	rd_surface_free(s);
}

/* ---- words ---- */

static void words_build__tells_states_apart_without_colour(void **state RD_UNUSED)
{
	static const struct {
		const char *status, *reason, *word;
	} cases[] = {{"running", "", "~running"}, {"complete", "", "+complete"},
		{"failed", "boom", "xfailed"}, {"failed", "canceled", "/canceled"},
		{"created", "", "-queued"}, {"odd", "", "?odd"}};

	for (size_t i = 0; i < RD_LEN(cases); i++) {
		rd_build b = {
			.status = rd_strdup(cases[i].status), .reason = rd_strdup(cases[i].reason)};
		rd_role role;
		char word[32];

		rd_words_build(&b, word, sizeof word, &role);
		assert_string_equal(word, cases[i].word);
		free(b.status);
		free(b.reason);
	}
}

static void words_count__groups_digits(void **state RD_UNUSED)
{
	char buf[32];

	rd_words_count(0, buf, sizeof buf);
	assert_string_equal(buf, "0");
	rd_words_count(999, buf, sizeof buf);
	assert_string_equal(buf, "999");
	rd_words_count(1000, buf, sizeof buf);
	assert_string_equal(buf, "1,000");
	rd_words_count(18446744073709551615ULL, buf, sizeof buf);
	assert_string_equal(buf, "18,446,744,073,709,551,615");
}

static void words_bytes__has_three_digits_at_most(void **state RD_UNUSED)
{
	char buf[32];

	rd_words_bytes(0, buf, sizeof buf);
	assert_string_equal(buf, "0 B");
	rd_words_bytes(999, buf, sizeof buf);
	assert_string_equal(buf, "999 B");
	rd_words_bytes(1000, buf, sizeof buf);
	assert_string_equal(buf, "1.0 kB");
	rd_words_bytes(18400000, buf, sizeof buf);
	assert_string_equal(buf, "18.4 MB");
	rd_words_bytes(999600, buf, sizeof buf);
	assert_string_equal(buf, "1.0 MB");
	rd_words_bytes(UINT64_MAX, buf, sizeof buf);
	assert_string_equal(buf, "18.4 EB");
}

static void words_age_holds__a_quarter_but_a_minute_at_least(void **state RD_UNUSED)
{
	const int64_t minute_us = 60000000;

	assert_int_equal(rd_words_age_holds_us(0, 1), minute_us);
	assert_int_equal(rd_words_age_holds_us(0, 3 * minute_us), minute_us);
	assert_int_equal(rd_words_age_holds_us(0, 40 * minute_us), 10 * minute_us);
	assert_int_equal(rd_words_age_holds_us(minute_us, 0), minute_us); /* a clock set back */
}

/* ---- finder ---- */

#define THINGS 3000

/* All hold the letters; those of the last stand closest. */
static bool thing_at(const rd_dialog *d RD_UNUSED, size_t i, rd_word *ret_word)
{
	*ret_word = (rd_word){.name = i == THINGS - 1 ? "axc" : "axxc", .help = ""};
	return i < THINGS;
}

static void finder_find__puts_the_best_of_many_first(void **state RD_UNUSED)
{
	rd_finder f = {0};

	rd_finder_init(&f, thing_at);
	rd_finder_find(&f, NULL, "ac");
	assert_int_equal(f.list.count, THINGS);
	assert_int_equal(rd_finder_at(&f, 0), THINGS - 1);
	for (int i = 1; i < THINGS; i++)
		assert_int_equal(rd_finder_at(&f, i), i - 1);
	rd_finder_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_set__of_nothing_is_at_zero),
		cmocka_unit_test(list_act__scrolls_as_little_as_needed),
		cmocka_unit_test(list_set__keeps_the_cursor_in_a_list_that_shrank),
		cmocka_unit_test(list_act__leaves_other_actions_alone),
		cmocka_unit_test(field_key__edits),
		cmocka_unit_test(field_key__moves_over_whole_characters),
		cmocka_unit_test(field_key__erases_words_and_ends),
		cmocka_unit_test(field_key__leaves_other_keys_alone),
		cmocka_unit_test(field_paste__drops_control_characters),
		cmocka_unit_test(field_paste__stops_at_the_limit),
		cmocka_unit_test(field_draw__scrolls_to_the_cursor),
		cmocka_unit_test(finder_find__puts_the_best_of_many_first),
		cmocka_unit_test(words_build__tells_states_apart_without_colour),
		cmocka_unit_test(words_count__groups_digits),
		cmocka_unit_test(words_age_holds__a_quarter_but_a_minute_at_least),
		cmocka_unit_test(words_bytes__has_three_digits_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
