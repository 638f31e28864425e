/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Long texts have an outline, and are refused, read and found in as all others are (E2, E3).
 */
#include <string.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-event-internal.h>
#include <gstream/event/gstream-json-outline-private.h>
#include <gstream/event/gstream-payload-internal.h>

/* --- random texts --- */

static void add_value (GString *json,
                       GRand   *rand,
                       guint    depth);

static void
add_space (GString *json,
           GRand   *rand)
{
  static const char *const spaces[] = { " ", "\n", "\t\r", "" };

  if (g_rand_int_range (rand, 0, 6) == 0)
    g_string_append (json, spaces[g_rand_int_range (rand, 0, 4)]);
}

static void
add_string (GString *json,
            GRand   *rand,
            guint    length)
{
  static const char *const pieces[] = { "a", "b", "\\\\", "\\\"", "\\u00e9", "[", "]", "{", "}", ",", ":", "\xc3\xa9" };

  g_string_append_c (json, '"');
  for (guint i = 0; i < length; i++)
    g_string_append (json, pieces[g_rand_int_range (rand, 0, G_N_ELEMENTS (pieces))]);
  g_string_append_c (json, '"');
}

static void
add_scalar (GString *json,
            GRand   *rand)
{
  static const char *const words[] = { "true", "false", "null", "0", "-1.5e3", "12345678901234567890" };

  if (g_rand_int_range (rand, 0, 2) == 0)
    g_string_append (json, words[g_rand_int_range (rand, 0, G_N_ELEMENTS (words))]);
  else
    add_string (json, rand, g_rand_int_range (rand, 0, g_rand_int_range (rand, 0, 20) == 0 ? 3000 : 30));
}

static void
add_container (GString *json,
               GRand   *rand,
               guint    depth)
{
  gboolean is_object = g_rand_boolean (rand);
  int      n = g_rand_int_range (rand, 0, depth == 0 ? 60 : 12);

  g_string_append_c (json, is_object ? '{' : '[');
  for (int i = 0; i < n; i++)
    {
      g_string_append (json, i > 0 ? "," : "");
      add_space (json, rand);
      if (is_object)
        g_string_append_printf (json, "\"%s%d\":", i % 5 == 0 ? "\\u006b" : "k", g_rand_int_range (rand, 0, 20));
      add_value (json, rand, depth + 1);
      add_space (json, rand);
    }
  g_string_append_c (json, is_object ? '}' : ']');
}

static void
add_value (GString *json,
           GRand   *rand,
           guint    depth)
{
  if (depth < 5 && g_rand_int_range (rand, 0, depth + 2) == 0)
    add_container (json, rand, depth);
  else
    add_scalar (json, rand);
}

/* Long enough for an outline. */
static GString *
make_text (GRand *rand)
{
  GString *json = g_string_new ("[");

  while (json->len < 64 * 1024)
    {
      add_container (json, rand, 0);
      g_string_append_c (json, ',');
    }
  g_string_append (json, "0]");
  return json;
}

/* --- checking --- */

static void
assert_same_verdict (const char *json,
                     gsize       length)
{
  GstreamJsonOutline *outline = NULL;
  GstreamJsonCursor   cursor;
  GstreamJsonCursor   plain;
  gboolean            is_good;

  is_good = gstream_json_cursor_init (&plain, json, length, 20) && gstream_json_cursor_skip (&plain) &&
            gstream_json_cursor_end (&plain);
  if (gstream_json_cursor_init (&cursor, json, length, 20) && gstream_json_outline_skip (&cursor, &outline))
    gstream_json_cursor_end (&cursor);
  g_assert_cmpint (cursor.expected == NULL, ==, is_good);
  g_assert_cmpstr (cursor.expected, ==, plain.expected);
  g_assert_cmpint (cursor.error_code, ==, plain.error_code);
  if (!is_good)
    g_assert_cmpuint (cursor.error_at, ==, plain.error_at);
  g_assert_true (!is_good || (outline != NULL && cursor.next == plain.next && cursor.depth == plain.depth));
  g_clear_pointer (&outline, gstream_json_outline_free);
}

/* A text with one byte exchanged, added or taken out is wrong at the same place and for the same reason. */
static void
test_refused (void)
{
  static const char bytes[] = "\"\\{}[],:01ea \n\f\xff";

  for (guint seed = 0; seed < 20; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GString) json = make_text (rand);

      assert_same_verdict (json->str, json->len);
      for (guint i = 0; i < 30; i++)
        {
          g_autoptr (GString) bad = g_string_new_len (json->str, json->len);
          gsize at = g_rand_int_range (rand, 0, json->len);

          if (i % 3 < 2)
            g_string_erase (bad, at, 1);
          if (i % 3 > 0)
            g_string_insert_c (bad, at, bytes[g_rand_int_range (rand, 0, sizeof bytes - 1)]);
          assert_same_verdict (bad->str, bad->len);
        }
      for (guint i = 0; i < 10; i++)
        assert_same_verdict (json->str, g_rand_int_range (rand, 40000, json->len));
    }
}

