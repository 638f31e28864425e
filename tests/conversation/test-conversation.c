/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A conversation over a thread whose every step the test decides.
 */
#include "../support/load.h"
#include "fake-thread.h"
#include "watch.h"

#include <gstream/conversation/gstream-checkpoint-tree-private.h>
#include <gstream/conversation/gstream-conversation-row-private.h>
#include <gstream/conversation/gstream-conversation.h>
#include <gstream/conversation/gstream-conversation-tool-call.h>
#include <gstream/conversation/gstream-subagent.h>
#include <gstream/event/gstream-error.h>

typedef struct
{
  FakeThread          *thread;
  GstreamConversation *conversation;
  Watch               *watch;
} Fixture;

static void
open_window (Fixture *self)
{
  self->conversation = gstream_conversation_new (GSTREAM_THREAD (self->thread));
  self->watch = watch_new (G_LIST_MODEL (self->conversation));
}

static void
close_window (Fixture *self)
{
  g_clear_pointer (&self->watch, watch_free);
  g_assert_finalize_object (g_steal_pointer (&self->conversation));
}

static void
set_up (Fixture      *self,
        gconstpointer unused)
{
  self->thread = fake_thread_new ();
  open_window (self);
}

static void
tear_down (Fixture      *self,
           gconstpointer unused)
{
  close_window (self);
  while (watch_turn (FALSE))
    ;
  g_assert_finalize_object (self->thread);
}

/* --- calls --- */

/* What came of a call; one of each kind is under way at most. */
typedef struct
{
  gboolean done;
  GError  *error;
} Outcome;

static void
clear_outcome (Outcome *self)
{
  g_clear_error (&self->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, clear_outcome)

#define DEFINE_ON(name)                                                                            \
  static void on_##name (GObject *object, GAsyncResult *result, gpointer user_data)                \
  {                                                                                                \
    Outcome *outcome = user_data;                                                                  \
                                                                                                   \
    gstream_conversation_##name##_finish (GSTREAM_CONVERSATION (object), result, &outcome->error); \
    outcome->done = TRUE;                                                                          \
  }

DEFINE_ON (open)
DEFINE_ON (wait)
DEFINE_ON (regenerate)
DEFINE_ON (choose_branch)
DEFINE_ON (respond)

static void
on_edit (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Outcome *outcome = user_data;
  g_autoptr (GstreamConversationRow) row =
      gstream_conversation_edit_finish (GSTREAM_CONVERSATION (object), result, &outcome->error);

  outcome->done = TRUE;
}

static void
wait (Outcome *outcome)
{
  while (!outcome->done)
    watch_turn (TRUE);
}

static void
do_open (Fixture *self)
{
  g_auto (Outcome) outcome = { FALSE, NULL };

  gstream_conversation_open (self->conversation, NULL, on_open, &outcome);
  wait (&outcome);
  g_assert_no_error (outcome.error);
}

/* Lets the run come to its end, and the conversation to rest. */
static void
finish (Fixture *self)
{
  g_auto (Outcome) outcome = { FALSE, NULL };

  gstream_conversation_wait (self->conversation, NULL, on_wait, &outcome);
  while (!outcome.done)
    if (!watch_turn (FALSE) && !fake_thread_step (self->thread))
      watch_turn (TRUE);
}

static void
say (Fixture    *self,
     const char *text)
{
  gstream_conversation_send (self->conversation, text, NULL);
}

static void
turns (guint n)
{
  for (guint i = 0; i < n; i++)
    watch_turn (FALSE);
}

/* Until what can be done without a step of the run is done. */
static void
settle (void)
{
  while (watch_turn (FALSE))
    ;
}

static GstreamConversationRow *
get_row (Fixture *self,
         guint    position)
{
  g_autoptr (GstreamConversationRow) row = g_list_model_get_item (G_LIST_MODEL (self->conversation), position);

  g_assert_nonnull (row);
  return row; /* the list has it */
}

#define assert_status(row, expected) \
  g_assert_cmpint (gstream_conversation_row_get_status (row), ==, GSTREAM_CONVERSATION_ROW_STATUS_##expected)

/* --- the state --- */

static gboolean
is_marked (GstreamConversationRow *row)
{
  GstreamConversationRowStatus status = gstream_conversation_row_get_status (row);

  return status == GSTREAM_CONVERSATION_ROW_STATUS_STOPPED || status == GSTREAM_CONVERSATION_ROW_STATUS_FAILED;
}

/* Ids, roles and contents: what is shown, but for what was stopped or failed, is what the state has. */
static void
assert_is_state (Fixture *self)
{
  FakeCheckpoint *state = fake_thread_find (self->thread, gstream_conversation_get_checkpoint_id (self->conversation));
  g_autoptr (GPtrArray) messages = state != NULL ? fake_thread_list_messages (self->thread, state) : NULL;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->conversation));
  guint n_found = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GstreamConversationRow) row = g_list_model_get_item (G_LIST_MODEL (self->conversation), i);
      g_autoptr (GstreamPayload) message = NULL;

      if (is_marked (row))
        continue;
      assert_status (row, FINISHED);
      g_assert_nonnull (state);
      g_assert_cmpuint (n_found, <, messages->len);
      message = gstream_payload_new (messages->pdata[n_found++], -1, NULL);
      g_assert_cmpstr (gstream_conversation_row_get_id (row), ==, gstream_payload_get_string (message, "/id"));
      g_assert_cmpstr (gstream_conversation_row_get_text (row), ==, gstream_payload_get_string (message, "/content"));
      g_assert_true (gstream_payload_equal (gstream_conversation_row_get_payload (row), message));
    }
  g_assert_cmpuint (n_found, ==, state ? messages->len : 0);
}

/* --- one by one --- */

static void
test_send (Fixture      *self,
           gconstpointer unused)
{
  GstreamConversationRow *sent = gstream_conversation_send (self->conversation, "hi", NULL);
  g_autofree char        *id = g_strdup (gstream_conversation_row_get_id (sent));
  GstreamConversationRow *answer;

  assert_status (sent, SENDING);
  g_assert_true (gstream_conversation_get_busy (self->conversation));
  settle ();
  assert_status (sent, FINISHED); /* the run began with a state that has it */
  g_assert_true (get_row (self, 0) == sent);

  fake_thread_step (self->thread);
  settle ();
  answer = get_row (self, 1);
  assert_status (answer, STREAMING);
  g_assert_nonnull (gstream_conversation_row_get_message (answer));
  finish (self);
  g_assert_true (get_row (self, 1) == answer);
  assert_status (answer, FINISHED);
  g_assert_null (gstream_conversation_row_get_message (answer));
  g_assert_false (gstream_conversation_get_busy (self->conversation));
  g_assert_cmpstr (gstream_conversation_row_get_id (sent), ==, id);
  assert_is_state (self);
}

static void
test_open (Fixture      *self,
           gconstpointer unused)
{
  fake_thread_add_messages (self->thread, 3);
  say (self, "go on");
  settle ();
  fake_thread_step (self->thread);
  fake_thread_step (self->thread);
  close_window (self);
  open_window (self);
  do_open (self);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), >=, 4);
  g_assert_nonnull (gstream_conversation_get_run (self->conversation));
  settle ();
  assert_status (get_row (self, 4), STREAMING);
  finish (self);
  assert_is_state (self);
}

/* A run is being replaced by another one, and the window that has sent it is closed before that is known to have begun. */
static void
close_while_starting (Fixture *self)
{
  say (self, "one");
  settle ();
  gstream_conversation_set_policy (self->conversation, GSTREAM_MULTITASK_STRATEGY_INTERRUPT);
  fake_thread_hold (self->thread, FAKE_STARTS);
  say (self, "two");
  settle ();
  g_clear_pointer (&self->watch, watch_free);
  g_clear_object (&self->conversation);
  open_window (self);
}

