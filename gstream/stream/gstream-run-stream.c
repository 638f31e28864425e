/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs: the state of a run (R4, R10, T8), how it begins and ends, its projections, and its properties.
 */
#include <gstream/event/gstream-error-internal.h>
#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/event/gstream-payload-internal.h>
#include <gstream/stream/gstream-run-stream-private.h>

/**
 * GstreamRunStream:
 *
 * One execution of a graph, an agent or a workflow: the object that a program
 * holds while the run streams.
 *
 * A run is made from a source of events. It has projections of these events: [property@RunStream:messages],
 * [property@RunStream:values] and others, each of which can be subscribed to separately. It ends with an output:
 *
 * ```c
 * g_autoptr (GstreamEventSource) source = gstream_json_lines_source_new (file);
 * g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
 *
 * gstream_run_stream_output (run, NULL, on_output, window);
 * ```
 *
 * The source is only asked for events while somebody waits for an item of a cursor, or for the output (R1). No threads
 * are used. Everything happens in the main context that was the thread default when the run was made (R7).
 *
 * Dropping the last reference to a run aborts it (R6). Pending waits for an item of a cursor or for the end of a
 * message then fail with %GSTREAM_ERROR_CLOSED. [method@RunStream.output] and similar calls hold a reference to the run
 * while they wait.
 *
 * Since: 1.0
 */

enum
{
  PROP_0,
  PROP_SOURCE,
  PROP_MUX,
  PROP_WIRE_PUMP,
  PROP_STATUS,
  PROP_ERROR,
  PROP_HELD_BY,
  PROP_N_INTERRUPTS,
  PROP_TURN_BUDGET,
  PROP_LOG,
  PROP_NATIVES, /* and on: the projections of the built-in transformers, in the order of their table */
};

static GParamSpec *properties[PROP_NATIVES + GSTREAM_MAX_BUILTINS];

G_DEFINE_ENUM_TYPE (GstreamRunStatus, gstream_run_status,
                    G_DEFINE_ENUM_VALUE (GSTREAM_RUN_STATUS_PENDING, "pending"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_RUN_STATUS_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_RUN_STATUS_COMPLETED, "completed"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_RUN_STATUS_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_RUN_STATUS_INTERRUPTED, "interrupted"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_RUN_STATUS_DRAINED, "drained"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_RUN_STATUS_ABORTED, "aborted"))

G_DEFINE_TYPE_WITH_PRIVATE (GstreamRunStream, gstream_run_stream, G_TYPE_OBJECT)

static inline GstreamRunStreamPrivate *
get_private (GstreamRunStream *self)
{
  return gstream_run_stream_get_instance_private (self);
}

GstreamRunStreamPrivate *
gstream_run_stream_peek (GstreamRunStream *self)
{
  return get_private (self);
}

GstreamPump *
gstream_run_stream_get_pump (GstreamRunStream *self)
{
  return get_private (self)->pump;
}

guint64
gstream_run_stream_get_interrupt_stamp (GstreamRunStream *self,
                                        guint             index)
{
  return g_array_index (get_private (self)->state.arrivals, guint64, index);
}

/* --- what it notifies, between events --- */

static void
on_notify (GstreamNotifier *notifier)
{
  GstreamRunStreamPrivate *priv =
      (GstreamRunStreamPrivate *) ((char *) notifier - G_STRUCT_OFFSET (GstreamRunStreamPrivate, notifier));
  GstreamRunStream *self = priv->self;
  gpointer          held_by = gstream_pump_get_held_by (priv->pump);
  gboolean          status_changed = priv->shown_status != priv->status;
  gboolean          hold_changed = priv->shown_held_by != held_by;
  gboolean          asked = priv->shown_interrupts != priv->state.interrupts->len;

  priv->shown_status = priv->status;
  priv->shown_held_by = held_by;
  priv->shown_interrupts = priv->state.interrupts->len;

  g_object_ref (self);
  if (priv->notify != NULL)
    priv->notify (self);
  if (status_changed && priv->error != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
  if (status_changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
  if (hold_changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HELD_BY]);
  if (asked)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_INTERRUPTS]);
  g_object_unref (self);
}

/* --- what its events tell of it --- */

static void
state_init (GstreamRunState *self)
{
  self->interrupts = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_interrupt_unref);
  self->arrivals = g_array_new (FALSE, FALSE, sizeof (guint64));
}

GPtrArray *
gstream_run_stream_copy_interrupts (GstreamRunStreamPrivate *priv)
{
  GPtrArray *own = priv->state.interrupts;
  GPtrArray *copy = g_ptr_array_new_full (own->len, (GDestroyNotify) gstream_interrupt_unref);

  for (guint i = 0; i < own->len; i++)
    g_ptr_array_add (copy, gstream_interrupt_ref (own->pdata[i]));

  return copy;
}

