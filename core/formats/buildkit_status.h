/* SPDX-License-Identifier: MIT */
/*
 * Decoders of the engine's build streams into step events. Pure: bytes in, events out; input may be
 * cut anywhere. The answer of POST /build is JSON objects one after the other; with BuildKit some of
 * them ("id":"moby.buildkit.trace") carry a base64 protobuf moby.buildkit.v1.StatusResponse in "aux"
 * (fields 1 vertexes, 2 statuses, 3 logs, 4 warnings).
 * The outcome comes from the stream's own keys ("aux"."ID", "errorDetail"), never from text.
 * Source: moby's api/types/build and BuildKit's control.proto.
 */
#ifndef RD_CORE_FORMATS_BUILDKIT_STATUS_H
#define RD_CORE_FORMATS_BUILDKIT_STATUS_H

#include <stdbool.h>

#include "core/formats/steps.h"

typedef struct rd_build_stream rd_build_stream;

typedef struct rd_build_outcome {
	bool buildkit;     /* a trace record was seen: BuildKit answered */
	char image_id[80]; /* "sha256:…", "" if none was told */
	char digest[80];   /* of what was pushed, "" if none was told */
	char *error;       /* the engine's error, NULL if none; owned by the stream */
} rd_build_outcome;

/* Decodes both forms: which builder answers is told by the stream. @fn is called within push. */
rd_code rd_build_stream_new(rd_step_fn *fn, void *arg, rd_build_stream **ret_stream, rd_err *err);
/* For streams that have no steps of their own (pull, push): all that comes belongs to the step `id`,
 * which the caller declares, starts and ends. */
rd_code rd_build_stream_step(rd_build_stream *s, const char *id, rd_err *err);
/* @errors RD_EPARSE, RD_ELIMIT (one JSON object over 64 MiB), or what fn gave. RD_EUNSUPPORTED:
 * BuildKit before Docker 23 sends empty records for ever, and never the outcome, once a
 * step has printed more than 1 MiB between two of its records; what came before is whole. */
rd_code rd_build_stream_push(rd_build_stream *s, const char *bytes, size_t n, rd_err *err);
/* To be called at the end of input: ends the open step of the classic form. Borrowed outcome, valid
 * until free. @errors RD_EPARSE if the stream was cut within an object, what fn gave. */
rd_code rd_build_stream_end(rd_build_stream *s, const rd_build_outcome **ret_outcome, rd_err *err);
rd_build_stream *rd_build_stream_free(rd_build_stream *s); /* @returns NULL */

#endif
