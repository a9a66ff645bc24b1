# SPDX-License-Identifier: MIT
noinst_LIBRARIES += libcli.a
libcli_a_SOURCES = \
	cli/args.c cli/args.h \
	cli/buildjob.c cli/buildjob.h \
	cli/checklist.c cli/checklist.h \
	cli/cmd_api_get.c \
	cli/cmd_apps.c \
	cli/cmd_apps_create.c \
	cli/cmd_apps_delete.c cli/cmd_apps_cancel.c \
	cli/cmd_apps_info.c \
	cli/cmd_apps_params.c \
	cli/cmd_apps_params_set.c \
	cli/cmd_build.c \
	cli/cmd_builds.c \
	cli/cmd_builds_cancel.c \
	cli/cmd_builds_export.c \
	cli/cmd_builds_import.c \
	cli/cmd_builds_info.c \
	cli/cmd_builds_logs.c \
	cli/cmd_cache.c \
	cli/cmd_cache_clear.c \
	cli/cmd_cache_verify.c \
	cli/cmd_console.c \
	cli/moving.c cli/moving.h \
	cli/cmd_deploy.c \
	cli/cmd_doctor.c \
	cli/cmd_env.c \
	cli/cmd_env_get.c \
	cli/cmd_env_set.c \
	cli/cmd_env_unset.c \
	cli/cmd_events.c \
	cli/cmd_fsck.c \
	cli/cmd_help.c \
	cli/cmd_hooks.c \
	cli/cmd_hooks_remove.c \
	cli/cmd_hooks_set.c \
	cli/cmd_login.c \
	cli/cmd_logout.c \
	cli/cmd_manifest_check.c \
	cli/cmd_manifest_show.c \
	cli/cmd_prune.c \
	cli/cmd_rack.c \
	cli/cmd_rack_params.c \
	cli/cmd_rack_params_set.c \
	cli/cmd_racks.c \
	cli/cmd_registries.c \
	cli/cmd_registries_add.c \
	cli/cmd_registries_remove.c \
	cli/cmd_releases.c \
	cli/cmd_releases_info.c \
	cli/cmd_releases_manifest.c \
	cli/cmd_releases_promote.c \
	cli/cmd_releases_rollback.c \
	cli/cmd_serve.c \
	cli/cmd_switch.c \
	cli/cmd_version.c \
	cli/cmd_watch.c \
	cli/cmd_worker.c \
	cli/columns.c cli/columns.h \
	cli/command.h \
	cli/commands.c cli/commands.h \
	cli/confirm.c cli/confirm.h \
	cli/context.c cli/context.h \
	cli/entries.h \
	cli/envchange.c cli/envchange.h \
	cli/flags.c cli/flags.h \
	cli/follow.c cli/follow.h \
	cli/guess.c cli/guess.h \
	cli/interrupt.c cli/interrupt.h \
	cli/manifestjob.c cli/manifestjob.h \
	cli/password.c cli/password.h \
	cli/releasing.c cli/releasing.h \
	cli/say.c cli/say.h \
	cli/termcheck.c cli/termcheck.h \
	cli/usage.c cli/usage.h
bin_PROGRAMS += rackdeck
rackdeck_SOURCES = cli/main.c
rackdeck_LDADD = libcli.a libtui.a $(LIBS_SERVER) $(NCURSES_LIBS) -lm
