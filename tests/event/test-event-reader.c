/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events from JSON and back, as sources read them (E3): the envelope, bad
 * input, limits, memory, and every event of every recorded run.
 */
#include <string.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-event-internal.h>
#include <gstream/event/gstream-event-reader-internal.h>

static GstreamEvent *
event_of (const char *json)
{
  g_autoptr (GError) error = NULL;
  GstreamEvent *event = gstream_event_new_from_json (json, -1, &error);

  g_assert_no_error (error);
  return event;
}

static void
test_all_parts (void)
{
  g_autoptr (GstreamEvent) event = event_of (
      "{\"type\":\"event\",\"event_id\":\"e-7\",\"seq\":12,\"method\":\"values\",\"params\":{\"namespace\":[\"a:1\","
      "\"b\\n\"],"
      "\"timestamp\":1795366601175,\"node\":\"n\\u00e9\",\"data\":{\"x\":1},\"interrupts\":[{\"id\":\"i\"}]}}");
  const char *namespace_[] = { "a:1", "b\n", NULL };

  g_assert_cmpstr (gstream_event_get_id (event), ==, "e-7");
  g_assert_cmpuint (gstream_event_get_seq (event), ==, 12);
  g_assert_cmpstr (gstream_event_get_method (event), ==, "values");
  g_assert_cmpstrv (gstream_event_get_namespace (event), namespace_);
  g_assert_cmpint (gstream_event_get_timestamp (event), ==, G_GINT64_CONSTANT (1795366601175));
  g_assert_cmpstr (gstream_event_get_node (event), ==, "né");
  g_assert_cmpint (gstream_payload_get_integer (gstream_event_get_data (event), "/x"), ==, 1);
  g_assert_cmpstr (gstream_payload_get_json (gstream_event_get_interrupts (event), NULL), ==, "[{\"id\":\"i\"}]");
}

static void
test_few_parts (void)
{
  g_autoptr (GstreamEvent) event =
      event_of ("{\"type\":\"event\",\"method\":\"no.such\",\"params\":{\"namespace\":[],\"data\":null}}");

  g_assert_null (gstream_event_get_id (event));
  g_assert_cmpuint (gstream_event_get_seq (event), ==, 0);
  g_assert_cmpstr (gstream_event_get_method (event), ==, "no.such");
  g_assert_null (gstream_event_get_namespace (event)[0]);
  g_assert_cmpint (gstream_event_get_timestamp (event), ==, 0);
  g_assert_null (gstream_event_get_node (event));
  g_assert_null (gstream_event_get_interrupts (event));
  g_assert_cmpint (gstream_payload_get_kind (gstream_event_get_data (event)), ==, GSTREAM_PAYLOAD_KIND_NULL);
}

/* Of every length there is, and with each digit at each place of some. */
static void
test_counts (void)
{
  for (gint64 count = 1; count < G_MAXINT64 / 11; count = count * 10 + count % 9 + 1)
    for (gint64 seq = count; seq < count + 10; seq++)
      {
        g_autofree char *json =
            g_strdup_printf ("{\"type\":\"event\",\"seq\":%" G_GINT64_FORMAT ",\"method\":\"values\",\"params\":"
                             "{\"namespace\":[],\"data\":1,\"timestamp\":%" G_GINT64_FORMAT "}}",
                             seq, count);
        g_autoptr (GstreamEvent) event = event_of (json);

        g_assert_cmpuint (gstream_event_get_seq (event), ==, seq);
        g_assert_cmpint (gstream_event_get_timestamp (event), ==, count);
      }
}

static void
test_nulls (void)
{
  g_autoptr (GstreamEvent) event =
      event_of ("{\"type\":\"event\",\"eventId\":null,\"seq\":null,\"method\":\"values\",\"params\":"
                "{\"namespace\":[],\"timestamp\":5.0,\"node\":null,\"data\":[],\"interrupts\":null}}");

  g_assert_null (gstream_event_get_id (event));
  g_assert_cmpuint (gstream_event_get_seq (event), ==, 0);
  g_assert_null (gstream_event_get_node (event));
  g_assert_null (gstream_event_get_interrupts (event));
  g_assert_cmpint (gstream_event_get_timestamp (event), ==, 5);
}

