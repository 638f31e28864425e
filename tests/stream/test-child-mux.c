/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Muxes of subgraphs (M7): what is made for them, which events they see, and
 * whose numbers stay what they are (E4).
 */
#include <gstream/event/gstream-event-internal.h>
#include <gstream/stream/gstream-run-stream-internal.h>
#include <gstream/stream/gstream-stream-mux-internal.h>

#include "../support/calls.h"
#include "../support/transformers.h"

typedef struct
{
  TestSource               *source;
  GstreamStreamMux         *mux;
  GHashTable               *made; /* scope -> TestTransformer */
  GstreamRunStream         *run;
  GstreamStreamMux         *child; /* of `child:1` */
  GstreamSubgraphRunStream *child_run;
} Fixture;

static GstreamTransformer *
make_for_scope (const char *const *scope,
                gpointer           data)
{
  Fixture         *fixture = data;
  TestTransformer *transformer = test_transformer_new ("items", NULL);

  transformer->data = fixture;
  g_hash_table_insert (fixture->made, g_strjoinv ("/", (char **) scope), transformer);

  return g_object_ref (GSTREAM_TRANSFORMER (transformer));
}

static TestTransformer *
made_for (Fixture    *fixture,
          const char *scope)
{
  return g_hash_table_lookup (fixture->made, scope);
}

static GstreamStreamMux *
make_child (Fixture    *fixture,
            const char *path)
{
  g_auto (GStrv) segments = g_strsplit (path, "/", -1);
  g_autoptr (GstreamNamespace) scope = gstream_namespace_new ((const char *const *) segments);
  g_autoptr (GError) error = NULL;
  GstreamStreamMux *child = gstream_stream_mux_make_child (fixture->mux, scope, &error);

  g_assert_no_error (error);

  return child;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->source = test_source_new ();
  fixture->source->ended = TRUE;
  fixture->made = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  fixture->mux = test_mux_new (NULL, NULL);
  gstream_stream_mux_add_factory (fixture->mux, make_for_scope, fixture, NULL, &error);
  g_assert_no_error (error);
  fixture->run = test_run_new (g_object_ref (fixture->source), g_object_ref (fixture->mux));
  fixture->child = make_child (fixture, "child:1");
  fixture->child_run = gstream_subgraph_run_stream_new (fixture->child, "name", NULL);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_clear_object (&fixture->run);
  test_iterate_pending (NULL);
  g_clear_object (&fixture->child_run);
  g_object_unref (fixture->child);
  g_assert_finalize_object (fixture->mux);
  g_hash_table_unref (fixture->made);
  g_object_unref (fixture->source);
}

static void
add_events (Fixture *fixture)
{
  test_source_add (fixture->source, test_event ("values", 1));
  test_source_add (fixture->source, test_event_at ("child:1", "values", 2));
  test_source_add (fixture->source, test_event_at ("child:1/node:5", "values", 3));
  test_source_add (fixture->source, test_event_at ("child:2", "values", 4));
  test_source_add (fixture->source, test_event ("values", 5));
}

/* "0:2 0:3 pending": sequence number and the event's own */
static char *
drain_seqs (GstreamCursor *log)
{
  g_autoptr (GString) story = g_string_new (NULL);
  GstreamEvent *event = NULL;

  while (gstream_cursor_try_next_event (log, &event, NULL) == GSTREAM_TRY_ITEM)
    {
      g_string_append_printf (story, "%" G_GUINT64_FORMAT ":%d ", gstream_event_get_seq (event),
                              test_event_number (event));
      gstream_event_unref (event);
    }

  return g_string_free (g_steal_pointer (&story), FALSE);
}

