/* SPDX-License-Identifier: MIT */
/* The index of a stored source: its form on disk, its checks, its look-ups. */
#include "core/store/source_index.h"

#include <errno.h>
#include <sys/stat.h>

#include "core/base/fs.h"
#include "core/io/zframes.h"

/* Frames with the magic 0x184D2A50 … 5F are passed over by every zstd decoder. */
#define SKIPPABLE_MAGIC 0x184D2A5Du
#define SKIPPABLE_HEAD_BYTES 8
/* The foot: digest of the packed index, its raw size, its packed size, the magic. */
#define FOOT_BYTES (RD_SHA256_BYTES + 8 + 8 + 8)
#define FOOT_MAGIC "rdsrc\x01\r\n"
#define RAW_MAX_BYTES (UINT64_C(1) << 30)
#define PACKED_MAX_BYTES (UINT32_MAX - FOOT_BYTES)

static void put_int(rd_str *out, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		rd_str_putc(out, (char)(value >> (8 * i)));
}

static uint64_t get_int(const uint8_t *p, int bytes)
{
	uint64_t value = 0;

	for (int i = bytes - 1; i >= 0; i--)
		value = value << 8 | p[i];
	return value;
}

static void sum_int(rd_sha256 *h, uint64_t value)
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
	rd_sha256_add(h, bytes, sizeof bytes);
}

void rd_source_sum_entry(rd_sha256 *h, const rd_source_entry *e, const char *path, const char *link)
{
	sum_int(h, e->type);
	sum_int(h, e->mode);
	sum_int(h, e->size);
	sum_int(h, strlen(path));
	rd_sha256_add(h, path, strlen(path));
	sum_int(h, strlen(rd_or_empty(link)));
	rd_sha256_add(h, rd_or_empty(link), strlen(rd_or_empty(link)));
	rd_sha256_add(h, e->digest, sizeof e->digest);
}

rd_code rd_source_sum(const rd_vec *items, uint8_t ret_sum[RD_SHA256_BYTES], rd_err *err)
{
	rd_sha256 *h = NULL;
	rd_code code = rd_sha256_new(&h, err);

	if (code)
		return code;
	for (size_t i = 0; i < items->len; i++) {
		const rd_source_item *item = rd_vec_at(items, i);

		rd_source_sum_entry(h, &item->e, item->e.path, item->e.link);
	}
	rd_sha256_end(h, ret_sum);
	rd_sha256_free(h);
	return RD_OK;
}

