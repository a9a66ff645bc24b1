/* SPDX-License-Identifier: MIT */
/*
 * Which key does what: the actions of tui/actions.def with their keys, as the user has bound them.
 *
 * A key is looked up in the scope of what has the focus, then in RD_SCOPE_MOVE, then in
 * RD_SCOPE_GLOBAL (dialogs: their own scope, then MOVE; nothing else). Help and hints are made from
 * the live keymap. Life cycle: 1. rd_keymap_new (defaults); 2. rd_keymap_load; 3. rd_keymap_free.
 */
#ifndef RD_TUI_KEYMAP_H
#define RD_TUI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "tui/key.h"

typedef enum rd_action {
	RD_ACTION_NONE,
#define RD_ACTION_X(id, name, keys, scope, mutates, hint, help) RD_ACTION_##id,
#include "tui/actions.def"
#undef RD_ACTION_X
	RD_ACTION_MAX_
} rd_action;

typedef enum rd_scope {
	RD_SCOPE_GLOBAL,
	RD_SCOPE_MOVE,
	RD_SCOPE_LIST, /* builds, releases */
	RD_SCOPE_LOG,
	RD_SCOPE_STEPS,
	RD_SCOPE_DIALOG,
	RD_SCOPE_MAX_
} rd_scope;

typedef struct rd_action_info {
	const char *name;
	const char *default_keys;
	rd_scope scope;
	bool mutates;
	const char *hint;
	const char *help;
} rd_action_info;

/* What is known of an action; action in 1 … RD_ACTION_MAX_ - 1. */
const rd_action_info *rd_action_get(rd_action action);
/* RD_ACTION_NONE if there is none of that name. */
rd_action rd_action_named(const char *name);
const char *rd_scope_name(rd_scope scope); /* "Logs", for help */

typedef struct rd_keymap rd_keymap;

rd_code rd_keymap_new(rd_keymap **ret_map, rd_err *err);
rd_keymap *rd_keymap_free(rd_keymap *m); /* @returns NULL */
/* Replaces the keys of an action (the form of default_keys). The map is unchanged on failure.
 * @errors RD_EINVAL a key that cannot be read, RD_EEXIST a key that another action of the scope
 * has: the message names both. */
rd_code rd_keymap_bind(rd_keymap *m, rd_action action, const char *keys, rd_err *err);
/* Reads a keys file (YAML: "action: keys" or "action: [key, key]"). Good lines count even if others
 * are bad. @errors RD_EPARSE, RD_EINVAL, RD_EEXIST: the first trouble, with file and line, then
 * the others with theirs. A missing file is fine. */
rd_code rd_keymap_load(rd_keymap *m, const char *path, rd_err *err);

/* An action of a pane that has a key of this one, which counts everywhere but there then; RD_ACTION_NONE.
 * Where the defaults are so, it is meant. */
rd_action rd_keymap_hider(const rd_keymap *m, rd_action action, rd_key *ret_key);

/* Feeds one key. *pending (zeroed at first, kept by the caller) remembers the first of two keys.
 * @returns the action, or RD_ACTION_NONE: nothing bound, or the second key is waited for
 * (pending->code is not 0). */
rd_action rd_keymap_feed(const rd_keymap *m, rd_scope scope, rd_key *pending, rd_key key);

/* The first key of an action as text ("P"), "" if it has none; borrowed from the map. */
const char *rd_keymap_first(const rd_keymap *m, rd_action action);
/* All its keys, with spaces between; borrowed. */
const char *rd_keymap_keys(const rd_keymap *m, rd_action action);

#endif
