/* SPDX-License-Identifier: MIT */
/* A promotion that the rack is busy with. */
#include "tui/dialogs/rollout.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "tui/dialogs/deed.h"

struct rollout {
	rd_console *console;
	char *app, *release;
	_Atomic unsigned job;
};

static void discard(void *arg)
{
	struct rollout *w = arg;

	free(w->app);
	free(w->release);
	free(w);
}

static struct rollout *new_rollout(rd_console *c, const char *app, const char *release)
{
	struct rollout *w = calloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->console = c;
	w->app = rd_strdup(app);
	w->release = rd_strdup(release);
	if (w->app && w->release)
		return w;
	discard(w);
	return NULL;
}

/* ---- what the rack says meanwhile ---- */

struct note {
	unsigned job;
	char text[256];
};

static rd_react take_note(rd_console *c, void *arg)
{
	const struct note *n = arg;

	rd_console_note(c, n->job, n->text);
	return RD_REACT_REDRAW;
}

static void hear(void *arg, const char *text)
{
	struct rollout *w = arg;
	struct note *n = calloc(1, sizeof *n);

	if (!n)
		return;
	n->job = atomic_load(&w->job);
	snprintf(n->text, sizeof n->text, "%s", text);
	rd_console_post(w->console, take_note, free, n);
}

/* ---- taking it back ---- */

static rd_code take_back(rd_deed *w, rd_rack *rack, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	snprintf(w->said, sizeof(w->said), "the rack takes %s back", w->name);
	return rack->apps->cancel(rack, w->app, err);
}

static void take_back_later(rd_console *c, const struct rollout *w)
{
	rd_deed *back = NULL;
	rd_err err = {0};

	if (rd_deed_new(c, w->release, &back, &err)) {
		rd_console_toast_err(c, &err);
		return;
	}
	back->make = take_back;
	back->is_long = true;
	snprintf(back->label, sizeof(back->label), "taking back %s", w->release);
	rd_deed_start(c, back);
}

/* ---- waiting ---- */

static rd_code wait(void *arg, rd_rack *rack, rd_cancel *cancel, rd_err *err)
{
	struct rollout *w = arg;
	rd_code code = rack->releases->settle(rack, w->app, w->release, hear, w, cancel, err);

	if (code == RD_EFAILED && !strcmp(err->msg, "rollback"))
		rd_err_set(err, RD_EFAILED,
			"%s did not come up: the rack went back to the release before", w->release);
	return code;
}

static rd_react waited(rd_console *c, void *arg, rd_code code, const rd_err *err)
{
	const struct rollout *w = arg;

	if (code == RD_ECANCELED && rd_console_rack(c)->apps->cancel)
		take_back_later(c, w);
	else if (code)
		rd_console_toast_err(c, err);
	else
		rd_console_toast(c, RD_ROLE_COMPLETE, "%s is active now", w->release);
	return RD_REACT_RELOAD;
}

void rd_rollout_later(rd_console *c, const char *app, const char *release)
{
	struct rollout *w;
	unsigned id = 0;
	char label[64];
	rd_err err = {0};

	if (!rd_console_rack(c)->releases->settle)
		return;
	snprintf(label, sizeof label, "rolling out %s", release);
	w = new_rollout(c, app, release);
	if (!w)
		rd_err_nomem(&err);
	else if (!rd_console_start(c,
			 &(rd_task){.work = wait,
				 .done = waited,
				 .discard = discard,
				 .arg = w,
				 .label = label,
				 .can_cancel = true,
				 .is_long = true},
			 &id, &err))
		atomic_store(&w->job, id);
	if (err.code)
		rd_console_toast_err(c, &err);
}
