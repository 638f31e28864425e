/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events one a line: lines, bad lines, limits.
 */
#include <gstream/sources/gstream-json-lines-source.h>

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

  return gstream_json_lines_source_new_for_stream (G_INPUT_STREAM (stream));
}

/* --- lines --- */

typedef struct
{
  const char *name;
  const char *text;
  int         n; /* events, numbered from 1 on */
} LinesCase;

static const LinesCase lines_cases[] = {
  { "lf", NUMBER (1) "\n" NUMBER (2) "\n", 2 },
  { "crlf", NUMBER (1) "\r\n" NUMBER (2) "\r\n", 2 },
  { "mixed", NUMBER (1) "\n" NUMBER (2) "\r\n" NUMBER (3) "\n", 3 },
  { "no-last-end", NUMBER (1) "\n" NUMBER (2), 2 },
  { "only-one-without-end", NUMBER (1), 1 },
  { "cr-at-the-end", NUMBER (1) "\r", 1 },
  { "empty-lines", "\n\r\n" NUMBER (1) "\n\n\n  \t\n" NUMBER (2) "\n\n", 2 },
  { "only-empty-lines", "\n\n\r\n \n", 0 },
  { "blanks-around", "  " NUMBER (1) " \t\n\t" NUMBER (2) "  ", 2 },
  { "byte-order-mark", "\xef\xbb\xbf" NUMBER (1) "\n" NUMBER (2) "\n", 2 },
  { "only-a-byte-order-mark", "\xef\xbb\xbf", 0 },
};

static void
test_lines (gconstpointer data)
{
  const LinesCase *expected = data;

  for (gsize piece = 1; piece <= strlen (expected->text); piece++)
    {
      g_autoptr (GstreamEventSource) source = new_source (expected->text, -1, piece);
      g_autoptr (GPtrArray) got = NULL;
      GError *error = NULL;

      got = test_drain (source, &error);
      g_assert_no_error (error);
      test_assert_numbers (got, 1, expected->n);
    }
}

/* --- bad lines --- */

typedef struct
{
  const char *name;
  const char *line;
  int         code;
  const char *message; /* its beginning, behind the name and the line */
} BadCase;

static const BadCase bad_cases[] = {
  { "not-json", "hello", GSTREAM_ERROR_INVALID, "byte 0: expected " },
  { "not-json-inside", "{\"type\":\"event\",method:1}", GSTREAM_ERROR_INVALID, "byte 16: expected " },
  { "two-events", NUMBER (1) NUMBER (2), GSTREAM_ERROR_INVALID, "byte 89: expected " },
  { "nan", EVENT ("NaN"), GSTREAM_ERROR_INVALID, "byte 80: expected " },
  { "infinity", EVENT ("[-Infinity]"), GSTREAM_ERROR_INVALID, "byte 81: expected " },
  { "invalid-utf-8", EVENT ("\"\xff\""), GSTREAM_ERROR_INVALID, "byte 81: expected " },
  { "array", "[]", GSTREAM_ERROR_INVALID, "byte 0: expected " },
  { "number", "17", GSTREAM_ERROR_INVALID, "byte 0: expected " },
  { "empty-object", "{}", GSTREAM_ERROR_INVALID, "" },
  { "no-params", "{\"type\":\"event\",\"method\":\"custom\"}", GSTREAM_ERROR_INVALID, "" },
  { "params-not-an-object", "{\"type\":\"event\",\"method\":\"custom\",\"params\":[]}", GSTREAM_ERROR_INVALID,
    "byte 43: expected " },
  { "method-not-a-string", "{\"type\":\"event\",\"method\":5,\"params\":{\"namespace\":[],\"timestamp\":1,\"data\":1}}",
    GSTREAM_ERROR_INVALID, "byte 25: expected " },
  { "namespace-not-a-list",
    "{\"type\":\"event\",\"method\":\"custom\",\"params\":{\"namespace\":\"a\",\"timestamp\":1,\"data\":1}}",
    GSTREAM_ERROR_INVALID, "byte 56: expected " },
  { "namespace-not-of-strings",
    "{\"type\":\"event\",\"method\":\"custom\",\"params\":{\"namespace\":[\"a\",1],\"timestamp\":1,\"data\":1}}",
    GSTREAM_ERROR_INVALID, "byte 61: expected " },
};

static char *
bad_message (const char *name,
             int         line,
             const char *rest)
{
  return g_strdup_printf ("%s: line %d: %s", name, line, rest);
}

