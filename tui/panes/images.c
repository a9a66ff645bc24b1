/* SPDX-License-Identifier: MIT */
/* The images that builds of the rack made: how large they are, and which releases hold them. */
#include "tui/dialogs/dialogs.h"
#include "tui/panes/listing.h"
#include "tui/panes/panes.h"
#include "tui/widgets/words.h"

typedef struct images {
	rd_listing listing;
	int64_t bytes; /* of all */
} images;

static const char *id_of(const rd_pane *p, size_t i)
{
	const rd_image *image = rd_listing_at(p, i);
	rd_listing *own = p->data;

	snprintf(own->id, sizeof(own->id), "%s/%s", image->build, image->service);
	return own->id;
}

static bool holds(const rd_pane *p, size_t i, const char *part)
{
	const rd_image *image = rd_listing_at(p, i);

	for (size_t k = 0; k < image->releases.len; k++)
		if (rd_words_hold(image->releases.items[k], part))
			return true;
	return rd_words_hold(image->app, part) || rd_words_hold(image->build, part) ||
	       rd_words_hold(image->service, part) || rd_words_hold(image->tag, part);
}

enum order { ORDER_BUILD, ORDER_SIZE, ORDER_SERVICE };

/* The largest first. */
static int compare(const rd_pane *p, int order, size_t i, size_t k)
{
	const rd_image *a = rd_listing_at(p, i), *b = rd_listing_at(p, k);

	if (order == ORDER_SERVICE)
		return strcmp(a->service, b->service);
	return a->bytes > b->bytes ? -1 : a->bytes < b->bytes;
}

static rd_code read(rd_rack *rack, rd_cancel *cancel, rd_vec *rows, rd_err *err)
{
	return rack->images->list(rack, NULL, NULL, cancel, rows, err);
}

static int by_id(const void *a, const void *b)
{
	return strcmp((*(const rd_image *const *)a)->id, (*(const rd_image *const *)b)->id);
}

/* What they take at most: an image that several rows share counts once, shared layers each time. */
static void sum_up(rd_pane *p)
{
	RD_AUTO(rd_vec_done) rd_vec sorted = RD_VEC_INIT(const rd_image *);
	images *own = p->data;

	own->bytes = 0;
	for (size_t i = 0; i < rd_listing_count(p); i++) {
		const rd_image **at = rd_vec_push(&sorted);

		if (!at)
			return;
		*at = rd_listing_at(p, i);
	}
	if (sorted.len)
		qsort(sorted.data, sorted.len, sorted.elem, by_id);
	for (size_t i = 0; i < sorted.len; i++) {
		const rd_image *image = *(const rd_image **)rd_vec_at(&sorted, i);
		bool is_last = i + 1 == sorted.len ||
			       by_id(rd_vec_at(&sorted, i), rd_vec_at(&sorted, i + 1)) != 0;

		own->bytes += is_last && image->bytes > 0 ? image->bytes : 0;
	}
}

static rd_code open_pane(rd_pane *p, const void *args RD_UNUSED, rd_err *err)
{
	static const char *const orders[] = {"build", "size", "service", NULL};
	static const rd_listing_kind kind = {.action = RD_ACTION_IMAGES,
		.rows = {.count = rd_listing_count,
			.id = id_of,
			.holds = holds,
			.orders = orders,
			.compare = compare},
		.read = read,
		.done = rd_images_done,
		.loaded = sum_up,
		.size = sizeof(rd_image)};

	return rd_listing_open(p, &kind, err);
}

static rd_react event(rd_pane *p, const rd_event *ev)
{
	rd_react react = rd_listing_event(p, ev);
	const rd_image *image = rd_listing_current(p);

	if (!(react & RD_REACT_PASS) || ev->kind != RD_EV_ACTION || !image)
		return react;
	if (ev->action == RD_ACTION_CACHE_CLEAR) {
		rd_cache_clear_open(p->console, image->app);
		return RD_REACT_REDRAW;
	}
	return RD_REACT_PASS;
}

/* Those of other apps are no target here: their logs and releases belong to another screen. */
static void target(const rd_pane *p, rd_target *ret_target)
{
	const rd_image *image = rd_listing_current(p);

	if (!image || strcmp(image->app, rd_console_app(p->console)) != 0)
		return;
	snprintf(ret_target->build, sizeof(ret_target->build), "%s", image->build);
	if (image->releases.len)
		snprintf(ret_target->release, sizeof(ret_target->release), "%s",
			image->releases.items[0]);
}

