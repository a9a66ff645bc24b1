/* SPDX-License-Identifier: MIT */
/* rackdeck cache clear */
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	const char *app = rd_args_text(&c->args, &rd_flag_app);
	uint64_t freed = 0;
	char detail[48];
	rd_rack *rack;
	rd_code code = rd_cli_rack(c, &rack, err);

	if (code == RD_OK && rack->cache == NULL)
		code = rd_err_set(err, RD_EUNSUPPORTED, "rack '%s' has no artifact cache",
			rack->name);
	if (code != RD_OK)
		return code;
	rd_say_start(&c->out, app != NULL ? "Clearing cache of %s" : "Clearing cache", app);
	code = rack->cache->clear(rack, app, &freed, err);
	if (code != RD_OK)
		return code;
	snprintf(detail, sizeof(detail), "%.1f MB", (double)freed / 1e6);
	rd_say_ok(&c->out, detail);
	return RD_OK;
}

const rd_command rd_cmd_cache_clear = {
	.name = "cache clear",
	.words = "",
	.summary = "forget what builds left for the next ones: of an app, or of all without -a",
	.example = "cache clear -a shop",
	.flags = rd_flags_app,
	.run = run,
};
