/* SPDX-License-Identifier: MIT */
/* rackdeck fsck */
#include "cli/checklist.h"
#include "cli/entries.h"
#include "cli/flags.h"

static const rd_flag flag_deep = {"deep", 0, NULL, "read every source and the artifact cache, too"};
static const rd_flag flag_dry_run = {"dry-run", 'n', NULL, "mend nothing"};

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_checks_done) rd_vec checks = RD_VEC_INIT(rd_check);
	rd_rack *rack;
	rd_code code = rd_cli_rack(c, &rack, err);

	if (code == RD_OK && rack->care == NULL)
		code = rd_err_set(err, RD_EUNSUPPORTED, "rack '%s' keeps itself in order",
			rack->name);
	if (code == RD_OK)
		code = rack->care->fsck(rack, rd_cli_has(c, &flag_deep),
			rd_cli_has(c, &flag_dry_run), NULL, &checks, err);
	if (code == RD_OK)
		code = rd_checklist_print(c, &checks, err);
	if (code == RD_OK && rd_checklist_bad(&checks) > 0)
		code = rd_err_set(err, RD_EFAILED, "%zu things are broken and could not be mended",
			rd_checklist_bad(&checks));
	return code;
}

static const rd_flag *const flags[] = {
	&flag_deep, &flag_dry_run, &rd_flag_json, &rd_flag_insecure, &rd_flag_rack, NULL};

const rd_command rd_cmd_fsck = {
	.name = "fsck",
	.words = "",
	.summary = "check the rack's database, sources, logs and images; mend what can be mended",
	.example = "fsck --dry-run",
	.flags = flags,
	.run = run,
};
