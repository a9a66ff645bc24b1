/* SPDX-License-Identifier: MIT */
/*
 * Build a folder, an archive or a git URL; deploy: and promote what comes of it.
 *
 * DESIGN: packing and sending are a job of the console; the build itself is the rack's.
 */
#include <stdatomic.h>

#include "core/formats/buildargs.h"
#include "core/rack/submit.h"
#include "core/rack/trigger.h"
#include "tui/dialogs/deploy.h"
#include "tui/dialogs/dialogs.h"
#include "tui/dialogs/form.h"
#include "tui/panes/panes.h"

enum item {
	ITEM_SOURCE,
	ITEM_REF,
	ITEM_DESCRIPTION,
	ITEM_MANIFEST,
	ITEM_ARGS,
	ITEM_NO_CACHE,
	ITEM_DEVELOPMENT,
	ITEM_FULL_LOG,
	ITEM_MAX_
};

static const rd_form_item items[ITEM_MAX_] = {
	[ITEM_SOURCE] = {RD_FORM_TEXT, "Source", "a folder, an archive, or a git URL"},
	[ITEM_REF] = {RD_FORM_TEXT, "Reference", "of a git URL: branch, tag or commit[:folder]"},
	[ITEM_DESCRIPTION] = {RD_FORM_TEXT, "Description", "what git says of the source"},
	[ITEM_MANIFEST] = {RD_FORM_TEXT, "Manifest", "convox.yml"},
	[ITEM_ARGS] = {RD_FORM_TEXT, "Args", "NAME=VALUE, joined by commas"},
	[ITEM_NO_CACHE] = {RD_FORM_CHECK, "No cache", "build every step anew"},
	[ITEM_DEVELOPMENT] = {RD_FORM_CHECK, "Development", "stop at the stage of that name"},
	[ITEM_FULL_LOG] = {RD_FORM_CHECK, "Full log", "the builder that never clips output"},
};

/* ---- the work ---- */

struct start {
	char *app, *source, *description, *manifest;
	rd_kvs args;
	bool no_cache, development, full_log, deploys;
	_Atomic uint64_t bytes; /* sent so far: written by the pool, read by the loop */
	rd_build build;
	rd_strs warnings; /* of packing */
};

static void count_bytes(void *arg, uint64_t bytes)
{
	atomic_store(&((struct start *)arg)->bytes, bytes);
}

static rd_code work(void *arg, rd_rack *rack, rd_cancel *cancel, rd_err *err)
{
	struct start *w = arg;
	RD_AUTOFREE char *trigger = rd_trigger_by_user("console");
	const rd_build_opts wish = {.manifest = w->manifest[0] ? w->manifest : NULL,
		.description = w->description[0] ? w->description : NULL,
		.args = &w->args,
		.trigger = trigger,
		.no_cache = w->no_cache,
		.development = w->development,
		.full_log = w->full_log};
	const rd_upload_opts from = {.source = w->source,
		.manifest = wish.manifest,
		.cancel = cancel,
		.sent = count_bytes,
		.arg = w};

	return trigger ? rd_submit(rack, w->app, &from, &wish, &w->warnings, &w->build, err)
		       : rd_err_nomem(err);
}

static void tell_progress(const void *arg, rd_progress *ret_progress)
{
	ret_progress->current = atomic_load(&((const struct start *)arg)->bytes);
}

static rd_react done(rd_console *c, void *arg, rd_code code, const rd_err *err)
{
	const struct start *w = arg;

	if (code) {
		rd_console_toast_err(c, err);
		return RD_REACT_RELOAD;
	}
	if (w->warnings.len)
		rd_console_toast(c, RD_ROLE_WARN, "build %s; %s", w->build.id,
			w->warnings.items[0]);
	else
		rd_console_toast(c, RD_ROLE_COMPLETE, "build %s has begun", w->build.id);
	rd_builds_select(c, w->build.id);
	rd_log_follow(c, w->build.id);
	if (w->deploys)
		rd_deploy_later(c, w->app, w->build.id);
	return RD_REACT_RELOAD;
}

static void discard(void *arg)
{
	struct start *w = arg;

	rd_build_done(&w->build);
	free(w->app);
	free(w->source);
	free(w->description);
	free(w->manifest);
	rd_strs_done(&w->warnings);
	rd_kvs_done(&w->args);
	free(w);
}

/* A reference of its own goes behind the URL. @ret heap, NULL if out of memory. */
static char *source_of(const rd_form *f)
{
	const char *ref = rd_form_text(f, ITEM_REF);
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(0);

	rd_str_printf(&text, "%s%s%s", rd_form_text(f, ITEM_SOURCE), ref[0] ? "#" : "", ref);
	return rd_str_ok(&text) ? rd_str_take(&text) : NULL;
}

