/* SPDX-License-Identifier: MIT */
/* Errors as values. */
#include "core/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

void rd_autofree_(void *pointer_to_pointer)
{
	void *p;

	memcpy(&p, pointer_to_pointer, sizeof p);
	free(p);
}

void rd_autoclose_(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

rd_code rd_err_set(rd_err *err, rd_code code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return code;
	err->code = code;
	err->os = 0;
	err->ctx[0] = '\0';
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof err->msg, fmt, ap);
	va_end(ap);
	return code;
}

static rd_code code_of_errno(int os)
{
	switch (os) {
	case ENOENT:
	case ENOTDIR:
		return RD_ENOENT;
	case EEXIST:
		return RD_EEXIST;
	case EACCES:
	case EPERM:
	case EROFS:
		return RD_EPERM;
	case ENOMEM:
		return RD_ENOMEM;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return RD_ENOSPC;
	case EAGAIN:
	case EBUSY:
		return RD_EBUSY;
	case ECANCELED:
		return RD_ECANCELED;
	case ETIMEDOUT:
		return RD_ETIMEOUT;
	case ECONNREFUSED:
	case ECONNRESET:
	case EHOSTUNREACH:
	case ENETUNREACH:
		return RD_EUNAVAIL;
	case EINVAL:
	case ENAMETOOLONG:
		return RD_EINVAL;
	default:
		return RD_EIO;
	}
}

rd_code rd_err_os(rd_err *err, int os, const char *fmt, ...)
{
	rd_code code = code_of_errno(os);
	char text[128];
	va_list ap;
	int n;

	if (!err)
		return code;
	err->code = code;
	err->os = os;
	err->ctx[0] = '\0';
	va_start(ap, fmt);
	n = vsnprintf(err->msg, sizeof err->msg, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof err->msg)
		snprintf(err->msg + n, sizeof err->msg - (size_t)n, ": %s",
			strerror_r(os, text, sizeof text));
	return code;
}

rd_code rd_err_wrap(rd_err *err, const char *fmt, ...)
{
	char old[sizeof err->ctx];
	va_list ap;
	int n;

	if (!err)
		return RD_EBUG;
	memcpy(old, err->ctx, sizeof old);
	va_start(ap, fmt);
	n = vsnprintf(err->ctx, sizeof err->ctx, fmt, ap);
	va_end(ap);
	if (old[0] && n >= 0 && (size_t)n < sizeof err->ctx)
		snprintf(err->ctx + n, sizeof err->ctx - (size_t)n, ": %s", old);
	return err->code;
}

rd_code rd_err_nomem(rd_err *err)
{
	return rd_err_set(err, RD_ENOMEM, "out of memory");
}

const char *rd_err_text(const rd_err *err, char *buf, size_t cap)
{
	if (!cap)
		return "";
	if (!err)
		buf[0] = '\0';
	else if (err->ctx[0])
		snprintf(buf, cap, "%s: %s", err->ctx, err->msg);
	else
		snprintf(buf, cap, "%s", err->msg);
	return buf;
}

const char *rd_code_name(rd_code code)
{
	static const char *const names[] = {"ok", "invalid", "not-found", "exists", "not-permitted",
		"out-of-memory", "io", "no-space", "busy", "canceled", "timeout", "unavailable",
		"unsupported", "limit", "parse", "corrupt", "failed", "remote", "bug"};
	int i = -(int)code;

	return i >= 0 && i < (int)RD_LEN(names) ? names[i] : "unknown";
}
