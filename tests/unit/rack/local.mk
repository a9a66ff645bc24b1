# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/rack/test_diff
TESTS += tests/unit/rack/test_diff
tests_unit_rack_test_diff_SOURCES = tests/unit/rack/test_diff.c tests/unit/unit.h
tests_unit_rack_test_diff_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_rack_test_diff_LDADD = $(LIBS_RACK) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/rack/test_log
TESTS += tests/unit/rack/test_log
tests_unit_rack_test_log_SOURCES = tests/unit/rack/test_log.c tests/unit/unit.h
tests_unit_rack_test_log_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_rack_test_log_LDADD = $(LIBS_RACK) $(CMOCKA_LIBS)
