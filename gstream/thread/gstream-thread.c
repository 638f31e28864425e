/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The base class of threads: its calls, each in three forms, and what all kinds of threads have in common.
 *
 * A call is described by its arguments and the virtual function that starts it. All calls start a task in the thread's
 * main context, and return a value of that task; the synchronous form waits for the task of the asynchronous one.
 */
#include <gstream/thread/gstream-thread-internal.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/stream/gstream-pump-internal.h>

typedef struct
{
  GMainContext *context;
  char         *thread_id; /* NULL: not made yet */
  gboolean      cancel_on_abort;
  guint         n_starting; /* calls that start a run, and have not returned */
  GPtrArray    *waiting;    /* of GTask that wait for those */
} GstreamThreadPrivate;

/**
 * GstreamThread:
 *
 * A conversation with an agent: it has a state that is kept between runs, and each run continues from that state.
 *
 * This is the base class. There are threads on an Agent Server ([class@ServerThread], [ctor@Thread.new]) and in a child
 * process ([ctor@Thread.new_for_command]). In Python there is also `LocalThread`, for a LangGraph graph in the same
 * process. Applications can derive their own kinds.
 *
 * ```c
 * g_autoptr (GstreamThread) thread = gstream_thread_new ("http://localhost:2024", "agent");
 * g_autoptr (GstreamPayload) input = gstream_payload_new ("{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}", -1, NULL);
 * g_autoptr (GstreamRunStream) run = gstream_thread_start_sync (thread, input, NULL, NULL, &error);
 * ```
 *
 * Each run is a [class@RunStream]. When it has stopped at an interrupt, [method@Thread.respond] sends the answer, and
 * returns the run that continues from there. Set [property@Thread:thread-id] to continue an earlier conversation;
 * otherwise a new thread is made when the first run is started.
 *
 * Calls that a kind of thread does not support fail with %GSTREAM_ERROR_NOT_SUPPORTED. Aborting a run also cancels it
 * where it is executed, unless [property@Thread:cancel-on-abort] is %FALSE; dropping it does not (N7).
 *
 * A thread belongs to the main context that was the thread default when it was made: from other threads of the program,
 * calls fail with %GSTREAM_ERROR_WRONG_CONTEXT. Callbacks are called in that context, never from inside the call, and
 * may call any function.
 *
 * Since: 1.0
 */

enum
{
  PROP_THREAD_ID = 1,
  PROP_CANCEL_ON_ABORT,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_TYPE_WITH_PRIVATE (GstreamThread, gstream_thread, G_TYPE_OBJECT)

static GstreamThreadPrivate *
get_private (GstreamThread *self)
{
  return gstream_thread_get_instance_private (self);
}

/* --- properties --- */

/**
 * gstream_thread_get_thread_id: (get-property thread-id)
 * @self: a thread
 *
 * Gets the id of the thread.
 *
 * Returns: (nullable): the id; %NULL: it has not been made yet
 *
 * Since: 1.0
 */
const char *
gstream_thread_get_thread_id (GstreamThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);

  return get_private (self)->thread_id;
}

/**
 * gstream_thread_set_thread_id: (set-property thread-id)
 * @self: a thread that has no id yet
 * @thread_id: (nullable): its id
 *
 * Sets the id of the thread: for derived classes, when the thread has been made. It cannot be changed later.
 *
 * Since: 1.0
 */
void
gstream_thread_set_thread_id (GstreamThread *self,
                              const char    *thread_id)
{
  GstreamThreadPrivate *priv;

  g_return_if_fail (GSTREAM_IS_THREAD (self));

  priv = get_private (self);
  if (g_strcmp0 (priv->thread_id, thread_id) == 0)
    return;
  g_return_if_fail (priv->thread_id == NULL);

  priv->thread_id = g_strdup (thread_id);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_THREAD_ID]);
}

/**
 * gstream_thread_get_cancel_on_abort: (get-property cancel-on-abort)
 * @self: a thread
 *
 * Gets whether aborting a run also cancels it where it is executed.
 *
 * Returns: whether it does
 *
 * Since: 1.0
 */
gboolean
gstream_thread_get_cancel_on_abort (GstreamThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), FALSE);

  return get_private (self)->cancel_on_abort;
}

/**
 * gstream_thread_set_cancel_on_abort: (set-property cancel-on-abort)
 * @self: a thread
 * @cancel_on_abort: whether to
 *
 * Sets whether aborting a run also cancels it where it is executed.
 *
 * Since: 1.0
 */
void
gstream_thread_set_cancel_on_abort (GstreamThread *self,
                                    gboolean       cancel_on_abort)
{
  GstreamThreadPrivate *priv;

  g_return_if_fail (GSTREAM_IS_THREAD (self));

  priv = get_private (self);
  if (priv->cancel_on_abort == cancel_on_abort)
    return;

  priv->cancel_on_abort = cancel_on_abort;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CANCEL_ON_ABORT]);
}

GMainContext *
gstream_thread_get_context (GstreamThread *self)
{
  return get_private (self)->context;
}

/* --- the object --- */

