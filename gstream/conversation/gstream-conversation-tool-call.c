/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A tool call of a row: the request in a message, combined with the results from the run and the state.
 */
#include <gstream/conversation/gstream-conversation-tool-call-private.h>
#include <gstream/conversation/gstream-message-json-private.h>
#include <gstream/conversation/gstream-subagent.h>
#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/event/gstream-payload-internal.h> /* for reading an output that is a message without copying it */

/**
 * GstreamConversationToolCall:
 *
 * A tool call of a row: the agent's request and its result (C5).
 *
 * It is an item of [property@ConversationRow:tool-calls]. During a run, its data comes from the run's [class@ToolCall];
 * afterwards, and in a conversation that was opened again, from the tool message in the thread's state. A widget only
 * has to be bound to it once, for both cases:
 *
 * ```c
 * g_object_bind_property (call, "output", label, "label", G_BINDING_SYNC_CREATE);
 * ```
 *
 * Since: 1.0
 */
struct _GstreamConversationToolCall
{
  GObject parent_instance;

  char                             *id;
  char                             *name;
  GstreamPayload                   *input;     /* NULL: missing or invalid */
  char                             *unread;    /* why the arguments are invalid; NULL: they are valid */
  GstreamToolCall                  *call;      /* of the run; NULL: none */
  char                             *result;    /* of the state; NULL: none */
  gboolean                          failed;    /* according to the state */
  GListStore                       *subagents; /* of GstreamSubagent; NULL: not used, and empty */
  GstreamConversationToolCallStatus status;    /* computed from all of these, like the three below */
  char                             *output;
  GError                           *error;
};

enum
{
  PROP_0,
  PROP_ID,
  PROP_NAME,
  PROP_INPUT,
  PROP_STATUS,
  PROP_PROGRESS,
  PROP_OUTPUT,
  PROP_ERROR,
  PROP_SUBAGENTS,
  PROP_CALL,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_ENUM_TYPE (GstreamConversationToolCallStatus, gstream_conversation_tool_call_status,
                    G_DEFINE_ENUM_VALUE (GSTREAM_CONVERSATION_TOOL_CALL_STATUS_PENDING, "pending"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_CONVERSATION_TOOL_CALL_STATUS_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_CONVERSATION_TOOL_CALL_STATUS_FINISHED, "finished"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_CONVERSATION_TOOL_CALL_STATUS_FAILED, "failed"))

G_DEFINE_FINAL_TYPE (GstreamConversationToolCall, gstream_conversation_tool_call, G_TYPE_OBJECT)

/* --- what came of it --- */

/* Returns a string as it is, the text of a tool message, and JSON for anything else. */
static char *
dup_words (GstreamPayload *output)
{
  GstreamMessageJson message;

  if (output == NULL)
    return NULL;
  if (gstream_payload_get_kind (output) == GSTREAM_PAYLOAD_KIND_STRING)
    return g_strdup (gstream_payload_get_string (output, ""));
  if (gstream_payload_get_kind (output) == GSTREAM_PAYLOAD_KIND_OBJECT)
    {
      gstream_message_json_read (&message, gstream_payload_value (output));
      if (message.role == GSTREAM_CONVERSATION_ROLE_TOOL)
        return gstream_message_json_dup_text (&message);
    }

  return gstream_payload_dup_json (output);
}

/* A call that ended without an output has not been executed. */
static GstreamConversationToolCallStatus
status_of_call (GstreamToolCall *call)
{
  switch (gstream_tool_call_get_status (call))
    {
    case GSTREAM_TOOL_CALL_STATUS_RUNNING:
      return GSTREAM_CONVERSATION_TOOL_CALL_STATUS_RUNNING;
    case GSTREAM_TOOL_CALL_STATUS_FAILED:
      return GSTREAM_CONVERSATION_TOOL_CALL_STATUS_FAILED;
    default:
      return gstream_tool_call_get_output (call) != NULL ? GSTREAM_CONVERSATION_TOOL_CALL_STATUS_FINISHED
                                                         : GSTREAM_CONVERSATION_TOOL_CALL_STATUS_PENDING;
    }
}

static GstreamConversationToolCallStatus
find_status (GstreamConversationToolCall *self)
{
  if (self->unread != NULL)
    return GSTREAM_CONVERSATION_TOOL_CALL_STATUS_FAILED;
  if (self->result != NULL)
    return self->failed ? GSTREAM_CONVERSATION_TOOL_CALL_STATUS_FAILED : GSTREAM_CONVERSATION_TOOL_CALL_STATUS_FINISHED;
  if (self->call != NULL)
    return status_of_call (self->call);

  return GSTREAM_CONVERSATION_TOOL_CALL_STATUS_PENDING;
}

static GError *
find_error (GstreamConversationToolCall *self)
{
  const char *words = self->unread != NULL ? self->unread : self->result;

  if (self->status != GSTREAM_CONVERSATION_TOOL_CALL_STATUS_FAILED)
    return NULL;
  if (words == NULL && gstream_tool_call_get_error (self->call) != NULL)
    return g_error_copy (gstream_tool_call_get_error (self->call));

  return g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_FAILED, words ? words : _ ("The tool failed"));
}

