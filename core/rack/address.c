/* SPDX-License-Identifier: MIT */
/* The address of a rack. */
#include "core/rack/address.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"

#define PORT_MAX 65535

/* Percent-decoded. @ret heap, NULL if out of memory or a byte that no login may hold came out. */
static char *decoded(const char *text, size_t n)
{
	RD_STR_AUTO rd_str s = RD_STR_INIT(0);

	for (size_t i = 0; i < n; i++) {
		int byte = rd_percent_byte(text + i, n - i);

		rd_str_putc(&s, byte >= 0 ? (char)byte : text[i]);
		if (byte >= 0)
			i += 2;
	}
	if (s.len && memchr(s.data, '\0', s.len))
		return NULL;
	return rd_str_take(&s);
}

/* Whether the n bytes are "host", "host:port" or "[::1]:port". */
static bool is_host(const char *text, size_t n)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";
	size_t at = text[0] == '[' ? 1 + strspn(text + 1, "0123456789abcdefABCDEF:.")
				   : strspn(text, letters);

	if (!at || at > n || (text[0] == '[' && text[at++] != ']'))
		return false;
	if (at < n && text[at] == ':') {
		size_t digits = strspn(text + at + 1, "0123456789");

		if (!digits || digits > 5 || strtoul(text + at + 1, NULL, 10) > PORT_MAX)
			return false;
		at += 1 + digits;
	}
	return at == n;
}

static rd_code bad(const char *what, rd_err *err)
{
	return rd_err_set(err, RD_EINVAL,
		"%s is no address of a rack: write it as https://convox:PASSWORD@HOST[:PORT]",
		what);
}

rd_code rd_address_parse(const char *text, const char *what, rd_address *ret_address, rd_err *err)
{
	rd_address a = {0};
	const char *scheme = !strncasecmp(text, "https://", 8)  ? "https://"
			     : !strncasecmp(text, "http://", 7) ? "http://"
								: "";
	size_t scheme_n = strlen(scheme);
	const char *host = text + scheme_n, *end, *at, *path;
	size_t host_n;
	RD_STR_AUTO rd_str base = RD_STR_INIT(0);

	if (!scheme_n || text[strcspn(text, " \t\r\n")])
		return bad(what, err);
	end = host + strcspn(host, "/?#");
	at = memrchr(host, '@', (size_t)(end - host));
	if (at) {
		const char *colon = memchr(host, ':', (size_t)(at - host));
		const char *user_end = colon ? colon : at;

		a.user = decoded(host, (size_t)(user_end - host));
		a.password = colon ? decoded(colon + 1, (size_t)(at - colon - 1)) : rd_strdup("");
		host = at + 1;
	}
	host_n = (size_t)(end - host);
	path = *end == '/' ? end : "";
	rd_str_put(&base, scheme);
	rd_str_putn(&base, host, host_n);
	a.base = rd_str_take(&base);
	a.prefix = rd_strdup(path);
	while (a.prefix && *a.prefix && a.prefix[strlen(a.prefix) - 1] == '/')
		a.prefix[strlen(a.prefix) - 1] = '\0';
	if (!is_host(host, host_n) || strpbrk(end, "?#") || (at && (!a.user || !a.password)) ||
		!a.base || !a.prefix) {
		rd_address_done(&a);
		return bad(what, err);
	}
	*ret_address = a;
	return RD_OK;
}

void rd_address_done(rd_address *a)
{
	free(a->base);
	free(a->prefix);
	free(a->user);
	/* The one copy of the password that is ours. */
	if (a->password)
		explicit_bzero(a->password, strlen(a->password));
	free(a->password);
	*a = (rd_address){0};
}

bool rd_address_is_local(const char *host)
{
	struct in_addr v4;
	char name[INET_ADDRSTRLEN] = "";
	size_t n = strcspn(host, ":");

	if (!strcmp(host, "::1") || (!strncmp(host, "[::1]", 5) && (!host[5] || host[5] == ':')))
		return true;
	if (!n || n >= sizeof(name))
		return false;
	memcpy(name, host, n);
	return !strcasecmp(name, "localhost") ||
	       (inet_pton(AF_INET, name, &v4) == 1 && ntohl(v4.s_addr) >> 24 == IN_LOOPBACKNET);
}