static void
test_same_factories (Fixture      *fixture,
                     gconstpointer data)
{
  g_autoptr (GstreamStreamMux) again = make_child (fixture, "child:1");
  g_autoptr (GstreamStreamMux) deep = make_child (fixture, "child:1/deep:7");

  g_assert_true (again == fixture->child);
  g_assert_cmpuint (g_hash_table_size (fixture->made), ==, 3);
  g_assert_nonnull (made_for (fixture, ""));
  g_assert_nonnull (made_for (fixture, "child:1"));
  g_assert_nonnull (made_for (fixture, "child:1/deep:7"));
  g_assert_cmpstr (gstream_stream_mux_get_scope (deep)[1], ==, "deep:7");
  g_assert_cmpstr (gstream_transformer_get_scope (GSTREAM_TRANSFORMER (made_for (fixture, "child:1")))[0], ==,
                   "child:1");
  /* The pump is the root's. */
  g_assert_true (gstream_stream_mux_get_pump (deep) == gstream_stream_mux_get_pump (fixture->mux));
}

/* The run of a subgraph has begun: nobody can add to it. */
static void
test_too_late (Fixture      *fixture,
               gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (gstream_stream_mux_add_type (fixture->child, TEST_TYPE_TRANSFORMER, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED);
}

static void
test_events (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr (GstreamPayload) output = NULL;
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (fixture->run));
  g_autoptr (GstreamCursor) child_log = test_subscribe (gstream_stream_mux_get_log (fixture->child));
  g_autofree char *seqs = NULL;
  g_autofree char *child_seqs = NULL;

  add_events (fixture);
  output = gstream_run_stream_output_sync (fixture->run, NULL, NULL);
  /* The root sees all; the child what is at and below its scope. */
  g_assert_cmpstr (made_for (fixture, "")->story->str, ==, "1 2 3 4 5 finish");
  g_assert_cmpstr (made_for (fixture, "child:1")->story->str, ==, "2 3");
  g_assert_cmpint (gstream_payload_get_integer (output, "/n"), ==, 5);

  /* The root numbers them, the child leaves that as it is. */
  seqs = drain_seqs (log);
  child_seqs = drain_seqs (child_log);
  g_assert_cmpstr (seqs, ==, "1:1 2:2 3:3 4:4 5:5 ");
  g_assert_cmpstr (child_seqs, ==, "2:2 3:3 ");
}

static void
test_forwarded (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr (GstreamCursor) child_log = test_subscribe (gstream_stream_mux_get_log (fixture->child));
  g_autofree char *seqs = NULL;

  /* What a child's projection forwards is in the child's log, and nobody numbers it. */
  gstream_projection_set_forward (made_for (fixture, "child:1")->items, TRUE);
  add_events (fixture);
  seqs = drain_seqs (child_log);
  g_assert_cmpstr (seqs, ==, "0:2 2:2 0:3 3:3 ");
}

static void
test_drives_root (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (GstreamCursor) cursor = test_subscribe (made_for (fixture, "child:1")->items);
  g_auto (TestCall) output = { 0 };

  add_events (fixture);
  test_assert_drain (cursor, "2 3 pending");
  g_assert_cmpuint (fixture->source->n_given, ==, 5);
  test_call_output (&output, GSTREAM_RUN_STREAM (fixture->child_run), NULL);
  test_iterate_pending (NULL);
  g_assert_false (output.done);
  gstream_run_stream_end (GSTREAM_RUN_STREAM (fixture->child_run), GSTREAM_RUN_STATUS_COMPLETED, NULL);
  test_iterate_pending (NULL);
  g_assert_cmpint (gstream_payload_get_integer (output.output, "/n"), ==, 2);
  g_assert_cmpstr (made_for (fixture, "child:1")->story->str, ==, "2 3 finish");
}

static void
test_holds_root (Fixture      *fixture,
                 gconstpointer data)
{
  GstreamProjection *items = made_for (fixture, "child:1")->items;
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (fixture->run));
  g_autoptr (GstreamCursor) cursor = NULL;

  gstream_projection_set_max_buffered (items, 1);
  cursor = test_subscribe (items);
  add_events (fixture);
  test_assert_drain (log, "1 2 pending");
  g_assert_true (gstream_run_stream_get_held_by (fixture->run) == items);
  gstream_cursor_close (cursor);
  test_assert_drain (log, "3 4 5 ended");
}

