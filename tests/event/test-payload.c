/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Payloads: reading by pointer, as GVariant, from GVariant, equality (E2).
 */
#include <math.h>
#include <string.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-payload.h>

static GstreamPayload *
payload_of (const char *json)
{
  g_autoptr (GError) error = NULL;
  GstreamPayload *payload = gstream_payload_new (json, -1, &error);

  g_assert_no_error (error);
  return payload;
}

static void
test_kinds (void)
{
  static const struct
  {
    const char        *json;
    GstreamPayloadKind kind;
  } cases[] = {
    { "null", GSTREAM_PAYLOAD_KIND_NULL },
    { "true", GSTREAM_PAYLOAD_KIND_BOOLEAN },
    { "false", GSTREAM_PAYLOAD_KIND_BOOLEAN },
    { "7", GSTREAM_PAYLOAD_KIND_INTEGER },
    { "-9223372036854775808", GSTREAM_PAYLOAD_KIND_INTEGER },
    { "9223372036854775807", GSTREAM_PAYLOAD_KIND_INTEGER },
    { "9223372036854775808", GSTREAM_PAYLOAD_KIND_DOUBLE },
    { "-9223372036854775809", GSTREAM_PAYLOAD_KIND_DOUBLE },
    { "7.0", GSTREAM_PAYLOAD_KIND_DOUBLE },
    { "7e0", GSTREAM_PAYLOAD_KIND_DOUBLE },
    { "\"\"", GSTREAM_PAYLOAD_KIND_STRING },
    { "[]", GSTREAM_PAYLOAD_KIND_ARRAY },
    { "{}", GSTREAM_PAYLOAD_KIND_OBJECT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GstreamPayload) payload = payload_of (cases[i].json);

      g_assert_cmpint (gstream_payload_get_kind (payload), ==, cases[i].kind);
    }
}

/* The examples of RFC 6901, section 5. */
static void
test_rfc6901 (void)
{
  g_autoptr (GstreamPayload) payload =
      payload_of ("{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,"
                  "\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8}");
  static const char *pointers[] = { "/", "/a~1b", "/c%d", "/e^f", "/g|h", "/i\\j", "/k\"l", "/ ", "/m~0n" };
  g_autoptr (GstreamPayload) foo = gstream_payload_lookup (payload, "/foo");

  g_assert_cmpstr (gstream_payload_get_json (foo, NULL), ==, "[\"bar\",\"baz\"]");
  g_assert_cmpstr (gstream_payload_get_string (payload, "/foo/0"), ==, "bar");
  for (guint i = 0; i < G_N_ELEMENTS (pointers); i++)
    {
      g_assert_true (gstream_payload_has (payload, pointers[i]));
      g_assert_cmpint (gstream_payload_get_integer (payload, pointers[i]), ==, i);
    }
}

static void
test_nothing_there (void)
{
  g_autoptr (GstreamPayload) payload = payload_of ("{\"a\":[1,[2]],\"n\":null,\"~1\":3}");
  static const char *nowhere[] = {
    "a",     "/b",    "/a/2", "/a/-",     "/a/-1",
    "/a/00", "/a/01", "/a/x", "/a/1/0/0", "/a/",
    "/n/0",  "/~1",   "/~",   "/~2",      "/a/18446744073709551616",
    "//",
  };

  for (guint i = 0; i < G_N_ELEMENTS (nowhere); i++)
    {
      g_test_message ("%s", nowhere[i]);
      g_assert_false (gstream_payload_has (payload, nowhere[i]));
      g_assert_null (gstream_payload_lookup (payload, nowhere[i]));
      g_assert_null (gstream_payload_get_string (payload, nowhere[i]));
      g_assert_null (gstream_payload_dup_keys (payload, nowhere[i]));
      g_assert_cmpint (gstream_payload_get_integer (payload, nowhere[i]), ==, 0);
      g_assert_cmpfloat (gstream_payload_get_double (payload, nowhere[i]), ==, 0);
      g_assert_cmpuint (gstream_payload_get_size (payload, nowhere[i]), ==, 0);
      g_assert_false (gstream_payload_get_boolean (payload, nowhere[i]));
    }
  g_assert_true (gstream_payload_has (payload, "/n"));
  g_assert_true (gstream_payload_has (payload, ""));
  g_assert_true (gstream_payload_has (payload, "/~01"));
}

