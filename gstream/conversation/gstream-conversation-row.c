/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A row of a conversation: its content comes from a message while that is streaming, and then from the thread's state.
 */
#include <gstream/conversation/gstream-call-book-private.h>
#include <gstream/conversation/gstream-conversation-row-private.h>
#include <gstream/conversation/gstream-conversation-tool-call-private.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/event/gstream-payload-internal.h> /* for copying a part of a state */
#include <string.h>

/**
 * GstreamConversationRow:
 *
 * One row of a [class@Conversation]: a message, as a chat window shows it (C1).
 *
 * Everything that a widget needs is a property that notifies, or a list model. The text of an answer grows while it is
 * streaming, at most once per frame; when the message is in the thread's state, the same row shows that.
 *
 * ```c
 * g_object_bind_property (row, "text", label, "label", G_BINDING_SYNC_CREATE);
 * gtk_widget_set_visible (retry, gstream_conversation_row_get_status (row) == GSTREAM_CONVERSATION_ROW_STATUS_FAILED);
 * ```
 *
 * A row that is not visible needs little more memory than its JSON: its text, blocks and tool calls are made when they
 * are first used (C11).
 *
 * Since: 1.0
 */

enum
{
  PROP_0,
  PROP_ID,
  PROP_ROLE,
  PROP_STATUS,
  PROP_TEXT,
  PROP_REASONING,
  PROP_NAME,
  PROP_CONTENT,
  PROP_PAYLOAD,
  PROP_MESSAGE,
  PROP_TOOL_CALL_ID,
  PROP_TIME,
  PROP_ERROR,
  PROP_TOOL_CALLS,
  PROP_SUBAGENTS,
  PROP_CHECKPOINT_ID,
  PROP_N_BRANCHES,
  PROP_BRANCH,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_ENUM_TYPE (GstreamConversationRole, gstream_conversation_role,
                    G_DEFINE_ENUM_VALUE (GSTREAM_CONVERSATION_ROLE_HUMAN, "human"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_CONVERSATION_ROLE_AI, "ai"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_CONVERSATION_ROLE_TOOL, "tool"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_CONVERSATION_ROLE_SYSTEM, "system"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_CONVERSATION_ROLE_OTHER, "other"))

G_DEFINE_ENUM_TYPE (GstreamConversationRowStatus, gstream_conversation_row_status,
                    G_DEFINE_ENUM_VALUE (GSTREAM_CONVERSATION_ROW_STATUS_QUEUED, "queued"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_CONVERSATION_ROW_STATUS_SENDING, "sending"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_CONVERSATION_ROW_STATUS_SENT, "sent"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_CONVERSATION_ROW_STATUS_STREAMING, "streaming"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_CONVERSATION_ROW_STATUS_FINISHED, "finished"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_CONVERSATION_ROW_STATUS_STOPPED, "stopped"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_CONVERSATION_ROW_STATUS_FAILED, "failed"))

G_DEFINE_FINAL_TYPE (GstreamConversationRow, gstream_conversation_row, G_TYPE_OBJECT)

static void
notify (GstreamConversationRow *self,
        guint                   property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static gboolean
is_spoken (GstreamConversationRow *self)
{
  return self->message != NULL && gstream_message_get_status (self->message) == GSTREAM_MESSAGE_STATUS_STREAMING;
}

/* Whether its content is that of @message: until that has ended and a state has it. */
static gboolean
is_heard (GstreamConversationRow *self)
{
  return self->message != NULL;
}

static void
read_payload (GstreamConversationRow *self,
              GstreamMessageJson     *message)
{
  gstream_message_json_read (message, gstream_payload_value (self->payload));
}

/* --- tool calls --- */

/* Returns the call that @json describes; @error_name: the member with the error of an invalid call, or NULL. */
static GstreamConversationToolCall *
read_call (GstreamConversationRow *self,
           GstreamJsonValue        json,
           gboolean                is_invalid)
{
  g_autofree char *id = gstream_message_json_dup (gstream_message_json_member (json, "id"));
  g_autofree char *name = gstream_message_json_dup (gstream_message_json_member (json, "name"));
  g_autofree char *error = NULL;
  GstreamJsonValue args = gstream_message_json_member (json, "args");
  g_autoptr (GstreamPayload) input =
      args.start != NULL ? gstream_payload_new_checked (args.start, args.end - args.start) : NULL;
  GstreamConversationToolCall *call = gstream_call_book_get (self->book, self, id);

  if (is_invalid)
    error = gstream_message_json_dup (gstream_message_json_member (json, "error"));
  if (is_invalid && error == NULL)
    error = g_strdup (_ ("The arguments of the call are not a JSON object"));
  gstream_conversation_tool_call_set_request (call, name, input, error);

  return call;
}

/* @array: may be missing, or something else. */
static void
init_calls (GstreamJsonIter *iter,
            GstreamJsonValue array)
{
  static const char none[] = "[]";

  if (array.start == NULL || *array.start != '[')
    array = (GstreamJsonValue) { none, none + 2 };
  gstream_json_iter_init (iter, array);
}

static gboolean
next_call (GstreamJsonIter  *iter,
           GstreamJsonValue *call)
{
  while (gstream_json_iter_element (iter, call))
    if (*call->start == '{')
      return TRUE;

  return FALSE;
}

static void
read_calls (GstreamConversationRow *self,
            GPtrArray              *calls,
            GstreamJsonValue        array,
            gboolean                is_invalid)
{
  GstreamJsonValue call;
  GstreamJsonIter  iter;

  init_calls (&iter, array);
  while (next_call (&iter, &call))
    g_ptr_array_add (calls, read_call (self, call, is_invalid));
}

static GstreamJsonValue
value_of (GstreamPayload *payload)
{
  return payload != NULL ? gstream_payload_value (payload) : (GstreamJsonValue) { NULL, NULL };
}

static GPtrArray *
list_calls (GstreamConversationRow *self)
{
  GPtrArray         *calls = g_ptr_array_new_with_free_func (g_object_unref);
  GstreamMessageJson message;

  gstream_call_book_begin_row (self->book);
  if (is_heard (self))
    {
      read_calls (self, calls, value_of (gstream_message_get_tool_calls (self->message)), FALSE);
      read_calls (self, calls, value_of (gstream_message_get_invalid_tool_calls (self->message)), TRUE);
    }
  else if (self->payload != NULL)
    {
      read_payload (self, &message);
      read_calls (self, calls, message.tool_calls, FALSE);
      read_calls (self, calls, message.invalid_tool_calls, TRUE);
    }

  return calls;
}

static void
request_calls (GstreamConversationRow *self,
               GstreamJsonValue        array)
{
  GstreamJsonValue call;
  GstreamJsonIter  iter;

  init_calls (&iter, array);
  while (next_call (&iter, &call))
    {
      g_autofree char *id = gstream_message_json_dup (gstream_message_json_member (call, "id"));

      if (id != NULL)
        gstream_call_book_request (self->book, self, id);
    }
}

/* The results of calls are found by them, before the calls themselves are used. */
static void
book_calls (GstreamConversationRow *self,
            GstreamJsonValue        calls,
            GstreamJsonValue        invalid_calls)
{
  if (self->book == NULL)
    return;

  gstream_call_book_begin_row (self->book);
  request_calls (self, calls);
  request_calls (self, invalid_calls);
}

void
gstream_conversation_row_book_calls (GstreamConversationRow *self)
{
  if (is_heard (self))
    book_calls (self, value_of (gstream_message_get_tool_calls (self->message)),
                value_of (gstream_message_get_invalid_tool_calls (self->message)));
}

/* Updates the list to @calls, in one change after the calls that are equal. */
static void
update_calls (GstreamConversationRow *self)
{
  g_autoptr (GPtrArray) calls = NULL;
  guint n_shown, n_same = 0;

  if (self->calls == NULL || self->book == NULL)
    return;

  calls = list_calls (self);
  n_shown = g_list_model_get_n_items (G_LIST_MODEL (self->calls));
  for (; n_same < MIN (n_shown, calls->len); n_same++)
    {
      g_autoptr (GObject) shown = g_list_model_get_item (G_LIST_MODEL (self->calls), n_same);

      if (shown != calls->pdata[n_same])
        break;
    }
  if (n_same < MAX (n_shown, calls->len))
    g_list_store_splice (self->calls, n_same, n_shown - n_same, calls->pdata + n_same, calls->len - n_same);
}

/* --- its words --- */

static void
forget_words (GstreamConversationRow *self)
{
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->reasoning, g_free);
  g_clear_pointer (&self->content, gstream_payload_unref);
}

static void
notify_words (GstreamConversationRow *self)
{
  notify (self, PROP_TEXT);
  notify (self, PROP_REASONING);
  notify (self, PROP_CONTENT);
}

static GstreamConversationRowStatus
status_of_message (GstreamMessage *message)
{
  switch (gstream_message_get_status (message))
    {
    case GSTREAM_MESSAGE_STATUS_STREAMING:
      return GSTREAM_CONVERSATION_ROW_STATUS_STREAMING;
    case GSTREAM_MESSAGE_STATUS_INCOMPLETE:
      return GSTREAM_CONVERSATION_ROW_STATUS_STOPPED;
    case GSTREAM_MESSAGE_STATUS_FAILED:
      return GSTREAM_CONVERSATION_ROW_STATUS_FAILED;
    default:
      return GSTREAM_CONVERSATION_ROW_STATUS_FINISHED;
    }
}

static void on_message_notify (GstreamConversationRow *self,
                               GParamSpec             *pspec);

/* When it is in the state and not streaming any more, the state's content is used. */
static void
forget_message (GstreamConversationRow *self)
{
  if (self->message == NULL)
    return;

  g_signal_handlers_disconnect_by_func (self->message, on_message_notify, self);
  g_clear_object (&self->message);
}

static gboolean
is_marked (GstreamConversationRow *self)
{
  return self->status == GSTREAM_CONVERSATION_ROW_STATUS_STOPPED ||
         self->status == GSTREAM_CONVERSATION_ROW_STATUS_FAILED;
}

static void
follow_status (GstreamConversationRow *self)
{
  g_autoptr (GstreamMessage) message = g_object_ref (self->message);
  gboolean is_known = self->payload != NULL && !is_spoken (self);

  if (is_known)
    {
      forget_message (self);
      notify_words (self);
      update_calls (self);
    }
  if (is_known)
    gstream_conversation_row_set_status (self, GSTREAM_CONVERSATION_ROW_STATUS_FINISHED, NULL);
  else if (is_spoken (self) ||
           !is_marked (self)) /* the row is marked when the run is stopped, before its messages end */
    gstream_conversation_row_set_status (self, status_of_message (message), gstream_message_get_error (message));
}

static void
on_message_notify (GstreamConversationRow *self,
                   GParamSpec             *pspec)
{
  const char *name = pspec->name;

  if (g_str_equal (name, "text"))
    notify (self, PROP_TEXT);
  else if (g_str_equal (name, "reasoning"))
    notify (self, PROP_REASONING);
  else if (g_str_equal (name, "content"))
    notify (self, PROP_CONTENT);
  else if (g_str_equal (name, "tool-calls") || g_str_equal (name, "invalid-tool-calls"))
    {
      gstream_conversation_row_book_calls (self);
      update_calls (self);
    }
  else if (g_str_equal (name, "status"))
    follow_status (self);
}

/* --- for the list that it stands in --- */

GstreamConversationRow *
gstream_conversation_row_new (const char                  *id,
                              GstreamConversationRole      role,
                              GstreamConversationRowStatus status)
{
  GstreamConversationRow *self = g_object_new (GSTREAM_TYPE_CONVERSATION_ROW, NULL);

  self->id = g_strdup (id);
  self->role = role;
  self->status = status;

  return self;
}

void
gstream_conversation_row_join (GstreamConversationRow *self,
                               GstreamCallBook        *book)
{
  GstreamMessageJson message;

  if (self->book != NULL)
    return;

  self->book = gstream_call_book_ref (book);
  if (self->call_id != NULL)
    gstream_call_book_set_result (book, self->call_id, NULL, self->payload);
  if (self->payload == NULL)
    return;
  read_payload (self, &message);
  book_calls (self, message.tool_calls, message.invalid_tool_calls);
}

void
gstream_conversation_row_part (GstreamConversationRow *self)
{
  if (self->book == NULL)
    return;

  gstream_call_book_release (self->book, self);
  if (self->call_id != NULL)
    gstream_call_book_unset_result (self->book, self->payload);
}

/* @before: the previous payload, or NULL. */
static void
take_call_id (GstreamConversationRow *self,
              GstreamJsonValue        value,
              GstreamPayload         *before)
{
  g_autofree char *id = self->role == GSTREAM_CONVERSATION_ROLE_TOOL ? gstream_message_json_dup (value) : NULL;

  if (g_strcmp0 (id, self->call_id) != 0)
    {
      if (self->call_id != NULL && self->book != NULL)
        gstream_call_book_unset_result (self->book, before);
      g_free (self->call_id);
      self->call_id = g_steal_pointer (&id);
      notify (self, PROP_TOOL_CALL_ID);
    }
  if (self->call_id != NULL && self->book != NULL)
    gstream_call_book_set_result (self->book, self->call_id, before, self->payload);
}

void
gstream_conversation_row_take_json (GstreamConversationRow   *self,
                                    GstreamJsonValue          json,
                                    const GstreamMessageJson *message)
{
  g_autoptr (GstreamPayload) before = g_steal_pointer (&self->payload);
  gboolean is_first = before == NULL;

  self->payload = gstream_payload_new_checked (json.start, json.end - json.start);
  forget_words (self);
  if (!is_spoken (self))
    forget_message (self);
  if (self->role != message->role)
    {
      self->role = message->role;
      notify (self, PROP_ROLE);
    }
  take_call_id (self, message->tool_call_id, before);
  book_calls (self, message->tool_calls, message->invalid_tool_calls);
  notify (self, PROP_PAYLOAD);
  if (is_first)
    notify (self, PROP_NAME);
  if (!is_heard (self))
    {
      notify_words (self);
      update_calls (self);
    }
}

/*
 * When a run is attached to again, the message is streamed from its beginning. The previous content is shown until the
 * new one is longer.
 */
static void
keep_text (GstreamConversationRow *self)
{
  if (self->message == NULL)
    return;

  g_free (self->text);
  self->text = g_strdup (gstream_message_get_text (self->message));
}

void
gstream_conversation_row_take_message (GstreamConversationRow *self,
                                       GstreamMessage         *message)
{
  if (self->message == message)
    return;

  keep_text (self);
  forget_message (self);
  self->message = g_object_ref (message);
  g_signal_connect_object (message, "notify", G_CALLBACK (on_message_notify), self, G_CONNECT_SWAPPED);
  notify (self, PROP_MESSAGE);
  gstream_conversation_row_book_calls (self);
  follow_status (self);
}

void
gstream_conversation_row_set_status (GstreamConversationRow      *self,
                                     GstreamConversationRowStatus status,
                                     const GError                *error)
{
  g_autoptr (GError) before = self->error;
  GstreamConversationRowStatus old = self->status;

  self->status = status;
  self->error = error != NULL ? g_error_copy (error) : NULL;
  if (before != NULL || error != NULL)
    notify (self, PROP_ERROR);
  if (old == status)
    return;

  notify (self, PROP_STATUS);
  if (old == GSTREAM_CONVERSATION_ROW_STATUS_STREAMING)
    notify (self, PROP_MESSAGE);
}

void
gstream_conversation_row_set_time (GstreamConversationRow *self,
                                   gint64                  time)
{
  if (self->time == time)
    return;

  self->time = time;
  g_clear_pointer (&self->date_time, g_date_time_unref);
  notify (self, PROP_TIME);
}

void
gstream_conversation_row_set_branch (GstreamConversationRow *self,
                                     const char             *checkpoint_id,
                                     guint                   n_branches,
                                     guint                   branch)
{
  gboolean counts = self->n_branches != n_branches;
  gboolean differs = self->branch != branch;

  self->n_branches = n_branches;
  self->branch = branch;
  if (g_strcmp0 (self->checkpoint_id, checkpoint_id) != 0)
    {
      g_free (self->checkpoint_id);
      self->checkpoint_id = g_strdup (checkpoint_id);
      notify (self, PROP_CHECKPOINT_ID);
    }
  if (counts)
    notify (self, PROP_N_BRANCHES);
  if (differs)
    notify (self, PROP_BRANCH);
}

/* --- the object --- */

static void
gstream_conversation_row_dispose (GObject *object)
{
  GstreamConversationRow *self = GSTREAM_CONVERSATION_ROW (object);

  gstream_conversation_row_part (self);
  forget_message (self);
  g_clear_object (&self->calls);
  g_clear_object (&self->subagents);
  g_clear_pointer (&self->book, gstream_call_book_unref);

  G_OBJECT_CLASS (gstream_conversation_row_parent_class)->dispose (object);
}

static void
gstream_conversation_row_finalize (GObject *object)
{
  GstreamConversationRow *self = GSTREAM_CONVERSATION_ROW (object);

  forget_words (self);
  g_free (self->id);
  g_clear_pointer (&self->payload, gstream_payload_unref);
  g_clear_error (&self->error);
  g_free (self->call_id);
  g_free (self->checkpoint_id);
  g_clear_pointer (&self->date_time, g_date_time_unref);

  G_OBJECT_CLASS (gstream_conversation_row_parent_class)->finalize (object);
}

static void
get_words (GstreamConversationRow *self,
           guint                   prop_id,
           GValue                 *value)
{
  switch (prop_id)
    {
    case PROP_TEXT:
      g_value_set_string (value, gstream_conversation_row_get_text (self));
      break;
    case PROP_REASONING:
      g_value_set_string (value, gstream_conversation_row_get_reasoning (self));
      break;
    case PROP_NAME:
      g_value_set_string (value, gstream_conversation_row_get_name (self));
      break;
    case PROP_CONTENT:
      g_value_set_boxed (value, gstream_conversation_row_get_content (self));
      break;
    default:
      g_value_set_boxed (value, self->payload);
    }
}

static void
get_place (GstreamConversationRow *self,
           guint                   prop_id,
           GValue                 *value)
{
  switch (prop_id)
    {
    case PROP_CHECKPOINT_ID:
      g_value_set_string (value, self->checkpoint_id);
      break;
    case PROP_N_BRANCHES:
      g_value_set_uint (value, self->n_branches);
      break;
    case PROP_BRANCH:
      g_value_set_uint (value, self->branch);
      break;
    default:
      g_value_set_boxed (value, gstream_conversation_row_get_time (self));
    }
}

static void
gstream_conversation_row_get_property (GObject    *object,
                                       guint       prop_id,
                                       GValue     *value,
                                       GParamSpec *pspec)
{
  GstreamConversationRow *self = GSTREAM_CONVERSATION_ROW (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_ROLE:
      g_value_set_enum (value, self->role);
      break;
    case PROP_STATUS:
      g_value_set_enum (value, self->status);
      break;
    case PROP_TEXT:
    case PROP_REASONING:
    case PROP_NAME:
    case PROP_CONTENT:
    case PROP_PAYLOAD:
      get_words (self, prop_id, value);
      break;
    case PROP_MESSAGE:
      g_value_set_object (value, gstream_conversation_row_get_message (self));
      break;
    case PROP_TOOL_CALL_ID:
      g_value_set_string (value, self->call_id);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    case PROP_TOOL_CALLS:
      g_value_set_object (value, gstream_conversation_row_get_tool_calls (self));
      break;
    case PROP_SUBAGENTS:
      g_value_set_object (value, gstream_conversation_row_get_subagents (self));
      break;
    case PROP_TIME:
    case PROP_CHECKPOINT_ID:
    case PROP_N_BRANCHES:
    case PROP_BRANCH:
      get_place (self, prop_id, value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_conversation_row_class_init (GstreamConversationRowClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = gstream_conversation_row_dispose;
  object_class->finalize = gstream_conversation_row_finalize;
  object_class->get_property = gstream_conversation_row_get_property;

  /**
   * GstreamConversationRow:id: (getter get_id)
   *
   * The message's id; %NULL where it has none.
   *
   * Since: 1.0
   */
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  /**
   * GstreamConversationRow:role: (getter get_role)
   *
   * The role of the message.
   *
   * Since: 1.0
   */
  properties[PROP_ROLE] =
      g_param_spec_enum ("role", NULL, NULL, GSTREAM_TYPE_CONVERSATION_ROLE, GSTREAM_CONVERSATION_ROLE_HUMAN, flags);
  /**
   * GstreamConversationRow:status: (getter get_status)
   *
   * How it is.
   *
   * Since: 1.0
   */
  properties[PROP_STATUS] = g_param_spec_enum ("status", NULL, NULL, GSTREAM_TYPE_CONVERSATION_ROW_STATUS,
                                               GSTREAM_CONVERSATION_ROW_STATUS_QUEUED, flags);
  /**
   * GstreamConversationRow:text: (getter get_text)
   *
   * The text, which grows while it is streaming, and is notified at most once per frame.
   *
   * Since: 1.0
   */
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, flags);
  /**
   * GstreamConversationRow:reasoning: (getter get_reasoning)
   *
   * The reasoning of the model; %NULL if there is none.
   *
   * Since: 1.0
   */
  properties[PROP_REASONING] = g_param_spec_string ("reasoning", NULL, NULL, NULL, flags);
  /**
   * GstreamConversationRow:name: (getter get_name)
   *
   * The message's `name`: of a tool, or of an agent among several; %NULL where it
   * has none.
   *
   * Since: 1.0
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  /**
   * GstreamConversationRow:content: (getter get_content)
   *
   * Its content blocks, an array.
   *
   * Since: 1.0
   */
  properties[PROP_CONTENT] = g_param_spec_boxed ("content", NULL, NULL, GSTREAM_TYPE_PAYLOAD, flags);
  /**
   * GstreamConversationRow:payload: (getter get_payload)
   *
   * The message in the thread's state; %NULL before it is there.
   *
   * Since: 1.0
   */
  properties[PROP_PAYLOAD] = g_param_spec_boxed ("payload", NULL, NULL, GSTREAM_TYPE_PAYLOAD, flags);
  /**
   * GstreamConversationRow:message: (getter get_message)
   *
   * The message of the run while it is streaming; otherwise %NULL.
   *
   * Since: 1.0
   */
  properties[PROP_MESSAGE] = g_param_spec_object ("message", NULL, NULL, GSTREAM_TYPE_MESSAGE, flags);
  /**
   * GstreamConversationRow:tool-call-id: (getter get_tool_call_id)
   *
   * For a tool row, the id of the call that it is the result of; otherwise %NULL.
   *
   * Since: 1.0
   */
  properties[PROP_TOOL_CALL_ID] = g_param_spec_string ("tool-call-id", NULL, NULL, NULL, flags);
  /**
   * GstreamConversationRow:time: (getter get_time)
   *
   * The time of the message: from the thread's history, or when it was sent or received here; %NULL if it is not known.
   *
   * Since: 1.0
   */
  properties[PROP_TIME] = g_param_spec_boxed ("time", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * GstreamConversationRow:error: (getter get_error)
   *
   * Why it could not be sent, or failed while it was streaming; %NULL if it did not fail.
   *
   * Since: 1.0
   */
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  /**
   * GstreamConversationRow:tool-calls: (getter get_tool_calls)
   *
   * The tool calls that it requests, as a list of [class@ConversationToolCall] (C5).
   *
   * Since: 1.0
   */
  properties[PROP_TOOL_CALLS] = g_param_spec_object ("tool-calls", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  /**
   * GstreamConversationRow:subagents: (getter get_subagents)
   *
   * The sub-agents that began after it and were not started by a tool call, as a list of [class@Subagent] (C9).
   *
   * Since: 1.0
   */
  properties[PROP_SUBAGENTS] = g_param_spec_object ("subagents", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  /**
   * GstreamConversationRow:checkpoint-id: (getter get_checkpoint_id)
   *
   * The checkpoint before it, from which [method@Conversation.regenerate] and [method@Conversation.edit] start (C7);
   * %NULL if the thread has no history, or it has not been read so far back.
   *
   * Since: 1.0
   */
  properties[PROP_CHECKPOINT_ID] = g_param_spec_string ("checkpoint-id", NULL, NULL, NULL, flags);
  /**
   * GstreamConversationRow:n-branches: (getter get_n_branches)
   *
   * The number of branches of the conversation from here on; 0 or 1: no others.
   *
   * Since: 1.0
   */
  properties[PROP_N_BRANCHES] = g_param_spec_uint ("n-branches", NULL, NULL, 0, G_MAXUINT, 0, flags);
  /**
   * GstreamConversationRow:branch: (getter get_branch)
   *
   * The index of the branch that is shown; the oldest is 0.
   *
   * Since: 1.0
   */
  properties[PROP_BRANCH] = g_param_spec_uint ("branch", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_conversation_row_init (GstreamConversationRow *self)
{
}

/* --- public calls --- */

/**
 * gstream_conversation_row_get_id:
 * @self: a row
 *
 * The message's id.
 *
 * Returns: (transfer none) (nullable): the id; %NULL where it has none
 *
 * Since: 1.0
 */
const char *
gstream_conversation_row_get_id (GstreamConversationRow *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (self), NULL);

  return self->id;
}

/**
 * gstream_conversation_row_get_role:
 * @self: a row
 *
 * The role of the message.
 *
 * Returns: the role
 *
 * Since: 1.0
 */
GstreamConversationRole
gstream_conversation_row_get_role (GstreamConversationRow *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (self), GSTREAM_CONVERSATION_ROLE_OTHER);

  return self->role;
}

/**
 * gstream_conversation_row_get_status:
 * @self: a row
 *
 * How it is.
 *
 * Returns: the status
 *
 * Since: 1.0
 */
GstreamConversationRowStatus
gstream_conversation_row_get_status (GstreamConversationRow *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (self), GSTREAM_CONVERSATION_ROW_STATUS_FAILED);

  return self->status;
}

static const char *
get_heard_text (GstreamConversationRow *self)
{
  const char *heard = gstream_message_get_text (self->message);

  return self->text != NULL && strlen (self->text) > strlen (heard) ? self->text : heard;
}

/**
 * gstream_conversation_row_get_text:
 * @self: a row
 *
 * Gets the text of its content, or of the streaming message so far.
 *
 * Returns: (transfer none): the text; valid until it changes
 *
 * Since: 1.0
 */
const char *
gstream_conversation_row_get_text (GstreamConversationRow *self)
{
  GstreamMessageJson message;

  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (self), NULL);

  if (is_heard (self))
    return get_heard_text (self);
  if (self->text == NULL && self->payload != NULL)
    {
      read_payload (self, &message);
      self->text = gstream_message_json_dup_text (&message);
    }

  return self->text != NULL ? self->text : "";
}

/**
 * gstream_conversation_row_get_reasoning:
 * @self: a row
 *
 * Gets the reasoning of the model so far.
 *
 * Returns: (transfer none) (nullable): the reasoning; %NULL where nothing is said
 *   of it
 *
 * Since: 1.0
 */
const char *
gstream_conversation_row_get_reasoning (GstreamConversationRow *self)
{
  GstreamMessageJson message;
  const char        *heard;

  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (self), NULL);

  if (is_heard (self))
    {
      heard = gstream_message_get_reasoning (self->message);
      return heard != NULL && *heard != '\0' ? heard : NULL;
    }
  if (self->reasoning == NULL && self->payload != NULL)
    {
      read_payload (self, &message);
      self->reasoning = gstream_message_json_dup_reasoning (&message);
    }

  return self->reasoning;
}

/**
 * gstream_conversation_row_get_name:
 * @self: a row
 *
 * The message's `name`: of a tool, or of an agent among several.
 *
 * Returns: (transfer none) (nullable): the name; %NULL where it has none
 *
 * Since: 1.0
 */
const char *
gstream_conversation_row_get_name (GstreamConversationRow *self)
{
  const char *name;

  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (self), NULL);

  if (self->payload == NULL)
    return NULL;

  name = gstream_payload_get_string (self->payload, "/name");
  return name != NULL ? name : gstream_payload_get_string (self->payload, "/kwargs/name");
}

/**
 * gstream_conversation_row_get_content:
 * @self: a row
 *
 * Gets its content blocks. A content that is a string is one text block.
 *
 * Returns: (transfer none) (nullable): an array; %NULL where there is nothing yet
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_conversation_row_get_content (GstreamConversationRow *self)
{
  GstreamMessageJson message;

  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (self), NULL);

  if (is_heard (self))
    return gstream_message_get_content (self->message);
  if (self->content == NULL && self->payload != NULL)
    {
      read_payload (self, &message);
      self->content = gstream_message_json_dup_blocks (&message);
    }

  return self->content;
}

/**
 * gstream_conversation_row_get_payload:
 * @self: a row
 *
 * Gets the message as it is in the thread's state, or as it was sent.
 *
 * Returns: (transfer none) (nullable): the message; %NULL until a state has it
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_conversation_row_get_payload (GstreamConversationRow *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (self), NULL);

  return self->payload;
}

/**
 * gstream_conversation_row_get_message:
 * @self: a row
 *
 * Gets the message of the run while it is streaming.
 *
 * Returns: (transfer none) (nullable): the message; %NULL if it is not streaming
 *
 * Since: 1.0
 */
GstreamMessage *
gstream_conversation_row_get_message (GstreamConversationRow *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (self), NULL);

  return is_spoken (self) ? self->message : NULL;
}

/**
 * gstream_conversation_row_get_tool_call_id:
 * @self: a row
 *
 * Gets the id of the call that a tool row is the result of.
 *
 * Returns: (transfer none) (nullable): the call's id; %NULL where it is none
 *
 * Since: 1.0
 */
const char *
gstream_conversation_row_get_tool_call_id (GstreamConversationRow *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (self), NULL);

