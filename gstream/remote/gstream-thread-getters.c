/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a thread is asked for by name.
 */
#include <gstream/remote/gstream-thread-private.h>

/**
 * gstream_thread_get_url: (get-property url)
 * @self: a thread
 *
 * Gets the server's address.
 *
 * Returns: (nullable): the URL
 */
const char *
gstream_thread_get_url (GstreamThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);

  return self->url;
}

/**
 * gstream_thread_get_assistant: (get-property assistant)
 * @self: a thread
 *
 * Gets the assistant, or the graph, whose runs are started.
 *
 * Returns: (nullable): its id or name
 */
const char *
gstream_thread_get_assistant (GstreamThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);

  return self->assistant;
}

/**
 * gstream_thread_get_thread_id: (get-property thread-id)
 * @self: a thread
 *
 * Gets the id that the server knows the thread by.
 *
 * Returns: (nullable): the id, or %NULL before the server has made the thread
 */
const char *
gstream_thread_get_thread_id (GstreamThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);

  return self->thread_id;
}

/**
 * gstream_thread_get_session: (get-property session)
 * @self: a thread
 *
 * Gets the session through which the server is spoken to.
 *
 * Returns: (transfer none) (nullable): the session that was given, or the
 *   thread's own; %NULL before that was needed
 */
SoupSession *
gstream_thread_get_session (GstreamThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);

  return self->session;
}

/**
 * gstream_thread_get_transport: (get-property transport)
 * @self: a thread
 *
 * Gets how the events come.
 *
 * Returns: the transport
 */
GstreamTransport
gstream_thread_get_transport (GstreamThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), GSTREAM_TRANSPORT_SSE);

  return self->transport;
}

/**
 * gstream_thread_get_cancel_on_abort: (get-property cancel-on-abort)
 * @self: a thread
 *
 * Gets whether aborting a run ends it on the server too.
 *
 * Returns: whether it does
 */
gboolean
gstream_thread_get_cancel_on_abort (GstreamThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), FALSE);

  return self->cancel_on_abort;
}
