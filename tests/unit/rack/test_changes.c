/* SPDX-License-Identifier: MIT */
/* What changed on a rack, thing by thing; seen by one connection, done by another. */
#include "core/rack/changes.h"

#include <poll.h>
#include <string.h>

#include <jansson.h>

#include "core/rack/json_read.h"
#include "core/rack/select.h"
#include "tests/conform/rig.h"
#include "tests/unit/unit.h"

static rd_rack *seen, *used;
static rd_changes *changes;

static int begin(void **state RD_UNUSED)
{
	rig_begin();
	RIG_OK(rd_rack_open("local", &seen, &rig_err));
	RIG_OK(rd_rack_open("local", &used, &rig_err));
	return 0;
}

static int end(void **state RD_UNUSED)
{
	changes = rd_changes_close(changes);
	seen = rd_rack_close(seen);
	used = rd_rack_close(used);
	rig_end();
	return 0;
}

/* "created app shop; updated app shop; …": waits until it ends like that. */
static void expect(const char *want)
{
	RD_STR_AUTO rd_str told = RD_STR_INIT(0);

	while (strcmp(rd_str_get(&told), want) != 0) {
		struct pollfd fd = {rd_changes_fd(changes), POLLIN, 0};
		RD_STR_AUTO rd_str lines = RD_STR_INIT(0);

		if (poll(&fd, 1, 10000) != 1)
			fail_msg("wanted '%s', told '%s'", want, rd_str_get(&told));
		RIG_OK(rd_changes_take(changes, &lines, &rig_err));
		for (const char *at = rd_str_get(&lines); *at; at += strcspn(at, "\n") + 1) {
			json_t *o = json_loadb(at, strcspn(at, "\n"), 0, NULL);

			assert_string_equal(json_string_value(json_object_get(o, "rack")), "local");
			rd_str_printf(&told, "%s%s %s %s", told.len ? "; " : "",
				json_string_value(json_object_get(o, "action")),
				json_string_value(json_object_get(o, "type")),
				json_string_value(json_object_get(o, "app")));
			assert_false(strcmp(json_string_value(json_object_get(o, "type")),
					     "release") == 0 &&
				     json_object_get(json_object_get(o, "data"), "env"));
			json_decref(o);
		}
	}
}

static void changes_take__tells_what_comes_changes_and_goes(void **state RD_UNUSED)
{
	RD_AUTO(rd_kvs_done) rd_kvs params = {0};
	RD_AUTO(rd_release_done) rd_release release = {0};

	RIG_OK(used->apps->create(used, "old", &rig_err));
	RIG_OK(rd_changes_open(seen, NULL, &changes, &rig_err));
	assert_int_equal(rd_changes_wait_ms(changes), -1);
	RIG_OK(used->apps->create(used, "shop", &rig_err));
	expect("created app shop");
	assert_true(rd_kvs_set(&params, "BuildCpu", "512"));
	RIG_OK(used->apps->set_params(used, "shop", &params, &rig_err));
	expect("updated app shop");
	RIG_OK(used->releases->create(used, "shop", NULL, "A=secret", NULL, &release, &rig_err));
	expect("created release shop");
	RIG_OK(used->apps->remove(used, "shop", &rig_err));
	expect("removed release shop; removed app shop");
}

static void changes_take__tells_of_one_app_alone(void **state RD_UNUSED)
{
	RIG_OK(rd_changes_open(seen, "shop", &changes, &rig_err));
	RIG_OK(used->apps->create(used, "other", &rig_err));
	RIG_OK(used->apps->create(used, "shop", &rig_err));
	expect("created app shop");
}

static void changes_take__takes_no_end_of_a_list_for_a_removal(void **state RD_UNUSED)
{
	RIG_OK(used->apps->create(used, "shop", &rig_err));
	for (int i = 0; i < 200; i++) {
		RD_AUTO(rd_release_done) rd_release r = {0};

		RIG_OK(used->releases->create(used, "shop", NULL, "A=1", NULL, &r, &rig_err));
	}
	RIG_OK(rd_changes_open(seen, NULL, &changes, &rig_err));
	for (int i = 0; i < 3; i++) {
		RD_AUTO(rd_release_done) rd_release r = {0};

		RIG_OK(used->releases->create(used, "shop", NULL, "A=2", NULL, &r, &rig_err));
		expect("created release shop");
	}
}

static const struct rd_rack_releases *true_releases;
static bool removes_app; /* once, between the lists of its builds and of its releases */

static rd_code one_build(rd_rack *r RD_UNUSED, const char *app, int limit RD_UNUSED,
	const char *before RD_UNUSED, rd_vec *ret_builds, rd_err *err)
{
	static const char text[] =
		"[{\"id\":\"BABCDEFGHIJ\",\"app\":\"shop\",\"status\":\"complete\"}]";
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);

	assert_string_equal(app, "shop");
	rd_str_put(&json, text);
	return rd_json_read_builds(&json, ret_builds, err);
}

static rd_code list_late(rd_rack *r, const char *app, int limit, const char *before,
	rd_vec *ret_releases, rd_err *err)
{
	if (removes_app)
		RIG_OK(used->apps->remove(used, app, &rig_err));
	removes_app = false;
	return true_releases->list(r, app, limit, before, ret_releases, err);
}

static void changes_take__tells_all_of_an_app_that_went_meanwhile(void **state RD_UNUSED)
{
	RD_AUTO(rd_kvs_done) rd_kvs params = {0};
	struct rd_rack_builds builds = *seen->builds;
	struct rd_rack_releases releases = *seen->releases;

	true_releases = seen->releases;
	builds.list = one_build;
	releases.list = list_late;
	seen->builds = &builds;
	seen->releases = &releases;
	RIG_OK(used->apps->create(used, "shop", &rig_err));
	RIG_OK(rd_changes_open(seen, NULL, &changes, &rig_err));
	removes_app = true;
	assert_true(rd_kvs_set(&params, "BuildCpu", "512"));
	RIG_OK(used->apps->set_params(used, "shop", &params, &rig_err));
	expect("removed build shop; removed app shop");
	changes = rd_changes_close(changes);
}

#define CHANGES_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHANGES_TEST(changes_take__tells_what_comes_changes_and_goes),
		CHANGES_TEST(changes_take__tells_of_one_app_alone),
		CHANGES_TEST(changes_take__takes_no_end_of_a_list_for_a_removal),
		CHANGES_TEST(changes_take__tells_all_of_an_app_that_went_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
