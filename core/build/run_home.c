/* SPDX-License-Identifier: MIT */
/* Images that were made by one engine come to another: through the registry, else from engine to engine as a
 * stream. */
#include "core/build/run_impl.h"

/* ---- how it comes ---- */

/* The second engine reads what the first one writes; nothing is stored in between. */
static rd_code carry(struct run *r, const rd_strs *tags, rd_err *err)
{
	rd_engine *from = r->opts->engine, *to = r->opts->home;
	RD_AUTO(rd_reader_closep) rd_reader *tar = NULL;
	rd_code code = from->ops->save(from, tags, r->stop, &tar, err);

	return code ? code : to->ops->load(to, tar, r->stop, err);
}

static rd_code tag_all(struct run *r, const char *image_id, const rd_strs *tags, rd_err *err)
{
	rd_engine *home = r->opts->home;
	rd_code code = RD_OK;

	for (size_t i = 0; !code && i < tags->len; i++)
		code = home->ops->tag(home, image_id, tags->items[i], err);
	return code;
}

/* The step that a pull's events belong to. */
struct told {
	rd_record_group *group;
	const char *id;
};

static rd_code tell(void *arg, const rd_step_event *ev, rd_err *err)
{
	struct told *t = arg;
	rd_step_event ours = *ev;

	ours.id = t->id;
	return rd_record_event(t->group, &ours, err);
}

static rd_code pull(struct run *r, struct told *t, const char *remote, const rd_strs *tags,
	rd_err *err)
{
	const rd_run_opts *o = r->opts;
	rd_code code = o->home->ops->pull(o->home, remote, o->auth, tell, t, r->stop, err);

	return code ? code : tag_all(r, remote, tags, err);
}

/* A registry that the builder reaches may be out of reach from here. */
static rd_code bring(struct run *r, struct told *t, const rd_run_coming *c, rd_err *err)
{
	char text[sizeof err->msg + sizeof err->ctx + 3];
	rd_err why = {0};
	rd_code code;

	if (!c->remote)
		return carry(r, c->tags, err);
	code = pull(r, t, c->remote, c->tags, &why);
	if (!code)
		return RD_OK;
	if (rd_cancel_fired(r->stop))
		return rd_err_set(err, RD_ECANCELED, "canceled");
	code = rd_record_line(r->opts->record, t->group, err,
		"warning: %s: bringing it from the build instance itself",
		rd_err_text(&why, text, sizeof text));
	return code ? code : carry(r, c->tags, err);
}

/* ---- the step ---- */

static bool is_home(struct run *r, const char *image_id)
{
	rd_engine *home = r->opts->home;
	rd_engine_image found = {0};
	bool has = !home->ops->inspect(home, image_id, &found, NULL);

	rd_engine_image_done(&found);
	return has;
}

static rd_code begin(rd_record_group *g, const char *id, const rd_run_coming *c, const char *to,
	rd_err *err)
{
	rd_step_event ev = {.kind = RD_STEP_DECLARE, .id = id};
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	rd_code code;

	if (c->remote)
		rd_str_printf(&name, "Running: docker -H %s pull %s", to, c->remote);
	else
		rd_str_printf(&name, "Running: docker save %s | docker -H %s load",
			c->tags->items[0], to);
	ev.name = rd_str_get(&name);
	code = rd_str_check(&name, "the step", err);
	if (!code)
		code = rd_record_event(g, &ev, err);
	ev.kind = RD_STEP_START;
	return code ? code : rd_record_event(g, &ev, err);
}

static rd_code finish(rd_record_group *g, const char *id, const rd_err *failed, rd_err *err)
{
	char why[sizeof failed->msg + sizeof failed->ctx + 3];
	rd_step_event ev = {.kind = RD_STEP_DONE, .id = id};
	rd_code code;

	ev.error = failed->code ? rd_err_text(failed, why, sizeof why) : NULL;
	code = rd_record_event(g, &ev, err);
	if (failed->code && err)
		*err = *failed;
	return failed->code ? failed->code : code;
}

rd_code rd_run_home(struct run *r, rd_record_group *g, const rd_run_coming *c, rd_err *err)
{
	const rd_run_opts *o = r->opts;
	RD_STR_AUTO rd_str id = RD_STR_INIT(0);
	struct told told = {.group = g};
	rd_err why = {0};
	rd_code code;

	if (!o->home)
		return RD_OK;
	if (is_home(r, c->image_id))
		return tag_all(r, c->image_id, c->tags, err);
	/* Not the name of the push: they are two steps. */
	rd_str_printf(&id, "home %s", c->tags->items[0]);
	code = rd_str_check(&id, "the step", err);
	if (!code)
		code = begin(g, rd_str_get(&id), c, o->home->endpoint, err);
	if (code)
		return code;
	told.id = rd_str_get(&id);
	code = bring(r, &told, c, &why);
	if (code && code != RD_ECANCELED)
		rd_err_wrap(&why, "bringing the image to '%s'", o->home->endpoint);
	return finish(g, rd_str_get(&id), &why, err);
}
