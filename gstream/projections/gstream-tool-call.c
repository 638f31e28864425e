/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Tool calls: the class and its properties, processing of events, and getters.
 */
#include <gstream/event/gstream-json-text-internal.h> /* halves of characters */
#include <gstream/projections/gstream-tool-call-private.h>
#include <gstream/stream/gstream-handle-internal.h>
#include <gstream/stream/gstream-projection-internal.h>

/**
 * GstreamToolCall:
 *
 * One call of a tool: its input, its progress, its output.
 *
 * Tool calls are the items of [property@RunStream:tool-calls], one for each start of a tool. The input is available
 * from the beginning; [property@ToolCall:output-deltas] has the tool's progress while it runs; wait for its output:
 *
 * ```c
 * static void
 * on_finished (GObject *object, GAsyncResult *result, gpointer user_data)
 * {
 *   g_autoptr (GError) error = NULL;
 *   g_autoptr (GstreamToolCall) call =
 *     gstream_tool_call_wait_finish (GSTREAM_TOOL_CALL (object), result, &error);
 *
 *   if (call == NULL)
 *     g_print ("%s failed: %s\n", gstream_tool_call_get_name (GSTREAM_TOOL_CALL (object)), error->message);
 * }
 *
 * gstream_tool_call_wait (call, NULL, on_finished, NULL);
 * ```
 *
 * If its run ends while the call is running, the call is finished without an output, or fails with the run (T4).
 *
 * Since: 1.0
 */

struct _GstreamToolCall
{
  GObject parent_instance;

  GstreamPump          *pump; /* a reference; the run's */
  char                 *id;   /* or NULL */
  char                 *name; /* or NULL */
  GstreamNamespace     *namespace_;
  GstreamToolCallStatus status;
  GstreamPayload       *input;    /* or NULL */
  GstreamPayload       *output;   /* NULL until it is there */
  GError               *error;    /* why it failed */
  GString              *progress; /* the output deltas so far; NULL: there were none */
  guint16               half;     /* the first half of a surrogate pair at the end of the progress; 0: none */
  GstreamDeltas         output_deltas;
  GstreamLatch          ended;    /* who waits for the end */
  GstreamNotifier       notifier; /* notifies progress and the end */
};

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

/* --- early buffering of deltas, for who subscribes right away (P11) --- */

static void
gstream_tool_call_start_early (GstreamHandle *handle)
{
  gstream_deltas_start_early (&GSTREAM_TOOL_CALL (handle)->output_deltas);
}

static void
gstream_tool_call_stop_early (GstreamHandle *handle)
{
  gstream_deltas_stop_early (&GSTREAM_TOOL_CALL (handle)->output_deltas);
}

static void
gstream_tool_call_handle_init (GstreamHandleInterface *iface)
{
  iface->start_early = gstream_tool_call_start_early;
  iface->stop_early = gstream_tool_call_stop_early;
}

/* --- what comes --- */

GstreamToolCall *
gstream_tool_call_new (GstreamPump  *pump,
                       GstreamEvent *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  GstreamToolCall          *self = g_object_new (GSTREAM_TYPE_TOOL_CALL, NULL);

  self->pump = gstream_pump_ref (pump);
  gstream_deltas_init (&self->output_deltas, "output_deltas", pump);
  self->id = g_strdup (fields->key);
  self->name = g_strdup (fields->name);
  self->namespace_ = gstream_namespace_ref (gstream_event_peek_namespace (event));
  self->input = gstream_payload_lookup (gstream_event_peek_item (event), "/input");

  return self;
}

static void
add_progress (GstreamToolCall *self,
              const char      *text,
              gsize            length,
              guint32          halves)
{
  gsize before;

  if (self->progress == NULL)
    self->progress = g_string_new (NULL);
  before = self->progress->len;
  gstream_json_join_halves (self->progress, self->half, (guint16) halves);
  g_string_append_len (self->progress, text, length);
  self->half = halves >> 16;
  if (self->progress->len > before || halves == 0)
    gstream_deltas_push (&self->output_deltas, self->progress->str + before, self->progress->len - before);
  if (self->notifier.queue == NULL)
    gstream_pump_notify_slowly (self->pump, &self->notifier);
}

