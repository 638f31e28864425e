/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a model shows, when, and what it gives back.
 */
#include "shadow.h"

#include <gstream/event/gstream-error.h>
#include <gstream/model/gstream-lifecycle.h>
#include <gstream/model/gstream-pending-interrupt.h>
#include <gstream/projections/gstream-message.h>
#include <gstream/projections/gstream-tool-call.h>

#include "tests/projections/story.h"
#include "tests/support/calls.h"
#include "tests/support/transformers.h"

#define START(path, id) path " messages {\"event\":\"message-start\",\"id\":\"" id "\"}"
#define TEXT(path, text)                                           \
  path " messages {\"event\":\"content-block-delta\",\"index\":0," \
       "\"delta\":{\"type\":\"text-delta\",\"text\":\"" text "\"}}"
#define FINISH(path) path " messages {\"event\":\"message-finish\"}"
#define MESSAGE(path, id) START (path, id), TEXT (path, "hello"), FINISH (path)
#define TOOL(path, id) \
  path " tools {\"event\":\"tool-started\",\"tool_call_id\":\"" id "\",\"tool_name\":\"search\",\"input\":{}}"
#define TOOL_DELTA(path, id, text) \
  path " tools {\"event\":\"tool-output-delta\",\"tool_call_id\":\"" id "\",\"delta\":\"" text "\"}"
#define TOOL_END(path, id) path " tools {\"event\":\"tool-finished\",\"tool_call_id\":\"" id "\",\"output\":\"done\"}"
#define STATE(path) path " values {\"n\":1}"
#define BEGINS(path, name) \
  path " lifecycle {\"event\":\"started\",\"graph_name\":\"" name "\",\"trigger_call_id\":\"t\"}"
#define ENDS(path, how) path " lifecycle {\"event\":\"" how "\"}"
#define ASKS(id) ". input.requested {\"interrupt_id\":\"" id "\",\"payload\":{\"question\":\"really?\"}}"

static GstreamRunModel *
model_new (GstreamRunStream    *run,
           GstreamRunModelFlags flags)
{
  g_autoptr (GError) error = NULL;
  GstreamRunModel *model = gstream_run_model_new (run, flags, &error);

  g_assert_no_error (error);
  g_assert_null (gstream_run_model_get_error (model));
  g_assert_true (gstream_run_model_get_run (model) == run);
  g_assert_cmpuint (gstream_run_model_get_flags (model), ==, flags);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 0);

  return model;
}

static void
count_notify (GObject    *object,
              GParamSpec *pspec,
              gpointer    user_data)
{
  ++*(guint *) user_data;
}

static void
test_messages (void)
{
  g_autoptr (GstreamRunStream) run =
      story (MESSAGE (".", "m1"), STATE ("a:1"), MESSAGE ("a:1", "m2"), MESSAGE (".", "m3"));
  g_autoptr (GstreamRunModel) model = model_new (run, GSTREAM_RUN_MODEL_MESSAGES);
  g_autoptr (Shadow) shadow = shadow_new (G_LIST_MODEL (model));

  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (model)) == GSTREAM_TYPE_MESSAGE);
  g_assert_false (gstream_projection_get_subscribed (gstream_run_stream_get_subgraphs (run)));
  play (run);
  assert_names (model, "m1 m3");
  g_assert_cmpuint (shadow->n_changes, ==, 1);
}

static void
test_deep (void)
{
  g_autoptr (GstreamRunStream) run =
      story (START (".", "m1"), STATE ("a:1"), START ("a:1", "m2"), TOOL ("a:1", "t1"), FINISH ("."), STATE ("a:1/b:2"),
             MESSAGE ("a:1/b:2", "m3"), MESSAGE (".", "m4"), STATE ("c:3"), FINISH ("a:1"), MESSAGE ("c:3", "m5"));
  g_autoptr (GstreamRunModel) model = model_new (run, GSTREAM_RUN_MODEL_MESSAGES | GSTREAM_RUN_MODEL_DEEP);
  g_autoptr (Shadow) shadow = shadow_new (G_LIST_MODEL (model));

  shadow->unordered = TRUE;
  play (run);
  assert_names (model, "m1 m2 m3 m4 m5");
  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (model)) == GSTREAM_TYPE_MESSAGE);
}

