/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An action that an agent asks to be allowed, in the forms in which LangChain's human-in-the-loop middleware asks.
 *
 * In Python it asks about all tool calls of a message at once, in snake_case, or about each by itself (interrupt_mode
 * "per_call"); in JavaScript about all at once, in camelCase. The answer has the form of the question.
 */
#include <gstream/conversation/gstream-action-request-private.h>
#include <gstream/event/gstream-json-writer-internal.h>

/**
 * GstreamActionRequest:
 *
 * An action that the agent wants to perform, and about which it asks first (C8): one of [property@Question:actions].
 *
 * This is how the human-in-the-loop middleware of LangChain asks. The user decides about each action: it can be approved,
 * approved with other arguments, rejected, or answered in place of the tool, as far as [method@ActionRequest.allows] says so. When all
 * actions of the question are decided, [method@Question.dup_response] returns the answer:
 *
 * ```c
 * gstream_action_request_approve (action);
 * response = gstream_question_dup_response (question);
 * if (response != NULL)
 *   gstream_conversation_respond (conversation, question, response, NULL, NULL, NULL);
 * ```
 *
 * Since: 1.0
 */
struct _GstreamActionRequest
{
  GObject parent_instance;

  char           *name;
  GstreamPayload *arguments;
  char           *description; /* NULL: none */
  guint           allowed;     /* a bit for each decision */
  gboolean        is_camel;    /* members of the answer are in camelCase */

  GstreamDecision decision;
  GstreamPayload *edited_arguments; /* with EDIT; NULL else */
  char           *message;          /* with REJECT and RESPOND; NULL: none */
  char           *answer;           /* JSON of the decision; NULL: none */
};

