# SPDX-License-Identifier: MIT
noinst_LIBRARIES += libstore.a
libstore_a_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS) $(ZSTD_CFLAGS) $(JANSSON_CFLAGS)
libstore_a_SOURCES = \
	core/store/db.c core/store/db.h \
	core/store/db_conn.h \
	core/store/db_stmt.c \
	core/store/locks.c core/store/locks.h \
	core/store/schema.c core/store/schema.h \
	core/store/source.h \
	core/store/source_context.c \
	core/store/source_index.c core/store/source_index.h \
	core/store/source_known.c \
	core/store/source_path.c \
	core/store/source_read.c \
	core/store/source_store.c