static void
test_mixed (void)
{
  g_autoptr (GstreamRunStream) run = story (MESSAGE (".", "m1"), TOOL (".", "t1"), STATE ("a:1"), TOOL_END (".", "t1"),
                                            MESSAGE (".", "m2"), TOOL (".", "t2"));
  g_autoptr (GstreamRunModel) model =
      model_new (run, GSTREAM_RUN_MODEL_MESSAGES | GSTREAM_RUN_MODEL_TOOL_CALLS | GSTREAM_RUN_MODEL_SUBGRAPHS);
  g_autoptr (Shadow) shadow = shadow_new (G_LIST_MODEL (model));

  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (model)) == G_TYPE_OBJECT);
  play (run);
  assert_names (model, "m1 t1 a:1 m2 t2");
}

/* --- the tree --- */

static GstreamRunModel *
child_at (GstreamRunModel *model,
          guint            position)
{
  g_autoptr (GObject) row = g_list_model_get_item (G_LIST_MODEL (model), position);

  return GSTREAM_RUN_MODEL (gstream_run_model_create_child (row, NULL));
}

static void
test_tree (void)
{
  g_autoptr (GstreamRunStream) run =
      story (STATE ("a:1"), MESSAGE ("a:1", "m1"), STATE ("a:1/b:2"), MESSAGE ("a:1/b:2", "m2"),
             MESSAGE ("a:1/b:2", "m3"), MESSAGE (".", "m4"), STATE ("c:3"));
  g_autoptr (GstreamRunModel) model = model_new (run, GSTREAM_RUN_MODEL_MESSAGES | GSTREAM_RUN_MODEL_SUBGRAPHS);
  g_autoptr (Shadow) shadow = shadow_new (G_LIST_MODEL (model));
  g_autoptr (GstreamRunModel) a = NULL;
  g_autoptr (GstreamRunModel) b = NULL;
  g_autoptr (GstreamRunModel) c = NULL;

  play (run);
  assert_names (model, "a:1 m4 c:3");
  a = child_at (model, 0);
  assert_names (a, "m1 a:1/b:2");
  b = child_at (a, 1);
  assert_names (b, "m2 m3");
  c = child_at (model, 2);
  assert_names (c, "");
  g_assert_null (child_at (model, 1));
}

/* The child's model goes with the row, or with whoever still shows it. */
static void
test_tree_dropped (void)
{
  g_autoptr (GstreamRunStream) run = story (STATE ("a:1"), MESSAGE ("a:1", "m1"));
  g_autoptr (GstreamRunModel) model = model_new (run, GSTREAM_RUN_MODEL_MESSAGES | GSTREAM_RUN_MODEL_SUBGRAPHS);
  g_autoptr (GstreamRunModel) a = NULL;
  g_autoptr (GObject) row = NULL;

  play (run);
  row = g_list_model_get_item (G_LIST_MODEL (model), 0);
  a = child_at (model, 0);
  g_clear_object (&model);
  assert_names (a, "m1");
  g_assert_true (gstream_run_model_create_child (row, NULL) == G_LIST_MODEL (a));
  g_object_unref (a);
  g_assert_finalize_object (g_steal_pointer (&a));
  g_assert_null (gstream_run_model_create_child (row, NULL));
}

/* --- interrupts --- */

static void
test_interrupts (void)
{
  g_autoptr (GstreamRunStream) run = story (ASKS ("i1"), MESSAGE (".", "m1"), ASKS ("i2"), ASKS ("i1"));
  g_autoptr (GstreamRunModel) model = model_new (run, GSTREAM_RUN_MODEL_INTERRUPTS);
  g_autoptr (Shadow) shadow = shadow_new (G_LIST_MODEL (model));
  g_autoptr (GstreamPendingInterrupt) row = NULL;

  play (run);
  assert_names (model, "i1 i2");
  row = g_list_model_get_item (G_LIST_MODEL (model), 0);
  g_assert_cmpstr (gstream_pending_interrupt_get_text (row), ==, "really?");
  g_assert_cmpstr (gstream_payload_get_json (gstream_pending_interrupt_get_value (row), NULL), ==,
                   "{\"question\":\"really?\"}");
  g_assert_cmpstr (gstream_interrupt_get_id (gstream_pending_interrupt_get_interrupt (row)), ==, "i1");
  g_assert_nonnull (gstream_pending_interrupt_get_namespace (row));
  g_assert_false (gstream_pending_interrupt_get_answered (row));

  gstream_pending_interrupt_set_answered (row, TRUE);
  assert_names (model, "i1 i2");
  wait_for_frame (run);
  assert_names (model, "i2");
}

