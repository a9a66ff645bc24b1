/* SPDX-License-Identifier: MIT */
/* rd_say: exact bytes to files, safe text to terminals, failed writes told. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "cli/say.h"

static void log__to_a_file_keeps_every_byte(void **state RD_UNUSED)
{
	static const char bytes[] = "\033[31mred\r\n\0half";
	char *out = NULL;
	size_t n = 0;
	rd_say s;
	FILE *file = open_memstream(&out, &n);

	assert_non_null(file);
	rd_say_init(&s, file);
	rd_say_log(&s, bytes, 3);
	rd_say_log(&s, bytes + 3, sizeof(bytes) - 1 - 3);
	rd_say_log_end(&s);
	assert_int_equal(n, sizeof(bytes) - 1);
	assert_memory_equal(out, bytes, n);
	rd_say_end_line(&s);
	assert_int_equal(rd_say_flush(&s, NULL), RD_OK);
	assert_int_equal(n, sizeof(bytes));
	rd_say_done(&s);
	fclose(file);
	free(out);
}

/* A terminal whose other side we read. */
struct terminal {
	int master;
	rd_say say;
	char seen[4096];
};

static void open_terminal(struct terminal *t)
{
	struct termios raw;
	int slave;

	cfmakeraw(&raw);
	assert_int_equal(openpty(&t->master, &slave, NULL, &raw, NULL), 0);
	rd_say_init(&t->say, fdopen(slave, "w"));
	assert_true(t->say.is_tty);
}

/* What arrived up to the last write; closes the terminal. */
static const char *see(struct terminal *t)
{
	size_t len = 0;
	ssize_t n;

	assert_int_equal(rd_say_flush(&t->say, NULL), RD_OK);
	fputc('\004', t->say.file);
	fflush(t->say.file);
	while ((n = read(t->master, t->seen + len, sizeof(t->seen) - 1 - len)) > 0) {
		len += (size_t)n;
		if (t->seen[len - 1] == '\004')
			break;
	}
	assert_true(len > 0);
	t->seen[len - 1] = '\0';
	rd_say_done(&t->say);
	fclose(t->say.file);
	close(t->master);
	return t->seen;
}

static void log__to_a_terminal_joins_pieces_and_drops_escapes(void **state RD_UNUSED)
{
	static const char *const pieces[] = {
		"one \033]0;ti", "tle\007line\ntwo\n", "10%\r20%", "\nend"};
	struct terminal t;

	setenv("NO_COLOR", "1", 1);
	open_terminal(&t);
	for (size_t i = 0; i < RD_LEN(pieces); i++)
		rd_say_log(&t.say, pieces[i], strlen(pieces[i]));
	rd_say_log_end(&t.say);
	assert_string_equal(see(&t), "one line\ntwo\n20%\nend\n");
	unsetenv("NO_COLOR");
}

static void text__to_a_terminal_is_one_safe_line(void **state RD_UNUSED)
{
	struct terminal t;
	const char *seen;

	open_terminal(&t);
	rd_say_text(&t.say, "a\033[2Jb\nc");
	seen = see(&t);
	assert_null(strchr(seen, '\033'));
	assert_null(strchr(seen, '\n'));
	assert_non_null(strchr(seen, 'c'));
}

static void lines__end_with_a_newline_unless_empty(void **state RD_UNUSED)
{
	char *out = NULL;
	size_t n = 0;
	rd_say s;
	FILE *file = open_memstream(&out, &n);

	assert_non_null(file);
	rd_say_init(&s, file);
	rd_say_lines(&s, "");
	rd_say_lines(&s, "a\n\nb");
	rd_say_lines(&s, "c\n");
	assert_int_equal(rd_say_flush(&s, NULL), RD_OK);
	assert_string_equal(out, "a\n\nb\nc\n");
	rd_say_done(&s);
	fclose(file);
	free(out);
}

static void flush__tells_of_a_full_disk(void **state RD_UNUSED)
{
	FILE *file = fopen("/dev/full", "we");
	rd_err err;
	rd_say s;

	assert_non_null(file);
	rd_say_init(&s, file);
	rd_say_printf(&s, "text\n");
	assert_int_equal(rd_say_flush(&s, &err), RD_ENOSPC);
	assert_string_equal(err.msg, "cannot write the output: No space left on device");
	rd_say_done(&s);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log__to_a_file_keeps_every_byte),
		cmocka_unit_test(log__to_a_terminal_joins_pieces_and_drops_escapes),
		cmocka_unit_test(text__to_a_terminal_is_one_safe_line),
		cmocka_unit_test(lines__end_with_a_newline_unless_empty),
		cmocka_unit_test(flush__tells_of_a_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
