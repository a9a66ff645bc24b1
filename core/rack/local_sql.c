/* SPDX-License-Identifier: MIT */
/* Statements with their values in one call. */
#include <stdarg.h>
#include <stdlib.h>

#include "core/rack/local_impl.h"

static rd_code vquery(rd_tx *tx, rd_stmt **ret_stmt, rd_err *err, const char *sql,
	const char *types, va_list ap)
{
	rd_code rc = rd_tx_prepare(tx, sql, ret_stmt, err);

	for (int i = 0; !rc && types[i]; i++) {
		if (types[i] == 'i')
			rd_stmt_int(*ret_stmt, i + 1, va_arg(ap, int64_t));
		else
			rd_stmt_text(*ret_stmt, i + 1, va_arg(ap, const char *));
	}
	return rc;
}

rd_code rd_local_query(rd_tx *tx, rd_stmt **ret_stmt, rd_err *err, const char *sql,
	const char *types, ...)
{
	va_list ap;
	rd_code rc;

	va_start(ap, types);
	rc = vquery(tx, ret_stmt, err, sql, types, ap);
	va_end(ap);
	return rc;
}

rd_code rd_local_exec(rd_tx *tx, int *ret_changes, rd_err *err, const char *sql, const char *types,
	...)
{
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	va_list ap;
	rd_code rc;

	va_start(ap, types);
	rc = vquery(tx, &s, err, sql, types, ap);
	va_end(ap);
	if (!rc)
		rc = rd_stmt_step(s, NULL, err);
	if (!rc && ret_changes)
		*ret_changes = rd_stmt_changes(s);
	return rc;
}

rd_code rd_local_text(rd_tx *tx, bool *ret_found, char **ret_text, rd_err *err, const char *sql,
	const char *types, ...)
{
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	bool found = false;
	va_list ap;
	rd_code rc;

	va_start(ap, types);
	rc = vquery(tx, &s, err, sql, types, ap);
	va_end(ap);
	if (!rc)
		rc = rd_stmt_step(s, &found, err);
	if (rc)
		return rc;
	if (found && !rd_local_col(s, 0, ret_text))
		return rd_err_nomem(err);
	*ret_found = found;
	return RD_OK;
}

rd_code rd_local_number(rd_tx *tx, bool *ret_found, int64_t *ret_number, rd_err *err,
	const char *sql, const char *types, ...)
{
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	va_list ap;
	rd_code rc;

	va_start(ap, types);
	rc = vquery(tx, &s, err, sql, types, ap);
	va_end(ap);
	if (!rc)
		rc = rd_stmt_step(s, ret_found, err);
	if (!rc && *ret_found)
		*ret_number = rd_stmt_col_int(s, 0);
	return rc;
}

rd_code rd_local_each(rd_tx *tx, rd_local_row_fn *fn, void *arg, rd_err *err, const char *sql,
	const char *types, ...)
{
	RD_AUTO(rd_stmt_donep) rd_stmt *s = NULL;
	bool row;
	va_list ap;
	rd_code rc;

	va_start(ap, types);
	rc = vquery(tx, &s, err, sql, types, ap);
	va_end(ap);
	while (!rc && !(rc = rd_stmt_step(s, &row, err)) && row)
		rc = fn(s, arg, err);
	return rc;
}

rd_code rd_local_put_text(rd_stmt *s, void *strs, rd_err *err)
{
	return rd_strs_add(strs, rd_stmt_col(s, 0)) ? RD_OK : rd_err_nomem(err);
}

rd_code rd_local_put_pair(rd_stmt *s, void *kvs, rd_err *err)
{
	return rd_kvs_set(kvs, rd_stmt_col(s, 0), rd_stmt_col(s, 1)) ? RD_OK : rd_err_nomem(err);
}

bool rd_local_col(rd_stmt *s, int i, char **ret_text)
{
	*ret_text = rd_strdup(rd_stmt_col(s, i));
	return *ret_text;
}
