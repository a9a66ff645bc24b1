/* SPDX-License-Identifier: MIT */
/* rackdeck serve */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/context.h"
#include "cli/entries.h"
#include "cli/flags.h"
#include "core/base/certificate.h"
#include "core/base/fs.h"
#include "core/base/ids.h"
#include "core/rack/address.h"
#include "core/server/server.h"

#define LISTEN_DEFAULT "127.0.0.1:5443"
#define PASSWORD_BYTES 16
#define PASSWORD_MAX_BYTES 1024
#define DESCRIPTORS 8192

static const rd_flag flag_listen = {
	"listen", 0, "ADDR:PORT", "where to listen (" LISTEN_DEFAULT "); port 0: a free one"};
static const rd_flag flag_tls = {"tls", 0, NULL, "speak TLS, with a certificate made here once"};
static const rd_flag flag_cert = {"tls-cert", 0, "FILE", "speak TLS with this certificate (PEM)"};
static const rd_flag flag_key = {"tls-key", 0, "FILE", "its key (PEM)"};
static const rd_flag flag_plain = {
	"allow-plain", 0, NULL, "listen beyond this machine without TLS: others can read all"};
static const rd_flag flag_host = {
	"host", 0, "NAMES", "names by which clients reach it, with commas; others are refused"};
static const rd_flag flag_quiet = {"quiet", 'q', NULL, "print no line for each request"};

/* What is made once and kept for the next start. */
typedef struct serve {
	char *host;
	char *name; /* by which clients reach it */
	int port;
	char *password;
	char *cert, *key; /* paths; NULL: no TLS */
} serve;

static void serve_done(serve *s)
{
	free(s->host);
	free(s->name);
	if (s->password != NULL)
		explicit_bzero(s->password, strlen(s->password));
	free(s->password);
	free(s->cert);
	free(s->key);
}

static rd_code read_place(const rd_cli *c, serve *s, rd_err *err)
{
	const char *text = rd_args_text(&c->args, &flag_listen);
	const char *place = text != NULL ? text : LISTEN_DEFAULT;
	const char *colon = strrchr(place, ':');
	long long port;

	if (colon == NULL || rd_parse_i64(colon + 1, &port, NULL) != RD_OK || port < 0 ||
		port > 65535)
		return rd_err_set(err, RD_EINVAL,
			"--listen is '%s': ADDR:PORT is expected, such as " LISTEN_DEFAULT, place);
	s->port = (int)port;
	/* "[::1]:5443" */
	if (place[0] == '[' && colon[-1] == ']')
		s->host = strndup(place + 1, (size_t)(colon - place) - 2);
	else
		s->host = strndup(place, (size_t)(colon - place));
	return s->host != NULL ? RD_OK : rd_err_nomem(err);
}

/* The first of --host; where it listens everywhere, that of this machine. */
static rd_code find_name(const rd_cli *c, serve *s, rd_err *err)
{
	const char *names = rd_args_text(&c->args, &flag_host);
	bool is_any = strcmp(s->host, "0.0.0.0") == 0 || strcmp(s->host, "::") == 0;
	char own[HOST_NAME_MAX + 1] = "";

	if (names != NULL) {
		s->name = strndup(names, strcspn(names, ","));
		if (s->name != NULL && s->name[0] == '\0')
			return rd_err_set(err, RD_EINVAL, "--host is empty: a name is expected");
	} else if (is_any && gethostname(own, sizeof(own) - 1) == 0 && own[0] != '\0') {
		s->name = rd_strdup(own);
	} else {
		s->name = rd_strdup(s->host);
	}
	return s->name != NULL ? RD_OK : rd_err_nomem(err);
}

static rd_code config_path(const char *name, char **ret_path, rd_err *err)
{
	RD_AUTOFREE char *dir = NULL;
	rd_code code = rd_xdg_config(&dir, err);

	if (code == RD_OK)
		code = rd_mkdirs(dir, err);
	if (code != RD_OK)
		return code;
	*ret_path = rd_path_join(dir, name);
	return *ret_path != NULL ? RD_OK : rd_err_nomem(err);
}

static rd_code make_password(const char *path, rd_str *out, rd_err *err)
{
	char hex[2 * PASSWORD_BYTES + 1];

	rd_random_hex(hex, PASSWORD_BYTES);
	rd_str_put(out, hex);
	return rd_file_write(path, hex, strlen(hex), err);
}

