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
	thing app;
	things builds, releases;
} app_state;

/* app_state, sorted by name */
typedef rd_vec snapshot;

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

static void thing_done(thing *t)
{
	free(t->id);
	json_decref(t->record);
}

static void things_done(things *v)
{
	for (size_t i = 0; i < v->len; i++)
		thing_done(rd_vec_at(v, i));
	rd_vec_done(v);
}

static void state_done(app_state *a)
{
	thing_done(&a->app);
	things_done(&a->builds);
	things_done(&a->releases);
}

static void snapshot_done(snapshot *s)
{
	for (size_t i = 0; i < s->len; i++)
		state_done(rd_vec_at(s, i));
	rd_vec_done(s);
}

/* @t NULL: there was no memory for it. */
static rd_code fill(thing *t, const char *id, const rd_str *json, rd_err *err)
{
	static const char *const left_out[] = {
		"manifest", "env", "entrypoint", "logs", "process", "wildcard-domain", "router"};

	if (!t)
		return rd_err_nomem(err);
	t->id = rd_strdup(id);
	t->record = json_loadb(rd_str_get(json), json->len, 0, NULL);
	for (size_t i = 0; i < RD_LEN(left_out); i++)
		json_object_del(t->record, left_out[i]);
	return t->id && t->record ? RD_OK : rd_err_nomem(err);
}

static rd_code list_builds(rd_changes *c, const char *app, things *out, rd_err *err)
{
	RD_AUTO(rd_builds_done) rd_vec list = RD_VEC_INIT(rd_build);
	rd_code code = c->rack->builds->list(c->rack, app, LIST_MAX, NULL, &list, err);

	for (size_t i = 0; !code && i < list.len; i++) {
		const rd_build *b = rd_vec_at(&list, i);
		RD_STR_AUTO rd_str json = RD_STR_INIT(0);

		code = rd_json_build(b, &json, err);
		if (!code)
			code = fill(rd_vec_push(out), b->id, &json, err);
	}
	return code;
}

static rd_code list_releases(rd_changes *c, const char *app, things *out, rd_err *err)
{
	RD_AUTO(rd_releases_done) rd_vec list = RD_VEC_INIT(rd_release);
	rd_code code = c->rack->releases->list(c->rack, app, LIST_MAX, NULL, &list, err);

	for (size_t i = 0; !code && i < list.len; i++) {
		const rd_release *r = rd_vec_at(&list, i);
		RD_STR_AUTO rd_str json = RD_STR_INIT(0);

		code = rd_json_release(r, &json, err);
		if (!code)
			code = fill(rd_vec_push(out), r->id, &json, err);
	}
	return code;
}

static rd_code list_app(rd_changes *c, const rd_app *app, snapshot *s, rd_err *err)
{
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);
	app_state *a = rd_vec_push(s);
	rd_code code;

	if (!a)
		return rd_err_nomem(err);
	rd_vec_init(&a->builds, sizeof(thing));
	rd_vec_init(&a->releases, sizeof(thing));
	code = list_builds(c, app->name, &a->builds, err);
	if (!code)
		code = list_releases(c, app->name, &a->releases, err);
	/* It was removed in between. */
	if (code == RD_ENOENT) {
		state_done(a);
		rd_vec_remove(s, s->len - 1);
		return RD_OK;
	}
	if (!code)
		code = rd_json_app(app, &json, err);
	return code ? code : fill(&a->app, app->name, &json, err);
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
	for (size_t i = 0; i < s->len; i++) {
		const app_state *a = rd_vec_at(s, i);

		if (!strcmp(a->app.id, app))
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

/* What is in it; NULL: it is not there. */
static void compare_app(tale *t, const app_state *was, const app_state *now)
{
	t->type = "build";
	compare(t, was ? &was->builds : NULL, now ? &now->builds : NULL);
	t->type = "release";
	compare(t, was ? &was->releases : NULL, now ? &now->releases : NULL);
	t->type = "app";
}

/* Each app with what is in it; it comes before that, and goes after it. */
static void compare_all(tale *t, const snapshot *before, const snapshot *after)
{
	t->type = "app";
	for (size_t i = 0; i < after->len; i++) {
		const app_state *now = rd_vec_at(after, i);
		const app_state *was = state_of(before, now->app.id);

		t->app = now->app.id;
		if (!was)
			tell(t, "created", t->app, now->app.record);
		compare_app(t, was, now);
		if (was && !json_equal(was->app.record, now->app.record))
			tell(t, "updated", t->app, now->app.record);
	}
	for (size_t i = 0; i < before->len; i++) {
		const app_state *was = rd_vec_at(before, i);

		t->app = was->app.id;
		if (state_of(after, t->app))
			continue;
		compare_app(t, was, NULL);
		tell(t, "removed", t->app, NULL);
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
	rd_vec_init(&c->last, sizeof(app_state));
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
	size_t lists = 1 + 2 * c->last.len;

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
	snapshot now = RD_VEC_INIT(app_state);
	rd_err why = {0};

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
