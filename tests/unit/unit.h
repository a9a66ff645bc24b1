/* SPDX-License-Identifier: MIT */
/* What every unit test includes: cmocka with the headers that it needs before it. */
#ifndef RD_TESTS_UNIT_UNIT_H
#define RD_TESTS_UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
