/* SPDX-License-Identifier: MIT */
/* What changed on a rack, thing by thing. */
#include "core/rack/changes.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/base/clock.h"
#include "core/rack/json.h"

#define LIST_MAX 200 /* newest builds and releases of an app that are looked at */
#define LOOK_MS 10000
#define AWAY_MS 5000

/* A thing as it was when it was listed last. */
typedef struct thing {
	char *id;
	json_t *record; /* without what is large or secret */
} thing;

/* The things of one kind in an app, newest first. */
typedef rd_vec things;

typedef struct app_state {
	char *name;
	things builds, releases;
} app_state;

typedef struct snapshot {
	things apps;   /* sorted by name */
	rd_vec states; /* app_state */
} snapshot;

struct rd_changes {
	rd_rack *rack; /* borrowed */
	char *app;
	rd_events *events;
	snapshot last;
	bool is_away;
};

/* What goes on while a snapshot is compared with the next. */
typedef struct tale {
	const rd_changes *c;
	const char *type;
	const char *app;
	json_t *lines;
	bool is_short; /* of memory */
} tale;

/* ---- snapshots ---- */

static void things_done(things *v)
{
	for (size_t i = 0; i < v->len; i++) {
		thing *t = rd_vec_at(v, i);

		free(t->id);
		json_decref(t->record);
	}
	rd_vec_done(v);
}

static void snapshot_init(snapshot *s)
{
	rd_vec_init(&s->apps, sizeof(thing));
	rd_vec_init(&s->states, sizeof(app_state));
}

static void snapshot_done(snapshot *s)
{
	for (size_t i = 0; i < s->states.len; i++) {
		app_state *a = rd_vec_at(&s->states, i);

		free(a->name);
		things_done(&a->builds);
		things_done(&a->releases);
	}
	rd_vec_done(&s->states);
	things_done(&s->apps);
}

static rd_code add_thing(things *v, const char *id, const rd_str *json, rd_err *err)
{
	static const char *const left_out[] = {
		"manifest", "env", "entrypoint", "logs", "process", "wildcard-domain", "router"};
	thing *t = rd_vec_push(v);

	if (!t)
		return rd_err_nomem(err);
	t->id = rd_strdup(id);
	t->record = json_loadb(rd_str_get(json), json->len, 0, NULL);
	for (size_t i = 0; i < RD_LEN(left_out); i++)
		json_object_del(t->record, left_out[i]);
	return t->id && t->record ? RD_OK : rd_err_nomem(err);
}

static rd_code add_app(things *v, const rd_app *app, rd_err *err)
{
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);
	rd_code code = rd_json_app(app, &json, err);

	return code ? code : add_thing(v, app->name, &json, err);
}

static rd_code list_builds(rd_changes *c, app_state *a, rd_err *err)
{
	RD_AUTO(rd_builds_done) rd_vec list = RD_VEC_INIT(rd_build);
	rd_code code = c->rack->builds->list(c->rack, a->name, LIST_MAX, NULL, &list, err);

	for (size_t i = 0; !code && i < list.len; i++) {
		const rd_build *b = rd_vec_at(&list, i);
		RD_STR_AUTO rd_str json = RD_STR_INIT(0);

		code = rd_json_build(b, &json, err);
		if (!code)
			code = add_thing(&a->builds, b->id, &json, err);
	}
	return code;
}

static rd_code list_releases(rd_changes *c, app_state *a, rd_err *err)
{
	RD_AUTO(rd_releases_done) rd_vec list = RD_VEC_INIT(rd_release);
	rd_code code = c->rack->releases->list(c->rack, a->name, LIST_MAX, NULL, &list, err);

	for (size_t i = 0; !code && i < list.len; i++) {
		const rd_release *r = rd_vec_at(&list, i);
		RD_STR_AUTO rd_str json = RD_STR_INIT(0);

		code = rd_json_release(r, &json, err);
		if (!code)
			code = add_thing(&a->releases, r->id, &json, err);
	}
	return code;
}

