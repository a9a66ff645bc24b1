/* SPDX-License-Identifier: MIT */
/* The difference of two releases. */
#include "core/rack/diff.h"

#include "core/base/str.h"
#include "core/formats/env.h"

/* Lines that differ in the middle of two manifests are compared by a table of this many cells; with
 * more of them the old ones go and the new ones come. */
#define TABLE_MAX (4 * 1024 * 1024)

static void line_done(rd_diff_line *l)
{
	free(l->text);
	free(l->from);
	free(l->to);
}

static void lines_done(rd_vec *lines)
{
	for (size_t i = 0; i < lines->len; i++)
		line_done(rd_vec_at(lines, i));
	rd_vec_done(lines);
}

void rd_release_diff_done(rd_release_diff *d)
{
	lines_done(&d->env);
	lines_done(&d->manifest);
}

static rd_code put_line(rd_vec *lines, rd_diff_op op, const char *text, const char *from,
	const char *to, rd_err *err)
{
	rd_diff_line *l = rd_vec_push(lines);

	if (!l)
		return rd_err_nomem(err);
	l->op = op;
	l->text = rd_strdup(text);
	l->from = rd_strdup(from);
	l->to = rd_strdup(to);
	if (!l->text || (from && !l->from) || (to && !l->to))
		return rd_err_nomem(err);
	return RD_OK;
}

/* ---- environment ---- */

static void count_env(rd_release_diff *d, rd_diff_op op)
{
	d->env_added += op == RD_DIFF_ADD;
	d->env_removed += op == RD_DIFF_REMOVE;
	d->env_changed += op == RD_DIFF_CHANGE;
	d->env_same += op == RD_DIFF_SAME;
}

static rd_code put_variable(rd_release_diff *d, const char *name, const char *from, const char *to,
	rd_err *err)
{
	rd_diff_op op = RD_DIFF_SAME;

	if (!from)
		op = RD_DIFF_ADD;
	else if (!to)
		op = RD_DIFF_REMOVE;
	else if (strcmp(from, to) != 0)
		op = RD_DIFF_CHANGE;
	count_env(d, op);
	return put_line(&d->env, op, name, from, to, err);
}

/* Both are sorted: one pass along the two. */
static rd_code merge_env(rd_release_diff *d, const rd_kvs *from, const rd_kvs *to, rd_err *err)
{
	size_t i = 0, k = 0;
	rd_code code = RD_OK;
	int order;

	while (!code && (i < from->len || k < to->len)) {
		if (i == from->len)
			order = 1;
		else if (k == to->len)
			order = -1;
		else
			order = strcmp(from->items[i].key, to->items[k].key);
		code = put_variable(d, order <= 0 ? from->items[i].key : to->items[k].key,
			order <= 0 ? from->items[i].value : NULL,
			order >= 0 ? to->items[k].value : NULL, err);
		i += order <= 0;
		k += order >= 0;
	}
	return code;
}

static rd_code diff_env(rd_release_diff *d, const char *from, const char *to, rd_err *err)
{
	rd_kvs old = {0}, new = {0};
	rd_code code = rd_env_parse(from, &old, err);

	if (!code)
		code = rd_env_parse(to, &new, err);
	if (!code) {
		rd_kvs_sort(&old);
		rd_kvs_sort(&new);
		code = merge_env(d, &old, &new, err);
	}
	rd_kvs_done(&old);
	rd_kvs_done(&new);
	return code;
}

/* ---- manifest ---- */

static rd_code split(const char *text, rd_strs *out, rd_err *err)
{
	const char *end;
	char *line;

	for (; *text; text = *end ? end + 1 : end) {
		end = strchrnul(text, '\n');
		line = strndup(text, (size_t)(end - text));
		if (!rd_strs_take(out, line))
			return rd_err_nomem(err);
	}
	return RD_OK;
}

struct texts {
	char **a, **b; /* what is left between the common head and tail */
	size_t n, m;
};

