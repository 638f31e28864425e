/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events out of Server-Sent Events: data that is no event, limits, ends.
 */
#include <gstream/sources/gstream-sse-source.h>

#include <string.h>

#include "support.h"

#define EVENT(data) \
  "{\"type\":\"event\",\"method\":\"custom\",\"params\":{\"namespace\":[],\"timestamp\":1,\"data\":" data "}}"
#define NUMBER(n) EVENT ("{\"n\":" #n "}")

static GstreamEventSource *
new_source (const char *text,
            gssize      length,
            gsize       max_piece)
{
  g_autoptr (TestStream) stream = test_stream_new (text, length, max_piece, 0);

  return gstream_sse_source_new_for_stream (G_INPUT_STREAM (stream));
}

static void
test_events (void)
{
  const char *text = "\xef\xbb\xbf: hello\r\n\r\nevent: custom\r\ndata: " NUMBER (
      1) "\r\nid: 1\r\n\r\n"
         "data: {\"type\":\"event\",\"method\":\"custom\",\ndata: \"params\":{\"namespace\":[],\"timestamp\":1,\n"
         "data:\"data\":{\"n\":2}}}\n\ndata:\n\ndata: " NUMBER (3) "\r\r: bye\r";

  for (gsize piece = 1; piece <= strlen (text); piece++)
    {
      g_autoptr (GstreamEventSource) source = new_source (text, -1, piece);
      g_autoptr (GPtrArray) got = NULL;
      GError *error = NULL;

      got = test_drain (source, &error);
      g_assert_no_error (error);
      test_assert_numbers (got, 1, 3);
    }
}

static void
test_id_and_retry (void)
{
  g_autoptr (GstreamEventSource) source =
      new_source ("id: 7\ndata: " NUMBER (1) "\n\nretry: 250\ndata: " NUMBER (2) "\nid: 8\n\nid: 9\n", -1, G_MAXSIZE);
  GstreamSseSource *self = GSTREAM_SSE_SOURCE (source);
  g_autoptr (GstreamEvent) first = NULL;
  g_autoptr (GPtrArray) rest = NULL;
  g_autofree char *id = NULL;
  gint64           retry;
  GError          *error = NULL;

  g_assert_cmpstr (gstream_sse_source_get_last_event_id (self), ==, "");
  g_assert_cmpint (gstream_sse_source_get_retry (self), ==, -1);

  first = test_next (source, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (gstream_sse_source_get_last_event_id (self), ==, "7");
  g_assert_cmpint (gstream_sse_source_get_retry (self), ==, -1);

  /* The id of what did not become an event does not count. */
  rest = test_drain (source, &error);
  g_assert_no_error (error);
  test_assert_numbers (rest, 2, 1);
  g_object_get (source, "last-event-id", &id, "retry", &retry, NULL);
  g_assert_cmpstr (id, ==, "8");
  g_assert_cmpint (retry, ==, 250);
}

static void
check_failure (const char *text,
               guint       max_event_size,
               int         n_before,
               int         code,
               const char *message)
{
  const gsize pieces[] = { 1, 17, G_MAXSIZE };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr (GstreamEventSource) source = new_source (text, -1, pieces[i]);
      g_autoptr (GPtrArray) got = NULL;
      GError *error = NULL;

      g_object_set (source, "max-event-size", max_event_size, NULL);
      got = test_drain (source, &error);
      test_assert_numbers (got, 1, n_before);
      g_test_message ("%s", error->message);
      g_assert_error (error, GSTREAM_ERROR, code);
      g_assert_true (g_str_has_prefix (error->message, message));
      g_assert_true (code == GSTREAM_ERROR_FAILED || strstr (error->message, "expected "));
      g_clear_error (&error);

      g_assert_null (test_next (source, NULL, &error));
      g_assert_error (error, GSTREAM_ERROR, code);
      g_clear_error (&error);
    }
}

/* Whatever lines it is written in. */
static void
test_empty_data (void)
{
  static const char text[] = "event: x\ndata:\n\nevent: x\ndata:\ndata:\n\ndata: " NUMBER (
      1) "\n\ndata:  \t\n\ndata\r\ndata: \r\ndata\r\n\r\ndata:\ndata: " NUMBER (2) "\ndata:\n\n";
  g_autoptr (GstreamEventSource) source = new_source (text, -1, G_MAXSIZE);
  g_autoptr (GPtrArray) got = NULL;
  GError *error = NULL;

  got = test_drain (source, &error);
  g_assert_no_error (error);
  test_assert_numbers (got, 1, 2);
}

static void
test_bad (void)
{
  check_failure ("data: " NUMBER (1) "\n\n: c\nevent: e\ndata: hello\n\ndata: " NUMBER (2) "\n\n", 1000, 1,
                 GSTREAM_ERROR_INVALID, "stream: line 5: byte 0: expected ");
  check_failure ("data: [\ndata: 1\ndata: ]\n\n", 1000, 0, GSTREAM_ERROR_INVALID, "stream: line 1: byte 0: expected ");
  check_failure ("data: " EVENT ("\"\xff\"") "\n\n", 1000, 0, GSTREAM_ERROR_INVALID,
                 "stream: line 1: byte 81: expected ");
}