static void
test_open_while_starting (Fixture      *self,
                          gconstpointer unused)
{
  g_auto (Outcome) outcome = { FALSE, NULL };
  GstreamConversationRow *row;

  close_while_starting (self);
  gstream_conversation_open (self->conversation, NULL, on_open, &outcome);
  settle ();
  g_assert_false (outcome.done);
  fake_thread_release (self->thread, FAKE_STARTS);
  wait (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_nonnull (gstream_conversation_get_run (self->conversation));
  finish (self);
  row = get_row (self, g_list_model_get_n_items (G_LIST_MODEL (self->conversation)) - 2);
  g_assert_cmpstr (gstream_conversation_row_get_text (row), ==, "two");
  assert_is_state (self);
}

static void
test_cancel_while_starting (Fixture      *self,
                            gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Outcome) outcome = { FALSE, NULL };

  close_while_starting (self);
  gstream_conversation_open (self->conversation, cancellable, on_open, &outcome);
  settle ();
  g_cancellable_cancel (cancellable);
  wait (&outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  fake_thread_release (self->thread, FAKE_STARTS);
  do_open (self);
  finish (self);
  assert_is_state (self);
}

static void
count_run (GstreamConversation *conversation,
           GParamSpec          *pspec,
           guint               *n)
{
  ++*n;
}

/* While the state is read because one run has ended, the start of the next one is refused, though it has begun. */
static void
test_refused_while_reading (Fixture      *self,
                            gconstpointer unused)
{
  guint n_runs = 0;

  say (self, "one");
  settle ();
  gstream_conversation_set_policy (self->conversation, GSTREAM_MULTITASK_STRATEGY_INTERRUPT);
  fake_thread_hold (self->thread, FAKE_STARTS | FAKE_STATES);
  fake_thread_fail_next (self->thread, TRUE);
  say (self, "two");
  settle ();
  g_assert_null (gstream_conversation_get_run (self->conversation));
  g_signal_connect (self->conversation, "notify::run", G_CALLBACK (count_run), &n_runs);
  fake_thread_hold (self->thread, FAKE_ATTACHES);
  fake_thread_release (self->thread, FAKE_STARTS);
  settle ();
  fake_thread_release_first (self->thread);
  settle ();
  fake_thread_release (self->thread, FAKE_STATES);
  settle ();
  fake_thread_release (self->thread, FAKE_ATTACHES);
  settle ();
  g_assert_nonnull (gstream_conversation_get_run (self->conversation));
  finish (self);
  g_assert_cmpuint (n_runs, ==, 2); /* it is there, and gone */
  assert_is_state (self);
}

static void
test_failed_send (Fixture      *self,
                  gconstpointer unused)
{
  GstreamConversationRow *row;

  fake_thread_fail_next (self->thread, FALSE);
  row = gstream_conversation_send (self->conversation, "hi", NULL);
  finish (self);
  assert_status (row, FAILED);
  g_assert_error (gstream_conversation_row_get_error (row), G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  g_assert_error (gstream_conversation_get_error (self->conversation), G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  g_assert_true (get_row (self, 0) == row);

  g_assert_true (gstream_conversation_retry (self->conversation, row));
  assert_status (row, SENDING);
  finish (self);
  assert_status (row, FINISHED);
  g_assert_null (gstream_conversation_get_error (self->conversation));
  g_assert_false (gstream_conversation_take_back (self->conversation, row));
  assert_is_state (self);

  fake_thread_fail_next (self->thread, FALSE);
  row = gstream_conversation_send (self->conversation, "no", NULL);
  finish (self);
  g_assert_true (gstream_conversation_take_back (self->conversation, row));
  finish (self);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 2);
  assert_is_state (self);
}

/* A row is sent again with what it was sent with. */
static void
test_retry_options (Fixture      *self,
                    gconstpointer unused)
{
  g_autoptr (GstreamPayload) config = gstream_payload_new ("{\"configurable\":{\"model\":\"big\"}}", -1, NULL);
  g_autoptr (GstreamRunOptions) options = g_object_new (GSTREAM_TYPE_RUN_OPTIONS, "config", config, NULL);
  GstreamConversationRow *row;

  fake_thread_fail_next (self->thread, FALSE);
  row = gstream_conversation_send (self->conversation, "hi", options);
  finish (self);
  assert_status (row, FAILED);
  g_assert_null (fake_thread_get_config (self->thread));
  g_assert_true (gstream_conversation_retry (self->conversation, row));
  finish (self);
  assert_status (row, FINISHED);
  g_assert_cmpstr (fake_thread_get_config (self->thread), ==, "{\"configurable\":{\"model\":\"big\"}}");
}

/* An edited message that could not be sent still replaces what it was to replace. */
static void
test_retry_edit (Fixture      *self,
                 gconstpointer unused)
{
  g_auto (Outcome) edited = { FALSE, NULL };
  GstreamConversationRow *row;

  say (self, "a");
  finish (self);
  say (self, "b");
  finish (self);
  fake_thread_fail_next (self->thread, FALSE);
  gstream_conversation_edit (self->conversation, get_row (self, 2), "B", NULL, NULL, on_edit, &edited);
  finish (self);
  g_assert_error (edited.error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 5);
  row = get_row (self, 4);
  assert_status (row, FAILED);

  g_assert_true (gstream_conversation_retry (self->conversation, row));
  settle ();
  g_assert_true (get_row (self, 2) == row);
  finish (self);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 4);
  g_assert_true (get_row (self, 2) == row);
  g_assert_cmpuint (gstream_conversation_row_get_n_branches (row), ==, 2);
  assert_is_state (self);
}

/* The answer was lost, and the thread has begun: the row is found in the state, and the run followed. */
static void
test_lost_answer (Fixture      *self,
                  gconstpointer unused)
{
  GstreamConversationRow *row;

  gstream_thread_set_thread_id (GSTREAM_THREAD (self->thread), "known");
  fake_thread_fail_next (self->thread, TRUE);
  row = gstream_conversation_send (self->conversation, "hi", NULL);
  finish (self);
  assert_status (row, FINISHED);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 2);
  assert_is_state (self);
}

static void
test_queue (Fixture      *self,
            gconstpointer unused)
{
  GListModel             *queue = gstream_conversation_get_queue (self->conversation);
  GstreamConversationRow *b, *c, *d;

  say (self, "a");
  b = gstream_conversation_send (self->conversation, "b", NULL);
  c = gstream_conversation_send (self->conversation, "c", NULL);
  d = gstream_conversation_send (self->conversation, "d", NULL);
  assert_status (b, QUEUED);
  g_assert_cmpuint (g_list_model_get_n_items (queue), ==, 3);
  g_assert_true (gstream_conversation_edit_queued (self->conversation, b, "B"));
  g_assert_true (gstream_conversation_move_queued (self->conversation, d, 0));
  g_assert_true (gstream_conversation_take_back (self->conversation, c));
  finish (self);
  g_assert_cmpuint (g_list_model_get_n_items (queue), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 6);
  g_assert_true (get_row (self, 2) == d);
  g_assert_true (get_row (self, 4) == b);
  g_assert_cmpstr (gstream_conversation_row_get_text (b), ==, "B");
  assert_is_state (self);
}

