/* SPDX-License-Identifier: MIT */
/* Gzip streams: told from plain ones, at any split, with several members; damage and bombs refused. */
#include <isa-l/igzip_lib.h>

#include "core/base/str.h"
#include "core/io/gunzip.h"
#include "tests/unit/io/chunked.h"
#include "tests/unit/unit.h"

static const rd_gunzip_caps no_caps = {0, 0, 0};

/* Appends one gzip member. */
static void put_member(rd_str *out, const void *bytes, size_t n)
{
	struct isal_zstream z;
	size_t cap = n + n / 10 + 1000;
	char *room = rd_str_reserve(out, cap);

	assert_non_null(room);
	isal_deflate_stateless_init(&z);
	z.end_of_stream = 1;
	z.flush = NO_FLUSH;
	z.gzip_flag = IGZIP_GZIP;
	z.next_in = (uint8_t *)(uintptr_t)bytes;
	z.avail_in = (uint32_t)n;
	z.next_out = (uint8_t *)room;
	z.avail_out = (uint32_t)cap;
	assert_int_equal(isal_deflate_stateless(&z), COMP_OK);
	rd_str_commit(out, cap - z.avail_out);
}

static rd_code inflate_all(rd_reader *in, const rd_gunzip_caps *caps, size_t step, rd_str *out,
	rd_err *err)
{
	rd_reader *r = NULL;
	rd_code code = rd_gunzip_open(in, caps, &r, err);
	size_t n = 1;

	while (!code && n) {
		char buf[70000];

		code = rd_read(r, buf, step, &n, err);
		if (!code)
			rd_str_putn(out, buf, n);
	}
	rd_reader_close(r);
	return code;
}

/* Bytes that compress, but not to nothing. */
static void fill(char *bytes, size_t n)
{
	uint32_t x = 12345;

	for (size_t i = 0; i < n; i++) {
		x = x * 1664525 + 1013904223;
		bytes[i] = (char)('a' + (x >> 28));
	}
}

static void gunzip__passes_plain_streams(void **state RD_UNUSED)
{
	static const char *const texts[] = {"", "\x1f", "\x1fplain", "plain text"};

	for (size_t i = 0; i < RD_LEN(texts); i++) {
		RD_STR_AUTO rd_str out = RD_STR_INIT(0);
		struct chunked in = CHUNKED(texts[i], strlen(texts[i]), 1);

		assert_int_equal(inflate_all(&in.base, &no_caps, 3, &out, NULL), RD_OK);
		assert_string_equal(rd_str_get(&out), texts[i]);
	}
}

static void gunzip__reads_members_at_any_split(void **state RD_UNUSED)
{
	static const size_t sizes[] = {0, 1, 100, 70000, 5, 0, 300000};
	static const size_t steps[] = {1, 2, 3, 7, 1000, 65536};
	RD_STR_AUTO rd_str gz = RD_STR_INIT(0);
	RD_STR_AUTO rd_str want = RD_STR_INIT(0);
	RD_AUTOFREE char *bytes = malloc(300000);

	fill(bytes, 300000);
	for (size_t i = 0; i < RD_LEN(sizes); i++) {
		put_member(&gz, bytes, sizes[i]);
		rd_str_putn(&want, bytes, sizes[i]);
	}
	for (size_t i = 0; i < RD_LEN(steps) * 2; i++) {
		RD_STR_AUTO rd_str out = RD_STR_INIT(0);
		struct chunked in = CHUNKED(gz.data, gz.len, steps[i / 2]);
		rd_err err = {0};

		if (inflate_all(&in.base, &no_caps, i % 2 ? 70000 : 100, &out, &err))
			fail_msg("step %zu: %s", steps[i / 2], err.msg);
		assert_int_equal(out.len, want.len);
		assert_memory_equal(out.data, want.data, want.len);
	}
}

static void gunzip__refuses_every_cut(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str gz = RD_STR_INIT(0);
	char bytes[3000];

	fill(bytes, sizeof bytes);
	put_member(&gz, bytes, sizeof bytes);
	for (size_t n = 2; n < gz.len; n++) {
		RD_STR_AUTO rd_str out = RD_STR_INIT(0);
		struct chunked in = CHUNKED(gz.data, n, 4096);

		if (inflate_all(&in.base, &no_caps, 70000, &out, NULL) != RD_EPARSE)
			fail_msg("cut at %zu of %zu", n, gz.len);
	}
}

