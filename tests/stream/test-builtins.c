/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * That nobody can tell when a built-in transformer is made: not by its place
 * (M1), its name (M2), its channels (M8), nor by what it gives (P2, R5, T4, T7).
 */
#include "../support/calls.h"
#include "../support/transformers.h"

#include <gstream/event/gstream-error.h>

/* A mux with built-ins, a transformer before them and one after. */
typedef struct
{
  TestTransformer  *before;
  TestTransformer  *after;
  TestSource       *source;
  GstreamRunStream *run;
  GstreamCursor    *cursor; /* of what is asked for on the way */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GstreamStreamMux) mux = gstream_stream_mux_new (NULL);

  fixture->before = g_object_new (TEST_TYPE_TRANSFORMER, "before-builtins", TRUE, NULL);
  fixture->after = test_transformer_new (NULL, NULL);
  g_assert_true (gstream_stream_mux_add_transformer (mux, GSTREAM_TRANSFORMER (fixture->after), NULL));
  g_assert_true (gstream_stream_mux_add_transformer (mux, GSTREAM_TRANSFORMER (fixture->before), NULL));
  fixture->source = test_source_new_ready ("custom", 3);
  fixture->run = test_run_new (g_object_ref (fixture->source), g_object_ref (mux));
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_clear_object (&fixture->cursor);
  g_clear_object (&fixture->run);
  g_clear_object (&fixture->source);
  g_clear_object (&fixture->before);
  g_clear_object (&fixture->after);
}

static void
run_to_end (Fixture *fixture)
{
  g_autoptr (GstreamPayload) output = gstream_run_stream_output_sync (fixture->run, NULL, NULL);
}

/* --- its place --- */

static gboolean
ask_at_two (TestTransformer *transformer,
            GstreamEvent    *event,
            GError         **error)
{
  Fixture *fixture = transformer->data;

  if (test_event_number (event) == 2)
    fixture->cursor = test_subscribe (gstream_run_stream_get_custom (fixture->run));

  return TRUE;
}

static void
test_asked_before (Fixture      *fixture,
                   gconstpointer data)
{
  fixture->before->data = fixture;
  fixture->before->process = ask_at_two;
  run_to_end (fixture);
  /* Its place is yet to come for the event that is on its way, which all see once. */
  test_assert_drain (fixture->cursor, "2 3 ended");
  g_assert_cmpstr (fixture->before->story->str, ==, "1 2 3 finish");
  g_assert_cmpstr (fixture->after->story->str, ==, "1 2 3 finish");
}

static void
test_asked_after (Fixture      *fixture,
                  gconstpointer data)
{
  fixture->after->data = fixture;
  fixture->after->process = ask_at_two;
  run_to_end (fixture);
  test_assert_drain (fixture->cursor, "3 ended");
  g_assert_cmpstr (fixture->before->story->str, ==, "1 2 3 finish");
  g_assert_cmpstr (fixture->after->story->str, ==, "1 2 3 finish");
}

/* --- what is known of it --- */

static char *
join (GStrv names)
{
  char *joined = g_strjoinv (" ", names);

  g_strfreev (names);

  return joined;
}

static void
assert_known (GstreamStreamMux *mux)
{
  g_autofree char *names = join (gstream_stream_mux_list_projections (mux));
  g_autofree char *channels = join (gstream_stream_mux_list_channels (mux));

  g_assert_cmpstr (names, ==,
                   "values updates custom checkpoints tasks debug messages tool_calls extensions lifecycle "
                   "subgraphs mine");
  g_assert_cmpstr (channels, ==,
                   "input.requested values updates custom checkpoints tasks debug messages tools "
                   "lifecycle other");
}

static gpointer
make_wanting (const char *name,
              const char *wants,
              gboolean    before)
{
  GstreamTransformer *self = g_object_new (TEST_TYPE_TRANSFORMER, "before-builtins", before, NULL);

  gstream_transformer_set_wants (self, (const char *const[]) { wants, NULL });
  if (name != NULL)
    gstream_transformer_add_projection (self, name, G_TYPE_STRING);

  return self;
}