static void
count_touched (GListModel *model,
               guint       position,
               guint       removed,
               guint       added,
               guint      *n_touched)
{
  *n_touched += removed + added;
}

/* An answer that was refused: the question is back where it was; whoever let go of it cannot say so. */
static void
test_interrupts_not_answered (void)
{
  g_autoptr (GstreamRunStream) run = story (ASKS ("i1"), ASKS ("i2"), ASKS ("i3"));
  g_autoptr (GstreamRunModel) model = model_new (run, GSTREAM_RUN_MODEL_INTERRUPTS);
  g_autoptr (GstreamPendingInterrupt) row = NULL;
  g_autoptr (GstreamPendingInterrupt) other = NULL;
  GWeakRef gone;
  guint    n_touched = 0;

  play (run);
  g_signal_connect (model, "items-changed", G_CALLBACK (count_touched), &n_touched);
  assert_names (model, "i1 i2 i3");
  row = g_list_model_get_item (G_LIST_MODEL (model), 1);
  other = g_list_model_get_item (G_LIST_MODEL (model), 2);
  gstream_pending_interrupt_set_answered (row, TRUE);
  gstream_pending_interrupt_set_answered (row, FALSE);
  wait_for_frame (run);
  assert_names (model, "i1 i2 i3");

  for (int i = 0; i < 2; i++)
    {
      gstream_pending_interrupt_set_answered (row, TRUE);
      wait_for_frame (run);
      assert_names (model, "i1 i3");
      gstream_pending_interrupt_set_answered (row, FALSE);
      gstream_pending_interrupt_set_answered (row, TRUE);
      gstream_pending_interrupt_set_answered (row, FALSE);
      wait_for_frame (run);
      assert_names (model, "i1 i2 i3");
    }
  g_assert_cmpuint (n_touched, ==, 4); /* no other row */

  gstream_pending_interrupt_set_answered (row, TRUE);
  gstream_pending_interrupt_set_answered (other, TRUE);
  wait_for_frame (run);
  g_weak_ref_init (&gone, other);
  g_clear_object (&other);
  g_assert_null (g_weak_ref_get (&gone));
  g_weak_ref_clear (&gone);
  assert_names (model, "i1");

  g_clear_object (&model);
  gstream_pending_interrupt_set_answered (row, FALSE);
}

static void
test_interrupts_failed (void)
{
  g_autoptr (GstreamRunStream) run = story (ASKS ("i1"), "! no such luck");
  g_autoptr (GstreamRunModel) model = model_new (run, GSTREAM_RUN_MODEL_INTERRUPTS);

  play (run);
  assert_names (model, "i1");
}

static GstreamPayload *
get_schema (GstreamPendingInterrupt *row)
{
  return gstream_interrupt_get_response_schema (gstream_pending_interrupt_get_interrupt (row));
}

/* A question is there when it is asked, among what began before and after it, while other branches go on. */
static void
test_interrupts_at_once (void)
{
  g_autoptr (GstreamRunStream) run = story (
      ASKS ("i1"), STATE ("."), ASKS ("i2"), MESSAGE (".", "m1"),
      ". input.requested {\"interrupt_id\":\"i1\",\"payload\":{\"question\":\"really?\"},\"response_schema\":{}}");
  g_autoptr (GstreamRunModel) model = model_new (run, GSTREAM_RUN_MODEL_MESSAGES | GSTREAM_RUN_MODEL_INTERRUPTS);
  g_autoptr (Shadow) shadow = shadow_new (G_LIST_MODEL (model));
  g_autoptr (GstreamCursor) values = story_subscribe (gstream_run_stream_get_values (run));
  g_autoptr (GstreamRunModel) late = NULL;
  g_autoptr (GstreamPendingInterrupt) row = NULL;
  g_auto (GValue) state = G_VALUE_INIT;
  guint n_notified = 0;

  gstream_projection_set_max_buffered (gstream_run_stream_get_values (run), 1); /* the run is held at the state */
  while (g_list_model_get_n_items (G_LIST_MODEL (model)) == 0)
    turn (TRUE);
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_RUNNING);
  assert_names (model, "i1");
  row = g_list_model_get_item (G_LIST_MODEL (model), 0);
  g_assert_null (get_schema (row));
  g_signal_connect (row, "notify::interrupt", G_CALLBACK (count_notify), &n_notified);
  late = model_new (run, GSTREAM_RUN_MODEL_INTERRUPTS);

  g_assert_cmpint (gstream_cursor_try_next (values, &state, NULL), ==, GSTREAM_TRY_ITEM);
  play (run);
  assert_names (model, "i1 i2 m1");
  assert_names (late, "i1 i2");
  g_assert_nonnull (get_schema (row));
  g_assert_cmpuint (n_notified, ==, 1);
}

