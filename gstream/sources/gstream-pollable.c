/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A stream that can be read without waiting.
 */
#include <gstream/sources/gstream-pollable-private.h>

/* Of one call: an HTTP body gives each of its chunks alone, and there is a main loop to return to (R11). */
#define MOST_READS 64

void
gstream_pollable_init (GstreamPollable *self,
                       GInputStream    *stream)
{
  if (G_IS_POLLABLE_INPUT_STREAM (stream) && g_pollable_input_stream_can_poll (G_POLLABLE_INPUT_STREAM (stream)))
    self->stream = G_POLLABLE_INPUT_STREAM (stream);
}

void
gstream_pollable_wake (GstreamPollable *self)
{
  if (self->watch != NULL)
    g_source_destroy (self->watch);
  g_clear_pointer (&self->watch, g_source_unref);
  self->dry = FALSE;
}

void
gstream_pollable_clear (GstreamPollable *self)
{
  gstream_pollable_wake (self);
  self->stream = NULL;
}

/* FALSE: nothing more can be read now. */
static gboolean
read_piece (GstreamPollable  *self,
            char             *bytes,
            gsize             size,
            gsize            *n_read,
            gboolean         *at_end,
            GError          **error)
{
  GError *local_error = NULL;
  gssize n = g_pollable_input_stream_read_nonblocking (self->stream, bytes, size, NULL, &local_error);

  *at_end = n == 0;
  self->dry = g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  if (self->dry)
    g_clear_error (&local_error);
  if (local_error != NULL)
    g_propagate_error (error, local_error);
  if (n <= 0)
    return FALSE;

  *n_read += n;

  return TRUE;
}

gsize
gstream_pollable_read (GstreamPollable  *self,
                       char             *bytes,
                       gsize             size,
                       gboolean         *at_end,
                       GError          **error)
{
  gsize n_read = 0;

  /* To look is cheaper than the error of a read that would block, and whoever waits has often just been told. */
  if (self->dry && !g_pollable_input_stream_is_readable (self->stream))
    return 0;

  for (guint i = 0; i < MOST_READS && n_read < size; i++)
    if (!read_piece (self, bytes + n_read, size - n_read, &n_read, at_end, error))
      break;

  return n_read;
}

void
gstream_pollable_wait (GstreamPollable     *self,
                       GMainContext        *context,
                       GPollableSourceFunc  func,
                       gpointer             user_data)
{
  if (self->watch != NULL)
    return;

  /* What layers below have read ahead, as TLS does, shows in a read only: one that found nothing must have been made. */
  if (self->dry)
    self->watch = g_pollable_input_stream_create_source (self->stream, NULL);
  else
    {
      self->watch = g_pollable_source_new (G_OBJECT (self->stream));
      g_source_set_ready_time (self->watch, 0);
    }
  g_source_set_static_name (self->watch, "[gstream] readable");
  g_source_set_callback (self->watch, G_SOURCE_FUNC (func), user_data, NULL);
  g_source_attach (self->watch, context);
}
