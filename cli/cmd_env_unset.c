/* SPDX-License-Identifier: MIT */
/* rackdeck env unset */
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/envchange.h"
#include "core/rack/environment.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs names = {0};
	RD_AUTO(rd_kvs_done) rd_kvs env = {0};
	rd_rack *rack;
	const char *app;
	rd_code code = rd_cli_app(c, NULL, &rack, &app, err);

	if (code == RD_OK)
		code = rd_release_env(rack, app, &env, err);
	for (size_t i = 0; code == RD_OK && rd_cli_word(c, i) != NULL; i++) {
		const char *name = rd_cli_word(c, i);

		if (rd_kvs_get(&names, name) == NULL && !rd_kvs_unset(&env, name))
			code = rd_err_set(err, RD_ENOENT,
				"env not found: %s: see 'rackdeck env -a %s'", name, app);
		else if (!rd_kvs_set(&names, name, ""))
			code = rd_err_nomem(err);
	}
	if (code != RD_OK)
		return code;
	rd_kvs_sort(&names);
	return rd_env_change(c, "Unsetting", &names, &env, err);
}

const rd_command rd_cmd_env_unset = {
	.name = "env unset",
	.words = "NAME...",
	.min_words = 1,
	.max_words = -1,
	.summary = "make a release without some variables",
	.example = "env unset CURRENCY -a shop",
	.flags = rd_flags_env_unset,
	.run = run,
};