static void
state_clear (GstreamRunState *self)
{
  g_clear_pointer (&self->values, gstream_payload_unref);
  g_clear_pointer (&self->questions, g_hash_table_unref);
  g_clear_pointer (&self->interrupts, g_ptr_array_unref);
  g_clear_pointer (&self->arrivals, g_array_unref);
  g_clear_error (&self->error);
}

/* --- errors --- */

GError *
gstream_run_error_new (const char *text)
{
  if (text == NULL || *text == '\0')
    text = _ ("The run failed, and its source does not say why");

  return g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_FAILED, text);
}

/* If the data also has the namespace, the event is not from a JavaScript server. */
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
  g_autoptr (GstreamPayload) error = gstream_payload_lookup (data, "/error");

  return gstream_error_dup_words (error);
}

GError *
gstream_run_error_from_event (GstreamEvent *event)
{
  GstreamPayload  *data = gstream_event_peek_item (event);
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

/* The interrupt is already known: combines what both of them say. Consumes @interrupt. */
static void
replace_interrupt (GstreamRunState  *self,
                   guint             index,
                   GstreamInterrupt *interrupt)
{
  g_autoptr (GstreamInterrupt) repeated = interrupt;
  GstreamInterrupt  *present = g_ptr_array_index (self->interrupts, index);
  const char *const *namespace_ = gstream_interrupt_get_namespace (present);
  GstreamPayload    *schema = gstream_interrupt_get_response_schema (present);
  GstreamInterrupt  *both;

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

/* Consumes @interrupt. One without an id is always a new one, because it cannot be compared with others (T8). */
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
  GstreamPayload *found = gstream_payload_lookup (payload, pointer);

  if (found == NULL)
    found = gstream_payload_lookup (payload, alternative);

  return found ? found : gstream_payload_new ("null", -1, NULL);
}

/* An id that is not a string is represented by its JSON text, like the ids of tool calls (T4). */
static char *
dup_id (GstreamPayload *payload)
{
  static const char *const names[] = { "/interrupt_id", "/interruptId", "/id" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GstreamPayload) id = gstream_payload_lookup (payload, names[i]);

      if (id == NULL || gstream_payload_get_kind (id) == GSTREAM_PAYLOAD_KIND_NULL)
        continue;
      if (gstream_payload_get_kind (id) == GSTREAM_PAYLOAD_KIND_STRING)
        return g_strdup (gstream_payload_get_string (id, ""));
      return g_strdup (gstream_payload_get_json (id, NULL));
    }

  return g_strdup ("");
}

/* Returns NULL if there is none. */
static GstreamPayload *
get_response_schema (GstreamPayload *payload)
{
  static const char *const names[] = { "/response_schema", "/responseSchema" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GstreamPayload) schema = gstream_payload_lookup (payload, names[i]);

      if (schema != NULL && gstream_payload_get_kind (schema) != GSTREAM_PAYLOAD_KIND_NULL)
        return g_steal_pointer (&schema);
    }

  return NULL;
}

static void
add_from (GstreamRunState   *self,
          GstreamPayload    *payload,
          const char *const *namespace_)
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
  GstreamPayload  *interrupts = gstream_event_get_interrupts (event);
  GstreamJsonValue element;
  GstreamJsonIter  iter;

  g_clear_pointer (&self->values, gstream_payload_unref);
  self->values = gstream_payload_ref (gstream_event_peek_item (event));
  if (interrupts == NULL || gstream_payload_get_kind (interrupts) != GSTREAM_PAYLOAD_KIND_ARRAY)
    return;

  gstream_json_iter_init (&iter, gstream_payload_value (interrupts));
  while (gstream_json_iter_element (&iter, &element))
    {
      g_autoptr (GstreamPayload) interrupt = gstream_payload_new_part (interrupts, element);

      add_from (self, interrupt, NULL);
    }
}

/* --- what the source says of its end --- */

static void
state_end (GstreamRunState *self,
           GstreamRunStatus status,
           GstreamEvent    *event)
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