/* Members come in any order, with any white space, their names however escaped, in either spelling. */
static void
test_any_order (void)
{
  g_autoptr (GstreamEvent) event =
      event_of (" { \"params\" : { \"data\" : { \"delta\":{\"text\":\"h\\ti\",\"type\":\"text-delta\"}, "
                "\"event\":\"content-block-delta\" } ,"
                " \"timestamp\" : 7 , \"namespace\" : [ \"a\" , \"b\" ] } , \"eventId\":\"x\", \"met\\u0068od\" : "
                "\"mess\\u0061ges\" , \"type\":\"ev\\u0065nt\" } ");
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  const char               *namespace_[] = { "a", "b", NULL };

  g_assert_cmpstr (gstream_event_get_method (event), ==, "messages");
  g_assert_cmpint (fields->method, ==, GSTREAM_METHOD_MESSAGES);
  g_assert_cmpint (fields->step, ==, GSTREAM_STEP_BLOCK_DELTA);
  g_assert_cmpstr (fields->text, ==, "h\ti");
  g_assert_cmpstrv (gstream_event_get_namespace (event), namespace_);
  g_assert_cmpstr (gstream_event_get_id (event), ==, "x");
}

static void
test_duplicates (void)
{
  g_autoptr (GstreamEvent) event = event_of ("{\"type\":\"nothing\",\"seq\":1,\"method\":\"tools\",\"params\":{"
                                             "\"namespace\":[\"x\"],\"node\":\"n\",\"interrupts\":[1],\"data\":1},"
                                             "\"params\":{\"namespace\":[\"y\"],\"namespace\":[\"z\"],\"data\":{"
                                             "\"event\":\"tool-started\",\"event\":\"started\",\"graph_name\":\"g\"}},"
                                             "\"type\":\"event\",\"seq\":2,\"method\":\"lifecycle\"}");
  const char *namespace_[] = { "z", NULL };

  g_assert_cmpuint (gstream_event_get_seq (event), ==, 2);
  g_assert_cmpstr (gstream_event_get_method (event), ==, "lifecycle");
  g_assert_cmpstrv (gstream_event_get_namespace (event), namespace_);
  g_assert_null (gstream_event_get_node (event));
  g_assert_null (gstream_event_get_interrupts (event));
  g_assert_cmpint (gstream_event_get_fields (event)->step, ==, GSTREAM_STEP_STARTED);
  g_assert_cmpstr (gstream_event_get_fields (event)->name, ==, "g");
}

#define REST ",\"params\":{\"namespace\":[],\"timestamp\":1,\"data\":1}}"
#define START "{\"type\":\"event\",\"method\":\"values\""
#define PARAMS START ",\"params\":{"

