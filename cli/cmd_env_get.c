/* SPDX-License-Identifier: MIT */
/* rackdeck env get */
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/rack/environment.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs env = {0};
	const char *name = rd_cli_word(c, 0);
	const char *value;
	rd_rack *rack;
	const char *app;
	rd_code code = rd_cli_app(c, NULL, &rack, &app, err);

	if (code == RD_OK)
		code = rd_release_env(rack, app, &env, err);
	if (code != RD_OK)
		return code;
	value = rd_kvs_get(&env, name);
	if (value == NULL)
		return rd_err_set(err, RD_ENOENT, "env not found: %s: see 'rackdeck env -a %s'",
			name, app);
	rd_say_text(&c->out, value);
	rd_say_printf(&c->out, "\n");
	return RD_OK;
}

const rd_command rd_cmd_env_get = {
	.name = "env get",
	.words = "NAME",
	.min_words = 1,
	.max_words = 1,
	.summary = "print one value of the environment",
	.example = "env get CURRENCY -a shop",
	.flags = rd_flags_app,
	.run = run,
};
