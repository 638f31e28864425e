/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Users who do anything at any time: after each storm, once all is at rest, what is shown is what the thread's state has,
 * no row was exchanged for another with its id, and no text was ever shorter than before.
 */
#include "fake-thread.h"
#include "watch.h"

#include <gstream/conversation/gstream-conversation.h>
#include <gstream/event/gstream-error.h>

#define N_SEEDS 150 /* or as many as GSTREAM_TEST_SEEDS says */
#define N_STEPS 60

typedef struct
{
  GRand               *rand;
  FakeThread          *thread;
  GstreamConversation *conversation;
  Watch               *watch;
  GHashTable          *rows; /* id -> row, as of the last rest; emptied where rows may have come anew since */
} User;

static void
say (User *self)
{
  static const GstreamMultitaskStrategy policies[] = {
    GSTREAM_MULTITASK_STRATEGY_DEFAULT,  GSTREAM_MULTITASK_STRATEGY_ENQUEUE, GSTREAM_MULTITASK_STRATEGY_INTERRUPT,
    GSTREAM_MULTITASK_STRATEGY_ROLLBACK, GSTREAM_MULTITASK_STRATEGY_REJECT,
  };
  GstreamMultitaskStrategy policy = policies[g_rand_int_range (self->rand, 0, G_N_ELEMENTS (policies))];

  if (policy == GSTREAM_MULTITASK_STRATEGY_ROLLBACK)
    g_hash_table_remove_all (self->rows);
  gstream_conversation_set_policy (self->conversation, policy);
  fake_thread_plan (self->thread, g_rand_int_range (self->rand, 0, FAKE_LAGS << 1));
  if (g_rand_int_range (self->rand, 0, 8) == 0)
    fake_thread_fail_next (self->thread, g_rand_boolean (self->rand));
  gstream_conversation_send (self->conversation, "hello", NULL);
}

static GstreamConversationRow *
pick_row (User *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->conversation));

  return n > 0 ? g_list_model_get_item (G_LIST_MODEL (self->conversation), g_rand_int_range (self->rand, 0, n)) : NULL;
}

static void
answer (User *self)
{
  g_autoptr (GstreamPayload) response = gstream_payload_new_string ("yes");
  g_autoptr (GstreamQuestion) question =
      g_list_model_get_item (gstream_conversation_get_questions (self->conversation), 0);

  if (question == NULL)
    return;
  fake_thread_plan (self->thread, g_rand_int_range (self->rand, 0, FAKE_LAGS << 1));
  if (g_rand_int_range (self->rand, 0, 4) == 0)
    fake_thread_fail_next (self->thread, FALSE);
  gstream_conversation_respond (self->conversation, question, response, NULL, NULL, NULL);
}

static void
do_with_row (User *self,
             int   what)
{
  g_autoptr (GstreamConversationRow) row = pick_row (self);

  if (row == NULL)
    return;
  if (what < 3)
    g_hash_table_remove_all (self->rows);
  if (what == 0)
    gstream_conversation_regenerate (self->conversation, row, NULL, NULL, NULL, NULL);
  else if (what == 1)
    gstream_conversation_edit (self->conversation, row, "otherwise", NULL, NULL, NULL, NULL);
  else if (what == 2)
    gstream_conversation_choose_branch (self->conversation, row, g_rand_int_range (self->rand, 0, 3), NULL, NULL, NULL);
  else if (what == 3)
    gstream_conversation_retry (self->conversation, row);
  else
    gstream_conversation_take_back (self->conversation, row);
}

static void
open_window (User *self)
{
  self->conversation = gstream_conversation_new (GSTREAM_THREAD (self->thread));
  self->watch = watch_new (G_LIST_MODEL (self->conversation));
  gstream_conversation_open (self->conversation, NULL, NULL, NULL);
}

static void
close_window (User *self)
{
  g_hash_table_remove_all (self->rows);
  watch_free (self->watch);
  g_object_unref (self->conversation);
}

static void
work_on_queue (User *self)
{
  g_autoptr (GstreamConversationRow) row =
      g_list_model_get_item (gstream_conversation_get_queue (self->conversation), 0);

  if (row == NULL)
    return;
  if (g_rand_boolean (self->rand))
    g_assert_true (gstream_conversation_edit_queued (self->conversation, row, "queued"));
  else
    g_assert_true (gstream_conversation_move_queued (self->conversation, row, 1));
  if (g_rand_boolean (self->rand))
    gstream_conversation_send_queued (self->conversation);
}

static void
act (User *self)
{
  int what = g_rand_int_range (self->rand, 0, 26);

  if (what < 4)
    say (self);
  else if (what < 6)
    answer (self);
  else if (what < 11)
    do_with_row (self, what - 6);
  else if (what == 11)
    gstream_conversation_stop (self->conversation);
  else if (what == 12)
    work_on_queue (self);
  else if (what == 13)
    gstream_conversation_open (self->conversation, NULL, NULL, NULL);
  else if (what == 14)
    {
      close_window (self);
      open_window (self);
    }
  else if (what == 15)
    fake_thread_hold (self->thread, 1 << g_rand_int_range (self->rand, 1, 3));
  else if (what == 16)
    fake_thread_release (self->thread, 1 << g_rand_int_range (self->rand, 1, 3));
  else
    fake_thread_step (self->thread);
  for (int n = g_rand_int_range (self->rand, 0, 12); n > 0; n--)
    watch_turn (FALSE);
}

