# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/base/test_str
TESTS += tests/unit/base/test_str
tests_unit_base_test_str_SOURCES = tests/unit/base/test_str.c tests/unit/unit.h
tests_unit_base_test_str_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_base_test_str_LDADD = $(LIBS_BASE) $(CMOCKA_LIBS)
