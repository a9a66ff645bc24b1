/* SPDX-License-Identifier: MIT */
/* The real binary as lines: in pipes, on a terminal without a cursor, for screen readers. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/base/spawn.h"
#include "tests/golden/stage.h"

static const char end_build[] = "UPDATE builds SET status = 'complete', release = 'RZZZZZZZZZZ', "
				"ended_us = started_us + 90000000 WHERE id = 'BXCVQWERTYU'";
static const char begin_build[] =
	"UPDATE builds SET status = 'running', release = '', ended_us = 0 "
	"WHERE id = 'BXCVQWERTYU'";

/* A console without terminal, its output read from a pipe. */
typedef struct piped {
	int in, out;
	pid_t pid;
	rd_str text;
} piped;

static void start_piped(piped *p, const char *flag)
{
	const char *const argv[] = {binary, "console", "-a", "web", flag, NULL};
	int in[2], out[2];
	rd_spawn_opts opts = {.argv = argv};

	*p = (piped){.text = RD_STR_INIT(1024 * 1024)};
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	opts.fds = (const rd_spawn_fd[]){{in[0], 0}, {out[1], 1}, {out[1], 2}};
	opts.n_fds = 3;
	assert_int_equal(rd_spawn(&opts, &p->pid, NULL), RD_OK);
	close(in[0]);
	close(out[1]);
	p->in = in[1];
	p->out = out[0];
}

/* Reads until the text is there, or up to the end (NULL). */
static void read_piped(piped *p, const char *until)
{
	char buf[4096];
	ssize_t n = 1;

	alarm(60);
	while (n > 0 && (!until || !strstr(rd_str_get(&p->text), until))) {
		n = read(p->out, buf, sizeof(buf));
		if (n > 0)
			rd_str_putn(&p->text, buf, (size_t)n);
	}
	alarm(0);
	if (until && !strstr(rd_str_get(&p->text), until))
		fail_msg("'%s' is not in '%s'", until, rd_str_get(&p->text));
}

static void end_piped(piped *p, int want_status)
{
	int status = -1;

	read_piped(p, NULL);
	assert_int_equal(rd_spawn_wait(p->pid, &status, NULL), RD_OK);
	assert_int_equal(status, want_status);
	close(p->out);
	if (p->in >= 0)
		close(p->in);
	rd_str_done(&p->text);
}

/* What there is, the log of the build that runs, each change, and the end with the build. */
static void plain__a_pipe_gets_lines_until_the_build_ends(void **state RD_UNUSED)
{
	piped p;

	start_piped(&p, NULL);
	close(p.in);
	p.in = -1;
	read_piped(&p, "build BXCVQWERTYU running for ");
	read_piped(&p, "unicode is kept whole");
	read_piped(&p, "app web on rack local, 1 of 6 builds active\n");
	read_piped(&p, "release RKQZMWNBVCX is active\n");
	assert_int_equal(rig_seed_sql(&seed, end_build, NULL), RD_OK);
	read_piped(&p, "build BXCVQWERTYU complete after 01:30, release RZZZZZZZZZZ: bump node");
	assert_null(strchr(rd_str_get(&p.text), '\033'));
	end_piped(&p, 0);
	assert_int_equal(rig_seed_sql(&seed, begin_build, NULL), RD_OK);
}

static void plain__words_ask_for_more(void **state RD_UNUSED)
{
	static const char words[] = "quiet\nreleases\nhelp\nfrobnicate\nlog BHGTPLKMNBV\nq\n";
	piped p;

	start_piped(&p, NULL);
	assert_int_equal(write(p.in, words, strlen(words)), strlen(words));
	read_piped(&p, "release RKQZMWNBVCX active, ");
	read_piped(&p, "releases: the releases, newest first");
	read_piped(&p, "there is no word 'frobnicate' here: type help");
	read_piped(&p, "[3/3] RUN make");
	end_piped(&p, 0);
}

static void write_words(piped *p, const char *words)
{
	assert_int_equal(write(p->in, words, strlen(words)), strlen(words));
}