/* --- lifecycle --- */

static void
test_lifecycle (void)
{
  g_autoptr (GstreamRunStream) run =
      story (BEGINS ("a:1", "alpha"), BEGINS ("a:1/b:2", "beta"), ENDS ("a:1/b:2", "completed"), ENDS ("a:1", "failed"),
             BEGINS ("a:1", "again"));
  g_autoptr (GstreamRunModel) model = model_new (run, GSTREAM_RUN_MODEL_LIFECYCLE);
  g_autoptr (Shadow) shadow = shadow_new (G_LIST_MODEL (model));
  g_autoptr (GstreamLifecycle) row = NULL;

  play (run);
  assert_names (model, "a:1 a:1/b:2 a:1");
  row = g_list_model_get_item (G_LIST_MODEL (model), 0);
  g_assert_cmpint (gstream_lifecycle_get_status (row), ==, GSTREAM_RUN_STATUS_FAILED);
  g_clear_object (&row);
  row = g_list_model_get_item (G_LIST_MODEL (model), 1);
  g_assert_cmpint (gstream_lifecycle_get_status (row), ==, GSTREAM_RUN_STATUS_COMPLETED);
  g_clear_object (&row);
}

/* --- reading and driving --- */

static void
test_drives (void)
{
  g_autoptr (GstreamRunStream) run = story (MESSAGE (".", "m1"));
  g_autoptr (GstreamRunModel) model = model_new (run, GSTREAM_RUN_MODEL_MESSAGES);

  while (g_list_model_get_n_items (G_LIST_MODEL (model)) == 0)
    turn (TRUE);
  assert_names (model, "m1");
}

static void
test_drive (void)
{
  g_autoptr (GstreamRunStream) run = story (MESSAGE (".", "m1"), STATE ("."));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  while (turn (FALSE))
    ;
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_PENDING);

  g_cancellable_cancel (cancellable);
  gstream_run_stream_drive (run, cancellable);
  while (turn (FALSE))
    ;
  g_assert_cmpint (gstream_run_stream_get_status (run), !=, GSTREAM_RUN_STATUS_COMPLETED);

  gstream_run_stream_drive (run, NULL);
  while (gstream_run_stream_get_status (run) != GSTREAM_RUN_STATUS_COMPLETED)
    turn (TRUE);
  while (turn (FALSE))
    ;
  g_assert_finalize_object (g_steal_pointer (&run));
}

static void
test_taken (void)
{
  g_autoptr (GstreamRunStream) run = story (MESSAGE (".", "m1"));
  g_autoptr (GstreamRunModel) model = model_new (run, GSTREAM_RUN_MODEL_MESSAGES);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamRunModel) broken = NULL;

  g_assert_null (gstream_run_model_new (run, GSTREAM_RUN_MODEL_TOOL_CALLS | GSTREAM_RUN_MODEL_MESSAGES, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_ALREADY_SUBSCRIBED);
  g_assert_false (gstream_projection_get_subscribed (gstream_run_stream_get_tool_calls (run)));

  broken = g_object_new (GSTREAM_TYPE_RUN_MODEL, "run", run, "flags", GSTREAM_RUN_MODEL_MESSAGES, NULL);
  g_assert_error (gstream_run_model_get_error (broken), GSTREAM_ERROR, GSTREAM_ERROR_ALREADY_SUBSCRIBED);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (broken)), ==, 0);
}