/* --- at rest --- */

static void
on_idle (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  gstream_conversation_wait_finish (GSTREAM_CONVERSATION (object), result, NULL);
  *(gboolean *) user_data = TRUE;
}

static void
rest (User *self)
{
  gboolean done = FALSE;

  fake_thread_release (self->thread, FAKE_STARTS | FAKE_STATES | FAKE_PAGES);
  gstream_conversation_wait (self->conversation, NULL, on_idle, &done);
  while (!done)
    if (!watch_turn (FALSE) && !fake_thread_step (self->thread))
      watch_turn (TRUE);
}

static gboolean
is_marked (GstreamConversationRow *row)
{
  GstreamConversationRowStatus status = gstream_conversation_row_get_status (row);

  return status == GSTREAM_CONVERSATION_ROW_STATUS_STOPPED || status == GSTREAM_CONVERSATION_ROW_STATUS_FAILED;
}

static void
check_row (User                   *self,
           GstreamConversationRow *row,
           const char             *json)
{
  g_autoptr (GstreamPayload) message = gstream_payload_new (json, -1, NULL);
  const char             *id = gstream_conversation_row_get_id (row);
  GstreamConversationRow *before = g_hash_table_lookup (self->rows, id);

  g_assert_cmpint (gstream_conversation_row_get_status (row), ==, GSTREAM_CONVERSATION_ROW_STATUS_FINISHED);
  g_assert_cmpstr (id, ==, gstream_payload_get_string (message, "/id"));
  g_assert_cmpstr (gstream_conversation_row_get_text (row), ==, gstream_payload_get_string (message, "/content"));
  g_assert_true (before == NULL || before == row);
}

static void
check_rows (User *self)
{
  FakeCheckpoint *state = fake_thread_find (self->thread, gstream_conversation_get_checkpoint_id (self->conversation));
  g_autoptr (GPtrArray) messages = state != NULL ? fake_thread_list_messages (self->thread, state) : NULL;
  g_autoptr (GHashTable) rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->conversation));
  guint n_found = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GstreamConversationRow) row = g_list_model_get_item (G_LIST_MODEL (self->conversation), i);

      if (is_marked (row))
        continue;
      g_assert_cmpuint (n_found, <, state != NULL ? messages->len : 0);
      check_row (self, row, messages->pdata[n_found++]);
      g_hash_table_insert (rows, g_strdup (gstream_conversation_row_get_id (row)), g_object_ref (row));
    }
  g_assert_cmpuint (n_found, ==, state != NULL ? messages->len : 0);
  g_hash_table_unref (self->rows);
  self->rows = g_steal_pointer (&rows);
}

static void
check_questions (User *self)
{
  FakeCheckpoint *state = fake_thread_find (self->thread, gstream_conversation_get_checkpoint_id (self->conversation));
  GListModel     *questions = gstream_conversation_get_questions (self->conversation);
  g_autoptr (GstreamQuestion) question = g_list_model_get_item (questions, 0);

  g_assert_cmpuint (g_list_model_get_n_items (questions), ==, state != NULL && state->question != NULL ? 1 : 0);
  if (question != NULL)
    {
      g_assert_cmpstr (gstream_interrupt_get_id (gstream_question_get_interrupt (question)), ==, state->question);
      g_assert_false (gstream_question_get_answering (question));
    }
}

static void
play (guint seed)
{
  User self = { .rand = g_rand_new_with_seed (seed), .thread = fake_thread_new () };

  self.rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  fake_thread_set_limits (self.thread, seed % 10 == 9, seed % 4 == 3);
  if (seed % 3 == 0)
    fake_thread_add_messages (self.thread, 20);
  open_window (&self);
  for (guint i = 0; i < N_STEPS; i++)
    {
      act (&self);
      if (g_rand_int_range (self.rand, 0, 8) != 0)
        continue;
      rest (&self);
      check_rows (&self);
      check_questions (&self);
    }
  rest (&self);
  check_rows (&self);
  close_window (&self);
  while (watch_turn (FALSE))
    ;
  g_hash_table_unref (self.rows);
  g_assert_finalize_object (self.thread);
  g_rand_free (self.rand);
}

static void
test_play (void)
{
  const char *seeds = g_getenv ("GSTREAM_TEST_SEEDS");
  guint       n_seeds = seeds != NULL ? (guint) g_ascii_strtoull (seeds, NULL, 10) : N_SEEDS;

  for (guint seed = 0; seed < n_seeds; seed++)
    {
      g_test_message ("seed %u", seed);
      play (seed);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/conversation/C3/users", test_play);

  return g_test_run ();
}
