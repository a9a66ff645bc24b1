/* SPDX-License-Identifier: MIT */
/* Builds as processes: queue, cancel, death and recovery. The engine is one that never
 * answers a build, or none at all; the worker is this program, started again. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/spawn.h"
#include "core/rack/select.h"
#include "core/rack/worker.h"
#include "core/store/locks.h"
#include "tests/conform/rig.h"
#include "tests/unit/rack/mute_engine.h"

#define APP "shop"

static const rig_file source[] = {
	{"convox.yml", "services:\n  web:\n    build: .\n"},
	{"Dockerfile", "FROM scratch\nCOPY Dockerfile /x\n"},
	{NULL, NULL},
};

static rd_rack *rack;
static int waits_fd = -1; /* the lock of the sweeper that waits */

/* ---- setting up ---- */

static char *path_of(const char *name)
{
	char *path = rd_path_join(rig_dir(), name);

	assert_non_null(path);
	return path;
}

static void use_engine(const char *name)
{
	RD_STR_AUTO rd_str host = RD_STR_INIT(0);

	rd_str_printf(&host, "unix://%s/%s", rig_dir(), name);
	setenv("DOCKER_HOST", rd_str_get(&host), 1);
}

static void begin_here(void)
{
	RD_AUTOFREE char *path = path_of("mute.sock");
	RD_AUTOFREE char *waits = path_of("rackdeck/racks/test/run/later.lock");

	mute_engine_start(path);
	use_engine("mute.sock");
	RIG_OK(rd_rack_open("test", &rack, &rig_err));
	RIG_OK(rack->apps->create(rack, APP, &rig_err));
	/* A sweeper does what is due and waits for the rest only with this lock: stop() would wait, too. */
	RIG_OK(rd_lock_take(waits, &waits_fd, &rig_err));
}

static int begin(void **state RD_UNUSED)
{
	rig_begin();
	begin_here();
	return 0;
}

static void cancel_all(void)
{
	rd_vec builds;

	RIG_OK(rack->builds->list(rack, APP, 0, NULL, &builds, &rig_err));
	for (size_t i = 0; i < builds.len; i++) {
		const rd_build *b = rd_vec_at(&builds, i);
		rd_build end;

		if (!rd_build_is_active(b))
			continue;
		rack->builds->cancel(rack, APP, b->id, NULL);
		rig_wait(rack, APP, b->id, "failed", &end);
		rd_build_done(&end);
	}
	rd_builds_done(&builds);
}

/* Workers are nobody's children, so they become ours (main): when none is left, nothing writes. */
static void stop(void)
{
	cancel_all();
	rack = rd_rack_close(rack);
	while (waitpid(-1, NULL, 0) > 0)
		continue;
	close(waits_fd);
	mute_engine_stop();
}

static int end(void **state RD_UNUSED)
{
	stop();
	rig_end();
	return 0;
}

static void set_concurrency(const char *n)
{
	RD_AUTO(rd_kvs_done) rd_kvs params = {0};

	assert_true(rd_kvs_set(&params, "BuildConcurrency", n));
	RIG_OK(rack->system->set_params(rack, &params, &rig_err));
}

static rd_build start_with(const rig_file *files, const rd_kvs *args)
{
	RD_AUTOFREE char *url = rig_put(rack, APP, files);
	rd_build_opts opts = {.url = url, .description = "a build", .args = args};
	rd_build b;

	RIG_OK(rack->builds->create(rack, APP, &opts, &b, &rig_err));
	return b;
}

static rd_build start(void)
{
	return start_with(source, NULL);
}

/* Waits for the state and frees; for what is only to happen. */
static void await(const rd_build *b, const char *status)
{
	rd_build got;

	rig_wait(rack, APP, b->id, status, &got);
	rd_build_done(&got);
}

