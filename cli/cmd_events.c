/* SPDX-License-Identifier: MIT */
/* rackdeck events */
#include <errno.h>
#include <poll.h>

#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "cli/interrupt.h"
#include "core/rack/changes.h"

static const rd_flag flag_app = {"app", 'a', "NAME", "this app alone"};

/* Until Ctrl-C, or until nobody reads any more. */
static rd_code print_changes(rd_cli *c, rd_changes *changes, const rd_cancel *stop, rd_err *err)
{
	struct pollfd fds[] = {{rd_changes_fd(changes), POLLIN, 0}, {rd_cancel_fd(stop), POLLIN, 0},
		{fileno(c->out.file), 0, 0}};
	rd_code code = RD_OK;

	while (code == RD_OK && !rd_cancel_fired(stop)) {
		RD_STR_AUTO rd_str lines = RD_STR_INIT(0);

		if (poll(fds, RD_LEN(fds), rd_changes_wait_ms(changes)) < 0 && errno != EINTR)
			return rd_err_os(err, errno, "waiting for changes");
		if (rd_cancel_fired(stop) || (fds[2].revents & (POLLERR | POLLHUP)) != 0)
			break;
		code = rd_changes_take(changes, &lines, err);
		if (code == RD_OK && lines.len > 0)
			rd_say_lines(&c->out, rd_str_get(&lines));
		if (code == RD_OK)
			code = rd_say_flush(&c->out, err);
	}
	return code;
}

static rd_code run(rd_cli *c, rd_err *err)
{
	rd_changes *changes = NULL;
	rd_interrupt interrupt;
	rd_rack *rack;
	rd_code code;

	if (!rd_cli_has(c, &rd_flag_json))
		return rd_err_set(err, RD_EINVAL, "events are lines of JSON: add --json");
	code = rd_cli_rack(c, &rack, err);
	if (code == RD_OK)
		code = rd_interrupt_open(&interrupt, err);
	if (code != RD_OK)
		return code;
	rd_interrupt_by_term();
	code = rd_changes_open(rack, rd_args_text(&c->args, &flag_app), &changes, err);
	if (code == RD_OK)
		code = print_changes(c, changes, interrupt.first, err);
	rd_changes_close(changes);
	rd_interrupt_close(&interrupt);
	return code;
}

static const rd_flag *const flags[] = {
	&flag_app, &rd_flag_json, &rd_flag_insecure, &rd_flag_rack, NULL};

const rd_command rd_cmd_events = {
	.name = "events",
	.words = "",
	.summary = "print each change of apps, builds and releases as it happens",
	.details =
		"One line of JSON each: time, rack, type (app, build, release, rack), action\n"
		"(created, updated, removed; away, back), app, id, and data, the thing as it is\n"
		"now without manifest and environment. What is there at the start is not told.\n"
		"Ctrl-C ends it.",
	.example = "events --json -a shop",
	.flags = flags,
	.run = run,
};
