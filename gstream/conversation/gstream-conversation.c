/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread as a chat window shows it: the object, its properties, and its rows as a list model.
 */
#include "config.h"

#include <gstream/conversation/gstream-conversation-private.h>
#include <gstream/event/gstream-error.h>

/**
 * GstreamConversation:
 *
 * A thread as a chat window shows it: a list of rows, what the user can do with
 * them, and what the agent asks (C1).
 *
 * It works with every kind of thread: on a server, in a child process, or a kind
 * of your own. It is a list model of [class@ConversationRow], in the order of the
 * messages in the thread's state:
 *
 * ```c
 * conversation = gstream_conversation_new (thread);
 * selection = gtk_no_selection_new (G_LIST_MODEL (g_object_ref (conversation)));
 * gtk_list_view_set_model (view, GTK_SELECTION_MODEL (selection));
 * g_object_bind_property (conversation, "busy", stop, "visible", G_BINDING_SYNC_CREATE);
 *
 * gstream_conversation_open (conversation, cancellable, on_opened, window);
 * gstream_conversation_send (conversation, "And on Monday?", NULL);
 * ```
 *
 * The state decides (C3). What the user sends is a row at once, and an answer is a
 * row from its first word; when the state has them, the same rows show it. What the
 * state lets go of leaves, and after each run it is read once more. A change touches
 * no row that stays, and comes at most once a turn of the main loop.
 *
 * One thing is done after another: while a run is under way, what is sent follows
 * [property@Conversation:policy]. A run that fails or is stopped leaves its rows,
 * marked, and the conversation goes on; [property@Conversation:error] says what
 * failed last.
 *
 * Where the thread keeps a history, each row knows the checkpoint before it:
 * [method@Conversation.regenerate] and [method@Conversation.edit] begin there, and
 * what was said before becomes another branch (C7).
 *
 * ```python
 * conversation = Gstream.Conversation(thread=thread)
 * await conversation.open()
 * conversation.send("And on Monday?")
 * await conversation.idle()
 * for row in conversation:
 *     print(row.props.role, row.props.text)
 * ```
 *
 * It is used in the main context that its thread belongs to, only. Dropping it lets
 * go of the run that is under way, which goes on without it.
 *
 * Since: 1.0
 */

static GParamSpec *properties[GSTREAM_CONVERSATION_N_PROPS];

static void gstream_conversation_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamConversation, gstream_conversation, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, gstream_conversation_list_model_init))

/* --- as a list model --- */

static GType
get_item_type (GListModel *list)
{
  return GSTREAM_TYPE_CONVERSATION_ROW;
}

static guint
get_n_items (GListModel *list)
{
  return g_list_model_get_n_items (G_LIST_MODEL (GSTREAM_CONVERSATION (list)->rows));
}

static gpointer
get_item (GListModel *list,
          guint       position)
{
  return g_list_model_get_item (G_LIST_MODEL (GSTREAM_CONVERSATION (list)->rows), position);
}

static void
gstream_conversation_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
on_rows_changed (gpointer owner,
                 guint    position,
                 guint    removed,
                 guint    added)
{
  g_autoptr (GstreamConversation) self = g_object_ref (owner);

  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
  if (removed != added)
    gstream_conversation_notify (self, GSTREAM_CONVERSATION_PROP_N_ITEMS);
}

static void
on_rows_settled (gpointer owner)
{
  g_autoptr (GstreamConversation) self = g_object_ref (owner);

  gstream_conversation_on_rows_settled (self);
}

static const GstreamConversationRowsFuncs rows_funcs = { on_rows_changed, on_rows_settled };

/* --- for its other files --- */

