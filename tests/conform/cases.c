/* SPDX-License-Identifier: MIT */
/* What every rack must do. */
#include "tests/conform/cases.h"

#include <poll.h>

#include "tests/conform/rig.h"
#include "tests/unit/unit.h"

static const rig_file no_files[] = {{"convox.yml", "services: {}\n"}, {NULL, NULL}};

/* ---- apps ---- */

static void apps_create__makes_a_running_app(rd_rack *r)
{
	rd_app a;

	RIG_OK(r->apps->create(r, "made", &rig_err));
	RIG_OK(r->apps->get(r, "made", &a, &rig_err));
	assert_string_equal(a.name, "made");
	assert_string_equal(a.status, "running");
	assert_string_equal(a.release, "");
	assert_string_equal(a.generation, "2");
	rd_app_done(&a);
}

static void apps_create__refuses_a_second_of_the_name(rd_rack *r)
{
	RIG_OK(r->apps->create(r, "twice", &rig_err));
	assert_int_equal(r->apps->create(r, "twice", &rig_err), RD_EEXIST);
	assert_string_equal(rig_err.msg, "app already exists: twice");
}

static void apps_create__refuses_unlawful_names(rd_rack *r)
{
	assert_int_equal(r->apps->create(r, "", &rig_err), RD_EINVAL);
	assert_int_equal(r->apps->create(r, "Shop", &rig_err), RD_EINVAL);
	assert_int_equal(r->apps->create(r, "a/b", &rig_err), RD_EINVAL);
	assert_int_equal(r->apps->create(r, "..", &rig_err), RD_EINVAL);
}

static void apps_get__names_an_unknown_app(rd_rack *r)
{
	rd_app a;

	assert_int_equal(r->apps->get(r, "nowhere", &a, &rig_err), RD_ENOENT);
	assert_non_null(strstr(rig_err.msg, "no such app 'nowhere'"));
}

static void apps_list__is_sorted(rd_rack *r)
{
	rd_vec apps;

	RIG_OK(r->apps->create(r, "sort-b", &rig_err));
	RIG_OK(r->apps->create(r, "sort-a", &rig_err));
	RIG_OK(r->apps->list(r, &apps, &rig_err));
	assert_true(apps.len >= 2);
	for (size_t i = 1; i < apps.len; i++) {
		const rd_app *a = rd_vec_at(&apps, i - 1), *b = rd_vec_at(&apps, i);

		assert_true(strcmp(a->name, b->name) < 0);
	}
	rd_apps_done(&apps);
}

static void apps_set_params__sets_and_removes(rd_rack *r)
{
	RD_AUTO(rd_kvs_done) rd_kvs params = {0};
	rd_app a;

	RIG_OK(r->apps->create(r, "params", &rig_err));
	assert_true(rd_kvs_set(&params, "BuildMemory", "512"));
	RIG_OK(r->apps->set_params(r, "params", &params, &rig_err));
	RIG_OK(r->apps->get(r, "params", &a, &rig_err));
	assert_string_equal(rd_kvs_get(&a.parameters, "BuildMemory"), "512");
	rd_app_done(&a);
	assert_true(rd_kvs_set(&params, "BuildMemory", ""));
	RIG_OK(r->apps->set_params(r, "params", &params, &rig_err));
	RIG_OK(r->apps->get(r, "params", &a, &rig_err));
	assert_null(rd_kvs_get(&a.parameters, "BuildMemory"));
	rd_app_done(&a);
}

static void apps_set_params__refuses_what_it_does_not_know(rd_rack *r)
{
	RD_AUTO(rd_kvs_done) rd_kvs params = {0};

	RIG_OK(r->apps->create(r, "params-bad", &rig_err));
	assert_true(rd_kvs_set(&params, "BuildSpeed", "9"));
	assert_int_equal(r->apps->set_params(r, "params-bad", &params, &rig_err), RD_EINVAL);
	assert_non_null(strstr(rig_err.msg, "BuildSpeed"));
	assert_true(rd_kvs_unset(&params, "BuildSpeed"));
	assert_true(rd_kvs_set(&params, "BuildMemory", "much"));
	assert_int_equal(r->apps->set_params(r, "params-bad", &params, &rig_err), RD_EINVAL);
	assert_int_equal(r->apps->set_params(r, "params-none", &params, &rig_err), RD_ENOENT);
}