  return self->call_id;
}

/**
 * gstream_conversation_row_get_time:
 * @self: a row
 *
 * Gets the time of the message.
 *
 * Returns: (transfer none) (nullable): the time, in the local time zone; %NULL where
 *   it is not known
 *
 * Since: 1.0
 */
GDateTime *
gstream_conversation_row_get_time (GstreamConversationRow *self)
{
  g_autoptr (GDateTime) whole = NULL;

  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (self), NULL);

  if (self->time == 0 || self->date_time != NULL)
    return self->date_time;

  whole = g_date_time_new_from_unix_local (self->time / G_USEC_PER_SEC);
  if (whole != NULL)
    self->date_time = g_date_time_add (whole, self->time % G_USEC_PER_SEC);

  return self->date_time;
}

/**
 * gstream_conversation_row_get_error:
 * @self: a row
 *
 * Gets why it could not be sent, or failed while it was streaming.
 *
 * Returns: (transfer none) (nullable): the error; %NULL if it did not fail
 *
 * Since: 1.0
 */
const GError *
gstream_conversation_row_get_error (GstreamConversationRow *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (self), NULL);

  return self->error;
}

/**
 * gstream_conversation_row_get_tool_calls:
 * @self: a row
 *
 * The tool calls that it requests, as a list of [class@ConversationToolCall] (C5). The list is updated, and is always
 * the same object; it is empty for rows without tool calls.
 *
 * Returns: (transfer none): the list
 *
 * Since: 1.0
 */