/* @own: the event is at the run's own scope. */
static void
state_observe (GstreamRunState *self,
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

/* Returns the status of a run that has ended without failing. */
static GstreamRunStatus
state_get_status (GstreamRunState *self)
{
  if (self->is_stated && self->stated != GSTREAM_RUN_STATUS_COMPLETED)
    return self->stated;

  return self->interrupts->len > 0 ? GSTREAM_RUN_STATUS_INTERRUPTED : GSTREAM_RUN_STATUS_COMPLETED;
}

static void
set_status (GstreamRunStreamPrivate *priv,
            GstreamRunStatus         status)
{
  if (priv->status == status)
    return;

  priv->status = status;
  gstream_pump_notify_soon (priv->pump, &priv->notifier);
}

/* --- its end --- */

static void
close_mux (GstreamRunStreamPrivate *priv,
           const GError            *error,
           gboolean                 aborted)
{
  priv->closing = TRUE;
  if (priv->state.is_stated && priv->state.stated == GSTREAM_RUN_STATUS_DRAINED)
    gstream_stream_mux_set_drained (priv->mux);
  if (priv->source != NULL)
    gstream_pump_stop (priv->pump);
  gstream_stream_mux_close (priv->mux, error, aborted);
}

void
gstream_run_stream_end (GstreamRunStream *self,
                        GstreamRunStatus  status,
                        const GError     *error)
{
  GstreamRunStreamPrivate *priv = gstream_run_stream_peek (self);

  if (priv->closing)
    return;

  priv->state.is_stated = TRUE;
  priv->state.stated = status;
  g_object_ref (self);
  close_mux (priv, error, FALSE);
  g_object_unref (self);
}

void
gstream_run_stream_disregard_end (GstreamRunStream *self)
{
  GstreamRunStreamPrivate *priv = gstream_run_stream_peek (self);

  if (!priv->closing)
    priv->state.is_stated = FALSE;
}

/* Its transformers may still be finishing asynchronously. */
static void
abort_ending (GstreamRunStreamPrivate *priv)
{
  g_autoptr (GstreamRunStream) self = g_object_ref (priv->self);

  if (gstream_stream_mux_hurry (priv->mux) && gstream_stream_mux_get_state (priv->mux) < GSTREAM_MUX_CLOSED)
    set_status (priv, GSTREAM_RUN_STATUS_ABORTED);
}

/**
 * gstream_run_stream_abort:
 * @self: a run
 *
 * Ends the run early (R6): the pending request to the source is cancelled, the source is closed, and all waits
 * complete: cursors return the queued items, then the end, and the output is the newest state. A run that has already
 * ended is not changed.
 *
 * Aborting the run of a subgraph ends only that run (T6).
 *
 * Since: 1.0
 */
void
gstream_run_stream_abort (GstreamRunStream *self)
{
  GstreamRunStreamPrivate *priv;

  g_return_if_fail (GSTREAM_IS_RUN_STREAM (self));

  priv = gstream_run_stream_peek (self);
  if (priv->status == GSTREAM_RUN_STATUS_ABORTED)
    return;
  if (gstream_stream_mux_get_state (priv->mux) >= GSTREAM_MUX_FINISHING)
    {
      abort_ending (priv);
      return;
    }

  g_object_ref (self);
  set_status (priv, GSTREAM_RUN_STATUS_ABORTED);
  close_mux (priv, NULL, TRUE);
  g_object_unref (self);
}

/* --- the mux calls --- */

static void
tell_channels (GstreamRunStreamPrivate *priv)
{
  g_auto (GStrv) channels = gstream_stream_mux_list_channels (priv->mux);

  gstream_event_source_set_channels (priv->source, (const char *const *) channels);
}

static void
stamp_interrupts (GstreamRunStreamPrivate *priv)
{
  while (priv->state.arrivals->len < priv->state.interrupts->len)
    {
      guint64 arrival = gstream_pump_stamp (priv->pump);

      g_array_append_val (priv->state.arrivals, arrival);
    }
}

static void
on_mux_observe (gpointer        owner,
                GstreamEvent   *event,
                GstreamRelation relation)
{
  GstreamRunStreamPrivate *priv = owner;

  state_observe (&priv->state, event, relation == GSTREAM_RELATION_OWN);
  stamp_interrupts (priv);
  if (priv->state.interrupts->len != priv->shown_interrupts)
    gstream_pump_notify_soon (priv->pump, &priv->notifier);
  if (priv->observe != NULL && relation == GSTREAM_RELATION_OWN)
    priv->observe (priv->self, event);
}

static void
on_mux_failed (gpointer owner,
               GError  *error)
{
  GstreamRunStreamPrivate *priv = owner;
  g_autoptr (GstreamRunStream) self = g_object_ref (priv->self);

  close_mux (priv, error, FALSE);
  g_error_free (error);
}

static void
on_mux_closed (gpointer owner,
               GError  *error)
{
  GstreamRunStreamPrivate *priv = owner;

  if (error != NULL)
    {
      priv->error = error;
      set_status (priv, GSTREAM_RUN_STATUS_FAILED);
    }
  else if (priv->status != GSTREAM_RUN_STATUS_ABORTED)
    set_status (priv, state_get_status (&priv->state));
  gstream_latch_open (&priv->ended);
}

static void
on_mux_grown (gpointer owner)
{
  GstreamRunStreamPrivate *priv = owner;

  if (priv->source != NULL)
    tell_channels (priv);
}

static void
on_mux_begun (gpointer owner)
{
  GstreamRunStreamPrivate *priv = owner;

  if (priv->status == GSTREAM_RUN_STATUS_PENDING)
    set_status (priv, GSTREAM_RUN_STATUS_RUNNING);
}

static const GstreamMuxOwnerFuncs mux_funcs = { on_mux_observe, on_mux_failed, on_mux_closed, on_mux_grown,
                                                on_mux_begun };

/* --- the pump calls --- */

/* A source that has said that the run has begun also says how it ends. If it does not, it was cut off (R8). */
static GError *
check_complete (GstreamRunState *state)
{
  if (!state->is_begun || state->is_stated)
    return NULL;

  return g_error_new_literal (
      GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
      _ ("The source ended early: it said that the run began, and was expected to say how it ended "
         "(a `lifecycle` event at the root)"));
}

static void
on_pump_ended (gpointer owner,
               GError  *error)
{
  GstreamRunStreamPrivate *priv = owner;
  g_autoptr (GstreamRunStream) self = g_object_ref (priv->self);
  g_autoptr (GError) source_error = error ? error : check_complete (&priv->state);

  if (priv->state.is_stated)
    {
      /* The status that the source has stated takes precedence (R10). */
      if (source_error != NULL)
        g_message ("After the end of its run, the source failed: %s", source_error->message);
      close_mux (priv, priv->state.error, FALSE);
    }
  else
    close_mux (priv, source_error, FALSE);
}

static const GstreamPumpOwnerFuncs pump_funcs = { gstream_stream_mux_dispatch, on_pump_ended };

/* A run is blocked by what blocks the pump, which it shares with the other runs of its tree (P7). */
static void
watch_pump (GstreamRunStreamPrivate *priv)
{
  priv->shown_held_by = gstream_pump_get_held_by (priv->pump);
  priv->watch.data = &priv->notifier;
  gstream_pump_watch (priv->pump, &priv->watch);
}

static void
unwatch_pump (GstreamRunStreamPrivate *priv)
{
  gstream_pump_cancel_notify (priv->pump, &priv->notifier);
  if (priv->watch.data == NULL)
    return;

  gstream_pump_unwatch (priv->pump, &priv->watch);
  priv->watch.data = NULL;
}

/* --- its beginning --- */

static void
begin_root (GstreamRunStreamPrivate *priv)
{
  if (priv->mux == NULL)
    priv->mux = gstream_stream_mux_new (NULL);
  priv->pump = gstream_pump_new (priv->source, NULL);
  gstream_pump_set_wired (priv->pump, priv->wire_pump);
  gstream_pump_set_owner (priv->pump, &pump_funcs, priv, priv->mux);
  watch_pump (priv);
  gstream_stream_mux_attach (priv->mux, priv->pump, &mux_funcs, priv);
  if (priv->source == NULL)
    return;
  if (gstream_event_source_is_async_only (priv->source))
    gstream_pump_set_async_only (priv->pump, G_OBJECT_TYPE_NAME (priv->source));
  tell_channels (priv);
}

/* The run of a subgraph: its mux has the pump of the root. */
static void
join_root (GstreamRunStreamPrivate *priv)
{
  priv->pump = gstream_pump_ref (gstream_stream_mux_get_pump (priv->mux));
  priv->status = priv->shown_status = GSTREAM_RUN_STATUS_RUNNING;
  watch_pump (priv);
  gstream_stream_mux_attach (priv->mux, priv->pump, &mux_funcs, priv);
}

static gboolean
refuse (GError    **error,
        const char *why)
{
  g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, why);

  return FALSE;
}

