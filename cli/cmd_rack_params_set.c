/* SPDX-License-Identifier: MIT */
/* rackdeck rack params set */
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/formats/env.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_kvs_done) rd_kvs params = {0};
	rd_rack *rack;
	rd_code code = RD_OK;

	for (size_t i = 0; rd_cli_word(c, i) != NULL && code == RD_OK; i++)
		code = rd_env_pair(rd_cli_word(c, i), &params, err);
	if (code == RD_OK)
		code = rd_cli_rack(c, &rack, err);
	if (code != RD_OK)
		return code;
	rd_say_start(&c->out, "Updating parameters");
	code = rack->system->set_params(rack, &params, err);
	if (code == RD_OK)
		rd_say_ok(&c->out, NULL);
	return code;
}

const rd_command rd_cmd_rack_params_set = {
	.name = "rack params set",
	.words = "NAME=VALUE...",
	.min_words = 1,
	.max_words = -1,
	.summary = "set parameters of the rack; an empty value removes one",
	.details = "BuildConcurrency    builds at a time; others wait\n"
		   "BuildCpu            CPU units of a build, 1024 a core (classic builder)\n"
		   "BuildInstance       the engine that builds: a socket, tcp://HOST:PORT or "
		   "ssh://HOST\n"
		   "BuildInstanceCerts  the folder of ca.pem, cert.pem and key.pem for tcp://\n"
		   "BuildMemory         MB of a build (classic builder)\n"
		   "BuildRack           the rack that runs the builds of this one\n"
		   "Cache               the artifact cache: a folder, s3://BUCKET/PREFIX or off\n"
		   "CacheSize           MB of the artifact cache\n"
		   "Registry            where all images are pushed: HOST[:PORT]/PREFIX\n"
		   "A rack of Convox has others: 'rackdeck rack params' lists them.",
	.example = "rack params set BuildConcurrency=2",
	.flags = rd_flags_rack,
	.run = run,
};
