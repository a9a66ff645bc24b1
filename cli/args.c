/* SPDX-License-Identifier: MIT */
/* The arguments of one command, parsed by its table of flags. */
#include "cli/args.h"

#include <string.h>

#include "cli/flags.h"
#include "cli/guess.h"
#include "core/base/str.h"

struct rd_args_flag {
	const rd_flag *flag;
	char *value; /* NULL for a switch */
};

/* A parse under way. */
struct parse {
	const rd_command *cmd;
	char *const *next; /* the argument after the current one */
	rd_args *args;
	rd_err *err;
};

static const rd_flag *find_letter(const rd_command *cmd, char letter)
{
	if (letter == rd_flag_help.letter)
		return &rd_flag_help;
	for (size_t i = 0; cmd->flags[i] != NULL; i++)
		if (cmd->flags[i]->letter == letter)
			return cmd->flags[i];
	return NULL;
}

static const rd_flag *find_name(const rd_command *cmd, const char *name, size_t n)
{
	if (strlen(rd_flag_help.name) == n && memcmp(rd_flag_help.name, name, n) == 0)
		return &rd_flag_help;
	for (size_t i = 0; cmd->flags[i] != NULL; i++)
		if (strlen(cmd->flags[i]->name) == n && memcmp(cmd->flags[i]->name, name, n) == 0)
			return cmd->flags[i];
	return NULL;
}

/* @name n bytes, without the dashes; what stands behind '=' is not repeated, it may be secret. */
static rd_code unknown_flag(struct parse *p, const char *dashes, const char *name, size_t n)
{
	RD_STR_AUTO rd_str typed = RD_STR_INIT(0);
	rd_guess guess;

	rd_str_putn(&typed, name, n);
	guess = (rd_guess)RD_GUESS_INIT(rd_str_get(&typed));
	for (size_t i = 0; p->cmd->flags[i] != NULL; i++)
		rd_guess_try(&guess, p->cmd->flags[i]->name);
	if (rd_guess_best(&guess) != NULL)
		return rd_err_set(p->err, RD_EINVAL, "unknown flag '%s%s': did you mean '--%s'?",
			dashes, rd_str_get(&typed), rd_guess_best(&guess));
	return rd_err_set(p->err, RD_EINVAL, "unknown flag '%s%s': see 'rackdeck %s --help'",
		dashes, rd_str_get(&typed), p->cmd->name);
}

static rd_code keep(struct parse *p, const rd_flag *flag, char *value)
{
	struct rd_args_flag *given = rd_vec_push(&p->args->given);

	if (given == NULL)
		return rd_err_nomem(p->err);
	given->flag = flag;
	given->value = value;
	return RD_OK;
}

/* A flag and its value: `joined` if it stands in the same argument, else the next argument. */
static rd_code take_value(struct parse *p, const rd_flag *flag, char *joined)
{
	if (joined == NULL)
		joined = *p->next != NULL ? *p->next++ : NULL;
	if (joined == NULL)
		return rd_err_set(p->err, RD_EINVAL, "flag '--%s' needs a value: --%s %s",
			flag->name, flag->name, flag->value);
	return keep(p, flag, joined);
}

static rd_code parse_long(struct parse *p, char *arg)
{
	char *name = arg + 2;
	char *equals = strchr(name, '=');
	size_t n = equals != NULL ? (size_t)(equals - name) : strlen(name);
	const rd_flag *flag = find_name(p->cmd, name, n);

	if (flag == NULL)
		return unknown_flag(p, "--", name, n);
	if (flag->value != NULL)
		return take_value(p, flag, equals != NULL ? equals + 1 : NULL);
	if (equals != NULL)
		return rd_err_set(p->err, RD_EINVAL, "flag '--%s' takes no value", flag->name);
	return keep(p, flag, NULL);
}

