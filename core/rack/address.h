/* SPDX-License-Identifier: MIT */
/* The address of a rack: "http[s]://[USER[:PASSWORD]@]HOST[:PORT][/PREFIX]", as convox has it in RACK_URL. */
#ifndef RD_CORE_RACK_ADDRESS_H
#define RD_CORE_RACK_ADDRESS_H

#include <stdbool.h>

#include "core/base/err.h"

typedef struct rd_address {
	char *base;     /* "https://host:port", without a login: fit to be shown */
	char *prefix;   /* "/prefix", "" if there is none; without '/' at its end */
	char *user;     /* NULL: no login. Percent-decoded, as the password */
	char *password; /* "" if there is none */
} rd_address;

/* Never tells the text in an error: it may hold a password. @what: where it comes from, for errors.
 * @errors RD_EINVAL. */
rd_code rd_address_parse(const char *text, const char *what, rd_address *ret_address, rd_err *err);
void rd_address_done(rd_address *a);
/* Whether "HOST" or "HOST:PORT" is this machine by what it says itself: localhost, 127.x.x.x, [::1] or ::1. */
bool rd_address_is_local(const char *host);

#endif
