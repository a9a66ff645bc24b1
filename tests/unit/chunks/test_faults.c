/* SPDX-License-Identifier: MIT */
/* What goes wrong with a cache: damage, kills, a full disk, many at once. Never a wrong byte comes back. */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/chunks/trees.h"

static char dir[] = "/tmp/rd-test-faults-XXXXXX";

static int make_dir(void **state RD_UNUSED)
{
	memset(dir + sizeof dir - 7, 'X', 6);
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state RD_UNUSED)
{
	return rd_rmtree(dir, NULL);
}

/* Paths of all files of a folder's rooms. */
static void list_files(rd_strs *out)
{
	static const char *const rooms[] = {"packs", "index", "snapshots", "used"};

	for (size_t i = 0; i < RD_LEN(rooms); i++) {
		char *room = rd_path_join(dir, rooms[i]);
		DIR *d = opendir(room);
		struct dirent *e;

		assert_non_null(d);
		while ((e = readdir(d)))
			if (e->d_name[0] != '.' || rd_starts_with(e->d_name, ".put"))
				assert_true(rd_strs_take(out, rd_path_join(room, e->d_name)));
		closedir(d);
		free(room);
	}
}

/* One of: a bit, a byte, a piece of zeros, a cut, more bytes, gone, another file's content. */
static void damage(const rd_strs *files, uint32_t round)
{
	const char *path = files->items[round % files->len];
	RD_STR_AUTO rd_str bytes = RD_STR_INIT(0);
	uint32_t kind = tree_random() % 7;
	size_t at;

	assert_int_equal(rd_file_read(path, SIZE_MAX, &bytes, NULL), RD_OK);
	at = bytes.len ? tree_random() % bytes.len : 0;
	if (kind == 5 || !bytes.len) {
		assert_int_equal(unlink(path), 0);
		return;
	}
	if (kind == 0)
		bytes.data[at] ^= (char)(1 << tree_random() % 8);
	else if (kind == 1)
		bytes.data[at] = (char)~bytes.data[at];
	else if (kind == 2)
		memset(bytes.data + at, 0, bytes.len - at < 4096 ? bytes.len - at : 4096);
	else if (kind == 3)
		rd_str_cut(&bytes, at);
	else if (kind == 4)
		rd_str_put(&bytes, "more");
	if (kind == 6) {
		rd_str_clear(&bytes);
		assert_int_equal(rd_file_read(files->items[tree_random() % files->len], SIZE_MAX,
					 &bytes, NULL),
			RD_OK);
	}
	assert_int_equal(rd_file_write(path, rd_str_get(&bytes), bytes.len, NULL), RD_OK);
}

/* What comes is the beginning of the tar, and without an error all of it. */
static rd_code restore_or_fail(rd_cache *c, const rd_str *tar)
{
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	rd_err err = {0};
	rd_code code = restore_tar(c, "web", &out, &err);

	assert_true(out.len <= tar->len);
	assert_memory_equal(rd_str_get(&out), tar->data, out.len);
	if (!code)
		assert_int_equal(out.len, tar->len);
	else if (code != RD_ECORRUPT && code != RD_ENOENT)
		fail_msg("%s", err.msg);
	return code;
}

static void restore__of_damage_is_right_or_an_error(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str a = RD_STR_INIT(0);
	RD_STR_AUTO rd_str b = RD_STR_INIT(0);
	rd_cache *c = open_cache(dir, 0);
	int failed = 0;

	put_tree(&a, 150, 1 << 20, 0, 10);
	put_tree(&b, 150, 1 << 20, 9, 10);
	assert_int_equal(save_tar(c, "web", &a, NULL, NULL), RD_OK);
	assert_int_equal(save_tar(c, "web", &b, NULL, NULL), RD_OK);
	for (uint32_t round = 0; round < 300; round++) {
		rd_strs files = {0};
		rd_code code;

		list_files(&files);
		tree_state = round + 1000;
		damage(&files, round);
		rd_strs_done(&files);
		code = restore_or_fail(c, &b);
		failed += code != RD_OK;
		/* After an error the next save mends it. */
		if (code || round % 10 == 0) {
			assert_int_equal(save_tar(c, "web", &a, NULL, NULL), RD_OK);
			assert_int_equal(save_tar(c, "web", &b, NULL, NULL), RD_OK);
			code = restore_or_fail(c, &b);
			/* A damaged part without use may have come into use by that. */
			if (code)
				assert_int_equal(save_tar(c, "web", &b, NULL, NULL), RD_OK);
			assert_restores(c, "web", &b);
		}
	}
	assert_in_range(failed, 100, 299);
	rd_cache_close(c);
}

