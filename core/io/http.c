/* SPDX-License-Identifier: MIT */
/* HTTP calls by libcurl. */
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>

#include "core/base/sigpipe.h"
#include "core/io/http_impl.h"

#define MAX_HEADERS 200
#define CONNECT_TIMEOUT_MS 10000L
#define BUFFER_BYTES 262144L

struct rd_http {
	char *base;
	char *unix_socket;
	char *ca, *cert, *key;
	char *sigv4, *key_id, *secret;
	char *pin;
	bool insecure;
	bool keep;
	pthread_mutex_t lock; /* of kept */
	struct kept {
		CURL *easy;
		CURLM *multi; /* has the connections */
	} kept[RD_HTTP_KEPT];
	int n_kept;
};

/* One call under way. */
typedef struct call {
	rd_http *http;
	const rd_http_request *rq;
	rd_http_answer *answer;
	CURL *easy;
	CURLM *multi;
	struct curl_slist *headers;
	bool body_ended;
	int n_head_lines;
	rd_code code; /* of a callback; ends the call */
	rd_err *err;
	rd_err own_err; /* where err is NULL */
	char why[CURL_ERROR_SIZE];
} call;

static void init_curl(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

rd_code rd_http_open(const rd_http_opts *opts, rd_http **ret_http, rd_err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	rd_http *h;

	if (!rd_starts_with(opts->base, "http://") && !rd_starts_with(opts->base, "https://"))
		return rd_err_set(err, RD_EINVAL, "'%s' is no address of HTTP", opts->base);
	pthread_once(&once, init_curl);
	h = calloc(1, sizeof(*h));
	if (!h)
		return rd_err_nomem(err);
	pthread_mutex_init(&h->lock, NULL);
	h->keep = opts->keep;
	if (!rd_str_replace(&h->base, opts->base) ||
		!rd_str_replace(&h->unix_socket, opts->unix_socket) ||
		!rd_str_replace(&h->ca, opts->ca) || !rd_str_replace(&h->cert, opts->cert) ||
		!rd_str_replace(&h->key, opts->key) || !rd_str_replace(&h->sigv4, opts->sigv4) ||
		!rd_str_replace(&h->key_id, opts->key_id) ||
		!rd_str_replace(&h->secret, opts->secret) || !rd_str_replace(&h->pin, opts->pin)) {
		rd_http_close(h);
		return rd_err_nomem(err);
	}
	h->insecure = opts->insecure;
	*ret_http = h;
	return RD_OK;
}

rd_http *rd_http_close(rd_http *h)
{
	rd_sigpipe held;

	if (!h)
		return NULL;
	/* TLS says good-bye. */
	rd_sigpipe_hold(&held);
	while (h->n_kept) {
		struct kept *k = &h->kept[--h->n_kept];

		curl_easy_cleanup(k->easy);
		curl_multi_cleanup(k->multi);
	}
	rd_sigpipe_release(&held);
	pthread_mutex_destroy(&h->lock);
	free(h->base);
	free(h->unix_socket);
	free(h->ca);
	free(h->cert);
	free(h->key);
	free(h->sigv4);
	free(h->key_id);
	if (h->secret)
		explicit_bzero(h->secret, strlen(h->secret));
	free(h->secret);
	free(h->pin);
	free(h);
	return NULL;
}

void rd_http_answer_done(rd_http_answer *a)
{
	rd_str_done(&a->body);
	rd_kvs_done(&a->headers);
}

void rd_http_escape(rd_str *out, const char *text, const char *keep)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c < 0x80 && isalnum(c)) || strchr("-._~", c) || strchr(keep, c))
			rd_str_putc(out, *text);
		else
			rd_str_printf(out, "%%%02X", c);
	}
}

int64_t rd_http_date(const char *text)
{
	time_t seconds = curl_getdate(text, NULL);

	return seconds > 0 ? (int64_t)seconds * 1000000 : 0;
}

const char *rd_http_base(const rd_http *h)
{
	return h->base;
}

/* The server's name for messages. */
static const char *place(const rd_http *h)
{
	return h->unix_socket ? h->unix_socket : h->base;
}

/* ---- callbacks ---- */

static size_t take_body(char *bytes, size_t size, size_t n, void *arg)
{
	call *c = arg;
	long status = 0;

	n *= size;
	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	if (c->rq->fn && status >= 200 && status < 300) {
		c->code = c->rq->fn(c->rq->arg, bytes, n, c->err);
	} else {
		rd_str_putn(&c->answer->body, bytes, n);
		c->code = rd_str_check(&c->answer->body, "its answer", c->err);
		if (c->code)
			rd_err_wrap(c->err, "%s", place(c->http));
	}
	return c->code ? CURL_WRITEFUNC_ERROR : n;
}

