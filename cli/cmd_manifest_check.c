/* SPDX-License-Identifier: MIT */
/* rackdeck manifest check */
#include "cli/entries.h"
#include "cli/manifestjob.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	rd_preview *p = NULL;
	const char *app;
	rd_code code = rd_manifestjob_run(c, &p, &app, err);

	if (code != RD_OK)
		return code;
	rd_manifestjob_print_problems(p, &c->out);
	code = rd_manifestjob_check(p, err);
	if (code == RD_OK) {
		rd_say_text(&c->out, p->file);
		rd_say_printf(&c->out, ": OK, generation %d, %zu service%s, %zu image%s\n",
			p->generation, p->n_services, p->n_services == 1 ? "" : "s", p->images.len,
			p->images.len == 1 ? "" : "s");
	}
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
	.flags = rd_flags_manifest_check,
	.run = run,
};
