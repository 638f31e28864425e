/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The runs of a conversation: what the user sends, asks for again and answers, one after the other, and what comes of it.
 */
#include "config.h"

#include <gstream/conversation/gstream-conversation-private.h>
#include <gstream/conversation/gstream-conversation-row-private.h>
#include <gstream/conversation/gstream-question-private.h>
#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-json-writer-internal.h> /* what is sent is JSON */
#include <gstream/event/gstream-payload-internal.h>     /* and known to be */

/* A run that is to be started, or has been asked for. */
struct _GstreamAttempt
{
  GstreamConversation     *conversation;  /* held while the thread is asked; NULL: it waits */
  GstreamConversationRow  *row;           /* what the user has sent; NULL: nothing */
  GstreamConversationRow  *replaced;      /* is not shown any more, nor what is behind it; NULL: all is */
  GstreamPayload          *input;         /* NULL: the graph goes on from the checkpoint, or is answered */
  GstreamRunOptions       *options;       /* its own */
  GstreamMultitaskStrategy strategy;      /* what becomes of a run that is under way */
  char                    *checkpoint_id; /* where it begins; NULL: where the conversation is */
  GPtrArray               *questions;     /* of GstreamQuestion, with an answer each; NULL: it is no answer */
  GPtrArray               *responses;     /* of GstreamPayload */
  GPtrArray               *tasks;         /* of GTask: of the calls that it comes from */
  GCancellable            *cancellable;   /* ends the asking */
  gboolean                 waits;         /* the thread could not end the run under way: it is ended first */
};

/* --- options --- */

static GstreamRunOptions *
copy_options (GstreamRunOptions *options)
{
  GstreamRunOptions      *copy = gstream_run_options_new ();
  g_autofree GParamSpec **pspecs = NULL;
  guint                   n = 0;

  if (options == NULL)
    return copy;

  pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (options), &n);
  for (guint i = 0; i < n; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_value_init (&value, pspecs[i]->value_type);
      g_object_get_property (G_OBJECT (options), pspecs[i]->name, &value);
      g_object_set_property (G_OBJECT (copy), pspecs[i]->name, &value);
    }

  return copy;
}

/* --- attempts --- */

static GstreamAttempt *
attempt_new (GstreamConversation *self,
             GstreamRunOptions   *options,
             GTask               *task)
{
  GstreamAttempt *attempt = g_new0 (GstreamAttempt, 1);

  attempt->options = copy_options (options != NULL ? options : self->options);
  attempt->strategy = gstream_run_options_get_multitask_strategy (attempt->options);
  if (attempt->strategy == GSTREAM_MULTITASK_STRATEGY_DEFAULT)
    attempt->strategy = self->policy;
  attempt->cancellable = g_cancellable_new ();
  attempt->tasks = g_ptr_array_new_with_free_func (g_object_unref);
  if (task != NULL)
    g_ptr_array_add (attempt->tasks, g_object_ref (task));

  return attempt;
}

static void
attempt_free (GstreamAttempt *attempt)
{
  g_clear_object (&attempt->conversation);
  g_clear_object (&attempt->row);
  g_clear_object (&attempt->replaced);
  g_clear_pointer (&attempt->input, gstream_payload_unref);
  g_object_unref (attempt->options);
  g_free (attempt->checkpoint_id);
  g_clear_pointer (&attempt->questions, g_ptr_array_unref);
  g_clear_pointer (&attempt->responses, g_ptr_array_unref);
  g_ptr_array_unref (attempt->tasks);
  g_object_unref (attempt->cancellable);
  g_free (attempt);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamAttempt, attempt_free)

static void
return_all (GstreamAttempt *attempt,
            const GError   *error)
{
  for (guint i = 0; i < attempt->tasks->len; i++)
    if (error != NULL)
      g_task_return_error (attempt->tasks->pdata[i], g_error_copy (error));
    else
      g_task_return_boolean (attempt->tasks->pdata[i], TRUE);
}

static void
set_answering (GstreamAttempt *attempt,
               gboolean        answering,
               const GError   *error)
{
  for (guint i = 0; attempt->questions != NULL && i < attempt->questions->len; i++)
    gstream_question_set_answering (attempt->questions->pdata[i], answering, error);
}

/* Nothing came of it: what the user did is still there, and says why. */
static void
refuse (GstreamConversation *self,
        GstreamAttempt      *attempt,
        const GError        *error)
{
  g_assert (error != NULL);

  set_answering (attempt, FALSE, error);
  if (attempt->row != NULL && !attempt->row->in_state)
    {
      gstream_conversation_row_set_status (attempt->row, GSTREAM_CONVERSATION_ROW_STATUS_FAILED, error);
      gstream_conversation_rows_cut (self->rows, NULL);
      gstream_conversation_rows_settle (self->rows);
    }
  else
    gstream_conversation_rows_cut (self->rows, NULL);
  self->is_held = TRUE;
  return_all (attempt, error);
}

