/* SPDX-License-Identifier: MIT */
/* Ctrl-C as two flags. */
#include "cli/interrupt.h"

#include <signal.h>

/* What the handler must see. */
static rd_cancel *volatile flags[2];

static void on_signal(int signo RD_UNUSED)
{
	rd_cancel_fire(rd_cancel_fired(flags[0]) ? flags[1] : flags[0]);
}

static void handle(int signo, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler};

	sigemptyset(&action.sa_mask);
	sigaction(signo, &action, NULL);
}

static void handle_unless_ignored(int signo)
{
	struct sigaction before;

	if (sigaction(signo, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
		handle(signo, on_signal);
}

static void give_back(int signo)
{
	struct sigaction now;

	if (sigaction(signo, NULL, &now) == 0 && now.sa_handler == on_signal)
		handle(signo, SIG_DFL);
}

rd_code rd_interrupt_open(rd_interrupt *ret_interrupt, rd_err *err)
{
	rd_interrupt i = {NULL, NULL};
	rd_code code = rd_cancel_new(&i.first, err);

	if (code == RD_OK)
		code = rd_cancel_new(&i.second, err);
	if (code != RD_OK) {
		rd_cancel_free(i.first);
		return code;
	}
	flags[0] = i.first;
	flags[1] = i.second;
	handle_unless_ignored(SIGINT);
	*ret_interrupt = i;
	return RD_OK;
}

void rd_interrupt_by_term(void)
{
	handle_unless_ignored(SIGTERM);
}

void rd_interrupt_close(rd_interrupt *i)
{
	if (i->first == NULL)
		return;
	give_back(SIGINT);
	give_back(SIGTERM);
	flags[0] = NULL;
	flags[1] = NULL;
	i->first = rd_cancel_free(i->first);
	i->second = rd_cancel_free(i->second);
}
