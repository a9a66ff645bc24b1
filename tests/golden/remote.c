/* SPDX-License-Identifier: MIT */
/* The real binary on a rack over a network that goes away, comes back, hangs, or is one of Convox. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "tests/golden/stage.h"

#define URL_MAX 300

static pid_t server;
static char rack_url[URL_MAX];

/* ---- racks ---- */

static void start_server(const char *const *argv, const char *mark, char *ret_text, size_t cap)
{
	server = rig_server_start(argv, mark, ret_text, cap);
	if (server <= 0)
		fail_msg("the rack does not come up: %s", ret_text);
}

/* `rackdeck serve` of the seed. @place "127.0.0.1:PORT". */
static void serve(const char *place)
{
	const char *argv[] = {binary, "serve", "-q", "-r", "local", "--listen", place, NULL};

	start_server(argv, "RACK_URL=", rack_url, sizeof(rack_url));
}

/* The same once more, where it was. */
static void serve_again(void)
{
	char place[64];

	snprintf(place, sizeof(place), "%s", strrchr(rack_url, '@') + 1);
	serve(place);
}

/* ---- the console ---- */

static int end_all(void **state)
{
	rig_server_end(&server);
	return stage_end(state);
}

static void start_patient(const char *text, const char *timeout)
{
	char url[URL_MAX + 20];
	const char *env[] = {
		"TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR=1", timeout, url, NULL};

	snprintf(url, sizeof(url), "RACK_URL=%s", rack_url);
	start_console(120, 30, env, text);
}

static void start(const char *text)
{
	start_patient(text, "RACKDECK_TIMEOUT=2");
}

static void away__lists_stay_and_the_header_says_so(void **state RD_UNUSED)
{
	serve("127.0.0.1:0");
	start("BXCVQWERTYU");
	wait_for("rack +ok");
	rig_server_end(&server);
	wait_for("rack xaway");
	press("?");
	wait_for("Keys of Lists");
	press("\033");
	wait_without("Keys of Lists");
	wait_for("asked every");
	wait_for("BXCVQWERTYU");
	serve_again();
	wait_for("rack +ok");
	press("q");
	check_ended(0);
}

static void away__from_the_start_is_told_and_ends_when_it_is_back(void **state RD_UNUSED)
{
	serve("127.0.0.1:0");
	rig_server_end(&server);
	start("rack xaway");
	serve_again();
	wait_for("BXCVQWERTYU");
	wait_for("rack +ok");
}

static void hangs__the_console_answers(void **state RD_UNUSED)
{
	serve("127.0.0.1:0");
	start("BXCVQWERTYU");
	wait_for("rack +ok");
	kill(server, SIGSTOP);
	press("?");
	wait_for("Keys of Lists");
	press("\033");
	wait_without("Keys of Lists");
	wait_for("rack xaway");
	wait_for("BXCVQWERTYU");
}

/* Its answer, for which a call would wait for minutes, is not waited for. */
static void hangs__the_console_ends_at_once(void **state RD_UNUSED)
{
	serve("127.0.0.1:0");
	kill(server, SIGSTOP);
	start_patient("reading", "RACKDECK_TIMEOUT=600");
	press("q");
	check_ended(0);
}

static void convox__cancel_is_grey_and_says_why(void **state RD_UNUSED)
{
	char script[500], port_file[200], log[200];
	const char *argv[] = {"python3", script, port_file, log, NULL};
	char port[20];

	snprintf(script, sizeof(script), "%s/tests/cmd/rack_faults.py", top);
	snprintf(port_file, sizeof(port_file), "%s/port", seed.dir);
	snprintf(log, sizeof(log), "%s/requests", seed.dir);
	start_server(argv, "port ", port, sizeof(port));
	snprintf(rack_url, sizeof(rack_url), "http://convox:x@127.0.0.1:%s/convox", port);
	start("BCONVOXRUNN");
	wait_for("rack +ok");
	press("X");
	wait_for("racks of Convox have no way to");
}

/* What a rack over a network does not tell is grey in the palette, with the reason. */
static void served__what_it_does_not_tell_is_grey(void **state RD_UNUSED)
{
	serve("127.0.0.1:0");
	start("BXCVQWERTYU");
	wait_for("rack +ok");
	press("c");
	wait_for("tells of no artifact cache");
	press("b");
	wait_for("does not tell of its images");
	press("U");
	wait_for("keeps itself in order");
	press(":cache");
	wait_for("tells of no artifact cache");
	press("\033");
	wait_without("Command (");
	press("v");
	wait_for("of the newest release");
	press("r");
	wait_for("postgres://db/web2");
}

