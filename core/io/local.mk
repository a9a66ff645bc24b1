# SPDX-License-Identifier: MIT
noinst_LIBRARIES += libio.a
libio_a_CFLAGS = $(AM_CFLAGS) $(ARCHIVE_CFLAGS) $(CURL_CFLAGS) $(GIT2_CFLAGS) $(ZSTD_CFLAGS) $(ISAL_CFLAGS) $(JANSSON_CFLAGS)
libio_a_SOURCES = \
	core/io/pack.h