/* "items - ": what held the run, each time it said so. */
static void
note_hold (GstreamRunStream *run,
           GParamSpec       *pspec,
           GString          *story)
{
  GstreamProjection *projection = gstream_run_stream_get_held_by (run);

  g_string_append_printf (story, "%s ", projection ? gstream_projection_get_name (projection) : "-");
}

static GString *
watch_hold (gpointer run)
{
  GString *story = g_string_new (NULL);

  g_signal_connect (run, "notify::held-by", G_CALLBACK (note_hold), story);

  return story;
}

static void
assert_story (GString    *story,
              const char *expected)
{
  g_assert_cmpstr (story->str, ==, expected);
  g_string_free (story, TRUE);
}

static void
test_hold_notified (Fixture      *fixture,
                    gconstpointer data)
{
  GstreamProjection *items = made_for (fixture, "child:1")->items;
  g_autoptr (GstreamStreamMux) sibling_mux = make_child (fixture, "child:2");
  g_autoptr (GstreamSubgraphRunStream) sibling = gstream_subgraph_run_stream_new (sibling_mux, NULL, NULL);
  g_autoptr (GstreamCursor) cursor = NULL;
  g_autoptr (GstreamSubgraphRunStream) late = NULL;
  g_autoptr (GstreamStreamMux) late_mux = NULL;
  GString *root_story = watch_hold (fixture->run);
  GString *child_story = watch_hold (fixture->child_run);
  GString *sibling_story = watch_hold (sibling);
  GString *late_story;
  g_auto (GValue) item = G_VALUE_INIT;

  /* Every run of the tree is held, and says so from the main loop. */
  gstream_projection_set_max_buffered (items, 1);
  cursor = test_subscribe (items);
  test_push (items, 7);
  g_assert_true (gstream_run_stream_get_held_by (GSTREAM_RUN_STREAM (sibling)) == items);
  g_assert_cmpstr (child_story->str, ==, "");
  test_iterate_pending (NULL);
  g_assert_cmpstr (child_story->str, ==, "items ");

  /* What has changed back meanwhile has not changed. */
  g_assert_cmpint (gstream_cursor_try_next (cursor, &item, NULL), ==, GSTREAM_TRY_ITEM);
  test_push (items, 8);
  test_iterate_pending (NULL);
  g_assert_cmpstr (child_story->str, ==, "items ");

  /* One that is made while they are held has been so from the start. */
  late_mux = make_child (fixture, "child:3");
  late = gstream_subgraph_run_stream_new (late_mux, NULL, NULL);
  late_story = watch_hold (late);
  test_iterate_pending (NULL);
  g_assert_cmpstr (late_story->str, ==, "");

  test_assert_drain (cursor, "8 pending");
  test_iterate_pending (NULL);
  assert_story (root_story, "items - ");
  assert_story (child_story, "items - ");
  assert_story (sibling_story, "items - ");
  assert_story (late_story, "- ");
}

static void
drop_run (GstreamRunStream  *run,
          GParamSpec        *pspec,
          GstreamRunStream **other)
{
  g_clear_object (other);
}

/* Whoever is told may drop those that were to be told after it. */
static void
test_hold_dropped (Fixture      *fixture,
                   gconstpointer data)
{
  GstreamProjection *items = made_for (fixture, "child:1")->items;
  g_autoptr (GstreamCursor) cursor = NULL;
  g_autoptr (GstreamStreamMux) sibling_mux = make_child (fixture, "child:2");
  GstreamSubgraphRunStream *sibling = gstream_subgraph_run_stream_new (sibling_mux, NULL, NULL);
  GString                  *sibling_story = watch_hold (sibling);

  g_signal_connect (fixture->child_run, "notify::held-by", G_CALLBACK (drop_run), &sibling);
  gstream_projection_set_max_buffered (items, 1);
  cursor = test_subscribe (items);
  test_push (items, 7);
  test_iterate_pending (NULL);
  g_assert_null (sibling);
  g_signal_handlers_disconnect_by_func (fixture->child_run, drop_run, &sibling);
  assert_story (sibling_story, "");
}