static void
gstream_thread_get_property (GObject    *object,
                             guint       property_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  GstreamThreadPrivate *priv = get_private (GSTREAM_THREAD (object));

  switch (property_id)
    {
    case PROP_THREAD_ID:
      g_value_set_string (value, priv->thread_id);
      break;
    case PROP_CANCEL_ON_ABORT:
      g_value_set_boolean (value, priv->cancel_on_abort);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
gstream_thread_set_property (GObject      *object,
                             guint         property_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  GstreamThread *self = GSTREAM_THREAD (object);

  switch (property_id)
    {
    case PROP_THREAD_ID:
      gstream_thread_set_thread_id (self, g_value_get_string (value));
      break;
    case PROP_CANCEL_ON_ABORT:
      gstream_thread_set_cancel_on_abort (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
gstream_thread_finalize (GObject *object)
{
  GstreamThreadPrivate *priv = get_private (GSTREAM_THREAD (object));

  g_main_context_unref (priv->context);
  g_free (priv->thread_id);
  g_ptr_array_unref (priv->waiting);

  G_OBJECT_CLASS (gstream_thread_parent_class)->finalize (object);
}

/**
 * GstreamThreadClass::begin_start:
 * @self: the thread
 * @input: (nullable): the input of the run
 * @options: the options of the run; a copy for this call, which may be kept
 * @task: to be completed with the result, with g_task_return_value(), or with an error
 *
 * Starts a run, for [method@Thread.start]; the task is given the run, a [class@RunStream]. Returns at once.
 *
 * Since: 1.0
 */

/**
 * GstreamThreadClass::begin_respond:
 * @self: the thread
 * @responses: an array with an object for each answer: `response`, and `interrupt_id` and `namespace` if the interrupt
 *   is specified
 * @options: the options of the run; a copy for this call, which may be kept
 * @task: to be completed with the result, with g_task_return_value(), or with an error
 *
 * Answers interrupts of a run, for [method@Thread.respond]; the task is given the run that continues, a
 * [class@RunStream]. Returns at once.
 *
 * Since: 1.0
 */

/**
 * GstreamThreadClass::begin_attach:
 * @self: the thread
 * @run_id: (nullable): which run; %NULL: the newest
 * @options: the options of the run; a copy for this call, which may be kept
 * @task: to be completed with the result, with g_task_return_value(), or with an error
 *
 * Attaches to a run, for [method@Thread.attach]; the task is given the run, a [class@RunStream]. Returns at once.
 *
 * Since: 1.0
 */

/**
 * GstreamThreadClass::begin_fetch_state:
 * @self: the thread
 * @checkpoint_id: (nullable): which state; %NULL: the newest
 * @task: to be completed with the result, with g_task_return_value(), or with an error
 *
 * Reads the state, for [method@Thread.fetch_state]; the task is given a [struct@Payload]. Returns at once.
 *
 * Since: 1.0
 */

/**
 * GstreamThreadClass::begin_fetch_history:
 * @self: the thread
 * @limit: how many states at most
 * @before: (nullable): a checkpoint's id: only those before it
 * @task: to be completed with the result, with g_task_return_value(), or with an error
 *
 * Reads earlier states, for [method@Thread.fetch_history]; the task is given a [struct@Payload], an array of states. Returns at once.
 *
 * Since: 1.0
 */

/**
 * GstreamThreadClass::begin_update_state:
 * @self: the thread
 * @values: (nullable): what is to be changed
 * @as_node: (nullable): the node as which it is changed
 * @checkpoint_id: (nullable): which state is changed; %NULL: the newest
 * @task: to be completed with the result, with g_task_return_value(), or with an error
 *
 * Changes the state, for [method@Thread.update_state]; the task is given a [struct@Payload], the checkpoint. Returns at once.
 *
 * Since: 1.0
 */

/**
 * GstreamThreadClass::begin_cancel_run:
 * @self: the thread
 * @run_id: (nullable): which run; %NULL: the newest
 * @task: to be completed with the result, with g_task_return_value(), or with an error
 *
 * Cancels a run, for [method@Thread.cancel_run]; the task is given %TRUE, a boolean. Returns at once.
 *
 * Since: 1.0
 */

static void
gstream_thread_class_init (GstreamThreadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gstream_thread_get_property;
  object_class->set_property = gstream_thread_set_property;
  object_class->finalize = gstream_thread_finalize;

  /**
   * GstreamThread:thread-id: (getter get_thread_id) (setter set_thread_id)
   *
   * The id of the thread; %NULL until it has been made, with the first run. Once it is set, it does not change.
   *
   * Since: 1.0
   */
  properties[PROP_THREAD_ID] =
      g_param_spec_string ("thread-id", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamThread:cancel-on-abort: (getter get_cancel_on_abort) (setter set_cancel_on_abort)
   *
   * Whether [method@RunStream.abort] also cancels the run where it is executed (N7). Changes affect runs that are
   * started later.
   *
   * Since: 1.0
   */
  properties[PROP_CANCEL_ON_ABORT] =
      g_param_spec_boolean ("cancel-on-abort", NULL, NULL, TRUE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
gstream_thread_init (GstreamThread *self)
{
  GstreamThreadPrivate *priv = get_private (self);

  priv->context = g_main_context_ref_thread_default ();
  priv->cancel_on_abort = TRUE;
  priv->waiting = g_ptr_array_new_with_free_func (g_object_unref);
}

/* --- how a call begins --- */

typedef struct _Call Call;

/* The arguments of a call that is being made, all of them borrowed. */
struct _Call
{
  /* Returns FALSE if this kind of thread does not support it. */
  gboolean (*begin) (GstreamThread *self,
                     const Call    *call,
                     GTask         *task);
  GstreamPayload    *input; /* the input, the responses, the values */
  const char        *name;  /* the run or the checkpoint that is meant */
  const char        *node;
  guint              limit;
  guint              n_asked;    /* for responses: the number of interrupts, ... */
  guint              n_answered; /* ... and of responses */
  GstreamRunOptions *options;
};

static gboolean
call_start (GstreamThread *self,
            const Call    *call,
            GTask         *task)
{
  GstreamThreadClass *klass = GSTREAM_THREAD_GET_CLASS (self);

  if (klass->begin_start == NULL)
    return FALSE;
  klass->begin_start (self, call->input, call->options, task);

  return TRUE;
}

static gboolean
call_respond (GstreamThread *self,
              const Call    *call,
              GTask         *task)
{
  GstreamThreadClass *klass = GSTREAM_THREAD_GET_CLASS (self);

  if (klass->begin_respond == NULL)
    return FALSE;

  if (call->input == NULL)
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, _ ("A response is nested too deep"));
  else if (call->n_asked == 0 || call->n_asked != call->n_answered)
    g_task_return_new_error (
        task, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
        _ ("There are %u interrupts and %u responses: one for each was expected, and one at least"), call->n_asked,
        call->n_answered);
  else
    klass->begin_respond (self, call->input, call->options, task);

  return TRUE;
}

static gboolean
call_attach (GstreamThread *self,
             const Call    *call,
             GTask         *task)
{
  GstreamThreadClass *klass = GSTREAM_THREAD_GET_CLASS (self);

  if (klass->begin_attach == NULL)
    return FALSE;
  klass->begin_attach (self, call->name, call->options, task);

  return TRUE;
}

static gboolean
call_fetch_state (GstreamThread *self,
                  const Call    *call,
                  GTask         *task)
{
  GstreamThreadClass *klass = GSTREAM_THREAD_GET_CLASS (self);

  if (klass->begin_fetch_state == NULL)
    return FALSE;
  klass->begin_fetch_state (self, call->name, task);

  return TRUE;
}

static gboolean
call_fetch_history (GstreamThread *self,
                    const Call    *call,
                    GTask         *task)
{
  GstreamThreadClass *klass = GSTREAM_THREAD_GET_CLASS (self);

  if (klass->begin_fetch_history == NULL)
    return FALSE;
  klass->begin_fetch_history (self, call->limit, call->name, task);

  return TRUE;
}

static gboolean
call_update_state (GstreamThread *self,
                   const Call    *call,
                   GTask         *task)
{
  GstreamThreadClass *klass = GSTREAM_THREAD_GET_CLASS (self);

  if (klass->begin_update_state == NULL)
    return FALSE;
  klass->begin_update_state (self, call->input, call->node, call->name, task);

  return TRUE;
}

static gboolean
call_cancel_run (GstreamThread *self,
                 const Call    *call,
                 GTask         *task)
{
  GstreamThreadClass *klass = GSTREAM_THREAD_GET_CLASS (self);

  if (klass->begin_cancel_run == NULL)
    return FALSE;
  klass->begin_cancel_run (self, call->name, task);

  return TRUE;
}

static GTask *
new_task (GstreamThread      *self,
          gpointer            tag,
          GCancellable       *cancellable,
          GAsyncReadyCallback callback,
          gpointer            user_data)
{
  return gstream_context_begin_task (get_private (self)->context, self, tag, cancellable, callback, user_data);
}

/* Copies the options, so that later changes have no effect on the call. */
static GstreamRunOptions *
copy_options (GstreamRunOptions *given)
{
  if (given == NULL)
    return gstream_run_options_new ();

  return g_object_new (GSTREAM_TYPE_RUN_OPTIONS, "mux", gstream_run_options_get_mux (given), "config",
                       gstream_run_options_get_config (given), "metadata", gstream_run_options_get_metadata (given),
                       "multitask-strategy", gstream_run_options_get_multitask_strategy (given), "checkpoint-id",
                       gstream_run_options_get_checkpoint_id (given), "update", gstream_run_options_get_update (given),
                       "goto", gstream_run_options_get_goto (given), "channels",
                       gstream_run_options_get_channels (given), "namespaces",
                       gstream_run_options_get_namespaces (given), "depth", gstream_run_options_get_depth (given),
                       NULL);
}

/* --- runs that are being started --- */

static void
on_started (GTask *task)
{
  GstreamThreadPrivate *priv = get_private (g_task_get_source_object (task));
  g_autoptr (GPtrArray) waiting = NULL;

  priv->n_starting--;
  if (priv->n_starting > 0)
    return;

  waiting = priv->waiting;
  priv->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < waiting->len; i++)
    g_task_return_boolean (waiting->pdata[i], TRUE);
}

static void
watch_start (GstreamThread *self,
             GTask         *task)
{
  get_private (self)->n_starting++;
  g_signal_connect (task, "notify::completed", G_CALLBACK (on_started), NULL);
}

gboolean
gstream_thread_is_starting (GstreamThread *self)
{
  return get_private (self)->n_starting > 0;
}

static gboolean
on_wait_cancelled (GCancellable *cancellable,
                   gpointer      user_data)
{
  g_autoptr (GTask) task = g_object_ref (user_data);

  if (g_ptr_array_remove (get_private (g_task_get_source_object (task))->waiting, task))
    g_task_return_error_if_cancelled (task);

  return G_SOURCE_REMOVE;
}

void
gstream_thread_wait_started (GstreamThread      *self,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_autoptr (GTask) task = new_task (self, gstream_thread_wait_started, cancellable, callback, user_data);

  if (task == NULL || g_task_return_error_if_cancelled (task))
    return;
  if (!gstream_thread_is_starting (self))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  gstream_task_on_cancel (task, on_wait_cancelled);
  g_ptr_array_add (get_private (self)->waiting, g_object_ref (task));
}

gboolean
gstream_thread_wait_started_finish (GstreamThread *self,
                                    GAsyncResult  *result,
                                    GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
begin (GstreamThread      *self,
       Call               *call,
       gpointer            tag,
       GCancellable       *cancellable,
       GAsyncReadyCallback callback,
       gpointer            user_data)
{
  g_autoptr (GTask) task = new_task (self, tag, cancellable, callback, user_data);
  g_autoptr (GstreamRunOptions) options = copy_options (call->options);

  if (task == NULL || g_task_return_error_if_cancelled (task))
    return;

  call->options = options;
  if (call->begin == call_start || call->begin == call_respond)
    watch_start (self, task);
  if (!call->begin (self, call, task))
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED, _ ("A %s cannot do this"),
                             G_OBJECT_TYPE_NAME (self));
}

/* Returns the result of the asynchronous form; NULL with an error if it could not be started. */
static GAsyncResult *
wait_for (GstreamThread *self,
          Call          *call,
          GCancellable  *cancellable,
          GError       **error)
{
  GstreamSync   sync;
  GAsyncResult *result;

  if (!gstream_sync_begin_in (&sync, get_private (self)->context, "GstreamThread", error))
    return NULL;

  begin (self, call, wait_for, cancellable, gstream_sync_done, &sync);
  gstream_sync_wait (&sync);
  result = g_object_ref (sync.result);
  gstream_sync_end (&sync);

  return result;
}

/* --- how a call ends --- */

void
gstream_thread_return_run (GTask            *task,
                           GstreamRunStream *run)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GSTREAM_TYPE_RUN_STREAM);
  g_value_take_object (&value, run);
  g_task_return_value (task, &value);
  g_value_unset (&value);
}

void
gstream_thread_return_payload (GTask          *task,
                               GstreamPayload *payload)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GSTREAM_TYPE_PAYLOAD);
  g_value_take_boxed (&value, payload);
  g_task_return_value (task, &value);
  g_value_unset (&value);
}

void
gstream_thread_return_done (GTask *task)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BOOLEAN);
  g_value_set_boolean (&value, TRUE);
  g_task_return_value (task, &value);
  g_value_unset (&value);
}