void
gstream_conversation_drop_attempts (GstreamConversation *self,
                                    const GError        *error)
{
  GstreamAttempt *attempt;

  while ((attempt = g_queue_pop_head (&self->waiting)) != NULL)
    {
      refuse (self, attempt, error);
      attempt_free (attempt);
    }
}

/* --- the run under way --- */

static void
on_n_interrupts (GstreamConversation *self)
{
  g_autoptr (GPtrArray) interrupts = gstream_run_stream_list_interrupts (self->run);

  gstream_conversation_take_interrupts (self, interrupts, FALSE);
}

/* A run that is followed from its beginning tells states that are older than the one that was read. */
static gboolean
on_accept (gpointer        owner,
           GstreamPayload *messages)
{
  GstreamConversation *self = owner;

  if (self->is_attached && gstream_payload_get_size (messages, "") < gstream_conversation_rows_get_n_state (self->rows))
    return FALSE;

  self->is_attached = FALSE;
  return TRUE;
}

static void
on_values (gpointer        owner,
           GstreamPayload *values)
{
  gstream_conversation_set_values (owner, values);
}

static gboolean
replaces (GstreamAttempt *attempt)
{
  return !attempt->waits &&
         (attempt->strategy == GSTREAM_MULTITASK_STRATEGY_INTERRUPT ||
          attempt->strategy == GSTREAM_MULTITASK_STRATEGY_ROLLBACK) &&
         attempt->questions == NULL;
}

/* What was said stays, marked (C10). */
static void
on_ended (gpointer owner)
{
  g_autoptr (GstreamConversation) self = g_object_ref (GSTREAM_CONVERSATION (owner));
  GstreamRunStatus status = gstream_run_stream_get_status (self->run);
  /* How the thread ends a run for another one is no failure. */
  gboolean      is_replaced = self->attempt != NULL && replaces (self->attempt);
  const GError *error = is_replaced ? NULL : gstream_run_stream_get_error (self->run);

  self->is_whole = status == GSTREAM_RUN_STATUS_COMPLETED || status == GSTREAM_RUN_STATUS_INTERRUPTED;
  if (!self->is_whole)
    {
      self->is_held = !is_replaced;
      gstream_conversation_rows_stop (self->rows, error);
      gstream_conversation_rows_settle (self->rows);
    }
  if (error != NULL)
    gstream_conversation_set_error (self, error);
  gstream_conversation_rows_cut (self->rows, NULL);
  gstream_conversation_leave_run (self);
  gstream_conversation_read_state (self, FALSE);
  gstream_conversation_go_on (self);
}

static const GstreamRunReaderFuncs reader_funcs = { on_accept, on_values, on_ended };

void
gstream_conversation_leave_run (GstreamConversation *self)
{
  g_autoptr (GstreamRunStream) run = g_steal_pointer (&self->run);

  if (run == NULL)
    return;

  g_signal_handlers_disconnect_by_func (run, on_n_interrupts, self);
  g_clear_pointer (&self->reader, gstream_run_reader_stop);
  gstream_conversation_notify (self, GSTREAM_CONVERSATION_PROP_RUN);
}

void
gstream_conversation_follow (GstreamConversation *self,
                             GstreamRunStream    *run,
                             gboolean             is_attached)
{
  self->run = g_object_ref (run);
  self->is_attached = is_attached;
  g_free (self->base);
  self->base = g_strdup (self->head);
  g_signal_connect_object (run, "notify::n-interrupts", G_CALLBACK (on_n_interrupts), self, G_CONNECT_SWAPPED);
  self->reader = gstream_run_reader_new (run, self->rows, self->messages_key, &reader_funcs, self);
  gstream_conversation_notify (self, GSTREAM_CONVERSATION_PROP_RUN);
}

/* --- asking the thread --- */

static void on_begun (GObject      *object,
                      GAsyncResult *result,
                      gpointer      user_data);

static void
ask_with_answers (GstreamConversation *self,
                  GstreamAttempt      *attempt)
{
  g_autoptr (GPtrArray) interrupts = g_ptr_array_new ();

  for (guint i = 0; i < attempt->questions->len; i++)
    g_ptr_array_add (interrupts, gstream_question_get_interrupt (attempt->questions->pdata[i]));
  gstream_thread_respond_all (self->thread, interrupts, attempt->responses, attempt->options, attempt->cancellable,
                              on_begun, attempt);
}

static void
prepare_options (GstreamConversation *self,
                 GstreamAttempt      *attempt)
{
  const char *checkpoint_id = attempt->checkpoint_id;

  if (checkpoint_id == NULL && self->is_chosen)
    checkpoint_id = self->head;
  if (attempt->waits && attempt->strategy == GSTREAM_MULTITASK_STRATEGY_ROLLBACK)
    checkpoint_id = self->base;
  if (checkpoint_id != NULL)
    gstream_run_options_set_checkpoint_id (attempt->options, checkpoint_id);
  gstream_run_options_set_multitask_strategy (attempt->options,
                                              attempt->waits ? GSTREAM_MULTITASK_STRATEGY_DEFAULT : attempt->strategy);
}

