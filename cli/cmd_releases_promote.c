/* SPDX-License-Identifier: MIT */
/* rackdeck releases promote */
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "cli/releasing.h"
#include "core/rack/environment.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_release_done) rd_release latest = {0};
	const char *id = rd_cli_word(c, 0);
	rd_rack *rack;
	const char *app;
	rd_code code = rd_cli_app(c, NULL, &rack, &app, err);

	if (code == RD_OK && id == NULL) {
		code = rd_release_latest(rack, app, &latest, err);
		id = latest.id;
		if (code == RD_OK && id == NULL)
			code = rd_err_set(err, RD_ENOENT,
				"app '%s' has no releases: build it with 'rackdeck build'", app);
	}
	if (code != RD_OK)
		return code;
	return rd_release_promote(rack, app, id,
		&(rd_promotion){.force = rd_cli_has(c, &rd_flag_force),
			.wait = rd_cli_has(c, &rd_flag_wait)},
		&c->out, err);
}

static const rd_flag *const flags[] = {
	&rd_flag_app, &rd_flag_force, &rd_flag_insecure, &rd_flag_rack, &rd_flag_wait, NULL};

const rd_command rd_cmd_releases_promote = {
	.name = "releases promote",
	.other = "promote",
	.words = "[ID]",
	.max_words = 1,
	.summary = "make a release the active one: the named one, or the newest",
	.example = "releases promote RABCDEFGHIJ",
	.flags = flags,
	.run = run,
};
