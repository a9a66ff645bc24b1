/* SPDX-License-Identifier: MIT */
/* rackdeck doctor */
#include "cli/checklist.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "cli/termcheck.h"

/* A rack that does not open is a finding like others. */
static rd_code check_rack(rd_cli *c, rd_vec *checks, rd_err *err)
{
	char text[sizeof(err->msg) + sizeof(err->ctx) + 4];
	rd_err why = {0};
	rd_rack *rack;

	if (rd_cli_rack(c, &rack, &why) == RD_OK) {
		if (rack->system->doctor != NULL)
			return rack->system->doctor(rack, checks, err);
		return RD_OK;
	}
	rd_err_text(&why, text, sizeof(text));
	return rd_check_add(checks, RD_HEALTH_BAD, "rack", text,
		why.code == RD_EPERM ? "give yourself the right to write there, or set "
				       "XDG_DATA_HOME to another folder"
				     : "do what it says, or set XDG_DATA_HOME to another folder",
		err);
}

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_checks_done) rd_vec checks = RD_VEC_INIT(rd_check);
	rd_code code = check_rack(c, &checks, err);

	if (code == RD_OK)
		code = rd_termcheck(&checks, err);
	if (code == RD_OK)
		code = rd_checklist_print(c, &checks, err);
	if (code == RD_OK && rd_checklist_bad(&checks) > 0)
		code = rd_err_set(err, RD_EFAILED, "%zu of %zu checks found what stops builds",
			rd_checklist_bad(&checks), checks.len);
	return code;
}

const rd_command rd_cmd_doctor = {
	.name = "doctor",
	.words = "",
	.summary = "look at engine, permissions, disk and terminal; say how to mend what is wrong",
	.example = "doctor",
	.flags = rd_flags_rack_json,
	.run = run,
};