static void
test_bad_shapes (void)
{
  static const struct
  {
    const char *json;
    const char *message;
  } cases[] = {
    { "", "byte 0: expected JSON" },
    { "hello", "byte 0: expected an event, a JSON object" },
    { "[]", "byte 0: expected an event, a JSON object" },
    { "\"x\"", "byte 0: expected an event, a JSON object" },
    { " {}", "byte 1: expected the event to have type \"event\"" },
    { "{\"type\":\"success\"}", "byte 8: expected type to be \"event\"" },
    { "{\"type\":7}", "byte 8: expected type to be \"event\"" },
    { "{\"type\":\"event\"" REST, "byte 0: expected the event to have method, a string that is not empty" },
    { "{\"type\":\"event\",\"method\":\"\"" REST,
      "byte 0: expected the event to have method, a string that is not empty" },
    { "{\"type\":\"event\",\"method\":7" REST, "byte 25: expected method, a string" },
    { "{\"type\":\"event\",\"method\":null" REST, "byte 25: expected method, a string" },
    { START "}", "byte 0: expected the event to have params, an object" },
    { START ",\"params\":[]}", "byte 43: expected params, an object" },
    { START ",\"params\":{}}", "byte 43: expected params to have namespace, a list of strings" },
    { PARAMS "\"namespace\":[]}}", "byte 43: expected params to have data" },
    { PARAMS "\"data\":1}}", "byte 43: expected params to have namespace, a list of strings" },
    { PARAMS "\"namespace\":\"a\",\"data\":1}}", "byte 56: expected params.namespace, a list of strings" },
    { PARAMS "\"namespace\":null,\"data\":1}}", "byte 56: expected params.namespace, a list of strings" },
    { PARAMS "\"namespace\":{},\"data\":1}}", "byte 56: expected params.namespace, a list of strings" },
    { PARAMS "\"namespace\":[\"a\",1],\"data\":1}}", "byte 61: expected params.namespace, a list of strings" },
    { PARAMS "\"namespace\":[[\"a\"]],\"data\":1}}", "byte 57: expected params.namespace, a list of strings" },
    { PARAMS "\"namespace\":[\"a\",],\"data\":1}}", "byte 61: expected params.namespace, a list of strings" },
    { PARAMS "\"timestamp\":\"1\"}}", "byte 56: expected params.timestamp, an integer: ms since the epoch" },
    { PARAMS "\"timestamp\":1.5}}", "byte 56: expected params.timestamp, an integer: ms since the epoch" },
    { PARAMS "\"timestamp\":-1}}", "byte 56: expected params.timestamp, an integer: ms since the epoch" },
    { PARAMS "\"timestamp\":null}}", "byte 56: expected params.timestamp, an integer: ms since the epoch" },
    { PARAMS "\"timestamp\":99999999999999999999}}",
      "byte 56: expected params.timestamp, an integer: ms since the epoch" },
    { PARAMS "\"node\":3}}", "byte 51: expected params.node, a string" },
    { PARAMS "\"node\":nothing}}", "byte 51: expected a value" },
    { START ",\"seq\":\"1\"" REST, "byte 40: expected seq, an integer" },
    { START ",\"seq\":-1" REST, "byte 40: expected seq, an integer" },
    { START ",\"event_id\":5" REST, "byte 45: expected the event's id, a string" },
    { PARAMS "\"namespace\":[],\"data\":{\"a\":NaN}}}", "byte 71: expected a value, and NaN is none in JSON" },
    { PARAMS "\"namespace\":[],\"data\":{\"a\":\"\xff\"}}}", "byte 72: expected valid UTF-8" },
    { START REST "x", "byte 83: expected the end" },
    { START REST START REST, "byte 83: expected the end" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (gstream_event_new_from_json (cases[i].json, -1, &error));
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, cases[i].message);
    }
}