static gboolean
finish (GstreamThread *self,
        GAsyncResult  *result,
        GType          type,
        GValue        *value,
        GError       **error)
{
  if (!g_task_propagate_value (G_TASK (result), value, error))
    return FALSE;
  if (G_IS_VALUE (value) && G_VALUE_HOLDS (value, type) && (type == G_TYPE_BOOLEAN || g_value_peek_pointer (value)))
    return TRUE;

  if (G_IS_VALUE (value))
    g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, _ ("The %s gave %s, and a %s was expected"),
                 G_OBJECT_TYPE_NAME (self), G_VALUE_TYPE_NAME (value), g_type_name (type));
  else
    g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, _ ("The %s gave nothing, and a %s was expected"),
                 G_OBJECT_TYPE_NAME (self), g_type_name (type));
  if (G_IS_VALUE (value))
    g_value_unset (value);

  return FALSE;
}

static GstreamRunStream *
finish_run (GstreamThread *self,
            GAsyncResult  *result,
            GError       **error)
{
  g_auto (GValue) value = G_VALUE_INIT;

  return finish (self, result, GSTREAM_TYPE_RUN_STREAM, &value, error) ? g_value_dup_object (&value) : NULL;
}

static GstreamPayload *
finish_payload (GstreamThread *self,
                GAsyncResult  *result,
                GError       **error)
{
  g_auto (GValue) value = G_VALUE_INIT;

  return finish (self, result, GSTREAM_TYPE_PAYLOAD, &value, error) ? g_value_dup_boxed (&value) : NULL;
}

