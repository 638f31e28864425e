/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The dialects of endpoints: a stream of each, as such servers write it, and what a run on it shows (O1).
 */
#include "fake-endpoint.h"

#include <string.h>

#define DOCUMENT "Content-Type: application/json; charset=utf-8\r\n"

static char *
read_file (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "endpoint", "streams", name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);

  return text;
}

/* What the stream NAME.sse is to show: a line of expected.jsonl. */
static char *
find_expected (const char *name)
{
  g_autofree char *text = read_file ("expected.jsonl");
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *prefix = g_strdup_printf ("{\"name\":\"%s\",\"shows\":", name);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], prefix))
      return g_strndup (lines[i] + strlen (prefix), strlen (lines[i]) - strlen (prefix) - 1);

  return g_strdup ("(not in expected.jsonl)");
}

static void
assert_shows (FakeEndpoint *endpoint,
              const char   *expected)
{
  g_autoptr (GstreamEventSource) source = fake_endpoint_new_source (endpoint);
  g_autoptr (GError) error = NULL;
  g_autofree char *digest = digest_source (source, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (digest, ==, expected);
}

/* At once, and in pieces; where the connection's end is the answer's, and where that is said. */
static void
test_stream (gconstpointer data)
{
  const char      *name = data;
  g_autofree char *path = g_strconcat (name, g_str_has_prefix (name, "document") ? ".json" : ".sse", NULL);
  g_autofree char *body = read_file (path);
  g_autofree char *expected = find_expected (name);
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (body);

  if (g_str_has_suffix (path, ".json"))
    endpoint->headers = DOCUMENT;
  assert_shows (endpoint, expected);
  endpoint->is_framed = TRUE;
  assert_shows (endpoint, expected);
  endpoint->piece = 13;
  assert_shows (endpoint, expected);
}

static const char *const streams[] = {
  "openai",
  "openai-parallel-calls",
  "openai-interleaved-calls",
  "openai-refusal",
  "openai-length",
  "openai-filter",
  "openai-function-call",
  "openai-bad-arguments",
  "azure",
  "llama-cpp",
  "llama-cpp-calls",
  "ollama",
  "ollama-calls-all-0",
  "vllm",
  "vllm-repeated-names",
  "openrouter",
  "openrouter-details-alone",
  "openrouter-image",
  "deepseek",
  "deepseek-calls",
  "mistral",
  "moonshot",
  "calls-without-index",
  "calls-without-id",
  "calls-without-both",
  "calls-in-one-chunk",
  "calls-with-objects",
  "calls-name-late",
  "calls-id-late",
  "calls-in-one-chunk-all-0",
  "calls-twice-in-one-chunk",
  "calls-empty",
  "custom-calls",
  "gemini-calls",
  "perplexity",
  "message-alone",
  "no-done",
  "no-done-no-line",
  "no-finish-reason",
  "more-behind-done",
  "only-role",
  "halves",
  "line-ends",
  "event-names",
  "document",
  "document-calls",
  "document-refusal",
  "openai-annotations",
  "document-annotations",
  "document-custom",
  "document-delta",
};

/* What it is decides, where its type does not say it, or says it wrongly. */
typedef struct
{
  const char *name;
  const char *headers;
} Mislabelled;

static const Mislabelled mislabelled[] = {
  { "document", "Content-Type: text/plain\r\n" },        { "document", "" },
  { "openai", "Content-Type: text/plain\r\n" },          { "openai", "" },
  { "line-ends", "Content-Type: application/json\r\n" }, { "openai", "Content-Type: application/json\r\n" },
};

static void
test_mislabelled (gconstpointer data)
{
  const Mislabelled *stream = data;
  g_autofree char   *path = g_strconcat (stream->name, g_str_equal (stream->name, "document") ? ".json" : ".sse", NULL);
  g_autofree char   *text = read_file (path);
  g_autofree char   *body = g_strconcat ("\n\n", text, NULL);
  g_autofree char   *expected = find_expected (stream->name);
  g_autoptr (FakeEndpoint) endpoint = fake_endpoint_new (body);

  endpoint->headers = stream->headers;
  assert_shows (endpoint, expected);
  endpoint->piece = 1;
  assert_shows (endpoint, expected);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      g_autofree char *path = g_strconcat ("/endpoint/O1/", streams[i], NULL);

      g_test_add_data_func (path, streams[i], test_stream);
    }
  for (guint i = 0; i < G_N_ELEMENTS (mislabelled); i++)
    {
      g_autofree char *path = g_strdup_printf ("/endpoint/O1/mislabelled/%u", i);

      g_test_add_data_func (path, &mislabelled[i], test_mislabelled);
    }

  return g_test_run ();
}
