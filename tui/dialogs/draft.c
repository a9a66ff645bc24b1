/* SPDX-License-Identifier: MIT */
/* Names and values as they were read, and as they shall be. */
#include "tui/dialogs/draft.h"

#include <string.h>

void rd_draft_wipe(rd_kvs *kvs)
{
	for (size_t i = 0; i < kvs->len; i++)
		explicit_bzero(kvs->items[i].value, strlen(kvs->items[i].value));
	rd_kvs_done(kvs);
}

void rd_draft_init(rd_draft *d)
{
	*d = (rd_draft){.before = {0}};
	rd_vec_init(&d->rows, sizeof(rd_pair));
}

void rd_draft_done(rd_draft *d)
{
	rd_vec_done(&d->rows);
	rd_draft_wipe(&d->before);
	rd_draft_wipe(&d->now);
}

/* One row for each name of both, in order. */
static void make_rows(rd_draft *d)
{
	size_t i = 0, k = 0;

	rd_vec_clear(&d->rows);
	while (i < d->before.len || k < d->now.len) {
		const rd_kv *a = i < d->before.len ? &d->before.items[i] : NULL;
		const rd_kv *b = k < d->now.len ? &d->now.items[k] : NULL;
		int order = !a ? 1 : !b ? -1 : strcmp(a->key, b->key);
		rd_pair *row = rd_vec_push(&d->rows);

		if (!row)
			break;
		row->name = order <= 0 ? a->key : b->key;
		row->before = order <= 0 ? a->value : NULL;
		row->now = order >= 0 ? b->value : NULL;
		i += order <= 0;
		k += order >= 0;
	}
}

bool rd_draft_begin(rd_draft *d, rd_kvs *pairs)
{
	bool ok;

	rd_draft_wipe(&d->before);
	rd_draft_wipe(&d->now);
	d->before = *pairs;
	*pairs = (rd_kvs){0};
	rd_kvs_sort(&d->before);
	ok = rd_kvs_merge(&d->now, &d->before);
	make_rows(d);
	return ok;
}

rd_code rd_draft_replace(rd_draft *d, const rd_kvs *now, rd_err *err)
{
	rd_kvs fresh = {0};

	if (!rd_kvs_merge(&fresh, now)) {
		rd_kvs_done(&fresh);
		return rd_err_nomem(err);
	}
	rd_draft_wipe(&d->now);
	d->now = fresh;
	rd_kvs_sort(&d->now);
	make_rows(d);
	return RD_OK;
}

bool rd_draft_set(rd_draft *d, const rd_kvs *fresh)
{
	bool ok = rd_kvs_merge(&d->now, fresh);

	rd_kvs_sort(&d->now);
	make_rows(d);
	return ok;
}

bool rd_draft_take_back(rd_draft *d, const rd_pair *row, bool stays)
{
	const char *to = rd_pair_sign(row) == ' ' ? NULL : row->before;
	bool ok = true;

	if (stays && !to)
		to = "";
	if (to)
		ok = rd_kvs_set(&d->now, row->name, to);
	else
		rd_kvs_unset(&d->now, row->name);
	rd_kvs_sort(&d->now);
	make_rows(d);
	return ok;
}

const rd_pair *rd_draft_at(const rd_draft *d, size_t i)
{
	return rd_vec_at(&d->rows, i);
}

char rd_pair_sign(const rd_pair *row)
{
	if (!row->before)
		return '+';
	if (!row->now)
		return '-';
	return strcmp(row->before, row->now) ? '~' : ' ';
}

int rd_draft_changes(const rd_draft *d)
{
	int n = 0;

	for (size_t i = 0; i < d->rows.len; i++)
		n += rd_pair_sign(rd_draft_at(d, i)) != ' ';
	return n;
}
