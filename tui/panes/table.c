/* SPDX-License-Identifier: MIT */
/* The cursor, the filter, the order and the marks of panes of rows. */
#include "tui/panes/table.h"

/* Rows before the end of the list at which more are asked for. */
#define MORE_ROWS 20
#define MARKS_MAX 500

void rd_table_init(rd_table *t, const rd_table_rows *rows, int head)
{
	*t = (rd_table){.rows = rows, .head = head};
	rd_vec_init(&t->shown, sizeof(int));
}

void rd_table_close(rd_pane *p)
{
	rd_table *t = p->data;

	rd_vec_done(&t->shown);
	rd_field_done(&t->filter);
	rd_strs_done(&t->marks);
}

bool rd_table_is_filtered(const rd_table *t)
{
	return t->is_typing || t->filter.text.len;
}

int rd_table_current(const rd_table *t)
{
	if (!t->shown.len)
		return -1;
	return *(const int *)rd_vec_at(&t->shown, (size_t)t->list.cursor);
}

static void keep_id(rd_table *t, const rd_pane *p)
{
	int i = rd_table_current(t);

	snprintf(t->id, sizeof t->id, "%s", i < 0 ? "" : t->rows->id(p, (size_t)i));
}

/* ---- order ---- */

struct ordering {
	const rd_table *t;
	const rd_pane *p;
};

static int in_order(const void *a, const void *b, void *arg)
{
	const struct ordering *o = arg;
	int x = *(const int *)a, y = *(const int *)b, c = 0;

	if (o->t->order)
		c = o->t->rows->compare(o->p, o->t->order, (size_t)x, (size_t)y);
	if (!c)
		c = x < y ? -1 : x > y;
	return o->t->is_reversed ? -c : c;
}

static void sort(rd_table *t, const rd_pane *p)
{
	struct ordering o = {t, p};

	if ((t->order || t->is_reversed) && t->shown.len)
		qsort_r(rd_vec_at(&t->shown, 0), t->shown.len, sizeof(int), in_order, &o);
}

static const char *order_name(const rd_table *t)
{
	return t->rows->orders ? t->rows->orders[t->order] : "";
}

/* ---- marks ---- */

bool rd_table_is_marked(const rd_table *t, const char *id)
{
	return rd_strs_has(&t->marks, id);
}

static void toggle_mark(rd_table *t, const char *id)
{
	for (size_t i = 0; i < t->marks.len; i++) {
		if (strcmp(t->marks.items[i], id) != 0)
			continue;
		free(t->marks.items[i]);
		t->marks.items[i] = t->marks.items[--t->marks.len];
		t->marks.items[t->marks.len] = NULL;
		return;
	}
	if (t->marks.len < MARKS_MAX)
		rd_strs_add(&t->marks, id);
}

static void invert_marks(rd_table *t, const rd_pane *p)
{
	for (size_t i = 0; i < t->shown.len; i++)
		toggle_mark(t, t->rows->id(p, (size_t) * (const int *)rd_vec_at(&t->shown, i)));
}

/* Rows that are gone are marked no more. */
static void drop_marks(rd_table *t, const rd_pane *p)
{
	rd_strs kept = {0};

	for (size_t i = 0; t->marks.len && i < t->rows->count(p); i++)
		if (rd_strs_has(&t->marks, t->rows->id(p, i)))
			rd_strs_add(&kept, t->rows->id(p, i));
	rd_strs_done(&t->marks);
	t->marks = kept;
}

/* ---- rows ---- */

/* Where the row of that id is shown; -1: nowhere. */
static int place_of(const rd_table *t, const rd_pane *p, const char *id)
{
	for (size_t i = 0; id[0] && i < t->shown.len; i++)
		if (!strcmp(t->rows->id(p, (size_t) * (const int *)rd_vec_at(&t->shown, i)), id))
			return (int)i;
	return -1;
}

/* Makes the list of shown rows anew. The cursor stays on its id; if that row is gone, on its place. */
static void fill(rd_table *t, const rd_pane *p)
{
	const char *part = rd_field_get(&t->filter);
	size_t n = t->rows->count(p);
	int cursor, wished;
	int *row;

	rd_vec_clear(&t->shown);
	for (size_t i = 0; i < n; i++) {
		if (t->filter.text.len && !t->rows->holds(p, i, part))
			continue;
		row = rd_vec_push(&t->shown);
		if (!row)
			break;
		*row = (int)i;
	}
	sort(t, p);
	cursor = place_of(t, p, t->id);
	wished = place_of(t, p, t->wish);
	if (cursor < 0)
		cursor = t->list.cursor;
	if (t->to_end)
		cursor = (int)t->shown.len - 1;
	if (wished >= 0) {
		cursor = wished;
		t->wish[0] = '\0';
		t->to_end = false;
	}
	rd_list_set(&t->list, (int)t->shown.len, p->h - t->head - rd_table_is_filtered(t), cursor);
	keep_id(t, p);
}

