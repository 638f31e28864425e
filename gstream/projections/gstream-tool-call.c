/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One call of a tool: its properties, and its life.
 */
#include "config.h"

#include <gstream/projections/gstream-tool-call-private.h>
#include <gstream/stream/gstream-handle-private.h>

/**
 * GstreamToolCall:
 *
 * One call of a tool: its input, its progress, its output.
 *
 * Tool calls come out of [property@RunStream:tool-calls], one each time a tool
 * starts. The input is there from the beginning; what a tool says while it works
 * comes out of [property@ToolCall:output-deltas]; its output is awaited:
 *
 * ```c
 * static void
 * on_finished (GObject *object, GAsyncResult *result, gpointer user_data)
 * {
 *   g_autoptr (GError) error = NULL;
 *   g_autoptr (GstreamToolCall) call =
 *     gstream_tool_call_finished_finish (GSTREAM_TOOL_CALL (object), result, &error);
 *
 *   if (call == NULL)
 *     g_print ("%s failed: %s\n", gstream_tool_call_get_name (GSTREAM_TOOL_CALL (object)), error->message);
 * }
 *
 * gstream_tool_call_finished (call, NULL, on_finished, NULL);
 * ```
 *
 * A call that still runs when its run ends is finished then, without an output,
 * or failed with the run (T4).
 */

enum
{
  PROP_0,
  PROP_ID,
  PROP_NAME,
  PROP_NAMESPACE,
  PROP_STATUS,
  PROP_INPUT,
  PROP_OUTPUT,
  PROP_ERROR,
  PROP_PROGRESS,
  PROP_OUTPUT_DELTAS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_ENUM_TYPE (GstreamToolCallStatus, gstream_tool_call_status,
                    G_DEFINE_ENUM_VALUE (GSTREAM_TOOL_CALL_STATUS_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_TOOL_CALL_STATUS_FINISHED, "finished"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_TOOL_CALL_STATUS_FAILED, "failed"))

static void gstream_tool_call_handle_init (GstreamHandleInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamToolCall, gstream_tool_call, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_HANDLE, gstream_tool_call_handle_init))

/* --- a newborn's deltas (P11) --- */

static void
gstream_tool_call_keep (GstreamHandle *handle)
{
  gstream_deltas_keep (&GSTREAM_TOOL_CALL (handle)->output_deltas);
}

static void
gstream_tool_call_settle (GstreamHandle *handle)
{
  gstream_deltas_settle (&GSTREAM_TOOL_CALL (handle)->output_deltas);
}

static void
gstream_tool_call_handle_init (GstreamHandleInterface *iface)
{
  iface->keep = gstream_tool_call_keep;
  iface->settle = gstream_tool_call_settle;
}

/* --- what changes --- */

static void
on_notify (GstreamNotifier *notifier)
{
  GObject *self = (GObject *) ((char *) notifier - G_STRUCT_OFFSET (GstreamToolCall, notifier));

  g_object_ref (self);
  if (GSTREAM_TOOL_CALL (self)->progress != NULL)
    g_object_notify_by_pspec (self, properties[PROP_PROGRESS]);
  if (GSTREAM_TOOL_CALL (self)->status != GSTREAM_TOOL_CALL_STATUS_RUNNING)
    {
      g_object_notify_by_pspec (self, properties[PROP_OUTPUT]);
      g_object_notify_by_pspec (self, properties[PROP_ERROR]);
      g_object_notify_by_pspec (self, properties[PROP_STATUS]);
    }
  g_object_unref (self);
}

/* --- its properties and its life --- */

