/* SPDX-License-Identifier: MIT */
/* Packing a folder: order, links, what is left out, files that change while they are read. */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/io/pack.h"
#include "core/io/tar.h"
#include "tests/unit/unit.h"

static char dir[] = "/tmp/rd-test-pack-XXXXXX";

static int make_dir(void **state RD_UNUSED)
{
	memset(dir + sizeof dir - 7, 'X', 6);
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state RD_UNUSED)
{
	return rd_rmtree(dir, NULL);
}

static const char *in_dir(const char *name)
{
	static char path[4][sizeof dir + 300];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
	return path[turn];
}

static void make_file(const char *name, const char *text)
{
	assert_int_equal(rd_file_write(in_dir(name), text, strlen(text), NULL), RD_OK);
}

static void make_folder(const char *name)
{
	assert_int_equal(mkdir(in_dir(name), 0755), 0);
}

static rd_reader *open_pack(const rd_strs *keep)
{
	const rd_pack_opts opts = {.dir = dir, .keep = keep};
	rd_reader *r = NULL;
	rd_err err = {0};

	if (rd_pack_open(&opts, &r, &err))
		fail_msg("%s: %s", err.ctx, err.msg);
	return r;
}

/* Lists a tar: "path mode=content " and so on. */
static rd_code list(rd_reader *in, rd_str *out, rd_err *err)
{
	const rd_tar_entry *e = NULL;
	rd_tar *t = NULL;
	rd_code code = rd_tar_open(in, &t, err);

	while (!code && !(code = rd_tar_next(t, &e, err)) && e) {
		char buf[100];
		size_t n = 1;

		rd_str_put(out, e->path);
		if (e->link)
			rd_str_printf(out, "%s%s",
				e->type == RD_TAR_SYMLINK ? "->" : "==", e->link);
		if (e->type == RD_TAR_FILE)
			rd_str_putc(out, ':');
		while (!code && n) {
			code = rd_tar_data(t, buf, sizeof buf, &n, err);
			if (!code)
				rd_str_putn(out, buf, n);
		}
		rd_str_putc(out, ' ');
	}
	rd_tar_close(t);
	return code;
}

static void expect(const rd_strs *keep, const char *want)
{
	RD_STR_AUTO rd_str got = RD_STR_INIT(0);
	rd_reader *r = open_pack(keep);
	rd_err err = {0};

	if (list(r, &got, &err))
		fail_msg("%s", err.msg);
	assert_string_equal(rd_str_get(&got), want);
	rd_reader_close(r);
}

static void make_tree(void)
{
	make_file("b", "2");
	make_folder("a");
	make_file("a/z", "1");
	make_folder("a/empty");
	make_file("a-b", "3");
	assert_int_equal(symlink("../b", in_dir("a/link")), 0);
	assert_int_equal(link(in_dir("a/z"), in_dir("hard")), 0);
}

static void pack__gives_sorted_entries(void **state RD_UNUSED)
{
	rd_reader *r;
	RD_STR_AUTO rd_str got = RD_STR_INIT(0);

	make_tree();
	expect(NULL, "a/ a/empty/ a/link->../b a/z:1 a-b:3 b:2 hard==a/z ");
	r = open_pack(NULL);
	assert_int_equal(list(r, &got, NULL), RD_OK);
	assert_int_equal(rd_pack_warnings(r)->len, 0);
	rd_reader_close(r);
}

static void pack__keeps_modes_and_times(void **state RD_UNUSED)
{
	const struct timespec times[2] = {{1600000000, 0}, {1600000000, 0}};
	const rd_tar_entry *e = NULL;
	rd_reader *r;
	rd_tar *t = NULL;

	make_file("run.sh", "#!");
	assert_int_equal(chmod(in_dir("run.sh"), 04751), 0);
	assert_int_equal(utimensat(AT_FDCWD, in_dir("run.sh"), times, 0), 0);
	r = open_pack(NULL);
	assert_int_equal(rd_tar_open(r, &t, NULL), RD_OK);
	assert_int_equal(rd_tar_next(t, &e, NULL), RD_OK);
	assert_int_equal(e->mode, 04751);
	assert_true(e->mtime_us == 1600000000000000);
	rd_tar_close(t);
	rd_reader_close(r);
}

