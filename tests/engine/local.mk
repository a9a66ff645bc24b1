# SPDX-License-Identifier: MIT
# Tests against a real engine; they need root and Debian's docker.io.
ENGINE_TESTS = tests/engine/build.sh tests/engine/cancel.sh tests/engine/flood.sh tests/engine/ignore.sh \
	tests/engine/limits.sh tests/engine/podman_build.sh tests/engine/registry.sh tests/engine/tls.sh
dist_check_SCRIPTS += $(ENGINE_TESTS)
FULL_TESTS += $(ENGINE_TESTS)
EXTRA_DIST += tests/engine/dockerd.sh tests/engine/podman.sh tests/engine/lib.sh
# Streams recorded from real engines, and the events that they must give.
EXTRA_DIST += tests/data/engine/bk_cached.json tests/data/engine/bk_cached.events
EXTRA_DIST += tests/data/engine/bk_canceled.json tests/data/engine/bk_canceled.events
EXTRA_DIST += tests/data/engine/bk_clip.json tests/data/engine/bk_clip.events
EXTRA_DIST += tests/data/engine/bk_fail.json tests/data/engine/bk_fail.events
EXTRA_DIST += tests/data/engine/bk_ok.json tests/data/engine/bk_ok.events
EXTRA_DIST += tests/data/engine/cl_cached.json tests/data/engine/cl_cached.events
EXTRA_DIST += tests/data/engine/cl_fail.json tests/data/engine/cl_fail.events
EXTRA_DIST += tests/data/engine/cl_ok.json tests/data/engine/cl_ok.events
EXTRA_DIST += tests/data/engine/pm_cached.json tests/data/engine/pm_cached.events
EXTRA_DIST += tests/data/engine/pm_fail.json tests/data/engine/pm_fail.events
EXTRA_DIST += tests/data/engine/pm_ok.json tests/data/engine/pm_ok.events
check_PROGRAMS += tests/engine/engine_tool
tests_engine_engine_tool_SOURCES = tests/engine/engine_tool.c
tests_engine_engine_tool_LDADD = $(LIBS_ENGINE)
check_PROGRAMS += tests/engine/context_tool
tests_engine_context_tool_SOURCES = tests/engine/context_tool.c
tests_engine_context_tool_LDADD = $(LIBS_IO)