/* A queued message with a picture is sent with it, whatever its text has become. */
static void
test_edit_queued (Fixture      *self,
                  gconstpointer unused)
{
  g_autoptr (GstreamPayload) message =
      gstream_payload_new ("{\"role\":\"user\",\"name\":\"ann\",\"content\":[{\"type\":\"image\",\"url\":\"x\"},"
                           "{\"type\":\"text\",\"text\":\"what is ths?\"}]}",
                           -1, NULL);
  g_autoptr (GstreamPayload) expected =
      gstream_payload_new ("[{\"type\":\"text\",\"text\":\"what is this?\"},{\"type\":\"image\",\"url\":\"x\"}]", -1,
                           NULL);
  g_autoptr (GstreamPayload) content = NULL;
  GstreamConversationRow *row;
  g_autofree char        *id = NULL;

  say (self, "a");
  row = gstream_conversation_send_message (self->conversation, message, NULL);
  id = g_strdup (gstream_conversation_row_get_id (row));
  g_assert_true (gstream_conversation_edit_queued (self->conversation, row, "what is this?"));
  g_assert_cmpstr (gstream_conversation_row_get_text (row), ==, "what is this?");
  finish (self);
  content = gstream_payload_lookup (gstream_conversation_row_get_payload (row), "/content");
  g_assert_true (gstream_payload_equal (content, expected));
  g_assert_cmpstr (gstream_payload_get_string (gstream_conversation_row_get_payload (row), "/name"), ==, "ann");
  g_assert_cmpstr (gstream_payload_get_string (gstream_conversation_row_get_payload (row), "/id"), ==, id);
}

/* A message as LangChain's serializer writes it is sent as what it is. */
static void
test_send_serialized (Fixture      *self,
                      gconstpointer unused)
{
  g_autoptr (GstreamPayload) message =
      gstream_payload_new ("{\"lc\":1,\"type\":\"constructor\",\"id\":[\"langchain\",\"schema\",\"messages\","
                           "\"SystemMessage\"],\"kwargs\":{\"content\":\"hi\"}}",
                           -1, NULL);
  GstreamConversationRow *row = gstream_conversation_send_message (self->conversation, message, NULL);

  g_assert_cmpint (gstream_conversation_row_get_role (row), ==, GSTREAM_CONVERSATION_ROLE_SYSTEM);
  finish (self);
  assert_status (row, FINISHED);
  g_assert_cmpstr (gstream_conversation_row_get_text (row), ==, "hi");
  g_assert_cmpstr (gstream_payload_get_string (gstream_conversation_row_get_payload (row), "/type"), ==, "system");
  assert_is_state (self);
}

static void
test_policies (Fixture      *self,
               gconstpointer no_strategies)
{
  GstreamConversationRow *row;

  fake_thread_set_limits (self->thread, FALSE, no_strategies != NULL);
  gstream_conversation_set_policy (self->conversation, GSTREAM_MULTITASK_STRATEGY_REJECT);
  if (no_strategies)
    gstream_conversation_set_policy (self->conversation, GSTREAM_MULTITASK_STRATEGY_DEFAULT);
  say (self, "a");
  settle ();
  gstream_conversation_set_policy (self->conversation, GSTREAM_MULTITASK_STRATEGY_REJECT);
  row = gstream_conversation_send (self->conversation, "b", NULL);
  assert_status (row, FAILED);
  g_assert_error (gstream_conversation_row_get_error (row), GSTREAM_ERROR, GSTREAM_ERROR_CONFLICT);
  g_assert_true (gstream_conversation_take_back (self->conversation, row));
  settle ();

  gstream_conversation_set_policy (self->conversation, GSTREAM_MULTITASK_STRATEGY_INTERRUPT);
  fake_thread_step (self->thread);
  fake_thread_step (self->thread);
  settle ();
  row = gstream_conversation_send (self->conversation, "c", NULL);
  finish (self);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 4);
  assert_status (get_row (self, 1), STOPPED); /* what was said stays, where it was */
  g_assert_true (get_row (self, 2) == row);
  g_assert_null (gstream_conversation_get_error (self->conversation));
  assert_is_state (self);

  gstream_conversation_set_policy (self->conversation, GSTREAM_MULTITASK_STRATEGY_ROLLBACK);
  say (self, "d");
  settle ();
  fake_thread_step (self->thread);
  settle ();
  row = gstream_conversation_send (self->conversation, "e", NULL);
  finish (self);
  assert_is_state (self);
  if (no_strategies == NULL)
    {
      g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 6);
      g_assert_true (get_row (self, 4) == row);
    }
}

static void
test_branches (Fixture      *self,
               gconstpointer unused)
{
  g_auto (Outcome) again = { FALSE, NULL };
  g_auto (Outcome) edited = { FALSE, NULL };
  g_auto (Outcome) chosen = { FALSE, NULL };
  g_auto (Outcome) first = { FALSE, NULL };
  g_autofree char *old = NULL;

  say (self, "a");
  finish (self);
  say (self, "b");
  finish (self);
  g_assert_nonnull (gstream_conversation_row_get_checkpoint_id (get_row (self, 2)));
  g_assert_cmpuint (gstream_conversation_row_get_n_branches (get_row (self, 2)), ==, 1);
  old = watch_list (G_LIST_MODEL (self->conversation));

  gstream_conversation_regenerate (self->conversation, get_row (self, 3), NULL, NULL, on_regenerate, &again);
  settle ();
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 3);
  finish (self);
  g_assert_no_error (again.error);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 4);
  g_assert_cmpuint (gstream_conversation_row_get_n_branches (get_row (self, 3)), ==, 2);
  g_assert_cmpuint (gstream_conversation_row_get_branch (get_row (self, 3)), ==, 1);
  assert_is_state (self);

  for (guint i = 0; i < 2; i++) /* what was edited can be edited */
    {
      g_auto (Outcome) edit = { FALSE, NULL };

      gstream_conversation_edit (self->conversation, get_row (self, 2), i ? "B" : "C", NULL, NULL, on_edit, &edit);
      finish (self);
      g_assert_no_error (edit.error);
      g_assert_cmpstr (gstream_conversation_row_get_text (get_row (self, 2)), ==, i ? "B" : "C");
      g_assert_cmpuint (gstream_conversation_row_get_n_branches (get_row (self, 2)), ==, 2 + i);
      g_assert_cmpuint (gstream_conversation_row_get_branch (get_row (self, 2)), ==, 1 + i);
      assert_is_state (self);
    }

  gstream_conversation_choose_branch (self->conversation, get_row (self, 2), 0, NULL, on_choose_branch, &chosen);
  finish (self);
  g_assert_no_error (chosen.error);
  g_assert_cmpuint (gstream_conversation_row_get_n_branches (get_row (self, 3)), ==, 2);
  gstream_conversation_choose_branch (self->conversation, get_row (self, 3), 0, NULL, on_choose_branch, &first);
  finish (self);
  assert_rows (self->conversation, old);
  assert_is_state (self);

  say (self, "c"); /* goes on from what is shown */
  finish (self);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 6);
  assert_is_state (self);

  /* The very first words, too. */
  gstream_conversation_edit (self->conversation, get_row (self, 0), "A", NULL, NULL, on_edit, &edited);
  finish (self);
  g_assert_no_error (edited.error);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 2);
  g_assert_cmpuint (gstream_conversation_row_get_n_branches (get_row (self, 0)), ==, 2);
  assert_is_state (self);
}

/* A page of the history that was asked for before a run was rolled back has what does not exist any more. */
static void
test_page_before_rollback (Fixture      *self,
                           gconstpointer unused)
{
  GstreamConversationRow *row;

  say (self, "a");
  finish (self);
  say (self, "b");
  settle ();
  fake_thread_step (self->thread);
  settle ();
  close_window (self);
  open_window (self);
  fake_thread_hold (self->thread, FAKE_PAGES);
  do_open (self);
  gstream_conversation_set_policy (self->conversation, GSTREAM_MULTITASK_STRATEGY_ROLLBACK);
  row = gstream_conversation_send (self->conversation, "c", NULL);
  settle ();
  fake_thread_release (self->thread, FAKE_PAGES);
  finish (self);
  g_assert_true (get_row (self, 2) == row);
  g_assert_cmpuint (gstream_conversation_row_get_n_branches (row), ==, 1);
  assert_is_state (self);
}