static char *
find_output (GstreamConversationToolCall *self)
{
  if (self->result != NULL)
    return g_strdup (self->result);

  return self->call != NULL ? dup_words (gstream_tool_call_get_output (self->call)) : NULL;
}

static void
update (GstreamConversationToolCall *self)
{
  g_autofree char *output = find_output (self);
  g_autoptr (GError) error = NULL;
  gboolean changed = self->status != find_status (self);

  self->status = find_status (self);
  error = find_error (self);
  if (g_strcmp0 (output, self->output) != 0)
    {
      g_free (self->output);
      self->output = g_steal_pointer (&output);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OUTPUT]);
    }
  if ((error != NULL) != (self->error != NULL) ||
      (error != NULL && g_strcmp0 (error->message, self->error->message) != 0))
    {
      g_clear_error (&self->error);
      self->error = g_steal_pointer (&error);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
    }
  if (changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
}

static void
on_call_notify (GstreamConversationToolCall *self,
                GParamSpec                  *pspec)
{
  if (g_str_equal (pspec->name, "progress"))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
  else
    update (self);
}

/* --- what the rows tell it --- */

GstreamConversationToolCall *
gstream_conversation_tool_call_new (const char *id)
{
  GstreamConversationToolCall *self = g_object_new (GSTREAM_TYPE_CONVERSATION_TOOL_CALL, NULL);

  self->id = g_strdup (id);
  return self;
}

void
gstream_conversation_tool_call_set_request (GstreamConversationToolCall *self,
                                            const char                  *name,
                                            GstreamPayload              *input,
                                            const char                  *error)
{
  if (g_strcmp0 (self->name, name) != 0)
    {
      g_free (self->name);
      self->name = g_strdup (name);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
    }
  if (input != self->input && (input == NULL || self->input == NULL || !gstream_payload_equal (input, self->input)))
    {
      g_clear_pointer (&self->input, gstream_payload_unref);
      self->input = input ? gstream_payload_ref (input) : NULL;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_INPUT]);
    }
  g_free (self->unread);
  self->unread = g_strdup (error);
  update (self);
}

void
gstream_conversation_tool_call_set_call (GstreamConversationToolCall *self,
                                         GstreamToolCall             *call)
{
  if (self->call == call)
    return;

  if (self->call != NULL)
    g_signal_handlers_disconnect_by_func (self->call, on_call_notify, self);
  g_set_object (&self->call, call);
  if (call != NULL)
    g_signal_connect_object (call, "notify", G_CALLBACK (on_call_notify), self, G_CONNECT_SWAPPED);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CALL]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
  update (self);
}

void
gstream_conversation_tool_call_set_result (GstreamConversationToolCall *self,
                                           const char                  *text,
                                           gboolean                     failed)
{
  self->failed = failed;
  if (text != self->result)
    {
      g_free (self->result);
      self->result = g_strdup (text);
    }
  update (self);
}

