/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Deltas that are written like the one before: what is read of them is what a
 * reader finds that has read nothing before (E3).
 */
#include <string.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-event-internal.h>
#include <gstream/event/gstream-event-reader-internal.h>
#include <gstream/event/gstream-payload.h>

#define DEPTH 32

/* As both servers write them; %s: what differs. */
#define PYTHON(id, seq, time, text)                                                 \
  "{\"type\":\"event\",\"event_id\":\"" id "\",\"seq\":" seq                        \
  ",\"method\":\"messages\",\"params\":{\"namespace\":[\"a:1\"],"                   \
  "\"timestamp\":" time ",\"data\":{\"event\":\"content-block-delta\",\"index\":0," \
  "\"delta\":{\"type\":\"text-delta\",\"text\":\"" text "\"}}}}"
#define JAVASCRIPT(id, time, run, text)                                                               \
  "{\"type\": \"event\", \"seq\": 1, \"eventId\": \"" id                                              \
  "\", \"method\": \"messages\", \"params\": {\"timestamp\": " time                                   \
  ", \"namespace\": [\"model:7\"], \"data\": {\"event\": \"content-block-delta\", \"run_id\": \"" run \
  "\", \"delta\": "                                                                                   \
  "{\"text\": \"" text "\", \"type\": \"text-delta\"}, \"index\": 1}, \"node\": \"n\"} }\n"
#define TOOL(key, text)                                                                                              \
  "{\"method\":\"tools\",\"type\":\"event\",\"params\":{\"namespace\":[],\"data\":{\"event\":\"tool-output-delta\"," \
  "\"tool_call_id\":\"" key "\",\"delta\":\"" text "\"}}}"

/* Which are parsed always: a message with its metadata (D1), and a delta beside interrupts. */
#define PAIR(seq, text)                                                                                            \
  "{\"type\":\"event\",\"seq\":" seq ",\"method\":\"messages\",\"params\":{\"namespace\":[],\"data\":[{\"event\":" \
  "\"content-block-delta\",\"delta\":{\"type\":\"text-delta\",\"text\":\"" text "\"}},{\"langgraph_node\":\"n\"}]}}"
#define INTERRUPTED(seq, text)                                                             \
  "{\"type\":\"event\",\"seq\":" seq                                                       \
  ",\"method\":\"messages\",\"params\":{\"namespace\":[],\"interrupts\":[{\"id\":\"i\"}]," \
  "\"data\":{\"event\":\"content-block-delta\",\"delta\":{\"type\":\"text-delta\",\"text\":\"" text "\"}}}}"

static const char *templates[] = {
  PYTHON ("1795-0.1", "7", "1795366601175", " the"),
  PYTHON ("", "0", "1", ""),
  JAVASCRIPT ("e",
              "1795366601175",
              "r1",
              "Gr\xc3\xbc\xc3\x9f"
              "e"),
  TOOL ("call", "half"),
};

static GstreamEvent *
read_text (GstreamEventReader *reader,
           const char         *text,
           gsize               length,
           GError            **error)
{
  g_autofree char *exact = g_memdup2 (text, MAX (length, 1)); /* so that whatever reads further is noticed */

  return gstream_event_reader_read (reader, NULL, exact, length, error);
}

/* --- what must be the same --- */

static void
assert_same_fields (const GstreamEventFields *fields,
                    const GstreamEventFields *expected)
{
  g_assert_cmpint (fields->method, ==, expected->method);
  g_assert_cmpint (fields->step, ==, expected->step);
  g_assert_cmpint (fields->delta, ==, expected->delta);
  g_assert_cmpint (fields->tool_role, ==, expected->tool_role);
  g_assert_cmpint (fields->index, ==, expected->index);
  g_assert_cmpstr (fields->message_id, ==, expected->message_id);
  g_assert_cmpstr (fields->run_id, ==, expected->run_id);
  g_assert_cmpstr (fields->node, ==, expected->node);
  g_assert_cmpstr (fields->text, ==, expected->text);
  g_assert_cmpuint (fields->text_length, ==, expected->text_length);
  g_assert_cmpstr (fields->key, ==, expected->key);
  g_assert_cmpstr (fields->name, ==, expected->name);
}

