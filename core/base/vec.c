/* SPDX-License-Identifier: MIT */
/* Growing arrays, string lists and ordered pairs. */
#include "core/base/vec.h"

#include "core/base/str.h"

void rd_vec_init(rd_vec *v, size_t elem_bytes)
{
	*v = (rd_vec){NULL, 0, 0, elem_bytes};
}

void rd_vec_done(rd_vec *v)
{
	free(v->data);
	rd_vec_init(v, v->elem);
}

void rd_vec_clear(rd_vec *v)
{
	v->len = 0;
}

rd_vec rd_vec_take(rd_vec *v)
{
	rd_vec taken = *v;

	rd_vec_init(v, v->elem);
	return taken;
}

void rd_vec_sort(rd_vec *v, int (*compare)(const void *a, const void *b))
{
	if (v->len)
		qsort(v->data, v->len, v->elem, compare);
}

/* Room for one more element in an array. @returns false if out of memory. */
static bool grow(void **data, size_t *cap, size_t len, size_t elem_bytes)
{
	size_t want = *cap ? *cap * 2 : 8;
	void *bigger;

	if (len < *cap)
		return true;
	bigger = reallocarray(*data, want, elem_bytes);
	if (!bigger)
		return false;
	*data = bigger;
	*cap = want;
	return true;
}

void *rd_vec_push(rd_vec *v)
{
	if (!grow(&v->data, &v->cap, v->len, v->elem))
		return NULL;
	return memset((char *)v->data + v->len++ * v->elem, 0, v->elem);
}

void *rd_vec_at(const rd_vec *v, size_t i)
{
	return (char *)v->data + i * v->elem;
}

void rd_vec_remove(rd_vec *v, size_t i)
{
	char *at = rd_vec_at(v, i);

	memmove(at, at + v->elem, (v->len - i - 1) * v->elem);
	v->len--;
}

bool rd_strs_take(rd_strs *l, char *text)
{
	void *items = l->items;

	if (!text)
		return false;
	/* one slot more than needed: the list ends with NULL */
	if (!grow(&items, &l->cap, l->len + 1, sizeof *l->items)) {
		free(text);
		return false;
	}
	l->items = items;
	l->items[l->len++] = text;
	l->items[l->len] = NULL;
	return true;
}

bool rd_strs_add(rd_strs *l, const char *text)
{
	return rd_strs_take(l, rd_strdup(text));
}

bool rd_strs_has(const rd_strs *l, const char *text)
{
	for (size_t i = 0; i < l->len; i++)
		if (!strcmp(l->items[i], text))
			return true;
	return false;
}

void rd_strs_done(rd_strs *l)
{
	for (size_t i = 0; i < l->len; i++)
		free(l->items[i]);
	free(l->items);
	*l = (rd_strs){0};
}

static rd_kv *find(const rd_kvs *m, const char *key)
{
	for (size_t i = 0; i < m->len; i++)
		if (!strcmp(m->items[i].key, key))
			return &m->items[i];
	return NULL;
}

bool rd_kvs_set(rd_kvs *m, const char *key, const char *value)
{
	rd_kv *kv = find(m, key);
	void *items = m->items;
	rd_kv fresh = {NULL, NULL};

	if (kv)
		return rd_str_replace(&kv->value, value);
	if (!grow(&items, &m->cap, m->len, sizeof *m->items))
		return false;
	m->items = items;
	fresh.key = rd_strdup(key);
	fresh.value = rd_strdup(value);
	if (!fresh.key || !fresh.value) {
		free(fresh.key);
		free(fresh.value);
		return false;
	}
	m->items[m->len++] = fresh;
	return true;
}

const char *rd_kvs_get(const rd_kvs *m, const char *key)
{
	const rd_kv *kv = find(m, key);

	return kv ? kv->value : NULL;
}

bool rd_kvs_unset(rd_kvs *m, const char *key)
{
	rd_kv *kv = find(m, key);
	size_t i;

	if (!kv)
		return false;
	i = (size_t)(kv - m->items);
	free(kv->key);
	free(kv->value);
	memmove(kv, kv + 1, (m->len - i - 1) * sizeof *kv);
	m->len--;
	return true;
}

static int by_key(const void *a, const void *b)
{
	const rd_kv *x = a, *y = b;

	return strcmp(x->key, y->key);
}

void rd_kvs_sort(rd_kvs *m)
{
	if (m->len)
		qsort(m->items, m->len, sizeof *m->items, by_key);
}

bool rd_kvs_merge(rd_kvs *m, const rd_kvs *other)
{
	for (size_t i = 0; i < other->len; i++)
		if (!rd_kvs_set(m, other->items[i].key, other->items[i].value))
			return false;
	return true;
}

void rd_kvs_done(rd_kvs *m)
{
	for (size_t i = 0; i < m->len; i++) {
		free(m->items[i].key);
		free(m->items[i].value);
	}
	free(m->items);
	*m = (rd_kvs){0};
}
