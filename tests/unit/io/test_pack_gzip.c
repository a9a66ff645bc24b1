/* SPDX-License-Identifier: MIT */
/* Packing a folder as gzip: the same tar as without, by all cores and with any cache. */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/io/gunzip.h"
#include "core/io/pack.h"
#include "tests/unit/unit.h"

#define FILES 600

static char dir[] = "/tmp/rd-test-gzip-XXXXXX";
static char tree[64], cache[64];

static int make_dir(void **state RD_UNUSED)
{
	memset(dir + sizeof dir - 7, 'X', 6);
	if (!mkdtemp(dir))
		return -1;
	snprintf(tree, sizeof tree, "%s/tree", dir);
	snprintf(cache, sizeof cache, "%s/cache", dir);
	return mkdir(tree, 0755);
}

static int remove_dir(void **state RD_UNUSED)
{
	return rd_rmtree(dir, NULL);
}

/* The same row of numbers in each run. */
static uint32_t random_below(uint32_t n)
{
	static uint32_t state = 7;

	state = state * 1664525 + 1013904223;
	return (state >> 8) % n;
}

static const char *in_tree(const char *name)
{
	static char path[4][sizeof tree + 300];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof path[turn], "%s/%s", tree, name);
	return path[turn];
}

static void make_file(const char *name, size_t bytes)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	int fd = open(in_tree(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	for (size_t i = 0; i < bytes; i++)
		rd_str_putc(&text, (char)('a' + random_below(16)));
	assert_int_equal(rd_write_all(fd, rd_str_get(&text), text.len, NULL), RD_OK);
	close(fd);
}

/* f000 to f599 of 10 KiB and so, a folder, links, and a file of several pieces. */
static void make_tree(void)
{
	char name[16];

	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof name, "f%03d", i);
		make_file(name, 10000 + random_below(1000));
	}
	assert_int_equal(mkdir(in_tree("sub"), 0700), 0);
	make_file("sub/large", 5000001);
	make_file("sub/exact", 3 << 20);
	make_file("sub/empty", 0);
	assert_int_equal(symlink("../f000", in_tree("sub/link")), 0);
	assert_int_equal(link(in_tree("f001"), in_tree("sub/hard")), 0);
	assert_int_equal(link(in_tree("sub/large"), in_tree("sub/twin")), 0);
}

static void read_all(rd_reader *r, rd_str *out)
{
	char buf[10007];
	rd_err err = {0};
	size_t n = 1;

	while (n) {
		if (rd_read(r, buf, sizeof buf, &n, &err))
			fail_msg("%s: %s", err.ctx, err.msg);
		rd_str_putn(out, buf, n);
	}
	assert_true(rd_str_ok(out));
}

/* @returns the number of warnings. */
static size_t pack(const char *cache_dir, rd_str *gzip)
{
	const rd_pack_opts opts = {.dir = tree};
	rd_reader *r = NULL;
	size_t warnings;

	assert_int_equal(rd_pack_gzip_open(&opts, cache_dir, &r, NULL), RD_OK);
	read_all(r, gzip);
	warnings = rd_pack_gzip_warnings(r)->len;
	rd_reader_close(r);
	return warnings;
}

/* Whether the gzip holds the tar that the plain packer gives. */
static void check_content(const rd_str *gzip)
{
	const rd_gunzip_caps caps = {UINT64_MAX, UINT64_MAX, UINT64_MAX};
	const rd_pack_opts opts = {.dir = tree};
	RD_STR_AUTO rd_str got = RD_STR_INIT(0);
	RD_STR_AUTO rd_str want = RD_STR_INIT(0);
	rd_reader *mem = NULL, *r = NULL;

	assert_int_equal(rd_reader_mem(gzip->data, gzip->len, &mem, NULL), RD_OK);
	assert_int_equal(rd_gunzip_open(mem, &caps, &r, NULL), RD_OK);
	read_all(r, &got);
	rd_reader_close(r);
	rd_reader_close(mem);
	assert_int_equal(rd_pack_open(&opts, &r, NULL), RD_OK);
	read_all(r, &want);
	rd_reader_close(r);
	assert_int_equal(got.len, want.len);
	assert_memory_equal(got.data, want.data, want.len);
}