static void pack__gives_the_same_at_any_split(void **state RD_UNUSED)
{
	static const size_t steps[] = {1, 7, 511, 512, 513, 4096, 100000};
	RD_STR_AUTO rd_str first = RD_STR_INIT(0);

	make_tree();
	for (size_t i = 0; i < RD_LEN(steps); i++) {
		RD_STR_AUTO rd_str got = RD_STR_INIT(0);
		RD_AUTOFREE char *buf = malloc(steps[i]);
		rd_reader *r = open_pack(NULL);
		size_t n = 1;

		while (n) {
			assert_int_equal(rd_read(r, buf, steps[i], &n, NULL), RD_OK);
			rd_str_putn(&got, buf, n);
		}
		rd_reader_close(r);
		if (!i)
			rd_str_putn(&first, got.data, got.len);
		assert_int_equal(got.len, first.len);
		assert_memory_equal(got.data, first.data, got.len);
	}
}

static void pack__leaves_out_what_is_ignored(void **state RD_UNUSED)
{
	rd_strs keep = {0};

	make_tree();
	make_file(".dockerignore", "a\n*b\n.dockerignore\n");
	expect(NULL, "hard:1 ");
	rd_strs_add(&keep, ".dockerignore");
	rd_strs_add(&keep, "./a/link");
	expect(&keep, ".dockerignore:a\n*b\n.dockerignore\n a/link->../b hard:1 ");
	make_file(".dockerignore", "**\n!a/z\n");
	expect(NULL, "a/z:1 ");
	rd_strs_done(&keep);
}

static void pack__leaves_out_what_no_build_wants(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str got = RD_STR_INIT(0);
	rd_strs own = {0};
	const rd_pack_opts opts = {.dir = dir, .own_ignores = &own};
	rd_reader *r = NULL;

	make_tree();
	make_file(".dockerignore", "a*\n.*\n*.own\n");
	make_file("x.own", "*\n!a/z\n!b\n");
	rd_strs_add(&own, "x.own");
	rd_strs_add(&own, "missing");
	assert_int_equal(rd_pack_open(&opts, &r, NULL), RD_OK);
	assert_int_equal(list(r, &got, NULL), RD_OK);
	assert_string_equal(rd_str_get(&got), "a/z:1 b:2 hard==a/z ");
	rd_reader_close(r);
	make_file("x.own", "[\n");
	assert_int_equal(rd_pack_open(&opts, &r, NULL), RD_EPARSE);
	rd_strs_done(&own);
}

static void pack__tells_what_it_keeps_in_spite_of_a_pattern(void **state RD_UNUSED)
{
	char buf[4096];
	rd_strs keep = {0};
	rd_reader *r;
	size_t n = 1;

	make_tree();
	make_file(".dockerignore", "b\na*\n");
	rd_strs_add(&keep, ".dockerignore");
	rd_strs_add(&keep, "a/z");
	rd_strs_add(&keep, "missing");
	r = open_pack(&keep);
	while (n)
		assert_int_equal(rd_read(r, buf, sizeof buf, &n, NULL), RD_OK);
	assert_int_equal(rd_pack_warnings(r)->len, 1);
	assert_string_equal(rd_pack_warnings(r)->items[0], "'a/z' " RD_PACK_KEPT);
	rd_reader_close(r);
	rd_strs_done(&keep);
}

static void pack_open__refuses_bad_folders(void **state RD_UNUSED)
{
	rd_pack_opts opts = {in_dir("missing"), NULL};
	rd_reader *r = NULL;
	rd_err err = {0};

	assert_int_equal(rd_pack_open(&opts, &r, &err), RD_ENOENT);
	assert_non_null(strstr(err.msg, "/missing'"));
	make_file("file", "");
	opts.dir = in_dir("file");
	assert_int_equal(rd_pack_open(&opts, &r, &err), RD_ENOENT);
	make_file(".dockerignore", "!\n");
	opts.dir = dir;
	assert_int_equal(rd_pack_open(&opts, &r, &err), RD_EPARSE);
	assert_non_null(strstr(err.ctx, ".dockerignore"));
	assert_null(r);
}

