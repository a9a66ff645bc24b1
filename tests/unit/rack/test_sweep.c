/* SPDX-License-Identifier: MIT */
/* Notes of what is to be removed from engines. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "core/base/fs.h"
#include "core/rack/sweep.h"
#include "core/store/locks.h"
#include "tests/conform/rig.h"

#define OPTS "{\"full_log\":false,\"engine\":{\"endpoint\":\"unix:///nowhere/x.sock\"}}"

static int begin(void **state RD_UNUSED)
{
	RD_AUTOFREE char *run = NULL;

	rig_begin();
	run = rd_path_join(rig_dir(), "run");
	RIG_OK(rd_mkdirs(run, &rig_err));
	return 0;
}

static int end(void **state RD_UNUSED)
{
	rig_end();
	return 0;
}

/* How many notes with that ending there are; *ret_path and *ret_text (may be NULL) are the last one's. */
static int notes_of(const char *ending, char **ret_path, char **ret_text)
{
	RD_AUTOFREE char *run = rd_path_join(rig_dir(), "run");
	DIR *d = opendir(run);
	struct dirent *e;
	int n = 0;

	assert_non_null(d);
	while ((e = readdir(d))) {
		RD_AUTOFREE char *path = rd_path_join(run, e->d_name);
		rd_str text = RD_STR_INIT(0);

		if (!rd_ends_with(e->d_name, ending))
			continue;
		n++;
		if (ret_text) {
			RIG_OK(rd_file_read(path, 4096, &text, &rig_err));
			*ret_text = rd_str_take(&text);
		}
		if (ret_path)
			*ret_path = RD_TAKE(path);
	}
	closedir(d);
	return n;
}

static int notes(char **ret_text)
{
	return notes_of(".sweep", NULL, ret_text);
}

static void put__makes_a_line_of_the_engine_of_a_build(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str note = RD_STR_INIT(0);

	RIG_OK(rd_sweep_put(&note, OPTS, "BAAAAAAAAAA", NULL, &rig_err));
	RIG_OK(rd_sweep_put(&note, OPTS, NULL, "local/shop:web.BAAAAAAAAAA", &rig_err));
	assert_string_equal(rd_str_get(&note),
		"{\"engine\":{\"endpoint\":\"unix:///nowhere/x.sock\"},"
		"\"build\":\"BAAAAAAAAAA\"}\n"
		"{\"engine\":{\"endpoint\":\"unix:///nowhere/x.sock\"},"
		"\"tag\":\"local/shop:web.BAAAAAAAAAA\"}\n");
}

static void put__names_both_engines(void **state RD_UNUSED)
{
	static const char opts[] =
		"{\"engine\":{\"endpoint\":\"a\"},\"builder\":{\"endpoint\":\"b\"}}";
	RD_STR_AUTO rd_str note = RD_STR_INIT(0);

	RIG_OK(rd_sweep_put(&note, opts, "BAAAAAAAAAA", NULL, &rig_err));
	RIG_OK(rd_sweep_put(&note, opts, NULL, "x:y", &rig_err));
	assert_string_equal(rd_str_get(&note),
		"{\"engine\":{\"endpoint\":\"a\"},\"build\":\"BAAAAAAAAAA\"}\n"
		"{\"engine\":{\"endpoint\":\"b\"},\"build\":\"BAAAAAAAAAA\"}\n"
		"{\"engine\":{\"endpoint\":\"a\"},\"tag\":\"x:y\"}\n"
		"{\"engine\":{\"endpoint\":\"b\"},\"tag\":\"x:y\"}\n");
}

static void put__adds_nothing_without_an_engine(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str note = RD_STR_INIT(0);

	RIG_OK(rd_sweep_put(&note, "{}", "BAAAAAAAAAA", NULL, &rig_err));
	RIG_OK(rd_sweep_put(&note, "", "BAAAAAAAAAA", NULL, &rig_err));
	assert_int_equal(note.len, 0);
}

static void note__of_nothing_is_not_written(void **state RD_UNUSED)
{
	rd_str note = RD_STR_INIT(0);

	RIG_OK(rd_sweep_note(rig_dir(), &note, false, &rig_err));
	assert_int_equal(notes(NULL), 0);
}

static void run__keeps_a_note_whose_engine_is_away(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str note = RD_STR_INIT(0);
	RD_AUTOFREE char *text = NULL;

	RIG_OK(rd_sweep_put(&note, OPTS, NULL, "local/shop:web.BAAAAAAAAAA", &rig_err));
	RIG_OK(rd_sweep_note(rig_dir(), &note, false, &rig_err));
	RIG_OK(rd_sweep_run(rig_dir(), &rig_err));
	assert_int_equal(notes(&text), 1);
	assert_string_equal(text, rd_str_get(&note));
}

