/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread's server: with which headers and through which session it is spoken to (N8).
 */
#include <gstream/remote/gstream-thread-private.h>

#include <string.h>

#include <gstream/event/gstream-error.h>

#define API_KEY_HEADER "X-Api-Key"
#define USER_AGENT "gstream"

/* --- what is sent with every request --- */

/**
 * gstream_thread_set_api_key: (set-property api-key)
 * @self: a thread
 * @api_key: (nullable): the key; %NULL: none
 *
 * Sets the key that the server asks for; it is sent as `X-Api-Key`, to the
 * server's own origin alone (N8).
 */
void
gstream_thread_set_api_key (GstreamThread *self,
                            const char    *api_key)
{
  g_return_if_fail (GSTREAM_IS_THREAD (self));

  gstream_thread_set_header (self, API_KEY_HEADER, api_key);
}

static void
remove_header (GstreamThread *self,
               const char    *name)
{
  for (guint i = 0; i < self->headers->len; i += 2)
    if (g_ascii_strcasecmp (self->headers->pdata[i], name) == 0)
      {
        g_ptr_array_remove_range (self->headers, i, 2);
        return;
      }
}

/**
 * gstream_thread_set_header:
 * @self: a thread
 * @name: a header's name, such as `Authorization`
 * @value: (nullable): its value; %NULL: it is not sent any more
 *
 * Sets a header to send with every request to the server, and to no other
 * origin (N8). It counts for what is started from then on. That it cannot be
 * sent, because there is a line break in it for instance, is an error of what is started.
 */
void
gstream_thread_set_header (GstreamThread *self,
                           const char    *name,
                           const char    *value)
{
  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (name != NULL);

  remove_header (self, name);
  if (value == NULL)
    return;

  g_ptr_array_add (self->headers, g_strdup (name));
  g_ptr_array_add (self->headers, g_strdup (value));
}

/* --- for its runs --- */

static gboolean
is_header_name (const char *name)
{
  for (const char *c = name; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("!#$%&'*+-.^_`|~", *c) == NULL)
      return FALSE;

  return *name != '\0';
}

/* Without a word of the value, which is secret. */
static gboolean
check_header (const char  *name,
              const char  *value,
              GError     **error)
{
  if (!is_header_name (name))
    g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, "“%s” is no name of a header", name);
  else if (strpbrk (value, "\r\n") != NULL || !g_str_is_ascii (value))
    g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                 "The value of the header %s has a line break in it, or something else than ASCII", name);
  else
    return TRUE;

  return FALSE;
}

static gboolean
add_headers (GstreamThread  *self,
             GstreamServer  *server,
             GError        **error)
{
  for (guint i = 0; i < self->headers->len; i += 2)
    {
      const char *name = self->headers->pdata[i];
      const char *value = self->headers->pdata[i + 1];

      if (!check_header (name, value, error))
        return FALSE;
      gstream_server_take_header (server, name, value);
    }

  return TRUE;
}

static SoupSession *
ensure_session (GstreamThread *self)
{
  if (self->session == NULL)
    self->session = g_object_new (SOUP_TYPE_SESSION,
                                  "user-agent", USER_AGENT,
                                  "timeout", 0, /* each part has its own: a stream may be silent for long */
                                  "max-conns", GSTREAM_SERVER_CONNECTIONS,
                                  "max-conns-per-host", GSTREAM_SERVER_CONNECTIONS,
                                  NULL);

  return self->session;
}

GstreamServer *
gstream_thread_new_server (GstreamThread  *self,
                           GError        **error)
{
  g_autoptr (GstreamServer) server = gstream_server_new (self->url, self->assistant, ensure_session (self),
                                                         self->context, error);

  if (server == NULL || !add_headers (self, server, error))
    return NULL;

  server->max_event_size = self->max_event_size;
  server->max_depth = self->max_depth;
  server->retry_limit = self->retry_limit;
  server->retry_pause = self->retry_pause;
  server->retry_pause_max = self->retry_pause_max;
  server->silence_timeout = self->silence_timeout;
  server->answer_timeout = self->answer_timeout;
  server->cancel_on_abort = self->cancel_on_abort;

  return g_steal_pointer (&server);
}
