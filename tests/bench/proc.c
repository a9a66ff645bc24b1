/* SPDX-License-Identifier: MIT */
/* What the kernel tells of a process. */
#include "tests/bench/proc.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The number behind a word in a file of /proc; 0 if it is not there. */
static long number(const char *path, const char *word)
{
	char line[256];
	long n = 0;
	FILE *f = fopen(path, "re");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, word, strlen(word)))
			n = strtol(line + strlen(word), NULL, 10);
	if (f)
		fclose(f);
	return n;
}

long proc_status(pid_t pid, const char *word)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	return number(path, word);
}

/* How often all its threads waited and were woken. */
long proc_wakeups(pid_t pid)
{
	char path[300];
	const struct dirent *entry;
	long n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%s/status", (int)pid, entry->d_name);
		n += number(path, "voluntary_ctxt_switches:");
	}
	if (dir)
		closedir(dir);
	return n;
}

double proc_cpu_ms(pid_t pid)
{
	char path[64], text[1024] = "";
	unsigned long user = 0, sys = 0;
	const char *rest;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (f && fgets(text, sizeof(text), f) && (rest = strrchr(text, ')')))
		sscanf(rest + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
			&sys);
	if (f)
		fclose(f);
	return (double)(user + sys) * 1e3 / (double)sysconf(_SC_CLK_TCK);
}
