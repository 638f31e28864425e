/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A message as an object: awaited, bound, and subscribed to when it comes (T3, P2, P6, P11).
 */
#include "hearing.h"

#include <gstream/event/gstream-error.h>

#include "tests/support/events.h"

#define R RUN ("r")
#define SAY(text) DELTA (".", 0, TEXT_DELTA (text), R)

static GstreamMessage *
take_message (GstreamRunStream *run)
{
  g_autoptr (GstreamCursor) messages = story_subscribe (gstream_run_stream_get_messages (run));

  return story_next (messages);
}

/* --- awaited --- */

static void
test_finished (void)
{
  g_autoptr (GstreamRunStream) run =
      story (START (".", "m", R), SAY ("one "), SAY ("two"), FINISH (".", R), ". values 1");
  g_autoptr (GstreamMessage) message = take_message (run);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamMessage) same = gstream_message_wait_sync (message, NULL, &error);
  g_autoptr (GstreamMessage) again = NULL;

  g_assert_no_error (error);
  g_assert_true (same == message);
  g_assert_cmpstr (gstream_message_get_text (message), ==, "one two");
  g_assert_cmpint (gstream_message_get_status (message), ==, GSTREAM_MESSAGE_STATUS_FINISHED);
  /* No further than to its end. */
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_RUNNING);

  again = gstream_message_wait_sync (message, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (again == message);
}

static void
test_finished_incomplete (void)
{
  g_autoptr (GstreamRunStream) run = story (START (".", "m", R), SAY ("one "));
  g_autoptr (GstreamMessage) message = take_message (run);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamMessage) same = gstream_message_wait_sync (message, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (same == message);
  g_assert_cmpint (gstream_message_get_status (message), ==, GSTREAM_MESSAGE_STATUS_INCOMPLETE);
}

static void
test_finished_failed (void)
{
  g_autoptr (GstreamRunStream) run = story (START (".", "m", R), SAY ("one "), "! broke");
  g_autoptr (GstreamMessage) message = take_message (run);
  g_autoptr (GError) error = NULL;

  g_assert_null (gstream_message_wait_sync (message, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "broke");
}

typedef struct
{
  gboolean done;
  gboolean found;
  guint    n_notified; /* status */
  GError  *error;
} Wait;

static void
on_finished (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  Wait *self = user_data;
  g_autoptr (GstreamMessage) message = gstream_message_wait_finish (GSTREAM_MESSAGE (object), result, &self->error);

  self->found = message != NULL;
  self->done = TRUE;
  if (self->found)
    g_assert_cmpuint (self->n_notified, ==, 1);
}

static void
on_status (GstreamMessage *message,
           GParamSpec     *pspec,
           gpointer        user_data)
{
  ((Wait *) user_data)->n_notified++;
}

/* Several at once; whoever is told finds the properties notified. Cancelling one leaves the others. */
static void
test_finished_async (void)
{
  g_autoptr (GstreamRunStream) run = story (START (".", "m", R), SAY ("one "), SAY ("two"), FINISH (".", R));
  g_autoptr (GstreamMessage) message = take_message (run);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Wait waits[3] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (waits); i++)
    {
      g_signal_connect (message, "notify::status", G_CALLBACK (on_status), &waits[i]);
      gstream_message_wait (message, i == 1 ? cancellable : NULL, on_finished, &waits[i]);
    }
  g_cancellable_cancel (cancellable);
  g_assert_false (waits[0].done);
  for (guint i = 0; i < G_N_ELEMENTS (waits); i++)
    test_wait (&waits[i].done);

  g_assert_true (waits[0].found && waits[2].found);
  g_assert_no_error (waits[0].error);
  g_assert_error (waits[1].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&waits[1].error);
}

