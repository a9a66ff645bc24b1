/* SPDX-License-Identifier: MIT */
/* The decoder that protoc-c makes from status.proto; its own code casts const away. */
#pragma GCC diagnostic ignored "-Wcast-qual"
#include "core/formats/status.pb-c.c"
