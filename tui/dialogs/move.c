/* SPDX-License-Identifier: MIT */
/* Export builds to archives, import one: forms whose work goes on as jobs. */
#include <stdatomic.h>

#include "core/base/fs.h"
#include "core/rack/movefile.h"
#include "tui/dialogs/dialogs.h"
#include "tui/dialogs/form.h"
#include "tui/panes/panes.h"

struct move {
	char *app, *path;
	char build[32];            /* to be exported; "": one is imported */
	_Atomic uint64_t now, all; /* bytes: written by the pool, read by the loop */
	rd_build made;
};

/* ---- the work ---- */

static void tell_bytes(void *arg, uint64_t bytes, uint64_t total)
{
	struct move *w = arg;

	atomic_store(&w->now, bytes);
	atomic_store(&w->all, total);
}

static rd_code work(void *arg, rd_rack *rack, rd_cancel *cancel, rd_err *err)
{
	struct move *w = arg;
	const rd_movefile_watch watch = {tell_bytes, w, cancel};

	if (w->build[0])
		return rd_movefile_export(rack, w->app, w->build, w->path, &watch, err);
	return rd_movefile_import(rack, w->app, w->path, &watch, &w->made, err);
}

static void tell_progress(const void *arg, rd_progress *ret_progress)
{
	const struct move *w = arg;

	*ret_progress = (rd_progress){atomic_load(&w->now), atomic_load(&w->all)};
}

static rd_react done(rd_console *c, void *arg, rd_code code, const rd_err *err)
{
	const struct move *w = arg;

	if (code == RD_ECANCELED) {
		rd_console_toast(c, RD_ROLE_TEXT, "%s: nothing is kept",
			w->build[0] ? "export stopped" : "import stopped");
	} else if (code) {
		rd_console_toast_err(c, err);
	} else if (w->build[0]) {
		rd_console_toast(c, RD_ROLE_COMPLETE, "%s is exported to %s", w->build, w->path);
	} else {
		rd_console_toast(c, RD_ROLE_COMPLETE, "imported as build %s, release %s",
			w->made.id, w->made.release);
		rd_builds_select(c, w->made.id);
	}
	return RD_REACT_RELOAD;
}

static void discard(void *arg)
{
	struct move *w = arg;

	rd_build_done(&w->made);
	free(w->app);
	free(w->path);
	free(w);
}

/* Takes path. */
static rd_code start(rd_console *c, const char *build, char *path, unsigned *ret_job, rd_err *err)
{
	struct move *w = calloc(1, sizeof *w);
	char label[128];
	rd_task task = {.work = work,
		.done = done,
		.discard = discard,
		.arg = w,
		.label = label,
		.progress = tell_progress,
		.mutates = !build[0],
		.can_cancel = true,
		.is_long = true};

	if (!w) {
		free(path);
		return rd_err_nomem(err);
	}
	w->path = path;
	w->app = rd_strdup(rd_console_app(c));
	snprintf(w->build, sizeof w->build, "%s", build);
	if (!w->app || !w->path) {
		discard(w);
		return rd_err_nomem(err);
	}
	snprintf(label, sizeof label, "%s %s", build[0] ? "exporting" : "importing",
		build[0] ? build : rd_path_base(path));
	return rd_console_start(c, &task, ret_job, err);
}

/* "~/x" is in the user's home. @ret heap, NULL if out of memory. */
static char *full_path(const char *path)
{
	const char *home = getenv("HOME");

	if (path[0] != '~' || (path[1] && path[1] != '/') || !home)
		return rd_strdup(path);
	return path[1] ? rd_path_join(home, path + 2) : rd_strdup(home);
}

/* ---- export ---- */

typedef struct exporting {
	rd_form form;
	rd_strs builds;
} exporting;

static char *archive_path(const rd_dialog *d, const char *dir, const char *build)
{
	RD_STR_AUTO
	rd_str path = RD_STR_INIT(0);

	rd_str_printf(&path, "%s/%s-%s.tgz", dir, rd_console_app(d->console), build);
	return full_path(rd_str_get(&path));
}