/* Params before the method are read twice; bad ones are found all the same, and what was read is freed. */
static void
test_bad_shapes_before_method (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (gstream_event_new_from_json (
      "{\"type\":\"event\",\"params\":{\"namespace\":[\"x\"],\"node\":1},\"method\":\"values\"}", -1, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, "byte 51: expected params.node, a string");
}

/* Cut anywhere, an event is bad input and nothing worse. */
static void
test_cut_short (void)
{
  static const char json[] = "{\"type\":\"event\",\"event_id\":\"\\u00e9\",\"method\":\"messages\",\"params\":{"
                             "\"namespace\":[\"a\"],\"timestamp\":12,"
                             "\"data\":[{\"event\":\"content-block-delta\",\"index\":0,\"delta\":{\"type\":\"text-"
                             "delta\",\"text\":\"x\\ny\"}},"
                             "{\"langgraph_node\":\"n\",\"run_id\":\"r\"}]}}";

  for (gsize length = 0; length < strlen (json); length++)
    {
      g_autofree char *copy = g_memdup2 (json, MAX (length, 1));
      g_autoptr (GError) error = NULL;

      g_assert_null (gstream_event_new_from_json (copy, length, &error));
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
    }
}

static void
test_run_failed (void)
{
  g_autofree char *code = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (gstream_event_new_from_json (
      "{\"type\":\"error\",\"error\":\"unknown_error\",\"message\":\"no \\\"such\\\" thing: 100%s\",\"id\":null}", -1,
      &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "no \"such\" thing: 100%s");
  code = gstream_error_dup_protocol_code (error);
  g_assert_cmpstr (code, ==, "unknown_error");
}

/* Whatever shape it has, its words are given. */
static void
test_words_of_failures (void)
{
  static const char *silent = "The run failed, and its source does not say why";
  static const struct
  {
    const char *members;
    const char *words;
  } cases[] = {
    { "", NULL },
    { ",\"message\":\"\"", NULL },
    { ",\"message\":\" \\n\"", NULL },
    { ",\"message\":null,\"error\":{}", NULL },
    { ",\"message\":\"TimeoutError: \"", "TimeoutError" },
    { ",\"message\":\"TimeoutError:\"", "TimeoutError" },
    { ",\"message\":\"at 10:\"", "at 10:" },
    { ",\"message\":\" as it is \"", " as it is " },
    { ",\"message\":7", "7" },
    { ",\"message\":[\"a\"]", "[\"a\"]" },
    { ",\"error\":\"e\"", "e" },
    { ",\"detail\":\"d\"", "d" },
    { ",\"message\":{\"message\":\"m\",\"code\":1}", "m" },
    { ",\"message\":\"\",\"error\":{\"message\":\"m\"}", "m" },
    { ",\"error\":{\"type\":\"T\",\"message\":\"\"}", "{\"type\":\"T\",\"message\":\"\"}" },
    { ",\"error\":{\"code\":1}", "{\"code\":1}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"type\":\"error\"%s}", cases[i].members);
      g_autoptr (GError) error = NULL;

      g_assert_null (gstream_event_new_from_json (json, -1, &error));
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_FAILED);
      g_assert_cmpstr (error->message, ==, cases[i].words ? cases[i].words : silent);
    }
}

static void
test_max_size (void)
{
  static const char json[] = START REST;
  g_autoptr (GstreamEventReader) reader = gstream_event_reader_new ();
  g_autoptr (GstreamEvent) event = NULL;
  g_autoptr (GError) error = NULL;

  gstream_event_reader_set_limits (reader, strlen (json), 128);
  event = gstream_event_reader_read (reader, NULL, json, strlen (json), &error);
  g_assert_no_error (error);
  gstream_event_reader_set_limits (reader, strlen (json) - 1, 128);
  g_assert_null (gstream_event_reader_read (reader, NULL, json, strlen (json), &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE);
  g_assert_cmpstr (error->message, ==, "expected an event of at most 82 bytes, not 83");
}

static GstreamEvent *
read_nested (GstreamEventReader *reader,
             guint               depth,
             GError            **error)
{
  g_autofree char *opening = g_strnfill (depth - 2, '[');
  g_autofree char *closing = g_strnfill (depth - 2, ']');
  g_autofree char *json = g_strdup_printf (PARAMS "\"namespace\":[],\"data\":%s%s}}", opening, closing);

  return gstream_event_reader_read (reader, NULL, json, strlen (json), error);
}

static void
test_max_depth (void)
{
  g_autoptr (GstreamEventReader) reader = gstream_event_reader_new ();
  g_autoptr (GstreamEvent) event = read_nested (reader, 128, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (event);
  g_assert_null (read_nested (reader, 129, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE);
  g_assert_cmpstr (error->message, ==, "byte 192: expected at most 128 levels of nesting");

  gstream_event_reader_set_limits (reader, 1000000, G_MAXUINT); /* as deep as can be */
  g_clear_error (&error);
  g_clear_pointer (&event, gstream_event_unref);
  event = read_nested (reader, 1024, &error);
  g_assert_no_error (error);
  g_assert_null (read_nested (reader, 100000, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE);
}

static GBytes *
chunk_of (const char *text)
{
  return g_bytes_new_take (g_strdup (text), strlen (text)); /* no NUL within: whoever reads on is caught */
}

/* A small event lets go of what it was read from; a large one keeps it. */
static void
test_owner (gconstpointer data)
{
  gsize size = GPOINTER_TO_SIZE (data);
  g_autoptr (GstreamEventReader) reader = gstream_event_reader_new ();
  g_autofree char *fill = g_strnfill (size, 'x');
  g_autofree char *text = g_strdup_printf ("%s%s%s", "garbage\n", PARAMS "\"namespace\":[\"s\"],\"data\":[\"", fill);
  g_autofree char *whole = g_strconcat (text, "\"],\"interrupts\":[2]}}", "\n garbage", NULL);
  g_autofree char *expected = g_strndup (whole + 8, strlen (whole) - 8 - 9);
  g_autofree char *json = NULL;
  GBytes          *owner = chunk_of (whole);
  const char      *start = g_bytes_get_data (owner, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamEvent) event = gstream_event_reader_read (reader, owner, start + 8, strlen (whole) - 8 - 9, &error);
  g_autoptr (GstreamPayload) part = NULL;

  g_assert_no_error (error);
  g_bytes_unref (owner);
  g_assert_cmpstr (gstream_payload_get_string (gstream_event_get_data (event), "/0"), ==, fill);
  g_assert_cmpint (gstream_payload_get_integer (gstream_event_get_interrupts (event), "/0"), ==, 2);
  json = gstream_event_to_json (event);
  g_assert_cmpstr (json, ==, expected);

  part = gstream_payload_lookup (gstream_event_get_data (event), "/0");
  g_clear_pointer (&event, gstream_event_unref);
  g_assert_cmpstr (gstream_payload_get_string (part, ""), ==, fill);
}

/* A payload outlives the names by which its event is known. */
static void
test_payload_keeps_event (void)
{
  GstreamEvent *event = event_of (START REST);
  g_autoptr (GstreamPayload) data = gstream_payload_ref (gstream_event_get_data (event));

  gstream_event_unref (event);
  g_assert_cmpint (gstream_payload_get_integer (data, ""), ==, 1);
}

static GstreamEvent *
read_at (GstreamEventReader *reader,
         const char         *namespace_)
{
  g_autofree char *json = g_strdup_printf (PARAMS "\"namespace\":%s,\"data\":1}}", namespace_);
  g_autoptr (GError) error = NULL;
  GstreamEvent *event = gstream_event_reader_read (reader, NULL, json, strlen (json), &error);

  g_assert_no_error (error);
  return event;
}

/* A thousand siblings, by turns: each has one namespace. */
static void
test_namespaces_shared (void)
{
  g_autoptr (GstreamEventReader) reader = gstream_event_reader_new ();
  GstreamNamespace *first[1000];

  for (guint round = 0; round < 3; round++)
    for (guint i = 0; i < G_N_ELEMENTS (first); i++)
      {
        g_autofree char *text = g_strdup_printf ("[\"child:%u\",\"x\"]", i);
        g_autoptr (GstreamEvent) event = read_at (reader, text);
        g_autoptr (GstreamEvent) again = read_at (reader, text);
        GstreamNamespace *namespace_ = gstream_event_peek_namespace (event);

        g_assert_true (gstream_event_peek_namespace (again) == namespace_);
        g_assert_true (round == 0 || namespace_ == first[i]);
        first[i] = namespace_;
      }
}

/* However many there are, no more than a few thousand are kept; events keep theirs. */
static void
test_namespaces_bounded (void)
{
  g_autoptr (GstreamEventReader) reader = gstream_event_reader_new ();
  g_autoptr (GstreamEvent) first = read_at (reader, "[\"child:0\"]");
  g_autoptr (GstreamEvent) again = NULL;
  guint n_last = 0;

  for (guint i = 1; i < 20000; i++)
    {
      g_autofree char *text = g_strdup_printf ("[\"child:%u\"]", i);
      g_autoptr (GstreamEvent) event = read_at (reader, text);

      n_last = gstream_event_peek_namespace (event)->length;
    }
  g_assert_cmpuint (n_last, ==, 1);
  again = read_at (reader, "[\"child:0\"]");
  g_assert_true (gstream_event_peek_namespace (again) != gstream_event_peek_namespace (first));
  g_assert_true (gstream_namespace_equal (gstream_event_peek_namespace (again), gstream_event_peek_namespace (first)));
}

static void
test_namespaces_told_apart (void)
{
  g_autoptr (GstreamEventReader) reader = gstream_event_reader_new ();
  static const char *texts[] = { "[]",       "[\"a\"]", "[\"a\",\"b\"]", "[\"a,b\"]", "[ ]",
                                 "[\"ab\"]", "[\"\"]",  "[\"\\u0061\"]", "[ \"a\" ]" };
  static const guint lengths[] = { 0, 1, 2, 1, 0, 1, 1, 1, 1 };
  static const char *names[] = { NULL, "a", "a", "a,b", NULL, "ab", "", "a", "a" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GstreamEvent) event = read_at (reader, texts[i]);

      g_assert_cmpuint (gstream_event_peek_namespace (event)->length, ==, lengths[i]);
      g_assert_cmpstr (gstream_event_get_namespace (event)[0], ==, names[i]);
    }
}

/* As read; with a seq of the log's, all else as read. */
static void
test_to_json (void)
{
  static const char with_seq[] =
      "{\"extra\":{\"a\" : [1e2]},\"type\":\"event\", \"seq\" : 4 ,\"method\":\"m\",\"params\":"
      "{\"namespace\":[],\"timestamp\":1,\"data\":{\"big\":123456789012345678901},\"more\":null}}";
  static const char without[] = "{ \"type\":\"event\",\"method\":\"m\",\"params\":{\"namespace\":[],\"data\":1}}";
  GstreamEvent     *event = event_of (with_seq);
  GstreamEvent     *other = event_of (without);
  g_autofree char  *as_read = gstream_event_to_json (event);
  g_autofree char  *renumbered = NULL;
  g_autofree char  *numbered = NULL;

  g_assert_cmpstr (as_read, ==, with_seq);
  event = gstream_event_take_with_seq (event, 1234);
  renumbered = gstream_event_to_json (event);
  g_assert_cmpstr (renumbered, ==,
                   "{\"extra\":{\"a\" : [1e2]},\"type\":\"event\", \"seq\" : 1234 ,\"method\":\"m\",\"params\":"
                   "{\"namespace\":[],\"timestamp\":1,\"data\":{\"big\":123456789012345678901},\"more\":null}}");
  other = gstream_event_take_with_seq (other, 5);
  numbered = gstream_event_to_json (other);
  g_assert_cmpstr (numbered, ==,
                   "{\"seq\":5, \"type\":\"event\",\"method\":\"m\",\"params\":{\"namespace\":[],\"data\":1}}");
  gstream_event_unref (event);
  gstream_event_unref (other);
}

typedef void (*Visit) (const char *json);

/* Each event of a recording: a line of it, or a data line. */
static guint
visit_recording (const char *path,
                 Visit       visit)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean is_sse = g_str_has_suffix (path, ".sse");
  g_autoptr (GError) error = NULL;
  guint n_visited = 0;

  if (!is_sse && !g_str_has_suffix (path, ".jsonl"))
    return 0;
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], is_sse ? "data: " : "{"))
      {
        g_strchomp (lines[i]);
        visit (lines[i] + (is_sse ? 6 : 0));
        n_visited++;
      }
  return n_visited;
}

