/* SPDX-License-Identifier: MIT */
/* Help, made from the tables of the commands. */
#include "cli/usage.h"

#include <string.h>

#include "cli/commands.h"
#include "cli/flags.h"

static int name_width(void)
{
	size_t width = 0;

	for (size_t i = 0; rd_commands[i] != NULL; i++) {
		size_t n = strlen(rd_commands[i]->name);

		if (!rd_commands[i]->hidden && n > width)
			width = n;
	}
	return (int)width;
}

void rd_usage_all(rd_say *s)
{
	int width = name_width();

	rd_say_printf(s, "rackdeck: a terminal build console\n"
			 "\n"
			 "usage: rackdeck COMMAND [flags]\n"
			 "       rackdeck              opens the console\n"
			 "\n"
			 "commands:\n");
	for (size_t i = 0; rd_commands[i] != NULL; i++)
		if (!rd_commands[i]->hidden)
			rd_say_printf(s, "  %-*s  %s\n", width, rd_commands[i]->name,
				rd_commands[i]->summary);
	rd_say_printf(s, "\nSee 'rackdeck COMMAND --help' for one command, and rackdeck(1).\n");
}

static void flag_synopsis(const rd_flag *flag, rd_str *out)
{
	if (flag->letter != 0)
		rd_str_printf(out, "-%c, ", flag->letter);
	else
		rd_str_put(out, "    ");
	rd_str_printf(out, "--%s", flag->name);
	if (flag->value != NULL)
		rd_str_printf(out, " %s", flag->value);
}

static void put_flag(rd_say *s, const rd_flag *flag, int width)
{
	RD_STR_AUTO rd_str synopsis = RD_STR_INIT(0);

	flag_synopsis(flag, &synopsis);
	rd_say_printf(s, "  %-*s  %s\n", width, rd_str_get(&synopsis), flag->help);
}

static int flags_width(const rd_command *cmd)
{
	size_t width = strlen("-h, --help");

	for (size_t i = 0; cmd->flags[i] != NULL; i++) {
		RD_STR_AUTO rd_str synopsis = RD_STR_INIT(0);

		flag_synopsis(cmd->flags[i], &synopsis);
		if (synopsis.len > width)
			width = synopsis.len;
	}
	return (int)width;
}

static void put_subcommands(rd_say *s, const rd_command *cmd)
{
	size_t n = strlen(cmd->name);
	bool is_first = true;

	for (size_t i = 0; rd_commands[i] != NULL; i++) {
		const rd_command *sub = rd_commands[i];

		if (sub->hidden || strncmp(sub->name, cmd->name, n) != 0 || sub->name[n] != ' ')
			continue;
		if (is_first)
			rd_say_printf(s, "\ncommands:\n");
		is_first = false;
		rd_say_printf(s, "  %-*s  %s\n", name_width(), sub->name, sub->summary);
	}
}

void rd_usage_command(rd_say *s, const rd_command *cmd)
{
	int width = flags_width(cmd);

	rd_say_printf(s, "usage: rackdeck %s%s%s [flags]\n\n%s\n", cmd->name,
		cmd->words[0] != '\0' ? " " : "", cmd->words, cmd->summary);
	if (cmd->details != NULL)
		rd_say_printf(s, "%s\n", cmd->details);
	rd_say_printf(s, "\nflags:\n");
	for (size_t i = 0; cmd->flags[i] != NULL; i++)
		put_flag(s, cmd->flags[i], width);
	put_flag(s, &rd_flag_help, width);
	put_subcommands(s, cmd);
	rd_say_printf(s, "\nexample:\n  rackdeck %s\n", cmd->example);
}