/* One that others could read is no password any more. */
static rd_code check_mode(const char *path, rd_err *err)
{
	struct stat st;

	if (stat(path, &st) != 0 || (st.st_mode & 077) == 0)
		return RD_OK;
	return rd_err_set(err, RD_EPERM,
		"'%s' is open to others (mode %03o): 'chmod 600' it, with another password if one "
		"of them may have read it",
		path, (unsigned)(st.st_mode & 0777));
}

static rd_code load_password(serve *s, rd_err *err)
{
	RD_AUTOFREE char *path = NULL;
	RD_STR_AUTO rd_str text = RD_STR_INIT(0);
	rd_code code = config_path("serve.password", &path, err);

	if (code == RD_OK)
		code = check_mode(path, err);
	if (code == RD_OK)
		code = rd_file_read(path, PASSWORD_MAX_BYTES, &text, err);
	if (code == RD_ENOENT)
		code = make_password(path, &text, err);
	if (code != RD_OK)
		return code;
	rd_str_cut(&text, strcspn(rd_str_get(&text), "\r\n"));
	if (text.len == 0)
		return rd_err_set(err, RD_EINVAL, "'%s' holds no password: remove it", path);
	s->password = rd_str_take(&text);
	return s->password != NULL ? RD_OK : rd_err_nomem(err);
}

static rd_code make_certificate(serve *s, rd_err *err)
{
	RD_STR_AUTO rd_str cert = RD_STR_INIT(0);
	RD_STR_AUTO rd_str key = RD_STR_INIT(0);
	rd_code code = rd_certificate_make(s->name, &cert, &key, err);

	if (code == RD_OK)
		code = rd_file_write(s->key, rd_str_get(&key), key.len, err);
	if (code == RD_OK)
		code = rd_file_write(s->cert, rd_str_get(&cert), cert.len, err);
	if (key.data != NULL)
		explicit_bzero(key.data, key.len);
	return code;
}

static rd_code find_certificate(const rd_cli *c, serve *s, rd_err *err)
{
	const char *cert = rd_args_text(&c->args, &flag_cert),
		   *key = rd_args_text(&c->args, &flag_key);
	rd_code code;

	if ((cert == NULL) != (key == NULL))
		return rd_err_set(err, RD_EINVAL, "--tls-cert and --tls-key go together");
	if (cert != NULL) {
		s->cert = rd_strdup(cert);
		s->key = rd_strdup(key);
		return s->cert != NULL && s->key != NULL ? RD_OK : rd_err_nomem(err);
	}
	if (!rd_cli_has(c, &flag_tls))
		return RD_OK;
	code = config_path("serve.crt", &s->cert, err);
	if (code == RD_OK)
		code = config_path("serve.key", &s->key, err);
	if (code == RD_OK && (!rd_file_exists(s->cert) || !rd_file_exists(s->key)))
		code = make_certificate(s, err);
	return code;
}

static rd_code print_fingerprint(rd_cli *c, const char *path, rd_err *err)
{
	RD_STR_AUTO rd_str pem = RD_STR_INIT(0);
	char sum[RD_KEY_SUM_SIZE];
	rd_code code = rd_file_read(path, 1 << 20, &pem, err);

	if (code == RD_OK)
		code = rd_certificate_key_sum(rd_str_get(&pem), sum, err);
	if (code == RD_OK)
		rd_say_printf(&c->out, "Key of the certificate: sha256//%s\n", sum);
	return code;
}

/* Who writes the password of his own may use any character, of which few stand for themselves in a URL. */
static void put_password(const char *password, rd_str *out)
{
	for (const char *p = password; *p; p++) {
		if (isalnum((unsigned char)*p) || strchr("-._~", *p))
			rd_str_putc(out, *p);
		else
			rd_str_printf(out, "%%%02X", (unsigned char)*p);
	}
}

