/* SPDX-License-Identifier: MIT */
/* Stop a build: yes or no. */
#include "tui/dialogs/confirm.h"
#include "tui/dialogs/dialogs.h"
#include "tui/widgets/words.h"

typedef struct stop {
	rd_confirm confirm;
	char build[32];
} stop;

struct change {
	char *app;
	char build[32];
};

static rd_code work(void *arg, rd_rack *rack, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	const struct change *w = arg;

	return rack->builds->cancel(rack, w->app, w->build, err);
}

static rd_react done(rd_console *c, void *arg, rd_code code, const rd_err *err)
{
	const struct change *w = arg;

	if (code)
		rd_console_toast_err(c, err);
	else
		rd_console_toast(c, RD_ROLE_COMPLETE, "asked %s to stop", w->build);
	return RD_REACT_RELOAD;
}

static void discard(void *arg)
{
	struct change *w = arg;

	free(w->app);
	free(w);
}

static rd_react start(rd_dialog *d)
{
	struct change *w = calloc(1, sizeof *w);
	rd_task task = {.work = work,
		.done = done,
		.discard = discard,
		.arg = w,
		.label = "stopping the build",
		.mutates = true};
	rd_err err = {0};

	if (w)
		w->app = rd_strdup(rd_console_app(d->console));
	if (!w || !w->app) {
		free(w);
		rd_err_nomem(&err);
	} else {
		memcpy(w->build, ((const stop *)d->data)->build, sizeof w->build);
		rd_console_run(d->console, &task, &err);
	}
	if (err.code)
		rd_console_toast_err(d->console, &err);
	return RD_REACT_CLOSE;
}

static rd_code open_dialog(rd_dialog *d, const void *args, rd_err *err)
{
	stop *s = d->data;
	const rd_target *t = args;
	const rd_build *b = rd_model_build(rd_console_model(d->console), t->build);
	char took[32] = "";

	rd_code code = rd_console_can_cancel(d->console, err);

	if (code)
		return code;
	snprintf(s->build, sizeof s->build, "%s", t->build);
	rd_confirm_init(&s->confirm, "stop the build", "Keep it running");
	rd_confirm_guard(&s->confirm, d->console);
	if (b)
		rd_words_took(b, rd_console_now_us(d->console), took, sizeof took);
	rd_sheet_put(&s->confirm.body, RD_ROLE_STRONG, "build", "%s  %s", t->build, took);
	if (b && b->description[0])
		rd_sheet_put(&s->confirm.body, RD_ROLE_TEXT, "", "%s", b->description);
	rd_sheet_put(&s->confirm.body, RD_ROLE_DIM, NULL,
		"Its work in the engine ends at once. The log is kept.");
	rd_sheet_put(&s->confirm.foot, RD_ROLE_TEXT, "runs",
		"rackdeck builds cancel %s -a %s -r %s", t->build, rd_console_app(d->console),
		rd_console_rack(d->console)->name);
	return RD_OK;
}

static void size(const rd_dialog *d, int cols RD_UNUSED, int rows RD_UNUSED, int *ret_w, int *ret_h)
{
	*ret_w = 70;
	*ret_h = rd_confirm_height(&((const stop *)d->data)->confirm);
}

static rd_react event(rd_dialog *d, const rd_event *ev)
{
	bool yes;
	rd_react react = rd_confirm_event(&((stop *)d->data)->confirm, d, ev, &yes);

	return yes ? start(d) : react;
}

static bool wants_text(const rd_dialog *d)
{
	return rd_confirm_wants_text(&((const stop *)d->data)->confirm);
}

static void draw(const rd_dialog *d, const rd_area *area)
{
	rd_confirm_draw(&((const stop *)d->data)->confirm, d, area);
}

static void title(const rd_dialog *d, char *buf, size_t cap)
{
	snprintf(buf, cap, "Stop %s", ((const stop *)d->data)->build);
}

static void close_dialog(rd_dialog *d)
{
	rd_confirm_done(&((stop *)d->data)->confirm);
}

const struct rd_dialog_ops rd_dialog_cancel = {
	.kind = "cancel",
	.mutates = true,
	.private_size = sizeof(stop),
	.open = open_dialog,
	.size = size,
	.event = event,
	.draw = draw,
	.title = title,
	.wants_text = wants_text,
	.asks = true,
	.close = close_dialog,
};