static void
test_depth (void)
{
  g_autoptr (GString) json = g_string_new (NULL);
  g_autofree char *pad = g_strnfill (40000, 'x');

  for (guint depth = 18; depth <= 22; depth++)
    {
      g_string_truncate (json, 0);
      for (guint i = 0; i < depth; i++)
        g_string_append_c (json, '[');
      g_string_append_printf (json, "\"%s\"", pad);
      for (guint i = 0; i < depth; i++)
        g_string_append_c (json, ']');
      assert_same_verdict (json->str, json->len);
    }
}

/* --- finding --- */

static void
assert_same_find (GstreamJsonValue          root,
                  const GstreamJsonOutline *outline,
                  const char               *pointer)
{
  GstreamJsonValue found, plain;
  gboolean         is_there = gstream_json_find (root, pointer, &plain);

  g_assert_cmpint (gstream_json_find_outlined (root, outline, pointer, &found), ==, is_there);
  g_assert_true (!is_there || (found.start == plain.start && found.end == plain.end));
}

/* Compares each value with what is found without an outline, by iterating and by pointer. */
static void
assert_same_values (GstreamJsonValue          value,
                    const GstreamJsonOutline *outline,
                    GString                  *pointer,
                    GstreamJsonValue          root)
{
  gsize            length = pointer->len;
  gboolean         is_object = *value.start == '{';
  GstreamJsonValue name = { NULL, NULL }, plain_name, element, plain_element;
  GstreamJsonIter  iter, plain;

  if (length < 6)
    assert_same_find (root, outline, pointer->str);
  if (!is_object && *value.start != '[')
    return;

  gstream_json_iter_init_outlined (&iter, value, outline);
  gstream_json_iter_init (&plain, value);
  for (guint i = 0;; i++)
    {
      gboolean is_there =
          is_object ? gstream_json_iter_member (&iter, &name, &element) : gstream_json_iter_element (&iter, &element);

      g_assert_cmpint (is_there, ==,
                       is_object ? gstream_json_iter_member (&plain, &plain_name, &plain_element)
                                 : gstream_json_iter_element (&plain, &plain_element));
      if (!is_there)
        break;
      g_assert_true (element.start == plain_element.start && element.end == plain_element.end);
      if (is_object)
        {
          g_autofree char *key = gstream_json_dup_raw (name);

          g_string_append_printf (pointer, "/%s", key);
        }
      else
        g_string_append_printf (pointer, "/%u", i);
      if (length < 8)
        assert_same_values (element, outline, pointer, root);
      g_string_truncate (pointer, length);
    }
}

static void
test_found (void)
{
  for (guint seed = 0; seed < 10; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GString) json = make_text (rand);
      g_autoptr (GString) pointer = g_string_new (NULL);
      g_autoptr (GstreamPayload) payload = gstream_payload_new (json->str, json->len, NULL);

      g_assert_nonnull (payload->outline);
      assert_same_values (gstream_payload_value (payload), payload->outline, pointer, gstream_payload_value (payload));
    }
}

/* --- texts that begin as one that is known --- */

/* What comes of @json must not depend on what is known. */
static void
assert_read (const char *json,
             gsize       length,
             gboolean    thoroughly)
{
  g_autoptr (GstreamPayload) payload = NULL;
  g_autoptr (GString) pointer = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) expected = NULL;
  GstreamJsonCursor cursor;
  GstreamJsonSlice  slice;
  guint32           start = 0;
  gboolean          is_good = gstream_json_cursor_init (&cursor, json, length, GSTREAM_JSON_MAX_DEPTH);

  if (is_good)
    start = *cursor.next;
  is_good = is_good && gstream_json_cursor_skip (&cursor) && gstream_json_cursor_end (&cursor);
  if (is_good)
    slice = gstream_json_cursor_since (&cursor, start);
  else
    gstream_json_cursor_set_error (&cursor, &expected);

  payload = gstream_payload_new (json, length, &error);
  g_assert_cmpint (payload != NULL, ==, is_good);
  if (!is_good)
    {
      g_assert_error (error, expected->domain, expected->code);
      g_assert_cmpstr (error->message, ==, expected->message);
      return;
    }
  g_assert_cmpmem (payload->json, payload->length, json + slice.start, slice.length);
  if (thoroughly)
    assert_same_values (gstream_payload_value (payload), payload->outline, pointer, gstream_payload_value (payload));
}