/* Takes @attempt. */
static void
begin (GstreamConversation *self,
       GstreamAttempt      *attempt)
{
  attempt->conversation = g_object_ref (self);
  self->attempt = attempt;
  gstream_conversation_set_error (self, NULL);
  if (attempt->row != NULL)
    gstream_conversation_row_set_status (attempt->row, GSTREAM_CONVERSATION_ROW_STATUS_SENDING, NULL);
  if (attempt->replaced != NULL)
    gstream_conversation_rows_cut (self->rows, attempt->replaced);
  prepare_options (self, attempt);
  if (attempt->questions != NULL)
    ask_with_answers (self, attempt);
  else
    gstream_thread_start (self->thread, attempt->input, attempt->options, attempt->cancellable, on_begun, attempt);
  gstream_conversation_go_on (self);
}

/* The questions that were asked before go with the run that asked them: they were answered, or passed over. */
static void
drop_questions (GstreamConversation *self,
                GstreamAttempt      *attempt)
{
  for (guint i = 0; attempt->questions != NULL && i < attempt->questions->len; i++)
    {
      GstreamQuestion *question = attempt->questions->pdata[i];

      g_ptr_array_add (self->answered, gstream_interrupt_ref (gstream_question_get_interrupt (question)));
      gstream_conversation_drop_question (self, question);
    }
  if (attempt->questions == NULL)
    gstream_conversation_drop_question (self, NULL);
}

/* The run before has been ended by the thread, as it was asked to. */
static void
replace_run (GstreamConversation *self,
             GstreamAttempt      *attempt)
{
  gstream_conversation_leave_run (self);
  if (attempt->strategy == GSTREAM_MULTITASK_STRATEGY_ROLLBACK)
    {
      gstream_conversation_rows_end_run (self->rows, TRUE);
      return;
    }

  gstream_conversation_rows_stop (self->rows, NULL);
  gstream_conversation_rows_settle (self->rows);
}

static void
take_run (GstreamConversation *self,
          GstreamAttempt      *attempt,
          GstreamRunStream    *run)
{
  if (self->run != NULL)
    replace_run (self, attempt);
  if (attempt->row != NULL && !attempt->row->in_state)
    gstream_conversation_row_set_status (attempt->row, GSTREAM_CONVERSATION_ROW_STATUS_SENT, NULL);
  drop_questions (self, attempt);
  self->is_chosen = FALSE;
  gstream_conversation_follow (self, run, FALSE);
  return_all (attempt, NULL);
}

/* The thread cannot end a run for another one: the run is stopped here, and the other begins once it is over. */
static gboolean
begin_later (GstreamConversation *self,
             GstreamAttempt      *attempt,
             const GError        *error)
{
  if (attempt->waits || attempt->strategy == GSTREAM_MULTITASK_STRATEGY_DEFAULT ||
      !g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED))
    return FALSE;

  attempt->waits = TRUE;
  g_clear_object (&attempt->conversation);
  g_queue_push_head (&self->waiting, attempt);
  if (self->run != NULL)
    gstream_run_stream_abort (self->run);
  return TRUE;
}

static void
take_refusal (GstreamConversation *self,
              GstreamAttempt      *attempt,
              const GError        *error)
{
  refuse (self, attempt, error);
  if (attempt->row != NULL)
    gstream_conversation_set_error (self, error);
  /* It may have begun all the same, where only the answer was lost. */
  if (self->run == NULL)
    gstream_conversation_read_state (self, TRUE);
}

static void
on_begun (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  GstreamAttempt *attempt = user_data;
  g_autoptr (GstreamConversation) self = g_object_ref (attempt->conversation);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamRunStream) run = attempt->questions != NULL
                                         ? gstream_thread_respond_all_finish (GSTREAM_THREAD (object), result, &error)
                                         : gstream_thread_start_finish (GSTREAM_THREAD (object), result, &error);

  self->attempt = NULL;
  if (g_cancellable_is_cancelled (self->closing)) /* disposed of */
    {
      attempt_free (attempt);
      return;
    }
  if (run == NULL && begin_later (self, attempt, error))
    {
      gstream_conversation_go_on (self);
      return;
    }
  if (run != NULL)
    take_run (self, attempt, run);
  else
    take_refusal (self, attempt, error);
  attempt_free (attempt);
  gstream_conversation_go_on (self);
}

/* --- what comes next --- */

/* Answers that were given one by one are taken together: a thread goes on with the first that it is given. */
static void
join_answers (GstreamConversation *self,
              GstreamAttempt      *attempt)
{
  for (GList *link = self->waiting.head, *next; attempt->questions != NULL && link != NULL; link = next)
    {
      GstreamAttempt *other = link->data;

      next = link->next;
      if (other->questions == NULL)
        continue;
      g_ptr_array_extend_and_steal (attempt->questions, g_steal_pointer (&other->questions));
      g_ptr_array_extend_and_steal (attempt->responses, g_steal_pointer (&other->responses));
      g_ptr_array_extend (attempt->tasks, other->tasks, (GCopyFunc) g_object_ref, NULL);
      g_queue_delete_link (&self->waiting, link);
      attempt_free (other);
    }
}