/* Counts the pieces in the cache; fn, if any, is done to each. */
static size_t each_piece(void (*fn)(const char *path))
{
	DIR *d = opendir(cache);
	struct dirent *e;
	size_t n = 0;

	while (d && (e = readdir(d)) != NULL) {
		RD_AUTOFREE char *path = rd_path_join(cache, e->d_name);

		if (e->d_name[0] == '.')
			continue;
		if (fn)
			fn(path);
		n++;
	}
	if (d)
		closedir(d);
	return n;
}

/* Packs until all files are old enough to be kept. @returns the number of pieces. */
static size_t fill_cache(void)
{
	const rd_pack_opts opts = {.dir = tree};
	uint8_t key[RD_SHA256_BYTES];
	RD_STR_AUTO rd_str gzip = RD_STR_INIT(0);
	bool is_old = false;

	while (!is_old) {
		RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
		rd_reader *r = NULL;

		assert_int_equal(rd_pack_open(&opts, &r, NULL), RD_OK);
		read_all(r, &tar);
		is_old = rd_pack_key(r, key);
		rd_reader_close(r);
	}
	pack(cache, &gzip);
	return each_piece(NULL);
}

static void pack_gzip__holds_the_same_tar(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str gzip = RD_STR_INIT(0);
	RD_STR_AUTO rd_str again = RD_STR_INIT(0);

	make_tree();
	assert_int_equal(pack(NULL, &gzip), 0);
	check_content(&gzip);
	assert_true(fill_cache() > 10);
	assert_int_equal(pack(cache, &again), 0);
	assert_int_equal(again.len, gzip.len);
	assert_memory_equal(again.data, gzip.data, gzip.len);
}

/* Whether no thread but this one has work. */
static bool is_quiet(void)
{
	DIR *d = opendir("/proc/self/task");
	struct dirent *e;
	bool quiet = d != NULL;

	while (quiet && (e = readdir(d)) != NULL) {
		char path[sizeof e->d_name + 32], own[16], stat[256] = "";
		FILE *f;

		snprintf(own, sizeof own, "%d", (int)gettid());
		if (e->d_name[0] == '.' || strcmp(e->d_name, own) == 0)
			continue;
		snprintf(path, sizeof path, "/proc/self/task/%s/stat", e->d_name);
		f = fopen(path, "re");
		if (!f)
			continue;
		if (fgets(stat, sizeof stat, f))
			quiet = strstr(stat, ") S ") != NULL;
		fclose(f);
	}
	if (d)
		closedir(d);
	return quiet;
}

/* Reads as a slow link does: whatever can be made ahead is made before each read. */
static void pack_gzip__makes_less_for_a_slow_link(void **state RD_UNUSED)
{
	const rd_pack_opts opts = {.dir = tree};
	RD_STR_AUTO rd_str fast = RD_STR_INIT(0);
	RD_STR_AUTO rd_str slow = RD_STR_INIT(0);
	char name[16], buf[65536];
	rd_reader *r = NULL;
	size_t n = 1;

	make_tree();
	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof name, "more%d", i);
		make_file(name, 4000000);
	}
	assert_int_equal(pack(NULL, &fast), 0);
	assert_int_equal(rd_pack_gzip_open(&opts, NULL, &r, NULL), RD_OK);
	while (n) {
		while (!is_quiet())
			sched_yield();
		assert_int_equal(rd_read(r, buf, sizeof buf, &n, NULL), RD_OK);
		rd_str_putn(&slow, buf, n);
	}
	rd_reader_close(r);
	check_content(&slow);
	assert_true(slow.len < fast.len);
}

static void pack_gzip__takes_an_empty_folder(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str gzip = RD_STR_INIT(0);

	pack(cache, &gzip);
	check_content(&gzip);
}

static void pack_gzip__makes_again_only_what_changed(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str gzip = RD_STR_INIT(0);
	size_t before;

	make_tree();
	before = fill_cache();
	make_file("f300", 10500);
	/* The folder that holds the link is told by its time, too; it is not touched here. */
	assert_true(fill_cache() <= before + 2);
	make_file("added", 10000);
	assert_true(fill_cache() <= before + 5);
	pack(cache, &gzip);
	check_content(&gzip);
}

