/* SPDX-License-Identifier: MIT */
/* Parameters of the app, or of the rack: what they mean, and changing them. */
#include "core/rack/rack.h"
#include "tui/dialogs/ask.h"
#include "tui/dialogs/dialogs.h"
#include "tui/dialogs/pairs.h"

typedef struct params {
	rd_pairs pairs; /* first: see rd_pairs_draw */
	bool is_rack;
} params;

static const struct meaning {
	const char *name, *text;
	bool of_app, of_rack; /* of a rack of our own */
} meanings[] = {
	{"BuildConcurrency", "builds at a time; as by default: the number of cores", false, true},
	{"BuildCpu", "CPU units of a build, 1024 are one core; as by default: all there is", true,
		true},
	{"BuildInstance", "the engine that builds: a socket, tcp:// or ssh://USER@HOST", false,
		true},
	{"BuildInstanceCerts", "folder with ca.pem, cert.pem, key.pem for BuildInstance", false,
		true},
	{"BuildMemory", "memory of a build in MB; as by default: all there is", true, true},
	{"BuildRack", "the rack that runs the builds of this one", false, true},
	{"Cache", "the artifact cache: s3://BUCKET/PREFIX, a folder, or off", false, true},
	{"CacheSize", "most that the artifact cache takes, in MB; as by default: 10240", false,
		true},
	{"KeepBuilds", "complete builds that are kept; as by default: all", true, false},
	{"KeepDays", "days for which builds are kept; as by default: all", true, false},
	{"Registry", "where images are pushed to: HOST/PREFIX; as by default: nowhere", false,
		true},
};

/* ---- reading ---- */

/* A rack of our own tells only what is set: the others can be, too. */
static rd_code add_unset(const rd_system *s, bool of_app, rd_kvs *out, rd_err *err)
{
	for (size_t i = 0; !strcmp(s->provider, "local") && i < RD_LEN(meanings); i++) {
		const struct meaning *m = &meanings[i];

		if ((of_app ? m->of_app : m->of_rack) && !rd_kvs_get(out, m->name) &&
			!rd_kvs_set(out, m->name, ""))
			return rd_err_nomem(err);
	}
	return RD_OK;
}

static rd_code read_rack(rd_rack *rack, const char *app RD_UNUSED, rd_kvs *ret_params,
	char ret_of[32] RD_UNUSED, rd_err *err)
{
	RD_AUTO(rd_system_done) rd_system s = {0};
	rd_code code = rack->system->get(rack, &s, err);

	if (!code && !rd_kvs_merge(ret_params, &s.parameters))
		code = rd_err_nomem(err);
	return code ? code : add_unset(&s, false, ret_params, err);
}

static rd_code read_app(rd_rack *rack, const char *app, rd_kvs *ret_params,
	char ret_of[32] RD_UNUSED, rd_err *err)
{
	RD_AUTO(rd_system_done) rd_system s = {0};
	RD_AUTO(rd_app_done) rd_app a = {0};
	rd_code code = rack->apps->get(rack, app, &a, err);

	if (!code)
		code = rack->system->get(rack, &s, err);
	if (!code && !rd_kvs_merge(ret_params, &a.parameters))
		code = rd_err_nomem(err);
	return code ? code : add_unset(&s, true, ret_params, err);
}

/* ---- changing them ---- */

static rd_code set(rd_deed *w, rd_rack *rack, rd_cancel *cancel RD_UNUSED, rd_err *err)
{
	snprintf(w->said, sizeof(w->said), "the parameters of %s are changed", w->name);
	if (!w->flag)
		return rack->apps->set_params(rack, w->app, &w->set, err);
	return rack->system->set_params(rack, &w->set, err);
}

