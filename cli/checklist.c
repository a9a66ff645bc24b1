/* SPDX-License-Identifier: MIT */
/* Findings of doctor and fsck as a list. */
#include "cli/checklist.h"

#include "cli/columns.h"
#include "cli/flags.h"
#include "core/rack/json.h"

static rd_code print_table(rd_cli *c, const rd_vec *checks, rd_err *err)
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

rd_code rd_checklist_print(rd_cli *c, const rd_vec *checks, rd_err *err)
{
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);

	if (!rd_cli_has(c, &rd_flag_json))
		return print_table(c, checks, err);
	return rd_cli_json(c, rd_json_checks(checks, &json, err), &json, err);
}

size_t rd_checklist_bad(const rd_vec *checks)
{
	size_t n = 0;

	for (size_t i = 0; i < checks->len; i++)
		n += ((const rd_check *)rd_vec_at(checks, i))->health == RD_HEALTH_BAD;
	return n;
}
