# SPDX-License-Identifier: MIT
noinst_LIBRARIES += libbuild.a
libbuild_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
libbuild_a_SOURCES = \
	core/build/plan.h \
	core/build/promote.h \
	core/build/record.h \
	core/build/run.h
