# SPDX-License-Identifier: MIT
noinst_LIBRARIES += libbuild.a
libbuild_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
libbuild_a_SOURCES = \
	core/build/artifacts.c core/build/artifacts.h \
	core/build/export.c core/build/export.h \
	core/build/import.c core/build/import.h \
	core/build/import_list.c core/build/import_tar.c core/build/import_impl.h \
	core/build/plan.c core/build/plan.h \
	core/build/promote.c core/build/promote.h \
	core/build/record.c core/build/record.h \
	core/build/record_event.c core/build/record_impl.h \
	core/build/run.c core/build/run.h \
	core/build/run_check.c core/build/run_home.c core/build/run_image.c core/build/run_impl.h \
	core/build/run_push.c core/build/run_reuse.c \
	core/build/to_registry.c core/build/to_registry.h
