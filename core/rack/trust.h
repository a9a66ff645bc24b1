/* SPDX-License-Identifier: MIT */
/* Whether a server is the one that is meant, found out before any login is sent to it. Any thread. */
#ifndef RD_CORE_RACK_TRUST_H
#define RD_CORE_RACK_TRUST_H

#include <stdbool.h>

#include "core/base/err.h"

/* What is known beforehand, and who can be asked. */
typedef struct rd_trust {
	bool insecure;   /* certificates are not looked at */
	const char *key; /* the server's key, "sha256//…"; NULL: not told */
	/* Asks whether this is the key of the server at that address. @errors RD_ECANCELED it is not. NULL: nobody
	 * can be asked. */
	rd_code (*ask)(void *arg, const char *base, const char *key, rd_err *err);
	void *arg;
} rd_trust;

/* Looks at the server at its first contact and remembers what was found: that an authority vouches for it, or
 * the key that was agreed to. *ret_pin heap: the key that it has to show; NULL: certificates are
 * checked as usual. A server that cannot be reached is not remembered.
 * @base "http[s]://HOST[:PORT]". @trust NULL: nothing is known, nobody to ask.
 * @errors RD_EPERM no authority vouches and nobody did; RD_ECANCELED; what is wrong with the certificate. */
rd_code rd_trust_server(const char *base, const rd_trust *trust, char **ret_pin, rd_err *err);
/* Adds the way out to the error of a connection whose certificate or key was refused; others stay.
 * @name the rack's, as 'rackdeck logout' takes it. @returns err's code. */
rd_code rd_trust_explain(const char *base, const char *name, const char *pin, rd_code code,
	rd_err *err);

#endif