static void kill_worker(const rd_build *b)
{
	rd_build got;
	unsigned long long pid = 0;

	rig_wait(rack, APP, b->id, "running", &got);
	RIG_OK(rd_parse_u64(got.process, &pid, &rig_err));
	assert_true(pid > 1);
	assert_int_equal(kill((pid_t)pid, SIGKILL), 0);
	rd_build_done(&got);
}

static void assert_failed(const rd_build *b, const char *reason)
{
	rd_build got;

	rig_wait(rack, APP, b->id, "failed", &got);
	assert_string_equal(got.reason, reason);
	assert_string_equal(got.release, "");
	assert_true(got.ended_us >= got.started_us);
	rd_build_done(&got);
}

/* ---- failing ---- */

static void build__without_an_engine_fails_and_names_it(void **state RD_UNUSED)
{
	RD_AUTOFREE char *log = NULL;
	rd_build b, got;

	use_engine("missing.sock");
	b = start();
	rig_wait(rack, APP, b.id, "failed", &got);
	if (!strstr(got.reason, "missing.sock"))
		fail_msg("the reason is: %s", got.reason);
	assert_string_equal(got.description, "a build");
	assert_string_equal(got.manifest, source[0][1]);
	log = rig_log(rack, APP, b.id);
	assert_non_null(strstr(log, "ERROR: "));
	assert_non_null(strstr(log, got.reason));
	assert_true(rd_ends_with(log, "\n"));
	rd_build_done(&got);
	rd_build_done(&b);
}

static void build__without_a_manifest_fails(void **state RD_UNUSED)
{
	static const rig_file bare[] = {{"README", "nothing"}, {NULL, NULL}};
	rd_build b = start_with(bare, NULL), got;

	rig_wait(rack, APP, b.id, "failed", &got);
	assert_true(rd_starts_with(got.reason, "no such file: convox.yml"));
	rd_build_done(&got);
	rd_build_done(&b);
}

static void build__keeps_args_off_the_disk(void **state RD_UNUSED)
{
	static const char *const tell[] = {"grep", "-r", "-l", "hush4hush4hush", NULL, NULL};
	const char *argv[RD_LEN(tell)];
	RD_AUTO(rd_kvs_done) rd_kvs args = {0};
	RD_STR_AUTO rd_str found = RD_STR_INIT(0);
	rd_spawn_opts opts = {.argv = argv};
	int status;
	rd_build b;

	assert_true(rd_kvs_set(&args, "API_TOKEN", "hush4hush4hush"));
	b = start_with(source, &args);
	await(&b, "running");
	memcpy(argv, tell, sizeof(tell));
	argv[4] = rig_dir();
	RIG_OK(rd_spawn_output(&opts, 4096, &found, &status, &rig_err));
	assert_string_equal(rd_str_get(&found), "");
	assert_int_equal(status, 1);
	rd_build_done(&b);
}

static void build__masks_a_value_that_looks_secret(void **state RD_UNUSED)
{
	static const rig_file files[] = {
		{"convox.yml", "services:\n  web:\n    build: .\n"},
		{"Dockerfile", "ARG BASE\nFROM registry.invalid/$BASE\n"},
		{NULL, NULL},
	};
	RD_AUTO(rd_kvs_done) rd_kvs args = {0};
	RD_AUTOFREE char *log = NULL;
	rd_build b, got;

	assert_true(rd_kvs_set(&args, "BASE", "hush4hush4hush"));
	b = start_with(files, &args);
	rig_wait(rack, APP, b.id, "failed", &got);
	assert_non_null(strstr(got.reason, "registry.invalid/****"));
	log = rig_log(rack, APP, b.id);
	assert_non_null(strstr(log, "registry.invalid/****"));
	assert_null(strstr(log, "hush4"));
	rd_build_done(&got);
	rd_build_done(&b);
}

/* ---- cancel ---- */

