/* SPDX-License-Identifier: MIT */
/* The cache in a folder: what comes back, what is stored, what goes. */
#include <dirent.h>
#include <sys/stat.h>

#include "tests/unit/chunks/trees.h"

static char dir[] = "/tmp/rd-test-cache-XXXXXX";

static int make_dir(void **state RD_UNUSED)
{
	memset(dir + sizeof dir - 7, 'X', 6);
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state RD_UNUSED)
{
	return rd_rmtree(dir, NULL);
}

static uint64_t bytes_below(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	uint64_t sum = 0;

	assert_non_null(d);
	while ((e = readdir(d))) {
		char *below = rd_path_join(path, e->d_name);
		struct stat st;

		assert_non_null(below);
		assert_int_equal(lstat(below, &st), 0);
		if (S_ISREG(st.st_mode))
			sum += (uint64_t)st.st_size;
		else if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			sum += bytes_below(below);
		free(below);
	}
	closedir(d);
	return sum;
}

static void find__of_nothing(void **state RD_UNUSED)
{
	rd_cache *c = open_cache(dir, 0);
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	rd_cache_info info;
	rd_err err = {0};
	rd_vec list;

	assert_int_equal(rd_cache_find(c, "shop", "web", &info, &err), RD_ENOENT);
	assert_string_equal(err.msg, "nothing is cached for 'web' of app 'shop'");
	assert_int_equal(restore_tar(c, "web", &out, &err), RD_ENOENT);
	assert_int_equal(rd_cache_list(c, &list, NULL), RD_OK);
	assert_int_equal(list.len, 0);
	assert_int_equal(rd_cache_find(c, "shop", "../web", &info, &err), RD_EINVAL);
	assert_int_equal(rd_cache_find(c, "", "web", &info, &err), RD_EINVAL);
	assert_int_equal(rd_cache_find(c, "shop", ".web", &info, &err), RD_EINVAL);
	rd_cache_close(c);
}

static void put_odd_entries(rd_str *tar)
{
	char name[300], target[300];
	rd_str small = RD_STR_INIT(0);

	rd_str_put(&small, "x");
	memset(name, 'n', sizeof name);
	memcpy(name, ROOT "/", strlen(ROOT) + 1);
	name[250] = '\0';
	memset(target, 't', sizeof target);
	target[sizeof target - 1] = '\0';
	put_entry(tar, ROOT, RD_TAR_DIR, 01777, NULL, NULL);
	put_entry(tar, ROOT "/empty", RD_TAR_FILE, 0, NULL, NULL);
	put_entry(tar, ROOT "/set-id", RD_TAR_FILE, 06755, NULL, &small);
	put_entry(tar, ROOT "/hard", RD_TAR_HARDLINK, 06755, ROOT "/set-id", NULL);
	put_entry(tar, ROOT "/up", RD_TAR_SYMLINK, 0777, "../../etc/passwd", NULL);
	put_entry(tar, ROOT "/dangling", RD_TAR_SYMLINK, 0777, target, NULL);
	put_entry(tar, name, RD_TAR_FILE, 0644, NULL, &small);
	put_entry(tar, ROOT "/\xff\xfe latin", RD_TAR_FILE, 0644, NULL, &small);
	put_entry(tar, ROOT "/line\nbreak", RD_TAR_DIR, 0500, NULL, NULL);
	put_entry(tar, ROOT "/line\nbreak/ \x1b[31m", RD_TAR_FILE, 0644, NULL, &small);
	put_noise_file(tar, ROOT "/exact", 256 << 10, 1);
	put_noise_file(tar, ROOT "/over", (256 << 10) + 1, 2);
	put_noise_file(tar, ROOT "/zzz", 3 << 20, 3);
	rd_tar_put_end(tar);
	rd_str_done(&small);
}