/* "-l5", "-l 5", or several switches in one: "-py". */
static rd_code parse_letters(struct parse *p, char *arg)
{
	rd_code code = RD_OK;

	for (char *at = arg + 1; *at != '\0' && code == RD_OK; at++) {
		const rd_flag *flag = find_letter(p->cmd, *at);

		if (flag == NULL)
			return unknown_flag(p, "-", at, 1);
		if (flag->value != NULL) {
			char *value = at[1] == '=' ? at + 2 : at + 1;

			return take_value(p, flag, at[1] != '\0' ? value : NULL);
		}
		code = keep(p, flag, NULL);
	}
	return code;
}

static rd_code parse_word(struct parse *p, char *arg)
{
	char **word;

	if (p->cmd->max_words >= 0 && p->args->words.len >= (size_t)p->cmd->max_words)
		return rd_err_set(p->err, RD_EINVAL,
			"unexpected argument '%s': see 'rackdeck %s --help'", arg, p->cmd->name);
	word = rd_vec_push(&p->args->words);
	if (word == NULL)
		return rd_err_nomem(p->err);
	*word = arg;
	return RD_OK;
}

static rd_code parse_all(struct parse *p)
{
	bool flags_end = false;
	rd_code code = RD_OK;

	while (code == RD_OK && *p->next != NULL) {
		char *arg = *p->next++;

		if (!flags_end && strcmp(arg, "--") == 0)
			flags_end = true;
		else if (!flags_end && arg[0] == '-' && arg[1] == '-')
			code = parse_long(p, arg);
		else if (!flags_end && arg[0] == '-' && arg[1] != '\0')
			code = parse_letters(p, arg);
		else
			code = parse_word(p, arg);
	}
	return code;
}

rd_code rd_args_parse(const rd_command *cmd, char *const *argv, rd_args *ret_args, rd_err *err)
{
	rd_args args = {RD_VEC_INIT(struct rd_args_flag), RD_VEC_INIT(const char *)};
	struct parse p = {cmd, argv, &args, err};
	rd_code code = parse_all(&p);

	if (code == RD_OK && args.words.len < (size_t)cmd->min_words &&
		!rd_args_has(&args, &rd_flag_help))
		code = rd_err_set(err, RD_EINVAL, "missing argument: usage: rackdeck %s %s",
			cmd->name, cmd->words);
	if (code != RD_OK) {
		rd_args_done(&args);
		return code;
	}
	*ret_args = args;
	return RD_OK;
}

void rd_args_done(rd_args *a)
{
	rd_vec_done(&a->given);
	rd_vec_done(&a->words);
}

static const struct rd_args_flag *find_given(const rd_args *a, const rd_flag *flag)
{
	for (size_t i = a->given.len; i > 0; i--) {
		const struct rd_args_flag *given = rd_vec_at(&a->given, i - 1);

		if (given->flag == flag)
			return given;
	}
	return NULL;
}

bool rd_args_has(const rd_args *a, const rd_flag *flag)
{
	return find_given(a, flag) != NULL;
}

const char *rd_args_text(const rd_args *a, const rd_flag *flag)
{
	const struct rd_args_flag *given = find_given(a, flag);

	return given != NULL ? given->value : NULL;
}

const char *rd_args_each(const rd_args *a, const rd_flag *flag, size_t *pos)
{
	while (*pos < a->given.len) {
		const struct rd_args_flag *given = rd_vec_at(&a->given, (*pos)++);

		if (given->flag == flag)
			return given->value;
	}
	return NULL;
}

void rd_args_hide(rd_args *a, const rd_flag *flag)
{
	for (size_t i = 0; i < a->given.len; i++) {
		const struct rd_args_flag *given = rd_vec_at(&a->given, i);

		if (given->flag == flag && given->value != NULL)
			memset(given->value, '*', strlen(given->value));
	}
}

char *rd_args_word(const rd_args *a, size_t i)
{
	return i < a->words.len ? *(char *const *)rd_vec_at(&a->words, i) : NULL;
}