static guint
visit_recordings (Visit visit)
{
  static const char *folders[] = { "python-inprocess", "python-server", "js-server" };
  guint              n_visited = 0;

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "runs", folders[i], NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);

      g_assert_no_error (error);
      for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
        {
          g_autofree char *path = g_build_filename (folder, name, NULL);

          n_visited += visit_recording (path, visit);
        }
    }
  return n_visited;
}

static void
check_round_trip (const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamEvent) event = gstream_event_new_from_json (json, -1, &error);
  g_autoptr (GstreamPayload) whole = gstream_payload_new (json, -1, NULL);
  g_autoptr (GstreamPayload) data = gstream_payload_lookup (whole, "/params/data");
  g_autofree char *written = NULL;

  if (event == NULL)
    {
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_FAILED);
      g_assert_cmpstr (error->message, ==, gstream_payload_get_string (whole, "/message"));
      return;
    }
  written = gstream_event_to_json (event);
  g_assert_cmpstr (written, ==, json);
  g_assert_cmpstr (gstream_event_get_method (event), ==, gstream_payload_get_string (whole, "/method"));
  g_assert_cmpint (gstream_event_get_timestamp (event), ==, gstream_payload_get_integer (whole, "/params/timestamp"));
  g_assert_cmpuint (gstream_event_get_seq (event), ==, gstream_payload_get_integer (whole, "/seq"));
  g_assert_cmpstr (gstream_event_get_id (event), ==, gstream_payload_get_string (whole, "/event_id"));
  g_assert_cmpuint (g_strv_length ((char **) gstream_event_get_namespace (event)), ==,
                    gstream_payload_get_size (whole, "/params/namespace"));
  g_assert_cmpstr (gstream_payload_get_json (gstream_event_get_data (event), NULL), ==,
                   gstream_payload_get_json (data, NULL));
}

