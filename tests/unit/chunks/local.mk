# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/chunks/test_cache
TESTS += tests/unit/chunks/test_cache
tests_unit_chunks_test_cache_SOURCES = tests/unit/chunks/test_cache.c tests/unit/chunks/trees.h tests/unit/unit.h
tests_unit_chunks_test_cache_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_chunks_test_cache_LDADD = $(LIBS_CHUNKS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/chunks/test_s3
TESTS += tests/unit/chunks/test_s3
tests_unit_chunks_test_s3_SOURCES = tests/unit/chunks/test_s3.c tests/unit/chunks/trees.h tests/unit/unit.h
tests_unit_chunks_test_s3_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_chunks_test_s3_LDADD = $(LIBS_CHUNKS) $(CMOCKA_LIBS)
EXTRA_DIST += tests/s3/server.py