static gboolean
finish_boolean (GstreamThread *self,
                GAsyncResult  *result,
                GError       **error)
{
  g_auto (GValue) value = G_VALUE_INIT;

  return finish (self, result, G_TYPE_BOOLEAN, &value, error);
}

static GPtrArray *
finish_states (GstreamThread *self,
               GAsyncResult  *result,
               GError       **error)
{
  g_autoptr (GstreamPayload) payload = finish_payload (self, result, error);
  g_autoptr (GPtrArray) states = NULL;
  GstreamPayloadIter iter;
  GstreamPayload    *state;

  if (payload == NULL)
    return NULL;
  if (gstream_payload_get_kind (payload) != GSTREAM_PAYLOAD_KIND_ARRAY)
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                   _ ("The history that the %s gave is no array of states, as was expected"),
                   G_OBJECT_TYPE_NAME (self));
      return NULL;
    }

  states = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_payload_unref);
  gstream_payload_iter_init (&iter, payload);
  while ((state = gstream_payload_iter_next_value (&iter)) != NULL)
    g_ptr_array_add (states, state);

  return g_steal_pointer (&states);
}

/* --- responses --- */

static void
write_entry (GString          *json,
             GstreamInterrupt *interrupt,
             GstreamPayload   *response)
{
  g_string_append_c (json, '{');
  if (interrupt != NULL && gstream_interrupt_get_id (interrupt) != NULL)
    {
      const char *const *namespace_ = gstream_interrupt_get_namespace (interrupt);

      gstream_json_write_member (json, "namespace");
      gstream_json_write_strv (json, namespace_ != NULL ? namespace_ : (const char *const[]) { NULL });
      gstream_json_add_string (json, "interrupt_id", gstream_interrupt_get_id (interrupt));
    }
  gstream_json_add_payload (json, "response", response);
  g_string_append_c (json, '}');
}

static GstreamPayload *
write_response (GstreamInterrupt *interrupt,
                GstreamPayload   *response)
{
  g_autoptr (GString) json = g_string_new ("[");

  write_entry (json, interrupt, response);
  g_string_append_c (json, ']');

  return gstream_payload_new (json->str, json->len, NULL);
}

