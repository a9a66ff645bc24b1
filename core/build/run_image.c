/* SPDX-License-Identifier: MIT */
/* One image of a run: pulled or built, then tagged for each of its services. */
#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/build/run_impl.h"
#include "core/formats/dockerfile.h"
#include "core/formats/dockerignore.h"

#define IGNORE_MAX_BYTES (1024 * 1024)

/* ---- pulling ---- */

bool rd_run_has(struct run *r, const char *image)
{
	rd_engine *e = r->opts->engine;
	rd_engine_image found = {0};

	if (e->ops->inspect(e, image, &found, NULL))
		return false;
	rd_engine_image_done(&found);
	return true;
}

/* Says within the step why the engine's own image is used. */
static rd_code warn_of_held(rd_record_group *g, const char *image, const char *why, rd_err *err)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_step_event ev = {.kind = RD_STEP_WARN, .id = image};

	rd_str_printf(&text, "using the image that the engine holds: %s", why);
	ev.bytes = rd_str_get(&text);
	ev.n = text.len;
	return rd_str_ok(&text) ? rd_record_event(g, &ev, err) : rd_err_nomem(err);
}

static rd_code begin_pull(rd_record_group *g, const char *image, rd_err *err)
{
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	rd_step_event ev = {.kind = RD_STEP_DECLARE, .id = image};
	rd_code code;

	rd_str_printf(&name, "Running: docker pull %s", image);
	ev.name = rd_str_get(&name);
	code = rd_record_event(g, &ev, err);
	ev.kind = RD_STEP_START;
	return code ? code : rd_record_event(g, &ev, err);
}

/* Pulls within a group; the pull is one step of it. held_will_do: where it cannot be pulled, what the
 * engine holds under that name serves, and the step has not failed. */
static rd_code pull(struct run *r, rd_record_group *g, const char *image, bool held_will_do,
	rd_err *err)
{
	rd_engine *e = r->opts->engine;
	rd_step_event ev = {.kind = RD_STEP_DONE, .id = image};
	char why[sizeof err->msg + sizeof err->ctx + 3];
	rd_err failed = {0};
	rd_code code, rc = begin_pull(g, image, err);

	if (rc)
		return rc;
	code = e->ops->pull(e, image, r->opts->auth, rd_record_event, g, r->stop, &failed);
	if (code && code != RD_ECANCELED && held_will_do && rd_run_has(r, image)) {
		rc = warn_of_held(g, image, failed.msg, err);
		code = RD_OK;
	}
	ev.error = code ? rd_err_text(&failed, why, sizeof why) : NULL;
	if (!rc)
		rc = rd_record_event(g, &ev, err);
	if (code && err)
		*err = failed;
	return code ? code : rc;
}

/* Ends a group with what happened in it. */
static rd_code end_group(rd_record_group *g, rd_code code, const char *image_id, rd_err *err)
{
	rd_code rc = rd_record_group_end(g, code ? err : NULL, image_id, code ? NULL : err);

	return code ? code : rc;
}

/* Whether the engine's own image of that name may be older than the registry's. Of one that never came from
 * or went to a registry Docker knows no digest; Podman makes one up, and its word is taken. */
static bool may_be_old(struct run *r, const char *base)
{
	rd_engine *e = r->opts->engine;
	rd_engine_image found = {0};
	bool is_of_registry;

	if (!r->opts->info || r->opts->info->podman || strchr(base, '@') ||
		e->ops->inspect(e, base, &found, NULL))
		return false;
	is_of_registry = found.digests.len > 0;
	rd_engine_image_done(&found);
	return is_of_registry;
}

rd_code rd_run_base(struct run *r, const char *base, rd_err *err)
{
	const rd_strs none = {0};
	bool is_held = rd_run_has(r, base);
	rd_record_group *g;
	rd_code code;

	/* BuildKit takes what the engine holds and asks no registry. */
	if (is_held && !may_be_old(r, base))
		return RD_OK;
	if (rd_cancel_fired(r->stop))
		return rd_err_set(err, RD_ECANCELED, "canceled");
	code = rd_record_group_begin(r->opts->record, "pull", &none, base,
		r->opts->plan->images.len > 1 ? "base | " : "", &g, err);
	if (code)
		return code;
	code = pull(r, g, base, is_held, err);
	if (code && code != RD_ECANCELED)
		rd_err_wrap(err, "base");
	return end_group(g, code, NULL, err);
}

