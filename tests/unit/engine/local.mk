# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/engine/test_stream
TESTS += tests/unit/engine/test_stream
tests_unit_engine_test_stream_SOURCES = tests/unit/engine/test_stream.c tests/unit/unit.h
tests_unit_engine_test_stream_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_engine_test_stream_LDADD = $(LIBS_ENGINE) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/engine/test_docker
TESTS += tests/unit/engine/test_docker
tests_unit_engine_test_docker_SOURCES = tests/unit/engine/test_docker.c tests/unit/unit.h
tests_unit_engine_test_docker_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_engine_test_docker_LDADD = $(LIBS_ENGINE) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/engine/test_find
TESTS += tests/unit/engine/test_find
tests_unit_engine_test_find_SOURCES = tests/unit/engine/test_find.c tests/unit/unit.h
tests_unit_engine_test_find_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_engine_test_find_LDADD = $(LIBS_ENGINE) $(CMOCKA_LIBS)
