/* SPDX-License-Identifier: MIT */
/* Tests of which engine is used, and of the logins in the user's docker configuration. */
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/digest.h"
#include "core/base/fs.h"
#include "core/engine/docker.h"
#include "tests/unit/unit.h"

static char dir[32];

static int set_up(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/rd-find-XXXXXX");
	assert_non_null(mkdtemp(dir));
	setenv("DOCKER_CONFIG", dir, 1);
	unsetenv("DOCKER_HOST");
	unsetenv("DOCKER_CONTEXT");
	unsetenv("DOCKER_TLS_VERIFY");
	unsetenv("DOCKER_CERT_PATH");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return rd_rmtree(dir, NULL);
}

static void put_file(const char *name, const char *text)
{
	RD_AUTOFREE char *path = rd_path_join(dir, name);
	RD_AUTOFREE char *parent = rd_strdup(path);

	*strrchr(parent, '/') = '\0';
	assert_int_equal(rd_mkdirs(parent, NULL), RD_OK);
	assert_int_equal(rd_file_write(path, text, strlen(text), NULL), RD_OK);
}

static void assert_found(const char *wish, const char *endpoint)
{
	rd_engine_place p = {0};
	rd_err err = {0};

	if (rd_engine_find(wish, NULL, &p, &err))
		fail_msg("%s", err.msg);
	assert_string_equal(p.endpoint, endpoint);
	rd_engine_place_done(&p);
}

static void find__prefers_wish_then_environment(void **state)
{
	(void)state;
	setenv("DOCKER_HOST", "tcp://env:2375", 1);
	assert_found("tcp://wish:2375", "tcp://wish:2375");
	assert_found("", "tcp://env:2375");
	assert_found(NULL, "tcp://env:2375");
}

static void find__takes_certificates_of_the_environment(void **state)
{
	rd_engine_place p = {0};
	rd_err err = {0};
	RD_AUTOFREE char *ca = NULL;

	(void)state;
	setenv("DOCKER_HOST", "tcp://env:2376", 1);
	setenv("DOCKER_TLS_VERIFY", "1", 1);
	setenv("DOCKER_CERT_PATH", dir, 1);
	assert_int_equal(rd_engine_find(NULL, NULL, &p, &err), RD_EINVAL);
	assert_non_null(strstr(err.msg, "DOCKER_CERT_PATH"));
	put_file("ca.pem", "x");
	put_file("cert.pem", "x");
	assert_int_equal(rd_engine_find(NULL, NULL, &p, NULL), RD_OK);
	ca = rd_path_join(dir, "ca.pem");
	assert_string_equal(p.ca, ca);
	assert_non_null(p.cert);
	assert_null(p.key);
	rd_engine_place_done(&p);
}

static void find__takes_the_context_in_use(void **state)
{
	char meta[128];
	uint8_t sum[RD_SHA256_BYTES];
	char hex[RD_SHA256_HEX];

	(void)state;
	rd_sha256_of("remote", 6, sum);
	rd_hex(sum, sizeof(sum), hex);
	snprintf(meta, sizeof(meta), "contexts/meta/%s/meta.json", hex);
	put_file("config.json", "{\"currentContext\":\"remote\"}");
	put_file(meta,
		"{\"Name\":\"remote\",\"Endpoints\":{\"docker\":{\"Host\":\"tcp://ctx:1\"}}}");
	assert_found(NULL, "tcp://ctx:1");
	setenv("DOCKER_HOST", "tcp://env:2375", 1);
	assert_found(NULL, "tcp://env:2375");
}

static void find__names_a_context_that_is_not_there(void **state)
{
	rd_engine_place p = {0};
	rd_err err = {0};

	(void)state;
	setenv("DOCKER_CONTEXT", "gone", 1);
	assert_int_equal(rd_engine_find(NULL, NULL, &p, &err), RD_ENOENT);
	assert_non_null(strstr(err.msg, "'gone'"));
	unsetenv("DOCKER_CONTEXT");
	put_file("config.json", "{broken");
	assert_int_equal(rd_engine_find(NULL, NULL, &p, &err), RD_EPARSE);
	assert_non_null(strstr(err.msg, "config.json"));
}

