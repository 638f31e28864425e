/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is JSON and what is not, where it stops being so, and writing it.
 */
#include <string.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/event/gstream-payload.h>

typedef struct
{
  const char *json;
  gssize      length;
  const char *message; /* or NULL for any */
} BadCase;

/* Wherever it stands, and although nobody reads it. */
static const BadCase bad_cases[] = {
  { "", -1, "byte 0: expected JSON" },
  { "  \n", -1, "byte 0: expected JSON" },
  { "{", -1, "byte 1: expected a member's name" },
  { "[", -1, "byte 1: expected a value" },
  { "{\"a\":[1,2}", -1, "byte 9: expected a comma or ]" },
  { "[1", -1, "byte 2: expected a comma or ]" },
  { "[1,]", -1, "byte 3: expected a value" },
  { "[,1]", -1, "byte 1: expected a value" },
  { "[1 2]", -1, "byte 3: expected a comma or ]" },
  { "{,}", -1, "byte 1: expected a member's name" },
  { "{\"a\":1,}", -1, "byte 7: expected a member's name" },
  { "{\"a\"}", -1, "byte 4: expected a colon" },
  { "{\"a\" 1}", -1, "byte 5: expected a colon" },
  { "{\"a\":}", -1, "byte 5: expected a value" },
  { "{a:1}", -1, "byte 1: expected a member's name" },
  { "{'a':1}", -1, "byte 1: expected a member's name" },
  { "{1:1}", -1, "byte 1: expected a member's name" },
  { "{\"a\":1 \"b\":2}", -1, "byte 7: expected a comma or }" },
  { "{\"a\":1}}", -1, "byte 7: expected the end" },
  { "[] []", -1, "byte 3: expected the end" },
  { "1 2", -1, "byte 2: expected the end" },
  { "]", -1, "byte 0: expected a value" },
  { ":", -1, "byte 0: expected a value" },
  { "NaN", -1, "byte 0: expected a value, and NaN is none in JSON" },
  { "[1,NaN]", -1, "byte 3: expected a value, and NaN is none in JSON" },
  { "[nan ]", -1, "byte 1: expected a value, and NaN is none in JSON" },
  { "{\"a\":{\"b\":[Infinity]}}", -1, "byte 11: expected a value, and Infinity is none in JSON" },
  { "[-Infinity]", -1, "byte 1: expected a value, and -Infinity is none in JSON" },
  { "[-inf,1]", -1, "byte 1: expected a value, and -Infinity is none in JSON" },
  { "[NaNs]", -1, "byte 1: expected a value" },
  { "[nul]", -1, "byte 1: expected a value" },
  { "[nulll]", -1, "byte 1: expected a value" },
  { "[tru]", -1, "byte 1: expected a value" },
  { "[True]", -1, "byte 1: expected a value" },
  { "[truefalse]", -1, "byte 1: expected a value" },
  { "[01]", -1, "byte 1: expected a value" },
  { "[-]", -1, "byte 1: expected a value" },
  { "[-01]", -1, "byte 1: expected a value" },
  { "[+1]", -1, "byte 1: expected a value" },
  { "[1.]", -1, "byte 1: expected a value" },
  { "[.5]", -1, "byte 1: expected a value" },
  { "[1e]", -1, "byte 1: expected a value" },
  { "[1e+]", -1, "byte 1: expected a value" },
  { "[1.e3]", -1, "byte 1: expected a value" },
  { "[0x10]", -1, "byte 1: expected a value" },
  { "[1_000]", -1, "byte 1: expected a value" },
  { "[1\f]", -1, NULL }, /* where depends on the processor */
  { "[1\"a\"]", -1, "byte 1: expected a value" },
  { "[\"a\"1]", -1, "byte 4: expected a comma or ]" },
  { "[\"a\"\"b\"]", -1, "byte 4: expected a comma or ]" },
  { "[\f1]", -1, "byte 1: expected a value" },
  { "[\"a\"\f]", -1, "byte 4: expected a comma or ]" },
  { "\\\"a\"", -1, "byte 0: expected a value" },
  { "[\"a\\x\"]", -1, "byte 3: expected an escape that JSON knows" },
  { "[\"a\\'\"]", -1, "byte 3: expected an escape that JSON knows" },
  { "[\"\\u12\"]", -1, "byte 2: expected an escape that JSON knows" },
  { "[\"\\u12g4\"]", -1, "byte 2: expected an escape that JSON knows" },
  { "[\"\\u\", \"0000\"]", -1, "byte 2: expected an escape that JSON knows" },
  { "{\"\\q\":1}", -1, "byte 2: expected an escape that JSON knows" },
  { "[\"\\\\\", \"\\z\"]", -1, "byte 8: expected an escape that JSON knows" },
  { "[\"a", -1, "byte 1: expected a string to end with a quote" },
  { "[\"a\\\"]", -1, "byte 1: expected a string to end with a quote" },
  { "[\"a\nb\"]", -1, "byte 3: expected a control character in a string to be escaped" },
  { "[\"a\tb\"]", -1, "byte 3: expected a control character in a string to be escaped" },
  { "[\"a\0b\"]", 7, "byte 3: expected a control character in a string to be escaped" },
  { "[1\0]", 4, "byte 1: expected a value" },
  { "[1]\0", 4, "byte 3: expected the end" },
  { "[\"\xff\"]", -1, "byte 2: expected valid UTF-8" },
  { "[\"\xc0\xaf\"]", -1, "byte 2: expected valid UTF-8" },
  { "[\"\xed\xa0\x80\"]", -1, "byte 2: expected valid UTF-8" },
  { "[\"\xf4\x90\x80\x80\"]", -1, "byte 2: expected valid UTF-8" },
  { "{\"x\":[\"ok\",\"\xc3\"]}", -1, "byte 12: expected valid UTF-8" },
  { "\xef\xbb\xbf[]", -1, "byte 0: expected a value" },
  { "[\xe2\x80\xa8]", -1, "byte 1: expected a value" },
};

