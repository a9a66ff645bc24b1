/* SPDX-License-Identifier: MIT */
/* rackdeck cache */
#include "cli/columns.h"
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/base/clock.h"
#include "core/rack/json.h"

static void add_row(rd_columns *table, const rd_cached *c)
{
	RD_STR_AUTO rd_str used = RD_STR_INIT(0);
	char files[24], size[32], stored[32], hits[24];

	snprintf(files, sizeof(files), "%llu", (unsigned long long)c->files);
	snprintf(size, sizeof(size), "%.1f MB", (double)c->bytes / 1e6);
	snprintf(stored, sizeof(stored), "%.1f MB", (double)c->stored_bytes / 1e6);
	snprintf(hits, sizeof(hits), "%llu", (unsigned long long)c->hits);
	rd_time_ago(&used, c->used_us, rd_wall_us());
	rd_columns_row(table, (const char *const[]){c->app, c->service, files, size, stored, hits,
				      rd_str_get(&used)});
}

static rd_code run(rd_cli *c, rd_err *err)
{
	static const char *const header[] = {
		"APP", "SERVICE", "FILES", "SIZE", "STORED", "HITS", "USED"};
	RD_AUTO(rd_cached_list_done) rd_vec cached = RD_VEC_INIT(rd_cached);
	RD_AUTO(rd_columns_done) rd_columns table = {0};
	RD_STR_AUTO rd_str json = RD_STR_INIT(0);
	rd_rack *rack;
	rd_code code = rd_cli_rack(c, &rack, err);

	if (code == RD_OK && rack->cache == NULL)
		code = rd_err_set(err, RD_EUNSUPPORTED, "rack '%s' has no artifact cache",
			rack->name);
	if (code == RD_OK)
		code = rack->cache->list(rack, NULL, &cached, err);
	if (code != RD_OK)
		return code;
	if (rd_cli_has(c, &rd_flag_json))
		return rd_cli_json(c, rd_json_cached(&cached, &json, err), &json, err);
	rd_columns_init(&table, RD_LEN(header), header);
	for (size_t i = 0; i < cached.len; i++)
		add_row(&table, rd_vec_at(&cached, i));
	return rd_columns_print(&table, &c->out, err);
}

const rd_command rd_cmd_cache = {
	.name = "cache",
	.words = "",
	.summary = "list what builds left in /var/cache/build for the next ones",
	.details =
		"A build finds what the build before left there in its context, as .cache/build: "
		"COPY .cache/build/gems /var/cache/build/gems. STORED is what it takes in the "
		"store, "
		"HITS how many builds it came back in.",
	.example = "cache",
	.flags = rd_flags_rack_json,
	.run = run,
};
