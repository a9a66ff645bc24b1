# SPDX-License-Identifier: MIT
# Golden screens: tests/golden/play/NAME.t are scripts, *.screen what the screens are (rig.h);
# UPDATE=1 make check TESTS=tests/golden/golden rewrites them. The others drive the real binary (stage.h).
check_LIBRARIES += tests/golden/libstage.a
tests_golden_libstage_a_SOURCES = \
	tests/golden/engine.c tests/golden/rig.h tests/golden/seed.c tests/golden/server.c \
	tests/golden/stage.c tests/golden/stage.h tests/golden/vt.c tests/golden/vt.h
tests_golden_libstage_a_CFLAGS = $(STAGE_CFLAGS)
GOLDEN_TESTS =
GOLDEN_TESTS += tests/golden/editing
GOLDEN_TESTS += tests/golden/frames
GOLDEN_TESTS += tests/golden/golden
GOLDEN_TESTS += tests/golden/hostile
GOLDEN_TESTS += tests/golden/inside
GOLDEN_TESTS += tests/golden/plain
GOLDEN_TESTS += tests/golden/pty
GOLDEN_TESTS += tests/golden/remote
GOLDEN_TESTS += tests/golden/settings
GOLDEN_TESTS += tests/golden/stops
GOLDEN_TESTS += tests/golden/storm
check_PROGRAMS += $(GOLDEN_TESTS)
TESTS += $(GOLDEN_TESTS)
EXTRA_DIST += tests/golden/play
STAGE_CFLAGS = $(AM_UNIT_CFLAGS) $(VTERM_CFLAGS)
STAGE_LIBS = tests/golden/libstage.a $(LIBS_TUI) $(CMOCKA_LIBS) $(VTERM_LIBS) -lutil
tests_golden_editing_SOURCES = tests/golden/editing.c
tests_golden_editing_CFLAGS = $(STAGE_CFLAGS)
tests_golden_editing_LDADD = $(STAGE_LIBS)
tests_golden_frames_SOURCES = tests/golden/frames.c
tests_golden_frames_CFLAGS = $(STAGE_CFLAGS)
tests_golden_frames_LDADD = $(STAGE_LIBS)
tests_golden_golden_SOURCES = tests/golden/dump.c tests/golden/golden.c tests/golden/picture.c
tests_golden_golden_CFLAGS = $(AM_CFLAGS)
tests_golden_golden_LDADD = tests/golden/libstage.a $(LIBS_TUI)
tests_golden_hostile_SOURCES = tests/golden/hostile.c
tests_golden_hostile_CFLAGS = $(STAGE_CFLAGS)
tests_golden_hostile_LDADD = $(STAGE_LIBS)
tests_golden_inside_SOURCES = tests/golden/inside.c
tests_golden_inside_CFLAGS = $(STAGE_CFLAGS)
tests_golden_inside_LDADD = $(STAGE_LIBS)
tests_golden_plain_SOURCES = tests/golden/plain.c
tests_golden_plain_CFLAGS = $(STAGE_CFLAGS)
tests_golden_plain_LDADD = $(STAGE_LIBS)
tests_golden_pty_SOURCES = tests/golden/pty.c
tests_golden_pty_CFLAGS = $(STAGE_CFLAGS)
tests_golden_pty_LDADD = $(STAGE_LIBS)
tests_golden_remote_SOURCES = tests/golden/remote.c
tests_golden_remote_CFLAGS = $(STAGE_CFLAGS)
tests_golden_remote_LDADD = $(STAGE_LIBS)
tests_golden_settings_SOURCES = tests/golden/settings.c
tests_golden_settings_CFLAGS = $(STAGE_CFLAGS)
tests_golden_settings_LDADD = $(STAGE_LIBS)
tests_golden_stops_SOURCES = tests/golden/stops.c
tests_golden_stops_CFLAGS = $(STAGE_CFLAGS)
tests_golden_stops_LDADD = $(STAGE_LIBS)
tests_golden_storm_SOURCES = tests/golden/storm.c
tests_golden_storm_CFLAGS = $(STAGE_CFLAGS)
tests_golden_storm_LDADD = $(STAGE_LIBS)
