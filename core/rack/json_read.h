/* SPDX-License-Identifier: MIT */
/*
 * Convox's JSON as the types of a rack: the reverse of json.h. Keys that are missing or null are empty,
 * unknown keys and values of an unexpected kind are passed over; times that no rack should send give 0.
 * Source: Convox's API structures. Any thread.
 * All: @errors RD_EPARSE no JSON, or not of that shape; RD_ENOMEM. ret_* are set only on success and are
 * the caller's to free with the type's _done.
 */
#ifndef RD_CORE_RACK_JSON_READ_H
#define RD_CORE_RACK_JSON_READ_H

#include "core/base/str.h"
#include "core/rack/types.h"

rd_code rd_json_read_app(const rd_str *text, rd_app *ret_app, rd_err *err);
rd_code rd_json_read_apps(const rd_str *text, rd_vec *ret_apps, rd_err *err);
rd_code rd_json_read_build(const rd_str *text, rd_build *ret_build, rd_err *err);
rd_code rd_json_read_builds(const rd_str *text, rd_vec *ret_builds, rd_err *err);
rd_code rd_json_read_release(const rd_str *text, rd_release *ret_release, rd_err *err);
rd_code rd_json_read_releases(const rd_str *text, rd_vec *ret_releases, rd_err *err);
rd_code rd_json_read_system(const rd_str *text, rd_system *ret_system, rd_err *err);
rd_code rd_json_read_registries(const rd_str *text, rd_vec *ret_registries, rd_err *err);
/* What a console lists: "organization/name". */
rd_code rd_json_read_racks(const rd_str *text, rd_strs *ret_names, rd_err *err);
/* The text of one key of an object, in any case of letters. *ret_value heap, "" if there is none. */
rd_code rd_json_read_text(const rd_str *text, const char *key, char **ret_value, rd_err *err);

#endif
