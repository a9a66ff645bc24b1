/* SPDX-License-Identifier: MIT */
/* Which rack and which app a command means. */
#include "tests/unit/unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/rack/select.h"
#include "tests/conform/rig.h"

static int begin(void **state RD_UNUSED)
{
	rig_begin();
	assert_int_equal(chdir(rig_dir()), 0);
	return 0;
}

static int end(void **state RD_UNUSED)
{
	assert_int_equal(chdir("/"), 0);
	rig_end();
	return 0;
}

static void put_choice(const char *what, const char *text)
{
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);

	RIG_OK(rd_mkdirs(".convox", &rig_err));
	rd_str_printf(&path, ".convox/%s", what);
	RIG_OK(rd_file_write(rd_str_get(&path), text, strlen(text), &rig_err));
}

/* ---- racks ---- */

static void assert_opens(const char *name, const char *want)
{
	rd_rack *r = NULL;

	RIG_OK(rd_rack_open(name, &r, &rig_err));
	assert_string_equal(r->name, want);
	assert_true(rd_ends_with(r->place, want));
	rd_rack_close(r);
}

static void rack_open__takes_local_if_none_is_chosen(void **state RD_UNUSED)
{
	struct stat st;

	assert_opens(NULL, "local");
	assert_int_equal(stat("rackdeck/racks/local", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat("rackdeck/racks/local/rack.db", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void rack_open__makes_what_r_names(void **state RD_UNUSED)
{
	assert_opens("second-1", "second-1");
}

static void rack_open__refuses_unlawful_names(void **state RD_UNUSED)
{
	static const char *const bad[] = {"", "-x", "Prod", "a b", "a_b",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	rd_rack *r = NULL;

	for (size_t i = 0; i < RD_LEN(bad); i++)
		assert_int_equal(rd_rack_open(bad[i], &r, &rig_err), RD_EINVAL);
	assert_false(rd_file_exists("rackdeck"));
}

static void rack_open__knows_no_rack_without_a_login(void **state RD_UNUSED)
{
	static const char *const remote[] = {"acme/prod", "https://host", "rack.example.com"};
	rd_rack *r = NULL;

	for (size_t i = 0; i < RD_LEN(remote); i++) {
		assert_int_equal(rd_rack_open(remote[i], &r, &rig_err), RD_ENOENT);
		assert_non_null(strstr(rig_err.msg, "rackdeck login"));
	}
	assert_int_equal(rd_rack_open("https://u:hunter22@host", &r, &rig_err), RD_EINVAL);
	assert_null(strstr(rig_err.msg, "hunter22"));
	assert_false(rd_file_exists("rackdeck"));
}

static void rack_open__does_not_repeat_a_url(void **state RD_UNUSED)
{
	rd_rack *r = NULL;

	setenv("RACK_URL", "http://convox:hunter22@rack.example.com", 1);
	RIG_OK(rd_rack_open(NULL, &r, &rig_err));
	assert_string_equal(r->name, "rack.example.com");
	assert_string_equal(r->place, "http://rack.example.com");
	rd_rack_close(r);
	setenv("RACK_URL", "rack.example.com:hunter22", 1);
	assert_int_equal(rd_rack_open(NULL, &r, &rig_err), RD_EINVAL);
	assert_null(strstr(rig_err.msg, "hunter22"));
	assert_opens("local", "local");
}

static void rack_open__makes_no_rack_for_an_inherited_name(void **state RD_UNUSED)
{
	rd_rack *r = NULL;

	setenv("CONVOX_RACK", "prod", 1);
	assert_int_equal(rd_rack_open(NULL, &r, &rig_err), RD_ENOENT);
	assert_non_null(strstr(rig_err.msg, "'prod'"));
	assert_opens("prod", "prod");
	assert_opens(NULL, "prod");
}

static void rack_open__reads_the_directory(void **state RD_UNUSED)
{
	assert_opens("mine", "mine");
	put_choice("rack", "  mine \n");
	assert_opens(NULL, "mine");
	setenv("CONVOX_RACK", "local", 1);
	assert_opens(NULL, "local");
}

static void rack_open__names_a_directory_that_is_read_only(void **state RD_UNUSED)
{
	rd_rack *r = NULL;

	/* A file where the folder should be: the same for every user, root too. */
	RIG_OK(rd_file_write("rackdeck", "", 0, &rig_err));
	assert_int_not_equal(rd_rack_open(NULL, &r, &rig_err), RD_OK);
	assert_non_null(strstr(rig_err.msg, "rackdeck"));
	assert_non_null(strstr(rig_err.ctx, "opening rack 'local'"));
}

/* ---- apps ---- */

static void assert_app(const char *name, const char *dir, const char *want)
{
	char *app = NULL;

	RIG_OK(rd_app_select(name, dir, &app, &rig_err));
	assert_string_equal(app, want);
	free(app);
}

static void app_select__prefers_the_flag(void **state RD_UNUSED)
{
	put_choice("app", "filed\n");
	assert_app("given", NULL, "given");
	assert_app(NULL, NULL, "filed");
	put_choice("app", "\n");
	assert_app(NULL, "/usr/bin", "bin");
}

static void app_select__makes_the_folder_lawful(void **state RD_UNUSED)
{
	RIG_OK(rd_mkdirs("My Shop_2 (new)!", &rig_err));
	assert_app(NULL, "My Shop_2 (new)!", "my-shop-2-new");
	RIG_OK(rd_mkdirs("a-very-long-name-of-a-folder-that-goes-on", &rig_err));
	assert_app(NULL, "a-very-long-name-of-a-folder-that-goes-on",
		"a-very-long-name-of-a-folder-t");
}

static void app_select__names_a_folder_without_a_name(void **state RD_UNUSED)
{
	char *app = NULL;

	assert_int_equal(rd_app_select(NULL, "/", &app, &rig_err), RD_EINVAL);
	assert_non_null(strstr(rig_err.msg, "-a"));
	assert_int_equal(rd_app_select(NULL, "not-there", &app, &rig_err), RD_ENOENT);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(rack_open__takes_local_if_none_is_chosen),
		CASE(rack_open__makes_what_r_names),
		CASE(rack_open__refuses_unlawful_names),
		CASE(rack_open__knows_no_rack_without_a_login),
		CASE(rack_open__does_not_repeat_a_url),
		CASE(rack_open__makes_no_rack_for_an_inherited_name),
		CASE(rack_open__reads_the_directory),
		CASE(rack_open__names_a_directory_that_is_read_only),
		CASE(app_select__prefers_the_flag),
		CASE(app_select__makes_the_folder_lawful),
		CASE(app_select__names_a_folder_without_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
