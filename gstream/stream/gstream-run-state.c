/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a run knows of itself without any projection.
 */
#include "config.h"

#include <gstream/event/gstream-error-internal.h>
#include <gstream/event/gstream-payload-internal.h>
#include <gstream/stream/gstream-run-state-private.h>

void
gstream_run_state_init (GstreamRunState *self)
{
  self->interrupts = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_interrupt_unref);
}

void
gstream_run_state_clear (GstreamRunState *self)
{
  g_clear_pointer (&self->values, gstream_payload_unref);
  g_clear_pointer (&self->questions, g_hash_table_unref);
  g_clear_pointer (&self->interrupts, g_ptr_array_unref);
  g_clear_error (&self->error);
}

/* --- errors --- */

GError *
gstream_run_error_new (const char *text)
{
  if (text == NULL || *text == '\0')
    text = "The run failed, and its source does not say why";

  return g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_FAILED, text);
}

/* Whoever writes the namespace into the data as well is no JavaScript server. */
static char *
dup_message_of_document (GstreamPayload *data,
                         const char     *text)
{
  g_autoptr (GstreamPayload) document = NULL;

  if (text == NULL || *text != '{' || gstream_payload_has (data, "/namespace"))
    return g_strdup (text);

  document = gstream_payload_new (text, -1, NULL);
  if (document != NULL && gstream_payload_get_string (document, "/message") != NULL)
    text = gstream_payload_get_string (document, "/message");

  return g_strdup (text);
}

char *
gstream_run_error_dup_text (GstreamPayload *data)
{
  g_autoptr (GstreamPayload) error = gstream_payload_get (data, "/error");

  return gstream_error_dup_words (error);
}

GError *
gstream_run_error_from_event (GstreamEvent *event)
{
  GstreamPayload *data = gstream_event_peek_item (event);
  g_autofree char *text = gstream_run_error_dup_text (data);
  g_autofree char *meant = dup_message_of_document (data, text);

  return gstream_run_error_new (meant);
}

/* --- interrupts --- */

static guint
hash_question (gconstpointer data)
{
  GstreamInterrupt *interrupt = (GstreamInterrupt *) data;

  return g_str_hash (gstream_interrupt_get_id (interrupt)) * 31 +
         gstream_json_hash (gstream_payload_value (gstream_interrupt_get_value (interrupt)));
}

static gboolean
equal_questions (gconstpointer a,
                 gconstpointer b)
{
  GstreamInterrupt *one = (GstreamInterrupt *) a;
  GstreamInterrupt *other = (GstreamInterrupt *) b;

  return g_str_equal (gstream_interrupt_get_id (one), gstream_interrupt_get_id (other)) &&
         gstream_payload_equal (gstream_interrupt_get_value (one), gstream_interrupt_get_value (other));
}

/* It was asked before: what is known is what either says. Takes @interrupt. */
static void
replace_interrupt (GstreamRunState  *self,
                   guint             index,
                   GstreamInterrupt *interrupt)
{
  g_autoptr (GstreamInterrupt) repeated = interrupt;
  GstreamInterrupt *present = g_ptr_array_index (self->interrupts, index);
  const char * const *namespace_ = gstream_interrupt_get_namespace (present);
  GstreamPayload *schema = gstream_interrupt_get_response_schema (present);
  GstreamInterrupt *both;

  if ((namespace_ != NULL || gstream_interrupt_get_namespace (repeated) == NULL) &&
      (schema != NULL || gstream_interrupt_get_response_schema (repeated) == NULL))
    return;

  both = gstream_interrupt_new (gstream_interrupt_get_id (present), gstream_interrupt_get_value (present),
                                namespace_ ? namespace_ : gstream_interrupt_get_namespace (repeated),
                                schema ? schema : gstream_interrupt_get_response_schema (repeated));
  g_hash_table_replace (self->questions, both, GUINT_TO_POINTER (index));
  g_ptr_array_index (self->interrupts, index) = both;
  gstream_interrupt_unref (present);
}

/* Takes @interrupt. One without an id counts by itself: nothing tells it from another (T8). */
static void
add_interrupt (GstreamRunState  *self,
               GstreamInterrupt *interrupt)
{
  gboolean has_id = *gstream_interrupt_get_id (interrupt) != '\0';
  gpointer index;

  if (has_id && self->questions == NULL)
    self->questions = g_hash_table_new (hash_question, equal_questions);
  if (has_id && g_hash_table_lookup_extended (self->questions, interrupt, NULL, &index))
    {
      replace_interrupt (self, GPOINTER_TO_UINT (index), interrupt);
      return;
    }

  if (has_id)
    g_hash_table_insert (self->questions, interrupt, GUINT_TO_POINTER (self->interrupts->len));
  g_ptr_array_add (self->interrupts, interrupt);
}

