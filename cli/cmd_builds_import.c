/* SPDX-License-Identifier: MIT */
/* rackdeck builds import */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "cli/interrupt.h"
#include "cli/moving.h"

/* Reads the archive until its end or Ctrl-C. @fd taken. */
static rd_code read_in(rd_rack *rack, const char *app, int fd, rd_moving *moving,
	rd_build *ret_build, rd_err *err)
{
	rd_interrupt interrupt = {0};
	rd_reader *in = NULL;
	rd_meter meter;
	rd_code code = rd_interrupt_open(&interrupt, err);

	if (code != RD_OK) {
		close(fd);
		return code;
	}
	code = rd_reader_pipe(fd, "the archive", interrupt.first, &in, err);
	if (code == RD_OK) {
		rd_meter_init(&meter, in);
		meter.progress = rd_moving_show;
		meter.arg = moving;
		rd_say_start(moving->say, "Importing build");
		rd_moving_begin(moving);
		code = rack->builds->import(rack, app, &meter.base, interrupt.first, ret_build,
			err);
	}
	rd_reader_close(in);
	rd_interrupt_close(&interrupt);
	return code;
}

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(rd_build_done) rd_build build = {0};
	RD_AUTOCLOSE int fd = STDIN_FILENO;
	const char *path = rd_args_text(&c->args, &rd_flag_file);
	bool is_id_only = rd_cli_has(c, &rd_flag_id);
	rd_moving moving = {.say = is_id_only ? &c->log : &c->out};
	rd_rack *rack;
	const char *app;
	rd_code code;

	if (path == NULL && isatty(STDIN_FILENO) == 1)
		return rd_err_set(err, RD_EINVAL,
			"pipe a file into this command or specify --file");
	if (path != NULL && (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return rd_err_os(err, errno, "opening '%s'", path);
	code = rd_cli_app(c, NULL, &rack, &app, err);
	if (code == RD_OK && rack->builds->import == NULL)
		code = rd_err_set(err, RD_EUNSUPPORTED, "rack '%s' cannot import builds",
			rack->name);
	if (code == RD_OK) {
		code = read_in(rack, app, fd, &moving, &build, err);
		fd = -1;
	}
	if (code != RD_OK)
		return code;
	rd_say_ok(moving.say, build.release);
	if (is_id_only)
		rd_say_text(&c->out, build.release);
	return RD_OK;
}

static const rd_flag *const flags[] = {
	&rd_flag_app, &rd_flag_file, &rd_flag_id, &rd_flag_insecure, &rd_flag_rack, NULL};

const rd_command rd_cmd_builds_import = {
	.name = "builds import",
	.other = "import",
	.words = "",
	.summary = "make a build and a release of an archive",
	.details = "The archive, of rackdeck or of a rack of Convox, comes from standard input "
		   "unless --file\n"
		   "names it. The release takes the app's environment and is not promoted.",
	.example = "builds import -a shop -f shop.tgz",
	.flags = flags,
	.run = run,
};
