/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the thread keeps of a conversation: its state, which decides; what is asked; and its history, with its branches.
 */
#include "config.h"

#include <gstream/conversation/gstream-conversation-private.h>
#include <gstream/conversation/gstream-conversation-row-private.h>
#include <gstream/conversation/gstream-question-private.h>
#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-payload-internal.h> /* the parts of a state are payloads */

#define HISTORY_PAGE 16 /* states */

/* --- what is asked --- */

static GstreamQuestion *
find_question (GstreamConversation *self,
               GstreamInterrupt    *interrupt)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->questions));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GstreamQuestion) question = g_list_model_get_item (G_LIST_MODEL (self->questions), i);

      if (gstream_question_is (question, interrupt))
        return question; /* the list has it */
    }
  return NULL;
}

static gboolean
is_among (GPtrArray       *interrupts,
          GstreamQuestion *question)
{
  for (guint i = 0; i < interrupts->len; i++)
    if (gstream_question_is (question, interrupts->pdata[i]))
      return TRUE;

  return FALSE;
}

void
gstream_conversation_drop_question (GstreamConversation *self,
                                    GstreamQuestion     *question)
{
  guint position;

  if (question == NULL)
    g_list_store_remove_all (self->questions);
  else if (g_list_store_find (self->questions, question, &position))
    g_list_store_remove (self->questions, position);
}

static void
drop_others (GstreamConversation *self,
             GPtrArray           *interrupts)
{
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (self->questions)); i > 0; i--)
    {
      g_autoptr (GstreamQuestion) question = g_list_model_get_item (G_LIST_MODEL (self->questions), i - 1);

      if (!gstream_question_get_answering (question) && !is_among (interrupts, question))
        g_list_store_remove (self->questions, i - 1);
    }
}

void
gstream_conversation_take_interrupts (GstreamConversation *self,
                                      GPtrArray           *interrupts,
                                      gboolean             is_all)
{
  if (is_all)
    {
      g_ptr_array_set_size (self->answered, 0);
      drop_others (self, interrupts);
    }
  for (guint i = 0; i < interrupts->len; i++)
    {
      g_autoptr (GstreamQuestion) question = gstream_question_new (interrupts->pdata[i]);

      if (find_question (self, interrupts->pdata[i]) == NULL && !is_among (self->answered, question))
        g_list_store_append (self->questions, question);
    }
}

static GstreamPayload *
get_first (GstreamPayload *payload,
           const char     *pointer,
           const char     *alternative)
{
  GstreamPayload *found = gstream_payload_get (payload, pointer);

  return found != NULL ? found : gstream_payload_get (payload, alternative);
}

static void
add_interrupt (GPtrArray      *interrupts,
               GstreamPayload *json)
{
  const char *id = gstream_payload_get_string (json, "/id");
  g_autoptr (GstreamPayload) value = get_first (json, "/value", "/payload");
  g_autoptr (GstreamPayload) schema = get_first (json, "/response_schema", "/responseSchema");

  if (id == NULL)
    id = gstream_payload_get_string (json, "/interrupt_id");
  if (value == NULL)
    value = gstream_payload_new_checked ("null", 4);
  g_ptr_array_add (interrupts, gstream_interrupt_new (id != NULL ? id : "", value, NULL, schema));
}

