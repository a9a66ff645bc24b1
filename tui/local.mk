# SPDX-License-Identifier: MIT
noinst_LIBRARIES += libtui.a
libtui_a_CFLAGS = $(AM_CFLAGS) $(NCURSES_CFLAGS)
libtui_a_SOURCES = \
	tui/action.c tui/cells.h tui/color.c tui/draw.c tui/key.c tui/keyfile.c tui/keymap.c tui/layout.c \
	tui/surface.c tui/theme.c tui/theme_file.c tui/theme_spec.h \
	tui/actions.def tui/roles.def \
	tui/app.h tui/console.h tui/dialog.h tui/key.h tui/keymap.h tui/layout.h tui/model.h tui/pane.h \
	tui/surface.h tui/terminal.h tui/theme.h \
	tui/dialogs/dialogs.h tui/panes/panes.h
LIBS_TUI = libtui.a $(LIBS_RACK) $(NCURSES_LIBS)
