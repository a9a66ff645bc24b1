/* SPDX-License-Identifier: MIT */
/* Tables and labelled lists, byte for byte. */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "cli/columns.h"

struct sheet {
	char *bytes;
	size_t n;
	rd_say say;
};

static void open_sheet(struct sheet *s)
{
	FILE *file = open_memstream(&s->bytes, &s->n);

	assert_non_null(file);
	rd_say_init(&s->say, file);
}

static void assert_sheet(struct sheet *s, const char *wanted)
{
	assert_int_equal(rd_say_flush(&s->say, NULL), RD_OK);
	assert_string_equal(s->bytes, wanted);
	fclose(s->say.file);
	rd_say_done(&s->say);
	free(s->bytes);
}

static void print__pads_all_columns_but_the_last(void **state RD_UNUSED)
{
	static const char *const header[] = {"ID", "STATUS", "DESCRIPTION"};
	rd_columns t;
	struct sheet s;

	open_sheet(&s);
	rd_columns_init(&t, 3, header);
	rd_columns_row(&t, (const char *const[]){"BABCDEFGHIJ", "complete", "fix"});
	rd_columns_row(&t, (const char *const[]){"BX", "", ""});
	assert_int_equal(rd_columns_print(&t, &s.say, NULL), RD_OK);
	rd_columns_done(&t);
	assert_sheet(&s, "ID           STATUS    DESCRIPTION\n"
			 "BABCDEFGHIJ  complete  fix\n"
			 "BX                     \n");
}

static void print__counts_cells_and_lets_no_control_byte_through(void **state RD_UNUSED)
{
	rd_columns t;
	struct sheet s;

	open_sheet(&s);
	rd_columns_init(&t, 2, NULL);
	rd_columns_row(&t, (const char *const[]){"\xe6\x97\xa5\xe6\x9c\xac", "wide"});
	rd_columns_row(&t, (const char *const[]){"\033[31mred\033[m", "a\nb"});
	assert_int_equal(rd_columns_print(&t, &s.say, NULL), RD_OK);
	rd_columns_done(&t);
	fflush(s.say.file);
	assert_null(strchr(s.bytes, '\033'));
	assert_memory_equal(s.bytes, "\xe6\x97\xa5\xe6\x9c\xac  wide\n", 13);
	assert_ptr_equal(strchr(strchr(s.bytes, '\n') + 1, '\n'), s.bytes + s.n - 1);
	fclose(s.say.file);
	rd_say_done(&s.say);
	free(s.bytes);
}

static void info__stands_further_lines_below_the_value(void **state RD_UNUSED)
{
	struct sheet s;

	open_sheet(&s);
	rd_info_print((const rd_info[]){{"Id", "RX"}, {NULL, "left out"}, {"Build", ""},
			      {"Env", "A=1\nB=2"}},
		4, &s.say);
	assert_sheet(&s, "Id     RX\n"
			 "Build  \n"
			 "Env    A=1\n"
			 "       B=2\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(print__pads_all_columns_but_the_last),
		cmocka_unit_test(print__counts_cells_and_lets_no_control_byte_through),
		cmocka_unit_test(info__stands_further_lines_below_the_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