static void apps_remove__takes_all_with_it(rd_rack *r)
{
	rd_release rel;
	rd_vec list;
	rd_app a;

	RIG_OK(r->apps->create(r, "gone", &rig_err));
	RIG_OK(r->releases->create(r, "gone", NULL, "A=1", NULL, &rel, &rig_err));
	free(rig_put(r, "gone", no_files));
	RIG_OK(r->apps->remove(r, "gone", &rig_err));
	assert_int_equal(r->apps->get(r, "gone", &a, &rig_err), RD_ENOENT);
	assert_int_equal(r->apps->remove(r, "gone", &rig_err), RD_ENOENT);
	RIG_OK(r->apps->create(r, "gone", &rig_err));
	RIG_OK(r->releases->list(r, "gone", 0, NULL, &list, &rig_err));
	assert_int_equal(list.len, 0);
	rd_releases_done(&list);
	rd_release_done(&rel);
}

static void apps_remove__keeps_sources_that_others_use(rd_rack *r)
{
	RD_AUTOFREE char *mine = NULL;
	RD_AUTOFREE char *theirs = NULL;
	RD_AUTOFREE char *again = NULL;

	RIG_OK(r->apps->create(r, "same-a", &rig_err));
	RIG_OK(r->apps->create(r, "same-b", &rig_err));
	mine = rig_put(r, "same-a", no_files);
	theirs = rig_put(r, "same-b", no_files);
	RIG_OK(r->apps->remove(r, "same-a", &rig_err));
	again = rig_put(r, "same-b", no_files);
	assert_string_equal(theirs, again);
}

/* ---- releases ---- */

static void releases_create__sorts_the_env_and_describes_it(rd_rack *r)
{
	rd_release rel;

	RIG_OK(r->apps->create(r, "env", &rig_err));
	RIG_OK(r->releases->create(r, "env", NULL, "B=2\nA=1", NULL, &rel, &rig_err));
	assert_string_equal(rel.env, "A=1\nB=2");
	assert_string_equal(rel.description, "env add:A add:B");
	assert_string_equal(rel.build, "");
	assert_true(rel.created_us > 0);
	rd_release_done(&rel);
	RIG_OK(r->releases->create(r, "env", NULL, "B=3\nC=4", NULL, &rel, &rig_err));
	assert_string_equal(rel.description, "env add:C change:B remove:A");
	rd_release_done(&rel);
}

static void releases_create__begins_from_the_latest(rd_rack *r)
{
	rd_release rel;

	RIG_OK(r->apps->create(r, "latest", &rig_err));
	RIG_OK(r->releases->create(r, "latest", NULL, "A=1", "first", &rel, &rig_err));
	assert_string_equal(rel.description, "first");
	rd_release_done(&rel);
	RIG_OK(r->releases->create(r, "latest", NULL, NULL, "second", &rel, &rig_err));
	assert_string_equal(rel.env, "A=1");
	assert_string_equal(rel.description, "second");
	rd_release_done(&rel);
}

static void releases_create__names_an_unknown_build(rd_rack *r)
{
	rd_release rel;

	RIG_OK(r->apps->create(r, "nobuild", &rig_err));
	assert_int_equal(r->releases->create(r, "nobuild", "BAAAAAAAAAA", NULL, NULL, &rel,
				 &rig_err),
		RD_ENOENT);
	assert_non_null(strstr(rig_err.msg, "BAAAAAAAAAA"));
}