/* In the midst of others; then as the last line, with an end or without. */
static void
check_bad (const BadCase *bad,
           const char    *after)
{
  g_autofree char *text = g_strconcat (NUMBER (1) "\n\n" NUMBER (2) "\n", bad->line, after, NULL);
  g_autofree char *message = bad_message ("stream", 4, bad->message);
  const gsize      pieces[] = { 1, 13, G_MAXSIZE };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr (GstreamEventSource) source = new_source (text, -1, pieces[i]);
      g_autoptr (GPtrArray) got = NULL;
      GstreamEvent *event = NULL;
      GError       *error = NULL;

      got = test_drain (source, &error);
      test_assert_numbers (got, 1, 2);
      g_test_message ("%s", error->message);
      g_assert_error (error, GSTREAM_ERROR, bad->code);
      g_assert_true (g_str_has_prefix (error->message, message));
      g_assert_nonnull (strstr (error->message, "expected "));
      g_clear_error (&error);

      /* It stays failed, whatever came behind. */
      g_assert_cmpint (gstream_event_source_try_next (source, &event, &error), ==, GSTREAM_TRY_FAILED);
      g_assert_error (error, GSTREAM_ERROR, bad->code);
      g_clear_error (&error);
      g_assert_null (test_next (source, NULL, &error));
      g_assert_error (error, GSTREAM_ERROR, bad->code);
      g_clear_error (&error);
    }
}

static void
test_bad (gconstpointer data)
{
  check_bad (data, "\n" NUMBER (3) "\n");
  check_bad (data, "\n");
  check_bad (data, "");
}

/* What begins otherwise than JSON Lines do is named. */
static void
test_strangers (void)
{
  static const struct
  {
    const char *text;
    const char *said;
  } cases[] = {
    { "hello\n", ", not \"hello\"" },
    { "\n\n# Title\n", ", not \"# Title\"" },
    { "<!DOCTYPE html>\n", ", not HTML or XML: " },
    { "[" NUMBER (1) "]", ", not a JSON array: " },
    { "[\n" NUMBER (1) "\n]\n", ", not a JSON array: " },
    { "data: " NUMBER (1) "\n\n", ", not Server-Sent Events: " },
    { ": c\n\n", ", not Server-Sent Events: " },
    { "\xff\xfe{\x01\n", ", not binary data" },
    { "\"text\"", ", not \"\"text\"\"" },
    { "{\n  \"type\": \"event\"\n}\n", ": the JSON goes on behind the line: byte 1: expected " },
    { "  {\"type\": 7}\n", ": byte 11: expected type to be " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GstreamEventSource) source = new_source (cases[i].text, -1, 7);
      g_autoptr (GError) error = NULL;

      g_assert_null (test_next (source, NULL, &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, cases[i].said));
    }
}

static void
test_bad_first_line (void)
{
  g_autoptr (GstreamEventSource) source = new_source ("hello\n", -1, G_MAXSIZE);
  GError *error = NULL;

  g_assert_null (test_next (source, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, "stream: line 1: byte 0: expected "));
  g_clear_error (&error);
}

/* A file's name is what GIO calls it. */
static void
test_bad_file (void)
{
  g_autoptr (GFileIOStream) io = NULL;
  g_autoptr (GFile) file = g_file_new_tmp ("gstream-\xc3\xa4-XXXXXX", &io, NULL);
  g_autofree char *name = g_file_get_parse_name (file);
  g_autofree char *message = bad_message (name, 2, "byte 0: expected ");
  g_autoptr (GstreamEventSource) source = gstream_json_lines_source_new (file);
  g_autoptr (GPtrArray) got = NULL;
  GError *error = NULL;

  g_assert_true (g_file_replace_contents (file, NUMBER (1) "\nno\n", strlen (NUMBER (1) "\nno\n"), NULL, FALSE,
                                          G_FILE_CREATE_NONE, NULL, NULL, NULL));
  got = test_drain (source, &error);
  test_assert_numbers (got, 1, 1);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, message));
  g_clear_error (&error);
  g_file_delete (file, NULL, NULL);
}

/* The recorded run's own failure: its message as it stands. */
static void
test_run_failed (void)
{
  g_autoptr (GstreamEventSource) source =
      new_source (NUMBER (1) "\n{\"type\":\"error\",\"message\":\"model connection lost\"}\n", -1, 10);
  g_autoptr (GPtrArray) got = NULL;
  GError *error = NULL;

  got = test_drain (source, &error);
  test_assert_numbers (got, 1, 1);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "model connection lost");
  g_clear_error (&error);
}

/* --- odd, but good --- */

static void
test_odd_numbers (void)
{
  g_autoptr (GstreamEventSource) source =
      new_source (EVENT ("[9223372036854775807, 9223372036854775808, -1e400, 0.1]") "\n", -1, 10);
  g_autoptr (GstreamEvent) event = NULL;
  GstreamPayload *data;
  GError         *error = NULL;

  event = test_next (source, NULL, &error);
  g_assert_no_error (error);
  data = gstream_event_get_data (event);
  g_assert_cmpint (gstream_payload_get_integer (data, "/0"), ==, G_MAXINT64);
  g_assert_cmpfloat (gstream_payload_get_double (data, "/1"), ==, 9223372036854775808.0);
  g_assert_cmpstr (gstream_payload_get_json (data, NULL), ==,
                   "[9223372036854775807, 9223372036854775808, -1e400, 0.1]");
}

