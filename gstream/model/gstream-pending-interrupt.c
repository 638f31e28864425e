/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An interrupt that waits for its answer, as a row of a model.
 */
#include <gstream/model/gstream-pending-interrupt-private.h>

/**
 * GstreamPendingInterrupt:
 *
 * An interrupt that waits for its answer: a row of a [class@RunModel].
 *
 * It is added as soon as the question is asked (T8). Until the run has ended, other branches of it may still be
 * running, and the thread may refuse an answer. A window shows its [property@PendingInterrupt:text], sends the answer
 * after the run's end, and when that was successful, marks the row as answered, which removes it from the model:
 *
 * ```c
 * g_autoptr (GstreamRunStream) run = gstream_thread_respond_finish (thread, result, &error);
 *
 * if (run != NULL)
 *   gstream_pending_interrupt_set_answered (row, TRUE);
 * ```
 *
 * Since: 1.0
 */
struct _GstreamPendingInterrupt
{
  GObject parent_instance;

  GstreamInterrupt *interrupt;
  char             *text; /* the text of its value to be shown */
  gboolean          answered;
};

enum
{
  PROP_0,
  PROP_INTERRUPT,
  PROP_ID,
  PROP_VALUE,
  PROP_NAMESPACE,
  PROP_TEXT,
  PROP_ANSWERED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (GstreamPendingInterrupt, gstream_pending_interrupt, G_TYPE_OBJECT)

/* Returns the value if it is a string, or the string in an object of a common form; otherwise the JSON. */
static char *
make_text (GstreamPayload *value)
{
  static const char *const pointers[] = { "", "/question", "/message", "/text", NULL };

  for (gsize i = 0; pointers[i] != NULL; i++)
    {
      const char *text = gstream_payload_get_string (value, pointers[i]);

      if (text != NULL)
        return g_strdup (text);
    }

  return gstream_payload_dup_json (value);
}

/**
 * gstream_pending_interrupt_get_interrupt:
 * @self: the row of an interrupt
 *
 * Gets the interrupt, which is needed for answering it.
 *
 * Returns: (transfer none): the interrupt
 *
 * Since: 1.0
 */
GstreamInterrupt *
gstream_pending_interrupt_get_interrupt (GstreamPendingInterrupt *self)
{
  g_return_val_if_fail (GSTREAM_IS_PENDING_INTERRUPT (self), NULL);

  return self->interrupt;
}

/**
 * gstream_pending_interrupt_get_id:
 * @self: the row of an interrupt
 *
 * The id of the interrupt.
 *
 * Returns: (transfer none): the id
 *
 * Since: 1.0
 */
const char *
gstream_pending_interrupt_get_id (GstreamPendingInterrupt *self)
{
  g_return_val_if_fail (GSTREAM_IS_PENDING_INTERRUPT (self), NULL);

  return self->interrupt ? gstream_interrupt_get_id (self->interrupt) : NULL;
}

/**
 * gstream_pending_interrupt_get_value:
 * @self: the row of an interrupt
 *
 * Gets the value of the interrupt, in the format that the graph defines.
 *
 * Returns: (transfer none): the value
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_pending_interrupt_get_value (GstreamPendingInterrupt *self)
{
  g_return_val_if_fail (GSTREAM_IS_PENDING_INTERRUPT (self), NULL);

  return self->interrupt ? gstream_interrupt_get_value (self->interrupt) : NULL;
}

/**
 * gstream_pending_interrupt_get_namespace:
 * @self: the row of an interrupt
 *
 * Gets the namespace of the interrupted graph, if the source says so.
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): the namespace, or %NULL if it is not known
 *
 * Since: 1.0
 */
const char *const *
gstream_pending_interrupt_get_namespace (GstreamPendingInterrupt *self)
{
  g_return_val_if_fail (GSTREAM_IS_PENDING_INTERRUPT (self), NULL);

  return self->interrupt ? gstream_interrupt_get_namespace (self->interrupt) : NULL;
}

/**
 * gstream_pending_interrupt_get_text:
 * @self: the row of an interrupt
 *
 * Gets the question as text: the value if it is a string, or its member `question`, `message` or `text`; otherwise its
 * JSON.
 *
 * Returns: (transfer none): the text
 *
 * Since: 1.0
 */
const char *
gstream_pending_interrupt_get_text (GstreamPendingInterrupt *self)
{
  g_return_val_if_fail (GSTREAM_IS_PENDING_INTERRUPT (self), NULL);

  return self->text;
}

/**
 * gstream_pending_interrupt_get_answered:
 * @self: the row of an interrupt
 *
 * Whether it was answered.
 *
 * Returns: %TRUE if it was marked with [method@PendingInterrupt.set_answered]
 *
 * Since: 1.0
 */
gboolean
gstream_pending_interrupt_get_answered (GstreamPendingInterrupt *self)
{
  g_return_val_if_fail (GSTREAM_IS_PENDING_INTERRUPT (self), FALSE);

  return self->answered;
}

/**
 * gstream_pending_interrupt_set_answered:
 * @self: the row of an interrupt
 * @answered: whether it was answered
 *
 * Sets whether the interrupt was answered. An answered row is removed from its model with the next frame; if it is set
 * to unanswered again, for example because the answer was refused, it is inserted at its place again (C8).
 *
 * Since: 1.0
 */
void
gstream_pending_interrupt_set_answered (GstreamPendingInterrupt *self,
                                        gboolean                 answered)
{
  g_return_if_fail (GSTREAM_IS_PENDING_INTERRUPT (self));

  answered = answered != FALSE;
  if (self->answered == answered)
    return;

  self->answered = answered;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ANSWERED]);
}

