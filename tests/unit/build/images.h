/* SPDX-License-Identifier: MIT */
/* An engine that is played for imports: it takes images as Docker does, and aborts if it is shown anything that
 * an engine must never see. */
#ifndef RD_TESTS_UNIT_BUILD_IMAGES_H
#define RD_TESTS_UNIT_BUILD_IMAGES_H

#include <jansson.h>

#include "core/base/digest.h"
#include "core/build/import.h"
#include "core/io/tar.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/io/chunked.h"

#define HUB "docker.io/"
#define OUR_TAGS "local/app:"
#define OUR_BUILD ".BNEW"

typedef struct taker {
	rd_engine base; /* first */
	rd_kvs tags;    /* tag -> id */
	rd_strs noted;  /* tags that the import told of before */
	rd_strs ids;    /* of images that are there from the start */
	int loads;
	bool is_old; /* takes no layer, whatever it is */
} taker;

static void hex_of(const rd_str *content, char ret_hex[RD_SHA256_HEX])
{
	uint8_t sum[RD_SHA256_BYTES];

	rd_sha256_of(rd_str_get(content), content->len, sum);
	rd_hex(sum, sizeof(sum), ret_hex);
}

static void set_tag(taker *t, const char *tag, const char *id)
{
	FUZZ_CHECK(rd_starts_with(tag, OUR_TAGS) && rd_ends_with(tag, OUR_BUILD));
	FUZZ_CHECK(rd_strs_has(&t->noted, tag));
	FUZZ_CHECK(rd_kvs_set(&t->tags, tag, id));
}

/* One entry of the engine's tar: digests by path, a link's is that of its target later on. */
static rd_code take_file(rd_tar *tar, const rd_tar_entry *e, rd_kvs *hexes, rd_str *list,
	rd_err *err)
{
	RD_AUTOFREE char *path = rd_strdup(e->path);
	RD_STR_AUTO rd_str content = RD_STR_INIT(0);
	char buf[4096], hex[RD_SHA256_HEX];
	size_t n = 1;
	rd_code rc = RD_OK;

	FUZZ_CHECK(*path && *path != '/' && !rd_starts_with(path, "../") && !strstr(path, "/../"));
	FUZZ_CHECK(strcmp(path, "..") != 0 && !rd_ends_with(path, "/.."));
	FUZZ_CHECK(e->type == RD_TAR_FILE || e->type == RD_TAR_SYMLINK);
	if (e->type == RD_TAR_SYMLINK)
		return RD_OK;
	while (!(rc = rd_tar_data(tar, buf, sizeof(buf), &n, err)) && n)
		rd_str_putn(&content, buf, n);
	hex_of(&content, hex);
	FUZZ_CHECK(!rd_kvs_get(hexes, path) && !list->len);
	FUZZ_CHECK(rd_kvs_set(hexes, path, hex));
	if (!rc && !strcmp(path, "manifest.json"))
		rd_str_putn(list, rd_str_get(&content), content.len);
	return rc;
}

static void take_list(taker *t, const rd_kvs *hexes, const rd_str *list)
{
	json_t *o = json_loadb(rd_str_get(list), list->len, 0, NULL);
	json_t *item, *tag;
	size_t i, k;

	FUZZ_CHECK(json_array_size(o) > 0);
	json_array_foreach(o, i, item)
	{
		const char *config = json_string_value(json_object_get(item, "Config"));
		const char *hex = config ? rd_kvs_get(hexes, config) : NULL;
		RD_STR_AUTO rd_str id = RD_STR_INIT(0);

		FUZZ_CHECK(config);
		rd_str_printf(&id, "sha256:%s", rd_or_empty(hex));
		json_array_foreach(json_object_get(item, "RepoTags"), k, tag)
		{
			FUZZ_CHECK(rd_starts_with(json_string_value(tag), HUB));
			set_tag(t, json_string_value(tag) + strlen(HUB), rd_str_get(&id));
		}
	}
	json_decref(o);
}

static rd_code take_load(rd_engine *e, rd_reader *in, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	taker *t = (taker *)e;
	RD_AUTO(rd_kvs_done) rd_kvs hexes = {0};
	RD_STR_AUTO rd_str list = RD_STR_INIT(0);
	const rd_tar_entry *entry = NULL;
	rd_tar *tar = NULL;
	rd_code rc = rd_tar_open(in, &tar, err);

	t->loads++;
	while (!rc && !(rc = rd_tar_next(tar, &entry, err)) && entry)
		rc = take_file(tar, entry, &hexes, &list, err);
	rd_tar_close(tar);
	if (!rc && t->is_old)
		rc = rd_err_set(err, RD_EFAILED, "the engine refuses the images: invalid tar");
	if (!rc)
		take_list(t, &hexes, &list);
	return rc;
}

static rd_code take_inspect(rd_engine *e, const char *image, rd_engine_image *ret, rd_err *err)
{
	taker *t = (taker *)e;
	const char *id = rd_kvs_get(&t->tags, image);

	if (!id && rd_strs_has(&t->ids, image))
		id = image;
	if (!id)
		return rd_err_set(err, RD_ENOENT, "no such image");
	*ret = (rd_engine_image){0};
	snprintf(ret->id, sizeof(ret->id), "%s", id);
	return RD_OK;
}

static rd_code take_tag(rd_engine *e, const char *image, const char *tag, rd_err *err)
{
	if (!rd_strs_has(&((taker *)e)->ids, image))
		return rd_err_set(err, RD_ENOENT, "no such image");
	set_tag((taker *)e, tag, image);
	return RD_OK;
}

static rd_code take_note(void *arg, const char *tag, rd_err *err RD_UNUSED)
{
	FUZZ_CHECK(rd_strs_add(&((taker *)arg)->noted, tag));
	return RD_OK;
}

static const struct rd_engine_ops taker_ops = {
	.load = take_load, .inspect = take_inspect, .tag = take_tag};

static void taker_done(taker *t)
{
	rd_kvs_done(&t->tags);
	rd_strs_done(&t->noted);
	rd_strs_done(&t->ids);
}

/* Imports an archive, given in steps; log and steps go to files in the folder. */
static rd_code take_archive(taker *t, const rd_str *archive, size_t step, const char *folder,
	rd_import_result *ret_result, rd_err *err)
{
	struct chunked in = CHUNKED(rd_str_get(archive), archive->len, step);
	RD_STR_AUTO rd_str log = RD_STR_INIT(0);
	RD_STR_AUTO rd_str steps = RD_STR_INIT(0);

	t->base.ops = &taker_ops;
	rd_str_printf(&log, "%s/log", folder);
	rd_str_printf(&steps, "%s/steps", folder);
	return rd_import_run(&(rd_import){.engine = &t->base,
				     .rack = "local",
				     .app = "app",
				     .build = "BNEW",
				     .log_path = rd_str_get(&log),
				     .steps_path = rd_str_get(&steps),
				     .on_tag = take_note,
				     .arg = t},
		&in.base, ret_result, err);
}

/* ---- archives ---- */

#define ONE_SERVICE "{\"manifest\":\"services:\\n  web:\\n    build: .\\n\"}"

static inline void put_file(rd_str *tar, const char *path, const char *content, size_t n)
{
	rd_tar_put_head(tar, &(rd_tar_entry){path, RD_TAR_FILE, 0644, 0, n, NULL});
	rd_str_putn(tar, content, n);
	for (size_t i = 0; i < rd_tar_pad(n); i++)
		rd_str_putc(tar, '\0');
}

static inline void put_text(rd_str *tar, const char *path, const char *text)
{
	put_file(tar, path, text, strlen(text));
}

#endif
