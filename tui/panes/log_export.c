/* SPDX-License-Identifier: MIT */
/*
 * Lines of a log into a file, in the background.
 *
 * DESIGN: a log is read by one thread, so the work opens the files for itself. A file that is saved has the
 * bytes of the log and never takes another one's place. A file for a pager or an editor has what a screen may
 * show, lies in a folder of its own in $TMPDIR, and goes with it when the program ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/cancel.h"
#include "core/base/fs.h"
#include "tui/panes/log_pane.h"
#include "tui/widgets/words.h"

#define BLOCK_BYTES (256 * 1024)
#define SLICE_LINES 10000

struct export
{
	char *app, *build, *path, *command;
	char *dir;     /* of a file that goes again; "" if there is none */
	char *pattern; /* of the filter, NULL: none */
	unsigned context;
	rd_log_scope scope;
	int number;
	uint64_t from, to, line; /* line: which one the program shows first */
	uint64_t written;        /* lines */
};

/* ---- the work ---- */

static rd_code put_lines(struct export *x, rd_log_view *v, int fd, rd_cancel *cancel, rd_err *err)
{
	uint64_t count = rd_log_view_count(v), last = x->to < count ? x->to : count - 1;
	RD_STR_AUTO rd_str block = RD_STR_INIT(0);
	rd_code code = RD_OK;

	for (uint64_t i = x->from; count && i <= last && !code; i++) {
		const char *bytes;
		size_t n;
		int step;

		code = rd_log_view_line(v, i, &bytes, &n, &step, err);
		if (code)
			return code;
		if (x->command)
			rd_sani_ansi(&block, bytes, n, false);
		else
			rd_str_putn(&block, bytes, n);
		rd_str_putc(&block, '\n');
		x->written++;
		if (block.len < BLOCK_BYTES && i < last)
			continue;
		if (rd_cancel_fired(cancel))
			return rd_err_set(err, RD_ECANCELED, "canceled");
		code = rd_str_check(&block, "the lines", err);
		if (!code)
			code = rd_write_all(fd, block.data, block.len, err);
		rd_str_clear(&block);
	}
	return code;
}

static rd_code put_filtered(struct export *x, rd_log_view *v, int fd, rd_cancel *cancel,
	rd_err *err)
{
	rd_log_search *s = NULL;
	rd_log_view *f = NULL;
	bool more = true;
	rd_code code = rd_log_search_new(x->pattern, &s, err);

	if (!code)
		code = rd_log_view_new_filter(v, s, x->context, &f, err);
	while (!code && more) {
		code = rd_log_view_filter(f, SLICE_LINES, &more, err);
		if (!code && rd_cancel_fired(cancel))
			code = rd_err_set(err, RD_ECANCELED, "canceled");
	}
	if (!code)
		code = put_lines(x, f, fd, cancel, err);
	rd_log_view_free(f);
	rd_log_search_free(s);
	return code;
}

static rd_code put_log(struct export *x, rd_rack *rack, int fd, rd_cancel *cancel, rd_err *err)
{
	rd_log *log = NULL;
	rd_log_view *v = NULL;
	bool changed, more;
	rd_code code = rd_log_open(rack, x->app, x->build, &log, err);

	if (!code)
		code = rd_log_extend(log, 0, &changed, &more, err);
	if (!code)
		code = rd_log_view_new(log, x->scope, x->number, &v, err);
	if (!code)
		code = x->pattern ? put_filtered(x, v, fd, cancel, err)
				  : put_lines(x, v, fd, cancel, err);
	rd_log_view_free(v);
	rd_log_close(log);
	return code;
}

/* A folder of its own for a file that goes again. */
static rd_code make_path(struct export *x, rd_err *err)
{
	const char *tmp = getenv("TMPDIR");
	char name[64];

	x->dir = rd_path_join(tmp && *tmp ? tmp : "/tmp", "rackdeck-XXXXXX");
	if (!x->dir)
		return rd_err_nomem(err);
	if (!mkdtemp(x->dir)) {
		x->dir[0] = '\0';
		return rd_err_os(err, errno, "cannot make a folder in '%s'", tmp ? tmp : "/tmp");
	}
	snprintf(name, sizeof name, "%s.log", x->build);
	x->path = rd_path_join(x->dir, name);
	return x->path ? RD_OK : rd_err_nomem(err);
}

static rd_code work(void *arg, rd_rack *rack, rd_cancel *cancel, rd_err *err)
{
	struct export *x = arg;
	RD_AUTOCLOSE int fd = -1;
	rd_code code = x->command ? make_path(x, err) : RD_OK;

	if (code)
		return code;
	fd = open(x->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 && errno == EEXIST)
		return rd_err_set(err, RD_EEXIST, "'%s' is there already: choose another name",
			x->path);
	if (fd < 0)
		return rd_err_os(err, errno, "cannot write '%s'", x->path);
	code = put_log(x, rack, fd, cancel, err);
	if (code && !x->command)
		unlink(x->path);
	return code;
}

/* ---- its end ---- */

static rd_react done(rd_console *c, void *arg, rd_code code, const rd_err *err)
{
	const struct export *x = arg;
	char lines[32];

	rd_words_count(x->written, lines, sizeof lines);
	if (code)
		rd_console_toast_err(c, err);
	else if (x->command)
		rd_console_give_terminal(c, x->command, x->line + 1 - x->from, x->path);
	else
		rd_console_toast(c, RD_ROLE_COMPLETE, "%s line%s saved to %s", lines,
			x->written == 1 ? "" : "s", x->path);
	return RD_REACT_REDRAW;
}

static void discard(void *arg)
{
	struct export *x = arg;
	rd_err err;

	if (x->dir && x->dir[0])
		rd_rmtree(x->dir, &err);
	free(x->app);
	free(x->build);
	free(x->path);
	free(x->command);
	free(x->dir);
	free(x->pattern);
	free(x);
}

/* "~/x" as a shell reads it; what is not absolute lies where the console was started. */
static char *expand(const char *path)
{
	const char *home = getenv("HOME");

	return path[0] == '~' && path[1] == '/' && home ? rd_path_join(home, path + 2)
							: rd_strdup(path);
}

void rd_log_pane_export(rd_pane *p, uint64_t from, uint64_t to, const char *path,
	const char *command)
{
	const rd_log_pane *l = p->data;
	struct export *x = calloc(1, sizeof *x);
	char label[64];
	const rd_task task = {.work = work,
		.done = done,
		.discard = discard,
		.arg = x,
		.label = label,
		.is_long = true};

	if (!x)
		return;
	snprintf(label, sizeof label, "%s the log %s", command ? "open" : "save", l->build);
	x->app = rd_strdup(rd_console_app(p->console));
	x->build = rd_strdup(l->build);
	x->path = path ? expand(path) : NULL;
	x->command = rd_strdup(command);
	x->pattern = l->filter.search ? rd_strdup(rd_field_get(&l->filter.field)) : NULL;
	x->context = l->filter.context;
	x->scope = l->scope;
	x->number = l->number;
	x->from = from;
	x->to = to;
	x->line = rd_log_pane_current(l);
	if (!x->app || !x->build || (path && !x->path) || (command && !x->command)) {
		discard(x);
		return;
	}
	rd_console_run(p->console, &task, NULL);
}