static rd_code list_app(rd_changes *c, const rd_app *app, snapshot *s, rd_err *err)
{
	app_state *a = rd_vec_push(&s->states);
	rd_code code;

	if (!a)
		return rd_err_nomem(err);
	rd_vec_init(&a->builds, sizeof(thing));
	rd_vec_init(&a->releases, sizeof(thing));
	a->name = rd_strdup(app->name);
	code = a->name ? list_builds(c, a, err) : rd_err_nomem(err);
	if (!code)
		code = list_releases(c, a, err);
	/* It was removed in between. */
	if (code == RD_ENOENT)
		return RD_OK;
	return code ? code : add_app(&s->apps, app, err);
}

static rd_code take_snapshot(rd_changes *c, snapshot *s, rd_err *err)
{
	RD_AUTO(rd_apps_done) rd_vec apps = RD_VEC_INIT(rd_app);
	rd_code code = c->rack->apps->list(c->rack, &apps, err);

	for (size_t i = 0; !code && i < apps.len; i++) {
		const rd_app *app = rd_vec_at(&apps, i);

		if (!c->app || !strcmp(c->app, app->name))
			code = list_app(c, app, s, err);
	}
	return code;
}

static const app_state *state_of(const snapshot *s, const char *app)
{
	for (size_t i = 0; i < s->states.len; i++) {
		const app_state *a = rd_vec_at(&s->states, i);

		if (!strcmp(a->name, app))
			return a;
	}
	return NULL;
}

/* ---- comparing ---- */

/* @record NULL: none. */
static void tell(tale *t, const char *action, const char *id, json_t *record)
{
	RD_STR_AUTO rd_str now = RD_STR_INIT(0);
	json_t *line;

	rd_time_format(&now, rd_wall_us());
	line = json_pack("{ss, ss, ss, ss, ss, ss, sO*}", "time", rd_str_get(&now), "rack",
		t->c->rack->name, "type", t->type, "action", action, "app", t->app, "id", id,
		"data", record);
	if (!line || json_array_append_new(t->lines, line))
		t->is_short = true;
}

static const thing *find(const things *v, const char *id)
{
	for (size_t i = 0; v && i < v->len; i++) {
		const thing *t = rd_vec_at(v, i);

		if (!strcmp(t->id, id))
			return t;
	}
	return NULL;
}

/* How many of v come before the last one that w has, too; all, if w has none and could hold them. */
static size_t reach(const things *v, const things *w)
{
	size_t n = v ? v->len : 0;

	if (!w || w->len < LIST_MAX)
		return n;
	while (n && !find(w, ((const thing *)rd_vec_at(v, n - 1))->id))
		n--;
	return n ? n : v->len;
}

/* Lists end somewhere: what is beyond the end of one of them is neither new nor gone. */
static void compare(tale *t, const things *before, const things *after)
{
	for (size_t i = reach(after, before); i-- > 0;) {
		const thing *now = rd_vec_at(after, i);
		const thing *was = find(before, now->id);

		if (!was)
			tell(t, "created", now->id, now->record);
		else if (!json_equal(was->record, now->record))
			tell(t, "updated", now->id, now->record);
	}
	for (size_t i = reach(before, after); i-- > 0;) {
		const thing *was = rd_vec_at(before, i);

		if (!find(after, was->id))
			tell(t, "removed", was->id, NULL);
	}
}

static void compare_app(tale *t, const char *app, const snapshot *before, const snapshot *after)
{
	const app_state *was = state_of(before, app), *now = state_of(after, app);

	t->app = app;
	t->type = "build";
	compare(t, was ? &was->builds : NULL, now ? &now->builds : NULL);
	t->type = "release";
	compare(t, was ? &was->releases : NULL, now ? &now->releases : NULL);
}