/* JSON to GVariant and back says the same. */
static void
check_variant (const char *json)
{
  g_autoptr (GstreamPayload) payload = gstream_payload_new (json, -1, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) back = gstream_payload_new_variant (gstream_payload_get_variant (payload), &error);

  g_assert_no_error (error);
  g_assert_true (gstream_payload_equal (payload, back));
  g_assert_true (g_variant_equal (gstream_payload_get_variant (payload), gstream_payload_get_variant (back)));
}

/* Made again by an application from its parts, an event says the same. */
static void
check_made_again (const char *json)
{
  g_autoptr (GstreamEvent) event = gstream_event_new_from_json (json, -1, NULL);
  g_autoptr (GstreamEvent) made = NULL;
  g_autofree char *written = NULL;
  g_autoptr (GstreamPayload) whole = gstream_payload_new (json, -1, NULL);
  g_autoptr (GstreamPayload) again = NULL;
  const char *node = gstream_payload_get_string (whole, "/params/node");

  if (event == NULL)
    return;
  made = gstream_event_new_full (gstream_event_get_method (event), gstream_event_get_namespace (event),
                                 gstream_event_get_data (event), gstream_event_get_timestamp (event), node,
                                 gstream_event_get_id (event), gstream_event_get_interrupts (event));
  made = gstream_event_take_with_seq (g_steal_pointer (&made), gstream_event_get_seq (event));
  written = gstream_event_to_json (made);
  again = gstream_payload_new (written, -1, NULL);
  g_assert_true (gstream_payload_equal (whole, again));
}

