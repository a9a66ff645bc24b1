/* SPDX-License-Identifier: MIT */
/* rackdeck hooks remove */
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	rd_rack *rack;
	const char *app;
	rd_code code = rd_cli_app(c, NULL, &rack, &app, err);

	if (code == RD_OK && rack->hooks == NULL)
		code = rd_err_set(err, RD_EUNSUPPORTED, RD_NO_HOOKS, rack->name);
	if (code != RD_OK)
		return code;
	rd_say_start(&c->out, "Removing hook of app %s", app);
	code = rack->hooks->remove(rack, app, err);
	if (code == RD_OK)
		rd_say_ok(&c->out, NULL);
	return code;
}

const rd_command rd_cmd_hooks_remove = {
	.name = "hooks remove",
	.words = "",
	.summary = "no longer build an app when it is pushed to",
	.details = "A build under way goes on; a push that waits is forgotten.",
	.example = "hooks remove -a shop",
	.flags = rd_flags_app,
	.run = run,
};
