/* SPDX-License-Identifier: MIT */
/* Images go to a registry, as often as it takes. */
#ifndef RD_CORE_BUILD_TO_REGISTRY_H
#define RD_CORE_BUILD_TO_REGISTRY_H

#include "core/engine/engine.h"

typedef struct rd_to_registry {
	rd_engine *engine;
	const char *remote; /* "host:5000/prefix/app:service.build", a tag that the engine has */
	const rd_kvs *auth;
	rd_cancel *cancel;
	rd_step_fn *fn; /* the engine's events; NULL: none */
	/* Told before it waits to try again. NULL: not */
	rd_code (*on_retry)(void *arg, const char *text, rd_err *err);
	void *arg;
} rd_to_registry;

/* Pushes, and again with waits that grow where the failure may pass. @ret_digest of the manifest there.
 * @errors as the engine's push, RD_ECANCELED, what the callbacks gave. Any thread that may use the engine. */
rd_code rd_to_registry_push(const rd_to_registry *p, char ret_digest[80], rd_err *err);

#endif
