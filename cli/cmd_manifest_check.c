/* SPDX-License-Identifier: MIT */
/* rackdeck manifest check */
#include "cli/entries.h"
#include "cli/flags.h"
#include "cli/manifestjob.h"

static void print_ok(const rd_preview *p, rd_say *s)
{
	rd_say_text(s, p->file);
	rd_say_printf(s, ": OK, generation %d, %zu service%s, %zu image%s\n", p->generation,
		p->n_services, p->n_services == 1 ? "" : "s", p->images.len,
		p->images.len == 1 ? "" : "s");
}

static rd_code run(rd_cli *c, rd_err *err)
{
	rd_preview *p = NULL;
	const char *app;
	bool is_json = rd_cli_has(c, &rd_flag_json);
	rd_code code = rd_manifestjob_run(c, &p, &app, err);

	if (code != RD_OK)
		return code;
	if (is_json)
		code = rd_manifestjob_json(c, p, err);
	else
		rd_manifestjob_print_problems(p, &c->out);
	if (code == RD_OK)
		code = rd_manifestjob_check(p, err);
	if (code == RD_OK && !is_json)
		print_ok(p, &c->out);
	rd_preview_free(p);
	return code;
}

const rd_command rd_cmd_manifest_check = {
	.name = "manifest check",
	.words = "[DIR]",
	.max_words = 1,
	.summary = "say all that is wrong with a manifest and its Dockerfiles",
	.details = "Nothing is sent or built. Problems are printed with file, line and column;\n"
		   "hints fail nothing.",
	.example = "manifest check -a shop",
	.flags = rd_flags_manifest,
	.run = run,
};