static void
test_known (void)
{
  g_autoptr (GstreamStreamMux) mux = gstream_stream_mux_new (NULL);
  g_autoptr (GstreamTransformer) mine = make_wanting ("mine", "other", FALSE);
  g_autoptr (GstreamTransformer) before = make_wanting (NULL, "input.requested", TRUE);
  g_autoptr (GstreamTransformer) values = make_wanting ("values", "values", FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_true (gstream_stream_mux_add_transformer (mux, mine, NULL));
  g_assert_true (gstream_stream_mux_add_transformer (mux, before, NULL));
  assert_known (mux);
  /* The last first. */
  g_assert_nonnull (gstream_stream_mux_get_projection (mux, "subgraphs", NULL));
  g_assert_nonnull (gstream_stream_mux_get_projection (mux, "updates", NULL));
  assert_known (mux);

  g_assert_false (gstream_stream_mux_add_transformer (mux, values, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_EXISTS);
  g_assert_cmpstr (error->message, ==,
                   "TestTransformer cannot register the projection “values”: it belongs to GstreamDataTransformer");
  assert_known (mux);
}

/* --- what it gives --- */

static void
add (TestSource *source,
     const char *method,
     const char *json)
{
  g_autoptr (GstreamPayload) data = gstream_payload_new (json, -1, NULL);

  test_source_add (source, gstream_event_new (method, NULL, data));
}

/* With all built-ins. */
static GstreamRunStream *
new_run (TestSource *source)
{
  return test_run_new (g_object_ref (source), gstream_stream_mux_new (NULL));
}

/* One that began before anybody asked is nobody's, to its end (P2). */
static void
test_begun_before (void)
{
  TestSource *source = test_source_new ();
  g_autoptr (GstreamRunStream) run = new_run (source);
  g_autoptr (GstreamCursor) custom = test_subscribe (gstream_run_stream_get_custom (run));
  g_autoptr (GstreamCursor) messages = NULL;
  g_autoptr (GstreamCursor) calls = NULL;

  add (source, "messages", "{\"event\":\"message-start\",\"run_id\":\"r\"}");
  add (source, "tools", "{\"event\":\"tool-started\",\"tool_call_id\":\"t\"}");
  add (source, "custom", "1");
  test_assert_drain (custom, "1 pending");
  messages = test_subscribe (gstream_run_stream_get_messages (run));
  calls = test_subscribe (gstream_run_stream_get_tool_calls (run));
  add (source, "messages",
       "{\"event\":\"content-block-delta\",\"run_id\":\"r\",\"index\":0,"
       "\"delta\":{\"type\":\"text-delta\",\"text\":\"late\"}}");
  add (source, "tools", "{\"event\":\"tool-output-delta\",\"tool_call_id\":\"t\",\"delta\":\"late\"}");
  source->ended = TRUE;
  test_assert_drain (messages, "ended");
  test_assert_drain (calls, "ended");
  g_object_unref (source);
}

static void
test_tasks_unasked (void)
{
  TestSource *source = test_source_new ();
  g_autoptr (GstreamRunStream) run = new_run (source);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));

  add (source, "values", "{\"n\":1}");
  add (source, "tasks", "{\"id\":\"t\",\"name\":\"a\",\"n\":2}");
  add (source, "values", "{\"n\":3}");
  source->ended = TRUE;
  test_assert_drain (log, "1 3 ended");
  g_object_unref (source);
}

/* --- asked for at the end, and after --- */

static gboolean
ask_to_finish (TestTransformer *transformer,
               GError         **error)
{
  Fixture *fixture = transformer->data;

  fixture->cursor = test_subscribe (gstream_run_stream_get_custom (fixture->run));

  return TRUE;
}

static void
test_asked_finishing (Fixture      *fixture,
                      gconstpointer data)
{
  fixture->before->data = fixture;
  fixture->before->finish = ask_to_finish;
  run_to_end (fixture);
  test_assert_drain (fixture->cursor, "ended");
  g_assert_cmpstr (fixture->before->story->str, ==, "1 2 3 finish");
  g_assert_cmpstr (fixture->after->story->str, ==, "1 2 3 finish");
}

static void
on_closed (GstreamProjection *projection,
           GParamSpec        *pspec,
           Fixture           *fixture)
{
  fixture->cursor = test_subscribe (gstream_run_stream_get_custom (fixture->run));
}

static void
test_asked_ending (Fixture      *fixture,
                   gconstpointer data)
{
  g_signal_connect (gstream_run_stream_get_debug (fixture->run), "notify::closed", G_CALLBACK (on_closed), fixture);
  run_to_end (fixture);
  test_assert_drain (fixture->cursor, "ended");
}

static void
test_asked_ended (Fixture      *fixture,
                  gconstpointer data)
{
  run_to_end (fixture);
  fixture->cursor = test_subscribe (gstream_run_stream_get_messages (fixture->run));
  test_assert_drain (fixture->cursor, "ended");
}

static void
test_asked_failed (void)
{
  TestSource *source = test_source_new_ready ("values", 1);
  g_autoptr (GstreamRunStream) run = new_run (source);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  g_autoptr (GstreamCursor) late = NULL;
  g_autoptr (GstreamCursor) extension = NULL;

  test_source_fail (source, "broken");
  test_assert_drain (log, "1 failed:broken");
  late = test_subscribe (gstream_run_stream_get_messages (run));
  extension = test_subscribe (gstream_run_stream_get_extension (run, "mine", NULL));
  test_assert_drain (late, "failed:broken");
  test_assert_drain (extension, "failed:broken");
  g_object_unref (source);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/builtins/M1/asked-before", test_asked_before);
  ADD ("/builtins/M1/asked-after", test_asked_after);
  g_test_add_func ("/builtins/M2/known", test_known);
  ADD ("/builtins/M5/asked-finishing", test_asked_finishing);
  ADD ("/builtins/M5/asked-ending", test_asked_ending);
  ADD ("/builtins/P4/asked-ended", test_asked_ended);
  g_test_add_func ("/builtins/P2/begun-before", test_begun_before);
  g_test_add_func ("/builtins/R5/asked-failed", test_asked_failed);
  g_test_add_func ("/builtins/T7/tasks-unasked", test_tasks_unasked);

  return g_test_run ();
}