static void cancel__ends_a_running_build(void **state RD_UNUSED)
{
	RD_AUTOFREE char *log = NULL;
	rd_build b = start();

	await(&b, "running");
	RIG_OK(rack->builds->cancel(rack, APP, b.id, &rig_err));
	assert_failed(&b, "canceled");
	log = rig_log(rack, APP, b.id);
	assert_true(rd_ends_with(log, "ERROR: canceled\n"));
	assert_int_equal(rack->builds->cancel(rack, APP, b.id, &rig_err), RD_EBUSY);
	assert_non_null(strstr(rig_err.msg, "is not running: it is failed"));
	rd_build_done(&b);
}

static void cancel__ends_a_queued_build_only(void **state RD_UNUSED)
{
	rd_build first, second, got;

	set_concurrency("1");
	first = start();
	await(&first, "running");
	second = start();
	RIG_OK(rack->builds->cancel(rack, APP, second.id, &rig_err));
	assert_failed(&second, "canceled");
	RIG_OK(rack->builds->get(rack, APP, first.id, &got, &rig_err));
	assert_string_equal(got.status, "running");
	rd_build_done(&got);
	rd_build_done(&second);
	rd_build_done(&first);
}

static void sigterm__ends_a_build_as_interrupted(void **state RD_UNUSED)
{
	rd_build b = start(), got;
	unsigned long long pid = 0;

	rig_wait(rack, APP, b.id, "running", &got);
	RIG_OK(rd_parse_u64(got.process, &pid, &rig_err));
	assert_int_equal(kill((pid_t)pid, SIGTERM), 0);
	assert_failed(&b, "interrupted");
	rd_build_done(&got);
	rd_build_done(&b);
}

/* ---- queue ---- */

static void queue__starts_builds_in_their_order(void **state RD_UNUSED)
{
	rd_build b[3], got;

	set_concurrency("1");
	for (int i = 0; i < 3; i++)
		b[i] = start();
	for (int i = 0; i < 3; i++) {
		await(&b[i], "running");
		for (int k = i + 1; k < 3; k++) {
			RIG_OK(rack->builds->get(rack, APP, b[k].id, &got, &rig_err));
			assert_string_equal(got.status, "created");
			rd_build_done(&got);
		}
		RIG_OK(rack->builds->cancel(rack, APP, b[i].id, &rig_err));
		await(&b[i], "failed");
		rd_build_done(&b[i]);
	}
}

static void queue__goes_on_when_a_worker_is_killed(void **state RD_UNUSED)
{
	rd_build first, second;

	set_concurrency("1");
	first = start();
	await(&first, "running");
	second = start();
	kill_worker(&first);
	await(&second, "running");
	rd_build_done(&second);
	rd_build_done(&first);
}

static void queue__hears_of_a_new_limit(void **state RD_UNUSED)
{
	rd_build first, second;

	set_concurrency("1");
	first = start();
	await(&first, "running");
	second = start();
	set_concurrency("2");
	await(&second, "running");
	rd_build_done(&second);
	rd_build_done(&first);
}

/* ---- death ---- */

static void kill__is_seen_by_a_rack_that_is_open(void **state RD_UNUSED)
{
	rd_build b = start();

	kill_worker(&b);
	assert_failed(&b, "interrupted");
	rd_build_done(&b);
}

static void kill__is_seen_by_who_opens_the_rack_next(void **state RD_UNUSED)
{
	RD_AUTOFREE char *lock = NULL;
	RD_STR_AUTO rd_str name = RD_STR_INIT(0);
	rd_build b = start(), got;
	rd_rack *other = NULL;
	bool held = true;

	rd_str_printf(&name, "rackdeck/racks/test/run/%s.lock", b.id);
	lock = path_of(rd_str_get(&name));
	kill_worker(&b);
	/* The kernel lets the lock go when the process is gone. */
	while (held)
		RIG_OK(rd_lock_held(lock, &held, &rig_err));
	RIG_OK(rd_rack_open("test", &other, &rig_err));
	RIG_OK(other->builds->get(other, APP, b.id, &got, &rig_err));
	assert_string_equal(got.status, "failed");
	assert_string_equal(got.reason, "interrupted");
	rd_build_done(&got);
	rd_rack_close(other);
	rd_build_done(&b);
}

