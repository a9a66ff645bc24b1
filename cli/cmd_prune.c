/* SPDX-License-Identifier: MIT */
/* rackdeck prune */
#include <stdlib.h>

#include "cli/columns.h"
#include "cli/confirm.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/rack/json.h"

#define KEEP_MAX 1000000

static const rd_flag flag_dry_run = {"dry-run", 'n', NULL, "only say what would be removed"};
static const rd_flag flag_builds = {"keep-builds", 0, "NUMBER",
	"keep so many complete builds, whatever the app's parameters say"};
static const rd_flag flag_days = {
	"keep-days", 0, "NUMBER", "keep the builds of so many days, likewise"};

static rd_code number_of(const rd_cli *c, const rd_flag *flag, int *ret_number, rd_err *err)
{
	const char *text = rd_args_text(&c->args, flag);
	long long value;

	*ret_number = 0;
	if (text == NULL)
		return RD_OK;
	if (rd_parse_i64(text, &value, NULL) != RD_OK || value < 1 || value > KEEP_MAX)
		return rd_err_set(err, RD_EINVAL, "--%s is '%s': a number from 1 to %d is expected",
			flag->name, text, KEEP_MAX);
	*ret_number = (int)value;
	return RD_OK;
}

static rd_code print_items(rd_cli *c, const rd_prune_report *report, rd_err *err)
{
	static const char *const header[] = {"WHAT", "NAME", "APP", "IMAGES", "SIZE", "WHY"};
	RD_AUTO(rd_columns_done) rd_columns table = {0};

	rd_columns_init(&table, RD_LEN(header), header);
	for (size_t i = 0; i < report->items.len; i++) {
		const rd_prune_item *item = rd_vec_at(&report->items, i);
		char images[16] = "", size[32] = "";

		if (item->images > 0)
			snprintf(images, sizeof(images), "%d", item->images);
		if (item->bytes > 0)
			snprintf(size, sizeof(size), "%.1f MB", (double)item->bytes / 1e6);
		rd_columns_row(&table, (const char *const[]){item->kind, item->name, item->app,
					       images, size, item->why});
	}
	return rd_columns_print(&table, &c->out, err);
}

/* "3 builds with 6 images, 12.3 MB". */
static void put_sum(rd_str *out, const rd_prune_report *report)
{
	if (report->builds > 0)
		rd_str_printf(out, "%d build%s with %d image%s, ", report->builds,
			report->builds == 1 ? "" : "s", report->images,
			report->images == 1 ? "" : "s");
	rd_str_printf(out, "%.1f MB", (double)report->bytes / 1e6);
}

static rd_code confirm(rd_cli *c, const rd_prune_report *report, rd_err *err)
{
	RD_STR_AUTO rd_str question = RD_STR_INIT(0);

	rd_str_put(&question, "This removes ");
	put_sum(&question, report);
	rd_str_put(&question, ". Type yes to go on: ");
	return rd_confirm(c, rd_str_get(&question), "yes", "removing builds", err);
}

static rd_code print_json(rd_cli *c, const rd_prune_report *report, rd_err *err)
{
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);

	return rd_cli_json(c, rd_json_prune(report, &json, err), &json, err);
}

/* Decides again: what was shown may be more or less by now, and it is the rules that were confirmed. */
static rd_code remove_all(rd_cli *c, rd_rack *rack, const rd_prune_opts *wish, rd_err *err)
{
	RD_AUTO(rd_prune_report_done) rd_prune_report report = {0};
	RD_STR_AUTO rd_str sum = RD_STR_INIT(0);
	bool is_json = rd_cli_has(c, &rd_flag_json);
	rd_prune_opts opts = *wish;
	rd_code code;

	opts.dry_run = false;
	if (!is_json)
		rd_say_start(&c->out, "Pruning");
	code = rack->care->prune(rack, &opts, &report, err);
	if (code != RD_OK)
		return code;
	if (is_json)
		return print_json(c, &report, err);
	put_sum(&sum, &report);
	rd_say_ok(&c->out, rd_str_get(&sum));
	return RD_OK;
}

static rd_code show(rd_cli *c, const rd_prune_report *report, rd_err *err)
{
	if (rd_cli_has(c, &rd_flag_json))
		return rd_cli_has(c, &flag_dry_run) ? print_json(c, report, err) : RD_OK;
	if (report->items.len > 0)
		return print_items(c, report, err);
	rd_say_printf(&c->out, "Nothing to remove.\n");
	return RD_OK;
}

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_prune_report_done) rd_prune_report report = {0};
	rd_prune_opts opts = {.app = rd_args_text(&c->args, &rd_flag_app), .dry_run = true};
	rd_rack *rack;
	rd_code code = number_of(c, &flag_builds, &opts.keep_builds, err);

	if (code == RD_OK)
		code = number_of(c, &flag_days, &opts.keep_days, err);
	if (code == RD_OK)
		code = rd_cli_rack(c, &rack, err);
	if (code == RD_OK && rack->care == NULL)
		code = rd_err_set(err, RD_EUNSUPPORTED, "rack '%s' keeps itself in order",
			rack->name);
	if (code == RD_OK)
		code = rack->care->prune(rack, &opts, &report, err);
	if (code == RD_OK)
		code = show(c, &report, err);
	if (code != RD_OK || rd_cli_has(c, &flag_dry_run))
		return code;
	if (report.items.len > 0)
		code = confirm(c, &report, err);
	else if (!rd_cli_has(c, &rd_flag_json))
		return RD_OK;
	return code == RD_OK ? remove_all(c, rack, &opts, err) : code;
}

static const rd_flag *const flags[] = {&rd_flag_app, &flag_dry_run, &rd_flag_json, &flag_builds,
	&flag_days, &rd_flag_insecure, &rd_flag_rack, &rd_flag_yes, NULL};

const rd_command rd_cmd_prune = {
	.name = "prune",
	.words = "",
	.summary = "remove old builds and what nothing refers to",
	.details = "An app keeps all its builds unless its parameters KeepBuilds or KeepDays say "
		   "otherwise "
		   "(rackdeck apps params set). The builds of the active and of the newest release "
		   "stay in "
		   "any case. Without -a it goes over all apps.",
	.example = "prune --dry-run",
	.flags = flags,
	.run = run,
};