void
gstream_conversation_notify (GstreamConversation *self,
                             guint                property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

void
gstream_conversation_set_error (GstreamConversation *self,
                                const GError        *error)
{
  g_autoptr (GError) before = self->error;

  self->error = error != NULL ? g_error_copy (error) : NULL;
  if (before != NULL || error != NULL)
    gstream_conversation_notify (self, GSTREAM_CONVERSATION_PROP_ERROR);
}

void
gstream_conversation_set_values (GstreamConversation *self,
                                 GstreamPayload      *values)
{
  g_clear_pointer (&self->values, gstream_payload_unref);
  self->values = gstream_payload_ref (values);
  gstream_conversation_notify (self, GSTREAM_CONVERSATION_PROP_VALUES);
}

static void
notify_work (GstreamConversation *self)
{
  gboolean busy = gstream_conversation_get_busy (self);
  gboolean loading = gstream_conversation_get_loading (self);

  if (self->shown_busy != busy)
    {
      self->shown_busy = busy;
      gstream_conversation_notify (self, GSTREAM_CONVERSATION_PROP_BUSY);
    }
  if (self->shown_loading != loading)
    {
      self->shown_loading = loading;
      gstream_conversation_notify (self, GSTREAM_CONVERSATION_PROP_LOADING);
    }
}

static gboolean
is_idle (GstreamConversation *self)
{
  return !gstream_conversation_get_busy (self) && !gstream_conversation_get_loading (self) && !self->reads_history &&
         gstream_conversation_rows_is_settled (self->rows);
}

static void
tell_idle (GstreamConversation *self)
{
  g_autoptr (GPtrArray) idle = NULL;

  if (!is_idle (self) || self->idle->len == 0)
    return;

  idle = g_steal_pointer (&self->idle);
  self->idle = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < idle->len; i++)
    if (self->error != NULL)
      g_task_return_error (idle->pdata[i], g_error_copy (self->error));
    else
      g_task_return_boolean (idle->pdata[i], TRUE);
}

void
gstream_conversation_go_on (GstreamConversation *self)
{
  g_autoptr (GstreamConversation) keep = g_object_ref (self);

  if (g_cancellable_is_cancelled (self->closing))
    return;

  gstream_conversation_begin_next (self);
  notify_work (self);
  tell_idle (self);
}

/* --- the object --- */

static void
gstream_conversation_constructed (GObject *object)
{
  GstreamConversation *self = GSTREAM_CONVERSATION (object);

  G_OBJECT_CLASS (gstream_conversation_parent_class)->constructed (object);
  gstream_conversation_rows_set_owner (self->rows, &rows_funcs, self);
}

static void
end_waits (GstreamConversation *self)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The conversation was dropped");

  gstream_conversation_drop_attempts (self, error);
  for (guint i = 0; i < self->idle->len; i++)
    g_task_return_error (self->idle->pdata[i], g_error_copy (error));
  g_ptr_array_set_size (self->idle, 0);
  if (self->reading != NULL)
    g_task_return_error (self->reading, g_error_copy (error));
  g_clear_object (&self->reading);
}

static void
gstream_conversation_dispose (GObject *object)
{
  GstreamConversation *self = GSTREAM_CONVERSATION (object);

  g_cancellable_cancel (self->closing);
  end_waits (self);
  gstream_conversation_leave_run (self);
  gstream_conversation_rows_close (self->rows);

  G_OBJECT_CLASS (gstream_conversation_parent_class)->dispose (object);
}

static void
gstream_conversation_finalize (GObject *object)
{
  GstreamConversation *self = GSTREAM_CONVERSATION (object);

  g_clear_object (&self->thread);
  g_free (self->messages_key);
  g_clear_object (&self->options);
  g_object_unref (self->rows);
  g_object_unref (self->questions);
  g_object_unref (self->queue);
  g_clear_pointer (&self->values, gstream_payload_unref);
  g_clear_error (&self->error);
  g_object_unref (self->closing);
  g_free (self->base);
  g_ptr_array_unref (self->answered);
  g_free (self->head);
  g_free (self->choice);
  gstream_checkpoint_tree_free (self->tree);
  g_ptr_array_unref (self->idle);

  G_OBJECT_CLASS (gstream_conversation_parent_class)->finalize (object);
}

static void
get_course (GstreamConversation *self,
            guint                prop_id,
            GValue              *value)
{
  switch (prop_id)
    {
    case GSTREAM_CONVERSATION_PROP_BUSY:
      g_value_set_boolean (value, gstream_conversation_get_busy (self));
      break;
    case GSTREAM_CONVERSATION_PROP_LOADING:
      g_value_set_boolean (value, gstream_conversation_get_loading (self));
      break;
    case GSTREAM_CONVERSATION_PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    case GSTREAM_CONVERSATION_PROP_RUN:
      g_value_set_object (value, self->run);
      break;
    case GSTREAM_CONVERSATION_PROP_VALUES:
      g_value_set_boxed (value, self->values);
      break;
    case GSTREAM_CONVERSATION_PROP_CHECKPOINT_ID:
      g_value_set_string (value, self->head);
      break;
    case GSTREAM_CONVERSATION_PROP_QUESTIONS:
      g_value_set_object (value, self->questions);
      break;
    default:
      g_value_set_object (value, self->queue);
    }
}