static GstreamPayload *
make_input (GstreamConversation    *self,
            GstreamConversationRow *row)
{
  g_autoptr (GString) json = g_string_new ("{");

  gstream_json_write_member (json, self->messages_key);
  g_string_append_c (json, '[');
  g_string_append_len (json, row->payload->json, row->payload->length);
  g_string_append (json, "]}");

  return gstream_payload_new_checked (json->str, json->len);
}

static void
show_sending (GstreamConversation    *self,
              GstreamConversationRow *row)
{
  gstream_conversation_row_set_status (row, GSTREAM_CONVERSATION_ROW_STATUS_SENDING, NULL);
  gstream_conversation_row_set_time (row, g_get_real_time ());
  gstream_conversation_rows_add (self->rows, row);
}

static void
begin_queued (GstreamConversation *self)
{
  g_autoptr (GstreamConversationRow) row = g_list_model_get_item (G_LIST_MODEL (self->queue), 0);
  GstreamRunOptions *options = g_object_get_data (G_OBJECT (row), "gstream-options");
  GstreamAttempt    *attempt = attempt_new (self, options, NULL);

  attempt->row = g_object_ref (row);
  attempt->input = make_input (self, row);
  g_object_set_data (G_OBJECT (row), "gstream-options", NULL);
  g_list_store_remove (self->queue, 0);
  show_sending (self, row);
  begin (self, attempt);
}

void
gstream_conversation_begin_next (GstreamConversation *self)
{
  GstreamAttempt *attempt = g_queue_peek_head (&self->waiting);

  if (self->attempt != NULL || self->stage != GSTREAM_READING_NONE)
    return;

  if (attempt != NULL && (self->run == NULL || replaces (attempt)))
    {
      g_queue_pop_head (&self->waiting);
      join_answers (self, attempt);
      begin (self, attempt);
    }
  else if (attempt == NULL && self->run == NULL && !self->is_held &&
           g_list_model_get_n_items (G_LIST_MODEL (self->questions)) == 0 &&
           g_list_model_get_n_items (G_LIST_MODEL (self->queue)) > 0)
    begin_queued (self);
}

static void
push (GstreamConversation *self,
      GstreamAttempt      *attempt)
{
  g_queue_push_tail (&self->waiting, attempt);
  gstream_conversation_go_on (self);
}

/* --- sending --- */

/* With an id of its own, and as the user's where it does not say whose it is. */
static GstreamPayload *
complete_message (GstreamPayload *message)
{
  g_autofree char *id = g_uuid_string_random ();
  g_autoptr (GString) json = g_string_new ("{");
  GstreamPayloadIter iter;
  const char        *name;
  GstreamPayload    *value;

  if (!gstream_payload_has (message, "/type") && !gstream_payload_has (message, "/role"))
    gstream_json_add_string (json, "type", "human");
  if (gstream_payload_get_string (message, "/id") == NULL)
    gstream_json_add_string (json, "id", id);
  gstream_payload_iter_init (&iter, message);
  while (gstream_payload_iter_next (&iter, &name, &value))
    {
      if (!g_str_equal (name, "id") || gstream_payload_get_kind (value) == GSTREAM_PAYLOAD_STRING)
        gstream_json_add_payload (json, name, value);
      gstream_payload_unref (value);
    }
  g_string_append_c (json, '}');

  return gstream_payload_new_checked (json->str, json->len);
}

static GstreamPayload *
make_message (const char *text,
              const char *id)
{
  g_autoptr (GString) json = g_string_new ("{");

  gstream_json_add_string (json, "type", "human");
  gstream_json_add_string (json, "id", id);
  gstream_json_add_string (json, "content", text);
  g_string_append_c (json, '}');

  return gstream_payload_new_checked (json->str, json->len);
}

/* @message: complete. */
static GstreamConversationRow *
make_row (GstreamPayload *message)
{
  GstreamMessageJson      read;
  GstreamConversationRow *row;

  gstream_message_json_read (&read, gstream_payload_value (message));
  row = gstream_conversation_row_new (gstream_payload_get_string (message, "/id"), read.role,
                                      GSTREAM_CONVERSATION_ROW_STATUS_SENDING);
  gstream_conversation_row_take_json (row, gstream_payload_value (message), &read);

  return row;
}

static GstreamConversationRow *
make_text_row (const char *text)
{
  g_autofree char *id = g_uuid_string_random ();
  g_autoptr (GstreamPayload) message = make_message (text, id);

  return make_row (message);
}

static gboolean
is_at_work (GstreamConversation *self)
{
  return self->run != NULL || self->attempt != NULL || self->waiting.length > 0;
}

static void
enqueue (GstreamConversation    *self,
         GstreamConversationRow *row,
         GstreamRunOptions      *options)
{
  gstream_conversation_row_set_status (row, GSTREAM_CONVERSATION_ROW_STATUS_QUEUED, NULL);
  if (options != NULL)
    g_object_set_data_full (G_OBJECT (row), "gstream-options", g_object_ref (options), g_object_unref);
  g_list_store_append (self->queue, row);
  gstream_conversation_go_on (self);
}

