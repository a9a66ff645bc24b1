/* SPDX-License-Identifier: MIT */
/*
 * The steps of a build.
 *
 * DESIGN: the cursor goes with the step that runs until the user moves it, and again after End. Rows
 * are made anew when the steps file grew; the cursor finds its step again by number.
 */
#include "core/base/clock.h"
#include "tui/panes/log_open.h"
#include "tui/panes/log_pane.h"
#include "tui/panes/steps_pane.h"
#include "tui/widgets/words.h"

#define BITE_BYTES (4 * 1024 * 1024)

typedef rd_steps_pane steps;

const rd_steps *rd_steps_model(const rd_steps_pane *s)
{
	return s->log ? rd_log_steps(s->log) : NULL;
}

const rd_steps_row *rd_steps_row_at(const rd_steps_pane *s, int i)
{
	return i >= 0 && (size_t)i < s->rows.rows.len ? rd_vec_at(&s->rows.rows, (size_t)i) : NULL;
}

const rd_step *rd_steps_step_of(const rd_steps_pane *s, const rd_steps_row *row)
{
	return row && row->step >= 0 ? rd_steps_at(rd_steps_model(s), (size_t)row->step) : NULL;
}

/* ---- rows and cursor ---- */

/* What is looked for first: a step that runs, one that failed, one that has begun. */
static int interest(const rd_step *step)
{
	switch (step->state) {
	case RD_STEP_RUNNING:
		return 3;
	case RD_STEP_FAILED:
		return 2;
	case RD_STEP_WAITING:
		return 0;
	default:
		return 1;
	}
}

/* The row to be at: of what is looked for first, the step that has begun last. */
static int running_row(const steps *s)
{
	const rd_step *best = NULL;
	int at = 0;

	for (int i = 0; rd_steps_row_at(s, i); i++) {
		const rd_step *step = rd_steps_step_of(s, rd_steps_row_at(s, i));

		if (!step || rd_steps_row_at(s, i)->kind != RD_STEPS_ROW_STEP || !interest(step))
			continue;
		if (!best || interest(step) > interest(best) ||
			(interest(step) == interest(best) &&
				step->started_us >= best->started_us)) {
			best = step;
			at = i;
		}
	}
	return at;
}

static int row_of_number(const steps *s, int number)
{
	for (int i = 0; number && rd_steps_row_at(s, i); i++)
		if (rd_steps_step_of(s, rd_steps_row_at(s, i)) &&
			rd_steps_step_of(s, rd_steps_row_at(s, i))->number == number)
			return i;
	return -1;
}

static void keep_number(steps *s)
{
	const rd_step *step = rd_steps_step_of(s, rd_steps_row_at(s, s->list.cursor));

	s->number = step ? step->number : 0;
}

static void refresh(rd_pane *p)
{
	steps *s = p->data;
	int at;

	if (!s->log)
		return;
	s->epoch = rd_log_epoch(s->log);
	s->rows.earlier = s->earlier ? rd_log_steps(s->earlier) : NULL;
	s->rows.time = &s->time;
	rd_steps_time_fill(&s->time, rd_steps_model(s), s->rows.earlier,
		rd_console_now_us(p->console), &s->err);
	rd_steps_rows_fill(&s->rows, s->log, rd_console_now_us(p->console), &s->err);
	at = s->is_following ? running_row(s) : row_of_number(s, s->number);
	rd_list_set(&s->list, (int)s->rows.rows.len, p->h - rd_steps_head(p),
		at >= 0 ? at : s->list.cursor);
	keep_number(s);
}

/* ---- the log ---- */

static rd_react opened(rd_pane *p, const char *build, rd_log_opened *log, rd_code code,
	const rd_err *err)
{
	steps *s = p->data;

	if (strcmp(s->build, build) != 0 || !s->is_opening)
		return RD_REACT_NONE;
	s->is_opening = false;
	s->log = rd_log_close(s->log);
	s->err = (rd_err){0};
	if (code)
		s->err = *err;
	else
		s->log = RD_TAKE(log->log);
	refresh(p);
	rd_console_work(p->console, p);
	return RD_REACT_REDRAW;
}

/* ---- the earlier build ---- */

static void stop_comparing(steps *s)
{
	s->earlier = rd_log_close(s->earlier);
	s->earlier_id[0] = '\0';
	if (s->rows.order == RD_STEPS_SLOWER)
		s->rows.order = RD_STEPS_DECLARED;
}

