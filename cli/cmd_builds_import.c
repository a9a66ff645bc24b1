/* SPDX-License-Identifier: MIT */
/* rackdeck builds import */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "cli/interrupt.h"
#include "cli/moving.h"

/* The archive, until its end or Ctrl-C. */
typedef struct source {
	rd_reader base;
	int fd;
	rd_cancel *cancel;
	rd_moving moving;
	uint64_t bytes;
} source;

static rd_code read_source(rd_reader *r, void *buf, size_t cap, size_t *ret_n, rd_err *err)
{
	source *s = (source *)r;
	struct pollfd fds[] = {{s->fd, POLLIN, 0}, {rd_cancel_fd(s->cancel), POLLIN, 0}};
	ssize_t n;

	if (poll(fds, RD_LEN(fds), -1) < 0 && errno != EINTR)
		return rd_err_os(err, errno, "waiting for the archive");
	if (rd_cancel_fired(s->cancel))
		return rd_err_set(err, RD_ECANCELED, "canceled");
	do
		n = read(s->fd, buf, cap);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return rd_err_os(err, errno, "reading the archive");
	s->bytes += (uint64_t)n;
	rd_moving_show(&s->moving, s->bytes);
	*ret_n = (size_t)n;
	return RD_OK;
}

static rd_code take_in(rd_cli *c, source *s, rd_build *ret_build, rd_err *err)
{
	rd_interrupt interrupt = {0};
	rd_rack *rack;
	const char *app;
	rd_code code = rd_cli_app(c, NULL, &rack, &app, err);

	if (code == RD_OK && rack->builds->import == NULL)
		code = rd_err_set(err, RD_EUNSUPPORTED, "rack '%s' cannot import builds",
			rack->name);
	if (code == RD_OK)
		code = rd_interrupt_open(&interrupt, err);
	if (code != RD_OK)
		return code;
	s->cancel = interrupt.first;
	rd_say_start(s->moving.say, "Importing build");
	rd_moving_begin(&s->moving);
	code = rack->builds->import(rack, app, &s->base, interrupt.first, ret_build, err);
	rd_interrupt_close(&interrupt);
	return code;
}

static rd_code run(rd_cli *c, rd_err *err)
{
	static const struct rd_reader_ops ops = {read_source, NULL};
	RD_AUTO(rd_build_done) rd_build build = {0};
	RD_AUTOCLOSE int file = -1;
	const char *path = rd_args_text(&c->args, &rd_flag_file);
	bool is_id_only = rd_cli_has(c, &rd_flag_id);
	source s = {.base = {&ops}, .fd = STDIN_FILENO};
	rd_code code;

	s.moving.say = is_id_only ? &c->log : &c->out;
	if (path == NULL && isatty(STDIN_FILENO) == 1)
		return rd_err_set(err, RD_EINVAL,
			"pipe a file into this command or specify --file");
	if (path != NULL) {
		file = open(path, O_RDONLY | O_CLOEXEC);
		if (file < 0)
			return rd_err_os(err, errno, "opening '%s'", path);
		s.fd = file;
	}
	code = take_in(c, &s, &build, err);
	if (code != RD_OK)
		return code;
	rd_say_ok(s.moving.say, build.release);
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
