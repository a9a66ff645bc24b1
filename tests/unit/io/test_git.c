/* SPDX-License-Identifier: MIT */
/* What git says of a folder, against repositories that the git program makes. */
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/str.h"
#include "core/io/git.h"
#include "tests/unit/unit.h"

static char dir[] = "/tmp/rd-test-git-XXXXXX";

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
	char path[sizeof dir + 300];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	assert_int_equal(rd_file_write(path, text, strlen(text), NULL), RD_OK);
}

/* Runs a shell command in the folder with a git that knows no configuration. */
static void run(const char *command)
{
	RD_STR_AUTO rd_str script = RD_STR_INIT(0);
	char sh[] = "sh", c[] = "-c";
	char *argv[4] = {sh, c, NULL, NULL};
	int status = -1;
	pid_t pid;

	rd_str_printf(&script,
		"cd '%s' && HOME='%s' GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null && "
		"export HOME GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL && "
		"git() { command git -c user.name=t -c user.email=t@t -c init.defaultBranch=main "
		"\"$@\"; } && (%s) >/dev/null",
		dir, dir, command);
	argv[2] = script.data;
	assert_int_equal(posix_spawnp(&pid, "sh", NULL, NULL, argv, environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void expect(const char *where, const char *subject)
{
	char path[sizeof dir + 300];
	rd_git_info info = {NULL, NULL};

	snprintf(path, sizeof path, "%s/%s", dir, where);
	assert_int_equal(rd_git_look(path, &info, NULL), RD_OK);
	assert_non_null(info.sha);
	assert_int_equal(strlen(info.sha), 40);
	if (!subject) {
		assert_null(info.description);
	} else {
		assert_non_null(info.description);
		assert_memory_equal(info.description, "build ", 6);
		assert_memory_equal(info.description + 6, info.sha, 10);
		assert_int_equal(info.description[16], ' ');
		assert_string_equal(info.description + 17, subject);
	}
	rd_git_info_done(&info);
}

static void git_look__outside_gives_nothing(void **state RD_UNUSED)
{
	rd_git_info info = {NULL, NULL};

	assert_int_equal(rd_git_look(dir, &info, NULL), RD_OK);
	assert_null(info.sha);
	assert_null(info.description);
	run("git init -q .");
	assert_int_equal(rd_git_look(dir, &info, NULL), RD_OK);
	assert_null(info.sha);
	assert_null(info.description);
	assert_int_equal(rd_git_look("/nonexistent", &info, NULL), RD_OK);
	assert_null(info.sha);
}

static void git_look__describes_a_clean_tree(void **state RD_UNUSED)
{
	make_file("f", "1");
	run("git init -q . && mkdir sub && git add f && git commit -q -m 'fix cart\n\nmore words'");
	expect(".", "fix cart");
	expect("sub", "fix cart");
	/* Untracked and staged changes are none, as to `git diff --quiet`. */
	make_file("new", "untracked");
	expect(".", "fix cart");
	make_file("f", "2");
	expect(".", NULL);
	run("git add f");
	expect(".", "fix cart");
}

static void git_look__sees_removed_and_retouched_files(void **state RD_UNUSED)
{
	make_file("f", "1");
	make_file("g", "1");
	run("git init -q . && git add f g && git commit -q -m one");
	run("touch -d '2001-01-01' f");
	expect(".", "one");
	run("rm g");
	expect(".", NULL);
	run("git checkout -q g && chmod +x g");
	expect(".", NULL);
}

static void git_look__says_what_git_says(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str said = RD_STR_INIT(0);
	char path[sizeof dir + 16];
	rd_git_info info = {NULL, NULL};

	run("git init -q . && git commit -q --allow-empty -m 'a subject\nover two lines\n\nbody' "
	    "&& "
	    "git log -n 1 --pretty='build %h %s' --abbrev=10 >said");
	snprintf(path, sizeof path, "%s/said", dir);
	assert_int_equal(rd_file_read(path, 1000, &said, NULL), RD_OK);
	rd_str_cut(&said, said.len - 1);
	assert_int_equal(rd_git_look(dir, &info, NULL), RD_OK);
	assert_string_equal(info.description, said.data);
	rd_git_info_done(&info);
}

static void git_look__runs_no_program(void **state RD_UNUSED)
{
	char path[sizeof dir + 16];

	make_file("f", "1");
	make_file(".gitattributes", "* filter=evil diff=evil\n");
	run("git init -q . && git add -A && git commit -q -m one && "
	    "git config filter.evil.clean 'touch ran; cat' && "
	    "git config filter.evil.smudge 'touch ran; cat' && "
	    "git config filter.evil.required true && "
	    "git config core.fsmonitor 'touch ran' && "
	    "git config diff.evil.textconv 'touch ran; cat' && "
	    "git config diff.external 'touch ran' && touch -d 2001-01-01 f");
	expect(".", "one");
	snprintf(path, sizeof path, "%s/ran", dir);
	assert_false(rd_file_exists(path));
}

static void git_look__survives_a_broken_repository(void **state RD_UNUSED)
{
	rd_git_info info = {NULL, NULL};

	make_file("f", "1");
	run("git init -q . && git add f && git commit -q -m one");
	make_file(".git/index", "garbage");
	expect(".", NULL);
	make_file(".git/HEAD", "garbage");
	assert_int_equal(rd_git_look(dir, &info, NULL), RD_OK);
	assert_null(info.sha);
}

#define GIT_TEST(name) cmocka_unit_test_setup_teardown(name, make_dir, remove_dir)

static void rev_parse(const char *rev, char out[41])
{
	char path[sizeof dir + 300];
	RD_STR_AUTO rd_str text = RD_STR_INIT(100);
	RD_STR_AUTO rd_str command = RD_STR_INIT(0);

	rd_str_printf(&command, "cd r && git rev-parse %s > ../sha", rev);
	run(rd_str_get(&command));
	snprintf(path, sizeof path, "%s/sha", dir);
	assert_int_equal(rd_file_read(path, 100, &text, NULL), RD_OK);
	snprintf(out, 41, "%.40s", rd_str_get(&text));
}

static void git_log__tells_what_one_has_and_the_other_has_not(void **state RD_UNUSED)
{
	char path[sizeof dir + 300], old[41], now[41], side[41];
	RD_AUTO(rd_strs_done) rd_strs lines = {0};
	size_t n = 0;

	run("git init r && cd r && git commit --allow-empty -m one && git branch side && "
	    "git commit --allow-empty -m two && git commit --allow-empty -m three && "
	    "git checkout -q side && git commit --allow-empty -m other");
	rev_parse("main~2", old);
	rev_parse("main", now);
	rev_parse("side", side);
	snprintf(path, sizeof path, "%s/r", dir);
	assert_int_equal(rd_git_log(path, old, now, 50, &lines, &n, NULL), RD_OK);
	assert_int_equal(n, 2);
	assert_int_equal(lines.len, 2);
	assert_memory_equal(lines.items[0], now, 10);
	assert_string_equal(lines.items[0] + 10, " three");
	assert_string_equal(lines.items[1] + 10, " two");
	assert_int_equal(rd_git_log(path, now, old, 50, &lines, &n, NULL), RD_OK);
	assert_int_equal(n, 0);
	rd_strs_done(&lines);
	assert_int_equal(rd_git_log(path, side, now, 1, &lines, &n, NULL), RD_OK);
	assert_int_equal(n, 2);
	assert_int_equal(lines.len, 1);
}

static void git_log__needs_both_commits(void **state RD_UNUSED)
{
	static const char none[] = "0123456789012345678901234567890123456789";
	char path[sizeof dir + 300], now[41];
	rd_strs lines = {0};
	size_t n = 0;

	run("git init r && cd r && git commit --allow-empty -m one");
	rev_parse("HEAD", now);
	snprintf(path, sizeof path, "%s/r", dir);
	assert_int_equal(rd_git_log(path, none, now, 50, &lines, &n, NULL), RD_ENOENT);
	assert_int_equal(rd_git_log(path, now, "", 50, &lines, &n, NULL), RD_ENOENT);
	assert_int_equal(rd_git_log(path, now, "main", 50, &lines, &n, NULL), RD_ENOENT);
	assert_int_equal(rd_git_log(dir, now, now, 50, &lines, &n, NULL), RD_ENOENT);
	assert_int_equal(lines.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GIT_TEST(git_look__outside_gives_nothing),
		GIT_TEST(git_look__describes_a_clean_tree),
		GIT_TEST(git_look__sees_removed_and_retouched_files),
		GIT_TEST(git_look__says_what_git_says),
		GIT_TEST(git_look__runs_no_program),
		GIT_TEST(git_look__survives_a_broken_repository),
		GIT_TEST(git_log__tells_what_one_has_and_the_other_has_not),
		GIT_TEST(git_log__needs_both_commits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
