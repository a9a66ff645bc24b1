/* SPDX-License-Identifier: MIT */
/* What `manifest check` and `manifest show` share. */
#include "cli/manifestjob.h"

#include "cli/flags.h"
#include "core/formats/buildargs.h"
#include "core/rack/environment.h"
#include "core/rack/json.h"

static const rd_flag flag_args = {
	"build-args", 0, "NAME=VALUE", "value of an ARG; several times, or joined by commas"};
static const rd_flag flag_development = {
	"development", 0, NULL, "stop at the stage named development, where there is one"};
static const rd_flag flag_manifest = {
	"manifest", 'm', "FILE", "the manifest (convox.yml, or docker-compose.yml)"};

const rd_flag *const rd_flags_manifest[] = {&rd_flag_app, &flag_args, &flag_development,
	&rd_flag_json, &flag_manifest, &rd_flag_insecure, &rd_flag_rack, NULL};

/* The app that was asked for has to be there; that of the directory may be. */
static rd_code read_env(rd_cli *c, rd_kvs *env, const char **ret_app, rd_err *err)
{
	bool is_asked = rd_cli_has(c, &rd_flag_app);
	RD_AUTO(rd_app_done) rd_app record = {0};
	rd_rack *rack;
	const char *app;
	rd_code code = rd_cli_app(c, NULL, &rack, &app, err);

	if (code == RD_OK)
		code = rack->apps->get(rack, app, &record, err);
	if (code != RD_OK)
		return is_asked ? code : RD_OK;
	code = rd_release_env(rack, app, env, err);
	if (code == RD_OK)
		*ret_app = app;
	return code;
}

rd_code rd_manifestjob_run(rd_cli *c, rd_preview **ret_preview, const char **ret_app, rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs env = {0};
	RD_AUTO(rd_kvs_done) rd_kvs args = {0};
	rd_preview_opts opts = {.dir = rd_cli_word(c, 0) != NULL ? rd_cli_word(c, 0) : ".",
		.manifest = rd_args_text(&c->args, &flag_manifest),
		.args = &args,
		.development = rd_cli_has(c, &flag_development)};
	const char *app = NULL, *text;
	size_t pos = 0;
	rd_code code = RD_OK;

	while (code == RD_OK && (text = rd_args_each(&c->args, &flag_args, &pos)) != NULL)
		code = rd_buildargs_add(text, &args, err);
	rd_args_hide(&c->args, &flag_args);
	if (code == RD_OK)
		code = read_env(c, &env, &app, err);
	if (code != RD_OK)
		return code;
	opts.env = app != NULL ? &env : NULL;
	*ret_app = app;
	return rd_preview_make(&opts, ret_preview, err);
}

rd_code rd_manifestjob_check(const rd_preview *p, rd_err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < p->problems.items.len; i++)
		n += !((const rd_problem *)rd_vec_at(&p->problems.items, i))->hint;
	if (n == 0)
		return RD_OK;
	return rd_err_set(err, RD_EFAILED, "'%s' has %zu problem%s", p->file, n, n == 1 ? "" : "s");
}

rd_code rd_manifestjob_json(rd_cli *c, const rd_preview *p, rd_err *err)
{
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);

	return rd_cli_json(c, rd_json_preview(p, &json, err), &json, err);
}

void rd_manifestjob_print_problems(const rd_preview *p, rd_say *s)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);

	rd_problems_format(&p->problems, p->file, &text);
	rd_say_lines(s, rd_str_get(&text));
	for (size_t i = 0; i < p->warnings.len; i++)
		rd_say_line(s, "warning: ", p->warnings.items[i]);
}
