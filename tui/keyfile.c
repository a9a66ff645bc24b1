/* SPDX-License-Identifier: MIT */
/* The user's keys file. */
#include "core/base/fs.h"
#include "core/formats/yaml.h"
#include "tui/keymap.h"

#define KEYS_MAX_BYTES (64 * 1024)

/* The keys of one entry as one text: "p", or the elements of a list. */
static void join(const rd_yaml_node *n, rd_str *out)
{
	if (rd_yaml_kind_of(n) == RD_YAML_SCALAR)
		rd_str_put(out, rd_yaml_text(n));
	for (size_t i = 0; rd_yaml_kind_of(n) == RD_YAML_LIST && i < rd_yaml_len(n); i++)
		rd_str_printf(out, "%s%s", i ? " " : "", rd_yaml_text(rd_yaml_at(n, i)));
}

/* The keys that the actions of a file had before. */
typedef struct before {
	char *keys[RD_ACTION_MAX_];
} before;

static void free_before(before *b)
{
	for (int a = 0; a < RD_ACTION_MAX_; a++)
		free(b->keys[a]);
}

/* All that the file names lose their keys first: so two of them can change theirs with each other. */
static rd_code unbind_all(rd_keymap *m, const rd_yaml_node *root, before *b, rd_err *err)
{
	for (size_t i = 0; i < rd_yaml_len(root); i++) {
		rd_action action = rd_action_named(rd_yaml_text(rd_yaml_key(root, i)));

		if (action == RD_ACTION_NONE)
			continue;
		b->keys[action] = rd_strdup(rd_keymap_keys(m, action));
		if (!b->keys[action] || rd_keymap_bind(m, action, "", err))
			return rd_err_nomem(err);
	}
	return RD_OK;
}

static rd_code bind_entry(rd_keymap *m, const rd_yaml_node *key, const rd_yaml_node *value,
	rd_err *err)
{
	rd_action action = rd_action_named(rd_yaml_text(key));
	RD_STR_AUTO
	rd_str keys = RD_STR_INIT(256);

	if (action == RD_ACTION_NONE)
		return rd_err_set(err, RD_EINVAL, "there is no action '%s'", rd_yaml_text(key));
	if (rd_yaml_kind_of(value) == RD_YAML_MAP)
		return rd_err_set(err, RD_EINVAL, "the keys of '%s' are a key or a list of keys",
			rd_yaml_text(key));
	join(value, &keys);
	if (!rd_str_ok(&keys))
		return rd_str_check(&keys, "the list of keys", err);
	return rd_keymap_bind(m, action, rd_str_get(&keys), err);
}

/* What is wrong with the lines of a file. */
typedef struct troubles {
	rd_err first;
	int line;
	rd_str others;
} troubles;

static void note(troubles *t, const rd_yaml_node *at, const rd_err *one)
{
	int line = rd_yaml_where(at).line;

	if (t->first.code) {
		rd_str_printf(&t->others, "; line %d: %s", line, one->msg);
		return;
	}
	t->first = *one;
	t->line = line;
}

/* An action whose keys are wrong gets its old ones back, if no other has taken them. */
static void bind_lines(rd_keymap *m, const rd_yaml_node *root, const before *old, troubles *t)
{
	for (size_t i = 0; i < rd_yaml_len(root); i++) {
		const rd_yaml_node *key = rd_yaml_key(root, i);
		rd_action action = rd_action_named(rd_yaml_text(key));
		rd_err one = {0};

		if (!bind_entry(m, key, rd_yaml_at(root, i), &one))
			continue;
		if (action != RD_ACTION_NONE)
			rd_keymap_bind(m, action, old->keys[action], NULL);
		note(t, key, &one);
	}
}

static void find_hidden(const rd_keymap *m, const rd_yaml_node *root, troubles *t)
{
	for (size_t i = 0; i < rd_yaml_len(root); i++) {
		const rd_yaml_node *node = rd_yaml_key(root, i);
		rd_action action = rd_action_named(rd_yaml_text(node)), hider;
		char text[RD_KEY_TEXT_SIZE];
		rd_key key = {0, 0};
		rd_err one = {0};

		hider = action == RD_ACTION_NONE ? RD_ACTION_NONE
						 : rd_keymap_hider(m, action, &key);
		if (hider == RD_ACTION_NONE)
			continue;
		rd_err_set(&one, RD_EEXIST,
			"in %s the key '%s' of '%s' is that of '%s': give '%s' another one, too",
			rd_scope_name(rd_action_get(hider)->scope),
			rd_key_text(key, text, sizeof(text)), rd_action_get(action)->name,
			rd_action_get(hider)->name, rd_action_get(hider)->name);
		note(t, node, &one);
	}
}

static rd_code bind_all(rd_keymap *m, const rd_yaml_node *root, const char *path, rd_err *err)
{
	RD_AUTO(free_before)
	before old = {.keys = {NULL}};
	troubles t = {.others = RD_STR_INIT(0)};

	if (rd_yaml_kind_of(root) != RD_YAML_MAP && rd_yaml_kind_of(root) != RD_YAML_NULL)
		return rd_err_set(err, RD_EPARSE, "%s: keys are written as 'action: keys'", path);
	if (unbind_all(m, root, &old, err))
		return err ? err->code : RD_ENOMEM;
	bind_lines(m, root, &old, &t);
	find_hidden(m, root, &t);
	if (t.first.code) {
		rd_err_set(err, t.first.code, "%s%s", t.first.msg, rd_str_get(&t.others));
		rd_err_wrap(err, "%s:%d", path, t.line);
	}
	rd_str_done(&t.others);
	return t.first.code;
}

rd_code rd_keymap_load(rd_keymap *m, const char *path, rd_err *err)
{
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(KEYS_MAX_BYTES);
	rd_yaml *doc = NULL;
	rd_yaml_mark mark = {0, 0};
	rd_code code = rd_file_read(path, KEYS_MAX_BYTES, &text, err);

	if (code)
		return code == RD_ENOENT ? RD_OK : code;
	code = rd_yaml_parse(rd_str_get(&text), text.len, &doc, &mark, err);
	if (code)
		return rd_err_wrap(err, "%s:%d:%d", path, mark.line, mark.column);
	code = bind_all(m, rd_yaml_root(doc), path, err);
	rd_yaml_free(doc);
	return code;
}