static void title(const rd_pane *p, rd_title *ret_title)
{
	char size[32];

	rd_table_title(p, ret_title);
	rd_words_bytes((uint64_t)((const images *)p->data)->bytes, size, sizeof(size));
	snprintf(ret_title->right, sizeof(ret_title->right), "%zu  at most %s", rd_listing_count(p),
		size);
}

static void status(const rd_pane *p, char *buf, size_t cap)
{
	const rd_image *image = rd_listing_current(p);

	if (image)
		snprintf(buf, cap, "%s%s%s  %s removes what is of no use", image->tag,
			image->remote[0] ? "  pushed to " : "", image->remote,
			rd_keymap_first(rd_console_keymap(p->console), RD_ACTION_PRUNE));
}

/* ---- drawing ---- */

/* Where the columns begin; -1: there is no room for one. */
struct columns {
	int build, service, size, releases, app;
};

static struct columns columns_of(int w)
{
	int app = w >= 64 ? 14 : 0, service = w >= 50 ? 14 : 10;

	return (struct columns){
		2 + app, 14 + app, 14 + app + service, 26 + app + service, app ? 2 : -1};
}

static void draw_head(const rd_area *a, const struct columns *c)
{
	rd_style style = rd_style_of(RD_ROLE_COLUMN);

	if (c->app >= 0)
		rd_draw_text(a, c->app, 0, style, "APP");
	rd_draw_text(a, c->build, 0, style, "BUILD");
	rd_draw_text(a, c->service, 0, style, "SERVICE");
	rd_draw_column_right(a, c->size, 0, 10, style, "SIZE");
	rd_draw_text(a, c->releases + 1, 0, style, "RELEASES");
}

static void draw_size(const rd_image *image, const rd_area *a, int x)
{
	char word[32];
	rd_role role = RD_ROLE_TEXT;

	if (image->bytes >= 0) {
		rd_words_bytes((uint64_t)image->bytes, word, sizeof(word));
	} else {
		role = image->is_gone ? RD_ROLE_WARN : RD_ROLE_DIM;
		snprintf(word, sizeof(word), "%s", image->is_gone ? "gone" : "unknown");
	}
	rd_draw_column_right(a, x, 0, 10, rd_style_of(role), word);
}

static void draw_row(const rd_pane *p, const rd_area *a, size_t i)
{
	const rd_image *image = rd_listing_at(p, i);
	struct columns c = columns_of(a->r.w);
	RD_STR_AUTO rd_str releases = RD_STR_INIT(0);

	if (c.app >= 0)
		rd_draw_column(a, c.app, 0, c.build - c.app - 1, rd_style_of(RD_ROLE_TEXT),
			image->app);
	rd_draw_column(a, c.build, 0, 11, rd_style_of(RD_ROLE_STRONG), image->build);
	rd_draw_column(a, c.service, 0, c.size - c.service - 1, rd_style_of(RD_ROLE_TEXT),
		image->service);
	draw_size(image, a, c.size);
	for (size_t k = 0; k < image->releases.len; k++)
		rd_str_printf(&releases, "%s%s", k ? " " : "", image->releases.items[k]);
	if (!image->releases.len)
		rd_str_put(&releases, "-");
	rd_draw_text(a, c.releases, 0, rd_style_of(RD_ROLE_ACTIVE), image->is_active ? "@" : " ");
	rd_draw_column(a, c.releases + 1, 0, a->r.w - c.releases - 1,
		rd_style_of(image->is_active ? RD_ROLE_ACTIVE : RD_ROLE_TEXT),
		rd_str_get(&releases));
}

static void draw(const rd_pane *p, const rd_area *area)
{
	struct columns c = columns_of(area->r.w);

	draw_head(area, &c);
	rd_listing_draw(p, area, "none yet: complete builds have images", draw_row);
}

const struct rd_pane_ops rd_pane_images = {
	RD_TABLE_PANE("images", "Images", images),
	.place = RD_PLACE_VIEW,
	.open = open_pane,
	.event = event,
	.draw = draw,
	.title = title,
	.status = status,
	.target = target,
	.close = rd_listing_close,
};