static void
add_interrupts (GPtrArray      *interrupts,
                GstreamPayload *array)
{
  GstreamPayloadIter iter;
  GstreamPayload    *json;

  if (array == NULL || gstream_payload_get_kind (array) != GSTREAM_PAYLOAD_ARRAY)
    return;

  gstream_payload_iter_init (&iter, array);
  while ((json = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      if (gstream_payload_get_kind (json) == GSTREAM_PAYLOAD_OBJECT)
        add_interrupt (interrupts, json);
      gstream_payload_unref (json);
    }
}

static gboolean
is_open (GstreamPayload *task)
{
  g_autoptr (GstreamPayload) result = gstream_payload_get (task, "/result");

  return result == NULL || gstream_payload_get_kind (result) == GSTREAM_PAYLOAD_NULL;
}

/* Those of its tasks that have no result; or what it lists itself, where it lists no tasks. */
static GPtrArray *
list_interrupts (GstreamPayload *state)
{
  GPtrArray *interrupts = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_interrupt_unref);
  g_autoptr (GstreamPayload) tasks = gstream_payload_get (state, "/tasks");
  g_autoptr (GstreamPayload) own = gstream_payload_get (state, "/interrupts");
  GstreamPayloadIter iter;
  GstreamPayload    *task;

  if (tasks != NULL && gstream_payload_get_kind (tasks) == GSTREAM_PAYLOAD_ARRAY)
    {
      gstream_payload_iter_init (&iter, tasks);
      while ((task = gstream_payload_iter_next_value (&iter)) != NULL)
        {
          g_autoptr (GstreamPayload) asked = is_open (task) ? gstream_payload_get (task, "/interrupts") : NULL;

          add_interrupts (interrupts, asked);
          gstream_payload_unref (task);
        }
    }
  if (interrupts->len == 0)
    add_interrupts (interrupts, own);

  return interrupts;
}

/* --- the history --- */

static void read_page (GstreamConversation *self,
                       const char          *before);

static void
end_history (GstreamConversation *self)
{
  self->reads_history = FALSE;
  gstream_checkpoint_tree_describe (self->tree, self->head, self->rows);
  gstream_conversation_go_on (self);
}

static void
on_history (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GstreamConversation) self = GSTREAM_CONVERSATION (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) states = gstream_thread_fetch_history_finish (GSTREAM_THREAD (object), result, &error);
  guint n_new;

  if (g_cancellable_is_cancelled (self->closing))
    return;
  if (states == NULL)
    {
      /* Any other error is the network's: what is not known now is asked again after the next run. */
      if (g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED))
        self->keeps_history = FALSE;
      end_history (self);
      return;
    }

  n_new = gstream_checkpoint_tree_add (self->tree, states, self->messages_key);
  self->n_pages++;
  if (n_new == states->len && n_new > 0 && !gstream_checkpoint_tree_reaches_root (self->tree, self->head) &&
      self->n_pages * HISTORY_PAGE < self->history_limit)
    read_page (self, gstream_checkpoint_id_of_state (states->pdata[states->len - 1]));
  else
    end_history (self);
}

static void
read_page (GstreamConversation *self,
           const char          *before)
{
  gstream_thread_fetch_history (self->thread, MIN (HISTORY_PAGE, self->history_limit), before, self->closing,
                                on_history, g_object_ref (self));
}

static void
read_history (GstreamConversation *self)
{
  if (self->reads_history || !self->keeps_history || self->history_limit == 0 || self->head == NULL)
    return;

  self->reads_history = TRUE;
  self->n_pages = 0;
  read_page (self, NULL);
}

/* --- the state --- */

static void
set_head (GstreamConversation *self,
          const char          *head)
{
  if (g_strcmp0 (self->head, head) == 0)
    return;

  g_free (self->head);
  self->head = g_strdup (head);
  gstream_conversation_notify (self, GSTREAM_CONVERSATION_PROP_CHECKPOINT_ID);
}

/* @error: (nullable): taken. */
static void
end_reading (GstreamConversation *self,
             GError              *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->reading);

  self->stage = GSTREAM_READING_NONE;
  self->attaches = FALSE;
  g_clear_pointer (&self->choice, g_free);
  gstream_checkpoint_tree_describe (self->tree, self->head, self->rows);
  read_history (self);
  if (task != NULL && error != NULL)
    g_task_return_error (task, error);
  else if (task != NULL)
    g_task_return_boolean (task, TRUE);
  else if (error != NULL)
    {
      gstream_conversation_set_error (self, error);
      g_error_free (error);
    }
  gstream_conversation_go_on (self);
}

