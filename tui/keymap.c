/* SPDX-License-Identifier: MIT */
/* The live keymap: a flat list of bindings, searched by scope; short enough to be walked. */
#include "tui/keymap.h"

#include <string.h>

#include "core/base/vec.h"

typedef struct binding {
	rd_action action;
	rd_key first, second; /* second.code 0: one key only */
} binding;

struct rd_keymap {
	rd_vec bindings;            /* binding, in the order of actions */
	char *keys[RD_ACTION_MAX_]; /* as text */
	char first[RD_ACTION_MAX_][2 * RD_KEY_TEXT_SIZE];
};

/* Reads one alternative ("P", "^Wv") of n bytes. */
static bool parse_one(const char *text, size_t n, binding *b)
{
	size_t used = rd_key_parse(text, n, &b->first);

	b->second = (rd_key){0, 0};
	if (used > 0 && used < n) {
		size_t more = rd_key_parse(text + used, n - used, &b->second);

		return more > 0 && used + more == n;
	}
	return used > 0;
}

/* Appends the bindings of a list of keys. */
static rd_code parse_keys(rd_action action, const char *keys, rd_vec *out, rd_err *err)
{
	for (const char *at = keys + strspn(keys, " "); *at; at += strspn(at, " ")) {
		size_t n = strcspn(at, " ");
		binding *b = rd_vec_push(out);

		if (!b)
			return rd_err_nomem(err);
		if (!parse_one(at, n, b))
			return rd_err_set(err, RD_EINVAL, "cannot read the key '%.*s' of '%s'",
				(int)n, at, rd_action_get(action)->name);
		b->action = action;
		at += n;
	}
	return RD_OK;
}

/* Whether one of the two would hide the other. */
static bool clash(const binding *a, const binding *b)
{
	return rd_action_get(a->action)->scope == rd_action_get(b->action)->scope &&
	       rd_key_same(a->first, b->first) &&
	       (!a->second.code || !b->second.code || rd_key_same(a->second, b->second));
}

static rd_code check_clashes(const rd_keymap *m, const rd_vec *fresh, rd_err *err)
{
	for (size_t i = 0; i < fresh->len; i++) {
		const binding *b = rd_vec_at(fresh, i);

		for (size_t j = 0; j < m->bindings.len; j++) {
			const binding *old = rd_vec_at(&m->bindings, j);
			char text[RD_KEY_TEXT_SIZE];

			if (old->action != b->action && clash(old, b))
				return rd_err_set(err, RD_EEXIST,
					"the key '%s' of '%s' is that of '%s': give '%s' another "
					"one first",
					rd_key_text(b->first, text, sizeof(text)),
					rd_action_get(b->action)->name,
					rd_action_get(old->action)->name,
					rd_action_get(old->action)->name);
		}
	}
	return RD_OK;
}

static void set_first(rd_keymap *m, rd_action action, const rd_vec *fresh)
{
	char a[RD_KEY_TEXT_SIZE], b[RD_KEY_TEXT_SIZE] = "";
	const binding *first = fresh->len ? rd_vec_at(fresh, 0) : NULL;

	if (first && first->second.code)
		rd_key_text(first->second, b, sizeof(b));
	snprintf(m->first[action], sizeof(m->first[action]), "%s%s",
		first ? rd_key_text(first->first, a, sizeof(a)) : "", b);
}

/* Puts the fresh bindings in the place of the action's old ones. */
static rd_code replace(rd_keymap *m, rd_action action, const rd_vec *fresh, rd_err *err)
{
	RD_AUTO(rd_vec_done)
	rd_vec all = RD_VEC_INIT(binding);
	rd_vec old;

	for (int pass = 0; pass < 2; pass++) {
		const rd_vec *from = pass ? fresh : &m->bindings;

		for (size_t i = 0; i < from->len; i++) {
			const binding *b = rd_vec_at(from, i);
			binding *to;

			if (!pass && b->action == action)
				continue;
			to = rd_vec_push(&all);
			if (!to)
				return rd_err_nomem(err);
			*to = *b;
		}
	}
	old = m->bindings;
	m->bindings = all;
	all = old;
	set_first(m, action, fresh);
	return RD_OK;
}