/* Marks a source that belongs to a run. */
static G_DEFINE_QUARK (gstream-run-stream-taken, taken)

    /* Takes the source and the mux, unless they belong to another run. */
    static gboolean take_makings (GstreamRunStreamPrivate *priv,
                                  GError                 **error)
{
  if (priv->mux != NULL && gstream_stream_mux_get_pump (priv->mux) != NULL)
    {
      g_clear_object (&priv->mux);
      return refuse (error, _ ("This mux belongs to another run: make one for each run"));
    }
  if (priv->source == NULL)
    return refuse (error, _ ("A run needs a source, and this one was made without"));
  if (g_object_get_qdata (G_OBJECT (priv->source), taken_quark ()) != NULL)
    return refuse (error, _ ("This source belongs to another run, and gives each event once: make one for each run, "
                             "or read one run several times, by a tee"));
  if (priv->mux != NULL && !gstream_stream_mux_check_builtins (priv->mux, error))
    return FALSE;

  g_object_set_qdata (G_OBJECT (priv->source), taken_quark (), GINT_TO_POINTER (TRUE));

  return TRUE;
}

/* The error is returned by all calls on the run. */
static void
begin_failed (GstreamRunStreamPrivate *priv,
              const GError            *error)
{
  g_clear_object (&priv->source);
  begin_root (priv);
  close_mux (priv, error, FALSE);
}

