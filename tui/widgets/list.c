/* SPDX-License-Identifier: MIT */
/* A cursor in rows that scroll. */
#include "tui/widgets/list.h"

static int within(int v, int min, int max)
{
	return v > max ? (max < min ? min : max) : v < min ? min : v;
}

void rd_list_set(rd_list *l, int count, int rows, int cursor)
{
	l->count = count;
	l->rows = rows < 1 ? 1 : rows;
	l->cursor = within(cursor, 0, count - 1);
	l->top = within(l->top, l->cursor - l->rows + 1, l->cursor);
	l->top = within(l->top, 0, count - l->rows);
}

bool rd_list_click(rd_list *l, int y)
{
	if (y < 0 || y >= l->rows || l->top + y >= l->count)
		return false;
	rd_list_set(l, l->count, l->rows, l->top + y);
	return true;
}

bool rd_list_act(rd_list *l, rd_action action)
{
	int to = l->cursor;

	switch (action) {
	case RD_ACTION_UP:
		to--;
		break;
	case RD_ACTION_DOWN:
		to++;
		break;
	case RD_ACTION_TOP:
		to = 0;
		break;
	case RD_ACTION_BOTTOM:
		to = l->count - 1;
		break;
	case RD_ACTION_HALF_UP:
		to -= l->rows / 2;
		break;
	case RD_ACTION_HALF_DOWN:
		to += l->rows / 2;
		break;
	case RD_ACTION_PAGE_UP:
		to -= l->rows - 1;
		break;
	case RD_ACTION_PAGE_DOWN:
		to += l->rows - 1;
		break;
	default:
		return false;
	}
	rd_list_set(l, l->count, l->rows, to);
	return true;
}
