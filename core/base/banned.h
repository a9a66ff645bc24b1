/* SPDX-License-Identifier: MIT */
/* Calls that may not be used here, turned into errors at compile time. Force-included by the build,
 * after config.h; so the headers that declare them come first. */
#ifndef RD_CORE_BASE_BANNED_H
#define RD_CORE_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RD_BANNED(name) sorry_##name##_is_banned_see_banned_h

#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef alloca
#define strcpy(...) RD_BANNED(strcpy)
#define strcat(...) RD_BANNED(strcat)
#define strncpy(...) RD_BANNED(strncpy)
#define strncat(...) RD_BANNED(strncat)
#define sprintf(...) RD_BANNED(sprintf)
#define vsprintf(...) RD_BANNED(vsprintf)
#define strtok(...) RD_BANNED(strtok)
#define atoi(...) RD_BANNED(atoi)
#define atol(...) RD_BANNED(atol)
#define atoll(...) RD_BANNED(atoll)
#define system(...) RD_BANNED(system)
#define popen(...) RD_BANNED(popen)
#define rand(...) RD_BANNED(rand)
#define srand(...) RD_BANNED(srand)
#define localtime(...) RD_BANNED(localtime)
#define gmtime(...) RD_BANNED(gmtime)
#define ctime(...) RD_BANNED(ctime)
#define asctime(...) RD_BANNED(asctime)
#define tmpnam(...) RD_BANNED(tmpnam)
#define mktemp(...) RD_BANNED(mktemp)
#define alloca(...) RD_BANNED(alloca)

#endif