enum
{
  PROP_0,
  PROP_NAME,
  PROP_ARGUMENTS,
  PROP_DESCRIPTION,
  PROP_DECISION,
  PROP_EDITED_ARGUMENTS,
  PROP_MESSAGE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (GstreamActionRequest, gstream_action_request, G_TYPE_OBJECT)

/* clang-format off */
G_DEFINE_ENUM_TYPE (GstreamDecision, gstream_decision,
                    G_DEFINE_ENUM_VALUE (GSTREAM_DECISION_NONE, "none"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_DECISION_APPROVE, "approve"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_DECISION_EDIT, "edit"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_DECISION_REJECT, "reject"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_DECISION_RESPOND, "respond"))
/* clang-format on */

static const char *const decision_names[] = { "none", "approve", "edit", "reject", "respond" };

/* --- what is allowed --- */

/* Returns 0 for a decision that is not known. */
static guint
get_bit (const char *name)
{
  for (guint i = GSTREAM_DECISION_APPROVE; name != NULL && i < G_N_ELEMENTS (decision_names); i++)
    if (g_str_equal (name, decision_names[i]))
      return 1u << i;

  return 0;
}

/* Reads a list of names. */
static guint
read_decisions (GstreamPayload *names)
{
  GstreamPayloadIter iter;
  GstreamPayload    *name;
  guint              allowed = 0;

  gstream_payload_iter_init (&iter, names);
  while ((name = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      allowed |= get_bit (gstream_payload_get_string (name, ""));
      gstream_payload_unref (name);
    }

  return allowed;
}

/* What may be decided about the actions of each name. */
static GHashTable *
read_configs (GstreamPayload *configs)
{
  GHashTable        *allowed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GstreamPayloadIter iter;
  GstreamPayload    *config;

  if (configs == NULL)
    return allowed;

  gstream_payload_iter_init (&iter, configs);
  while ((config = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      gboolean    is_camel = gstream_payload_has (config, "/actionName");
      const char *name = gstream_payload_get_string (config, is_camel ? "/actionName" : "/action_name");
      g_autoptr (GstreamPayload) names =
          gstream_payload_lookup (config, is_camel ? "/allowedDecisions" : "/allowed_decisions");

      if (name != NULL && names != NULL)
        g_hash_table_insert (allowed, g_strdup (name), GUINT_TO_POINTER (read_decisions (names)));
      gstream_payload_unref (config);
    }

  return allowed;
}

/* The schema of a single decision names it as a constant; that of one of several has a discriminator. */
static guint
read_schema (GstreamPayload *schema)
{
  g_auto (GStrv) names = schema ? gstream_payload_dup_keys (schema, "/discriminator/mapping") : NULL;
  guint allowed = schema ? get_bit (gstream_payload_get_string (schema, "/properties/type/const")) : 0;

  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    allowed |= get_bit (names[i]);

  return allowed;
}

/* --- the question --- */

static gboolean
asks_about_one (GstreamPayload *value)
{
  return g_strcmp0 (gstream_payload_get_string (value, "/type"), "tool_approval") == 0 &&
         gstream_payload_get_string (value, "/name") != NULL;
}

static GstreamActionRequest *
read_action (GstreamPayload *action,
             guint           allowed,
             gboolean        is_camel)
{
  const guint           fallback = 1u << GSTREAM_DECISION_APPROVE | 1u << GSTREAM_DECISION_REJECT;
  GstreamActionRequest *self = g_object_new (GSTREAM_TYPE_ACTION_REQUEST, NULL);

  self->name = g_strdup (gstream_payload_get_string (action, "/name"));
  self->description = g_strdup (gstream_payload_get_string (action, "/description"));
  self->arguments = gstream_payload_lookup (action, "/args");
  if (self->arguments != NULL && gstream_payload_get_kind (self->arguments) != GSTREAM_PAYLOAD_KIND_OBJECT)
    g_clear_pointer (&self->arguments, gstream_payload_unref);
  if (self->arguments == NULL)
    self->arguments = gstream_payload_new ("{}", -1, NULL);
  self->allowed = allowed != 0 ? allowed : fallback;
  self->is_camel = is_camel;

  return self;
}

/* Returns FALSE where one of them has no name: then it is a question of another form. */
static gboolean
read_actions (GListStore     *store,
              GstreamPayload *requests,
              GHashTable     *allowed,
              gboolean        is_camel)
{
  GstreamPayloadIter iter;
  GstreamPayload    *next;

  gstream_payload_iter_init (&iter, requests);
  while ((next = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      g_autoptr (GstreamPayload) request = next;
      const char *name = gstream_payload_get_string (request, "/name");
      g_autoptr (GstreamActionRequest) action = NULL;

      if (name == NULL)
        return FALSE;
      action = read_action (request, GPOINTER_TO_UINT (g_hash_table_lookup (allowed, name)), is_camel);
      g_list_store_append (store, action);
    }

  return TRUE;
}

/* About all of them together. */
static void
read_batch (GListStore     *store,
            GstreamPayload *value)
{
  gboolean is_camel = gstream_payload_has (value, "/actionRequests");
  g_autoptr (GstreamPayload) requests =
      gstream_payload_lookup (value, is_camel ? "/actionRequests" : "/action_requests");
  g_autoptr (GstreamPayload) configs = gstream_payload_lookup (value, is_camel ? "/reviewConfigs" : "/review_configs");
  g_autoptr (GHashTable) allowed = read_configs (configs);

  if (requests != NULL && !read_actions (store, requests, allowed, is_camel))
    g_list_store_remove_all (store);
}

GListStore *
gstream_action_request_read_all (GstreamPayload *value,
                                 GstreamPayload *schema)
{
  GListStore *store = g_list_store_new (GSTREAM_TYPE_ACTION_REQUEST);

  if (asks_about_one (value))
    {
      g_autoptr (GstreamActionRequest) action = read_action (value, read_schema (schema), FALSE);

      g_list_store_append (store, action);
    }
  else
    read_batch (store, value);

  return store;
}

GstreamPayload *
gstream_action_request_make_answer (GListModel     *actions,
                                    GstreamPayload *value)
{
  gboolean is_one = asks_about_one (value);
  guint    n = g_list_model_get_n_items (actions);
  g_autoptr (GString) json = g_string_new (is_one ? NULL : "{\"decisions\":[");

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GstreamActionRequest) action = g_list_model_get_item (actions, i);

      if (action->answer == NULL)
        return NULL;
      g_string_append_printf (json, "%s%s", i > 0 ? "," : "", action->answer);
    }
  if (!is_one)
    g_string_append (json, "]}");

  return n > 0 ? gstream_payload_new (json->str, json->len, NULL) : NULL;
}

/* --- deciding --- */

static char *
write_answer (GstreamActionRequest *self,
              GstreamDecision       decision,
              const char           *message,
              GstreamPayload       *arguments)
{
  GString *json = g_string_new ("{");

  gstream_json_add_string (json, "type", decision_names[decision]);
  gstream_json_add_string (json, "message", message);
  if (arguments != NULL)
    {
      gstream_json_write_member (json, self->is_camel ? "editedAction" : "edited_action");
      g_string_append_c (json, '{');
      gstream_json_add_string (json, "name", self->name);
      gstream_json_add_payload (json, "args", arguments);
      g_string_append_c (json, '}');
    }
  g_string_append_c (json, '}');

  return g_string_free (json, FALSE);
}

static void
decide (GstreamActionRequest *self,
        GstreamDecision       decision,
        const char           *message,
        GstreamPayload       *arguments)
{
  g_autoptr (GstreamPayload) old_arguments = self->edited_arguments;
  g_autofree char *old_message = self->message;
  GstreamDecision  old_decision = self->decision;

  g_free (self->answer);
  self->answer = decision != GSTREAM_DECISION_NONE ? write_answer (self, decision, message, arguments) : NULL;
  self->decision = decision;
  self->edited_arguments = arguments != NULL ? gstream_payload_ref (arguments) : NULL;
  self->message = g_strdup (message);

  g_object_freeze_notify (G_OBJECT (self));
  if (decision != old_decision)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DECISION]);
  if (arguments != old_arguments)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EDITED_ARGUMENTS]);
  if (g_strcmp0 (message, old_message) != 0)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
  g_object_thaw_notify (G_OBJECT (self));
}

