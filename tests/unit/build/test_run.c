/* SPDX-License-Identifier: MIT */
/* A run on an engine that is played: what it leaves when it fails, and what it tells of its images. */
#include <pthread.h>
#include <stdio.h>

#include "core/base/fs.h"
#include "core/build/run.h"
#include "tests/unit/unit.h"

/* Holds the images that were pulled, and "held"; neither it nor "gone" can be pulled. */
typedef struct player {
	rd_engine base; /* first */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	rd_strs tags;
	const char *registry; /* where the run pushes to */
	int removed, sweeps;
	int pushes, refusals; /* pushes so far; how many of the first fail for now */
	bool is_denied;       /* pushes fail for good */
	const char *waits;    /* an image whose pull waits … */
	const char *wait_for; /* … for this tag */
	rd_str log, steps;    /* what the run has left in its files */
} player;

static bool has_tag(const player *p, const char *part)
{
	for (size_t i = 0; i < p->tags.len; i++)
		if (strstr(p->tags.items[i], part))
			return true;
	return false;
}

static rd_code pull(rd_engine *e, const char *image, const rd_kvs *auth RD_UNUSED,
	rd_step_fn *fn RD_UNUSED, void *arg RD_UNUSED, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	player *p = (player *)e;

	pthread_mutex_lock(&p->lock);
	while (p->waits && !strcmp(image, p->waits) && !has_tag(p, p->wait_for))
		pthread_cond_wait(&p->changed, &p->lock);
	pthread_mutex_unlock(&p->lock);
	if (!strcmp(image, "held"))
		return rd_err_set(err, RD_EUNAVAIL, "no route to the registry");
	return strcmp(image, "gone") ? RD_OK : rd_err_set(err, RD_ENOENT, "no such image 'gone'");
}

static rd_code inspect(rd_engine *e RD_UNUSED, const char *image, rd_engine_image *ret_image,
	rd_err *err)
{
	if (!strcmp(image, "gone"))
		return rd_err_set(err, RD_ENOENT, "no such image 'gone'");
	*ret_image = (rd_engine_image){.id = "sha256:00"};
	assert_true(rd_strs_add(&ret_image->digests, "other/app@sha256:11"));
	assert_true(rd_strs_add(&ret_image->digests, "r:5000/team/shop@sha256:22"));
	assert_true(rd_strs_add(&ret_image->entrypoint, "/bin/run"));
	assert_true(rd_strs_add(&ret_image->entrypoint, image));
	return RD_OK;
}

static rd_code tag(rd_engine *e, const char *image RD_UNUSED, const char *repo_tag,
	rd_err *err RD_UNUSED)
{
	player *p = (player *)e;

	pthread_mutex_lock(&p->lock);
	assert_true(rd_strs_add(&p->tags, repo_tag));
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	return RD_OK;
}

static rd_code push(rd_engine *e, const char *image, const rd_kvs *auth RD_UNUSED,
	rd_step_fn *fn RD_UNUSED, void *arg RD_UNUSED, rd_cancel *cancel RD_UNUSED,
	rd_engine_pushed *ret_pushed, rd_err *err)
{
	player *p = (player *)e;
	bool is_refused;

	*ret_pushed = (rd_engine_pushed){0};
	pthread_mutex_lock(&p->lock);
	assert_true(has_tag(p, image));
	is_refused = p->pushes++ < p->refusals;
	pthread_mutex_unlock(&p->lock);
	if (p->is_denied)
		return rd_err_set(err, RD_EPERM, "denied");
	if (is_refused) {
		*ret_pushed = (rd_engine_pushed){.may_pass = true, .wait_ms = 20};
		return rd_err_set(err, RD_EREMOTE, "too many requests");
	}
	/* One tells the digest, the other leaves it to inspect. */
	if (strstr(image, ":one."))
		snprintf(ret_pushed->digest, sizeof ret_pushed->digest, "sha256:33");
	return RD_OK;
}

static rd_code remove_image(rd_engine *e, const char *image RD_UNUSED, rd_err *err RD_UNUSED)
{
	((player *)e)->removed++;
	return RD_OK;
}

static rd_code sweep(rd_engine *e, const char *build_id RD_UNUSED, rd_err *err RD_UNUSED)
{
	((player *)e)->sweeps++;
	return RD_OK;
}

