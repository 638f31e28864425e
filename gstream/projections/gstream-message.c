/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One model call of a run: its properties, and its life.
 */
#include "config.h"

#include <gstream/projections/gstream-message-private.h>
#include <gstream/stream/gstream-handle-private.h>

/**
 * GstreamMessage:
 *
 * One model call of a run: what the model says, as it says it.
 *
 * Messages come out of [property@RunStream:messages], one a model call, when the
 * model begins. There are three ways to read one, alone or together: as
 * properties that grow, ready to bind; as cursors over what comes; and as a
 * whole, when it is complete.
 *
 * ```c
 * g_object_bind_property (message, "text", label, "label", G_BINDING_SYNC_CREATE);
 *
 * deltas = gstream_projection_subscribe (gstream_message_get_text_deltas (message), &error);
 *
 * gstream_message_finished (message, NULL, on_finished, window);
 * ```
 *
 * Properties that change with every token are notified once a frame at most.
 * Whoever gets a message from a cursor can subscribe to its deltas without
 * missing any, until it asks the cursor for the next message, or its main loop
 * is idle (P11).
 *
 * A message whose model fails, or whose run does before it is complete, is
 * failed; one that is still open when its run ends otherwise is incomplete, and
 * ends with what it has (T3).
 */

static GParamSpec *properties[GSTREAM_MESSAGE_N_PROPS];

G_DEFINE_ENUM_TYPE (GstreamMessageStatus, gstream_message_status,
                    G_DEFINE_ENUM_VALUE (GSTREAM_MESSAGE_STATUS_STREAMING, "streaming"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_MESSAGE_STATUS_FINISHED, "finished"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_MESSAGE_STATUS_INCOMPLETE, "incomplete"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_MESSAGE_STATUS_FAILED, "failed"))

static void gstream_message_handle_init (GstreamHandleInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamMessage, gstream_message, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_HANDLE, gstream_message_handle_init))

/* --- a newborn's deltas (P11) --- */

static void
gstream_message_keep (GstreamHandle *handle)
{
  GstreamMessage *self = GSTREAM_MESSAGE (handle);

  gstream_deltas_keep (&self->text_deltas);
  gstream_deltas_keep (&self->reasoning_deltas);
}

static void
gstream_message_settle (GstreamHandle *handle)
{
  GstreamMessage *self = GSTREAM_MESSAGE (handle);

  gstream_deltas_settle (&self->text_deltas);
  gstream_deltas_settle (&self->reasoning_deltas);
}

static void
gstream_message_handle_init (GstreamHandleInterface *iface)
{
  iface->keep = gstream_message_keep;
  iface->settle = gstream_message_settle;
}

/* --- what changes --- */

static void
on_notify (GstreamNotifier *notifier)
{
  GstreamMessage *self = (GstreamMessage *) ((char *) notifier - G_STRUCT_OFFSET (GstreamMessage, notifier));
  guint changed = self->changed;

  self->changed = 0;
  g_object_ref (self);
  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = 1; i < GSTREAM_MESSAGE_N_PROPS; i++)
    if ((changed & (1u << i)) != 0)
      g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
  g_object_thaw_notify (G_OBJECT (self));
  g_object_unref (self);
}

/* --- its properties and its life --- */

