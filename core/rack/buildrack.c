/* SPDX-License-Identifier: MIT */
/* The rack that runs the builds of a local rack in its place. */
#include "core/rack/buildrack.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/rack/convox.h"
#include "core/rack/local.h"
#include "core/rack/remotes.h"

void rd_buildrack_done(rd_buildrack *b)
{
	free(b->name);
	rd_address_done(&b->address);
	free(b->behind);
	free(b->pin);
	*b = (rd_buildrack){0};
}

static rd_code refuse_own(const char *wish, const char *own, rd_err *err)
{
	return strcmp(wish, own)
		       ? RD_OK
		       : rd_err_set(err, RD_EINVAL,
				 "rack '%s' builds for itself where no build rack is set", own);
}

/* "https://convox:…@host": the login goes with the build, and is told to nobody else. */
static rd_code find_url(const char *url, rd_buildrack *b, rd_err *err)
{
	rd_code rc = rd_address_parse(url, "the build rack", &b->address, err);

	if (rc)
		return rc;
	b->name = rd_strdup(strstr(b->address.base, "://") + 3);
	return b->name ? RD_OK : rd_err_nomem(err);
}

static rd_code find_login(const char *name, rd_buildrack *b, rd_err *err)
{
	RD_AUTO(rd_remote_done) rd_remote remote = {0};
	rd_code rc = rd_remotes_find(name, NULL, &remote, err);

	if (!rc && !remote.address.base)
		rc = rd_err_set(err, RD_EUNSUPPORTED,
			"rack '%s' was made by convox with terraform, which alone knows its "
			"address",
			name);
	if (rc)
		return rc;
	b->name = RD_TAKE(remote.name);
	b->address = remote.address;
	remote.address = (rd_address){0};
	b->behind = RD_TAKE(remote.rack);
	b->is_insecure = remote.is_insecure;
	return RD_OK;
}

/* Whether it is one of this machine; any other has a login. */
static bool is_local(const char *wish)
{
	return !strpbrk(wish, "/:.") && rd_local_exists(wish);
}

rd_code rd_buildrack_check(const char *value, const char *own, rd_err *err)
{
	RD_AUTO(rd_buildrack_done) rd_buildrack b = {0};
	rd_code rc = refuse_own(value, own, err);

	if (!rc && strstr(value, "://") && strchr(value, '@'))
		rc = rd_err_set(err, RD_EINVAL,
			"a parameter is shown to all, and holds no login: use 'rackdeck login', "
			"and "
			"the name that 'rackdeck racks' shows");
	if (!rc && !is_local(value))
		rc = find_login(value, &b, err);
	return rc ? rd_err_wrap(err, "parameter BuildRack") : RD_OK;
}

static rd_code find(const char *wish, const char *own, rd_buildrack *b, rd_err *err)
{
	rd_code rc = refuse_own(wish, own, err);

	if (rc)
		return rc;
	if (strstr(wish, "://") && strchr(wish, '@')) {
		rc = find_url(wish, b, err);
	} else if (is_local(wish)) {
		b->name = rd_strdup(wish);
		return b->name ? RD_OK : rd_err_nomem(err);
	} else {
		rc = find_login(wish, b, err);
	}
	if (!rc && !b->is_insecure)
		rc = rd_trust_server(b->address.base, NULL, &b->pin, err);
	return rc;
}

rd_code rd_buildrack_find(const char *wish, const char *own, rd_buildrack *ret_rack, rd_err *err)
{
	RD_AUTO(rd_buildrack_done) rd_buildrack b = {0};
	rd_code rc = find(wish, own, &b, err);

	if (rc)
		return rd_err_wrap(err, "the build rack");
	*ret_rack = b;
	b = (rd_buildrack){0};
	return RD_OK;
}

rd_code rd_buildrack_open(const rd_buildrack *b, rd_rack **ret_rack, rd_err *err)
{
	const rd_convox_opts opts = {.address = &b->address,
		.name = b->name,
		.rack = b->behind,
		.pin = b->pin,
		.insecure = b->is_insecure};

	return b->address.base ? rd_convox_open(&opts, ret_rack, err)
			       : rd_local_open(b->name, ret_rack, err);
}