static void save__keeps_odd_entries(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	rd_cache *c = open_cache(dir, 0);
	rd_cache_saved saved;
	rd_cache_info info;

	put_odd_entries(&tar);
	assert_int_equal(save_tar(c, "web", &tar, &saved, NULL), RD_OK);
	assert_int_equal(saved.files, 11);
	assert_int_equal(saved.bytes, (256 << 10) * 2 + 1 + (3 << 20) + 4);
	assert_restores(c, "web", &tar);
	assert_int_equal(rd_cache_find(c, "shop", "web", &info, NULL), RD_OK);
	assert_string_equal(info.app, "shop");
	assert_string_equal(info.service, "web");
	assert_int_equal(info.layers.len, 2);
	assert_string_equal(info.layers.items[1], "sha256:two");
	assert_int_equal(info.files, 11);
	assert_int_equal(info.bytes, saved.bytes);
	assert_int_equal(info.hits, 1);
	assert_true(info.used_us >= info.saved_us);
	assert_in_range(info.stored_bytes, 1 << 20, saved.stored_bytes);
	rd_cache_info_done(&info);
	rd_cache_close(c);
}

static void save__keeps_parts_of_seconds(void **state RD_UNUSED)
{
	static const rd_tar_entry entries[] = {
		{ROOT, RD_TAR_DIR, 0755, 1700000000000001, .exact_mtime = true},
		{ROOT "/f", RD_TAR_FILE, 0644, 1600000000999999, .exact_mtime = true},
		{ROOT "/g", RD_TAR_FILE, 0644, 1500000000000000, .exact_mtime = true},
		{ROOT "/h", RD_TAR_SYMLINK, 0777, 0, .link = "x", .exact_mtime = true},
		{ROOT "/i", RD_TAR_FILE, 0644, 4102444800123456, .exact_mtime = true}};
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	rd_cache *c = open_cache(dir, 0);

	for (size_t i = 0; i < RD_LEN(entries); i++)
		rd_tar_put_head(&tar, &entries[i]);
	rd_tar_put_end(&tar);
	assert_non_null(memmem(tar.data, tar.len, "mtime=1600000000.999999", 23));
	assert_int_equal(save_tar(c, "web", &tar, NULL, NULL), RD_OK);
	assert_restores(c, "web", &tar);
	rd_cache_close(c);
}

static void save__of_an_empty_folder(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	rd_cache *c = open_cache(dir, 0);

	put_entry(&tar, ROOT, RD_TAR_DIR, 0755, NULL, NULL);
	rd_tar_put_end(&tar);
	assert_int_equal(save_tar(c, "web", &tar, NULL, NULL), RD_OK);
	assert_restores(c, "web", &tar);
	rd_cache_close(c);
}

static void save__of_the_same_stores_nothing(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	rd_cache *c = open_cache(dir, 0);
	rd_cache_saved saved;

	put_tree(&tar, 500, 3 << 20, 0, 1);
	assert_int_equal(save_tar(c, "web", &tar, &saved, NULL), RD_OK);
	assert_true(saved.new_bytes > 5 << 20);
	assert_int_equal(save_tar(c, "web", &tar, &saved, NULL), RD_OK);
	assert_int_equal(saved.new_bytes, 0);
	/* The head of the snapshot. */
	assert_in_range(saved.stored_bytes, 1, 1000);
	/* Another service with the same files: content is there, and the tree. */
	assert_int_equal(save_tar(c, "api", &tar, &saved, NULL), RD_OK);
	assert_int_equal(saved.new_bytes, 0);
	assert_restores(c, "api", &tar);
	assert_restores(c, "web", &tar);
	rd_cache_close(c);
}

