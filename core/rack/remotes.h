/* SPDX-License-Identifier: MIT */
/*
 * The racks elsewhere that this user has a login for: our own logins first, then those that the CLIs of
 * convox (v2 and v3) keep. A login of a console opens the racks behind it, named "organization/name".
 * Source: the settings of convox's CLIs: auth, host, console, racks, current.
 */
#ifndef RD_CORE_RACK_REMOTES_H
#define RD_CORE_RACK_REMOTES_H

#include "core/base/vec.h"
#include "core/rack/address.h"
#include "core/rack/rack.h"
#include "core/rack/trust.h"

typedef struct rd_remote {
	char *name;
	rd_address address; /* base NULL: only convox knows it (of terraform) */
	char *rack;         /* behind a console: "organization/name"; NULL: none */
	const char *origin; /* whose login it is: "rackdeck", "convox v2", "convox v3" */
	bool is_console;    /* the login of a console, and no rack chosen there */
	bool is_insecure;
} rd_remote;
void rd_remote_done(rd_remote *r);
void rd_remotes_done(rd_vec *remotes);

/* All, without a call to any. *ret_remotes: rd_remote. @ret_problem what of convox's settings cannot be read, which
 * is left out; code RD_OK: all can. @errors RD_EPARSE, RD_EPERM, RD_EIO of our own file. */
rd_code rd_remotes_list(rd_vec *ret_remotes, rd_err *ret_problem, rd_err *err);
/* The one of that name; where there are several consoles, they are asked for it.
 * @errors RD_ENOENT; those of rd_remotes_list, also its problem where there is none of that name. */
rd_code rd_remotes_find(const char *name, const rd_trust *trust, rd_remote *ret_remote,
	rd_err *err);
/* The names of the racks behind a console. */
rd_code rd_remotes_ask(const rd_remote *console, const rd_trust *trust, rd_strs *ret_names,
	rd_err *err);
/* @errors those of rd_trust_server; RD_EUNSUPPORTED convox alone knows its address. @ret give. */
rd_code rd_remote_open(const rd_remote *remote, const rd_trust *trust, rd_rack **ret_rack,
	rd_err *err);

/* Adds those of convox's CLIs that can be read. @errors the first that keeps others from it. */
rd_code rd_remotes_of_convox(rd_vec *remotes, rd_err *err);
/* The server of CONVOX_HOST, with CONVOX_PASSWORD or the login that is known of it.
 * @rack as rd_remote's. @errors RD_ENOENT no such variable; RD_EINVAL no login. */
rd_code rd_remotes_of_env(const char *rack, rd_remote *ret_remote, rd_err *err);

#endif