static size_t take_header(char *bytes, size_t size, size_t n, void *arg)
{
	call *c = arg;
	const char *colon;
	char *name;
	char *value;

	n *= size;
	colon = memchr(bytes, ':', n);
	if (++c->n_head_lines > MAX_HEADERS) {
		c->code = rd_err_set(c->err, RD_ELIMIT, "%s answers with more than %d headers",
			place(c->http), MAX_HEADERS);
		return CURL_WRITEFUNC_ERROR;
	}
	if (!colon)
		return n;
	name = strndup(bytes, (size_t)(colon - bytes));
	for (colon++; colon < bytes + n && (*colon == ' ' || *colon == '\t'); colon++)
		;
	value = strndup(colon, strcspn(colon, "\r\n"));
	for (char *at = name; at && *at; at++)
		*at = (char)tolower((unsigned char)*at);
	if (!name || !value || !rd_kvs_set(&c->answer->headers, name, value))
		c->code = rd_err_nomem(c->err);
	free(name);
	free(value);
	return c->code ? CURL_WRITEFUNC_ERROR : n;
}

/* Fills the buffer: each of these is a chunk on the wire, and a tar comes in thousands of small pieces. */
static size_t give_body(char *to, size_t size, size_t n, void *arg)
{
	call *c = arg;
	size_t got = 0;

	if (c->body_ended)
		return 0;
	c->code = rd_read_full(c->rq->body_stream, to, size * n, &got, c->err);
	c->body_ended = got < size * n;
	return c->code ? CURL_READFUNC_ABORT : got;
}

/* ---- a call ---- */

static rd_code add_header(call *c, const char *header)
{
	struct curl_slist *more;

	if (header[strcspn(header, "\r\n")])
		return rd_err_set(c->err, RD_EINVAL, "a header holds a line break");
	more = curl_slist_append(c->headers, header);
	if (!more)
		return rd_err_nomem(c->err);
	c->headers = more;
	return RD_OK;
}

static rd_code set_body(call *c)
{
	const rd_http_request *rq = c->rq;

	if (rq->body_stream) {
		curl_easy_setopt(c->easy, CURLOPT_POST, 1L);
		curl_easy_setopt(c->easy, CURLOPT_READFUNCTION, give_body);
		curl_easy_setopt(c->easy, CURLOPT_READDATA, c);
		curl_easy_setopt(c->easy, CURLOPT_UPLOAD_BUFFERSIZE, BUFFER_BYTES);
		return add_header(c, "Transfer-Encoding: chunked");
	}
	if (rq->body || !strcmp(rq->method, "POST") || !strcmp(rq->method, "PUT")) {
		curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS, rq->body ? rq->body : "");
		curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE_LARGE,
			(curl_off_t)(rq->body ? rq->body_n : 0));
	}
	return RD_OK;
}

static void set_tls(const rd_http *h, CURL *easy)
{
	/* The one place where a certificate may go unchecked: its key is checked, or the user said so. */
	bool is_checked = !h->pin && !h->insecure;

	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, is_checked ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, is_checked ? 2L : 0L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (h->pin)
		curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, h->pin);
	if (h->ca)
		curl_easy_setopt(easy, CURLOPT_CAINFO, h->ca);
	if (h->cert)
		curl_easy_setopt(easy, CURLOPT_SSLCERT, h->cert);
	if (h->key)
		curl_easy_setopt(easy, CURLOPT_SSLKEY, h->key);
}

static void set_signature(const rd_http *h, CURL *easy)
{
	if (!h->sigv4)
		return;
	curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, h->sigv4);
	curl_easy_setopt(easy, CURLOPT_USERNAME, h->key_id);
	curl_easy_setopt(easy, CURLOPT_PASSWORD, h->secret);
}

rd_code rd_http_prepare(rd_http *h, CURL *easy, const char *path, char why[CURL_ERROR_SIZE],
	rd_err *err)
{
	RD_STR_AUTO rd_str url = RD_STR_INIT(0);
	rd_code code;

	if (path[0] != '/' || path[strcspn(path, " \r\n")])
		return rd_err_set(err, RD_EBUG, "'%s' is no path of HTTP", path);
	rd_str_printf(&url, "%s%s", h->base, path);
	code = rd_str_check(&url, "address", err);
	if (code)
		return code;
	curl_easy_setopt(easy, CURLOPT_URL, rd_str_get(&url));
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	/* Those of a proxy are not the server's. */
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	if (h->unix_socket) {
		curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, h->unix_socket);
		/* A proxy of the environment would else be asked for the socket. */
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
		curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	}
	set_tls(h, easy);
	set_signature(h, easy);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "rackdeck/" VERSION);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	return RD_OK;
}