static void releases_list__is_newest_first_and_paged(rd_rack *r)
{
	rd_release made[5];
	rd_vec page;

	RIG_OK(r->apps->create(r, "pages", &rig_err));
	for (int i = 0; i < 5; i++)
		RIG_OK(r->releases->create(r, "pages", NULL, "A=1", NULL, &made[i], &rig_err));
	RIG_OK(r->releases->list(r, "pages", 2, NULL, &page, &rig_err));
	assert_int_equal(page.len, 2);
	assert_string_equal(((rd_release *)rd_vec_at(&page, 0))->id, made[4].id);
	assert_string_equal(((rd_release *)rd_vec_at(&page, 1))->id, made[3].id);
	assert_string_equal(((rd_release *)rd_vec_at(&page, 0))->env, "");
	rd_releases_done(&page);
	RIG_OK(r->releases->list(r, "pages", 0, made[3].id, &page, &rig_err));
	assert_int_equal(page.len, 3);
	assert_string_equal(((rd_release *)rd_vec_at(&page, 0))->id, made[2].id);
	rd_releases_done(&page);
	assert_int_equal(r->releases->list(r, "pages", 0, "RNOSUCHONEX", &page, &rig_err),
		RD_ENOENT);
	for (int i = 0; i < 5; i++)
		rd_release_done(&made[i]);
}

static void releases_get__is_of_its_app_only(rd_rack *r)
{
	rd_release rel, other;

	RIG_OK(r->apps->create(r, "own-a", &rig_err));
	RIG_OK(r->apps->create(r, "own-b", &rig_err));
	RIG_OK(r->releases->create(r, "own-a", NULL, "A=1", NULL, &rel, &rig_err));
	assert_int_equal(r->releases->get(r, "own-b", rel.id, &other, &rig_err), RD_ENOENT);
	RIG_OK(r->releases->get(r, "own-a", rel.id, &other, &rig_err));
	assert_string_equal(other.env, "A=1");
	rd_release_done(&other);
	rd_release_done(&rel);
}

static void releases_promote__refuses_one_without_a_manifest(rd_rack *r)
{
	rd_release rel;
	rd_app a;

	RIG_OK(r->apps->create(r, "empty", &rig_err));
	RIG_OK(r->releases->create(r, "empty", NULL, "A=1", NULL, &rel, &rig_err));
	assert_int_equal(r->releases->promote(r, "empty", rel.id, false, NULL, &rig_err),
		RD_EINVAL);
	assert_string_equal(rig_err.msg, "can not promote a release with an empty manifest");
	RIG_OK(r->apps->get(r, "empty", &a, &rig_err));
	assert_string_equal(a.release, "");
	rd_app_done(&a);
	rd_release_done(&rel);
}

static void releases_promote__names_an_unknown_release(rd_rack *r)
{
	RIG_OK(r->apps->create(r, "unknown", &rig_err));
	assert_int_equal(r->releases->promote(r, "unknown", "RAAAAAAAAAA", false, NULL, &rig_err),
		RD_ENOENT);
	assert_non_null(strstr(rig_err.msg, "RAAAAAAAAAA"));
}

/* ---- builds ---- */

static void builds_create__names_an_unknown_app(rd_rack *r)
{
	rd_build_opts opts = {.url = "object://not-there/abc"};
	rd_build b;

	assert_int_equal(r->builds->create(r, "not-there", &opts, &b, &rig_err), RD_ENOENT);
	assert_non_null(strstr(rig_err.msg, "not-there"));
}

static void builds_create__names_a_wrong_source(rd_rack *r)
{
	rd_build_opts opts = {.url = "object://no-source/tmp/abc.tgz"};
	rd_vec list;
	rd_build b;

	RIG_OK(r->apps->create(r, "no-source", &rig_err));
	assert_int_equal(r->builds->create(r, "no-source", &opts, &b, &rig_err), RD_ENOENT);
	opts.url = "object://other-app/abc";
	assert_int_equal(r->builds->create(r, "no-source", &opts, &b, &rig_err), RD_EINVAL);
	opts.url = NULL;
	assert_int_equal(r->builds->create(r, "no-source", &opts, &b, &rig_err), RD_EINVAL);
	RIG_OK(r->builds->list(r, "no-source", 0, NULL, &list, &rig_err));
	assert_int_equal(list.len, 0);
	rd_builds_done(&list);
}

