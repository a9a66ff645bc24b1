/* SPDX-License-Identifier: MIT */
/*
 * A rack of Convox, v2 or v3, or another one that speaks its API (`rackdeck serve`): over HTTP and
 * WebSocket. Opening makes no call.
 * Source: Convox's API, as its CLIs use it.
 */
#ifndef RD_CORE_RACK_CONVOX_H
#define RD_CORE_RACK_CONVOX_H

#include "core/rack/address.h"
#include "core/rack/rack.h"

typedef struct rd_convox_opts {
	const rd_address *address;
	const char *name; /* for people; NULL: the host */
	const char *rack; /* behind a console: "organization/name"; NULL: none */
	const char *
		pin; /* key of the server, as rd_http_pin gives it; NULL: certificates are checked */
	bool insecure; /* certificates are not checked */
} rd_convox_opts;

/* Header of a log's socket, between racks of ours: the first byte that is wanted. */
#define RD_CONVOX_OFFSET "Rackdeck-Offset"

/* @ret give. */
rd_code rd_convox_open(const rd_convox_opts *opts, rd_rack **ret_rack, rd_err *err);

/* Asks with the login whether it is taken. @errors RD_EPERM it is not; those of the calls. */
rd_code rd_convox_greet(rd_rack *r, rd_err *err);
/* Names of the racks behind a server that is a console ("organization/name"); none if it is a rack itself. */
rd_code rd_convox_behind(rd_rack *r, rd_strs *ret_names, rd_err *err);

#endif
