/* SPDX-License-Identifier: MIT */
/* rackdeck apps create */
#include <string.h>

#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"

/* Racks of Convox answer before the app can be used. */
static rd_code wait_ready(rd_rack *rack, const char *app, rd_err *err)
{
	RD_AUTO(rd_app_done) rd_app a = {0};

	if (rack->releases->settle == NULL || rack->apps->get(rack, app, &a, NULL) != RD_OK ||
		strcmp(a.status, "creating") != 0)
		return RD_OK;
	return rack->releases->settle(rack, app, NULL, NULL, NULL, NULL, err);
}

static rd_code run(rd_cli *c, rd_err *err)
{
	rd_rack *rack;
	const char *app;
	rd_code code = rd_cli_app(c, rd_cli_word(c, 0), &rack, &app, err);

	if (code != RD_OK)
		return code;
	rd_say_start(&c->out, "Creating %s", app);
	code = rack->apps->create(rack, app, err);
	if (code == RD_OK)
		code = wait_ready(rack, app, err);
	if (code == RD_OK)
		rd_say_ok(&c->out, NULL);
	return code;
}

const rd_command rd_cmd_apps_create = {
	.name = "apps create",
	.words = "[APP]",
	.max_words = 1,
	.summary = "create an app",
	.details = "On the local rack an app is also created by its first build. A rack of Convox "
		   "needs a "
		   "while, which is waited for.",
	.example = "apps create shop",
	.flags = rd_flags_app,
	.run = run,
};
