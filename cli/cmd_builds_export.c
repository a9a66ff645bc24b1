/* SPDX-License-Identifier: MIT */
/* rackdeck builds export */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "cli/interrupt.h"
#include "cli/moving.h"
#include "core/base/outfile.h"

static rd_code write_out(rd_cli *c, rd_say *say, int fd, rd_cancel *cancel, rd_err *err)
{
	rd_moving m = {.say = say};
	rd_rack *rack;
	const char *app, *path = rd_args_text(&c->args, &rd_flag_file);
	rd_code code = rd_cli_app(c, NULL, &rack, &app, err);

	if (code == RD_OK && rack->builds->export == NULL)
		code = rd_err_set(err, RD_EUNSUPPORTED, "rack '%s' cannot export builds",
			rack->name);
	if (code != RD_OK)
		return code;
	/* An importer that ends first is an error like others. */
	signal(SIGPIPE, SIG_IGN);
	rd_say_start(say, "Exporting build");
	rd_moving_begin(&m);
	code = rack->builds->export(rack, app, rd_cli_word(c, 0), fd, rd_moving_show, &m, cancel,
		err);
	if (code == RD_ENOSPC)
		rd_err_wrap(err, "'%s'", path != NULL ? path : "standard output");
	return code;
}

/* The file is replaced when all is written. */
static rd_code write_beside(rd_cli *c, const char *path, rd_err *err)
{
	RD_AUTO(rd_outfile_done) rd_outfile out = {.fd = -1};
	rd_interrupt interrupt = {0};
	rd_code code = rd_outfile_open(path, &out, err);

	if (code == RD_OK)
		code = rd_interrupt_open(&interrupt, err);
	if (code == RD_OK)
		code = write_out(c, &c->out, out.fd, interrupt.first, err);
	rd_interrupt_close(&interrupt);
	return code == RD_OK ? rd_outfile_keep(&out, err) : code;
}

static rd_code write_file(rd_cli *c, const char *path, rd_err *err)
{
	RD_AUTOCLOSE int fd = -1;
	struct stat st;

	if (stat(path, &st) != 0 || S_ISREG(st.st_mode))
		return write_beside(c, path, err);
	/* A pipe with a name, a device. */
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return rd_err_os(err, errno, "opening '%s'", path);
	return write_out(c, &c->out, fd, NULL, err);
}

static rd_code run(rd_cli *c, rd_err *err)
{
	const char *path = rd_args_text(&c->args, &rd_flag_file);
	rd_say *say = path != NULL ? &c->out : &c->log;
	rd_code code;

	if (path != NULL && *path == '\0')
		return rd_err_set(err, RD_EINVAL, "--file is empty: name a file");
	if (path == NULL && c->out.is_tty)
		return rd_err_set(err, RD_EINVAL,
			"pipe this command into a file or specify --file");
	code = path != NULL ? write_file(c, path, err)
			    : write_out(c, say, STDOUT_FILENO, NULL, err);
	if (code == RD_OK)
		rd_say_ok(say, NULL);
	return code;
}

static const rd_flag *const flags[] = {
	&rd_flag_app, &rd_flag_file, &rd_flag_insecure, &rd_flag_rack, NULL};

const rd_command rd_cmd_builds_export = {
	.name = "builds export",
	.other = "export",
	.words = "ID",
	.min_words = 1,
	.max_words = 1,
	.summary = "write a build with its images and log as an archive",
	.details = "It goes to standard output unless --file names a file. Racks of Convox read it "
		   "too.",
	.example = "builds export BABCDEFGHIJ -a shop -f shop.tgz",
	.flags = flags,
	.run = run,
};