void
gstream_tool_call_take_delta (GstreamToolCall *self,
                              GstreamEvent    *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  g_autoptr (GstreamPayload) delta = NULL;
  const char *json;
  gsize       length;

  if (fields->text != NULL)
    {
      add_progress (self, fields->text, fields->text_length, fields->halves);
      return;
    }

  /* A delta that is not a string is pushed as JSON. */
  delta = gstream_payload_lookup (gstream_event_peek_item (event), "/delta");
  if (delta == NULL)
    return;
  json = gstream_payload_get_json (delta, &length);
  add_progress (self, json, length, 0);
}

void
gstream_tool_call_take_output (GstreamToolCall *self,
                               GstreamEvent    *event)
{
  self->output = gstream_payload_lookup (gstream_event_peek_item (event), "/output");
  gstream_tool_call_end (self, GSTREAM_TOOL_CALL_STATUS_FINISHED, NULL);
}

void
gstream_tool_call_end (GstreamToolCall      *self,
                       GstreamToolCallStatus status,
                       const GError         *error)
{
  g_assert (self->status == GSTREAM_TOOL_CALL_STATUS_RUNNING);

  if (self->half != 0)
    add_progress (self, "", 0, 0);
  self->status = status;
  self->error = error ? g_error_copy (error) : NULL;
  gstream_deltas_end (&self->output_deltas, error);
  gstream_pump_cancel_notify (self->pump, &self->notifier);
  gstream_pump_notify_soon (self->pump, &self->notifier);
  gstream_latch_open (&self->ended);
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
   * The id of the call, which is also in the model's message.
   *
   * Since: 1.0
   */
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, READABLE);
  /**
   * GstreamToolCall:name: (getter get_name)
   *
   * The tool's name.
   *
   * Since: 1.0
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, READABLE);
  /**
   * GstreamToolCall:namespace: (getter get_namespace)
   *
   * The namespace of its events.
   *
   * Since: 1.0
   */
  properties[PROP_NAMESPACE] = g_param_spec_boxed ("namespace", NULL, NULL, G_TYPE_STRV, READABLE);
  /**
   * GstreamToolCall:status: (getter get_status)
   *
   * How it is.
   *
   * Since: 1.0
   */
  properties[PROP_STATUS] = g_param_spec_enum ("status", NULL, NULL, GSTREAM_TYPE_TOOL_CALL_STATUS,
                                               GSTREAM_TOOL_CALL_STATUS_RUNNING, READABLE);
  /**
   * GstreamToolCall:input: (getter get_input)
   *
   * The input of the tool.
   *
   * Since: 1.0
   */
  properties[PROP_INPUT] = g_param_spec_boxed ("input", NULL, NULL, GSTREAM_TYPE_PAYLOAD, READABLE);
  /**
   * GstreamToolCall:output: (getter get_output)
   *
   * The output of the tool.
   *
   * Since: 1.0
   */
  properties[PROP_OUTPUT] = g_param_spec_boxed ("output", NULL, NULL, GSTREAM_TYPE_PAYLOAD, READABLE);
  /**
   * GstreamToolCall:error: (getter get_error)
   *
   * Why it failed.
   *
   * Since: 1.0
   */
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, READABLE);
  /**
   * GstreamToolCall:progress: (getter get_progress)
   *
   * The progress of the tool so far: its output deltas, joined. Notified at most once per frame.
   *
   * Since: 1.0
   */
  properties[PROP_PROGRESS] = g_param_spec_string ("progress", NULL, NULL, NULL, READABLE);
  /**
   * GstreamToolCall:output-deltas: (getter get_output_deltas)
   *
   * The progress of the tool as deltas: a projection of strings.
   *
   * Since: 1.0
   */
  properties[PROP_OUTPUT_DELTAS] = g_param_spec_object ("output-deltas", NULL, NULL, GSTREAM_TYPE_PROJECTION, READABLE);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_tool_call_init (GstreamToolCall *self)
{
  self->notifier.notify = on_notify;
  self->namespace_ = gstream_namespace_new (NULL);
}

/* --- for whoever shows it --- */

/**
 * gstream_tool_call_get_id:
 * @self: a tool call
 *
 * The id of the call, which is also in the model's message.
 *
 * Returns: (nullable): the id, or %NULL if the source does not say
 *
 * Since: 1.0
 */
const char *
gstream_tool_call_get_id (GstreamToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), NULL);

  return self->id;
}

/**
 * gstream_tool_call_get_name:
 * @self: a tool call
 *
 * The tool's name.
 *
 * Returns: (nullable): the name, or %NULL if the source does not say
 *
 * Since: 1.0
 */
const char *
gstream_tool_call_get_name (GstreamToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), NULL);

  return self->name;
}

