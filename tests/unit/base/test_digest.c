/* SPDX-License-Identifier: MIT */
/* SHA-256: the vectors of FIPS 180-2, and use again after the end. */
#include "tests/unit/unit.h"

#include "core/base/digest.h"

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void of__gives_the_known_sums(void **state RD_UNUSED)
{
	uint8_t sum[RD_SHA256_BYTES];
	char hex[RD_SHA256_HEX];

	rd_sha256_of("", 0, sum);
	rd_hex(sum, sizeof sum, hex);
	assert_string_equal(hex, EMPTY);
	rd_sha256_of("abc", 3, sum);
	rd_hex(sum, sizeof sum, hex);
	assert_string_equal(hex, ABC);
}

static void end__leaves_it_ready_for_the_next(void **state RD_UNUSED)
{
	uint8_t sum[RD_SHA256_BYTES];
	char hex[RD_SHA256_HEX];
	rd_sha256 *h = NULL;

	assert_int_equal(rd_sha256_new(&h, NULL), RD_OK);
	for (int i = 0; i < 2; i++) {
		rd_sha256_add(h, "a", 1);
		rd_sha256_add(h, "", 0);
		rd_sha256_add(h, "bc", 2);
		rd_sha256_end(h, sum);
		rd_hex(sum, sizeof sum, hex);
		assert_string_equal(hex, ABC);
	}
	rd_sha256_end(h, sum);
	rd_hex(sum, sizeof sum, hex);
	assert_string_equal(hex, EMPTY);
	assert_null(rd_sha256_free(h));
	assert_null(rd_sha256_free(NULL));
}

/* RFC 4231, test case 2 */
static void hmac_of__gives_the_known_sum(void **state RD_UNUSED)
{
	static const char text[] = "what do ya want for nothing?";
	uint8_t sum[RD_SHA256_BYTES];
	char hex[RD_SHA256_HEX];

	rd_hmac_of("Jefe", text, sizeof text - 1, sum);
	rd_hex(sum, sizeof sum, hex);
	assert_string_equal(hex,
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of__gives_the_known_sums),
		cmocka_unit_test(end__leaves_it_ready_for_the_next),
		cmocka_unit_test(hmac_of__gives_the_known_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
