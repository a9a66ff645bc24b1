/* SPDX-License-Identifier: MIT */
/* The cases of every rack, over a local one that is served: in the clear, or (CONFORM_TLS is 1) with TLS. */
#include "tests/unit/unit.h"

#include <string.h>

#include "core/base/certificate.h"
#include "core/base/fs.h"
#include "core/io/http.h"
#include "core/rack/convox.h"
#include "core/rack/select.h"
#include "core/server/server.h"
#include "tests/conform/cases.h"
#include "tests/conform/rig.h"

static rd_rack *served, *rack;
static rd_server *server;

static void write_pem(const char *name, const rd_str *pem, char *path, size_t cap)
{
	snprintf(path, cap, "%s/%s", rig_dir(), name);
	RIG_OK(rd_file_write(path, rd_str_get(pem), pem->len, &rig_err));
}

static void start(bool tls)
{
	char cert_path[128], key_path[128];
	rd_str cert = RD_STR_INIT(0), key = RD_STR_INIT(0);
	rd_server_opts opts = {.rack = served, .host = "127.0.0.1", .password = "p%40ss:w/ d%+é"};

	if (tls) {
		RIG_OK(rd_certificate_make("127.0.0.1", &cert, &key, &rig_err));
		write_pem("crt", &cert, cert_path, sizeof(cert_path));
		write_pem("key", &key, key_path, sizeof(key_path));
		opts.cert = cert_path;
		opts.key = key_path;
	}
	RIG_OK(rd_server_start(&opts, &server, &rig_err));
	rd_str_done(&cert);
	rd_str_done(&key);
}

static int open_rack(void **state RD_UNUSED)
{
	bool tls = CONFORM_TLS;
	char base[64], prefix[] = "", user[] = "convox", password[] = "p%40ss:w/ d%+é";
	char pin[RD_HTTP_PIN_SIZE];
	rd_address address = {base, prefix, user, password};
	rd_convox_opts opts = {.address = &address, .name = "conform"};

	rig_begin();
	RIG_OK(rd_rack_open("conform", &served, &rig_err));
	start(tls);
	snprintf(base, sizeof(base), "%s://127.0.0.1:%d", tls ? "https" : "http",
		rd_server_port(server));
	if (tls) {
		RIG_OK(rd_http_pin(base, NULL, pin, &rig_err));
		opts.pin = pin;
	}
	RIG_OK(rd_convox_open(&opts, &rack, &rig_err));
	return 0;
}

static int close_rack(void **state RD_UNUSED)
{
	rack = rd_rack_close(rack);
	server = rd_server_stop(server);
	served = rd_rack_close(served);
	rig_end();
	return 0;
}

static void run_case(void **state)
{
	const rig_case *c = *state;

	c->run(rack);
}

int main(void)
{
	struct CMUnitTest *tests = calloc(rig_cases_count, sizeof(*tests));
	int failed;

	if (!tests)
		return 1;
	for (size_t i = 0; i < rig_cases_count; i++)
		tests[i] = (struct CMUnitTest){
			rig_cases[i].name, run_case, NULL, NULL, (void *)(uintptr_t)&rig_cases[i]};
	failed = _cmocka_run_group_tests(CONFORM_TLS ? "conform served with TLS" : "conform served",
		tests, rig_cases_count, open_rack, close_rack);
	free(tests);
	return failed;
}