static void
regenerate (Fixture                *self,
            GstreamConversationRow *row,
            Outcome                *outcome)
{
  gstream_conversation_regenerate (self->conversation, row, NULL, NULL, on_regenerate, outcome);
  settle ();
}

/* The user's words that nothing answered are answered, and not those that were said after them. */
static void
test_regenerate_unanswered (Fixture      *self,
                            gconstpointer unused)
{
  g_auto (Outcome) outcome = { FALSE, NULL };

  fake_thread_plan (self->thread, FAKE_FAILS);
  say (self, "one");
  finish (self);
  fake_thread_plan (self->thread, FAKE_SAYS);
  say (self, "two");
  finish (self);
  g_assert_true (gstream_conversation_take_back (self->conversation, get_row (self, 1)));
  finish (self);
  regenerate (self, get_row (self, 0), &outcome);
  finish (self);
  g_assert_no_error (outcome.error);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 2);
  g_assert_cmpstr (gstream_conversation_row_get_text (get_row (self, 0)), ==, "one");
  g_assert_cmpint (gstream_conversation_row_get_role (get_row (self, 1)), ==, GSTREAM_CONVERSATION_ROLE_AI);
  assert_is_state (self);
}

/* An answer that was stopped is made again where it was, also if the conversation has gone on since. */
static void
test_regenerate_stopped (Fixture      *self,
                         gconstpointer unused)
{
  g_auto (Outcome) outcome = { FALSE, NULL };
  g_auto (Outcome) gone = { FALSE, NULL };
  g_autoptr (GstreamConversationRow) row = NULL;

  say (self, "one");
  settle ();
  fake_thread_step (self->thread);
  fake_thread_step (self->thread);
  settle ();
  gstream_conversation_stop (self->conversation);
  finish (self);
  say (self, "two");
  finish (self);
  row = g_object_ref (get_row (self, 1));
  assert_status (row, STOPPED);
  regenerate (self, row, &outcome);
  finish (self);
  g_assert_no_error (outcome.error);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 2);
  assert_status (get_row (self, 1), FINISHED);
  assert_is_state (self);

  regenerate (self, row, &gone);
  wait (&gone);
  g_assert_error (gone.error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND);
}

/* The history that has the checkpoint is not read yet: this is not for long. */
static void
test_regenerate_early (Fixture      *self,
                       gconstpointer unused)
{
  g_auto (Outcome) early = { FALSE, NULL };
  g_auto (Outcome) later = { FALSE, NULL };

  fake_thread_hold (self->thread, FAKE_PAGES);
  say (self, "one");
  settle ();
  while (fake_thread_step (self->thread))
    settle ();
  settle ();
  regenerate (self, get_row (self, 1), &early);
  wait (&early);
  g_assert_error (early.error, GSTREAM_ERROR, GSTREAM_ERROR_CONFLICT);
  fake_thread_release (self->thread, FAKE_PAGES);
  finish (self);
  regenerate (self, get_row (self, 1), &later);
  finish (self);
  g_assert_no_error (later.error);
  assert_is_state (self);
}

static void
test_no_history (Fixture      *self,
                 gconstpointer unused)
{
  g_auto (Outcome) outcome = { FALSE, NULL };

  fake_thread_set_limits (self->thread, TRUE, FALSE);
  say (self, "a");
  finish (self);
  g_assert_null (gstream_conversation_row_get_checkpoint_id (get_row (self, 1)));
  gstream_conversation_regenerate (self->conversation, get_row (self, 1), NULL, NULL, on_regenerate, &outcome);
  wait (&outcome);
  g_assert_error (outcome.error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED);
  assert_is_state (self);
}

