/* SPDX-License-Identifier: MIT */
/* What the kernel tells of a process, for what is measured by hand. Unknown is 0. */
#ifndef RD_TESTS_BENCH_PROC_H
#define RD_TESTS_BENCH_PROC_H

#include <sys/types.h>

/* The number behind a word of /proc/PID/status, "VmRSS:". */
long proc_status(pid_t pid, const char *word);
double proc_cpu_ms(pid_t pid);
/* How often all its threads waited and were woken. */
long proc_wakeups(pid_t pid);

#endif