static void
test_wrong_kind (void)
{
  g_autoptr (GstreamPayload) payload = payload_of ("{\"s\":\"x\",\"i\":1,\"t\":true,\"a\":[1,2],\"n\":null}");

  g_assert_null (gstream_payload_get_string (payload, "/i"));
  g_assert_null (gstream_payload_get_string (payload, "/n"));
  g_assert_cmpint (gstream_payload_get_integer (payload, "/s"), ==, 0);
  g_assert_cmpint (gstream_payload_get_integer (payload, "/t"), ==, 0);
  g_assert_cmpfloat (gstream_payload_get_double (payload, "/s"), ==, 0);
  g_assert_false (gstream_payload_get_boolean (payload, "/i"));
  g_assert_true (gstream_payload_get_boolean (payload, "/t"));
  g_assert_cmpuint (gstream_payload_get_size (payload, "/s"), ==, 0);
  g_assert_cmpuint (gstream_payload_get_size (payload, "/a"), ==, 2);
  g_assert_null (gstream_payload_dup_keys (payload, "/a"));
}

static void
test_numbers (void)
{
  g_autoptr (GstreamPayload) payload =
      payload_of ("[5.0,1e3,2.5,9223372036854775807,9223372036854775808,-9223372036854775808,"
                  "1e400,-0,123456789012345678901234567890,0.1,-1E-2,9.3e18,5]");

  g_assert_cmpint (gstream_payload_get_integer (payload, "/0"), ==, 5);
  g_assert_cmpint (gstream_payload_get_integer (payload, "/1"), ==, 1000);
  g_assert_cmpint (gstream_payload_get_integer (payload, "/2"), ==, 0);
  g_assert_cmpint (gstream_payload_get_integer (payload, "/3"), ==, G_MAXINT64);
  g_assert_cmpint (gstream_payload_get_integer (payload, "/4"), ==, 0);
  g_assert_cmpfloat (gstream_payload_get_double (payload, "/4"), ==, 0x1p63);
  g_assert_cmpint (gstream_payload_get_integer (payload, "/5"), ==, G_MININT64);
  g_assert_true (isinf (gstream_payload_get_double (payload, "/6")));
  g_assert_cmpint (gstream_payload_get_integer (payload, "/6"), ==, 0);
  g_assert_cmpint (gstream_payload_get_integer (payload, "/7"), ==, 0);
  g_assert_cmpfloat (gstream_payload_get_double (payload, "/8"), ==, 123456789012345678901234567890.0);
  g_assert_cmpfloat (gstream_payload_get_double (payload, "/9"), ==, 0.1);
  g_assert_cmpfloat (gstream_payload_get_double (payload, "/10"), ==, -0.01);
  g_assert_cmpint (gstream_payload_get_integer (payload, "/11"), ==, 0);
  g_assert_cmpfloat (gstream_payload_get_double (payload, "/12"), ==, 5);
}