static void
test_questions (Fixture      *self,
                gconstpointer unused)
{
  GListModel *questions = gstream_conversation_get_questions (self->conversation);
  g_autoptr (GstreamQuestion) question = NULL;
  g_autoptr (GstreamPayload) answer = gstream_payload_new_string ("yes");
  g_autoptr (GPtrArray) both = g_ptr_array_new ();
  g_autoptr (GPtrArray) answers = g_ptr_array_new ();
  g_autoptr (GError) twice = NULL;
  g_auto (Outcome) refused = { FALSE, NULL };
  g_auto (Outcome) taken = { FALSE, NULL };

  fake_thread_plan (self->thread, FAKE_ASKS);
  say (self, "a");
  settle ();
  fake_thread_step (self->thread);
  settle ();
  g_assert_cmpuint (g_list_model_get_n_items (questions), ==, 1); /* while another branch works */
  question = g_list_model_get_item (questions, 0);
  g_assert_cmpstr (gstream_question_get_text (question), ==, "really?");

  /* The answer waits for the end of the run; then the thread refuses it. */
  gstream_conversation_respond (self->conversation, question, answer, NULL, on_respond, &refused);
  g_assert_true (gstream_question_get_answering (question));
  fake_thread_fail_next (self->thread, FALSE);
  finish (self);
  g_assert_error (refused.error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  g_assert_cmpuint (g_list_model_get_n_items (questions), ==, 1);
  g_assert_false (gstream_question_get_answering (question));
  g_assert_error (gstream_question_get_error (question), G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);

  /* One question has one answer. */
  g_ptr_array_add (both, question);
  g_ptr_array_add (both, question);
  g_ptr_array_add (answers, answer);
  g_ptr_array_add (answers, answer);
  g_assert_false (gstream_conversation_respond_all_sync (self->conversation, both, answers, NULL, &twice));
  g_assert_error (twice, GSTREAM_ERROR, GSTREAM_ERROR_CONFLICT);

  fake_thread_plan (self->thread, FAKE_SAYS);
  gstream_conversation_respond (self->conversation, question, answer, NULL, on_respond, &taken);
  settle ();
  g_assert_no_error (taken.error);
  g_assert_true (taken.done);
  g_assert_cmpuint (g_list_model_get_n_items (questions), ==, 0);
  finish (self);
  assert_is_state (self);
}

/* What is said instead of an answer is not taken for the answer. */
static void
test_skipped_question (Fixture      *self,
                       gconstpointer unused)
{
  GListModel             *questions = gstream_conversation_get_questions (self->conversation);
  GstreamConversationRow *row;

  fake_thread_plan (self->thread, FAKE_ASKS);
  say (self, "a");
  finish (self);
  g_assert_cmpuint (g_list_model_get_n_items (questions), ==, 1);
  fake_thread_plan (self->thread, FAKE_SAYS);
  row = gstream_conversation_send (self->conversation, "never mind", NULL);
  finish (self);
  g_assert_cmpuint (g_list_model_get_n_items (questions), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 4);
  g_assert_true (get_row (self, 2) == row);
  assert_status (row, FINISHED);
  g_assert_cmpuint (gstream_conversation_row_get_n_branches (row), ==, 1);
  assert_is_state (self);
}

/* The queue goes on after an answer that was taken, though another one was refused before. */
static void
test_queue_after_refusal (Fixture      *self,
                          gconstpointer unused)
{
  g_autoptr (GstreamQuestion) question = NULL;
  g_autoptr (GstreamPayload) answer = gstream_payload_new_string ("yes");
  g_auto (Outcome) refused = { FALSE, NULL };
  g_auto (Outcome) taken = { FALSE, NULL };

  fake_thread_plan (self->thread, FAKE_ASKS);
  say (self, "a");
  settle ();
  say (self, "b");
  finish (self);
  g_assert_cmpuint (g_list_model_get_n_items (gstream_conversation_get_queue (self->conversation)), ==, 1);
  question = g_list_model_get_item (gstream_conversation_get_questions (self->conversation), 0);
  fake_thread_plan (self->thread, FAKE_SAYS);
  fake_thread_fail_next (self->thread, FALSE);
  gstream_conversation_respond (self->conversation, question, answer, NULL, on_respond, &refused);
  finish (self);
  g_assert_error (refused.error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  gstream_conversation_respond (self->conversation, question, answer, NULL, on_respond, &taken);
  finish (self);
  g_assert_no_error (taken.error);
  g_assert_cmpuint (g_list_model_get_n_items (gstream_conversation_get_queue (self->conversation)), ==, 0);
  assert_is_state (self);
}

static void
on_error (GstreamConversation *conversation,
          GParamSpec          *pspec,
          gpointer             unused)
{
  g_assert_no_error (gstream_conversation_get_error (conversation));
}

/* A run that is ended for another one, by hand where the thread cannot, has neither failed nor been stopped. */
static void
test_queue_after_another (Fixture      *self,
                          gconstpointer unused)
{
  fake_thread_set_limits (self->thread, FALSE, TRUE);
  say (self, "a");
  settle ();
  gstream_conversation_set_policy (self->conversation, GSTREAM_MULTITASK_STRATEGY_INTERRUPT);
  say (self, "c");
  gstream_conversation_set_policy (self->conversation, GSTREAM_MULTITASK_STRATEGY_DEFAULT);
  say (self, "d");
  g_assert_cmpuint (g_list_model_get_n_items (gstream_conversation_get_queue (self->conversation)), ==, 1);
  g_signal_connect (self->conversation, "notify::error", G_CALLBACK (on_error), NULL);
  finish (self);
  g_assert_cmpuint (g_list_model_get_n_items (gstream_conversation_get_queue (self->conversation)), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 5);
  assert_is_state (self);
}

static void
test_tools (Fixture      *self,
            gconstpointer unused)
{
  g_autoptr (GstreamConversationToolCall) call = NULL;
  g_autoptr (GstreamSubagent) subagent = NULL;
  GListModel *calls, *subagents;

  fake_thread_plan (self->thread, FAKE_DELEGATES);
  say (self, "a");
  finish (self);
  assert_is_state (self);
  calls = gstream_conversation_row_get_tool_calls (get_row (self, 1));
  g_assert_cmpuint (g_list_model_get_n_items (calls), ==, 1);
  call = g_list_model_get_item (calls, 0);
  g_assert_cmpstr (gstream_conversation_tool_call_get_name (call), ==, "look");
  g_assert_cmpstr (gstream_conversation_tool_call_get_output (call), ==, "found");
  g_assert_nonnull (gstream_conversation_tool_call_get_call (call));
  subagents = gstream_conversation_tool_call_get_subagents (call);
  g_assert_cmpuint (g_list_model_get_n_items (subagents), ==, 1);
  subagent = g_list_model_get_item (subagents, 0);
  g_assert_cmpstr (gstream_subagent_get_name (subagent), ==, "researcher");
  g_assert_cmpstr (gstream_subagent_get_task (subagent), ==, "up");
  g_assert_cmpint (gstream_subagent_get_status (subagent), ==, GSTREAM_RUN_STATUS_COMPLETED);
  assert_rows (gstream_subagent_get_rows (subagent), "human:sub:up");
  g_clear_object (&call);
  g_clear_object (&subagent);

  gstream_conversation_set_tool_rows (self->conversation, FALSE);
  finish (self);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 3);

  close_window (self); /* in a later window, from the state alone */
  open_window (self);
  do_open (self);
  finish (self);
  call = g_list_model_get_item (gstream_conversation_row_get_tool_calls (get_row (self, 1)), 0);
  g_assert_cmpstr (gstream_conversation_tool_call_get_output (call), ==, "found");
}

static GstreamConversationToolCall *
get_call (Fixture *self,
          guint    position)
{
  g_autoptr (GstreamConversationToolCall) call =
      g_list_model_get_item (gstream_conversation_row_get_tool_calls (get_row (self, position)), 0);

  return call; /* the list has it */
}

/* Each of two calls with one id has its own result and sub-agent. */
static void
test_same_call_ids (Fixture      *self,
                    gconstpointer unused)
{
  GstreamConversationToolCall *first, *second;

  fake_thread_plan (self->thread, FAKE_DELEGATES | FAKE_SAME_ID);
  say (self, "a");
  finish (self);
  first = get_call (self, 1);
  say (self, "b");
  while (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)) < 6 ||
         g_list_model_get_n_items (gstream_conversation_row_get_tool_calls (get_row (self, 5))) == 0)
    {
      g_assert_true (fake_thread_step (self->thread));
      settle ();
    }
  second = get_call (self, 5);
  g_assert_true (second != first);
  g_assert_null (gstream_conversation_tool_call_get_output (second));
  finish (self);
  assert_is_state (self);
  g_assert_true (get_call (self, 1) == first && get_call (self, 5) == second);
  g_assert_cmpstr (gstream_conversation_tool_call_get_output (second), ==, "found");
  g_assert_true (gstream_conversation_tool_call_get_call (first) != gstream_conversation_tool_call_get_call (second));
  g_assert_cmpuint (g_list_model_get_n_items (gstream_conversation_tool_call_get_subagents (first)), ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (gstream_conversation_tool_call_get_subagents (second)), ==, 1);
}

/* A sub-agent of one without rows stands beside that. */
static void
test_nested (Fixture      *self,
             gconstpointer unused)
{
  GListModel *subagents;
  g_autoptr (GstreamSubagent) inner = NULL;

  fake_thread_plan (self->thread, FAKE_NESTS);
  say (self, "a");
  finish (self);
  subagents = gstream_conversation_row_get_subagents (get_row (self, 0));
  g_assert_cmpuint (g_list_model_get_n_items (subagents), ==, 2);
  inner = g_list_model_get_item (subagents, 1);
  g_assert_cmpstr (gstream_subagent_get_name (inner), ==, "inner");
  assert_rows (gstream_subagent_get_rows (inner), "human:sub:up");
}

/* What a task asked that has its result is no question, whatever else the state says. */
static void
test_answered_task (Fixture      *self,
                    gconstpointer unused)
{
  say (self, "a");
  finish (self);
  g_assert_cmpuint (g_list_model_get_n_items (gstream_conversation_get_questions (self->conversation)), ==, 0);
}

static void
test_stop (Fixture      *self,
           gconstpointer unused)
{
  say (self, "a");
  settle ();
  fake_thread_step (self->thread);
  fake_thread_step (self->thread);
  settle ();
  say (self, "b");
  gstream_conversation_stop (self->conversation);
  finish (self);
  g_assert_false (gstream_conversation_get_busy (self->conversation));
  assert_status (get_row (self, 1), STOPPED);
  g_assert_cmpstr (gstream_conversation_row_get_text (get_row (self, 1)), ==, "word0 ");
  assert_is_state (self);
  g_assert_cmpuint (g_list_model_get_n_items (gstream_conversation_get_queue (self->conversation)), ==, 1);

  gstream_conversation_send_queued (self->conversation);
  finish (self);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 4);
  assert_status (get_row (self, 1), STOPPED);
  assert_is_state (self);
}

