/* SPDX-License-Identifier: MIT */
/* Freeing what a rack is made of, and the words of its states. */
#include "core/rack/types.h"

#include <stdlib.h>
#include <string.h>

void rd_app_done(rd_app *a)
{
	if (!a)
		return;
	free(a->name);
	free(a->generation);
	free(a->status);
	free(a->release);
	rd_kvs_done(&a->parameters);
	*a = (rd_app){0};
}

void rd_build_done(rd_build *b)
{
	if (!b)
		return;
	free(b->id);
	free(b->app);
	free(b->description);
	free(b->entrypoint);
	free(b->logs);
	free(b->manifest);
	free(b->process);
	free(b->release);
	free(b->reason);
	free(b->status);
	free(b->git_sha);
	free(b->trigger);
	rd_kvs_done(&b->pushed);
	*b = (rd_build){0};
}

void rd_release_done(rd_release *r)
{
	if (!r)
		return;
	free(r->id);
	free(r->app);
	free(r->build);
	free(r->env);
	free(r->manifest);
	free(r->description);
	*r = (rd_release){0};
}

void rd_system_done(rd_system *s)
{
	if (!s)
		return;
	free(s->name);
	free(s->provider);
	free(s->region);
	free(s->domain);
	free(s->status);
	free(s->type);
	free(s->version);
	rd_kvs_done(&s->parameters);
	*s = (rd_system){0};
}

void rd_registry_done(rd_registry *r)
{
	if (!r)
		return;
	free(r->server);
	free(r->username);
	*r = (rd_registry){0};
}

void rd_hook_done(rd_hook *h)
{
	if (!h)
		return;
	free(h->app);
	free(h->source);
	free(h->last);
	*h = (rd_hook){0};
}

void rd_pushed_done(rd_pushed *p)
{
	if (!p)
		return;
	free(p->app);
	free(p->source);
	free(p->trigger);
	free(p->build);
	*p = (rd_pushed){0};
}

void rd_check_done(rd_check *c)
{
	if (!c)
		return;
	free(c->name);
	free(c->text);
	free(c->mend);
	*c = (rd_check){0};
}

void rd_cached_list_done(rd_vec *v)
{
	for (size_t i = 0; i < v->len; i++) {
		rd_cached *c = rd_vec_at(v, i);

		free(c->app);
		free(c->service);
	}
	rd_vec_done(v);
}

void rd_image_done(rd_image *i)
{
	free(i->app);
	free(i->build);
	free(i->service);
	free(i->tag);
	free(i->id);
	free(i->remote);
	rd_strs_done(&i->releases);
}

void rd_prune_report_done(rd_prune_report *p)
{
	for (size_t i = 0; i < p->items.len; i++) {
		rd_prune_item *item = rd_vec_at(&p->items, i);

		free(item->kind);
		free(item->name);
		free(item->app);
		free(item->why);
	}
	rd_vec_done(&p->items);
}

/* Frees a list and what its elements own. */
#define LIST_DONE(name, element_done) \
	void name(rd_vec *v) \
	{ \
		for (size_t i = 0; i < v->len; i++) \
			element_done(rd_vec_at(v, i)); \
		rd_vec_done(v); \
	}

LIST_DONE(rd_images_done, rd_image_done)
LIST_DONE(rd_apps_done, rd_app_done)
LIST_DONE(rd_builds_done, rd_build_done)
LIST_DONE(rd_releases_done, rd_release_done)
LIST_DONE(rd_registries_done, rd_registry_done)
LIST_DONE(rd_hooks_done, rd_hook_done)
LIST_DONE(rd_pushed_list_done, rd_pushed_done)
LIST_DONE(rd_checks_done, rd_check_done)

bool rd_build_is_active(const rd_build *b)
{
	return b->status && (!strcmp(b->status, "created") || !strcmp(b->status, "running"));
}