static void
begin (GstreamRunStream *self)
{
  GstreamRunStreamPrivate *priv = gstream_run_stream_peek (self);

  g_autoptr (GError) error = NULL;

  if (priv->source == NULL && priv->mux != NULL && gstream_stream_mux_get_pump (priv->mux) != NULL &&
      !gstream_stream_mux_is_attached (priv->mux))
    join_root (priv);
  else if (take_makings (priv, &error))
    begin_root (priv);
  else
    begin_failed (priv, error);
}

/* What it does when it is made, and when it goes away. */
/* Returns the error for pending waits, for which a dropped run must not look like an end; NULL if there are none. */
static GError *
make_drop_error (GstreamRunStreamPrivate *priv)
{
  /* With the run of a subgraph go only the projections of its own. */
  if (priv->source != NULL ? !gstream_pump_is_awaited (priv->pump) : !gstream_stream_mux_is_awaited (priv->mux))
    return NULL;

  return g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_CLOSED,
                              _ ("The run was dropped while it was waited for: keep a reference to it until then"));
}

static void
leave (GstreamRunStream *self)
{
  GstreamRunStreamPrivate *priv = gstream_run_stream_peek (self);

  g_autoptr (GError) error = NULL;

  if (priv->mux == NULL || priv->pump == NULL)
    return;

  error = make_drop_error (priv);
  gstream_stream_mux_disown_works (priv->mux);
  if (error != NULL)
    close_mux (priv, error, FALSE);
  else
    gstream_run_stream_abort (self);
  if (priv->source != NULL)
    gstream_stream_mux_close_now (priv->mux, error);
  gstream_stream_mux_detach (priv->mux);
  gstream_stream_mux_forget (priv->mux);
  unwatch_pump (priv);
  if (priv->source != NULL)
    gstream_pump_set_owner (priv->pump, NULL, NULL, NULL);
}

/* --- its projections --- */

/**
 * gstream_run_stream_get_projection:
 * @self: a run
 * @name: a projection's name, or `log`
 * @error: return location for an error
 *
 * Finds a projection by name: one of an application's transformer, a built-in one, or the main log.
 *
 * Fails with %GSTREAM_ERROR_NOT_FOUND if there is none; the message lists the existing names.
 *
 * Returns: (transfer none): the projection
 *
 * Since: 1.0
 */
GstreamProjection *
gstream_run_stream_get_projection (GstreamRunStream *self,
                                   const char       *name,
                                   GError          **error)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!gstream_pump_check_thread (gstream_run_stream_peek (self)->pump, error))
    return NULL;

  return gstream_stream_mux_get_projection (gstream_run_stream_peek (self)->mux, name, error);
}

/**
 * gstream_run_stream_get_extension:
 * @self: a run
 * @name: the name of a custom projection of the source
 * @error: return location for an error
 *
 * A named custom projection of the source (T9): what the graph writes as
 * `{name, payload}` comes out here, as [struct@Payload], instead of in
 * [property@RunStream:custom]. It may be asked for before its first item: there is one of
 * any name, so that %GSTREAM_ERROR_NOT_FOUND is none of its errors.
 *
 * Fails with %GSTREAM_ERROR_WRONG_CONTEXT where the run's main context belongs to another thread (R7).
 *
 * Returns: (transfer none): the projection
 *
 * Since: 1.0
 */
GstreamProjection *
gstream_run_stream_get_extension (GstreamRunStream *self,
                                  const char       *name,
                                  GError          **error)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!gstream_pump_check_thread (gstream_run_stream_peek (self)->pump, error))
    return NULL;

  return gstream_stream_mux_get_extension (gstream_run_stream_peek (self)->mux, name);
}

/**
 * gstream_run_stream_interleave:
 * @self: a run
 * @names: (array zero-terminated=1): names of projections, at least one
 * @error: return location for an error
 *
 * Subscribes to several projections with one cursor, which returns their items in the order of arrival (P10);
 * [method@Cursor.get_item_name] returns the projection of an item. If one of them cannot be subscribed to, none is.
 *
 * Fails with %GSTREAM_ERROR_NOT_FOUND if there is no projection of a name, with %GSTREAM_ERROR_ALREADY_SUBSCRIBED if
 * one has a consumer, and with %GSTREAM_ERROR_INVALID if a name is given twice, or none is given.
 *
 * Returns: (transfer full): the cursor
 *
 * Since: 1.0
 */
