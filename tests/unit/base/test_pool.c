/* SPDX-License-Identifier: MIT */
/* The pool: results on the loop thread, order, the end with work under way. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>

#include "core/base/pool.h"
#include "core/base/str.h"

static rd_loop *loop;
static rd_pool *pool;
static rd_str seen;
static pthread_t loop_thread;

static int enter(void **state RD_UNUSED)
{
	loop_thread = pthread_self();
	rd_str_init(&seen, 0);
	return rd_loop_new(&loop, NULL);
}

static int leave(void **state RD_UNUSED)
{
	pool = rd_pool_free(pool);
	loop = rd_loop_free(loop);
	rd_str_done(&seen);
	return 0;
}

struct job {
	char name;
	int square;
	sem_t *begun;   /* posted when the work begins, may be NULL */
	sem_t *may_end; /* waited for in the work, may be NULL */
};

static void work(void *arg)
{
	struct job *j = arg;

	j->square = j->name * j->name;
	if (j->begun)
		sem_post(j->begun);
	if (j->may_end)
		sem_wait(j->may_end);
}

static void done(void *arg, bool was_run)
{
	struct job *j = arg;

	assert_true(pthread_equal(pthread_self(), loop_thread));
	if (was_run)
		assert_int_equal(j->square, j->name * j->name);
	rd_str_putc(&seen, j->name);
	rd_str_putc(&seen, was_run ? '+' : '-');
}

static void submit__runs_all_and_calls_back_here(void **state RD_UNUSED)
{
	struct job jobs[200] = {0};

	assert_int_equal(rd_pool_new(loop, 4, &pool, NULL), RD_OK);
	for (int i = 0; i < 200; i++) {
		jobs[i].name = 'a';
		assert_true(rd_pool_submit(pool, work, done, &jobs[i]));
	}
	assert_int_equal(rd_pool_pending(pool), 200);
	while (rd_pool_pending(pool))
		assert_int_equal(rd_loop_turn(loop, -1, NULL), RD_OK);
	assert_int_equal(seen.len, 400);
	assert_null(strchr(rd_str_get(&seen), '-'));
}

static void submit__keeps_the_order_on_one_thread(void **state RD_UNUSED)
{
	struct job jobs[3] = {{.name = 'a'}, {.name = 'b'}, {.name = 'c'}};

	assert_int_equal(rd_pool_new(loop, 1, &pool, NULL), RD_OK);
	for (int i = 0; i < 3; i++)
		assert_true(rd_pool_submit(pool, work, done, &jobs[i]));
	while (rd_pool_pending(pool))
		assert_int_equal(rd_loop_turn(loop, -1, NULL), RD_OK);
	assert_string_equal(rd_str_get(&seen), "a+b+c+");
}

static void free__ends_what_runs_and_drops_the_rest(void **state RD_UNUSED)
{
	sem_t begun, may_end;
	struct job jobs[4] = {{.name = 'a', .begun = &begun, .may_end = &may_end}, {.name = 'b'},
		{.name = 'c'}, {.name = 'd'}};

	sem_init(&begun, 0, 0);
	sem_init(&may_end, 0, 0);
	assert_int_equal(rd_pool_new(loop, 1, &pool, NULL), RD_OK);
	for (int i = 0; i < 3; i++)
		assert_true(rd_pool_submit(pool, work, done, &jobs[i]));
	/* the first one is under way and cannot end before the pool is being freed… */
	sem_wait(&begun);
	assert_int_equal(rd_pool_pending(pool), 3);
	/* …or right now; both ways it ran, and the others may or may not have */
	sem_post(&may_end);
	pool = rd_pool_free(pool);
	assert_int_equal(seen.len, 6);
	assert_memory_equal(seen.data, "a+b", 3);
	assert_int_equal(seen.data[4], 'c');
	sem_destroy(&begun);
	sem_destroy(&may_end);
}

static rd_post free_it;

static void on_free_it(void *arg RD_UNUSED)
{
	pool = rd_pool_free(pool);
	rd_str_putc(&seen, '.');
}

static void free__within_a_post_still_calls_every_done(void **state RD_UNUSED)
{
	sem_t begun;
	struct job jobs[2] = {{.name = 'a', .begun = &begun}, {.name = 'b', .begun = &begun}};

	sem_init(&begun, 0, 0);
	assert_int_equal(rd_pool_new(loop, 2, &pool, NULL), RD_OK);
	rd_loop_post_node(loop, &free_it, on_free_it, NULL);
	for (int i = 0; i < 2; i++)
		assert_true(rd_pool_submit(pool, work, done, &jobs[i]));
	sem_wait(&begun);
	sem_wait(&begun);
	assert_int_equal(rd_loop_turn(loop, -1, NULL), RD_OK);
	assert_int_equal(seen.len, 5);
	assert_int_equal(seen.data[4], '.');
	assert_non_null(strstr(rd_str_get(&seen), "a+"));
	assert_non_null(strstr(rd_str_get(&seen), "b+"));
	sem_destroy(&begun);
}

static void on_progress(void *arg RD_UNUSED)
{
	rd_str_putc(&seen, 'p');
}

static void work_with_progress(void *arg)
{
	work(arg);
	for (int i = 0; i < 3; i++)
		rd_loop_post(loop, on_progress, arg);
}

static void work__posts_come_before_its_done(void **state RD_UNUSED)
{
	struct job j = {.name = 'a'};

	assert_int_equal(rd_pool_new(loop, 2, &pool, NULL), RD_OK);
	assert_true(rd_pool_submit(pool, work_with_progress, done, &j));
	while (rd_pool_pending(pool))
		assert_int_equal(rd_loop_turn(loop, -1, NULL), RD_OK);
	assert_string_equal(rd_str_get(&seen), "pppa+");
}

static void work_mask(void *arg)
{
	pthread_sigmask(SIG_BLOCK, NULL, arg);
}

static void done_mask(void *arg, bool was_run)
{
	assert_true(was_run);
	assert_true(sigismember(arg, SIGINT));
	assert_true(sigismember(arg, SIGCHLD));
}

static void threads__leave_signals_to_the_loop(void **state RD_UNUSED)
{
	sigset_t mask;

	sigemptyset(&mask);
	assert_int_equal(rd_pool_new(loop, 1, &pool, NULL), RD_OK);
	assert_true(rd_pool_submit(pool, work_mask, done_mask, &mask));
	while (rd_pool_pending(pool))
		assert_int_equal(rd_loop_turn(loop, -1, NULL), RD_OK);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(submit__runs_all_and_calls_back_here),
		CASE(submit__keeps_the_order_on_one_thread),
		CASE(free__ends_what_runs_and_drops_the_rest),
		CASE(free__within_a_post_still_calls_every_done),
		CASE(work__posts_come_before_its_done),
		CASE(threads__leave_signals_to_the_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
