/* SPDX-License-Identifier: MIT */
/* The table of actions, made from tui/actions.def. */
#include "tui/keymap.h"

static const rd_action_info infos[RD_ACTION_MAX_] = {
#define RD_ACTION_X(id, name, keys, scope, mutates, hint, help) \
	[RD_ACTION_##id] = {name, keys, RD_SCOPE_##scope, mutates, hint, help},
#include "tui/actions.def"
#undef RD_ACTION_X
};

const rd_action_info *rd_action_get(rd_action action)
{
	return &infos[action];
}

rd_action rd_action_named(const char *name)
{
	for (int a = RD_ACTION_NONE + 1; a < RD_ACTION_MAX_; a++)
		if (!strcmp(infos[a].name, name))
			return (rd_action)a;
	return RD_ACTION_NONE;
}

const char *rd_scope_name(rd_scope scope)
{
	static const char *const names[RD_SCOPE_MAX_] = {
		[RD_SCOPE_GLOBAL] = "Everywhere",
		[RD_SCOPE_MOVE] = "Moving",
		[RD_SCOPE_LIST] = "Lists",
		[RD_SCOPE_LOG] = "Logs",
		[RD_SCOPE_STEPS] = "Steps",
		[RD_SCOPE_DIALOG] = "Dialogs",
	};

	return names[scope];
}