static gboolean
is_no_run (const GError *error)
{
  return g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND) ||
         g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED);
}

static void
on_attached (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GstreamConversation) self = GSTREAM_CONVERSATION (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamRunStream) run = gstream_thread_attach_finish (GSTREAM_THREAD (object), result, &error);

  if (g_cancellable_is_cancelled (self->closing))
    return;
  if (run != NULL)
    gstream_conversation_follow (self, run, TRUE);
  end_reading (self, run == NULL && !is_no_run (error) ? g_steal_pointer (&error) : NULL);
}

static GCancellable *
get_cancellable (GstreamConversation *self)
{
  GCancellable *own = self->reading != NULL ? g_task_get_cancellable (self->reading) : NULL;

  return own != NULL ? own : self->closing;
}

static void
attach (GstreamConversation *self)
{
  self->stage = GSTREAM_READING_ATTACH;
  gstream_thread_attach (self->thread, NULL, self->options, get_cancellable (self), on_attached, g_object_ref (self));
}

void
gstream_conversation_on_rows_settled (GstreamConversation *self)
{
  if (self->stage == GSTREAM_READING_SHOW)
    {
      self->stage = GSTREAM_READING_END;
      if (self->run == NULL && self->has_list)
        gstream_conversation_rows_end_run (self->rows, self->is_whole);
    }
  if (!gstream_conversation_rows_is_settled (self->rows))
    return; /* comes again */

  if (self->stage == GSTREAM_READING_END && self->attaches && self->run == NULL)
    attach (self);
  else if (self->stage == GSTREAM_READING_END)
    end_reading (self, NULL);
  else
    gstream_conversation_go_on (self);
}

static void
take_state (GstreamConversation *self,
            GstreamPayload      *state)
{
  g_autoptr (GstreamPayload) values = gstream_payload_get (state, "/values");
  g_autoptr (GstreamPayload) messages = values ? gstream_run_reader_get_messages (values, self->messages_key) : NULL;
  g_autoptr (GPtrArray) interrupts = list_interrupts (state);
  const char *id = gstream_checkpoint_id_of_state (state);

  set_head (self, id != NULL ? id : self->choice);
  self->is_chosen =
      self->choice != NULL && g_strcmp0 (self->head, gstream_checkpoint_tree_get_newest (self->tree)) != 0;
  self->has_list = messages != NULL || self->choice != NULL;
  if (self->has_list)
    gstream_conversation_rows_set_state (self->rows, messages);
  if (values != NULL)
    gstream_conversation_set_values (self, values);
  gstream_conversation_take_interrupts (self, interrupts, TRUE);
}

static void
show_state (GstreamConversation *self)
{
  self->stage = GSTREAM_READING_SHOW;
  if (gstream_conversation_rows_is_settled (self->rows))
    gstream_conversation_on_rows_settled (self);
}

static void
on_state (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GstreamConversation) self = GSTREAM_CONVERSATION (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) state = gstream_thread_fetch_state_finish (GSTREAM_THREAD (object), result, &error);

  if (g_cancellable_is_cancelled (self->closing))
    return;
  if (state == NULL && !g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED))
    {
      end_reading (self, g_steal_pointer (&error));
      return;
    }

  self->has_list = FALSE;
  if (state != NULL)
    take_state (self, state);
  show_state (self);
}

void
gstream_conversation_read_state (GstreamConversation *self,
                                 gboolean             attaches)
{
  self->stage = GSTREAM_READING_FETCH;
  self->attaches = attaches;
  if (gstream_thread_get_thread_id (self->thread) != NULL)
    {
      gstream_thread_fetch_state (self->thread, self->choice, get_cancellable (self), on_state, g_object_ref (self));
      return;
    }

  self->attaches = FALSE; /* it has not begun */
  self->has_list = FALSE;
  show_state (self);
}

/* --- public calls --- */