/* The same where a cursor's try has already brought the end. */
static void
test_notified_before (void)
{
  g_autoptr (GstreamRunStream) run = story (START (".", "m", R), SAY ("one "), FINISH (".", R));
  g_autoptr (GstreamMessage) message = take_message (run);
  g_autoptr (GstreamCursor) deltas = story_subscribe (gstream_message_get_text_deltas (message));
  Wait        wait = { 0 };
  const char *delta;

  g_signal_connect (message, "notify::status", G_CALLBACK (on_status), &wait);
  gstream_message_wait (message, NULL, on_finished, &wait);
  g_assert_cmpint (gstream_cursor_try_next_string (deltas, &delta, NULL), ==, GSTREAM_TRY_ITEM);
  g_assert_cmpint (gstream_cursor_try_next_string (deltas, &delta, NULL), ==, GSTREAM_TRY_ENDED);
  g_assert_cmpuint (wait.n_notified, ==, 0);
  test_wait (&wait.done);
  g_assert_true (wait.found);
}

/* --- bound --- */

typedef struct
{
  guint n;
  char *text; /* as it was found last */
} Bound;

static void
on_text (GstreamMessage *message,
         GParamSpec     *pspec,
         gpointer        user_data)
{
  Bound *self = user_data;

  self->n++;
  g_free (self->text);
  self->text = g_strdup (gstream_message_get_text (message));
}

/* Once for many tokens, not once for each. */
static void
test_notify_coalesced (void)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new ();
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GstreamMessage) message = NULL;
  Bound bound = { 0 };

  g_ptr_array_add (lines, (gpointer) START (".", "m", R));
  for (guint i = 0; i < 1000; i++)
    g_ptr_array_add (lines, (gpointer) SAY ("x"));
  g_ptr_array_add (lines, NULL);
  run = story_new (NULL, (const char *const *) lines->pdata);
  message = take_message (run);
  g_signal_connect (message, "notify::text", G_CALLBACK (on_text), &bound);
  g_object_unref (gstream_message_wait_sync (message, NULL, NULL));
  test_iterate_pending (NULL);

  g_assert_cmpuint (bound.n, >=, 1);
  g_assert_cmpuint (bound.n, <, 100);
  g_assert_cmpuint (strlen (bound.text), ==, 1000);
  g_free (bound.text);
}

/* What is bound is never behind what its message ended with. */
static void
test_bound (void)
{
  g_autoptr (GstreamRunStream) run = story (START (".", "m", R), SAY ("one "), SAY ("two"), FINISH (".", R));
  g_autoptr (GstreamMessage) message = take_message (run);
  Bound bound = { 0 };

  g_signal_connect (message, "notify::text", G_CALLBACK (on_text), &bound);
  g_object_unref (gstream_message_wait_sync (message, NULL, NULL));
  g_assert_cmpstr (bound.text, ==, "one two");
  g_free (bound.text);
}

