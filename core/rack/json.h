/* SPDX-License-Identifier: MIT */
/* The types of a rack as Convox's JSON: two-space indent, Convox's keys and order, newline at the end.
 * Source: Convox's API structures. Any thread. Each appends. */
#ifndef RD_CORE_RACK_JSON_H
#define RD_CORE_RACK_JSON_H

#include "core/base/str.h"
#include "core/rack/preview.h"
#include "core/rack/types.h"

rd_code rd_json_app(const rd_app *a, rd_str *out, rd_err *err);
rd_code rd_json_apps(const rd_vec *apps, rd_str *out, rd_err *err);
rd_code rd_json_services(const rd_vec *services, rd_str *out, rd_err *err); /* of a manifest */
rd_code rd_json_build(const rd_build *b, rd_str *out, rd_err *err);
rd_code rd_json_builds(const rd_vec *builds, rd_str *out, rd_err *err);
rd_code rd_json_release(const rd_release *r, rd_str *out, rd_err *err);
rd_code rd_json_releases(const rd_vec *releases, rd_str *out, rd_err *err);
rd_code rd_json_system(const rd_system *s, rd_str *out, rd_err *err);
rd_code rd_json_checks(const rd_vec *checks, rd_str *out, rd_err *err);
/* Servers and user names; Convox tells passwords as well, we do not. */
rd_code rd_json_registries(const rd_vec *registries, rd_str *out, rd_err *err);
/* Our own keys: convox has no such command. Secrets are never told. */
rd_code rd_json_hooks(const rd_vec *hooks, rd_str *out, rd_err *err);
rd_code rd_json_preview(const rd_preview *p, rd_str *out, rd_err *err);
rd_code rd_json_prune(const rd_prune_report *p, rd_str *out, rd_err *err);
/* {"Url": …}, {"server": …}, {"error": …}. */
rd_code rd_json_object(const char *url, rd_str *out, rd_err *err);
rd_code rd_json_registry(const rd_registry *r, rd_str *out, rd_err *err);
rd_code rd_json_error(const char *text, rd_str *out, rd_err *err);
rd_code rd_json_cached(const rd_vec *cached, rd_str *out, rd_err *err);
rd_code rd_json_kvs(const rd_kvs *m, rd_str *out, rd_err *err);
/* Any JSON, indented and with its keys sorted; what is none stays as it is. */
rd_code rd_json_pretty(const rd_str *text, rd_str *out, rd_err *err);

#endif