static void logins__reads_all_forms(void **state)
{
	rd_kvs logins = {0};

	(void)state;
	assert_int_equal(rd_engine_docker_logins(&logins, NULL, NULL), RD_OK);
	assert_int_equal(logins.len, 0);
	put_file("config.json",
		"{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"aHViOnMzY3JldA==\"},"
		"\"R.example.com:5000\":{\"auth\":\"bWU6cGE6c3M=\"},"
		"\"plain\":{\"username\":\"u\",\"password\":\"p\"},"
		"\"token\":{\"auth\":\"\",\"identitytoken\":\"t0ken\"},"
		"\"helper\":{},\"bad\":{\"auth\":\"*\"},\"odd\":7}}");
	assert_int_equal(rd_engine_docker_logins(&logins, NULL, NULL), RD_OK);
	assert_string_equal(rd_kvs_get(&logins, "docker.io"), "hub:s3cret");
	assert_string_equal(rd_kvs_get(&logins, "r.example.com:5000"), "me:pa:ss");
	assert_string_equal(rd_kvs_get(&logins, "plain"), "u:p");
	assert_string_equal(rd_kvs_get(&logins, "token"), "<token>:t0ken");
	assert_int_equal(logins.len, 4);
	rd_kvs_done(&logins);
}

/* A helper that answers with what it was asked. */
static void put_helper(const char *name, const char *script)
{
	RD_STR_AUTO rd_str file = RD_STR_INIT(0);
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);

	rd_str_printf(&file, "bin/docker-credential-%s", name);
	put_file(rd_str_get(&file), script);
	rd_str_printf(&path, "%s/%s", dir, rd_str_get(&file));
	assert_int_equal(chmod(rd_str_get(&path), 0700), 0);
	rd_str_clear(&path);
	rd_str_printf(&path, "%s/bin:/usr/bin:/bin", dir);
	setenv("PATH", rd_str_get(&path), 1);
}

static void logins__names_the_helpers(void **state)
{
	rd_kvs logins = {0}, helpers = {0};

	(void)state;
	put_file("config.json",
		"{\"credsStore\":\"all\",\"credHelpers\":{\"https://R.example.com\":\"one\"},"
		"\"auths\":{\"r.example.com\":{}}}");
	assert_int_equal(rd_engine_docker_logins(&logins, &helpers, NULL), RD_OK);
	assert_int_equal(logins.len, 0);
	assert_string_equal(rd_kvs_get(&helpers, "*"), "all");
	assert_string_equal(rd_kvs_get(&helpers, "r.example.com"), "one");
	rd_kvs_done(&helpers);
}

static void helper_login__asks_by_stdin(void **state)
{
	char *login = NULL;
	rd_err err = {0};

	(void)state;
	put_helper("echo",
		"#!/bin/sh\n[ $# = 1 ] && [ \"$1\" = get ] || exit 9\n"
		"case $(cat) in\n"
		"r.example.com:5000) echo '{\"Username\":\"me\",\"Secret\":\"pa:ss\"}' ;;\n"
		"https://index.docker.io/v1/) echo '{\"Username\":\"<token>\",\"Secret\":\"t\"}' "
		";;\n"
		"https://typed.example.com) echo '{\"Username\":\"a\",\"Secret\":\"b\"}' ;;\n"
		"*) echo 'credentials not found in native keychain'; exit 1 ;;\nesac\n");
	assert_int_equal(rd_engine_helper_login("echo", "r.example.com:5000", NULL, &login, &err),
		RD_OK);
	assert_string_equal(login, "me:pa:ss");
	free(login);
	assert_int_equal(rd_engine_helper_login("echo", "docker.io", NULL, &login, &err), RD_OK);
	assert_string_equal(login, "<token>:t");
	free(login);
	assert_int_equal(rd_engine_helper_login("echo", "typed.example.com", NULL, &login, &err),
		RD_OK);
	assert_string_equal(login, "a:b");
	free(login);
	assert_int_equal(rd_engine_helper_login("echo", "other", NULL, &login, &err), RD_OK);
	assert_null(login);
}