static bool take_kept(call *c)
{
	rd_http *h = c->http;
	bool is_taken = false;
	/* libcurl calls again where a kept connection ends: over a network, what was asked may have been done. */
	bool may_repeat = h->unix_socket || strcmp(c->rq->method, "POST") != 0;

	pthread_mutex_lock(&h->lock);
	if (h->n_kept && !c->rq->body_stream && may_repeat) {
		c->easy = h->kept[--h->n_kept].easy;
		c->multi = h->kept[h->n_kept].multi;
		is_taken = true;
	}
	pthread_mutex_unlock(&h->lock);
	return is_taken;
}

/* Ends a call; after a good one its connection may be kept. */
static void give_back(call *c, bool is_good)
{
	rd_http *h = c->http;

	if (c->multi && c->easy)
		curl_multi_remove_handle(c->multi, c->easy);
	pthread_mutex_lock(&h->lock);
	if (h->keep && is_good && h->n_kept < RD_HTTP_KEPT) {
		curl_easy_reset(c->easy);
		h->kept[h->n_kept++] = (struct kept){c->easy, c->multi};
		c->easy = NULL;
		c->multi = NULL;
	}
	pthread_mutex_unlock(&h->lock);
	curl_easy_cleanup(c->easy);
	curl_multi_cleanup(c->multi);
	curl_slist_free_all(c->headers);
}