static void verify__finds_and_drops_damage(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	rd_cache *c = open_cache(dir, 0);

	put_tree(&tar, 150, 1 << 20, 0, 1);
	for (uint32_t round = 0; round < 60; round++) {
		rd_cache_checked checked;
		rd_strs files = {0};
		bool is_bad;

		assert_int_equal(save_tar(c, "web", &tar, NULL, NULL), RD_OK);
		assert_int_equal(rd_cache_verify(c, false, NULL, &checked, NULL), RD_OK);
		assert_int_equal(checked.problems.len, 0);
		assert_int_equal(checked.snapshots, 1);
		assert_true(checked.bytes > 1 << 20);
		list_files(&files);
		tree_state = round + 5000;
		damage(&files, round);
		rd_strs_done(&files);
		assert_int_equal(rd_cache_verify(c, false, NULL, &checked, NULL), RD_OK);
		is_bad = checked.problems.len > 0;
		rd_strs_done(&checked.problems);
		/* A second look finds nothing, and what stands is whole. */
		assert_int_equal(rd_cache_verify(c, false, NULL, &checked, NULL), RD_OK);
		assert_int_equal(checked.problems.len, 0);
		if (is_bad)
			assert_int_equal(restore_or_fail(c, &tar), RD_ENOENT);
		else if (checked.snapshots)
			assert_restores(c, "web", &tar);
	}
	rd_cache_close(c);
}

/* ---- kills ---- */

/* A process that saves until a timer ends it as a kill would. */
static void save_and_die(const rd_str *tar, long after_us)
{
	const struct itimerval timer = {.it_value = {after_us / 1000000, after_us % 1000000}};
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid) {
		signal(SIGALRM, SIG_DFL);
		setitimer(ITIMER_REAL, &timer, NULL);
		for (;;) {
			rd_cache *c = open_cache(dir, 0);

			save_tar(c, "web", tar, NULL, NULL);
			rd_cache_close(c);
		}
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGALRM);
}

static void save__killed_leaves_the_old_or_the_new(void **state RD_UNUSED)
{
	rd_str tars[2] = {0};
	rd_cache *c = open_cache(dir, 0);
	rd_strs files = {0};
	rd_cache_removed removed;

	put_tree(&tars[0], 200, 2 << 20, 1, 1);
	put_tree(&tars[1], 200, 2 << 20, 2, 1);
	assert_int_equal(save_tar(c, "web", &tars[0], NULL, NULL), RD_OK);
	for (uint32_t round = 0; round < 100; round++) {
		RD_STR_AUTO rd_str out = RD_STR_INIT(0);

		tree_state = round + 1;
		tree_random();
		save_and_die(&tars[round % 2], 500 + tree_random() % 60000);
		assert_int_equal(restore_tar(c, "web", &out, NULL), RD_OK);
		assert_int_equal(out.len, tars[0].len);
		assert_true(memcmp(out.data, tars[0].data, out.len) == 0 ||
			    memcmp(out.data, tars[1].data, out.len) == 0);
	}
	/* What the killed ones left goes. */
	assert_int_equal(save_tar(c, "web", &tars[0], NULL, NULL), RD_OK);
	assert_restores(c, "web", &tars[0]);
	list_files(&files);
	for (size_t i = 0; i < files.len; i++)
		assert_null(strstr(files.items[i], ".put"));
	rd_strs_done(&files);
	assert_int_equal(rd_cache_clear(c, NULL, &removed, NULL), RD_OK);
	list_files(&files);
	assert_int_equal(files.len, 0);
	rd_str_done(&tars[0]);
	rd_str_done(&tars[1]);
	rd_cache_close(c);
}

/* ---- many at once ---- */

static void save_often(int who, const rd_str *tar, const char *service)
{
	rd_cache *c = open_cache(dir, 0);

	for (int i = 0; i < 8; i++) {
		RD_STR_AUTO rd_str out = RD_STR_INIT(0);
		rd_err err = {0};

		if (save_tar(c, service, tar, NULL, &err))
			_exit(10 + who);
		if (restore_tar(c, service, &out, &err) || out.len != tar->len)
			_exit(20 + who);
		rd_cache_gc(c, false, NULL, NULL);
	}
	rd_cache_close(c);
	_exit(0);
}

