/* SPDX-License-Identifier: MIT */
/*
 * Errors: every fallible function returns rd_code and fills the caller's rd_err.
 *
 * An rd_err is a plain value without owned memory. `msg` says what went wrong in one line: lower
 * case, no full stop, user text and paths in single quotes, and, where there is one, the way out
 * ("no such app 'x': create it with 'rackdeck apps create x'"). `ctx` is the outer context, built
 * from the inside out by rd_err_wrap. All functions take NULL for err.
 * Thread rule: an rd_err belongs to one thread at a time; the functions are reentrant.
 */
#ifndef RD_CORE_BASE_ERR_H
#define RD_CORE_BASE_ERR_H

#include <stddef.h>

#include "core/base/macros.h"

/* Each code stands for one distinct reaction of a caller. */
typedef enum rd_code {
	RD_OK = 0,
	RD_EINVAL = -1,        /* the caller's or user's input is wrong: show it */
	RD_ENOENT = -2,        /* the named thing does not exist */
	RD_EEXIST = -3,        /* the named thing exists already */
	RD_EPERM = -4,         /* not allowed, or the login is wrong */
	RD_ENOMEM = -5,        /* out of memory */
	RD_EIO = -6,           /* reading or writing failed */
	RD_ENOSPC = -7,        /* disk or quota full */
	RD_EBUSY = -8,         /* the state forbids it now; later it may work */
	RD_ECANCELED = -9,     /* the user asked for the end */
	RD_ETIMEOUT = -10,     /* no answer in time */
	RD_EUNAVAIL = -11,     /* engine, rack or registry cannot be reached */
	RD_EUNSUPPORTED = -12, /* this back end cannot do it: show it grey */
	RD_ELIMIT = -13,       /* a cap on untrusted input was reached */
	RD_EPARSE = -14,       /* malformed text, archive or record */
	RD_ECORRUPT = -15,     /* stored data fails its check */
	RD_EFAILED = -16,      /* the job ran and failed (a RUN, a push) */
	RD_EREMOTE = -17,      /* the other side answered with an error */
	RD_EBUG = -18,         /* our mistake */
	RD_CODE_MIN_ = -18,
} rd_code;

typedef struct rd_err {
	rd_code code;
	int os;         /* errno or the library's own code, 0 if none */
	char msg[1024]; /* what went wrong */
	char ctx[256];  /* outer context, "" if none */
} rd_err;

/* Sets code and message. @returns code, so that callers write `return rd_err_set(…)`. */
rd_code rd_err_set(rd_err *err, rd_code code, const char *fmt, ...) RD_PRINTF(3, 4);

/* Sets an error from an errno value: code by class, message "<fmt>: <text of errno>". */
rd_code rd_err_os(rd_err *err, int os, const char *fmt, ...) RD_PRINTF(3, 4);

/* Puts "<fmt>: " before the context that is there. @returns err->code (RD_EBUG if err is NULL). */
rd_code rd_err_wrap(rd_err *err, const char *fmt, ...) RD_PRINTF(2, 3);

/* Out of memory, the same everywhere. */
rd_code rd_err_nomem(rd_err *err);

/* Writes "ctx: msg" (or msg alone) to buf, always terminated. @returns buf. */
const char *rd_err_text(const rd_err *err, char *buf, size_t cap);

/* The name of a code as used in JSON and tests: "not-found", "busy", … */
const char *rd_code_name(rd_code code);

#endif
