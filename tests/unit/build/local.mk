# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/build/test_record
TESTS += tests/unit/build/test_record
tests_unit_build_test_record_SOURCES = tests/unit/build/test_record.c tests/unit/unit.h
tests_unit_build_test_record_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_build_test_record_LDADD = $(LIBS_BUILD) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/build/test_promote
TESTS += tests/unit/build/test_promote
tests_unit_build_test_promote_SOURCES = tests/unit/build/test_promote.c tests/unit/unit.h
tests_unit_build_test_promote_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_build_test_promote_LDADD = $(LIBS_BUILD) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/build/test_plan
TESTS += tests/unit/build/test_plan
tests_unit_build_test_plan_SOURCES = tests/unit/build/test_plan.c tests/unit/unit.h
tests_unit_build_test_plan_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_build_test_plan_LDADD = $(LIBS_BUILD) $(CMOCKA_LIBS)
