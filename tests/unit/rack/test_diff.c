/* SPDX-License-Identifier: MIT */
/* rd_release_diff: environment by name, manifest by line. */
#include "tests/unit/unit.h"

#include "core/base/str.h"
#include "core/rack/diff.h"

static rd_release release_of(char *env, char *manifest)
{
	return (rd_release){.env = env, .manifest = manifest};
}

/* The lines as "+text", "-text", "~text", " text", with ';' between. */
static char *words(const rd_vec *lines, rd_str *out)
{
	rd_str_clear(out);
	for (size_t i = 0; i < lines->len; i++) {
		const rd_diff_line *l = rd_vec_at(lines, i);

		rd_str_printf(out, "%s%c%s", i ? ";" : "", " +-~"[l->op], l -> text);
	}
	return (char *)(uintptr_t)rd_str_get(out);
}

static void assert_diff(char *env1, char *man1, char *env2, char *man2, const char *env,
	const char *manifest)
{
	rd_release from = release_of(env1, man1), to = release_of(env2, man2);
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	rd_release_diff d;
	rd_err err;

	assert_int_equal(rd_release_diff_make(env1 ? &from : NULL, &to, &d, &err), RD_OK);
	assert_string_equal(words(&d.env, &out), env);
	assert_string_equal(words(&d.manifest, &out), manifest);
	rd_release_diff_done(&d);
}

static void make__of_equal_releases_has_no_change(void **state RD_UNUSED)
{
	char env[] = "A=1\nB=2", man[] = "a\nb\n";
	rd_release r = release_of(env, man);
	rd_release_diff d;
	rd_err err;

	assert_int_equal(rd_release_diff_make(&r, &r, &d, &err), RD_OK);
	assert_int_equal(d.env_same, 2);
	assert_int_equal(d.env_added + d.env_changed + d.env_removed, 0);
	assert_int_equal(d.manifest_added + d.manifest_removed, 0);
	assert_int_equal(d.manifest.len, 2);
	rd_release_diff_done(&d);
}

static void make__without_an_active_release_adds_all(void **state RD_UNUSED)
{
	char env[] = "B=2\nA=1", man[] = "a\nb";

	assert_diff(NULL, NULL, env, man, "+A;+B", "+a;+b");
}

static void make__tells_variables_apart_by_name(void **state RD_UNUSED)
{
	char old[] = "GONE=x\nSAME=1\nCHANGED=a", new[] = "SAME=1\nCHANGED=b\nADDED=";
	char man[] = "";
	rd_release from = release_of(old, man), to = release_of(new, man);
	const rd_diff_line *changed;
	rd_release_diff d;
	rd_err err;

	assert_diff(old, man, new, man, "+ADDED;~CHANGED;-GONE; SAME", "");
	assert_int_equal(rd_release_diff_make(&from, &to, &d, &err), RD_OK);
	changed = rd_vec_at(&d.env, 1);
	assert_string_equal(changed->from, "a");
	assert_string_equal(changed->to, "b");
	assert_int_equal(d.env_added, 1);
	assert_int_equal(d.env_changed, 1);
	assert_int_equal(d.env_removed, 1);
	assert_int_equal(d.env_same, 1);
	rd_release_diff_done(&d);
}

static void make__keeps_common_lines_of_a_manifest(void **state RD_UNUSED)
{
	char env[] = "", old[] = "a\nb\nc\nd\ne\n", new[] = "a\nx\nc\ne\nf\n";

	assert_diff(env, old, env, new, "", " a;-b;+x; c;-d; e;+f");
}

static void make__of_huge_manifests_replaces_the_middle(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str old = RD_STR_INIT(0);
	RD_STR_AUTO rd_str new = RD_STR_INIT(0);
	char env[] = "";
	rd_release from, to;
	rd_release_diff d;
	rd_err err;

	rd_str_put(&old, "head\n");
	rd_str_put(&new, "head\n");
	for (int i = 0; i < 3000; i++) {
		rd_str_printf(&old, "old %d\n", i);
		rd_str_printf(&new, "new %d\n", i);
	}
	from = release_of(env, old.data);
	to = release_of(env, new.data);
	assert_int_equal(rd_release_diff_make(&from, &to, &d, &err), RD_OK);
	assert_int_equal(d.manifest_added, 3000);
	assert_int_equal(d.manifest_removed, 3000);
	assert_int_equal(d.manifest.len, 6001);
	rd_release_diff_done(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(make__of_equal_releases_has_no_change),
		cmocka_unit_test(make__without_an_active_release_adds_all),
		cmocka_unit_test(make__tells_variables_apart_by_name),
		cmocka_unit_test(make__keeps_common_lines_of_a_manifest),
		cmocka_unit_test(make__of_huge_manifests_replaces_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
