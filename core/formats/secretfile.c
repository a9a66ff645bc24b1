/* SPDX-License-Identifier: MIT */
/* Names and first bytes of files that hold secrets. */
#include "core/formats/secretfile.h"

#include <string.h>

#include "core/base/str.h"

/* "/.env.example" and its like are written to be shared. */
static bool is_env(const char *name)
{
	static const char *const shared[] = {".example", ".sample", ".template", ".dist"};

	if (strcmp(name, ".env") == 0)
		return true;
	if (!rd_starts_with(name, ".env."))
		return false;
	for (size_t i = 0; i < RD_LEN(shared); i++)
		if (rd_ends_with(name, shared[i]))
			return false;
	return true;
}

/* Names that ssh-keygen and Rails give to keys, and the endings of PKCS#12: whatever their form. */
static bool is_key_name(const char *name)
{
	static const char *const names[] = {"id_rsa", "id_dsa", "id_ecdsa", "id_ecdsa_sk",
		"id_ed25519", "id_ed25519_sk", "master.key"};

	for (size_t i = 0; i < RD_LEN(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return rd_ends_with(name, ".p12") || rd_ends_with(name, ".pfx");
}

bool rd_secretfile_maybe(const char *name)
{
	static const char *const endings[] = {".pem", ".key", ".ppk", ".p8", ".asc"};

	if (is_env(name) || is_key_name(name))
		return true;
	if (rd_starts_with(name, "id_") || rd_ends_with(name, "_rsa") ||
		rd_ends_with(name, "_ed25519"))
		return !rd_ends_with(name, ".pub");
	for (size_t i = 0; i < RD_LEN(endings); i++)
		if (rd_ends_with(name, endings[i]))
			return true;
	return false;
}

/* "-----BEGIN EC PRIVATE KEY-----" with any words between, or what PuTTY writes. */
static bool is_private_key(const char *head, size_t n)
{
	static const char begin[] = "-----BEGIN ", key[] = "PRIVATE KEY",
			  putty[] = "PuTTY-User-Key-File-";
	const char *at = memmem(head, n, begin, sizeof begin - 1);
	const char *end;

	if (n >= sizeof putty - 1 && memcmp(head, putty, sizeof putty - 1) == 0)
		return true;
	while (at) {
		n -= (size_t)(at - head);
		head = at;
		end = memchr(head, '\n', n);
		if (memmem(head, end ? (size_t)(end - head) : n, key, sizeof key - 1))
			return true;
		head += sizeof begin - 1;
		n -= sizeof begin - 1;
		at = memmem(head, n, begin, sizeof begin - 1);
	}
	return false;
}

const char *rd_secretfile_why(const char *name, const char *head, size_t n)
{
	if (!rd_secretfile_maybe(name))
		return NULL;
	if (is_env(name))
		return "holds an environment";
	if (is_private_key(head, n))
		return "holds a private key";
	return n && is_key_name(name) ? "has the name of a private key" : NULL;
}
