/* SPDX-License-Identifier: MIT */
/* rackdeck apps cancel */
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	rd_rack *rack;
	const char *app;
	rd_code code = rd_cli_app(c, rd_cli_word(c, 0), &rack, &app, err);

	if (code == RD_OK && !rack->apps->cancel)
		code = rd_err_set(err, RD_EUNSUPPORTED,
			"rack '%s' has promoted when 'releases promote' ends: there is nothing to "
			"cancel; go back with 'rackdeck releases rollback ID -a %s'",
			rack->name, app);
	if (code != RD_OK)
		return code;
	rd_say_start(&c->out, "Cancelling deployment of %s", app);
	code = rack->apps->cancel(rack, app, err);
	if (code == RD_OK)
		rd_say_ok(&c->out, NULL);
	return code;
}

const rd_command rd_cmd_apps_cancel = {
	.name = "apps cancel",
	.words = "[APP]",
	.max_words = 1,
	.summary = "take back the promotion of an app that is under way",
	.details = "On racks of Convox, where a promotion takes its time.",
	.example = "apps cancel -a shop -r prod",
	.flags = rd_flags_app,
	.run = run,
};