void
gstream_conversation_tool_call_set_subagents (GstreamConversationToolCall *self,
                                              GListStore                  *subagents)
{
  if (g_set_object (&self->subagents, subagents))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SUBAGENTS]);
}

/* --- the object --- */

static void
gstream_conversation_tool_call_finalize (GObject *object)
{
  GstreamConversationToolCall *self = GSTREAM_CONVERSATION_TOOL_CALL (object);

  g_free (self->id);
  g_free (self->name);
  g_clear_pointer (&self->input, gstream_payload_unref);
  g_free (self->unread);
  g_clear_object (&self->call);
  g_free (self->result);
  g_clear_object (&self->subagents);
  g_free (self->output);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (gstream_conversation_tool_call_parent_class)->finalize (object);
}

static void
gstream_conversation_tool_call_get_property (GObject    *object,
                                             guint       prop_id,
                                             GValue     *value,
                                             GParamSpec *pspec)
{
  GstreamConversationToolCall *self = GSTREAM_CONVERSATION_TOOL_CALL (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_INPUT:
      g_value_set_boxed (value, self->input);
      break;
    case PROP_STATUS:
      g_value_set_enum (value, self->status);
      break;
    case PROP_PROGRESS:
      g_value_set_string (value, gstream_conversation_tool_call_get_progress (self));
      break;
    case PROP_OUTPUT:
      g_value_set_string (value, self->output);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    case PROP_SUBAGENTS:
      g_value_set_object (value, gstream_conversation_tool_call_get_subagents (self));
      break;
    case PROP_CALL:
      g_value_set_object (value, self->call);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_conversation_tool_call_class_init (GstreamConversationToolCallClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = gstream_conversation_tool_call_finalize;
  object_class->get_property = gstream_conversation_tool_call_get_property;

  /**
   * GstreamConversationToolCall:id: (getter get_id)
   *
   * Its id; %NULL where the model gave none.
   *
   * Since: 1.0
   */
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  /**
   * GstreamConversationToolCall:name: (getter get_name)
   *
   * The tool's name.
   *
   * Since: 1.0
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  /**
   * GstreamConversationToolCall:input: (getter get_input)
   *
   * The arguments that the tool is called with.
   *
   * Since: 1.0
   */
  properties[PROP_INPUT] = g_param_spec_boxed ("input", NULL, NULL, GSTREAM_TYPE_PAYLOAD, flags);
  /**
   * GstreamConversationToolCall:status: (getter get_status)
   *
   * How it is.
   *
   * Since: 1.0
   */
  properties[PROP_STATUS] = g_param_spec_enum ("status", NULL, NULL, GSTREAM_TYPE_CONVERSATION_TOOL_CALL_STATUS,
                                               GSTREAM_CONVERSATION_TOOL_CALL_STATUS_PENDING, flags);
  /**
   * GstreamConversationToolCall:progress: (getter get_progress)
   *
   * The progress of the tool while it is running.
   *
   * Since: 1.0
   */
  properties[PROP_PROGRESS] = g_param_spec_string ("progress", NULL, NULL, NULL, flags);
  /**
   * GstreamConversationToolCall:output: (getter get_output)
   *
   * The output of the tool as text; %NULL before there is one.
   *
   * Since: 1.0
   */
  properties[PROP_OUTPUT] = g_param_spec_string ("output", NULL, NULL, NULL, flags);
  /**
   * GstreamConversationToolCall:error: (getter get_error)
   *
   * Why it failed; %NULL if it did not.
   *
   * Since: 1.0
   */
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  /**
   * GstreamConversationToolCall:subagents: (getter get_subagents)
   *
   * The sub-agents that it started, as a list of [class@Subagent] (C9).
   *
   * Since: 1.0
   */
  properties[PROP_SUBAGENTS] = g_param_spec_object ("subagents", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  /**
   * GstreamConversationToolCall:call: (getter get_call)
   *
   * The call in the run; %NULL in a conversation that was opened after the run.
   *
   * Since: 1.0
   */
  properties[PROP_CALL] = g_param_spec_object ("call", NULL, NULL, GSTREAM_TYPE_TOOL_CALL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_conversation_tool_call_init (GstreamConversationToolCall *self)
{
}

/* --- public calls --- */

/**
 * gstream_conversation_tool_call_get_id:
 * @self: a tool call
 *
 * Its id.
 *
 * Returns: (transfer none) (nullable): the id; %NULL where the model gave none
 *
 * Since: 1.0
 */
const char *
gstream_conversation_tool_call_get_id (GstreamConversationToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_TOOL_CALL (self), NULL);

  return self->id;
}

/**
 * gstream_conversation_tool_call_get_name:
 * @self: a tool call
 *
 * The tool's name.
 *
 * Returns: (transfer none) (nullable): the name; %NULL where none is said
 *
 * Since: 1.0
 */
const char *
gstream_conversation_tool_call_get_name (GstreamConversationToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_TOOL_CALL (self), NULL);

  return self->name;
}

/**
 * gstream_conversation_tool_call_get_input:
 * @self: a tool call
 *
 * The arguments that the tool is called with.
 *
 * Returns: (transfer none) (nullable): an object; %NULL where none is said, or
 *   what the model wrote is not JSON
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_conversation_tool_call_get_input (GstreamConversationToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_TOOL_CALL (self), NULL);

  return self->input;
}

/**
 * gstream_conversation_tool_call_get_status:
 * @self: a tool call
 *
 * How it is.
 *
 * Returns: the status
 *
 * Since: 1.0
 */
GstreamConversationToolCallStatus
gstream_conversation_tool_call_get_status (GstreamConversationToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_TOOL_CALL (self), GSTREAM_CONVERSATION_TOOL_CALL_STATUS_PENDING);

  return self->status;
}

/**
 * gstream_conversation_tool_call_get_progress:
 * @self: a tool call
 *
 * The progress of the tool while it is running.
 *
 * Returns: (transfer none) (nullable): the words so far; %NULL where no run tells
 *
 * Since: 1.0
 */
const char *
gstream_conversation_tool_call_get_progress (GstreamConversationToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_TOOL_CALL (self), NULL);

  return self->call != NULL ? gstream_tool_call_get_progress (self->call) : NULL;
}

/**
 * gstream_conversation_tool_call_get_output:
 * @self: a tool call
 *
 * Gets the output of the tool as text: the text of its tool message, a string as it is, anything else as JSON.
 *
 * Returns: (transfer none) (nullable): the words; %NULL until there are some
 *
 * Since: 1.0
 */
const char *
gstream_conversation_tool_call_get_output (GstreamConversationToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_TOOL_CALL (self), NULL);

  return self->output;
}