GstreamCursor *
gstream_run_stream_interleave (GstreamRunStream  *self,
                               const char *const *names,
                               GError           **error)
{
  /* References, because the run may be dropped while they are subscribed to. */
  g_autoptr (GPtrArray) projections = g_ptr_array_new_with_free_func (g_object_unref);

  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);
  g_return_val_if_fail (names != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  for (gsize i = 0; names[i] != NULL; i++)
    {
      GstreamProjection *projection = gstream_run_stream_get_projection (self, names[i], error);

      if (projection == NULL)
        return NULL;
      if (g_ptr_array_find (projections, projection, NULL))
        {
          g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                       _ ("Projection “%s” is named twice in an interleave"), names[i]);
          return NULL;
        }
      g_ptr_array_add (projections, g_object_ref (projection));
    }
  if (projections->len == 0)
    {
      g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                           _ ("An interleave needs at least 1 projection, not 0"));
      return NULL;
    }

  return gstream_projection_interleave (projections, error);
}

/**
 * gstream_run_stream_get_log:
 * @self: a run
 *
 * Gets the main log: all events that were not suppressed by a transformer, as [struct@Event], and the items that
 * projections forward (M6).
 *
 * Returns: (transfer none): the main log
 *
 * Since: 1.0
 */
GstreamProjection *
gstream_run_stream_get_log (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);

  return gstream_stream_mux_get_log (gstream_run_stream_peek (self)->mux);
}

/* --- what it says of itself (R10, P7) --- */

/**
 * gstream_run_stream_get_source:
 * @self: a run
 *
 * Where its events come from.
 *
 * Returns: (transfer none) (nullable): the source; %NULL for the run of a subgraph
 *
 * Since: 1.0
 */
GstreamEventSource *
gstream_run_stream_get_source (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);

  return gstream_run_stream_peek (self)->source;
}

/**
 * gstream_run_stream_get_mux:
 * @self: a run
 *
 * Its pipeline.
 *
 * Returns: (transfer none): the mux
 *
 * Since: 1.0
 */
GstreamStreamMux *
gstream_run_stream_get_mux (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);

  return gstream_run_stream_peek (self)->mux;
}

/**
 * gstream_run_stream_get_wire_pump: (get-property wire-pump)
 * @self: a run
 *
 * Gets whether waiting for a projection's items drives the source.
 *
 * Returns: whether it does
 *
 * Since: 1.0
 */
gboolean
gstream_run_stream_get_wire_pump (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), FALSE);

  return gstream_run_stream_peek (self)->wire_pump;
}

/**
 * gstream_run_stream_get_status:
 * @self: a run
 *
 * How the run is (R10).
 *
 * Returns: the status
 *
 * Since: 1.0
 */
GstreamRunStatus
gstream_run_stream_get_status (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), GSTREAM_RUN_STATUS_PENDING);

  return gstream_run_stream_peek (self)->status;
}

/**
 * gstream_run_stream_get_error:
 * @self: a run
 *
 * Why the run failed.
 *
 * Returns: (transfer none) (nullable): the error, or %NULL unless the status is
 *   %GSTREAM_RUN_STATUS_FAILED
 *
 * Since: 1.0
 */
const GError *
gstream_run_stream_get_error (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);

  return gstream_run_stream_peek (self)->error;
}

/**
 * gstream_run_stream_get_held_by:
 * @self: a run
 *
 * Gets the projection that blocks the run, because one of its queues is full (P7).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if nothing does
 *
 * Since: 1.0
 */
GstreamProjection *
gstream_run_stream_get_held_by (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);

  return gstream_pump_get_held_by (gstream_run_stream_peek (self)->pump);
}

/**
 * gstream_run_stream_get_n_interrupts:
 * @self: a run
 *
 * Gets the number of interrupts so far.
 *
 * Returns: their number
 *
 * Since: 1.0
 */
guint
gstream_run_stream_get_n_interrupts (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), 0);

  return gstream_run_stream_peek (self)->state.interrupts->len;
}

/**
 * gstream_run_stream_list_interrupts:
 * @self: a run
 *
 * Gets the interrupts so far. This does not drive the run: [method@RunStream.interrupts] waits for all of them.
 *
 * Returns: (transfer container) (element-type GstreamInterrupt): the questions, in the
 *   order in which they were asked, each once
 *
 * Since: 1.0
 */
