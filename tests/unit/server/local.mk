# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/server/test_server
TESTS += tests/unit/server/test_server
tests_unit_server_test_server_SOURCES = tests/unit/server/test_server.c tests/unit/unit.h
tests_unit_server_test_server_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_server_test_server_LDADD = $(LIBS_SERVER) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/server/test_hostile
TESTS += tests/unit/server/test_hostile
tests_unit_server_test_hostile_SOURCES = tests/unit/server/test_hostile.c tests/unit/unit.h
tests_unit_server_test_hostile_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_server_test_hostile_LDADD = $(LIBS_SERVER) $(CMOCKA_LIBS)
