/* SPDX-License-Identifier: MIT */
/* Environment text and image references from any bytes: what is written is read as the same. */
#include "core/formats/env.h"
#include "core/formats/imageref.h"
#include "tests/fuzz/fuzz.h"

static void check_env(const char *text)
{
	RD_STR_AUTO rd_str first = RD_STR_INIT(0);
	RD_STR_AUTO rd_str second = RD_STR_INIT(0);
	rd_kvs env = {0}, again = {0};

	/* a carriage return before a line's end is not part of the value */
	if (rd_env_parse(text, &env, NULL) == RD_OK && !strchr(text, '\r')) {
		rd_env_format(&env, &first);
		FUZZ_CHECK(rd_env_parse(rd_str_get(&first), &again, NULL) == RD_OK);
		rd_env_format(&again, &second);
		FUZZ_CHECK(strcmp(rd_str_get(&first), rd_str_get(&second)) == 0);
		rd_str_clear(&second);
		rd_env_describe(&env, &again, &second);
		FUZZ_CHECK(strcmp(rd_str_get(&second), "env ") == 0);
	}
	rd_kvs_done(&env);
	rd_kvs_done(&again);
}

static void put_ref(const rd_imageref *ref, rd_str *out)
{
	rd_str_printf(out, "%s%s%s%s%s%s%s", rd_or_empty(ref->host), ref->host ? "/" : "",
		ref->repo, ref->tag ? ":" : "", rd_or_empty(ref->tag), ref->digest ? "@" : "",
		rd_or_empty(ref->digest));
}

static void check_ref(const char *text)
{
	RD_STR_AUTO rd_str first = RD_STR_INIT(0);
	RD_STR_AUTO rd_str second = RD_STR_INIT(0);
	rd_imageref ref = {0}, again = {0};
	rd_err err = {0};
	rd_code code = rd_imageref_parse(text, &ref, &err);

	FUZZ_CHECK(code == RD_OK || code == RD_EINVAL || code == RD_ENOMEM);
	FUZZ_CHECK(code == RD_OK || err.msg[0]);
	if (code != RD_OK)
		return;
	put_ref(&ref, &first);
	FUZZ_CHECK(ref.host ? strcmp(rd_str_get(&first), text) == 0
			    : rd_ends_with(text, rd_str_get(&first)));
	/* without the hub's name a first part may be taken for a host */
	if (ref.host && rd_imageref_parse(rd_str_get(&first), &again, NULL) == RD_OK) {
		put_ref(&again, &second);
		FUZZ_CHECK(strcmp(rd_str_get(&first), rd_str_get(&second)) == 0);
	}
	rd_imageref_done(&ref);
	rd_imageref_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_kvs env = {0};

	rd_str_putn(&text, bytes, n);
	check_env(rd_str_get(&text));
	check_ref(rd_str_get(&text));
	if (rd_env_pair(rd_str_get(&text), &env, NULL) == RD_OK)
		FUZZ_CHECK(env.len == 1 && *env.items[0].key);
	rd_kvs_done(&env);
	return 0;
}

bool fuzz_seed(int i, rd_str *out)
{
	static const char *const seeds[] = {
		"A=1\n B = x=y \nno pair\n=nameless\r\nLONG_NAME=va lue\nA=again",
		"registry.example.com:5000/a__b/c-d.e:Tag_1@sha256:"
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		"docker.io/library/redis:7",
		"[::1]:80/x",
	};

	if (i >= (int)RD_LEN(seeds))
		return false;
	rd_str_put(out, seeds[i]);
	return true;
}