static GstreamPayload *
get_first (GstreamPayload *payload,
           const char     *pointer,
           const char     *alternative)
{
  GstreamPayload *found = gstream_payload_get (payload, pointer);

  if (found == NULL)
    found = gstream_payload_get (payload, alternative);

  return found ? found : gstream_payload_new ("null", -1, NULL);
}

/* One that is no string counts by its JSON text, as the ids of tool calls do (T4). */
static char *
dup_id (GstreamPayload *payload)
{
  static const char * const names[] = { "/interrupt_id", "/interruptId", "/id" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GstreamPayload) id = gstream_payload_get (payload, names[i]);

      if (id == NULL || gstream_payload_get_kind (id) == GSTREAM_PAYLOAD_NULL)
        continue;
      if (gstream_payload_get_kind (id) == GSTREAM_PAYLOAD_STRING)
        return g_strdup (gstream_payload_get_string (id, ""));
      return g_strdup (gstream_payload_get_json (id, NULL));
    }

  return g_strdup ("");
}

/* NULL: none is said. */
static GstreamPayload *
get_response_schema (GstreamPayload *payload)
{
  static const char * const names[] = { "/response_schema", "/responseSchema" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GstreamPayload) schema = gstream_payload_get (payload, names[i]);

      if (schema != NULL && gstream_payload_get_kind (schema) != GSTREAM_PAYLOAD_NULL)
        return g_steal_pointer (&schema);
    }

  return NULL;
}

static void
add_from (GstreamRunState    *self,
          GstreamPayload     *payload,
          const char * const *namespace_)
{
  g_autoptr (GstreamPayload) value = get_first (payload, "/value", "/payload");
  g_autoptr (GstreamPayload) schema = get_response_schema (payload);
  g_autofree char *id = dup_id (payload);

  add_interrupt (self, gstream_interrupt_new (id, value, namespace_, schema));
}

static void
observe_values (GstreamRunState *self,
                GstreamEvent    *event)
{
  GstreamPayload *interrupts = gstream_event_get_interrupts (event);
  GstreamJsonValue element;
  GstreamJsonIter iter;

  g_clear_pointer (&self->values, gstream_payload_unref);
  self->values = gstream_payload_ref (gstream_event_peek_item (event));
  if (interrupts == NULL || gstream_payload_get_kind (interrupts) != GSTREAM_PAYLOAD_ARRAY)
    return;

  gstream_json_iter_init (&iter, gstream_payload_value (interrupts));
  while (gstream_json_iter_element (&iter, &element))
    {
      g_autoptr (GstreamPayload) interrupt = gstream_payload_new_part (interrupts, element);

      add_from (self, interrupt, NULL);
    }
}

/* --- the end --- */

static void
state_end (GstreamRunState  *self,
           GstreamRunStatus  status,
           GstreamEvent     *event)
{
  if (self->is_stated)
    return;

  self->is_stated = TRUE;
  self->stated = status;
  if (status == GSTREAM_RUN_STATUS_FAILED)
    self->error = gstream_run_error_from_event (event);
}

static void
observe_lifecycle (GstreamRunState *self,
                   GstreamEvent    *event)
{
  switch (gstream_event_get_fields (event)->step)
    {
    case GSTREAM_STEP_STARTED:
    case GSTREAM_STEP_RUNNING:
      self->is_begun = TRUE;
      break;
    case GSTREAM_STEP_COMPLETED:
      state_end (self, GSTREAM_RUN_STATUS_COMPLETED, event);
      break;
    case GSTREAM_STEP_FAILED:
      state_end (self, GSTREAM_RUN_STATUS_FAILED, event);
      break;
    case GSTREAM_STEP_INTERRUPTED:
      state_end (self, GSTREAM_RUN_STATUS_INTERRUPTED, event);
      break;
    case GSTREAM_STEP_DRAINED:
      state_end (self, GSTREAM_RUN_STATUS_DRAINED, event);
      break;
    default:
      break;
    }
}

void
gstream_run_state_observe (GstreamRunState *self,
                           GstreamEvent    *event,
                           gboolean         own)
{
  GstreamMethod method = gstream_event_get_fields (event)->method;

  if (method == GSTREAM_METHOD_INPUT_REQUESTED)
    add_from (self, gstream_event_peek_item (event), gstream_event_get_namespace (event));
  else if (own && method == GSTREAM_METHOD_VALUES)
    observe_values (self, event);
  else if (own && method == GSTREAM_METHOD_LIFECYCLE)
    observe_lifecycle (self, event);
}

GstreamRunStatus
gstream_run_state_get_status (GstreamRunState *self)
{
  if (self->is_stated && self->stated != GSTREAM_RUN_STATUS_COMPLETED)
    return self->stated;

  return self->interrupts->len > 0 ? GSTREAM_RUN_STATUS_INTERRUPTED : GSTREAM_RUN_STATUS_COMPLETED;
}
