/* SPDX-License-Identifier: MIT */
/* All commands there are, and how one is found. */
#include "cli/commands.h"

#include <string.h>

#include "cli/entries.h"
#include "cli/guess.h"
#include "core/base/str.h"

const rd_command *const rd_commands[] = {
	&rd_cmd_console,
	&rd_cmd_build,
	&rd_cmd_deploy,
	&rd_cmd_builds,
	&rd_cmd_builds_info,
	&rd_cmd_builds_logs,
	&rd_cmd_builds_cancel,
	&rd_cmd_builds_export,
	&rd_cmd_builds_import,
	&rd_cmd_releases,
	&rd_cmd_releases_info,
	&rd_cmd_releases_manifest,
	&rd_cmd_releases_promote,
	&rd_cmd_releases_rollback,
	&rd_cmd_apps,
	&rd_cmd_apps_create,
	&rd_cmd_apps_info,
	&rd_cmd_apps_delete,
	&rd_cmd_apps_cancel,
	&rd_cmd_apps_params,
	&rd_cmd_apps_params_set,
	&rd_cmd_env,
	&rd_cmd_env_get,
	&rd_cmd_env_set,
	&rd_cmd_env_unset,
	&rd_cmd_manifest_check,
	&rd_cmd_manifest_show,
	&rd_cmd_rack,
	&rd_cmd_rack_params,
	&rd_cmd_rack_params_set,
	&rd_cmd_login,
	&rd_cmd_logout,
	&rd_cmd_racks,
	&rd_cmd_switch,
	&rd_cmd_registries,
	&rd_cmd_registries_add,
	&rd_cmd_registries_remove,
	&rd_cmd_api_get,
	&rd_cmd_cache,
	&rd_cmd_cache_clear,
	&rd_cmd_cache_verify,
	&rd_cmd_watch,
	&rd_cmd_events,
	&rd_cmd_serve,
	&rd_cmd_hooks,
	&rd_cmd_hooks_set,
	&rd_cmd_hooks_remove,
	&rd_cmd_prune,
	&rd_cmd_fsck,
	&rd_cmd_doctor,
	&rd_cmd_help,
	&rd_cmd_version,
	&rd_cmd_worker,
	NULL,
};

/* How many of argv's words are this name, 0 if they are not. */
static size_t words_of(const char *name, char *const *argv)
{
	const char *at = name;
	size_t n = 0;

	for (;;) {
		size_t len = strcspn(at, " ");

		if (argv[n] == NULL || strlen(argv[n]) != len || memcmp(argv[n], at, len) != 0)
			return 0;
		n++;
		if (at[len] == '\0')
			return n;
		at += len + 1;
	}
}

/* Whether it takes no words itself and there are commands below it. */
static bool is_family(const rd_command *cmd)
{
	size_t n = strlen(cmd->name);

	if (cmd->max_words != 0)
		return false;
	for (size_t i = 0; rd_commands[i] != NULL; i++)
		if (strncmp(rd_commands[i]->name, cmd->name, n) == 0 &&
			rd_commands[i]->name[n] == ' ')
			return true;
	return false;
}

/* @n_words: how many of argv's words are what the user took for a command. */
static rd_code unknown_command(char *const *argv, size_t n_words, rd_err *err)
{
	RD_STR_AUTO rd_str typed = RD_STR_INIT(0);
	rd_guess guess;

	for (size_t i = 0; i < n_words; i++)
		rd_str_printf(&typed, "%s%s", i > 0 ? " " : "", argv[i]);
	guess = (rd_guess)RD_GUESS_INIT(rd_str_get(&typed));
	for (size_t i = 0; rd_commands[i] != NULL; i++)
		if (!rd_commands[i]->hidden)
			rd_guess_try(&guess, rd_commands[i]->name);
	if (rd_guess_best(&guess) != NULL)
		return rd_err_set(err, RD_EINVAL,
			"unknown command '%s': did you mean 'rackdeck %s'?", rd_str_get(&typed),
			rd_guess_best(&guess));
	return rd_err_set(err, RD_EINVAL, "unknown command '%s': see 'rackdeck help'",
		rd_str_get(&typed));
}

rd_code rd_command_find(char *const *argv, const rd_command **ret_cmd, size_t *ret_n_words,
	rd_err *err)
{
	const rd_command *best = NULL;
	size_t best_words = 0;

	for (size_t i = 0; rd_commands[i] != NULL; i++) {
		const char *other = rd_commands[i]->other;
		size_t n = words_of(rd_commands[i]->name, argv);

		if (n == 0 && other != NULL)
			n = words_of(other, argv);
		if (n > best_words) {
			best = rd_commands[i];
			best_words = n;
		}
	}
	/* "builds lgos": builds takes no words, so this was meant as one command. */
	if (best == NULL ||
		(is_family(best) && argv[best_words] != NULL && argv[best_words][0] != '-'))
		return unknown_command(argv, best_words + 1, err);
	*ret_cmd = best;
	*ret_n_words = best_words;
	return RD_OK;
}