static void
gstream_conversation_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  GstreamConversation *self = GSTREAM_CONVERSATION (object);

  switch (prop_id)
    {
    case GSTREAM_CONVERSATION_PROP_THREAD:
      g_value_set_object (value, self->thread);
      break;
    case GSTREAM_CONVERSATION_PROP_MESSAGES_KEY:
      g_value_set_string (value, self->messages_key);
      break;
    case GSTREAM_CONVERSATION_PROP_TOOL_ROWS:
      g_value_set_boolean (value, self->tool_rows);
      break;
    case GSTREAM_CONVERSATION_PROP_POLICY:
      g_value_set_enum (value, self->policy);
      break;
    case GSTREAM_CONVERSATION_PROP_OPTIONS:
      g_value_set_object (value, self->options);
      break;
    case GSTREAM_CONVERSATION_PROP_HISTORY_LIMIT:
      g_value_set_uint (value, self->history_limit);
      break;
    case GSTREAM_CONVERSATION_PROP_N_ITEMS:
      g_value_set_uint (value, get_n_items (G_LIST_MODEL (self)));
      break;
    case GSTREAM_CONVERSATION_PROP_BUSY:
    case GSTREAM_CONVERSATION_PROP_LOADING:
    case GSTREAM_CONVERSATION_PROP_ERROR:
    case GSTREAM_CONVERSATION_PROP_RUN:
    case GSTREAM_CONVERSATION_PROP_VALUES:
    case GSTREAM_CONVERSATION_PROP_CHECKPOINT_ID:
    case GSTREAM_CONVERSATION_PROP_QUESTIONS:
    case GSTREAM_CONVERSATION_PROP_QUEUE:
      get_course (self, prop_id, value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_conversation_set_property (GObject      *object,
                                   guint         prop_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  GstreamConversation *self = GSTREAM_CONVERSATION (object);

  switch (prop_id)
    {
    case GSTREAM_CONVERSATION_PROP_THREAD:
      self->thread = g_value_dup_object (value);
      break;
    case GSTREAM_CONVERSATION_PROP_MESSAGES_KEY:
      self->messages_key = g_strdup (g_value_get_string (value) ? g_value_get_string (value) : "messages");
      break;
    case GSTREAM_CONVERSATION_PROP_TOOL_ROWS:
      gstream_conversation_set_tool_rows (self, g_value_get_boolean (value));
      break;
    case GSTREAM_CONVERSATION_PROP_POLICY:
      gstream_conversation_set_policy (self, g_value_get_enum (value));
      break;
    case GSTREAM_CONVERSATION_PROP_OPTIONS:
      gstream_conversation_set_options (self, g_value_get_object (value));
      break;
    case GSTREAM_CONVERSATION_PROP_HISTORY_LIMIT:
      gstream_conversation_set_history_limit (self, g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_conversation_class_init (GstreamConversationClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags writable = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  const GParamFlags once = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = gstream_conversation_constructed;
  object_class->dispose = gstream_conversation_dispose;
  object_class->finalize = gstream_conversation_finalize;
  object_class->get_property = gstream_conversation_get_property;
  object_class->set_property = gstream_conversation_set_property;

  /**
   * GstreamConversation:thread: (getter get_thread)
   *
   * The thread that it shows.
   *
   * Since: 1.0
   */
  properties[GSTREAM_CONVERSATION_PROP_THREAD] = g_param_spec_object ("thread", NULL, NULL, GSTREAM_TYPE_THREAD, once);
  /**
   * GstreamConversation:messages-key: (getter get_messages_key)
   *
   * The member of the thread's state that has the messages.
   *
   * Since: 1.0
   */
  properties[GSTREAM_CONVERSATION_PROP_MESSAGES_KEY] =
      g_param_spec_string ("messages-key", NULL, NULL, "messages", once);
  /**
   * GstreamConversation:tool-rows: (getter get_tool_rows) (setter set_tool_rows)
   *
   * Whether the results of tool calls are rows of their own. They are at their
   * calls in any case (C5).
   *
   * Since: 1.0
   */
  properties[GSTREAM_CONVERSATION_PROP_TOOL_ROWS] = g_param_spec_boolean ("tool-rows", NULL, NULL, TRUE, writable);
  /**
   * GstreamConversation:policy: (getter get_policy) (setter set_policy)
   *
   * What becomes of what is sent while a run is under way (C6). By default it is
   * enqueued.
   *
   * Since: 1.0
   */
  properties[GSTREAM_CONVERSATION_PROP_POLICY] =
      g_param_spec_enum ("policy", NULL, NULL, GSTREAM_TYPE_MULTITASK_STRATEGY, GSTREAM_MULTITASK_STRATEGY_DEFAULT,
                         writable);
  /**
   * GstreamConversation:options: (getter get_options) (setter set_options)
   *
   * What its runs are started with: configuration, metadata and so on; %NULL:
   * nothing.
   *
   * Since: 1.0
   */
  properties[GSTREAM_CONVERSATION_PROP_OPTIONS] =
      g_param_spec_object ("options", NULL, NULL, GSTREAM_TYPE_RUN_OPTIONS, writable);
  /**
   * GstreamConversation:history-limit: (getter get_history_limit) (setter set_history_limit)
   *
   * How many checkpoints of the thread's history are read at most, for the branches
   * of rows; 0: none.
   *
   * Since: 1.0
   */
  properties[GSTREAM_CONVERSATION_PROP_HISTORY_LIMIT] =
      g_param_spec_uint ("history-limit", NULL, NULL, 0, G_MAXUINT, 128, writable);
  /**
   * GstreamConversation:n-items:
   *
   * How many rows there are.
   *
   * Since: 1.0
   */
  properties[GSTREAM_CONVERSATION_PROP_N_ITEMS] = g_param_spec_uint ("n-items", NULL, NULL, 0, G_MAXUINT, 0, readable);
  /**
   * GstreamConversation:busy: (getter get_busy)
   *
   * Whether a run is under way, or about to be.
   *
   * Since: 1.0
   */
  properties[GSTREAM_CONVERSATION_PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, readable);
  /**
   * GstreamConversation:loading: (getter get_loading)
   *
   * Whether the thread's state is being read.
   *
   * Since: 1.0
   */
  properties[GSTREAM_CONVERSATION_PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, readable);
  /**
   * GstreamConversation:error: (getter get_error)
   *
   * What failed last; %NULL if nothing did since something was begun.
   *
   * Since: 1.0
   */
  properties[GSTREAM_CONVERSATION_PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, readable);
  /**
   * GstreamConversation:run: (getter get_run)
   *
   * The run that is under way; %NULL if none is.
   *
   * Since: 1.0
   */
  properties[GSTREAM_CONVERSATION_PROP_RUN] =
      g_param_spec_object ("run", NULL, NULL, GSTREAM_TYPE_RUN_STREAM, readable);
  /**
   * GstreamConversation:values: (getter get_values)
   *
   * The newest state, with all that it has besides the messages; %NULL where there
   * was none.
   *
   * Since: 1.0
   */
  properties[GSTREAM_CONVERSATION_PROP_VALUES] =
      g_param_spec_boxed ("values", NULL, NULL, GSTREAM_TYPE_PAYLOAD, readable);
  /**
   * GstreamConversation:checkpoint-id: (getter get_checkpoint_id)
   *
   * The checkpoint that is shown; %NULL where it is not known.
   *
   * Since: 1.0
   */
  properties[GSTREAM_CONVERSATION_PROP_CHECKPOINT_ID] =
      g_param_spec_string ("checkpoint-id", NULL, NULL, NULL, readable);
  /**
   * GstreamConversation:questions: (getter get_questions)
   *
   * What the agent asks, as a list of [class@Question] (C8).
   *
   * Since: 1.0
   */
  properties[GSTREAM_CONVERSATION_PROP_QUESTIONS] =
      g_param_spec_object ("questions", NULL, NULL, G_TYPE_LIST_MODEL, readable);
  /**
   * GstreamConversation:queue: (getter get_queue)
   *
   * What waits until the run that is under way is over, as a list of
   * [class@ConversationRow] (C6).
   *
   * Since: 1.0
   */
  properties[GSTREAM_CONVERSATION_PROP_QUEUE] = g_param_spec_object ("queue", NULL, NULL, G_TYPE_LIST_MODEL, readable);
  g_object_class_install_properties (object_class, GSTREAM_CONVERSATION_N_PROPS, properties);
}

static void
gstream_conversation_init (GstreamConversation *self)
{
  self->tool_rows = TRUE;
  self->history_limit = 128;
  self->keeps_history = TRUE;
  self->rows = gstream_conversation_rows_new ();
  self->questions = g_list_store_new (GSTREAM_TYPE_QUESTION);
  self->queue = g_list_store_new (GSTREAM_TYPE_CONVERSATION_ROW);
  self->closing = g_cancellable_new ();
  self->answered = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_interrupt_unref);
  self->tree = gstream_checkpoint_tree_new ();
  self->idle = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&self->waiting);
}

/* --- public calls --- */

/**
 * gstream_conversation_new:
 * @thread: a thread, of any kind
 *
 * Makes a conversation of a thread. It reads nothing until
 * [method@Conversation.open], which a new thread does without.
 *
 * Returns: (transfer full): the conversation
 *
 * Since: 1.0
 */
GstreamConversation *
gstream_conversation_new (GstreamThread *thread)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (thread), NULL);

  return g_object_new (GSTREAM_TYPE_CONVERSATION, "thread", thread, NULL);
}

/**
 * gstream_conversation_get_thread:
 * @self: a conversation
 *
 * The thread that it shows.
 *
 * Returns: (transfer none): the thread
 *
 * Since: 1.0
 */
GstreamThread *
gstream_conversation_get_thread (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);

  return self->thread;
}