/* Refuses what cannot be done now. */
static gboolean
check_quiet (GstreamConversation *self,
             GTask               *task)
{
  if (self->run == NULL && self->attempt == NULL && self->waiting.length == 0 && self->stage == GSTREAM_READING_NONE)
    return TRUE;

  g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_CONFLICT,
                           "The conversation is at work: wait until it is idle, or stop it");
  return FALSE;
}

/**
 * gstream_conversation_open:
 * @self: a conversation
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the old messages are shown, or there is an error
 * @user_data: for @callback
 *
 * Reads what the thread has: its messages become rows, its open questions
 * questions, and a run that is under way is followed, so that its rows go on
 * growing (C2). The history is read afterwards, for the branches of rows (C7).
 *
 * A long conversation is read in slices that leave the main loop its frames
 * (C11). A thread that has not begun is empty. It may be called again at any
 * time, such as after the network failed; while a run of this conversation is
 * under way, it reads nothing.
 *
 * Since: 1.0
 */
void
gstream_conversation_open (GstreamConversation *self,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, gstream_conversation_open);
  if (self->run != NULL && self->stage == GSTREAM_READING_NONE)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  if (!check_quiet (self, task))
    return;

  self->reading = g_steal_pointer (&task);
  self->is_whole = FALSE;
  gstream_conversation_read_state (self, TRUE);
  gstream_conversation_go_on (self);
}

/**
 * gstream_conversation_open_finish:
 * @self: a conversation
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Conversation.open].
 *
 * The error is the thread's, %G_IO_ERROR_CANCELLED, or
 * %GSTREAM_ERROR_CONFLICT where the conversation is being opened, or a run is
 * being started. The rows that are there stay.
 *
 * Returns: %TRUE if it is open; %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_open_finish (GstreamConversation *self,
                                  GAsyncResult        *result,
                                  GError             **error)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * gstream_conversation_choose_branch:
 * @self: a conversation
 * @row: one of its rows
 * @branch: which version of the conversation is to be shown from that row on, less than
 *   [property@ConversationRow:n-branches]
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when it is shown, or there is an error
 * @user_data: for @callback
 *
 * Shows another version of the conversation: as it went on from the chosen
 * version of @row, at its newest. What is sent then goes on from there.
 *
 * Since: 1.0
 */
void
gstream_conversation_choose_branch (GstreamConversation    *self,
                                    GstreamConversationRow *row,
                                    guint                   branch,
                                    GCancellable           *cancellable,
                                    GAsyncReadyCallback     callback,
                                    gpointer                user_data)
{
  g_autoptr (GTask) task = NULL;
  const char *leaf;

  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));
  g_return_if_fail (GSTREAM_IS_CONVERSATION_ROW (row));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, gstream_conversation_choose_branch);
  leaf = gstream_checkpoint_tree_get_leaf (self->tree, self->head, row->id, branch);
  if (!self->keeps_history)
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED, "The thread keeps no history");
  else if (leaf == NULL)
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND,
                             "There is no branch %u at row “%s”, which has %u", branch, row->id ? row->id : "",
                             row->n_branches);
  else if (check_quiet (self, task))
    {
      self->reading = g_steal_pointer (&task);
      self->choice = g_strdup (leaf);
      self->is_whole = TRUE;
      gstream_conversation_read_state (self, FALSE);
      gstream_conversation_go_on (self);
    }
}

/**
 * gstream_conversation_choose_branch_finish:
 * @self: a conversation
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Conversation.choose_branch].
 *
 * Fails with %GSTREAM_ERROR_NOT_SUPPORTED where the thread keeps no history,
 * %GSTREAM_ERROR_NOT_FOUND where there is no such branch,
 * %GSTREAM_ERROR_CONFLICT while a run is under way, and with the thread's error.
 *
 * Returns: %TRUE if it is shown; %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_choose_branch_finish (GstreamConversation *self,
                                           GAsyncResult        *result,
                                           GError             **error)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
