/* SPDX-License-Identifier: MIT */
/* rackdeck version */
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"

static rd_code run(rd_cli *c, rd_err *err RD_UNUSED)
{
	rd_say_printf(&c->out, "rackdeck %s\n", PACKAGE_VERSION);
	return RD_OK;
}

const rd_command rd_cmd_version = {
	.name = "version",
	.words = "",
	.summary = "print the version",
	.example = "version",
	.flags = rd_flags_none,
	.run = run,
};