void
gstream_pending_interrupt_take (GstreamPendingInterrupt *self,
                                GstreamInterrupt        *interrupt)
{
  GstreamInterrupt *before = self->interrupt;
  gboolean          had_namespace = gstream_interrupt_get_namespace (before) != NULL;
  GObject          *object = G_OBJECT (self);

  if (before == interrupt)
    return;

  self->interrupt = gstream_interrupt_ref (interrupt);
  gstream_interrupt_unref (before);
  g_object_freeze_notify (object);
  g_object_notify_by_pspec (object, properties[PROP_INTERRUPT]);
  if (!had_namespace && gstream_interrupt_get_namespace (interrupt) != NULL)
    g_object_notify_by_pspec (object, properties[PROP_NAMESPACE]);
  g_object_thaw_notify (object);
}

static void
gstream_pending_interrupt_get_property (GObject    *object,
                                        guint       prop_id,
                                        GValue     *value,
                                        GParamSpec *pspec)
{
  GstreamPendingInterrupt *self = GSTREAM_PENDING_INTERRUPT (object);

  switch (prop_id)
    {
    case PROP_INTERRUPT:
      g_value_set_boxed (value, self->interrupt);
      break;
    case PROP_ID:
      g_value_set_string (value, gstream_pending_interrupt_get_id (self));
      break;
    case PROP_VALUE:
      g_value_set_boxed (value, gstream_pending_interrupt_get_value (self));
      break;
    case PROP_NAMESPACE:
      g_value_set_boxed (value, gstream_pending_interrupt_get_namespace (self));
      break;
    case PROP_TEXT:
      g_value_set_string (value, self->text);
      break;
    case PROP_ANSWERED:
      g_value_set_boolean (value, self->answered);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_pending_interrupt_set_property (GObject      *object,
                                        guint         prop_id,
                                        const GValue *value,
                                        GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_ANSWERED:
      gstream_pending_interrupt_set_answered (GSTREAM_PENDING_INTERRUPT (object), g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_pending_interrupt_finalize (GObject *object)
{
  GstreamPendingInterrupt *self = GSTREAM_PENDING_INTERRUPT (object);

  g_clear_pointer (&self->interrupt, gstream_interrupt_unref);
  g_free (self->text);

  G_OBJECT_CLASS (gstream_pending_interrupt_parent_class)->finalize (object);
}

static void
gstream_pending_interrupt_class_init (GstreamPendingInterruptClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gstream_pending_interrupt_get_property;
  object_class->set_property = gstream_pending_interrupt_set_property;
  object_class->finalize = gstream_pending_interrupt_finalize;

  /**
   * GstreamPendingInterrupt:interrupt: (getter get_interrupt)
   *
   * The interrupt itself.
   *
   * Since: 1.0
   */
  properties[PROP_INTERRUPT] = g_param_spec_boxed ("interrupt", NULL, NULL, GSTREAM_TYPE_INTERRUPT, flags);
  /**
   * GstreamPendingInterrupt:id: (getter get_id)
   *
   * The id of the interrupt.
   *
   * Since: 1.0
   */
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  /**
   * GstreamPendingInterrupt:value: (getter get_value)
   *
   * The value of the interrupt.
   *
   * Since: 1.0
   */
  properties[PROP_VALUE] = g_param_spec_boxed ("value", NULL, NULL, GSTREAM_TYPE_PAYLOAD, flags);
  /**
   * GstreamPendingInterrupt:namespace: (getter get_namespace)
   *
   * The namespace of the interrupted graph; %NULL if it is not known.
   *
   * Since: 1.0
   */
  properties[PROP_NAMESPACE] = g_param_spec_boxed ("namespace", NULL, NULL, G_TYPE_STRV, flags);
  /**
   * GstreamPendingInterrupt:text: (getter get_text)
   *
   * The question as text.
   *
   * Since: 1.0
   */
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, flags);
  /**
   * GstreamPendingInterrupt:answered: (getter get_answered) (setter set_answered)
   *
   * Whether it was answered; answered rows are removed from the model.
   *
   * Since: 1.0
   */
  properties[PROP_ANSWERED] =
      g_param_spec_boolean ("answered", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_pending_interrupt_init (GstreamPendingInterrupt *self)
{
}

GstreamPendingInterrupt *
gstream_pending_interrupt_new (GstreamInterrupt *interrupt)
{
  GstreamPendingInterrupt *self = g_object_new (GSTREAM_TYPE_PENDING_INTERRUPT, NULL);

  self->interrupt = gstream_interrupt_ref (interrupt);
  self->text = make_text (gstream_interrupt_get_value (interrupt));

  return self;
}