static rd_code print_url(rd_cli *c, const serve *s, int port, rd_err *err)
{
	RD_STR_AUTO rd_str password = RD_STR_INIT(0);
	bool is_v6 = strchr(s->name, ':') != NULL;

	if (s->cert != NULL && print_fingerprint(c, s->cert, err) != RD_OK)
		return err != NULL ? err->code : RD_EPARSE;
	put_password(s->password, &password);
	if (rd_str_check(&password, "password", err) != RD_OK)
		return RD_ENOMEM;
	rd_say_printf(&c->out,
		"Serving rack '%s'. For a client:\n  export RACK_URL=%s://convox:%s@%s%s%s:%d\n",
		c->rack->name, s->cert != NULL ? "https" : "http", rd_str_get(&password),
		is_v6 ? "[" : "", s->name, is_v6 ? "]" : "", port);
	fflush(c->out.file);
	explicit_bzero(password.data, password.len);
	return RD_OK;
}

static void print_request(void *arg, const char *line)
{
	rd_cli *c = arg;

	/* stdio locks the stream: lines of several threads stay whole. */
	fprintf(c->log.file, "%s\n", line);
}

static rd_code serve_until_signal(rd_cli *c, const serve *s, rd_rack *rack, rd_err *err)
{
	rd_server_opts opts = {.rack = rack,
		.host = s->host,
		.names = rd_args_text(&c->args, &flag_host),
		.port = s->port,
		.password = s->password,
		.cert = s->cert,
		.key = s->key,
		.log = rd_cli_has(c, &flag_quiet) ? NULL : print_request,
		.arg = c};
	rd_server *server = NULL;
	sigset_t ends;
	int signo;
	rd_code code;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	/* Before the threads start, which inherit it. */
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	code = rd_server_start(&opts, &server, err);
	if (code == RD_OK)
		code = print_url(c, s, rd_server_port(server), err);
	if (code == RD_OK)
		sigwait(&ends, &signo);
	rd_server_stop(server);
	return code;
}

/* A follower over TLS holds some ten. */
static void allow_descriptors(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur >= DESCRIPTORS)
		return;
	r.rlim_cur = r.rlim_max < DESCRIPTORS ? r.rlim_max : DESCRIPTORS;
	setrlimit(RLIMIT_NOFILE, &r);
}

/* One elsewhere may be this very server, by the RACK_URL that an earlier start printed. */
static rd_code open_local(rd_cli *c, rd_rack **ret_rack, rd_err *err)
{
	const char *url = rd_cli_has(c, &rd_flag_rack) ? NULL : getenv("RACK_URL");
	rd_code code = rd_cli_rack(c, ret_rack, err);

	if (code != RD_OK || (*ret_rack)->pulse == NULL)
		return code;
	return rd_err_set(err, RD_EINVAL,
		"rack '%s' is elsewhere, and only racks of this machine are served: name one as "
		"with '-r local'%s",
		(*ret_rack)->name, url != NULL && *url != '\0' ? ", or unset RACK_URL" : "");
}

static rd_code run(rd_cli *c, rd_err *err)
{
	RD_AUTO(serve_done) serve s = {0};
	rd_rack *rack;
	rd_code code = read_place(c, &s, err);

	if (code == RD_OK)
		code = find_name(c, &s, err);
	if (code == RD_OK)
		code = find_certificate(c, &s, err);
	if (code == RD_OK && s.cert == NULL && !rd_address_is_local(s.host) &&
		!rd_cli_has(c, &flag_plain))
		code = rd_err_set(err, RD_EINVAL,
			"without TLS everyone on the way could read the password: add --tls, or "
			"--allow-plain if you mean it");
	if (code == RD_OK)
		code = load_password(&s, err);
	if (code == RD_OK)
		code = open_local(c, &rack, err);
	allow_descriptors();
	return code == RD_OK ? serve_until_signal(c, &s, rack, err) : code;
}

static const rd_flag *const flags[] = {&flag_plain, &flag_host, &flag_listen, &flag_quiet,
	&rd_flag_rack, &flag_tls, &flag_cert, &flag_key, NULL};

const rd_command rd_cmd_serve = {
	.name = "serve",
	.words = "",
	.summary = "let others use this rack: rackdeck, or convox's own CLI",
	.details =
		"It prints the RACK_URL that a client needs. The password is made once and kept in "
		"~/.config/rackdeck/serve.password. Ctrl-C ends it; builds under way go on.",
	.example = "serve --listen 0.0.0.0:5443 --tls",
	.flags = flags,
	.run = run,
};