static bool change_order(rd_table *t, rd_action action)
{
	if (!t->rows->orders || (action != RD_ACTION_ORDER && action != RD_ACTION_REVERSE))
		return false;
	if (action == RD_ACTION_REVERSE)
		t->is_reversed = !t->is_reversed;
	else
		t->order = t->rows->orders[t->order + 1] ? t->order + 1 : 0;
	return true;
}

/* A mark moves the cursor on, so that the key held down marks row after row. */
static bool change_marks(rd_table *t, const rd_pane *p, rd_action action)
{
	int i = rd_table_current(t);

	if (!t->rows->has_marks)
		return false;
	if (action == RD_ACTION_MARK_INVERT)
		invert_marks(t, p);
	else if (action == RD_ACTION_UNMARK)
		rd_strs_done(&t->marks);
	else if (action == RD_ACTION_MARK && i >= 0)
		toggle_mark(t, t->rows->id(p, (size_t)i));
	else
		return action == RD_ACTION_MARK;
	if (action == RD_ACTION_MARK && rd_list_act(&t->list, RD_ACTION_DOWN))
		keep_id(t, p);
	return true;
}

/* The ids, one a line. */
static void copy_ids(const rd_table *t, const rd_pane *p)
{
	RD_STR_AUTO
	rd_str ids = RD_STR_INIT(0);
	char what[48];
	int i = rd_table_current(t);

	for (size_t k = 0; k < t->marks.len; k++)
		rd_str_printf(&ids, "%s%s", k ? "\n" : "", t->marks.items[k]);
	if (!t->marks.len && i >= 0)
		rd_str_put(&ids, t->rows->id(p, (size_t)i));
	if (t->marks.len > 1)
		snprintf(what, sizeof what, "%zu ids", t->marks.len);
	else
		snprintf(what, sizeof what, "%s", rd_str_get(&ids));
	if (ids.len)
		rd_console_copy(p->console, rd_str_get(&ids), ids.len, what);
}

static rd_react act(rd_table *t, const rd_pane *p, rd_action action)
{
	if (action == RD_ACTION_COPY_ID && t->rows->has_marks) {
		copy_ids(t, p);
		return RD_REACT_REDRAW;
	}
	if (rd_list_act(&t->list, action)) {
		t->to_end = action == RD_ACTION_BOTTOM;
		keep_id(t, p);
		return RD_REACT_REDRAW;
	}
	if (action == RD_ACTION_FILTER) {
		t->is_typing = true;
	} else if ((action == RD_ACTION_CLEAR || action == RD_ACTION_BACK) &&
		   rd_table_is_filtered(t)) {
		rd_field_set(&t->filter, "");
	} else if (action == RD_ACTION_CLEAR && t->marks.len) {
		rd_strs_done(&t->marks);
	} else if (!change_marks(t, p, action) && !change_order(t, action)) {
		return RD_REACT_PASS;
	}
	fill(t, p);
	return RD_REACT_REDRAW;
}

static rd_react type(rd_table *t, const rd_pane *p, const rd_key *key)
{
	if (key->code == RD_KEY_ENTER) {
		t->is_typing = false;
	} else if (key->code == RD_KEY_ESC ||
		   (key->code == RD_KEY_BACKSPACE && !t->filter.text.len) ||
		   rd_key_same(*key, rd_key_of('c', RD_KEY_CTRL))) {
		t->is_typing = false;
		rd_field_set(&t->filter, "");
	} else if (key->code == RD_KEY_UP || key->code == RD_KEY_DOWN) {
		return act(t, p, key->code == RD_KEY_UP ? RD_ACTION_UP : RD_ACTION_DOWN);
	} else if (!rd_field_key(&t->filter, *key)) {
		return RD_REACT_NONE;
	}
	fill(t, p);
	return RD_REACT_REDRAW;
}

static void ask_for_more(const rd_table *t, const rd_pane *p)
{
	bool all = t->to_end || t->filter.text.len;

	if (t->rows->is_all && !t->rows->is_all(p) &&
		(all || t->list.cursor + MORE_ROWS >= t->list.count))
		rd_console_more(p->console, all);
}

