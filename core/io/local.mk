# SPDX-License-Identifier: MIT
noinst_LIBRARIES += libio.a
libio_a_CFLAGS = $(AM_CFLAGS) $(ARCHIVE_CFLAGS) $(CURL_CFLAGS) $(GIT2_CFLAGS) $(ZSTD_CFLAGS) $(ISAL_CFLAGS) $(DEFLATE_CFLAGS) $(JANSSON_CFLAGS)
libio_a_SOURCES = \
	core/io/git.c core/io/git.h \
	core/io/git_fetch.c core/io/git_impl.h core/io/git_run.c \
	core/io/git_log.c \
	core/io/git_source.c core/io/git_source.h \
	core/io/git_subs.c core/io/git_trim.c core/io/git_walk.c \
	core/io/gunzip.c core/io/gunzip.h \
	core/io/pack.c core/io/pack.h \
	core/io/pack_gzip.c \
	core/io/packcache.c core/io/packcache.h \
	core/io/packrun.c core/io/packrun.h \
	core/io/tar.h \
	core/io/tar_read.c \
	core/io/tar_write.c \
	core/io/walk.c core/io/walk.h \
	core/io/zframes.c core/io/zframes.h
libio_a_SOURCES += core/io/gzip.c core/io/gzip.h
libio_a_SOURCES += core/io/http.c core/io/http.h core/io/http_impl.h core/io/http_key.c
libio_a_SOURCES += core/io/websocket.c core/io/websocket.h
libio_a_SOURCES += core/io/gzip_member.c core/io/gzip_member.h core/io/gzip_put.c core/io/gzip_put.h
libio_a_SOURCES += core/io/treewatch.c core/io/treewatch.h
