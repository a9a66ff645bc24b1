/* SPDX-License-Identifier: MIT */
/* Whatever a rack, a log or a file name holds: no byte of it acts on the terminal. The real binary goes
 * through its screens, and all that it wrote is read. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/utf8.h"
#include "tests/golden/stage.h"

/* Each ends with a word that is shown. None holds what SQL, JSON or YAML would mind. */
static const char *const corpus[] = {
	"\033]0;title\007ka",                           /* OSC: the window's title */
	"\033]8;;file:///etc/passwd\007kb\033]8;;\007", /* OSC: a link */
	"\033]52;c;cHduZWQ=\033\\kc",                   /* OSC: the clipboard */
	"\033P$qm\033\\kd",                    /* DCS: a question, the answer would be typed */
	"\033_Gf=24;AAAA\033\\ke",             /* APC: a picture */
	"\033^private\033\\kf",                /* PM */
	"\033Xstring\033\\kg",                 /* SOS */
	"\033[913;937Hkh",                     /* the cursor */
	"\033[2J\033[3Jki",                    /* all erased */
	"\033[?1049l\033[?2004h\033[?1003hkj", /* modes */
	"\033[6n\033[c\033[>ckk",              /* questions */
	"\033ckl",                             /* full reset */
	"\033(0km",                            /* line drawing */
	"\033#8kn",                            /* a screen of E */
	"\033[5;9mko",                         /* blinks: no colour */
	"\033[200~Py\nkp",                     /* as if pasted */
	"\x9b"
	"913;937Hkq", /* CSI of one byte */
	"\xc2\x9b"
	"913;937Hkr", /* and as UTF-8 */
	"\xc2\x9d"
	"0;title\xc2\x9cks", /* OSC likewise */
	"safe\rEVILLINE kt", /* over what was written */
	"safe\b\b\b\bEVIL ku",
	"\007\016\017\x05\x7fkv",                     /* bell, character sets, answerback, delete */
	"\xe2\x80\xaetxt.exe kw",                     /* right to left */
	"\xe2\x81\xa6\xe2\x81\xa9kx",                 /* isolates */
	"\xf3\xa0\x81\x81\xef\xbb\xbf\xe2\x80\xa8ky", /* tag, BOM, line separator */
	"\xff\xfe\xc0\xaf\xed\xa0\x80kz",             /* no UTF-8 at all */
	"\033",                                       /* cut */
	"\033[",
	"\033]0;",
};

#define SHOWN_FIRST "ka"

static pid_t server;
static char dir[600];                   /* that the console builds: named by some of the corpus */
static rd_str all = RD_STR_INIT(65536); /* the corpus in one line */

/* ---- what may come out ---- */

/* The sequences of a screen: colours, moves, erasures, modes. */
static bool is_ours(const char *csi, size_t n)
{
	static const char *const modes[] = {"?1049", "?2004", "?25", "?1", "?7", "?12", "?12;25",
		"?1002", "?1006", "?1034", "?2026", "22;0;0", "23;0;0", "4"};
	static const char *const foreign[] = {"3J", "913;937H", "5;9m"};
	char text[64];

	if (n >= sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)n, csi);
	for (size_t i = 0; i < RD_LEN(foreign); i++)
		if (!strcmp(text, foreign[i]))
			return false;
	if (!strcmp(text, "?2026$p")) /* our one question */
		return true;
	if (!strchr("hlt", csi[n - 1]))
		return strchr("ABCDGHJKLMPSTXZ@bdmr", csi[n - 1]) &&
		       strspn(text, "0123456789;:") == n - 1;
	text[n - 1] = '\0';
	for (size_t i = 0; i < RD_LEN(modes); i++)
		if (!strcmp(text, modes[i]))
			return true;
	return false;
}

/* @returns the bytes of a sequence of ours, 0: it is none. */
static size_t sequence(const char *at, size_t n)
{
	size_t i = 2;

	if (n > 1 && strchr("78=>M", at[1]))
		return 2;
	if (n > 2 && at[1] == '(' && at[2] == 'B')
		return 3;
	if (n < 3 || at[1] != '[')
		return 0;
	while (i < n && (unsigned char)at[i] >= 0x20 && (unsigned char)at[i] < 0x40)
		i++;
	return i < n && is_ours(at + 2, i - 1) ? i + 1 : 0;
}

static bool acts(uint32_t cp)
{
	return (cp < 0x20 && !strchr("\r\n\b\t", (int)cp)) || (cp >= 0x7f && cp < 0xa0) ||
	       (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069) || cp == 0x2028 ||
	       cp == 0x2029 || cp == 0xfeff || (cp >= 0xe0000 && cp <= 0xe007f);
}

