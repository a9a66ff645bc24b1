/* SPDX-License-Identifier: MIT */
/*
 * Our own settings about racks: logins, the keys of servers, the rack switched to. One file,
 * $XDG_CONFIG_HOME/rackdeck/racks.json, for its owner alone.
 *
 * Life cycle: 1. rd_logins_read, or rd_logins_edit to change it: others wait until rd_logins_done;
 * 2. look, change; 3. rd_logins_save (after edit); 4. rd_logins_done.
 */
#ifndef RD_CORE_RACK_LOGINS_H
#define RD_CORE_RACK_LOGINS_H

#include "core/base/str.h"
#include "core/base/vec.h"

typedef struct rd_login {
	char *name;
	char *url;        /* "https://USER@HOST[:PORT][/PREFIX]", without the password */
	char *password;   /* "" if there is none */
	bool is_console;  /* racks stand behind it */
	bool is_insecure; /* its certificate is not looked at */
} rd_login;

typedef struct rd_logins {
	char *current; /* the rack switched to; NULL: the local one */
	rd_vec racks;  /* rd_login, by name */
	rd_kvs keys;   /* "https://HOST[:PORT]" to "sha256//…", or to RD_LOGINS_SIGNED */
	int lock_fd;   /* -1: only read */
} rd_logins;

/* An authority vouched for that server. */
#define RD_LOGINS_SIGNED "signed"

/* No file is no login. @errors RD_EPARSE, RD_EPERM, RD_EIO. ret_logins: to be freed also after an error. */
rd_code rd_logins_read(rd_logins *ret_logins, rd_err *err);
rd_code rd_logins_edit(rd_logins *ret_logins, rd_err *err);
rd_code rd_logins_save(const rd_logins *l, rd_err *err);
void rd_logins_done(rd_logins *l);

/* Borrowed; NULL: there is none. */
rd_login *rd_logins_find(const rd_logins *l, const char *name);
/* Adds a login of that name, or empties it. @returns borrowed; NULL: out of memory. */
rd_login *rd_logins_put(rd_logins *l, const char *name);
/* @returns whether there was one. */
bool rd_logins_remove(rd_logins *l, const char *name);

#endif