static void
assert_same_payload (GstreamPayload *payload,
                     GstreamPayload *expected)
{
  g_assert_true ((payload == NULL) == (expected == NULL));
  if (payload != NULL)
    g_assert_cmpstr (gstream_payload_get_json (payload, NULL), ==, gstream_payload_get_json (expected, NULL));
}

static void
assert_same_event (GstreamEvent *event,
                   GstreamEvent *expected)
{
  g_autofree char *json = gstream_event_to_json (event);
  g_autofree char *expected_json = gstream_event_to_json (expected);
  g_autoptr (GstreamEvent) numbered = gstream_event_copy_with_seq (gstream_event_ref (event), 4711);
  g_autoptr (GstreamEvent) expected_numbered = gstream_event_copy_with_seq (gstream_event_ref (expected), 4711);
  g_autofree char *numbered_json = gstream_event_to_json (numbered);
  g_autofree char *expected_numbered_json = gstream_event_to_json (expected_numbered);

  g_assert_cmpstr (json, ==, expected_json);
  g_assert_cmpstr (numbered_json, ==, expected_numbered_json);
  g_assert_cmpstr (gstream_event_get_id (event), ==, gstream_event_get_id (expected));
  g_assert_cmpuint (gstream_event_get_seq (event), ==, gstream_event_get_seq (expected));
  g_assert_cmpstr (gstream_event_get_method (event), ==, gstream_event_get_method (expected));
  g_assert_cmpstrv (gstream_event_get_namespace (event), gstream_event_get_namespace (expected));
  g_assert_cmpint (gstream_event_get_timestamp (event), ==, gstream_event_get_timestamp (expected));
  g_assert_cmpstr (gstream_event_get_node (event), ==, gstream_event_get_node (expected));
  assert_same_payload (gstream_event_get_data (event), gstream_event_get_data (expected));
  assert_same_payload (gstream_event_peek_item (event), gstream_event_peek_item (expected));
  assert_same_payload (gstream_event_get_interrupts (event), gstream_event_get_interrupts (expected));
  assert_same_fields (gstream_event_get_fields (event), gstream_event_get_fields (expected));
}

/* What @reader, which has a template, reads is what one reads that has none. */
static void
assert_same_reading (GstreamEventReader *reader,
                     const char         *text,
                     gsize               length)
{
  GstreamEventReader *fresh = gstream_event_reader_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) expected_error = NULL;
  g_autoptr (GstreamEvent) event = NULL;
  g_autoptr (GstreamEvent) expected = NULL;

  gstream_event_reader_set_limits (fresh, 4096, DEPTH);
  event = read_text (reader, text, length, &error);
  expected = read_text (fresh, text, length, &expected_error);
  g_assert_cmpstr (error ? error->message : NULL, ==, expected_error ? expected_error->message : NULL);
  g_assert_true ((event == NULL) == (expected == NULL));
  if (event != NULL)
    assert_same_event (event, expected);
  gstream_event_reader_free (fresh);
}

static GstreamEventReader *
reader_with_template (const char *template)
{
  GstreamEventReader *reader = gstream_event_reader_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamEvent) event = NULL;

  gstream_event_reader_set_limits (reader, 4096, DEPTH);
  event = read_text (reader, template, strlen (template), &error);
  g_assert_no_error (error);
  return reader;
}

/* --- what fits, and what does not --- */

/* Reads @text, which may be no event; whether that was done by the reader's template. */
static gboolean
reads_by_template (GstreamEventReader *reader,
                   const char         *text)
{
  guint64 n_compared = gstream_event_reader_get_n_compared (reader);
  g_autoptr (GstreamEvent) event = read_text (reader, text, strlen (text), NULL);

  return gstream_event_reader_get_n_compared (reader) > n_compared;
}

/* Whether an event of @text is read by a template that is taken from @from. */
static gboolean
fits (const char *from,
      const char *text)
{
  g_autoptr (GstreamEventReader) reader = reader_with_template (from);

  return reads_by_template (reader, text);
}