static rd_react earlier_opened(rd_pane *p, const char *build, rd_log_opened *log, rd_code code,
	const rd_err *err)
{
	steps *s = p->data;

	if (strcmp(s->earlier_id, build) != 0)
		return RD_REACT_NONE;
	if (code) {
		rd_console_toast_err(p->console, err);
		stop_comparing(s);
		refresh(p);
		return RD_REACT_REDRAW;
	}
	rd_log_close(s->earlier);
	s->earlier = RD_TAKE(log->log);
	refresh(p);
	rd_console_work(p->console, p);
	return RD_REACT_REDRAW;
}

/* The last complete build before the one that is shown. */
static const rd_build *build_before(const rd_pane *p)
{
	const rd_model *m = rd_console_model(p->console);
	int at = rd_model_build_index(m, ((const steps *)p->data)->build);

	for (size_t i = (size_t)(at + 1); at >= 0 && i < m->builds.len; i++) {
		const rd_build *b = rd_vec_at(&m->builds, i);

		if (!strcmp(b->status, "complete"))
			return b;
	}
	return NULL;
}

static void start_comparing(rd_pane *p)
{
	steps *s = p->data;
	const rd_build *b = build_before(p);

	stop_comparing(s);
	if (!b) {
		rd_console_toast(p->console, RD_ROLE_WARN,
			"no complete build before %s to compare with", s->build);
		return;
	}
	snprintf(s->earlier_id, sizeof s->earlier_id, "%s", b->id);
	if (rd_log_open_later(p, b->id, false, earlier_opened, &s->err))
		stop_comparing(s);
}

/* @returns whether there is more to read. */
static bool extend_earlier(rd_pane *p)
{
	steps *s = p->data;
	bool changed = false, more = false;

	if (!s->earlier)
		return false;
	if (rd_log_extend(s->earlier, BITE_BYTES, &changed, &more, &s->err))
		return false;
	if (changed)
		refresh(p);
	return more;
}

static void show(rd_pane *p, const char *build)
{
	steps *s = p->data;
	const rd_model *m = rd_console_model(p->console);

	s->is_newest = !build || (s->is_newest && !strcmp(build, s->build));
	if (!build)
		build = m->builds.len ? ((rd_build *)rd_vec_at(&m->builds, 0))->id : "";
	if (!strcmp(s->build, build))
		return;
	snprintf(s->build, sizeof s->build, "%s", build);
	s->is_following = true;
	if (s->earlier_id[0])
		start_comparing(p);
	s->is_opening = build[0] && !rd_log_open_later(p, build, false, opened, &s->err);
}

static rd_react extend(rd_pane *p)
{
	steps *s = p->data;
	bool changed = false, more = false;
	rd_react more_earlier = RD_REACT_NONE;
	uint64_t version;

	if (!s->log || s->is_opening)
		return RD_REACT_NONE;
	if (extend_earlier(p))
		more_earlier = RD_REACT_MORE | RD_REACT_REDRAW;
	version = rd_steps_version(rd_steps_model(s));
	if (rd_log_extend(s->log, BITE_BYTES, &changed, &more, &s->err))
		rd_console_toast_err(p->console, &s->err);
	else if (version == rd_steps_version(rd_steps_model(s)) && !s->rows.unfolded.len &&
		 s->epoch == rd_log_epoch(s->log))
		return more ? more_earlier | RD_REACT_MORE : more_earlier;
	refresh(p);
	return RD_REACT_REDRAW | (more ? RD_REACT_MORE : 0) | more_earlier;
}

static rd_react model_changed(rd_pane *p)
{
	steps *s = p->data;

	if (rd_log_goes_on(rd_console_model(p->console), s->build, s->newest) && s->is_newest)
		show(p, NULL);
	refresh(p);
	return RD_REACT_REDRAW;
}

/* ---- actions ---- */

static void next_error(steps *s)
{
	int n = (int)s->rows.rows.len;

	for (int i = 1; i <= n; i++) {
		int at = (s->list.cursor + i) % n;
		const rd_step *step = rd_steps_step_of(s, rd_steps_row_at(s, at));

		if (!step || rd_steps_row_at(s, at)->kind != RD_STEPS_ROW_STEP ||
			step->state != RD_STEP_FAILED)
			continue;
		rd_list_set(&s->list, n, s->list.rows, at);
		return;
	}
}

static void next_order(steps *s)
{
	if (s->rows.order == RD_STEPS_DECLARED)
		s->rows.order = RD_STEPS_LONGEST;
	else if (s->rows.order == RD_STEPS_LONGEST && s->earlier)
		s->rows.order = RD_STEPS_SLOWER;
	else
		s->rows.order = RD_STEPS_DECLARED;
}

