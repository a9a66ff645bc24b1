/* SPDX-License-Identifier: MIT */
/* The program: finds the command, parses its arguments, runs it, tells its error. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "cli/usage.h"
#include "core/base/sanitize.h"

/* The one form of an error: a line on stderr, begun at the line's start. */
static void tell(rd_say *out, rd_say *log, const rd_err *err)
{
	RD_STR_AUTO rd_str clean = RD_STR_INIT(0);
	char text[sizeof(err->msg) + sizeof(err->ctx) + 4];

	rd_err_text(err, text, sizeof(text));
	rd_sani_text(&clean, text, strlen(text));
	if (out->is_line_open)
		rd_say_printf(out, "\n");
	fflush(out->file);
	if (log->is_line_open)
		rd_say_printf(log, "\n");
	rd_say_printf(log, "ERROR: %s\n", rd_str_get(&clean));
	fflush(log->file);
}

static int run(const rd_command *cmd, char *const *argv)
{
	rd_err err = {0};
	rd_args args = {0};
	rd_code code = rd_args_parse(cmd, argv, &args, &err);
	int status;
	rd_cli c;

	if (code == RD_OK)
		code = rd_flags_take_color(&args, &err);

	rd_cli_init(&c, cmd, args);
	if (code == RD_OK && rd_args_has(&c.args, &rd_flag_help))
		rd_usage_command(&c.out, cmd);
	else if (code == RD_OK)
		code = cmd->run(&c, &err);
	if (code == RD_OK)
		code = rd_say_flush(&c.out, &err);
	if (code != RD_OK)
		tell(&c.out, &c.log, &err);
	status = code == RD_OK ? c.status : 1;
	rd_cli_done(&c);
	return status;
}

/* An unknown command: there is no context yet. */
static int fail(const rd_err *err)
{
	rd_say out, log;

	rd_say_init(&out, stdout);
	rd_say_init(&log, stderr);
	tell(&out, &log, err);
	rd_say_done(&out);
	rd_say_done(&log);
	return 1;
}

/* Where stdin, stdout or stderr is closed, no file of ours may get its number: reading ends at once, and
 * writing fails and is told. */
static void fill_standard_files(void)
{
	int fd = open("/dev/null", O_RDONLY);

	while (fd >= 0 && fd <= STDERR_FILENO)
		fd = dup(fd);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	rd_err err = {0};
	const rd_command *cmd;
	size_t n_words;

	fill_standard_files();
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return run(&rd_cmd_version, argv + 2);
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return run(&rd_cmd_help, argv + 2);
	if (argc < 2 || argv[1][0] == '-')
		return run(&rd_cmd_console, argv + (argc > 0));
	if (rd_command_find(argv + 1, &cmd, &n_words, &err) != RD_OK)
		return fail(&err);
	return run(cmd, argv + 1 + n_words);
}