static void
test_abort (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (fixture->run));
  g_autoptr (GstreamCursor) cursor = test_subscribe (made_for (fixture, "child:1")->items);

  /* Harms nobody else. */
  add_events (fixture);
  gstream_run_stream_abort (GSTREAM_RUN_STREAM (fixture->child_run));
  test_assert_drain (cursor, "ended");
  test_assert_drain (log, "1 2 3 4 5 ended");
  g_assert_cmpstr (made_for (fixture, "child:1")->story->str, ==, "abort");
  g_assert_cmpint (gstream_run_stream_get_status (fixture->run), ==, GSTREAM_RUN_STATUS_COMPLETED);
}

/* A cursor that waits is told, as one of the root's is; those of the others go on waiting. */
static void
test_drop (Fixture      *fixture,
           gconstpointer data)
{
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (fixture->run));
  g_autoptr (GstreamCursor) child_log =
      test_subscribe (gstream_run_stream_get_log (GSTREAM_RUN_STREAM (fixture->child_run)));
  g_autoptr (GstreamCursor) items = test_subscribe (made_for (fixture, "child:1")->items);
  g_auto (TestCall) next = { FALSE };
  g_auto (TestCall) child_next = { FALSE };

  fixture->source->ended = FALSE;
  test_call_next (&next, log, NULL);
  test_call_next (&child_next, child_log, NULL);
  test_iterate_pending (NULL);
  g_clear_object (&fixture->child_run);
  test_iterate_pending (NULL);
  test_call_assert_error (&child_next, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED);
  g_assert_cmpstr (made_for (fixture, "child:1")->story->str, ==,
                   "fail:The run was dropped while it was waited for: keep a reference to it until then");
  g_assert_false (next.done);
  test_source_give (fixture->source, test_event ("values", 1));
  test_iterate_pending (NULL);
  test_call_assert_item (&next, 1);
}

/* Where nobody waits, it is aborted. */
static void
test_drop_unawaited (Fixture      *fixture,
                     gconstpointer data)
{
  g_autoptr (GstreamCursor) items = test_subscribe (made_for (fixture, "child:1")->items);

  g_clear_object (&fixture->child_run);
  test_assert_drain (items, "ended");
  g_assert_cmpstr (made_for (fixture, "child:1")->story->str, ==, "abort");
}

static gboolean
fail_at_three (TestTransformer *transformer,
               GstreamEvent    *event,
               GError         **error)
{
  if (test_event_number (event) == 3)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "child's");

  return TRUE;
}

static void
test_child_fails (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (fixture->run));
  g_autoptr (GstreamCursor) cursor = test_subscribe (made_for (fixture, "child:1")->items);

  made_for (fixture, "child:1")->process = fail_at_three;
  add_events (fixture);
  test_assert_drain (log, "1 2 3 4 5 ended");
  test_assert_drain (cursor, "failed:child's");
  g_assert_cmpint (gstream_run_stream_get_status (GSTREAM_RUN_STREAM (fixture->child_run)), ==,
                   GSTREAM_RUN_STATUS_FAILED);
  g_assert_cmpint (gstream_run_stream_get_status (fixture->run), ==, GSTREAM_RUN_STATUS_COMPLETED);
}

static gboolean
end_child (TestTransformer *transformer,
           GstreamEvent    *event,
           GError         **error)
{
  Fixture *fixture = transformer->data;

  if (test_event_number (event) == 2)
    gstream_run_stream_abort (GSTREAM_RUN_STREAM (fixture->child_run));

  return TRUE;
}

