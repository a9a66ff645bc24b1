# SPDX-License-Identifier: MIT
# Golden screens: tests/golden/play/NAME.t are scripts, *.screen what the screens are (rig.h);
# UPDATE=1 make check TESTS=tests/golden/golden rewrites them. The others drive the real binary.
GOLDEN_TESTS =
GOLDEN_TESTS += tests/golden/editing
GOLDEN_TESTS += tests/golden/frames
GOLDEN_TESTS += tests/golden/golden
GOLDEN_TESTS += tests/golden/hostile
GOLDEN_TESTS += tests/golden/inside
GOLDEN_TESTS += tests/golden/plain
GOLDEN_TESTS += tests/golden/pty
GOLDEN_TESTS += tests/golden/remote
GOLDEN_TESTS += tests/golden/stops
GOLDEN_TESTS += tests/golden/storm
check_PROGRAMS += $(GOLDEN_TESTS)
TESTS += $(GOLDEN_TESTS)
EXTRA_DIST += tests/golden/play
tests_golden_frames_SOURCES = \
	tests/golden/engine.c tests/golden/frames.c tests/golden/rig.h tests/golden/seed.c tests/golden/vt.c tests/golden/vt.h
tests_golden_frames_CFLAGS = $(AM_UNIT_CFLAGS) $(VTERM_CFLAGS)
tests_golden_frames_LDADD = $(LIBS_TUI) $(CMOCKA_LIBS) $(VTERM_LIBS) -lutil
tests_golden_golden_SOURCES = \
	tests/golden/dump.c tests/golden/engine.c tests/golden/golden.c tests/golden/picture.c \
	tests/golden/rig.h tests/golden/seed.c
tests_golden_golden_CFLAGS = $(AM_CFLAGS)
tests_golden_golden_LDADD = $(LIBS_TUI)
tests_golden_pty_SOURCES = \
	tests/golden/engine.c tests/golden/pty.c tests/golden/rig.h tests/golden/seed.c tests/golden/vt.c tests/golden/vt.h
tests_golden_pty_CFLAGS = $(AM_UNIT_CFLAGS) $(VTERM_CFLAGS)
tests_golden_pty_LDADD = $(LIBS_TUI) $(CMOCKA_LIBS) $(VTERM_LIBS) -lutil
tests_golden_remote_SOURCES = \
	tests/golden/engine.c tests/golden/remote.c tests/golden/rig.h tests/golden/seed.c tests/golden/server.c \
	tests/golden/vt.c tests/golden/vt.h
tests_golden_remote_CFLAGS = $(AM_UNIT_CFLAGS) $(VTERM_CFLAGS)
tests_golden_remote_LDADD = $(LIBS_TUI) $(CMOCKA_LIBS) $(VTERM_LIBS) -lutil
tests_golden_hostile_SOURCES = \
	tests/golden/engine.c tests/golden/hostile.c tests/golden/rig.h tests/golden/seed.c tests/golden/server.c \
	tests/golden/vt.c tests/golden/vt.h
tests_golden_hostile_CFLAGS = $(AM_UNIT_CFLAGS) $(VTERM_CFLAGS)
tests_golden_hostile_LDADD = $(LIBS_TUI) $(CMOCKA_LIBS) $(VTERM_LIBS) -lutil
tests_golden_editing_SOURCES = \
	tests/golden/editing.c tests/golden/engine.c tests/golden/rig.h tests/golden/seed.c tests/golden/vt.c tests/golden/vt.h
tests_golden_editing_CFLAGS = $(AM_UNIT_CFLAGS) $(VTERM_CFLAGS)
tests_golden_editing_LDADD = $(LIBS_TUI) $(CMOCKA_LIBS) $(VTERM_LIBS) -lutil
tests_golden_stops_SOURCES = \
	tests/golden/engine.c tests/golden/rig.h tests/golden/seed.c tests/golden/stops.c \
	tests/golden/vt.c tests/golden/vt.h
tests_golden_stops_CFLAGS = $(AM_UNIT_CFLAGS) $(VTERM_CFLAGS)
tests_golden_stops_LDADD = $(LIBS_TUI) $(CMOCKA_LIBS) $(VTERM_LIBS) -lutil
tests_golden_inside_SOURCES = \
	tests/golden/engine.c tests/golden/inside.c tests/golden/rig.h tests/golden/seed.c \
	tests/golden/vt.c tests/golden/vt.h
tests_golden_inside_CFLAGS = $(AM_UNIT_CFLAGS) $(VTERM_CFLAGS)
tests_golden_inside_LDADD = $(LIBS_TUI) $(CMOCKA_LIBS) $(VTERM_LIBS) -lutil
tests_golden_storm_SOURCES = \
	tests/golden/engine.c tests/golden/rig.h tests/golden/seed.c tests/golden/storm.c tests/golden/vt.c tests/golden/vt.h
tests_golden_storm_CFLAGS = $(AM_UNIT_CFLAGS) $(VTERM_CFLAGS)
tests_golden_storm_LDADD = $(LIBS_TUI) $(CMOCKA_LIBS) $(VTERM_LIBS) -lutil
tests_golden_plain_SOURCES = \
	tests/golden/engine.c tests/golden/plain.c tests/golden/rig.h tests/golden/seed.c tests/golden/vt.c tests/golden/vt.h
tests_golden_plain_CFLAGS = $(AM_UNIT_CFLAGS) $(VTERM_CFLAGS)
tests_golden_plain_LDADD = $(LIBS_TUI) $(CMOCKA_LIBS) $(VTERM_LIBS) -lutil
