/* SPDX-License-Identifier: MIT */
/* rd_cli: what the function of a command works with: its arguments, where it prints, its rack. */
#ifndef RD_CLI_CONTEXT_H
#define RD_CLI_CONTEXT_H

#include "cli/args.h"
#include "cli/say.h"
#include "core/rack/rack.h"
#include "core/rack/trust.h"

/* What a rack elsewhere cannot. */
#define RD_NO_HOOKS "rack '%s' takes no hooks: set them where its builds are made, on a local rack"

struct rd_cli {
	const rd_command *cmd;
	rd_args args;
	rd_say out;    /* stdout */
	rd_say log;    /* stderr */
	rd_rack *rack; /* NULL until rd_cli_rack */
	char *app;     /* NULL until rd_cli_app */
	int status;    /* exit status of a command that did not fail */
};

/* @cmd keep, @args take */
void rd_cli_init(rd_cli *c, const rd_command *cmd, rd_args args);
void rd_cli_done(rd_cli *c);

/* The i-th word, NULL beyond the last. */
const char *rd_cli_word(const rd_cli *c, size_t i);
bool rd_cli_has(const rd_cli *c, const rd_flag *flag);
/* How a rack that is met for the first time is trusted: as --insecure says, else who sits at the terminal is
 * asked. Borrows c. */
rd_trust rd_cli_trust(rd_cli *c);
/* The rack that --rack or the surroundings name, opened at the first call. Borrowed. */
rd_code rd_cli_rack(rd_cli *c, rd_rack **ret_rack, rd_err *err);
/* That and the name of the app: @word if it is not NULL, else --app, else that of the directory. */
rd_code rd_cli_app(rd_cli *c, const char *word, rd_rack **ret_rack, const char **ret_app,
	rd_err *err);
/* What a list is of: an app, as rd_cli_app, and --limit. @errors RD_EINVAL no number. */
rd_code rd_cli_list(rd_cli *c, rd_rack **ret_rack, const char **ret_app, int *ret_limit,
	rd_err *err);
/* Prints JSON that was gathered in a string. @made of the call that did: its error is passed on. */
rd_code rd_cli_json(rd_cli *c, rd_code made, const rd_str *json, rd_err *err);

#endif