static void
reject (GstreamConversation    *self,
        GstreamConversationRow *row)
{
  g_autoptr (GError) error =
      g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_CONFLICT, "Another run of the conversation is under way");

  show_sending (self, row);
  gstream_conversation_row_set_status (row, GSTREAM_CONVERSATION_ROW_STATUS_FAILED, error);
  gstream_conversation_rows_settle (self->rows);
}

/* Shown already, or by whoever calls. */
static void
send_now (GstreamConversation    *self,
          GstreamConversationRow *row,
          GstreamRunOptions      *options)
{
  GstreamAttempt *attempt = attempt_new (self, options, NULL);

  attempt->row = g_object_ref (row);
  attempt->input = make_input (self, row);
  push (self, attempt);
}

static GstreamMultitaskStrategy
find_policy (GstreamConversation *self,
             GstreamRunOptions   *options)
{
  GstreamMultitaskStrategy policy =
      options != NULL ? gstream_run_options_get_multitask_strategy (options) : GSTREAM_MULTITASK_STRATEGY_DEFAULT;

  policy = policy != GSTREAM_MULTITASK_STRATEGY_DEFAULT ? policy : self->policy;
  return policy != GSTREAM_MULTITASK_STRATEGY_DEFAULT ? policy : GSTREAM_MULTITASK_STRATEGY_ENQUEUE;
}

/* Takes @row, which whoever it is shown to holds. */
static GstreamConversationRow *
send_row (GstreamConversation    *self,
          GstreamConversationRow *row,
          GstreamRunOptions      *options)
{
  g_autoptr (GstreamConversationRow) own = row;
  GstreamMultitaskStrategy policy = find_policy (self, options);
  gboolean                 is_behind = g_list_model_get_n_items (G_LIST_MODEL (self->queue)) > 0;

  if (!is_at_work (self))
    self->is_held = FALSE;
  if (is_at_work (self) && policy == GSTREAM_MULTITASK_STRATEGY_REJECT)
    reject (self, row);
  else if ((is_at_work (self) || is_behind) && policy == GSTREAM_MULTITASK_STRATEGY_ENQUEUE)
    enqueue (self, row, options);
  else
    {
      show_sending (self, row);
      send_now (self, row, options);
    }

  return row;
}

/**
 * gstream_conversation_send:
 * @self: a conversation
 * @text: what the user says
 * @options: (nullable): what the run is started with besides; %NULL:
 *   [property@Conversation:options]
 *
 * Sends what the user says. It is a row at once, whose status tells what becomes
 * of it: sending, then sent when the thread has it; or failed, with the error, and
 * it can be sent again ([method@Conversation.retry]) or taken back
 * ([method@Conversation.take_back]) (C4).
 *
 * While a run is under way, [property@Conversation:policy], or the options'
 * multitask strategy, says what becomes of it (C6): it waits in
 * [property@Conversation:queue]; the run is ended, and what it has done stays, or
 * is taken back; or the row fails with %GSTREAM_ERROR_CONFLICT.
 *
 * Returns: (transfer none): the row
 *
 * Since: 1.0
 */
GstreamConversationRow *
gstream_conversation_send (GstreamConversation *self,
                           const char          *text,
                           GstreamRunOptions   *options)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);
  g_return_val_if_fail (text != NULL && g_utf8_validate (text, -1, NULL), NULL);
  g_return_val_if_fail (options == NULL || GSTREAM_IS_RUN_OPTIONS (options), NULL);

  return send_row (self, make_text_row (text), options);
}

/**
 * gstream_conversation_send_message:
 * @self: a conversation
 * @message: a message as LangChain's JSON has it, such as one with pictures in its content blocks
 * @options: (nullable): what the run is started with besides; %NULL:
 *   [property@Conversation:options]
 *
 * [method@Conversation.send] for more than words. A message without an id gets
 * one, and one that does not say whose it is, is the user's.
 *
 * Returns: (transfer none): the row
 *
 * Since: 1.0
 */
GstreamConversationRow *
gstream_conversation_send_message (GstreamConversation *self,
                                   GstreamPayload      *message,
                                   GstreamRunOptions   *options)
{
  g_autoptr (GstreamPayload) complete = NULL;

  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);
  g_return_val_if_fail (message != NULL && gstream_payload_get_kind (message) == GSTREAM_PAYLOAD_OBJECT, NULL);
  g_return_val_if_fail (options == NULL || GSTREAM_IS_RUN_OPTIONS (options), NULL);

  complete = complete_message (message);
  return send_row (self, make_row (complete), options);
}

static gboolean
is_unsent (GstreamConversationRow *row)
{
  return row->is_other && row->payload != NULL &&
         (row->status == GSTREAM_CONVERSATION_ROW_STATUS_FAILED ||
          row->status == GSTREAM_CONVERSATION_ROW_STATUS_STOPPED);
}