static void
test_fits (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (templates); i++)
    g_assert_true (fits (templates[i], templates[i]));

  g_assert_true (fits (templates[0], PYTHON ("1795-0.22", "123456789012", "5", " a longer text")));
  g_assert_true (fits (templates[0], PYTHON ("", "0", "0", "")));
  g_assert_true (fits (templates[0], PYTHON ("\xc3\xa9", "8", "1795366601175", "\xf0\x9f\x98\x80")));
  g_assert_true (fits (templates[2], JAVASCRIPT ("f", "1795366601176", "another run", "x")));
  g_assert_true (fits (templates[3], TOOL ("another call", "other")));
}

static void
test_does_not_fit (void)
{
  static const char *values[] = {
    "\\n", "\\u00e9", "a\"b", "\t", "\x1f", "\xff", "\xc3", "\xed\xa0\x80", "\xc0\xaf", "\\", "\",\"x\":\"y",
  };
  static const char *counts[] = { "01",   "-1",         "1.0", "1e2", "null", "\"1\"", "", "1 ", "1234567890123456789",
                                  "true", "1,\"seq\":2" };
  const char *template = PYTHON ("e", "7", "8", "text");

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *text = g_strdup_printf (PYTHON ("e", "7", "8", "%s"), values[i]);
      g_autofree char *id = g_strdup_printf (PYTHON ("%s", "7", "8", "text"), values[i]);

      g_assert_false (fits (template, text));
      g_assert_false (fits (template, id));
    }
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_autofree char *seq = g_strdup_printf (PYTHON ("e", "%s", "8", "text"), counts[i]);
      g_autofree char *time = g_strdup_printf (PYTHON ("e", "7", "%s", "text"), counts[i]);

      g_assert_false (fits (template, seq));
      g_assert_false (fits (template, time));
    }
  g_assert_false (fits (template, PYTHON ("e", "7", "8", "text") " "));
  g_assert_false (fits (template, PYTHON ("e", "7", "8", "text") "}"));
  g_assert_false (fits (templates[0], templates[2]));
  g_assert_false (fits (templates[0], templates[3]));
}

/* Other digits before an exponent are another number than the template's rule would make of them. */
static void
test_exponents (void)
{
  g_assert_true (fits (PYTHON ("e", "0e5", "8", "text"), PYTHON ("e", "0e5", "9", "other")));
  g_assert_false (fits (PYTHON ("e", "0e5", "8", "text"), PYTHON ("e", "7e5", "8", "text")));
  g_assert_false (fits (PYTHON ("e", "7", "5.0", "text"), PYTHON ("e", "7", "6.0", "text")));
}

/* --- the same reading --- */

static void
test_each_after_each (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (templates); i++)
    {
      GstreamEventReader *reader = reader_with_template (templates[i]);

      for (guint j = 0; j < 20 * G_N_ELEMENTS (templates); j++)
        assert_same_reading (reader, templates[j % G_N_ELEMENTS (templates)],
                             strlen (templates[j % G_N_ELEMENTS (templates)]));
      gstream_event_reader_free (reader);
    }
}

static void
test_other_values (void)
{
  static const char *texts[] = {
    PYTHON ("another, longer id", "7", "1", ""),
    PYTHON ("", "123456", "1795366601175", "longer than the template's"),
    PYTHON ("1795-0.1", "7", "5", " the"),
    PAIR ("1", "a"),
    PAIR ("123", "longer"),
    PAIR ("4", ""),
    INTERRUPTED ("1", "a"),
    INTERRUPTED ("123", "longer"),
    INTERRUPTED ("4", ""),
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      GstreamEventReader *reader = reader_with_template (texts[i]);

      for (guint j = 0; j < G_N_ELEMENTS (texts); j++)
        assert_same_reading (reader, texts[j], strlen (texts[j]));
      gstream_event_reader_free (reader);
    }
}

/* Of two shapes that take turns one keeps the template, however often the other comes. */
static void
test_patience (void)
{
  g_autoptr (GstreamEventReader) reader = reader_with_template (templates[0]);

  for (guint i = 0; i < 20; i++)
    {
      g_assert_true (reads_by_template (reader, templates[0]));
      g_assert_false (reads_by_template (reader, templates[2]));
    }
  for (guint i = 0; i < 20; i++)
    reads_by_template (reader, templates[2]);
  g_assert_true (reads_by_template (reader, templates[2]));
}