/**
 * gstream_conversation_get_messages_key:
 * @self: a conversation
 *
 * The member of the thread's state that has the messages.
 *
 * Returns: (transfer none): its name
 *
 * Since: 1.0
 */
const char *
gstream_conversation_get_messages_key (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);

  return self->messages_key;
}

/**
 * gstream_conversation_get_tool_rows:
 * @self: a conversation
 *
 * Whether the results of tool calls are rows of their own.
 *
 * Returns: %TRUE if they are
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_get_tool_rows (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);

  return self->tool_rows;
}

/**
 * gstream_conversation_set_tool_rows:
 * @self: a conversation
 * @tool_rows: whether they are
 *
 * Sets [property@Conversation:tool-rows].
 *
 * Since: 1.0
 */
void
gstream_conversation_set_tool_rows (GstreamConversation *self,
                                    gboolean             tool_rows)
{
  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));

  tool_rows = !!tool_rows;
  if (self->tool_rows == tool_rows)
    return;

  self->tool_rows = tool_rows;
  gstream_conversation_rows_set_tool_rows (self->rows, tool_rows);
  gstream_conversation_notify (self, GSTREAM_CONVERSATION_PROP_TOOL_ROWS);
}

/**
 * gstream_conversation_get_policy:
 * @self: a conversation
 *
 * What becomes of what is sent while a run is under way (C6).
 *
 * Returns: the policy
 *
 * Since: 1.0
 */
