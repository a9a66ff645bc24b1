/* SPDX-License-Identifier: MIT */
/* rackdeck watch */
#include "cli/buildjob.h"
#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "cli/interrupt.h"
#include "core/base/fs.h"
#include "core/rack/autobuild.h"

#define POLL_MAX_S (24 * 60 * 60)

static void print_news(void *arg, const rd_auto_news *n)
{
	static const char *const labels[] = {[RD_AUTO_WATCHING] = "Watching: ",
		[RD_AUTO_CHANGED] = "Changed:  ",
		[RD_AUTO_STARTED] = "Build:    ",
		[RD_AUTO_REPLACED] = "Replaced: ",
		[RD_AUTO_ENDED] = "Ended:    ",
		[RD_AUTO_PROMOTED] = "Promoted: ",
		[RD_AUTO_WARNING] = "warning: ",
		[RD_AUTO_PROBLEM] = "problem: ",
		[RD_AUTO_MENDED] = "mended: "};
	rd_cli *c = arg;
	rd_say *say = n->kind >= RD_AUTO_WARNING ? &c->log : &c->out;
	RD_STR_AUTO rd_str line = RD_STR_INIT(0);

	if (n->kind < RD_AUTO_WARNING && n->build[0] != '\0')
		rd_str_put(&line, n->build);
	if (line.len > 0 && n->text[0] != '\0')
		rd_str_putc(&line, ' ');
	rd_str_put(&line, n->kind == RD_AUTO_MENDED ? "it works again" : n->text);
	rd_say_line(say, labels[n->kind], rd_str_get(&line));
	/* Whoever reads a pipe waits for it. */
	fflush(say->file);
}

static rd_code read_poll(const rd_cli *c, int *ret_s, rd_err *err)
{
	const char *text = rd_args_text(&c->args, &rd_flag_poll);
	unsigned long long s = 0;

	if (text != NULL && (rd_parse_u64(text, &s, NULL) != RD_OK || s == 0 || s > POLL_MAX_S))
		return rd_err_set(err, RD_EINVAL,
			"--poll is '%s': seconds are expected, such as %d", text, RD_AUTO_POLL_S);
	*ret_s = (int)s;
	return RD_OK;
}

/* A folder without a manifest is most likely not the one that was meant, unless the app is named. */
static rd_code check_dir(const rd_cli *c, const rd_upload_opts *from, rd_err *err)
{
	const char *manifest = rd_upload_manifest(from->source, from->manifest);
	RD_AUTOFREE char *path = rd_path_join(from->source, manifest);

	if (path == NULL)
		return rd_err_nomem(err);
	if (!rd_upload_is_dir(from->source) || rd_cli_has(c, &rd_flag_app) || rd_file_exists(path))
		return RD_OK;
	return rd_err_set(err, RD_ENOENT,
		"no such file: %s: write one in '%s', or name the app with --app", manifest,
		from->source);
}

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_buildwish_done) rd_buildwish wish = {0};
	rd_auto_opts opts = {.tell = print_news,
		.arg = c,
		.deploy = rd_cli_has(c, &rd_flag_deploy),
		.now = rd_cli_has(c, &rd_flag_now)};
	rd_interrupt interrupt;
	rd_code code = rd_buildwish_read(c, &wish, err);

	if (code == RD_OK)
		code = read_poll(c, &opts.poll_s, err);
	if (code == RD_OK)
		code = check_dir(c, &wish.from, err);
	if (code == RD_OK)
		code = rd_cli_app(c, NULL, &opts.rack, &opts.app, err);
	if (code == RD_OK)
		code = rd_interrupt_open(&interrupt, err);
	if (code != RD_OK)
		return code;
	rd_interrupt_by_term();
	opts.from = wish.from;
	opts.wish = wish.opts;
	opts.cancel = interrupt.first;
	code = rd_autobuild_run(&opts, err);
	rd_interrupt_close(&interrupt);
	return code;
}

const rd_command rd_cmd_watch = {
	.name = "watch",
	.words = "[SOURCE]",
	.max_words = 1,
	.summary = "build whenever a folder or a branch changes",
	.details = "SOURCE is a folder (the working directory unless given) or a git URL with "
		   "'#BRANCH'.\n"
		   "A folder is built when nothing changed in it for half a second; what "
		   ".dockerignore\n"
		   "names does not count. One build runs at a time, and a newer change takes the "
		   "place of\n"
		   "one that waits. Ctrl-C ends it; a build under way goes on.",
	.example = "watch -a shop --deploy",
	.flags = rd_flags_watch,
	.run = run,
};
