/* SPDX-License-Identifier: MIT */
/* Changes by words: each is asked about, and done by the line that follows. */
#include "tui/plain_change.h"

#include <stdio.h>
#include <string.h>

#include "core/rack/environment.h"

typedef struct rd_plain_deed {
	const char *word, *begin, *end; /* of the question, around the id */
	rd_code (*check)(rd_rack *rack, const char *app, const char *id, rd_err *err);
	rd_code (*act)(rd_rack *rack, const char *app, const char *id, rd_str *ret_said,
		rd_err *err);
} deed;

static rd_code check_release(rd_rack *rack, const char *app, const char *id, rd_err *err)
{
	RD_AUTO(rd_release_done) rd_release r = {0};

	if (!rack->releases->promote)
		return rd_err_set(err, RD_EUNSUPPORTED, "this rack cannot promote");
	return rack->releases->get(rack, app, id, &r, err);
}

static rd_code check_build(rd_rack *rack, const char *app, const char *id, rd_err *err)
{
	RD_AUTO(rd_build_done) rd_build b = {0};
	rd_code code;

	if (!rack->builds->cancel)
		return rd_err_set(err, RD_EUNSUPPORTED, "this rack cannot stop a build");
	code = rack->builds->can_cancel ? rack->builds->can_cancel(rack, err) : RD_OK;
	if (!code)
		code = rack->builds->get(rack, app, id, &b, err);
	if (!code && !rd_build_is_active(&b))
		code = rd_err_set(err, RD_EINVAL, "build %s is not running: it is %s", id,
			b.status);
	return code;
}

static rd_code promote(rd_rack *rack, const char *app, const char *id, rd_str *ret_said,
	rd_err *err)
{
	rd_str_printf(ret_said, rack->releases->settle ? "%s is being promoted" : "%s is promoted",
		id);
	return rack->releases->promote(rack, app, id, false, NULL, err);
}

static rd_code roll_back(rd_rack *rack, const char *app, const char *id, rd_str *ret_said,
	rd_err *err)
{
	RD_AUTO(rd_release_done) rd_release fresh = {0};
	rd_code code = rd_release_copy(rack, app, id, &fresh, err);

	if (code)
		return code;
	rd_str_printf(ret_said, "rolled back to %s as %s", id, fresh.id);
	return rack->releases->promote(rack, app, fresh.id, false, NULL, err);
}

static rd_code cancel(rd_rack *rack, const char *app, const char *id, rd_str *ret_said, rd_err *err)
{
	rd_str_printf(ret_said, "build %s is told to stop", id);
	return rack->builds->cancel(rack, app, id, err);
}

static const deed deeds[] = {{"promote", "make", " the active release", check_release, promote},
	{"rollback", "copy", " forward and make it active", check_release, roll_back},
	{"cancel", "stop build", "", check_build, cancel}};

static const deed *find(const char *word)
{
	for (size_t i = 0; i < RD_LEN(deeds); i++)
		if (!strcmp(word, deeds[i].word))
			return &deeds[i];
	return NULL;
}

bool rd_plain_changes(const char *word)
{
	return find(word) != NULL;
}

rd_code rd_plain_ask(rd_plain_change *c, rd_rack *rack, const char *app, const char *word,
	const char *id, bool is_protected, rd_str *ret_question, rd_err *err)
{
	const deed *d = find(word);
	rd_code code;

	if (!id || strlen(id) >= sizeof(c->id))
		return rd_err_set(err, RD_EINVAL, "%s what: type the id behind the word", word);
	code = d->check(rack, app, id, err);
	if (code)
		return code;
	c->deed = d;
	snprintf(c->id, sizeof(c->id), "%s", id);
	snprintf(c->answer, sizeof(c->answer), "%s", is_protected ? app : "yes");
	rd_str_printf(ret_question,
		"%s %s%s, app %s on rack %s? type %s%s and Enter; anything else: no", d->begin, id,
		d->end, app, rack->name, is_protected ? "the app's name " : "", c->answer);
	return RD_OK;
}

rd_code rd_plain_answer(rd_plain_change *c, rd_rack *rack, const char *app, const char *answer,
	rd_str *ret_said, rd_err *err)
{
	const deed *d = c->deed;

	c->deed = NULL;
	if (strcmp(answer, c->answer) != 0) {
		rd_str_put(ret_said, "nothing was done");
		return RD_OK;
	}
	return d->act(rack, app, c->id, ret_said, err);
}