/* From inside the event that is on its way to it. */
static void
test_ended_on_the_way (gconstpointer data)
{
  gboolean works = GPOINTER_TO_INT (data) != 0;
  Fixture  fixture = { NULL };

  set_up (&fixture, NULL);
  {
    g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (fixture.run));
    g_autoptr (GstreamSideWork) work = NULL;

    if (works) /* then it is closing for a while */
      work = gstream_transformer_schedule (GSTREAM_TRANSFORMER (made_for (&fixture, "child:1")), FALSE);
    made_for (&fixture, "")->process = end_child;
    add_events (&fixture);
    if (works)
      {
        g_auto (GValue) item = G_VALUE_INIT;

        for (int i = 0; i < 4; i++)
          gstream_cursor_try_next (log, &item, NULL);
        gstream_side_work_complete (work);
      }
    else
      test_assert_drain (log, "1 2 3 4 5 ended");
    g_assert_cmpstr (made_for (&fixture, "child:1")->story->str, ==, "abort");
  }
  tear_down (&fixture, NULL);
}

static gboolean
born_now (TestTransformer *transformer,
          GstreamEvent    *event,
          GError         **error)
{
  Fixture         *fixture = transformer->data;
  g_autofree char *path = test_event_path (event);

  if (*path != '\0' && made_for (fixture, path) == NULL)
    {
      g_autoptr (GstreamStreamMux) child = make_child (fixture, path);

      g_assert_nonnull (child);
    }

  return TRUE;
}

/* One that is made while its first event is on its way gets that event. */
static void
test_born_on_the_way (Fixture      *fixture,
                      gconstpointer data)
{
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (fixture->run));

  made_for (fixture, "")->process = born_now;
  add_events (fixture);
  test_assert_drain (log, "1 2 3 4 5 ended");
  g_assert_cmpstr (made_for (fixture, "child:2")->story->str, ==, "4");
  g_assert_cmpstr (made_for (fixture, "child:1/node:5")->story->str, ==, "3");
  g_assert_cmpstr (made_for (fixture, "child:1")->story->str, ==, "2 3");
}

static gboolean
send_elsewhere (TestTransformer *transformer,
                GstreamEvent    *event,
                GError         **error)
{
  static const char *const elsewhere[] = { "", "child:2", "child:1/node:5/x:1/y:2", "child:3/a:1" };
  g_autoptr (GstreamEvent) other = test_event_at (elsewhere[test_event_number (event) % 4], "values", 70);

  gstream_transformer_replace (GSTREAM_TRANSFORMER (transformer), other);

  return TRUE;
}

/* A child's transformer may put an event of any namespace in its place. */
static void
test_replaced_in_child (Fixture      *fixture,
                        gconstpointer data)
{
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (fixture->run));
  g_autoptr (GstreamCursor) child_log = test_subscribe (gstream_stream_mux_get_log (fixture->child));
  g_autoptr (GstreamStreamMux) deep = make_child (fixture, "child:1/node:5");
  g_autoptr (GstreamStreamMux) deeper = make_child (fixture, "child:1/node:5/x:1");

  made_for (fixture, "child:1")->process = send_elsewhere;
  for (int i = 0; i < 8; i++)
    test_source_add (fixture->source, test_event_at ("child:1/node:5", "values", i));
  test_assert_drain (log, "0 1 2 3 4 5 6 7 ended");
  test_assert_drain (child_log, "70 70 70 70 70 70 70 70 pending");
  g_assert_cmpstr (made_for (fixture, "child:1/node:5/x:1")->story->str, ==, "70 70");
}

static void
test_outlives_root (Fixture      *fixture,
                    gconstpointer data)
{
  g_autoptr (GstreamCursor) cursor = test_subscribe (made_for (fixture, "child:1")->items);
  g_autoptr (GstreamCursor) next_root_log = test_subscribe (gstream_run_stream_get_log (fixture->run));
  g_autoptr (GstreamSideWork) work = NULL;

  work = gstream_transformer_schedule (GSTREAM_TRANSFORMER (made_for (fixture, "child:1")), FALSE);
  g_clear_object (&fixture->run);
  test_assert_drain (next_root_log, "ended");
  /* The child's run is ended by whoever holds it. */
  gstream_run_stream_abort (GSTREAM_RUN_STREAM (fixture->child_run));
  gstream_side_work_complete (work);
  test_assert_drain (cursor, "ended");
}

