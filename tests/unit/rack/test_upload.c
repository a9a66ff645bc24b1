/* SPDX-License-Identifier: MIT */
/* Uploads: what is kept against .dockerignore, what git says, what the rack gets. */
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/io/tar.h"
#include "core/rack/upload.h"
#include "tests/unit/unit.h"

static char dir[] = "/tmp/rd-test-upload-XXXXXX";

static int make_dir(void **state RD_UNUSED)
{
	memset(dir + sizeof dir - 7, 'X', 6);
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state RD_UNUSED)
{
	return rd_rmtree(dir, NULL);
}

static void make_file(const char *name, const char *text)
{
	char path[sizeof dir + 300], *slash;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	slash = strrchr(path, '/');
	*slash = '\0';
	assert_int_equal(rd_mkdirs(path, NULL), RD_OK);
	*slash = '/';
	assert_int_equal(rd_file_write(path, text, strlen(text), NULL), RD_OK);
}

/* A rack that takes sources and keeps the names in them. */
struct fake_rack {
	rd_rack base;
	rd_str names;
	char app[32];
};

static rd_code fake_put(rd_rack *r, const char *app, rd_reader *in,
	void (*progress)(void *arg, uint64_t bytes), void *arg, rd_cancel *cancel RD_UNUSED,
	char **ret_url, rd_err *err)
{
	struct fake_rack *f = (struct fake_rack *)r;
	const rd_tar_entry *e = NULL;
	rd_tar *t = NULL;
	rd_code code = rd_tar_open(in, &t, err);

	while (!code && !(code = rd_tar_next(t, &e, err)) && e)
		rd_str_printf(&f->names, "%s ", e->path);
	rd_tar_close(t);
	if (code)
		return code;
	snprintf(f->app, sizeof f->app, "%s", app);
	progress(arg, 42);
	*ret_url = rd_strdup("object://shop/tmp/x.tgz");
	return RD_OK;
}

static void note(void *arg, uint64_t bytes)
{
	*(uint64_t *)arg = bytes;
}

static void send_it(struct fake_rack *f, rd_upload *u)
{
	static const struct rd_rack_objects objects = {.put = fake_put};
	RD_AUTOFREE char *url = NULL;
	uint64_t bytes = 0;
	rd_err err = {0};

	memset(f, 0, sizeof *f);
	f->base.name = "fake";
	f->base.objects = &objects;
	if (rd_upload_send(u, &f->base, "shop", note, &bytes, NULL, &url, &err))
		fail_msg("%s: %s", err.ctx, err.msg);
}

/* Sends the folder; names of what came is left in f. */
static void send(struct fake_rack *f, const char *manifest)
{
	static const struct rd_rack_objects objects = {.put = fake_put};
	RD_AUTOFREE char *url = NULL;
	rd_upload *u = NULL;
	uint64_t bytes = 0;
	rd_err err = {0};

	memset(f, 0, sizeof *f);
	f->base.name = "fake";
	f->base.objects = &objects;
	if (rd_upload_dir(dir, manifest, &u, &err))
		fail_msg("%s: %s", err.ctx, err.msg);
	if (rd_upload_send(u, &f->base, "shop", note, &bytes, NULL, &url, &err))
		fail_msg("%s: %s", err.ctx, err.msg);
	assert_string_equal(url, "object://shop/tmp/x.tgz");
	assert_string_equal(f->app, "shop");
	assert_int_equal(bytes, 42);
	assert_int_equal(rd_upload_send(u, &f->base, "shop", note, &bytes, NULL, &url, &err),
		RD_EBUG);
	assert_null(rd_upload_description(u));
	assert_null(rd_upload_git_sha(u));
	rd_upload_close(u);
}

static void upload__keeps_what_the_build_reads(void **state RD_UNUSED)
{
	struct fake_rack f;

	make_file("convox.yml",
		"services:\n"
		"  web:\n    build: .\n"
		"  api:\n    build:\n      path: ./api\n      manifest: Dockerfile.prod\n"
		"  db:\n    image: postgres\n");
	make_file(".dockerignore", "**\n");
	make_file("Dockerfile", "FROM scratch");
	make_file("main.c", "int main;");
	make_file("api/Dockerfile", "FROM scratch");
	make_file("api/Dockerfile.prod", "FROM scratch");
	make_file("api/.dockerignore", "");
	send(&f, NULL);
	assert_string_equal(f.names.data,
		".dockerignore Dockerfile api/.dockerignore api/Dockerfile.prod convox.yml ");
	rd_str_done(&f.names);
}

