/* SPDX-License-Identifier: MIT */
/*
 * The form of a fuzz target: one function that takes any bytes and aborts if something is wrong, one
 * that gives valid inputs to start from. driver.c makes a test of it (seeds and fixed mutations of
 * them); dev/fuzz links it with libFuzzer instead.
 */
#ifndef RD_TESTS_FUZZ_FUZZ_H
#define RD_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
/* Appends the i-th seed. @returns false if there is none. */
bool fuzz_seed(int i, rd_str *out);

/* What must hold in a target; not removed by NDEBUG. */
#define FUZZ_CHECK(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

#endif
