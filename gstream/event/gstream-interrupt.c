/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An interrupt: its id, the question, its namespace, and the schema of the answer.
 */
#include "gstream/event/gstream-interrupt.h"
#include "gstream/event/gstream-event-internal.h"

/**
 * GstreamInterrupt:
 *
 * A question of the agent that waits for the user's answer (T8).
 *
 * A run that stops at an interrupt is *interrupted*. The question is the interrupt's value, whose format is defined by
 * the graph. On a server, the answer starts another run, which continues from there.
 *
 * ```c
 * GstreamPayload *value = gstream_interrupt_get_value (interrupt);
 *
 * ask_the_user (gstream_payload_get_string (value, "/question"));
 * ```
 *
 * It is immutable and may be used from any thread.
 *
 * Since: 1.0
 */
struct _GstreamInterrupt
{
  gatomicrefcount   ref_count;
  char             *id;
  GstreamPayload   *value;
  GstreamNamespace *namespace_;      /* NULL where unknown */
  GstreamPayload   *response_schema; /* or NULL */
};

G_DEFINE_BOXED_TYPE (GstreamInterrupt, gstream_interrupt, gstream_interrupt_ref, gstream_interrupt_unref)

/**
 * gstream_interrupt_new:
 * @id: the id, which is given with the answer
 * @value: the question
 * @namespace_: (nullable) (array zero-terminated=1): the namespace of the graph that asks, or %NULL if that is not
 *   known
 * @response_schema: (nullable): the JSON Schema of an answer, or %NULL if there is none
 *
 * Makes an interrupt, for sources that are implemented by applications, and for tests.
 *
 * Returns: (transfer full): an interrupt
 *
 * Since: 1.0
 */
GstreamInterrupt *
gstream_interrupt_new (const char        *id,
                       GstreamPayload    *value,
                       const char *const *namespace_,
                       GstreamPayload    *response_schema)
{
  GstreamInterrupt *self;

  g_return_val_if_fail (id != NULL, NULL);
  g_return_val_if_fail (value != NULL, NULL);

  self = g_new0 (GstreamInterrupt, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->id = g_strdup (id);
  self->value = gstream_payload_ref (value);
  if (namespace_ != NULL)
    self->namespace_ = gstream_namespace_new (namespace_);
  if (response_schema != NULL)
    self->response_schema = gstream_payload_ref (response_schema);

  return self;
}

/**
 * gstream_interrupt_ref:
 * @interrupt: an interrupt
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @interrupt
 *
 * Since: 1.0
 */
GstreamInterrupt *
gstream_interrupt_ref (GstreamInterrupt *interrupt)
{
  g_return_val_if_fail (interrupt != NULL, NULL);

  g_atomic_ref_count_inc (&interrupt->ref_count);
  return interrupt;
}

/**
 * gstream_interrupt_unref:
 * @interrupt: (transfer full): an interrupt
 *
 * Releases a reference.
 *
 * Since: 1.0
 */
void
gstream_interrupt_unref (GstreamInterrupt *interrupt)
{
  g_return_if_fail (interrupt != NULL);

  if (!g_atomic_ref_count_dec (&interrupt->ref_count))
    return;
  g_free (interrupt->id);
  gstream_payload_unref (interrupt->value);
  g_clear_pointer (&interrupt->namespace_, gstream_namespace_unref);
  g_clear_pointer (&interrupt->response_schema, gstream_payload_unref);
  g_free (interrupt);
}

/**
 * gstream_interrupt_get_id:
 * @interrupt: an interrupt
 *
 * Gets the interrupt's id, which is given with the answer.
 *
 * Returns: (transfer none): the id
 *
 * Since: 1.0
 */
const char *
gstream_interrupt_get_id (GstreamInterrupt *interrupt)
{
  g_return_val_if_fail (interrupt != NULL, NULL);

  return interrupt->id;
}

/**
 * gstream_interrupt_get_value:
 * @interrupt: an interrupt
 *
 * Gets the question, in the format that the graph defines.
 *
 * Returns: (transfer none): the value
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_interrupt_get_value (GstreamInterrupt *interrupt)
{
  g_return_val_if_fail (interrupt != NULL, NULL);

  return interrupt->value;
}

/**
 * gstream_interrupt_get_namespace:
 * @interrupt: an interrupt
 *
 * Gets the namespace of the graph that asks, if the source says so. It is empty for the root.
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): the namespace, or %NULL if it is not known
 *
 * Since: 1.0
 */
const char *const *
gstream_interrupt_get_namespace (GstreamInterrupt *interrupt)
{
  g_return_val_if_fail (interrupt != NULL, NULL);

  return interrupt->namespace_ != NULL ? interrupt->namespace_->segments : NULL;
}

/**
 * gstream_interrupt_get_response_schema:
 * @interrupt: an interrupt
 *
 * Gets the JSON Schema of the answer that the graph expects, if the source gives one. It can be used to build a form.
 *
 * Returns: (transfer none) (nullable): the schema, or %NULL if there is none
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_interrupt_get_response_schema (GstreamInterrupt *interrupt)
{
  g_return_val_if_fail (interrupt != NULL, NULL);

  return interrupt->response_schema;
}