static void pack__takes_names_of_any_bytes(void **state RD_UNUSED)
{
	make_file("\x01\n\t", "1");
	make_file("\xff\xfe", "2");
	make_file("ünï", "3");
	make_file("-rf", "4");
	make_file("a\\b", "5");
	expect(NULL, "\x01\n\t:1 -rf:4 a\\b:5 ünï:3 \xff\xfe:2 ");
}

static void pack__warns_of_what_it_leaves_out(void **state RD_UNUSED)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	RD_STR_AUTO rd_str got = RD_STR_INIT(0);
	RD_AUTOCLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	rd_reader *r;

	snprintf(addr.sun_path, sizeof addr.sun_path, "%s", in_dir("sock"));
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof addr), 0);
	assert_int_equal(mkfifo(in_dir("fifo"), 0600), 0);
	make_file("z", "1");
	r = open_pack(NULL);
	assert_int_equal(list(r, &got, NULL), RD_OK);
	assert_string_equal(rd_str_get(&got), "z:1 ");
	assert_int_equal(rd_pack_warnings(r)->len, 2);
	assert_string_equal(rd_pack_warnings(r)->items[0], "'fifo' is a fifo: left out");
	assert_string_equal(rd_pack_warnings(r)->items[1], "'sock' is a socket: left out");
	rd_reader_close(r);
}

/* Reads until the first byte of content has come out. */
static void read_into_content(rd_reader *r, rd_str *got)
{
	while (got->len <= RD_TAR_BLOCK) {
		char c;
		size_t n = 0;

		assert_int_equal(rd_read(r, &c, 1, &n, NULL), RD_OK);
		assert_int_equal(n, 1);
		rd_str_putn(got, &c, 1);
	}
}

/* A file changes while it is read; the tar must stay whole. */
static void change_while_read(off_t new_size, const char *want)
{
	RD_STR_AUTO rd_str got = RD_STR_INIT(0);
	RD_STR_AUTO rd_str listed = RD_STR_INIT(0);
	rd_reader *r, *again = NULL;
	size_t n = 1;

	make_file("f", "0123456789");
	make_file("g", "end");
	r = open_pack(NULL);
	read_into_content(r, &got);
	assert_int_equal(truncate(in_dir("f"), new_size), 0);
	while (n) {
		char buf[100];

		assert_int_equal(rd_read(r, buf, sizeof buf, &n, NULL), RD_OK);
		rd_str_putn(&got, buf, n);
	}
	assert_int_equal(rd_reader_mem(got.data, got.len, &again, NULL), RD_OK);
	assert_int_equal(list(again, &listed, NULL), RD_OK);
	assert_int_equal(listed.len, 19);
	assert_memory_equal(listed.data, want, 19);
	assert_int_equal(rd_pack_warnings(r)->len, 1);
	assert_string_equal(rd_pack_warnings(r)->items[0], "'f' changed while it was read");
	rd_reader_close(again);
	rd_reader_close(r);
}

static void pack__fills_a_file_that_shrinks(void **state RD_UNUSED)
{
	change_while_read(4, "f:0123\0\0\0\0\0\0 g:end ");
}

static void pack__cuts_a_file_that_grows(void **state RD_UNUSED)
{
	change_while_read(100000, "f:0123456789 g:end ");
}

static void pack__copes_with_files_that_vanish(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str got = RD_STR_INIT(0);
	rd_reader *r;

	make_file("a", "1");
	make_file("b", "2");
	r = open_pack(NULL);
	/* The names are known, the files not looked at yet. */
	assert_int_equal(unlink(in_dir("b")), 0);
	assert_int_equal(list(r, &got, NULL), RD_OK);
	assert_string_equal(rd_str_get(&got), "a:1 ");
	assert_string_equal(rd_pack_warnings(r)->items[0], "'b' vanished: left out");
	rd_reader_close(r);
}

static void pack__fails_at_what_it_may_not_read(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str got = RD_STR_INIT(0);
	bool is_root = geteuid() == 0;
	rd_err err = {0};
	rd_reader *r;

	make_file("secret", "1");
	assert_int_equal(chmod(in_dir("secret"), 0), 0);
	assert_int_equal(chmod(dir, 0755), 0);
	r = open_pack(NULL);
	/* Nothing is forbidden to root: be nobody for a while. */
	if (is_root)
		assert_int_equal(seteuid(65534), 0);
	assert_int_equal(list(r, &got, &err), RD_EPERM);
	if (is_root)
		assert_int_equal(seteuid(0), 0);
	assert_non_null(strstr(err.msg, "'secret'"));
	assert_non_null(strstr(err.msg, ".dockerignore"));
	rd_reader_close(r);
}