static void builds_get__names_an_unknown_build(rd_rack *r)
{
	rd_log_files files;
	rd_build b;

	RIG_OK(r->apps->create(r, "no-build", &rig_err));
	assert_int_equal(r->builds->get(r, "no-build", "BAAAAAAAAAA", &b, &rig_err), RD_ENOENT);
	assert_int_equal(r->builds->cancel(r, "no-build", "../../x", &rig_err), RD_ENOENT);
	assert_int_equal(r->logs->open(r, "no-build", "../../rack.db", &files, &rig_err),
		RD_ENOENT);
}

/* ---- system and events ---- */

static void system_get__tells_the_rack(rd_rack *r)
{
	rd_system s;

	RIG_OK(r->system->get(r, &s, &rig_err));
	assert_string_equal(s.status, "running");
	assert_true(*s.name && *s.provider && *s.version);
	rd_system_done(&s);
}

static void system_set_params__is_seen(rd_rack *r)
{
	RD_AUTO(rd_kvs_done) rd_kvs params = {0};
	rd_system s;

	assert_true(rd_kvs_set(&params, "BuildConcurrency", "7"));
	RIG_OK(r->system->set_params(r, &params, &rig_err));
	RIG_OK(r->system->get(r, &s, &rig_err));
	assert_string_equal(rd_kvs_get(&s.parameters, "BuildConcurrency"), "7");
	rd_system_done(&s);
	assert_true(rd_kvs_set(&params, "BuildConcurrency", "0"));
	assert_int_equal(r->system->set_params(r, &params, &rig_err), RD_EINVAL);
	assert_true(rd_kvs_set(&params, "BuildConcurrency", ""));
	RIG_OK(r->system->set_params(r, &params, &rig_err));
}

static void events__tell_of_a_commit_and_are_quiet_else(rd_rack *r)
{
	rd_events *e = NULL;
	struct pollfd fd = {.events = POLLIN};
	unsigned changes = 0;

	RIG_OK(r->events->open(r, &e, &rig_err));
	fd.fd = r->events->fd(e);
	RIG_OK(r->events->take(e, &changes, &rig_err));
	assert_int_equal(changes, 0);
	assert_int_equal(poll(&fd, 1, 0), 0);
	RIG_OK(r->apps->create(r, "event", &rig_err));
	assert_int_equal(poll(&fd, 1, 10000), 1);
	RIG_OK(r->events->take(e, &changes, &rig_err));
	assert_true(changes & RD_CHANGE_DATA);
	r->events->close(e);
}

#define CASE(function) \
	{ \
#function, function \
	}
const rig_case rig_cases[] = {
	CASE(apps_create__makes_a_running_app),
	CASE(apps_create__refuses_a_second_of_the_name),
	CASE(apps_create__refuses_unlawful_names),
	CASE(apps_get__names_an_unknown_app),
	CASE(apps_list__is_sorted),
	CASE(apps_set_params__sets_and_removes),
	CASE(apps_set_params__refuses_what_it_does_not_know),
	CASE(apps_remove__takes_all_with_it),
	CASE(apps_remove__keeps_sources_that_others_use),
	CASE(releases_create__sorts_the_env_and_describes_it),
	CASE(releases_create__begins_from_the_latest),
	CASE(releases_create__names_an_unknown_build),
	CASE(releases_list__is_newest_first_and_paged),
	CASE(releases_get__is_of_its_app_only),
	CASE(releases_promote__refuses_one_without_a_manifest),
	CASE(releases_promote__names_an_unknown_release),
	CASE(builds_create__names_an_unknown_app),
	CASE(builds_create__names_a_wrong_source),
	CASE(builds_get__names_an_unknown_build),
	CASE(system_get__tells_the_rack),
	CASE(system_set_params__is_seen),
	CASE(events__tell_of_a_commit_and_are_quiet_else),
};
const size_t rig_cases_count = RD_LEN(rig_cases);