/* What it says meanwhile is told, and stopping the job makes the rack go back. */
static void convox__a_promotion_is_a_job(void **state RD_UNUSED)
{
	char script[500], port_file[200], canceled[200], log[200], port[20] = "";
	const char *argv[] = {"python3", script, port_file, seed.dir, NULL};
	const char *console[] = {binary, "console", "-a", "busy", NULL};
	char url[URL_MAX + 20];
	const char *env[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR=1", url, NULL};
	RD_STR_AUTO rd_str text = RD_STR_INIT(64);

	snprintf(script, sizeof(script), "%s/tests/cmd/foreign_rack.py", top);
	snprintf(port_file, sizeof(port_file), "%s/foreign", seed.dir);
	snprintf(canceled, sizeof(canceled), "%s/canceled", seed.dir);
	snprintf(log, sizeof(log), "%s/log", seed.dir);
	assert_int_equal(rd_file_write(log, "Building: .\n", 12, NULL), RD_OK);
	start_server(argv, "port ", port, sizeof(port));
	snprintf(url, sizeof(url), "RACK_URL=http://convox:pw@127.0.0.1:%s", port);
	assert_true(vt_start(&shown, 120, 40, console, env));
	wait_for("RNEW");
	press("2gP");
	say_yes("promote it");
	wait_for("rolling out RNEW");
	wait_for("system/k8s/web Pulling");
	press("J");
	wait_for("[5] Jobs");
	press("g\r");
	say_yes("stop it");
	wait_for("the rack takes RNEW back");
	assert_int_equal(rd_file_read(canceled, 64, &text, NULL), RD_OK);
	assert_string_equal(rd_str_get(&text), "busy");
}

/* A rack that rackdeck did not make, where the app web stands and its build waits for the file `hold`. */
static void start_convox(char *hold, size_t cap)
{
	char script[500], port_file[200], folder[200], port[20];
	const char *argv[] = {"python3", script, "v3", port_file, folder, "web", NULL};

	snprintf(script, sizeof(script), "%s/tests/cmd/convox_rack.py", top);
	snprintf(port_file, sizeof(port_file), "%s/convox.port", seed.dir);
	snprintf(folder, sizeof(folder), "%s/convox", seed.dir);
	snprintf(hold, cap, "%s/hold", folder);
	assert_int_equal(rd_mkdirs(folder, NULL), RD_OK);
	assert_int_equal(rd_file_write(hold, "", 0, NULL), RD_OK);
	start_server(argv, "port ", port, sizeof(port));
	snprintf(rack_url, sizeof(rack_url), "http://convox:pass@127.0.0.1:%s", port);
}

static void make_source(char *dir, size_t cap)
{
	static const char manifest[] = "services:\n  web:\n    build: .\n";
	char path[400];

	snprintf(dir, cap, "%s/source", seed.dir);
	snprintf(path, sizeof(path), "%s/convox.yml", dir);
	assert_int_equal(rd_mkdirs(dir, NULL), RD_OK);
	assert_int_equal(rd_file_write(path, manifest, strlen(manifest), NULL), RD_OK);
}

static void convox__builds_follows_and_promotes(void **state RD_UNUSED)
{
	char hold[300], source[300];

	make_source(source, sizeof(source));
	start_convox(hold, sizeof(hold));
	start("no build yet");
	wait_for("rack +ok");
	press("B");
	wait_dialog("start the build");
	press("\025");
	press(source);
	wait_for(source);
	press("\023");
	wait_for("~running");
	wait_for("[2/3] RUN apk add curl");
	wait_for("line 1300");
	assert_int_equal(unlink(hold), 0);
	wait_for("+complete");
	wait_for("5/5 done");
	wait_for("line 4999");
	/* The rack goes on with it after it answered. */
	press("P");
	say_yes("promote it");
	wait_for("rolling out R");
	wait_for("@active");
	wait_for("is active now");
	press("q");
	check_ended(0);
}

static void switch__goes_to_a_rack_by_name(void **state RD_UNUSED)
{
	const char *argv[] = {binary, "console", "-a", "web", NULL};
	const char *env[] = {
		"TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR=1", "RACK_URL", NULL};
	RD_STR_AUTO rd_str settings = RD_STR_INIT(0);
	RD_AUTOFREE char *dir = NULL;
	RD_AUTOFREE char *path = NULL;

	serve("127.0.0.1:0");
	assert_int_equal(rd_xdg_config(&dir, NULL), RD_OK);
	path = rd_path_join(dir, "racks.json");
	rd_str_printf(&settings,
		"{\"racks\": {\"far\": {\"url\": \"http://convox@%s\", \"password\": \"%.*s\"},"
		"\"gone\": {\"url\": \"http://convox@127.0.0.1:1\", \"password\": \"x\"}}}",
		strrchr(rack_url, '@') + 1, (int)strcspn(rack_url + strlen("http://convox:"), "@"),
		rack_url + strlen("http://convox:"));
	assert_int_equal(rd_file_write(path, rd_str_get(&settings), settings.len, NULL), RD_OK);
	assert_true(vt_start(&shown, 120, 30, argv, env));
	wait_for("local → web");
	press("\017");
	wait_for("Go to");
	press("gone\r");
	wait_for("Connection refused");
	press("\025far\r");
	wait_for("far → web");
	wait_for("BXCVQWERTYU");
	wait_for("rack +ok");
	press("\017");
	wait_for("Go to");
	press("local\r");
	wait_for("local → web");
	wait_for("BXCVQWERTYU");
	press("\017far\r"); /* before anything is listed */
	wait_for("far → web");
	press("q");
	check_ended(0);
	assert_int_equal(unlink(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(away__lists_stay_and_the_header_says_so, end_all),
		cmocka_unit_test_teardown(away__from_the_start_is_told_and_ends_when_it_is_back,
			end_all),
		cmocka_unit_test_teardown(hangs__the_console_answers, end_all),
		cmocka_unit_test_teardown(hangs__the_console_ends_at_once, end_all),
		cmocka_unit_test_teardown(served__what_it_does_not_tell_is_grey, end_all),
		cmocka_unit_test_teardown(switch__goes_to_a_rack_by_name, end_all),
		cmocka_unit_test_teardown(convox__cancel_is_grey_and_says_why, end_all),
		cmocka_unit_test_teardown(convox__a_promotion_is_a_job, end_all),
		cmocka_unit_test_teardown(convox__builds_follows_and_promotes, end_all),
	};

	return cmocka_run_group_tests(tests, stage_make, stage_drop);
}