static void upload__sends_also_without_a_good_manifest(void **state RD_UNUSED)
{
	struct fake_rack f;

	make_file("main.c", "int main;");
	send(&f, NULL);
	assert_string_equal(f.names.data, "main.c ");
	rd_str_done(&f.names);
	make_file("other.yml", "services: [");
	make_file(".dockerignore", "*.yml\n");
	send(&f, "other.yml");
	assert_string_equal(f.names.data, ".dockerignore main.c other.yml ");
	rd_str_done(&f.names);
}

static int times_put;
static uint8_t remembered[RD_SHA256_BYTES];

static rd_code counted_put(rd_rack *r, const char *app, rd_reader *in,
	void (*progress)(void *arg, uint64_t bytes), void *arg, rd_cancel *cancel, char **ret_url,
	rd_err *err)
{
	times_put++;
	return fake_put(r, app, in, progress, arg, cancel, ret_url, err);
}

static rd_code fake_find(rd_rack *r RD_UNUSED, const char *app RD_UNUSED,
	const uint8_t key[RD_SHA256_BYTES], char **ret_url, rd_err *err RD_UNUSED)
{
	bool is_known = memcmp(key, remembered, sizeof remembered) == 0;

	*ret_url = is_known ? rd_strdup("object://shop/known") : NULL;
	return RD_OK;
}

static rd_code fake_remember(rd_rack *r RD_UNUSED, const char *url RD_UNUSED,
	const uint8_t key[RD_SHA256_BYTES], rd_err *err RD_UNUSED)
{
	memcpy(remembered, key, sizeof remembered);
	return RD_OK;
}

/* Sends the folder. @returns whether it was read. */
static bool is_read(bool no_pack_cache, size_t want_warnings)
{
	static const struct rd_rack_objects objects = {
		.put = counted_put, .find = fake_find, .remember = fake_remember};
	const rd_upload_opts opts = {.source = dir, .no_pack_cache = no_pack_cache};
	struct fake_rack f = {.base = {.name = "fake", .objects = &objects}};
	RD_AUTOFREE char *url = NULL;
	rd_upload *u = NULL;
	uint64_t bytes = 0;
	int before = times_put;

	assert_int_equal(rd_upload_open(&opts, &u, NULL), RD_OK);
	assert_int_equal(rd_upload_send(u, &f.base, "shop", note, &bytes, NULL, &url, NULL), RD_OK);
	assert_int_equal(rd_upload_warnings(u)->len, want_warnings);
	assert_string_equal(url,
		times_put > before ? "object://shop/tmp/x.tgz" : "object://shop/known");
	rd_upload_close(u);
	rd_str_done(&f.names);
	return times_put > before;
}

static void upload_send__reads_a_folder_again_only_when_changed(void **state RD_UNUSED)
{
	make_file("convox.yml", "services:\n");
	make_file(".env", "A=1\n");
	assert_true(is_read(false, 1));
	/* Not at once: files just written are not remembered. */
	while (is_read(false, 1))
		;
	assert_false(is_read(false, 1));
	assert_true(is_read(true, 1));
	make_file("added", "");
	assert_true(is_read(false, 1));
}

static rd_code gzip_put(rd_rack *r RD_UNUSED, const char *app RD_UNUSED, rd_reader *in,
	void (*progress)(void *arg, uint64_t bytes) RD_UNUSED, void *arg RD_UNUSED,
	rd_cancel *cancel RD_UNUSED, char **ret_url, rd_err *err)
{
	unsigned char head[2] = {0};
	char rest[1000];
	size_t n = 0;
	rd_code code = rd_read_full(in, head, sizeof head, &n, err);

	assert_true(n == 2 && head[0] == 0x1f && head[1] == 0x8b);
	while (!code && n)
		code = rd_read(in, rest, sizeof rest, &n, err);
	*ret_url = rd_strdup("object://shop/tmp/x.tgz");
	return code;
}

static void upload_send__packs_as_gzip_for_a_network(void **state RD_UNUSED)
{
	static const struct rd_rack_objects objects = {.wants_gzip = true, .put = gzip_put};
	rd_rack rack = {.name = "fake", .objects = &objects};
	char *cache = NULL;

	make_file("convox.yml", "services:\n");
	make_file(".env", "A=1\n");
	assert_int_equal(setenv("XDG_CACHE_HOME", dir, 1), 0);
	for (int i = 0; i < 2; i++) {
		const rd_upload_opts opts = {.source = dir, .no_pack_cache = i == 0};
		RD_AUTOFREE char *url = NULL;
		rd_upload *u = NULL;

		assert_int_equal(rd_upload_open(&opts, &u, NULL), RD_OK);
		assert_int_equal(rd_upload_send(u, &rack, "shop", NULL, NULL, NULL, &url, NULL),
			RD_OK);
		assert_int_equal(rd_upload_warnings(u)->len, 1);
		rd_upload_close(u);
		free(cache);
		cache = rd_path_join(dir, "rackdeck/pack");
		assert_int_equal(rd_file_exists(cache), i == 1);
	}
	free(cache);
}

