/* SPDX-License-Identifier: MIT */
/* rackdeck builds info */
#include <string.h>

#include "cli/columns.h"
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/base/clock.h"
#include "core/rack/json.h"
#include "core/rack/trigger.h"

/* Builds that nobody asked for by hand; the others are told as convox tells them. */
static bool is_automatic(const rd_build *b)
{
	char kind[RD_TRIGGER_MAX_BYTES];

	rd_trigger_kind(b->trigger, kind, sizeof(kind));
	return strcmp(kind, "watch") == 0 || strcmp(kind, "push") == 0;
}

static void print_info(rd_cli *c, const rd_build *b)
{
	RD_STR_AUTO rd_str started = RD_STR_INIT(0);
	RD_STR_AUTO rd_str elapsed = RD_STR_INIT(0);
	RD_STR_AUTO rd_str images = RD_STR_INIT(0);

	rd_time_ago(&started, b->started_us, rd_wall_us());
	rd_time_elapsed(&elapsed, b->started_us, b->ended_us);
	for (size_t i = 0; i < b->pushed.len; i++)
		rd_str_printf(&images, "%s%s %s", i > 0 ? "\n" : "", b->pushed.items[i].key,
			b->pushed.items[i].value);
	rd_info_print(
		(const rd_info[]){
			{"Id", b->id},
			{"Status", b->status},
			{"Release", b->release},
			{"Description", b->description},
			{"Started", rd_str_get(&started)},
			{"Elapsed", rd_str_get(&elapsed)},
			{is_automatic(b) ? "Trigger" : NULL, b->trigger},
			{b->reason[0] != '\0' ? "Reason" : NULL, b->reason},
			{images.len > 0 ? "Images" : NULL, rd_str_get(&images)},
		},
		9, &c->out);
}

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_build_done) rd_build b = {0};
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);
	rd_rack *rack;
	const char *app;
	rd_code code = rd_cli_app(c, NULL, &rack, &app, err);

	if (code == RD_OK)
		code = rack->builds->get(rack, app, rd_cli_word(c, 0), &b, err);
	if (code != RD_OK)
		return code;
	if (!rd_cli_has(c, &rd_flag_json)) {
		print_info(c, &b);
		return RD_OK;
	}
	return rd_cli_json(c, rd_json_build(&b, &json, err), &json, err);
}

const rd_command rd_cmd_builds_info = {
	.name = "builds info",
	.other = "info",
	.words = "ID",
	.min_words = 1,
	.max_words = 1,
	.summary = "show a build",
	.example = "builds info BABCDEFGHIJ",
	.flags = rd_flags_app_json,
	.run = run,
};