static void save__of_one_percent_stores_about_that(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str a = RD_STR_INIT(0);
	RD_STR_AUTO rd_str b = RD_STR_INIT(0);
	rd_cache *c = open_cache(dir, 0);
	rd_cache_saved first, second;

	put_tree(&a, 3000, 20 << 20, 0, 100);
	put_tree(&b, 3000, 20 << 20, 1, 100);
	assert_int_equal(save_tar(c, "web", &a, &first, NULL), RD_OK);
	assert_int_equal(save_tar(c, "web", &b, &second, NULL), RD_OK);
	assert_restores(c, "web", &b);
	assert_true(second.stored_bytes < first.stored_bytes / 50);
	rd_cache_close(c);
}

/* After many changes what is stored stays within a small factor of what is needed. */
static void save__many_times_leaves_no_heap(void **state RD_UNUSED)
{
	rd_cache *c = open_cache(dir, 0);
	uint64_t first = 0, last;

	for (uint32_t i = 1; i <= 60; i++) {
		RD_STR_AUTO rd_str tar = RD_STR_INIT(0);

		put_tree(&tar, 400, 1 << 20, i, 1 + (int)(i % 7));
		assert_int_equal(save_tar(c, "web", &tar, NULL, NULL), RD_OK);
		if (i == 1)
			first = bytes_below(dir);
		if (i == 60)
			assert_restores(c, "web", &tar);
	}
	last = bytes_below(dir);
	assert_in_range(last, 1, first * 3);
	rd_cache_close(c);
}

static void save__refuses_what_leads_out(void **state RD_UNUSED)
{
	static const char *const paths[] = {
		"/etc/passwd", "build/../../x", "other/x", "buildx", ".."};
	rd_cache *c = open_cache(dir, 0);
	rd_cache_info info;

	for (size_t i = 0; i < RD_LEN(paths); i++) {
		RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
		rd_err err = {0};

		put_entry(&tar, ROOT, RD_TAR_DIR, 0755, NULL, NULL);
		put_entry(&tar, paths[i], RD_TAR_FILE, 0644, NULL, NULL);
		rd_tar_put_end(&tar);
		assert_int_equal(save_tar(c, "web", &tar, NULL, &err), RD_EPARSE);
		assert_non_null(strstr(err.msg, "leads out of the cached folder"));
	}
	assert_int_equal(rd_cache_find(c, "shop", "web", &info, NULL), RD_ENOENT);
	rd_cache_close(c);
}

static void save__of_a_cut_tar_keeps_the_old(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str a = RD_STR_INIT(0);
	RD_STR_AUTO rd_str b = RD_STR_INIT(0);
	rd_cache *c = open_cache(dir, 0);
	uint64_t before;

	put_tree(&a, 300, 1 << 20, 0, 1);
	put_tree(&b, 300, 12 << 20, 5, 1);
	assert_int_equal(save_tar(c, "web", &a, NULL, NULL), RD_OK);
	before = bytes_below(dir);
	for (size_t cut = 0; cut < 40; cut++) {
		rd_str part = b;

		part.len = b.len / 41 * cut + cut;
		assert_int_equal(save_tar(c, "web", &part, NULL, NULL), RD_EPARSE);
	}
	assert_int_equal(bytes_below(dir), before);
	assert_restores(c, "web", &a);
	rd_cache_close(c);
}

static void save__canceled_keeps_the_old(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	rd_cache *c = open_cache(dir, 0);
	rd_cache_save_opts o = {.app = "shop", .service = "web", .root = ROOT};
	rd_cancel *cancel = NULL;
	rd_cache_info info;

	put_tree(&tar, 10, 0, 0, 1);
	assert_int_equal(rd_cancel_new(&cancel, NULL), RD_OK);
	rd_cancel_fire(cancel);
	o.cancel = cancel;
	assert_int_equal(rd_reader_mem(tar.data, tar.len, &o.tar, NULL), RD_OK);
	assert_int_equal(rd_cache_save(c, &o, NULL, NULL), RD_ECANCELED);
	rd_reader_close(o.tar);
	rd_cancel_free(cancel);
	assert_int_equal(rd_cache_find(c, "shop", "web", &info, NULL), RD_ENOENT);
	rd_cache_close(c);
}