static void
test_ready_made_only (void)
{
  GstreamStreamMux *mux = test_mux_new (test_transformer_new ("items", NULL), NULL);
  g_autoptr (GstreamRunStream) run = test_run_new (test_source_new (), mux);
  const char *segments[] = { "child:1", NULL };
  g_autoptr (GstreamNamespace) scope = gstream_namespace_new (segments);
  g_autoptr (GError) error = NULL;

  g_assert_null (gstream_stream_mux_make_child (mux, scope, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED);
}

static void
test_ready_made_stays (Fixture      *fixture,
                       gconstpointer data)
{
  g_autoptr (TestTransformer) ready = test_transformer_new ("ready", NULL);
  g_autoptr (GstreamStreamMux) child = NULL;

  g_assert_true (gstream_stream_mux_add_transformer (fixture->mux, GSTREAM_TRANSFORMER (ready), NULL));
  child = make_child (fixture, "child:9");
  g_assert_null (gstream_stream_mux_get_projection (child, "ready", NULL));
  g_assert_nonnull (gstream_stream_mux_get_projection (child, "items", NULL));
}

static gboolean
break_down (TestTransformer *transformer,
            GstreamEvent    *event,
            GError         **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "why");

  return TRUE;
}

static void
replace_too_late (TestTransformer *transformer,
                  const GError    *error)
{
  g_autoptr (GstreamEvent) other = test_event_at ("child:1/deep:7", "values", 9);

  gstream_transformer_replace (GSTREAM_TRANSFORMER (transformer), other);
}

/* What a transformer would replace once it is told of the failure is not that of the next one. */
static void
test_replaced_too_late (Fixture      *fixture,
                        gconstpointer data)
{
  g_autoptr (GstreamStreamMux) deep = make_child (fixture, "child:1/deep:7");
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (fixture->run));
  g_autoptr (GstreamCursor) deep_log = test_subscribe (gstream_stream_mux_get_log (deep));
  g_autofree char *seqs = NULL;
  g_autofree char *deep_seqs = NULL;

  made_for (fixture, "child:1")->process = break_down;
  made_for (fixture, "child:1")->fail = replace_too_late;
  test_source_add (fixture->source, test_event_at ("child:1/deep:7", "values", 1));
  seqs = drain_seqs (log);
  deep_seqs = drain_seqs (deep_log);
  g_assert_cmpstr (made_for (fixture, "child:1")->story->str, ==, "1 fail:why");
  g_assert_cmpstr (seqs, ==, "1:1 ");
  g_assert_cmpstr (deep_seqs, ==, "1:1 ");
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/mux/M7/same-factories", test_same_factories);
  ADD ("/mux/M7/too-late", test_too_late);
  ADD ("/mux/M7/events", test_events);
  ADD ("/mux/M7/drives-root", test_drives_root);
  ADD ("/mux/M7/holds-root", test_holds_root);
  ADD ("/projection/P7/notified-on-every-run", test_hold_notified);
  ADD ("/projection/P7/dropped-when-notified", test_hold_dropped);
  ADD ("/mux/M7/abort", test_abort);
  ADD ("/run/R6/child-dropped", test_drop);
  ADD ("/run/R6/child-dropped/unawaited", test_drop_unawaited);
  ADD ("/mux/M7/child-fails", test_child_fails);
  g_test_add_data_func ("/mux/M7/ended-on-the-way/closed", GINT_TO_POINTER (0), test_ended_on_the_way);
  g_test_add_data_func ("/mux/M7/ended-on-the-way/closing", GINT_TO_POINTER (1), test_ended_on_the_way);
  ADD ("/mux/M7/born-on-the-way", test_born_on_the_way);
  ADD ("/mux/M7/replaced-in-child", test_replaced_in_child);
  ADD ("/mux/M1/replaced-too-late", test_replaced_too_late);
  ADD ("/mux/M7/outlives-root", test_outlives_root);
  g_test_add_func ("/mux/M7/ready-made-only", test_ready_made_only);
  ADD ("/mux/M7/ready-made-stays", test_ready_made_stays);
  ADD ("/event/E4/child-forwards", test_forwarded);

  return g_test_run ();
}
