/* SPDX-License-Identifier: MIT */
/* A folder with all that folders can hold goes through packing, storing, cutting and other tars. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/io/pack.h"
#include "core/store/source.h"
#include "tests/unit/unit.h"

static char dir[] = "/tmp/rd-test-tree-XXXXXX";

/* dir/NAME, good for the next few calls. */
static const char *in_dir(const char *name)
{
	static char path[8][sizeof dir + 1000];
	static int turn;

	turn = (turn + 1) % 8;
	snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
	return path[turn];
}

static void run(const char *const argv[])
{
	char *copy[12] = {NULL};
	int status = -1;
	pid_t pid;

	for (int i = 0; argv[i]; i++)
		copy[i] = rd_strdup(argv[i]);
	if (posix_spawnp(&pid, copy[0], NULL, NULL, copy, environ) != 0)
		fail_msg("'%s' cannot be run", copy[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status)
		fail_msg("%s failed", copy[0]);
	for (int i = 0; copy[i]; i++)
		free(copy[i]);
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

static void make_file(const char *name, size_t n, mode_t mode)
{
	RD_AUTOFREE char *bytes = malloc(n + 1);
	uint32_t x = (uint32_t)n;

	for (size_t i = 0; i < n; i++) {
		x = x * 1664525 + 1013904223;
		bytes[i] = (char)(x >> 26);
	}
	assert_int_equal(rd_file_write(in_dir(name), bytes, n, NULL), RD_OK);
	assert_int_equal(chmod(in_dir(name), mode), 0);
}

static void make_folder(const char *name, mode_t mode)
{
	assert_int_equal(mkdir(in_dir(name), 0700), 0);
	assert_int_equal(chmod(in_dir(name), mode), 0);
}

static void make_symlink(const char *name, const char *target)
{
	assert_int_equal(symlink(target, in_dir(name)), 0);
}

static void make_hardlink(const char *name, const char *target)
{
	assert_int_equal(link(in_dir(target), in_dir(name)), 0);
}

static void make_odd_names(void)
{
	static const char *const names[] = {"in/sub/ leading space", "in/sub/new\nline",
		"in/sub/-rf", "in/sub/back\\slash", "in/sub/tab\there", "in/sub/日本語",
		"in/sub/raw\xff\xfe", "in/sub/*?[x]", "in/sub/...", "in/sub/quote'\""};
	char name[260] = "in/sub/", two[700];

	for (size_t i = 0; i < RD_LEN(names); i++)
		make_file(names[i], i * 100, 0644);
	memset(name + 7, 'n', 250);
	make_file(name, 77, 0644);
	/* Long in all, and not UTF-8: pax with another charset. */
	memset(name + 7, '\xe9', 250);
	make_folder(name, 0755);
	snprintf(two, sizeof two, "%s/%s", name, name + 7);
	make_file(two, 5, 0644);
	make_symlink("in/sub/long link", name);
}

static int make_tree(void **state RD_UNUSED)
{
	const struct timespec times[2] = {{1234567890, 0}, {1234567890, 0}};

	memset(dir + sizeof dir - 7, 'X', 6);
	if (!mkdtemp(dir))
		return -1;
	make_folder("in", 0755);
	make_file("in/a top file", 5000, 0640);
	make_folder("in/sub", 0750);
	make_folder("in/sub/empty", 0711);
	make_folder("in/sub/deep", 0755);
	make_folder("in/sub/deep/er", 01777);
	make_file("in/sub/deep/er/x", 1, 0600);
	make_file("in/sub/zero", 0, 0444);
	make_file("in/sub/block", 512, 04755);
	make_file("in/sub/large", 5 * 1024 * 1024 + 7, 0644);
	make_file("in/sub-next", 10, 0644);
	make_symlink("in/sub/dangling", "no where");
	make_symlink("in/sub/absolute", "/etc/hostname");
	make_symlink("in/sub/out", "../../../..");
	make_hardlink("in/sub/twin of large", "in/sub/large");
	make_hardlink("in/sub/of top", "in/a top file");
	make_hardlink("in/sub/zz of top", "in/a top file");
	make_file("in/sub/sparse", 0, 0644);
	assert_int_equal(truncate(in_dir("in/sub/sparse"), 3 * 1024 * 1024), 0);
	make_odd_names();
	return utimensat(AT_FDCWD, in_dir("in/sub/block"), times, 0);
}

static int remove_tree(void **state RD_UNUSED)
{
	return rd_rmtree(dir, NULL);
}

static void store(const char *name, char digest[RD_SHA256_HEX])
{
	const rd_pack_opts opts = {in_dir(name), NULL};
	rd_reader *r = NULL;
	rd_err err = {0};

	if (rd_pack_open(&opts, &r, &err) ||
		rd_source_store(in_dir("objects"), r, NULL, digest, &err))
		fail_msg("%s: %s", err.ctx, err.msg);
	assert_int_equal(rd_pack_warnings(r)->len, 0);
	rd_reader_close(r);
}

static void write_out(rd_reader *r, const char *name)
{
	RD_AUTOCLOSE int fd = open(in_dir(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t n = 1;

	while (n) {
		char buf[10000];
		rd_err err = {0};

		if (rd_read(r, buf, sizeof buf, &n, &err))
			fail_msg("%s", err.msg);
		assert_int_equal(rd_write_all(fd, buf, n, NULL), RD_OK);
	}
}

/* What two trees are compared with; nftw takes no argument. */
static size_t walked_root_len;
static const char *other_root;
static int walked;

static void same_content(const char *a, const char *b)
{
	RD_STR_AUTO rd_str x = RD_STR_INIT(0);
	RD_STR_AUTO rd_str y = RD_STR_INIT(0);

	assert_int_equal(rd_file_read(a, 100 << 20, &x, NULL), RD_OK);
	assert_int_equal(rd_file_read(b, 100 << 20, &y, NULL), RD_OK);
	if (x.len != y.len || (x.len && memcmp(x.data, y.data, x.len) != 0))
		fail_msg("'%s' has other content", b);
}

static void same_target(const char *a, const char *b)
{
	char x[1000] = "", y[1000] = "";

	assert_true(readlink(a, x, sizeof x - 1) > 0);
	assert_true(readlink(b, y, sizeof y - 1) > 0);
	assert_string_equal(x, y);
}

static int compare_one(const char *path, const struct stat *st, int flag RD_UNUSED,
	struct FTW *ftw RD_UNUSED)
{
	char other[2000];
	struct stat so;

	snprintf(other, sizeof other, "%s%s", other_root, path + walked_root_len);
	if (lstat(other, &so) < 0)
		fail_msg("'%s' is missing", other);
	walked++;
	/* The folder that things were extracted into is the test's own. */
	if (!path[walked_root_len])
		return 0;
	if (st->st_mode != so.st_mode)
		fail_msg("'%s' has mode %o, not %o", other, so.st_mode, st->st_mode);
	if (S_ISLNK(st->st_mode)) {
		same_target(path, other);
	} else if (S_ISREG(st->st_mode)) {
		same_content(path, other);
		assert_true(st->st_mtim.tv_sec == so.st_mtim.tv_sec);
	}
	return 0;
}

/* All of a is in b, and b has no more. */
static void same_trees(const char *a, const char *b)
{
	int in_a;

	walked = 0;
	walked_root_len = strlen(a);
	other_root = b;
	assert_int_equal(nftw(a, compare_one, 20, FTW_PHYS), 0);
	in_a = walked;
	walked = 0;
	walked_root_len = strlen(b);
	other_root = a;
	assert_int_equal(nftw(b, compare_one, 20, FTW_PHYS), 0);
	assert_int_equal(in_a, walked);
	assert_true(in_a > 15);
}

static bool same_file(const char *a, const char *b)
{
	struct stat x, y;

	assert_int_equal(stat(in_dir(a), &x), 0);
	assert_int_equal(stat(in_dir(b), &y), 0);
	return x.st_ino == y.st_ino;
}

static void extract(const char *program, const char *tar, const char *to)
{
	assert_int_equal(mkdir(in_dir(to), 0755), 0);
	RUN(program, "-x", "-p", "-f", in_dir(tar), "-C", in_dir(to));
}

static void source_context__is_extracted_as_the_folder_was(void **state RD_UNUSED)
{
	char digest[RD_SHA256_HEX];
	rd_reader *r = NULL;
	rd_source *s = NULL;

	store("in", digest);
	assert_int_equal(rd_source_open(in_dir("objects"), digest, &s, NULL), RD_OK);
	assert_int_equal(rd_source_context(s, "sub", NULL, NULL, &r, NULL), RD_OK);
	write_out(r, "context.tar");
	rd_reader_close(r);
	rd_source_close(s);
	extract("bsdtar", "context.tar", "out");
	same_trees(in_dir("in/sub"), in_dir("out"));
	assert_true(same_file("out/large", "out/twin of large"));
	assert_true(same_file("out/of top", "out/zz of top"));
	extract("tar", "context.tar", "out2");
	same_trees(in_dir("in/sub"), in_dir("out2"));
}

static void source_store__file_is_a_zstd_tar(void **state RD_UNUSED)
{
	RD_AUTOFREE char *path = NULL;
	char digest[RD_SHA256_HEX];

	store("in", digest);
	assert_int_equal(rd_source_path(in_dir("objects"), digest, &path, NULL), RD_OK);
	RUN("zstd", "-q", "-d", "-f", "-o", in_dir("all.tar"), path);
	extract("bsdtar", "all.tar", "all");
	same_trees(in_dir("in"), in_dir("all"));
	assert_true(same_file("all/a top file", "all/sub/of top"));
}

static void source_store__takes_what_other_tars_write(void **state RD_UNUSED)
{
	static const char *const formats[] = {"--format=gnu", "--format=pax"};
	static const char *const ways[] = {"--sparse", "--gzip", "--no-xattrs"};
	char want[RD_SHA256_HEX], digest[RD_SHA256_HEX];

	store("in", want);
	for (size_t i = 0; i < RD_LEN(formats) * RD_LEN(ways); i++) {
		RD_AUTO(rd_reader_closep) rd_reader *r = NULL;
		const char *format = formats[i / RD_LEN(ways)], *way = ways[i % RD_LEN(ways)];
		rd_err err = {0};
		int fd;

		RUN("tar", "-c", "-f", in_dir("other.tar"), format, way, "--sort=name", "-C",
			in_dir("in"), ".");
		fd = open(in_dir("other.tar"), O_RDONLY | O_CLOEXEC);
		assert_int_equal(rd_reader_fd(fd, &r, NULL), RD_OK);
		if (rd_source_store(in_dir("objects"), r, NULL, digest, &err))
			fail_msg("%s %s: %s", format, way, err.msg);
		assert_string_equal(digest, want);
	}
}

static void source_known__finds_what_lies_there_as_written(void **state RD_UNUSED)
{
	char digest[RD_SHA256_HEX], found[RD_SHA256_HEX] = "";
	uint8_t key[RD_SHA256_BYTES] = {1}, other[RD_SHA256_BYTES] = {2};
	RD_AUTOFREE char *path = NULL;

	store("in", digest);
	assert_false(rd_source_known(in_dir("objects"), key, found));
	assert_int_equal(rd_source_remember(in_dir("objects"), key, digest, NULL), RD_OK);
	assert_true(rd_source_known(in_dir("objects"), key, found));
	assert_string_equal(found, digest);
	assert_false(rd_source_known(in_dir("objects"), other, found));
	/* The same tree from elsewhere has other times: it is the file that was written last. */
	store("in", digest);
	assert_false(rd_source_known(in_dir("objects"), key, found));
	assert_int_equal(rd_source_remember(in_dir("objects"), other, digest, NULL), RD_OK);
	assert_true(rd_source_known(in_dir("objects"), other, found));
	assert_false(rd_source_known(in_dir("objects"), key, found));
	assert_int_equal(rd_source_path(in_dir("objects"), digest, &path, NULL), RD_OK);
	assert_int_equal(truncate(path, 1000), 0);
	assert_false(rd_source_known(in_dir("objects"), other, found));
	assert_int_equal(unlink(path), 0);
	assert_false(rd_source_known(in_dir("objects"), other, found));
	assert_int_equal(rd_source_remember(in_dir("objects"), key, digest, NULL), RD_ENOENT);
}

static void source_known__survives_a_damaged_file(void **state RD_UNUSED)
{
	static const char junk[] = "junk\n\0 \xff\n0101 zz\n\n";
	char digest[RD_SHA256_HEX], found[RD_SHA256_HEX] = "";
	uint8_t key[RD_SHA256_BYTES] = {1};

	store("in", digest);
	assert_int_equal(rd_file_write(in_dir("objects/known"), junk, sizeof junk, NULL), RD_OK);
	assert_false(rd_source_known(in_dir("objects"), key, found));
	for (int i = 0; i < 300; i++) {
		key[1] = (uint8_t)i;
		assert_int_equal(rd_source_remember(in_dir("objects"), key, digest, NULL), RD_OK);
	}
	assert_true(rd_source_known(in_dir("objects"), key, found));
}

#define TREE_TEST(name) cmocka_unit_test_setup_teardown(name, make_tree, remove_tree)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(source_context__is_extracted_as_the_folder_was),
		TREE_TEST(source_store__file_is_a_zstd_tar),
		TREE_TEST(source_store__takes_what_other_tars_write),
		TREE_TEST(source_known__finds_what_lies_there_as_written),
		TREE_TEST(source_known__survives_a_damaged_file),
	};

	umask(022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