static void upload_dir__names_missing_folder(void **state RD_UNUSED)
{
	rd_upload *u = NULL;
	rd_err err = {0};

	assert_int_equal(rd_upload_dir("/nonexistent", NULL, &u, &err), RD_ENOENT);
	assert_non_null(strstr(err.msg, "'/nonexistent'"));
	make_file(".dockerignore", "!\n");
	assert_int_equal(rd_upload_dir(dir, NULL, &u, &err), RD_EPARSE);
	assert_null(u);
}

static void upload_send__tells_a_rack_without_objects(void **state RD_UNUSED)
{
	rd_rack rack = {.name = "plain"};
	rd_upload *u = NULL;
	char *url = NULL;
	rd_err err = {0};

	assert_int_equal(rd_upload_dir(dir, NULL, &u, &err), RD_OK);
	assert_int_equal(rd_upload_send(u, &rack, "shop", NULL, NULL, NULL, &url, &err),
		RD_EUNSUPPORTED);
	assert_non_null(strstr(err.msg, "'plain'"));
	rd_upload_close(u);
}

/* A tar with one file, in the folder. */
static void make_archive(const char *name)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	const rd_tar_entry e = {"in/tar", RD_TAR_FILE, 0644, 0, 0, NULL};
	char path[sizeof dir + 300];

	rd_tar_put_head(&tar, &e);
	rd_tar_put_end(&tar);
	snprintf(path, sizeof path, "%s/%s", dir, name);
	assert_int_equal(rd_file_write(path, tar.data, tar.len, NULL), RD_OK);
}

static void upload_open__takes_folders_and_archives(void **state RD_UNUSED)
{
	char path[sizeof dir + 300];
	rd_upload_opts opts = {.source = dir};
	rd_upload *u = NULL;
	struct fake_rack f;

	make_archive("app.tar");
	assert_true(rd_upload_is_dir(dir));
	assert_int_equal(rd_upload_open(&opts, &u, NULL), RD_OK);
	send_it(&f, u);
	assert_string_equal(f.names.data, "app.tar ");
	rd_str_done(&f.names);
	rd_upload_close(u);
	snprintf(path, sizeof path, "%s/app.tar", dir);
	opts.source = path;
	assert_false(rd_upload_is_dir(path));
	assert_false(rd_upload_is_dir("-"));
	assert_int_equal(rd_upload_open(&opts, &u, NULL), RD_OK);
	send_it(&f, u);
	assert_string_equal(f.names.data, "in/tar ");
	assert_null(rd_upload_git_sha(u));
	assert_int_equal(rd_upload_warnings(u)->len, 0);
	rd_str_done(&f.names);
	rd_upload_close(u);
	opts.source = "/dev/null";
	assert_int_equal(rd_upload_open(&opts, &u, NULL), RD_EINVAL);
	opts.source = "/nonexistent.tgz";
	assert_int_equal(rd_upload_open(&opts, &u, NULL), RD_ENOENT);
}

static void upload_open__stops_waiting_for_bytes(void **state RD_UNUSED)
{
	static const struct rd_rack_objects objects = {.put = fake_put};
	rd_rack rack = {.name = "fake", .objects = &objects};
	rd_upload_opts opts = {.source = "-"};
	int old_in = dup(STDIN_FILENO), ends[2];
	rd_upload *u = NULL;
	char *url = NULL;

	assert_int_equal(pipe(ends), 0);
	assert_return_code(dup2(ends[0], STDIN_FILENO), 0);
	assert_int_equal(rd_cancel_new(&opts.cancel, NULL), RD_OK);
	rd_cancel_fire(opts.cancel);
	assert_int_equal(rd_upload_open(&opts, &u, NULL), RD_OK);
	assert_int_equal(rd_upload_send(u, &rack, "shop", NULL, NULL, NULL, &url, NULL),
		RD_ECANCELED);
	rd_upload_close(u);
	rd_cancel_free(opts.cancel);
	assert_return_code(dup2(old_in, STDIN_FILENO), 0);
	close(old_in);
	close(ends[0]);
	close(ends[1]);
}

#define UPLOAD_TEST(name) cmocka_unit_test_setup_teardown(name, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UPLOAD_TEST(upload__keeps_what_the_build_reads),
		UPLOAD_TEST(upload__sends_also_without_a_good_manifest),
		UPLOAD_TEST(upload_send__reads_a_folder_again_only_when_changed),
		UPLOAD_TEST(upload_send__packs_as_gzip_for_a_network),
		UPLOAD_TEST(upload_dir__names_missing_folder),
		UPLOAD_TEST(upload_open__takes_folders_and_archives),
		UPLOAD_TEST(upload_open__stops_waiting_for_bytes),
		UPLOAD_TEST(upload_send__tells_a_rack_without_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