/*
 * Makes an array of those that have both an interrupt and a response. A missing one is an error, which is returned when
 * the call ends.
 */
static GstreamPayload *
write_responses (GPtrArray *interrupts,
                 GPtrArray *responses)
{
  g_autoptr (GString) json = g_string_new ("[");

  for (guint i = 0; i < MIN (interrupts->len, responses->len); i++)
    {
      if (i > 0)
        g_string_append_c (json, ',');
      write_entry (json, interrupts->pdata[i], responses->pdata[i]);
    }
  g_string_append_c (json, ']');

  return gstream_payload_new (json->str, json->len, NULL);
}

/* --- start --- */

/**
 * gstream_thread_start:
 * @self: a thread
 * @input: (nullable): the graph's input
 * @options: (nullable): options such as the pipeline and the configuration; %NULL: default values
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when the run is there, or there is an error
 * @user_data: for @callback
 *
 * Starts a run.
 *
 * The events are not read until somebody waits for them. Cancelling the call does not undo what the other side has
 * already received. A thread that has no id yet is made with its first run.
 *
 * Fails with %GSTREAM_ERROR_CONFLICT if another run is under way and a second one is refused, and with
 * %GSTREAM_ERROR_NOT_FOUND if there is no such thread or assistant. Like every call of a thread, it fails with
 * %GSTREAM_ERROR_INVALID if what is given or answered is not what the protocol allows, with
 * %GSTREAM_ERROR_PERMISSION_DENIED, %GSTREAM_ERROR_RATE_LIMITED, %GSTREAM_ERROR_REFUSED or %GSTREAM_ERROR_SERVER if the
 * other side says so, with an error of GIO if that cannot be reached, and with %G_IO_ERROR_CANCELLED.
 *
 * Since: 1.0
 */
void
gstream_thread_start (GstreamThread      *self,
                      GstreamPayload     *input,
                      GstreamRunOptions  *options,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (options == NULL || GSTREAM_IS_RUN_OPTIONS (options));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  begin (self, &(Call) { call_start, .input = input, .options = options }, gstream_thread_start, cancellable, callback,
         user_data);
}

/**
 * gstream_thread_start_finish:
 * @self: a thread
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Thread.start].
 *
 * Returns: (transfer full): the run
 *
 * Since: 1.0
 */
GstreamRunStream *
gstream_thread_start_finish (GstreamThread *self,
                             GAsyncResult  *result,
                             GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return finish_run (self, result, error);
}

/**
 * gstream_thread_start_sync:
 * @self: a thread
 * @input: (nullable): the graph's input
 * @options: (nullable): options such as the pipeline and the configuration; %NULL: default values
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Does what [method@Thread.start] does, and iterates the thread's main context until then (R9).
 *
 * Returns: (transfer full): the run
 *
 * Since: 1.0
 */