rd_code rd_run_frontend(struct run *r, const char *frontend, rd_err *err)
{
	rd_err why = {0};
	rd_code code = rd_run_base(r, frontend, &why);

	/* What the pull said is in the log; the builds look for themselves. */
	if (code != RD_ECANCELED)
		return RD_OK;
	if (err)
		*err = why;
	return code;
}

/* ---- building ---- */

/* The ignore file of a build: DOCKERFILE.dockerignore beside the Dockerfile, else .dockerignore at the
 * top of the context. Source: Docker's documentation of build contexts. */
static rd_code read_ignore(const struct run *r, const rd_plan_image *image,
	rd_dockerignore **ret_ignore, rd_err *err)
{
	RD_STR_AUTO rd_str own = RD_STR_INIT(0);
	RD_STR_AUTO rd_str common = RD_STR_INIT(0);
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	const char *path = NULL;
	rd_code code;

	rd_str_printf(&own, "%s/%s.dockerignore", image->path, image->dockerfile);
	rd_str_printf(&common, "%s/.dockerignore", image->path);
	for (int i = 0; i < 2; i++) {
		path = rd_str_get(i ? &common : &own);
		if (!strncmp(path, "./", 2))
			path += 2;
		code = rd_source_read_file(r->opts->source, path, IGNORE_MAX_BYTES, &text, err);
		if (code != RD_ENOENT)
			break;
	}
	if (code == RD_ENOENT) {
		*ret_ignore = NULL;
		return RD_OK;
	}
	if (!code)
		code = rd_dockerignore_parse(rd_str_get(&text), text.len, ret_ignore, err);
	if (code)
		rd_err_wrap(err, "%s", path);
	return code;
}

rd_code rd_run_context(const struct run *r, const rd_plan_image *image,
	rd_dockerignore **ret_ignore, rd_strs *keep, rd_err *err)
{
	rd_code code = read_ignore(r, image, ret_ignore, err);

	if (!code && (!rd_strs_add(keep, image->dockerfile) || !rd_strs_add(keep, ".dockerignore")))
		code = rd_err_nomem(err);
	return code;
}

static rd_code open_context(const struct run *r, const rd_plan_image *image, rd_reader **ret_tar,
	rd_err *err)
{
	RD_AUTO(rd_strs_done) rd_strs keep = {0};
	rd_dockerignore *ignore = NULL;
	rd_code code = rd_run_context(r, image, &ignore, &keep, err);

	if (!code)
		code = rd_source_context(r->opts->source, image->path, ignore, &keep, ret_tar, err);
	rd_dockerignore_free(ignore);
	return code;
}

bool rd_run_is_classic(const rd_run_opts *o)
{
	return o->full_log || o->memory_bytes || o->cpu_shares;
}

/* Hides "# syntax=" from BuildKit, which would ask a registry for a frontend that we could not pull. */
static rd_code use_own_frontend(struct run *r, rd_record_group *g, const rd_plan_image *image,
	rd_reader *context, rd_err *err)
{
	RD_AUTOFREE char *path = rd_path_join(image->path, image->dockerfile);
	rd_code code;

	if (!path)
		return rd_err_nomem(err);
	code = rd_record_line(r->opts->record, g, err,
		"warning: no frontend '%s' (# syntax= of '%s'): using the engine's own",
		image->syntax, image->dockerfile);
	return code ? code
		    : rd_source_context_patch(r->opts->source, context, path, image->syntax_at,
			      "unused", err);
}

static rd_artifacts_site site_of(struct run *r, rd_record_group *g, const rd_plan_image *image)
{
	return (rd_artifacts_site){r->opts->record, g, image, r->stop};
}

/* *broken as in rd_artifacts_restore. */
static rd_code build_from(struct run *r, rd_record_group *g, const rd_plan_image *image,
	bool full_log, bool *broken, char ret_image_id[80], rd_err *err)
{
	rd_artifacts_site site = site_of(r, g, image);
	const rd_run_opts *o = r->opts;
	RD_AUTO(rd_reader_closep) rd_reader *context = NULL;
	RD_AUTO(rd_kvs_done) rd_kvs args = {0};
	rd_engine_build b = {
		.dockerfile = image->dockerfile,
		.target = image->target,
		.args = &args,
		.build_id = o->build_id,
		.auth = o->auth,
		.no_cache = o->no_cache,
		.full_log = full_log,
		.memory_bytes = o->memory_bytes,
		.cpu_shares = o->cpu_shares,
	};
	bool is_classic = full_log || rd_run_is_classic(o);
	rd_code code = open_context(r, image, &context, err);

	if (!code && o->artifacts)
		code = rd_artifacts_restore(o->artifacts, &site, context, broken, err);
	if (!code && (!rd_kvs_merge(&args, &image->args) ||
			     (is_classic && !rd_kvs_merge(&args, &image->platform_args))))
		code = rd_err_nomem(err);
	if (!code && image->syntax && !is_classic && !rd_run_has(r, image->syntax))
		code = use_own_frontend(r, g, image, context, err);
	if (code)
		return code;
	b.context = context;
	return o->engine->ops->build(o->engine, &b, rd_record_event, g, r->stop, ret_image_id, err);
}

