/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The fuzz target on a fixed corpus: events of every method, and what a fixed
 * row of random changes makes of them (E3).
 */
#include "fuzz-event.h"

#include <string.h>

#include <glib.h>

#define ROUNDS 4000

static const char *corpus[] = {
  "{\"type\":\"event\",\"event_id\":\"1\",\"seq\":2,\"method\":\"messages\",\"params\":{\"namespace\":[\"a:1\"],"
  "\"timestamp\":3,\"data\":"
  "{\"event\":\"content-block-delta\",\"index\":0,\"delta\":{\"type\":\"text-delta\",\"text\":\"\\u00e9\\n\"},\"run_"
  "id\":\"r\"}}}",
  "{\"type\": \"event\", \"method\": \"messages\", \"params\": {\"namespace\": [], \"timestamp\": 1, \"data\": "
  "[{\"event\": \"message-start\", "
  "\"role\": \"ai\", \"id\": \"m\"}, {\"langgraph_node\": \"n\", \"run_id\": \"q\", \"x\": [1.5e3, null]}]}}",
  "{\"params\":{\"data\":{\"name\":\"progress\",\"payload\":{\"a/"
  "b~c\":[true,false]}},\"namespace\":[]},\"type\":\"event\",\"method\":\"custom\"}",
  "{\"type\":\"event\",\"method\":\"values\",\"params\":{\"namespace\":[],\"node\":\"n\",\"data\":{\"a\":1,\"a\":{\"\":"
  "-0.0}},\"interrupts\":[{\"id\":\"i\"}]}}",
  "{\"type\":\"event\",\"method\":\"tools\",\"params\":{\"namespace\":[],\"data\":{\"event\":\"tool-started\","
  "\"toolCallId\":\"c\",\"tool_name\":\"t\"}}}",
  "{\"type\":\"event\",\"method\":\"tasks\",\"params\":{\"namespace\":[],\"data\":{\"id\":\"i\",\"name\":\"n\","
  "\"result\":{}}}}",
  "{\"type\":\"event\",\"method\":\"lifecycle\",\"params\":{\"namespace\":[\"x\",\"y\"],\"data\":{\"event\":\"failed\","
  "\"error\":\"e\"}}}",
  "{\"type\":\"error\",\"message\":\"m\"}",
};

static const char *pieces[] = {
  "{",         "}",
  "[",         "]",
  ",",         ":",
  "\"",        "\\",
  "\\u",       "\\ud83d",
  "0",         "-",
  ".",         "e",
  "null",      "true",
  " ",         "\n",
  "\x01",      "\x7f",
  "\xc3",      "\xff",
  "{}",        "[]",
  "\"\"",      "\"a\":1,",
  "1e999",     "99999999999999999999",
  "\"event\"", "\"params\":{},",
  "[[[[[[[[",
};

static void
change (GString *text,
        GRand   *rand)
{
  gsize at = g_rand_int_range (rand, 0, text->len + 1);
  gsize length = g_rand_int_range (rand, 0, 4);

  g_string_erase (text, at, MIN (length, text->len - at));
  if (g_rand_boolean (rand))
    g_string_insert (text, at, pieces[g_rand_int_range (rand, 0, G_N_ELEMENTS (pieces))]);
}

static void
test_corpus (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20240229);

  for (guint i = 0; i < G_N_ELEMENTS (corpus); i++)
    LLVMFuzzerTestOneInput ((const uint8_t *) corpus[i], strlen (corpus[i]));
  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (GString) text = g_string_new (corpus[i % G_N_ELEMENTS (corpus)]);

      for (int n = g_rand_int_range (rand, 1, 4); n > 0; n--)
        change (text, rand);
      LLVMFuzzerTestOneInput ((const uint8_t *) text->str, text->len);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/E3/fuzz", test_corpus);
  return g_test_run ();
}
