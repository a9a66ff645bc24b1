/* SPDX-License-Identifier: MIT */
/* Imports into an engine that is played: layouts of images that engines here do not write, and what blows up. */
#include "tests/unit/unit.h"

#include "core/base/fs.h"
#include "tests/unit/build/images.h"

#define TWO_SERVICES \
	"{\"manifest\":\"services:\\n  web:\\n    build: .\\n  api:\\n    build: .\\n\"}"

static char dir[] = "/tmp/rd-test-import-XXXXXX";

static int make_dir(void **state RD_UNUSED)
{
	memset(dir + sizeof(dir) - 7, 'X', 6);
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state RD_UNUSED)
{
	return rd_rmtree(dir, NULL);
}

/* ---- OCI layouts ---- */

static void put_blob(rd_str *tar, const char *content, char ret_hex[RD_SHA256_HEX])
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);

	rd_str_put(&text, content);
	hex_of(&text, ret_hex);
	rd_str_printf(&path, "blobs/sha256/%s", ret_hex);
	put_text(tar, rd_str_get(&path), content);
}

/* The manifest of an image whose configuration holds that word. */
static void put_image(rd_str *tar, const char *word, char ret_hex[RD_SHA256_HEX])
{
	char config[RD_SHA256_HEX], text[200];

	snprintf(text, sizeof(text), "{\"word\":\"%s\",\"rootfs\":{\"diff_ids\":[]}}", word);
	put_blob(tar, text, config);
	snprintf(text, sizeof(text), "{\"config\":{\"digest\":\"sha256:%s\"},\"layers\":[]}",
		config);
	put_blob(tar, text, ret_hex);
}

static rd_code import(taker *t, const char *build, const char *name, rd_str *images,
	rd_import_result *ret_result, rd_err *err)
{
	RD_STR_AUTO rd_str archive = RD_STR_INIT(0);

	rd_tar_put_end(images);
	put_text(&archive, "build.json", build);
	put_file(&archive, name, rd_str_get(images), images->len);
	rd_tar_put_end(&archive);
	return take_archive(t, &archive, 65536, dir, ret_result, err);
}

static void oci__lists_in_lists(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str images = RD_STR_INIT(0);
	rd_import_result result = {0};
	taker t = {0};
	char image[RD_SHA256_HEX], about[RD_SHA256_HEX], list[RD_SHA256_HEX], text[500];

	put_image(&images, "one", image);
	put_blob(&images, "{\"config\":{},\"layers\":[]}", about);
	snprintf(text, sizeof(text),
		"{\"manifests\":[{\"digest\":\"sha256:%s\"},{\"digest\":\"sha256:%s\","
		"\"annotations\":"
		"{\"vnd.docker.reference.type\":\"attestation-manifest\"}}]}",
		image, about);
	put_blob(&images, text, list);
	snprintf(text, sizeof(text), "{\"manifests\":[{\"digest\":\"sha256:%s\"}]}", list);
	put_text(&images, "index.json", text);
	assert_int_equal(import(&t, ONE_SERVICE, "web.BX.tar", &images, &result, NULL), RD_OK);
	assert_int_equal(t.tags.len, 1);
	assert_string_equal(t.tags.items[0].key, "local/app:web.BNEW");
	rd_import_result_done(&result);
	taker_done(&t);
}

/* Two images in one tar, with these references. */
static rd_code import_two(taker *t, const char *web, const char *api, rd_err *err)
{
	RD_STR_AUTO rd_str images = RD_STR_INIT(0);
	rd_import_result result = {0};
	char one[RD_SHA256_HEX], two[RD_SHA256_HEX], text[700];
	rd_code code;

	put_image(&images, "one", one);
	put_image(&images, "two", two);
	snprintf(text, sizeof(text),
		"{\"manifests\":[{\"digest\":\"sha256:%s\",\"annotations\":"
		"{\"org.opencontainers.image.ref.name\":\"%s\"}},{\"digest\":\"sha256:%s\","
		"\"annotations\":{\"org.opencontainers.image.ref.name\":\"%s\"}}]}",
		one, web, two, api);
	put_text(&images, "index.json", text);
	code = import(t, TWO_SERVICES, "app.BX.tar", &images, &result, err);
	rd_import_result_done(&result);
	return code;
}

