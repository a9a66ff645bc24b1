# SPDX-License-Identifier: MIT
noinst_LIBRARIES += libengine.a
libengine_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
libengine_a_SOURCES = \
	core/engine/credential_helper.c \
	core/engine/credentials.c \
	core/engine/docker.c core/engine/docker.h \
	core/engine/docker_build.c \
	core/engine/docker_files.c \
	core/engine/docker_move.c \
	core/engine/docker_steps.c \
	core/engine/docker_stream.c \
	core/engine/docker_sweep.c \
	core/engine/engine.h \
	core/engine/engine_find.c \
	core/engine/images.c \
	core/engine/tunnel.c core/engine/tunnel.h \
	core/engine/tunnel_dir.c core/engine/tunnel_dir.h
