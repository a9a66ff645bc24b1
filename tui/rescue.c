/* SPDX-License-Identifier: MIT */
/* Restores the terminal from a signal handler; so its state is the only one at file scope. */
#include "tui/rescue.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/macros.h"

#define RESTORE_BYTES 256
#define STACK_BYTES (32 * 1024) /* the handler's own: ours may have overflowed */

static const int deadly[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};

static struct {
	volatile sig_atomic_t is_armed;
	char bytes[RESTORE_BYTES];
	size_t n;
	struct termios modes;
	struct sigaction before[RD_LEN(deadly)];
	char stack[STACK_BYTES];
	int is_registered;
} rescue;

static void restore_now(void)
{
	ssize_t written;

	if (!rescue.is_armed)
		return;
	rescue.is_armed = 0;
	written = write(STDOUT_FILENO, rescue.bytes, rescue.n);
	(void)written; /* there is nothing left to do about it */
	tcsetattr(STDIN_FILENO, TCSANOW, &rescue.modes);
}

static void on_deadly(int signo)
{
	restore_now();
	for (size_t i = 0; i < RD_LEN(deadly); i++)
		if (deadly[i] == signo)
			sigaction(signo, &rescue.before[i], NULL);
	raise(signo);
}

void rd_rescue_begin(void)
{
	rescue.n = 0;
	tcgetattr(STDIN_FILENO, &rescue.modes);
}

void rd_rescue_add(const char *sequence)
{
	size_t n = strcspn(sequence, "$");

	if (rescue.n + n > sizeof(rescue.bytes))
		return;
	memcpy(rescue.bytes + rescue.n, sequence, n);
	rescue.n += n;
}

void rd_rescue_arm(void)
{
	const stack_t stack = {.ss_sp = rescue.stack, .ss_size = sizeof(rescue.stack)};
	const struct sigaction action = {
		.sa_handler = on_deadly, .sa_flags = SA_ONSTACK | SA_NODEFER};

	sigaltstack(&stack, NULL);
	for (size_t i = 0; i < RD_LEN(deadly); i++)
		sigaction(deadly[i], &action, &rescue.before[i]);
	if (!rescue.is_registered)
		atexit(restore_now);
	rescue.is_registered = 1;
	rescue.is_armed = 1;
}

void rd_rescue_disarm(void)
{
	if (!rescue.is_armed)
		return;
	rescue.is_armed = 0;
	for (size_t i = 0; i < RD_LEN(deadly); i++)
		sigaction(deadly[i], &rescue.before[i], NULL);
}