/* Exchanges, adds or takes out a part, at a byte or between two elements, so that the text stays valid now and then. */
static GString *
change_text (const GString *json,
             GRand         *rand)
{
  static const char *const parts[] = {
    "\"", "\\", "{", "}", "[", "]", ",", "1", "1,", "{\"a\":[1]},", " ", "\"\\\"\","
  };
  GString    *changed = g_string_new_len (json->str, json->len);
  gsize       at = g_rand_int_range (rand, 0, json->len);
  const char *element = strstr (json->str + at, ",{");

  if (element != NULL && g_rand_int_range (rand, 0, 3) > 0)
    at = element - json->str + 1;
  switch (g_rand_int_range (rand, 0, 3))
    {
    case 0:
      g_string_erase (changed, at, MIN (json->len - at, (gsize) g_rand_int_range (rand, 1, 100)));
      break;
    case 1:
      g_string_truncate (changed, at);
      g_string_append (changed, g_rand_boolean (rand) ? "0]" : "0]\n ");
      break;
    default:
      g_string_insert (changed, at, parts[g_rand_int_range (rand, 0, G_N_ELEMENTS (parts))]);
    }
  return changed;
}

static void
test_continued (void)
{
  guint n_continued = 0;

  for (guint seed = 0; seed < 20; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GString) json = make_text (rand);
      g_autoptr (GstreamPayload) known = gstream_payload_new (json->str, json->len, NULL);

      for (guint i = 0; i < 40; i++)
        {
          g_autoptr (GString) changed = change_text (json, rand);
          gsize               length = changed->len;
          GstreamJsonOutline *outline = gstream_json_outline_continue (changed->str, &length);

          n_continued += outline != NULL;
          g_clear_pointer (&outline, gstream_json_outline_free);
          assert_read (changed->str, changed->len, i % 10 == 0);
        }
    }
  g_assert_cmpuint (n_continued, >, 20);
}

/* Nothing is kept for it: what is freed is not compared with any more. */
static void
test_forgotten (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (GString) json = make_text (rand);
  g_autoptr (GstreamPayload) known = gstream_payload_new (json->str, json->len, NULL);
  g_autoptr (GstreamPayload) part = gstream_payload_lookup (known, "/0");
  gsize               length = json->len;
  GstreamJsonOutline *outline = gstream_json_outline_continue (json->str, &length);

  g_assert_nonnull (outline);
  g_assert_cmpuint (length, ==, json->len);
  gstream_json_outline_free (outline);
  g_clear_pointer (&part, gstream_payload_unref);
  g_clear_pointer (&known, gstream_payload_unref);
  g_assert_null (gstream_json_outline_continue (json->str, &length));
}

static gpointer
read_often (gpointer data)
{
  const GString *json = data;

  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (GstreamPayload) payload = gstream_payload_new (json->str, json->len, NULL);

      g_assert_cmpuint (payload->length, ==, json->len);
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (GString) json = make_text (rand);
  GThread *threads[3];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reader", read_often, json);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

/* The outline belongs to whoever has the text: a payload, parts of it, an event, and payloads of that. */
static void
test_parts (void)
{
  g_autofree char *pad = g_strnfill (40000, 'x');
  g_autofree char *json =
      g_strdup_printf (" {\"a\":{\"list\":[1,[\"%s\"],2]},\"b\":[\"%s\"],\"a\":{\"list\":[3,[\"%s\"],4]}}", pad, pad,
                       pad);
  g_autofree char *line = g_strdup_printf (
      "{\"type\":\"event\",\"method\":\"values\",\"params\":{\"namespace\":[],\"timestamp\":1,\"data\":%s}}", json);
  g_autoptr (GstreamPayload) whole = gstream_payload_new (json, -1, NULL);
  g_autoptr (GstreamPayload) part = gstream_payload_lookup (whole, "/a");
  g_autoptr (GstreamEvent) event = gstream_event_new_from_json (line, -1, NULL);
  g_autoptr (GstreamPayload) data = gstream_payload_ref (gstream_event_get_data (event));
  g_autoptr (GstreamPayload) data_part = gstream_payload_lookup (data, "/a");

  g_assert_nonnull (data->outline);
  g_clear_pointer (&whole, gstream_payload_unref);
  g_clear_pointer (&event, gstream_event_unref);
  g_assert_cmpint (gstream_payload_get_integer (data, "/a/list/2"), ==, 4);
  g_clear_pointer (&data, gstream_payload_unref);
  g_assert_nonnull (part->outline);
  g_assert_nonnull (data_part->outline);
  g_assert_cmpint (gstream_payload_get_integer (part, "/list/2"), ==, 4);
  g_assert_cmpint (gstream_payload_get_integer (data_part, "/list/0"), ==, 3);
  g_assert_cmpuint (gstream_payload_get_size (data_part, "/list"), ==, 3);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/outline/E3/refused", test_refused);
  g_test_add_func ("/outline/E3/depth", test_depth);
  g_test_add_func ("/outline/E2/found", test_found);
  g_test_add_func ("/outline/E2/parts", test_parts);
  g_test_add_func ("/outline/E3/continued", test_continued);
  g_test_add_func ("/outline/E3/forgotten", test_forgotten);
  g_test_add_func ("/outline/E3/threads", test_threads);

  return g_test_run ();
}