/* In memory of its very size, so that the sanitizer sees a byte too many. */
static GstreamPayload *
read_exactly (const char *json,
              gsize       length,
              GError    **error)
{
  g_autofree char *copy = g_memdup2 (json, MAX (length, 1));

  return gstream_payload_new (copy, length, error);
}

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_cases); i++)
    {
      const BadCase *bad = &bad_cases[i];
      g_autoptr (GError) error = NULL;
      g_autofree char *printable = g_strescape (bad->json, NULL); /* some are no UTF-8, as TAP has to be */
      gsize            length = bad->length < 0 ? strlen (bad->json) : (gsize) bad->length;

      g_test_message ("%s", printable);
      g_assert_null (read_exactly (bad->json, length, &error));
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
      if (bad->message != NULL)
        g_assert_cmpstr (error->message, ==, bad->message);
    }
}

static void
test_accepted (void)
{
  static const char *good[] = {
    "0",
    "-0",
    "10",
    "-1.5e-10",
    "1E5",
    "1e400",
    "true",
    "false",
    "null",
    "\"\"",
    "[]",
    "{}",
    " [ ] ",
    "\t{ \"a\" : [ 1 , { } ] }\r\n",
    "[[[[]]]]",
    "{\"\":{\"\":[]}}",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud83d\"",
    "\"\\u0000\"",
    "\"é \xf0\x9f\x98\x80 \x7f\"",
    "[\"[\",\"{\",\",\",\"\\\"]\"]",
    "123456789012345678901234567890",
    "{\"a\":1,\"a\":2}",
    "[\"\\\\\"]",
    "[\"\\\\\\\"\"]",
    "[1 ,2 ]",
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *stripped = g_strstrip (g_strdup (good[i]));
      g_autoptr (GstreamPayload) payload = read_exactly (good[i], strlen (good[i]), &error);

      g_assert_no_error (error);
      g_assert_cmpstr (gstream_payload_get_json (payload, NULL), ==, stripped);
    }
}

/* The text of one good document, cut short or with one byte changed, is JSON or an error, never more. */
static void
test_mutated (void)
{
  static const char json[] = "{\"a\\n\":[1,-2.5e3,\"x\\u00e9\\\\\",true,null,{}],\"b\":{\"c\":[[],false]}}";
  static const char bytes[] = "\"\\{}[],:0eE.-+ tfn\x80\xc3\x01";
  gsize             length = strlen (json);

  for (gsize at = 0; at < length; at++)
    for (gsize i = 0; i < sizeof bytes; i++)
      {
        g_autofree char *mutated = g_strdup (json);
        g_autoptr (GError) error = NULL;
        g_autoptr (GstreamPayload) whole = NULL;

        mutated[at] = bytes[i];
        whole = read_exactly (mutated, length, &error);
        g_assert_true ((whole == NULL) == (error != NULL));
        if (whole == NULL)
          continue;
        g_assert_nonnull (gstream_payload_get_variant (whole));
        g_assert_true (gstream_payload_equal (whole, whole));
      }
  for (gsize n = 0; n < length; n++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (read_exactly (json, n, &error));
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
    }
}

