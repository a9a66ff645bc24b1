/* SPDX-License-Identifier: MIT */
/* Commands as words: what they are, how they are found, what they do. */
#include "tui/commandline.h"

#include <ctype.h>
#include <string.h>

#include "core/rack/log.h"
#include "tui/dialogs/dialogs.h"
#include "tui/shell.h"
#include "tui/theming.h"
#include "tui/widgets/field.h"
#include "tui/widgets/words.h"

static const char *args_of(rd_action action)
{
	switch (action) {
	case RD_ACTION_PROMOTE:
	case RD_ACTION_ROLLBACK:
	case RD_ACTION_DIFF:
	case RD_ACTION_MANIFEST:
		return "[RELEASE]";
	case RD_ACTION_CANCEL:
	case RD_ACTION_INFO:
	case RD_ACTION_OPEN:
	case RD_ACTION_STEPS:
	case RD_ACTION_EXPORT:
		return "[BUILD]";
	case RD_ACTION_BUILD:
	case RD_ACTION_DEPLOY:
		return "[SOURCE]";
	case RD_ACTION_IMPORT:
	case RD_ACTION_SAVE:
		return "[FILE]";
	case RD_ACTION_SEARCH:
	case RD_ACTION_LOG_FILTER:
		return "[PATTERN]";
	case RD_ACTION_FILTER:
		return "[TEXT]";
	case RD_ACTION_THEME:
	case RD_ACTION_SWITCH:
		return "[NAME]";
	case RD_ACTION_APPS_CREATE:
	case RD_ACTION_APPS_DELETE:
	case RD_ACTION_CACHE_CLEAR:
		return "[APP]";
	default:
		return "";
	}
}

/* Words that fingers know from elsewhere; args NULL: not offered. */
static const struct other {
	const char *name;
	rd_action action;
	const char *args, *help;
} others[] = {{"map", RD_ACTION_NONE, "ACTION KEYS", "give an action other keys"},
	{"app", RD_ACTION_SWITCH, "[APP]", "go to another app of this rack"},
	{"rack", RD_ACTION_SWITCH, "[RACK]", "go to another rack"},
	{"grep", RD_ACTION_SEARCH, "[PATTERN]", "search the log"},
	{"w", RD_ACTION_SAVE, "[FILE]", "save the log, or what is selected, to a file"},
	{"q", RD_ACTION_QUIT, NULL, NULL}, {"log", RD_ACTION_OPEN, NULL, NULL},
	{"logs", RD_ACTION_OPEN, NULL, NULL}};

/* Keys of dialogs have no meaning outside of them. */
static bool is_word(rd_action action)
{
	return rd_action_get(action)->scope != RD_SCOPE_DIALOG && action != RD_ACTION_PALETTE;
}

bool rd_word_at(size_t i, rd_word *ret_word)
{
	for (int a = RD_ACTION_NONE + 1; a < RD_ACTION_MAX_; a++) {
		rd_action action = (rd_action)a;

		if (!is_word(action) || i-- > 0)
			continue;
		*ret_word = (rd_word){rd_action_get(action)->name, action, args_of(action),
			rd_action_get(action)->help};
		return true;
	}
	if (i >= RD_LEN(others) || !others[i].args)
		return false;
	*ret_word = (rd_word){others[i].name, others[i].action, others[i].args, others[i].help};
	return true;
}

/* How far apart the letters of `part` stand in a name; -1 if they are not there in this order. */
static int spread(const char *name, const char *part)
{
	int first = -1, last = -1;

	for (int i = 0; name[i] && *part; i++)
		if (tolower((unsigned char)name[i]) == tolower((unsigned char)*part)) {
			first = first < 0 ? i : first;
			last = i;
			part++;
		}
	return *part ? -1 : last - first;
}

int rd_word_fit(const rd_word *word, const char *typed)
{
	int apart;

	if (!strcmp(word->name, typed))
		return 5000;
	if (rd_starts_with(word->name, typed))
		return 4000;
	if (rd_words_hold(word->name, typed))
		return 3000;
	apart = spread(word->name, typed);
	if (apart >= 0)
		return 2000 - apart;
	return rd_words_hold(word->help, typed) ? 1000 : 0;
}

