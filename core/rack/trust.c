/* SPDX-License-Identifier: MIT */
/* Whether a server is the one that is meant. */
#include "core/rack/trust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/io/http.h"
#include "core/rack/logins.h"

static rd_code remember(const char *base, const char *what, rd_err *err)
{
	RD_AUTO(rd_logins_done) rd_logins logins;
	rd_code rc = rd_logins_edit(&logins, err);

	if (!rc)
		rc = rd_kvs_set(&logins.keys, base, what) ? rd_logins_save(&logins, err)
							  : rd_err_nomem(err);
	return rc;
}

/* Of a server for which no authority vouches. */
static rd_code agree(const char *base, const rd_trust *trust, const char *key, rd_err *err)
{
	const char *host = strstr(base, "://") + 3;

	if (trust && trust->key)
		return !strcmp(trust->key, key)
			       ? RD_OK
			       : rd_err_set(err, RD_EPERM,
					 "%s shows the key %s, another than the one given", base,
					 key);
	if (trust && trust->ask)
		return trust->ask(trust->arg, base, key, err);
	return rd_err_set(err, RD_EPERM,
		"%s: no authority known here signed its certificate: if its key is %s, 'rackdeck "
		"login "
		"%s --key %s' remembers that",
		base, key, host, key);
}

rd_code rd_trust_explain(const char *base, const char *name, const char *pin, rd_code code,
	rd_err *err)
{
	char why[sizeof(err->msg)];

	/* A connect that the system refuses has an errno, and its own words. */
	if (code != RD_EPERM || !err || err->os || !rd_starts_with(base, "https://"))
		return code;
	if (pin)
		return rd_err_set(err, code,
			"%s shows another key than the one remembered: it has a new one, or "
			"somebody "
			"stands in between; if its owner says that it is new, 'rackdeck logout %s' "
			"forgets the old one and 'rackdeck login %s' asks about the new one",
			base, name, base + strlen("https://"));
	snprintf(why, sizeof(why), "%s", err->msg);
	return rd_err_set(err, code, "%s: have it renewed, or take it unseen with --insecure", why);
}

static rd_code meet(const char *base, const rd_trust *trust, char **ret_pin, rd_err *err)
{
	const char *ca = getenv("SSL_CERT_FILE");
	char pin[RD_HTTP_PIN_SIZE];
	bool is_signed = false;
	rd_code rc = RD_OK;

	if (!trust || !trust->key)
		rc = rd_http_is_signed(base, ca && *ca ? ca : NULL, NULL, &is_signed, err);
	/* Nobody there: who calls it says so. */
	if (rc == RD_EUNAVAIL || rc == RD_ETIMEOUT)
		return RD_OK;
	rc = rd_trust_explain(base, base, NULL, rc, err);
	if (!rc && is_signed) {
		/* It is looked at again if this can not be kept. */
		(void)remember(base, RD_LOGINS_SIGNED, NULL);
		return RD_OK;
	}
	if (!rc)
		rc = rd_trust_explain(base, base, NULL, rd_http_pin(base, NULL, pin, err), err);
	if (!rc)
		rc = agree(base, trust, pin, err);
	if (!rc)
		rc = remember(base, pin, err);
	if (!rc && !rd_str_replace(ret_pin, pin))
		rc = rd_err_nomem(err);
	return rc;
}

rd_code rd_trust_server(const char *base, const rd_trust *trust, char **ret_pin, rd_err *err)
{
	RD_AUTO(rd_logins_done) rd_logins logins = {.lock_fd = -1};
	const char *known;
	rd_code rc;

	*ret_pin = NULL;
	if (!rd_starts_with(base, "https://") || (trust && trust->insecure))
		return RD_OK;
	rc = rd_logins_read(&logins, err);
	if (rc)
		return rc;
	known = rd_kvs_get(&logins.keys, base);
	if (!known || (trust && trust->key && strcmp(trust->key, known)))
		return meet(base, trust, ret_pin, err);
	if (!strcmp(known, RD_LOGINS_SIGNED))
		return RD_OK;
	return rd_str_replace(ret_pin, known) ? RD_OK : rd_err_nomem(err);
}