/**
 * gstream_conversation_retry:
 * @self: a conversation
 * @row: a row that could not be sent
 *
 * Sends a row again that has failed, or was stopped before the thread had it. Its
 * id is the same, so that the thread does not have it twice.
 *
 * Returns: %TRUE if it is sent; %FALSE if it is no such row, or a run is under way
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_retry (GstreamConversation    *self,
                            GstreamConversationRow *row)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (row), FALSE);

  if (!is_unsent (row) || is_at_work (self))
    return FALSE;

  self->is_held = FALSE;
  gstream_conversation_rows_unsettle (self->rows, row);
  gstream_conversation_row_set_status (row, GSTREAM_CONVERSATION_ROW_STATUS_SENDING, NULL);
  send_now (self, row, NULL);

  return TRUE;
}

/**
 * gstream_conversation_take_back:
 * @self: a conversation
 * @row: a row that is queued, has failed, or was stopped
 *
 * Takes back what the thread does not have: a row that is still in the queue, could
 * not be sent, or what an agent had said until it was stopped. The row leaves.
 *
 * Returns: %TRUE if it has left; %FALSE if the thread has it, or may have it
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_take_back (GstreamConversation    *self,
                                GstreamConversationRow *row)
{
  guint position;

  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (row), FALSE);

  if (g_list_store_find (self->queue, row, &position))
    {
      g_list_store_remove (self->queue, position);
      gstream_conversation_go_on (self);
      return TRUE;
    }
  if (!row->is_other ||
      (row->status != GSTREAM_CONVERSATION_ROW_STATUS_FAILED && row->status != GSTREAM_CONVERSATION_ROW_STATUS_STOPPED))
    return FALSE;

  gstream_conversation_rows_remove (self->rows, row);
  return TRUE;
}

/* --- the queue --- */

/**
 * gstream_conversation_edit_queued:
 * @self: a conversation
 * @row: a row in the queue
 * @text: what it is to say instead
 *
 * Changes what a row says that is still in [property@Conversation:queue].
 *
 * Returns: %TRUE if it does; %FALSE if it is not in the queue any more
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_edit_queued (GstreamConversation    *self,
                                  GstreamConversationRow *row,
                                  const char             *text)
{
  g_autoptr (GstreamPayload) message = NULL;
  GstreamMessageJson read;
  guint              position;

  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (row), FALSE);
  g_return_val_if_fail (text != NULL && g_utf8_validate (text, -1, NULL), FALSE);

  if (!g_list_store_find (self->queue, row, &position))
    return FALSE;

  message = make_message (text, row->id);
  gstream_message_json_read (&read, gstream_payload_value (message));
  gstream_conversation_row_take_json (row, gstream_payload_value (message), &read);

  return TRUE;
}

/**
 * gstream_conversation_move_queued:
 * @self: a conversation
 * @row: a row in the queue
 * @position: where it is to be; beyond the end: last
 *
 * Moves a row within [property@Conversation:queue].
 *
 * Returns: %TRUE if it is there; %FALSE if it is not in the queue any more
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_move_queued (GstreamConversation    *self,
                                  GstreamConversationRow *row,
                                  guint                   position)
{
  g_autoptr (GstreamConversationRow) keep = NULL;
  guint before;

  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (row), FALSE);

  if (!g_list_store_find (self->queue, row, &before))
    return FALSE;

  keep = g_object_ref (row);
  g_list_store_remove (self->queue, before);
  g_list_store_insert (self->queue, MIN (position, g_list_model_get_n_items (G_LIST_MODEL (self->queue))), row);

  return TRUE;
}

/**
 * gstream_conversation_send_queued:
 * @self: a conversation
 *
 * Lets the queue go on that waits since a run was stopped, or failed.
 *
 * Since: 1.0
 */
void
gstream_conversation_send_queued (GstreamConversation *self)
{
  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));

  self->is_held = FALSE;
  gstream_conversation_go_on (self);
}

/**
 * gstream_conversation_stop:
 * @self: a conversation
 *
 * Stops the run that is under way, on the thread too unless that is told to leave
 * it ([property@Thread:cancel-on-abort]). What was said stays, and is marked as
 * stopped where the thread's state does not have it (C10). What is queued waits
 * until something is sent, or [method@Conversation.send_queued].
 *
 * Does nothing while nothing is under way.
 *
 * Since: 1.0
 */
void
gstream_conversation_stop (GstreamConversation *self)
{
  g_autoptr (GstreamConversation) keep = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));

  if (!is_at_work (self))
    return;

  keep = g_object_ref (self);
  error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The conversation was stopped");
  self->is_held = TRUE;
  gstream_conversation_drop_attempts (self, error);
  if (self->attempt != NULL)
    g_cancellable_cancel (self->attempt->cancellable);
  if (self->run != NULL)
    gstream_run_stream_abort (self->run);
  gstream_conversation_go_on (self);
}

/* --- again, and otherwise --- */