/**
 * gstream_action_request_approve:
 * @self: an action that is asked about
 *
 * Decides that the action is to be performed as it was requested. That it is allowed is a precondition, see
 * [method@ActionRequest.allows].
 *
 * Since: 1.0
 */
void
gstream_action_request_approve (GstreamActionRequest *self)
{
  g_return_if_fail (GSTREAM_IS_ACTION_REQUEST (self));
  g_return_if_fail (gstream_action_request_allows (self, GSTREAM_DECISION_APPROVE));

  decide (self, GSTREAM_DECISION_APPROVE, NULL, NULL);
}

/**
 * gstream_action_request_edit:
 * @self: an action that is asked about
 * @arguments: the arguments that are to be used, an object
 *
 * Decides that the action is to be performed with other arguments. That it is allowed is a precondition, see
 * [method@ActionRequest.allows].
 *
 * Since: 1.0
 */
void
gstream_action_request_edit (GstreamActionRequest *self,
                             GstreamPayload       *arguments)
{
  g_return_if_fail (GSTREAM_IS_ACTION_REQUEST (self));
  g_return_if_fail (arguments != NULL && gstream_payload_get_kind (arguments) == GSTREAM_PAYLOAD_KIND_OBJECT);
  g_return_if_fail (gstream_action_request_allows (self, GSTREAM_DECISION_EDIT));

  decide (self, GSTREAM_DECISION_EDIT, NULL, arguments);
}

/**
 * gstream_action_request_reject:
 * @self: an action that is asked about
 * @message: (nullable): what the agent is told, for example why; %NULL for nothing
 *
 * Decides that the action is not to be performed. That it is allowed is a precondition, see
 * [method@ActionRequest.allows].
 *
 * Since: 1.0
 */
