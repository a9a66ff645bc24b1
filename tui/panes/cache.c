/* SPDX-License-Identifier: MIT */
/* What the artifact cache keeps of each app and service. */
#include "tui/dialogs/dialogs.h"
#include "tui/panes/listing.h"
#include "tui/panes/panes.h"
#include "tui/widgets/words.h"

static const char *id_of(const rd_pane *p, size_t i)
{
	const rd_cached *c = rd_listing_at(p, i);
	rd_listing *own = p->data;

	snprintf(own->id, sizeof(own->id), "%s/%s", c->app, c->service);
	return own->id;
}

static bool holds(const rd_pane *p, size_t i, const char *part)
{
	const rd_cached *c = rd_listing_at(p, i);

	return rd_words_hold(c->app, part) || rd_words_hold(c->service, part);
}

enum order { ORDER_APP, ORDER_STORED, ORDER_HITS, ORDER_USED };

/* The largest, the most used, the one that was used last come first. */
static int compare(const rd_pane *p, int order, size_t i, size_t k)
{
	const rd_cached *a = rd_listing_at(p, i), *b = rd_listing_at(p, k);
	uint64_t x = order == ORDER_STORED ? a->stored_bytes
		     : order == ORDER_HITS ? a->hits
					   : (uint64_t)a->used_us;
	uint64_t y = order == ORDER_STORED ? b->stored_bytes
		     : order == ORDER_HITS ? b->hits
					   : (uint64_t)b->used_us;

	return x > y ? -1 : x < y;
}

static rd_code read(rd_rack *rack, rd_cancel *cancel, rd_vec *rows, rd_err *err)
{
	return rack->cache->list(rack, cancel, rows, err);
}

static rd_code open_pane(rd_pane *p, const void *args RD_UNUSED, rd_err *err)
{
	static const char *const orders[] = {"app", "stored", "hits", "used", NULL};
	static const rd_listing_kind kind = {.action = RD_ACTION_CACHE,
		.rows = {.count = rd_listing_count,
			.id = id_of,
			.holds = holds,
			.orders = orders,
			.compare = compare},
		.read = read,
		.done = rd_cached_list_done,
		.size = sizeof(rd_cached)};

	return rd_listing_open(p, &kind, err);
}

static rd_react event(rd_pane *p, const rd_event *ev)
{
	rd_react react = rd_listing_event(p, ev);
	const rd_cached *c = rd_listing_current(p);

	if (!(react & RD_REACT_PASS) || ev->kind != RD_EV_ACTION || !c)
		return react;
	if (ev->action == RD_ACTION_CACHE_CLEAR || ev->action == RD_ACTION_OPEN) {
		rd_cache_clear_open(p->console, c->app);
		return RD_REACT_REDRAW;
	}
	return ev->action == RD_ACTION_STEPS || ev->action == RD_ACTION_DIFF ? RD_REACT_NONE
									     : RD_REACT_PASS;
}

static void title(const rd_pane *p, rd_title *ret_title)
{
	uint64_t sum = 0;
	char size[32];

	rd_table_title(p, ret_title);
	for (size_t i = 0; i < rd_listing_count(p); i++)
		sum += ((const rd_cached *)rd_listing_at(p, i))->stored_bytes;
	rd_words_bytes(sum, size, sizeof(size));
	snprintf(ret_title->right, sizeof(ret_title->right), "%zu  %s", rd_listing_count(p), size);
}

static void status(const rd_pane *p, char *buf, size_t cap)
{
	const rd_cached *c = rd_listing_current(p);
	char files[32], age[32];

	if (!c)
		return;
	rd_words_count(c->files, files, sizeof(files));
	rd_words_age(c->saved_us, rd_console_now_us(p->console), age, sizeof(age));
	snprintf(buf, cap, "%s/%s: %s file%s, saved %s%s  %s clears %s", c->app, c->service, files,
		c->files == 1 ? "" : "s", age, strcmp(age, "now") ? " ago" : "",
		rd_keymap_first(rd_console_keymap(p->console), RD_ACTION_CACHE_CLEAR), c->app);
}

/* ---- drawing ---- */

/* Where the columns begin; -1: there is no room for one. */
struct columns {
	int app, service, size, stored, hits, used, end;
};

static struct columns columns_of(int w)
{
	struct columns c = {2, 0, -1, 0, 0, -1, w - 1};
	int name;

	c.used = w >= 52 ? c.end - 6 : -1;
	c.hits = (c.used < 0 ? c.end : c.used) - 6;
	c.stored = c.hits - 10;
	c.size = w >= 62 ? c.stored - 10 : -1;
	name = ((c.size < 0 ? c.stored : c.size) - 2) / 2;
	c.service = 2 + (name < 40 ? name : 40);
	return c;
}

static void draw_head(const rd_area *a, const struct columns *c)
{
	rd_style style = rd_style_of(RD_ROLE_COLUMN);

	rd_draw_text(a, c->app, 0, style, "APP");
	rd_draw_text(a, c->service, 0, style, "SERVICE");
	if (c->size >= 0)
		rd_draw_column_right(a, c->size, 0, 10, style, "SIZE");
	rd_draw_column_right(a, c->stored, 0, 10, style, "STORED");
	rd_draw_column_right(a, c->hits, 0, 6, style, "HITS");
	if (c->used >= 0)
		rd_draw_column_right(a, c->used, 0, 6, style, "USED");
}

static void draw_row(const rd_pane *p, const rd_area *a, size_t i)
{
	const rd_cached *r = rd_listing_at(p, i);
	struct columns c = columns_of(a->r.w);
	rd_style plain = rd_style_of(RD_ROLE_TEXT), dim = rd_style_of(RD_ROLE_DIM);
	int names_end = (c.size < 0 ? c.stored : c.size) - 1;
	char word[64];

	rd_draw_column(a, c.app, 0, c.service - c.app - 1, rd_style_of(RD_ROLE_STRONG), r->app);
	rd_draw_column(a, c.service, 0, names_end - c.service, plain, r->service);
	if (c.size >= 0) {
		rd_words_bytes(r->bytes, word, sizeof(word));
		rd_draw_column_right(a, c.size, 0, 10, dim, word);
	}
	rd_words_bytes(r->stored_bytes, word, sizeof(word));
	rd_draw_column_right(a, c.stored, 0, 10, plain, word);
	rd_words_count(r->hits, word, sizeof(word));
	rd_draw_column_right(a, c.hits, 0, 6, plain, word);
	if (c.used < 0)
		return;
	rd_words_age(r->used_us, rd_console_now_us(p->console), word, sizeof(word));
	rd_draw_column_right(a, c.used, 0, 6, dim, word);
}

static void draw(const rd_pane *p, const rd_area *area)
{
	struct columns c = columns_of(area->r.w);

	draw_head(area, &c);
	rd_listing_draw(p, area,
		"nothing yet: what a build leaves in /var/cache/build is kept here", draw_row);
}

const struct rd_pane_ops rd_pane_cache = {
	RD_TABLE_PANE("cache", "Cache", rd_listing),
	.place = RD_PLACE_VIEW,
	.enter = "clear",
	.open = open_pane,
	.event = event,
	.draw = draw,
	.title = title,
	.status = status,
	.close = rd_listing_close,
};