static struct start *new_start(const rd_dialog *d, const rd_form *f)
{
	struct start *w = calloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->app = rd_strdup(rd_console_app(d->console));
	w->source = source_of(f);
	w->description = rd_strdup(rd_form_text(f, ITEM_DESCRIPTION));
	w->manifest = rd_strdup(rd_form_text(f, ITEM_MANIFEST));
	w->no_cache = f->checks[ITEM_NO_CACHE];
	w->development = f->checks[ITEM_DEVELOPMENT];
	w->full_log = f->checks[ITEM_FULL_LOG];
	w->deploys = d->ops == &rd_dialog_deploy;
	if (w->app && w->source && w->description && w->manifest)
		return w;
	discard(w);
	return NULL;
}

static rd_code check(const rd_form *f, rd_err *err)
{
	const char *source = rd_form_text(f, ITEM_SOURCE);

	if (!source[0])
		return rd_err_set(err, RD_EINVAL, "what is to be built? name a source");
	if (rd_form_text(f, ITEM_REF)[0] && (!rd_upload_is_git(source) || strchr(source, '#')))
		return rd_err_set(err, RD_EINVAL,
			"a reference is for a git URL that names none itself");
	return RD_OK;
}

static rd_code submit_form(rd_dialog *d, rd_form *f, rd_err *err)
{
	char label[96];
	rd_task task = {.work = work,
		.done = done,
		.discard = discard,
		.label = label,
		.progress = tell_progress,
		.mutates = true,
		.can_cancel = true,
		.is_long = true};
	struct start *w;
	rd_code code = check(f, err);

	if (code)
		return code;
	w = new_start(d, f);
	if (!w)
		return rd_err_nomem(err);
	if (rd_form_text(f, ITEM_ARGS)[0])
		code = rd_buildargs_add(rd_form_text(f, ITEM_ARGS), &w->args, err);
	if (code) {
		discard(w);
		return code;
	}
	task.arg = w;
	snprintf(label, sizeof label, "sending %s", w->app);
	return rd_console_run(d->console, &task, err);
}

/* ---- the form ---- */

static void put_flag(rd_str *line, const char *flag, const char *value)
{
	if (!value[0])
		return;
	rd_str_printf(line, " %s ", flag);
	rd_str_put_word(line, value);
}

/* Values of arguments may be secret: only what they are called is shown. */
static void put_args(rd_str *line, const char *text)
{
	RD_AUTO(rd_kvs_done)
	rd_kvs args = {0};

	if (!text[0] || rd_buildargs_add(text, &args, NULL))
		return;
	for (size_t i = 0; i < args.len; i++)
		rd_str_printf(line, " --build-args %s=...", args.items[i].key);
}

static void command(const rd_dialog *d, const rd_form *f, rd_str *out)
{
	RD_AUTOFREE char *source = source_of(f);

	rd_str_printf(out, "rackdeck %s ", d->ops == &rd_dialog_deploy ? "deploy" : "build");
	rd_str_put_word(out, source ? source : "");
	rd_str_printf(out, " -a %s -r %s", rd_console_app(d->console),
		rd_console_rack(d->console)->name);
	put_flag(out, "-d", rd_form_text(f, ITEM_DESCRIPTION));
	put_flag(out, "-m", rd_form_text(f, ITEM_MANIFEST));
	put_args(out, rd_form_text(f, ITEM_ARGS));
	rd_str_put(out, f->checks[ITEM_NO_CACHE] ? " --no-cache" : "");
	rd_str_put(out, f->checks[ITEM_DEVELOPMENT] ? " --development" : "");
	rd_str_put(out, f->checks[ITEM_FULL_LOG] ? " --full-log" : "");
}

static const rd_form_ops build_ops = {.title = "Build",
	.submit = "start the build",
	.items = items,
	.n = ITEM_MAX_,
	.submit_form = submit_form,
	.command = command};

static const rd_form_ops deploy_ops = {.title = "Build and promote",
	.submit = "build, then promote",
	.items = items,
	.n = ITEM_MAX_,
	.is_guarded = true,
	.submit_form = submit_form,
	.command = command};

static rd_code open_dialog(rd_dialog *d, const void *args RD_UNUSED, rd_err *err)
{
	const rd_rack *rack = rd_console_rack(d->console);
	bool deploys = d->ops == &rd_dialog_deploy;

	if (!rack->builds->create)
		return rd_err_set(err, RD_EUNSUPPORTED, "this rack cannot build");
	if (deploys && !rack->releases->promote)
		return rd_err_set(err, RD_EUNSUPPORTED, "this rack cannot promote");
	rd_form_init(d, deploys ? &deploy_ops : &build_ops);
	rd_form_set(d->data, ITEM_SOURCE, rd_console_dir(d->console));
	return RD_OK;
}

const struct rd_dialog_ops rd_dialog_build = RD_FORM_DIALOG("build", rd_form, open_dialog);
const struct rd_dialog_ops rd_dialog_deploy = RD_FORM_DIALOG("deploy", rd_form, open_dialog);
