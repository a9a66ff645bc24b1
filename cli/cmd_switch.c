/* SPDX-License-Identifier: MIT */
/* rackdeck switch */
#include <stdlib.h>
#include <string.h>

#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/rack/known.h"
#include "core/rack/logins.h"
#include "core/rack/select.h"

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value != NULL && value[0] != '\0';
}

static rd_code show(rd_cli *c, rd_err *err)
{
	RD_AUTOFREE char *name = NULL;
	const char *origin;
	rd_rack *rack;
	rd_code code;

	/* Opening makes no call, and tells its name. */
	if (is_set("RACK_URL")) {
		code = rd_cli_rack(c, &rack, err);
		if (code == RD_OK)
			rd_say_line(&c->out, "", rack->name);
		return code;
	}
	code = rd_rack_current(&name, &origin, err);
	if (code == RD_OK)
		rd_say_line(&c->out, "", name);
	return code;
}

static rd_code keep(const char *name, rd_err *err)
{
	RD_AUTO(rd_logins_done) rd_logins logins;
	rd_code code = rd_logins_edit(&logins, err);

	if (code == RD_OK && !rd_str_replace(&logins.current, strcmp(name, "local") ? name : NULL))
		code = rd_err_nomem(err);
	return code == RD_OK ? rd_logins_save(&logins, err) : code;
}

/* What goes before the rack that was switched to. */
static rd_code warn(rd_cli *c, const char *name, rd_err *err)
{
	RD_AUTOFREE char *used = NULL;
	const char *origin = "RACK_URL";
	rd_code code = RD_OK;

	if (!is_set("RACK_URL")) {
		code = rd_rack_current(&used, &origin, err);
		if (code != RD_OK || strcmp(used, name) == 0)
			return code;
	}
	rd_say_printf(&c->log, "WARNING: here %s goes first\n", origin);
	return RD_OK;
}

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_known_done) rd_vec known = RD_VEC_INIT(rd_known);
	RD_AUTO(rd_strs_done) rd_strs missed = {0};
	const char *word = rd_cli_word(c, 0);
	rd_trust trust = rd_cli_trust(c);
	const rd_known *one;
	rd_code code;

	if (word == NULL)
		return show(c, err);
	code = rd_known_list(&trust, &known, &missed, err);
	for (size_t i = 0; code == RD_OK && i < missed.len; i++)
		rd_say_line(&c->log, "WARNING: ", missed.items[i]);
	if (code == RD_OK)
		code = rd_known_find(&known, word, &one, err);
	if (code == RD_OK)
		code = keep(one->name, err);
	if (code != RD_OK)
		return code;
	rd_say_line(&c->out, "Switched to ", one->name);
	return warn(c, one->name, err);
}

static const rd_flag *const flags[] = {&rd_flag_insecure, NULL};

const rd_command rd_cmd_switch = {
	.name = "switch",
	.words = "[RACK]",
	.max_words = 1,
	.summary = "make a rack the one that commands use without -r; alone: show which it is",
	.details =
		"RACK is a name of 'rackdeck racks', or a part that only one of them has; 'local' "
		"goes back. RACK_URL, "
		"CONVOX_RACK and .convox/rack of the directory go before it.",
	.example = "switch prod",
	.flags = flags,
	.run = run,
};