/* The run is stopped before its start is answered; @lost: and the answer is lost. */
static void
test_stop_while_starting (Fixture      *self,
                          gconstpointer lost)
{
  say (self, "one");
  settle ();
  gstream_conversation_set_policy (self->conversation, GSTREAM_MULTITASK_STRATEGY_INTERRUPT);
  fake_thread_hold (self->thread, FAKE_STARTS);
  say (self, "two");
  settle ();
  gstream_conversation_stop (self->conversation);
  settle ();
  if (lost != NULL)
    fake_thread_fail_next (self->thread, TRUE);
  fake_thread_release (self->thread, FAKE_STARTS);
  settle ();
  g_assert_false (fake_thread_is_running (self->thread));
  g_assert_false (gstream_conversation_get_busy (self->conversation));
  finish (self);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 2);
  assert_is_state (self);
}

/* A thread that cannot end a run for another one has refused it when it is stopped: it is not begun later. */
static void
test_stop_before_later (Fixture      *self,
                        gconstpointer unused)
{
  GstreamConversationRow *row;

  say (self, "one");
  settle ();
  fake_thread_set_limits (self->thread, FALSE, TRUE);
  gstream_conversation_set_policy (self->conversation, GSTREAM_MULTITASK_STRATEGY_INTERRUPT);
  row = gstream_conversation_send (self->conversation, "two", NULL);
  gstream_conversation_stop (self->conversation);
  finish (self);
  g_assert_false (fake_thread_is_running (self->thread));
  assert_status (row, FAILED);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 2);
  assert_is_state (self);
}

/* A message that is complete, and has not come into the state when the run is stopped or fails, stays, too. */
static void
test_said (Fixture      *self,
           gconstpointer unused)
{
  GstreamConversationRow *row;

  fake_thread_plan (self->thread, FAKE_MUSES | FAKE_SAYS);
  say (self, "a");
  settle ();
  while (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)) < 2 ||
         gstream_conversation_row_get_status (get_row (self, 1)) != GSTREAM_CONVERSATION_ROW_STATUS_FINISHED)
    {
      g_assert_true (fake_thread_step (self->thread));
      settle ();
    }
  row = get_row (self, 1);
  gstream_conversation_stop (self->conversation);
  finish (self);
  g_assert_true (get_row (self, 1) == row);
  assert_status (row, STOPPED);
  assert_is_state (self);
}

/*
 * The state that a thread tells as its newest has what a node has returned before there is a checkpoint with it; the
 * same state told by its id does not. Both times the newest is chosen, the same is shown.
 */
static void
test_pending (Fixture      *self,
              gconstpointer unused)
{
  g_auto (Outcome) again = { FALSE, NULL };
  g_auto (Outcome) first = { FALSE, NULL };
  g_auto (Outcome) second = { FALSE, NULL };
  g_autofree char *shown = NULL;

  say (self, "a");
  finish (self);
  fake_thread_plan (self->thread, FAKE_CALLS | FAKE_LAGS);
  gstream_conversation_regenerate (self->conversation, get_row (self, 1), NULL, NULL, on_regenerate, &again);
  settle ();
  while (fake_thread_find (self->thread, NULL)->pending->len == 0 ||
         g_list_model_get_n_items (G_LIST_MODEL (self->conversation)) < 4)
    {
      g_assert_true (fake_thread_step (self->thread));
      settle ();
    }
  gstream_conversation_stop (self->conversation);
  finish (self);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 4);
  assert_status (get_row (self, 3), FINISHED);
  assert_is_state (self);
  shown = watch_list (G_LIST_MODEL (self->conversation));

  gstream_conversation_choose_branch (self->conversation, get_row (self, 1), 0, NULL, on_choose_branch, &first);
  finish (self);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 2);
  assert_is_state (self);
  gstream_conversation_choose_branch (self->conversation, get_row (self, 1), 1, NULL, on_choose_branch, &second);
  finish (self);
  g_assert_no_error (second.error);
  assert_rows (self->conversation, shown);
  assert_is_state (self);

  say (self, "b"); /* the step is not gone on with, and the state is without it */
  finish (self);
  assert_is_state (self);
}

static void
test_error (Fixture      *self,
            gconstpointer unused)
{
  fake_thread_plan (self->thread, FAKE_FAILS);
  say (self, "a");
  finish (self);
  g_assert_error (gstream_conversation_get_error (self->conversation), GSTREAM_ERROR, GSTREAM_ERROR_FAILED);
  assert_status (get_row (self, 1), FAILED);
  assert_is_state (self);

  fake_thread_plan (self->thread, FAKE_SAYS | FAKE_MUSES);
  say (self, "b");
  finish (self);
  g_assert_null (gstream_conversation_get_error (self->conversation));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 4);
  assert_is_state (self);
}

static void
send_again (GstreamConversation *conversation,
            GParamSpec          *pspec,
            Fixture             *self)
{
  g_autoptr (GstreamRunStream) ended = g_object_ref (gstream_conversation_get_run (conversation));

  g_signal_handlers_disconnect_by_func (conversation, send_again, self);
  fake_thread_plan (self->thread, FAKE_SAYS);
  say (self, "b");
  while (gstream_conversation_get_run (conversation) == ended)
    watch_turn (TRUE);
}

/* R7: a dialog that iterates the main loop shows the error of a run, and another message is sent in it. */
static void
test_sent_while_ending (Fixture      *self,
                        gconstpointer unused)
{
  g_autoptr (GstreamRunStream) run = NULL;

  gstream_conversation_set_policy (self->conversation, GSTREAM_MULTITASK_STRATEGY_INTERRUPT);
  fake_thread_plan (self->thread, FAKE_FAILS);
  say (self, "a");
  while (gstream_conversation_get_run (self->conversation) == NULL)
    watch_turn (TRUE);
  run = g_object_ref (gstream_conversation_get_run (self->conversation));
  g_signal_connect (self->conversation, "notify::error", G_CALLBACK (send_again), self);
  while (gstream_conversation_get_run (self->conversation) == run)
    if (!watch_turn (FALSE) && !fake_thread_step (self->thread))
      watch_turn (TRUE);

  g_assert_nonnull (gstream_conversation_get_run (self->conversation));
  finish (self);
  assert_is_state (self);
}

/* A state that was asked for before a run, and arrives after the run's first one, takes nothing away. */
static void
test_state_before_run (Fixture      *self,
                       gconstpointer unused)
{
  GstreamConversationRow *row;

  say (self, "a");
  settle ();
  fake_thread_hold (self->thread, FAKE_STARTS | FAKE_STATES);
  gstream_conversation_set_policy (self->conversation, GSTREAM_MULTITASK_STRATEGY_INTERRUPT);
  row = gstream_conversation_send (self->conversation, "b", NULL);
  settle ();
  fake_thread_release (self->thread, FAKE_STARTS);
  settle ();
  assert_status (row, FINISHED);
  g_assert_true (get_row (self, 1) == row);
  fake_thread_release (self->thread, FAKE_STATES);
  settle ();
  assert_status (row, FINISHED);
  g_assert_true (get_row (self, 1) == row);
  finish (self);
  g_assert_true (get_row (self, 1) == row);
  assert_is_state (self);
}

static void
test_many (Fixture      *self,
           gconstpointer unused)
{
  guint n_rows = test_load (10000);

  fake_thread_add_messages (self->thread, n_rows);
  do_open (self);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, n_rows);
  g_assert_cmpuint (self->watch->n_changes, >=, g_bit_storage (n_rows / 64)); /* 64 rows, 128, 256, ... at most */
  finish (self);
}