/* Each app with what is in it; it comes before that, and goes after it. */
static void compare_all(tale *t, const snapshot *before, const snapshot *after)
{
	for (size_t i = 0; i < after->apps.len; i++) {
		const thing *now = rd_vec_at(&after->apps, i);
		const thing *was = find(&before->apps, now->id);

		t->type = "app";
		t->app = now->id;
		if (!was)
			tell(t, "created", now->id, now->record);
		compare_app(t, now->id, before, after);
		t->type = "app";
		if (was && !json_equal(was->record, now->record))
			tell(t, "updated", now->id, now->record);
	}
	for (size_t i = 0; i < before->apps.len; i++) {
		const thing *was = rd_vec_at(&before->apps, i);

		if (find(&after->apps, was->id))
			continue;
		compare_app(t, was->id, before, after);
		t->type = "app";
		tell(t, "removed", was->id, NULL);
	}
}

/* ---- from outside ---- */

rd_code rd_changes_open(rd_rack *rack, const char *app, rd_changes **ret_changes, rd_err *err)
{
	rd_changes *c = calloc(1, sizeof *c);
	rd_code code;

	if (!c)
		return rd_err_nomem(err);
	c->rack = rack;
	c->app = rd_strdup(app);
	snapshot_init(&c->last);
	/* Before the first look, so that nothing happens unseen in between. */
	code = app && !c->app ? rd_err_nomem(err) : rack->events->open(rack, &c->events, err);
	if (!code)
		code = take_snapshot(c, &c->last, err);
	if (code)
		rd_changes_close(c);
	else
		*ret_changes = c;
	return code;
}

rd_changes *rd_changes_close(rd_changes *c)
{
	if (!c)
		return NULL;
	if (c->events)
		c->rack->events->close(c->events);
	snapshot_done(&c->last);
	free(c->app);
	free(c);
	return NULL;
}

int rd_changes_fd(const rd_changes *c)
{
	return c->rack->events->fd(c->events);
}

int rd_changes_wait_ms(const rd_changes *c)
{
	size_t lists = 1 + 2 * c->last.states.len;

	if (c->is_away)
		return AWAY_MS;
	return c->rack->events->most && lists > (size_t)c->rack->events->most ? LOOK_MS : -1;
}

static void tell_rack(tale *t, const char *action, const rd_err *why)
{
	char text[sizeof why->msg + sizeof why->ctx + 3] = "";
	json_t *problem = NULL;

	if (why) {
		rd_err_text(why, text, sizeof text);
		problem = json_pack("{ss}", "error", text);
	}
	t->type = "rack";
	t->app = "";
	tell(t, action, t->c->rack->name, problem);
	json_decref(problem);
}

static void look(rd_changes *c, tale *t)
{
	snapshot now;
	rd_err why = {0};

	snapshot_init(&now);
	if (take_snapshot(c, &now, &why)) {
		if (!c->is_away)
			tell_rack(t, "away", &why);
		c->is_away = true;
		snapshot_done(&now);
		return;
	}
	if (c->is_away)
		tell_rack(t, "back", NULL);
	c->is_away = false;
	compare_all(t, &c->last, &now);
	snapshot_done(&c->last);
	c->last = now;
}

static int put_piece(const char *bytes, size_t n, void *out)
{
	rd_str_putn(out, bytes, n);
	return 0;
}

rd_code rd_changes_take(rd_changes *c, rd_str *out, rd_err *err)
{
	tale t = {.c = c, .lines = json_array()};
	unsigned changes = 0;
	rd_code code =
		t.lines ? c->rack->events->take(c->events, &changes, err) : rd_err_nomem(err);

	if (!code && ((changes & RD_CHANGE_DATA) || rd_changes_wait_ms(c) >= 0))
		look(c, &t);
	for (size_t i = 0; !code && i < json_array_size(t.lines); i++) {
		if (json_dump_callback(json_array_get(t.lines, i), put_piece, out, JSON_COMPACT))
			t.is_short = true;
		rd_str_putc(out, '\n');
	}
	json_decref(t.lines);
	if (!code && t.is_short)
		code = rd_err_nomem(err);
	return code ? code : rd_str_check(out, "the changes", err);
}