static void save__many_at_once(void **state RD_UNUSED)
{
	rd_str tars[4] = {0};
	rd_cache *c = open_cache(dir, 0);
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	rd_cache_checked checked;
	bool is_one = false;
	pid_t pids[4];

	for (int i = 0; i < 4; i++) {
		/* All of one size, two of one service. */
		put_tree(&tars[i], 200, 1 << 20, (uint32_t)i, 3);
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (!pids[i])
			save_often(i, &tars[i], i < 2 ? "web" : i == 2 ? "api" : "db");
	}
	for (int i = 0; i < 4; i++) {
		int status;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	assert_restores(c, "api", &tars[2]);
	assert_restores(c, "db", &tars[3]);
	assert_int_equal(restore_tar(c, "web", &out, NULL), RD_OK);
	for (int i = 0; i < 2; i++)
		is_one |= out.len == tars[i].len && memcmp(out.data, tars[i].data, out.len) == 0;
	assert_true(is_one);
	assert_int_equal(rd_cache_verify(c, false, NULL, &checked, NULL), RD_OK);
	assert_int_equal(checked.problems.len, 0);
	assert_int_equal(checked.snapshots, 3);
	for (int i = 0; i < 4; i++)
		rd_str_done(&tars[i]);
	rd_cache_close(c);
}

struct saving {
	rd_cache *cache;
	const rd_str *tar;
	const char *service;
	rd_code code;
};

static void *save_in_thread(void *arg)
{
	struct saving *s = arg;

	for (int i = 0; i < 5 && !s->code; i++) {
		RD_STR_AUTO rd_str out = RD_STR_INIT(0);

		s->code = save_tar(s->cache, s->service, s->tar, NULL, NULL);
		if (!s->code)
			s->code = restore_tar(s->cache, s->service, &out, NULL);
	}
	return NULL;
}

/* The images of one build are saved at once, by one rd_cache. */
static void save__in_threads(void **state RD_UNUSED)
{
	static const char *const services[] = {"web", "api", "web"};
	rd_str tars[3] = {0};
	struct saving savings[3];
	pthread_t threads[3];
	rd_cache *c = open_cache(dir, 0);

	for (size_t i = 0; i < 3; i++) {
		put_tree(&tars[i], 100, 1 << 20, (uint32_t)i % 2, 2);
		savings[i] = (struct saving){c, &tars[i], services[i], RD_OK};
	}
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, save_in_thread, &savings[i]), 0);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(savings[i].code, RD_OK);
	}
	assert_restores(c, "web", &tars[0]);
	assert_restores(c, "api", &tars[1]);
	for (size_t i = 0; i < 3; i++)
		rd_str_done(&tars[i]);
	rd_cache_close(c);
}

/* ---- no room ---- */

static void save_small(const rd_str *tar, rlim_t limit)
{
	struct rlimit files = {limit, limit};
	rd_cache *c = open_cache(dir, 0);
	rd_err err = {0};
	rd_code code;

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &files))
		_exit(1);
	code = save_tar(c, "web", tar, NULL, &err);
	rd_cache_close(c);
	_exit(code == RD_ENOSPC || (code == RD_EIO && err.msg[0]) ? 0 : 1);
}

static void save__without_room_keeps_the_old(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str a = RD_STR_INIT(0);
	RD_STR_AUTO rd_str b = RD_STR_INIT(0);
	rd_cache *c = open_cache(dir, 0);

	put_tree(&a, 100, 1 << 20, 0, 1);
	put_tree(&b, 300, 20 << 20, 5, 1);
	assert_int_equal(save_tar(c, "web", &a, NULL, NULL), RD_OK);
	for (rlim_t limit = 1; limit < 9 << 20; limit = limit * 3 + 1) {
		pid_t pid = fork();
		int status;

		assert_true(pid >= 0);
		if (!pid)
			save_small(&b, limit);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
		assert_restores(c, "web", &a);
	}
	rd_cache_close(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(restore__of_damage_is_right_or_an_error, make_dir,
			remove_dir),
		cmocka_unit_test_setup_teardown(verify__finds_and_drops_damage, make_dir,
			remove_dir),
		cmocka_unit_test_setup_teardown(save__killed_leaves_the_old_or_the_new, make_dir,
			remove_dir),
		cmocka_unit_test_setup_teardown(save__many_at_once, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(save__in_threads, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(save__without_room_keeps_the_old, make_dir,
			remove_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