/* A template is given up for what comes again and again, and what it said goes with it. */
static void
test_changes_of_shape (void)
{
  GstreamEventReader *reader = reader_with_template (templates[0]);

  for (guint i = 0; i < 60; i++)
    {
      const char *template = templates[i / 10 % G_N_ELEMENTS (templates)];
      g_autoptr (GString) text = g_string_new (template);

      g_string_replace (text, "1795", i % 2 ? "42" : "1234567", 0);
      assert_same_reading (reader, text->str, text->len);
    }
  gstream_event_reader_free (reader);
}

static void
test_duplicates (void)
{
  const char *template = "{\"type\":\"event\",\"seq\":1,\"method\":\"messages\",\"seq\":2,\"params\":{\"namespace\":[],"
                         "\"data\":{\"event\":"
                         "\"content-block-delta\",\"delta\":{\"type\":\"text-delta\",\"text\":\"a\",\"text\":\"b\"}}}}";
  GstreamEventReader *reader = reader_with_template (template);

  for (const char *p = template; *p != '\0'; p++)
    if (*p == '1' || *p == '2' || *p == 'a' || *p == 'b')
      {
        g_autofree char *text = g_strdup (template);

        text[p - template] = *p == '1' || *p == '2' ? '7' : 'c';
        assert_same_reading (reader, text, strlen (text));
      }
  gstream_event_reader_free (reader);
}

/* A reader that was told to be stricter is so with what it has read before. */
static void
test_limits (void)
{
  GstreamEventReader *reader = reader_with_template (templates[0]);
  g_autoptr (GError) error = NULL;

  gstream_event_reader_set_limits (reader, 4096, 3);
  g_assert_null (read_text (reader, templates[0], strlen (templates[0]), &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE);
  gstream_event_reader_free (reader);
}

static void
test_cut_off (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (templates); i++)
    {
      GstreamEventReader *reader = reader_with_template (templates[i]);

      for (gsize length = 0; length <= strlen (templates[i]); length++)
        assert_same_reading (reader, templates[i], length);
      gstream_event_reader_free (reader);
    }
}

static void
test_every_byte (void)
{
  static const char others[] = "\"\\{}[],: 09.eE-\n\x01\x7f\xc3\xa9\xff";

  for (guint i = 0; i < G_N_ELEMENTS (templates); i++)
    {
      GstreamEventReader *reader = reader_with_template (templates[i]);
      gsize               length = strlen (templates[i]);

      for (gsize at = 0; at < length; at++)
        for (gsize j = 0; j < sizeof others; j++) /* with the NUL */
          {
            g_autofree char *text = g_strdup (templates[i]);

            text[at] = others[j];
            assert_same_reading (reader, text, length);
          }
      gstream_event_reader_free (reader);
    }
}

/* Bytes that go or come, some at a time. */
static void
test_random_changes (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20240229);
  GstreamEventReader *readers[G_N_ELEMENTS (templates)];

  for (guint i = 0; i < G_N_ELEMENTS (templates); i++)
    readers[i] = reader_with_template (templates[i]);
  for (guint i = 0; i < 20000; i++)
    {
      const char *template = templates[i % G_N_ELEMENTS (templates)];
      g_autoptr (GString) text = g_string_new (template);

      for (int n = g_rand_int_range (rand, 1, 4); n > 0; n--)
        {
          gsize at = g_rand_int_range (rand, 0, text->len);
          gsize n_gone = g_rand_int_range (rand, 0, 3);

          g_string_erase (text, at, MIN (n_gone, text->len - at));
          g_string_insert_len (text, at, template + g_rand_int_range (rand, 0, strlen (template) - 3),
                               g_rand_int_range (rand, 0, 3));
        }
      assert_same_reading (readers[i % G_N_ELEMENTS (templates)], text->str, text->len);
    }
  for (guint i = 0; i < G_N_ELEMENTS (templates); i++)
    gstream_event_reader_free (readers[i]);
}

