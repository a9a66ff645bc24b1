/* SPDX-License-Identifier: MIT */
/* rackdeck manifest show */
#include "cli/columns.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "cli/manifestjob.h"
#include "core/base/fs.h"

static void put_joined(rd_str *out, const rd_strs *l, const char *between)
{
	for (size_t i = 0; i < l->len; i++)
		rd_str_printf(out, "%s%s", i > 0 ? between : "", l->items[i]);
}

/* A row of nothing is left out. */
static rd_info row(const char *label, const char *value)
{
	bool is_there = value != NULL && *value != '\0';

	return (rd_info){is_there ? label : NULL, value};
}

static rd_code print_image(const rd_preview_image *i, rd_say *s, rd_err *err)
{
	RD_AUTOFREE char *dockerfile = NULL;
	RD_STR_AUTO rd_str services = RD_STR_INIT(0);
	RD_STR_AUTO rd_str args = RD_STR_INIT(0);
	RD_STR_AUTO rd_str bases = RD_STR_INIT(0);

	put_joined(&services, &i->services, ", ");
	if (i->why != NULL)
		rd_str_printf(&services, " (%s)", i->why);
	for (size_t k = 0; k < i->args.len; k++)
		rd_str_printf(&args, "%s%s: %s", k > 0 ? "\n" : "", i->args.items[k].key,
			i->args.items[k].value);
	put_joined(&bases, &i->bases, "\n");
	if (i->image == NULL)
		dockerfile = rd_path_join(i->path, i->dockerfile);
	if ((i->image == NULL && dockerfile == NULL) || !rd_str_ok(&services) ||
		!rd_str_ok(&args) || !rd_str_ok(&bases))
		return rd_err_nomem(err);
	const rd_info rows[] = {
		row("Services", rd_str_get(&services)),
		row("Pull", i->image),
		row("Build", i->path),
		row("Dockerfile", dockerfile),
		row("Target", i->image != NULL || i->target != NULL ? i->target : "the last stage"),
		row("Args", rd_str_get(&args)),
		row("Bases", rd_str_get(&bases)),
		row("Frontend", i->syntax),
		row("SHA-1", i->sha1),
		row("SHA-224", i->sha224),
	};

	rd_say_printf(s, "\n");
	rd_info_print(rows, RD_LEN(rows), s);
	return RD_OK;
}

static rd_code print(rd_cli *c, const rd_preview *p, const char *app, rd_err *err)
{
	const rd_info rows[] = {
		{"Manifest", p->file},
		{"Generation", p->generation == 1 ? "1" : "2"},
		{"App", app != NULL ? app : "none: its environment is not known"},
	};
	rd_code code = RD_OK;

	rd_info_print(rows, RD_LEN(rows), &c->out);
	for (size_t i = 0; code == RD_OK && i < p->images.len; i++)
		code = print_image(rd_vec_at(&p->images, i), &c->out, err);
	return code;
}

static rd_code show(rd_cli *c, const rd_preview *p, const char *app, rd_err *err)
{
	rd_code code = RD_OK;

	if (rd_cli_has(c, &rd_flag_json)) {
		code = rd_manifestjob_json(c, p, err);
	} else {
		rd_manifestjob_print_problems(p, &c->log);
		if (!rd_problems_fatal(&p->problems))
			code = print(c, p, app, err);
	}
	return code == RD_OK ? rd_manifestjob_check(p, err) : code;
}

static rd_code run(rd_cli *c, rd_err *err)
{
	rd_preview *p = NULL;
	const char *app;
	rd_code code = rd_manifestjob_run(c, &p, &app, err);

	if (code == RD_OK)
		code = show(c, p, app, err);
	rd_preview_free(p);
	return code;
}

const rd_command rd_cmd_manifest_show = {
	.name = "manifest show",
	.words = "[DIR]",
	.max_words = 1,
	.summary = "show what would be built and why, without building",
	.details = "Of each image: the services that use it, path, Dockerfile, target, where each "
		   "ARG's\n"
		   "value comes from, its bases, and the hash that decides what is built once.",
	.example = "manifest show -a shop --json",
	.flags = rd_flags_manifest,
	.run = run,
};