void
gstream_action_request_reject (GstreamActionRequest *self,
                               const char           *message)
{
  g_return_if_fail (GSTREAM_IS_ACTION_REQUEST (self));
  g_return_if_fail (gstream_action_request_allows (self, GSTREAM_DECISION_REJECT));

  decide (self, GSTREAM_DECISION_REJECT, message, NULL);
}

/**
 * gstream_action_request_respond:
 * @self: an action that is asked about
 * @message: what the agent is given as the result of the action
 *
 * Decides that the user does what the action would have done, and says what came of it. That it is allowed is a
 * precondition, see [method@ActionRequest.allows].
 *
 * Since: 1.0
 */
void
gstream_action_request_respond (GstreamActionRequest *self,
                                const char           *message)
{
  g_return_if_fail (GSTREAM_IS_ACTION_REQUEST (self));
  g_return_if_fail (message != NULL);
  g_return_if_fail (gstream_action_request_allows (self, GSTREAM_DECISION_RESPOND));

  decide (self, GSTREAM_DECISION_RESPOND, message, NULL);
}

/**
 * gstream_action_request_reconsider:
 * @self: an action that is asked about
 *
 * Takes the decision back: [property@ActionRequest:decision] is %GSTREAM_DECISION_NONE again.
 *
 * Since: 1.0
 */
void
gstream_action_request_reconsider (GstreamActionRequest *self)
{
  g_return_if_fail (GSTREAM_IS_ACTION_REQUEST (self));

  if (self->decision != GSTREAM_DECISION_NONE)
    decide (self, GSTREAM_DECISION_NONE, NULL, NULL);
}

/* --- the object --- */

static void
gstream_action_request_finalize (GObject *object)
{
  GstreamActionRequest *self = GSTREAM_ACTION_REQUEST (object);

  g_free (self->name);
  g_free (self->description);
  g_free (self->answer);
  g_free (self->message);
  g_clear_pointer (&self->arguments, gstream_payload_unref);
  g_clear_pointer (&self->edited_arguments, gstream_payload_unref);

  G_OBJECT_CLASS (gstream_action_request_parent_class)->finalize (object);
}