static void
test_properties (void)
{
  g_autoptr (GstreamRunStream) run =
      story (START ("writer:1", "m", R), DELTA ("writer:1", 0, TEXT_DELTA ("t"), R),
             DELTA ("writer:1", 1, "{\"type\":\"reasoning-delta\",\"reasoning\":\"r\"}", R),
             DONE ("writer:1", 2, CALL_BLOCK ("c", "f", "{}"), R),
             DONE ("writer:1", 3, CALL_BLOCK ("d", "g", "\"x\""), R),
             EVENT ("writer:1", "message-finish", ",\"reason\":\"stop\",\"usage\":{\"n\":1},\"metadata\":{\"k\":2}" R));
  g_autoptr (GPtrArray) heard = hear (run);
  g_autofree char *id = NULL;
  g_autofree char *node = NULL;
  g_autofree char *text = NULL;
  g_autofree char *reasoning = NULL;
  g_autofree char *finish_reason = NULL;
  g_auto (GStrv) namespace_ = NULL;
  g_autoptr (GstreamPayload) content = NULL;
  g_autoptr (GstreamPayload) tool_calls = NULL;
  g_autoptr (GstreamPayload) invalid = NULL;
  g_autoptr (GstreamPayload) usage = NULL;
  g_autoptr (GstreamPayload) metadata = NULL;
  g_autoptr (GstreamProjection) text_deltas = NULL;
  g_autoptr (GstreamProjection) reasoning_deltas = NULL;
  g_autoptr (GError) error = NULL;
  GstreamMessageStatus status;

  g_object_get (heard_message (heard, 0), "id", &id, "node", &node, "namespace", &namespace_, "status", &status, "text",
                &text, "reasoning", &reasoning, "content", &content, "tool-calls", &tool_calls, "invalid-tool-calls",
                &invalid, "usage", &usage, "metadata", &metadata, "finish-reason", &finish_reason, "error", &error,
                "text-deltas", &text_deltas, "reasoning-deltas", &reasoning_deltas, NULL);
  g_assert_cmpstr (id, ==, "m");
  g_assert_cmpstr (node, ==, "writer");
  g_assert_cmpstr (namespace_[0], ==, "writer:1");
  g_assert_cmpint (status, ==, GSTREAM_MESSAGE_STATUS_FINISHED);
  g_assert_cmpstr (text, ==, "t");
  g_assert_cmpstr (reasoning, ==, "r");
  g_assert_cmpstr (finish_reason, ==, "stop");
  g_assert_cmpuint (gstream_payload_get_size (content, ""), ==, 4);
  g_assert_cmpuint (gstream_payload_get_size (tool_calls, ""), ==, 1);
  g_assert_cmpuint (gstream_payload_get_size (invalid, ""), ==, 1);
  assert_json (usage, "{\"n\":1}");
  assert_json (metadata, "{\"k\":2}");
  g_assert_null (error);
  g_assert_cmpstr (gstream_projection_get_name (text_deltas), ==, "text_deltas");
  g_assert_true (reasoning_deltas == gstream_message_get_reasoning_deltas (heard_message (heard, 0)));
}

/* What was there stays what it was, however the message goes on. */
static void
test_content_is_shared (void)
{
  g_autoptr (GstreamRunStream) run = story (START (".", "m", R), SAY ("one "), SAY ("two"), FINISH (".", R));
  g_autoptr (GstreamMessage) message = take_message (run);
  g_autoptr (GstreamCursor) deltas = story_subscribe (gstream_message_get_text_deltas (message));
  g_autoptr (GstreamPayload) before = NULL;
  const char *delta;

  g_assert_cmpint (gstream_cursor_try_next_string (deltas, &delta, NULL), ==, GSTREAM_TRY_ITEM);
  before = gstream_payload_ref (gstream_message_get_content (message));
  g_assert_true (gstream_message_get_content (message) == before);
  g_assert_cmpint (gstream_cursor_try_next_string (deltas, &delta, NULL), ==, GSTREAM_TRY_ITEM);
  g_assert_true (gstream_message_get_content (message) != before);
  assert_json (before, "[{\"type\":\"text\",\"text\":\"one \",\"index\":0}]");
  assert_json (gstream_message_get_content (message), "[{\"type\":\"text\",\"text\":\"one two\",\"index\":0}]");
}

/* --- subscribed to --- */

/* All from its birth, also what had come before it was taken. */
static void
test_early (void)
{
  g_autoptr (GstreamRunStream) run = story (START (".", "m", R), SAY ("one "), SAY ("two"), FINISH (".", R));
  g_autoptr (GstreamCursor) messages = story_subscribe (gstream_run_stream_get_messages (run));
  g_autoptr (GPtrArray) heard = NULL;

  g_clear_pointer (&(GstreamPayload *) { gstream_run_stream_output_sync (run, NULL, NULL) }, gstream_payload_unref);
  heard = hear_cursor (messages);
  g_assert_cmpstr (heard_at (heard, 0)->text, ==, "one |two|end");
}

