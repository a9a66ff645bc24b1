/* SPDX-License-Identifier: MIT */
/* rackdeck racks */
#include "cli/columns.h"
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/rack/known.h"

static rd_code print(rd_cli *c, const rd_vec *known, rd_err *err)
{
	rd_columns t;
	rd_code code;

	rd_columns_init(&t, 4, (const char *const[]){"NAME", "CURRENT", "LOGIN", "PLACE"});
	for (size_t i = 0; i < known->len; i++) {
		const rd_known *k = rd_vec_at(known, i);

		rd_columns_row(&t, (const char *const[]){k->name, k->is_current ? "yes" : "-",
					   k->login != NULL ? k->login : "-", k->place});
	}
	code = rd_columns_print(&t, &c->out, err);
	rd_columns_done(&t);
	return code;
}

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_known_done) rd_vec known = RD_VEC_INIT(rd_known);
	RD_AUTO(rd_strs_done) rd_strs missed = {0};
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);
	rd_trust trust = rd_cli_trust(c);
	rd_code code = rd_known_list(&trust, &known, &missed, err);

	if (code != RD_OK)
		return code;
	for (size_t i = 0; i < missed.len; i++)
		rd_say_line(&c->log, "WARNING: ", missed.items[i]);
	if (!rd_cli_has(c, &rd_flag_json))
		return print(c, &known, err);
	return rd_cli_json(c, rd_known_json(&known, &json, err), &json, err);
}

static const rd_flag *const flags[] = {&rd_flag_insecure, &rd_flag_json, NULL};

const rd_command rd_cmd_racks = {
	.name = "racks",
	.words = "",
	.summary = "list the racks that -r takes: local ones, logins, those of convox's settings",
	.example = "racks",
	.flags = flags,
	.run = run,
};
