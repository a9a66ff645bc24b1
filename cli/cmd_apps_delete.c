/* SPDX-License-Identifier: MIT */
/* rackdeck apps delete */
#include "cli/confirm.h"
#include "cli/entries.h"
#include "cli/flags.h"

static rd_code confirm(rd_cli *c, const char *app, rd_err *err)
{
	RD_STR_AUTO rd_str question = RD_STR_INIT(0);
	RD_STR_AUTO rd_str what = RD_STR_INIT(0);

	rd_str_printf(&question,
		"This deletes the app %s with its builds, releases and logs. Type its name to go "
		"on: ",
		app);
	rd_str_printf(&what, "deleting '%s'", app);
	return rd_confirm(c, rd_str_get(&question), app, rd_str_get(&what), err);
}

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_app_done) rd_app record = {0};
	rd_rack *rack;
	const char *app;
	rd_code code = rd_cli_app(c, rd_cli_word(c, 0), &rack, &app, err);

	if (code == RD_OK)
		code = rack->apps->get(rack, app, &record, err);
	if (code == RD_OK)
		code = confirm(c, app, err);
	if (code != RD_OK)
		return code;
	rd_say_start(&c->out, "Deleting %s", app);
	code = rack->apps->remove(rack, app, err);
	if (code == RD_OK)
		rd_say_ok(&c->out, NULL);
	return code;
}

static const rd_flag *const flags[] = {&rd_flag_insecure, &rd_flag_rack, &rd_flag_yes, NULL};

const rd_command rd_cmd_apps_delete = {
	.name = "apps delete",
	.words = "APP",
	.min_words = 1,
	.max_words = 1,
	.summary = "delete an app with its builds, releases, logs and images",
	.details = "On a terminal it asks for the app's name; elsewhere it needs --yes.",
	.example = "apps delete shop --yes",
	.flags = flags,
	.run = run,
};
