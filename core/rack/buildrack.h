/* SPDX-License-Identifier: MIT */
/*
 * The rack that runs the builds of a local rack in its place: another local one, or one far away. Who starts a
 * build looks it up, so that its worker reads no configuration. It holds a login: never on disk or argv.
 * Any thread.
 */
#ifndef RD_CORE_RACK_BUILDRACK_H
#define RD_CORE_RACK_BUILDRACK_H

#include "core/rack/address.h"
#include "core/rack/rack.h"

typedef struct rd_buildrack {
	char *name;         /* for people; NULL: none */
	rd_address address; /* base NULL: a local rack of that name */
	char *behind;       /* a console: "organization/name"; NULL: none */
	char *pin;          /* key that it has to show; NULL: certificates are checked */
	bool is_insecure;   /* they are not */
} rd_buildrack;

void rd_buildrack_done(rd_buildrack *b);
/* @wish the name of a local rack, of a login (remotes.h), or a URL with a login, as RACK_URL has it. @own the
 * rack whose builds they are. @errors RD_EINVAL it is own, or no URL; RD_ENOENT no such rack; of the first
 * contact with a server (trust.h). */
rd_code rd_buildrack_find(const char *wish, const char *own, rd_buildrack *ret_rack, rd_err *err);
/* Whether the parameter BuildRack of a rack can have that value (not ""). @errors RD_EINVAL, RD_ENOENT no such rack. */
rd_code rd_buildrack_check(const char *value, const char *own, rd_err *err);
/* @ret give. */
rd_code rd_buildrack_open(const rd_buildrack *b, rd_rack **ret_rack, rd_err *err);

#endif
