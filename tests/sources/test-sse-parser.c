/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The framing of Server-Sent Events, however the bytes come.
 */
#include <gstream/sources/gstream-sse-source-private.h>

#include <string.h>

/* A stream, and its frames, each as "line type|id|data;". What ends a line is "\n" here. */
typedef struct
{
  const char *name;
  const char *stream;
  const char *frames;
  gint64      retry;
  gboolean    unfinished;
} Case;

static const Case cases[] = {
  { "one", "data: a\n\n", "1 ||a;", -1, FALSE },
  { "empty", "", "", -1, FALSE },
  { "all-fields", "event: e\nid: 7\ndata: a\nretry: 10\n\n", "3 e|7|a;", 10, FALSE },
  { "two", "data: a\n\ndata: b\n\n", "1 ||a;3 ||b;", -1, FALSE },
  { "several-data-lines", "data: a\ndata:b\ndata\ndata: c\n\n", "1 ||a\nb\n\nc;", -1, FALSE },
  { "two-after-several", "data: a\ndata: b\n\ndata: c\ndata: d\n\ndata: e\n\n", "1 ||a\nb;4 ||c\nd;7 ||e;", -1, FALSE },
  { "one-space", "data:a\n\ndata:  a \n\ndata:\ta\n\n", "1 ||a;3 || a ;5 ||\ta;", -1, FALSE },
  { "no-value", "data\n\ndata:\n\ndata: \n\n", "1 ||;3 ||;5 ||;", -1, FALSE },
  { "colons", "data:: a:b\n\n", "1 ||: a:b;", -1, FALSE },
  { "comments", ": c\ndata: a\n:data: b\n:\n\n: d\n\n", "2 ||a;", -1, FALSE },
  { "only-comments", ": a\n\n:\n: b\n\n", "", -1, FALSE },
  { "blank-lines", "\n\n\ndata: a\n\n\n\ndata: b\n\n\n", "4 ||a;8 ||b;", -1, FALSE },
  { "unknown-fields", "dat: x\ndatas: x\ndatax\n data: x\nData: x\ne: x\nfoo\ndata: a\n\n", "8 ||a;", -1, FALSE },
  { "no-data", "event: e\nid: 1\n\ndata: a\n\n", "4 |1|a;", -1, FALSE },
  { "type-is-of-its-block", "event: e\n\ndata: a\n\nevent: f\ndata: b\n\ndata: c\n\n", "3 ||a;6 f||b;8 ||c;", -1,
    FALSE },
  { "last-type-wins", "event: e\ndata: a\nevent: f\n\n", "2 f||a;", -1, FALSE },
  { "empty-type", "event: e\nevent\ndata: a\n\n", "3 ||a;", -1, FALSE },
  { "id-stays", "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\nid: 2\ndata: d\n\n", "2 |1|a;4 |1|b;7 ||c;10 |2|d;", -1,
    FALSE },
  { "id-of-no-event", "id: 1\n\ndata: a\n\n", "3 |1|a;", -1, FALSE },
  { "retry", "retry: 5\n\ndata: a\n\nretry: x\nretry: -1\nretry: 1.5\nretry\nretry: 007\n\n", "3 ||a;", 7, FALSE },
  { "huge-retry", "retry: 99999999999999999999999999\n\n", "", G_MAXINT, FALSE },
  { "byte-order-mark",
    "\xef\xbb\xbf"
    "data: a\n\n",
    "1 ||a;", -1, FALSE },
  { "second-byte-order-mark",
    "\xef\xbb\xbf\xef\xbb\xbf"
    "data: a\n\ndata: b\n\n",
    "3 ||b;", -1, FALSE },
  { "late-byte-order-mark",
    "data: a\n\n\xef\xbb\xbf"
    "data: b\n\n",
    "1 ||a;", -1, FALSE },
  { "half-byte-order-mark",
    "\xef\xbb"
    "data: a\n\ndata: b\n\n",
    "3 ||b;", -1, FALSE },
  { "utf-8", "data: \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\n\n", "1 ||\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80;", -1, FALSE },
  { "unfinished-line", "data: a\n\ndata: b", "1 ||a;", -1, TRUE },
  { "unfinished-block", "data: a\n\ndata: b\n", "1 ||a;", -1, TRUE },
  { "unfinished-type", "event: e\n", "", -1, TRUE },
  { "unfinished-field-name", "da", "", -1, TRUE },
  { "unfinished-comment", "data: a\n\n: b", "1 ||a;", -1, FALSE },
  { "id-at-the-end", "data: a\n\nid: 2\n", "1 ||a;", -1, FALSE },
  { "retry-at-the-end", "data: a\n\nretry: 2\n: b\n", "1 ||a;", 2, FALSE },
};

/* What is fed to a parser, a piece at a time, each in memory of its very size. */
typedef struct
{
  GstreamSseParser *parser;
  GByteArray       *rest; /* came and was not consumed */
  GString          *frames;
  guint             n_frames_in_place;
} Input;

static void
write_frame (Input                 *input,
             const GstreamSseFrame *frame)
{
  g_string_append_printf (input->frames, "%" G_GUINT64_FORMAT " ", frame->line);
  g_string_append_len (input->frames, frame->type ? frame->type : "", frame->type_length);
  g_string_append_printf (input->frames, "|%s|", gstream_sse_parser_get_last_event_id (input->parser));
  g_string_append_len (input->frames, frame->data, frame->length);
  g_string_append_c (input->frames, ';');
  input->n_frames_in_place += frame->in_place;
}

