/* SPDX-License-Identifier: MIT */
/* Watching a folder: what counts, and that nothing is missed. The kernel queues an event before the call
 * that caused it returns, so that nothing here has to wait. */
#include "core/io/treewatch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "tests/unit/unit.h"

#define QUEUE 20000 /* more than fs.inotify.max_queued_events is anywhere */

static char top[] = "/tmp/rd-test-treewatch-XXXXXX";
static char dir[sizeof top + 8];
static rd_treewatch *watch;

static int make_dir(void **state RD_UNUSED)
{
	memset(top + sizeof top - 7, 'X', 6);
	if (!mkdtemp(top))
		return -1;
	snprintf(dir, sizeof dir, "%s/tree", top);
	return mkdir(dir, 0755);
}

static int remove_dir(void **state RD_UNUSED)
{
	watch = rd_treewatch_close(watch);
	return rd_rmtree(top, NULL);
}

static const char *in_dir(const char *name)
{
	static char path[4][sizeof dir + 300];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
	return path[turn];
}

static void put(const char *name, const char *text)
{
	int fd = open(in_dir(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(rd_write_all(fd, text, strlen(text), NULL), RD_OK);
	close(fd);
}

static void make(const char *name)
{
	assert_int_equal(mkdir(in_dir(name), 0755), 0);
}

static bool look(void)
{
	char ignore_name[] = ".dockerignore";
	char *items[] = {ignore_name, NULL};
	const rd_strs keep = {items, 1, 1};
	const rd_pack_opts opts = {.dir = dir, .keep = &keep};
	bool changed = false;
	rd_err err = {0};

	if (rd_treewatch_look(watch, &opts, &changed, &err))
		fail_msg("%s: %s", err.ctx, err.msg);
	return changed;
}

static void begin(void)
{
	assert_int_equal(rd_treewatch_open(dir, &watch, NULL), RD_OK);
	assert_true(look());
	rd_treewatch_take(watch, NULL);
	assert_false(look());
	assert_false(rd_treewatch_is_partial(watch));
}

static bool due(void)
{
	return rd_treewatch_take(watch, NULL);
}

static void treewatch__sees_files_come_change_and_go(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);

	put("a", "1");
	make("sub");
	begin();
	assert_false(due());
	put("sub/b", "1");
	assert_true(rd_treewatch_take(watch, &path));
	assert_string_equal(rd_str_get(&path), "sub/b");
	assert_true(look());
	assert_false(look());
	assert_int_equal(chmod(in_dir("a"), 0700), 0);
	assert_true(due() && look());
	assert_int_equal(rename(in_dir("a"), in_dir("c")), 0);
	assert_true(due() && look());
	assert_int_equal(unlink(in_dir("sub/b")), 0);
	assert_true(due() && look());
	assert_int_equal(symlink("c", in_dir("link")), 0);
	assert_true(due() && look());
}

static void treewatch__passes_over_what_editors_lay_beside(void **state RD_UNUSED)
{
	static const char *const beside[] = {".a.swp", ".a.swo", ".a.c.swx", "a~", "4913", ".#a",
		"#a#", ".a.kate-swp", "sub/.b.swp"};
	static const char *const files[] = {
		".swp", "a.swp", ".swift", ".a.swift", "49130", "~a", "#a"};

	put("a", "1");
	make("sub");
	begin();
	for (size_t i = 0; i < RD_LEN(beside); i++) {
		put(beside[i], "1");
		assert_false(due() || look());
	}
	for (size_t i = 0; i < RD_LEN(files); i++) {
		put(files[i], "1");
		assert_true(due() && look());
	}
}

static void treewatch__sees_folders_named_as_by_an_editor(void **state RD_UNUSED)
{
	static const char *const folders[] = {"old~", ".#x", "#x#", "4913"};

	begin();
	for (size_t i = 0; i < RD_LEN(folders); i++) {
		RD_STR_AUTO rd_str file = RD_STR_INIT(0);

		make(folders[i]);
		assert_true(due() && look());
		rd_str_printf(&file, "%s/file", folders[i]);
		put(rd_str_get(&file), "1");
		assert_true(due() && look());
	}
}

static void treewatch__names_the_file_that_was_saved_by_renaming(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);

	put("a", "1");
	put("b", "1");
	begin();
	assert_int_equal(rename(in_dir("a"), in_dir("a.old")), 0);
	put("a", "2");
	assert_int_equal(unlink(in_dir("a.old")), 0);
	assert_true(rd_treewatch_take(watch, &path));
	assert_string_equal(rd_str_get(&path), "a");
	assert_true(look());
	rd_str_clear(&path);
	assert_int_equal(unlink(in_dir("b")), 0);
	assert_true(rd_treewatch_take(watch, &path));
	assert_string_equal(rd_str_get(&path), "b");
}

