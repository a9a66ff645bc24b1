/* SPDX-License-Identifier: MIT */
/* Files and folders under a temporary one. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"

static char top[] = "/tmp/rd-test-fs-XXXXXX";

static int enter(void **state RD_UNUSED)
{
	return mkdtemp(top) && !chdir(top) ? 0 : -1;
}

static int leave(void **state RD_UNUSED)
{
	return chdir("/") || rd_rmtree(top, NULL) || rd_file_exists(top) ? -1 : 0;
}

static int entries(const char *path)
{
	DIR *d = opendir(path);
	int n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static void write__is_read_back_and_private(void **state RD_UNUSED)
{
	rd_str s RD_STR_AUTO = RD_STR_INIT(8);
	struct stat st;

	mkdir("w", 0700);
	assert_int_equal(rd_file_write("w/f", "one", 3, NULL), RD_OK);
	assert_int_equal(rd_file_write("w/f", "a\0b", 3, NULL), RD_OK);
	assert_int_equal(entries("w"), 1);
	assert_int_equal(stat("w/f", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* exactly the cap, also of the string */
	rd_str_put(&s, "12345");
	assert_int_equal(rd_file_read("w/f", 3, &s, NULL), RD_OK);
	assert_int_equal(s.len, 8);
	assert_memory_equal(s.data, "12345a\0b", 8);
}

static void write__that_fails_leaves_nothing(void **state RD_UNUSED)
{
	rd_err err;

	assert_int_equal(rd_file_write("no/f", "x", 1, &err), RD_ENOENT);
	mkdir("d", 0700);
	mkdir("d/is-a-folder", 0700);
	assert_int_not_equal(rd_file_write("d/is-a-folder", "x", 1, &err), RD_OK);
	assert_non_null(strstr(err.msg, "d/is-a-folder"));
	assert_int_equal(entries("d"), 1);
}

static void write_all__says_that_the_disk_is_full(void **state RD_UNUSED)
{
	int fd RD_AUTOCLOSE = open("/dev/full", O_WRONLY | O_CLOEXEC);
	rd_err err;

	assert_true(fd >= 0);
	assert_int_equal(rd_write_all(fd, "x", 1, &err), RD_ENOSPC);
}

static void read__has_limits(void **state RD_UNUSED)
{
	rd_str s RD_STR_AUTO = RD_STR_INIT(0);
	rd_err err;

	rd_str_put(&s, "kept");
	assert_int_equal(rd_file_write("four", "1234", 4, NULL), RD_OK);
	assert_int_equal(rd_file_read("four", 3, &s, &err), RD_ELIMIT);
	assert_string_equal(rd_str_get(&s), "kept");
	assert_int_equal(rd_file_read("none", 3, &s, &err), RD_ENOENT);
	assert_int_equal(rd_file_read(".", 3, &s, &err), RD_EINVAL);
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_int_equal(rd_file_read("pipe", 3, &s, &err), RD_EINVAL);
	s.max = 6;
	assert_int_equal(rd_file_read("four", 9, &s, &err), RD_ELIMIT);
	assert_string_equal(rd_str_get(&s), "kept");
}

static void read_at__gives_what_is_there(void **state RD_UNUSED)
{
	int fd RD_AUTOCLOSE = -1;
	char buf[8];
	size_t n = 9;

	assert_int_equal(rd_file_write("eight", "01234567", 8, NULL), RD_OK);
	fd = open("eight", O_RDONLY | O_CLOEXEC);
	assert_int_equal(rd_read_at(fd, 2, buf, 4, &n, NULL), RD_OK);
	assert_int_equal(n, 4);
	assert_memory_equal(buf, "2345", 4);
	assert_int_equal(rd_read_at(fd, 6, buf, 4, &n, NULL), RD_OK);
	assert_int_equal(n, 2);
	assert_int_equal(rd_read_at(fd, 8, buf, 4, &n, NULL), RD_OK);
	assert_int_equal(n, 0);
	assert_int_equal(rd_read_at(-1, 0, buf, 4, &n, NULL), RD_EIO);
}

