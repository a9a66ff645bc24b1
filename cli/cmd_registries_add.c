/* SPDX-License-Identifier: MIT */
/* rackdeck registries add */
#include <string.h>

#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "cli/password.h"

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_STR_AUTO rd_str password = RD_STR_INIT(RD_PASSWORD_MAX_BYTES);
	rd_rack *rack;
	rd_code code = rd_cli_rack(c, &rack, err);

	if (code == RD_OK && rd_cli_word(c, 2) != NULL) {
		rd_str_put(&password, rd_cli_word(c, 2));
		code = rd_password_check(&password, err);
	} else if (code == RD_OK) {
		code = rd_password_read(c, "no registry was added", &password, err);
	}
	if (code != RD_OK)
		return code;
	rd_say_start(&c->out, "Adding registry");
	code = rack->registries->add(rack, rd_cli_word(c, 0), rd_cli_word(c, 1),
		rd_str_get(&password), err);
	explicit_bzero(password.data, password.len);
	if (code == RD_OK)
		rd_say_ok(&c->out, NULL);
	return code;
}

const rd_command rd_cmd_registries_add = {
	.name = "registries add",
	.words = "SERVER USER [PASSWORD]",
	.min_words = 2,
	.max_words = 3,
	.summary = "keep a login of a registry, with which builds pull and push",
	.details = "Without PASSWORD it is asked for on a terminal, else read from stdin: other "
		   "users of "
		   "this machine can see arguments.",
	.example = "registries add registry.example.com ci <token.txt",
	.flags = rd_flags_rack,
	.run = run,
};