/* @returns where the first byte is that is not a screen's; SIZE_MAX: nowhere. */
static size_t find_foreign(const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		uint32_t cp = 0;
		size_t n = text[i] == '\033' ? sequence(text + i, len - i)
					     : rd_utf8_next(text + i, len - i, &cp);

		if (n == 0 || (text[i] != '\033' && acts(cp)) ||
			(cp == 0xfffd && (unsigned char)text[i] != 0xef))
			return i;
		i += n;
	}
	return SIZE_MAX;
}

static void check_output(const rd_str *raw)
{
	size_t at = find_foreign(rd_str_get(raw), raw->len);

	if (at == SIZE_MAX)
		return;
	for (size_t i = at; i < raw->len && i < at + 40; i++)
		fprintf(stderr, "%02x ", (unsigned char)raw->data[i]);
	fail_msg("byte %zu of the output is none of a screen", at);
}

/* Nothing that lies in a name writes over the beginning of a row. */
static void check_rows(void)
{
	for (int y = 0; y < shown.rows; y++) {
		RD_STR_AUTO rd_str row = RD_STR_INIT(0);

		vt_row(&shown, y, &row);
		assert_false(rd_starts_with(rd_str_get(&row), "EVIL"));
	}
	assert_true(shown.is_alt);
}

/* ---- the console ---- */

static void start(const char *url)
{
	const char *argv[] = {binary, "console", "-a", "web", dir, NULL};
	const char *env[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR", "COLORTERM",
		"RACKDECK_TIMEOUT=20", url, NULL};

	assert_true(vt_start(&shown, 200, 60, argv, env));
}

static void end(void)
{
	press("\003\003\003");
	assert_true(vt_wait_gone(&shown));
	check_restored("at the end");
	check_output(&shown.raw);
	vt_end(&shown);
}

static int end_all(void **state)
{
	rig_server_end(&server);
	return stage_end(state);
}

/* Lists, log, steps, differences, dialogs: all that shows what a rack says. */
static void visit_screens(void)
{
	wait_for(SHOWN_FIRST);
	wait_for("BXCVQWERTYU");
	press("jj\r"); /* BZXCVBNMLKJ: its log */
	wait_for("log BZXCVBNMLKJ");
	press("gz");
	wait_for("kz");
	check_rows();
	press("zq");
	wait_for("> BZXCVBNMLKJ");
	press("t");
	wait_for("[3] ");
	wait_for("hostile step");
	check_rows();
	press(" ");
	press("q");
	wait_for("> BZXCVBNMLKJ");
	press("kd"); /* BHGTPLKMNBV: its release and the active one */
	wait_for("EVILENV");
	press("r");
	wait_for("r hide values");
	check_rows();
	press("\003");
	press("P");
	wait_for("Promote RHJKLQWERTY");
	check_rows();
	press("\003");
	wait_for("> BHGTPLKMNBV");
	press("\017");
	wait_for("Go to");
	wait_for("kl");
	press("\003");
	press(":promote ");
	wait_for("Command (");
	press("\003");
	press("?");
	wait_for("Keys of Lists");
	press("q!");
	wait_for("went wrong"); /* what, or nothing */
	check_rows();
}

/* ---- racks ---- */

/* A literal of SQL: the corpus holds no quote. */
static void change(const char *before, const char *value, const char *after)
{
	RD_STR_AUTO rd_str sql = RD_STR_INIT(0);
	rd_err err = {0};

	rd_str_printf(&sql, "%s'%s'%s", before, value, after);
	if (rig_seed_sql(&seed, rd_str_get(&sql), &err))
		fail_msg("%s: %s", rd_str_get(&sql), err.msg);
}

/* Bytes as a string of JSON, those beyond ASCII as the characters of their number: C1 and more. */
static void put_json(rd_str *out, const char *text)
{
	for (const char *at = text; *at; at++)
		if ((unsigned char)*at < 0x20 || (unsigned char)*at >= 0x7f || *at == '\\')
			rd_str_printf(out, "\\u%04x", (unsigned char)*at);
		else
			rd_str_putc(out, *at);
}

