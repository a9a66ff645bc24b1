/* SPDX-License-Identifier: MIT */
/*
 * What a git host tells a webhook of a push: GitHub's JSON (Gitea's and Forgejo's is the same), and GitLab's.
 *
 * Source: the webhook documentation of GitHub ("push") and GitLab ("Push events"). Any thread.
 */
#ifndef RD_CORE_FORMATS_PUSH_H
#define RD_CORE_FORMATS_PUSH_H

#include <stdbool.h>

#include "core/base/vec.h"

#define RD_PUSH_SHA_DIGITS 40

typedef struct rd_push {
	char *ref;            /* "refs/heads/main" */
	char *sha;            /* where it is now; "" if it was deleted */
	char *who;            /* who pushed, "" if that is not told */
	char *default_branch; /* of the repository, "" if that is not told */
	rd_strs urls;         /* under which the repository is known */
} rd_push;

/* @body JSON, or a form whose field `payload` is JSON. @errors RD_EPARSE no JSON, or not that of a push. */
rd_code rd_push_parse(const char *body, size_t n, bool is_form, rd_push *ret_push, rd_err *err);
void rd_push_done(rd_push *p);
/* Whether the push tells of that repository, in any of its names. @url of rd_giturl; logins do not count, nor
 * do a ".git" or '/' at the end and the case of hosts. */
bool rd_push_is_of(const rd_push *p, const char *url);
/* Whether it is to that branch ("main" or "refs/heads/main"; NULL: the default branch). */
bool rd_push_is_to(const rd_push *p, const char *branch);

#endif