static void put_command(const rd_dialog *d, const rd_deed *w, rd_sheet *foot)
{
	const char *rack = rd_console_rack(d->console)->name;
	RD_STR_AUTO rd_str words = RD_STR_INIT(0);
	RD_STR_AUTO rd_str pair = RD_STR_INIT(0);

	for (size_t i = 0; i < w->set.len; i++) {
		rd_str_clear(&pair);
		rd_str_printf(&pair, "%s=%s", w->set.items[i].key, w->set.items[i].value);
		rd_str_putc(&words, ' ');
		rd_str_put_word(&words, rd_str_get(&pair));
	}
	if (w->flag)
		rd_sheet_put(foot, RD_ROLE_TEXT, "runs", "rackdeck rack params set%s -r %s",
			rd_str_get(&words), rack);
	else
		rd_sheet_put(foot, RD_ROLE_TEXT, "runs", "rackdeck apps params set%s -a %s -r %s",
			rd_str_get(&words), w->app, rack);
}

static rd_react ask(rd_dialog *d)
{
	const params *p = d->data;
	const char *rack = rd_console_rack(d->console)->name;
	const char *of = p->is_rack ? rack : rd_console_app(d->console);
	rd_deed *w = rd_pairs_deed(d, of, set);
	rd_question q;

	if (!w)
		return RD_REACT_REDRAW;
	w->flag = p->is_rack;
	snprintf(w->label, sizeof(w->label), "changing parameters");
	rd_question_init(&q, d->console, "change them", "Cancel", w);
	if (rd_console_is_protected(d->console))
		rd_confirm_type(&q.confirm, of);
	snprintf(q.title, sizeof(q.title), "Change the parameters of %s", of);
	rd_pairs_put(&p->pairs, &q.confirm.body);
	put_command(d, w, &q.confirm.foot);
	rd_ask(d->console, &q);
	return RD_REACT_REDRAW;
}

/* ---- the dialog ---- */

static rd_code open_dialog(rd_dialog *d, bool is_rack, rd_err *err)
{
	params *p = d->data;

	p->pairs.is_fixed = true;
	p->is_rack = is_rack;
	return rd_pairs_open(d, is_rack ? read_rack : read_app, err);
}

static rd_code open_app(rd_dialog *d, const void *args RD_UNUSED, rd_err *err)
{
	return open_dialog(d, false, err);
}

static rd_code open_rack(rd_dialog *d, const void *args RD_UNUSED, rd_err *err)
{
	return open_dialog(d, true, err);
}

static void close_dialog(rd_dialog *d)
{
	rd_pairs_done(&((params *)d->data)->pairs);
}

static rd_react event(rd_dialog *d, const rd_event *ev)
{
	params *p = d->data;
	rd_react react = rd_pairs_event(&p->pairs, d, ev);

	if (!(react & RD_REACT_PASS) || ev->kind != RD_EV_ACTION)
		return react;
	return ev->action == RD_ACTION_SUBMIT ? ask(d) : RD_REACT_NONE;
}

static void draw(const rd_dialog *d, const rd_area *area)
{
	static const rd_key_hint hints[] = {{RD_ACTION_SUBMIT, "change them"},
		{RD_ACTION_PRESS, "change"}, {RD_ACTION_ITEM_REMOVE, "as by default"}};
	const params *p = d->data;
	const rd_pair *row = rd_pairs_current(&p->pairs);
	const char *about = "";

	for (size_t i = 0; row && i < RD_LEN(meanings); i++)
		if (!strcmp(meanings[i].name, row->name))
			about = meanings[i].text;
	rd_pairs_draw(d, area, about, hints, p->pairs.why_not ? 0 : RD_LEN(hints));
}

static void title(const rd_dialog *d, char *buf, size_t cap)
{
	const char *rack = rd_console_rack(d->console)->name;

	if (((const params *)d->data)->is_rack)
		snprintf(buf, cap, "Parameters of %s", rack);
	else
		snprintf(buf, cap, "Parameters of %s / %s", rack, rd_console_app(d->console));
}

#define PARAMS_DIALOG(name, opens) \
	{ \
		.kind = (name), .private_size = sizeof(params), .open = (opens), \
		.size = rd_pairs_size, .event = event, .draw = draw, .title = title, \
		.wants_text = rd_pairs_wants_text, .enter = "change", .asks = true, \
		.close = close_dialog, \
	}

const struct rd_dialog_ops rd_dialog_app_params = PARAMS_DIALOG("apps-params", open_app);
const struct rd_dialog_ops rd_dialog_rack_params = PARAMS_DIALOG("rack-params", open_rack);