static void free_files(player *p)
{
	rd_str_done(&p->log);
	rd_str_done(&p->steps);
}

static const struct rd_engine_ops ops = {.pull = pull,
	.push = push,
	.inspect = inspect,
	.tag = tag,
	.remove = remove_image,
	.sweep = sweep};

static void add_image(rd_plan *plan, const char *service, const char *image)
{
	rd_plan_image *slot = rd_vec_push(&plan->images);

	assert_non_null(slot);
	slot->image = rd_strdup(image);
	slot->prefix = rd_strdup("");
	assert_true(rd_strs_add(&slot->services, service));
}

/* Runs services "one" and "two" of these images; two NULL: both have the first. */
static rd_code run(player *p, const char *one, const char *two, rd_run_result *result, rd_err *err)
{
	char dir[] = "/tmp/rd-run-XXXXXX", text[64], steps[64];
	rd_plan *plan = calloc(1, sizeof *plan);
	rd_run_opts opts = {.engine = &p->base,
		.plan = plan,
		.registry = p->registry,
		.rack = "local",
		.app = "shop",
		.build_id = "BTEST",
		.parallel = 2};
	rd_code code;

	assert_non_null(mkdtemp(dir));
	snprintf(text, sizeof text, "%s/log", dir);
	snprintf(steps, sizeof steps, "%s/steps", dir);
	p->base.ops = &ops;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	rd_vec_init(&plan->images, sizeof(rd_plan_image));
	add_image(plan, "one", one);
	if (two)
		add_image(plan, "two", two);
	else
		assert_true(rd_strs_add(&((rd_plan_image *)rd_vec_at(&plan->images, 0))->services,
			"two"));
	assert_int_equal(rd_record_open(text, steps, NULL, &opts.record, err), RD_OK);
	code = rd_run(&opts, NULL, result, err);
	assert_int_equal(rd_record_close(opts.record, NULL), RD_OK);
	assert_int_equal(rd_file_read(text, 65536, &p->log, NULL), RD_OK);
	assert_int_equal(rd_file_read(steps, 65536, &p->steps, NULL), RD_OK);
	rd_plan_free(plan);
	rd_rmtree(dir, NULL);
	rd_strs_done(&p->tags);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	return code;
}

static void run__leaves_the_tags_of_a_failed_build_to_its_caller(void **state)
{
	player p = {.waits = "gone", .wait_for = ":one."};
	rd_run_result result = {0};
	rd_err err = {0};

	(void)state;
	assert_int_equal(run(&p, "fine", "gone", &result, &err), RD_ENOENT);
	assert_int_equal(result.images.len, 1);
	assert_string_equal(((rd_run_image *)rd_vec_at(&result.images, 0))->tag,
		"local/shop:one.BTEST");
	/* an engine that hangs must not hold up who waits for the run's end */
	assert_int_equal(p.removed + p.sweeps, 0);
	rd_run_result_done(&result);
	free_files(&p);
}

static void run__tells_the_entrypoint_of_the_plans_last_image(void **state)
{
	player p = {.waits = "slow", .wait_for = ":two."};
	rd_run_result result = {0};
	rd_err err = {0};

	(void)state;
	assert_int_equal(run(&p, "slow", "quick", &result, &err), RD_OK);
	assert_int_equal(result.images.len, 2);
	assert_string_equal(result.entrypoint, "/bin/run quick");
	rd_run_result_done(&result);
	free_files(&p);
}

static void run__image_that_is_held_but_not_pulled_is_a_warning(void **state)
{
	player p = {0};
	rd_run_result result = {0};
	rd_err err = {0};

	(void)state;
	assert_int_equal(run(&p, "held", "fine", &result, &err), RD_OK);
	assert_int_equal(result.images.len, 2);
	assert_non_null(strstr(rd_str_get(&p.log),
		"Running: docker pull held\n"
		"WARNING: using the image that the engine holds: no route to the registry\n"));
	assert_null(strstr(rd_str_get(&p.log), "ERROR"));
	assert_null(strstr(rd_str_get(&p.steps), "\"error\""));
	rd_run_result_done(&result);
	free_files(&p);
}

static const rd_run_image *image_of(const rd_run_result *result, const char *service)
{
	for (size_t i = 0; i < result->images.len; i++) {
		const rd_run_image *image = rd_vec_at(&result->images, i);

		if (!strcmp(image->service, service))
			return image;
	}
	fail_msg("no image of '%s'", service);
	return NULL;
}