static void recover__leaves_a_living_build_alone(void **state RD_UNUSED)
{
	rd_build b = start(), got;
	rd_rack *other = NULL;

	await(&b, "running");
	RIG_OK(rd_rack_open("test", &other, &rig_err));
	RIG_OK(other->builds->get(other, APP, b.id, &got, &rig_err));
	assert_string_equal(got.status, "running");
	rd_build_done(&got);
	rd_rack_close(other);
	rd_build_done(&b);
}

static void recover__clears_what_no_build_needs(void **state RD_UNUSED)
{
	static const char *const stale[] = {"BAAAAAAAAAA.lock", "BAAAAAAAAAA.cancel",
		"BBBBBBBBBBB.cancel", "BAAAAAAAAAA.spare"};
	RD_AUTOFREE char *run = path_of("rackdeck/racks/test/run");
	rd_build b = start();
	rd_rack *other = NULL;
	RD_STR_AUTO rd_str mine = RD_STR_INIT(0);

	await(&b, "running");
	for (size_t i = 0; i < RD_LEN(stale); i++) {
		RD_AUTOFREE char *path = rd_path_join(run, stale[i]);

		RIG_OK(rd_file_write(path, "", 0, &rig_err));
	}
	RIG_OK(rd_rack_open("test", &other, &rig_err));
	for (size_t i = 0; i < RD_LEN(stale); i++) {
		RD_AUTOFREE char *path = rd_path_join(run, stale[i]);

		assert_false(rd_file_exists(path));
	}
	rd_str_printf(&mine, "%s/%s.lock", run, b.id);
	assert_true(rd_file_exists(rd_str_get(&mine)));
	rd_rack_close(other);
	rd_build_done(&b);
}

static void apps_remove__refuses_while_a_build_runs(void **state RD_UNUSED)
{
	rd_build b = start();

	assert_int_equal(rack->apps->remove(rack, APP, &rig_err), RD_EBUSY);
	assert_non_null(strstr(rig_err.msg, b.id));
	RIG_OK(rack->builds->cancel(rack, APP, b.id, &rig_err));
	await(&b, "failed");
	RIG_OK(rack->apps->remove(rack, APP, &rig_err));
	RIG_OK(rack->apps->create(rack, APP, &rig_err));
	rd_build_done(&b);
}

/* ---- a full disk ---- */

/* A home on a small disk of its own; workers see it too. Only root may mount. */
static int begin_small(void **state)
{
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return 0;
	rig_begin();
	if (mount("tmpfs", rig_dir(), "tmpfs", 0, "size=4m,mode=0700")) {
		rig_end();
		return 0;
	}
	begin_here();
	*state = &rack;
	return 0;
}

static int end_small(void **state)
{
	if (!*state)
		return 0;
	stop();
	assert_int_equal(umount2(rig_dir(), MNT_DETACH), 0);
	rig_end();
	return 0;
}

static void fill_disk(void)
{
	static const char zeros[4096];
	RD_AUTOFREE char *path = path_of("fill");
	RD_AUTOCLOSE int fd = -1;

	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	while (write(fd, zeros, sizeof(zeros)) > 0)
		continue;
	assert_int_equal(errno, ENOSPC);
}

static void full_disk__still_records_how_a_build_ended(void **state)
{
	RD_AUTOFREE char *log = NULL;
	RD_STR_AUTO rd_str last = RD_STR_INIT(0);
	rd_build b, got;

	if (!*state)
		skip();
	b = start();
	await(&b, "running");
	fill_disk();
	RIG_OK(rack->builds->cancel(rack, APP, b.id, &rig_err));
	rig_wait(rack, APP, b.id, "failed", &got);
	/* Whatever it met first. */
	assert_true(!strcmp(got.reason, "canceled") || strstr(got.reason, "No space left"));
	log = rig_log(rack, APP, b.id);
	rd_str_printf(&last, "ERROR: %s\n", got.reason);
	assert_true(rd_ends_with(log, rd_str_get(&last)));
	rd_build_done(&got);
	rd_build_done(&b);
}

