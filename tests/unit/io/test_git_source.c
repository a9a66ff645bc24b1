/* SPDX-License-Identifier: MIT */
/* Git URLs as sources: what is fetched and sent, and what hostile repositories get. */
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/io/git_source.h"
#include "core/io/tar.h"
#include "tests/unit/unit.h"

static char dir[] = "/tmp/rd-test-gitsrc-XXXXXX";

static int make_dir(void **state RD_UNUSED)
{
	char path[sizeof dir + 16];

	memset(dir + sizeof dir - 7, 'X', 6);
	if (!mkdtemp(dir))
		return -1;
	/* No configuration of whoever runs the tests counts. */
	setenv("HOME", dir, 1);
	snprintf(path, sizeof path, "%s/cache", dir);
	setenv("XDG_CACHE_HOME", path, 1);
	unsetenv("XDG_CONFIG_HOME");
	return 0;
}

static int remove_dir(void **state RD_UNUSED)
{
	return rd_rmtree(dir, NULL);
}

/* Runs a shell command in the folder; `tree` makes a tree object from what git would refuse. */
static void run(const char *command)
{
	RD_STR_AUTO rd_str script = RD_STR_INIT(0);
	char sh[] = "sh", c[] = "-c";
	char *argv[4] = {sh, c, NULL, NULL};
	int status = -1;
	pid_t pid;

	rd_str_printf(&script,
		"cd '%s' && export GIT_CONFIG_NOSYSTEM=1 && "
		"git() { command git -c user.name=t -c user.email=t@t -c init.defaultBranch=main "
		"-c protocol.file.allow=always \"$@\"; } && "
		"entry() { printf \"$1 $2\\\\0\"; git rev-parse \"$3\" | busybox xxd -r -p; } && "
		"commit() { git update-ref refs/heads/main $(git commit-tree -m evil $(git "
		"hash-object -t tree -w --literally --stdin)); } && (%s) >/dev/null",
		dir, command);
	argv[2] = script.data;
	assert_int_equal(posix_spawnp(&pid, "sh", NULL, NULL, argv, environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

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
			rd_str_printf(out, "->%s", e->link);
		if (e->type == RD_TAR_FILE)
			rd_str_put(out, e->mode == 0755 ? "*" : ":");
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

static char last_sha[41], warning[300];

/* What building file://DIR/src#fragment would send; the error's text instead, if there is one. */
static const char *send(const char *fragment, bool submodules, const rd_strs *keep, rd_err *err)
{
	static char said[4000];
	RD_STR_AUTO rd_str got = RD_STR_INIT(0);
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	RD_AUTO(rd_giturl_done) rd_giturl url = {0};
	rd_git_source_opts o = {
		.url = &url, .schemes = RD_GITURL_SAFE | RD_GITURL_FILE, .submodules = submodules};
	rd_git_source *s = NULL;
	rd_reader *r = NULL;
	rd_code code;

	memset(err, 0, sizeof *err);
	warning[0] = '\0';
	rd_str_printf(&text, "file://%s/src%s", dir, fragment);
	code = rd_giturl_parse(text.data, o.schemes, &url, err);
	if (!code)
		code = rd_git_source_open(&o, &s, err);
	if (!code)
		code = rd_git_source_pack(s, keep, NULL, &r, err);
	if (!code) {
		snprintf(last_sha, sizeof last_sha, "%s", rd_git_source_info(s)->sha);
		code = list(r, &got, err);
		if (rd_git_source_warnings(r)->len)
			snprintf(warning, sizeof warning, "%s",
				rd_git_source_warnings(r)->items[0]);
	}
	snprintf(said, sizeof said, "%s", code ? err->msg : rd_str_get(&got));
	rd_reader_close(r);
	rd_git_source_close(s);
	return said;
}

static void expect(const char *fragment, const char *want)
{
	rd_err err;

	assert_string_equal(send(fragment, false, NULL, &err), want);
}

static void expect_error(const char *fragment, rd_code code, const char *part)
{
	rd_err err;
	const char *said = send(fragment, false, NULL, &err);

	if (!strstr(said, part))
		fail_msg("'%s' instead of '%s'", said, part);
	assert_int_equal(err.code, code);
}

static void make_repository(void)
{
	run("git init -q src && cd src && echo -n 1 >f && mkdir sub && echo -n 2 >sub/g && "
	    "chmod +x sub/g && ln -s ../f sub/l && git add . && git commit -qm 'one\n\nmore' && "
	    "git tag -a v1 -m v1 && git checkout -qb side/a && echo -n 3 >f && "
	    "git commit -qam two && git checkout -q main");
}

static void git_source__takes_branch_tag_commit_and_folder(void **state RD_UNUSED)
{
	char fragment[60], whole[60];

	make_repository();
	expect("", "f:1 sub/ sub/g*2 sub/l->../f ");
	expect("#main", "f:1 sub/ sub/g*2 sub/l->../f ");
	expect("#v1", "f:1 sub/ sub/g*2 sub/l->../f ");
	expect("#v1:sub", "g*2 l->../f ");
	expect("#refs/heads/side/a", "f:3 sub/ sub/g*2 sub/l->../f ");
	expect("#side/a", "f:3 sub/ sub/g*2 sub/l->../f ");
	snprintf(fragment, sizeof fragment, "#%s", last_sha);
	snprintf(whole, sizeof whole, "%s", fragment);
	expect(fragment, "f:3 sub/ sub/g*2 sub/l->../f ");
	fragment[9] = '\0';
	expect(fragment, "f:3 sub/ sub/g*2 sub/l->../f ");
	expect_error("#none", RD_ENOENT, "no branch, tag or commit 'none'");
	expect_error("#0123456789", RD_ENOENT, "no branch, tag or commit '0123456789'");
	expect_error("#0123456789012345678901234567890123456789", RD_ENOENT, "no branch, tag or");
	expect_error("#main:none", RD_ENOENT, "no folder 'none'");
	expect_error("#main:f", RD_ENOENT, "no folder 'f'");
	run("mv src away");
	expect_error("", RD_ENOENT, "no git repository");
	/* A commit that is there needs nobody. */
	expect(whole, "f:3 sub/ sub/g*2 sub/l->../f ");
}

static void git_source__fetches_what_is_new(void **state RD_UNUSED)
{
	make_repository();
	expect("", "f:1 sub/ sub/g*2 sub/l->../f ");
	run("cd src && echo -n new >f && git commit -qam new");
	expect("", "f:new sub/ sub/g*2 sub/l->../f ");
	/* Also when history was rewritten. */
	run("cd src && git checkout -q --orphan other && git commit -qm anew && "
	    "git branch -D main -q && git branch -m main && rm f && git commit -qam less");
	expect("", "sub/ sub/g*2 sub/l->../f ");
	/* History itself is not brought. */
	run("test $(git --git-dir=$(echo cache/rackdeck/git/*[0-9a-f]) rev-list --all | wc -l) -le "
	    "3");
	run("test $(stat -c %a cache/rackdeck/git) = 700");
}

static void git_source__makes_a_broken_cache_anew(void **state RD_UNUSED)
{
	make_repository();
	expect("#v1:sub", "g*2 l->../f ");
	run("cd cache/rackdeck/git/*[0-9a-f] && touch rackdeck-fetching shallow.lock && "
	    "rm -rf objects/*");
	expect("#v1:sub", "g*2 l->../f ");
}

static void git_source__obeys_dockerignore(void **state RD_UNUSED)
{
	rd_strs keep = {0};
	rd_err err;

	run("git init -q src && cd src && mkdir -p a/b c && touch a/x a/b/y c/z keep && "
	    "printf a,!a/b,keep,c | tr , '\\n' >.dockerignore && touch .env && git add -f . && "
	    "git commit -qm one");
	expect("", ".dockerignore:a\n!a/b\nkeep\nc .env: a/b/ a/b/y: ");
	assert_string_equal(warning, "'.env' holds an environment and is sent: name it in "
				     ".dockerignore to leave it out");
	assert_true(rd_strs_add(&keep, "./keep") && rd_strs_add(&keep, "c/z"));
	assert_string_equal(send("", false, &keep, &err),
		".dockerignore:a\n!a/b\nkeep\nc .env: a/b/ a/b/y: c/z: keep: ");
	rd_strs_done(&keep);
	run("cd src && echo '!' >.dockerignore && git commit -qam bad");
	expect_error("", RD_EPARSE, "exclusion");
}

static void git_source__brings_submodules_when_told(void **state RD_UNUSED)
{
	rd_err err;

	make_repository();
	run("git init -q inner && cd inner && echo -n deep >h && git add h && git commit -qm in && "
	    "cd ../src && git submodule --quiet add ../inner sub/in && "
	    "git submodule --quiet add ../inner in2 && git commit -qm with");
	expect("#main:sub", "g*2 in/ l->../f ");
	assert_string_equal(warning,
		"'in' is a submodule: left empty (--submodules brings those of .gitmodules)");
	assert_string_equal(send("#main:sub", true, NULL, &err), "g*2 in/ in/h:deep l->../f ");
	expect_error("#main:sub/in", RD_ENOENT, "it is a submodule");
	assert_string_equal(send("#main:sub/in", true, NULL, &err), "h:deep ");
	send("#main:sub/in/h", true, NULL, &err);
	assert_int_equal(err.code, RD_ENOENT);
	run("cd src && git config -f .gitmodules submodule.in2.url 'ext::sh -c \"touch ran\"' && "
	    "git commit -qam evil");
	send("", true, NULL, &err);
	assert_int_equal(err.code, RD_EINVAL);
	assert_non_null(strstr(err.ctx, "in2"));
	run("cd src && git config -f .gitmodules submodule.in2.url -- --upload-pack=touch && "
	    "git commit -qam evil");
	send("", true, NULL, &err);
	assert_int_equal(err.code, RD_EINVAL);
}

static void git_source__refuses_names_that_lead_elsewhere(void **state RD_UNUSED)
{
	static const char *const names[] = {".git", ".GIT", "..", "."};

	make_repository();
	for (size_t i = 0; i < RD_LEN(names); i++) {
		char command[200];

		snprintf(command, sizeof command, "cd src && entry 100644 %s main:f | commit",
			names[i]);
		run(command);
		run("cd src && git tag -f good v1^0");
		expect_error("", RD_EPARSE, "holds a file named");
		run("cd src && git update-ref refs/heads/main good");
	}
	run("cd src && entry 100644 a/b main:f | commit");
	expect_error("", RD_EPARSE, "'a/b'");
}

static void git_source__keeps_links_as_they_are(void **state RD_UNUSED)
{
	run("git init -q src && cd src && ln -s /etc/passwd out && ln -s out .dockerignore && "
	    "git add . && git commit -qm one");
	expect("", ".dockerignore->out out->/etc/passwd ");
}

static void git_source__stops_at_a_bomb(void **state RD_UNUSED)
{
	make_repository();
	/* Ten of the last level, nine levels deep: a billion files in a few objects. */
	run("cd src && t=$(git rev-parse main:sub) && for i in 1 2 3 4 5 6 7 8 9; do "
	    "t=$(for j in 0 1 2 3 4 5 6 7 8 9; do printf '040000 tree %s\\t%s\\n' $t $j; done | "
	    "git mktree); done && git update-ref refs/heads/main $(git commit-tree -m bomb $t)");
	{
		RD_AUTO(rd_giturl_done) rd_giturl url = {0};
		rd_git_source_opts o = {.url = &url, .schemes = RD_GITURL_FILE};
		RD_STR_AUTO rd_str text = RD_STR_INIT(0);
		static char buf[65536];
		rd_git_source *s = NULL;
		rd_reader *r = NULL;
		rd_err err = {0};
		rd_code code;
		size_t n = 1;

		rd_str_printf(&text, "file://%s/src", dir);
		assert_int_equal(rd_giturl_parse(text.data, RD_GITURL_FILE, &url, NULL), RD_OK);
		assert_int_equal(rd_git_source_open(&o, &s, NULL), RD_OK);
		assert_int_equal(rd_git_source_pack(s, NULL, NULL, &r, NULL), RD_OK);
		do
			code = rd_read(r, buf, sizeof buf, &n, &err);
		while (!code && n);
		assert_int_equal(code, RD_ELIMIT);
		rd_reader_close(r);
		rd_git_source_close(s);
	}
}

static void git_source__runs_nothing_of_a_repository(void **state RD_UNUSED)
{
	make_repository();
	run("cd src && echo '* filter=evil diff=evil' >.gitattributes && "
	    "git config filter.evil.smudge 'touch ../ran; cat' && "
	    "git config uploadpack.packObjectsHook 'touch ../ran; exec \"$@\"' && "
	    "git add . && git commit -qm evil && mkdir -p .git/hooks ../hooks && "
	    "for h in post-checkout post-merge reference-transaction pre-auto-gc; do "
	    "printf '#!/bin/sh\ntouch %s/ran\n' \"$HOME\" | tee ../hooks/$h >.git/hooks/$h; "
	    "chmod +x .git/hooks/$h ../hooks/$h; done && "
	    "git config --global core.hooksPath \"$HOME/hooks\" && "
	    "git config --global core.fsmonitor 'touch ran' && "
	    "git config --global protocol.ext.allow always");
	expect("#main:sub", "g*2 l->../f ");
	run("test ! -e ran && test ! -e src/ran");
	/* Not even what the user let git do serves as another transport. */
	run("git config --global url.'ext::sh -c \"touch ran\" '.insteadOf \"file://$HOME/src\"");
	expect_error("", RD_EREMOTE, "");
	run("test ! -e ran");
}

static void git_source__tells_missing_git(void **state RD_UNUSED)
{
	RD_AUTOFREE char *path = rd_strdup(getenv("PATH"));

	make_repository();
	setenv("PATH", "/nonexistent", 1);
	expect_error("", RD_EUNAVAIL, "install the package 'git'");
	setenv("PATH", path, 1);
}

/* What file://DIR/src#ref leads to; "" if that is an error. */
static const char *tip(const char *ref, rd_err *err)
{
	static char sha[RD_GIT_SHA_SIZE];
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	RD_AUTO(rd_giturl_done) rd_giturl url = {0};
	rd_git_source_opts o = {.url = &url, .schemes = RD_GITURL_SAFE | RD_GITURL_FILE};

	memset(err, 0, sizeof *err);
	rd_str_printf(&text, "file://%s/src%s", dir, ref);
	assert_int_equal(rd_giturl_parse(text.data, o.schemes, &url, NULL), RD_OK);
	return rd_git_source_tip(&o, sha, err) ? "" : sha;
}

static void git_source__tells_where_a_branch_is(void **state RD_UNUSED)
{
	char before[RD_GIT_SHA_SIZE];
	rd_err err;

	make_repository();
	run("cd src && git branch feature/main && git checkout -q main");
	snprintf(before, sizeof before, "%s", tip("#main", &err));
	assert_int_equal(strlen(before), 40);
	assert_string_equal(tip("", &err), before);
	assert_string_equal(tip("#refs/heads/main", &err), before);
	run("cd src && git commit -q --allow-empty -m more");
	assert_string_not_equal(tip("#main", &err), before);
	assert_string_equal(tip("#feature/main", &err), before);
	assert_string_equal(tip("#nope", &err), "");
	assert_int_equal(err.code, RD_ENOENT);
	assert_non_null(strstr(err.msg, "there is no branch, tag or commit 'nope' in"));
	assert_string_equal(tip("#0123456789012345678901234567890123456789", &err), "");
	assert_int_equal(err.code, RD_EINVAL);
	run("mv src gone");
	assert_string_equal(tip("#main", &err), "");
	assert_int_equal(err.code, RD_ENOENT);
}

static void git_source__ends_a_silent_server(void **state RD_UNUSED)
{
	RD_AUTO(rd_giturl_done) rd_giturl url = {0};
	rd_git_source_opts o = {.url = &url, .schemes = RD_GITURL_SAFE};
	rd_git_source *s = NULL;
	rd_err err = {0};

	assert_int_equal(rd_giturl_parse("git@host:x", RD_GITURL_SAFE, &url, NULL), RD_OK);
	setenv("GIT_SSH_COMMAND", "tail -f /dev/null #", 1);
	setenv("RACKDECK_GIT_TIMEOUT", "1", 1);
	assert_int_equal(rd_git_source_open(&o, &s, &err), RD_ETIMEOUT);
	unsetenv("RACKDECK_GIT_TIMEOUT");
	assert_int_equal(rd_cancel_new(&o.cancel, NULL), RD_OK);
	rd_cancel_fire(o.cancel);
	assert_int_equal(rd_git_source_open(&o, &s, &err), RD_ECANCELED);
	unsetenv("GIT_SSH_COMMAND");
	rd_cancel_free(o.cancel);
}

/* Opens file://DIR/NAME, which has a commit of its own each time. */
static rd_git_source *open_new(const char *name)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	RD_AUTO(rd_giturl_done) rd_giturl url = {0};
	rd_git_source_opts o = {.url = &url, .schemes = RD_GITURL_SAFE | RD_GITURL_FILE};
	rd_git_source *s = NULL;

	rd_str_printf(&text,
		"mkdir -p %s && cd %s && git init -q . && date +%%N >f && git add f && "
		"git commit -q -m one",
		name, name);
	run(text.data);
	rd_str_clear(&text);
	rd_str_printf(&text, "file://%s/%s", dir, name);
	assert_int_equal(rd_giturl_parse(text.data, o.schemes, &url, NULL), RD_OK);
	assert_int_equal(rd_git_source_open(&o, &s, NULL), RD_OK);
	return s;
}

static void git_source__drops_caches_that_nobody_uses(void **state RD_UNUSED)
{
	static const char caches[] =
		"test $(find cache/rackdeck/git -mindepth 1 -maxdepth 1 -type d | wc -l) = ";
	RD_STR_AUTO rd_str file = RD_STR_INIT(0);
	RD_STR_AUTO rd_str command = RD_STR_INIT(0);
	rd_git_source *one, *two, *three;

	setenv("RACKDECK_GIT_CACHE_MB", "0", 1);
	one = open_new("one");
	two = open_new("two");
	rd_str_printf(&command, "%s2", caches);
	run(command.data);
	assert_int_equal(rd_git_source_file(one, "f", 100, &file, NULL), RD_OK);
	rd_git_source_close(one);
	three = open_new("three");
	run(command.data);
	rd_git_source_close(two);
	rd_git_source_close(three);
	/* Killed while it removed one. */
	run("mkdir cache/rackdeck/git/1234.gone");
	setenv("RACKDECK_GIT_CACHE_MB", "100", 1);
	rd_git_source_close(open_new("one"));
	rd_str_clear(&command);
	rd_str_printf(&command, "%s3", caches);
	run(command.data);
	unsetenv("RACKDECK_GIT_CACHE_MB");
}

#define GIT_TEST(name) cmocka_unit_test_setup_teardown(name, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		GIT_TEST(git_source__takes_branch_tag_commit_and_folder),
		GIT_TEST(git_source__fetches_what_is_new),
		GIT_TEST(git_source__makes_a_broken_cache_anew),
		GIT_TEST(git_source__obeys_dockerignore),
		GIT_TEST(git_source__brings_submodules_when_told),
		GIT_TEST(git_source__refuses_names_that_lead_elsewhere),
		GIT_TEST(git_source__keeps_links_as_they_are),
		GIT_TEST(git_source__stops_at_a_bomb),
		GIT_TEST(git_source__runs_nothing_of_a_repository),
		GIT_TEST(git_source__tells_missing_git),
		GIT_TEST(git_source__tells_where_a_branch_is),
		GIT_TEST(git_source__ends_a_silent_server),
		GIT_TEST(git_source__drops_caches_that_nobody_uses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
