/* SPDX-License-Identifier: MIT */
/* The program: finds the command, parses its arguments, runs it, tells its error. */
#include <string.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "cli/usage.h"

/* The one form of an error: a line on stderr, begun at the line's start. */
static void tell(rd_say *out, rd_say *log, const rd_err *err)
{
	char text[sizeof(err->msg) + sizeof(err->ctx) + 4];

	rd_err_text(err, text, sizeof(text));
	if (out->is_line_open)
		rd_say_printf(out, "\n");
	fflush(out->file);
	if (log->is_line_open)
		rd_say_printf(log, "\n");
	rd_say_printf(log, "ERROR: ");
	rd_say_text(log, text);
	rd_say_printf(log, "\n");
	fflush(log->file);
}

static int run(const rd_command *cmd, char *const *argv)
{
	rd_err err = {0};
	rd_args args = {0};
	rd_code code = rd_args_parse(cmd, argv, &args, &err);
	rd_cli c;

	rd_cli_init(&c, cmd, args);
	if (code == RD_OK && rd_args_has(&c.args, &rd_flag_help))
		rd_usage_command(&c.out, cmd);
	else if (code == RD_OK)
		code = cmd->run(&c, &err);
	if (code == RD_OK)
		code = rd_say_flush(&c.out, &err);
	if (code != RD_OK)
		tell(&c.out, &c.log, &err);
	rd_cli_done(&c);
	return code == RD_OK ? 0 : 1;
}

/* What `rackdeck -x` means, by its first argument. */
static const rd_command *command_of_flag(const char *flag)
{
	if (strcmp(flag, "--version") == 0)
		return &rd_cmd_version;
	return &rd_cmd_help;
}

int main(int argc, char **argv)
{
	rd_err err = {0};
	const rd_command *cmd;
	size_t n_words = 0;
	rd_say out, log;

	if (argc == 2 && argv[1][0] == '-')
		return run(command_of_flag(argv[1]), argv + 2);
	if (argc > 1 && rd_command_find(argv + 1, &cmd, &n_words, &err) == RD_OK)
		return run(cmd, argv + 1 + n_words);
	if (argc < 2)
		return run(&rd_cmd_help, argv + 1);
	rd_say_init(&out, stdout);
	rd_say_init(&log, stderr);
	tell(&out, &log, &err);
	return 1;
}
