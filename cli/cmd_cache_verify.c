/* SPDX-License-Identifier: MIT */
/* rackdeck cache verify */
#include "cli/checklist.h"
#include "cli/entries.h"
#include "cli/flags.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_checks_done) rd_vec checks = RD_VEC_INIT(rd_check);
	rd_rack *rack;
	rd_code code = rd_cli_rack(c, &rack, err);

	if (code == RD_OK && rack->cache == NULL)
		code = rd_err_set(err, RD_EUNSUPPORTED, "rack '%s' has no artifact cache",
			rack->name);
	if (code == RD_OK)
		code = rack->cache->verify(rack, NULL, &checks, err);
	return code == RD_OK ? rd_checklist_print(c, &checks, err) : code;
}

const rd_command rd_cmd_cache_verify = {
	.name = "cache verify",
	.words = "",
	.summary = "read the whole artifact cache and drop what is damaged",
	.example = "cache verify",
	.flags = rd_flags_rack_json,
	.run = run,
};