GstreamMultitaskStrategy
gstream_conversation_get_policy (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), GSTREAM_MULTITASK_STRATEGY_DEFAULT);

  return self->policy;
}

/**
 * gstream_conversation_set_policy:
 * @self: a conversation
 * @policy: the policy
 *
 * Sets [property@Conversation:policy].
 *
 * Since: 1.0
 */
void
gstream_conversation_set_policy (GstreamConversation     *self,
                                 GstreamMultitaskStrategy policy)
{
  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));

  if (self->policy == policy)
    return;

  self->policy = policy;
  gstream_conversation_notify (self, GSTREAM_CONVERSATION_PROP_POLICY);
}

/**
 * gstream_conversation_get_options:
 * @self: a conversation
 *
 * What its runs are started with.
 *
 * Returns: (transfer none) (nullable): the options; %NULL: nothing
 *
 * Since: 1.0
 */
GstreamRunOptions *
gstream_conversation_get_options (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);

  return self->options;
}

/**
 * gstream_conversation_set_options:
 * @self: a conversation
 * @options: (nullable): the options; %NULL: nothing
 *
 * Sets [property@Conversation:options], for the runs that are started from now on.
 *
 * Since: 1.0
 */
void
gstream_conversation_set_options (GstreamConversation *self,
                                  GstreamRunOptions   *options)
{
  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));

  if (g_set_object (&self->options, options))
    gstream_conversation_notify (self, GSTREAM_CONVERSATION_PROP_OPTIONS);
}

/**
 * gstream_conversation_get_history_limit:
 * @self: a conversation
 *
 * How many checkpoints of the thread's history are read at most.
 *
 * Returns: the limit; 0: none
 *
 * Since: 1.0
 */
guint
gstream_conversation_get_history_limit (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), 0);

  return self->history_limit;
}

