/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A question of a conversation's agent, which exists until its answer was accepted.
 */
#include <gstream/conversation/gstream-action-request-private.h>
#include <gstream/conversation/gstream-question-private.h>

/**
 * GstreamQuestion:
 *
 * A question of a conversation's agent: a pending interrupt (C8). It is an item of [property@Conversation:questions].
 *
 * It is added as soon as the agent asks, even if other branches of the run are still running, and removed when its
 * answer was accepted. While an answer is being sent, [property@Question:answering] is %TRUE; if it was refused,
 * [property@Question:error] says why, and the question can be answered again:
 *
 * ```c
 * answer = gstream_payload_new_string ("yes");
 * gstream_conversation_respond (conversation, question, answer, NULL, NULL, NULL);
 * ```
 *
 * Where the agent asks about actions before it performs them, they are in [property@Question:actions]; when the user has
 * decided about all of them, [method@Question.dup_response] returns the answer.
 *
 * Since: 1.0
 */
struct _GstreamQuestion
{
  GObject parent_instance;

  GstreamInterrupt *interrupt;
  char             *text;    /* the text of its value to be shown */
  GListStore       *actions; /* that are asked about; it may be empty */
  gboolean          answering;
  GError           *error; /* why the last answer was refused; NULL: it was not */
};

enum
{
  PROP_0,
  PROP_INTERRUPT,
  PROP_TEXT,
  PROP_VALUE,
  PROP_RESPONSE_SCHEMA,
  PROP_ACTIONS,
  PROP_ANSWERING,
  PROP_ERROR,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (GstreamQuestion, gstream_question, G_TYPE_OBJECT)

/* What is said of each action, or its name. */
static char *
join_descriptions (GListModel *actions)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (actions); i++)
    {
      g_autoptr (GstreamActionRequest) action = g_list_model_get_item (actions, i);
      const char *words = gstream_action_request_get_description (action);

      g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "",
                              words != NULL ? words : gstream_action_request_get_name (action));
    }

  return g_string_free (text, FALSE);
}

/* Returns the value if it is a string, or the string in an object of a common form; otherwise what is said of the actions,
 * or the JSON. */
static char *
make_text (GstreamPayload *value,
           GListModel     *actions)
{
  static const char *const pointers[] = { "", "/question", "/message", "/text", "/prompt", "/description", NULL };

  for (gsize i = 0; pointers[i] != NULL; i++)
    {
      const char *text = gstream_payload_get_string (value, pointers[i]);

      if (text != NULL)
        return g_strdup (text);
    }

  return g_list_model_get_n_items (actions) > 0 ? join_descriptions (actions) : gstream_payload_dup_json (value);
}

GstreamQuestion *
gstream_question_new (GstreamInterrupt *interrupt)
{
  GstreamQuestion *self = g_object_new (GSTREAM_TYPE_QUESTION, NULL);

  self->interrupt = gstream_interrupt_ref (interrupt);
  self->actions = gstream_action_request_read_all (gstream_interrupt_get_value (interrupt),
                                                   gstream_interrupt_get_response_schema (interrupt));
  self->text = make_text (gstream_interrupt_get_value (interrupt), G_LIST_MODEL (self->actions));

  return self;
}

gboolean
gstream_question_is (GstreamQuestion  *self,
                     GstreamInterrupt *interrupt)
{
  return self->interrupt == interrupt ||
         (g_strcmp0 (gstream_interrupt_get_id (self->interrupt), gstream_interrupt_get_id (interrupt)) == 0 &&
          gstream_payload_equal (gstream_interrupt_get_value (self->interrupt),
                                 gstream_interrupt_get_value (interrupt)));
}

void
gstream_question_set_answering (GstreamQuestion *self,
                                gboolean         answering,
                                const GError    *error)
{
  g_autoptr (GError) before = self->error;
  gboolean changed = self->answering != answering;

  self->error = error != NULL ? g_error_copy (error) : NULL;
  self->answering = answering;
  if (before != NULL || error != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
  if (changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ANSWERING]);
}

/* --- the object --- */

static void
gstream_question_finalize (GObject *object)
{
  GstreamQuestion *self = GSTREAM_QUESTION (object);

  g_clear_pointer (&self->interrupt, gstream_interrupt_unref);
  g_free (self->text);
  g_clear_object (&self->actions);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (gstream_question_parent_class)->finalize (object);
}

