/* SPDX-License-Identifier: MIT */
/* rackdeck help */
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "cli/usage.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	const rd_command *cmd;
	size_t n_words;
	rd_code code;
	char **words;

	if (c->args.words.len == 0) {
		rd_usage_all(&c->out);
		return RD_OK;
	}
	words = rd_vec_push(&c->args.words); /* the NULL that ends an argv */
	if (words == NULL)
		return rd_err_nomem(err);
	code = rd_command_find(c->args.words.data, &cmd, &n_words, err);
	if (code != RD_OK)
		return code;
	rd_usage_command(&c->out, cmd);
	return RD_OK;
}

const rd_command rd_cmd_help = {
	.name = "help",
	.words = "[COMMAND]",
	.max_words = 3,
	.summary = "show all commands, or the help of one",
	.example = "help builds logs",
	.flags = rd_flags_none,
	.run = run,
};