/**
 * gstream_tool_call_get_namespace:
 * @self: a tool call
 *
 * Gets the namespace of its events: the scope of the run whose call it is, or the namespace of a node below that (D4).
 *
 * Returns: (array zero-terminated=1) (transfer none): the namespace
 *
 * Since: 1.0
 */
const char *const *
gstream_tool_call_get_namespace (GstreamToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), NULL);

  return (const char *const *) self->namespace_->segments;
}

/**
 * gstream_tool_call_get_status:
 * @self: a tool call
 *
 * How it is.
 *
 * Returns: the status
 *
 * Since: 1.0
 */
GstreamToolCallStatus
gstream_tool_call_get_status (GstreamToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), GSTREAM_TOOL_CALL_STATUS_FAILED);

  return self->status;
}

/**
 * gstream_tool_call_get_input:
 * @self: a tool call
 *
 * The input of the tool.
 *
 * Returns: (transfer none) (nullable): the input, usually an object, or %NULL if the source does not say
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_tool_call_get_input (GstreamToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), NULL);

  return self->input;
}

/**
 * gstream_tool_call_get_output:
 * @self: a tool call
 *
 * Gets the output of the tool: often a message of type `tool` with the output as its `content`.
 *
 * Returns: (transfer none) (nullable): the output, or %NULL if there is none (yet)
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_tool_call_get_output (GstreamToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), NULL);

  return self->output;
}

/**
 * gstream_tool_call_get_error:
 * @self: a tool call
 *
 * Why it failed.
 *
 * Returns: (nullable): the error, or %NULL unless it failed
 *
 * Since: 1.0
 */
const GError *
gstream_tool_call_get_error (GstreamToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), NULL);

  return self->error;
}

/**
 * gstream_tool_call_get_progress:
 * @self: a tool call
 *
 * Gets the progress of the tool so far: its output deltas, joined.
 *
 * Returns: (transfer none) (nullable): the text, or %NULL if it has said nothing;
 *   valid until the call goes on
 *
 * Since: 1.0
 */
const char *
gstream_tool_call_get_progress (GstreamToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), NULL);

  return self->progress ? self->progress->str : NULL;
}

/**
 * gstream_tool_call_get_output_deltas:
 * @self: a tool call
 *
 * Gets the projection of the progress of the tool as deltas. A delta that is not a string is pushed as JSON.
 *
 * Returns: (transfer none): a projection of strings
 *
 * Since: 1.0
 */
GstreamProjection *
gstream_tool_call_get_output_deltas (GstreamToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), NULL);

  return gstream_deltas_get (&self->output_deltas);
}

/* --- awaiting its end --- */

/**
 * gstream_tool_call_wait:
 * @self: a tool call
 * @cancellable: (nullable): to stop waiting; the call goes on (R3)
 * @callback: (scope async): called when the call has ended
 * @user_data: for @callback
 *
 * Waits for the end of the call. This drives the run's source (R1).
 *
 * May be called any number of times, also after the end.
 *
 * Since: 1.0
 */
void
gstream_tool_call_wait (GstreamToolCall    *self,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_TOOL_CALL (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  gstream_latch_begin_wait (&self->ended, self->pump, self, gstream_tool_call_wait, cancellable, callback, user_data);
}

/**
 * gstream_tool_call_wait_finish:
 * @self: a tool call
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@ToolCall.wait].
 *
 * Fails with the tool's or the run's error if the call has failed (R5), or with %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): @self, or %NULL on failure
 *
 * Since: 1.0
 */
GstreamToolCall *
gstream_tool_call_wait_finish (GstreamToolCall *self,
                               GAsyncResult    *result,
                               GError         **error)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return gstream_latch_end_wait (result, self->error, error) ? g_object_ref (self) : NULL;
}

/**
 * gstream_tool_call_wait_sync:
 * @self: a tool call
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * [method@ToolCall.wait] that waits by iterating the run's main context (R9).
 *
 * Fails like [method@ToolCall.wait_finish], and like [method@Cursor.next_sync] if a synchronous call is not possible.
 *
 * Returns: (transfer full): @self, or %NULL on failure
 *
 * Since: 1.0
 */
GstreamToolCall *
gstream_tool_call_wait_sync (GstreamToolCall *self,
                             GCancellable    *cancellable,
                             GError         **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  result = gstream_latch_wait_sync (&self->ended, self->pump, self, cancellable, error);

  return result ? gstream_tool_call_wait_finish (self, result, error) : NULL;
}
