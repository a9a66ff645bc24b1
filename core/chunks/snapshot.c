/* SPDX-License-Identifier: MIT */
/* The head of a snapshot, to bytes and back. */
#include "core/chunks/snapshot.h"

#define MAGIC "rdsnap1\n"
#define MAGIC_BYTES 8
#define LAYERS_MAX 4096
#define LAYER_TEXT_MAX 1024
#define PIECES_MAX (1 << 20)

void rd_cache_info_done(rd_cache_info *i)
{
	free(i->app);
	free(i->service);
	rd_strs_done(&i->layers);
	*i = (rd_cache_info){0};
}

void rd_snapshot_init(rd_snapshot *s)
{
	*s = (rd_snapshot){
		.packs = RD_VEC_INIT(rd_snapshot_pack), .tree = RD_VEC_INIT(rd_snapshot_piece)};
}

void rd_snapshot_done(rd_snapshot *s)
{
	rd_cache_info_done(&s->info);
	rd_vec_done(&s->packs);
	rd_vec_done(&s->tree);
}

static void put_pack(rd_str *out, const rd_snapshot_pack *p)
{
	rd_wire_put(out, p->live_bytes);
	if (!p->live_bytes)
		return;
	rd_str_putn(out, p->id.sum, RD_SHA256_BYTES);
	rd_wire_put(out, p->bytes);
	rd_wire_put(out, p->raw_bytes);
}

rd_code rd_snapshot_put(const rd_snapshot *s, rd_str *out, rd_err *err)
{
	uint8_t sum[RD_SHA256_BYTES];
	rd_code code;

	rd_str_clear(out);
	rd_str_putn(out, MAGIC, MAGIC_BYTES);
	rd_wire_put_text(out, s->info.app, strlen(s->info.app));
	rd_wire_put_text(out, s->info.service, strlen(s->info.service));
	rd_wire_put(out, (uint64_t)s->info.saved_us);
	rd_wire_put(out, s->info.files);
	rd_wire_put(out, s->info.bytes);
	rd_wire_put(out, s->info.layers.len);
	for (size_t i = 0; i < s->info.layers.len; i++)
		rd_wire_put_text(out, s->info.layers.items[i], strlen(s->info.layers.items[i]));
	rd_wire_put(out, s->packs.len);
	for (size_t i = 0; i < s->packs.len; i++)
		put_pack(out, rd_vec_at(&s->packs, i));
	rd_wire_put(out, s->tree.len);
	for (size_t i = 0; i < s->tree.len; i++) {
		const rd_snapshot_piece *p = rd_vec_at(&s->tree, i);

		rd_wire_put(out, (uint64_t)p->ref.slot << 1 | p->is_last);
		rd_wire_put(out, p->ref.chunk);
	}
	code = rd_str_check(out, "a snapshot", err);
	if (code)
		return code;
	rd_sha256_of(out->data, out->len, sum);
	rd_str_putn(out, sum, sizeof sum);
	return rd_str_check(out, "a snapshot", err);
}

static char *get_name(rd_wire *w)
{
	size_t n;
	const char *text = rd_wire_get_text(w, RD_CACHE_NAME_MAX, &n);

	return text ? strndup(text, n) : NULL;
}

static void get_layers(rd_wire *w, rd_strs *layers)
{
	for (uint64_t n = rd_wire_get(w, LAYERS_MAX); n && !w->failed; n--) {
		size_t len;
		const char *text = rd_wire_get_text(w, LAYER_TEXT_MAX, &len);

		if (!text || !rd_strs_take(layers, strndup(text, len)))
			w->failed = true;
	}
}

static void get_packs(rd_wire *w, rd_snapshot *s)
{
	for (uint64_t n = rd_wire_get(w, RD_TREE_SLOTS_MAX); n && !w->failed; n--) {
		rd_snapshot_pack *p = rd_vec_push(&s->packs);
		const void *sum;

		if (!p) {
			w->failed = true;
			return;
		}
		p->live_bytes = rd_wire_get(w, INT64_MAX);
		if (!p->live_bytes)
			continue;
		sum = rd_wire_get_bytes(w, RD_SHA256_BYTES);
		if (sum)
			memcpy(p->id.sum, sum, RD_SHA256_BYTES);
		p->bytes = rd_wire_get(w, (uint64_t)1 << 40);
		p->raw_bytes = rd_wire_get(w, (uint64_t)1 << 40);
		if (!p->bytes || p->live_bytes > p->raw_bytes)
			w->failed = true;
		else
			s->info.stored_bytes +=
				(uint64_t)((double)p->bytes * (double)p->live_bytes /
					   (double)p->raw_bytes);
	}
}

static void get_tree(rd_wire *w, rd_snapshot *s)
{
	for (uint64_t n = rd_wire_get(w, PIECES_MAX); n && !w->failed; n--) {
		rd_snapshot_piece *p = rd_vec_push(&s->tree);
		uint64_t slot = rd_wire_get(w, (uint64_t)s->packs.len << 1);

		if (!p || slot >> 1 >= s->packs.len) {
			w->failed = true;
			return;
		}
		p->ref.slot = (uint32_t)(slot >> 1);
		p->is_last = slot & 1;
		p->ref.chunk = (uint32_t)rd_wire_get(w, RD_PACK_MAX_CHUNKS);
	}
}

rd_code rd_snapshot_parse(const void *bytes, size_t n, rd_snapshot *ret_snapshot, rd_err *err)
{
	uint8_t sum[RD_SHA256_BYTES];
	rd_snapshot s;
	rd_wire w;
	const void *magic;

	if (n < MAGIC_BYTES + RD_SHA256_BYTES)
		return rd_err_set(err, RD_ECORRUPT, "the snapshot is cut short");
	n -= RD_SHA256_BYTES;
	rd_sha256_of(bytes, n, sum);
	w = (rd_wire){bytes, (const uint8_t *)bytes + n, false};
	magic = rd_wire_get_bytes(&w, MAGIC_BYTES);
	if (memcmp(sum, (const uint8_t *)bytes + n, sizeof sum) != 0 ||
		memcmp(magic, MAGIC, MAGIC_BYTES) != 0)
		return rd_err_set(err, RD_ECORRUPT, "the snapshot is damaged");
	rd_snapshot_init(&s);
	s.info.app = get_name(&w);
	s.info.service = get_name(&w);
	s.info.saved_us = (int64_t)rd_wire_get(&w, INT64_MAX);
	s.info.files = rd_wire_get(&w, INT64_MAX);
	s.info.bytes = rd_wire_get(&w, INT64_MAX);
	get_layers(&w, &s.info.layers);
	get_packs(&w, &s);
	get_tree(&w, &s);
	if (w.failed || w.at != w.end || !s.info.app || !s.info.service) {
		rd_snapshot_done(&s);
		return rd_err_set(err, RD_ECORRUPT, "the snapshot is damaged");
	}
	*ret_snapshot = s;
	return RD_OK;
}

void rd_snapshot_put_use(uint64_t hits, int64_t used_us, rd_str *out)
{
	rd_wire_put(out, hits);
	rd_wire_put(out, (uint64_t)used_us);
}

void rd_snapshot_parse_use(const void *bytes, size_t n, uint64_t *ret_hits, int64_t *ret_used_us)
{
	rd_wire w = {bytes, (const uint8_t *)bytes + n, false};

	*ret_hits = rd_wire_get(&w, UINT64_MAX);
	*ret_used_us = (int64_t)rd_wire_get(&w, INT64_MAX);
}
