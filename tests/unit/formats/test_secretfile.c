/* SPDX-License-Identifier: MIT */
/* Which names and first bytes count as secrets. */
#include "core/base/macros.h"
#include "core/formats/secretfile.h"

#include "tests/unit/unit.h"

static const char *why(const char *name, const char *head)
{
	return rd_secretfile_why(name, head, strlen(head));
}

static void why__knows_environments(void **state RD_UNUSED)
{
	assert_string_equal(why(".env", ""), "holds an environment");
	assert_string_equal(why(".env.production", "A=1"), "holds an environment");
	assert_null(why(".env.example", "A=1"));
	assert_null(why(".env.dist", "A=1"));
	assert_null(why(".environment", "A=1"));
	assert_null(why("env", "A=1"));
}

static void why__knows_private_keys(void **state RD_UNUSED)
{
	static const char *const keys[] = {
		"-----BEGIN PRIVATE KEY-----\nMII",
		"-----BEGIN RSA PRIVATE KEY-----\nMII",
		"-----BEGIN ENCRYPTED PRIVATE KEY-----\r\nMII",
		"-----BEGIN PGP PRIVATE KEY BLOCK-----\n",
		"Bag Attributes\n-----BEGIN CERTIFICATE-----\nMII\n-----BEGIN EC PRIVATE "
		"KEY-----\n",
		"PuTTY-User-Key-File-3: ssh-ed25519\n",
	};

	for (size_t i = 0; i < RD_LEN(keys); i++) {
		assert_string_equal(why("server.pem", keys[i]), "holds a private key");
		assert_string_equal(why("server.key", keys[i]), "holds a private key");
		assert_string_equal(why("id_ed25519", keys[i]), "holds a private key");
		assert_null(why("main.c", keys[i]));
	}
}

static void why__knows_keys_by_name_alone(void **state RD_UNUSED)
{
	assert_string_equal(why("id_rsa", "\x30\x82"), "has the name of a private key");
	assert_string_equal(why("master.key", "c0ffee"), "has the name of a private key");
	assert_string_equal(why("store.p12", "\x30\x82"), "has the name of a private key");
	assert_null(why("store.p12.txt", "x"));
}

static void why__takes_public_ones_for_public(void **state RD_UNUSED)
{
	assert_null(why("ca.pem", "-----BEGIN CERTIFICATE-----\nMII"));
	assert_null(why("pub.pem", "-----BEGIN PUBLIC KEY-----\nMII"));
	assert_null(why("id_rsa.pub", "-----BEGIN RSA PRIVATE KEY-----"));
	assert_null(why("a.key", "-----BEGIN SOMETHING-----\nPRIVATE KEY"));
	assert_null(why("id_card.c", "int id;"));
	assert_null(why("id_rsa", ""));
	assert_null(why("id_card", "-----BEGIN "));
	assert_null(why("a.key", "cafe"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(why__knows_environments),
		cmocka_unit_test(why__knows_private_keys),
		cmocka_unit_test(why__knows_keys_by_name_alone),
		cmocka_unit_test(why__takes_public_ones_for_public),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
