/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A pollable stream that reads only as many bytes as it was allowed to.
 */
#include <gstream/remote/gstream-throttled-input-stream-private.h>

#include <string.h>

#define TAIL_SIZE 127 /* bytes of the largest closing frame */

struct _GstreamThrottledInputStream
{
  GInputStream parent_instance;

  GPollableInputStream *base;
  GBytes               *first;           /* to be read before @base; NULL: nothing is left */
  gsize                 allowed;         /* bytes that may still be read */
  guint64               passed;          /* bytes that were read in all */
  guint8                tail[TAIL_SIZE]; /* the end of what was read last */
  gsize                 tail_length;
  GSource              *waiting; /* of the reader, while it may not read: it has no child then */
};

static guint used_up_signal;

static void pollable_iface_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamThrottledInputStream, gstream_throttled_input_stream, G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, pollable_iface_init))

/* --- reading --- */

static gssize
read_first (GstreamThrottledInputStream *self,
            void                        *buffer,
            gsize                        count)
{
  gsize       size;
  const char *bytes = g_bytes_get_data (self->first, &size);
  gsize       taken = MIN (count, size);
  g_autoptr (GBytes) whole = g_steal_pointer (&self->first);

  memcpy (buffer, bytes, taken);
  if (taken < size)
    self->first = g_bytes_new_from_bytes (whole, taken, size - taken);

  return taken;
}

static gssize
gstream_throttled_input_stream_read_nonblocking (GPollableInputStream *stream,
                                                 void                 *buffer,
                                                 gsize                 count,
                                                 GError              **error)
{
  GstreamThrottledInputStream *self = GSTREAM_THROTTLED_INPUT_STREAM (stream);
  gsize                        wanted = MIN (count, self->allowed);
  gssize                       taken;

  if (wanted == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "No more bytes are allowed for now");
      return -1;
    }

  taken = self->first != NULL ? read_first (self, buffer, wanted)
                              : g_pollable_input_stream_read_nonblocking (self->base, buffer, wanted, NULL, error);
  if (taken > 0)
    {
      self->allowed -= taken;
      self->passed += taken;
      self->tail_length = MIN ((gsize) taken, TAIL_SIZE);
      memcpy (self->tail, (const guint8 *) buffer + taken - self->tail_length, self->tail_length);
      if (self->allowed == 0)
        g_signal_emit (self, used_up_signal, 0);
    }

  return taken;
}

static gboolean
gstream_throttled_input_stream_is_readable (GPollableInputStream *stream)
{
  GstreamThrottledInputStream *self = GSTREAM_THROTTLED_INPUT_STREAM (stream);

  return self->allowed > 0 && (self->first != NULL || g_pollable_input_stream_is_readable (self->base));
}

/* What makes a source of the stream's ready when it may read. */
static GSource *
new_child (GstreamThrottledInputStream *self)
{
  if (self->first != NULL)
    return g_timeout_source_new (0);

  return g_pollable_input_stream_create_source (self->base, NULL);
}

static GSource *
gstream_throttled_input_stream_create_source (GPollableInputStream *stream,
                                              GCancellable         *cancellable)
{
  GstreamThrottledInputStream *self = GSTREAM_THROTTLED_INPUT_STREAM (stream);
  g_autoptr (GSource) child = self->allowed > 0 ? new_child (self) : NULL;
  GSource *source = g_pollable_source_new_full (self, child, cancellable);

  if (child == NULL)
    {
      g_clear_pointer (&self->waiting, g_source_unref);
      self->waiting = g_source_ref (source);
    }

  return source;
}

static void
pollable_iface_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = gstream_throttled_input_stream_is_readable;
  iface->create_source = gstream_throttled_input_stream_create_source;
  iface->read_nonblocking = gstream_throttled_input_stream_read_nonblocking;
}

void
gstream_throttled_input_stream_allow (GstreamThrottledInputStream *self,
                                      gsize                        bytes)
{
  g_autoptr (GSource) waiting = g_steal_pointer (&self->waiting);

  self->allowed = bytes;
  if (waiting != NULL && !g_source_is_destroyed (waiting))
    {
      g_autoptr (GSource) child = new_child (self);

      g_source_set_dummy_callback (child);
      g_source_add_child_source (waiting, child);
    }
}

gboolean
gstream_throttled_input_stream_may_read (GstreamThrottledInputStream *self)
{
  return self->allowed > 0;
}

const guint8 *
gstream_throttled_input_stream_get_tail (GstreamThrottledInputStream *self,
                                         gsize                       *length)
{
  *length = self->tail_length;

  return self->tail;
}

guint64
gstream_throttled_input_stream_get_passed (GstreamThrottledInputStream *self)
{
  return self->passed;
}

/* --- the object --- */

static gssize
gstream_throttled_input_stream_read (GInputStream *stream,
                                     void         *buffer,
                                     gsize         count,
                                     GCancellable *cancellable,
                                     GError      **error)
{
  return gstream_throttled_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream), buffer, count, error);
}

static gboolean
gstream_throttled_input_stream_close (GInputStream *stream,
                                      GCancellable *cancellable,
                                      GError      **error)
{
  return g_input_stream_close (G_INPUT_STREAM (GSTREAM_THROTTLED_INPUT_STREAM (stream)->base), cancellable, error);
}

static void
gstream_throttled_input_stream_finalize (GObject *object)
{
  GstreamThrottledInputStream *self = GSTREAM_THROTTLED_INPUT_STREAM (object);

  g_clear_pointer (&self->waiting, g_source_unref);
  g_clear_pointer (&self->first, g_bytes_unref);
  g_object_unref (self->base);

  G_OBJECT_CLASS (gstream_throttled_input_stream_parent_class)->finalize (object);
}

static void
gstream_throttled_input_stream_class_init (GstreamThrottledInputStreamClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = gstream_throttled_input_stream_read;
  G_INPUT_STREAM_CLASS (klass)->close_fn = gstream_throttled_input_stream_close;
  G_OBJECT_CLASS (klass)->finalize = gstream_throttled_input_stream_finalize;

  used_up_signal =
      g_signal_new ("used-up", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
gstream_throttled_input_stream_init (GstreamThrottledInputStream *self)
{
}

GstreamThrottledInputStream *
gstream_throttled_input_stream_new (GPollableInputStream *base,
                                    GBytes               *first)
{
  GstreamThrottledInputStream *self = g_object_new (GSTREAM_TYPE_THROTTLED_INPUT_STREAM, NULL);

  self->base = g_object_ref (base);
  self->first = g_bytes_get_size (first) > 0 ? g_bytes_ref (first) : NULL;

  return self;
}