/* What the build before left may prove damaged on its way: then it is built without. */
static rd_code build_once(struct run *r, rd_record_group *g, const rd_plan_image *image,
	bool full_log, char ret_image_id[80], rd_err *err)
{
	rd_artifacts_site site = site_of(r, g, image);
	bool is_broken = false;
	rd_err why = {0};
	rd_code code = build_from(r, g, image, full_log, &is_broken, ret_image_id, &why);

	if (code && is_broken && !rd_cancel_fired(r->stop)) {
		code = rd_artifacts_warn_cold(&site, &why, err);
		return code ? code
			    : build_from(r, g, image, full_log, &is_broken, ret_image_id, err);
	}
	if (code && err)
		*err = why;
	return code;
}

static rd_code build(struct run *r, rd_record_group *g, const rd_plan_image *image,
	char ret_image_id[80], rd_err *err)
{
	const rd_run_opts *o = r->opts;
	rd_err lost = {0};
	rd_code code = rd_record_line(o->record, g, err, "Building: %s", image->path);

	if (!code && image->syntax && !rd_run_is_classic(o) && !rd_run_has(r, image->syntax) &&
		rd_run_check_own_frontend(o, image, err))
		return err ? err->code : RD_EUNSUPPORTED;
	if (!code && rd_run_is_classic(o))
		code = rd_record_line(o->record, g, err, "Using the classic builder: %s",
			o->full_log ? "BuildKit clips what a step prints"
				    : "BuildKit takes no limits of memory and CPU");
	if (!code)
		code = build_once(r, g, image, o->full_log, ret_image_id, &lost);
	if (code == RD_EUNSUPPORTED && !o->full_log) {
		pthread_mutex_lock(&r->mutex);
		r->gave_up = true;
		pthread_mutex_unlock(&r->mutex);
		code = rd_record_group_settle(g, err);
		if (!code)
			code = rd_record_line(o->record, g, err,
				"warning: %s: building again with the classic builder", lost.msg);
		return code ? code : build_once(r, g, image, true, ret_image_id, err);
	}
	/* 128 + SIGKILL, which is what the kernel sends to who takes too much. */
	if (lost.code && o->memory_bytes && rd_ends_with(lost.msg, "code: 137"))
		rd_err_wrap(&lost, "killed, perhaps for more than the %lld MB of BuildMemory",
			(long long)(o->memory_bytes >> 20));
	if (lost.code && err)
		*err = lost;
	return code;
}

/* ---- tagging ---- */

static rd_code add_result(struct run *r, const char *service, const char *tag, const char *image_id,
	const char *inputs, rd_err *err)
{
	rd_run_image made = {.service = rd_strdup(service),
		.tag = rd_strdup(tag),
		.image_id = rd_strdup(image_id),
		.inputs = rd_strdup(inputs)};
	rd_run_image *slot = NULL;

	pthread_mutex_lock(&r->mutex);
	if (made.service && made.tag && made.image_id && made.inputs)
		slot = rd_vec_push(&r->result.images);
	if (slot)
		*slot = made;
	pthread_mutex_unlock(&r->mutex);
	if (slot)
		return RD_OK;
	free(made.service);
	free(made.tag);
	free(made.image_id);
	free(made.inputs);
	return rd_err_nomem(err);
}

static rd_code tag_one(struct run *r, rd_record_group *g, const char *image_id, const char *tag,
	rd_err *err)
{
	const rd_run_opts *o = r->opts;
	rd_code code =
		rd_record_line(o->record, g, err, "Running: docker tag %.19s %s", image_id, tag);

	return code ? code : o->engine->ops->tag(o->engine, image_id, tag, err);
}

