# SPDX-License-Identifier: MIT
noinst_LIBRARIES += libchunks.a
libchunks_a_CFLAGS = $(AM_CFLAGS) $(ZSTD_CFLAGS)
libchunks_a_SOURCES = \
	core/chunks/blobs.h \
	core/chunks/cache.h core/chunks/cache_impl.h \
	core/chunks/chunker.c core/chunks/chunker.h \
	core/chunks/cut.c core/chunks/save_impl.h \
	core/chunks/fetch.c core/chunks/fetch.h \
	core/chunks/gc.c \
	core/chunks/index.c core/chunks/index.h \
	core/chunks/packs.c core/chunks/packs.h \
	core/chunks/restore.c \
	core/chunks/ring.c core/chunks/ring.h \
	core/chunks/s3.c core/chunks/s3.h \
	core/chunks/s3_place.c \
	core/chunks/s3_xml.c \
	core/chunks/save.c \
	core/chunks/snapshot.c core/chunks/snapshot.h \
	core/chunks/snapshots.c \
	core/chunks/store_dir.c \
	core/chunks/store_s3.c \
	core/chunks/s3_hold.c core/chunks/s3_hold.h \
	core/chunks/tree.c core/chunks/tree.h \
	core/chunks/verify.c \
	core/chunks/wire.c core/chunks/wire.h
