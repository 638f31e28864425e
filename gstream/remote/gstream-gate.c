/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A pollable stream that lets through only as many bytes as it was told to.
 */
#include <gstream/remote/gstream-gate-private.h>

#include <string.h>

#define TAIL_SIZE 127 /* bytes of the largest closing frame */

struct _GstreamGate
{
  GInputStream          parent_instance;

  GPollableInputStream *base;
  GBytes               *first;    /* to be read before @base; NULL: nothing is left */
  gsize                 allowed;  /* bytes that may still pass */
  guint64               passed;   /* bytes, in all */
  guint8                tail[TAIL_SIZE]; /* the end of what was read last */
  gsize                 tail_length;
  GSource              *waiting;  /* of the reader, while the gate is closed; it has no child then */
};

static guint shut_signal;

static void pollable_iface_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamGate, gstream_gate, G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, pollable_iface_init))

/* --- reading --- */

static gssize
read_first (GstreamGate *self,
            void        *buffer,
            gsize        count)
{
  gsize size;
  const char *bytes = g_bytes_get_data (self->first, &size);
  gsize taken = MIN (count, size);
  g_autoptr (GBytes) whole = g_steal_pointer (&self->first);

  memcpy (buffer, bytes, taken);
  if (taken < size)
    self->first = g_bytes_new_from_bytes (whole, taken, size - taken);

  return taken;
}

static gssize
gstream_gate_read_nonblocking (GPollableInputStream  *stream,
                               void                  *buffer,
                               gsize                  count,
                               GError               **error)
{
  GstreamGate *self = GSTREAM_GATE (stream);
  gsize wanted = MIN (count, self->allowed);
  gssize taken;

  if (wanted == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "The gate is closed");
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
        g_signal_emit (self, shut_signal, 0);
    }

  return taken;
}

static gboolean
gstream_gate_is_readable (GPollableInputStream *stream)
{
  GstreamGate *self = GSTREAM_GATE (stream);

  return self->allowed > 0 && (self->first != NULL || g_pollable_input_stream_is_readable (self->base));
}

/* What makes a source of the gate's ready, once it is open. */
static GSource *
new_child (GstreamGate *self)
{
  if (self->first != NULL)
    return g_timeout_source_new (0);

  return g_pollable_input_stream_create_source (self->base, NULL);
}

static GSource *
gstream_gate_create_source (GPollableInputStream *stream,
                            GCancellable         *cancellable)
{
  GstreamGate *self = GSTREAM_GATE (stream);
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
  iface->is_readable = gstream_gate_is_readable;
  iface->create_source = gstream_gate_create_source;
  iface->read_nonblocking = gstream_gate_read_nonblocking;
}

void
gstream_gate_open (GstreamGate *self,
                   gsize        bytes)
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
gstream_gate_is_open (GstreamGate *self)
{
  return self->allowed > 0;
}

const guint8 *
gstream_gate_get_tail (GstreamGate *self,
                       gsize       *length)
{
  *length = self->tail_length;

  return self->tail;
}

guint64
gstream_gate_get_passed (GstreamGate *self)
{
  return self->passed;
}

/* --- the object --- */

static gssize
gstream_gate_read (GInputStream  *stream,
                   void          *buffer,
                   gsize          count,
                   GCancellable  *cancellable,
                   GError       **error)
{
  return gstream_gate_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream), buffer, count, error);
}

static gboolean
gstream_gate_close (GInputStream  *stream,
                    GCancellable  *cancellable,
                    GError       **error)
{
  return g_input_stream_close (G_INPUT_STREAM (GSTREAM_GATE (stream)->base), cancellable, error);
}

static void
gstream_gate_finalize (GObject *object)
{
  GstreamGate *self = GSTREAM_GATE (object);

  g_clear_pointer (&self->waiting, g_source_unref);
  g_clear_pointer (&self->first, g_bytes_unref);
  g_object_unref (self->base);

  G_OBJECT_CLASS (gstream_gate_parent_class)->finalize (object);
}

static void
gstream_gate_class_init (GstreamGateClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = gstream_gate_read;
  G_INPUT_STREAM_CLASS (klass)->close_fn = gstream_gate_close;
  G_OBJECT_CLASS (klass)->finalize = gstream_gate_finalize;

  shut_signal = g_signal_new ("shut", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 0);
}

static void
gstream_gate_init (GstreamGate *self)
{
}

GstreamGate *
gstream_gate_new (GPollableInputStream *base,
                  GBytes               *first)
{
  GstreamGate *self = g_object_new (GSTREAM_TYPE_GATE, NULL);

  self->base = g_object_ref (base);
  self->first = g_bytes_get_size (first) > 0 ? g_bytes_ref (first) : NULL;

  return self;
}
