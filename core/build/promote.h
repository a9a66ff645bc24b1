/* SPDX-License-Identifier: MIT */
/* Whether a release may become active: the checks of Convox, in its order and words. Pure. */
#ifndef RD_CORE_BUILD_PROMOTE_H
#define RD_CORE_BUILD_PROMOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"

typedef struct rd_promote_case {
	const char *app_status;
	bool force;
	const char *manifest;      /* of the release */
	const char *env;           /* of the release, text */
	int64_t created_us;        /* of the release */
	int64_t active_created_us; /* of the active release, 0 if none */
} rd_promote_case;

/* @errors RD_EBUSY "app is currently updating"; RD_EINVAL "can not promote a release with an empty
 * manifest", "can not promote an older release, try rollback", "required env: A, B"; RD_EPARSE. */
rd_code rd_promote_check(const rd_promote_case *c, rd_err *err);

#endif
