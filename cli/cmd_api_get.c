/* SPDX-License-Identifier: MIT */
/* rackdeck api get */
#include <string.h>

#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/rack/json.h"
#include "core/server/server.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_STR_AUTO rd_str answer = RD_STR_INIT(0);
	RD_STR_AUTO rd_str pretty = RD_STR_INIT(0);
	const char *path = rd_cli_word(c, 0);
	rd_rack *rack;
	rd_code code;

	if (path[0] != '/' || path[strcspn(path, " \t\r\n")] != '\0')
		return rd_err_set(err, RD_EINVAL,
			"'%s' is no path: it begins with '/' and holds no spaces, such as /apps",
			path);
	code = rd_cli_rack(c, &rack, err);
	if (code != RD_OK)
		return code;
	/* The rack of this machine answers as one that is served. */
	code = rack->system->query != NULL ? rack->system->query(rack, path, &answer, err)
					   : rd_server_query(rack, path, &answer, err);
	if (code == RD_OK)
		code = rd_json_pretty(&answer, &pretty, err);
	return rd_cli_json(c, code, &pretty, err);
}

const rd_command rd_cmd_api_get = {
	.name = "api get",
	.words = "PATH",
	.min_words = 1,
	.max_words = 1,
	.summary = "print what the rack's API answers to GET",
	.details = "JSON is indented and its keys are sorted. The local rack answers as 'rackdeck "
		   "serve' "
		   "would.",
	.example = "api get /apps/shop/builds?limit=1",
	.flags = rd_flags_rack,
	.run = run,
};
