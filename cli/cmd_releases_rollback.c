/* SPDX-License-Identifier: MIT */
/* rackdeck releases rollback */
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "cli/releasing.h"
#include "core/rack/environment.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_release_done) rd_release copy = {0};
	rd_say *say = rd_cli_has(c, &rd_flag_id) ? &c->log : &c->out;
	const char *id = rd_cli_word(c, 0);
	rd_rack *rack;
	const char *app;
	rd_code code = rd_cli_app(c, NULL, &rack, &app, err);

	if (code != RD_OK)
		return code;
	rd_say_start(say, "Rolling back to %s", id);
	code = rd_release_copy(rack, app, id, &copy, err);
	if (code != RD_OK)
		return code;
	rd_say_ok(say, copy.id);
	code = rd_release_promote(rack, app, copy.id,
		&(rd_promotion){.force = rd_cli_has(c, &rd_flag_force),
			.wait = rd_cli_has(c, &rd_flag_wait),
			.now = true},
		say, err);
	if (code == RD_OK && rd_cli_has(c, &rd_flag_id))
		rd_say_text(&c->out, copy.id);
	return code;
}

static const rd_flag *const flags[] = {&rd_flag_app, &rd_flag_force, &rd_flag_id, &rd_flag_insecure,
	&rd_flag_rack, &rd_flag_wait, NULL};

const rd_command rd_cmd_releases_rollback = {
	.name = "releases rollback",
	.other = "rollback",
	.words = "ID",
	.min_words = 1,
	.max_words = 1,
	.summary = "copy an old release forward and promote the copy",
	.example = "releases rollback RABCDEFGHIJ",
	.flags = flags,
	.run = run,
};