static rd_react open_log(rd_pane *p)
{
	steps *s = p->data;
	const rd_steps_row *row = rd_steps_row_at(s, s->list.cursor);
	const rd_step *step = rd_steps_step_of(s, row);

	if (step)
		return rd_log_show(p->console,
			&(rd_pane_log_args){s->build, RD_LOG_STEP, step->number});
	if (row)
		return rd_log_show(p->console,
			&(rd_pane_log_args){s->build, RD_LOG_GROUP,
				rd_steps_group_at(rd_steps_model(s), (size_t)row->group)->number});
	return RD_REACT_NONE;
}

static rd_react act(rd_pane *p, rd_action action)
{
	steps *s = p->data;

	if (rd_list_act(&s->list, action)) {
		s->is_following = action == RD_ACTION_BOTTOM;
		keep_number(s);
		refresh(p);
		return RD_REACT_REDRAW;
	}
	switch (action) {
	case RD_ACTION_STEP_LOG:
		return open_log(p);
	case RD_ACTION_STEP_FOLD:
		if (s->number)
			rd_steps_rows_fold(&s->rows, s->number);
		break;
	case RD_ACTION_FOLD_CACHED:
		s->rows.no_cached = !s->rows.no_cached;
		break;
	case RD_ACTION_SORT:
		next_order(s);
		break;
	case RD_ACTION_CRITICAL:
		s->rows.only_critical = !s->rows.only_critical;
		break;
	case RD_ACTION_COMPARE:
		if (s->earlier_id[0])
			stop_comparing(s);
		else
			start_comparing(p);
		break;
	case RD_ACTION_STEP_ERROR:
		s->is_following = false;
		next_error(s);
		keep_number(s);
		break;
	default:
		return RD_REACT_PASS;
	}
	refresh(p);
	return RD_REACT_REDRAW;
}

static rd_react event(rd_pane *p, const rd_event *ev)
{
	switch (ev->kind) {
	case RD_EV_ACTION:
		return act(p, ev->action);
	case RD_EV_CLICK:
		return rd_list_click(&((steps *)p->data)->list, ev->y - rd_steps_head(p))
			       ? RD_REACT_REDRAW
			       : RD_REACT_NONE;
	case RD_EV_LOGS:
	case RD_EV_WORK:
		return extend(p);
	case RD_EV_MODEL:
		return model_changed(p);
	case RD_EV_RESIZE:
		refresh(p);
		return RD_REACT_REDRAW;
	case RD_EV_TICK:
	case RD_EV_FOCUS:
		return RD_REACT_REDRAW;
	default:
		return RD_REACT_PASS;
	}
}

/* ---- the pane ---- */

static rd_code open_pane(rd_pane *p, const void *args, rd_err *err RD_UNUSED)
{
	steps *s = p->data;
	const rd_pane_log_args *a = args;

	rd_steps_rows_init(&s->rows);
	rd_steps_time_init(&s->time);
	s->is_following = true;
	show(p, a ? a->build : NULL);
	return RD_OK;
}

static void save(const rd_pane *p, rd_str *out)
{
	const steps *s = p->data;

	if (s->rows.order == RD_STEPS_LONGEST)
		rd_str_put(out, " longest=1");
	if (s->rows.no_cached)
		rd_str_put(out, " uncached=1");
}

static void restore(rd_pane *p, const char *words)
{
	steps *s = p->data;
	int n = 0;

	s->rows.order =
		rd_kept_number(words, "longest", &n) && n ? RD_STEPS_LONGEST : RD_STEPS_DECLARED;
	s->rows.no_cached = rd_kept_number(words, "uncached", &n) && n;
}

static void close_pane(rd_pane *p)
{
	steps *s = p->data;

	rd_log_close(s->log);
	rd_log_close(s->earlier);
	rd_steps_rows_done(&s->rows);
	rd_steps_time_done(&s->time);
}

static void target(const rd_pane *p, rd_target *ret_target)
{
	const steps *s = p->data;
	const rd_build *b = rd_model_build(rd_console_model(p->console), s->build);

	snprintf(ret_target->build, sizeof ret_target->build, "%s", s->build);
	if (b)
		snprintf(ret_target->release, sizeof ret_target->release, "%s", b->release);
}