/* The seq's place moves with what is before it, whatever is written there. */
static void
test_odd_seq (void)
{
  static const char *seqs[] = { "null", "1.0", "0e5", "10e-1", " null ", "7" };

  for (guint i = 0; i < G_N_ELEMENTS (seqs); i++)
    {
      g_autofree char *template = g_strdup_printf (PYTHON ("9", "%s", "8", "text"), seqs[i]);
      g_autofree char    *text = g_strdup_printf (PYTHON ("10", "%s", "8", "other"), seqs[i]);
      GstreamEventReader *reader = reader_with_template (template);

      g_assert_true (fits (template, text));
      assert_same_reading (reader, text, strlen (text));
      gstream_event_reader_free (reader);
    }
}

/* --- events with any members, odd ones too --- */

/* A string and a number that differ from one event to the next. */
#define STRING "\x01"
#define NUMBER "\x02"

static const char *root_members[] = {
  "\"type\":\"event\"",    "\"method\":\"messages\"", "\"params\":%", /* these first: without them it is no event */
  "\"event_id\":" STRING,  "\"eventId\": " STRING,    "\"seq\":" NUMBER,     "\"seq\" : " NUMBER " ",
  "\"\\u0073eq\":" NUMBER, "\"method\":\"tools\"",    "\"message\":" STRING, "\"x\":{\"seq\":1}",
  "\"type\":\"event\"",    "\"\":[" NUMBER "]",       "\"event_id\":null",
};
static const char *params_members[] = {
  "\"namespace\":[\"a:1\"]",
  "\"data\":%",
  "\"timestamp\":" NUMBER,
  "\"node\":" STRING,
  "\"timestamp\": " NUMBER,
  "\"namespace\":[]",
  "\"interrupts\":null",
  "\"node\":null",
  "\"run_id\":" STRING,
  "\"data\":%",
  "\"x\": [ ]",
};
static const char *data_members[] = {
  "\"event\":\"content-block-delta\"",
  "\"delta\":%",
  "\"id\":" STRING,
  "\"message_id\":" STRING,
  "\"run_id\":" STRING,
  "\"index\":" NUMBER,
  "\"run_id\":null",
  "\"delta\":%",
  "\"delta\":" STRING,
  "\"role\":\"tool\"",
  "\"tool_call_id\":" STRING,
  "\"toolCallId\": " STRING,
  "\"tool_name\":" STRING,
  "\"id\":" NUMBER,
};
static const char *delta_members[] = {
  "\"type\":\"text-delta\"", "\"text\":" STRING, "\"text\": " STRING,
  "\"reasoning\":" STRING,   "\"args\":" STRING, "\"type\":\"reasoning-delta\"",
  "\"text\":null",           "\"data\":" STRING, "\"type\":\"tool-call-delta\"",
  "\"x\":" NUMBER,
};
static const char *strings[] = {
  "\"\"",    "\"9\"",       "\"10\"",      "\"\xc3\xa9\"", "\"a longer text, with a comma\"",
  "\"\\n\"", "\"\\ud83d\"", "\"\\u0000\"", "null",         "7",
  "{}",      "\"seq\":",    "\"",
};
static const char *numbers[] = {
  "0",  "9",     "10",  "12345678",           "1795366601175",       "null", "1.0", "1e2", "0e5", "-1",
  "01", "\"5\"", "1.5", "999999999999999999", "9999999999999999999", "",
};

/* Half of the time one of the first @n_usual. */
static const char *
any_of (GRand       *rand,
        const char **values,
        guint        n,
        guint        n_usual)
{
  return values[g_rand_int_range (rand, 0, g_rand_int_range (rand, 0, 8) == 0 ? n : n_usual)];
}