/**
 * gstream_conversation_set_history_limit:
 * @self: a conversation
 * @limit: the limit; 0: none
 *
 * Sets [property@Conversation:history-limit], for the next time that it is read.
 *
 * Since: 1.0
 */
void
gstream_conversation_set_history_limit (GstreamConversation *self,
                                        guint                limit)
{
  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));

  if (self->history_limit == limit)
    return;

  self->history_limit = limit;
  gstream_conversation_notify (self, GSTREAM_CONVERSATION_PROP_HISTORY_LIMIT);
}

/**
 * gstream_conversation_get_busy:
 * @self: a conversation
 *
 * Whether a run is under way, or about to be. What waits in the queue is not
 * about to be while the queue is held ([method@Conversation.stop]), or a question
 * is open.
 *
 * Returns: %TRUE if it is
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_get_busy (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);

  return self->run != NULL || self->attempt != NULL || self->waiting.length > 0;
}

/**
 * gstream_conversation_get_loading:
 * @self: a conversation
 *
 * Whether the thread's state is being read.
 *
 * Returns: %TRUE if it is
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_get_loading (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);

  return self->stage != GSTREAM_READING_NONE;
}

/**
 * gstream_conversation_get_error:
 * @self: a conversation
 *
 * What failed last: a run, or what was to start one. It is forgotten when the next
 * is begun.
 *
 * Returns: (transfer none) (nullable): the error; %NULL if nothing failed
 *
 * Since: 1.0
 */
const GError *
gstream_conversation_get_error (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);

  return self->error;
}

/**
 * gstream_conversation_get_run:
 * @self: a conversation
 *
 * The run that is under way. The conversation reads its messages, tool calls, values
 * and subgraphs; its other projections are yours.
 *
 * Returns: (transfer none) (nullable): the run; %NULL if none is
 *
 * Since: 1.0
 */
GstreamRunStream *
gstream_conversation_get_run (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);

  return self->run;
}

/**
 * gstream_conversation_get_values:
 * @self: a conversation
 *
 * The newest state, with all that it has besides the messages.
 *
 * Returns: (transfer none) (nullable): the state's values; %NULL where there were none
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_conversation_get_values (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);

  return self->values;
}

/**
 * gstream_conversation_get_checkpoint_id:
 * @self: a conversation
 *
 * The checkpoint that is shown.
 *
 * Returns: (transfer none) (nullable): its id; %NULL where it is not known
 *
 * Since: 1.0
 */
const char *
gstream_conversation_get_checkpoint_id (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);

  return self->head;
}

/**
 * gstream_conversation_get_questions:
 * @self: a conversation
 *
 * What the agent asks, as a list of [class@Question], live (C8).
 *
 * Returns: (transfer none): the list
 *
 * Since: 1.0
 */
GListModel *
gstream_conversation_get_questions (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);

  return G_LIST_MODEL (self->questions);
}

/**
 * gstream_conversation_get_queue:
 * @self: a conversation
 *
 * What waits until the run that is under way is over, as a list of
 * [class@ConversationRow], live (C6). A row can be changed
 * ([method@Conversation.edit_queued]), moved ([method@Conversation.move_queued])
 * and taken back ([method@Conversation.take_back]); when its turn comes, it leaves
 * the queue and is a row of the conversation.
 *
 * Returns: (transfer none): the list
 *
 * Since: 1.0
 */
GListModel *
gstream_conversation_get_queue (GstreamConversation *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), NULL);

  return G_LIST_MODEL (self->queue);
}

/**
 * gstream_conversation_idle:
 * @self: a conversation
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async): called when all is done
 * @user_data: for @callback
 *
 * Waits until all is done: what was sent, the run that is under way, and reading the
 * state and the history afterwards. For scripts and tests; a window watches
 * [property@Conversation:busy].
 *
 * Since: 1.0
 */
void
gstream_conversation_idle (GstreamConversation *self,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (GSTREAM_IS_CONVERSATION (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, gstream_conversation_idle);
  g_ptr_array_add (self->idle, task);
  tell_idle (self);
}

/**
 * gstream_conversation_idle_finish:
 * @self: a conversation
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Conversation.idle].
 *
 * The error is [property@Conversation:error] where something failed, or
 * %G_IO_ERROR_CANCELLED.
 *
 * Returns: %TRUE if all is done, and well; %FALSE with @error set
 *
 * Since: 1.0
 */
gboolean
gstream_conversation_idle_finish (GstreamConversation *self,
                                  GAsyncResult        *result,
                                  GError             **error)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
