/* SPDX-License-Identifier: MIT */
/* Tests of which engine is used, and of the logins in the user's docker configuration. */
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

	if (rd_engine_find(wish, &p, &err))
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
	assert_int_equal(rd_engine_find(NULL, &p, &err), RD_EINVAL);
	assert_non_null(strstr(err.msg, "DOCKER_CERT_PATH"));
	put_file("ca.pem", "x");
	put_file("cert.pem", "x");
	assert_int_equal(rd_engine_find(NULL, &p, NULL), RD_OK);
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
	assert_int_equal(rd_engine_find(NULL, &p, &err), RD_ENOENT);
	assert_non_null(strstr(err.msg, "'gone'"));
	unsetenv("DOCKER_CONTEXT");
	put_file("config.json", "{broken");
	assert_int_equal(rd_engine_find(NULL, &p, &err), RD_EPARSE);
	assert_non_null(strstr(err.msg, "config.json"));
}

static void logins__reads_all_forms(void **state)
{
	rd_kvs logins = {0};

	(void)state;
	assert_int_equal(rd_engine_docker_logins(&logins, NULL), RD_OK);
	assert_int_equal(logins.len, 0);
	put_file("config.json",
		"{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"aHViOnMzY3JldA==\"},"
		"\"R.example.com:5000\":{\"auth\":\"bWU6cGE6c3M=\"},"
		"\"plain\":{\"username\":\"u\",\"password\":\"p\"},"
		"\"token\":{\"auth\":\"\",\"identitytoken\":\"t0ken\"},"
		"\"helper\":{},\"bad\":{\"auth\":\"*\"},\"odd\":7}}");
	assert_int_equal(rd_engine_docker_logins(&logins, NULL), RD_OK);
	assert_string_equal(rd_kvs_get(&logins, "docker.io"), "hub:s3cret");
	assert_string_equal(rd_kvs_get(&logins, "r.example.com:5000"), "me:pa:ss");
	assert_string_equal(rd_kvs_get(&logins, "plain"), "u:p");
	assert_string_equal(rd_kvs_get(&logins, "token"), "<token>:t0ken");
	assert_int_equal(logins.len, 4);
	rd_kvs_done(&logins);
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
		cmocka_unit_test_setup_teardown(auth_header__is_for_the_images_registry, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
