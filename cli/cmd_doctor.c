/* SPDX-License-Identifier: MIT */
/* rackdeck doctor */
#include <string.h>

#include "cli/columns.h"
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "cli/termcheck.h"
#include "core/rack/json.h"

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

static rd_code print_checks(rd_cli *c, const rd_vec *checks, rd_err *err)
{
	static const char *const words[] = {"ok", "warn", "bad"};
	RD_AUTO(rd_columns_done) rd_columns table = {0};

	rd_columns_init(&table, 3, NULL);
	for (size_t i = 0; i < checks->len; i++) {
		const rd_check *check = rd_vec_at(checks, i);

		rd_columns_row(&table,
			(const char *const[]){words[check->health], check->name, check->text});
		if (check->mend[0] != '\0')
			rd_columns_row(&table, (const char *const[]){"", "to mend", check->mend});
	}
	return rd_columns_print(&table, &c->out, err);
}

static size_t count_bad(const rd_vec *checks)
{
	size_t n = 0;

	for (size_t i = 0; i < checks->len; i++)
		n += ((const rd_check *)rd_vec_at(checks, i))->health == RD_HEALTH_BAD;
	return n;
}

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_checks_done) rd_vec checks = RD_VEC_INIT(rd_check);
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);
	rd_code code = check_rack(c, &checks, err);

	if (code == RD_OK)
		code = rd_termcheck(&checks, err);
	if (code == RD_OK && !rd_cli_has(c, &rd_flag_json))
		code = print_checks(c, &checks, err);
	else if (code == RD_OK)
		code = rd_json_checks(&checks, &json, err);
	if (code == RD_OK && json.len > 0)
		code = rd_cli_json(c, &json, err);
	if (code == RD_OK && count_bad(&checks) > 0)
		code = rd_err_set(err, RD_EFAILED, "%zu of %zu checks found what stops builds",
			count_bad(&checks), checks.len);
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