static void
check_fields_alike (const char *json)
{
  g_autoptr (GstreamEvent) event = gstream_event_new_from_json (json, -1, NULL);
  g_autoptr (GstreamEvent) made = NULL;
  const GstreamEventFields *a;
  const GstreamEventFields *b;

  if (event == NULL)
    return;
  made = gstream_event_new (gstream_event_get_method (event), gstream_event_get_namespace (event),
                            gstream_event_get_data (event));
  a = gstream_event_get_fields (event);
  b = gstream_event_get_fields (made);
  g_assert_cmpint (a->method, ==, b->method);
  g_assert_cmpint (a->step, ==, b->step);
  g_assert_cmpint (a->delta, ==, b->delta);
  g_assert_cmpint (a->index, ==, b->index);
  g_assert_cmpstr (a->message_id, ==, b->message_id);
  g_assert_cmpstr (a->run_id, ==, b->run_id);
  g_assert_cmpstr (a->text, ==, b->text);
  g_assert_cmpstr (a->key, ==, b->key);
  g_assert_cmpstr (a->name, ==, b->name);
  g_assert_true (gstream_payload_equal (gstream_event_peek_item (event), gstream_event_peek_item (made)));
}

static void
test_recordings (gconstpointer data)
{
  g_assert_cmpuint (visit_recordings ((Visit) data), >, 900);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/E1/all-parts", test_all_parts);
  g_test_add_func ("/event/E1/few-parts", test_few_parts);
  g_test_add_func ("/event/E1/counts", test_counts);
  g_test_add_func ("/event/E1/nulls", test_nulls);
  g_test_add_func ("/event/E3/any-order", test_any_order);
  g_test_add_func ("/event/E3/duplicates", test_duplicates);
  g_test_add_func ("/event/E3/bad-shapes", test_bad_shapes);
  g_test_add_func ("/event/E3/bad-shapes-before-method", test_bad_shapes_before_method);
  g_test_add_func ("/event/E3/cut-short", test_cut_short);
  g_test_add_func ("/event/E3/run-failed", test_run_failed);
  g_test_add_func ("/event/E3/run-failed/words", test_words_of_failures);
  g_test_add_func ("/event/E3/max-size", test_max_size);
  g_test_add_func ("/event/E3/max-depth", test_max_depth);
  g_test_add_data_func ("/event/E2/owner/small", GSIZE_TO_POINTER (100), test_owner);
  g_test_add_data_func ("/event/E2/owner/large", GSIZE_TO_POINTER (100000), test_owner);
  g_test_add_func ("/event/E2/payload-keeps-event", test_payload_keeps_event);
  g_test_add_func ("/event/E1/namespaces/shared", test_namespaces_shared);
  g_test_add_func ("/event/E1/namespaces/bounded", test_namespaces_bounded);
  g_test_add_func ("/event/E1/namespaces/told-apart", test_namespaces_told_apart);
  g_test_add_func ("/event/E3/to-json", test_to_json);
  g_test_add_data_func ("/event/E3/recordings/round-trip", check_round_trip, test_recordings);
  g_test_add_data_func ("/event/E2/recordings/variant", check_variant, test_recordings);
  g_test_add_data_func ("/event/E3/recordings/made-again", check_made_again, test_recordings);
  g_test_add_data_func ("/event/D/recordings/fields-alike", check_fields_alike, test_recordings);
  return g_test_run ();
}
