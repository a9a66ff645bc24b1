/* SPDX-License-Identifier: MIT */
/* Frames: written in any pieces, read from any place, damage found. */
#include <sys/mman.h>
#include <unistd.h>

#include "core/io/zframes.h"
#include "tests/unit/unit.h"

#define TOTAL (2 * RD_ZFRAME_RAW_BYTES + 12345)

static char *bytes;

static int make_bytes(void **state RD_UNUSED)
{
	uint32_t x = 99;

	bytes = malloc(TOTAL);
	for (size_t i = 0; bytes && i < TOTAL; i++) {
		x = x * 1664525 + 1013904223;
		bytes[i] = (char)('a' + (x >> 29));
	}
	return bytes ? 0 : -1;
}

static int free_bytes(void **state RD_UNUSED)
{
	free(bytes);
	return 0;
}

/* Writes the first n bytes in pieces. @returns the descriptor. */
static int write_frames(size_t n, size_t piece, rd_zwriter **ret_writer)
{
	int fd = memfd_create("frames", MFD_CLOEXEC);

	assert_int_equal(rd_zwriter_new(fd, ret_writer, NULL), RD_OK);
	for (size_t at = 0; at < n; at += piece)
		assert_int_equal(rd_zwriter_put(*ret_writer, bytes + at,
					 n - at < piece ? n - at : piece, NULL),
			RD_OK);
	assert_int_equal(rd_zwriter_end(*ret_writer, NULL), RD_OK);
	assert_int_equal(rd_zwriter_raw_bytes(*ret_writer), n);
	return fd;
}

static rd_code read_from(int fd, const rd_vec *frames, size_t at, rd_str *out)
{
	rd_zcursor *c = NULL;
	rd_code code = rd_zcursor_new(fd, frames->data, frames->len, &c, NULL);
	size_t n = 1;

	while (!code && n) {
		char buf[50000];

		code = rd_zcursor_read(c, at, buf, sizeof buf, &n, NULL);
		if (!code)
			rd_str_putn(out, buf, n);
		at += n;
	}
	rd_zcursor_free(c);
	return code;
}

static void zframes__round_trip(void **state RD_UNUSED)
{
	static const size_t sizes[] = {
		0, 1, RD_ZFRAME_RAW_BYTES - 1, RD_ZFRAME_RAW_BYTES, RD_ZFRAME_RAW_BYTES + 1, TOTAL};

	for (size_t i = 0; i < RD_LEN(sizes) * 2; i++) {
		RD_STR_AUTO rd_str out = RD_STR_INIT(0);
		size_t n = sizes[i / 2];
		rd_zwriter *w = NULL;
		RD_AUTOCLOSE int fd = write_frames(n, i % 2 ? 3000000 : 777, &w);
		const rd_vec *frames = rd_zwriter_frames(w);

		assert_int_equal(frames->len, (n + RD_ZFRAME_RAW_BYTES - 1) / RD_ZFRAME_RAW_BYTES);
		assert_int_equal(read_from(fd, frames, 0, &out), RD_OK);
		assert_int_equal(out.len, n);
		if (n)
			assert_memory_equal(out.data, bytes, n);
		rd_zwriter_free(w);
	}
}

static void zcursor_read__from_any_place(void **state RD_UNUSED)
{
	static const size_t places[] = {TOTAL, TOTAL + 1, SIZE_MAX, TOTAL - 1,
		2 * RD_ZFRAME_RAW_BYTES - 1, RD_ZFRAME_RAW_BYTES, 5};
	rd_zwriter *w = NULL;
	RD_AUTOCLOSE int fd = write_frames(TOTAL, TOTAL, &w);

	for (size_t i = 0; i < RD_LEN(places); i++) {
		RD_STR_AUTO rd_str out = RD_STR_INIT(0);
		size_t want = places[i] < TOTAL ? TOTAL - places[i] : 0;

		assert_int_equal(read_from(fd, rd_zwriter_frames(w), places[i], &out), RD_OK);
		assert_int_equal(out.len, want);
		if (want)
			assert_memory_equal(out.data, bytes + places[i], want);
	}
	rd_zwriter_free(w);
}

static void zcursor_read__finds_damage(void **state RD_UNUSED)
{
	rd_zwriter *w = NULL;
	RD_AUTOCLOSE int fd = write_frames(5000, 5000, &w);
	size_t size = (size_t)lseek(fd, 0, SEEK_END);

	for (size_t i = 0; i < size; i += 7) {
		RD_STR_AUTO rd_str out = RD_STR_INIT(0);
		char good, bad;
		rd_code code;

		assert_int_equal(pread(fd, &good, 1, (off_t)i), 1);
		bad = (char)(good ^ 0x40);
		assert_int_equal(pwrite(fd, &bad, 1, (off_t)i), 1);
		code = read_from(fd, rd_zwriter_frames(w), 0, &out);
		assert_int_equal(pwrite(fd, &good, 1, (off_t)i), 1);
		/* A flip that changes nothing of the content (an unused header bit) is no harm. */
		if (code != RD_ECORRUPT && (out.len != 5000 || memcmp(out.data, bytes, 5000) != 0))
			fail_msg("byte %zu of %zu flipped: %d", i, size, code);
	}
	assert_int_equal(ftruncate(fd, (off_t)size - 1), 0);
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	assert_int_equal(read_from(fd, rd_zwriter_frames(w), 0, &out), RD_ECORRUPT);
	rd_zwriter_free(w);
}

static void zcursor_read__refuses_lying_table(void **state RD_UNUSED)
{
	rd_zwriter *w = NULL;
	RD_AUTOCLOSE int fd = write_frames(5000, 5000, &w);
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);
	rd_zframe *f = rd_vec_at(rd_zwriter_frames(w), 0);
	rd_zframe good = *f;

	f->raw_bytes = 5001;
	assert_int_equal(read_from(fd, rd_zwriter_frames(w), 0, &out), RD_ECORRUPT);
	f->raw_bytes = UINT32_MAX;
	assert_int_equal(read_from(fd, rd_zwriter_frames(w), 0, &out), RD_ECORRUPT);
	*f = good;
	f->bytes = UINT32_MAX;
	assert_int_equal(read_from(fd, rd_zwriter_frames(w), 0, &out), RD_ECORRUPT);
	*f = good;
	f->at = 1;
	assert_int_equal(read_from(fd, rd_zwriter_frames(w), 0, &out), RD_ECORRUPT);
	rd_zwriter_free(w);
}

static void zstd_pack__round_trip(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str packed = RD_STR_INIT(0);
	RD_STR_AUTO rd_str out = RD_STR_INIT(0);

	assert_int_equal(rd_zstd_pack(bytes, TOTAL, &packed, NULL), RD_OK);
	assert_true(packed.len < TOTAL / 2);
	assert_int_equal(rd_zstd_unpack(packed.data, packed.len, TOTAL, &out, NULL), RD_OK);
	assert_memory_equal(out.data, bytes, TOTAL);
	assert_int_equal(rd_zstd_unpack(packed.data, packed.len, TOTAL - 1, &out, NULL),
		RD_ECORRUPT);
	assert_int_equal(rd_zstd_unpack(packed.data, packed.len, TOTAL + 1, &out, NULL),
		RD_ECORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zframes__round_trip),
		cmocka_unit_test(zcursor_read__from_any_place),
		cmocka_unit_test(zcursor_read__finds_damage),
		cmocka_unit_test(zcursor_read__refuses_lying_table),
		cmocka_unit_test(zstd_pack__round_trip),
	};

	return cmocka_run_group_tests(tests, make_bytes, free_bytes);
}