static void oci__several_are_named_by_reference(void **state RD_UNUSED)
{
	static const char *const references[][2] = {
		{"web.BX", "api.BX"}, {"r:5000/team/app:web.BX", "r:5000/team/app:api.BX"}};

	for (size_t i = 0; i < RD_LEN(references); i++) {
		taker t = {0};

		assert_int_equal(import_two(&t, references[i][0], references[i][1], NULL), RD_OK);
		assert_non_null(rd_kvs_get(&t.tags, "local/app:web.BNEW"));
		assert_non_null(rd_kvs_get(&t.tags, "local/app:api.BNEW"));
		taker_done(&t);
	}
}

static void oci__references_that_name_no_service(void **state RD_UNUSED)
{
	taker t = {0};
	rd_err err = {0};

	assert_int_equal(import_two(&t, "latest", "latest", &err), RD_EPARSE);
	assert_non_null(strstr(err.msg, "names no service"));
	assert_int_equal(t.tags.len, 0);
	taker_done(&t);
}

/* An image of one layer, which begins with these bytes, into an engine that refuses it. */
static void assert_refused(const char *head, const char *why)
{
	RD_STR_AUTO rd_str images = RD_STR_INIT(0);
	rd_import_result result = {0};
	taker t = {.is_old = true};
	rd_err err = {0};
	char layer[RD_SHA256_HEX], config[RD_SHA256_HEX], image[RD_SHA256_HEX], text[300];

	put_blob(&images, head, layer);
	snprintf(text, sizeof(text), "{\"rootfs\":{\"diff_ids\":[\"sha256:%064d\"]}}", 0);
	put_blob(&images, text, config);
	snprintf(text, sizeof(text),
		"{\"config\":{\"digest\":\"sha256:%s\"},\"layers\":[{\"digest\":\"sha256:%s\"}]}",
		config, layer);
	put_blob(&images, text, image);
	snprintf(text, sizeof(text), "{\"manifests\":[{\"digest\":\"sha256:%s\"}]}", image);
	put_text(&images, "index.json", text);
	assert_int_equal(import(&t, ONE_SERVICE, "web.BX.tar", &images, &result, &err), RD_EFAILED);
	assert_non_null(strstr(err.msg, why));
	assert_int_equal(strstr(err.msg, "zstd") != NULL, strstr(why, "zstd") != NULL);
	assert_int_equal(t.tags.len, 0);
	rd_import_result_done(&result);
	taker_done(&t);
}

static void oci__layers_in_zstd_that_the_engine_refuses(void **state RD_UNUSED)
{
	assert_refused("\x28\xb5\x2f\xfd and more", "invalid tar: 'web.BX.tar' has layers in zstd");
	assert_refused("\x28\xb5\x2f", "the engine refuses the images: invalid tar");
}

static void oci__of_two_platforms(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str images = RD_STR_INIT(0);
	rd_import_result result = {0};
	taker t = {0};
	rd_err err = {0};
	char one[RD_SHA256_HEX], two[RD_SHA256_HEX], list[RD_SHA256_HEX], text[300];

	put_image(&images, "one", one);
	put_image(&images, "two", two);
	snprintf(text, sizeof(text),
		"{\"manifests\":[{\"digest\":\"sha256:%s\"},{\"digest\":\"sha256:%s\"}]}", one,
		two);
	put_blob(&images, text, list);
	snprintf(text, sizeof(text), "{\"manifests\":[{\"digest\":\"sha256:%s\"}]}", list);
	put_text(&images, "index.json", text);
	assert_int_equal(import(&t, ONE_SERVICE, "web.BX.tar", &images, &result, &err), RD_EPARSE);
	assert_non_null(strstr(err.msg, "other than one platform"));
	rd_import_result_done(&result);
	taker_done(&t);
}