static void
gstream_question_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  GstreamQuestion *self = GSTREAM_QUESTION (object);

  switch (prop_id)
    {
    case PROP_INTERRUPT:
      g_value_set_boxed (value, self->interrupt);
      break;
    case PROP_TEXT:
      g_value_set_string (value, self->text);
      break;
    case PROP_VALUE:
      g_value_set_boxed (value, gstream_question_get_value (self));
      break;
    case PROP_RESPONSE_SCHEMA:
      g_value_set_boxed (value, gstream_question_get_response_schema (self));
      break;
    case PROP_ACTIONS:
      g_value_set_object (value, self->actions);
      break;
    case PROP_ANSWERING:
      g_value_set_boolean (value, self->answering);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_question_class_init (GstreamQuestionClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = gstream_question_finalize;
  object_class->get_property = gstream_question_get_property;

  /**
   * GstreamQuestion:interrupt: (getter get_interrupt)
   *
   * The interrupt itself.
   *
   * Since: 1.0
   */
  properties[PROP_INTERRUPT] = g_param_spec_boxed ("interrupt", NULL, NULL, GSTREAM_TYPE_INTERRUPT, flags);
  /**
   * GstreamQuestion:text: (getter get_text)
   *
   * The question as text.
   *
   * Since: 1.0
   */
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, flags);
  /**
   * GstreamQuestion:value: (getter get_value)
   *
   * The value of the interrupt.
   *
   * Since: 1.0
   */
  properties[PROP_VALUE] = g_param_spec_boxed ("value", NULL, NULL, GSTREAM_TYPE_PAYLOAD, flags);
  /**
   * GstreamQuestion:response-schema: (getter get_response_schema)
   *
   * The JSON Schema of its answer; %NULL if there is none.
   *
   * Since: 1.0
   */
  properties[PROP_RESPONSE_SCHEMA] = g_param_spec_boxed ("response-schema", NULL, NULL, GSTREAM_TYPE_PAYLOAD, flags);
  /**
   * GstreamQuestion:actions: (getter get_actions)
   *
   * The actions that the agent asks about, [class@ActionRequest] objects; it is empty for any other question.
   *
   * Since: 1.0
   */
  properties[PROP_ACTIONS] = g_param_spec_object ("actions", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  /**
   * GstreamQuestion:answering: (getter get_answering)
   *
   * Whether an answer is being sent.
   *
   * Since: 1.0
   */
  properties[PROP_ANSWERING] = g_param_spec_boolean ("answering", NULL, NULL, FALSE, flags);
  /**
   * GstreamQuestion:error: (getter get_error)
   *
   * Why the last answer was refused; %NULL if none was.
   *
   * Since: 1.0
   */
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_question_init (GstreamQuestion *self)
{
}

/* --- public calls --- */

/**
 * gstream_question_get_interrupt:
 * @self: a question
 *
 * The interrupt itself.
 *
 * Returns: (transfer none): the interrupt
 *
 * Since: 1.0
 */
GstreamInterrupt *
gstream_question_get_interrupt (GstreamQuestion *self)
{
  g_return_val_if_fail (GSTREAM_IS_QUESTION (self), NULL);

  return self->interrupt;
}

/**
 * gstream_question_get_text:
 * @self: a question
 *
 * Gets the question as text: the value if it is a string, or the string in an object of a common form; otherwise what is
 * said of its actions, or its JSON.
 *
 * Returns: (transfer none): the words
 *
 * Since: 1.0
 */
const char *
gstream_question_get_text (GstreamQuestion *self)
{
  g_return_val_if_fail (GSTREAM_IS_QUESTION (self), NULL);

  return self->text;
}

/**
 * gstream_question_get_value:
 * @self: a question
 *
 * The value of the interrupt.
 *
 * Returns: (transfer none): the interrupt's value
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_question_get_value (GstreamQuestion *self)
{
  g_return_val_if_fail (GSTREAM_IS_QUESTION (self), NULL);
  g_return_val_if_fail (self->interrupt != NULL, NULL);

  return gstream_interrupt_get_value (self->interrupt);
}

/**
 * gstream_question_get_response_schema:
 * @self: a question
 *
 * The JSON Schema of its answer.
 *
 * Returns: (transfer none) (nullable): the schema; %NULL where none is said
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_question_get_response_schema (GstreamQuestion *self)
{
  g_return_val_if_fail (GSTREAM_IS_QUESTION (self), NULL);
  g_return_val_if_fail (self->interrupt != NULL, NULL);

  return gstream_interrupt_get_response_schema (self->interrupt);
}

/**
 * gstream_question_get_actions:
 * @self: a question
 *
 * The actions that the agent asks about.
 *
 * Returns: (transfer none): a list model of [class@ActionRequest]; it is empty for any other question
 *
 * Since: 1.0
 */
GListModel *
gstream_question_get_actions (GstreamQuestion *self)
{
  g_return_val_if_fail (GSTREAM_IS_QUESTION (self), NULL);

  return G_LIST_MODEL (self->actions);
}

/**
 * gstream_question_dup_response:
 * @self: a question
 *
 * Makes the answer that says what the user has decided about [property@Question:actions], in the form in which this agent
 * wants it.
 *
 * Returns: (transfer full) (nullable): the answer; %NULL if there are no actions, or if one of them is not decided
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_question_dup_response (GstreamQuestion *self)
{
  g_return_val_if_fail (GSTREAM_IS_QUESTION (self), NULL);
  g_return_val_if_fail (self->interrupt != NULL, NULL);

  return gstream_action_request_make_answer (G_LIST_MODEL (self->actions), gstream_question_get_value (self));
}

/**
 * gstream_question_get_answering:
 * @self: a question
 *
 * Whether an answer is being sent.
 *
 * Returns: %TRUE if one is
 *
 * Since: 1.0
 */
gboolean
gstream_question_get_answering (GstreamQuestion *self)
{
  g_return_val_if_fail (GSTREAM_IS_QUESTION (self), FALSE);

  return self->answering;
}

/**
 * gstream_question_get_error:
 * @self: a question
 *
 * Why the last answer was refused.
 *
 * Returns: (transfer none) (nullable): the error; %NULL if none was refused
 *
 * Since: 1.0
 */
const GError *
gstream_question_get_error (GstreamQuestion *self)
{
  g_return_val_if_fail (GSTREAM_IS_QUESTION (self), NULL);

  return self->error;
}