static void mkdirs__makes_parents(void **state RD_UNUSED)
{
	char *path RD_AUTOFREE = rd_path_join(top, "m//a/b/");
	struct stat st;
	rd_err err;

	assert_int_equal(rd_mkdirs(path, NULL), RD_OK);
	assert_int_equal(rd_mkdirs("m/a/b", NULL), RD_OK);
	assert_int_equal(stat("m/a", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(rd_file_write("m/file", "", 0, NULL), RD_OK);
	assert_int_equal(rd_mkdirs("m/file", &err), RD_EEXIST);
	assert_int_not_equal(rd_mkdirs("m/file/x", &err), RD_OK);
}

static void rmtree__follows_no_link(void **state RD_UNUSED)
{
	rd_err err;

	rd_mkdirs("keep/x", NULL);
	rd_file_write("keep/x/file", "1", 1, NULL);
	rd_mkdirs("gone/a/b", NULL);
	rd_file_write("gone/a/file", "1", 1, NULL);
	assert_int_equal(symlink("../../keep", "gone/a/to-keep"), 0);
	assert_int_equal(symlink("nowhere", "gone/dangling"), 0);
	assert_int_equal(rd_rmtree("gone", &err), RD_OK);
	assert_false(rd_file_exists("gone"));
	assert_true(rd_file_exists("keep/x/file"));
	assert_int_equal(rd_rmtree("gone", &err), RD_OK);
	/* the top itself may not be a link, nor a file */
	assert_int_equal(symlink("keep", "link"), 0);
	assert_int_equal(rd_rmtree("link", &err), RD_EINVAL);
	assert_int_equal(rd_rmtree("keep/x/file", &err), RD_EINVAL);
	assert_true(rd_file_exists("keep/x/file"));
}

static void rmtree__goes_as_deep_as_there_is(void **state RD_UNUSED)
{
	int fd = open(".", O_RDONLY | O_CLOEXEC);

	mkdir("deep", 0700);
	for (int i = 0; i < 1000; i++) {
		int next;

		assert_int_equal(mkdirat(fd, i ? "a-rather-long-name" : "deep/x", 0700), 0);
		next = openat(fd, i ? "a-rather-long-name" : "deep/x", O_RDONLY | O_CLOEXEC);
		close(fd);
		fd = next;
	}
	close(fd);
	assert_int_equal(rd_rmtree("deep", NULL), RD_OK);
	assert_false(rd_file_exists("deep"));
}

static void fs_free__answers(void **state RD_UNUSED)
{
	uint64_t bytes = 0;

	assert_int_equal(rd_fs_free(".", &bytes, NULL), RD_OK);
	assert_true(bytes > 0);
	assert_int_equal(rd_fs_free("none", &bytes, NULL), RD_ENOENT);
}

static void expect_join(const char *a, const char *b, const char *want)
{
	char *got RD_AUTOFREE = rd_path_join(a, b);

	assert_string_equal(got, want);
}

static void expect_clean(const char *path, const char *want)
{
	char *got RD_AUTOFREE = rd_path_clean(path);

	assert_string_equal(got, want);
}

static void paths__join_and_clean(void **state RD_UNUSED)
{
	expect_join("a", "b", "a/b");
	expect_join("a/", "b", "a/b");
	expect_join("a/", "/b", "a/b");
	expect_join("a", "/b", "a/b");
	expect_join("", "b", "b");
	expect_join("/", "b", "/b");
	expect_clean("", ".");
	expect_clean(".", ".");
	expect_clean("/", "/");
	expect_clean("//", "/");
	expect_clean("a//./b/../c", "a/c");
	expect_clean("a/", "a");
	expect_clean("a/..", ".");
	expect_clean("../a", "../a");
	expect_clean("a/../../b", "../b");
	expect_clean("../../a", "../../a");
	expect_clean("/..", "/");
	expect_clean("/../a", "/a");
	expect_clean("/a/..", "/");
	expect_clean("a/...", "a/...");
	expect_clean("a/..b", "a/..b");
	expect_clean("./..", "..");
	assert_string_equal(rd_path_base("a/b"), "b");
	assert_string_equal(rd_path_base("b"), "b");
	assert_string_equal(rd_path_base("a/"), "");
}

static void xdg__follows_the_environment(void **state RD_UNUSED)
{
	char *path = NULL;
	rd_err err;

	setenv("HOME", "/home/u", 1);
	unsetenv("XDG_DATA_HOME");
	setenv("XDG_CONFIG_HOME", "relative", 1);
	assert_int_equal(rd_xdg_data(&path, NULL), RD_OK);
	assert_string_equal(path, "/home/u/.local/share/rackdeck");
	free(path);
	assert_int_equal(rd_xdg_config(&path, NULL), RD_OK);
	assert_string_equal(path, "/home/u/.config/rackdeck");
	free(path);
	setenv("XDG_DATA_HOME", "/data", 1);
	assert_int_equal(rd_xdg_data(&path, NULL), RD_OK);
	assert_string_equal(path, "/data/rackdeck");
	free(path);
	unsetenv("HOME");
	assert_int_equal(rd_xdg_config(&path, &err), RD_EINVAL);
	assert_non_null(strstr(err.msg, "XDG_CONFIG_HOME"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(write__is_read_back_and_private),
		cmocka_unit_test(write__that_fails_leaves_nothing),
		cmocka_unit_test(write_all__says_that_the_disk_is_full),
		cmocka_unit_test(read__has_limits),
		cmocka_unit_test(read_at__gives_what_is_there),
		cmocka_unit_test(mkdirs__makes_parents),
		cmocka_unit_test(rmtree__follows_no_link),
		cmocka_unit_test(rmtree__goes_as_deep_as_there_is),
		cmocka_unit_test(fs_free__answers),
		cmocka_unit_test(paths__join_and_clean),
		cmocka_unit_test(xdg__follows_the_environment),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
