# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/store/test_db tests/unit/store/test_locks
TESTS += tests/unit/store/test_db tests/unit/store/test_locks
tests_unit_store_test_db_SOURCES = tests/unit/store/test_db.c tests/unit/unit.h
tests_unit_store_test_db_CFLAGS = $(AM_UNIT_CFLAGS) $(SQLITE_CFLAGS)
tests_unit_store_test_db_LDADD = $(LIBS_STORE) $(CMOCKA_LIBS)
tests_unit_store_test_locks_SOURCES = tests/unit/store/test_locks.c tests/unit/unit.h
tests_unit_store_test_locks_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_store_test_locks_LDADD = $(LIBS_STORE) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/store/test_source
TESTS += tests/unit/store/test_source
tests_unit_store_test_source_SOURCES = tests/unit/store/test_source.c tests/unit/io/chunked.h tests/unit/unit.h
tests_unit_store_test_source_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_store_test_source_LDADD = $(LIBS_STORE) $(CMOCKA_LIBS)