static void treewatch__passes_over_what_is_ignored(void **state RD_UNUSED)
{
	put(".dockerignore", "**/*.log\nout\n");
	make("out");
	make("sub");
	begin();
	put("x.log", "1");
	put("out/x", "1");
	assert_false(due());
	/* It changes the time of its folder, and that is all. */
	put("sub/x.log", "1");
	assert_false(look());
	make("out/deep");
	assert_false(due());
}

static void treewatch__sees_what_is_taken_back(void **state RD_UNUSED)
{
	put(".dockerignore", "logs\n!logs/keep\n");
	make("logs");
	begin();
	put("logs/other", "1");
	due();
	assert_false(look());
	put("logs/keep", "1");
	assert_true(due() && look());
}

static void treewatch__goes_by_new_rules(void **state RD_UNUSED)
{
	make("sub");
	begin();
	put(".dockerignore", "sub\n");
	assert_true(due() && look());
	put("sub/a", "1");
	assert_false(due());
	assert_int_equal(unlink(in_dir(".dockerignore")), 0);
	assert_true(due() && look());
	put("sub/a", "2");
	assert_true(due());
}

static void treewatch__follows_new_and_renamed_folders(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);

	begin();
	make("a");
	make("a/b");
	make("a/b/c");
	assert_true(due() && look());
	put("a/b/c/d", "1");
	assert_true(due() && look());
	assert_int_equal(rename(in_dir("a"), in_dir("z")), 0);
	assert_true(due() && look());
	put("z/b/c/d", "2");
	assert_true(rd_treewatch_take(watch, &path));
	assert_string_equal(rd_str_get(&path), "z/b/c/d");
	/* What was moved out is no longer of the tree. */
	assert_int_equal(rename(in_dir("z"), in_dir("../z")), 0);
	assert_true(due() && look());
	put("../z/b/c/d", "3");
	assert_false(due());
}

static void treewatch__a_full_queue_hides_nothing(void **state RD_UNUSED)
{
	put(".dockerignore", "**/*.log\n");
	make("sub");
	put("sub/a.log", "");
	put("sub/b.log", "");
	begin();
	for (int i = 0; i < QUEUE; i++) {
		chmod(in_dir("sub/a.log"), i % 2 ? 0600 : 0644);
		chmod(in_dir("sub/b.log"), i % 2 ? 0600 : 0644);
	}
	put("sub/wanted", "1");
	for (int i = 0; !due(); i++)
		assert_true(i < QUEUE);
	assert_true(look());
}

static void treewatch__outlives_its_folder(void **state RD_UNUSED)
{
	const rd_pack_opts opts = {.dir = dir};
	bool changed;

	put("a", "1");
	begin();
	assert_int_equal(rd_rmtree(dir, NULL), RD_OK);
	assert_true(due());
	assert_int_equal(rd_treewatch_look(watch, &opts, &changed, NULL), RD_ENOENT);
	due();
	assert_int_equal(mkdir(dir, 0755), 0);
	assert_true(due());
	put("b", "1");
	assert_true(look());
	put("b", "2");
	assert_true(due() && look());
}

static void treewatch__follows_its_name(void **state RD_UNUSED)
{
	assert_int_equal(rename(dir, in_dir("../first")), 0);
	assert_int_equal(symlink("first", dir), 0);
	begin();
	put("a", "1");
	assert_true(due() && look());
	assert_int_equal(mkdir(in_dir("../second"), 0755), 0);
	assert_int_equal(symlink("second", in_dir("../new")), 0);
	assert_false(due());
	assert_int_equal(rename(in_dir("../new"), dir), 0);
	assert_true(due() && look());
	put("b", "1");
	assert_true(due() && look());
}

static void treewatch__leaves_git_alone(void **state RD_UNUSED)
{
	make(".git");
	begin();
	put(".git/index", "1");
	assert_false(due());
	assert_false(look());
	put(".gitignore", "1");
	assert_true(due() && look());
}

#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(treewatch__sees_files_come_change_and_go),
		TREE_TEST(treewatch__passes_over_what_is_ignored),
		TREE_TEST(treewatch__passes_over_what_editors_lay_beside),
		TREE_TEST(treewatch__sees_folders_named_as_by_an_editor),
		TREE_TEST(treewatch__names_the_file_that_was_saved_by_renaming),
		TREE_TEST(treewatch__sees_what_is_taken_back),
		TREE_TEST(treewatch__goes_by_new_rules),
		TREE_TEST(treewatch__follows_new_and_renamed_folders),
		TREE_TEST(treewatch__a_full_queue_hides_nothing),
		TREE_TEST(treewatch__outlives_its_folder),
		TREE_TEST(treewatch__follows_its_name),
		TREE_TEST(treewatch__leaves_git_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
