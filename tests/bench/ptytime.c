/* SPDX-License-Identifier: MIT */
/* Times a full-screen program on a pseudo-terminal: from its start to the first byte, to a text on the
 * screen and to the last byte before it falls silent.
 *   ptytime COLSxROWS TEXT KEYS COMMAND…    prints "first_ms text_ms last_ms cpu_ms bytes rss_kb"
 * TEXT "" waits for silence only; KEYS are typed once the text is there, to end the program. */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SILENCE_MS 300
#define DEADLINE_MS 60000
#define SCREEN_MAX (8 * 1024 * 1024)

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

struct run {
	int fd;
	const char *text, *keys;
	char *seen;
	size_t n;
	double start, first, found, last;
};

/* Reads until the program is silent after the text, or gone. */
static void watch(struct run *r)
{
	bool typed = false;

	for (;;) {
		struct pollfd p = {r->fd, POLLIN, 0};
		int timeout = r->found || !r->text[0] ? SILENCE_MS : DEADLINE_MS;
		int ready = poll(&p, 1, timeout);
		ssize_t got;

		if (ready == 0 && !typed) {
			typed = true;
			if (write(r->fd, r->keys, strlen(r->keys)) < 0)
				return;
			continue;
		}
		if (ready <= 0)
			return;
		got = read(r->fd, r->seen + r->n, SCREEN_MAX - 1 - r->n);
		if (got <= 0)
			return;
		if (typed)
			continue;
		r->last = now_ms();
		if (!r->first)
			r->first = r->last;
		r->n += (size_t)got;
		r->seen[r->n] = '\0';
		if (!r->found && r->text[0] && memmem(r->seen, r->n, r->text, strlen(r->text)))
			r->found = r->last;
	}
}

int main(int argc, char **argv)
{
	static char seen[SCREEN_MAX];
	struct winsize size = {0};
	struct rusage used;
	struct run r = {0};
	unsigned cols, rows;
	int status;
	pid_t pid;

	if (argc < 5 || sscanf(argv[1], "%ux%u", &cols, &rows) != 2) {
		fprintf(stderr, "usage: ptytime COLSxROWS TEXT KEYS COMMAND…\n");
		return 2;
	}
	size.ws_col = (unsigned short)cols;
	size.ws_row = (unsigned short)rows;
	r.text = argv[2];
	r.keys = argv[3];
	r.seen = seen;
	r.start = now_ms();
	pid = forkpty(&r.fd, NULL, NULL, &size);
	if (pid == 0) {
		execvp(argv[4], argv + 4);
		_exit(127);
	}
	if (pid < 0)
		return 1;
	watch(&r);
	close(r.fd);
	if (wait4(pid, &status, 0, &used) < 0)
		return 1;
	if (r.text[0] && !r.found) {
		fprintf(stderr, "ptytime: '%s' never came\n", r.text);
		return 1;
	}
	printf("%.1f %.1f %.1f %.1f %zu %ld\n", r.first - r.start,
		(r.found ? r.found : r.last) - r.start, r.last - r.start,
		(double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
			(double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3,
		r.n, used.ru_maxrss);
	return 0;
}