/* Length of the longest common subsequence of a[i…] and b[k…] for all i and k. NULL: no memory. */
static uint32_t *lcs_table(const struct texts *t)
{
	size_t width = t->m + 1;
	uint32_t *table = calloc((t->n + 1) * width, sizeof *table);

	for (size_t i = t->n; table && i-- > 0;) {
		for (size_t k = t->m; k-- > 0;) {
			uint32_t down = table[(i + 1) * width + k];
			uint32_t right = table[i * width + k + 1];

			if (!strcmp(t->a[i], t->b[k]))
				table[i * width + k] = table[(i + 1) * width + k + 1] + 1;
			else
				table[i * width + k] = down > right ? down : right;
		}
	}
	return table;
}

static rd_code put_manifest(rd_release_diff *d, rd_diff_op op, const char *text, rd_err *err)
{
	d->manifest_added += op == RD_DIFF_ADD;
	d->manifest_removed += op == RD_DIFF_REMOVE;
	return put_line(&d->manifest, op, text, NULL, NULL, err);
}

/* Walks along the table (NULL: nothing is common). */
static rd_code put_middle(rd_release_diff *d, const struct texts *t, const uint32_t *table,
	rd_err *err)
{
	size_t i = 0, k = 0, width = t->m + 1;
	rd_code code = RD_OK;

	while (!code && (i < t->n || k < t->m)) {
		if (table && i < t->n && k < t->m && !strcmp(t->a[i], t->b[k])) {
			code = put_manifest(d, RD_DIFF_SAME, t->a[i++], err);
			k++;
		} else if (i < t->n &&
			   (k == t->m || !table ||
				   table[(i + 1) * width + k] >= table[i * width + k + 1])) {
			code = put_manifest(d, RD_DIFF_REMOVE, t->a[i++], err);
		} else {
			code = put_manifest(d, RD_DIFF_ADD, t->b[k++], err);
		}
	}
	return code;
}

/* Of none there is no array to count in. */
static char **items_from(const rd_strs *s, size_t i)
{
	return i ? s->items + i : s->items;
}

static rd_code diff_lines(rd_release_diff *d, const rd_strs *a, const rd_strs *b, rd_err *err)
{
	size_t head = 0, tail = 0;
	struct texts t;
	uint32_t *table = NULL;
	rd_code code = RD_OK;

	while (head < a->len && head < b->len && !strcmp(a->items[head], b->items[head]))
		head++;
	while (tail < a->len - head && tail < b->len - head &&
		!strcmp(a->items[a->len - 1 - tail], b->items[b->len - 1 - tail]))
		tail++;
	t = (struct texts){items_from(a, head), items_from(b, head), a->len - head - tail,
		b->len - head - tail};
	if (t.n && t.m && (t.n + 1) <= TABLE_MAX / (t.m + 1)) {
		table = lcs_table(&t);
		if (!table)
			return rd_err_nomem(err);
	}
	for (size_t i = 0; !code && i < head; i++)
		code = put_manifest(d, RD_DIFF_SAME, a->items[i], err);
	if (!code)
		code = put_middle(d, &t, table, err);
	for (size_t i = a->len - tail; !code && i < a->len; i++)
		code = put_manifest(d, RD_DIFF_SAME, a->items[i], err);
	free(table);
	return code;
}

static rd_code diff_manifest(rd_release_diff *d, const char *from, const char *to, rd_err *err)
{
	rd_strs a = {0}, b = {0};
	rd_code code = split(from, &a, err);

	if (!code)
		code = split(to, &b, err);
	if (!code)
		code = diff_lines(d, &a, &b, err);
	rd_strs_done(&a);
	rd_strs_done(&b);
	return code;
}

rd_code rd_release_diff_make(const rd_release *from, const rd_release *to,
	rd_release_diff *ret_diff, rd_err *err)
{
	rd_release_diff d = {0};
	rd_code code;

	rd_vec_init(&d.env, sizeof(rd_diff_line));
	rd_vec_init(&d.manifest, sizeof(rd_diff_line));
	code = diff_env(&d, from ? rd_or_empty(from->env) : "", rd_or_empty(to->env), err);
	if (!code)
		code = diff_manifest(&d, from ? rd_or_empty(from->manifest) : "",
			rd_or_empty(to->manifest), err);
	if (code)
		rd_release_diff_done(&d);
	else
		*ret_diff = d;
	return code;
}
