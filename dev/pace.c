/* SPDX-License-Identifier: MIT */
/*
 * Stands in for runc in an engine of ours and slows down what a step of a build may print at once.
 *
 * BuildKit before Docker 23, with its log limits raised, goes round in circles when a step prints more
 * than 1 MiB before it comes to send it on; what runs into a full pipe just waits. So the output of
 * `runc run` (only BuildKit's steps are started that way) goes through a pipe with a pace of its own;
 * all else is handed to runc as it is.
 *   pace RUNC ARGUMENTS…    RUNC: path of the real one
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>

/* Measured on 2 cores, 3 builds and 3 busy loops: twice this rate still lost nothing. */
#define BYTES_PER_S 8000000
#define BURST_BYTES 65536
#define PIECE_BYTES 16384

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Waits until n more bytes are due. */
static void keep_pace(int64_t n)
{
	static int64_t due = BURST_BYTES;
	static int64_t last_us;
	int64_t now = now_us();
	struct timespec nap = {0};

	if (last_us)
		due += (now - last_us) * BYTES_PER_S / 1000000;
	last_us = now;
	if (due > BURST_BYTES)
		due = BURST_BYTES;
	due -= n;
	if (due >= 0)
		return;
	nap.tv_nsec = (long)(-due * 1000000000 / BYTES_PER_S);
	while (nanosleep(&nap, &nap) < 0 && errno == EINTR)
		continue;
}

/* Moves one piece. @returns false at the end of input, or when nobody reads. */
static bool move(int from, int to)
{
	static char piece[PIECE_BYTES];
	ssize_t n = read(from, piece, sizeof(piece));

	if (n <= 0)
		return n < 0 && errno == EINTR;
	keep_pace(n);
	for (ssize_t at = 0; at < n;) {
		ssize_t out = write(to, piece + at, (size_t)(n - at));

		if (out < 0 && errno != EINTR)
			return false;
		at += out > 0 ? out : 0;
	}
	return true;
}

static pid_t child;

static void hand_on(int signo)
{
	if (child > 0)
		kill(child, signo);
}

static void run(char **argv, int pipes[2][2])
{
	for (int i = 0; i < 2; i++)
		dup2(pipes[i][1], i + 1);
	/* Where we are killed, so is runc, as if we were not there. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execv(argv[0], argv);
	dprintf(STDERR_FILENO, "pace: cannot run '%s': %m\n", argv[0]);
	_exit(127);
}

static int paced(char **argv)
{
	struct pollfd fds[2] = {{.events = POLLIN}, {.events = POLLIN}};
	int pipes[2][2];
	int status = 0;

	if (pipe2(pipes[0], O_CLOEXEC) < 0 || pipe2(pipes[1], O_CLOEXEC) < 0)
		return 127;
	child = fork();
	if (child < 0)
		return 127;
	if (!child)
		run(argv, pipes);
	signal(SIGTERM, hand_on);
	signal(SIGINT, hand_on);
	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < 2; i++) {
		close(pipes[i][1]);
		fds[i].fd = pipes[i][0];
	}
	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		if (poll(fds, 2, -1) < 0)
			continue;
		for (int i = 0; i < 2; i++)
			if (fds[i].fd >= 0 && fds[i].revents && !move(fds[i].fd, i + 1)) {
				close(fds[i].fd);
				fds[i].fd = -1;
			}
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: pace RUNC ARGUMENTS...\n");
		return 127;
	}
	for (int i = 2; i < argc; i++)
		if (!strcmp(argv[i], "run"))
			return paced(argv + 1);
	execv(argv[1], argv + 1);
	fprintf(stderr, "pace: cannot run '%s': %m\n", argv[1]);
	return 127;
}