static void
gstream_action_request_get_property (GObject    *object,
                                     guint       prop_id,
                                     GValue     *value,
                                     GParamSpec *pspec)
{
  GstreamActionRequest *self = GSTREAM_ACTION_REQUEST (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_ARGUMENTS:
      g_value_set_boxed (value, self->arguments);
      break;
    case PROP_DESCRIPTION:
      g_value_set_string (value, self->description);
      break;
    case PROP_DECISION:
      g_value_set_enum (value, self->decision);
      break;
    case PROP_EDITED_ARGUMENTS:
      g_value_set_boxed (value, self->edited_arguments);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_action_request_class_init (GstreamActionRequestClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = gstream_action_request_finalize;
  object_class->get_property = gstream_action_request_get_property;

  /**
   * GstreamActionRequest:name: (getter get_name)
   *
   * The name of the action: that of a tool.
   *
   * Since: 1.0
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  /**
   * GstreamActionRequest:arguments: (getter get_arguments)
   *
   * The arguments that the agent requested, an object.
   *
   * Since: 1.0
   */
  properties[PROP_ARGUMENTS] = g_param_spec_boxed ("arguments", NULL, NULL, GSTREAM_TYPE_PAYLOAD, flags);
  /**
   * GstreamActionRequest:description: (getter get_description)
   *
   * What the user is told about the action; %NULL if there is nothing.
   *
   * Since: 1.0
   */
  properties[PROP_DESCRIPTION] = g_param_spec_string ("description", NULL, NULL, NULL, flags);
  /**
   * GstreamActionRequest:decision: (getter get_decision)
   *
   * What the user has decided.
   *
   * Since: 1.0
   */
  properties[PROP_DECISION] =
      g_param_spec_enum ("decision", NULL, NULL, GSTREAM_TYPE_DECISION, GSTREAM_DECISION_NONE, flags);
  /**
   * GstreamActionRequest:edited-arguments: (getter get_edited_arguments)
   *
   * The arguments that the user decided to use instead; %NULL unless [property@ActionRequest:decision] is
   * %GSTREAM_DECISION_EDIT.
   *
   * Since: 1.0
   */
  properties[PROP_EDITED_ARGUMENTS] = g_param_spec_boxed ("edited-arguments", NULL, NULL, GSTREAM_TYPE_PAYLOAD, flags);
  /**
   * GstreamActionRequest:message: (getter get_message)
   *
   * What the user said when rejecting, or as the result; %NULL if there is nothing.
   *
   * Since: 1.0
   */
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_action_request_init (GstreamActionRequest *self)
{
}

/**
 * gstream_action_request_get_name:
 * @self: an action that is asked about
 *
 * The name of the action: that of a tool.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
gstream_action_request_get_name (GstreamActionRequest *self)
{
  g_return_val_if_fail (GSTREAM_IS_ACTION_REQUEST (self), NULL);

  return self->name;
}

/**
 * gstream_action_request_get_arguments:
 * @self: an action that is asked about
 *
 * The arguments that the agent requested.
 *
 * Returns: (transfer none): the arguments, an object
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_action_request_get_arguments (GstreamActionRequest *self)
{
  g_return_val_if_fail (GSTREAM_IS_ACTION_REQUEST (self), NULL);

  return self->arguments;
}

/**
 * gstream_action_request_get_description:
 * @self: an action that is asked about
 *
 * What the user is told about the action.
 *
 * Returns: (transfer none) (nullable): the description; %NULL if there is none
 *
 * Since: 1.0
 */
const char *
gstream_action_request_get_description (GstreamActionRequest *self)
{
  g_return_val_if_fail (GSTREAM_IS_ACTION_REQUEST (self), NULL);

  return self->description;
}

/**
 * gstream_action_request_get_decision:
 * @self: an action that is asked about
 *
 * What the user has decided.
 *
 * Returns: the decision
 *
 * Since: 1.0
 */
GstreamDecision
gstream_action_request_get_decision (GstreamActionRequest *self)
{
  g_return_val_if_fail (GSTREAM_IS_ACTION_REQUEST (self), GSTREAM_DECISION_NONE);

  return self->decision;
}

/**
 * gstream_action_request_get_edited_arguments:
 * @self: an action that is asked about
 *
 * The arguments that the user decided to use instead.
 *
 * Returns: (transfer none) (nullable): the arguments; %NULL unless it was decided with [method@ActionRequest.edit]
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_action_request_get_edited_arguments (GstreamActionRequest *self)
{
  g_return_val_if_fail (GSTREAM_IS_ACTION_REQUEST (self), NULL);

  return self->edited_arguments;
}

/**
 * gstream_action_request_get_message:
 * @self: an action that is asked about
 *
 * What the user said when rejecting, or as the result.
 *
 * Returns: (transfer none) (nullable): the message; %NULL if there is nothing
 *
 * Since: 1.0
 */
const char *
gstream_action_request_get_message (GstreamActionRequest *self)
{
  g_return_val_if_fail (GSTREAM_IS_ACTION_REQUEST (self), NULL);

  return self->message;
}

/**
 * gstream_action_request_allows:
 * @self: an action that is asked about
 * @decision: a decision
 *
 * Whether the agent accepts this decision about the action. Where the question does not say which are allowed, the action
 * can be approved or rejected.
 *
 * Returns: %TRUE if it can be decided so
 *
 * Since: 1.0
 */
gboolean
gstream_action_request_allows (GstreamActionRequest *self,
                               GstreamDecision       decision)
{
  g_return_val_if_fail (GSTREAM_IS_ACTION_REQUEST (self), FALSE);

  return (self->allowed & 1u << decision) != 0;
}