static void
test_run_failed (void)
{
  check_failure ("data: " NUMBER (1) "\n\ndata: {\"type\":\"error\",\"message\":\"model connection lost\"}\n\n", 1000,
                 1, GSTREAM_ERROR_FAILED, "model connection lost");
}

/* What a server says in an event of the type `error` when it cannot go on. */
static void
test_error_event (void)
{
  static const struct
  {
    const char *error;
    const char *words;
    const char *code;
  } cases[] = {
    { "event: error\ndata: {\"error\":\"GraphRecursionError\",\"message\":\"Recursion limit of 25 reached\"}\n\n",
      "Recursion limit of 25 reached", "GraphRecursionError" },
    { "event: error\ndata: {\"error\":{\"message\":\"overloaded\",\"type\":\"overloaded_error\"}}\n\n", "overloaded",
      "overloaded_error" },
    { "data: \"the worker died\"\nevent: error\n\n", "the worker died", NULL },
    { "event: error\ndata: out of\ndata: memory\n\n", "out of\nmemory", NULL },
    { "event: error\ndata:\n\n", "The stream ended with an error and did not say which", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text =
          g_strconcat ("data: " NUMBER (1) "\n\n", cases[i].error, "data: " NUMBER (2) "\n\n", NULL);
      g_autoptr (GstreamEventSource) source = new_source (text, -1, G_MAXSIZE);
      g_autoptr (GPtrArray) got = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *code = NULL;

      check_failure (text, 1000, 1, GSTREAM_ERROR_FAILED, cases[i].words);
      got = test_drain (source, &error);
      g_assert_cmpstr (error->message, ==, cases[i].words);
      code = gstream_error_dup_protocol_code (error);
      g_assert_cmpstr (code, ==, cases[i].code);
    }
}

/* That is the name of a method, too. */
static void
test_event_named_error (void)
{
  g_autoptr (GstreamEventSource) source = new_source ("event: error\ndata: " NUMBER (1) "\n\n", -1, G_MAXSIZE);
  g_autoptr (GPtrArray) got = NULL;
  GError *error = NULL;

  got = test_drain (source, &error);
  g_assert_no_error (error);
  test_assert_numbers (got, 1, 1);
}

static void
test_max_event_size (void)
{
  g_autofree char *long_text = g_strdup_printf ("data: %s\n\ndata: %s%200s\n\n", NUMBER (1), NUMBER (2), "");
  g_autofree char *long_block = g_strdup_printf ("data: %s\n\nevent: e\n:%200s\ndata: ", NUMBER (1), "");

  check_failure (long_text, 200, 1, GSTREAM_ERROR_TOO_LARGE, "stream: line 3: ");
  check_failure (long_block, 200, 1, GSTREAM_ERROR_TOO_LARGE, "stream: line ");
}

/* A comment that never ends a block is no event that is too large. */
static void
test_many_comments (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GstreamEventSource) source = NULL;
  g_autoptr (GPtrArray) got = NULL;
  GError *error = NULL;

  for (int i = 0; i < 1000; i++)
    g_string_append (text, ": still here\n");
  g_string_append (text, "data: " NUMBER (1) "\n\n");
  source = new_source (text->str, -1, 33);
  g_object_set (source, "max-event-size", 150, NULL);
  got = test_drain (source, &error);
  g_assert_no_error (error);
  test_assert_numbers (got, 1, 1);
}

