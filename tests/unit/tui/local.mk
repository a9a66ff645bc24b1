# SPDX-License-Identifier: MIT
TUI_UNIT_TESTS = tests/unit/tui/test_decode tests/unit/tui/test_keymap tests/unit/tui/test_layout \
	tests/unit/tui/test_surface tests/unit/tui/test_theme
check_PROGRAMS += $(TUI_UNIT_TESTS)
TESTS += $(TUI_UNIT_TESTS)
tests_unit_tui_test_decode_SOURCES = tests/unit/tui/test_decode.c tests/unit/unit.h
tests_unit_tui_test_decode_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_tui_test_decode_LDADD = $(LIBS_TUI) $(CMOCKA_LIBS)
tests_unit_tui_test_keymap_SOURCES = tests/unit/tui/test_keymap.c tests/unit/unit.h
tests_unit_tui_test_keymap_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_tui_test_keymap_LDADD = $(LIBS_TUI) $(CMOCKA_LIBS)
tests_unit_tui_test_layout_SOURCES = tests/unit/tui/test_layout.c tests/unit/unit.h
tests_unit_tui_test_layout_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_tui_test_layout_LDADD = $(LIBS_TUI) $(CMOCKA_LIBS)
tests_unit_tui_test_surface_SOURCES = tests/unit/tui/test_surface.c tests/unit/unit.h
tests_unit_tui_test_surface_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_tui_test_surface_LDADD = $(LIBS_TUI) $(CMOCKA_LIBS)
tests_unit_tui_test_theme_SOURCES = tests/unit/tui/test_theme.c tests/unit/unit.h
tests_unit_tui_test_theme_CFLAGS = $(AM_UNIT_CFLAGS)
tests_unit_tui_test_theme_LDADD = $(LIBS_TUI) $(CMOCKA_LIBS) -lm