static void
test_tee (void)
{
  g_autoptr (GstreamRunStream) run = story (MESSAGE (".", "m1"), MESSAGE (".", "m2"));
  g_autoptr (GPtrArray) cursors = gstream_projection_tee (gstream_run_stream_get_messages (run), 2, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamRunModel) model = gstream_run_model_new_for_cursor (g_ptr_array_index (cursors, 0), &error);
  g_autoptr (GstreamCursor) values = gstream_projection_subscribe (gstream_run_stream_get_values (run), NULL);
  g_autoptr (GstreamMessage) message = NULL;

  g_assert_no_error (error);
  g_assert_null (gstream_run_model_get_run (model));
  message = story_next (g_ptr_array_index (cursors, 1));
  g_assert_cmpstr (gstream_message_get_id (message), ==, "m1");
  gstream_cursor_close (g_ptr_array_index (cursors, 1));
  play (run);
  assert_names (model, "m1 m2");

  g_assert_null (gstream_run_model_new_for_cursor (values, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
}

static void
test_nothing (void)
{
  g_autoptr (GstreamRunModel) model = g_object_new (GSTREAM_TYPE_RUN_MODEL, NULL);

  g_assert_error (gstream_run_model_get_error (model), GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 0);
  gstream_run_model_set_max_rows (model, 3);
}

/* Flags that name no rows: what is missing is said, and nothing is subscribed. */
static void
test_no_rows (void)
{
  const GstreamRunModelFlags flags[] = { 0, GSTREAM_RUN_MODEL_DEEP };

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      g_autoptr (GstreamRunStream) run = story (MESSAGE (".", "m1"));
      g_autoptr (GError) error = NULL;

      g_assert_null (gstream_run_model_new (run, flags[i], &error));
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
      g_assert_false (gstream_projection_get_subscribed (gstream_run_stream_get_subgraphs (run)));
    }
}

/* --- projections of one's own in the place of built-in ones --- */

static GstreamRunStream *
run_with_own (const char         *name,
              GType               type,
              GstreamProjection **own)
{
  TestTransformer *transformer = test_transformer_new (NULL, NULL);

  *own = gstream_transformer_add_projection (GSTREAM_TRANSFORMER (transformer), name, type);

  return test_run_new (test_source_new (), test_mux_new (transformer, NULL));
}

static void
test_own_lifecycle (void)
{
  const char *items[] = {
    "{\"event\":\"started\",\"namespace\":[\"a:1\"]}",          "{}",   "[1]", "7", "{\"namespace\":7,\"event\":{}}",
    "{\"namespace\":[7,null,\"b:2\"],\"event\":\"completed\"}", "null",
  };
  GstreamProjection *own;
  g_autoptr (GstreamRunStream) run = run_with_own ("lifecycle", GSTREAM_TYPE_PAYLOAD, &own);
  g_autoptr (GstreamRunModel) model = model_new (run, GSTREAM_RUN_MODEL_LIFECYCLE);
  g_auto (GValue) nothing = G_VALUE_INIT;

  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    {
      g_autoptr (GstreamPayload) item = gstream_payload_new (items[i], -1, NULL);

      g_assert_true (gstream_projection_push_payload (own, item, NULL));
    }
  g_value_init (&nothing, GSTREAM_TYPE_PAYLOAD);
  g_assert_true (gstream_projection_push (own, &nothing, NULL));
  while (turn (FALSE) || g_list_model_get_n_items (G_LIST_MODEL (model)) == 0)
    ;
  /* What says no namespace is the run's own; what is nothing makes no row. */
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 4);
}

static void
test_own_of_other_types (void)
{
  const char                *names[] = { "messages", "tool_calls", "subgraphs", "lifecycle" };
  const GstreamRunModelFlags flags[] = { GSTREAM_RUN_MODEL_MESSAGES, GSTREAM_RUN_MODEL_TOOL_CALLS,
                                         GSTREAM_RUN_MODEL_SUBGRAPHS, GSTREAM_RUN_MODEL_LIFECYCLE };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GstreamProjection *own;
      g_autoptr (GstreamRunStream) run = run_with_own (names[i], G_TYPE_STRING, &own);
      g_autoptr (GError) error = NULL;

      g_assert_null (gstream_run_model_new (run, flags[i], &error));
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, names[i]));
      g_assert_false (gstream_projection_get_subscribed (own));
    }
}

