/* SPDX-License-Identifier: MIT */
/* What is put as gzip comes out again, and can be passed over. */
#include <fcntl.h>
#include <unistd.h>

#include "core/base/stream.h"
#include "core/base/str.h"
#include "core/io/gunzip.h"
#include "core/io/gzip_member.h"
#include "core/io/gzip_put.h"
#include "tests/unit/unit.h"

#define PART_BYTES 100003
#define MEMBER_BYTES (1 << 20)
#define PARTS 37 /* some 3.7 MB: several members, the last one short */

static char path[] = "/tmp/rd-test-gzip-put-XXXXXX";

/* The i-th byte of all that is put. */
static char byte_at(uint64_t i)
{
	return (char)(i % 251 + i / 65536);
}

static int make_file(void **state RD_UNUSED)
{
	static char part[PART_BYTES];
	rd_gzip_put *g = NULL;
	uint64_t at = 0, fixed_at = 0;
	int fd;

	memset(path + sizeof path - 7, 'X', 6);
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(rd_gzip_put_open(fd, &g, NULL), RD_OK);
	for (int p = 0; p < PARTS; p++) {
		for (size_t i = 0; i < PART_BYTES; i++)
			part[i] = byte_at(at++);
		assert_int_equal(rd_gzip_put_bytes(g, part, PART_BYTES, NULL), RD_OK);
	}
	assert_int_equal(rd_gzip_put_fixed(g, "before", 6, &fixed_at, NULL), RD_OK);
	assert_int_equal(rd_gzip_put_bytes(g, "end", 3, NULL), RD_OK);
	assert_int_equal(rd_gzip_put_end(g, NULL), RD_OK);
	assert_int_equal(rd_gzip_put_again(g, fixed_at, "behind", 6, NULL), RD_OK);
	rd_gzip_put_close(g);
	return close(fd);
}

static int remove_file(void **state RD_UNUSED)
{
	return unlink(path);
}

static void open_both(rd_reader **file, rd_reader **plain)
{
	const rd_gunzip_caps none = {0};

	assert_int_equal(rd_reader_fd(open(path, O_RDONLY | O_CLOEXEC), file, NULL), RD_OK);
	assert_int_equal(rd_gunzip_open(*file, &none, plain, NULL), RD_OK);
}

/* Passes over so many bytes, then checks all that is left. */
static void check_after(uint64_t skip)
{
	static char got[(size_t)PART_BYTES * PARTS + 100];
	rd_reader *file = NULL, *plain = NULL;
	uint64_t all = (uint64_t)PART_BYTES * PARTS, passed = 0;
	size_t n = 0;

	open_both(&file, &plain);
	assert_int_equal(rd_read_full(plain, got, 10, &n, NULL), RD_OK);
	assert_int_equal(n, 10);
	assert_int_equal(rd_skip(plain, skip, &passed, NULL), RD_OK);
	assert_true(passed <= skip && skip - passed < MEMBER_BYTES);
	assert_int_equal(rd_read_full(plain, got, skip - passed, &n, NULL), RD_OK);
	assert_int_equal(n, skip - passed);
	assert_int_equal(rd_read_full(plain, got, sizeof got, &n, NULL), RD_OK);
	assert_int_equal(n, all - 10 - skip + 9);
	for (uint64_t i = 10 + skip; i < all; i++)
		if (got[i - 10 - skip] != byte_at(i))
			fail_msg("after %llu: byte %llu", (unsigned long long)skip,
				(unsigned long long)i);
	assert_memory_equal(got + (all - 10 - skip), "behindend", 9);
	rd_reader_close(plain);
	rd_reader_close(file);
}

static void gzip_put__comes_out_again(void **state RD_UNUSED)
{
	check_after(0);
}

static void gunzip__passes_over_members(void **state RD_UNUSED)
{
	static const uint64_t places[] = {1, 70000, (1 << 20) - 11, (1 << 20) - 10, (1 << 20) - 9,
		2 << 20, 3000000, (uint64_t)PART_BYTES * PARTS - 10};

	for (size_t i = 0; i < RD_LEN(places); i++)
		check_after(places[i]);
}

/* Reads a little, then passes over three members at most. */
static rd_code pass_over(const char *file_path, uint64_t *ret_passed, rd_err *err)
{
	const rd_gunzip_caps none = {0};
	rd_reader *file = NULL, *plain = NULL;
	char got[16];
	size_t n = 0;
	rd_code code;

	assert_int_equal(rd_reader_fd(open(file_path, O_RDONLY | O_CLOEXEC), &file, NULL), RD_OK);
	assert_int_equal(rd_gunzip_open(file, &none, &plain, NULL), RD_OK);
	code = rd_read_full(plain, got, 10, &n, err);
	if (!code)
		code = rd_skip(plain, 3 * MEMBER_BYTES, ret_passed, err);
	rd_reader_close(plain);
	rd_reader_close(file);
	return code;
}

static void gunzip__tells_a_cut_after_passing(void **state RD_UNUSED)
{
	uint64_t passed = 0;
	rd_err err = {0};

	assert_int_equal(truncate(path, 5000), 0);
	assert_int_equal(pass_over(path, &passed, &err), RD_EPARSE);
	assert_string_equal(err.msg, "the gzip is cut short");
}

/* Every byte of the header of the second member, and many within it. */
static void gunzip__proves_what_it_passes_over(void **state RD_UNUSED)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	uint8_t head[RD_GZIP_MEMBER_HEAD], byte;
	rd_gzip_member m;
	uint64_t passed = 0;

	assert_int_equal(pread(fd, head, sizeof head, 0), sizeof head);
	assert_true(rd_gzip_member_get(head, &m));
	assert_int_equal(pass_over(path, &passed, NULL), RD_OK);
	assert_true(passed > 2 * MEMBER_BYTES);
	for (off_t i = 0; i < m.bytes; i += i < (off_t)sizeof head ? 1 : 97) {
		off_t at = m.bytes + i;

		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte ^= 4;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		passed = 0;
		/* A header that is not ours, or tells too much, is left to be read as any other. */
		if (pass_over(path, &passed, NULL) == RD_OK)
			assert_true(i < RD_GZIP_MEMBER_HEAD && passed < MEMBER_BYTES);
		byte ^= 4;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	}
	assert_int_equal(pass_over(path, &passed, NULL), RD_OK);
	assert_int_equal(close(fd), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(gzip_put__comes_out_again, make_file, remove_file),
		cmocka_unit_test_setup_teardown(gunzip__passes_over_members, make_file,
			remove_file),
		cmocka_unit_test_setup_teardown(gunzip__tells_a_cut_after_passing, make_file,
			remove_file),
		cmocka_unit_test_setup_teardown(gunzip__proves_what_it_passes_over, make_file,
			remove_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