static void run__drops_a_note_that_nobody_can_read(void **state RD_UNUSED)
{
	rd_str note = RD_STR_INIT(0);

	rd_str_put(&note, "not json\n{}\n");
	RIG_OK(rd_sweep_note(rig_dir(), &note, false, &rig_err));
	RIG_OK(rd_sweep_run(rig_dir(), &rig_err));
	assert_int_equal(notes(NULL), 0);
	rd_str_done(&note);
}

static void run__keeps_a_note_of_a_build_whose_worker_lives(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str note = RD_STR_INIT(0);
	RD_AUTOFREE char *lock = rd_path_join(rig_dir(), "run/BAAAAAAAAAA.lock");
	RD_AUTOCLOSE int fd = -1;

	RIG_OK(rd_lock_take(lock, &fd, &rig_err));
	RIG_OK(rd_sweep_put(&note, OPTS, "BAAAAAAAAAA", NULL, &rig_err));
	RIG_OK(rd_sweep_note(rig_dir(), &note, false, &rig_err));
	RIG_OK(rd_sweep_run(rig_dir(), &rig_err));
	assert_int_equal(notes(NULL), 1);
}

static void run__keeps_tags_of_an_import_that_lives(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str note = RD_STR_INIT(0);
	RD_AUTOFREE char *lock = rd_path_join(rig_dir(), "run/BAAAAAAAAAA.lock");
	RD_AUTOFREE char *text = NULL;
	RD_AUTOCLOSE int fd = -1;

	RIG_OK(rd_lock_take(lock, &fd, &rig_err));
	RIG_OK(rd_sweep_put(&note, "{\"engine\":{}}", "BAAAAAAAAAA", "x:y", &rig_err));
	assert_string_equal(rd_str_get(&note),
		"{\"engine\":{},\"build\":\"BAAAAAAAAAA\",\"tag\":\"x:y\"}\n");
	RIG_OK(rd_sweep_note(rig_dir(), &note, false, &rig_err));
	RIG_OK(rd_sweep_run(rig_dir(), &rig_err));
	assert_int_equal(notes(&text), 1);
}

static void once__does_a_note_of_a_build_again_later(void **state RD_UNUSED)
{
	static const struct timespec old[2] = {{1, 0}, {1, 0}};
	RD_STR_AUTO rd_str note = RD_STR_INIT(0);
	RD_AUTOFREE char *path = NULL;
	int64_t left_us = 0;

	rd_str_put(&note, "{\"build\":\"BAAAAAAAAAA\"}\n");
	RIG_OK(rd_sweep_note(rig_dir(), &note, false, &rig_err));
	RIG_OK(rd_sweep_once(rig_dir(), &left_us, &rig_err));
	assert_true(left_us > 0 && left_us <= 30 * 1000000);
	RIG_OK(rd_sweep_once(rig_dir(), &left_us, &rig_err));
	assert_int_equal(notes(NULL), 0);
	assert_int_equal(notes_of(".later", &path, NULL), 1);
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	RIG_OK(rd_sweep_once(rig_dir(), &left_us, &rig_err));
	assert_int_equal(left_us, 0);
	assert_int_equal(notes(NULL) + notes_of(".later", NULL, NULL), 0);
}

static void once__keeps_a_later_note_whose_engine_is_away_for_the_next_opening(void **state
		RD_UNUSED)
{
	static const struct timespec old[2] = {{1, 0}, {1, 0}};
	RD_STR_AUTO rd_str note = RD_STR_INIT(0);
	RD_AUTOFREE char *path = NULL;
	int64_t left_us = 1;

	RIG_OK(rd_sweep_put(&note, OPTS, "BAAAAAAAAAA", NULL, &rig_err));
	RIG_OK(rd_sweep_note(rig_dir(), &note, true, &rig_err));
	assert_int_equal(notes_of(".later", &path, NULL), 1);
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	RIG_OK(rd_sweep_once(rig_dir(), &left_us, &rig_err));
	assert_int_equal(left_us, 0);
	assert_int_equal(notes(NULL), 1);
	assert_int_equal(notes_of(".later", NULL, NULL), 0);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(put__makes_a_line_of_the_engine_of_a_build),
		CASE(put__names_both_engines),
		CASE(put__adds_nothing_without_an_engine),
		CASE(note__of_nothing_is_not_written),
		CASE(run__keeps_a_note_whose_engine_is_away),
		CASE(run__drops_a_note_that_nobody_can_read),
		CASE(run__keeps_a_note_of_a_build_whose_worker_lives),
		CASE(run__keeps_tags_of_an_import_that_lives),
		CASE(once__does_a_note_of_a_build_again_later),
		CASE(once__keeps_a_later_note_whose_engine_is_away_for_the_next_opening),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