/* The runs below have no such transformer (M7): their rows are left out, and the first of them is told why. */
static void
test_own_deep (void)
{
  g_autoptr (TestTransformer) transformer = test_transformer_new (NULL, NULL);
  const char *builtins[] = { "subgraphs", NULL };
  g_autoptr (GstreamStreamMux) mux = gstream_stream_mux_new (builtins);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GstreamRunModel) model = NULL;
  guint n_notified = 0;

  gstream_transformer_add_projection (GSTREAM_TRANSFORMER (transformer), "messages", G_TYPE_OBJECT);
  g_assert_true (gstream_stream_mux_add_transformer (mux, GSTREAM_TRANSFORMER (transformer), NULL));
  run = story_new (g_steal_pointer (&mux), (const char *const[]) { STATE ("a:1"), STATE ("b:2"), STATE ("c:3"), NULL });
  model = model_new (run, GSTREAM_RUN_MODEL_MESSAGES | GSTREAM_RUN_MODEL_SUBGRAPHS | GSTREAM_RUN_MODEL_DEEP);
  g_signal_connect (model, "notify::error", G_CALLBACK (count_notify), &n_notified);

  play (run);
  assert_names (model, "a:1 b:2 c:3");
  g_assert_error (gstream_run_model_get_error (model), GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND);
  g_assert_cmpuint (n_notified, ==, 1);
}

/* Objects that are none of ours are rows, too. */
static void
test_own_objects (void)
{
  GstreamProjection *own;
  g_autoptr (GstreamRunStream) run = run_with_own ("messages", G_TYPE_CANCELLABLE, &own);
  g_autoptr (GstreamRunModel) model = model_new (run, GSTREAM_RUN_MODEL_MESSAGES);
  g_autoptr (GCancellable) object = g_cancellable_new ();
  g_auto (GValue) nothing = G_VALUE_INIT;

  g_value_init (&nothing, G_TYPE_CANCELLABLE);
  g_assert_true (gstream_projection_push (own, &nothing, NULL));
  g_assert_true (gstream_projection_push_object (own, G_OBJECT (object), NULL));
  while (turn (FALSE) || g_list_model_get_n_items (G_LIST_MODEL (model)) == 0)
    ;
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 1);
}

/* --- what it gives back --- */

static void
test_dropped (void)
{
  g_autoptr (GstreamRunStream) run =
      story (MESSAGE (".", "m1"), STATE ("a:1"), MESSAGE ("a:1", "m2"), MESSAGE (".", "m3"));
  GstreamRunModel *model = model_new (run, GSTREAM_RUN_MODEL_MESSAGES | GSTREAM_RUN_MODEL_DEEP);

  g_assert_true (gstream_projection_get_subscribed (gstream_run_stream_get_messages (run)));
  g_assert_finalize_object (model);
  g_assert_false (gstream_projection_get_subscribed (gstream_run_stream_get_messages (run)));
  g_assert_false (gstream_projection_get_subscribed (gstream_run_stream_get_subgraphs (run)));
  while (turn (FALSE))
    ;
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_PENDING);
}

static void
test_dropped_waiting (void)
{
  g_autoptr (GstreamRunStream) run = story (MESSAGE (".", "m1"), ASKS ("i1"));
  GstreamRunModel *model = model_new (run, GSTREAM_RUN_MODEL_MESSAGES | GSTREAM_RUN_MODEL_INTERRUPTS);

  g_assert_finalize_object (model);
  play (run);
}

static void
drop_model (GListModel *list,
            guint       position,
            guint       removed,
            guint       added,
            gpointer    user_data)
{
  g_clear_object ((GstreamRunModel **) user_data);
}

/* By whoever is told of a change (R7). */
static void
test_dropped_inside (void)
{
  g_autoptr (GstreamRunStream) run = story (MESSAGE (".", "m1"), MESSAGE (".", "m2"));
  GstreamRunModel *model = model_new (run, GSTREAM_RUN_MODEL_MESSAGES);

  g_object_add_weak_pointer (G_OBJECT (model), (gpointer *) &model);
  g_signal_connect (model, "items-changed", G_CALLBACK (drop_model), &model);
  play (run);
  g_assert_null (model);
}