GListModel *
gstream_conversation_row_get_tool_calls (GstreamConversationRow *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (self), NULL);

  if (self->calls == NULL)
    {
      self->calls = g_list_store_new (GSTREAM_TYPE_CONVERSATION_TOOL_CALL);
      update_calls (self);
    }

  return G_LIST_MODEL (self->calls);
}

/**
 * gstream_conversation_row_get_subagents:
 * @self: a row
 *
 * The sub-agents that began after it and were not started by a tool call, as a list of [class@Subagent] (C9). Those
 * that a tool call started are at the call, [property@ConversationToolCall:subagents].
 *
 * Returns: (transfer none): the list, which is updated, and always the same object
 *
 * Since: 1.0
 */
GListModel *
gstream_conversation_row_get_subagents (GstreamConversationRow *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (self), NULL);

  if (self->subagents == NULL)
    self->subagents = g_list_store_new (GSTREAM_TYPE_SUBAGENT);

  return G_LIST_MODEL (self->subagents);
}

/**
 * gstream_conversation_row_get_checkpoint_id:
 * @self: a row
 *
 * The checkpoint before it, where [method@Conversation.regenerate] and
 * [method@Conversation.edit] begin (C7).
 *
 * Returns: (transfer none) (nullable): the checkpoint's id; %NULL where it is not
 *   known
 *
 * Since: 1.0
 */
const char *
gstream_conversation_row_get_checkpoint_id (GstreamConversationRow *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (self), NULL);

  return self->checkpoint_id;
}

/**
 * gstream_conversation_row_get_n_branches:
 * @self: a row
 *
 * Gets the number of branches of the conversation from here on, one of which is chosen by
 * [method@Conversation.choose_branch].
 *
 * Returns: their number; 0 or 1: no others
 *
 * Since: 1.0
 */
guint
gstream_conversation_row_get_n_branches (GstreamConversationRow *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (self), 0);

  return self->n_branches;
}

/**
 * gstream_conversation_row_get_branch:
 * @self: a row
 *
 * Gets the branch that is shown.
 *
 * Returns: its number, the oldest being 0
 *
 * Since: 1.0
 */
guint
gstream_conversation_row_get_branch (GstreamConversationRow *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_ROW (self), 0);

  return self->branch;
}