static void
test_strings (void)
{
  g_autoptr (GstreamPayload) payload =
      payload_of ("[\"plain\",\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"\\u00e9\\u20ac\\ud83d\\ude00\","
                  "\"a\\ud83db\",\"\\ude00\",\"\\ud83d\\u0041\",\"x\\u0000y\",\"\",\"\\ud83d\\ud83d\\ude00\"]");

  g_assert_cmpstr (gstream_payload_get_string (payload, "/0"), ==, "plain");
  g_assert_cmpstr (gstream_payload_get_string (payload, "/1"), ==, "\"\\/\b\f\n\r\t");
  g_assert_cmpstr (gstream_payload_get_string (payload, "/2"), ==, "é€😀");
  g_assert_cmpstr (gstream_payload_get_string (payload, "/3"), ==, "a\uFFFDb");
  g_assert_cmpstr (gstream_payload_get_string (payload, "/4"), ==, "\uFFFD");
  g_assert_cmpstr (gstream_payload_get_string (payload, "/5"), ==, "\uFFFDA");
  g_assert_cmpstr (gstream_payload_get_string (payload, "/6"), ==, "x\uFFFDy");
  g_assert_cmpstr (gstream_payload_get_string (payload, "/7"), ==, "");
  g_assert_cmpstr (gstream_payload_get_string (payload, "/8"), ==, "\uFFFD😀");
  g_assert_nonnull (strstr (gstream_payload_get_json (payload, NULL), "\\ud83d\\u0041"));
}

/* A string that was given out stays where it is, however many follow. */
static void
test_strings_stay (void)
{
  g_autoptr (GString) json = g_string_new ("[");
  g_autoptr (GstreamPayload) payload = NULL;
  const char *first[500];

  for (guint i = 0; i < G_N_ELEMENTS (first); i++)
    g_string_append_printf (json, "%s\"s%u\"", i > 0 ? "," : "", i);
  g_string_append_c (json, ']');
  payload = payload_of (json->str);
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < G_N_ELEMENTS (first); i++)
      {
        g_autofree char *pointer = g_strdup_printf ("/%u", i);
        g_autofree char *expected = g_strdup_printf ("s%u", i);
        const char      *string = gstream_payload_get_string (payload, pointer);

        g_assert_cmpstr (string, ==, expected);
        g_assert_true (pass == 0 || string == first[i]);
        first[i] = string;
      }
}

static void
test_duplicates (void)
{
  g_autoptr (GstreamPayload) payload = payload_of ("{\"a\":{\"x\":1,\"y\":2},\"b\":1,\"a\":{\"y\":3},\"\\u0062\":[4]}");
  g_autoptr (GstreamPayload) once = payload_of ("{\"b\":[4],\"a\":{\"y\":3}}");
  g_auto (GStrv) keys = gstream_payload_dup_keys (payload, "");
  const char *expected[] = { "a", "b", NULL };
  GVariant   *variant = gstream_payload_get_variant (payload);

  g_assert_cmpstrv (keys, expected);
  g_assert_cmpuint (gstream_payload_get_size (payload, ""), ==, 2);
  g_assert_cmpint (gstream_payload_get_integer (payload, "/a/y"), ==, 3);
  g_assert_false (gstream_payload_has (payload, "/a/x"));
  g_assert_cmpint (gstream_payload_get_integer (payload, "/b/0"), ==, 4);
  g_assert_cmpuint (g_variant_n_children (variant), ==, 2);
  g_assert_true (gstream_payload_equal (payload, once));
  g_assert_true (gstream_payload_equal (once, payload));
}

/* Containers are passed many bytes at once: wherever brackets, quotes and backslashes fall among them. */
static void
test_passed_containers (void)
{
  for (guint n = 0; n < 200; n++)
    {
      g_autofree char *filler = g_strnfill (n, 'x');
      g_autofree char *json = g_strdup_printf (
          "{\"a\":{\"%s\":[{\"\\\\\":\"}]\\\"\\\\\"},[[]],\"\\\\\\\"{[%s\"],\"b\":0},\"b\":%u,\"c\":{}}", filler,
          filler, n);
      g_autoptr (GstreamPayload) payload = payload_of (json);
      g_autofree char *inner = g_strdup_printf ("/a/%s/1/0", filler);

      g_assert_cmpint (gstream_payload_get_integer (payload, "/b"), ==, n);
      g_assert_cmpuint (gstream_payload_get_size (payload, ""), ==, 3);
      g_assert_true (gstream_payload_has (payload, inner));
      g_assert_true (gstream_payload_has (payload, "/c"));
    }
}