static void run__pushes_each_image_and_keeps_its_digest(void **state)
{
	player p = {.registry = "r:5000/team"};
	rd_run_result result = {0};
	rd_err err = {0};

	(void)state;
	assert_int_equal(run(&p, "a", "b", &result, &err), RD_OK);
	assert_int_equal(p.pushes, 2);
	assert_string_equal(image_of(&result, "one")->remote, "r:5000/team/shop:one.BTEST");
	assert_string_equal(image_of(&result, "one")->digest, "sha256:33");
	assert_string_equal(image_of(&result, "two")->digest, "sha256:22");
	assert_non_null(strstr(rd_str_get(&p.log),
		"Running: docker tag local/shop:two.BTEST r:5000/team/shop:two.BTEST\n"));
	assert_non_null(strstr(rd_str_get(&p.log),
		"Running: docker push r:5000/team/shop:two.BTEST\n"));
	assert_non_null(strstr(rd_str_get(&p.steps), "\"kind\":\"push\",\"services\":[\"two\"]"));
	rd_run_result_done(&result);
	free_files(&p);
}

static void run__pushes_again_what_may_pass(void **state)
{
	player p = {.registry = "r:5000/team", .refusals = 3};
	rd_run_result result = {0};
	rd_err err = {0};

	(void)state;
	assert_int_equal(run(&p, "a", "b", &result, &err), RD_OK);
	assert_int_equal(p.pushes, 5);
	assert_non_null(strstr(rd_str_get(&p.log), "too many requests: trying again in 0.0 s"));
	assert_null(strstr(rd_str_get(&p.steps), "\"error\""));
	rd_run_result_done(&result);
	free_files(&p);
}

static void run__pushes_one_image_of_two_services_one_after_the_other(void **state)
{
	player p = {.registry = "r:5000/team", .refusals = 3};
	rd_run_result result = {0};
	rd_err err = {0};
	const char *log, *second;

	(void)state;
	assert_int_equal(run(&p, "a", NULL, &result, &err), RD_OK);
	assert_int_equal(p.pushes, 5);
	log = rd_str_get(&p.log);
	second = strstr(log, "docker tag local/shop:two.BTEST r:5000/");
	assert_non_null(strstr(log, "trying again"));
	assert_non_null(second);
	assert_null(strstr(second, "trying again"));
	rd_run_result_done(&result);
	free_files(&p);
}

static void run__gives_up_pushing_in_the_end(void **state)
{
	player p = {.registry = "r:5000/team", .refusals = 100};
	rd_run_result result = {0};
	rd_err err = {0};

	(void)state;
	assert_int_equal(run(&p, "a", "b", &result, &err), RD_EREMOTE);
	assert_true(p.pushes >= 6 && p.pushes <= 12);
	assert_non_null(strstr(err.ctx, "gave up after 6 tries"));
	rd_run_result_done(&result);
	free_files(&p);
}

static void run__pushes_not_again_what_is_denied(void **state)
{
	player p = {.registry = "r:5000/team", .is_denied = true};
	rd_run_result result = {0};
	rd_err err = {0};

	(void)state;
	assert_int_equal(run(&p, "a", "b", &result, &err), RD_EPERM);
	assert_true(p.pushes <= 2);
	assert_null(strstr(rd_str_get(&p.log), "trying again"));
	/* what was tagged for the registry is known to who cleans up */
	assert_true(p.pushes == 0 || image_of(&result, "one")->remote ||
		    image_of(&result, "two")->remote);
	rd_run_result_done(&result);
	free_files(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(run__leaves_the_tags_of_a_failed_build_to_its_caller),
		cmocka_unit_test(run__tells_the_entrypoint_of_the_plans_last_image),
		cmocka_unit_test(run__pushes_each_image_and_keeps_its_digest),
		cmocka_unit_test(run__pushes_again_what_may_pass),
		cmocka_unit_test(run__pushes_one_image_of_two_services_one_after_the_other),
		cmocka_unit_test(run__gives_up_pushing_in_the_end),
		cmocka_unit_test(run__pushes_not_again_what_is_denied),
		cmocka_unit_test(run__image_that_is_held_but_not_pulled_is_a_warning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
