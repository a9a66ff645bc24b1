/* SPDX-License-Identifier: MIT */
/* Names of platforms. */
#include "core/formats/platform.h"

#include <strings.h>

#include "core/base/macros.h"

/* Other names of what Go calls name[0]. */
static const char *const arch_names[][2] = {
	{"amd64", "x86_64"},
	{"amd64", "x86-64"},
	{"arm64", "aarch64"},
	{"386", "i386"},
	{"386", "i686"},
	{"arm", "armhf"},
	{"arm", "armv6l"},
	{"arm", "armv7l"},
	{"arm", "armel"},
};

static const char *arch_of(const char *name)
{
	for (size_t i = 0; i < RD_LEN(arch_names); i++)
		if (!strcasecmp(name, arch_names[i][1]))
			return arch_names[i][0];
	return name;
}

void rd_platform_put(const char *os, const char *arch, rd_str *out)
{
	if (*os && *arch)
		rd_str_printf(out, "%s/%s", os, arch_of(arch));
}

bool rd_platform_is(const char *platform, const char *wanted)
{
	RD_STR_AUTO rd_str full = RD_STR_INIT(0);
	const char *slash = strchr(platform, '/'), *rest = strchr(wanted, '/');
	size_t os_n = slash ? (size_t)(slash - platform) : strlen(platform);
	RD_AUTOFREE char *arch = NULL;

	if (!rest && strlen(wanted) == os_n && !strncasecmp(wanted, platform, os_n))
		return true;
	rd_str_putn(&full, rest ? wanted : platform, rest ? (size_t)(rest - wanted) : os_n);
	rest = rest ? rest + 1 : wanted;
	arch = strndup(rest, strcspn(rest, "/"));
	rd_str_printf(&full, "/%s", arch ? arch_of(arch) : "");
	return !strcasecmp(rd_str_get(&full), platform);
}