static void gunzip__refuses_flipped_bits(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str gz = RD_STR_INIT(0);
	char bytes[3000];

	fill(bytes, sizeof bytes);
	put_member(&gz, bytes, sizeof bytes);
	/* From the end of the 10-byte header to the trailer's last byte. */
	for (size_t i = 10; i < gz.len; i++) {
		RD_STR_AUTO rd_str out = RD_STR_INIT(0);
		struct chunked in = CHUNKED(gz.data, gz.len, 4096);

		rd_code code;

		gz.data[i] ^= 0x10;
		code = inflate_all(&in.base, &no_caps, 70000, &out, NULL);
		/* A flip that changes nothing of the content (a code that is not used) is no harm. */
		if (code != RD_EPARSE &&
			(out.len != sizeof bytes || memcmp(out.data, bytes, out.len) != 0))
			fail_msg("byte %zu of %zu flipped: %d", i, gz.len, code);
		gz.data[i] ^= 0x10;
	}
}

static void gunzip__allows_only_zeros_behind(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str gz = RD_STR_INIT(0);
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	static const char zeros[1000];
	struct chunked in;

	put_member(&gz, "text", 4);
	rd_str_putn(&gz, zeros, sizeof zeros);
	in = (struct chunked)CHUNKED(gz.data, gz.len, 7);
	assert_int_equal(inflate_all(&in.base, &no_caps, 100, &out, NULL), RD_OK);
	assert_string_equal(rd_str_get(&out), "text");
	rd_str_put(&gz, "junk");
	in = (struct chunked)CHUNKED(gz.data, gz.len, 7);
	assert_int_equal(inflate_all(&in.base, &no_caps, 100, &out, NULL), RD_EPARSE);
}

static void gunzip__caps_the_ratio(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str gz = RD_STR_INIT(0);
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	const rd_gunzip_caps tight = {0, 20, 100000}, late = {0, 20, 1000000};
	RD_AUTOFREE char *zeros = calloc(1, 1000000);
	struct chunked in;
	rd_err err = {0};

	put_member(&gz, zeros, 1000000);
	in = (struct chunked)CHUNKED(gz.data, gz.len, 4096);
	assert_int_equal(inflate_all(&in.base, &tight, 4096, &out, &err), RD_ELIMIT);
	assert_non_null(strstr(err.msg, "20 times"));
	assert_in_range(out.len, 90000, 110000);
	in = (struct chunked)CHUNKED(gz.data, gz.len, 4096);
	assert_int_equal(inflate_all(&in.base, &late, 4096, &out, &err), RD_OK);
}

static void gunzip__caps_compressed_bytes(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str gz = RD_STR_INIT(0);
	RD_AUTOFREE char *bytes = malloc(600000);
	rd_gunzip_caps caps = {0, 0, 0};

	fill(bytes, 600000);
	put_member(&gz, bytes, 600000);
	assert_true(gz.len > 200000);
	for (int more = -1; more <= 1; more++) {
		RD_STR_AUTO rd_str out = RD_STR_INIT(0);
		struct chunked in = CHUNKED(gz.data, gz.len, 4096);
		rd_err err = {0};

		caps.in_bytes = gz.len + (uint64_t)more;
		assert_int_equal(inflate_all(&in.base, &caps, 4096, &out, &err),
			more < 0 ? RD_ELIMIT : RD_OK);
	}
}

static void gunzip__hands_on_the_streams_error(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str gz = RD_STR_INIT(0);
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	struct chunked in;

	put_member(&gz, "text", 4);
	in = (struct chunked)CHUNKED(gz.data, gz.len - 3, 5);
	in.fail_at_end = RD_ECANCELED;
	assert_int_equal(inflate_all(&in.base, &no_caps, 100, &out, NULL), RD_ECANCELED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gunzip__passes_plain_streams),
		cmocka_unit_test(gunzip__reads_members_at_any_split),
		cmocka_unit_test(gunzip__refuses_every_cut),
		cmocka_unit_test(gunzip__refuses_flipped_bits),
		cmocka_unit_test(gunzip__allows_only_zeros_behind),
		cmocka_unit_test(gunzip__caps_the_ratio),
		cmocka_unit_test(gunzip__caps_compressed_bytes),
		cmocka_unit_test(gunzip__hands_on_the_streams_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
