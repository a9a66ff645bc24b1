/* SPDX-License-Identifier: MIT */
/* What is streamed over sockets: logs of builds, of apps and of the rack. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/server/server_impl.h"

#define CHUNK_BYTES ((size_t)64 << 10)
#define LOOK_AGAIN_MS 5000
#define LOOK_OFTEN_MS 1000 /* where nothing tells of changes */

/* A client reads what went wrong as a line of the log. */
static void say_error(rd_socket *s, const rd_err *err)
{
	RD_STR_AUTO rd_str line = RD_STR_INIT(0);
	char text[sizeof(err->msg) + sizeof(err->ctx) + 3];

	rd_str_printf(&line, "ERROR: %s\n", rd_err_text(err, text, sizeof(text)));
	rd_socket_text(s, rd_str_get(&line), line.len, NULL);
}

/* Sends what the log has got since. */
static rd_code send_new(rd_socket *s, int fd, char *buf, rd_err *err)
{
	for (;;) {
		ssize_t n = read(fd, buf, CHUNK_BYTES);
		rd_code rc;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return rd_err_os(err, errno, "reading the log");
		if (n == 0)
			return RD_OK;
		rc = rd_socket_text(s, buf, (size_t)n, err);
		if (rc)
			return rc;
	}
}

/* Until the rack may have changed. @events NULL: nothing tells. */
static rd_code wait_change(rd_socket *s, rd_events *events, rd_err *err)
{
	rd_rack *rack = rd_socket_server(s)->opts.rack;
	unsigned changes;
	rd_code rc = events ? rd_socket_wait(s, rack->events->fd(events), LOOK_AGAIN_MS, err)
			    : rd_socket_wait(s, -1, LOOK_OFTEN_MS, err);

	return rc || !events ? rc : rack->events->take(events, &changes, err);
}

/* Once the build is over, its record and log are final: then the rest is sent and that is all. */
static rd_code follow(rd_socket *s, char **parts, rd_events *events, int fd, char *buf, rd_err *err)
{
	rd_rack *rack = rd_socket_server(s)->opts.rack;

	if (lseek(fd, (off_t)rd_socket_offset(s), SEEK_SET) < 0)
		return rd_err_os(err, errno, "reading the log");
	for (;;) {
		rd_build b = {0};
		bool is_active;
		rd_code rc = rack->builds->get(rack, parts[0], parts[1], &b, err);

		if (rc)
			return rc;
		is_active = rd_build_is_active(&b);
		rd_build_done(&b);
		rc = send_new(s, fd, buf, err);
		if (rc || !is_active)
			return rc;
		rc = wait_change(s, events, err);
		if (rc)
			return rc;
	}
}

/* What is streamed of a build: its log, or its steps. */
static void stream_file(rd_socket *s, char **parts, bool is_steps)
{
	rd_rack *rack = rd_socket_server(s)->opts.rack;
	RD_AUTOFREE char *buf = malloc(CHUNK_BYTES);
	rd_log_files files = {-1, -1, NULL};
	rd_events *events = NULL;
	rd_err err = {0};
	rd_build b = {0};
	rd_code rc =
		buf ? rack->builds->get(rack, parts[0], parts[1], &b, &err) : rd_err_nomem(&err);

	rd_build_done(&b);
	/* Events first: what is written after the first read wakes us. A user has so many of inotify, so where
	 * there are no more it is looked again and again. */
	if (!rc && rack->events->open(rack, &events, NULL))
		events = NULL;
	if (!rc)
		rc = rack->logs->open(rack, parts[0], parts[1], &files, &err);
	if (!rc && (!is_steps || files.steps_fd >= 0))
		rc = follow(s, parts, events, is_steps ? files.steps_fd : files.text_fd, buf, &err);
	if (!is_steps && rc)
		say_error(s, &err);
	rd_log_files_done(&files);
	if (events)
		rack->events->close(events);
}

void rd_stream_build_log(rd_socket *s, char **parts)
{
	stream_file(s, parts, false);
}

void rd_stream_build_steps(rd_socket *s, char **parts)
{
	stream_file(s, parts, true);
}

/* Its state as a line, where it is another than the one told last. */
static rd_code tell_state(rd_socket *s, const char *name, rd_str *told, rd_err *err)
{
	rd_rack *rack = rd_socket_server(s)->opts.rack;
	RD_STR_AUTO rd_str state = RD_STR_INIT(0);
	RD_STR_AUTO rd_str line = RD_STR_INIT(0);
	RD_AUTO(rd_app_done) rd_app app = {0};
	rd_code rc = rack->apps->get(rack, name, &app, err);

	if (rc)
		return rc;
	rd_str_printf(&state, "app %s is %s, active release %s", app.name, app.status,
		*app.release ? app.release : "none");
	if (!strcmp(rd_str_get(&state), rd_str_get(told)))
		return RD_OK;
	rd_time_format(&line, rd_wall_us());
	rd_str_printf(&line, " system/rackdeck %s\n", rd_str_get(&state));
	rd_str_clear(told);
	rd_str_put(told, rd_str_get(&state));
	return rd_socket_text(s, rd_str_get(&line), line.len, err);
}

/* Nothing runs here: what there is to say of an app is what is active. A stream that ended with it would be opened
 * again and again by who waits for a promotion, and tell the same each time. */
void rd_stream_app_log(rd_socket *s, char **parts)
{
	rd_rack *rack = rd_socket_server(s)->opts.rack;
	RD_STR_AUTO rd_str told = RD_STR_INIT(0);
	rd_events *events = NULL;
	rd_err err = {0};
	rd_code rc;

	if (rd_socket_follows(s) && rack->events->open(rack, &events, NULL))
		events = NULL;
	do
		rc = tell_state(s, parts[0], &told, &err);
	while (!rc && rd_socket_follows(s) && !(rc = wait_change(s, events, &err)));
	if (rc && rc != RD_EUNAVAIL && rc != RD_ECANCELED)
		say_error(s, &err);
	if (events)
		rack->events->close(events);
}

void rd_stream_system_log(rd_socket *s, char **parts RD_UNUSED)
{
	RD_STR_AUTO rd_str line = RD_STR_INIT(0);

	rd_time_format(&line, rd_wall_us());
	rd_str_printf(&line, " system/rackdeck rack %s is running\n",
		rd_socket_server(s)->opts.rack->name);
	rd_socket_text(s, rd_str_get(&line), line.len, NULL);
}

void rd_stream_none(rd_socket *s, char **parts RD_UNUSED)
{
	rd_err err = {0};

	rd_err_set(&err, RD_EUNSUPPORTED, RD_NOTHING_RUNS);
	say_error(s, &err);
}
