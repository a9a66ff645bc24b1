# SPDX-License-Identifier: MIT
noinst_LIBRARIES += libengine.a
libengine_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
libengine_a_SOURCES = \
	core/engine/engine.h