static void pack__tells_secrets_that_are_sent(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str got = RD_STR_INIT(0);
	const rd_strs *w;
	rd_reader *r;

	make_file(".dockerignore", "hidden\n");
	make_folder("hidden");
	make_file("hidden/.env", "A=1\n");
	make_folder("sub");
	make_file("sub/.env", "A=1\n");
	make_file(".env.example", "A=\n");
	make_file("id_rsa", "-----BEGIN OPENSSH PRIVATE KEY-----\n");
	make_file("id_rsa.pub", "ssh-rsa AAAA\n");
	make_file("ca.pem", "-----BEGIN CERTIFICATE-----\n");
	r = open_pack(NULL);
	assert_int_equal(list(r, &got, NULL), RD_OK);
	w = rd_pack_warnings(r);
	assert_int_equal(w->len, 2);
	assert_string_equal(w->items[0], "'id_rsa' holds a private key and is sent: name it in "
					 ".dockerignore to leave it out");
	assert_string_equal(w->items[1], "'sub/.env' holds an environment and is sent: name it in "
					 ".dockerignore to leave it out");
	assert_non_null(strstr(rd_str_get(&got), "id_rsa:-----BEGIN"));
	rd_reader_close(r);
}

static void pack__tells_sizes_beyond_8_gib(void **state RD_UNUSED)
{
	const rd_tar_entry *e = NULL;
	rd_tar *t = NULL;
	rd_reader *r;

	make_file("big", "");
	assert_int_equal(truncate(in_dir("big"), INT64_C(9) << 30), 0);
	r = open_pack(NULL);
	assert_int_equal(rd_tar_open(r, &t, NULL), RD_OK);
	assert_int_equal(rd_tar_next(t, &e, NULL), RD_OK);
	assert_true(e->size == UINT64_C(9) << 30);
	rd_tar_close(t);
	rd_reader_close(r);
}

static void pack__caps_the_depth(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str got = RD_STR_INIT(0);
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	rd_err err = {0};
	rd_reader *r;

	rd_str_put(&path, dir);
	for (int i = 0; i < 130; i++)
		rd_str_put(&path, "/d");
	assert_int_equal(rd_mkdirs(path.data, NULL), RD_OK);
	r = open_pack(NULL);
	assert_int_equal(list(r, &got, &err), RD_ELIMIT);
	rd_reader_close(r);
}

/* All of a pack in one sum, and its key. @returns whether it may be remembered. */
static bool sum_pack(uint8_t sum[RD_SHA256_BYTES], uint8_t key[RD_SHA256_BYTES])
{
	RD_STR_AUTO rd_str got = RD_STR_INIT(0);
	rd_reader *r = open_pack(NULL);
	char buf[4096];
	size_t n = 1;
	bool is_safe;

	while (n) {
		assert_int_equal(rd_read(r, buf, sizeof buf, &n, NULL), RD_OK);
		rd_str_putn(&got, buf, n);
	}
	rd_sha256_of(rd_str_get(&got), got.len, sum);
	is_safe = rd_pack_key(r, key);
	rd_reader_close(r);
	return is_safe;
}

static void look(uint8_t key[RD_SHA256_BYTES])
{
	const rd_pack_opts opts = {.dir = dir};
	rd_strs warnings = {0};

	assert_int_equal(rd_pack_look(&opts, key, &warnings, NULL), RD_OK);
	rd_strs_done(&warnings);
}

/* The same row of numbers in each run. */
static int random_below(int n)
{
	static uint32_t state = 7;

	state = state * 1664525 + 1013904223;
	return (int)((state >> 8) % (uint32_t)n);
}

