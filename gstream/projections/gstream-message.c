/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One model call of a run.
 */
#include "config.h"

#include <gstream/projections/gstream-message-private.h>
#include <gstream/stream/gstream-handle-private.h>
#include <gstream/stream/gstream-sync-private.h>

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

void
gstream_message_drop_views (GstreamMessage *self)
{
  for (guint i = 0; i < GSTREAM_MESSAGE_N_VIEWS; i++)
    g_clear_pointer (&self->views[i], gstream_payload_unref);
  self->has_views = FALSE;
}

static void
on_settle (GstreamSettler *settler)
{
  GstreamMessage *self = (GstreamMessage *) ((char *) settler - G_STRUCT_OFFSET (GstreamMessage, settler));
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

/* --- awaiting the whole --- */

/**
 * gstream_message_finished:
 * @self: a message
 * @cancellable: (nullable): to stop waiting; the message goes on (R3)
 * @callback: (scope async): called when the message has ended
 * @user_data: for @callback
 *
 * Waits for the whole message. While somebody waits, the run's source is asked
 * for more (R1).
 *
 * May be called any number of times, also after the end. Properties have been
 * notified by the time @callback is called.
 */
void
gstream_message_finished (GstreamMessage      *self,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (GSTREAM_IS_MESSAGE (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, gstream_message_finished);
  gstream_latch_wait (&self->ended, self->pump, task);
}

/**
 * gstream_message_finished_finish:
 * @self: a message
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Message.finished].
 *
 * An incomplete message is given as it is; its [property@Message:status] says so.
 * The error is the model's or the run's own where the message failed (R5), or
 * %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): @self, or %NULL on failure
 */
GstreamMessage *
gstream_message_finished_finish (GstreamMessage  *self,
                                 GAsyncResult    *result,
                                 GError         **error)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  if (self->error == NULL)
    return g_object_ref (self);

  g_propagate_error (error, g_error_copy (self->error));

  return NULL;
}

/**
 * gstream_message_finished_sync:
 * @self: a message
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * [method@Message.finished] that waits by iterating the run's main context (R9).
 *
 * Fails like [method@Message.finished_finish], and like [method@Cursor.next_sync]
 * where a synchronous call cannot work.
 *
 * Returns: (transfer full): @self, or %NULL on failure
 */
GstreamMessage *
gstream_message_finished_sync (GstreamMessage  *self,
                               GCancellable    *cancellable,
                               GError         **error)
{
  GstreamSync sync;
  GstreamMessage *message;

  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!gstream_sync_begin (&sync, self->pump, error))
    return NULL;

  gstream_message_finished (self, cancellable, gstream_sync_done, &sync);
  gstream_sync_wait (&sync);
  message = gstream_message_finished_finish (self, sync.result, error);
  gstream_sync_end (&sync);

  return message;
}

/* --- its properties --- */

static GstreamPayload *
make_view (GstreamMessage *self,
           guint           i)
{
  switch (i)
    {
    case GSTREAM_MESSAGE_TOOL_CALLS:
      return gstream_message_content_calls (&self->content, GSTREAM_BLOCK_CALL);
    case GSTREAM_MESSAGE_INVALID_TOOL_CALLS:
      return gstream_message_content_calls (&self->content, GSTREAM_BLOCK_INVALID_CALL);
    case GSTREAM_MESSAGE_CONTENT:
    default:
      return gstream_message_content_blocks (&self->content);
    }
}

static GstreamPayload *
get_view (GstreamMessage *self,
          guint           i)
{
  if (self->views[i] == NULL)
    self->views[i] = make_view (self, i);
  self->has_views = TRUE;

  return self->views[i];
}

/**
 * gstream_message_get_id:
 * @self: a message
 *
 * Its id, as the model's provider or the run gave it.
 *
 * Returns: (nullable): the id, or %NULL if it is not known
 */
const char *
gstream_message_get_id (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return self->id;
}

/**
 * gstream_message_get_node:
 * @self: a message
 *
 * The node of the graph that calls the model.
 *
 * Returns: (nullable): the node's name, or %NULL if the source does not say
 */
const char *
gstream_message_get_node (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return self->node;
}

/**
 * gstream_message_get_namespace:
 * @self: a message
 *
 * Where in the run its events occur: the scope of the run whose message it is,
 * or the node's own namespace below that (D4).
 *
 * Returns: (array zero-terminated=1) (transfer none): the namespace
 */
const char * const *
gstream_message_get_namespace (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return (const char * const *) self->namespace_->segments;
}

/**
 * gstream_message_get_status:
 * @self: a message
 *
 * How it is.
 *
 * Returns: the status
 */
