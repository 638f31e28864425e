/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What JSON Lines and Server-Sent Events have in common: how they are read.
 */
#include <string.h>

#include <gstream/sources/gstream-json-lines-source.h>
#include <gstream/sources/gstream-sse-source.h>

#include "support.h"

typedef struct
{
  const char *name;
  GType (*get_type) (void);
  const char *before; /* an event */
  const char *after;
  const char *max_size;
} Kind;

static const Kind kinds[] = {
  { "json-lines", gstream_json_lines_source_get_type, "", "\n", "max-line-size" },
  { "sse", gstream_sse_source_get_type, "data: ", "\n\n", "max-event-size" },
};

static GString *
write_events (const Kind *kind,
              int         n)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < n; i++)
    {
      g_autofree char *json = test_event_json ("custom", i);

      g_string_append_printf (text, "%s%s%s", kind->before, json, kind->after);
    }

  return text;
}

/* Of events numbered from 0. */
static GstreamEventSource *
new_source (const Kind  *kind,
            int          n,
            gsize        max_piece,
            guint32      seed,
            TestStream **stream)
{
  g_autoptr (GString) text = write_events (kind, n);

  *stream = test_stream_new (text->str, text->len, max_piece, seed);

  return g_object_new (kind->get_type (), "stream", *stream, NULL);
}

static void
test_pieces (gconstpointer data)
{
  for (guint32 seed = 1; seed <= 40; seed++)
    {
      g_autoptr (TestStream) stream = NULL;
      g_autoptr (GstreamEventSource) source = new_source (data, 30, seed < 20 ? seed : seed * 20, seed, &stream);
      g_autoptr (GPtrArray) got = NULL;
      GError *error = NULL;

      got = test_drain (source, &error);
      g_assert_no_error (error);
      test_assert_numbers (got, 0, 30);
      test_iterate_pending ();
      g_assert_true (g_input_stream_is_closed (G_INPUT_STREAM (stream)));
    }
}

/* More than fits into a buffer, all of it kept: what events hold is not written over. */
static void
test_many (gconstpointer data)
{
  g_autoptr (TestStream) stream = NULL;
  g_autoptr (GstreamEventSource) source = new_source (data, 20000, G_MAXSIZE, 7, &stream);
  g_autoptr (GPtrArray) got = NULL;
  GError *error = NULL;

  got = test_drain (source, &error);
  g_assert_no_error (error);
  test_assert_numbers (got, 0, 20000);
}

/* An event of several buffers' size, between small ones. */
static void
test_large (gconstpointer data)
{
  const Kind      *kind = data;
  g_autofree char *x = g_strnfill (300000, 'x');
  g_autofree char *small = test_event_json ("custom", 1);
  g_autofree char *text =
      g_strdup_printf ("%s%s%s%s{\"type\":\"event\",\"method\":\"custom\",\"params\":{\"namespace\":[],"
                       "\"timestamp\":1,\"data\":\"%s\"}}%s%s%s%s",
                       kind->before, small, kind->after, kind->before, x, kind->after, kind->before, small,
                       kind->after);
  const gsize pieces[] = { 1000, 65536, G_MAXSIZE };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr (TestStream) stream = test_stream_new (text, -1, pieces[i], 0);
      g_autoptr (GstreamEventSource) source = g_object_new (kind->get_type (), "stream", stream, NULL);
      g_autoptr (GPtrArray) got = NULL;
      GError *error = NULL;

      got = test_drain (source, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (got->len, ==, 3);
      g_assert_cmpstr (gstream_payload_get_string (gstream_event_get_data (got->pdata[1]), ""), ==, x);
      g_assert_cmpint (test_event_number (got->pdata[2]), ==, 1);
    }
}