/* After its turn what nobody asked for is dropped (P2); the message has it all the same. */
static void
test_turn_over (void)
{
  g_autoptr (GstreamRunStream) run =
      story (START (".", "m", R), SAY ("one "), START (".", "n", RUN ("s")), SAY ("two"), FINISH (".", R));
  g_autoptr (GstreamCursor) messages = story_subscribe (gstream_run_stream_get_messages (run));
  g_autoptr (GstreamMessage) message = story_next (messages);
  g_autoptr (GstreamMessage) next = story_next (messages);
  g_autoptr (GstreamCursor) deltas = story_subscribe (gstream_message_get_text_deltas (message));

  story_assert (deltas, "two\nend");
  g_assert_cmpstr (gstream_message_get_text (message), ==, "one two");
}

/* Bounded to one, the run goes on one delta at a time (P6). */
static void
test_bounded (void)
{
  g_autoptr (GstreamRunStream) run =
      story (START (".", "m", R), SAY ("a"), SAY ("b"), SAY ("c"), FINISH (".", R), ". values 1");
  g_autoptr (GstreamMessage) message = take_message (run);
  GstreamProjection *projection = gstream_message_get_text_deltas (message);
  g_autoptr (GstreamCursor) deltas = NULL;
  g_autoptr (GstreamCursor) values = story_subscribe (gstream_run_stream_get_values (run));
  GstreamPayload *value = NULL;

  gstream_projection_set_max_buffered (projection, 1);
  deltas = story_subscribe (projection);
  g_assert_cmpint (gstream_cursor_try_next_payload (values, &value, NULL), ==, GSTREAM_TRY_PENDING);
  g_assert_cmpuint (gstream_projection_get_n_buffered (projection), ==, 1);
  g_assert_true (gstream_run_stream_get_held_by (run) == projection);
  g_assert_cmpstr (gstream_message_get_text (message), ==, "a");
  story_assert (deltas, "a\nb\nc\nend");
  g_assert_null (gstream_run_stream_get_held_by (run));
}

/* Asked for after its end, its deltas are over. */
static void
test_late_deltas (void)
{
  g_autoptr (GstreamRunStream) run = story (START (".", "m", R), SAY ("a"), "! broke");
  g_autoptr (GstreamMessage) message = take_message (run);
  g_autoptr (GstreamCursor) deltas = NULL;

  test_iterate_pending (NULL);
  g_clear_pointer (&(GstreamPayload *) { gstream_run_stream_output_sync (run, NULL, NULL) }, gstream_payload_unref);
  deltas = story_subscribe (gstream_message_get_text_deltas (message));
  story_assert (deltas, "failed: broke");
}

/* A message outlives its run. */
static void
test_outlives_run (void)
{
  GstreamRunStream *run = story (START (".", "m", R), SAY ("a"), SAY ("b"));
  g_autoptr (GstreamMessage) message = take_message (run);
  g_autoptr (GstreamCursor) deltas = story_subscribe (gstream_message_get_text_deltas (message));

  g_object_unref (run);
  g_assert_cmpint (gstream_message_get_status (message), ==, GSTREAM_MESSAGE_STATUS_INCOMPLETE);
  story_assert (deltas, "end");
  g_object_unref (gstream_message_wait_sync (message, NULL, NULL));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/projection/T3/finished", test_finished);
  g_test_add_func ("/projection/T3/finished-incomplete", test_finished_incomplete);
  g_test_add_func ("/projection/T3/finished-failed", test_finished_failed);
  g_test_add_func ("/projection/T3/finished-async", test_finished_async);
  g_test_add_func ("/projection/T3/notified-before", test_notified_before);
  g_test_add_func ("/projection/T3/notify-coalesced", test_notify_coalesced);
  g_test_add_func ("/projection/T3/bound", test_bound);
  g_test_add_func ("/projection/T3/properties", test_properties);
  g_test_add_func ("/projection/T3/content-is-shared", test_content_is_shared);
  g_test_add_func ("/projection/P11/message", test_early);
  g_test_add_func ("/projection/P2/message-turn-over", test_turn_over);
  g_test_add_func ("/projection/P6/message", test_bounded);
  g_test_add_func ("/projection/P4/late-deltas", test_late_deltas);
  g_test_add_func ("/run/R6/message-outlives-run", test_outlives_run);

  return g_test_run ();
}