/* ---- doing it ---- */

/* The pane whose keys an action is one of: the focus if it fits, else the one that was used last. */
static rd_slot *pane_for(const rd_console *c, rd_scope scope)
{
	rd_slot *best = rd_console_focused(c);

	if (scope == RD_SCOPE_GLOBAL || scope == RD_SCOPE_MOVE ||
		(best && best->pane.ops->scope == scope))
		return best;
	best = NULL;
	for (int i = 0; i < c->n_slots; i++)
		if (c->slots[i]->pane.ops->scope == scope &&
			(!best || c->slots[i]->used > best->used))
			best = c->slots[i];
	return best;
}

static void do_alone(rd_console *c, rd_action action)
{
	rd_slot *slot = pane_for(c, rd_action_get(action)->scope);

	if (!slot) {
		rd_console_toast(c, RD_ROLE_WARN, "'%s' is for a pane that is not open",
			rd_action_get(action)->name);
		return;
	}
	rd_console_focus(c, &slot->pane);
	rd_console_do(c, slot, action);
}

/* Acts on a build or release that is named, not on the selected one. */
static void do_on(rd_console *c, rd_action action, const char *id)
{
	const rd_target selected = c->target;
	bool is_build = !strcmp(args_of(action), "[BUILD]");
	const rd_release *r = is_build ? NULL : rd_model_release(&c->model, id);

	c->target = (rd_target){.build = ""};
	snprintf(c->target.build, sizeof(c->target.build), "%s", is_build ? id : r ? r->build : "");
	if (!is_build)
		snprintf(c->target.release, sizeof(c->target.release), "%s", id);
	rd_console_do(c, NULL, action);
	c->target = selected;
}

static void tell(rd_console *c, rd_slot *slot, rd_overlay *overlay, const rd_event *ev)
{
	if (overlay)
		rd_console_react(c, overlay->dialog.ops->event(&overlay->dialog, ev), NULL,
			overlay);
	else
		rd_console_send(c, slot, ev);
}

/* Types what the action's field asks for. A field of a pane is entered, too; a form is for the user to submit. */
static void do_with_text(rd_console *c, rd_action action, const char *text)
{
	const rd_event empty = {.kind = RD_EV_KEY, .key = rd_key_of('u', RD_KEY_CTRL)};
	const rd_event enter = {.kind = RD_EV_KEY, .key = rd_key_of(RD_KEY_ENTER, 0)};
	const rd_event type = {.kind = RD_EV_PASTE, .text = text, .n = strlen(text)};
	rd_slot *slot = pane_for(c, rd_action_get(action)->scope);
	int before = c->n_overlays;
	rd_overlay *form;

	do_alone(c, action);
	form = c->n_overlays > before ? rd_console_top(c) : NULL;
	if (!form &&
		(!slot || !slot->pane.ops->wants_text || !slot->pane.ops->wants_text(&slot->pane)))
		return; /* it was refused, and that was told */
	tell(c, slot, form, &empty);
	tell(c, slot, form, &type);
	if (!form)
		tell(c, slot, NULL, &enter);
}

static void use_theme(rd_console *c, const char *name)
{
	rd_theme *theme = NULL;
	rd_err err = {0};

	if (rd_theme_load(name, &theme, &err))
		rd_console_toast_err(c, &err);
	else
		rd_console_take_theme(c, name, theme);
}

static void map(rd_console *c, char *args)
{
	char *keys = args + strcspn(args, " ");
	rd_action action;
	rd_err err = {0};

	if (*keys)
		*keys++ = '\0';
	action = rd_action_named(args);
	if (action == RD_ACTION_NONE)
		rd_console_toast(c, RD_ROLE_WARN, "there is no action '%s': map ACTION KEYS", args);
	else if (rd_keymap_bind(c->keymap, action, keys, &err))
		rd_console_toast_err(c, &err);
	else
		rd_console_toast(c, RD_ROLE_TEXT,
			*keys ? "%s has the keys %s until the end"
			      : "%s has no key until the end%s",
			rd_action_get(action)->name, keys);
}