GPtrArray *
gstream_run_stream_list_interrupts (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);

  return gstream_run_stream_copy_interrupts (gstream_run_stream_peek (self));
}

/**
 * gstream_run_stream_get_turn_budget:
 * @self: a run
 *
 * Gets how long the run may drive its source before it returns to the main loop (R11).
 *
 * Returns: the budget in microseconds; 0 for no limit
 *
 * Since: 1.0
 */
guint
gstream_run_stream_get_turn_budget (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), 0);

  return gstream_pump_get_budget (gstream_run_stream_peek (self)->pump);
}

/**
 * gstream_run_stream_set_turn_budget:
 * @self: a run
 * @microseconds: the budget; 0 for no limit
 *
 * Sets [property@RunStream:turn-budget]. The runs of subgraphs share their root's.
 *
 * Since: 1.0
 */
void
gstream_run_stream_set_turn_budget (GstreamRunStream *self,
                                    guint             microseconds)
{
  GstreamRunStreamPrivate *priv;

  g_return_if_fail (GSTREAM_IS_RUN_STREAM (self));

  priv = get_private (self);
  if (gstream_pump_get_budget (priv->pump) == microseconds)
    return;

  gstream_pump_set_budget (priv->pump, microseconds);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TURN_BUDGET]);
}

/* --- its properties --- */