/* Refuses what cannot be done, or not now. */
static gboolean
check_branching (GstreamConversation *self,
                 GTask               *task)
{
  if (is_at_work (self) || self->stage != GSTREAM_READING_NONE)
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_CONFLICT,
                             "The conversation is at work: wait until it is idle, or stop it");
  else if (!self->keeps_history)
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED, "The thread keeps no history");
  else
    return TRUE;

  return FALSE;
}

/* What is said again at a row of the user's is what came after it; NULL: nothing did. */
static GstreamConversationRow *
find_answer (GstreamConversation    *self,
             GstreamConversationRow *row)
{
  if (row->role != GSTREAM_CONVERSATION_ROLE_HUMAN || !row->in_state)
    return row;

  return row->place + 1 < gstream_conversation_rows_get_n_state (self->rows)
             ? gstream_conversation_rows_get_state (self->rows, row->place + 1)
             : NULL;
}

static void
return_unknown (GTask                  *task,
                GstreamConversationRow *row)
{
  g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND,
                           "The checkpoint before row “%s” is not known: it is not in the history that was read, whose "
                           "length “history-limit” says",
                           row->id != NULL ? row->id : "");
}

/**
 * gstream_conversation_regenerate:
 * @self: a conversation
 * @row: the row that is to be said again, or one of the user's that is to be answered again
 * @options: (nullable): what the run is started with besides; %NULL:
 *   [property@Conversation:options]
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the run has begun, or there is an error
 * @user_data: for @callback
 *
 * Lets the agent say something again: a run from the checkpoint before @row (C7).
 * The row, and those behind it, leave; they are another branch, which
 * [method@Conversation.choose_branch] brings back.
 *
 * Where nothing came after the user's row, or what came was stopped or failed, the
 * agent goes on from where it is.
 *
 * Since: 1.0
 */
void
gstream_conversation_regenerate (GstreamConversation    *self,
                                 GstreamConversationRow *row,
                                 GstreamRunOptions      *options,
                                 GCancellable           *cancellable,
                                 GAsyncReadyCallback     callback,
                                 gpointer                user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GstreamAttempt) attempt = NULL;
  GstreamConversationRow *answer;
  const char             *before = NULL;

  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));
  g_return_if_fail (GSTREAM_IS_CONVERSATION_ROW (row));
  g_return_if_fail (options == NULL || GSTREAM_IS_RUN_OPTIONS (options));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, gstream_conversation_regenerate);
  if (!check_branching (self, task))
    return;

  answer = find_answer (self, row);
  if (answer != NULL && answer->in_state)
    before = gstream_checkpoint_tree_get_before (self->tree, self->head, answer->id);
  if (answer != NULL && answer->in_state && before == NULL)
    {
      return_unknown (task, answer);
      return;
    }

  attempt = attempt_new (self, options, task);
  attempt->checkpoint_id = g_strdup (before);
  if (before != NULL)
    attempt->replaced = g_object_ref (answer);
  else if (answer != NULL && !is_unsent (answer))
    gstream_conversation_rows_remove (self->rows, answer);
  push (self, g_steal_pointer (&attempt));
}

/**
 * gstream_conversation_regenerate_finish:
 * @self: a conversation
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Conversation.regenerate].
 *
 * Fails with %GSTREAM_ERROR_NOT_SUPPORTED where the thread keeps no history,
 * %GSTREAM_ERROR_NOT_FOUND where the checkpoint is not among what was read of
 * it, %GSTREAM_ERROR_CONFLICT while a run is under way, and with the thread's
 * error. The rows are then as they were.
 *
 * Returns: %TRUE if the run has begun; %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_regenerate_finish (GstreamConversation *self,
                                        GAsyncResult        *result,
                                        GError             **error)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * gstream_conversation_edit:
 * @self: a conversation
 * @row: a row of the user's
 * @text: what is to be said instead
 * @options: (nullable): what the run is started with besides; %NULL:
 *   [property@Conversation:options]
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the run has begun, or there is an error
 * @user_data: for @callback
 *
 * Lets the user say something otherwise: a run from the checkpoint before @row,
 * with the new words (C7). They are a row at once, in place of @row and those
 * behind it, which are another branch from then on.
 *
 * Since: 1.0
 */
void
gstream_conversation_edit (GstreamConversation    *self,
                           GstreamConversationRow *row,
                           const char             *text,
                           GstreamRunOptions      *options,
                           GCancellable           *cancellable,
                           GAsyncReadyCallback     callback,
                           gpointer                user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GstreamConversationRow) edited = NULL;
  GstreamAttempt *attempt;

  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));
  g_return_if_fail (GSTREAM_IS_CONVERSATION_ROW (row));
  g_return_if_fail (text != NULL && g_utf8_validate (text, -1, NULL));
  g_return_if_fail (options == NULL || GSTREAM_IS_RUN_OPTIONS (options));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, gstream_conversation_edit);
  if (!check_branching (self, task))
    return;
  if (!row->in_state || row->checkpoint_id == NULL)
    {
      return_unknown (task, row);
      return;
    }

  edited = make_text_row (text);
  g_task_set_task_data (task, g_object_ref (edited), g_object_unref);
  attempt = attempt_new (self, options, task);
  attempt->row = g_object_ref (edited);
  attempt->input = make_input (self, edited);
  attempt->checkpoint_id = g_strdup (row->checkpoint_id);
  attempt->replaced = g_object_ref (row);
  show_sending (self, edited);
  push (self, attempt);
}