static rd_code submit_export(rd_dialog *d, rd_form *f, rd_err *err)
{
	exporting *x = d->data;
	const char *path = rd_form_text(f, 0);
	unsigned job = 0;
	rd_code code = RD_OK;

	if (!path[0])
		return rd_err_set(err, RD_EINVAL, "where to? name a file");
	for (size_t i = 0; !code && i < x->builds.len; i++)
		code = start(d->console, x->builds.items[i],
			x->builds.len > 1 ? archive_path(d, path, x->builds.items[i])
					  : full_path(path),
			&job, err);
	if (!code && x->builds.len == 1)
		rd_console_open_dialog(d->console, &rd_dialog_job, &job, NULL);
	else if (!code)
		rd_console_show(d->console, &rd_pane_jobs);
	return code;
}

static void command_export(const rd_dialog *d, const rd_form *f, rd_str *out)
{
	const exporting *x = d->data;
	RD_AUTOFREE char *path = full_path(rd_form_text(f, 0));

	rd_str_printf(out, "rackdeck builds export %s -a %s -r %s -f ", x->builds.items[0],
		rd_console_app(d->console), rd_console_rack(d->console)->name);
	rd_str_put_word(out, rd_or_empty(path));
}

static rd_code open_export(rd_dialog *d, const void *args, rd_err *err)
{
	static const rd_form_item one[] = {{RD_FORM_TEXT, "File", "web.tgz"}};
	static const rd_form_item many[] = {{RD_FORM_TEXT, "Folder", "one archive for each"}};
	static const rd_form_ops ops = {.title = "Export",
		.submit = "export",
		.items = one,
		.n = 1,
		.submit_form = submit_export,
		.command = command_export};
	static const rd_form_ops ops_many = {.title = "Export the marked builds",
		.submit = "export",
		.items = many,
		.n = 1,
		.submit_form = submit_export};
	const rd_strs *builds = args;
	exporting *x = d->data;
	char path[160] = "~";

	if (!rd_console_rack(d->console)->builds->export)
		return rd_err_set(err, RD_EUNSUPPORTED, "this rack cannot export builds");
	for (size_t i = 0; i < builds->len; i++)
		if (!rd_strs_add(&x->builds, builds->items[i])) {
			rd_strs_done(&x->builds);
			return rd_err_nomem(err);
		}
	rd_form_init(d, builds->len > 1 ? &ops_many : &ops);
	if (builds->len == 1)
		snprintf(path, sizeof path, "~/%s-%s.tgz", rd_console_app(d->console),
			builds->items[0]);
	rd_form_set(&x->form, 0, path);
	return RD_OK;
}

static void close_export(rd_dialog *d)
{
	rd_strs_done(&((exporting *)d->data)->builds);
	rd_form_close(d);
}

const struct rd_dialog_ops rd_dialog_export = {
	.kind = "export",
	.private_size = sizeof(exporting),
	.open = open_export,
	.size = rd_form_size,
	.event = rd_form_event,
	.draw = rd_form_draw,
	.title = rd_form_title,
	.wants_text = rd_form_wants_text,
	.close = close_export,
};

/* ---- import ---- */

static rd_code submit_import(rd_dialog *d, rd_form *f, rd_err *err)
{
	unsigned job = 0;
	rd_code code;

	if (!rd_form_text(f, 0)[0])
		return rd_err_set(err, RD_EINVAL, "from where? name an archive");
	code = start(d->console, "", full_path(rd_form_text(f, 0)), &job, err);
	if (!code)
		rd_console_open_dialog(d->console, &rd_dialog_job, &job, NULL);
	return code;
}

static void command_import(const rd_dialog *d, const rd_form *f, rd_str *out)
{
	rd_str_printf(out, "rackdeck builds import -a %s -r %s -f ", rd_console_app(d->console),
		rd_console_rack(d->console)->name);
	rd_str_put_word(out, rd_form_text(f, 0));
}

static rd_code open_import(rd_dialog *d, const void *args RD_UNUSED, rd_err *err)
{
	static const rd_form_item items[] = {
		{RD_FORM_TEXT, "File", "an archive of rackdeck or of a rack of Convox"}};
	static const rd_form_ops ops = {.title = "Import",
		.submit = "make a build and a release of it",
		.items = items,
		.n = 1,
		.submit_form = submit_import,
		.command = command_import};

	if (!rd_console_rack(d->console)->builds->import)
		return rd_err_set(err, RD_EUNSUPPORTED, "this rack cannot import builds");
	rd_form_init(d, &ops);
	return RD_OK;
}

const struct rd_dialog_ops rd_dialog_import = RD_FORM_DIALOG("import", rd_form, open_import);
