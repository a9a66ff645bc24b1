/* SPDX-License-Identifier: MIT */
/* What tests of racks share. */
#include "tests/conform/rig.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "tests/unit/unit.h"

#define WAIT_US (60 * 1000000LL)
#define TAR_BLOCK 512

rd_err rig_err;
static char home[64];

void rig_ok(rd_code rc, const rd_err *err, const char *call, const char *file, int line)
{
	char text[sizeof(err->msg) + sizeof(err->ctx) + 3];

	if (!rc)
		return;
	print_error("%s:%d: %s: %s (%s)\n", file, line, call, rd_err_text(err, text, sizeof(text)),
		rd_code_name(rc));
	_fail(file, line);
}

void rig_begin(void)
{
	static const char *const unset[] = {"RACK_URL", "CONVOX_RACK", "DOCKER_HOST",
		"DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "RACKDECK_NOW"};

	snprintf(home, sizeof(home), "/tmp/rackdeck-test-XXXXXX");
	assert_non_null(mkdtemp(home));
	for (size_t i = 0; i < RD_LEN(unset); i++)
		unsetenv(unset[i]);
	setenv("HOME", home, 1);
	setenv("XDG_DATA_HOME", home, 1);
	setenv("XDG_CONFIG_HOME", home, 1);
	setenv("XDG_RUNTIME_DIR", home, 1);
	setenv("DOCKER_CONFIG", home, 1);
}

const char *rig_dir(void)
{
	return home;
}

void rig_end(void)
{
	RIG_OK(rd_rmtree(home, &rig_err));
}

/* ---- sources ---- */

static void tar_header(rd_str *out, const char *name, size_t n)
{
	char h[TAR_BLOCK] = "";
	unsigned sum = 0;

	snprintf(h, 100, "%s", name);
	memcpy(h + 100, "0000644", 8);
	memcpy(h + 108, "0000000", 8);
	memcpy(h + 116, "0000000", 8);
	assert_true(n < 1u << 30);
	snprintf(h + 124, 12, "%011o", (unsigned)n);
	memcpy(h + 136, "00000000000", 12);
	memset(h + 148, ' ', 8);
	h[156] = '0';
	memcpy(h + 257, "ustar\00000", 8);
	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += (unsigned char)h[i];
	snprintf(h + 148, 8, "%06o", sum & 0777777);
	rd_str_putn(out, h, TAR_BLOCK);
}

void rig_tar(rd_str *out, const rig_file *files)
{
	static const char zeros[2 * TAR_BLOCK];

	for (; (*files)[0]; files++) {
		size_t n = strlen((*files)[1]);

		tar_header(out, (*files)[0], n);
		rd_str_putn(out, (*files)[1], n);
		rd_str_putn(out, zeros, (TAR_BLOCK - n % TAR_BLOCK) % TAR_BLOCK);
	}
	rd_str_putn(out, zeros, sizeof(zeros));
	assert_true(rd_str_ok(out));
}

char *rig_put(rd_rack *r, const char *app, const rig_file *files)
{
	RD_STR_AUTO rd_str tar = RD_STR_INIT(0);
	RD_AUTO(rd_reader_closep) rd_reader *reader = NULL;
	char *url = NULL;

	rig_tar(&tar, files);
	RIG_OK(rd_reader_mem(tar.data, tar.len, &reader, &rig_err));
	RIG_OK(r->objects->put(r, app, reader, NULL, NULL, NULL, &url, &rig_err));
	return url;
}

/* ---- waiting ---- */

void rig_wait(rd_rack *r, const char *app, const char *id, const char *status, rd_build *ret_build)
{
	int64_t until_us = rd_now_us() + WAIT_US;
	rd_events *events = NULL;
	unsigned changes;
	rd_build b;

	RIG_OK(r->events->open(r, &events, &rig_err));
	for (;;) {
		struct pollfd fd = {r->events->fd(events), POLLIN, 0};
		int64_t left_us = until_us - rd_now_us();

		RIG_OK(r->builds->get(r, app, id, &b, &rig_err));
		if (!strcmp(b.status, status))
			break;
		if (left_us <= 0 || poll(&fd, 1, (int)(left_us / 1000) + 1) < 0)
			fail_msg("build %s is %s (%s) and never %s", id, b.status, b.reason,
				status);
		rd_build_done(&b);
		RIG_OK(r->events->take(events, &changes, &rig_err));
	}
	r->events->close(events);
	*ret_build = b;
}

char *rig_log(rd_rack *r, const char *app, const char *id)
{
	rd_log_files f = {-1, -1, NULL};
	rd_str text = RD_STR_INIT(0);

	RIG_OK(r->logs->open(r, app, id, &f, &rig_err));
	RIG_OK(rd_file_read(f.text_path, 1024 * 1024, &text, &rig_err));
	rd_log_files_done(&f);
	return rd_str_take(&text);
}
