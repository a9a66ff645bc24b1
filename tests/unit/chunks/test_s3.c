/* SPDX-License-Identifier: MIT */
/* The cache in S3, against a server that checks signatures; addresses and credentials. */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/chunks/trees.h"

static char dir[] = "/tmp/rd-test-s3-XXXXXX";

/* A running server. */
struct server {
	pid_t pid;
	int in;
	char port[16];
};

static int make_dir(void **state RD_UNUSED)
{
	char bucket[sizeof dir + 32];

	memset(dir + sizeof dir - 7, 'X', 6);
	if (!mkdtemp(dir))
		return -1;
	snprintf(bucket, sizeof bucket, "%s/s3/bucket", dir);
	return rd_mkdirs(bucket, NULL);
}

static int remove_dir(void **state RD_UNUSED)
{
	return rd_rmtree(dir, NULL);
}

static void start(struct server *s, const char *option, const char *value)
{
	const char *top = getenv("top_srcdir");
	char script[4096], folder[sizeof dir + 8];
	int in[2], out[2];
	size_t n = 0;

	snprintf(script, sizeof script, "%s/tests/s3/server.py", top ? top : ".");
	snprintf(folder, sizeof folder, "%s/s3", dir);
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (!s->pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execlp("python3", "python3", script, folder, option, value, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	s->in = in[1];
	while (n + 1 < sizeof s->port && read(out[0], s->port + n, 1) == 1 && s->port[n] != '\n')
		n++;
	s->port[n] = '\0';
	close(out[0]);
	assert_true(n > 0);
}

static void stop(struct server *s)
{
	close(s->in);
	assert_int_equal(waitpid(s->pid, NULL, 0), s->pid);
}

static rd_cache *open_s3(const struct server *s, const char *folder, const char *secret,
	uint64_t budget_bytes)
{
	char url[128], copies[sizeof dir + 16];
	rd_s3_place place;
	rd_cache *c = NULL;
	rd_cache_opts o = {.dir = copies, .s3 = &place, .budget_bytes = budget_bytes};

	snprintf(url, sizeof url, "s3://bucket/a b/c?endpoint=http://127.0.0.1:%s", s->port);
	/* A blank has no place in a prefix. */
	assert_int_equal(rd_s3_resolve(url, &place, NULL), RD_EINVAL);
	snprintf(url, sizeof url, "s3://bucket/a+b=/c?endpoint=http://127.0.0.1:%s", s->port);
	snprintf(copies, sizeof copies, "%s/%s", dir, folder);
	setenv("AWS_ACCESS_KEY_ID", "AKIDTEST", 1);
	setenv("AWS_SECRET_ACCESS_KEY", secret, 1);
	assert_int_equal(rd_s3_resolve(url, &place, NULL), RD_OK);
	assert_int_equal(rd_cache_open(&o, &c, NULL), RD_OK);
	rd_s3_place_done(&place);
	return c;
}

#define SECRET "secret/of+tests"

static size_t count_objects(const char *part)
{
	char bucket[sizeof dir + 16];
	DIR *d;
	struct dirent *e;
	size_t n = 0;

	snprintf(bucket, sizeof bucket, "%s/s3/bucket", dir);
	d = opendir(bucket);
	assert_non_null(d);
	while ((e = readdir(d)))
		n += e->d_name[0] != '.' && strstr(e->d_name, part) != NULL;
	closedir(d);
	return n;
}

static void round_trip(const char *option, const char *value)
{
	RD_STR_AUTO rd_str a = RD_STR_INIT(0);
	RD_STR_AUTO rd_str b = RD_STR_INIT(0);
	struct server s;
	rd_cache *c, *other;
	rd_cache_info info;
	rd_cache_removed removed;
	uint64_t sent, got, sent2, got2;

	start(&s, option, value);
	c = open_s3(&s, "one", SECRET, 0);
	other = open_s3(&s, "two", SECRET, 0);
	put_tree(&a, 1000, 24 << 20, 0, 100);
	put_tree(&b, 1000, 24 << 20, 1, 100);
	assert_int_equal(rd_cache_find(c, "shop", "web", &info, NULL), RD_ENOENT);
	assert_int_equal(save_tar(c, "web", &a, NULL, NULL), RD_OK);
	assert_int_equal(count_objects("holds"), 0);
	assert_restores(other, "web", &a);
	assert_restores(c, "web", &a);
	/* What was stored here was kept here: only lists and heads came. */
	rd_cache_moved(c, &sent, &got);
	assert_in_range(got, 1, 200000);
	assert_in_range(sent, 10 << 20, 30 << 20);
	/* A change of one percent moves about that, both ways. */
	rd_cache_moved(other, &sent2, &got2);
	assert_int_equal(save_tar(c, "web", &b, NULL, NULL), RD_OK);
	assert_restores(other, "web", &b);
	sent2 = sent;
	sent = got2;
	rd_cache_moved(other, &sent2, &got2);
	assert_in_range(got2 - sent, 1, 500000);
	assert_int_equal(rd_cache_clear(other, NULL, &removed, NULL), RD_OK);
	assert_int_equal(removed.snapshots, 1);
	assert_int_equal(count_objects(""), 0);
	assert_int_equal(rd_cache_find(c, "shop", "web", &info, NULL), RD_ENOENT);
	rd_cache_close(c);
	rd_cache_close(other);
	stop(&s);
}

static void s3__round_trip(void **state RD_UNUSED)
{
	round_trip("--page", "1000");
}

static void s3__listings_of_many_pages(void **state RD_UNUSED)
{
	round_trip("--page", "1");
}

static void s3__busy_server(void **state RD_UNUSED)
{
	round_trip("--busy", "3");
}

static void s3__lost_connections(void **state RD_UNUSED)
{
	round_trip("--cut", "3");
}

static void s3__own_clock_does_not_matter(void **state RD_UNUSED)
{
	round_trip("--skew", "800");
}

static void s3__clock_too_far_off(void **state RD_UNUSED)
{
	struct server s;
	rd_cache *c;
	rd_cache_info info;
	rd_err err = {0};

	start(&s, "--skew", "1000");
	c = open_s3(&s, "one", SECRET, 0);
	assert_int_equal(rd_cache_find(c, "shop", "web", &info, &err), RD_EPERM);
	assert_non_null(strstr(err.msg, "refuses this clock: here it is 20"));
	rd_cache_close(c);
	stop(&s);
}

static void s3__wrong_key(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	struct server s;
	rd_cache *c;
	rd_cache_info info;
	rd_err err = {0};

	start(&s, "--page", "1000");
	c = open_s3(&s, "one", "not-the-secret", 0);
	put_tree(&tar, 3, 0, 0, 1);
	assert_int_equal(rd_cache_find(c, "shop", "web", &info, &err), RD_EPERM);
	assert_non_null(strstr(err.msg, "s3://bucket refuses GET: SignatureDoesNotMatch"));
	assert_null(strstr(err.msg, "not-the-secret"));
	assert_int_equal(save_tar(c, "web", &tar, NULL, &err), RD_EPERM);
	assert_int_equal(count_objects(""), 0);
	rd_cache_close(c);
	stop(&s);
}

static void s3__no_bucket_no_server(void **state RD_UNUSED)
{
	char bucket[sizeof dir + 16];
	struct server s;
	rd_cache *c;
	rd_cache_info info;
	rd_err err = {0};

	start(&s, "--page", "1000");
	c = open_s3(&s, "one", SECRET, 0);
	snprintf(bucket, sizeof bucket, "%s/s3/bucket", dir);
	assert_int_equal(rmdir(bucket), 0);
	assert_int_equal(rd_cache_find(c, "shop", "web", &info, &err), RD_EREMOTE);
	assert_string_equal(err.msg, "there is no bucket 's3://bucket': create it");
	stop(&s);
	assert_int_equal(rd_cache_find(c, "shop", "web", &info, &err), RD_EUNAVAIL);
	rd_cache_close(c);
}

static void *find(void *arg)
{
	rd_cache_info info;
	rd_err err = {0};

	rd_cache_find(arg, "shop", "web", &info, &err);
	return (void *)(intptr_t)err.code;
}

static void s3__canceled(void **state RD_UNUSED)
{
	struct server s;
	rd_cache_opts o = {.dir = dir};
	rd_s3_place place;
	rd_cache *c = NULL;
	char url[128];
	pthread_t thread;
	void *code;

	start(&s, "--page", "1000");
	snprintf(url, sizeof url, "s3://bucket/c?endpoint=http://127.0.0.1:%s", s.port);
	assert_int_equal(rd_s3_resolve(url, &place, NULL), RD_OK);
	o.s3 = &place;
	assert_int_equal(rd_cancel_new(&o.cancel, NULL), RD_OK);
	assert_int_equal(rd_cache_open(&o, &c, NULL), RD_OK);
	/* A server that says nothing. */
	assert_int_equal(kill(s.pid, SIGSTOP), 0);
	assert_int_equal(pthread_create(&thread, NULL, find, c), 0);
	rd_cancel_fire(o.cancel);
	assert_int_equal(pthread_join(thread, &code), 0);
	assert_int_equal((intptr_t)code, RD_ECANCELED);
	assert_int_equal(kill(s.pid, SIGCONT), 0);
	rd_cache_close(c);
	rd_cancel_free(o.cancel);
	rd_s3_place_done(&place);
	stop(&s);
}

static void s3__budget(void **state RD_UNUSED)
{
	struct server s;
	rd_cache *c;
	rd_cache_saved saved;
	rd_cache_info info;

	start(&s, "--page", "2");
	c = open_s3(&s, "one", SECRET, 3 << 20);
	for (uint32_t i = 0; i < 3; i++) {
		RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
		static const char *const services[] = {"one", "two", "three"};

		put_entry(&tar, ROOT, RD_TAR_DIR, 0755, NULL, NULL);
		put_noise_file(&tar, ROOT "/f", 2 << 20, i + 50);
		rd_tar_put_end(&tar);
		assert_int_equal(save_tar(c, services[i], &tar, &saved, NULL), RD_OK);
		assert_int_equal(saved.removed_caches, i == 2);
		assert_restores(c, services[i], &tar);
	}
	assert_int_equal(rd_cache_find(c, "shop", "one", &info, NULL), RD_ENOENT);
	assert_int_equal(count_objects("packs"), 4);
	rd_cache_close(c);
	stop(&s);
}

/* Flips a byte in each file of a folder whose name holds a part. */
static void damage(const char *folder, const char *part)
{
	DIR *d = opendir(folder);
	struct dirent *e;

	assert_non_null(d);
	while ((e = readdir(d))) {
		RD_STR_AUTO rd_str bytes = RD_STR_INIT(0);
		char *path = e->d_name[0] == '.' || !strstr(e->d_name, part)
				     ? NULL
				     : rd_path_join(folder, e->d_name);

		if (!path)
			continue;
		assert_int_equal(rd_file_read(path, SIZE_MAX, &bytes, NULL), RD_OK);
		bytes.data[bytes.len / 2] ^= 1;
		assert_int_equal(rd_file_write(path, bytes.data, bytes.len, NULL), RD_OK);
		free(path);
	}
	closedir(d);
}

static void s3__damaged_copies_are_fetched_again(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	char path[sizeof dir + 64];
	struct server s;
	rd_cache *c;
	rd_cache_checked checked;
	rd_cache_info info;
	rd_err err = {0};

	start(&s, "--page", "1000");
	c = open_s3(&s, "one", SECRET, 0);
	put_tree(&tar, 100, 12 << 20, 0, 1);
	assert_int_equal(save_tar(c, "web", &tar, NULL, NULL), RD_OK);
	snprintf(path, sizeof path, "%s/one/copies/packs", dir);
	damage(path, "");
	snprintf(path, sizeof path, "%s/one/copies/index", dir);
	damage(path, "");
	assert_restores(c, "web", &tar);
	assert_int_equal(rd_cache_verify(c, false, NULL, &checked, NULL), RD_OK);
	assert_int_equal(checked.problems.len, 0);
	/* Damage there is seen although the copies are good. */
	snprintf(path, sizeof path, "%s/s3/bucket", dir);
	damage(path, "packs");
	assert_restores(c, "web", &tar);
	assert_int_equal(rd_cache_verify(c, false, NULL, &checked, NULL), RD_OK);
	assert_int_equal(checked.problems.len, 1);
	assert_non_null(strstr(checked.problems.items[0], "shop:web"));
	rd_strs_done(&checked.problems);
	assert_int_equal(rd_cache_find(c, "shop", "web", &info, NULL), RD_ENOENT);
	assert_int_equal(restore_tar(c, "web", &out, &err), RD_ENOENT);
	assert_int_equal(save_tar(c, "web", &tar, NULL, NULL), RD_OK);
	assert_restores(c, "web", &tar);
	rd_cache_close(c);
	stop(&s);
}

static void s3__removals_and_users_keep_apart(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	const rd_cache_restore_opts o = {.app = "shop", .service = "web", .prefix = ""};
	struct server s;
	rd_cache *c, *other;
	rd_reader *in = NULL;

	start(&s, "--page", "1000");
	c = open_s3(&s, "one", SECRET, 0);
	other = open_s3(&s, "two", SECRET, 0);
	put_tree(&tar, 100, 12 << 20, 0, 1);
	assert_int_equal(save_tar(c, "web", &tar, NULL, NULL), RD_OK);
	assert_int_equal(rd_cache_restore(c, &o, NULL, &in, NULL), RD_OK);
	assert_int_equal(count_objects("holds"), 1);
	assert_int_equal(rd_cache_gc(other, false, NULL, NULL), RD_EBUSY);
	rd_reader_close(in);
	assert_int_equal(rd_cache_gc(other, false, NULL, NULL), RD_OK);
	assert_int_equal(count_objects("holds"), 0);
	rd_cache_close(c);
	rd_cache_close(other);
	stop(&s);
}

/* A process that saves and is ended by a timer, as a kill would. */
static void save_and_die(const struct server *s, const rd_str *tar, long after_us)
{
	const struct itimerval timer = {.it_value = {0, after_us}};
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid) {
		rd_cache *c = open_s3(s, "killed", SECRET, 0);

		signal(SIGALRM, SIG_DFL);
		setitimer(ITIMER_REAL, &timer, NULL);
		for (;;)
			save_tar(c, "web", tar, NULL, NULL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGALRM);
}

/* Makes all objects as old as those that a process left which was killed ten minutes ago. */
static void age_objects(void)
{
	const struct timespec old[2] = {{time(NULL) - 600, 0}, {time(NULL) - 600, 0}};
	char bucket[sizeof dir + 16];
	DIR *d;
	struct dirent *e;

	snprintf(bucket, sizeof bucket, "%s/s3/bucket", dir);
	d = opendir(bucket);
	assert_non_null(d);
	while ((e = readdir(d)))
		if (strstr(e->d_name, "holds"))
			assert_int_equal(utimensat(dirfd(d), e->d_name, old, 0), 0);
	closedir(d);
}

static void s3__killed_saves(void **state RD_UNUSED)
{
	rd_str tars[2] = {0};
	char mark[sizeof dir + 64];
	struct server s;
	rd_cache *c;

	start(&s, "--page", "1000");
	c = open_s3(&s, "one", SECRET, 0);
	put_tree(&tars[0], 200, 1 << 20, 1, 1);
	put_tree(&tars[1], 200, 1 << 20, 2, 1);
	assert_int_equal(save_tar(c, "web", &tars[0], NULL, NULL), RD_OK);
	for (uint32_t round = 0; round < 20; round++) {
		RD_STR_AUTO rd_str out = RD_STR_INIT(0);

		save_and_die(&s, &tars[round % 2], 3000 + (long)round * 9000);
		/* One that was killed in a removal is waited for, for a while. */
		age_objects();
		assert_int_equal(restore_tar(c, "web", &out, NULL), RD_OK);
		assert_int_equal(out.len, tars[0].len);
		assert_true(memcmp(out.data, tars[0].data, out.len) == 0 ||
			    memcmp(out.data, tars[1].data, out.len) == 0);
	}
	/* A mark of one that was killed keeps removals away until it is old. */
	snprintf(mark, sizeof mark, "%s/s3/bucket/a%%2Bb%%3D%%2Fc%%2Fholds%%2Fshared-0", dir);
	assert_int_equal(rd_file_write(mark, "", 0, NULL), RD_OK);
	assert_int_equal(rd_cache_gc(c, false, NULL, NULL), RD_EBUSY);
	/* The server may still be at what the last one asked for. */
	do
		age_objects();
	while (rd_cache_gc(c, false, NULL, NULL) == RD_EBUSY);
	assert_int_equal(save_tar(c, "web", &tars[0], NULL, NULL), RD_OK);
	assert_restores(c, "web", &tars[0]);
	assert_int_equal(count_objects("holds"), 0);
	assert_int_equal(rd_cache_clear(c, NULL, NULL, NULL), RD_OK);
	assert_int_equal(count_objects(""), 0);
	rd_cache_close(c);
	stop(&s);
	rd_str_done(&tars[0]);
	rd_str_done(&tars[1]);
}

static void parse__addresses(void **state RD_UNUSED)
{
	static const char *const bad[] = {"", "http://x", "s3://", "s3:///p", "s3://B/p",
		"s3://ab/p", "s3://bucket/../p", "s3://bucket/a//b",
		"s3://bucket/p?endpoint=ftp://x", "s3://bucket/p?endpoint=http://u:p@h",
		"s3://bucket/p?endpoint=http://h/path", "s3://bucket/p?region=A b",
		"s3://bucket/p?other=1", "s3://bucket/p?region=a&region=b",
		"s3://bucket/p?endpoint=", "s3://bucket/p?"};
	rd_s3_place p;

	for (size_t i = 0; i < RD_LEN(bad); i++)
		if (rd_s3_parse(bad[i], &p, NULL) != RD_EINVAL)
			fail_msg("'%s' is taken", bad[i]);
	assert_int_equal(rd_s3_parse("s3://my.bucket-1", &p, NULL), RD_OK);
	assert_string_equal(p.bucket, "my.bucket-1");
	assert_string_equal(p.prefix, "");
	assert_null(p.endpoint);
	rd_s3_place_done(&p);
	assert_int_equal(rd_s3_parse("s3://bucket/a/b/?region=eu-1&endpoint=http://h:1/", &p, NULL),
		RD_OK);
	assert_string_equal(p.prefix, "a/b");
	assert_string_equal(p.region, "eu-1");
	assert_string_equal(p.endpoint, "http://h:1");
	rd_s3_place_done(&p);
}

static void write_file(const char *name, const char *text)
{
	char path[sizeof dir + 64];

	snprintf(path, sizeof path, "%s/.aws", dir);
	assert_int_equal(rd_mkdirs(path, NULL), RD_OK);
	snprintf(path, sizeof path, "%s/.aws/%s", dir, name);
	assert_int_equal(rd_file_write(path, text, strlen(text), NULL), RD_OK);
}

static void resolve__from_files_and_environment(void **state RD_UNUSED)
{
	rd_s3_place p;
	rd_err err = {0};

	assert_int_equal(setenv("HOME", dir, 1), 0);
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	assert_int_equal(rd_s3_resolve("s3://bucket/p", &p, &err), RD_EPERM);
	assert_non_null(strstr(err.msg, "AWS_ACCESS_KEY_ID"));
	write_file("credentials",
		"[default]\naws_access_key_id = ID1\naws_secret_access_key=S=1 \r\n"
		"[work]\n# aws_access_key_id = no\naws_access_key_id=ID2\n"
		"aws_secret_access_key=S2\naws_session_token=T2\n");
	write_file("config", "[default]\nregion = eu-west-3\ns3 =\n  region = nested\n"
			     "[profile work]\nregion=us-west-2\nendpoint_url = http://h:9/\n");
	assert_int_equal(rd_s3_resolve("s3://bucket/p", &p, NULL), RD_OK);
	assert_string_equal(p.key_id, "ID1");
	assert_string_equal(p.secret, "S=1");
	assert_null(p.token);
	assert_string_equal(p.region, "eu-west-3");
	assert_string_equal(p.endpoint, "https://s3.eu-west-3.amazonaws.com");
	rd_s3_place_done(&p);
	setenv("AWS_PROFILE", "work", 1);
	assert_int_equal(rd_s3_resolve("s3://bucket/p", &p, NULL), RD_OK);
	assert_string_equal(p.key_id, "ID2");
	assert_string_equal(p.token, "T2");
	assert_string_equal(p.endpoint, "http://h:9");
	rd_s3_place_done(&p);
	/* The environment wins, and a token never goes with another's key. */
	setenv("AWS_ACCESS_KEY_ID", "ID3", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "S3", 1);
	setenv("AWS_REGION", "ap-south-1", 1);
	assert_int_equal(rd_s3_resolve("s3://bucket/p?endpoint=https://x", &p, NULL), RD_OK);
	assert_string_equal(p.key_id, "ID3");
	assert_null(p.token);
	assert_string_equal(p.region, "ap-south-1");
	assert_string_equal(p.endpoint, "https://x");
	rd_s3_place_done(&p);
	unsetenv("AWS_PROFILE");
	unsetenv("AWS_REGION");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(parse__addresses, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(resolve__from_files_and_environment, make_dir,
			remove_dir),
		cmocka_unit_test_setup_teardown(s3__round_trip, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(s3__listings_of_many_pages, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(s3__busy_server, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(s3__lost_connections, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(s3__own_clock_does_not_matter, make_dir,
			remove_dir),
		cmocka_unit_test_setup_teardown(s3__clock_too_far_off, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(s3__wrong_key, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(s3__no_bucket_no_server, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(s3__canceled, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(s3__budget, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(s3__damaged_copies_are_fetched_again, make_dir,
			remove_dir),
		cmocka_unit_test_setup_teardown(s3__removals_and_users_keep_apart, make_dir,
			remove_dir),
		cmocka_unit_test_setup_teardown(s3__killed_saves, make_dir, remove_dir),
	};

	unsetenv("AWS_PROFILE");
	unsetenv("AWS_ENDPOINT_URL");
	unsetenv("AWS_ENDPOINT_URL_S3");
	unsetenv("AWS_REGION");
	unsetenv("AWS_DEFAULT_REGION");
	unsetenv("AWS_SESSION_TOKEN");
	unsetenv("AWS_SHARED_CREDENTIALS_FILE");
	unsetenv("AWS_CONFIG_FILE");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