/* With a registry each service's image comes home after its push. */
static rd_code tag_all(struct run *r, rd_record_group *g, const rd_plan_image *image,
	const char *image_id, const char *inputs, rd_err *err)
{
	RD_AUTO(rd_strs_done) rd_strs tags = {0};
	const rd_run_opts *o = r->opts;
	rd_code code = RD_OK;

	for (size_t i = 0; i < image->services.len && !code; i++) {
		RD_STR_AUTO rd_str tag = RD_STR_INIT(0);

		rd_str_printf(&tag, "%s/%s:%s.%s", o->rack, o->app, image->services.items[i],
			o->build_id);
		if (!rd_str_ok(&tag) || !rd_strs_add(&tags, tag.data))
			return rd_err_nomem(err);
		/* Noted before it is made: a tag that was half made is removed as well. */
		code = add_result(r, image->services.items[i], tag.data, image_id, inputs, err);
		if (!code)
			code = tag_one(r, g, image_id, tag.data, err);
	}
	if (code || o->registry)
		return code;
	return rd_run_home(r, g, &(rd_run_coming){image_id, NULL, &tags}, err);
}

static void quote_words(const rd_strs *words, rd_str *out)
{
	for (size_t i = 0; i < words->len; i++) {
		if (i)
			rd_str_putc(out, ' ');
		rd_str_put_word(out, words->items[i]);
	}
}

/* What the engine has now: its id; and its entrypoint: the build's is that of the last image that has
 * one, as Convox has it; the last of the plan, whichever ends last. */
static rd_code look(struct run *r, const rd_plan_image *image, const char *name,
	char ret_image_id[80], rd_err *err)
{
	rd_engine *e = r->opts->engine;
	rd_engine_image found = {0};
	RD_STR_AUTO rd_str words = RD_STR_INIT(0);
	rd_code code = e->ops->inspect(e, name, &found, err);
	bool kept = true;

	if (code)
		return code;
	snprintf(ret_image_id, 80, "%s", found.id);
	quote_words(&found.entrypoint, &words);
	pthread_mutex_lock(&r->mutex);
	if (words.len && (!r->entrypoint_of || image > r->entrypoint_of)) {
		kept = rd_str_replace(&r->result.entrypoint, words.data);
		r->entrypoint_of = image;
	}
	pthread_mutex_unlock(&r->mutex);
	rd_engine_image_done(&found);
	return kept && rd_str_ok(&words) ? RD_OK : rd_err_nomem(err);
}

/* Builds an image, unless there is one of the same inputs. */
static rd_code have_built(struct run *r, rd_record_group *g, const rd_plan_image *image,
	char ret_image_id[80], char ret_inputs[RD_SHA256_HEX], bool *ret_reused, rd_err *err)
{
	char before[RD_SHA256_HEX];
	rd_code code = rd_run_inputs(r, image, before, err);

	if (!code)
		code = rd_run_reuse(r, g, image, before, ret_image_id, err);
	if (!code && !ret_image_id[0]) {
		code = build(r, g, image, ret_image_id, err);
		if (!code)
			code = rd_run_inputs(r, image, ret_inputs, err);
		/* A base that was replaced meanwhile: nobody knows which one it was made from. */
		if (strcmp(before, ret_inputs) != 0)
			ret_inputs[0] = '\0';
		return code;
	}
	*ret_reused = !code;
	memcpy(ret_inputs, before, sizeof before);
	return code;
}

rd_code rd_run_image_make(struct run *r, const rd_plan_image *image, rd_err *err)
{
	const char *what = image->image ? image->image : image->path;
	char image_id[80] = "", inputs[RD_SHA256_HEX] = "";
	bool is_reused = false;
	rd_record_group *g;
	rd_code code = rd_record_group_begin(r->opts->record, image->image ? "pull" : "build",
		&image->services, what, image->prefix, &g, err);

	if (code)
		return code;
	if (image->image)
		code = pull(r, g, image->image, true, err);
	else
		code = have_built(r, g, image, image_id, inputs, &is_reused, err);
	if (!code)
		code = look(r, image, image->image ? image->image : image_id, image_id, err);
	if (!code)
		code = tag_all(r, g, image, image_id, inputs, err);
	if (!code && !image->image && r->opts->artifacts && (!is_reused || image->names_cache)) {
		rd_artifacts_site site = site_of(r, g, image);

		code = rd_artifacts_save(r->opts->artifacts, &site, r->opts->engine, image_id, err);
	}
	if (code && code != RD_ECANCELED)
		rd_err_wrap(err, "service '%s'", image->services.items[0]);
	return end_group(g, code, image_id[0] ? image_id : NULL, err);
}
