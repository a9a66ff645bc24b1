/* SPDX-License-Identifier: MIT */
/*
 * URLs of git repositories as sources: https://host/x.git#ref:subdir, ssh://…, git@host:path.
 *
 * What is taken apart here goes to the git program as an argument, so that nothing in it may be read as
 * a flag, as another transport ("ext::…") or as more than one line; and it goes there without the
 * login that it may hold.
 * Any thread.
 */
#ifndef RD_CORE_FORMATS_GITURL_H
#define RD_CORE_FORMATS_GITURL_H

#include <stdbool.h>

#include "core/base/err.h"

/* What a URL may begin with. https and ssh are always taken. */
typedef enum rd_giturl_scheme {
	RD_GITURL_HTTPS = 1,
	RD_GITURL_SSH = 2,
	RD_GITURL_HTTP = 4, /* anyone on the way can change what arrives */
	RD_GITURL_FILE = 8, /* any repository of this machine */
} rd_giturl_scheme;
#define RD_GITURL_SAFE (RD_GITURL_HTTPS | RD_GITURL_SSH)

typedef struct rd_giturl {
	rd_giturl_scheme scheme;
	char *url;  /* for git and for messages: without login and fragment (ssh keeps its user) */
	char *host; /* NULL for file:// */
	char *origin;   /* "https://host:8443" for http and https, else NULL */
	char *user;     /* the login of http and https, decoded; NULL: none */
	char *password; /* likewise */
	char *ref;      /* branch, tag or commit, NULL: the remote's HEAD */
	char *subdir;   /* folder that becomes the root, relative and clean, NULL: all */
} rd_giturl;

/* Whether the text is meant as a URL, not as a path ("./a:b" is a path). */
bool rd_giturl_is(const char *text);
/* Whether git takes the text for the name of one ref or commit, and of nothing else. */
bool rd_giturl_ref_ok(const char *ref);
/* @schemes those that are taken, of rd_giturl_scheme. No error repeats a login.
 * @errors RD_EINVAL what is wrong with it; RD_EPERM a scheme that is not taken. */
rd_code rd_giturl_parse(const char *text, unsigned schemes, rd_giturl *ret_url, rd_err *err);
void rd_giturl_done(rd_giturl *u);
/* Overwrites with '*' where a login stands, or may stand, in a URL of any kind. */
void rd_giturl_hide_login(char *text);
/* The URL of a submodule, which may be relative ("../x.git"). A login is carried over to the same
 * origin only. @errors as rd_giturl_parse. */
rd_code rd_giturl_parse_sub(const rd_giturl *parent, const char *text, unsigned schemes,
	rd_giturl *ret_url, rd_err *err);

#endif
