# SPDX-License-Identifier: MIT
# A stand-in for runc, for the engines that dev/engine and the tests start.
# The rest of dev/ and the examples go into the tarball as they are.
noinst_PROGRAMS += dev/pace
dev_pace_SOURCES = dev/pace.c
# What goes to a rack over a network, for dev/bench and the tests.
noinst_PROGRAMS += dev/packer
dev_packer_SOURCES = dev/packer.c
dev_packer_LDADD = $(LIBS_IO)
EXTRA_PROGRAMS += tests/bench/cachetar tests/bench/flood tests/bench/ptyplay
tests_bench_cachetar_SOURCES = tests/bench/cachetar.c
tests_bench_cachetar_LDADD = $(LIBS_CHUNKS)
tests_bench_flood_SOURCES = \
	tests/bench/flood.c tests/bench/proc.c tests/bench/proc.h tests/golden/vt.c tests/golden/vt.h
tests_bench_flood_CFLAGS = $(AM_CFLAGS) $(VTERM_CFLAGS)
tests_bench_flood_LDADD = $(LIBS_TUI) $(VTERM_LIBS) -lutil
tests_bench_ptyplay_SOURCES = \
	tests/bench/proc.c tests/bench/proc.h tests/bench/ptyplay.c tests/golden/vt.c tests/golden/vt.h
tests_bench_ptyplay_CFLAGS = $(AM_CFLAGS) $(VTERM_CFLAGS)
tests_bench_ptyplay_LDADD = $(LIBS_TUI) $(VTERM_LIBS) -lutil
EXTRA_DIST += dev/bench dev/build dev/engine dev/fuzz dev/lint dev/run dev/setup dev/shots dev/test \
	tests/bench/followers.py tests/bench/ptytime.c \
	examples/shop/.dockerignore examples/shop/Dockerfile examples/shop/api/Dockerfile \
	examples/shop/api/serve.sh examples/shop/build-assets.sh examples/shop/convox.yml \
	examples/shop/web/index.html examples/shop/web/style.css examples/shop/worker.sh