static rd_code set_up(call *c)
{
	rd_code code;

	if (!take_kept(c)) {
		c->easy = curl_easy_init();
		c->multi = curl_multi_init();
	}
	if (!c->easy || !c->multi)
		return rd_err_nomem(c->err);
	code = rd_http_prepare(c->http, c->easy, c->rq->path, c->why, c->err);
	if (code)
		return code;
	curl_easy_setopt(c->easy, CURLOPT_TIMEOUT_MS, (long)c->rq->timeout_ms);
	if (c->rq->silence_ms) {
		curl_easy_setopt(c->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
		curl_easy_setopt(c->easy, CURLOPT_LOW_SPEED_TIME,
			(long)((c->rq->silence_ms + 999) / 1000));
	}
	if (c->rq->unpack)
		curl_easy_setopt(c->easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(c->easy, CURLOPT_BUFFERSIZE, BUFFER_BYTES);
	curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(c->easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(c->easy, CURLOPT_HEADERDATA, c);
	code = set_body(c);
	/* No waiting for "100 Continue". libcurl 7.88 would sign an empty header, which it does not send. */
	if (c->http->sigv4)
		curl_easy_setopt(c->easy, CURLOPT_EXPECT_100_TIMEOUT_MS, 1L);
	else if (code == RD_OK)
		code = add_header(c, "Expect:");
	for (size_t i = 0; code == RD_OK && c->rq->headers && i < c->rq->headers->len; i++)
		code = add_header(c, c->rq->headers->items[i]);
	curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers);
	curl_easy_setopt(c->easy, CURLOPT_CUSTOMREQUEST, c->rq->method);
	return code;
}

static bool is_at(const rd_http *h, const char *place)
{
	const char *host = strstr(h->base, "//") + 2;

	return strcspn(host, "/") == strlen(place) && !strncasecmp(host, place, strlen(place));
}

/* Whether "Failed to connect to HOST port PORT after …" is not of the server, but of the proxy before it. */
static bool is_of_proxy(const rd_http *h, const char *why)
{
	char host[256] = "", port[8] = "", both[sizeof(host) + sizeof(port)];

	if (h->unix_socket ||
		sscanf(why, "Failed to connect to %255s port %7[0-9]", host, port) != 2)
		return false;
	snprintf(both, sizeof(both), "%s:%s", host, port);
	/* An address of IPv6 stands in brackets in one, and not in the other. */
	return !strchr(host, ':') && !is_at(h, both) &&
	       !(is_at(h, host) && (!strcmp(port, "443") || !strcmp(port, "80")));
}

static rd_code proxy_failure(rd_http *h, long connect_status, rd_err *err)
{
	return rd_err_set(err, RD_EUNAVAIL,
		connect_status == 407
			? "%s: the proxy wants a login (status %ld): put it into https_proxy, as "
			  "http://USER:PASSWORD@HOST:PORT"
			: "%s: the proxy does not let us through (status %ld)",
		place(h), connect_status);
}

rd_code rd_http_failure(rd_http *h, CURL *easy, CURLcode result, const char *why, rd_err *err)
{
	long os = 0, connect_status = 0;
	rd_code code = RD_EUNAVAIL;

	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os);
	curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
	if (connect_status >= 300)
		return proxy_failure(h, connect_status, err);
	/* libcurl says so of a line that is too long for it as well. */
	if (result == CURLE_OUT_OF_MEMORY)
		return rd_err_set(err, RD_ELIMIT, "%s: a header is too long, or memory ran out",
			place(h));
	/* The first line of an answer that is none. */
	if (result == CURLE_UNSUPPORTED_PROTOCOL || result == CURLE_WEIRD_SERVER_REPLY)
		return rd_err_set(err, RD_EREMOTE, "%s does not speak HTTP", place(h));
	if (result == CURLE_SSL_CONNECT_ERROR && strstr(why, "wrong version number"))
		return rd_err_set(err, RD_EREMOTE,
			"%s does not speak TLS: is it http:// that is meant?", place(h));
	/* Its words for a connection that ended where no alert of TLS did. */
	if (result == CURLE_SSL_CONNECT_ERROR &&
		(strstr(why, "OpenSSL SSL_connect: ") || strstr(why, "unexpected eof")))
		return rd_err_set(err, RD_EUNAVAIL, "%s: the connection was cut while TLS began",
			place(h));
	if (result == CURLE_SSL_PINNEDPUBKEYNOTMATCH)
		return rd_err_set(err, RD_EPERM, "%s shows another key than the one remembered",
			place(h));
	if (result == CURLE_OPERATION_TIMEDOUT)
		code = RD_ETIMEOUT;
	else if (result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CERTPROBLEM ||
		 result == CURLE_SSL_CACERT_BADFILE)
		code = RD_EPERM;
	else if (result == CURLE_COULDNT_CONNECT && (os == EACCES || os == EPERM))
		code = RD_EPERM;
	rd_err_set(err, code, "%s: %s%s", place(h),
		result == CURLE_COULDNT_CONNECT && is_of_proxy(h, why) ? "the proxy before it: "
								       : "",
		result == CURLE_COULDNT_CONNECT && os ? strerrordesc_np((int)os)
		: why[0]                              ? why
						      : curl_easy_strerror(result));
	/* Only a connect has an errno that means something. */
	if (err)
		err->os = result == CURLE_COULDNT_CONNECT ? (int)os : 0;
	return code;
}

rd_code rd_http_run(CURLM *multi, CURL *easy, rd_cancel *cancel, CURLcode *ret_result, rd_err *err)
{
	struct curl_waitfd fd = {
		.fd = (curl_socket_t)rd_cancel_fd(cancel), .events = CURL_WAIT_POLLIN};
	unsigned n_fds = cancel ? 1 : 0;
	int running = 1;
	int left;
	CURLMsg *msg;

	if (curl_multi_add_handle(multi, easy) != CURLM_OK)
		return rd_err_nomem(err);
	while (running) {
		if (rd_cancel_fired(cancel))
			return rd_err_set(err, RD_ECANCELED, "canceled");
		if (curl_multi_perform(multi, &running) != CURLM_OK)
			return rd_err_set(err, RD_EBUG, "curl: cannot go on");
		if (running && curl_multi_poll(multi, &fd, n_fds, 60000, NULL) != CURLM_OK)
			return rd_err_set(err, RD_EBUG, "curl: cannot wait");
	}
	msg = curl_multi_info_read(multi, &left);
	if (!msg || msg->msg != CURLMSG_DONE)
		return rd_err_set(err, RD_EBUG, "curl: no result");
	*ret_result = msg->data.result;
	return RD_OK;
}

rd_code rd_http_do(rd_http *h, const rd_http_request *rq, rd_http_answer *ret_answer, rd_err *err)
{
	call c = {.http = h, .rq = rq, .answer = ret_answer, .err = err};
	CURLcode result = CURLE_OK;
	long status = 0;
	rd_sigpipe held;
	rd_code code;

	rd_sigpipe_hold(&held);
	if (!err)
		c.err = &c.own_err;
	*ret_answer = (rd_http_answer){0};
	rd_str_init(&ret_answer->body, RD_HTTP_BODY_MAX);
	code = set_up(&c);
	if (code == RD_OK)
		code = rd_http_run(c.multi, c.easy, rq->cancel, &result, c.err);
	if (code == RD_OK && result != CURLE_OK)
		code = c.code ? c.code : rd_http_failure(h, c.easy, result, c.why, c.err);
	if (c.easy)
		curl_easy_getinfo(c.easy, CURLINFO_RESPONSE_CODE, &status);
	ret_answer->status = (int)status;
	give_back(&c, code == RD_OK);
	rd_sigpipe_release(&held);
	return code;
}