static void
test_duplicate_keys (void)
{
  g_autoptr (GstreamEventSource) source = new_source (EVENT ("{\"n\":1,\"n\":2}") "\n", -1, 10);
  g_autoptr (GstreamEvent) event = NULL;
  GError *error = NULL;

  event = test_next (source, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (test_event_number (event), ==, 2);
}

static void
test_unknown_method (void)
{
  g_autofree char *line = test_event_json ("telepathy", 3);
  g_autoptr (GstreamEventSource) source = new_source (line, -1, 10);
  g_autoptr (GstreamEvent) event = NULL;
  GError *error = NULL;

  event = test_next (source, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (gstream_event_get_method (event), ==, "telepathy");
  g_assert_cmpint (test_event_number (event), ==, 3);
}

/* --- limits --- */

static void
test_max_line_size (void)
{
  const char      *line = NUMBER (1);
  g_autofree char *long_line = g_strconcat (line, "\n", NUMBER (22), "\n", line, "\n", NULL);
  const gsize      pieces[] = { 1, 7, G_MAXSIZE };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr (GstreamEventSource) source = new_source (long_line, -1, pieces[i]);
      g_autoptr (GPtrArray) got = NULL;
      GError *error = NULL;

      g_object_set (source, "max-line-size", (guint) strlen (line), NULL);
      got = test_drain (source, &error);
      test_assert_numbers (got, 1, 1);
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE);
      g_assert_cmpstr (error->message, ==, "stream: line 2: byte 89: expected a line of at most 89 bytes");
      g_clear_error (&error);
    }
}

/* It is not read to its end, if it has one, to find that it is too long. */
static void
test_endless_line (void)
{
  g_autofree char *endless = g_strnfill (1000000, ' ');
  g_autoptr (TestStream) stream = test_stream_new (endless, -1, 1000, 0);
  g_autoptr (GstreamEventSource) source = gstream_json_lines_source_new_for_stream (G_INPUT_STREAM (stream));
  GError *error = NULL;

  g_object_set (source, "max-line-size", 5000, NULL);
  g_assert_null (test_next (source, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE);
  g_assert_cmpuint (test_stream_get_position (stream), ==, 6000);
  g_clear_error (&error);
}

static void
test_max_depth (void)
{
  g_autoptr (GstreamEventSource) source =
      new_source (EVENT ("[{\"n\":1}]") "\n" EVENT ("[[{\"n\":2}]]") "\n", -1, G_MAXSIZE);
  g_autoptr (GPtrArray) got = NULL;
  GError *error = NULL;

  g_object_set (source, "max-depth", 4, NULL);
  got = test_drain (source, &error);
  g_assert_cmpuint (got->len, ==, 1);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE);
  g_assert_true (g_str_has_prefix (error->message, "stream: line 2: byte 82: expected at most 4 levels"));
  g_clear_error (&error);
}

/* --- R8 --- */

/* Cut off at every byte. */
static void
test_cut_off (void)
{
  const char *text = NUMBER (1) "\n" EVENT ("{\"n\":2,\"x\":[{\"a\\\"}\":\"]}\"}]}");
  gsize       first = strlen (NUMBER (1));
  gsize       length = strlen (text);

  for (gsize cut = 0; cut <= length; cut++)
    {
      g_autoptr (GstreamEventSource) source = new_source (text, cut, 31);
      g_autoptr (GPtrArray) got = NULL;
      gboolean whole = cut == 0 || cut == first || cut == first + 1 || cut == length;
      GError  *error = NULL;

      got = test_drain (source, &error);
      test_assert_numbers (got, 1, (cut >= first) + (cut == length));
      if (whole)
        {
          g_assert_no_error (error);
          continue;
        }
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE);
      g_assert_true (g_str_has_prefix (error->message, cut < first
                                                           ? "stream: line 1: the last line is cut off: byte "
                                                           : "stream: line 2: the last line is cut off: byte "));
      g_assert_nonnull (strstr (error->message, ": expected "));
      g_clear_error (&error);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (lines_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/sources/json-lines/lines/%s", lines_cases[i].name);

      g_test_add_data_func (path, &lines_cases[i], test_lines);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/sources/json-lines/bad/%s", bad_cases[i].name);

      g_test_add_data_func (path, &bad_cases[i], test_bad);
    }
  g_test_add_func ("/sources/json-lines/bad/first-line", test_bad_first_line);
  g_test_add_func ("/sources/json-lines/strangers", test_strangers);
  g_test_add_func ("/sources/json-lines/bad/file", test_bad_file);
  g_test_add_func ("/run/R5/json-lines/run-failed", test_run_failed);
  g_test_add_func ("/event/E2/json-lines/numbers", test_odd_numbers);
  g_test_add_func ("/event/E2/json-lines/duplicate-keys", test_duplicate_keys);
  g_test_add_func ("/sources/json-lines/unknown-method", test_unknown_method);
  g_test_add_func ("/sources/json-lines/max-line-size", test_max_line_size);
  g_test_add_func ("/sources/json-lines/endless-line", test_endless_line);
  g_test_add_func ("/sources/json-lines/max-depth", test_max_depth);
  g_test_add_func ("/run/R8/json-lines/cut-off", test_cut_off);

  return g_test_run ();
}
