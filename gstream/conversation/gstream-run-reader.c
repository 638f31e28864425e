/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads a run for a list of rows, with one cursor over its projections, in the order of arrival.
 */
#include <gstream/conversation/gstream-run-reader-private.h>
#include <gstream/conversation/gstream-conversation-row-private.h>
#include <gstream/projections/gstream-message.h>
#include <gstream/projections/gstream-tool-call.h>

struct _GstreamRunReader
{
  grefcount                    ref_count; /* one for the owner, one for the pending call */
  GstreamRunStream            *run;
  GstreamConversationRows     *rows;
  char                        *messages_key;
  GstreamCursor               *cursor; /* NULL: the run has none of the projections */
  GCancellable                *cancellable;
  const GstreamRunReaderFuncs *funcs; /* NULL: it was stopped, or has ended */
  gpointer                     owner;
};

static void read_on (GstreamRunReader *self);

static void
run_reader_unref (GstreamRunReader *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_object_unref (self->run);
  g_object_unref (self->rows);
  g_clear_object (&self->cursor);
  g_object_unref (self->cancellable);
  g_free (self->messages_key);
  g_free (self);
}

GstreamPayload *
gstream_run_reader_get_messages (GstreamPayload *values,
                                 const char     *messages_key)
{
  g_autoptr (GString) pointer = g_string_new ("/");

  for (const char *p = messages_key; *p != '\0'; p++)
    if (*p == '~' || *p == '/')
      g_string_append (pointer, *p == '~' ? "~0" : "~1");
    else
      g_string_append_c (pointer, *p);

  return gstream_payload_lookup (values, pointer->str);
}

static void
take_values (GstreamRunReader *self,
             GstreamPayload   *values)
{
  g_autoptr (GstreamPayload) messages = gstream_run_reader_get_messages (values, self->messages_key);

  if (messages != NULL && (self->funcs->accept == NULL || self->funcs->accept (self->owner, messages)))
    gstream_conversation_rows_set_state (self->rows, messages);
  if (self->funcs != NULL && self->funcs->values != NULL)
    self->funcs->values (self->owner, values);
}

static void
take_item (GstreamRunReader *self,
           const GValue     *item)
{
  gpointer object = G_VALUE_HOLDS_OBJECT (item) ? g_value_get_object (item) : NULL;

  if (GSTREAM_IS_MESSAGE (object))
    gstream_conversation_rows_begin (self->rows, object);
  else if (GSTREAM_IS_TOOL_CALL (object))
    gstream_conversation_rows_add_call (self->rows, object);
  else if (GSTREAM_IS_SUBGRAPH_RUN_STREAM (object))
    self->funcs->subgraph (self->owner, object);
  else if (G_VALUE_HOLDS (item, GSTREAM_TYPE_PAYLOAD))
    take_values (self, g_value_get_boxed (item));
}

static void
end (GstreamRunReader *self)
{
  const GstreamRunReaderFuncs *funcs = g_steal_pointer (&self->funcs);

  if (funcs != NULL && funcs->ended != NULL)
    funcs->ended (self->owner);
}

/* Also waits for the end of the run, because its status is not final before that. */
static void
on_output (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  GstreamRunReader *self = user_data;
  g_autoptr (GstreamPayload) output = gstream_run_stream_output_finish (GSTREAM_RUN_STREAM (object), result, NULL);

  end (self);
  run_reader_unref (self);
}

static void
on_next (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  GstreamRunReader *self = user_data;
  g_auto (GValue) item = G_VALUE_INIT;
  gboolean found = gstream_cursor_next_finish (self->cursor, result, &item, NULL);

  if (self->funcs != NULL && found)
    take_item (self, &item);
  if (self->funcs != NULL && found)
    read_on (self);
  else if (self->funcs != NULL)
    {
      g_ref_count_inc (&self->ref_count);
      gstream_run_stream_output (self->run, self->cancellable, on_output, self);
    }
  run_reader_unref (self);
}

static void
read_on (GstreamRunReader *self)
{
  g_ref_count_inc (&self->ref_count);
  if (self->cursor != NULL)
    gstream_cursor_next (self->cursor, self->cancellable, on_next, self);
  else
    gstream_run_stream_output (self->run, self->cancellable, on_output, self);
}

/* Subscribes to those of the needed projections that exist: an application's mux may not have all. */
static GstreamCursor *
open_cursor (GstreamRunStream *run)
{
  static const char *const names[] = { "messages", "tool_calls", "values", "subgraphs" };
  const char              *present[G_N_ELEMENTS (names) + 1];
  guint                    n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GstreamProjection *projection = gstream_run_stream_get_projection (run, names[i], NULL);

      if (projection != NULL && !gstream_projection_get_subscribed (projection))
        present[n++] = names[i];
    }
  present[n] = NULL;

  return n > 0 ? gstream_run_stream_interleave (run, present, NULL) : NULL;
}

GstreamRunReader *
gstream_run_reader_new (GstreamRunStream            *run,
                        GstreamConversationRows     *rows,
                        const char                  *messages_key,
                        const GstreamRunReaderFuncs *funcs,
                        gpointer                     owner)
{
  GstreamRunReader *self = g_new0 (GstreamRunReader, 1);

  g_ref_count_init (&self->ref_count);
  self->run = g_object_ref (run);
  self->rows = g_object_ref (rows);
  self->messages_key = g_strdup (messages_key);
  self->cancellable = g_cancellable_new ();
  self->funcs = funcs;
  self->owner = owner;
  self->cursor = open_cursor (run);
  read_on (self);

  return self;
}

void
gstream_run_reader_stop (GstreamRunReader *self)
{
  self->funcs = NULL;
  g_cancellable_cancel (self->cancellable);
  if (self->cursor != NULL)
    gstream_cursor_close (self->cursor);
  run_reader_unref (self);
}
