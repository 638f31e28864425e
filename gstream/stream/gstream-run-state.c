/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a run knows of itself without any projection.
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
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
  g_clear_pointer (&self->interrupts, g_ptr_array_unref);
  g_clear_error (&self->error);
}

GError *
gstream_run_error_new (const char *text)
{
  g_autoptr (GstreamPayload) document = NULL;
  const char *message = NULL;

  if (text != NULL && *text == '{')
    document = gstream_payload_new (text, -1, NULL);
  if (document != NULL)
    message = gstream_payload_get_string (document, "/message");
  if (message == NULL)
    message = text ? text : "The run failed, and its source does not say why";

  return g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_FAILED, message);
}

/* --- interrupts --- */

static gboolean
find_interrupt (GstreamRunState *self,
                const char      *id,
                guint           *index)
{
  for (guint i = 0; i < self->interrupts->len; i++)
    if (g_strcmp0 (gstream_interrupt_get_id (g_ptr_array_index (self->interrupts, i)), id) == 0)
      {
        *index = i;
        return TRUE;
      }

  return FALSE;
}

void
gstream_run_state_add_interrupt (GstreamRunState  *self,
                                 GstreamInterrupt *interrupt)
{
  const char *id = gstream_interrupt_get_id (interrupt);
  guint index;

  if (*id == '\0' || !find_interrupt (self, id, &index))
    {
      g_ptr_array_add (self->interrupts, interrupt);
      return;
    }

  /* The one that says where it is asked says more. */
  if (gstream_interrupt_get_namespace (g_ptr_array_index (self->interrupts, index)) == NULL &&
      gstream_interrupt_get_namespace (interrupt) != NULL)
    {
      gstream_interrupt_unref (g_ptr_array_index (self->interrupts, index));
      g_ptr_array_index (self->interrupts, index) = interrupt;
      return;
    }
  gstream_interrupt_unref (interrupt);
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

static void
add_from (GstreamRunState    *self,
          GstreamPayload     *payload,
          const char * const *namespace_)
{
  g_autoptr (GstreamPayload) value = get_first (payload, "/value", "/payload");
  const char *id = gstream_payload_get_string (payload, "/interrupt_id");

  if (id == NULL)
    id = gstream_payload_get_string (payload, "/interruptId");
  if (id == NULL)
    id = gstream_payload_get_string (payload, "/id");
  /* One without an id cannot be answered, but it was asked all the same. */
  gstream_run_state_add_interrupt (self, gstream_interrupt_new (id ? id : "", value, namespace_));
}

static void
observe_values (GstreamRunState *self,
                GstreamEvent    *event)
{
  GstreamPayload *interrupts = gstream_event_get_interrupts (event);
  gsize n = interrupts ? gstream_payload_get_size (interrupts, "") : 0;

  g_clear_pointer (&self->values, gstream_payload_unref);
  self->values = gstream_payload_ref (gstream_event_peek_item (event));

  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *pointer = g_strdup_printf ("/%" G_GSIZE_FORMAT, i);
      g_autoptr (GstreamPayload) interrupt = gstream_payload_get (interrupts, pointer);

      if (interrupt != NULL)
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
    self->error = gstream_run_error_new (gstream_payload_get_string (gstream_event_peek_item (event), "/error"));
}

static void
observe_lifecycle (GstreamRunState *self,
                   GstreamEvent    *event)
{
  switch (gstream_event_get_facts (event)->step)
    {
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
  GstreamMethod method = gstream_event_get_facts (event)->method;

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