static void
drop_model_of_row (GObject    *row,
                   GParamSpec *pspec,
                   gpointer    user_data)
{
  g_clear_object ((GstreamRunModel **) user_data);
}

/* By whoever is told of a row, as a window does that is closed when something has failed (R7). */
static void
test_dropped_by_row (void)
{
  g_autoptr (GstreamRunStream) run = story (BEGINS ("a:1", "alpha"), STATE ("."), ENDS ("a:1", "failed"));
  g_autoptr (GstreamCursor) values = story_subscribe (gstream_run_stream_get_values (run));
  GstreamRunModel *model = model_new (run, GSTREAM_RUN_MODEL_LIFECYCLE);
  g_autoptr (GObject) row = NULL;
  g_auto (GValue) state = G_VALUE_INIT;

  g_object_add_weak_pointer (G_OBJECT (model), (gpointer *) &model);
  gstream_projection_set_max_buffered (gstream_run_stream_get_values (run), 1); /* the run is held at the state */
  while (g_list_model_get_n_items (G_LIST_MODEL (model)) == 0)
    turn (TRUE);
  row = g_list_model_get_item (G_LIST_MODEL (model), 0);
  g_signal_connect (row, "notify::status", G_CALLBACK (drop_model_of_row), &model);
  g_assert_cmpint (gstream_cursor_try_next (values, &state, NULL), ==, GSTREAM_TRY_ITEM);
  play (run);
  g_assert_null (model);
  g_assert_cmpint (gstream_lifecycle_get_status (GSTREAM_LIFECYCLE (row)), ==, GSTREAM_RUN_STATUS_FAILED);
}

/* --- the bound --- */

static void
test_bound (void)
{
  g_autoptr (GstreamRunStream) run = story (MESSAGE (".", "m1"), TOOL (".", "t1"), MESSAGE (".", "m2"),
                                            MESSAGE (".", "m3"), MESSAGE (".", "m4"), MESSAGE (".", "m5"));
  g_autoptr (GstreamRunModel) model = model_new (run, GSTREAM_RUN_MODEL_MESSAGES | GSTREAM_RUN_MODEL_TOOL_CALLS);
  g_autoptr (Shadow) shadow = shadow_new (G_LIST_MODEL (model));

  gstream_run_model_set_max_rows (model, 3);
  g_assert_cmpuint (gstream_run_model_get_max_rows (model), ==, 3);
  shadow->max = 3;
  play (run);
  assert_names (model, "m3 m4 m5");
  gstream_run_model_set_max_rows (model, 1);
  assert_names (model, "m3 m4 m5");
  wait_for_frame (run);
  assert_names (model, "m5");
}

/* Rows that are not finished stay, and leave once they are. */
static void
test_bound_unfinished (void)
{
  g_autoptr (GstreamRunStream) run = story (TOOL (".", "t1"), TOOL (".", "t2"), TOOL (".", "t3"), STATE ("."),
                                            TOOL_END (".", "t2"), TOOL_END (".", "t3"));
  g_autoptr (GstreamRunModel) model = model_new (run, GSTREAM_RUN_MODEL_TOOL_CALLS);
  g_autoptr (Shadow) shadow = shadow_new (G_LIST_MODEL (model));
  g_autoptr (GstreamCursor) values = story_subscribe (gstream_run_stream_get_values (run));
  g_auto (GValue) state = G_VALUE_INIT;

  gstream_run_model_set_max_rows (model, 1);
  gstream_projection_set_max_buffered (gstream_run_stream_get_values (run), 1); /* the run is held at the state */
  while (g_list_model_get_n_items (G_LIST_MODEL (model)) < 3)
    turn (TRUE);
  assert_names (model, "t1 t2 t3");
  g_assert_cmpint (gstream_cursor_try_next (values, &state, NULL), ==, GSTREAM_TRY_ITEM);
  play (run);
  assert_names (model, "t3");
}

/* --- what a row shows --- */

