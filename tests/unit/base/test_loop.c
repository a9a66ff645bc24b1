/* SPDX-License-Identifier: MIT */
/* The event loop: timers, descriptors, signals, posts, removal from within. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/loop.h"

/* a text that may be passed as void * */
#define T(text) ((char[]){text})

static rd_loop *loop;
static rd_str seen;

static int enter(void **state RD_UNUSED)
{
	rd_str_init(&seen, 0);
	return rd_loop_new(&loop, NULL);
}

static int leave(void **state RD_UNUSED)
{
	loop = rd_loop_free(loop);
	rd_str_done(&seen);
	return 0;
}

static void note(void *arg)
{
	rd_str_put(&seen, arg);
}

static bool is_over;

static void note_and_stop(void *arg)
{
	note(arg);
	is_over = true;
}

static void run(void)
{
	for (is_over = false; !is_over;)
		assert_int_equal(rd_loop_turn(loop, -1, NULL), RD_OK);
}

static rd_watch *timer(int64_t at_us, rd_timer_fn *fn, void *arg)
{
	rd_watch *w = NULL;

	assert_int_equal(rd_loop_timer(loop, at_us, fn, arg, &w, NULL), RD_OK);
	return w;
}

static void timers__fire_in_the_order_of_their_time(void **state RD_UNUSED)
{
	int64_t now = rd_now_us();
	char text[100][4];

	timer(now + 5000, note_and_stop, T("end"));
	/* a permutation of 0…99; each number is its time */
	for (int i = 0; i < 100; i++) {
		int t = i * 37 % 100;

		snprintf(text[i], sizeof text[i], "%02d,", t);
		timer(now - 1000 + t, note, text[i]);
	}
	run();
	assert_int_equal(seen.len, 303);
	for (int i = 0; i < 100; i++)
		assert_int_equal(strtol(seen.data + (ptrdiff_t)3 * i, NULL, 10), i);
	assert_true(rd_now_us() >= now + 5000);
}

static void timers__of_one_time_keep_their_order(void **state RD_UNUSED)
{
	timer(5, note, T("a"));
	timer(5, note, T("b"));
	timer(5, note, T("c"));
	timer(5, note_and_stop, T("d"));
	run();
	assert_string_equal(rd_str_get(&seen), "abcd");
}

static rd_watch *other;

static void remove_other(void *arg)
{
	note(arg);
	other = rd_loop_remove(loop, other);
}

static void remove__stops_timers_also_from_within(void **state RD_UNUSED)
{
	rd_watch *many[50];

	for (int i = 0; i < 50; i++)
		many[i] = timer(i % 7, note, T("x"));
	for (int i = 0; i < 50; i++)
		assert_null(rd_loop_remove(loop, many[i]));
	timer(1, remove_other, T("r"));
	other = timer(2, note, T("x"));
	timer(3, note, T("s"));
	assert_int_equal(rd_loop_turn(loop, 0, NULL), RD_OK);
	assert_string_equal(rd_str_get(&seen), "rs");
	/* itself */
	other = timer(1, remove_other, T("t"));
	assert_int_equal(rd_loop_turn(loop, 0, NULL), RD_OK);
	assert_string_equal(rd_str_get(&seen), "rst");
	assert_null(rd_loop_remove(loop, NULL));
}

static void again(void *arg)
{
	note(arg);
	timer(0, again, arg);
}

static void timers__set_for_now_wait_for_the_next_turn(void **state RD_UNUSED)
{
	timer(0, again, T("x"));
	for (int i = 0; i < 3; i++)
		assert_int_equal(rd_loop_turn(loop, -1, NULL), RD_OK);
	assert_string_equal(rd_str_get(&seen), "xxx");
}

static rd_watch *watches[2];

static void on_readable(void *arg, int fd, uint32_t events)
{
	char c;

	assert_true(events & EPOLLIN);
	assert_int_equal(read(fd, &c, 1), 1);
	rd_str_putc(&seen, c);
	/* both are in the same batch: the other may not be called any more */
	if (arg) {
		watches[0] = rd_loop_remove(loop, watches[0]);
		watches[1] = rd_loop_remove(loop, watches[1]);
	}
}

