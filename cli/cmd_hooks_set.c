/* SPDX-License-Identifier: MIT */
/* rackdeck hooks set */
#include <stdlib.h>
#include <string.h>

#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "cli/password.h"
#include "core/formats/giturl.h"

static rd_code set_hook(rd_cli *c, char *source, rd_err *err)
{
	RD_STR_AUTO rd_str secret = RD_STR_INIT(RD_PASSWORD_MAX_BYTES);
	rd_hook hook = {.source = source,
		.deploy = rd_cli_has(c, &rd_flag_deploy),
		.submodules = rd_cli_has(c, &rd_flag_submodules),
		.schemes = RD_GITURL_SAFE |
			   (rd_cli_has(c, &rd_flag_allow_file) ? RD_GITURL_FILE : 0) |
			   (rd_cli_has(c, &rd_flag_allow_http) ? RD_GITURL_HTTP : 0)};
	rd_rack *rack;
	const char *app;
	rd_code code = rd_cli_app(c, NULL, &rack, &app, err);

	if (code == RD_OK && rack->hooks == NULL)
		code = rd_err_set(err, RD_EUNSUPPORTED, RD_NO_HOOKS, rack->name);
	if (code == RD_OK)
		code = rd_password_read(c, "no hook was set", &secret, err);
	if (code != RD_OK)
		return code;
	hook.app = c->app;
	rd_say_start(&c->out, "Setting hook of app %s", app);
	code = rack->hooks->set(rack, &hook, rd_str_get(&secret), err);
	explicit_bzero(secret.data, secret.len);
	if (code == RD_OK)
		rd_say_ok(&c->out, NULL);
	return code;
}

static rd_code run(rd_cli *c, rd_err *err)
{
	char *word = rd_args_word(&c->args, 0);
	char *source = rd_strdup(word);
	rd_code code;

	if (source == NULL)
		return rd_err_nomem(err);
	rd_giturl_hide_login(word);
	code = set_hook(c, source, err);
	explicit_bzero(source, strlen(source));
	free(source);
	return code;
}

static const rd_flag *const flags[] = {&rd_flag_allow_file, &rd_flag_allow_http, &rd_flag_app,
	&rd_flag_deploy, &rd_flag_rack, &rd_flag_submodules, NULL};

const rd_command rd_cmd_hooks_set = {
	.name = "hooks set",
	.words = "GIT-URL",
	.min_words = 1,
	.max_words = 1,
	.summary = "build an app when its repository is pushed to",
	.details = "GIT-URL is that of 'rackdeck build', with '#BRANCH' unless it is the default "
		   "one.\n"
		   "'rackdeck serve' takes the host's webhook (pushes) at POST /hooks/APP. The "
		   "secret\n"
		   "that the host is given too is asked for on a terminal, else read from stdin.",
	.example = "hooks set git@github.com:acme/shop.git#main -a shop --deploy <secret.txt",
	.flags = flags,
	.run = run,
};