/**
 * gstream_conversation_edit_finish:
 * @self: a conversation
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Conversation.edit].
 *
 * Fails as [method@Conversation.regenerate_finish] does.
 *
 * Returns: (transfer full): the row with the new words; %NULL with @error set
 *
 * Since: 1.0
 */
GstreamConversationRow *
gstream_conversation_edit_finish (GstreamConversation *self,
                                  GAsyncResult        *result,
                                  GError             **error)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_boolean (G_TASK (result), error) ? g_object_ref (g_task_get_task_data (G_TASK (result)))
                                                           : NULL;
}

/* --- answers --- */

/* NULL: all can be answered. */
static GError *
check_questions (GstreamConversation *self,
                 GPtrArray           *questions)
{
  for (guint i = 0; i < questions->len; i++)
    {
      GstreamQuestion *question = questions->pdata[i];
      const char      *text = gstream_question_get_text (question);

      if (!g_list_store_find (self->questions, question, NULL))
        return g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND, "The question “%s” is not asked any more", text);
      if (gstream_question_get_answering (question))
        return g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_CONFLICT, "The question “%s” is being answered", text);
    }
  return NULL;
}

static void
answer (GstreamConversation *self,
        GPtrArray           *questions,
        GPtrArray           *responses,
        GTask               *task)
{
  GError         *error = check_questions (self, questions);
  GstreamAttempt *attempt;

  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  attempt = attempt_new (self, NULL, task);
  attempt->strategy = GSTREAM_MULTITASK_STRATEGY_DEFAULT;
  attempt->questions = g_ptr_array_copy (questions, (GCopyFunc) g_object_ref, NULL);
  attempt->responses = g_ptr_array_copy (responses, (GCopyFunc) gstream_payload_ref, NULL);
  g_ptr_array_set_free_func (attempt->questions, g_object_unref);
  g_ptr_array_set_free_func (attempt->responses, (GDestroyNotify) gstream_payload_unref);
  set_answering (attempt, TRUE, NULL);
  push (self, attempt);
}

/**
 * gstream_conversation_respond:
 * @self: a conversation
 * @question: one of [property@Conversation:questions]
 * @response: the answer
 * @cancellable: (nullable): to give up waiting
 * @callback: (scope async): called when the answer was taken, or refused
 * @user_data: for @callback
 *
 * Answers a question (C8). While other branches of the run still work, the answer
 * waits until the run is over; those that were given by then are taken together.
 *
 * The question goes when its answer was taken. Where it was refused, it stays, with
 * the error.
 *
 * Since: 1.0
 */
void
gstream_conversation_respond (GstreamConversation *self,
                              GstreamQuestion     *question,
                              GstreamPayload      *response,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GPtrArray) questions = g_ptr_array_new ();
  g_autoptr (GPtrArray) responses = g_ptr_array_new ();

  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));
  g_return_if_fail (GSTREAM_IS_QUESTION (question));
  g_return_if_fail (response != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  g_ptr_array_add (questions, question);
  g_ptr_array_add (responses, response);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, gstream_conversation_respond);
  answer (self, questions, responses, task);
}

/**
 * gstream_conversation_respond_finish:
 * @self: a conversation
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Conversation.respond].
 *
 * Fails with %GSTREAM_ERROR_NOT_FOUND where the question is not asked any more,
 * %GSTREAM_ERROR_CONFLICT where another answer is under way, and with the thread's
 * error where it refuses the answer.
 *
 * Returns: %TRUE if the answer was taken; %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_respond_finish (GstreamConversation *self,
                                     GAsyncResult        *result,
                                     GError             **error)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * gstream_conversation_respond_all:
 * @self: a conversation
 * @questions: (element-type GstreamQuestion): some of [property@Conversation:questions]
 * @responses: (element-type GstreamPayload): an answer to each
 * @cancellable: (nullable): to give up waiting
 * @callback: (scope async): called when the answers were taken, or refused
 * @user_data: for @callback
 *
 * [method@Conversation.respond] for several questions together: all are taken, or
 * none.
 *
 * Since: 1.0
 */
void
gstream_conversation_respond_all (GstreamConversation *self,
                                  GPtrArray           *questions,
                                  GPtrArray           *responses,
                                  GCancellable        *cancellable,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));
  g_return_if_fail (questions != NULL && questions->len > 0);
  g_return_if_fail (responses != NULL && responses->len == questions->len);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, gstream_conversation_respond_all);
  answer (self, questions, responses, task);
}

/**
 * gstream_conversation_respond_all_finish:
 * @self: a conversation
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Conversation.respond_all], which fails as
 * [method@Conversation.respond_finish] says.
 *
 * Returns: %TRUE if the answers were taken; %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_respond_all_finish (GstreamConversation *self,
                                         GAsyncResult        *result,
                                         GError             **error)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
