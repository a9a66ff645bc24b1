/* SPDX-License-Identifier: MIT */
/* A change of the rack that a dialog was told to make. */
#include "tui/dialogs/deed.h"

#include <string.h>

rd_code rd_deed_new(const rd_console *c, const char *name, rd_deed **ret_deed, rd_err *err)
{
	rd_deed *w = calloc(1, sizeof(*w));

	if (!w)
		return rd_err_nomem(err);
	w->app = rd_strdup(rd_console_app(c));
	w->name = rd_strdup(name);
	if (!w->app || !w->name) {
		rd_deed_free(w);
		return rd_err_nomem(err);
	}
	*ret_deed = w;
	return RD_OK;
}

static void wipe(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
}

rd_deed *rd_deed_free(rd_deed *w)
{
	if (!w)
		return NULL;
	wipe(w->more);
	for (size_t i = 0; i < w->set.len; i++)
		wipe(w->set.items[i].value);
	rd_kvs_done(&w->set);
	rd_strs_done(&w->gone);
	free(w->more);
	free(w->app);
	free(w->name);
	free(w);
	return NULL;
}

static rd_code make(void *arg, rd_rack *rack, rd_cancel *cancel, rd_err *err)
{
	rd_deed *w = arg;

	return w->make(w, rack, cancel, err);
}

static rd_react done(rd_console *c, void *arg, rd_code code, const rd_err *err)
{
	rd_deed *w = arg;

	if (code)
		rd_console_toast_err(c, err);
	else
		rd_console_toast(c, RD_ROLE_COMPLETE, "%s", w->said);
	return RD_REACT_RELOAD | (!code && w->made ? w->made(c, w) : RD_REACT_NONE);
}

static void discard(void *arg)
{
	rd_deed_free(arg);
}

void rd_deed_start(rd_console *c, rd_deed *w)
{
	const rd_task task = {.work = make,
		.done = done,
		.discard = discard,
		.arg = w,
		.label = w->label,
		.mutates = true,
		.can_cancel = w->can_cancel,
		.is_long = w->is_long};
	rd_err err = {0};

	if (rd_console_run(c, &task, &err))
		rd_console_toast_err(c, &err);
}
