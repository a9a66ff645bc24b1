# SPDX-License-Identifier: MIT
noinst_LIBRARIES += libtui.a
libtui_a_CFLAGS = $(AM_CFLAGS) $(NCURSES_CFLAGS)
libtui_a_SOURCES = \
	tui/action.c tui/actions.def tui/roles.def \
	tui/app.c tui/app.h \
	tui/cells.h tui/surface.c tui/surface.h tui/draw.c \
	tui/copy.c tui/outside.c \
	tui/color.c tui/theme.c tui/theme.h tui/theme_contrast.c tui/theme_file.c \
	tui/theme_spec.h \
	tui/commandline.c tui/commandline.h tui/history.c \
	tui/console.c tui/console.h tui/decode.c tui/decode.h tui/terminal.h tui/tty.c tui/tty.h \
	tui/tty_frame.c tui/tty_frame.h tui/tty_keys.c tui/tty_keys.h \
	tui/dialog.h tui/pane.h tui/panes.c \
	tui/frame.c tui/hints.c \
	tui/input.c \
	tui/key.c tui/key.h tui/keyfile.c tui/keymap.c tui/keymap.h \
	tui/layout.c tui/layout.h \
	tui/message.c tui/notify.c tui/plain.c tui/plain.h \
	tui/plain_change.c tui/plain_change.h \
	tui/model.c tui/model.h tui/mouse.c tui/reader.c \
	tui/own_settings.c tui/switching.c \
	tui/shell.c tui/shell.h \
	tui/rescue.c tui/rescue.h \
	tui/settings.c tui/settings.h \
	tui/tasks.c \
	tui/theming.c tui/theming.h \
	tui/dialogs/dialogs.h tui/panes/panes.h
LIBS_TUI = libtui.a $(LIBS_RACK) $(NCURSES_LIBS) -lm
libtui_a_SOURCES += \
	tui/dialogs/apps.c \
	tui/dialogs/ask.c tui/dialogs/ask.h \
	tui/dialogs/deed.c tui/dialogs/deed.h \
	tui/dialogs/deploy.c tui/dialogs/deploy.h \
	tui/dialogs/env.c \
	tui/dialogs/form.c tui/dialogs/form.h \
	tui/dialogs/info.c \
	tui/dialogs/job.c \
	tui/dialogs/pairs.c tui/dialogs/pairs.h \
	tui/dialogs/params.c \
	tui/dialogs/prune.c \
	tui/dialogs/rollout.c tui/dialogs/rollout.h \
	tui/dialogs/registries.c \
	tui/dialogs/rows.c tui/dialogs/rows.h \
	tui/dialogs/watch.c \
	tui/dialogs/move.c \
	tui/dialogs/quit.c \
	tui/jobs.h \
	tui/keep.c \
	tui/panes/builds_time.c tui/panes/builds_time.h \
	tui/panes/cache.c \
	tui/panes/images.c \
	tui/panes/jobs.c \
	tui/panes/listing.c tui/panes/listing.h \
	tui/panes/steps_draw.c tui/panes/steps_pane.h \
	tui/panes/steps_time.c tui/panes/steps_time.h
libtui_a_SOURCES += \
	tui/panes/builds.c \
	tui/panes/log.c tui/panes/log_pane.h \
	tui/panes/log_filter.c tui/panes/log_filter.h \
	tui/panes/log_find.c tui/panes/log_find.h \
	tui/panes/log_gutter.c tui/panes/log_gutter.h \
	tui/panes/log_export.c \
	tui/panes/log_mark.c \
	tui/panes/log_take.c \
	tui/panes/log_move.c \
	tui/panes/log_open.c tui/panes/log_open.h \
	tui/panes/log_read.c \
	tui/panes/log_rows.c tui/panes/log_rows.h \
	tui/panes/log_set.c \
	tui/panes/releases.c \
	tui/panes/steps.c \
	tui/panes/steps_rows.c tui/panes/steps_rows.h \
	tui/panes/table.c tui/panes/table.h \
	tui/widgets/field.c tui/widgets/field.h \
	tui/widgets/list.c tui/widgets/list.h \
	tui/widgets/words.c tui/widgets/words.h \
	tui/dialogs/build.c \
	tui/dialogs/cancel.c \
	tui/dialogs/compare.c tui/dialogs/compare.h \
	tui/dialogs/confirm.c tui/dialogs/confirm.h \
	tui/dialogs/difference.c \
	tui/dialogs/draft.c tui/dialogs/draft.h \
	tui/dialogs/error.c \
	tui/dialogs/finder.c tui/dialogs/finder.h \
	tui/dialogs/help.c \
	tui/dialogs/promote.c \
	tui/dialogs/sheet.c tui/dialogs/sheet.h \
	tui/dialogs/palette.c \
	tui/dialogs/switcher.c \
	tui/dialogs/theme_picker.c

# Descriptions of terminals with direct colours, as what TERMINFO may hold (ncurses(3), "b64:").
BUILT_SOURCES += tui/direct.h
CLEANFILES += tui/direct.h
EXTRA_DIST += tui/direct.src
tui/direct.h: tui/direct.src
	$(AM_V_GEN)$(MKDIR_P) tui/direct.d && TERMINFO= $(TIC) -x -o tui/direct.d '$(srcdir)/tui/direct.src' && \
	for name in xterm tmux; do \
		printf 'static const char direct_%s[] = "' $$name; \
		$(INFOCMP) -x -Q2 -A tui/direct.d rackdeck-$$name | sed '/^#/d' | tr -d ' \t\n'; \
		printf '";\n'; \
	done >$@.tmp && rm -rf tui/direct.d && mv $@.tmp $@
tui/libtui_a-tty.$(OBJEXT): tui/direct.h
