/* SPDX-License-Identifier: MIT */
/* Commands that were given before, in a file of the user: one a line. */
#include "core/base/fs.h"
#include "tui/commandline.h"

#define HISTORY_MAX_BYTES (64 * 1024)
#define HISTORY_MAX_LINES 500

static char *history_path(void)
{
	RD_AUTOFREE char *dir = NULL;

	return rd_xdg_data(&dir, NULL) || rd_mkdirs(dir, NULL)
		       ? NULL
		       : rd_path_join(dir, "console-history");
}

rd_code rd_history_read(rd_strs *ret_lines, rd_err *err)
{
	RD_AUTOFREE char *path = history_path();
	RD_AUTO(rd_strs_done)
	rd_strs lines = {0};
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(HISTORY_MAX_BYTES);
	rd_code code = path ? rd_file_read(path, HISTORY_MAX_BYTES, &text, err) : RD_OK;
	char *rest = NULL;

	if (code && code != RD_ENOENT)
		return code;
	if (text.len)
		for (char *line = strtok_r(text.data, "\n", &rest); line;
			line = strtok_r(NULL, "\n", &rest))
			if (!rd_strs_add(&lines, line))
				return rd_err_nomem(err);
	*ret_lines = lines;
	lines = (rd_strs){0};
	return RD_OK;
}

rd_code rd_history_add(const char *line, rd_err *err)
{
	RD_AUTOFREE char *path = history_path();
	RD_AUTO(rd_strs_done)
	rd_strs lines = {0};
	RD_STR_AUTO
	rd_str text = RD_STR_INIT(HISTORY_MAX_BYTES);
	rd_code code = path ? rd_history_read(&lines, err) : RD_OK;
	size_t first = lines.len >= HISTORY_MAX_LINES ? lines.len - HISTORY_MAX_LINES + 1 : 0;

	if (code || !path)
		return code;
	for (size_t i = first; i < lines.len; i++)
		if (strcmp(lines.items[i], line) != 0)
			rd_str_printf(&text, "%s\n", lines.items[i]);
	rd_str_printf(&text, "%s\n", line);
	if (!rd_str_ok(&text))
		return rd_str_check(&text, "the history of commands", err);
	return rd_file_write(path, text.data, text.len, err);
}