static void
test_variant (void)
{
  g_autoptr (GstreamPayload) payload =
      payload_of ("{\"s\":\"x\\n\",\"i\":-3,\"d\":1.5,\"whole\":2.0,\"big\":18446744073709551615,\"t\":true,"
                  "\"n\":null,\"a\":[1,\"b\",[],{}],\"o\":{\"k\":false}}");
  GVariant *variant = gstream_payload_get_variant (payload);
  g_autoptr (GVariant) expected = g_variant_ref_sink (g_variant_new_parsed (
      "{'s': <'x\\n'>, 'i': <int64 -3>, 'd': <1.5>, 'whole': <2.0>, 'big': <18446744073709551616.0>, 't': <true>, "
      "'n': <@mv nothing>, 'a': <[<int64 1>, <'b'>, <@av []>, <@a{sv} {}>]>, 'o': <{'k': <false>}>}"));

  g_assert_false (g_variant_is_floating (variant));
  g_assert_cmpstr (g_variant_get_type_string (variant), ==, "a{sv}");
  g_assert_true (g_variant_equal (variant, expected));
  g_assert_true (gstream_payload_get_variant (payload) == variant);
}

static void
test_from_variant (void)
{
  static const struct
  {
    const char *variant;
    const char *json;
  } cases[] = {
    { "byte 0xff", "255" },
    { "int16 -1", "-1" },
    { "uint16 65535", "65535" },
    { "int32 -2147483648", "-2147483648" },
    { "uint32 4294967295", "4294967295" },
    { "int64 -9223372036854775808", "-9223372036854775808" },
    { "uint64 18446744073709551615", "18446744073709551615" },
    { "2.0", "2.0" },
    { "0.1", "0.1" },
    { "true", "true" },
    { "'a\"é'", "\"a\\\"é\"" },
    { "objectpath '/a'", "\"/a\"" },
    { "signature 'as'", "\"as\"" },
    { "@mv nothing", "null" },
    { "@ms 'x'", "\"x\"" },
    { "<<'x'>>", "\"x\"" },
    { "@as []", "[]" },
    { "['a', 'b']", "[\"a\",\"b\"]" },
    { "{'a': 'b'}", "{\"a\":\"b\"}" },
    { "@a{sv} {}", "{}" },
    { "{'a': <1>, 'b': <[<'x'>, <@mv nothing>]>}", "{\"a\":1,\"b\":[\"x\",null]}" },
    { "(1, 'a', [true])", "[1,\"a\",[true]]" },
    { "()", "[]" },
    { "[{'a': 1}, {'b': 2}]", "[{\"a\":1},{\"b\":2}]" },
    { "{objectpath '/x': 1}", "{\"/x\":1}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GstreamPayload) payload =
          gstream_payload_new_variant (g_variant_new_parsed (cases[i].variant), &error);

      g_assert_no_error (error);
      g_assert_cmpstr (gstream_payload_get_json (payload, NULL), ==, cases[i].json);
    }
}

static void
test_refused_variants (void)
{
  static const struct
  {
    const char *variant;
    const char *message;
  } cases[] = {
    { "b'bytes'", "at \"\": JSON cannot say a string of bytes (ay)" },
    { "{'a': <[<b'bytes'>]>}", "at \"/a/0\": JSON cannot say a string of bytes (ay)" },
    { "{1: 'x'}", "at \"\": JSON cannot say a dictionary whose keys are not strings" },
    { "{'a/b~': <handle 3>}", "at \"/a~1b~0\": JSON cannot say a handle" },
    { "(1, {'a', 2})", "at \"/1\": JSON cannot say a dictionary's entry by itself" },
  };
  static const double doubles[] = { NAN, INFINITY, -INFINITY };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (gstream_payload_new_variant (g_variant_new_parsed (cases[i].variant), &error));
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, cases[i].message);
    }
  for (guint i = 0; i < G_N_ELEMENTS (doubles); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (gstream_payload_new_variant (g_variant_new ("(id)", 1, doubles[i]), &error));
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, "at \"/1\": JSON cannot say a number that is not finite");
    }
}

