/* SPDX-License-Identifier: MIT */
/* How long connections may take for what is asked of them: who sends a head or a form byte by byte is let go, however
 * busy that looks. */
#include <stdlib.h>
#include <sys/socket.h>

#include "core/base/clock.h"
#include "core/server/server_impl.h"

struct rd_client {
	rd_client *next, *before;
	int fd;           /* borrowed */
	int64_t until_us; /* 0: it may last */
};

static rd_client *client_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static void begin(rd_server *s, struct MHD_Connection *connection, void **context)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	rd_client *c = info ? calloc(1, sizeof(*c)) : NULL;

	*context = c;
	if (!c)
		return;
	c->fd = info->connect_fd;
	c->until_us = rd_now_us() + s->opts.idle_s * 1000000LL;
	pthread_mutex_lock(&s->lock);
	c->next = s->clients;
	if (c->next)
		c->next->before = c;
	s->clients = c;
	pthread_mutex_unlock(&s->lock);
}

static void end(rd_server *s, rd_client *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&s->lock);
	if (c->before)
		c->before->next = c->next;
	else
		s->clients = c->next;
	if (c->next)
		c->next->before = c->before;
	pthread_mutex_unlock(&s->lock);
	free(c);
}

void rd_clients_note(void *arg, struct MHD_Connection *connection, void **context,
	enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		begin(arg, connection, context);
	else
		end(arg, *context);
}

void rd_clients_hurry(rd_server *s, struct MHD_Connection *connection, bool on)
{
	rd_client *c = client_of(connection);

	if (!c)
		return;
	pthread_mutex_lock(&s->lock);
	c->until_us = on ? rd_now_us() + s->opts.idle_s * 1000000LL : 0;
	pthread_mutex_unlock(&s->lock);
}

int rd_clients_drop_slow(rd_server *s)
{
	int64_t now_us = rd_now_us(), next_us = now_us + s->opts.idle_s * 1000000LL;
	bool is_none;

	pthread_mutex_lock(&s->lock);
	is_none = !s->clients;
	for (rd_client *c = s->clients; c; c = c->next) {
		if (c->until_us && c->until_us <= now_us) {
			shutdown(c->fd, SHUT_RDWR);
			c->until_us = 0;
		} else if (c->until_us && c->until_us < next_us) {
			next_us = c->until_us;
		}
	}
	pthread_mutex_unlock(&s->lock);
	return is_none ? -1 : (int)((next_us - now_us) / 1000) + 1;
}