static void restore__under_another_prefix(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	rd_cache *c = open_cache(dir, 0);
	const rd_cache_restore_opts o = {
		.app = "shop", .service = "web", .prefix = "web/.cache/build", .without_end = true};
	rd_reader *in = NULL, *both = NULL;
	rd_cache_info info;
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	const rd_tar_entry *e = NULL;
	char buf[4096];
	size_t n = 1;
	rd_tar *t = NULL;

	put_odd_entries(&tar);
	assert_int_equal(save_tar(c, "web", &tar, NULL, NULL), RD_OK);
	assert_int_equal(rd_cache_restore(c, &o, &info, &in, NULL), RD_OK);
	while (n) {
		assert_int_equal(rd_read(in, buf, sizeof buf, &n, NULL), RD_OK);
		rd_str_putn(&out, buf, n);
	}
	rd_reader_close(in);
	rd_cache_info_done(&info);
	rd_tar_put_end(&out);
	assert_int_equal(rd_reader_mem(out.data, out.len, &both, NULL), RD_OK);
	assert_int_equal(rd_tar_open(both, &t, NULL), RD_OK);
	assert_int_equal(rd_tar_next(t, &e, NULL), RD_OK);
	assert_string_equal(e->path, "web/.cache/build/");
	assert_int_equal(e->mode, 01777);
	for (n = 1; e; n++) {
		if (e->type == RD_TAR_HARDLINK)
			assert_string_equal(e->link, "web/.cache/build/set-id");
		if (strstr(e->path, "/up"))
			assert_string_equal(e->link, "../../etc/passwd");
		assert_true(rd_starts_with(e->path, "web/.cache/build/"));
		assert_int_equal(rd_tar_next(t, &e, NULL), RD_OK);
	}
	assert_int_equal(n, 14);
	rd_tar_close(t);
	rd_reader_close(both);
	rd_cache_close(c);
}

static void restore__closed_early(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	rd_cache *c = open_cache(dir, 0);
	const rd_cache_restore_opts o = {
		.app = "shop", .service = "web", .prefix = "", .uncounted = true};
	rd_reader *in = NULL;
	rd_cache_info info;
	char buf[100];
	size_t n;

	put_tree(&tar, 200, 20 << 20, 0, 1);
	assert_int_equal(save_tar(c, "web", &tar, NULL, NULL), RD_OK);
	assert_int_equal(rd_cache_restore(c, &o, NULL, &in, NULL), RD_OK);
	assert_int_equal(rd_read(in, buf, sizeof buf, &n, NULL), RD_OK);
	assert_int_equal(rd_cache_gc(c, false, NULL, NULL), RD_EBUSY);
	rd_reader_close(in);
	assert_int_equal(rd_cache_gc(c, false, NULL, NULL), RD_OK);
	assert_int_equal(rd_cache_find(c, "shop", "web", &info, NULL), RD_OK);
	assert_int_equal(info.hits, 0);
	rd_cache_info_done(&info);
	rd_cache_close(c);
}

static void clear__frees_what_only_it_used(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	rd_cache *c = open_cache(dir, 0);
	rd_cache_removed removed;
	rd_vec list;

	put_tree(&tar, 200, 5 << 20, 0, 1);
	assert_int_equal(save_tar(c, "web", &tar, NULL, NULL), RD_OK);
	assert_int_equal(save_tar(c, "api", &tar, NULL, NULL), RD_OK);
	assert_int_equal(rd_cache_list(c, &list, NULL), RD_OK);
	assert_int_equal(list.len, 2);
	assert_string_equal(((rd_cache_info *)rd_vec_at(&list, 0))->service, "api");
	for (size_t i = 0; i < list.len; i++)
		rd_cache_info_done(rd_vec_at(&list, i));
	rd_vec_done(&list);
	assert_int_equal(rd_cache_clear(c, "other", &removed, NULL), RD_OK);
	assert_int_equal(removed.snapshots, 0);
	assert_int_equal(removed.bytes, 0);
	assert_restores(c, "web", &tar);
	assert_int_equal(rd_cache_clear(c, "shop", &removed, NULL), RD_OK);
	assert_int_equal(removed.snapshots, 2);
	assert_true(removed.bytes > 3 << 20);
	assert_int_equal(bytes_below(dir), 0);
	assert_int_equal(rd_cache_clear(c, NULL, &removed, NULL), RD_OK);
	rd_cache_close(c);
}

