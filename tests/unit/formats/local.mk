# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/formats/test_redact
TESTS += tests/unit/formats/test_redact
tests_unit_formats_test_redact_SOURCES = tests/unit/formats/test_redact.c tests/unit/unit.h
tests_unit_formats_test_redact_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_formats_test_redact_LDADD = $(LIBS_FORMATS) $(CMOCKA_LIBS)
