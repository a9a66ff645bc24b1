# SPDX-License-Identifier: MIT
noinst_LIBRARIES += librack.a
librack_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
librack_a_SOURCES = \
	core/rack/diff.c core/rack/diff.h \
	core/rack/json.c core/rack/json.h \
	core/rack/local.h \
	core/rack/log.c core/rack/log.h \
	core/rack/log_index.c core/rack/log_index.h \
	core/rack/log_private.h \
	core/rack/log_search.c \
	core/rack/log_view.c \
	core/rack/rack.c core/rack/rack.h \
	core/rack/select.c core/rack/select.h \
	core/rack/types.c core/rack/types.h \
	core/rack/upload.h \
	core/rack/worker.h
