/* SPDX-License-Identifier: MIT */
/* The index of a stored source, from any bytes: what is accepted keeps its promises. */
#include "core/io/zframes.h"
#include "core/store/source_index.h"
#include "tests/fuzz/fuzz.h"

/* The bytes of the frames that the input speaks of, so that it gets beyond that check. */
static uint64_t frames_bytes(const uint8_t *bytes, size_t n)
{
	uint64_t sum = 0, frames;

	if (n < 8)
		return 0;
	frames = bytes[4] | bytes[5] << 8 | bytes[6] << 16;
	for (size_t at = 8; frames && at + 8 <= n; at += 8, frames--)
		sum += bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 |
		       (uint64_t)bytes[at + 3] << 24;
	return sum;
}

static void check_entry(const rd_source *s, size_t i)
{
	const rd_source_entry *e = rd_source_at(s, i);
	RD_STR_AUTO rd_str real = RD_STR_INIT(0);
	rd_code code = rd_source_resolve(s, e->path, &real, NULL);

	FUZZ_CHECK(rd_source_path_ok(e->path));
	FUZZ_CHECK(rd_source_find(s, e->path) == e);
	FUZZ_CHECK(!i || strcmp(rd_source_at(s, i - 1)->path, e->path) < 0);
	FUZZ_CHECK(code == RD_OK || code == RD_ENOENT || code == RD_ELIMIT);
	if (e->type == RD_SOURCE_HARDLINK)
		FUZZ_CHECK(rd_source_find(s, e->link)->type == RD_SOURCE_FILE);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	rd_str raw = RD_STR_INIT(0);
	rd_source s = {.fd = -1};
	uint8_t sum[RD_SHA256_BYTES];

	rd_str_putn(&raw, bytes, n);
	rd_vec_init(&s.frames, sizeof(rd_zframe));
	rd_vec_init(&s.items, sizeof(rd_source_item));
	if (!rd_source_index_decode(&raw, frames_bytes(bytes, n), &s, NULL)) {
		for (size_t i = 0; i < rd_source_count(&s); i++)
			check_entry(&s, i);
		FUZZ_CHECK(!rd_source_context_digest(&s, ".", NULL, NULL, sum, NULL));
	}
	rd_str_done(&raw);
	rd_str_done(&s.raw);
	rd_vec_done(&s.items);
	rd_vec_done(&s.frames);
	return 0;
}

static void add(rd_vec *items, const char *path, rd_source_type type, const char *link, uint64_t at)
{
	rd_source_item *item = rd_vec_push(items);

	FUZZ_CHECK(item);
	item->e.path = path;
	item->e.type = type;
	item->e.mode = 0644;
	item->e.size = type == RD_SOURCE_FILE ? 10 : 0;
	item->e.link = link;
	item->at = at;
}

bool fuzz_seed(int i, rd_str *out)
{
	rd_vec items = RD_VEC_INIT(rd_source_item), frames = RD_VEC_INIT(rd_zframe);

	if (i > 1)
		return false;
	*(rd_zframe *)rd_vec_push(&frames) = (rd_zframe){0, 100, RD_ZFRAME_RAW_BYTES};
	*(rd_zframe *)rd_vec_push(&frames) = (rd_zframe){100, 50, 1000};
	if (i) {
		add(&items, "a", RD_SOURCE_DIR, NULL, 512);
		add(&items, "a/b", RD_SOURCE_FILE, NULL, 1024);
		add(&items, "a/c", RD_SOURCE_SYMLINK, "../a/b", 2048);
		add(&items, "d", RD_SOURCE_HARDLINK, "a/b", 4096);
	}
	rd_source_index_put_raw(&items, &frames, out);
	rd_vec_done(&items);
	rd_vec_done(&frames);
	return true;
}
