# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/engine/test_stream
TESTS += tests/unit/engine/test_stream
tests_unit_engine_test_stream_SOURCES = tests/unit/engine/test_stream.c tests/unit/unit.h
tests_unit_engine_test_stream_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_engine_test_stream_LDADD = $(LIBS_ENGINE) $(CMOCKA_LIBS)