static GPtrArray *
make_history (guint n_states,
              guint n_messages)
{
  GPtrArray *states = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_payload_unref);

  for (guint i = n_states; i > 0; i--)
    {
      g_autoptr (GString) json = g_string_new (NULL);

      g_string_append_printf (json, "{\"checkpoint\":{\"checkpoint_id\":\"c%u\"},\"values\":{\"messages\":[", i);
      for (guint j = 0; j < n_messages + i; j++)
        g_string_append_printf (json, "%s{\"id\":\"m%u\",\"type\":\"ai\",\"content\":\"\"}", j > 0 ? " , " : "", j);
      g_string_append_printf (json, "]}%s%u%s}",
                              i > 1 ? ",\"parent_checkpoint\":{\"checkpoint_id\":\"c" : ",\"n\":", i - 1,
                              i > 1 ? "\"}" : "");
      g_ptr_array_add (states, gstream_payload_new (json->str, json->len, NULL));
    }
  return states;
}

/* A history of long states is read in slices, too, and comes to the same. */
static void
test_long_history (void)
{
  g_autoptr (GPtrArray) states = make_history (4, 1000);
  g_autoptr (GstreamCheckpointTree) tree = gstream_checkpoint_tree_new ();
  guint n_slices = 0;

  gstream_checkpoint_tree_begin (tree, states, "messages");
  while (!gstream_checkpoint_tree_read (tree, 1))
    n_slices++;
  g_assert_cmpuint (n_slices, >=, 4 * 1000 / 32);
  g_assert_cmpuint (gstream_checkpoint_tree_get_n_new (tree), ==, 4);
  g_assert_true (gstream_checkpoint_tree_reaches_root (tree, "c4"));
  g_assert_cmpstr (gstream_checkpoint_tree_get_newest (tree), ==, "c4");
  g_assert_cmpstr (gstream_checkpoint_tree_get_before (tree, "c4", "m1003", GSTREAM_CONVERSATION_ROLE_AI), ==, "c3");
  g_assert_cmpstr (gstream_checkpoint_tree_get_before (tree, "c4", "m1001", GSTREAM_CONVERSATION_ROLE_AI), ==, "c1");
  g_assert_null (gstream_checkpoint_tree_get_before (tree, "c4", "m1000",
                                                     GSTREAM_CONVERSATION_ROLE_AI)); /* the first state has it */

  gstream_checkpoint_tree_begin (tree, states, "messages");
  g_assert_true (gstream_checkpoint_tree_read (tree, 0));
  g_assert_cmpuint (gstream_checkpoint_tree_get_n_new (tree), ==, 0);
}

static GstreamConversationRows *
make_rows (GstreamPayload *state)
{
  GstreamConversationRows *rows = gstream_conversation_rows_new ();
  g_autoptr (GstreamPayload) messages = gstream_payload_lookup (state, "/values/messages");

  gstream_conversation_rows_set_budget (rows, 0);
  gstream_conversation_rows_set_state (rows, messages);
  return rows;
}

static char *
list_branches (GstreamConversationRows *rows)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < gstream_conversation_rows_get_n_state (rows); i++)
    {
      GstreamConversationRow *row = gstream_conversation_rows_get_state (rows, i);

      g_string_append_printf (list, "%s/%u/%u ", gstream_conversation_row_get_checkpoint_id (row),
                              gstream_conversation_row_get_n_branches (row), gstream_conversation_row_get_branch (row));
    }
  return g_string_free (list, FALSE);
}

/* The branches of rows are set in slices, too, and begun anew at any time they come to the same. */
static void
test_branches_in_slices (void)
{
  g_autoptr (GPtrArray) states = make_history (4, 2000);
  g_autoptr (GstreamCheckpointTree) tree = gstream_checkpoint_tree_new ();
  g_autoptr (GstreamConversationRows) whole = make_rows (states->pdata[0]);
  g_autoptr (GstreamConversationRows) sliced = make_rows (states->pdata[0]);
  g_autofree char *expected = NULL;
  g_autofree char *found = NULL;
  g_autofree char *none = list_branches (whole);
  guint            n_slices = 0;

  gstream_checkpoint_tree_begin (tree, states, "messages");
  gstream_checkpoint_tree_read (tree, 0);
  gstream_checkpoint_tree_begin_describing (tree, "c4", whole);
  g_assert_true (gstream_checkpoint_tree_describe (tree, 0));
  expected = list_branches (whole);
  g_assert_cmpstr (expected, !=, none);

  gstream_checkpoint_tree_begin_describing (tree, "c2", sliced);
  for (guint i = 0; i < 100; i++)
    g_assert_false (gstream_checkpoint_tree_describe (tree, 1));
  gstream_checkpoint_tree_begin_describing (tree, "c4", sliced);
  while (!gstream_checkpoint_tree_describe (tree, 1))
    n_slices++;
  g_assert_cmpuint (n_slices, >=, 2 * 2000 / 32 - 1); /* each is found, and looked at again */
  found = list_branches (sliced);
  g_assert_cmpstr (found, ==, expected);

  gstream_checkpoint_tree_begin_describing (tree, "c4", sliced);
  gstream_checkpoint_tree_clear (tree);
  g_assert_true (gstream_checkpoint_tree_describe (tree, 1));
  gstream_checkpoint_tree_begin_describing (tree, "c4", sliced);
  g_assert_true (gstream_checkpoint_tree_describe (tree, 0));
  g_clear_pointer (&found, g_free);
  found = list_branches (sliced);
  g_assert_cmpstr (found, ==, none);
}

/* Dropped at any time, with anything under way. */
static void
test_drop (Fixture      *self,
           gconstpointer unused)
{
  for (guint i = 0; i < 20; i++)
    {
      g_auto (Outcome) idle = { FALSE, NULL };

      say (self, "a");
      gstream_conversation_open (self->conversation, NULL, NULL, NULL);
      turns (i);
      fake_thread_step (self->thread);
      turns (i % 3);
      g_clear_pointer (&self->watch, watch_free);
      g_object_unref (self->conversation);
      settle ();
      open_window (self);
    }
}

/* The run goes on while a call iterates the main context. */
static gboolean
step_on (gpointer thread)
{
  fake_thread_step (FAKE_THREAD (thread));
  return G_SOURCE_CONTINUE;
}

static void
test_sync (Fixture      *self,
           gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamConversationRow) edited = NULL;
  g_autoptr (GstreamPayload) yes = gstream_payload_new_string ("yes");
  g_autoptr (GstreamQuestion) question = NULL;
  guint steps = g_idle_add (step_on, self->thread);

  fake_thread_add_messages (self->thread, 3);
  g_assert_true (gstream_conversation_open_sync (self->conversation, NULL, &error));
  say (self, "a");
  g_assert_true (gstream_conversation_wait_sync (self->conversation, NULL, &error));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->conversation)), ==, 5);
  assert_is_state (self);

  edited = gstream_conversation_edit_sync (self->conversation, get_row (self, 3), "b", NULL, NULL, &error);
  g_assert_cmpstr (gstream_conversation_row_get_text (edited), ==, "b");
  g_assert_true (gstream_conversation_wait_sync (self->conversation, NULL, &error));
  g_assert_true (gstream_conversation_choose_branch_sync (self->conversation, get_row (self, 3), 0, NULL, &error));
  g_assert_cmpstr (gstream_conversation_row_get_text (get_row (self, 3)), ==, "a");
  fake_thread_plan (self->thread, FAKE_ASKS);
  g_assert_true (gstream_conversation_wait_sync (self->conversation, NULL, &error)); /* the history */
  g_assert_true (gstream_conversation_regenerate_sync (self->conversation, get_row (self, 4), NULL, NULL, &error));
  g_assert_true (gstream_conversation_wait_sync (self->conversation, NULL, &error));
  question = g_list_model_get_item (gstream_conversation_get_questions (self->conversation), 0);
  fake_thread_plan (self->thread, FAKE_SAYS);
  g_assert_true (gstream_conversation_respond_sync (self->conversation, question, yes, NULL, &error));
  g_assert_true (gstream_conversation_wait_sync (self->conversation, NULL, &error));
  g_assert_no_error (error);
  assert_is_state (self);

  g_assert_false (gstream_conversation_respond_sync (self->conversation, question, yes, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND);
  g_source_remove (steps);
}

