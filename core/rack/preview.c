/* SPDX-License-Identifier: MIT */
/* What a build of a folder would do. */
#include "core/rack/preview.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/fs.h"
#include "core/build/plan.h"
#include "core/build/run.h"
#include "core/formats/buildkey.h"
#include "core/formats/redact.h"
#include "core/rack/upload.h"

/* What a preview is made from. */
typedef struct maker {
	const rd_preview_opts *opts;
	rd_preview *preview;
	rd_str text; /* of the manifest */
	rd_kvs env;  /* for its variables: the app's and --build-args */
	rd_redact *redact;
	rd_manifest *manifest;
} maker;

/* ---- secrets ---- */

/* Values get into texts by the manifest's variables and the ARGs of a FROM. */
static rd_code add_secrets(maker *m, rd_err *err)
{
	rd_code code = rd_redact_new(&m->redact, err);

	for (size_t i = 0; !code && i < m->env.len; i++) {
		if (rd_redact_name_is_secret(m->env.items[i].key))
			code = rd_redact_add(m->redact, m->env.items[i].value, err);
	}
	return code;
}

/* Replaces secrets in a text, which may be NULL. @returns false if out of memory. */
static bool mask(const maker *m, char **slot)
{
	RD_STR_AUTO rd_str masked = RD_STR_INIT(0);

	if (!*slot)
		return true;
	rd_redact_text(m->redact, *slot, strlen(*slot), &masked);
	return rd_str_ok(&masked) && rd_str_replace(slot, rd_str_get(&masked));
}

static rd_code mask_problems(maker *m, rd_err *err)
{
	rd_vec *items = &m->preview->problems.items;

	for (size_t i = 0; i < items->len; i++) {
		if (!mask(m, &((rd_problem *)rd_vec_at(items, i))->text))
			return rd_err_nomem(err);
	}
	return RD_OK;
}

/* ---- problems ---- */

static bool is_told(const rd_problems *problems, const char *text)
{
	for (size_t i = 0; i < problems->items.len; i++) {
		if (strcmp(((const rd_problem *)rd_vec_at(&problems->items, i))->text, text) == 0)
			return true;
	}
	return false;
}

/* At a service, each once. */
static rd_code add_problem(maker *m, const rd_service *s, const rd_err *why, bool is_hint,
	rd_err *err)
{
	char buf[sizeof why->msg + sizeof why->ctx + 3];
	rd_problem p = {.hint = is_hint, .line = s->line, .column = s->column, .text = buf};

	rd_err_text(why, buf, sizeof buf);
	if (is_told(&m->preview->problems, buf) ||
		rd_problems_add(&m->preview->problems, rd_str_get(&m->text), m->text.len, &p))
		return RD_OK;
	return rd_err_nomem(err);
}

/* A manifest as it is, but with that service only. */
static rd_manifest alone(const maker *m, const rd_service *s)
{
	rd_manifest one = *m->manifest;

	one.services.data = (void *)(uintptr_t)s;
	one.services.len = 1;
	return one;
}

static rd_plan_opts plan_opts(const maker *m, const rd_manifest *manifest)
{
	static const rd_kvs none;

	return (rd_plan_opts){.dir = m->opts->dir,
		.manifest = manifest,
		.env = m->opts->env ? m->opts->env : &none,
		.args = m->opts->args ? m->opts->args : &none,
		.development = m->opts->development};
}

/* A plan of the whole ends with its first problem; so each service is planned alone. */
static rd_code check_service(maker *m, const rd_service *s, rd_err *err)
{
	const rd_manifest one = alone(m, s);
	const rd_plan_opts opts = plan_opts(m, &one);
	rd_plan *plan = NULL;
	rd_err why = {0};
	rd_code code = RD_OK;

	if (rd_plan_make(&opts, &plan, &why) || rd_run_check(&(rd_run_opts){.plan = plan}, &why))
		code = why.code == RD_ENOMEM ? rd_err_nomem(err)
					     : add_problem(m, s, &why, false, err);
	rd_plan_free(plan);
	why = (rd_err){0};
	if (!code && rd_manifest_check_env(&one, &m->env, &why))
		code = add_problem(m, s, &why, !m->opts->env, err);
	return code;
}

/* ---- images ---- */

static const char *origin_of(const maker *m, const rd_service *s, const char *name)
{
	/* Source: Docker's Dockerfile reference, "automatic platform ARGs". */
	static const char *const of_engine[] = {"TARGETPLATFORM", "TARGETOS", "TARGETARCH",
		"TARGETVARIANT", "BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT"};

	if (m->opts->args && rd_kvs_get(m->opts->args, name))
		return "--build-args";
	if (rd_kvs_get(&s->args, name))
		return RD_MANIFEST_NAME_COMPOSE;
	if (m->opts->env && rd_kvs_get(m->opts->env, name))
		return "app environment";
	for (size_t i = 0; i < RD_LEN(of_engine); i++) {
		if (strcmp(of_engine[i], name) == 0)
			return "engine";
	}
	return "default";
}

static bool put_args(const maker *m, const rd_plan_image *from, const rd_service *s, rd_kvs *out)
{
	for (size_t i = 0; i < from->declared.len; i++) {
		const char *name = from->declared.items[i];

		if (!rd_kvs_set(out, name, origin_of(m, s, name)))
			return false;
	}
	/* those that need no declaration */
	for (size_t i = 0; i < from->args.len; i++) {
		const char *name = from->args.items[i].key;

		if (!rd_kvs_set(out, name, origin_of(m, s, name)))
			return false;
	}
	return true;
}

static bool copy_strs(const maker *m, const rd_strs *from, rd_strs *to)
{
	for (size_t i = 0; i < from->len; i++) {
		if (!rd_strs_add(to, from->items[i]) || !mask(m, &to->items[i]))
			return false;
	}
	return true;
}

