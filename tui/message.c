/* SPDX-License-Identifier: MIT */
/* Toasts: one short message at a time. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/sanitize.h"
#include "tui/shell.h"

static void on_old(void *arg)
{
	rd_console *c = arg;

	c->toast_timer = NULL;
	c->toast[0] = '\0';
	c->is_old = true;
}

void rd_console_clear_toast(rd_console *c)
{
	if (!c->toast[0])
		return;
	c->toast_timer = rd_loop_remove(c->loop, c->toast_timer);
	on_old(c);
}

static void show(rd_console *c, rd_role role, const char *text)
{
	RD_STR_AUTO
	rd_str safe = RD_STR_INIT(RD_TOAST_BYTES - 1);

	rd_sani_text(&safe, text, strlen(text));
	snprintf(c->toast, sizeof(c->toast), "%s", rd_str_get(&safe));
	c->toast_role = role;
	c->is_old = true;
	c->toast_timer = rd_loop_remove(c->loop, c->toast_timer);
	if (c->toast_us > 0) /* without memory for a timer it stays until the next key */
		rd_loop_timer(c->loop, rd_now_us() + c->toast_us, on_old, c, &c->toast_timer, NULL);
}

void rd_console_toast(rd_console *c, rd_role role, const char *fmt, ...)
{
	char text[RD_TOAST_BYTES / 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	show(c, role, text);
}

const rd_err *rd_console_last_error(const rd_console *c)
{
	return &c->last_error;
}

void rd_console_toast_err(rd_console *c, const rd_err *err)
{
	char text[RD_TOAST_BYTES / 2];

	c->last_error = *err;
	show(c, RD_ROLE_ERROR, rd_err_text(err, text, sizeof(text)));
}