rd_code rd_keymap_bind(rd_keymap *m, rd_action action, const char *keys, rd_err *err)
{
	RD_AUTO(rd_vec_done)
	rd_vec fresh = RD_VEC_INIT(binding);
	RD_AUTOFREE char *text = rd_strdup(keys);
	RD_AUTOFREE char *old = NULL;
	rd_code code;

	if (!text)
		return rd_err_nomem(err);
	code = parse_keys(action, keys, &fresh, err);
	if (!code)
		code = check_clashes(m, &fresh, err);
	if (!code)
		code = replace(m, action, &fresh, err);
	if (code)
		return code;
	old = m->keys[action];
	m->keys[action] = RD_TAKE(text);
	return RD_OK;
}

rd_code rd_keymap_new(rd_keymap **ret_map, rd_err *err)
{
	rd_keymap *m = calloc(1, sizeof(*m));
	rd_code code = RD_OK;

	if (!m)
		return rd_err_nomem(err);
	rd_vec_init(&m->bindings, sizeof(binding));
	for (int a = RD_ACTION_NONE + 1; a < RD_ACTION_MAX_ && !code; a++)
		code = rd_keymap_bind(m, (rd_action)a, rd_action_get((rd_action)a)->default_keys,
			err);
	if (code) {
		rd_keymap_free(m);
		return code;
	}
	*ret_map = m;
	return RD_OK;
}

rd_keymap *rd_keymap_free(rd_keymap *m)
{
	if (!m)
		return NULL;
	for (int a = 0; a < RD_ACTION_MAX_; a++)
		free(m->keys[a]);
	rd_vec_done(&m->bindings);
	free(m);
	return NULL;
}

/* The action of a key in one scope; *ret_begins: the key begins a pair there. */
static rd_action find(const rd_keymap *m, rd_scope scope, const rd_key *pending, rd_key key,
	bool *ret_begins)
{
	for (size_t i = 0; i < m->bindings.len; i++) {
		const binding *b = rd_vec_at(&m->bindings, i);

		if (rd_action_get(b->action)->scope != scope)
			continue;
		if (pending->code) {
			if (b->second.code && rd_key_same(b->first, *pending) &&
				rd_key_same(b->second, key))
				return b->action;
		} else if (rd_key_same(b->first, key)) {
			*ret_begins = b->second.code != 0;
			return *ret_begins ? RD_ACTION_NONE : b->action;
		}
	}
	return RD_ACTION_NONE;
}

rd_action rd_keymap_feed(const rd_keymap *m, rd_scope scope, rd_key *pending, rd_key key)
{
	rd_scope order[3] = {scope, RD_SCOPE_MOVE, RD_SCOPE_GLOBAL};
	int n = scope == RD_SCOPE_DIALOG ? 2 : 3;
	rd_key before = *pending;

	*pending = (rd_key){0, 0};
	for (int i = 0; i < n; i++) {
		bool begins = false;
		rd_action action = find(m, order[i], &before, key, &begins);

		if (action != RD_ACTION_NONE)
			return action;
		if (begins) {
			*pending = key;
			return RD_ACTION_NONE;
		}
	}
	return RD_ACTION_NONE;
}

/* Whether the key is one of those that the action has by default. */
static bool is_default_key(rd_action action, const rd_key *key)
{
	const char *keys = rd_action_get(action)->default_keys;

	for (const char *at = keys; *at; at += strspn(at, " ")) {
		size_t n = strcspn(at, " ");
		binding b;

		if (parse_one(at, n, &b) && rd_key_same(b.first, *key))
			return true;
		at += n;
	}
	return false;
}

rd_action rd_keymap_hider(const rd_keymap *m, rd_action action, rd_key *ret_key)
{
	rd_scope scope = rd_action_get(action)->scope;

	for (size_t i = 0; i < m->bindings.len; i++) {
		const binding *b = rd_vec_at(&m->bindings, i);

		if (b->action != action || (scope != RD_SCOPE_GLOBAL && scope != RD_SCOPE_MOVE) ||
			is_default_key(action, &b->first))
			continue;
		for (size_t k = 0; k < m->bindings.len; k++) {
			const binding *other = rd_vec_at(&m->bindings, k);
			rd_scope place = rd_action_get(other->action)->scope;

			if (place == RD_SCOPE_GLOBAL || place == RD_SCOPE_MOVE ||
				place == RD_SCOPE_DIALOG || !rd_key_same(b->first, other->first))
				continue;
			*ret_key = b->first;
			return other->action;
		}
	}
	return RD_ACTION_NONE;
}

const char *rd_keymap_first(const rd_keymap *m, rd_action action)
{
	return m->first[action];
}

const char *rd_keymap_keys(const rd_keymap *m, rd_action action)
{
	return m->keys[action];
}
