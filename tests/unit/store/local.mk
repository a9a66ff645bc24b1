# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/store/test_locks
TESTS += tests/unit/store/test_locks
tests_unit_store_test_locks_SOURCES = tests/unit/store/test_locks.c tests/unit/unit.h
tests_unit_store_test_locks_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_store_test_locks_LDADD = $(LIBS_STORE) $(CMOCKA_LIBS)