static void damage(const char *path)
{
	struct stat st;
	char c = 0;
	int fd = open(path, O_RDWR | O_CLOEXEC);

	assert_int_equal(fstat(fd, &st), 0);
	if (random_below(2)) {
		assert_int_equal(ftruncate(fd, random_below((uint32_t)st.st_size)), 0);
	} else {
		off_t at = random_below((uint32_t)st.st_size);

		assert_int_equal(pread(fd, &c, 1, at), 1);
		c ^= 4;
		assert_int_equal(pwrite(fd, &c, 1, at), 1);
	}
	close(fd);
}

static void pack_gzip__makes_again_what_is_damaged(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str gzip = RD_STR_INIT(0);

	make_tree();
	fill_cache();
	each_piece(damage);
	pack(cache, &gzip);
	check_content(&gzip);
}

static void pack_gzip__does_without_a_cache_it_cannot_make(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str gzip = RD_STR_INIT(0);

	make_file("f", 10);
	pack("/dev/null/cache", &gzip);
	check_content(&gzip);
	rd_str_clear(&gzip);
	/* Nor with one in which nothing can be written. */
	pack("/proc/self/fdinfo", &gzip);
	check_content(&gzip);
}

/* Ways to change a tree, also those that try to hide it. */
static void change_tree(void)
{
	char name[16], other[16];
	struct stat st;
	int fd;

	snprintf(name, sizeof name, "f%03u", random_below(20));
	snprintf(other, sizeof other, "f%03u", random_below(20));
	switch (random_below(8)) {
	case 0:
		if (stat(in_tree(name), &st) == 0) {
			const struct timespec times[2] = {st.st_atim, st.st_mtim};

			fd = open(in_tree(name), O_WRONLY | O_CLOEXEC);
			assert_int_equal(pwrite(fd, "Z", 1, random_below(100)), 1);
			close(fd);
			assert_int_equal(utimensat(AT_FDCWD, in_tree(name), times, 0), 0);
		}
		break;
	case 1:
		(void)!rename(in_tree(other), in_tree(name));
		break;
	case 2:
		make_file(name, 100);
		break;
	case 3:
		unlink(in_tree(name));
		break;
	case 4:
		(void)!chmod(in_tree(name), 0600 + random_below(64));
		break;
	case 5:
		(void)!link(in_tree(other), in_tree(name));
		break;
	case 6:
		(void)!symlink(other, in_tree(name));
		break;
	default:
		(void)!truncate(in_tree(name), random_below(2000));
		break;
	}
}

static void pack_gzip__never_gives_a_stale_byte(void **state RD_UNUSED)
{
	char name[16];

	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof name, "f%03d", i);
		make_file(name, 100);
	}
	make_file("g", 3000000);
	for (int round = 0; round < 150; round++) {
		RD_STR_AUTO rd_str gzip = RD_STR_INIT(0);

		if (round % 10 == 0)
			fill_cache();
		change_tree();
		pack(cache, &gzip);
		check_content(&gzip);
	}
	assert_true(each_piece(NULL) > 5);
}

static void pack_gzip__stops_anywhere(void **state RD_UNUSED)
{
	const rd_pack_opts opts = {.dir = tree};

	make_tree();
	for (size_t bytes = 1; bytes < (size_t)8 << 20; bytes *= 8) {
		RD_AUTOFREE char *buf = malloc(bytes);
		rd_reader *r = NULL;
		size_t n;

		assert_non_null(buf);
		assert_int_equal(rd_pack_gzip_open(&opts, cache, &r, NULL), RD_OK);
		assert_int_equal(rd_read_full(r, buf, bytes, &n, NULL), RD_OK);
		rd_reader_close(r);
	}
}

#define GZIP_TEST(name) cmocka_unit_test_setup_teardown(name, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		GZIP_TEST(pack_gzip__holds_the_same_tar),
		GZIP_TEST(pack_gzip__takes_an_empty_folder),
		GZIP_TEST(pack_gzip__makes_again_only_what_changed),
		GZIP_TEST(pack_gzip__makes_again_what_is_damaged),
		GZIP_TEST(pack_gzip__does_without_a_cache_it_cannot_make),
		GZIP_TEST(pack_gzip__never_gives_a_stale_byte),
		GZIP_TEST(pack_gzip__stops_anywhere),
		GZIP_TEST(pack_gzip__makes_less_for_a_slow_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