GstreamRunStream *
gstream_thread_start_sync (GstreamThread     *self,
                           GstreamPayload    *input,
                           GstreamRunOptions *options,
                           GCancellable      *cancellable,
                           GError           **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (options == NULL || GSTREAM_IS_RUN_OPTIONS (options), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  result = wait_for (self, &(Call) { call_start, .input = input, .options = options }, cancellable, error);

  return result != NULL ? finish_run (self, result, error) : NULL;
}

/* --- respond --- */

/**
 * gstream_thread_respond:
 * @self: a thread
 * @interrupt: (nullable): the interrupt; %NULL: the pending one
 * @response: the answer
 * @options: (nullable): options such as the pipeline and the configuration; %NULL: default values
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when the run is there, or there is an error
 * @user_data: for @callback
 *
 * Answers an interrupt, and returns the run that continues from there. If there are several interrupts, the others stay
 * pending; [method@Thread.respond_all] answers them together. Fails with %GSTREAM_ERROR_NOT_FOUND if the interrupt is
 * not pending any more. If @interrupt is %NULL, the pending one is answered; if there are several, the call fails with
 * %GSTREAM_ERROR_INVALID.
 *
 * Since: 1.0
 */
void
gstream_thread_respond (GstreamThread      *self,
                        GstreamInterrupt   *interrupt,
                        GstreamPayload     *response,
                        GstreamRunOptions  *options,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  g_autoptr (GstreamPayload) responses = NULL;

  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (response != NULL);
  g_return_if_fail (options == NULL || GSTREAM_IS_RUN_OPTIONS (options));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  responses = write_response (interrupt, response);
  begin (self, &(Call) { call_respond, .input = responses, .n_asked = 1, .n_answered = 1, .options = options },
         gstream_thread_respond, cancellable, callback, user_data);
}

/**
 * gstream_thread_respond_finish:
 * @self: a thread
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Thread.respond].
 *
 * Returns: (transfer full): the run
 *
 * Since: 1.0
 */
GstreamRunStream *
gstream_thread_respond_finish (GstreamThread *self,
                               GAsyncResult  *result,
                               GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return finish_run (self, result, error);
}

/**
 * gstream_thread_respond_sync:
 * @self: a thread
 * @interrupt: (nullable): the interrupt; %NULL: the pending one
 * @response: the answer
 * @options: (nullable): options such as the pipeline and the configuration; %NULL: default values
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Does what [method@Thread.respond] does, and iterates the thread's main context until then (R9).
 *
 * Returns: (transfer full): the run
 *
 * Since: 1.0
 */
GstreamRunStream *
gstream_thread_respond_sync (GstreamThread     *self,
                             GstreamInterrupt  *interrupt,
                             GstreamPayload    *response,
                             GstreamRunOptions *options,
                             GCancellable      *cancellable,
                             GError           **error)
{
  g_autoptr (GstreamPayload) responses = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (response != NULL, NULL);
  g_return_val_if_fail (options == NULL || GSTREAM_IS_RUN_OPTIONS (options), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  responses = write_response (interrupt, response);
  result =
      wait_for (self, &(Call) { call_respond, .input = responses, .n_asked = 1, .n_answered = 1, .options = options },
                cancellable, error);

  return result != NULL ? finish_run (self, result, error) : NULL;
}

/* --- respond all --- */

/**
 * gstream_thread_respond_all:
 * @self: a thread
 * @interrupts: (element-type GstreamInterrupt): the interrupts
 * @responses: (element-type GstreamPayload): the answers, in the same order
 * @options: (nullable): options such as the pipeline and the configuration; %NULL: default values
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when the run is there, or there is an error
 * @user_data: for @callback
 *
 * Answers several interrupts at once, and returns the run that continues from there.
 *
 * They need not be all pending interrupts. The branches of answered interrupts continue; the others are interrupted
 * again when that run ends, to be answered then. Answering all of them together saves runs, and no branch has to wait
 * for the answer of another.
 *
 * Fails with %GSTREAM_ERROR_INVALID if there is not one response for each of one interrupt at least, with
 * %GSTREAM_ERROR_NOT_FOUND if one of them is not pending any more, and like [method@Thread.start].
 *
 * Since: 1.0
 */
void
gstream_thread_respond_all (GstreamThread      *self,
                            GPtrArray          *interrupts,
                            GPtrArray          *responses,
                            GstreamRunOptions  *options,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr (GstreamPayload) responses_json = NULL;

  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (interrupts != NULL);
  g_return_if_fail (responses != NULL);
  g_return_if_fail (options == NULL || GSTREAM_IS_RUN_OPTIONS (options));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  responses_json = write_responses (interrupts, responses);
  begin (self,
         &(Call) { call_respond, .input = responses_json, .n_asked = interrupts->len, .n_answered = responses->len,
                   .options = options },
         gstream_thread_respond_all, cancellable, callback, user_data);
}

/**
 * gstream_thread_respond_all_finish:
 * @self: a thread
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Thread.respond_all].
 *
 * Returns: (transfer full): the run
 *
 * Since: 1.0
 */
GstreamRunStream *
gstream_thread_respond_all_finish (GstreamThread *self,
                                   GAsyncResult  *result,
                                   GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return finish_run (self, result, error);
}

/**
 * gstream_thread_respond_all_sync:
 * @self: a thread
 * @interrupts: (element-type GstreamInterrupt): the interrupts
 * @responses: (element-type GstreamPayload): the answers, in the same order
 * @options: (nullable): options such as the pipeline and the configuration; %NULL: default values
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Does what [method@Thread.respond_all] does, and iterates the thread's main context until then (R9).
 *
 * Returns: (transfer full): the run
 *
 * Since: 1.0
 */
GstreamRunStream *
gstream_thread_respond_all_sync (GstreamThread     *self,
                                 GPtrArray         *interrupts,
                                 GPtrArray         *responses,
                                 GstreamRunOptions *options,
                                 GCancellable      *cancellable,
                                 GError           **error)
{
  g_autoptr (GstreamPayload) responses_json = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (interrupts != NULL, NULL);
  g_return_val_if_fail (responses != NULL, NULL);
  g_return_val_if_fail (options == NULL || GSTREAM_IS_RUN_OPTIONS (options), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  responses_json = write_responses (interrupts, responses);
  result = wait_for (self,
                     &(Call) { call_respond, .input = responses_json, .n_asked = interrupts->len,
                               .n_answered = responses->len, .options = options },
                     cancellable, error);

  return result != NULL ? finish_run (self, result, error) : NULL;
}

/* --- respond, in JSON --- */

/**
 * gstream_thread_respond_json:
 * @self: a thread
 * @responses: the answers, as the protocol has them: an array of objects with `interrupt_id`, `namespace` and `response`
 * @options: (nullable): options such as the pipeline and the configuration; %NULL: default values
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when the run is there, or there is an error
 * @user_data: for @callback
 *
 * [method@Thread.respond_all] with the answers in one payload: for programs that have them in this form, and for
 * languages that cannot pass an array of boxed values.
 *
 * Fails with %GSTREAM_ERROR_INVALID if @responses is no such array, and like [method@Thread.respond_all].
 *
 * Since: 1.0
 */
void
gstream_thread_respond_json (GstreamThread      *self,
                             GstreamPayload     *responses,
                             GstreamRunOptions  *options,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  guint n_responses;

  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (responses != NULL && gstream_payload_get_kind (responses) == GSTREAM_PAYLOAD_KIND_ARRAY);
  g_return_if_fail (options == NULL || GSTREAM_IS_RUN_OPTIONS (options));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  n_responses = gstream_payload_get_size (responses, "");
  begin (self,
         &(Call) { call_respond, .input = responses, .n_asked = n_responses, .n_answered = n_responses,
                   .options = options },
         gstream_thread_respond_json, cancellable, callback, user_data);
}

/**
 * gstream_thread_respond_json_finish:
 * @self: a thread
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Thread.respond_json].
 *
 * Returns: (transfer full): the run
 *
 * Since: 1.0
 */
GstreamRunStream *
gstream_thread_respond_json_finish (GstreamThread *self,
                                    GAsyncResult  *result,
                                    GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return finish_run (self, result, error);
}

/**
 * gstream_thread_respond_json_sync:
 * @self: a thread
 * @responses: the answers, as [method@Thread.respond_json] has them
 * @options: (nullable): options such as the pipeline and the configuration; %NULL: default values
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Does what [method@Thread.respond_json] does, and iterates the thread's main context until then (R9).
 *
 * Returns: (transfer full): the run
 *
 * Since: 1.0
 */
GstreamRunStream *
gstream_thread_respond_json_sync (GstreamThread     *self,
                                  GstreamPayload    *responses,
                                  GstreamRunOptions *options,
                                  GCancellable      *cancellable,
                                  GError           **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  guint n_responses;

  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (responses != NULL && gstream_payload_get_kind (responses) == GSTREAM_PAYLOAD_KIND_ARRAY, NULL);
  g_return_val_if_fail (options == NULL || GSTREAM_IS_RUN_OPTIONS (options), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  n_responses = gstream_payload_get_size (responses, "");
  result = wait_for (self,
                     &(Call) { call_respond, .input = responses, .n_asked = n_responses, .n_answered = n_responses,
                               .options = options },
                     cancellable, error);

  return result != NULL ? finish_run (self, result, error) : NULL;
}

/* --- attach --- */

/**
 * gstream_thread_attach:
 * @self: a thread
 * @run_id: (nullable): the run; %NULL: the thread's newest
 * @options: (nullable): options such as the pipeline and the configuration; %NULL: default values
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when the run is there, or there is an error
 * @user_data: for @callback
 *
 * Attaches to a run that was started elsewhere, or earlier, and may even have ended. All of its events are delivered
 * from the beginning, as far as they have been kept. Fails with %GSTREAM_ERROR_NOT_FOUND if there is no such run.
 *
 * Since: 1.0
 */
void
gstream_thread_attach (GstreamThread      *self,
                       const char         *run_id,
                       GstreamRunOptions  *options,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (options == NULL || GSTREAM_IS_RUN_OPTIONS (options));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  begin (self, &(Call) { call_attach, .name = run_id, .options = options }, gstream_thread_attach, cancellable,
         callback, user_data);
}

/**
 * gstream_thread_attach_finish:
 * @self: a thread
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Thread.attach].
 *
 * Returns: (transfer full): the run
 *
 * Since: 1.0
 */
GstreamRunStream *
gstream_thread_attach_finish (GstreamThread *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return finish_run (self, result, error);
}

/**
 * gstream_thread_attach_sync:
 * @self: a thread
 * @run_id: (nullable): the run; %NULL: the thread's newest
 * @options: (nullable): options such as the pipeline and the configuration; %NULL: default values
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Does what [method@Thread.attach] does, and iterates the thread's main context until then (R9).
 *
 * Returns: (transfer full): the run
 *
 * Since: 1.0
 */
GstreamRunStream *
gstream_thread_attach_sync (GstreamThread     *self,
                            const char        *run_id,
                            GstreamRunOptions *options,
                            GCancellable      *cancellable,
                            GError           **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (options == NULL || GSTREAM_IS_RUN_OPTIONS (options), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  result = wait_for (self, &(Call) { call_attach, .name = run_id, .options = options }, cancellable, error);

  return result != NULL ? finish_run (self, result, error) : NULL;
}

/* --- fetch state --- */

/**
 * gstream_thread_fetch_state:
 * @self: a thread
 * @checkpoint_id: (nullable): of which checkpoint; %NULL: the newest
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when the state is there, or there is an error
 * @user_data: for @callback
 *
 * Reads the thread's state, in the format of an Agent Server: an object with `values`, `next`, `tasks` (each with its
 * `interrupts`, and those of subgraphs within their task), `metadata`, `created_at`, `checkpoint` with its
 * `checkpoint_id`, and `parent_checkpoint`. It is authoritative for the pending interrupts (N4).
 *
 * Fails with %GSTREAM_ERROR_NOT_FOUND if there is no such thread or checkpoint, and like [method@Thread.start].
 *
 * Since: 1.0
 */
void
gstream_thread_fetch_state (GstreamThread      *self,
                            const char         *checkpoint_id,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  begin (self, &(Call) { call_fetch_state, .name = checkpoint_id }, gstream_thread_fetch_state, cancellable, callback,
         user_data);
}

/**
 * gstream_thread_fetch_state_finish:
 * @self: a thread
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Thread.fetch_state].
 *
 * Returns: (transfer full): the state
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_thread_fetch_state_finish (GstreamThread *self,
                                   GAsyncResult  *result,
                                   GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return finish_payload (self, result, error);
}

/**
 * gstream_thread_fetch_state_sync:
 * @self: a thread
 * @checkpoint_id: (nullable): of which checkpoint; %NULL: the newest
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Does what [method@Thread.fetch_state] does, and iterates the thread's main context until then (R9).
 *
 * Returns: (transfer full): the state
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_thread_fetch_state_sync (GstreamThread *self,
                                 const char    *checkpoint_id,
                                 GCancellable  *cancellable,
                                 GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  result = wait_for (self, &(Call) { call_fetch_state, .name = checkpoint_id }, cancellable, error);

  return result != NULL ? finish_payload (self, result, error) : NULL;
}

/* --- fetch history --- */

/**
 * gstream_thread_fetch_history:
 * @self: a thread
 * @limit: the maximum number of states; 0: the default of the thread
 * @before: (nullable): the id of a checkpoint, to read only older states; %NULL: from the newest on
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when the states are there, or there is an error
 * @user_data: for @callback
 *
 * Reads the thread's states, newest first, each in the format of [method@Thread.fetch_state] (N14). To continue, pass
 * the `checkpoint_id` of the last one as @before.
 *
 * Fails with %GSTREAM_ERROR_NOT_FOUND if there is no such thread, and like [method@Thread.start].
 *
 * Since: 1.0
 */
void
gstream_thread_fetch_history (GstreamThread      *self,
                              guint               limit,
                              const char         *before,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  begin (self, &(Call) { call_fetch_history, .limit = limit, .name = before }, gstream_thread_fetch_history,
         cancellable, callback, user_data);
}

/**
 * gstream_thread_fetch_history_finish:
 * @self: a thread
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Thread.fetch_history].
 *
 * Returns: (transfer container) (element-type GstreamPayload): the states, newest first
 *
 * Since: 1.0
 */
GPtrArray *
gstream_thread_fetch_history_finish (GstreamThread *self,
                                     GAsyncResult  *result,
                                     GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return finish_states (self, result, error);
}

/**
 * gstream_thread_fetch_history_sync:
 * @self: a thread
 * @limit: the maximum number of states; 0: the default of the thread
 * @before: (nullable): the id of a checkpoint, to read only older states; %NULL: from the newest on
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Does what [method@Thread.fetch_history] does, and iterates the thread's main context until then (R9).
 *
 * Returns: (transfer container) (element-type GstreamPayload): the states, newest first
 *
 * Since: 1.0
 */
GPtrArray *
gstream_thread_fetch_history_sync (GstreamThread *self,
                                   guint          limit,
                                   const char    *before,
                                   GCancellable  *cancellable,
                                   GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  result = wait_for (self, &(Call) { call_fetch_history, .limit = limit, .name = before }, cancellable, error);

  return result != NULL ? finish_states (self, result, error) : NULL;
}

/* --- update state --- */

/**
 * gstream_thread_update_state:
 * @self: a thread
 * @values: (nullable): the changes, an object, which are applied with the reducers of the graph's state; %NULL: none
 * @as_node: (nullable): the node as which the change is made; %NULL: chosen by the graph
 * @checkpoint_id: (nullable): the checkpoint that is changed; %NULL: the newest one
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when it was changed, or there is an error
 * @user_data: for @callback
 *
 * Changes the thread's state as if a node had done so (N14), and makes a checkpoint of it, which then is the thread's
 * newest, even if an earlier one was changed. Returns that checkpoint: an object with `checkpoint_id`.
 *
 * Fails with %GSTREAM_ERROR_NOT_FOUND if there is no such thread or checkpoint, and like [method@Thread.start].
 *
 * Since: 1.0
 */
void
gstream_thread_update_state (GstreamThread      *self,
                             GstreamPayload     *values,
                             const char         *as_node,
                             const char         *checkpoint_id,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  begin (self, &(Call) { call_update_state, .input = values, .node = as_node, .name = checkpoint_id },
         gstream_thread_update_state, cancellable, callback, user_data);
}

/**
 * gstream_thread_update_state_finish:
 * @self: a thread
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Thread.update_state].
 *
 * Returns: (transfer full): the checkpoint that was made
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_thread_update_state_finish (GstreamThread *self,
                                    GAsyncResult  *result,
                                    GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return finish_payload (self, result, error);
}

/**
 * gstream_thread_update_state_sync:
 * @self: a thread
 * @values: (nullable): the changes, an object, which are applied with the reducers of the graph's state; %NULL: none
 * @as_node: (nullable): the node as which the change is made; %NULL: chosen by the graph
 * @checkpoint_id: (nullable): the checkpoint that is changed; %NULL: the newest one
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Does what [method@Thread.update_state] does, and iterates the thread's main context until then (R9).
 *
 * Returns: (transfer full): the checkpoint that was made
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_thread_update_state_sync (GstreamThread  *self,
                                  GstreamPayload *values,
                                  const char     *as_node,
                                  const char     *checkpoint_id,
                                  GCancellable   *cancellable,
                                  GError        **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  result = wait_for (self, &(Call) { call_update_state, .input = values, .node = as_node, .name = checkpoint_id },
                     cancellable, error);

  return result != NULL ? finish_payload (self, result, error) : NULL;
}

/* --- cancel run --- */

/**
 * gstream_thread_cancel_run:
 * @self: a thread
 * @run_id: (nullable): the run; %NULL: the running one
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when it was ended, or there is an error
 * @user_data: for @callback
 *
 * Cancels a run where it is executed. Its changes are kept. For those who read it, the run ends as the other side
 * reports.
 *
 * Fails with %GSTREAM_ERROR_NOT_FOUND if there is no such run, and like [method@Thread.start].
 *
 * Since: 1.0
 */
void
gstream_thread_cancel_run (GstreamThread      *self,
                           const char         *run_id,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  begin (self, &(Call) { call_cancel_run, .name = run_id }, gstream_thread_cancel_run, cancellable, callback,
         user_data);
}

/**
 * gstream_thread_cancel_run_finish:
 * @self: a thread
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Thread.cancel_run].
 *
 * Returns: %TRUE, unless there is an error
 *
 * Since: 1.0
 */
gboolean
gstream_thread_cancel_run_finish (GstreamThread *self,
                                  GAsyncResult  *result,
                                  GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return finish_boolean (self, result, error);
}

/**
 * gstream_thread_cancel_run_sync:
 * @self: a thread
 * @run_id: (nullable): the run; %NULL: the running one
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for an error
 *
 * Does what [method@Thread.cancel_run] does, and iterates the thread's main context until then (R9).
 *
 * Returns: %TRUE, unless there is an error
 *
 * Since: 1.0
 */
gboolean
gstream_thread_cancel_run_sync (GstreamThread *self,
                                const char    *run_id,
                                GCancellable  *cancellable,
                                GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_THREAD (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  result = wait_for (self, &(Call) { call_cancel_run, .name = run_id }, cancellable, error);

  return result != NULL ? finish_boolean (self, result, error) : FALSE;
}