static void
gstream_message_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  GstreamMessage *self = GSTREAM_MESSAGE (object);

  switch (prop_id)
    {
    case GSTREAM_MESSAGE_PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case GSTREAM_MESSAGE_PROP_NODE:
      g_value_set_string (value, self->node);
      break;
    case GSTREAM_MESSAGE_PROP_NAMESPACE:
      g_value_set_boxed (value, gstream_message_get_namespace (self));
      break;
    case GSTREAM_MESSAGE_PROP_STATUS:
      g_value_set_enum (value, self->status);
      break;
    case GSTREAM_MESSAGE_PROP_TEXT:
      g_value_set_string (value, gstream_message_get_text (self));
      break;
    case GSTREAM_MESSAGE_PROP_REASONING:
      g_value_set_string (value, gstream_message_get_reasoning (self));
      break;
    case GSTREAM_MESSAGE_PROP_CONTENT:
      g_value_set_boxed (value, gstream_message_get_content (self));
      break;
    case GSTREAM_MESSAGE_PROP_TOOL_CALLS:
      g_value_set_boxed (value, gstream_message_get_tool_calls (self));
      break;
    case GSTREAM_MESSAGE_PROP_INVALID_TOOL_CALLS:
      g_value_set_boxed (value, gstream_message_get_invalid_tool_calls (self));
      break;
    case GSTREAM_MESSAGE_PROP_USAGE:
      g_value_set_boxed (value, gstream_message_get_usage (self));
      break;
    case GSTREAM_MESSAGE_PROP_METADATA:
      g_value_set_boxed (value, gstream_message_get_metadata (self));
      break;
    case GSTREAM_MESSAGE_PROP_FINISH_REASON:
      g_value_set_string (value, self->finish_reason);
      break;
    case GSTREAM_MESSAGE_PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    case GSTREAM_MESSAGE_PROP_TEXT_DELTAS:
      g_value_set_object (value, gstream_deltas_get (&self->text_deltas));
      break;
    case GSTREAM_MESSAGE_PROP_REASONING_DELTAS:
      g_value_set_object (value, gstream_deltas_get (&self->reasoning_deltas));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_message_dispose (GObject *object)
{
  GstreamMessage *self = GSTREAM_MESSAGE (object);

  if (self->pump != NULL)
    gstream_pump_cancel_notify (self->pump, &self->notifier);

  G_OBJECT_CLASS (gstream_message_parent_class)->dispose (object);
}

static void
gstream_message_finalize (GObject *object)
{
  GstreamMessage *self = GSTREAM_MESSAGE (object);

  g_assert (g_queue_is_empty (&self->ended.waits));

  gstream_message_drop_views (self);
  g_clear_pointer (&self->shown_usage, gstream_payload_unref);
  g_clear_pointer (&self->shown_metadata, gstream_payload_unref);
  gstream_deltas_clear (&self->text_deltas);
  gstream_deltas_clear (&self->reasoning_deltas);
  gstream_message_content_clear (&self->content);
  gstream_members_clear (&self->usage);
  gstream_members_clear (&self->metadata);
  g_clear_error (&self->error);
  g_clear_pointer (&self->namespace_, gstream_namespace_unref);
  g_clear_pointer (&self->pump, gstream_pump_unref);
  g_free (self->finish_reason);
  g_free (self->node);
  g_free (self->id);

  G_OBJECT_CLASS (gstream_message_parent_class)->finalize (object);
}

#define READABLE (G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS)

static void
gstream_message_class_init (GstreamMessageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gstream_message_get_property;
  object_class->dispose = gstream_message_dispose;
  object_class->finalize = gstream_message_finalize;

  /**
   * GstreamMessage:id: (getter get_id)
   *
   * Its id, as the model's provider or the run gave it.
   */
  properties[GSTREAM_MESSAGE_PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, READABLE);
  /**
   * GstreamMessage:node: (getter get_node)
   *
   * The node of the graph that calls the model.
   */
  properties[GSTREAM_MESSAGE_PROP_NODE] = g_param_spec_string ("node", NULL, NULL, NULL, READABLE);
  /**
   * GstreamMessage:namespace: (getter get_namespace)
   *
   * Where in the run its events occur.
   */
  properties[GSTREAM_MESSAGE_PROP_NAMESPACE] = g_param_spec_boxed ("namespace", NULL, NULL, G_TYPE_STRV, READABLE);
  /**
   * GstreamMessage:status: (getter get_status)
   *
   * How it is.
   */
  properties[GSTREAM_MESSAGE_PROP_STATUS] = g_param_spec_enum ("status", NULL, NULL, GSTREAM_TYPE_MESSAGE_STATUS,
                                               GSTREAM_MESSAGE_STATUS_STREAMING, READABLE);
  /**
   * GstreamMessage:text: (getter get_text)
   *
   * Its text so far. Notified once a frame at most, and at the end.
   */
  properties[GSTREAM_MESSAGE_PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "", READABLE);
  /**
   * GstreamMessage:reasoning: (getter get_reasoning)
   *
   * What the model has reasoned so far. Notified once a frame at most, and at the end.
   */
  properties[GSTREAM_MESSAGE_PROP_REASONING] = g_param_spec_string ("reasoning", NULL, NULL, "", READABLE);
  /**
   * GstreamMessage:content: (getter get_content)
   *
   * Its content so far: an array of blocks in index order. Notified once a frame
   * at most, and at the end.
   */
  properties[GSTREAM_MESSAGE_PROP_CONTENT] = g_param_spec_boxed ("content", NULL, NULL, GSTREAM_TYPE_PAYLOAD, READABLE);
  /**
   * GstreamMessage:tool-calls: (getter get_tool_calls)
   *
   * The tools that the model calls: an array of objects with `id`, `name` and `args`.
   */
  properties[GSTREAM_MESSAGE_PROP_TOOL_CALLS] = g_param_spec_boxed ("tool-calls", NULL, NULL, GSTREAM_TYPE_PAYLOAD, READABLE);
  /**
   * GstreamMessage:invalid-tool-calls: (getter get_invalid_tool_calls)
   *
   * Calls of tools whose arguments are not a JSON object, likewise.
   */
  properties[GSTREAM_MESSAGE_PROP_INVALID_TOOL_CALLS] =
    g_param_spec_boxed ("invalid-tool-calls", NULL, NULL, GSTREAM_TYPE_PAYLOAD, READABLE);
  /**
   * GstreamMessage:usage: (getter get_usage)
   *
   * The tokens used.
   */
  properties[GSTREAM_MESSAGE_PROP_USAGE] = g_param_spec_boxed ("usage", NULL, NULL, GSTREAM_TYPE_PAYLOAD, READABLE);
  /**
   * GstreamMessage:metadata: (getter get_metadata)
   *
   * What the model's provider says of the call.
   */
  properties[GSTREAM_MESSAGE_PROP_METADATA] = g_param_spec_boxed ("metadata", NULL, NULL, GSTREAM_TYPE_PAYLOAD, READABLE);
  /**
   * GstreamMessage:finish-reason: (getter get_finish_reason)
   *
   * Why the model stopped.
   */
  properties[GSTREAM_MESSAGE_PROP_FINISH_REASON] = g_param_spec_string ("finish-reason", NULL, NULL, NULL, READABLE);
  /**
   * GstreamMessage:error: (getter get_error)
   *
   * Why it failed.
   */
  properties[GSTREAM_MESSAGE_PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, READABLE);
  /**
   * GstreamMessage:text-deltas: (getter get_text_deltas)
   *
   * Its text as it comes, piece by piece: a projection of strings.
   */
  properties[GSTREAM_MESSAGE_PROP_TEXT_DELTAS] = g_param_spec_object ("text-deltas", NULL, NULL, GSTREAM_TYPE_PROJECTION, READABLE);
  /**
   * GstreamMessage:reasoning-deltas: (getter get_reasoning_deltas)
   *
   * The model's reasoning as it comes, piece by piece: a projection of strings.
   */
  properties[GSTREAM_MESSAGE_PROP_REASONING_DELTAS] =
    g_param_spec_object ("reasoning-deltas", NULL, NULL, GSTREAM_TYPE_PROJECTION, READABLE);
  g_object_class_install_properties (object_class, GSTREAM_MESSAGE_N_PROPS, properties);
}

static void
gstream_message_init (GstreamMessage *self)
{
  self->notifier.notify = on_notify;
  self->namespace_ = gstream_namespace_new (NULL);
}