static void
test_variant_ownership (void)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (g_variant_new_string ("x"));
  g_autoptr (GstreamPayload) payload = gstream_payload_new_variant (owned, NULL);

  g_assert_cmpstr (g_variant_get_string (owned, NULL), ==, "x");
  g_assert_cmpstr (gstream_payload_get_string (payload, ""), ==, "x");
}

static void
test_deep_variant (void)
{
  GVariant *variant = g_variant_new_int32 (1);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2000; i++)
    variant = g_variant_new_variant (variant);
  g_assert_null (gstream_payload_new_variant (variant, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE);
}

static void
test_new_string (void)
{
  g_autoptr (GstreamPayload) payload = gstream_payload_new_string ("a\"\n");
  g_autoptr (GstreamPayload) repaired = gstream_payload_new_string ("a\xff!");

  g_assert_cmpstr (gstream_payload_get_json (payload, NULL), ==, "\"a\\\"\\n\"");
  g_assert_cmpstr (gstream_payload_get_string (payload, ""), ==, "a\"\n");
  g_assert_cmpstr (gstream_payload_get_string (repaired, ""), ==, "a\uFFFD!");
}

static void
test_equal (void)
{
  static const struct
  {
    const char *a;
    const char *b;
    gboolean    equal;
  } cases[] = {
    { "1", "1.0", TRUE },
    { "1", "10e-1", TRUE },
    { "0", "-0", TRUE },
    { "1", "2", FALSE },
    { "1", "\"1\"", FALSE },
    { "1", "true", FALSE },
    { "9007199254740993", "9007199254740992", FALSE },
    { "9007199254740993", "9007199254740992.0", FALSE },
    { "18446744073709551616", "18446744073709551617", FALSE },
    { "18446744073709551616", "18446744073709551616", TRUE },
    { "18446744073709551616", "1.8446744073709551616e19", TRUE },
    { "0.1", "0.10", TRUE },
    { "0.1", "0.2", FALSE },
    { "\"\\u00e9\"", "\"é\"", TRUE },
    { "\"a\"", "\"b\"", FALSE },
    { "null", "false", FALSE },
    { "true", "false", FALSE },
    { "[1,2]", " [ 1 , 2 ] ", TRUE },
    { "[1,2]", "[2,1]", FALSE },
    { "[1]", "[1,2]", FALSE },
    { "[1,2]", "[1]", FALSE },
    { "{\"a\":1,\"b\":[2]}", "{\"b\":[2.0],\"a\":1}", TRUE },
    { "{\"a\":1}", "{\"a\":2}", FALSE },
    { "{\"a\":1}", "{\"b\":1}", FALSE },
    { "{\"a\":1}", "{\"a\":1,\"b\":2}", FALSE },
    { "{}", "[]", FALSE },
    { "{\"\\u0061\":1}", "{\"a\":1}", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GstreamPayload) a = payload_of (cases[i].a);
      g_autoptr (GstreamPayload) b = payload_of (cases[i].b);

      g_test_message ("%s %s", cases[i].a, cases[i].b);
      g_assert_cmpint (gstream_payload_equal (a, b), ==, cases[i].equal);
      g_assert_cmpint (gstream_payload_equal (b, a), ==, cases[i].equal);
    }
}

/* A part lives on when the whole is gone, large or small. */
static void
test_parts (void)
{
  g_autofree char *large = g_strnfill (10000, 'x');
  g_autofree char *json = g_strdup_printf ("{\"a\":{\"large\":[\"%s\",1],\"small\":[true]}}", large);
  GstreamPayload  *payload = payload_of (json);
  g_autoptr (GstreamPayload) itself = gstream_payload_lookup (payload, "");
  g_autoptr (GstreamPayload) part = gstream_payload_lookup (payload, "/a/large");
  g_autoptr (GstreamPayload) nested = gstream_payload_lookup (part, "/0");
  g_autoptr (GstreamPayload) small = gstream_payload_lookup (payload, "/a/small");
  gsize length;

  g_assert_true (itself == payload);
  gstream_payload_unref (payload);
  g_clear_pointer (&itself, gstream_payload_unref);
  g_assert_cmpstr (gstream_payload_get_string (part, "/0"), ==, large);
  g_assert_cmpint (gstream_payload_get_json (part, &length)[length], ==, '\0');
  g_assert_cmpuint (length, ==, 10006);
  g_clear_pointer (&part, gstream_payload_unref);
  g_assert_cmpstr (gstream_payload_get_string (nested, ""), ==, large);
  g_assert_true (gstream_payload_get_boolean (small, "/0"));
}