static void budget__drops_the_longest_not_used(void **state RD_UNUSED)
{
	static const char *const services[] = {"one", "two", "three", "four"};
	const uint64_t budget_bytes = 9 << 19; /* three, and not four */
	rd_cache *c = open_cache(dir, budget_bytes);
	rd_str tars[4] = {0};
	rd_cache_saved saved;
	rd_cache_info info;

	for (int i = 0; i < 4; i++) {
		put_entry(&tars[i], ROOT, RD_TAR_DIR, 0755, NULL, NULL);
		put_noise_file(&tars[i], ROOT "/f", 2 << 20, (uint32_t)i + 100);
		rd_tar_put_end(&tars[i]);
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(save_tar(c, services[i], &tars[i], &saved, NULL), RD_OK);
		assert_int_equal(saved.removed_caches, 0);
	}
	assert_restores(c, "one", &tars[0]);
	assert_int_equal(save_tar(c, "four", &tars[3], &saved, NULL), RD_OK);
	assert_int_equal(saved.removed_caches, 1);
	assert_int_equal(rd_cache_find(c, "shop", "two", &info, NULL), RD_ENOENT);
	assert_restores(c, "one", &tars[0]);
	assert_restores(c, "three", &tars[2]);
	assert_restores(c, "four", &tars[3]);
	assert_in_range(bytes_below(dir), 1, budget_bytes);
	for (int i = 0; i < 4; i++)
		rd_str_done(&tars[i]);
	rd_cache_close(c);
}

static void budget__too_small_for_one(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str small = RD_STR_INIT(0);
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	rd_cache *c = open_cache(dir, 1 << 20);
	rd_err err = {0};

	put_tree(&small, 20, 0, 0, 1);
	put_tree(&tar, 200, 30 << 20, 0, 1);
	assert_int_equal(save_tar(c, "web", &small, NULL, NULL), RD_OK);
	assert_int_equal(save_tar(c, "web", &tar, NULL, &err), RD_ELIMIT);
	assert_non_null(strstr(err.msg, "over its budget of 1048576 bytes"));
	assert_restores(c, "web", &small);
	assert_in_range(bytes_below(dir), 1, 1 << 20);
	rd_cache_close(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(find__of_nothing, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(save__keeps_odd_entries, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(save__keeps_parts_of_seconds, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(save__of_an_empty_folder, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(save__of_the_same_stores_nothing, make_dir,
			remove_dir),
		cmocka_unit_test_setup_teardown(save__of_one_percent_stores_about_that, make_dir,
			remove_dir),
		cmocka_unit_test_setup_teardown(save__many_times_leaves_no_heap, make_dir,
			remove_dir),
		cmocka_unit_test_setup_teardown(save__refuses_what_leads_out, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(save__of_a_cut_tar_keeps_the_old, make_dir,
			remove_dir),
		cmocka_unit_test_setup_teardown(save__canceled_keeps_the_old, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(restore__under_another_prefix, make_dir,
			remove_dir),
		cmocka_unit_test_setup_teardown(restore__closed_early, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(clear__frees_what_only_it_used, make_dir,
			remove_dir),
		cmocka_unit_test_setup_teardown(budget__drops_the_longest_not_used, make_dir,
			remove_dir),
		cmocka_unit_test_setup_teardown(budget__too_small_for_one, make_dir, remove_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