size_t rd_source_lower_bound(const rd_vec *items, const char *path)
{
	size_t from = 0, to = items->len;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		const rd_source_item *item = rd_vec_at(items, mid);

		if (strcmp(item->e.path, path) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

const rd_source_item *rd_source_item_find(const rd_vec *items, const char *path)
{
	size_t i = rd_source_lower_bound(items, path);
	const rd_source_item *item = i < items->len ? rd_vec_at(items, i) : NULL;

	return item && strcmp(item->e.path, path) == 0 ? item : NULL;
}

bool rd_source_path_ok(const char *path)
{
	int depth = 0;

	if (strlen(path) > RD_SOURCE_MAX_PATH)
		return false;
	for (;;) {
		size_t n = strcspn(path, "/");

		if (n == 0 || n > RD_SOURCE_MAX_NAME || ++depth > RD_SOURCE_MAX_DEPTH)
			return false;
		if (strncmp(path, "..", n) == 0 && n <= 2)
			return false;
		if (!path[n])
			return true;
		path += n + 1;
	}
}

static void put_item(rd_str *out, const rd_source_item *item)
{
	const rd_source_entry *e = &item->e;

	put_int(out, e->type, 1);
	put_int(out, e->mode, 4);
	put_int(out, (uint64_t)e->mtime_us, 8);
	put_int(out, e->size, 8);
	put_int(out, item->at, 8);
	rd_str_putn(out, e->path, strlen(e->path) + 1);
	rd_str_putn(out, rd_or_empty(e->link), strlen(rd_or_empty(e->link)) + 1);
	if (e->type == RD_SOURCE_FILE)
		rd_str_putn(out, e->digest, sizeof e->digest);
}

void rd_source_index_put_raw(const rd_vec *items, const rd_vec *frames, rd_str *out)
{
	put_int(out, items->len, 4);
	put_int(out, frames->len, 4);
	for (size_t i = 0; i < frames->len; i++) {
		const rd_zframe *f = rd_vec_at(frames, i);

		put_int(out, f->bytes, 4);
		put_int(out, f->raw_bytes, 4);
	}
	for (size_t i = 0; i < items->len; i++)
		put_item(out, rd_vec_at(items, i));
}

rd_code rd_source_index_put(const rd_vec *items, const rd_vec *frames, rd_str *out, rd_err *err)
{
	RD_STR_AUTO rd_str raw = RD_STR_INIT(RAW_MAX_BYTES);
	RD_STR_AUTO rd_str packed = RD_STR_INIT(PACKED_MAX_BYTES);
	uint8_t sum[RD_SHA256_BYTES];
	rd_code code;

	rd_source_index_put_raw(items, frames, &raw);
	code = rd_str_check(&raw, "the index of a source", err);
	if (!code)
		code = rd_zstd_pack(raw.data, raw.len, &packed, err);
	if (code)
		return code;
	rd_sha256_of(packed.data, packed.len, sum);
	put_int(out, SKIPPABLE_MAGIC, 4);
	put_int(out, packed.len + FOOT_BYTES, 4);
	rd_str_putn(out, packed.data, packed.len);
	rd_str_putn(out, sum, sizeof sum);
	put_int(out, raw.len, 8);
	put_int(out, packed.len, 8);
	rd_str_putn(out, FOOT_MAGIC, 8);
	return rd_str_check(out, "the index of a source", err);
}

/* What is left of the bytes being decoded. A read beyond them sets bad and gives zeros. */
struct decoder {
	const uint8_t *p;
	size_t left;
	bool bad;
};

static const uint8_t *take(struct decoder *d, size_t n)
{
	const uint8_t *p = d->p;

	if (d->bad || d->left < n) {
		d->bad = true;
		return NULL;
	}
	d->p += n;
	d->left -= n;
	return p;
}

static uint64_t take_int(struct decoder *d, int bytes)
{
	const uint8_t *p = take(d, (size_t)bytes);

	return p ? get_int(p, bytes) : 0;
}

static const char *take_text(struct decoder *d)
{
	const uint8_t *end = d->bad || !d->left ? NULL : memchr(d->p, 0, d->left);

	if (!end)
		d->bad = true;
	return end ? (const char *)take(d, (size_t)(end - d->p) + 1) : "";
}

static rd_code corrupt(rd_err *err, const char *what)
{
	return rd_err_set(err, RD_ECORRUPT, "the index of a stored source is damaged: %s", what);
}

/* *ret_raw: bytes of the tar. All frames but the last are full, so that a place tells its frame. */
static rd_code decode_frames(struct decoder *d, size_t n, uint64_t frames_bytes, rd_vec *frames,
	uint64_t *ret_raw, rd_err *err)
{
	uint64_t at = 0, raw = 0;

	for (size_t i = 0; i < n; i++) {
		rd_zframe *f = rd_vec_push(frames);

		if (!f)
			return rd_err_nomem(err);
		f->at = at;
		f->bytes = (uint32_t)take_int(d, 4);
		f->raw_bytes = (uint32_t)take_int(d, 4);
		at += f->bytes;
		raw += f->raw_bytes;
		if (d->bad || !f->bytes || !f->raw_bytes || f->raw_bytes > RD_ZFRAME_RAW_BYTES ||
			(i + 1 < n && f->raw_bytes != RD_ZFRAME_RAW_BYTES) || at > frames_bytes)
			return corrupt(err, "its frames");
	}
	if (at != frames_bytes)
		return corrupt(err, "its frames");
	*ret_raw = raw;
	return RD_OK;
}

static bool entry_ok(const rd_source_entry *e)
{
	bool is_link = e->type == RD_SOURCE_SYMLINK || e->type == RD_SOURCE_HARDLINK;

	if (!rd_source_path_ok(e->path) || e->mode > 07777)
		return false;
	if (is_link != (e->link != NULL))
		return false;
	return e->type == RD_SOURCE_FILE || e->size == 0;
}

static rd_code decode_item(struct decoder *d, uint64_t raw_bytes, rd_source_item *item, rd_err *err)
{
	rd_source_entry *e = &item->e;
	uint64_t type = take_int(d, 1);
	const uint8_t *digest;

	if (type > RD_SOURCE_HARDLINK)
		return corrupt(err, "an entry's type");
	e->type = (rd_source_type)type;
	e->mode = (uint32_t)take_int(d, 4);
	e->mtime_us = (int64_t)take_int(d, 8);
	e->size = take_int(d, 8);
	item->at = take_int(d, 8);
	e->path = take_text(d);
	e->link = take_text(d);
	if (!e->link[0])
		e->link = NULL;
	digest = type == RD_SOURCE_FILE ? take(d, sizeof e->digest) : NULL;
	if (digest)
		memcpy(e->digest, digest, sizeof e->digest);
	if (d->bad || !entry_ok(e))
		return corrupt(err, "an entry");
	if (item->at > raw_bytes || e->size > raw_bytes - item->at)
		return corrupt(err, "an entry's place");
	return RD_OK;
}

/* Hard links must lead to a file that stands before them. */
static rd_code check_links(const rd_vec *items, rd_err *err)
{
	for (size_t i = 0; i < items->len; i++) {
		const rd_source_item *item = rd_vec_at(items, i), *to;

		if (item->e.type != RD_SOURCE_HARDLINK)
			continue;
		to = rd_source_item_find(items, item->e.link);
		if (!to || to->e.type != RD_SOURCE_FILE || to->at >= item->at)
			return corrupt(err, "a hard link");
	}
	return RD_OK;
}

static rd_code decode_items(struct decoder *d, size_t n, uint64_t raw_bytes, rd_vec *items,
	rd_err *err)
{
	const char *last = "";

	for (size_t i = 0; i < n; i++) {
		rd_source_item *item = rd_vec_push(items);
		rd_code code = item ? decode_item(d, raw_bytes, item, err) : rd_err_nomem(err);

		if (code)
			return code;
		if (strcmp(last, item->e.path) >= 0)
			return corrupt(err, "its order");
		last = item->e.path;
	}
	return d->left ? corrupt(err, "something follows it") : check_links(items, err);
}

rd_code rd_source_index_decode(rd_str *raw, uint64_t frames_bytes, rd_source *s, rd_err *err)
{
	struct decoder d;
	uint64_t raw_bytes = 0;
	size_t items, frames;
	rd_code code;

	s->raw = *raw;
	rd_str_init(raw, 0);
	d = (struct decoder){(const uint8_t *)rd_str_get(&s->raw), s->raw.len, false};
	items = (size_t)take_int(&d, 4);
	frames = (size_t)take_int(&d, 4);
	if (d.bad)
		return corrupt(err, "its head");
	code = decode_frames(&d, frames, frames_bytes, &s->frames, &raw_bytes, err);
	return code ? code : decode_items(&d, items, raw_bytes, &s->items, err);
}

/* All n bytes. */
static rd_code read_at(int fd, uint64_t at, void *buf, size_t n, rd_err *err)
{
	size_t got;
	rd_code code = rd_read_at(fd, at, buf, n, &got, err);

	if (code)
		rd_err_wrap(err, "a stored source");
	else if (got < n)
		code = corrupt(err, "it is cut short");
	return code;
}

/* Reads and proves the packed index. *ret_frames: bytes of the file before it. */
static rd_code read_packed(int fd, rd_str *packed, uint64_t *ret_raw, uint64_t *ret_frames,
	rd_err *err)
{
	uint8_t foot[FOOT_BYTES], sum[RD_SHA256_BYTES];
	uint64_t size, packed_bytes, around = SKIPPABLE_HEAD_BYTES + FOOT_BYTES;
	struct stat st;
	char *room;
	rd_code code;

	if (fstat(fd, &st) < 0)
		return rd_err_os(err, errno, "looking at a stored source");
	size = (uint64_t)st.st_size;
	if (size < around)
		return corrupt(err, "it is missing");
	code = read_at(fd, size - FOOT_BYTES, foot, sizeof foot, err);
	if (code)
		return code;
	*ret_raw = get_int(foot + RD_SHA256_BYTES, 8);
	packed_bytes = get_int(foot + RD_SHA256_BYTES + 8, 8);
	if (memcmp(foot + RD_SHA256_BYTES + 16, FOOT_MAGIC, 8) != 0 || *ret_raw > RAW_MAX_BYTES ||
		packed_bytes > size - around || packed_bytes > PACKED_MAX_BYTES)
		return corrupt(err, "its foot");
	room = rd_str_reserve(packed, (size_t)packed_bytes);
	if (!room)
		return rd_str_check(packed, "the index of a source", err);
	code = read_at(fd, size - FOOT_BYTES - packed_bytes, room, (size_t)packed_bytes, err);
	if (code)
		return code;
	rd_str_commit(packed, (size_t)packed_bytes);
	rd_sha256_of(packed->data, packed->len, sum);
	if (memcmp(sum, foot, sizeof sum) != 0)
		return corrupt(err, "its checksum");
	*ret_frames = size - around - packed_bytes;
	return RD_OK;
}

rd_code rd_source_index_load(rd_source *s, rd_err *err)
{
	RD_STR_AUTO rd_str packed = RD_STR_INIT(0);
	RD_STR_AUTO rd_str raw = RD_STR_INIT(RAW_MAX_BYTES);
	uint64_t raw_bytes = 0, frames_bytes = 0;
	rd_code code = read_packed(s->fd, &packed, &raw_bytes, &frames_bytes, err);

	if (!code)
		code = rd_zstd_unpack(packed.data, packed.len, (size_t)raw_bytes, &raw, err);
	return code ? code : rd_source_index_decode(&raw, frames_bytes, s, err);
}
