/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether, when and how often to try again (N3).
 */
#include <gstream/event/gstream-error.h>
#include <gstream/remote/gstream-retry-private.h>

#define LONGEST_WAIT (60 * 1000) /* ms: a server that asks for a longer one is not tried again; `retry` is cut to it */

/* The server says itself that it has not acted. */
static gboolean
was_put_off (const GError *error)
{
  guint status = gstream_error_get_status (error);

  return status == 408 || status == 425 || status == 429 || status == 503;
}

static gboolean
was_never_sent (const GError *error)
{
  if (was_put_off (error))
    return TRUE;
  if (error->domain == G_RESOLVER_ERROR)
    return error->code == G_RESOLVER_ERROR_TEMPORARY_FAILURE;
  if (error->domain != G_IO_ERROR)
    return FALSE;

  return error->code == G_IO_ERROR_CONNECTION_REFUSED
         || error->code == G_IO_ERROR_HOST_UNREACHABLE
         || error->code == G_IO_ERROR_NETWORK_UNREACHABLE;
}

static gboolean
may_pass (const GError *error)
{
  if (error->domain == GSTREAM_ERROR)
    return error->code == GSTREAM_ERROR_INCOMPLETE || error->code == GSTREAM_ERROR_SERVER
           || error->code == GSTREAM_ERROR_RATE_LIMITED;
  if (error->domain == G_TLS_ERROR)
    return error->code == G_TLS_ERROR_EOF;
  if (error->domain == SOUP_SESSION_ERROR)
    return error->code == SOUP_SESSION_ERROR_PARSING || error->code == SOUP_SESSION_ERROR_ENCODING;
  if (error->domain != G_IO_ERROR)
    return FALSE;

  switch (error->code)
    {
    case G_IO_ERROR_FAILED:
    case G_IO_ERROR_TIMED_OUT:
    case G_IO_ERROR_BROKEN_PIPE: /* and CONNECTION_CLOSED, which is the same */
    case G_IO_ERROR_NOT_CONNECTED:
    case G_IO_ERROR_PARTIAL_INPUT:
    case G_IO_ERROR_PROXY_FAILED:
      return TRUE;
    default:
      return FALSE;
    }
}

gboolean
gstream_retry_can_help (GstreamRetryKind  kind,
                        const GError     *error)
{
  return was_never_sent (error) || (kind != GSTREAM_RETRY_UNSENT && may_pass (error));
}

void
gstream_retry_tell (GstreamRetry *self,
                    gint64        milliseconds)
{
  if (milliseconds < 0)
    return;
  self->told = TRUE;
  self->pause = MIN (milliseconds, LONGEST_WAIT);
}

static gint64
grown_pause (GstreamRetry  *self,
             GstreamServer *server)
{
  guint doublings = MIN (self->failures - 1, 20);
  gint64 first = self->told ? self->pause : server->retry_pause;

  return MIN (first << doublings, MAX (first, (gint64) server->retry_pause_max));
}

gint64
gstream_retry_next (GstreamRetry     *self,
                    GstreamServer    *server,
                    GstreamRetryKind  kind,
                    const GError     *error)
{
  gint64 asked_for = (server->not_before - g_get_monotonic_time ()) / 1000;
  gint64 pause;

  if (!gstream_retry_can_help (kind, error))
    return -1;
  if (self->failures >= server->retry_limit || asked_for > LONGEST_WAIT)
    return -1;

  self->failures++;
  pause = MAX (grown_pause (self, server), asked_for);
  g_info ("%s; trying again in %" G_GINT64_FORMAT " ms (%u of %u)",
          error->message, pause, self->failures, server->retry_limit);

  return pause;
}
