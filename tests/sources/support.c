/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the tests of the sources share.
 */
#include "support.h"

#include <string.h>

struct _TestStream
{
  GInputStream parent_instance;

  char    *bytes;
  gsize    length;
  gsize    position;
  gsize    max_piece;
  GRand   *rand;   /* NULL: every piece is as long as possible */
  GError  *error;  /* instead of the end; NULL: there is an end */
  GTask   *held;   /* the read under way, while it is held */
  void    *buffer; /* of the read under way */
  gsize    size;
  gboolean holding;
  gboolean reading;
  guint    n_reads;
};

G_DEFINE_FINAL_TYPE (TestStream, test_stream, G_TYPE_INPUT_STREAM)

static gssize
test_stream_read (GInputStream *stream,
                  void         *buffer,
                  gsize         count,
                  GCancellable *cancellable,
                  GError      **error)
{
  g_assert_not_reached ();
}

static gsize
take_piece (TestStream *self)
{
  gsize n = MIN (self->length - self->position, self->size);
  gsize most = MIN (n, self->max_piece);

  if (most > 1 && self->rand != NULL)
    most = g_rand_int_range (self->rand, 1, most + 1);
  memcpy (self->buffer, self->bytes + self->position, most);
  self->position += most;

  return most;
}

static gboolean
finish_read (gpointer user_data)
{
  GTask      *task = user_data;
  TestStream *self = g_task_get_source_object (task);

  g_assert_true (self->reading);
  self->reading = FALSE;
  if (g_task_return_error_if_cancelled (task))
    return G_SOURCE_REMOVE;

  if (self->position == self->length && self->error != NULL)
    g_task_return_error (task, g_error_copy (self->error));
  else
    g_task_return_int (task, take_piece (self));

  return G_SOURCE_REMOVE;
}

static void
finish_later (GTask *task)
{
  g_autoptr (GSource) idle = g_idle_source_new ();

  g_task_attach_source (task, idle, finish_read);
}

void
test_stream_release (TestStream *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->held);

  self->holding = FALSE;
  if (task != NULL)
    finish_later (task);
}

static gboolean
on_cancelled (GCancellable *cancellable,
              gpointer      user_data)
{
  TestStream *self = g_task_get_source_object (user_data);

  if (self->held == user_data)
    test_stream_release (self);

  return G_SOURCE_REMOVE;
}

static void
test_stream_read_async (GInputStream       *stream,
                        void               *buffer,
                        gsize               count,
                        int                 io_priority,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  TestStream *self = TEST_STREAM (stream);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_assert_false (self->reading);
  g_assert_cmpuint (count, >, 0);
  self->reading = TRUE;
  self->n_reads++;
  self->buffer = buffer;
  self->size = count;

  if (!self->holding)
    {
      finish_later (task);
      return;
    }

  self->held = g_object_ref (task);
  if (cancellable != NULL)
    {
      g_autoptr (GSource) source = g_cancellable_source_new (cancellable);

      g_task_attach_source (task, source, G_SOURCE_FUNC (on_cancelled));
    }
}

static gssize
test_stream_read_finish (GInputStream *stream,
                         GAsyncResult *result,
                         GError      **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

/* Not in a thread, as it would by default: so that closing takes a turn of the main loop, and no more. */
static void
test_stream_close_async (GInputStream       *stream,
                         int                 io_priority,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);

  g_task_return_boolean (task, TRUE);
}

static gboolean
test_stream_close_finish (GInputStream *stream,
                          GAsyncResult *result,
                          GError      **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
test_stream_finalize (GObject *object)
{
  TestStream *self = TEST_STREAM (object);

  g_assert_false (self->reading);
  g_free (self->bytes);
  g_clear_pointer (&self->rand, g_rand_free);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (test_stream_parent_class)->finalize (object);
}

static void
test_stream_class_init (TestStreamClass *klass)
{
  GInputStreamClass *stream_class = G_INPUT_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = test_stream_finalize;
  stream_class->read_fn = test_stream_read;
  stream_class->read_async = test_stream_read_async;
  stream_class->read_finish = test_stream_read_finish;
  stream_class->close_async = test_stream_close_async;
  stream_class->close_finish = test_stream_close_finish;
}

static void
test_stream_init (TestStream *self)
{
}

TestStream *
test_stream_new (const char *bytes,
                 gssize      length,
                 gsize       max_piece,
                 guint32     seed)
{
  TestStream *self = g_object_new (TEST_TYPE_STREAM, NULL);

  self->length = length < 0 ? strlen (bytes) : (gsize) length;
  self->bytes = self->length > 0 ? g_memdup2 (bytes, self->length) : g_strdup ("");
  self->max_piece = max_piece;
  self->rand = seed ? g_rand_new_with_seed (seed) : NULL;

  return self;
}

void
test_stream_set_error (TestStream *self,
                       GQuark      domain,
                       int         code,
                       const char *message)
{
  self->error = g_error_new_literal (domain, code, message);
}

void
test_stream_hold (TestStream *self)
{
  self->holding = TRUE;
}

guint
test_stream_get_n_reads (TestStream *self)
{
  return self->n_reads;
}

gsize
test_stream_get_position (TestStream *self)
{
  return self->position;
}

gboolean
test_stream_is_reading (TestStream *self)
{
  return self->reading;
}

/* --- asking --- */

static void
keep_result (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

GstreamEvent *
test_next (GstreamEventSource *source,
           GCancellable       *cancellable,
           GError            **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  gstream_event_source_next (source, cancellable, keep_result, &result);
  g_assert_null (result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return gstream_event_source_next_finish (source, result, error);
}

GPtrArray *
test_drain (GstreamEventSource *source,
            GError            **error)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_event_unref);

  for (;;)
    {
      GstreamEvent *event = NULL;
      GstreamTry    result = gstream_event_source_try_next (source, &event, error);

      if (result == GSTREAM_TRY_PENDING)
        {
          g_assert_null (event);
          event = test_next (source, NULL, error);
          result = event ? GSTREAM_TRY_ITEM : GSTREAM_TRY_ENDED;
        }
      if (result != GSTREAM_TRY_ITEM)
        return g_steal_pointer (&events);

      g_assert_nonnull (event);
      g_ptr_array_add (events, event);
    }
}

void
test_iterate_pending (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* --- events --- */

GstreamEvent *
test_event (const char *method,
            int         number)
{
  g_autofree char *json = g_strdup_printf ("{\"n\":%d}", number);
  g_autoptr (GstreamPayload) data = gstream_payload_new (json, -1, NULL);

  return gstream_event_new (method, NULL, data);
}

int
test_event_number (GstreamEvent *event)
{
  return gstream_payload_get_integer (gstream_event_get_data (event), "/n");
}

char *
test_event_json (const char *method,
                 int         number)
{
  return g_strdup_printf ("{\"type\":\"event\",\"method\":\"%s\",\"params\":"
                          "{\"namespace\":[],\"timestamp\":1,\"data\":{\"n\":%d}}}",
                          method, number);
}

void
test_assert_numbers (GPtrArray *events,
                     int        first,
                     int        n)
{
  g_assert_cmpint (events->len, ==, n);
  for (int i = 0; i < n; i++)
    g_assert_cmpint (test_event_number (g_ptr_array_index (events, i)), ==, first + i);
}