static void
test_json (void)
{
  g_autoptr (GstreamPayload) payload = gstream_payload_new ("  {\"a\" : 1}  trailing", 12, NULL);
  g_autofree char *copy = gstream_payload_dup_json (payload);
  gsize            length;

  g_assert_cmpstr (gstream_payload_get_json (payload, &length), ==, "{\"a\" : 1}");
  g_assert_cmpuint (length, ==, 9);
  g_assert_cmpstr (copy, ==, "{\"a\" : 1}");
}

static gpointer
read_all (gpointer data)
{
  GstreamPayload *payload = data;

  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *pointer = g_strdup_printf ("/%u", i % 50);
      g_autoptr (GstreamPayload) part = gstream_payload_lookup (payload, pointer);

      g_assert_cmpstr (gstream_payload_get_string (payload, pointer), ==, gstream_payload_get_string (part, ""));
      g_assert_cmpuint (g_variant_n_children (gstream_payload_get_variant (payload)), ==, 50);
    }
  return (gpointer) gstream_payload_get_string (payload, "/7");
}

static void
test_threads (void)
{
  for (guint round = 0; round < 20; round++)
    {
      g_autoptr (GString) json = g_string_new ("[");
      g_autoptr (GstreamPayload) payload = NULL;
      GThread    *threads[4];
      const char *string;

      for (guint i = 0; i < 50; i++)
        g_string_append_printf (json, "%s\"text %u\"", i > 0 ? "," : "", i);
      g_string_append_c (json, ']');
      payload = payload_of (json->str);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("reader", read_all, payload);
      string = read_all (payload);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        g_assert_true (g_thread_join (threads[i]) == string);
    }
}

/* What is gone over, as "key=value;". */
static char *
go_over (GstreamPayloadIter *iter)
{
  GString        *said = g_string_new (NULL);
  const char     *key;
  GstreamPayload *value;

  while (gstream_payload_iter_next (iter, &key, &value))
    {
      g_string_append_printf (said, "%s=%s;", key ? key : "", gstream_payload_get_json (value, NULL));
      gstream_payload_unref (value);
    }
  g_assert_null (key);
  g_assert_null (value);
  g_assert_false (gstream_payload_iter_next (iter, NULL, NULL));
  return g_string_free (said, FALSE);
}

static void
test_iter (void)
{
  static const struct
  {
    const char *json;
    const char *said;
  } cases[] = {
    { "[]", "" },
    { "{}", "" },
    { "[ ]", "" },
    { "{\n}", "" },
    { "7", "" },
    { "\"[1]\"", "" },
    { "null", "" },
    { "true", "" },
    { "[1]", "=1;" },
    { "[ 1 , \"]\" ,[2,[3]],{\"a\":4} ]", "=1;=\"]\";=[2,[3]];={\"a\":4};" },
    { "{\"a\":1}", "a=1;" },
    { "{ \"a\" : [1, 2] , \"\" : {} }", "a=[1, 2];={};" },
    { "{\"a/b~\":1,\"\\u00e9\\\"\":2}", "a/b~=1;é\"=2;" },
    { "{\"a\":1,\"b\":2,\"\\u0061\":3}", "a=3;b=2;" }, /* E2: the last one wins, one entry remains */
    { "{\"a\\u0000\":1}", "a\357\277\275=1;" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GstreamPayload) payload = payload_of (cases[i].json);
      g_autofree char   *said = NULL;
      GstreamPayloadIter iter;

      gstream_payload_iter_init (&iter, payload);
      said = go_over (&iter);
      g_assert_cmpstr (said, ==, cases[i].said);
    }
}

