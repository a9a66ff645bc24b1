# SPDX-License-Identifier: MIT
noinst_LIBRARIES += libbase.a
libbase_a_CFLAGS = $(AM_CFLAGS) $(UTF8PROC_CFLAGS) $(CRYPTO_CFLAGS)
libbase_a_SOURCES = \
	core/base/banned.h \
	core/base/cancel.c core/base/cancel.h \
	core/base/certificate.c core/base/certificate.h \
	core/base/clock.c core/base/clock.h \
	core/base/conduit.c core/base/conduit.h \
	core/base/digest.c core/base/digest.h \
	core/base/err.c core/base/err.h \
	core/base/escape.c core/base/escape.h \
	core/base/fs.c core/base/fs.h \
	core/base/ids.c core/base/ids.h core/base/outfile.c core/base/outfile.h \
	core/base/loop.c core/base/loop.h \
	core/base/macros.h \
	core/base/path.c \
	core/base/pool.c core/base/pool.h \
	core/base/sani_grid.c core/base/sani_grid.h \
	core/base/sanitize.c core/base/sanitize.h \
	core/base/sigpipe.c core/base/sigpipe.h \
	core/base/spawn.c core/base/spawn.h \
	core/base/str.c core/base/str.h \
	core/base/stream.c core/base/stream.h \
	core/base/utf8.c core/base/utf8.h \
	core/base/vec.c core/base/vec.h
