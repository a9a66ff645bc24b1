# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/conform/conform_local
TESTS += tests/conform/conform_local
tests_conform_conform_local_SOURCES = \
	tests/conform/cases.c tests/conform/cases.h \
	tests/conform/conform_local.c \
	tests/conform/rig.c tests/conform/rig.h \
	tests/unit/unit.h
tests_conform_conform_local_CFLAGS = $(AM_UNIT_CFLAGS)
tests_conform_conform_local_LDADD = $(LIBS_RACK) $(CMOCKA_LIBS)

check_PROGRAMS += tests/conform/conform_served
TESTS += tests/conform/conform_served
tests_conform_conform_served_SOURCES = \
	tests/conform/cases.c tests/conform/cases.h \
	tests/conform/conform_served.c \
	tests/conform/rig.c tests/conform/rig.h \
	tests/unit/unit.h
tests_conform_conform_served_CFLAGS = $(AM_UNIT_CFLAGS) -DCONFORM_TLS=0
tests_conform_conform_served_LDADD = $(LIBS_SERVER) $(CMOCKA_LIBS)

check_PROGRAMS += tests/conform/conform_served_tls
TESTS += tests/conform/conform_served_tls
tests_conform_conform_served_tls_SOURCES = \
	tests/conform/cases.c tests/conform/cases.h \
	tests/conform/conform_served.c \
	tests/conform/rig.c tests/conform/rig.h \
	tests/unit/unit.h
tests_conform_conform_served_tls_CFLAGS = $(AM_UNIT_CFLAGS) -DCONFORM_TLS=1
tests_conform_conform_served_tls_LDADD = $(LIBS_SERVER) $(CMOCKA_LIBS)
