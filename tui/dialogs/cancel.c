/* SPDX-License-Identifier: MIT */
/* Stop a build: yes or no. */
#include "tui/dialogs/ask.h"
#include "tui/dialogs/dialogs.h"
#include "tui/widgets/words.h"

static rd_code stop(rd_deed *w, rd_rack *rack, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	snprintf(w->said, sizeof(w->said), "asked %s to stop", w->name);
	return rack->builds->cancel(rack, w->app, w->name, err);
}

static void fill(const rd_console *c, const char *id, rd_confirm *confirm)
{
	const rd_build *b = rd_model_build(rd_console_model(c), id);
	char took[32] = "";

	if (b)
		rd_words_took(b, rd_console_now_us(c), took, sizeof(took));
	rd_sheet_put(&confirm->body, RD_ROLE_STRONG, "build", "%s  %s", id, took);
	if (b && b->description[0])
		rd_sheet_put(&confirm->body, RD_ROLE_TEXT, "", "%s", b->description);
	rd_sheet_put(&confirm->body, RD_ROLE_DIM, NULL,
		"Its work in the engine ends at once. The log is kept.");
	rd_sheet_put(&confirm->foot, RD_ROLE_TEXT, "runs", "rackdeck builds cancel %s -a %s -r %s",
		id, rd_console_app(c), rd_console_rack(c)->name);
}

void rd_cancel_open(rd_console *c, const char *id)
{
	rd_deed *w = NULL;
	rd_question q;
	rd_err err = {0};

	if (rd_console_can(c, RD_ACTION_CANCEL, &err) || rd_deed_new(c, id, &w, &err)) {
		rd_console_toast_err(c, &err);
		return;
	}
	w->make = stop;
	snprintf(w->label, sizeof(w->label), "stopping the build");
	rd_question_init(&q, c, "stop the build", "Keep it running", w);
	snprintf(q.title, sizeof(q.title), "Stop %s", id);
	fill(c, id, &q.confirm);
	rd_ask(c, &q);
}