GstreamMessageStatus
gstream_message_get_status (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), GSTREAM_MESSAGE_STATUS_FAILED);

  return self->status;
}

/**
 * gstream_message_get_text:
 * @self: a message
 *
 * Its text so far: that of its text blocks, in index order.
 *
 * Returns: (transfer none): the text, possibly empty; valid until more comes
 */
const char *
gstream_message_get_text (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return gstream_message_content_text (&self->content, GSTREAM_BLOCK_TEXT);
}

/**
 * gstream_message_get_reasoning:
 * @self: a message
 *
 * What the model has reasoned so far: its reasoning blocks, in index order.
 *
 * Returns: (transfer none): the reasoning, possibly empty; valid until more comes
 */
const char *
gstream_message_get_reasoning (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return gstream_message_content_text (&self->content, GSTREAM_BLOCK_REASONING);
}

/**
 * gstream_message_get_content:
 * @self: a message
 *
 * Its content so far: an array of blocks in index order, each an object with
 * `type` and `index`; tool calls and invalid ones without `index`. A block that
 * is not finished is there as far as it has come (T3).
 *
 * Returns: (transfer none): the content; valid until more comes
 */
GstreamPayload *
gstream_message_get_content (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return get_view (self, GSTREAM_MESSAGE_CONTENT);
}

/**
 * gstream_message_get_tool_calls:
 * @self: a message
 *
 * The tools that the model calls: an array of objects with `id`, `name` and
 * `args`, an object. A call is here when its arguments are complete.
 *
 * Returns: (transfer none): the calls, possibly none; valid until more comes
 */
GstreamPayload *
gstream_message_get_tool_calls (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return get_view (self, GSTREAM_MESSAGE_TOOL_CALLS);
}

/**
 * gstream_message_get_invalid_tool_calls:
 * @self: a message
 *
 * Calls of tools whose arguments are not a JSON object: an array of objects with
 * `id`, `name` and `args`, the text that the model gave. What is wrong with them
 * is the `error` of their blocks in [property@Message:content].
 *
 * Returns: (transfer none): the calls, possibly none; valid until more comes
 */
GstreamPayload *
gstream_message_get_invalid_tool_calls (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return get_view (self, GSTREAM_MESSAGE_INVALID_TOOL_CALLS);
}

/**
 * gstream_message_get_usage:
 * @self: a message
 *
 * The tokens used: an object such as `{"input_tokens": 12, "output_tokens": 14,
 * "total_tokens": 26}`. Most sources say it at the end.
 *
 * Returns: (transfer none) (nullable): the usage, or %NULL if nothing was said; valid until more comes
 */
GstreamPayload *
gstream_message_get_usage (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  if (self->shown_usage == NULL)
    self->shown_usage = gstream_members_to_payload (&self->usage);

  return self->shown_usage;
}

/**
 * gstream_message_get_metadata:
 * @self: a message
 *
 * What the model's provider says of the call, such as the model's name: an
 * object, of what came with the start and, over it, with the end.
 *
 * Returns: (transfer none) (nullable): the metadata, or %NULL if nothing was said; valid until more comes
 */
GstreamPayload *
gstream_message_get_metadata (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  if (self->shown_metadata == NULL)
    self->shown_metadata = gstream_members_to_payload (&self->metadata);

  return self->shown_metadata;
}

/**
 * gstream_message_get_finish_reason:
 * @self: a message
 *
 * Why the model stopped, such as `stop`.
 *
 * Returns: (nullable): the reason, or %NULL if nothing was said
 */
const char *
gstream_message_get_finish_reason (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return self->finish_reason;
}

/**
 * gstream_message_get_error:
 * @self: a message
 *
 * Why it failed.
 *
 * Returns: (nullable): the error, or %NULL unless it failed
 */
const GError *
gstream_message_get_error (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return self->error;
}

/**
 * gstream_message_get_text_deltas:
 * @self: a message
 *
 * Its text as it comes, piece by piece.
 *
 * Returns: (transfer none): a projection of strings
 */
GstreamProjection *
gstream_message_get_text_deltas (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return gstream_deltas_get (&self->text_deltas);
}

/**
 * gstream_message_get_reasoning_deltas:
 * @self: a message
 *
 * The model's reasoning as it comes, piece by piece.
 *
 * Returns: (transfer none): a projection of strings
 */
GstreamProjection *
gstream_message_get_reasoning_deltas (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return gstream_deltas_get (&self->reasoning_deltas);
}

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
    gstream_pump_unsettle (self->pump, &self->settler);

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
  self->settler.settle = on_settle;
}