rd_react rd_table_event(rd_table *t, const rd_pane *p, const rd_event *ev)
{
	rd_react react = RD_REACT_PASS;

	if (ev->kind == RD_EV_ACTION) {
		react = act(t, p, ev->action);
	} else if (ev->kind == RD_EV_CLICK) {
		react = rd_list_click(&t->list, ev->y - t->head) ? RD_REACT_REDRAW : RD_REACT_NONE;
		keep_id(t, p);
	} else if (ev->kind == RD_EV_KEY && t->is_typing) {
		react = type(t, p, &ev->key);
	} else if (ev->kind == RD_EV_PASTE && t->is_typing) {
		rd_field_paste(&t->filter, ev->text, ev->n);
		fill(t, p);
		react = RD_REACT_REDRAW;
	} else if (ev->kind == RD_EV_MODEL || ev->kind == RD_EV_RESIZE) {
		drop_marks(t, p);
		fill(t, p);
		react = RD_REACT_REDRAW;
	}
	if (!(react & RD_REACT_PASS) && ev->kind != RD_EV_MODEL && ev->kind != RD_EV_RESIZE)
		ask_for_more(t, p);
	return react;
}

static void draw_filter(const rd_table *t, const rd_area *a)
{
	int x, y = a->r.h - 1;

	x = rd_draw_text(a, 0, y, rd_style_of(RD_ROLE_KEY), "/");
	rd_field_draw(&t->filter, a, x, y, a->r.w - x - 12, t->is_typing);
	rd_draw_printf(a, a->r.w - 11, y, rd_style_of(RD_ROLE_DIM), "%d found", t->list.count);
}

void rd_table_draw(const rd_table *t, const rd_pane *p, const rd_area *a,
	void (*row)(const rd_pane *p, const rd_area *line, size_t i))
{
	for (int i = 0; i < t->list.rows && t->list.top + i < t->list.count; i++) {
		rd_area line = rd_area_sub(a, 0, t->head + i, a->r.w, 1);
		const int *index = rd_vec_at(&t->shown, (size_t)(t->list.top + i));

		if (t->list.top + i == t->list.cursor) {
			line.ground = p->focused ? RD_ROLE_SELECTED : RD_ROLE_SELECTED_IDLE;
			rd_draw_clear(&line);
			rd_draw_text(&line, 0, 0, rd_style_of(RD_ROLE_ACCENT), ">");
			if (p->focused && !t->is_typing)
				rd_draw_cursor(&line, 0, 0, false);
		}
		row(p, &line, (size_t)*index);
		if (rd_table_is_marked(t, t->rows->id(p, (size_t)*index)))
			rd_draw_text(&line, 1, 0, rd_style_of(RD_ROLE_MARK), "*");
	}
	if (rd_table_is_filtered(t))
		draw_filter(t, a);
}

static void tell_state(const rd_table *t, char *buf, size_t cap)
{
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(0);

	if (t->marks.len)
		rd_str_printf(&text, "marked %zu", t->marks.len);
	if (t->order || t->is_reversed)
		rd_str_printf(&text, "%ssort:%s%s", text.len ? "  " : "", order_name(t),
			t->is_reversed ? " reversed" : "");
	snprintf(buf, cap, "%s", rd_str_get(&text));
}

void rd_table_title(const rd_pane *p, rd_title *ret_title)
{
	const rd_table *t = p->data;
	size_t n = t->rows->count(p);
	bool is_all = !n || !t->rows->is_all || t->rows->is_all(p);

	snprintf(ret_title->name, sizeof(ret_title->name), "%s", p->ops->tab);
	tell_state(t, ret_title->state, sizeof(ret_title->state));
	ret_title->state_role = RD_ROLE_MARK;
	snprintf(ret_title->right, sizeof(ret_title->right), "%zu%s", n, is_all ? "" : "+");
}

bool rd_table_wants_text(const rd_pane *p)
{
	return ((const rd_table *)p->data)->is_typing;
}

void rd_table_save(const rd_pane *p, rd_str *out)
{
	const rd_table *t = p->data;

	if (t->order)
		rd_str_printf(out, " order=%d", t->order);
	if (t->is_reversed)
		rd_str_put(out, " reversed=1");
}

void rd_table_restore(rd_pane *p, const char *words)
{
	rd_table *t = p->data;
	int order = 0, n = 0, reversed = 0;

	while (t->rows->orders && t->rows->orders[n])
		n++;
	if (rd_kept_number(words, "order", &order) && order < n)
		t->order = order;
	t->is_reversed = rd_kept_number(words, "reversed", &reversed) && reversed;
}
