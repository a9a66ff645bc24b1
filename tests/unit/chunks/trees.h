/* SPDX-License-Identifier: MIT */
/* Trees as tars, and what the cache's tests do with them. */
#ifndef RD_TESTS_UNIT_CHUNKS_TREES_H
#define RD_TESTS_UNIT_CHUNKS_TREES_H

#include "core/base/fs.h"
#include "core/chunks/cache.h"
#include "core/io/tar.h"
#include "tests/unit/unit.h"

#define ROOT "build"

static uint32_t tree_state = 88172645;

static uint32_t tree_random(void)
{
	tree_state ^= tree_state << 13;
	tree_state ^= tree_state >> 17;
	tree_state ^= tree_state << 5;
	return tree_state;
}

/* Half noise, half words, so that it can be compressed somewhat. */
static void put_noise(rd_str *out, size_t n, uint32_t seed)
{
	tree_state = seed * 2654435761u + 1;
	while (n) {
		uint32_t word = tree_random();
		size_t part = n < 4 ? n : 4;

		rd_str_putn(out, word & 1 ? "some" : (const char *)&word, part);
		n -= part;
	}
}

RD_UNUSED static void put_entry(rd_str *tar, const char *path, rd_tar_type type, uint32_t mode,
	const char *link, const rd_str *content)
{
	static const char zeros[RD_TAR_BLOCK];
	const rd_tar_entry e = {path, type, mode,
		1700000000000000 + (int64_t)strlen(path) * 1000000, content ? content->len : 0,
		link};

	rd_tar_put_head(tar, &e);
	if (content)
		rd_str_putn(tar, rd_str_get(content), content->len);
	rd_str_putn(tar, zeros, rd_tar_pad(e.size));
}

RD_UNUSED static void put_noise_file(rd_str *tar, const char *path, size_t n, uint32_t seed)
{
	RD_STR_AUTO rd_str content = RD_STR_INIT(0);

	put_noise(&content, n, seed);
	put_entry(tar, path, RD_TAR_FILE, 0644, NULL, &content);
}

/* files small ones and one of large_bytes; the i-th file's content depends on seed if i % of == 0. */
RD_UNUSED static void put_tree(rd_str *tar, int files, size_t large_bytes, uint32_t seed, int of)
{
	char path[64];

	put_entry(tar, ROOT, RD_TAR_DIR, 0755, NULL, NULL);
	for (int i = 0; i < files; i++) {
		if (i % 10 == 0) {
			snprintf(path, sizeof path, ROOT "/d%d", i / 10);
			put_entry(tar, path, RD_TAR_DIR, 0700, NULL, NULL);
		}
		snprintf(path, sizeof path, ROOT "/d%d/f%d", i / 10, i);
		put_noise_file(tar, path, (size_t)(i * 7919 % 9000),
			(uint32_t)i * 2 + 1 + (i % of == 0 ? seed : 0));
	}
	if (large_bytes)
		put_noise_file(tar, ROOT "/large", large_bytes, 7);
	rd_tar_put_end(tar);
}

RD_UNUSED static rd_code save_tar(rd_cache *c, const char *service, const rd_str *tar,
	rd_cache_saved *ret_saved, rd_err *err)
{
	rd_strs layers = {0};
	rd_reader *in = NULL;
	rd_cache_save_opts o = {.app = "shop", .service = service, .layers = &layers, .root = ROOT};
	rd_code code;

	assert_true(rd_strs_add(&layers, "sha256:one") && rd_strs_add(&layers, "sha256:two"));
	assert_int_equal(rd_reader_mem(rd_str_get(tar), tar->len, &in, err), RD_OK);
	o.tar = in;
	code = rd_cache_save(c, &o, ret_saved, err);
	rd_reader_close(in);
	rd_strs_done(&layers);
	return code;
}

/* Reads it to the end, or to the error. */
RD_UNUSED static rd_code restore_tar(rd_cache *c, const char *service, rd_str *out, rd_err *err)
{
	const rd_cache_restore_opts o = {.app = "shop", .service = service, .prefix = ROOT};
	rd_reader *in = NULL;
	rd_code code = rd_cache_restore(c, &o, NULL, &in, err);
	char buf[10000];
	size_t n = 1;

	while (!code && n) {
		code = rd_read(in, buf, sizeof buf, &n, err);
		if (!code)
			rd_str_putn(out, buf, n);
	}
	rd_reader_close(in);
	return code;
}

RD_UNUSED static void assert_restores(rd_cache *c, const char *service, const rd_str *tar)
{
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	rd_err err = {0};

	if (restore_tar(c, service, &out, &err))
		fail_msg("%s", err.msg);
	assert_int_equal(out.len, tar->len);
	assert_memory_equal(out.data, tar->data, tar->len);
}

RD_UNUSED static rd_cache *open_cache(const char *dir, uint64_t budget_bytes)
{
	const rd_cache_opts o = {.dir = dir, .budget_bytes = budget_bytes};
	rd_cache *c = NULL;

	assert_int_equal(rd_cache_open(&o, &c, NULL), RD_OK);
	return c;
}

#endif
