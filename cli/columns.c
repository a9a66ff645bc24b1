/* SPDX-License-Identifier: MIT */
/* Tables and labelled lists in the form of convox. */
#include "cli/columns.h"

#include <string.h>

#include "core/base/sanitize.h"
#include "core/base/utf8.h"

void rd_columns_init(rd_columns *t, size_t n, const char *const *header)
{
	*t = (rd_columns){.n = n};
	if (header != NULL)
		rd_columns_row(t, header);
}

void rd_columns_row(rd_columns *t, const char *const *cells)
{
	for (size_t i = 0; i < t->n; i++) {
		RD_STR_AUTO rd_str clean = RD_STR_INIT(0);

		rd_sani_text(&clean, cells[i], strlen(cells[i]));
		if (!rd_str_ok(&clean) || !rd_strs_add(&t->cells, rd_str_get(&clean)))
			t->failed = true;
	}
}

static int cells_of(const char *text)
{
	return rd_utf8_cells(text, strlen(text));
}

rd_code rd_columns_print(const rd_columns *t, rd_say *s, rd_err *err)
{
	int widths[RD_COLUMNS_MAX] = {0};

	if (t->failed)
		return rd_err_nomem(err);
	for (size_t i = 0; i < t->cells.len; i++) {
		int width = cells_of(t->cells.items[i]);

		if (width > widths[i % t->n])
			widths[i % t->n] = width;
	}
	for (size_t i = 0; i < t->cells.len; i++) {
		const char *text = t->cells.items[i];

		if (i % t->n == t->n - 1)
			rd_say_printf(s, "%s\n", text);
		else
			rd_say_printf(s, "%s%*s", text, widths[i % t->n] - cells_of(text) + 2, "");
	}
	return RD_OK;
}

void rd_columns_done(rd_columns *t)
{
	rd_strs_done(&t->cells);
}

static void info_value(const char *value, int indent, rd_say *s)
{
	for (;;) {
		size_t n = strcspn(value, "\n");
		RD_STR_AUTO rd_str line = RD_STR_INIT(0);

		rd_str_putn(&line, value, n);
		rd_say_text(s, rd_str_get(&line));
		rd_say_printf(s, "\n");
		if (value[n] == '\0')
			return;
		value += n + 1;
		rd_say_printf(s, "%*s", indent, "");
	}
}

void rd_info_print(const rd_info *rows, size_t n, rd_say *s)
{
	int width = 0;

	for (size_t i = 0; i < n; i++)
		if (rows[i].label != NULL && cells_of(rows[i].label) > width)
			width = cells_of(rows[i].label);
	for (size_t i = 0; i < n; i++) {
		if (rows[i].label == NULL)
			continue;
		rd_say_text(s, rows[i].label);
		rd_say_printf(s, "%*s", width - cells_of(rows[i].label) + 2, "");
		info_value(rows[i].value, width + 2, s);
	}
}
