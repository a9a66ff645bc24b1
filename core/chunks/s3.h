/* SPDX-License-Identifier: MIT */
/*
 * S3: where a cache is, with the credentials for it, and calls to it.
 *
 * A place is "s3://BUCKET/PREFIX", with "?endpoint=URL&region=NAME" behind it for what is not Amazon.
 * Otherwise endpoint, region and credentials come from where the AWS tools look: AWS_ENDPOINT_URL_S3,
 * AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
 * AWS_SESSION_TOKEN; then the profile AWS_PROFILE (default) of ~/.aws/credentials and ~/.aws/config (or
 * AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE).
 * Buckets are named in the path, which all servers know. No object is larger than some MiB, so none is sent in
 * parts. Calls are signed (SigV4); what a server is too busy
 * for, and a lost connection, is tried again a few times, each time later.
 * Sources: Amazon S3 API reference; AWS SDKs and tools reference guide.
 * Thread rule: any thread.
 */
#ifndef RD_CORE_CHUNKS_S3_H
#define RD_CORE_CHUNKS_S3_H

#include <stdint.h>

#include "core/base/cancel.h"
#include "core/base/str.h"
#include "core/base/vec.h"

/* All strings on the heap; rd_s3_place_done frees them. */
typedef struct rd_s3_place {
	char *bucket, *prefix; /* prefix "" or "a/b" */
	char *endpoint;        /* "https://host" or "http://host:port" */
	char *region;
	char *key_id, *secret;
	char *token; /* of a session; NULL without one */
} rd_s3_place;
void rd_s3_place_done(rd_s3_place *p);

/* Reads a place's address alone: bucket, prefix, and what its query says; for a check when it is set.
 * @errors RD_EINVAL. */
rd_code rd_s3_parse(const char *url, rd_s3_place *ret_place, rd_err *err);
/* With all that is needed to call it. @errors RD_EINVAL a bad address; RD_EPERM no credentials. */
rd_code rd_s3_resolve(const char *url, rd_s3_place *ret_place, rd_err *err);

typedef struct rd_s3 rd_s3;

/* Does not connect. @place copied. @cancel ends calls under way (removals get a few seconds more, so that nothing
 * is left behind); kept until close, NULL: never. @ret give. */
rd_code rd_s3_open(const rd_s3_place *place, rd_cancel *cancel, rd_s3 **ret_s3, rd_err *err);
rd_s3 *rd_s3_close(rd_s3 *s); /* @returns NULL */

/* Names are those below the prefix. @errors of all: RD_EPERM refused; RD_EUNAVAIL, RD_ETIMEOUT; RD_EREMOTE any
 * other answer; RD_ECANCELED. */
rd_code rd_s3_put(rd_s3 *s, const char *name, const void *bytes, size_t n, rd_err *err);
/* Appends. @errors RD_ENOENT, RD_ELIMIT over max_bytes. */
rd_code rd_s3_get(rd_s3 *s, const char *name, size_t max_bytes, rd_str *out, rd_err *err);
/* A missing one is fine. */
rd_code rd_s3_remove(rd_s3 *s, const char *name, rd_err *err);

typedef struct rd_s3_object {
	char *name; /* without what was asked for; on the heap */
	uint64_t bytes;
	int64_t age_us; /* by the server's own clock */
} rd_s3_object;
void rd_s3_objects_done(rd_vec *list);
/* All objects whose names begin with prefix. *ret_list of rd_s3_object. */
rd_code rd_s3_list(rd_s3 *s, const char *prefix, rd_vec *ret_list, rd_err *err);

/* Bytes of bodies sent and received so far. */
void rd_s3_moved(const rd_s3 *s, uint64_t *ret_sent, uint64_t *ret_got);

/* ---- what its answers say (s3_xml.c) ---- */

/* A page of a listing (ListBucketResult, version 2), of untrusted bytes: objects are added to list, with names
 * whole and age_us the stamp of their last change; *ret_next the token of the next page, on the heap, NULL
 * at the end. @errors RD_EPARSE. */
rd_code rd_s3_page_parse(const char *xml, size_t n, rd_vec *list, char **ret_next, rd_err *err);
/* The text of the first element of that name, entities replaced; on the heap, NULL if there is none. */
char *rd_s3_xml_text(const char *xml, size_t n, const char *element);

#endif
