/* SPDX-License-Identifier: MIT */
/* The compiler extensions that this code uses: clean-up of locals, format checks. */
#ifndef RD_CORE_BASE_MACROS_H
#define RD_CORE_BASE_MACROS_H

#define RD_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define RD_USE_RESULT __attribute__((warn_unused_result))
#define RD_UNUSED __attribute__((unused))

/* Runs fn(&variable) when the variable leaves its scope. Declare it initialised, on its own line. */
#define RD_AUTO(fn) __attribute__((cleanup(fn)))
/* Frees a heap pointer when it leaves its scope. */
#define RD_AUTOFREE RD_AUTO(rd_autofree_)
/* Closes a descriptor (if >= 0) when it leaves its scope. */
#define RD_AUTOCLOSE RD_AUTO(rd_autoclose_)
/* Moves a pointer out of a cleaned-up local. */
#define RD_TAKE(p) \
	__extension__({ \
		__typeof__(p) taken_ = (p); \
		(p) = NULL; \
		taken_; \
	})
#define RD_LEN(array) (sizeof(array) / sizeof((array)[0]))

void rd_autofree_(void *pointer_to_pointer);
void rd_autoclose_(int *fd);

#endif