static gboolean
parse_once (Input *input)
{
  g_autofree char *bytes = g_memdup2 (input->rest->data, input->rest->len);
  GstreamSseFrame  frame;
  gsize            consumed = G_MAXSIZE;
  gboolean         found;

  found = gstream_sse_parser_parse (input->parser, bytes, input->rest->len, &consumed, &frame);
  g_assert_cmpuint (consumed, <=, input->rest->len);
  if (found)
    write_frame (input, &frame);
  if (consumed > 0)
    g_byte_array_remove_range (input->rest, 0, consumed);

  return found;
}

static void
input_piece (Input      *input,
             const char *bytes,
             gsize       length)
{
  g_byte_array_append (input->rest, (const guint8 *) bytes, length);
  while (parse_once (input))
    ;
}

static void
input_init (Input *input)
{
  input->parser = gstream_sse_parser_new ();
  input->rest = g_byte_array_new ();
  input->frames = g_string_new (NULL);
  input->n_frames_in_place = 0;
}

static void
input_clear (Input *input)
{
  gstream_sse_parser_free (input->parser);
  g_byte_array_unref (input->rest);
  g_string_free (input->frames, TRUE);
}

static void
check_input (Input      *input,
             const Case *expected)
{
  g_assert_cmpstr (input->frames->str, ==, expected->frames);
  g_assert_cmpint (gstream_sse_parser_get_retry (input->parser), ==, expected->retry);
  g_assert_cmpint (gstream_sse_parser_is_unfinished (input->parser, (char *) input->rest->data, input->rest->len), ==,
                   expected->unfinished);
}

/* In two pieces at every place, and in pieces of every length. */
static void
check_stream (const char *stream,
              gsize       length,
              const Case *expected)
{
  for (gsize split = 0; split <= length; split++)
    {
      Input input;

      input_init (&input);
      input_piece (&input, stream, split);
      input_piece (&input, stream + split, length - split);
      check_input (&input, expected);
      input_clear (&input);
    }

  for (gsize piece = 1; piece < length; piece++)
    {
      Input input;

      input_init (&input);
      for (gsize at = 0; at < length; at += piece)
        input_piece (&input, stream + at, MIN (piece, length - at));
      check_input (&input, expected);
      input_clear (&input);
    }
}

static char *
with_line_ends (const char *stream,
                const char *line_end)
{
  g_auto (GStrv) lines = g_strsplit (stream, "\n", -1);

  return g_strjoinv (line_end, lines);
}

static void
test_case (gconstpointer data)
{
  const Case *expected = data;
  const char *line_ends[] = { "\n", "\r", "\r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (line_ends); i++)
    {
      g_autofree char *stream = with_line_ends (expected->stream, line_ends[i]);

      check_stream (stream, strlen (stream), expected);
    }
}

static void
test_mixed_line_ends (void)
{
  const char stream[] = "data: a\r\n\rdata: \ndata: b\rdata: c\n\r\n\rdata: d\n\n\r";
  const Case expected = { NULL, stream, "1 ||a;3 ||\nb\nc;8 ||d;", -1, FALSE };

  check_stream (stream, strlen (stream), &expected);
}

/* An id with U+0000 is ignored; in data it is a byte like any other. */
static void
test_nul (void)
{
  static const char stream[] = "id: 1\ndata: a\n\nid: 2\0003\ndata: b\0c\n\n";
  Input             input;

  input_init (&input);
  input_piece (&input, stream, sizeof stream - 1);
  g_assert_cmpmem (input.frames->str, input.frames->len, "2 |1|a;5 |1|b\0c;", 16);
  input_clear (&input);
}

static void
test_in_place (void)
{
  static const char stream[] = "data: one line\n\ndata: two\ndata: lines\n\n";
  Input             input;

  input_init (&input);
  input_piece (&input, stream, strlen (stream));
  g_assert_cmpstr (input.frames->str, ==, "1 ||one line;3 ||two\nlines;");
  g_assert_cmpuint (input.n_frames_in_place, ==, 1);
  input_clear (&input);
}

/* An event is there as soon as its empty line has come, were it a CR that an LF may follow. */
static void
test_no_delay (void)
{
  Input input;

  input_init (&input);
  input_piece (&input, "data: a\r\r", 9);
  g_assert_cmpstr (input.frames->str, ==, "1 ||a;");
  input_piece (&input, "\n", 1);
  g_assert_cmpuint (input.rest->len, ==, 0);
  input_piece (&input, "data: b\r\n\r", 10);
  g_assert_cmpstr (input.frames->str, ==, "1 ||a;3 ||b;");
  input_clear (&input);
}

/* What no event needs is not kept. */
static void
test_nothing_kept (void)
{
  Input input;

  input_init (&input);
  input_piece (&input, ": ping\nid: 1\nfoo: bar\n", 22);
  g_assert_cmpuint (input.rest->len, ==, 0);
  input_piece (&input, "data: a\n: ping\n", 15);
  g_assert_cmpuint (input.rest->len, ==, 15);
  input_piece (&input, "\n", 1);
  g_assert_cmpuint (input.rest->len, ==, 0);
  g_assert_cmpstr (input.frames->str, ==, "4 |1|a;");
  input_clear (&input);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/sources/sse/framing/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/sources/sse/framing/mixed-line-ends", test_mixed_line_ends);
  g_test_add_func ("/sources/sse/framing/nul", test_nul);
  g_test_add_func ("/sources/sse/framing/in-place", test_in_place);
  g_test_add_func ("/sources/sse/framing/no-delay", test_no_delay);
  g_test_add_func ("/sources/sse/framing/nothing-kept", test_nothing_kept);

  return g_test_run ();
}
