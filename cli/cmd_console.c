/* SPDX-License-Identifier: MIT */
/* rackdeck console, and rackdeck alone */
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/rack/select.h"
#include "tui/console.h"

static const rd_flag flag_build = {"build", 'b', "ID", "the build whose log is shown first"};
static const rd_flag flag_theme = {"theme", 't', "NAME", "the theme, if not that of the settings"};

static const rd_flag flag_plain = {
	"plain", 0, NULL, "lines instead of a screen, for screen readers and logs"};
static const rd_flag flag_read_only = {
	"read-only", 0, NULL, "change nothing on the rack, whatever is pressed"};

static rd_code run(rd_cli *c, rd_err *err)
{
	const char *dir = rd_cli_word(c, 0);
	rd_console_opts opts = {
		.theme = rd_args_text(&c->args, &flag_theme),
		.dir = dir,
		.is_plain = rd_args_has(&c->args, &flag_plain),
		.is_read_only = rd_args_has(&c->args, &flag_read_only),
		.build = rd_args_text(&c->args, &flag_build),
	};
	rd_rack *rack;
	const char *app;
	rd_code code = RD_OK;

	if (dir != NULL)
		code = rd_app_select(rd_args_text(&c->args, &rd_flag_app), dir, &c->app, err);
	if (code == RD_OK)
		code = rd_cli_app(c, NULL, &rack, &app, err);
	if (code != RD_OK)
		return code;
	c->status = rd_console_main(rack, app, &opts);
	return RD_OK;
}

static const rd_flag *const flags[] = {&rd_flag_app, &flag_build, &rd_flag_color, &flag_plain,
	&rd_flag_insecure, &rd_flag_rack, &flag_read_only, &flag_theme, NULL};

const rd_command rd_cmd_console = {
	.name = "console",
	.words = "[DIR]",
	.max_words = 1,
	.summary = "open the console, as 'rackdeck' alone does",
	.details = "DIR is the folder that the console builds; it also names the app. Press ? for "
		   "help.",
	.example = "console -a shop",
	.flags = flags,
	.run = run,
};