static rd_action action_of(const char *name)
{
	for (size_t i = 0; i < RD_LEN(others); i++)
		if (!strcmp(name, others[i].name))
			return others[i].action;
	return rd_action_named(name);
}

/* What takes the name of an app; what is read-only, or the rack cannot, is told there. */
static void do_on_app(rd_console *c, rd_action action, const char *app)
{
	rd_err err = {0};

	if (rd_console_may_change(c, &err))
		rd_console_toast_err(c, &err);
	else if (action == RD_ACTION_APPS_CREATE)
		rd_console_open_dialog(c, &rd_dialog_app_create, app, NULL);
	else if (action == RD_ACTION_APPS_DELETE)
		rd_app_delete_open(c, app);
	else
		rd_cache_clear_open(c, app);
}

/* Subcommands of two words are actions with a '-' between: "cache clear". Then *args goes behind the second
 * word. */
static rd_action action_of_two(const char *name, char **args)
{
	char joined[64];
	size_t n = strcspn(*args, " ");
	rd_action action;

	snprintf(joined, sizeof(joined), "%s-%.*s", name, (int)n, *args);
	action = n ? rd_action_named(joined) : RD_ACTION_NONE;
	if (action != RD_ACTION_NONE)
		*args += n + strspn(*args + n, " ");
	return action;
}

/* Goes behind the first word if it is the family of the one after it: "releases promote R…", "set wrap". */
static char *without_family(char *line)
{
	static const char *const families[] = {"rackdeck ", "builds ", "releases ", "set "};

	for (size_t i = 0; i < RD_LEN(families); i++) {
		line += strspn(line, " ");
		if (rd_starts_with(line, families[i]))
			line += strlen(families[i]);
	}
	return line + strspn(line, " ");
}

/* A field would only forget a pattern that is none. */
static bool is_right(rd_console *c, rd_action action, const char *text)
{
	rd_log_search *search = NULL;
	rd_err err = {0};

	if (!strcmp(args_of(action), "[PATTERN]") && rd_log_search_new(text, &search, &err))
		rd_console_toast_err(c, &err);
	rd_log_search_free(search);
	return !err.code;
}

static void go_to(rd_console *c, const char *word, const char *name)
{
	const rd_dialog_switcher_args args = {name, !strcmp(word, "app"), !strcmp(word, "rack")};
	const char *here = args.is_rack ? c->rack->name : c->app;

	if (!strcmp(name, here))
		rd_console_toast(c, RD_ROLE_TEXT, "this is '%s'", here);
	else
		rd_console_open_dialog(c, &rd_dialog_switcher, &args, NULL);
}

void rd_console_command(rd_console *c, const char *line)
{
	char copy[RD_FIELD_MAX_BYTES], *name, *args;
	rd_action action;

	snprintf(copy, sizeof(copy), "%s", line);
	name = without_family(copy);
	args = name + strcspn(name, " ");
	if (*args)
		*args++ = '\0';
	args += strspn(args, " ");
	for (size_t n = strlen(args); n > 0 && args[n - 1] == ' ';)
		args[--n] = '\0';
	action = action_of_two(name, &args);
	if (action == RD_ACTION_NONE)
		action = action_of(name);
	if (!strcmp(name, "map"))
		map(c, args);
	else if (action == RD_ACTION_NONE || !is_word(action))
		rd_console_toast(c, RD_ROLE_WARN, "there is no command '%s'", name);
	else if (!*args)
		do_alone(c, action);
	else if (action == RD_ACTION_THEME)
		use_theme(c, args);
	else if (action == RD_ACTION_SWITCH)
		go_to(c, name, args);
	else if (!strcmp(args_of(action), "[APP]"))
		do_on_app(c, action, args);
	else if (!strcmp(args_of(action), "[BUILD]") || !strcmp(args_of(action), "[RELEASE]"))
		do_on(c, action, args);
	else if (!*args_of(action))
		rd_console_toast(c, RD_ROLE_WARN, "'%s' takes no argument: '%s'", name, args);
	else if (is_right(c, action, args))
		do_with_text(c, action, args);
}
