# SPDX-License-Identifier: MIT
bin_PROGRAMS += rackdeck
rackdeck_SOURCES = \
	cli/args.c cli/args.h \
	cli/cmd_help.c \
	cli/cmd_version.c \
	cli/command.h \
	cli/commands.c cli/commands.h \
	cli/context.c cli/context.h \
	cli/entries.h \
	cli/flags.c cli/flags.h \
	cli/guess.c cli/guess.h \
	cli/main.c \
	cli/say.c cli/say.h \
	cli/usage.c cli/usage.h
rackdeck_LDADD = $(LIBS_RACK)
