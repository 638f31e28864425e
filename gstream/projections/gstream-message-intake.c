/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What comes to a message from the events of its model call.
 */
#include "config.h"

#include <gstream/event/gstream-payload-internal.h> /* reads events' texts without payloads in between */
#include <gstream/projections/gstream-message-private.h>

#define CHANGED(prop) (1u << GSTREAM_MESSAGE_PROP_##prop)

/* --- what changes is notified: with the next frame, or soon --- */

static inline void
note_slowly (GstreamMessage *self,
             guint           changed)
{
  self->changed |= changed;
  if (self->notifier.queue == NULL)
    gstream_pump_notify_slowly (self->pump, &self->notifier);
}

static void
note_soon (GstreamMessage *self,
           guint           changed)
{
  self->changed |= changed;
  gstream_pump_cancel_notify (self->pump, &self->notifier);
  gstream_pump_notify_soon (self->pump, &self->notifier);
}

static inline void
grow (GstreamMessage *self,
      GstreamGrowth   growth)
{
  if (growth.length == 0)
    return;

  if (growth.kind == GSTREAM_BLOCK_TEXT)
    gstream_deltas_push (&self->text_deltas, growth.text, growth.length);
  else if (growth.kind == GSTREAM_BLOCK_REASONING)
    gstream_deltas_push (&self->reasoning_deltas, growth.text, growth.length);
}

/* --- its pieces --- */

GstreamMessage *
gstream_message_new (GstreamPump      *pump,
                     GstreamNamespace *namespace_,
                     const char       *node,
                     const char       *id)
{
  GstreamMessage *self = g_object_new (GSTREAM_TYPE_MESSAGE, NULL);

  self->pump = gstream_pump_ref (pump);
  gstream_deltas_init (&self->text_deltas, "text_deltas", pump);
  gstream_deltas_init (&self->reasoning_deltas, "reasoning_deltas", pump);
  self->namespace_ = gstream_namespace_ref (namespace_);
  self->node = g_strdup (node);
  self->id = g_strdup (id);

  return self;
}

GstreamMessageContent *
gstream_message_peek_content (GstreamMessage *self)
{
  return &self->content;
}

static gboolean
take_object (GstreamMembers  *members,
             GstreamPayload **shown,
             GstreamEvent    *event,
             const char      *pointer)
{
  GstreamJsonValue object;

  if (!gstream_json_find (gstream_payload_value (gstream_event_peek_item (event)), pointer, &object) ||
      *object.start != '{')
    return FALSE;

  gstream_members_merge (members, object);
  g_clear_pointer (shown, gstream_payload_unref);

  return TRUE;
}

void
gstream_message_take_usage (GstreamMessage *self,
                            GstreamEvent   *event,
                            const char     *pointer)
{
  if (take_object (&self->usage, &self->shown_usage, event, pointer))
    note_slowly (self, CHANGED (USAGE));
}

void
gstream_message_take_metadata (GstreamMessage *self,
                               GstreamEvent   *event,
                               const char     *pointer)
{
  if (take_object (&self->metadata, &self->shown_metadata, event, pointer))
    note_slowly (self, CHANGED (METADATA));
}

void
gstream_message_begin (GstreamMessage *self,
                       GstreamEvent   *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);

  if (self->id == NULL && fields->message_id != NULL)
    {
      self->id = g_strdup (fields->message_id);
      note_slowly (self, CHANGED (ID));
    }
  gstream_message_take_usage (self, event, "/usage");
  gstream_message_take_metadata (self, event, "/metadata");
}

#define CONTENT_CHANGED \
  (CHANGED (TEXT) | CHANGED (REASONING) | CHANGED (CONTENT) | CHANGED (TOOL_CALLS) | CHANGED (INVALID_TOOL_CALLS))

static void
note_content (GstreamMessage *self,
              GstreamGrowth   growth)
{
  gstream_message_drop_views (self);
  grow (self, growth);
  note_slowly (self, CONTENT_CHANGED);
}

void
gstream_message_start_block (GstreamMessage *self,
                             GstreamEvent   *event,
                             gboolean        is_guess)
{
  note_content (self, gstream_message_content_start (&self->content, event, is_guess));
}

void
gstream_message_finish_block (GstreamMessage *self,
                              GstreamEvent   *event)
{
  note_content (self, gstream_message_content_finish (&self->content, event));
}

void
gstream_message_put_block (GstreamMessage   *self,
                           GstreamBlock     *block,
                           GstreamJsonValue  content)
{
  note_content (self, gstream_message_content_put (&self->content, block, content));
}

void
gstream_message_take_delta (GstreamMessage     *self,
                            GstreamEvent       *event,
                            const GstreamEventFields *fields)
{
  GstreamGrowth growth = gstream_message_content_delta (&self->content, event, fields);

  if (self->has_views)
    gstream_message_drop_views (self);
  grow (self, growth);
  note_slowly (self, growth.kind == GSTREAM_BLOCK_TEXT ? CHANGED (TEXT) | CHANGED (CONTENT)
                                                       : CHANGED (REASONING) | CHANGED (CONTENT));
}

/* Where sources say why a model stopped. */
static char *
dup_finish_reason (GstreamMessage *self,
                   GstreamEvent   *event)
{
  static const char * const names[] = { "finish_reason", "stop_reason", "finishReason" };
  GstreamPayload *item = gstream_event_peek_item (event);
  char *reason = g_strdup (gstream_payload_get_string (item, "/reason"));

  if (reason == NULL)
    reason = g_strdup (gstream_payload_get_string (item, "/finish_reason"));
  for (guint i = 0; reason == NULL && i < G_N_ELEMENTS (names); i++)
    reason = gstream_members_dup_string (&self->metadata, names[i]);

  return reason;
}

void
gstream_message_finish (GstreamMessage *self,
                        GstreamEvent   *event)
{
  gstream_message_take_usage (self, event, "/usage");
  gstream_message_take_metadata (self, event, "/responseMetadata");
  gstream_message_take_metadata (self, event, "/response_metadata");
  gstream_message_take_metadata (self, event, "/metadata");
  self->finish_reason = dup_finish_reason (self, event);
  gstream_message_end (self, GSTREAM_MESSAGE_STATUS_FINISHED, NULL);
}

static void
on_last_growth (gpointer      message,
                GstreamGrowth growth)
{
  grow (message, growth);
}

void
gstream_message_end (GstreamMessage       *self,
                     GstreamMessageStatus  status,
                     const GError         *error)
{
  g_assert (self->status == GSTREAM_MESSAGE_STATUS_STREAMING);

  self->status = status;
  self->error = error ? g_error_copy (error) : NULL;
  gstream_message_content_end (&self->content, status == GSTREAM_MESSAGE_STATUS_FINISHED, on_last_growth, self);
  gstream_message_drop_views (self);
  gstream_deltas_end (&self->text_deltas, error);
  gstream_deltas_end (&self->reasoning_deltas, error);
  note_soon (self, CHANGED (STATUS) | CHANGED (ERROR) | CHANGED (FINISH_REASON) | CONTENT_CHANGED);
  gstream_latch_open (&self->ended);
}