static void full_disk__refuses_a_build_and_leaves_nothing(void **state)
{
	RD_AUTOFREE char *url = NULL;
	rd_build_opts opts = {0};
	rd_vec list;
	rd_build b;

	if (!*state)
		skip();
	url = rig_put(rack, APP, source);
	opts.url = url;
	fill_disk();
	assert_int_equal(rack->builds->create(rack, APP, &opts, &b, &rig_err), RD_ENOSPC);
	RIG_OK(rack->builds->list(rack, APP, 0, NULL, &list, &rig_err));
	assert_int_equal(list.len, 0);
	rd_builds_done(&list);
}

/* ---- two processes ---- */

#define HAMMER_TIMES 25

/* What each of the processes does. */
static int hammer(void)
{
	rd_rack *r = NULL;
	rd_release rel;

	if (rd_rack_open("test", &r, &rig_err))
		return 1;
	for (int i = 0; i < HAMMER_TIMES; i++) {
		if (r->releases->create(r, APP, NULL, "A=1", NULL, &rel, &rig_err))
			return 2;
		rd_release_done(&rel);
	}
	rd_rack_close(r);
	return 0;
}

static void two_processes__may_use_a_rack_at_once(void **state RD_UNUSED)
{
	RD_AUTOFREE char *exe = NULL;
	const char *argv[] = {NULL, "hammer", NULL};
	rd_spawn_opts opts = {.argv = argv};
	pid_t pids[2];
	rd_vec list;
	int status;

	RIG_OK(rd_self_exe(&exe, &rig_err));
	argv[0] = exe;
	for (int i = 0; i < 2; i++)
		RIG_OK(rd_spawn(&opts, &pids[i], &rig_err));
	for (int i = 0; i < 2; i++) {
		RIG_OK(rd_spawn_wait(pids[i], &status, &rig_err));
		assert_int_equal(status, 0);
	}
	RIG_OK(rack->releases->list(rack, APP, 0, NULL, &list, &rig_err));
	assert_int_equal(list.len, 2 * HAMMER_TIMES);
	for (size_t i = 1; i < list.len; i++) {
		const rd_release *newer = rd_vec_at(&list, i - 1), *older = rd_vec_at(&list, i);

		assert_true(newer->created_us > older->created_us);
	}
	rd_releases_done(&list);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CASE(build__without_an_engine_fails_and_names_it),
		CASE(build__without_a_manifest_fails),
		CASE(build__keeps_args_off_the_disk),
		CASE(build__masks_a_value_that_looks_secret),
		CASE(cancel__ends_a_running_build),
		CASE(cancel__ends_a_queued_build_only),
		CASE(sigterm__ends_a_build_as_interrupted),
		CASE(queue__starts_builds_in_their_order),
		CASE(queue__goes_on_when_a_worker_is_killed),
		CASE(queue__hears_of_a_new_limit),
		CASE(kill__is_seen_by_a_rack_that_is_open),
		CASE(kill__is_seen_by_who_opens_the_rack_next),
		CASE(recover__leaves_a_living_build_alone),
		CASE(recover__clears_what_no_build_needs),
		CASE(apps_remove__refuses_while_a_build_runs),
		cmocka_unit_test_setup_teardown(full_disk__still_records_how_a_build_ended,
			begin_small, end_small),
		cmocka_unit_test_setup_teardown(full_disk__refuses_a_build_and_leaves_nothing,
			begin_small, end_small),
		CASE(two_processes__may_use_a_rack_at_once),
	};

	if (argc > 1 && !strcmp(argv[1], "worker"))
		return rd_worker_main();
	if (argc > 1 && !strcmp(argv[1], "hammer"))
		return hammer();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