/**
 * gstream_conversation_tool_call_get_error:
 * @self: a tool call
 *
 * Why it failed.
 *
 * Returns: (transfer none) (nullable): the error; %NULL if it did not fail
 *
 * Since: 1.0
 */
const GError *
gstream_conversation_tool_call_get_error (GstreamConversationToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_TOOL_CALL (self), NULL);

  return self->error;
}

/**
 * gstream_conversation_tool_call_get_subagents:
 * @self: a tool call
 *
 * Gets the sub-agents that it started, as a list of [class@Subagent] (C9). The list is updated, and is always the same
 * object.
 *
 * Returns: (transfer none): the list
 *
 * Since: 1.0
 */
GListModel *
gstream_conversation_tool_call_get_subagents (GstreamConversationToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_TOOL_CALL (self), NULL);

  if (self->subagents == NULL)
    self->subagents = g_list_store_new (GSTREAM_TYPE_SUBAGENT);

  return G_LIST_MODEL (self->subagents);
}

/**
 * gstream_conversation_tool_call_get_call:
 * @self: a tool call
 *
 * Gets the call in the run.
 *
 * Returns: (transfer none) (nullable): the run's tool call; %NULL if it was not in a run
 *
 * Since: 1.0
 */
GstreamToolCall *
gstream_conversation_tool_call_get_call (GstreamConversationToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_CONVERSATION_TOOL_CALL (self), NULL);

  return self->call;
}
