# SPDX-License-Identifier: MIT
# One program a module: tests/unit/FOLDER/test_MODULE.c; each folder lists its own in local.mk.
AM_UNIT_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(JANSSON_CFLAGS)
include tests/unit/base/local.mk
include tests/unit/formats/local.mk
include tests/unit/io/local.mk
include tests/unit/chunks/local.mk
include tests/unit/store/local.mk
include tests/unit/engine/local.mk
include tests/unit/build/local.mk
include tests/unit/rack/local.mk
include tests/unit/server/local.mk
include tests/unit/tui/local.mk
include tests/unit/cli/local.mk
