/* SPDX-License-Identifier: MIT */
/* rackdeck builds cancel */
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	const char *id = rd_cli_word(c, 0);
	rd_rack *rack;
	const char *app;
	rd_code code = rd_cli_app(c, NULL, &rack, &app, err);

	if (code != RD_OK)
		return code;
	if (rack->builds->cancel == NULL)
		return rd_err_set(err, RD_EUNSUPPORTED, "rack '%s' cannot cancel builds",
			rack->name);
	rd_say_start(&c->out, "Canceling %s", id);
	code = rack->builds->cancel(rack, app, id, err);
	if (code == RD_OK)
		rd_say_ok(&c->out, NULL);
	return code;
}

const rd_command rd_cmd_builds_cancel = {
	.name = "builds cancel",
	.other = "cancel",
	.words = "ID",
	.min_words = 1,
	.max_words = 1,
	.summary = "ask a queued or running build to stop",
	.details = "It returns at once; 'rackdeck builds logs ID' follows the build to its end.",
	.example = "builds cancel BABCDEFGHIJ",
	.flags = rd_flags_app,
	.run = run,
};
