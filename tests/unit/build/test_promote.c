/* SPDX-License-Identifier: MIT */
/* rd_promote_check: the checks of Convox in its order. */
#include "core/build/promote.h"
#include "tests/unit/unit.h"

#define MANIFEST "environment: [A, B=1]\nservices:\n  web: {image: \"${IMG}\"}\n"

static void assert_refused(rd_promote_case c, rd_code code, const char *message)
{
	rd_err err = {0};

	assert_int_equal(rd_promote_check(&c, &err), code);
	assert_string_equal(err.msg, message);
}

static const rd_promote_case good = {
	.app_status = "running",
	.manifest = MANIFEST,
	.env = "A=1\nIMG=redis",
	.created_us = 20,
	.active_created_us = 10,
};

static void check__lets_a_newer_release_pass(void **state RD_UNUSED)
{
	rd_promote_case c = good;

	assert_refused(c, RD_OK, "");
	c.active_created_us = 0;
	assert_refused(c, RD_OK, "");
	c.created_us = c.active_created_us = 10;
	assert_refused(c, RD_OK, "");
}

static void check__waits_for_a_running_app_unless_forced(void **state RD_UNUSED)
{
	rd_promote_case c = good;

	c.app_status = "updating";
	c.manifest = "";
	assert_refused(c, RD_EBUSY, "app is currently updating");
	c.manifest = good.manifest;
	c.force = true;
	assert_refused(c, RD_OK, "");
}

static void check__refuses_empty_manifests_then_older_releases(void **state RD_UNUSED)
{
	rd_promote_case c = good;

	c.created_us = 5;
	c.manifest = " \n\t";
	assert_refused(c, RD_EINVAL, "can not promote a release with an empty manifest");
	c.manifest = "broken: [";
	assert_refused(c, RD_EINVAL, "can not promote an older release, try rollback");
	/* force is only for the app's status */
	c.force = true;
	assert_refused(c, RD_EINVAL, "can not promote an older release, try rollback");
}

static void check__loads_the_manifest_with_the_environment_of_the_release(void **state RD_UNUSED)
{
	rd_promote_case c = good;

	c.env = "IMG=redis";
	assert_refused(c, RD_EINVAL, "required env: A");
	c.env = "A=1\nIMG=No Image";
	assert_refused(c, RD_EPARSE,
		"line 3, column 16: service 'web': 'No Image' is not an image reference: its name "
		"must be lower case");
	c.manifest = "services: [";
	c.env = "";
	assert_refused(c, RD_EPARSE,
		"line 1, column 12: did not find expected node content while parsing a flow node");
}

static void check__masks_what_is_secret_in_the_environment(void **state RD_UNUSED)
{
	rd_promote_case c = good;

	c.manifest = "services:\n  web: {image: a, port: \"${API_KEY}\"}\n";
	c.env = "API_KEY=hunter2hunter";
	assert_refused(c, RD_EPARSE,
		"line 2, column 25: 'port' of service 'web' must be a port such as 3000 or "
		"https:3000, not '****'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check__lets_a_newer_release_pass),
		cmocka_unit_test(check__waits_for_a_running_app_unless_forced),
		cmocka_unit_test(check__refuses_empty_manifests_then_older_releases),
		cmocka_unit_test(check__loads_the_manifest_with_the_environment_of_the_release),
		cmocka_unit_test(check__masks_what_is_secret_in_the_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