static void
gstream_run_stream_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  GstreamRunStream        *self = GSTREAM_RUN_STREAM (object);
  GstreamRunStreamPrivate *priv = get_private (self);

  switch (prop_id)
    {
    case PROP_SOURCE:
      g_value_set_object (value, priv->source);
      break;
    case PROP_MUX:
      g_value_set_object (value, priv->mux);
      break;
    case PROP_WIRE_PUMP:
      g_value_set_boolean (value, priv->wire_pump);
      break;
    case PROP_STATUS:
      g_value_set_enum (value, priv->status);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, priv->error);
      break;
    case PROP_HELD_BY:
      g_value_set_object (value, gstream_run_stream_get_held_by (self));
      break;
    case PROP_N_INTERRUPTS:
      g_value_set_uint (value, gstream_run_stream_get_n_interrupts (self));
      break;
    case PROP_TURN_BUDGET:
      g_value_set_uint (value, gstream_run_stream_get_turn_budget (self));
      break;
    case PROP_LOG:
      g_value_set_object (value, gstream_run_stream_get_log (self));
      break;
    default:
      if (prop_id >= PROP_NATIVES && prop_id < PROP_NATIVES + gstream_stream_mux_n_builtins)
        g_value_set_object (value, gstream_stream_mux_find_projection (priv->mux, g_param_spec_get_nick (pspec)));
      else
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_run_stream_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  GstreamRunStream        *self = GSTREAM_RUN_STREAM (object);
  GstreamRunStreamPrivate *priv = get_private (self);

  switch (prop_id)
    {
    case PROP_SOURCE:
      priv->source = g_value_dup_object (value);
      break;
    case PROP_MUX:
      priv->mux = g_value_dup_object (value);
      break;
    case PROP_WIRE_PUMP:
      priv->wire_pump = g_value_get_boolean (value);
      break;
    case PROP_TURN_BUDGET:
      gstream_run_stream_set_turn_budget (self, g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_run_stream_constructed (GObject *object)
{
  G_OBJECT_CLASS (gstream_run_stream_parent_class)->constructed (object);

  begin (GSTREAM_RUN_STREAM (object));
}

static void
gstream_run_stream_dispose (GObject *object)
{
  leave (GSTREAM_RUN_STREAM (object));

  G_OBJECT_CLASS (gstream_run_stream_parent_class)->dispose (object);
}

static void
gstream_run_stream_finalize (GObject *object)
{
  GstreamRunStreamPrivate *priv = get_private (GSTREAM_RUN_STREAM (object));

  g_assert (g_queue_is_empty (&priv->ended.waits));

  g_clear_object (&priv->mux);
  g_clear_object (&priv->source);
  g_clear_pointer (&priv->pump, gstream_pump_unref);
  state_clear (&priv->state);
  g_clear_error (&priv->error);

  G_OBJECT_CLASS (gstream_run_stream_parent_class)->finalize (object);
}

/* Makes the property of a built-in transformer's projection. Its nick is the projection's name. */
static GParamSpec *
native_spec (const char *projection)
{
  g_autofree char *name = g_strdelimit (g_strdup (projection), "_", '-');

  return g_param_spec_object (g_intern_string (name), projection, NULL, GSTREAM_TYPE_PROJECTION,
                              G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static void
gstream_run_stream_class_init (GstreamRunStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gstream_run_stream_get_property;
  object_class->set_property = gstream_run_stream_set_property;
  object_class->constructed = gstream_run_stream_constructed;
  object_class->dispose = gstream_run_stream_dispose;
  object_class->finalize = gstream_run_stream_finalize;

  /**
   * GstreamRunStream:source: (getter get_source)
   *
   * Where its events come from; %NULL for the run of a subgraph.
   *
   * Since: 1.0
   */
  properties[PROP_SOURCE] = g_param_spec_object ("source", NULL, NULL, GSTREAM_TYPE_EVENT_SOURCE,
                                                 G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunStream:mux: (getter get_mux)
   *
   * Its pipeline. The default is one with the built-in transformers.
   *
   * Since: 1.0
   */
  properties[PROP_MUX] = g_param_spec_object ("mux", NULL, NULL, GSTREAM_TYPE_STREAM_MUX,
                                              G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunStream:wire-pump: (getter get_wire_pump)
   *
   * Whether waiting for an item of a projection drives the source. If not, only [method@RunStream.output] and similar
   * calls drive it.
   *
   * Since: 1.0
   */
  properties[PROP_WIRE_PUMP] =
      g_param_spec_boolean ("wire-pump", NULL, NULL, TRUE,
                            G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunStream:status: (getter get_status)
   *
   * How the run is (R10). Notified from the main loop, between events.
   *
   * Since: 1.0
   */
  properties[PROP_STATUS] =
      g_param_spec_enum ("status", NULL, NULL, GSTREAM_TYPE_RUN_STATUS, GSTREAM_RUN_STATUS_PENDING,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunStream:error: (getter get_error)
   *
   * Why the run failed; %NULL unless it has. Notified with [property@RunStream:status].
   *
   * Since: 1.0
   */
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR,
                                               G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunStream:held-by: (getter get_held_by)
   *
   * The projection that blocks the run, because one of its queues is full (P7). All runs of a tree are blocked
   * together, by the same projection, which may belong to any of them. Notified from the main loop.
   *
   * Since: 1.0
   */
  properties[PROP_HELD_BY] = g_param_spec_object ("held-by", NULL, NULL, GSTREAM_TYPE_PROJECTION,
                                                  G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunStream:n-interrupts: (getter get_n_interrupts)
   *
   * The number of interrupts so far (T8), which [method@RunStream.list_interrupts] returns. It is notified as soon as
   * there is one, even while other branches of the run continue.
   *
   * Since: 1.0
   */
  properties[PROP_N_INTERRUPTS] =
      g_param_spec_uint ("n-interrupts", NULL, NULL, 0, G_MAXUINT, 0,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunStream:turn-budget: (getter get_turn_budget) (setter set_turn_budget)
   *
   * How long the run may drive its source before it returns to the main loop (R11), in microseconds; 0 for no limit.
   *
   * Since: 1.0
   */
  properties[PROP_TURN_BUDGET] =
      g_param_spec_uint ("turn-budget", NULL, NULL, 0, G_MAXUINT, 4000,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunStream:log: (getter get_log)
   *
   * The main log.
   *
   * Since: 1.0
   */
  properties[PROP_LOG] = g_param_spec_object ("log", NULL, NULL, GSTREAM_TYPE_PROJECTION,
                                              G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  for (guint i = 0; i < gstream_stream_mux_n_builtins; i++)
    properties[PROP_NATIVES + i] = native_spec (gstream_stream_mux_builtins[i].name);
  g_object_class_install_properties (object_class, PROP_NATIVES + gstream_stream_mux_n_builtins, properties);
}

static void
gstream_run_stream_init (GstreamRunStream *self)
{
  GstreamRunStreamPrivate *priv = get_private (self);

  priv->self = self;
  priv->notifier.notify = on_notify;
  state_init (&priv->state);
}

/**
 * gstream_run_stream_new:
 * @source: where its events come from
 * @mux: (nullable): its pipeline, or %NULL for one with the built-in transformers
 *
 * Makes a run. Nothing is asked of @source until somebody waits (R1).
 *
 * A source and a mux belong to one run. A run that is made with those of another run fails at once: its status is
 * %GSTREAM_RUN_STATUS_FAILED, and all calls return %GSTREAM_ERROR_INVALID.
 *
 * Returns: (transfer full): the run
 *
 * Since: 1.0
 */
GstreamRunStream *
gstream_run_stream_new (GstreamEventSource *source,
                        GstreamStreamMux   *mux)
{
  g_return_val_if_fail (GSTREAM_IS_EVENT_SOURCE (source), NULL);
  g_return_val_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux), NULL);

  return g_object_new (GSTREAM_TYPE_RUN_STREAM, "source", source, "mux", mux, NULL);
}
