/* SPDX-License-Identifier: MIT */
/* The entry that each cmd_*.c gives to the table in commands.c. */
#ifndef RD_CLI_ENTRIES_H
#define RD_CLI_ENTRIES_H

#include "cli/command.h"

extern const rd_command rd_cmd_console;
extern const rd_command rd_cmd_build;
extern const rd_command rd_cmd_deploy;
extern const rd_command rd_cmd_builds;
extern const rd_command rd_cmd_builds_info;
extern const rd_command rd_cmd_builds_logs;
extern const rd_command rd_cmd_builds_cancel;
extern const rd_command rd_cmd_builds_export;
extern const rd_command rd_cmd_builds_import;
extern const rd_command rd_cmd_releases;
extern const rd_command rd_cmd_releases_info;
extern const rd_command rd_cmd_releases_manifest;
extern const rd_command rd_cmd_releases_promote;
extern const rd_command rd_cmd_releases_rollback;
extern const rd_command rd_cmd_apps;
extern const rd_command rd_cmd_apps_create;
extern const rd_command rd_cmd_apps_info;
extern const rd_command rd_cmd_apps_delete;
extern const rd_command rd_cmd_apps_cancel;
extern const rd_command rd_cmd_apps_params;
extern const rd_command rd_cmd_apps_params_set;
extern const rd_command rd_cmd_env;
extern const rd_command rd_cmd_env_get;
extern const rd_command rd_cmd_env_set;
extern const rd_command rd_cmd_env_unset;
extern const rd_command rd_cmd_manifest_check;
extern const rd_command rd_cmd_manifest_show;
extern const rd_command rd_cmd_rack;
extern const rd_command rd_cmd_rack_params;
extern const rd_command rd_cmd_rack_params_set;
extern const rd_command rd_cmd_login;
extern const rd_command rd_cmd_logout;
extern const rd_command rd_cmd_racks;
extern const rd_command rd_cmd_switch;
extern const rd_command rd_cmd_api_get;
extern const rd_command rd_cmd_registries;
extern const rd_command rd_cmd_registries_add;
extern const rd_command rd_cmd_registries_remove;
extern const rd_command rd_cmd_cache;
extern const rd_command rd_cmd_cache_clear;
extern const rd_command rd_cmd_cache_verify;
extern const rd_command rd_cmd_hooks;
extern const rd_command rd_cmd_hooks_remove;
extern const rd_command rd_cmd_hooks_set;
extern const rd_command rd_cmd_serve;
extern const rd_command rd_cmd_watch;
extern const rd_command rd_cmd_prune;
extern const rd_command rd_cmd_events;
extern const rd_command rd_cmd_fsck;
extern const rd_command rd_cmd_doctor;
extern const rd_command rd_cmd_help;
extern const rd_command rd_cmd_version;
extern const rd_command rd_cmd_worker;

#endif
