/* SPDX-License-Identifier: MIT */
/* Our own settings about racks. */
#include "core/rack/logins.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <jansson.h>

#include "core/base/fs.h"

#define FILE_MAX_BYTES ((size_t)1 << 20)

/* ---- logins ---- */

static void wipe(char **text)
{
	if (*text)
		explicit_bzero(*text, strlen(*text));
	free(*text);
	*text = NULL;
}

static void login_done(rd_login *r)
{
	free(r->name);
	free(r->url);
	wipe(&r->password);
	*r = (rd_login){0};
}

rd_login *rd_logins_find(const rd_logins *l, const char *name)
{
	for (size_t i = 0; i < l->racks.len; i++) {
		rd_login *r = rd_vec_at(&l->racks, i);

		if (!strcmp(r->name, name))
			return r;
	}
	return NULL;
}

bool rd_logins_remove(rd_logins *l, const char *name)
{
	for (size_t i = 0; i < l->racks.len; i++) {
		rd_login *r = rd_vec_at(&l->racks, i);

		if (strcmp(r->name, name))
			continue;
		login_done(r);
		rd_vec_remove(&l->racks, i);
		return true;
	}
	return false;
}

rd_login *rd_logins_put(rd_logins *l, const char *name)
{
	char *copy = rd_strdup(name);
	rd_login *r;

	if (!copy)
		return NULL;
	rd_logins_remove(l, name);
	r = rd_vec_push(&l->racks);
	if (!r)
		free(copy);
	else
		r->name = copy;
	return r;
}

void rd_logins_done(rd_logins *l)
{
	for (size_t i = 0; i < l->racks.len; i++)
		login_done(rd_vec_at(&l->racks, i));
	rd_vec_done(&l->racks);
	rd_kvs_done(&l->keys);
	free(l->current);
	if (l->lock_fd >= 0)
		close(l->lock_fd);
	*l = (rd_logins){.lock_fd = -1};
}

/* ---- the file ---- */

static rd_code path_of(const char *name, char **ret_path, rd_err *err)
{
	RD_AUTOFREE char *dir = NULL;
	rd_code rc = rd_xdg_config(&dir, err);

	if (rc)
		return rc;
	*ret_path = rd_path_join(dir, name);
	return *ret_path ? RD_OK : rd_err_nomem(err);
}

static bool take_login(rd_logins *l, const char *name, const json_t *o)
{
	rd_login *r = rd_logins_put(l, name);

	if (!r)
		return false;
	r->url = rd_strdup(rd_or_empty(json_string_value(json_object_get(o, "url"))));
	r->password = rd_strdup(rd_or_empty(json_string_value(json_object_get(o, "password"))));
	r->is_console = json_is_true(json_object_get(o, "console"));
	r->is_insecure = json_is_true(json_object_get(o, "insecure"));
	return r->url && r->password;
}

static bool take(rd_logins *l, json_t *root)
{
	const char *current = json_string_value(json_object_get(root, "current"));
	const char *key;
	json_t *value;
	bool ok = rd_str_replace(&l->current, current);

	json_object_foreach(json_object_get(root, "racks"), key, value) ok =
		ok && take_login(l, key, value);
	json_object_foreach(json_object_get(root, "keys"), key, value) ok =
		ok && rd_kvs_set(&l->keys, key, rd_or_empty(json_string_value(value)));
	return ok;
}

static rd_code parse(rd_logins *l, const char *path, const rd_str *text, rd_err *err)
{
	json_error_t why;
	json_t *root = json_loadb(rd_str_get(text), text->len, 0, &why);
	rd_code rc = RD_OK;

	if (!json_is_object(root))
		rc = rd_err_set(err, RD_EPARSE,
			"'%s' is damaged (line %d): mend it, or remove it and log in anew", path,
			root ? 1 : why.line);
	else if (!take(l, root))
		rc = rd_err_nomem(err);
	json_decref(root);
	return rc;
}

rd_code rd_logins_read(rd_logins *ret_logins, rd_err *err)
{
	RD_AUTOFREE char *path = NULL;
	RD_STR_AUTO rd_str text = RD_STR_INIT(FILE_MAX_BYTES);
	rd_code rc;

	*ret_logins = (rd_logins){.lock_fd = -1};
	rd_vec_init(&ret_logins->racks, sizeof(rd_login));
	rc = path_of("racks.json", &path, err);
	if (!rc)
		rc = rd_file_read(path, FILE_MAX_BYTES, &text, err);
	if (rc == RD_ENOENT)
		return RD_OK;
	if (!rc)
		rc = parse(ret_logins, path, &text, err);
	if (text.data)
		explicit_bzero(text.data, text.len);
	return rc;
}

rd_code rd_logins_edit(rd_logins *ret_logins, rd_err *err)
{
	RD_AUTOFREE char *path = NULL;
	RD_AUTOFREE char *dir = NULL;
	RD_AUTOCLOSE int fd = -1;
	rd_code rc;

	*ret_logins = (rd_logins){.lock_fd = -1};
	rc = rd_xdg_config(&dir, err);
	if (!rc)
		rc = rd_mkdirs(dir, err);
	if (!rc)
		rc = path_of("racks.lock", &path, err);
	if (rc)
		return rc;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || flock(fd, LOCK_EX))
		return rd_err_os(err, errno, "'%s'", path);
	rc = rd_logins_read(ret_logins, err);
	ret_logins->lock_fd = fd;
	fd = -1;
	return rc;
}

static json_t *racks_json(const rd_logins *l)
{
	json_t *racks = json_object();

	for (size_t i = 0; racks && i < l->racks.len; i++) {
		const rd_login *r = rd_vec_at(&l->racks, i);
		json_t *o = json_pack("{s:s, s:s}", "url", r->url, "password", r->password);
		bool ok = o &&
			  (!r->is_console || !json_object_set_new(o, "console", json_true())) &&
			  (!r->is_insecure || !json_object_set_new(o, "insecure", json_true()));

		/* The set takes o, also when it fails. */
		if (json_object_set_new(racks, r->name, o) || !ok) {
			json_decref(racks);
			return NULL;
		}
	}
	return racks;
}

static json_t *keys_json(const rd_logins *l)
{
	json_t *keys = json_object();

	for (size_t i = 0; keys && i < l->keys.len; i++)
		if (json_object_set_new(keys, l->keys.items[i].key,
			    json_string(l->keys.items[i].value))) {
			json_decref(keys);
			return NULL;
		}
	return keys;
}

rd_code rd_logins_save(const rd_logins *l, rd_err *err)
{
	RD_AUTOFREE char *path = NULL;
	json_t *root = json_pack("{s:s*, s:o, s:o}", "current", l->current, "racks", racks_json(l),
		"keys", keys_json(l));
	char *text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
	rd_code rc = text ? path_of("racks.json", &path, err)
			  : rd_err_set(err, RD_EINVAL,
				    "a login can not be kept: its password is no UTF-8");

	if (!rc)
		rc = rd_file_write(path, text, strlen(text), err);
	wipe(&text);
	json_decref(root);
	return rc;
}