static void helper_login__tells_what_goes_wrong(void **state)
{
	char *login = NULL;
	rd_err err = {0};
	rd_cancel *cancel;

	(void)state;
	put_helper("bad", "#!/bin/sh\necho s3cret-on-stdout; exit 3\n");
	assert_int_equal(rd_engine_helper_login("bad", "r", NULL, &login, &err), RD_EFAILED);
	assert_string_equal(err.msg, "'docker-credential-bad' failed with status 3");
	assert_string_equal(err.ctx, "login for 'r'");
	put_helper("odd", "#!/bin/sh\necho s3cret-on-stdout\n");
	assert_int_equal(rd_engine_helper_login("odd", "r", NULL, &login, &err), RD_EPARSE);
	assert_null(strstr(err.msg, "s3cret"));
	assert_int_equal(rd_engine_helper_login("gone", "r", NULL, &login, &err), RD_ENOENT);
	assert_non_null(strstr(err.msg, "docker-credential-gone"));
	assert_int_equal(rd_engine_helper_login("a/b", "r", NULL, &login, &err), RD_EINVAL);
	/* One that neither answers nor ends, and whose child holds its output. */
	put_helper("mute", "#!/bin/sh\nsleep 1000 & wait\n");
	assert_int_equal(rd_cancel_new(&cancel, NULL), RD_OK);
	rd_cancel_fire(cancel);
	assert_int_equal(rd_engine_helper_login("mute", "r", cancel, &login, &err), RD_ECANCELED);
	rd_cancel_free(cancel);
	assert_null(login);
}

static void registry__has_one_name(void **state)
{
	static const char *const names[][2] = {
		{"https://R.Example.com:5000/v2/", "r.example.com:5000"},
		{"localhost", "localhost"}, {"docker.io", "docker.io"},
		{"https://index.docker.io/v1/", "docker.io"}, {"127.0.0.1:5000", "127.0.0.1:5000"}};
	static const char *const bad[] = {"", "word", "a b.c", "ftp://x.y", "x.y:z", "https://"};
	char *name;

	(void)state;
	for (size_t i = 0; i < RD_LEN(names); i++) {
		assert_int_equal(rd_engine_registry(names[i][0], &name, NULL), RD_OK);
		assert_string_equal(name, names[i][1]);
		free(name);
	}
	for (size_t i = 0; i < RD_LEN(bad); i++)
		assert_int_equal(rd_engine_registry(bad[i], &name, NULL), RD_EINVAL);
}

static void auth_header__is_for_the_images_registry(void **state)
{
	rd_kvs logins = {0};
	rd_strs headers = {0};

	(void)state;
	assert_true(rd_kvs_set(&logins, "https://index.docker.io/v1/", "hub:s3cret"));
	assert_true(rd_kvs_set(&logins, "other.example.com", "a:b"));
	assert_int_equal(rd_docker_auth_header(&logins, "third.example.com/x", &headers, NULL),
		RD_OK);
	assert_int_equal(headers.len, 0);
	assert_int_equal(rd_docker_auth_header(&logins, "library/x", &headers, NULL), RD_OK);
	assert_int_equal(headers.len, 1);
	/* {"username":"hub","password":"s3cret",… */
	assert_true(rd_starts_with(headers.items[0],
		"X-Registry-Auth: eyJ1c2VybmFtZSI6Imh1YiIsInBhc3N3b3JkIjoiczNjcmV0Iiwi"));
	assert_int_equal(rd_docker_auth_header(NULL, "x", &headers, NULL), RD_OK);
	assert_int_equal(headers.len, 1);
	assert_int_equal(rd_docker_config_header(NULL, &headers, NULL), RD_OK);
	assert_int_equal(headers.len, 1);
	assert_int_equal(rd_docker_config_header(&logins, &headers, NULL), RD_OK);
	assert_true(rd_starts_with(headers.items[1], "X-Registry-Config: "));
	rd_strs_done(&headers);
	rd_kvs_done(&logins);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(find__prefers_wish_then_environment, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(find__takes_certificates_of_the_environment, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(find__takes_the_context_in_use, set_up, tear_down),
		cmocka_unit_test_setup_teardown(find__names_a_context_that_is_not_there, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(logins__reads_all_forms, set_up, tear_down),
		cmocka_unit_test_setup_teardown(logins__names_the_helpers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(helper_login__asks_by_stdin, set_up, tear_down),
		cmocka_unit_test_setup_teardown(helper_login__tells_what_goes_wrong, set_up,
			tear_down),
		cmocka_unit_test(registry__has_one_name),
		cmocka_unit_test_setup_teardown(auth_header__is_for_the_images_registry, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