static void
gstream_tool_call_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  GstreamToolCall *self = GSTREAM_TOOL_CALL (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_NAMESPACE:
      g_value_set_boxed (value, gstream_tool_call_get_namespace (self));
      break;
    case PROP_STATUS:
      g_value_set_enum (value, self->status);
      break;
    case PROP_INPUT:
      g_value_set_boxed (value, self->input);
      break;
    case PROP_OUTPUT:
      g_value_set_boxed (value, self->output);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    case PROP_PROGRESS:
      g_value_set_string (value, gstream_tool_call_get_progress (self));
      break;
    case PROP_OUTPUT_DELTAS:
      g_value_set_object (value, gstream_deltas_get (&self->output_deltas));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_tool_call_dispose (GObject *object)
{
  GstreamToolCall *self = GSTREAM_TOOL_CALL (object);

  if (self->pump != NULL)
    gstream_pump_cancel_notify (self->pump, &self->notifier);

  G_OBJECT_CLASS (gstream_tool_call_parent_class)->dispose (object);
}

static void
gstream_tool_call_finalize (GObject *object)
{
  GstreamToolCall *self = GSTREAM_TOOL_CALL (object);

  g_assert (g_queue_is_empty (&self->ended.waits));

  gstream_deltas_clear (&self->output_deltas);
  g_clear_pointer (&self->input, gstream_payload_unref);
  g_clear_pointer (&self->output, gstream_payload_unref);
  g_clear_error (&self->error);
  if (self->progress != NULL)
    g_string_free (self->progress, TRUE);
  g_clear_pointer (&self->namespace_, gstream_namespace_unref);
  g_clear_pointer (&self->pump, gstream_pump_unref);
  g_free (self->name);
  g_free (self->id);

  G_OBJECT_CLASS (gstream_tool_call_parent_class)->finalize (object);
}

#define READABLE (G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS)

static void
gstream_tool_call_class_init (GstreamToolCallClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gstream_tool_call_get_property;
  object_class->dispose = gstream_tool_call_dispose;
  object_class->finalize = gstream_tool_call_finalize;

  /**
   * GstreamToolCall:id: (getter get_id)
   *
   * Its id: that of the call in the model's message.
   */
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, READABLE);
  /**
   * GstreamToolCall:name: (getter get_name)
   *
   * The tool's name.
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, READABLE);
  /**
   * GstreamToolCall:namespace: (getter get_namespace)
   *
   * Where in the run its events occur.
   */
  properties[PROP_NAMESPACE] = g_param_spec_boxed ("namespace", NULL, NULL, G_TYPE_STRV, READABLE);
  /**
   * GstreamToolCall:status: (getter get_status)
   *
   * How it is.
   */
  properties[PROP_STATUS] = g_param_spec_enum ("status", NULL, NULL, GSTREAM_TYPE_TOOL_CALL_STATUS,
                                               GSTREAM_TOOL_CALL_STATUS_RUNNING, READABLE);
  /**
   * GstreamToolCall:input: (getter get_input)
   *
   * What the tool was called with.
   */
  properties[PROP_INPUT] = g_param_spec_boxed ("input", NULL, NULL, GSTREAM_TYPE_PAYLOAD, READABLE);
  /**
   * GstreamToolCall:output: (getter get_output)
   *
   * What the tool gave.
   */
  properties[PROP_OUTPUT] = g_param_spec_boxed ("output", NULL, NULL, GSTREAM_TYPE_PAYLOAD, READABLE);
  /**
   * GstreamToolCall:error: (getter get_error)
   *
   * Why it failed.
   */
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, READABLE);
  /**
   * GstreamToolCall:progress: (getter get_progress)
   *
   * What the tool has said so far while it works. Notified once a frame at most.
   */
  properties[PROP_PROGRESS] = g_param_spec_string ("progress", NULL, NULL, NULL, READABLE);
  /**
   * GstreamToolCall:output-deltas: (getter get_output_deltas)
   *
   * What the tool says while it works, as it comes: a projection of strings.
   */
  properties[PROP_OUTPUT_DELTAS] =
    g_param_spec_object ("output-deltas", NULL, NULL, GSTREAM_TYPE_PROJECTION, READABLE);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_tool_call_init (GstreamToolCall *self)
{
  self->notifier.notify = on_notify;
  self->namespace_ = gstream_namespace_new (NULL);
}
