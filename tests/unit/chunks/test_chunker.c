/* SPDX-License-Identifier: MIT */
/* Cuts: their sizes, and how few of them a change moves. */
#include "core/base/digest.h"
#include "core/chunks/chunker.h"
#include "tests/unit/chunks/trees.h"

typedef struct sum {
	uint8_t bytes[RD_SHA256_BYTES];
} sum;

/* The sums of all chunks. */
static void cut_all(const rd_str *s, rd_vec *ret_sums)
{
	rd_chunker c;

	rd_chunker_init(&c);
	rd_vec_init(ret_sums, sizeof(sum));
	for (size_t at = 0; at < s->len;) {
		size_t n = rd_chunker_cut(&c, (const uint8_t *)s->data + at, s->len - at);
		sum *one = rd_vec_push(ret_sums);

		assert_in_range(n, 1, RD_CHUNK_MAX_BYTES);
		assert_true(n >= RD_CHUNK_MIN_BYTES || at + n == s->len);
		rd_sha256_of(s->data + at, n, one->bytes);
		at += n;
	}
}

static size_t count_new(const rd_vec *before, const rd_vec *after)
{
	size_t n = after->len;

	for (size_t i = 0; i < after->len; i++)
		for (size_t k = 0; k < before->len; k++)
			if (memcmp(rd_vec_at(after, i), rd_vec_at(before, k), sizeof(sum)) == 0) {
				n--;
				break;
			}
	return n;
}

static void cut__of_little_is_all(void **state RD_UNUSED)
{
	uint8_t bytes[RD_CHUNK_MIN_BYTES] = {0};
	rd_chunker c;

	rd_chunker_init(&c);
	for (size_t n = 1; n <= sizeof bytes; n = n * 2 + 1)
		assert_int_equal(rd_chunker_cut(&c, bytes, n), n);
	assert_int_equal(rd_chunker_cut(&c, bytes, sizeof bytes), sizeof bytes);
}

static void cut__of_equal_bytes_ends_at_the_limit(void **state RD_UNUSED)
{
	uint8_t *bytes = calloc(2, RD_CHUNK_MAX_BYTES);
	rd_chunker c;

	assert_non_null(bytes);
	rd_chunker_init(&c);
	assert_in_range(rd_chunker_cut(&c, bytes, 2 * RD_CHUNK_MAX_BYTES), RD_CHUNK_MIN_BYTES,
		RD_CHUNK_MAX_BYTES);
	free(bytes);
}

/* The cuts are part of what is stored: they must be the same in every version. */
static void cut__does_not_change(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);
	static const size_t expected[] = {66999, 74668, 50468, 78660, 97558, 69439, 73819, 52620};
	rd_chunker c;
	size_t at = 0;

	put_noise(&s, 1 << 20, 4711);
	rd_chunker_init(&c);
	for (size_t i = 0; i < RD_LEN(expected); i++) {
		size_t n = rd_chunker_cut(&c, (const uint8_t *)s.data + at, s.len - at);

		assert_int_equal(n, expected[i]);
		at += n;
	}
}

static void cut__average(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);
	rd_vec sums;

	put_noise(&s, 64 << 20, 1);
	cut_all(&s, &sums);
	assert_in_range(s.len / sums.len, RD_CHUNK_AVG_BYTES * 8 / 10,
		RD_CHUNK_AVG_BYTES * 13 / 10);
	rd_vec_done(&sums);
}

/* A byte more, less or other moves the chunk it is in and at most a few beside it. */
static void cut__moves_little_after_a_change(void **state RD_UNUSED)
{
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);
	rd_vec before;
	size_t all = 0, chunks = 0;

	put_noise(&s, 8 << 20, 3);
	cut_all(&s, &before);
	for (uint32_t round = 0; round < 30; round++) {
		RD_STR_AUTO rd_str t = RD_STR_INIT(0);
		size_t at = (size_t)round * (s.len / 30) + round * 977;
		rd_vec after;
		size_t n;

		rd_str_putn(&t, s.data, at);
		if (round % 3)
			rd_str_put(&t, round % 3 == 1 ? "+" : "some more bytes");
		rd_str_putn(&t, s.data + at + (round % 3 == 0), s.len - at - (round % 3 == 0));
		cut_all(&t, &after);
		n = count_new(&before, &after);
		assert_in_range(n, 1, 8);
		all += n;
		chunks += after.len;
		rd_vec_done(&after);
	}
	/* About one chunk and a half of 130 a change. */
	print_message("# %zu of %zu chunks new in 30 changes\n", all, chunks);
	assert_in_range(all, 30, 75);
	rd_vec_done(&before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut__of_little_is_all),
		cmocka_unit_test(cut__of_equal_bytes_ends_at_the_limit),
		cmocka_unit_test(cut__does_not_change),
		cmocka_unit_test(cut__average),
		cmocka_unit_test(cut__moves_little_after_a_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