/* One of many ways to change a tree, also those that try to hide it. */
static void change_tree(int what, const char *name, const char *other)
{
	struct stat st;

	switch (what) {
	case 0: /* same size, old time */
		if (stat(in_dir(name), &st) == 0) {
			const struct timespec times[2] = {st.st_atim, st.st_mtim};
			int fd = open(in_dir(name), O_WRONLY | O_CLOEXEC);
			char c = (char)('a' + random_below(26));

			assert_int_equal(pwrite(fd, &c, 1, 0), 1);
			close(fd);
			assert_int_equal(utimensat(AT_FDCWD, in_dir(name), times, 0), 0);
		}
		break;
	case 1:
		rename(in_dir(other), in_dir(name));
		break;
	case 2:
		make_file(name, "new text");
		break;
	case 3:
		unlink(in_dir(name));
		break;
	case 4:
		chmod(in_dir(name), random_below(2) ? 0600 : 0640);
		break;
	case 5:
		(void)!link(in_dir(other), in_dir(name));
		break;
	case 6:
		(void)!symlink(other, in_dir(name));
		break;
	case 7:
		(void)!truncate(in_dir(name), random_below(2000));
		break;
	default:
		break;
	}
}

/* What is known by its key is what a reading would give, whatever was done to the tree. */
static void pack_key__never_stands_for_other_bytes(void **state RD_UNUSED)
{
	static uint8_t keys[400][RD_SHA256_BYTES], sums[400][RD_SHA256_BYTES];
	size_t known = 0, met = 0;

	for (int i = 0; i < 8; i++) {
		char name[] = {(char)('a' + i), '\0'};

		make_file(name, name);
	}
	for (int round = 0; round < 400; round++) {
		uint8_t key[RD_SHA256_BYTES], sum[RD_SHA256_BYTES], now[RD_SHA256_BYTES];
		char name[] = {(char)('a' + random_below(8)), '\0'};
		char other[] = {(char)('a' + random_below(8)), '\0'};

		bool is_safe;

		change_tree(random_below(10), name, other);
		look(now);
		/* Now and then all files get old enough to be remembered. */
		while (!(is_safe = sum_pack(sum, key)) && round % 20 == 10)
			;
		if (is_safe) {
			assert_memory_equal(key, now, sizeof now);
			memcpy(keys[known], key, sizeof key);
			memcpy(sums[known++], sum, sizeof sum);
		}
		for (size_t i = 0; i < known; i++) {
			if (memcmp(keys[i], now, sizeof now) != 0)
				continue;
			assert_memory_equal(sums[i], sum, sizeof sum);
			met++;
		}
	}
	assert_true(known > 5);
	assert_true(met > known);
}

static void pack_key__is_none_of_a_file_just_changed(void **state RD_UNUSED)
{
	uint8_t key[RD_SHA256_BYTES], sum[RD_SHA256_BYTES];
	const struct timespec future[2] = {{INT64_C(4000000000), 0}, {INT64_C(4000000000), 0}};

	make_file("f", "1");
	assert_false(sum_pack(sum, key));
	while (!sum_pack(sum, key))
		;
	assert_int_equal(utimensat(AT_FDCWD, in_dir("f"), future, 0), 0);
	assert_false(sum_pack(sum, key));
}

#define PACK_TEST(name) cmocka_unit_test_setup_teardown(name, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PACK_TEST(pack__gives_sorted_entries),
		PACK_TEST(pack__keeps_modes_and_times),
		PACK_TEST(pack__gives_the_same_at_any_split),
		PACK_TEST(pack__leaves_out_what_is_ignored),
		PACK_TEST(pack__leaves_out_what_no_build_wants),
		PACK_TEST(pack__tells_what_it_keeps_in_spite_of_a_pattern),
		PACK_TEST(pack_open__refuses_bad_folders),
		PACK_TEST(pack__takes_names_of_any_bytes),
		PACK_TEST(pack__warns_of_what_it_leaves_out),
		PACK_TEST(pack__fills_a_file_that_shrinks),
		PACK_TEST(pack__cuts_a_file_that_grows),
		PACK_TEST(pack__copes_with_files_that_vanish),
		PACK_TEST(pack__fails_at_what_it_may_not_read),
		PACK_TEST(pack__tells_secrets_that_are_sent),
		PACK_TEST(pack__tells_sizes_beyond_8_gib),
		PACK_TEST(pack__caps_the_depth),
		PACK_TEST(pack_key__never_stands_for_other_bytes),
		PACK_TEST(pack_key__is_none_of_a_file_just_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