static void plain__words_change_the_rack_when_asked_twice(void **state RD_UNUSED)
{
	static const char *const back[] = {
		"UPDATE apps SET release = 'RKQZMWNBVCX' WHERE name = 'web'",
		"DELETE FROM releases WHERE seq > 3", begin_build};
	piped p;

	start_piped(&p, NULL);
	write_words(&p, "quiet\npromote RHJKLQWERTY\nno\npromote\ncancel BHGTPLKMNBV\n");
	read_piped(&p, "make RHJKLQWERTY the active release, app web on rack local? type yes and");
	read_piped(&p, "nothing was done");
	read_piped(&p, "error: promote what: type the id behind the word");
	read_piped(&p, "error: build BHGTPLKMNBV is not running: it is complete");
	write_words(&p, "promote RNOSUCHONEX\npromote RHJKLQWERTY\nyes\n");
	read_piped(&p, "RNOSUCHONEX");
	read_piped(&p, "RHJKLQWERTY is promoted");
	read_piped(&p, "release RHJKLQWERTY is active now");
	write_words(&p, "rollback RQWEASDZXCV\nyes\n");
	read_piped(&p, "rolled back to RQWEASDZXCV as R");
	write_words(&p, "steps BPOIUYTREWQ\nq\n");
	read_piped(&p, "step 2 failed after 00:39: [2/2] RUN make check: process");
	end_piped(&p, 0);
	for (size_t i = 0; i < RD_LEN(back); i++)
		assert_int_equal(rig_seed_sql(&seed, back[i], NULL), RD_OK);
}

static void plain__a_protected_rack_wants_the_name(void **state RD_UNUSED)
{
	piped p;

	assert_int_equal(rig_seed_sql(&seed, "UPDATE apps SET locked = 1", NULL), RD_OK);
	start_piped(&p, NULL);
	write_words(&p, "promote RHJKLQWERTY\nyes\npromote RHJKLQWERTY\nweb\nq\n");
	read_piped(&p, "type the app's name web and Enter");
	read_piped(&p, "nothing was done");
	read_piped(&p, "release RHJKLQWERTY is active now");
	end_piped(&p, 0);
	assert_int_equal(rig_seed_sql(&seed, "UPDATE apps SET locked = 0, release = 'RKQZMWNBVCX'",
				 NULL),
		RD_OK);
}

static void plain__a_read_only_one_changes_nothing(void **state RD_UNUSED)
{
	piped p;

	start_piped(&p, "--read-only");
	write_words(&p, "promote RHJKLQWERTY\nyes\nq\n");
	read_piped(&p, "the console is read-only: start it without --read-only");
	read_piped(&p, "there is no word 'yes' here");
	end_piped(&p, 0);
}

/* A typewriter: no escape sequence, and the words are those of a pipe. */
static void plain__a_dumb_terminal_gets_lines(void **state RD_UNUSED)
{
	static const char *const env[] = {"TERM=dumb", "LC_ALL=C.UTF-8", NULL};
	const char *argv[] = {binary, "console", "-a", "web", NULL};

	assert_true(vt_start(&shown, 100, 40, argv, env));
	wait_for("type help and Enter");
	press("builds\r");
	wait_for("build BQWERTZUIOP failed after 03:00, interrupted");
	press("quit\r");
	assert_true(vt_wait_gone(&shown));
	assert_null(strchr(shown.raw.data, '\033'));
	check_ended(0);
}

static void plain__a_screen_reader_gets_lines_on_request(void **state RD_UNUSED)
{
	const char *argv[] = {binary, "console", "-a", "web", "--plain", NULL};

	assert_true(vt_start(&shown, 100, 40, argv, plain_env));
	wait_for("type help and Enter");
	assert_int_equal(rig_seed_sql(&seed, end_build, NULL), RD_OK);
	wait_for("build BXCVQWERTYU complete after 01:30");
	assert_null(strchr(shown.raw.data, '\033'));
	press("\004");
	check_ended(0);
	assert_int_equal(rig_seed_sql(&seed, begin_build, NULL), RD_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain__a_pipe_gets_lines_until_the_build_ends),
		cmocka_unit_test(plain__words_ask_for_more),
		cmocka_unit_test(plain__words_change_the_rack_when_asked_twice),
		cmocka_unit_test(plain__a_protected_rack_wants_the_name),
		cmocka_unit_test(plain__a_read_only_one_changes_nothing),
		cmocka_unit_test_teardown(plain__a_dumb_terminal_gets_lines, stage_end),
		cmocka_unit_test_teardown(plain__a_screen_reader_gets_lines_on_request, stage_end),
	};

	return cmocka_run_group_tests(tests, stage_make, stage_drop);
}