/* ---- what blows up ---- */

/* The header of a file in GNU tar's form for sparse files: a hole of that size. Source: GNU tar, tar.h */
static void put_hole(rd_str *tar, const char *path, uint64_t size)
{
	unsigned sum = 0;
	size_t at = tar->len;
	char *head;

	rd_tar_put_head(tar, &(rd_tar_entry){path, RD_TAR_FILE, 0644, 0, 0, NULL});
	head = tar->data + at;
	head[156] = 'S';
	memcpy(head + 257, "ustar  ", 8);
	memset(head + 345, 0, 167);
	memcpy(head + 386, "00000000000", 12);
	memcpy(head + 398, "00000000000", 12);
	snprintf(head + 483, 12, "%011llo", (unsigned long long)size);
	memset(head + 148, ' ', 8);
	for (int i = 0; i < RD_TAR_BLOCK; i++)
		sum += (unsigned char)head[i];
	snprintf(head + 148, 8, "%06o", sum);
}

static void bomb__of_holes(void **state RD_UNUSED)
{
	static const char *const paths[] = {"build.json", "logs.txt", "web.BX.tar"};

	for (size_t i = 0; i < RD_LEN(paths); i++) {
		RD_STR_AUTO rd_str archive = RD_STR_INIT(0);
		rd_import_result result = {0};
		taker t = {0};

		put_hole(&archive, paths[i], 3ULL << 30);
		rd_tar_put_end(&archive);
		assert_int_equal(take_archive(&t, &archive, 65536, dir, &result, NULL), RD_EPARSE);
		rd_import_result_done(&result);
		taker_done(&t);
	}
}

static void bomb__of_holes_in_images(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str images = RD_STR_INIT(0);
	rd_import_result result = {0};
	taker t = {0};
	rd_err err = {0};

	put_hole(&images, "one/layer.tar", 3ULL << 30);
	assert_int_equal(import(&t, ONE_SERVICE, "web.BX.tar", &images, &result, &err), RD_EPARSE);
	assert_non_null(strstr(err.msg, "holds a sparse file: 'one/layer.tar'"));
	rd_import_result_done(&result);
	taker_done(&t);
}

static void bomb__of_json(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);
	RD_STR_AUTO rd_str archive = RD_STR_INIT(0);
	rd_import_result result = {0};
	taker t = {0};
	rd_err err = {0};

	rd_str_put(&json, "{\"a\":[");
	for (int i = 0; i < 1000000; i++)
		rd_str_put(&json, "{},");
	rd_str_put(&json, "{}]}");
	put_text(&archive, "build.json", rd_str_get(&json));
	rd_tar_put_end(&archive);
	assert_int_equal(take_archive(&t, &archive, 65536, dir, &result, &err), RD_EPARSE);
	assert_non_null(strstr(err.msg, "'build.json' in the archive is no JSON"));
	rd_import_result_done(&result);
	taker_done(&t);
}

static void link__without_a_target(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str images = RD_STR_INIT(0);
	rd_import_result result = {0};
	taker t = {0};
	rd_err err = {0};

	rd_tar_put_head(&images, &(rd_tar_entry){"l", RD_TAR_SYMLINK, 0777, 0, 0, ""});
	assert_int_equal(import(&t, ONE_SERVICE, "web.BX.tar", &images, &result, &err), RD_EPARSE);
	assert_non_null(strstr(err.msg, "links to elsewhere: 'l'"));
	rd_import_result_done(&result);
	taker_done(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(oci__lists_in_lists, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(oci__several_are_named_by_reference, make_dir,
			remove_dir),
		cmocka_unit_test_setup_teardown(oci__references_that_name_no_service, make_dir,
			remove_dir),
		cmocka_unit_test_setup_teardown(oci__layers_in_zstd_that_the_engine_refuses,
			make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(oci__of_two_platforms, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(bomb__of_holes, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(bomb__of_holes_in_images, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(bomb__of_json, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(link__without_a_target, make_dir, remove_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