static void
test_empty (gconstpointer data)
{
  g_autoptr (TestStream) stream = NULL;
  g_autoptr (GstreamEventSource) source = new_source (data, 0, 1, 0, &stream);
  GError *error = NULL;

  g_assert_null (test_next (source, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (test_next (source, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_stream_get_n_reads (stream), ==, 1);
}

/* A file that holds nothing is no recording. */
static void
test_empty_file (gconstpointer data)
{
  const Kind        *kind = data;
  static const char *texts[] = { "", "\n\r\n\n" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GFileIOStream) stream = NULL;
      g_autoptr (GFile) file = g_file_new_tmp (NULL, &stream, NULL);
      g_autoptr (GstreamEventSource) source = g_object_new (kind->get_type (), "file", file, NULL);
      GError *error = NULL;

      g_assert_true (g_file_replace_contents (file, texts[i], strlen (texts[i]), NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                              NULL, NULL));
      g_assert_null (test_next (source, NULL, &error));
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, ", and it is empty"));
      g_clear_error (&error);
      g_assert_null (test_next (source, NULL, &error));
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
      g_clear_error (&error);
      g_file_delete (file, NULL, NULL);
    }
}

/* --- when it is read (R1, R3, R6) --- */

static void
keep_result (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  GAsyncResult **kept = user_data;

  g_assert_null (*kept);
  *kept = g_object_ref (result);
}

static void
test_only_when_asked (gconstpointer data)
{
  g_autoptr (TestStream) stream = NULL;
  g_autoptr (GstreamEventSource) source = new_source (data, 2, 60, 0, &stream);
  GstreamEvent *event = NULL;
  guint         n_reads;

  /* Trying looks only at what is there. */
  g_assert_cmpint (gstream_event_source_try_next (source, &event, NULL), ==, GSTREAM_TRY_PENDING);
  test_iterate_pending ();
  g_assert_cmpuint (test_stream_get_n_reads (stream), ==, 0);

  /* No further than to the event that was asked for. */
  event = test_next (source, NULL, NULL);
  g_assert_cmpint (test_event_number (event), ==, 0);
  gstream_event_unref (event);
  n_reads = test_stream_get_n_reads (stream);
  test_iterate_pending ();
  g_assert_cmpint (gstream_event_source_try_next (source, &event, NULL), ==, GSTREAM_TRY_PENDING);
  g_assert_cmpuint (test_stream_get_n_reads (stream), ==, n_reads);
  g_assert_false (test_stream_is_reading (stream));
  g_assert_cmpuint (test_stream_get_position (stream), ==, n_reads * 60);
}

