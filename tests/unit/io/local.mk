# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/io/test_tar tests/unit/io/test_gunzip tests/unit/io/test_zframes
TESTS += tests/unit/io/test_tar tests/unit/io/test_gunzip tests/unit/io/test_zframes
tests_unit_io_test_tar_SOURCES = tests/unit/io/test_tar.c tests/unit/io/chunked.h tests/unit/unit.h
tests_unit_io_test_tar_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_io_test_tar_LDADD = $(LIBS_IO) $(CMOCKA_LIBS)
tests_unit_io_test_gunzip_SOURCES = tests/unit/io/test_gunzip.c tests/unit/io/chunked.h tests/unit/unit.h
tests_unit_io_test_gunzip_CFLAGS = $(AM_UNIT_CFLAGS) $(ISAL_CFLAGS)
tests_unit_io_test_gunzip_LDADD = $(LIBS_IO) $(CMOCKA_LIBS)
tests_unit_io_test_zframes_SOURCES = tests/unit/io/test_zframes.c tests/unit/unit.h
tests_unit_io_test_zframes_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_io_test_zframes_LDADD = $(LIBS_IO) $(CMOCKA_LIBS)