static bool copy_text(const maker *m, const char *from, char **to)
{
	return rd_str_replace(to, from) && mask(m, to);
}

static rd_code add_image(maker *m, const rd_plan_image *from, rd_err *err)
{
	const rd_service *s = rd_manifest_service(m->manifest, from->services.items[0]);
	rd_preview_image *to = rd_vec_push(&m->preview->images);
	RD_STR_AUTO rd_str key = RD_STR_INIT(0);

	if (!to)
		return rd_err_nomem(err);
	rd_buildkey_put(m->manifest, s, "", &key);
	rd_sha1_hex(rd_str_get(&key), key.len, to->sha1);
	rd_sha224_hex(rd_str_get(&key), key.len, to->sha224);
	if (from->services.len > 1)
		to->why = from->image ? "same image" : "same path, Dockerfile and args";
	if (!rd_str_ok(&key) || !copy_strs(m, &from->services, &to->services) ||
		!copy_strs(m, &from->bases, &to->bases) || !put_args(m, from, s, &to->args) ||
		!copy_text(m, from->image, &to->image) || !copy_text(m, from->path, &to->path) ||
		!copy_text(m, from->dockerfile, &to->dockerfile) ||
		!copy_text(m, from->target, &to->target) ||
		!copy_text(m, from->syntax, &to->syntax))
		return rd_err_nomem(err);
	return RD_OK;
}

static rd_code add_images(maker *m, rd_err *err)
{
	const rd_plan_opts opts = plan_opts(m, m->manifest);
	rd_plan *plan = NULL;
	rd_code code = rd_plan_make(&opts, &plan, err);

	if (code)
		return code;
	for (size_t i = 0; !code && i < plan->images.len; i++)
		code = add_image(m, rd_vec_at(&plan->images, i), err);
	if (!code && !copy_strs(m, &plan->warnings, &m->preview->warnings))
		code = rd_err_nomem(err);
	rd_plan_free(plan);
	return code;
}

/* ---- the whole ---- */

static rd_code read_text(maker *m, rd_err *err)
{
	RD_AUTOFREE char *path = NULL;
	const char *dir = m->opts->dir;
	struct stat st;
	rd_code code;

	if (stat(dir, &st) < 0 || !S_ISDIR(st.st_mode))
		return rd_err_set(err, RD_ENOENT, "no such folder: '%s'", dir);
	m->preview->file = rd_strdup(rd_upload_manifest(dir, m->opts->manifest));
	path = m->preview->file ? rd_path_join(dir, m->preview->file) : NULL;
	if (!path)
		return rd_err_nomem(err);
	code = rd_file_read(path, RD_MANIFEST_MAX_BYTES, &m->text, err);
	if (code == RD_ENOENT)
		return rd_err_set(err, RD_ENOENT,
			"no such file: %s: write one in '%s', or name another with --manifest",
			m->preview->file, dir);
	return code;
}

static rd_code read_manifest(maker *m, rd_err *err)
{
	rd_problems *problems = &m->preview->problems;
	rd_code code = rd_manifest_load(rd_str_get(&m->text), m->text.len, &m->env, problems,
		&m->manifest, err);

	/* what is wrong is among the problems */
	if (code && code != RD_ENOMEM && rd_problems_fatal(problems))
		return RD_OK;
	if (code)
		return code;
	m->preview->generation = m->manifest->generation;
	m->preview->n_services = m->manifest->services.len;
	for (size_t i = 0; !code && i < m->manifest->services.len; i++)
		code = check_service(m, rd_vec_at(&m->manifest->services, i), err);
	rd_problems_sort(problems);
	return code;
}

static rd_code make(maker *m, rd_err *err)
{
	rd_code code = read_text(m, err);

	if (!code && ((m->opts->env && !rd_kvs_merge(&m->env, m->opts->env)) ||
			     (m->opts->args && !rd_kvs_merge(&m->env, m->opts->args))))
		code = rd_err_nomem(err);
	if (!code)
		code = add_secrets(m, err);
	if (!code)
		code = read_manifest(m, err);
	if (!code)
		code = mask_problems(m, err);
	if (!code && !rd_problems_fatal(&m->preview->problems))
		code = add_images(m, err);
	return code;
}

rd_code rd_preview_make(const rd_preview_opts *opts, rd_preview **ret_preview, rd_err *err)
{
	maker m = {.opts = opts, .preview = calloc(1, sizeof *m.preview)};
	rd_code code;

	if (!m.preview)
		return rd_err_nomem(err);
	rd_problems_init(&m.preview->problems);
	rd_vec_init(&m.preview->images, sizeof(rd_preview_image));
	rd_str_init(&m.text, 0);
	code = make(&m, err);
	rd_manifest_free(m.manifest);
	rd_kvs_done(&m.env);
	rd_redact_free(m.redact);
	rd_str_done(&m.text);
	if (code)
		rd_preview_free(m.preview);
	else
		*ret_preview = m.preview;
	return code;
}

rd_preview *rd_preview_free(rd_preview *p)
{
	if (!p)
		return NULL;
	for (size_t i = 0; i < p->images.len; i++) {
		rd_preview_image *image = rd_vec_at(&p->images, i);

		rd_strs_done(&image->services);
		rd_strs_done(&image->bases);
		rd_kvs_done(&image->args);
		free(image->image);
		free(image->path);
		free(image->dockerfile);
		free(image->target);
		free(image->syntax);
	}
	rd_vec_done(&p->images);
	rd_problems_done(&p->problems);
	rd_strs_done(&p->warnings);
	free(p->file);
	free(p);
	return NULL;
}
