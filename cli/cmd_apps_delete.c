/* SPDX-License-Identifier: MIT */
/* rackdeck apps delete */
#include <string.h>
#include <unistd.h>

#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"

static const rd_flag flag_yes = {"yes", 'y', NULL, "do not ask"};

/* What the user types, without its newline. */
static rd_code read_answer(rd_str *out, rd_err *err)
{
	int byte;

	while ((byte = getchar()) != EOF && byte != '\n')
		rd_str_putc(out, (char)byte);
	return rd_str_check(out, "the answer", err);
}

static rd_code confirm(rd_cli *c, const char *app, rd_err *err)
{
	RD_STR_AUTO rd_str answer = RD_STR_INIT(256);
	rd_code code;

	if (rd_cli_has(c, &flag_yes))
		return RD_OK;
	if (isatty(STDIN_FILENO) != 1 || !c->log.is_tty)
		return rd_err_set(err, RD_EINVAL,
			"deleting '%s' has to be confirmed: add --yes where there is no terminal",
			app);
	rd_say_printf(&c->log, "This deletes the app ");
	rd_say_text(&c->log, app);
	rd_say_printf(&c->log, " with its builds, releases and logs. Type its name to go on: ");
	fflush(c->log.file);
	code = read_answer(&answer, err);
	if (code == RD_OK && strcmp(rd_str_get(&answer), app) != 0)
		code = rd_err_set(err, RD_ECANCELED, "'%s' was not deleted", app);
	return code;
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

static const rd_flag *const flags[] = {&rd_flag_rack, &flag_yes, NULL};

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