static void fds__are_not_called_once_removed(void **state RD_UNUSED)
{
	int a[2], b[2];
	rd_err err;

	assert_int_equal(pipe(a), 0);
	assert_int_equal(pipe(b), 0);
	rd_loop_fd(loop, a[0], EPOLLIN, on_readable, T("first"), &watches[0], NULL);
	rd_loop_fd(loop, b[0], EPOLLIN, on_readable, T("first"), &watches[1], NULL);
	assert_int_equal(rd_loop_fd(loop, a[0], EPOLLIN, on_readable, NULL, NULL, &err), RD_EEXIST);
	assert_int_equal(write(a[1], "1", 1), 1);
	assert_int_equal(write(b[1], "2", 1), 1);
	assert_int_equal(rd_loop_turn(loop, -1, NULL), RD_OK);
	assert_int_equal(seen.len, 1);
	/* watched again, it is still readable */
	rd_loop_fd(loop, seen.data[0] == '1' ? b[0] : a[0], EPOLLIN, on_readable, NULL, NULL, NULL);
	assert_int_equal(rd_loop_turn(loop, -1, NULL), RD_OK);
	assert_int_equal(seen.len, 2);
	for (int i = 0; i < 2; i++) {
		close(a[i]);
		close(b[i]);
	}
}

static void on_signal(void *arg, int signo)
{
	assert_int_equal(signo, SIGUSR1);
	note(arg);
}

static void signals__come_in_the_loop(void **state RD_UNUSED)
{
	sigset_t mask;

	assert_int_equal(rd_loop_signal(loop, SIGUSR1, on_signal, T("u"), NULL), RD_OK);
	assert_int_equal(rd_loop_signal(loop, SIGHUP, on_signal, T("h"), NULL), RD_OK);
	raise(SIGUSR1);
	assert_string_equal(rd_str_get(&seen), "");
	assert_int_equal(rd_loop_turn(loop, -1, NULL), RD_OK);
	assert_string_equal(rd_str_get(&seen), "u");
	assert_int_equal(rd_loop_signal(loop, 0, on_signal, T(""), NULL), RD_EINVAL);
	loop = rd_loop_free(loop);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	assert_false(sigismember(&mask, SIGUSR1));
	assert_false(sigismember(&mask, SIGHUP));
}

#define POSTS 20000

struct poster {
	int n;
	int seen;
	pthread_t thread;
};

static void on_post(void *arg)
{
	struct poster *p = arg;

	p->seen++;
}

static void *post_many(void *arg)
{
	struct poster *p = arg;

	for (int i = 0; i < p->n; i++)
		if (!rd_loop_post(loop, on_post, p))
			return arg;
	return NULL;
}

static void posts__of_many_threads_all_come(void **state RD_UNUSED)
{
	struct poster p[3] = {{.n = POSTS}, {.n = POSTS}, {.n = POSTS}};

	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&p[i].thread, NULL, post_many, &p[i]), 0);
	/* sleeps without end between them: a lost wake-up would hang here */
	while (p[0].seen + p[1].seen + p[2].seen < 3 * POSTS)
		assert_int_equal(rd_loop_turn(loop, -1, NULL), RD_OK);
	for (int i = 0; i < 3; i++) {
		void *failed;

		assert_int_equal(pthread_join(p[i].thread, &failed), 0);
		assert_null(failed);
		assert_int_equal(p[i].seen, POSTS);
	}
}

static void post_another(void *arg RD_UNUSED)
{
	static char later[] = "c";

	rd_str_putc(&seen, 'a');
	rd_loop_post(loop, note_and_stop, later);
}

static void post__from_a_post_comes_in_the_next_turn(void **state RD_UNUSED)
{
	rd_loop_post(loop, post_another, NULL);
	rd_loop_post(loop, note, T("b"));
	assert_int_equal(rd_loop_turn(loop, -1, NULL), RD_OK);
	assert_string_equal(rd_str_get(&seen), "ab");
	run();
	assert_string_equal(rd_str_get(&seen), "abc");
}

static void run_rest(void *arg)
{
	note(arg);
	rd_loop_run_posted(loop);
	rd_str_putc(&seen, '.');
}

static void run_posted__within_a_post_runs_the_rest(void **state RD_UNUSED)
{
	rd_post mine;

	rd_loop_post(loop, run_rest, T("a"));
	rd_loop_post_node(loop, &mine, note, T("b"));
	rd_loop_post(loop, note, T("c"));
	rd_loop_run_posted(loop);
	assert_string_equal(rd_str_get(&seen), "abc.");
	/* nothing is left, whatever the descriptor says */
	assert_int_equal(rd_loop_turn(loop, 0, NULL), RD_OK);
	assert_string_equal(rd_str_get(&seen), "abc.");
	/* what is never called is dropped with the loop, not leaked */
	rd_loop_post(loop, note, T("d"));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(timers__fire_in_the_order_of_their_time),
		CASE(timers__of_one_time_keep_their_order),
		CASE(remove__stops_timers_also_from_within),
		CASE(timers__set_for_now_wait_for_the_next_turn),
		CASE(fds__are_not_called_once_removed),
		CASE(signals__come_in_the_loop),
		CASE(posts__of_many_threads_all_come),
		CASE(post__from_a_post_comes_in_the_next_turn),
		CASE(run_posted__within_a_post_runs_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
