# SPDX-License-Identifier: MIT
noinst_LIBRARIES += libstore.a
libstore_a_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS) $(ZSTD_CFLAGS) $(JANSSON_CFLAGS)
libstore_a_SOURCES = \
	core/store/db.h \
	core/store/locks.h \
	core/store/source.h
