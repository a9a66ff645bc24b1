/* SPDX-License-Identifier: MIT */
/*
 * The artifact cache by hand, for measuring: a tar in or out.
 *   cachetar save PLACE ROOT <TAR     cachetar restore PLACE PREFIX >TAR
 * PLACE is a folder, or s3://BUCKET/PREFIX with copies in the folder $CACHETAR_COPIES.
 */
#include <stdio.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/chunks/cache.h"

static rd_code open_place(const char *place, rd_cache **ret_cache, rd_err *err)
{
	rd_cache_opts o = {.dir = place};
	rd_s3_place s3 = {0};
	rd_code code;

	if (!rd_starts_with(place, "s3://"))
		return rd_cache_open(&o, ret_cache, err);
	o.dir = getenv("CACHETAR_COPIES");
	o.s3 = &s3;
	code = rd_s3_resolve(place, &s3, err);
	if (!code)
		code = rd_cache_open(&o, ret_cache, err);
	rd_s3_place_done(&s3);
	return code;
}

static rd_code save(rd_cache *c, const char *root, rd_err *err)
{
	rd_cache_save_opts o = {.app = "bench", .service = "web", .root = root};
	rd_cache_saved saved;
	rd_code code = rd_reader_fd(dup(0), &o.tar, err);

	if (!code)
		code = rd_cache_save(c, &o, &saved, err);
	rd_reader_close(o.tar);
	if (!code)
		fprintf(stderr, "%llu bytes stored\n", (unsigned long long)saved.stored_bytes);
	return code;
}

static rd_code restore(rd_cache *c, const char *prefix, rd_err *err)
{
	const rd_cache_restore_opts o = {.app = "bench", .service = "web", .prefix = prefix};
	static char buf[256 * 1024];
	rd_reader *tar = NULL;
	size_t n = 1;
	rd_code code = rd_cache_restore(c, &o, NULL, &tar, err);

	while (!code && n) {
		code = rd_read(tar, buf, sizeof buf, &n, err);
		if (!code)
			code = rd_write_all(1, buf, n, err);
	}
	rd_reader_close(tar);
	return code;
}

int main(int argc, char **argv)
{
	rd_cache *c = NULL;
	rd_err err = {0};
	char text[2048];
	rd_code code;

	if (argc != 4)
		return 2;
	code = open_place(argv[2], &c, &err);
	if (!code)
		code = strcmp(argv[1], "save") == 0 ? save(c, argv[3], &err)
						    : restore(c, argv[3], &err);
	rd_cache_close(c);
	if (code)
		fprintf(stderr, "%s\n", rd_err_text(&err, text, sizeof text));
	return code ? 1 : 0;
}
