/* SPDX-License-Identifier: MIT */
/* rackdeck registries remove */
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	rd_rack *rack;
	rd_code code = rd_cli_rack(c, &rack, err);

	if (code != RD_OK)
		return code;
	rd_say_start(&c->out, "Removing registry");
	code = rack->registries->remove(rack, rd_cli_word(c, 0), err);
	if (code == RD_OK)
		rd_say_ok(&c->out, NULL);
	return code;
}

const rd_command rd_cmd_registries_remove = {
	.name = "registries remove",
	.words = "SERVER",
	.min_words = 1,
	.max_words = 1,
	.summary = "forget the login of a registry",
	.example = "registries remove registry.example.com",
	.flags = rd_flags_rack,
	.run = run,
};