static void
test_max_depth (void)
{
  g_autoptr (GstreamEventSource) source = new_source ("data: " EVENT ("[[1]]") "\n\n", -1, G_MAXSIZE);
  GError *error = NULL;

  g_object_set (source, "max-depth", 3, NULL);
  g_assert_null (test_next (source, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE);
  g_assert_true (g_str_has_prefix (error->message, "stream: line 1: byte 81: expected at most 3 levels"));
  g_clear_error (&error);
}

/* What the standard would pass over, and nobody means. */
static void
test_strangers (void)
{
  g_autofree char *many_lines = g_strnfill (200, '\n');
  g_autofree char *long_line = g_strnfill (5000, 'x');

  for (guint i = 0; i < 200; i += 2)
    many_lines[i] = 'y';

  check_failure ("hello", 1000, 0, GSTREAM_ERROR_INVALID, "stream: line 1: byte 0: expected Server-Sent Events");
  check_failure ("hello\n", 1000, 0, GSTREAM_ERROR_INVALID, "stream: line 1: byte 0: expected Server-Sent Events");
  check_failure ("\n# Title\n\ntext\n\ndata: " NUMBER (1) "\n\n", 1000, 0, GSTREAM_ERROR_INVALID,
                 "stream: line 2: byte 0: expected Server-Sent Events (fields such as \"data: {…}\"), not \"# Title\"");
  check_failure ("<html>\n</html>\n", 1000, 0, GSTREAM_ERROR_INVALID,
                 "stream: line 1: byte 0: expected Server-Sent Events (fields such as \"data: {…}\"), not HTML");
  check_failure (NUMBER (1) "\n" NUMBER (2) "\n", 1000, 0, GSTREAM_ERROR_INVALID,
                 "stream: line 1: byte 0: expected Server-Sent Events (fields such as \"data: {…}\"), not JSON");
  check_failure ("\x01\x02\xff\xfe\n", 1000, 0, GSTREAM_ERROR_INVALID,
                 "stream: line 1: byte 0: expected Server-Sent Events (fields such as \"data: {…}\"), not binary data");
  check_failure (many_lines, 1000, 0, GSTREAM_ERROR_INVALID, "stream: line 1: byte 0: expected Server-Sent Events");
  check_failure (long_line, 100000, 0, GSTREAM_ERROR_INVALID, "stream: line 1: byte 0: expected Server-Sent Events");
}

static void
test_data_written_otherwise (void)
{
  g_autofree char *blanks = g_strnfill (100, ' '); /* more than of a line is kept for the error */
  g_autofree char *far_colon = g_strconcat ("data", blanks, ": " NUMBER (1) "\n", NULL);

  check_failure ("Data: " NUMBER (1) "\n\n", 1000, 0, GSTREAM_ERROR_INVALID,
                 "stream: line 1: expected the field \"data:\", not \"Data:\"");
  check_failure ("data: " NUMBER (1) "\n\nid: 1\nDATA: " NUMBER (2) "\n\n", 1000, 1, GSTREAM_ERROR_INVALID,
                 "stream: line 4: expected the field \"data:\", not \"DATA:\"");
  check_failure ("  data : " NUMBER (1) "\n", 1000, 0, GSTREAM_ERROR_INVALID,
                 "stream: line 1: expected the field \"data:\", not \"  data :\"");
  check_failure (far_colon, 1000, 0, GSTREAM_ERROR_INVALID,
                 "stream: line 1: expected the field \"data:\", not \"data   ");
}

/* Unknown fields beside known ones, or in a stream that has shown what it is, are passed over. */
static void
test_unknown_fields (void)
{
  const char *text =
      "foo: bar\nevent: custom\ndata: " NUMBER (1) "\nData: x\n\nfoo: bar\n\nfoo\ndata: " NUMBER (2) "\n\nfoo\n\n";

  for (gsize piece = 1; piece <= strlen (text); piece++)
    {
      g_autoptr (GstreamEventSource) source = new_source (text, -1, piece);
      g_autoptr (GPtrArray) got = NULL;
      GError *error = NULL;

      got = test_drain (source, &error);
      g_assert_no_error (error);
      test_assert_numbers (got, 1, 2);
    }
}

/* Cut off at every byte: whole events are delivered, half of one is told. */
static void
test_cut_off (void)
{
  const char *text = "event: a\ndata: " NUMBER (1) "\nid: 1\n\n: c\nid: 2\nevent: a\ndata: " NUMBER (2) "\nid: 2\n\n";
  gsize       first = strstr (text, "\n\n") + 2 - text;
  gsize       id = strstr (text, "id: 2") - text;
  gsize       length = strlen (text);

  for (gsize cut = 0; cut <= length; cut++)
    {
      g_autoptr (GstreamEventSource) source = new_source (text, cut, 31);
      g_autoptr (GPtrArray) got = NULL;
      gboolean between = cut == 0 || (cut >= first && cut <= id) || cut == id + strlen ("id: 2\n") || cut == length;
      GError  *error = NULL;

      got = test_drain (source, &error);
      test_assert_numbers (got, 1, (cut >= first) + (cut == length));
      if (between)
        {
          g_assert_no_error (error);
          continue;
        }
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE);
      g_assert_true (g_str_has_prefix (error->message, "stream: line "));
      g_assert_nonnull (strstr (error->message, "cut off: expected the empty line"));
      g_clear_error (&error);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sources/sse/events", test_events);
  g_test_add_func ("/sources/sse/strangers", test_strangers);
  g_test_add_func ("/sources/sse/data-written-otherwise", test_data_written_otherwise);
  g_test_add_func ("/sources/sse/unknown-fields", test_unknown_fields);
  g_test_add_func ("/sources/sse/id-and-retry", test_id_and_retry);
  g_test_add_func ("/sources/sse/empty-data", test_empty_data);
  g_test_add_func ("/sources/sse/bad", test_bad);
  g_test_add_func ("/run/R5/sse/run-failed", test_run_failed);
  g_test_add_func ("/run/R5/sse/error-event", test_error_event);
  g_test_add_func ("/sources/E3/sse/event-named-error", test_event_named_error);
  g_test_add_func ("/sources/sse/max-event-size", test_max_event_size);
  g_test_add_func ("/sources/sse/many-comments", test_many_comments);
  g_test_add_func ("/sources/sse/max-depth", test_max_depth);
  g_test_add_func ("/run/R8/sse/cut-off", test_cut_off);

  return g_test_run ();
}
