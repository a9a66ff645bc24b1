/* SPDX-License-Identifier: MIT */
/*
 * What decides whether two services share a build, as text: equal text, one build. Any thread.
 * Source: the hash of Convox's builders (its SHA-1 in v2, SHA-224 in v3, hex).
 */
#ifndef RD_CORE_FORMATS_BUILDKEY_H
#define RD_CORE_FORMATS_BUILDKEY_H

#include "core/formats/manifest.h"

/* Generation 2: key="ID" build[path="P", manifest="M", args=[a b]] image="I", quoted as Go does;
 * generation 1: CONTEXT|||||DOCKERFILE|||||ARGS. Appends. @id "" where no build is meant. */
void rd_buildkey_put(const rd_manifest *m, const rd_service *s, const char *id, rd_str *out);

#endif