/* Around the sizes at which the scanner goes from block to block, and grows. */
static void
test_sizes (void)
{
  static const gsize sizes[] = { 1, 30, 61, 62, 63, 64, 125, 126, 127, 128, 4090, 4096, 5000, 70000, 1100000, 100 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GString) json = g_string_new ("[\"");
      g_autoptr (GstreamPayload) payload = NULL;
      g_autoptr (GError) error = NULL;

      for (gsize n = 0; n < sizes[i]; n++)
        g_string_append_c (json, 'x');
      g_string_append (json, "\",7]");
      payload = read_exactly (json->str, json->len, &error);
      g_assert_no_error (error);
      g_assert_cmpint (gstream_payload_get_integer (payload, "/1"), ==, 7);
      g_assert_cmpuint (strlen (gstream_payload_get_string (payload, "/0")), ==, sizes[i]);
      g_assert_null (read_exactly (json->str, json->len - 1, NULL));
    }
}

static void
test_depth (void)
{
  g_autoptr (GString) json = g_string_new (NULL);
  g_autoptr (GstreamPayload) payload = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 1024; i++)
    g_string_append (json, i % 2 ? "{\"a\":" : "[");
  g_string_append (json, "1");
  for (guint i = 1024; i > 0; i--)
    g_string_append (json, i % 2 ? "]" : "}");
  payload = read_exactly (json->str, json->len, &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_is_of_type (gstream_payload_get_variant (payload), G_VARIANT_TYPE ("av")));
  g_assert_true (gstream_payload_equal (payload, payload));
  g_assert_true (gstream_payload_has (payload, "/0/a/0/a/0/a"));

  g_string_prepend_c (json, '[');
  g_string_append_c (json, ']');
  g_assert_null (read_exactly (json->str, json->len, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE);
  g_assert_cmpstr (error->message, ==, "byte 3068: expected at most 1024 levels of nesting");
}

static void
test_write_strings (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  gstream_json_write_string (out, "a\"b\\c/\b\f\n\r\t\x01\x0b\x1f\x7f é");
  g_assert_cmpstr (out->str, ==, "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u000b\\u001f\x7f é\"");
  g_string_truncate (out, 0);
  gstream_json_write_string_len (out, "\0x", 2);
  g_assert_cmpstr (out->str, ==, "\"\\u0000x\"");
  g_string_truncate (out, 0);
  gstream_json_write_string (out, "");
  g_assert_cmpstr (out->str, ==, "\"\"");
}

static void
test_write_members (void)
{
  const char *strv[] = { "a", "b\"", NULL };
  g_autoptr (GString) out = g_string_new ("{");

  gstream_json_write_member (out, "x");
  gstream_json_write_strv (out, strv);
  gstream_json_write_member (out, "y");
  g_string_append (out, "{");
  gstream_json_write_member (out, "z");
  gstream_json_write_strv (out, strv + 2);
  g_string_append (out, "}}");
  g_assert_cmpstr (out->str, ==, "{\"x\":[\"a\",\"b\\\"\"],\"y\":{\"z\":[]}}");
}

static void
test_write_doubles (void)
{
  static const struct
  {
    double      value;
    const char *json;
  } cases[] = {
    { 0, "0.0" },
    { -0.0, "-0.0" },
    { 1, "1.0" },
    { 0.1, "0.1" },
    { 1.0 / 3, "0.3333333333333333" },
    { 1e22, "1e+22" },
    { 123456789012345680.0, "1.2345678901234568e+17" },
    { 5e-324, "4.94065645841247e-324" },
    { 1.7976931348623157e308, "1.7976931348623157e+308" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      g_autoptr (GstreamPayload) payload = NULL;

      gstream_json_write_double (out, cases[i].value);
      g_assert_cmpstr (out->str, ==, cases[i].json);
      payload = gstream_payload_new (out->str, -1, NULL);
      g_assert_cmpint (gstream_payload_get_kind (payload), ==, GSTREAM_PAYLOAD_KIND_DOUBLE);
      g_assert_true (gstream_payload_get_double (payload, "") == cases[i].value);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/E2/json/refused", test_refused);
  g_test_add_func ("/event/E2/json/accepted", test_accepted);
  g_test_add_func ("/event/E2/json/mutated", test_mutated);
  g_test_add_func ("/event/E2/json/sizes", test_sizes);
  g_test_add_func ("/event/E2/json/depth", test_depth);
  g_test_add_func ("/event/E3/write/strings", test_write_strings);
  g_test_add_func ("/event/E3/write/members", test_write_members);
  g_test_add_func ("/event/E3/write/doubles", test_write_doubles);
  return g_test_run ();
}