static void
test_text_notifies (void)
{
  g_autoptr (GstreamRunStream) run =
      story (START (".", "m1"), TEXT (".", "a"), TEXT (".", "b"), TEXT (".", "c"), FINISH ("."));
  g_autoptr (GstreamRunModel) model = model_new (run, GSTREAM_RUN_MODEL_MESSAGES);
  g_autoptr (GstreamMessage) message = NULL;

  play (run);
  message = g_list_model_get_item (G_LIST_MODEL (model), 0);
  g_assert_cmpstr (gstream_message_get_text (message), ==, "abc");
}

static void
test_tool_progress (void)
{
  g_autoptr (GstreamRunStream) run = story (TOOL (".", "t1"), STATE ("."), TOOL_DELTA (".", "t1", "half "),
                                            TOOL_DELTA (".", "t1", "done"), TOOL_END (".", "t1"));
  g_autoptr (GstreamRunModel) model = model_new (run, GSTREAM_RUN_MODEL_TOOL_CALLS);
  g_autoptr (GstreamCursor) values = story_subscribe (gstream_run_stream_get_values (run));
  g_autoptr (GstreamToolCall) call = NULL;
  g_auto (GValue) state = G_VALUE_INIT;
  guint n_notified = 0;

  gstream_projection_set_max_buffered (gstream_run_stream_get_values (run), 1);
  while (g_list_model_get_n_items (G_LIST_MODEL (model)) == 0)
    turn (TRUE);
  call = g_list_model_get_item (G_LIST_MODEL (model), 0);
  g_assert_null (gstream_tool_call_get_progress (call));
  g_signal_connect (call, "notify::progress", G_CALLBACK (count_notify), &n_notified);
  g_assert_cmpint (gstream_cursor_try_next (values, &state, NULL), ==, GSTREAM_TRY_ITEM);
  play (run);
  g_assert_cmpstr (gstream_tool_call_get_progress (call), ==, "half done");
  g_assert_cmpstr (gstream_payload_get_string (gstream_tool_call_get_output (call), ""), ==, "done");
  g_assert_cmpuint (n_notified, >=, 1);
  g_assert_cmpuint (n_notified, <=, 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/T2/messages", test_messages);
  g_test_add_func ("/model/T2/deep-in-order-of-start", test_deep);
  g_test_add_func ("/model/P10/mixed-in-order-of-start", test_mixed);
  g_test_add_func ("/model/T6/tree", test_tree);
  g_test_add_func ("/model/T6/child-goes-with-its-row", test_tree_dropped);
  g_test_add_func ("/model/T8/interrupts", test_interrupts);
  g_test_add_func ("/model/T8/interrupts-at-once", test_interrupts_at_once);
  g_test_add_func ("/model/C8/answer-refused", test_interrupts_not_answered);
  g_test_add_func ("/model/R5/interrupts-of-a-failed-run", test_interrupts_failed);
  g_test_add_func ("/model/T5/lifecycle", test_lifecycle);
  g_test_add_func ("/model/R1/drives", test_drives);
  g_test_add_func ("/model/R4/drive", test_drive);
  g_test_add_func ("/model/P1/taken", test_taken);
  g_test_add_func ("/model/P8/tee", test_tee);
  g_test_add_func ("/model/P1/nothing-to-read", test_nothing);
  g_test_add_func ("/model/P1/flags-without-rows", test_no_rows);
  g_test_add_func ("/model/T5/lifecycle-of-ones-own", test_own_lifecycle);
  g_test_add_func ("/model/P1/items-that-make-no-rows", test_own_of_other_types);
  g_test_add_func ("/model/P1/objects-of-ones-own", test_own_objects);
  g_test_add_func ("/model/M7/own-of-the-root-alone", test_own_deep);
  g_test_add_func ("/model/P9/dropped", test_dropped);
  g_test_add_func ("/model/R3/dropped-while-it-waits-for-interrupts", test_dropped_waiting);
  g_test_add_func ("/model/R7/dropped-inside-a-change", test_dropped_inside);
  g_test_add_func ("/model/R7/dropped-by-a-row", test_dropped_by_row);
  g_test_add_func ("/model/P3/bound", test_bound);
  g_test_add_func ("/model/P3/unfinished-rows-stay", test_bound_unfinished);
  g_test_add_func ("/model/T3/text", test_text_notifies);
  g_test_add_func ("/model/T4/progress", test_tool_progress);

  return g_test_run ();
}