/* "5/9 done  3 cached  1 failed  2 running" */
static void count_states(const steps *s, char *buf, size_t cap)
{
	static const struct {
		rd_step_state state;
		const char *word;
	} told[] = {{RD_STEP_CACHED, "cached"}, {RD_STEP_FAILED, "failed"},
		{RD_STEP_RUNNING, "running"}};
	const rd_steps *m = rd_steps_model(s);
	int n[RD_STEP_CANCELED + 1] = {0}, all = m ? (int)rd_steps_count(m) : 0;
	size_t at;

	if (!all)
		return;
	for (int i = 0; i < all; i++)
		n[rd_steps_at(m, (size_t)i)->state]++;
	at = (size_t)snprintf(buf, cap, "%d/%d done", n[RD_STEP_COMPLETE] + n[RD_STEP_CACHED], all);
	for (size_t i = 0; i < RD_LEN(told) && at < cap; i++)
		if (n[told[i].state])
			at += (size_t)snprintf(buf + at, cap - at, "  %d %s%s", n[told[i].state],
				told[i].word,
				told[i].state == RD_STEP_CACHED && s->rows.hidden ? " (hidden)"
										  : "");
}

static void title(const rd_pane *p, rd_title *ret_title)
{
	const steps *s = p->data;
	const rd_build *b = rd_model_build(rd_console_model(p->console), s->build);

	snprintf(ret_title->name, sizeof ret_title->name, "steps%s%s", s->build[0] ? " " : "",
		s->build);
	if (b)
		rd_words_build(b, ret_title->state, sizeof ret_title->state,
			&ret_title->state_role);
	count_states(s, ret_title->right, sizeof ret_title->right);
}

static void status(const rd_pane *p, char *buf, size_t cap)
{
	const steps *s = p->data;
	const rd_step *step = rd_steps_step_of(s, rd_steps_row_at(s, s->list.cursor));

	if (step && step->error && step->error[0])
		snprintf(buf, cap, "%s", step->error);
	else if (s->earlier)
		rd_steps_tell_difference(s, buf, cap);
	else if (step)
		snprintf(buf, cap, "%s", step->name);
}

static rd_pane *steps_pane(const rd_console *c)
{
	for (int i = 0; rd_console_pane_at(c, i); i++)
		if (rd_console_pane_at(c, i)->ops == &rd_pane_steps)
			return rd_console_pane_at(c, i);
	return NULL;
}

void rd_steps_follow(rd_console *c, const char *build, bool is_newest)
{
	rd_pane *p = steps_pane(c);

	if (!p)
		return;
	show(p, build);
	((steps *)p->data)->is_newest |= is_newest;
}

rd_react rd_steps_show(rd_console *c, const char *build)
{
	rd_pane *p = steps_pane(c);
	rd_err err;

	if (p) {
		show(p, build);
		rd_console_focus(c, p);
		return RD_REACT_RELAYOUT;
	}
	rd_console_open(c, &rd_pane_steps, &(rd_pane_log_args){.build = build}, NULL, &err);
	return RD_REACT_RELAYOUT;
}

/* Steps of a group that are over, and all of them. */
static void count_group(const rd_steps *m, size_t group, int *ret_done, int *ret_all)
{
	*ret_done = *ret_all = 0;
	for (size_t i = 0; i < rd_steps_count(m); i++) {
		const rd_step *s = rd_steps_at(m, i);

		*ret_all += s->group == (int)group;
		*ret_done += s->group == (int)group &&
			     (s->state == RD_STEP_COMPLETE || s->state == RD_STEP_CACHED);
	}
}

void rd_steps_progress(const rd_console *c, const char *build, char *buf, size_t cap)
{
	const rd_pane *p = steps_pane(c);
	const rd_steps_pane *s = p ? p->data : NULL;
	const rd_steps *m = s && !strcmp(s->build, build) ? rd_steps_model(s) : NULL;
	size_t at = 0;
	int done, all;

	for (size_t g = 0; m && g < rd_steps_groups(m) && at < cap; g++) {
		const rd_step_group *group = rd_steps_group_at(m, g);
		char name[64];

		count_group(m, g, &done, &all);
		if (strcmp(group->kind, "build") != 0 || !all)
			continue;
		rd_log_group_name(m, group->number, name, sizeof name);
		at += (size_t)snprintf(buf + at, cap - at, "%s%s %d/%d", at ? "  " : "",
			name[0] ? name : group->name, done, all);
	}
}

const struct rd_pane_ops rd_pane_steps = {
	.kind = "steps",
	.tab = "Steps",
	.place = RD_PLACE_VIEW,
	.scope = RD_SCOPE_STEPS,
	.private_size = sizeof(steps),
	.open = open_pane,
	.event = event,
	.draw = rd_steps_draw,
	.title = title,
	.status = status,
	.target = target,
	.save = save,
	.restore = restore,
	.close = close_pane,
};
