/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "gstream/tool/gstream-digest.h"

#define FUZZ_TYPE_STREAM (fuzz_stream_get_type ())
G_DECLARE_FINAL_TYPE (FuzzStream, fuzz_stream, FUZZ, STREAM, GInputStream)

struct _FuzzStream
{
  GInputStream parent_instance;

  const uint8_t *next;
  size_t         left;
  uint32_t       seed;
};

G_DEFINE_FINAL_TYPE (FuzzStream, fuzz_stream, G_TYPE_INPUT_STREAM)

static gssize
fuzz_stream_read (GInputStream *stream,
                  void         *buffer,
                  gsize         count,
                  GCancellable *cancellable,
                  GError      **error)
{
  FuzzStream *self = FUZZ_STREAM (stream);
  gsize       n = MIN (count, self->left);

  if (self->seed != 0)
    {
      self->seed = self->seed * 1664525 + 1013904223;
      n = MIN (n, 1 + (self->seed >> 24) % 13);
    }
  if (n > 0)
    memcpy (buffer, self->next, n);
  self->next += n;
  self->left -= n;

  return n;
}

static void
fuzz_stream_class_init (FuzzStreamClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = fuzz_stream_read;
}

static void
fuzz_stream_init (FuzzStream *self)
{
}

GInputStream *
fuzz_stream_new (const uint8_t *data,
                 size_t         size,
                 uint32_t       seed)
{
  FuzzStream *self = g_object_new (FUZZ_TYPE_STREAM, NULL);

  self->next = data;
  self->left = size;
  self->seed = seed;

  return G_INPUT_STREAM (self);
}

static void
quit (gpointer loop)
{
  g_main_loop_quit (loop);
}

char *
fuzz_digest (GstreamEventSource *source)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
  GstreamReader *reader = gstream_reader_new (NULL, quit, loop);
  GstreamDigest *digest = gstream_digest_new (run, reader);
  char          *json;

  gstream_reader_release (reader);
  g_main_loop_run (loop);
  g_assert_cmpint (gstream_run_stream_get_status (run), >, GSTREAM_RUN_STATUS_RUNNING);
  json = gstream_digest_to_json (digest);
  gstream_digest_free (digest);

  return json;
}

char *
fuzz_read_all (GstreamEventSource *source)
{
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
  g_autoptr (GstreamCursor) log = gstream_projection_subscribe (gstream_run_stream_get_log (run), NULL);
  g_autoptr (GError) error = NULL;
  g_auto (GValue) item = G_VALUE_INIT;
  GString *text = g_string_new (NULL);

  while (gstream_cursor_next_sync (log, &item, NULL, &error))
    {
      g_autofree char *json = gstream_event_to_json (g_value_get_boxed (&item));

      g_string_append_printf (text, "%s\n", json);
    }
  if (error != NULL)
    {
      g_assert_cmpstr (error->message, !=, "");
      g_string_append_printf (text, "%s %d\n", g_quark_to_string (error->domain), error->code);
    }

  return g_string_free (text, FALSE);
}

static char *
read_pieces (FuzzMakeSource make_source,
             const uint8_t *data,
             size_t         size,
             uint32_t       seed)
{
  g_autoptr (GInputStream) stream = fuzz_stream_new (data, size, seed);
  g_autoptr (GstreamEventSource) source = make_source (stream);

  return fuzz_read_all (source);
}

int
fuzz_source (FuzzMakeSource make_source,
             const uint8_t *data,
             size_t         size)
{
  g_autofree char *whole = read_pieces (make_source, data, size, 0);
  g_autofree char *pieces = read_pieces (make_source, data, size, 1 + size);

  g_assert_cmpstr (whole, ==, pieces);

  return 0;
}
