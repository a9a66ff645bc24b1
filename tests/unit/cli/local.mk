# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/cli/test_args tests/unit/cli/test_columns \
	tests/unit/cli/test_guess tests/unit/cli/test_say
TESTS += tests/unit/cli/test_args tests/unit/cli/test_columns \
	tests/unit/cli/test_guess tests/unit/cli/test_say
tests_unit_cli_test_args_SOURCES = tests/unit/cli/test_args.c tests/unit/unit.h
tests_unit_cli_test_args_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_cli_test_args_LDADD = libcli.a $(LIBS_RACK) $(CMOCKA_LIBS)
tests_unit_cli_test_columns_SOURCES = tests/unit/cli/test_columns.c tests/unit/unit.h
tests_unit_cli_test_columns_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_cli_test_columns_LDADD = libcli.a $(LIBS_RACK) $(CMOCKA_LIBS)
tests_unit_cli_test_guess_SOURCES = tests/unit/cli/test_guess.c tests/unit/unit.h
tests_unit_cli_test_guess_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_cli_test_guess_LDADD = libcli.a $(LIBS_RACK) $(CMOCKA_LIBS)
tests_unit_cli_test_say_SOURCES = tests/unit/cli/test_say.c tests/unit/unit.h
tests_unit_cli_test_say_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_cli_test_say_LDADD = libcli.a $(LIBS_RACK) $(CMOCKA_LIBS)