static void add_steps(void)
{
	RD_STR_AUTO rd_str line = RD_STR_INIT(0);
	RD_STR_AUTO rd_str path = RD_STR_INIT(0);
	int fd;

	rd_str_put(&line, "{\"t\":\"step\",\"g\":1,\"s\":7,\"name\":\"hostile step ");
	put_json(&line, rd_str_get(&all));
	rd_str_put(&line, "\",\"in\":[]}\n{\"t\":\"start\",\"s\":7,\"at\":1772193601000000}\n"
			  "{\"t\":\"warn\",\"s\":7,\"text\":\"");
	put_json(&line, rd_str_get(&all));
	rd_str_put(&line, "\"}\n{\"t\":\"done\",\"s\":7,\"at\":1772193602000000,\"error\":\"");
	put_json(&line, rd_str_get(&all));
	rd_str_put(&line, "\"}\n");
	rd_str_printf(&path, "%s/data/rackdeck/racks/local/logs/BZXCVBNMLKJ.steps", seed.dir);
	fd = open(rd_str_get(&path), O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_int_equal(rd_write_all(fd, rd_str_get(&line), line.len, NULL), RD_OK);
	close(fd);
}

/* Everything that a rack can name holds the corpus. */
static void poison(void)
{
	const char *text;

	for (size_t i = 0; i < RD_LEN(corpus); i++)
		rd_str_printf(&all, "%s ", corpus[i]);
	text = rd_str_get(&all);
	for (size_t i = 0; i < RD_LEN(corpus); i++)
		assert_int_equal(rig_seed_log(&seed, "BZXCVBNMLKJ", corpus[i], NULL), RD_OK);
	change("UPDATE builds SET description = ", text, " WHERE id <> 'BXCVQWERTYU'");
	change("UPDATE builds SET reason = ", text, " WHERE id = 'BPOIUYTREWQ'");
	change("UPDATE builds SET git_sha = ", text, "");
	change("UPDATE builds SET source = ", text, "");
	change("UPDATE builds SET trigger = 'push, ' || ", text, "");
	change("UPDATE releases SET description = ", text, "");
	change("UPDATE releases SET env = env || 'EVILENV=' || ", text,
		" || char(10) WHERE id = 'RHJKLQWERTY'");
	change("UPDATE releases SET env = env || ", text,
		" || '=x' || char(10) WHERE id = 'RHJKLQWERTY'");
	change("UPDATE releases SET manifest = manifest || '#' || ", text,
		" WHERE id = 'RHJKLQWERTY'");
	change("UPDATE images SET tag = ", text, "");
	for (size_t i = 0; i < RD_LEN(corpus);
		i++) { /* they are the oldest: the last ones of lists */
		char sql[200];

		change("INSERT INTO apps (name) VALUES (", corpus[i], ")");
		snprintf(sql, sizeof(sql),
			"INSERT INTO builds (app, status, seq, id) VALUES ('web', 'failed', -%zu, ",
			i + 1);
		change(sql, corpus[i], ")");
		snprintf(sql, sizeof(sql),
			"INSERT INTO releases (app, build, seq, id) VALUES ('web', 'BX', -%zu, ",
			i + 1);
		change(sql, corpus[i], ")");
	}
	change("INSERT INTO builds (app, id, seq, status) VALUES ('web', 'BSTATUS', -99, ", text,
		")");
	add_steps();
}

/* Names of files: of a theme, of the folder that is built; and a rack in the user's own file. */
static void poison_files(void)
{
	static const char theme[] = "name: x\nabout: \"\\e]0;title\\a\\e[913;937H\"\n";
	static const char name[] =
		"EVIL-theme\033]0;title\007\033[913;937H\xc2\x9b\r\xe2\x80\xae\xff";
	RD_STR_AUTO rd_str racks = RD_STR_INIT(0);
	char path[500];

	snprintf(dir, sizeof(dir), "%s/folder%s", seed.dir, name);
	assert_int_equal(rd_mkdirs(dir, NULL), RD_OK);
	snprintf(path, sizeof(path), "%s/config/rackdeck/themes", seed.dir);
	assert_int_equal(rd_mkdirs(path, NULL), RD_OK);
	snprintf(path, sizeof(path), "%s/config/rackdeck/themes/%s.yml", seed.dir, name);
	assert_int_equal(rd_file_write(path, theme, strlen(theme), NULL), RD_OK);
	rd_str_put(&racks, "{\"racks\": {\"far");
	put_json(&racks, rd_str_get(&all));
	rd_str_put(&racks, "\": {\"url\": \"http://convox@127.0.0.1:1\", \"password\": \"x\"}}}");
	snprintf(path, sizeof(path), "%s/config/rackdeck/racks.json", seed.dir);
	assert_int_equal(rd_file_write(path, rd_str_get(&racks), racks.len, NULL), RD_OK);
}

/* ---- tests ---- */

/* The search finds what it is there for. What screens do as well is seen on the screen. */
static void corpus__is_found_where_it_is(void **state RD_UNUSED)
{
	for (size_t i = 0; i < RD_LEN(corpus); i++)
		if (!rd_starts_with(corpus[i], "safe"))
			assert_int_not_equal(find_foreign(corpus[i], strlen(corpus[i])), SIZE_MAX);
	assert_int_equal(find_foreign("\033[1;31m\033[3;4H\033(Bx\033[K\r\n", 22), SIZE_MAX);
}

static void local__no_name_acts_on_the_terminal(void **state RD_UNUSED)
{
	start("RACK_URL");
	visit_screens();
	press("\0031G");
	wait_for("> BSTATUS");
	check_rows();
	press("B");
	wait_for("EVIL-theme");
	press("\003");
	wait_without("EVIL-theme");
	press("T");
	wait_for("dracula");
	press("G");
	wait_for("EVIL-theme");
	check_rows();
	press("\003");
	end();
}

/* The subcommands on a terminal, on the rack and over the network: colours of logs are all that acts. */
static void check_commands(const char *url)
{
	static const char *const commands[][4] = {{"builds", "-a"}, {"releases", "-a"}, {"apps"},
		{"racks"}, {"env", "-a"}, {"apps", "info", "-a"},
		{"builds", "info", "BPOIUYTREWQ", "-a"}, {"builds", "logs", "BZXCVBNMLKJ", "-a"},
		{"releases", "info", "RHJKLQWERTY", "-a"},
		{"releases", "manifest", "RHJKLQWERTY", "-a"},
		{"builds", "info", "nosuch\033[2J\007", "-a"}};
	const char *env[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR",
		"RACKDECK_TIMEOUT=20", url, NULL};

	for (size_t i = 0; i < RD_LEN(commands); i++) {
		const char *argv[8] = {binary};
		bool has_app = false;
		int n = 1;

		for (size_t k = 0; k < 4 && commands[i][k]; k++) {
			argv[n++] = commands[i][k];
			has_app = !strcmp(commands[i][k], "-a");
		}
		if (has_app)
			argv[n] = "web";
		assert_true(vt_start(&shown, 200, 60, argv, env));
		assert_true(vt_wait_gone(&shown));
		/* What it wrote may come after its end. */
		wait_written(i < 3 ? SHOWN_FIRST : "\n");
		check_output(&shown.raw);
		vt_end(&shown);
	}
}

static void remote__no_name_acts_on_the_terminal(void **state RD_UNUSED)
{
	const char *argv[] = {
		binary, "serve", "-q", "-r", "local", "--listen", "127.0.0.1:0", NULL};
	char url[400] = "RACK_URL=";

	server = rig_server_start(argv, "RACK_URL=", url + strlen(url), sizeof(url) - strlen(url));
	assert_true(server > 0);
	start(url);
	visit_screens();
	end();
	check_commands(url);
}

static void commands__no_name_acts_on_the_terminal(void **state RD_UNUSED)
{
	check_commands("RACK_URL");
}

static void remote__no_error_acts_on_the_terminal(void **state RD_UNUSED)
{
	char script[500], port_file[200], log[200], port[20], url[100];
	const char *argv[] = {"python3", script, port_file, log, NULL};

	snprintf(script, sizeof(script), "%s/tests/cmd/rack_faults.py", top);
	snprintf(port_file, sizeof(port_file), "%s/port", seed.dir);
	snprintf(log, sizeof(log), "%s/requests", seed.dir);
	server = rig_server_start(argv, "port ", port, sizeof(port));
	assert_true(server > 0);
	snprintf(url, sizeof(url), "RACK_URL=http://convox:x@127.0.0.1:%s/escape", port);
	start(url);
	wait_for("bad");
	press("!");
	wait_for("What went wrong");
	check_rows();
	end();
}

static void plain__no_name_acts_on_the_terminal(void **state RD_UNUSED)
{
	const char *argv[] = {binary, "console", "-a", "web", "--plain", NULL};
	const char *env[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", "RACK_URL", NULL};

	assert_true(vt_start(&shown, 200, 60, argv, env));
	wait_for("type help and Enter");
	press("builds\rreleases\rlog BZXCVBNMLKJ\r\033]0;x\007word\rhelp\r");
	wait_for("quit: leave");
	wait_written("kz");
	press("quit\r");
	assert_true(vt_wait_gone(&shown));
	assert_null(strchr(shown.raw.data, '\033'));
	check_output(&shown.raw);
	vt_end(&shown);
}

static int make_all(void **state)
{
	if (stage_make(state))
		return -1;
	poison();
	poison_files();
	return 0;
}

static int drop_all(void **state)
{
	rd_str_done(&all);
	return stage_drop(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(corpus__is_found_where_it_is),
		cmocka_unit_test_teardown(local__no_name_acts_on_the_terminal, end_all),
		cmocka_unit_test_teardown(remote__no_name_acts_on_the_terminal, end_all),
		cmocka_unit_test_teardown(remote__no_error_acts_on_the_terminal, end_all),
		cmocka_unit_test_teardown(commands__no_name_acts_on_the_terminal, end_all),
		cmocka_unit_test_teardown(plain__no_name_acts_on_the_terminal, end_all),
	};

	return cmocka_run_group_tests(tests, make_all, drop_all);
}