static void
test_iter_nothing (void)
{
  GstreamPayloadIter iter;

  gstream_payload_iter_init (&iter, NULL);
  g_assert_false (gstream_payload_iter_next (&iter, NULL, NULL));
  g_assert_null (gstream_payload_iter_next_value (&iter));
}

static void
test_iter_variant (void)
{
  GVariant *variant = g_variant_new_parsed ("{'a': <@as ['x', 'y']>, 'b': <1>}");
  g_autoptr (GstreamPayload) payload = gstream_payload_new_variant (variant, NULL);
  g_autofree char   *said = NULL;
  GstreamPayloadIter iter;

  gstream_payload_iter_init (&iter, payload);
  said = go_over (&iter);
  g_assert_cmpstr (said, ==, "a=[\"x\",\"y\"];b=1;");
}

/* One that is not on the stack holds the payload, and so does what it gave. */
static void
test_iter_holds (void)
{
  g_autoptr (GString) json = g_string_new ("[1,\"");
  g_autoptr (GstreamPayload) large = NULL;
  GstreamPayload     *payload;
  GstreamPayloadIter *iter, *copy;

  for (guint i = 0; i < 2000; i++)
    g_string_append_c (json, 'x');
  g_string_append (json, "\",3]");
  payload = payload_of (json->str);
  iter = gstream_payload_iterator (payload);
  gstream_payload_unref (payload);

  g_assert_true (gstream_payload_iter_next (iter, NULL, NULL));
  copy = gstream_payload_iter_copy (iter);
  gstream_payload_iter_free (iter);

  large = gstream_payload_iter_next_value (copy);
  g_clear_pointer (&copy, gstream_payload_iter_free);
  g_assert_cmpuint (strlen (gstream_payload_get_string (large, "")), ==, 2000);
}

static void
test_boxed (void)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GstreamPayload) payload = payload_of ("[1]");

  g_value_init (&value, GSTREAM_TYPE_PAYLOAD);
  g_value_set_boxed (&value, payload);
  g_assert_true (g_value_get_boxed (&value) == payload);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/E2/kinds", test_kinds);
  g_test_add_func ("/event/E2/pointer/rfc6901", test_rfc6901);
  g_test_add_func ("/event/E2/pointer/nothing-there", test_nothing_there);
  g_test_add_func ("/event/E2/pointer/wrong-kind", test_wrong_kind);
  g_test_add_func ("/event/E2/numbers", test_numbers);
  g_test_add_func ("/event/E2/strings", test_strings);
  g_test_add_func ("/event/E2/strings-stay", test_strings_stay);
  g_test_add_func ("/event/E2/duplicates", test_duplicates);
  g_test_add_func ("/event/E2/pointer/passed-containers", test_passed_containers);
  g_test_add_func ("/event/E2/variant", test_variant);
  g_test_add_func ("/event/E2/from-variant", test_from_variant);
  g_test_add_func ("/event/E2/refused-variants", test_refused_variants);
  g_test_add_func ("/event/E2/variant-ownership", test_variant_ownership);
  g_test_add_func ("/event/E2/deep-variant", test_deep_variant);
  g_test_add_func ("/event/E2/new-string", test_new_string);
  g_test_add_func ("/event/E2/equal", test_equal);
  g_test_add_func ("/event/E2/parts", test_parts);
  g_test_add_func ("/event/E2/json-text", test_json);
  g_test_add_func ("/event/E2/threads", test_threads);
  g_test_add_func ("/event/E2/iter", test_iter);
  g_test_add_func ("/event/E2/iter/nothing", test_iter_nothing);
  g_test_add_func ("/event/E2/iter/variant", test_iter_variant);
  g_test_add_func ("/event/E2/iter/holds", test_iter_holds);
  g_test_add_func ("/event/E2/boxed", test_boxed);
  return g_test_run ();
}
