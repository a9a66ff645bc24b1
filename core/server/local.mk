# SPDX-License-Identifier: MIT
noinst_LIBRARIES += libserver.a
libserver_a_CFLAGS = $(AM_CFLAGS) $(MICROHTTPD_CFLAGS) $(SSL_CFLAGS)
libserver_a_SOURCES = \
	core/server/answer.c \
	core/server/body.c \
	core/server/clients.c \
	core/server/head.c \
	core/server/hooks.c \
	core/server/login.c \
	core/server/outgoing.c \
	core/server/query.c \
	core/server/routes.c \
	core/server/server.c core/server/server.h \
	core/server/server_impl.h \
	core/server/services.c \
	core/server/socket.c \
	core/server/streams.c \
	core/server/tls.c