/* An object of the first @n_needed members and some of the others, in any order; % stands for @inner. */
static char *
any_object (GRand       *rand,
            const char **members,
            guint        n,
            guint        n_needed,
            const char  *inner)
{
  g_autoptr (GPtrArray) chosen = g_ptr_array_new ();
  g_autoptr (GString) out = g_string_new ("{");

  for (guint i = 0; i < n; i++)
    if (i < n_needed ? g_rand_int_range (rand, 0, 100) > 0 : g_rand_int_range (rand, 0, 3) == 0)
      g_ptr_array_insert (chosen, g_rand_int_range (rand, 0, chosen->len + 1), (gpointer) members[i]);
  for (guint i = 0; i < chosen->len; i++)
    {
      g_string_append (out, i > 0 ? "," : "");
      g_string_append (out, chosen->pdata[i]);
    }
  g_string_append_c (out, '}');
  g_string_replace (out, "%", inner, 0);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static char *
any_shape (GRand *rand)
{
  g_autofree char *delta = any_object (rand, delta_members, G_N_ELEMENTS (delta_members), 2, "");
  g_autofree char *data = any_object (rand, data_members, G_N_ELEMENTS (data_members), 2, delta);
  g_autofree char *params = any_object (rand, params_members, G_N_ELEMENTS (params_members), 2, data);

  return any_object (rand, root_members, G_N_ELEMENTS (root_members), 3, params);
}

static char *
fill (GRand      *rand,
      const char *shape)
{
  GString *out = g_string_new (g_rand_int_range (rand, 0, 4) == 0 ? " " : NULL);

  for (const char *p = shape; *p != '\0'; p++)
    if (*p == *STRING)
      g_string_append (out, any_of (rand, strings, G_N_ELEMENTS (strings), 5));
    else if (*p == *NUMBER)
      g_string_append (out, any_of (rand, numbers, G_N_ELEMENTS (numbers), 7));
    else
      g_string_append_c (out, *p);
  return g_string_free (out, FALSE);
}

/* @like, with other values where it has values that may differ: as a source writes what comes next. */
static char *
vary (GRand      *rand,
      const char *like)
{
  static const char *texts[] = { "\"9\"", "\"10\"", "\"\"", "\"a longer text, with a comma\"", "\"\xc3\xa9\"" };
  GString           *out = g_string_new (like);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_rand_boolean (rand))
      g_string_replace (out, texts[i], texts[g_rand_int_range (rand, 0, G_N_ELEMENTS (texts))],
                        g_rand_int_range (rand, 0, 3));
  if (g_rand_boolean (rand))
    g_string_replace (out, ":12345678", ":3", 0);
  if (g_rand_boolean (rand))
    g_string_replace (out, "1795366601175", "17", 0);
  return g_string_free (out, FALSE);
}

/* Whatever a reader has read before, it reads what one does that has read nothing, byte for byte. */
static void
test_odd_members (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20240229);
  guint n_fit = 0;

  for (guint i = 0; i < 8000; i++)
    {
      GstreamEventReader *reader = gstream_event_reader_new ();
      g_autofree char    *shape = any_shape (rand);
      g_autofree char    *first = fill (rand, shape);

      gstream_event_reader_set_limits (reader, 4096, DEPTH);
      assert_same_reading (reader, first, strlen (first));
      for (guint j = 0; j < 4; j++)
        {
          g_autofree char *next = j == 0 ? fill (rand, shape) : vary (rand, first);
          g_autoptr (GstreamEvent) event = gstream_event_new_from_json (first, -1, NULL);

          assert_same_reading (reader, next, strlen (next));
          n_fit += event != NULL && gstream_event_get_fields (event)->text != NULL && fits (first, next);
        }
      gstream_event_reader_free (reader);
    }
  g_test_message ("%u were read by a template", n_fit);
  g_assert_cmpuint (n_fit, >, 1000);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/E3/template/fits", test_fits);
  g_test_add_func ("/event/E3/template/does-not-fit", test_does_not_fit);
  g_test_add_func ("/event/E3/template/exponents", test_exponents);
  g_test_add_func ("/event/E3/template/each-after-each", test_each_after_each);
  g_test_add_func ("/event/E3/template/other-values", test_other_values);
  g_test_add_func ("/event/E3/template/patience", test_patience);
  g_test_add_func ("/event/E3/template/changes-of-shape", test_changes_of_shape);
  g_test_add_func ("/event/E3/template/duplicates", test_duplicates);
  g_test_add_func ("/event/E3/template/limits", test_limits);
  g_test_add_func ("/event/E3/template/cut-off", test_cut_off);
  g_test_add_func ("/event/E3/template/every-byte", test_every_byte);
  g_test_add_func ("/event/E3/template/random-changes", test_random_changes);
  g_test_add_func ("/event/E3/template/odd-seq", test_odd_seq);
  g_test_add_func ("/event/E3/template/odd-members", test_odd_members);
  return g_test_run ();
}