/* Several answers, by the names of their questions. */
static void
test_respond_json (Fixture      *self,
                   gconstpointer unused)
{
  GListModel *questions = gstream_conversation_get_questions (self->conversation);
  g_autoptr (GstreamQuestion) question = NULL;
  g_autoptr (GstreamPayload) unknown = gstream_payload_new ("[{\"interrupt_id\":\"?\",\"response\":1}]", -1, NULL);
  g_autoptr (GstreamPayload) nameless = gstream_payload_new ("[{\"response\":1}]", -1, NULL);
  g_autoptr (GstreamPayload) answer = NULL;
  g_autofree char *json = NULL;
  g_autoptr (GError) error = NULL;
  guint steps = g_idle_add (step_on, self->thread);

  fake_thread_plan (self->thread, FAKE_ASKS);
  say (self, "a");
  g_assert_true (gstream_conversation_wait_sync (self->conversation, NULL, &error));
  g_assert_false (gstream_conversation_respond_json_sync (self->conversation, unknown, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (gstream_conversation_respond_json_sync (self->conversation, nameless, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_clear_error (&error);

  question = g_list_model_get_item (questions, 0);
  json = g_strdup_printf ("[{\"interrupt_id\":\"%s\",\"response\":\"yes\"}]",
                          gstream_interrupt_get_id (gstream_question_get_interrupt (question)));
  answer = gstream_payload_new (json, -1, NULL);
  fake_thread_plan (self->thread, FAKE_SAYS);
  g_assert_true (gstream_conversation_respond_json_sync (self->conversation, answer, NULL, &error));
  g_assert_cmpuint (g_list_model_get_n_items (questions), ==, 0);
  g_assert_true (gstream_conversation_wait_sync (self->conversation, NULL, &error));
  g_assert_no_error (error);
  assert_is_state (self);
  g_source_remove (steps);
}

static gpointer
call_elsewhere (gpointer conversation)
{
  GError *error = NULL;

  g_assert_false (gstream_conversation_wait_sync (conversation, NULL, &error));
  return error;
}

static void
test_elsewhere (Fixture      *self,
                gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_main_context_acquire (NULL));
  error = g_thread_join (g_thread_new ("elsewhere", call_elsewhere, self->conversation));
  g_main_context_release (NULL);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT);
}

/* What waits for the end of a run returns at once when it is given up; the run goes on. */
static void
test_give_up (Fixture      *self,
              gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GCancellable) other = g_cancellable_new ();
  g_autoptr (GstreamPayload) yes = gstream_payload_new_string ("yes");
  g_autoptr (GstreamQuestion) question = NULL;
  g_auto (Outcome) idle = { FALSE, NULL };
  g_auto (Outcome) kept = { FALSE, NULL };
  g_auto (Outcome) answered = { FALSE, NULL };
  g_auto (Outcome) again = { FALSE, NULL };

  fake_thread_plan (self->thread, FAKE_ASKS);
  say (self, "a");
  settle ();
  fake_thread_step (self->thread);
  settle ();
  question = g_list_model_get_item (gstream_conversation_get_questions (self->conversation), 0);
  gstream_conversation_wait (self->conversation, cancellable, on_wait, &idle);
  gstream_conversation_wait (self->conversation, other, on_wait, &kept);
  gstream_conversation_respond (self->conversation, question, yes, cancellable, on_respond, &answered);
  settle ();
  g_assert_false (idle.done || answered.done);
  g_cancellable_cancel (cancellable);
  settle ();
  g_assert_error (idle.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_error (answered.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (kept.done);
  g_assert_false (gstream_question_get_answering (question));
  g_assert_true (gstream_conversation_get_busy (self->conversation));
  finish (self);
  g_assert_true (kept.done);
  g_assert_no_error (kept.error);
  assert_is_state (self);

  /* The thread itself is asked: it is asked no more. */
  g_cancellable_reset (cancellable);
  gstream_conversation_respond (self->conversation, question, yes, cancellable, on_respond, &again);
  g_cancellable_cancel (cancellable);
  finish (self);
  g_assert_true (again.done);
  assert_is_state (self);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  add ("/conversation/C1/send", test_send);
  add ("/conversation/C2/open", test_open);
  add ("/conversation/C2/open-while-starting", test_open_while_starting);
  add ("/conversation/C2/cancel-while-starting", test_cancel_while_starting);
  add ("/conversation/C2/refused-while-reading", test_refused_while_reading);
  add ("/conversation/C4/failed-send", test_failed_send);
  add ("/conversation/C4/retry-options", test_retry_options);
  add ("/conversation/C7/retry-edit", test_retry_edit);
  add ("/conversation/C4/lost-answer", test_lost_answer);
  add ("/conversation/C4/skipped-question", test_skipped_question);
  add ("/conversation/C4/send-serialized", test_send_serialized);
  add ("/conversation/C6/edit-queued", test_edit_queued);
  add ("/conversation/C6/queue", test_queue);
  add ("/conversation/C6/queue-after-refusal", test_queue_after_refusal);
  add ("/conversation/C6/queue-after-another", test_queue_after_another);
  add ("/conversation/C6/policies", test_policies);
  g_test_add ("/conversation/C6/policies-without-strategies", Fixture, "", set_up, test_policies, tear_down);
  add ("/conversation/C7/branches", test_branches);
  add ("/conversation/C7/regenerate-unanswered", test_regenerate_unanswered);
  add ("/conversation/C7/regenerate-stopped", test_regenerate_stopped);
  add ("/conversation/C7/regenerate-early", test_regenerate_early);
  add ("/conversation/C7/no-history", test_no_history);
  add ("/conversation/C7/page-before-rollback", test_page_before_rollback);
  add ("/conversation/C8/questions", test_questions);
  add ("/conversation/C8/answered-task", test_answered_task);
  add ("/conversation/C9/tools-and-subagents", test_tools);
  add ("/conversation/C5/same-call-ids", test_same_call_ids);
  add ("/conversation/C9/nested-without-rows", test_nested);
  add ("/conversation/C10/stop", test_stop);
  add ("/conversation/C10/stop-while-starting", test_stop_while_starting);
  g_test_add ("/conversation/C10/stop-and-lost-answer", Fixture, "", set_up, test_stop_while_starting, tear_down);
  add ("/conversation/C10/stop-before-later", test_stop_before_later);
  add ("/conversation/C10/said", test_said);
  add ("/conversation/C10/pending", test_pending);
  add ("/conversation/C10/error", test_error);
  add ("/conversation/R7/sent-while-a-run-ends", test_sent_while_ending);
  add ("/conversation/C3/state-before-run", test_state_before_run);
  add ("/conversation/C11/many", test_many);
  g_test_add_func ("/conversation/C11/branches-in-slices", test_branches_in_slices);
  g_test_add_func ("/conversation/C11/long-history", test_long_history);
  add ("/conversation/R6/drop", test_drop);
  add ("/conversation/R9/sync", test_sync);
  add ("/conversation/R9/elsewhere", test_elsewhere);
  add ("/conversation/R3/give-up", test_give_up);
  add ("/conversation/C8/respond-json", test_respond_json);

  return g_test_run ();
}
