/* SPDX-License-Identifier: MIT */
/* Notes of what is to be removed from engines. */
#include "tests/unit/unit.h"

#include <dirent.h>

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

/* How many notes there are; *ret_text (may be NULL) gets the last one's text. */
static int notes(char **ret_text)
{
	RD_AUTOFREE char *run = rd_path_join(rig_dir(), "run");
	DIR *d = opendir(run);
	struct dirent *e;
	int n = 0;

	assert_non_null(d);
	while ((e = readdir(d))) {
		RD_AUTOFREE char *path = rd_path_join(run, e->d_name);
		rd_str text = RD_STR_INIT(0);

		if (!rd_ends_with(e->d_name, ".sweep"))
			continue;
		n++;
		if (!ret_text)
			continue;
		RIG_OK(rd_file_read(path, 4096, &text, &rig_err));
		*ret_text = rd_str_take(&text);
	}
	closedir(d);
	return n;
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

	RIG_OK(rd_sweep_note(rig_dir(), &note, &rig_err));
	assert_int_equal(notes(NULL), 0);
}

static void run__keeps_a_note_whose_engine_is_away(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str note = RD_STR_INIT(0);
	RD_AUTOFREE char *text = NULL;

	RIG_OK(rd_sweep_put(&note, OPTS, NULL, "local/shop:web.BAAAAAAAAAA", &rig_err));
	RIG_OK(rd_sweep_note(rig_dir(), &note, &rig_err));
	RIG_OK(rd_sweep_run(rig_dir(), &rig_err));
	assert_int_equal(notes(&text), 1);
	assert_string_equal(text, rd_str_get(&note));
}

static void run__drops_a_note_that_nobody_can_read(void **state RD_UNUSED)
{
	rd_str note = RD_STR_INIT(0);

	rd_str_put(&note, "not json\n{}\n");
	RIG_OK(rd_sweep_note(rig_dir(), &note, &rig_err));
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
	RIG_OK(rd_sweep_note(rig_dir(), &note, &rig_err));
	RIG_OK(rd_sweep_run(rig_dir(), &rig_err));
	assert_int_equal(notes(NULL), 1);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(put__makes_a_line_of_the_engine_of_a_build),
		CASE(put__adds_nothing_without_an_engine),
		CASE(note__of_nothing_is_not_written),
		CASE(run__keeps_a_note_whose_engine_is_away),
		CASE(run__drops_a_note_that_nobody_can_read),
		CASE(run__keeps_a_note_of_a_build_whose_worker_lives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