static void
test_cancel (gconstpointer data)
{
  g_autoptr (TestStream) stream = NULL;
  g_autoptr (GstreamEventSource) source = new_source (data, 3, G_MAXSIZE, 0, &stream);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) got = NULL;
  GError *error = NULL;

  test_stream_hold (stream);
  gstream_event_source_next (source, cancellable, keep_result, &result);
  test_iterate_pending ();
  g_assert_null (result);
  g_assert_true (test_stream_is_reading (stream));

  /* The waiter ends, at once; the read it had started goes on. */
  g_cancellable_cancel (cancellable);
  g_assert_null (result);
  test_iterate_pending ();
  g_assert_nonnull (result);
  g_assert_null (gstream_event_source_next_finish (source, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_true (test_stream_is_reading (stream));

  /* The next waiter joins it, and has everything. */
  test_stream_release (stream);
  got = test_drain (source, &error);
  g_assert_no_error (error);
  test_assert_numbers (got, 0, 3);
  g_assert_cmpuint (test_stream_get_n_reads (stream), ==, 2);
}

static void
test_cancelled_before (gconstpointer data)
{
  g_autoptr (TestStream) stream = NULL;
  g_autoptr (GstreamEventSource) source = new_source (data, 1, G_MAXSIZE, 0, &stream);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GPtrArray) got = NULL;
  GError *error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (test_next (source, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (test_stream_get_n_reads (stream), ==, 0);

  got = test_drain (source, &error);
  g_assert_no_error (error);
  test_assert_numbers (got, 0, 1);
}

/* The event is there, its waiter gives up before it is told: it is told all the same. */
static void
test_cancelled_after (gconstpointer data)
{
  g_autoptr (TestStream) stream = NULL;
  g_autoptr (GstreamEventSource) source = new_source (data, 2, G_MAXSIZE, 0, &stream);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GstreamEvent) event = NULL;
  GError *error = NULL;

  gstream_event_unref (test_next (source, NULL, NULL));
  gstream_event_source_next (source, cancellable, keep_result, &result);
  g_cancellable_cancel (cancellable);
  test_iterate_pending ();
  event = gstream_event_source_next_finish (source, result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (test_event_number (event), ==, 1);
}

static void
test_one_at_a_time (gconstpointer data)
{
  g_autoptr (TestStream) stream = NULL;
  g_autoptr (GstreamEventSource) source = new_source (data, 2, G_MAXSIZE, 0, &stream);
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GstreamEvent) event = NULL;
  GError *error = NULL;

  test_stream_hold (stream);
  gstream_event_source_next (source, NULL, keep_result, &first);
  g_assert_null (test_next (source, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&error);

  test_stream_release (stream);
  test_iterate_pending ();
  event = gstream_event_source_next_finish (source, first, &error);
  g_assert_no_error (error);
  g_assert_cmpint (test_event_number (event), ==, 0);
}

static void
test_close (gconstpointer data)
{
  g_autoptr (TestStream) stream = NULL;
  g_autoptr (GstreamEventSource) source = new_source (data, 2, G_MAXSIZE, 0, &stream);
  g_autoptr (GAsyncResult) result = NULL;
  GstreamEvent *event = NULL;
  GError       *error = NULL;

  test_stream_hold (stream);
  gstream_event_source_next (source, NULL, keep_result, &result);
  g_assert_true (test_stream_is_reading (stream));
  gstream_event_source_close (source);
  gstream_event_source_close (source);
  g_assert_null (result);

  test_iterate_pending ();
  g_assert_null (gstream_event_source_next_finish (source, result, &error));
  g_assert_no_error (error);
  g_assert_false (test_stream_is_reading (stream));
  g_assert_true (g_input_stream_is_closed (G_INPUT_STREAM (stream)));
  g_assert_cmpuint (test_stream_get_position (stream), ==, 0);

  g_assert_cmpint (gstream_event_source_try_next (source, &event, &error), ==, GSTREAM_TRY_ENDED);
  g_assert_null (test_next (source, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (test_stream_get_n_reads (stream), ==, 1);
}

/* What was read and not taken is dropped. */
static void
test_close_with_events (gconstpointer data)
{
  g_autoptr (TestStream) stream = NULL;
  g_autoptr (GstreamEventSource) source = new_source (data, 3, G_MAXSIZE, 0, &stream);
  g_autoptr (GstreamEvent) first = NULL;
  GstreamEvent *event = NULL;

  first = test_next (source, NULL, NULL);
  gstream_event_source_close (source);
  g_assert_cmpint (gstream_event_source_try_next (source, &event, NULL), ==, GSTREAM_TRY_ENDED);
  g_assert_cmpint (test_event_number (first), ==, 0);
  test_iterate_pending ();
  g_assert_true (g_input_stream_is_closed (G_INPUT_STREAM (stream)));
}

static void
close_in_callback (GObject      *object,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  GstreamEventSource *source = GSTREAM_EVENT_SOURCE (object);
  gboolean           *called = user_data;

  gstream_event_unref (gstream_event_source_next_finish (source, result, NULL));
  gstream_event_source_close (source);
  g_object_unref (source);
  *called = TRUE;
}

/* The last reference goes from inside the callback, and while a read is under way. */
static void
test_drop (gconstpointer data)
{
  g_autoptr (TestStream) stream = NULL;
  GstreamEventSource *source = new_source (data, 2, G_MAXSIZE, 0, &stream);
  g_autoptr (TestStream) held = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  gboolean called = FALSE;

  gstream_event_source_next (source, NULL, close_in_callback, &called);
  test_iterate_pending ();
  g_assert_true (called);
  g_assert_true (g_input_stream_is_closed (G_INPUT_STREAM (stream)));

  source = new_source (data, 2, G_MAXSIZE, 0, &held);
  test_stream_hold (held);
  gstream_event_source_next (source, cancellable, keep_result, &result);
  g_cancellable_cancel (cancellable);
  test_iterate_pending ();
  g_assert_true (test_stream_is_reading (held));
  g_clear_object (&result);
  g_object_unref (source);
  test_iterate_pending ();
  g_assert_false (test_stream_is_reading (held));
  g_assert_true (g_input_stream_is_closed (G_INPUT_STREAM (held)));
}

/* --- what cannot be read --- */

static void
test_read_error (gconstpointer data)
{
  const Kind *kind = data;
  const gsize cuts[] = { 0, 7 };

  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++)
    {
      g_autoptr (GString) text = write_events (kind, 2);
      g_autoptr (TestStream) stream = test_stream_new (text->str, text->len - cuts[i], 50, 0);
      g_autoptr (GstreamEventSource) source = g_object_new (kind->get_type (), "stream", stream, NULL);
      g_autoptr (GPtrArray) got = NULL;
      GstreamEvent *event = NULL;
      GError       *error = NULL;

      test_stream_set_error (stream, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "the other side is gone");
      got = test_drain (source, &error);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
      g_assert_cmpstr (error->message, ==, "Cannot read stream: the other side is gone");
      test_assert_numbers (got, 0, cuts[i] == 0 ? 2 : 1);
      g_clear_error (&error);

      g_assert_cmpint (gstream_event_source_try_next (source, &event, &error), ==, GSTREAM_TRY_FAILED);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
      g_clear_error (&error);
      test_iterate_pending ();
      g_assert_true (g_input_stream_is_closed (G_INPUT_STREAM (stream)));
    }
}

static void
test_file (gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (GString) text = write_events (kind, 3000);
  g_autoptr (GFileIOStream) io = NULL;
  g_autoptr (GFile) file = g_file_new_tmp ("gstream-XXXXXX", &io, NULL);
  g_autoptr (GstreamEventSource) source = g_object_new (kind->get_type (), "file", file, NULL);
  g_autoptr (GFile) same = NULL;
  g_autoptr (GPtrArray) got = NULL;
  GError *error = NULL;

  g_assert_true (
      g_file_replace_contents (file, text->str, text->len, NULL, FALSE, G_FILE_CREATE_NONE, NULL, NULL, NULL));
  g_object_get (source, "file", &same, NULL);
  g_assert_true (same == file);
  got = test_drain (source, &error);
  g_assert_no_error (error);
  test_assert_numbers (got, 0, 3000);
  g_file_delete (file, NULL, NULL);
}

static void
test_folder (gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (GFile) file = g_file_new_for_path (g_get_tmp_dir ());
  g_autofree char *prefix = g_strdup_printf ("Cannot read %s: ", g_get_tmp_dir ());
  g_autoptr (GstreamEventSource) source = g_object_new (kind->get_type (), "file", file, NULL);
  GError *error = NULL;

  g_assert_null (test_next (source, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
  g_assert_true (g_str_has_prefix (error->message, prefix));
  g_clear_error (&error);
}

static void
test_missing (gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (GFile) file = g_file_new_for_path ("no/such/file.jsonl");
  g_autofree char *name = g_file_get_parse_name (file);
  g_autofree char *prefix = g_strdup_printf ("Cannot read %s: ", name);
  g_autoptr (GstreamEventSource) source = g_object_new (kind->get_type (), "file", file, NULL);
  GError *error = NULL;

  for (int i = 0; i < 2; i++)
    {
      g_assert_null (test_next (source, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
      g_assert_true (g_str_has_prefix (error->message, prefix));
      g_clear_error (&error);
    }
}

static void
test_nothing (gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (GstreamEventSource) source = g_object_new (kind->get_type (), NULL);
  GError *error = NULL;

  g_assert_null (test_next (source, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED);
  g_assert_nonnull (g_strstr_len (error->message, -1, "neither a file nor a stream"));
  g_clear_error (&error);
}

/* A file beside a stream gives only its name. */
static void
test_stream_with_name (gconstpointer data)
{
  const Kind      *kind = data;
  g_autofree char *text = g_strdup_printf ("%sno%s", kind->before, kind->after);
  g_autoptr (TestStream) stream = test_stream_new (text, -1, G_MAXSIZE, 0);
  g_autoptr (GFile) file = g_file_new_for_uri ("test:///there");
  g_autoptr (GstreamEventSource) source = g_object_new (kind->get_type (), "stream", stream, "file", file, NULL);
  GError *error = NULL;

  g_assert_null (test_next (source, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, "test:///there: line 1: byte 0: expected "));
  g_clear_error (&error);
}

/* A read that brings a bad event and whose stream then fails: the bad event is told. */
static void
test_first_error_counts (gconstpointer data)
{
  const Kind      *kind = data;
  g_autofree char *text = g_strdup_printf ("%sno%s", kind->before, kind->after);
  g_autoptr (TestStream) stream = test_stream_new (text, -1, G_MAXSIZE, 0);
  g_autoptr (GstreamEventSource) source = g_object_new (kind->get_type (), "stream", stream, NULL);
  GError *error = NULL;

  test_stream_set_error (stream, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "the other side is gone");
  for (int i = 0; i < 2; i++)
    {
      g_assert_null (test_next (source, NULL, &error));
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
      g_clear_error (&error);
    }
}

static void
test_limits (gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (GstreamEventSource) source = g_object_new (kind->get_type (), NULL);
  guint max_size, max_depth;

  g_object_get (source, kind->max_size, &max_size, "max-depth", &max_depth, NULL);
  g_assert_cmpuint (max_size, ==, 64 * 1024 * 1024);
  g_assert_cmpuint (max_depth, ==, 256);

  g_object_set (source, kind->max_size, 17, "max-depth", 3, NULL);
  g_object_get (source, kind->max_size, &max_size, "max-depth", &max_depth, NULL);
  g_assert_cmpuint (max_size, ==, 17);
  g_assert_cmpuint (max_depth, ==, 3);
}

static void
add (const char   *room,
     const char   *name,
     GTestDataFunc func)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *full = g_strdup_printf ("%s/%s/%s", room, kinds[i].name, name);

      g_test_add_data_func (full, &kinds[i], func);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add ("/sources", "pieces", test_pieces);
  add ("/sources", "many", test_many);
  add ("/sources", "large", test_large);
  add ("/sources", "empty", test_empty);
  add ("/sources", "empty-file", test_empty_file);
  add ("/run/R1", "only-when-asked", test_only_when_asked);
  add ("/run/R3", "cancel", test_cancel);
  add ("/run/R3", "cancelled-before", test_cancelled_before);
  add ("/run/R3", "cancelled-after", test_cancelled_after);
  add ("/run/R2", "one-at-a-time", test_one_at_a_time);
  add ("/run/R6", "close", test_close);
  add ("/run/R6", "close-with-events", test_close_with_events);
  add ("/run/R7", "drop", test_drop);
  add ("/sources", "read-error", test_read_error);
  add ("/sources", "file", test_file);
  add ("/sources", "folder", test_folder);
  add ("/sources", "missing", test_missing);
  add ("/sources", "nothing", test_nothing);
  add ("/sources", "stream-with-name", test_stream_with_name);
  add ("/sources", "first-error-counts", test_first_error_counts);
  add ("/sources", "limits", test_limits);

  return g_test_run ();
}
