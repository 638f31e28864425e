/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The course of a run: how it begins, what it does when its pump and its mux call,
 * and how it ends, on time or early.
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
#include <gstream/stream/gstream-run-stream-private.h>

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

/* Its transformers may still be at their end, asynchronously. */
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
 * Ends the run early (R6): the request under way is cancelled, the source
 * closed, and whoever waits is woken: cursors find the end after what is queued,
 * and the output is the newest state. A run that has ended, or was aborted,
 * stays as it is.
 *
 * Aborting the run of a subgraph ends that run alone (T6).
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

  gstream_event_source_set_channels (priv->source, (const char * const *) channels);
}

static void
on_mux_observe (gpointer         owner,
                GstreamEvent    *event,
                GstreamRelation  relation)
{
  GstreamRunStreamPrivate *priv = owner;
  GstreamRunStreamClass *klass = GSTREAM_RUN_STREAM_GET_CLASS (priv->self);

  gstream_run_state_observe (&priv->state, event, relation == GSTREAM_RELATION_OWN);
  if (klass->observe != NULL && relation == GSTREAM_RELATION_OWN)
    klass->observe (priv->self, event);
}

static void
on_mux_failed (gpointer  owner,
               GError   *error)
{
  GstreamRunStreamPrivate *priv = owner;
  g_autoptr (GstreamRunStream) self = g_object_ref (priv->self);

  close_mux (priv, error, FALSE);
  g_error_free (error);
}

static void
on_mux_closed (gpointer  owner,
               GError   *error)
{
  GstreamRunStreamPrivate *priv = owner;

  if (error != NULL)
    {
      priv->error = error;
      set_status (priv, GSTREAM_RUN_STATUS_FAILED);
    }
  else if (priv->status != GSTREAM_RUN_STATUS_ABORTED)
    set_status (priv, gstream_run_state_get_status (&priv->state));
  gstream_latch_open (&priv->ended);
}

static void
on_mux_grown (gpointer owner)
{
  GstreamRunStreamPrivate *priv = owner;

  if (priv->source != NULL)
    tell_channels (priv);
}

static const GstreamMuxOwnerFuncs mux_funcs = { on_mux_observe, on_mux_failed, on_mux_closed, on_mux_grown };

/* --- the pump calls --- */

static gboolean
on_pump_dispatch (gpointer      owner,
                  GstreamEvent *event)
{
  GstreamRunStreamPrivate *priv = owner;

  if (G_UNLIKELY (priv->status == GSTREAM_RUN_STATUS_PENDING))
    set_status (priv, GSTREAM_RUN_STATUS_RUNNING);

  return gstream_stream_mux_dispatch (priv->mux, event);
}

/* One that has said that the run begins says how it ends, unless it is cut off (R8). */
static GError *
check_complete (GstreamRunState *state)
{
  if (!state->is_begun || state->is_stated)
    return NULL;

  return g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
                              "The source ended early: it said that the run began, and was expected to say how it ended "
                              "(a `lifecycle` event at the root)");
}

static void
on_pump_ended (gpointer  owner,
               GError   *error)
{
  GstreamRunStreamPrivate *priv = owner;
  g_autoptr (GstreamRunStream) self = g_object_ref (priv->self);
  g_autoptr (GError) source_error = error ? error : check_complete (&priv->state);

  if (priv->state.is_stated)
    {
      /* What the source stated of the run decides (R10). */
      if (source_error != NULL)
        g_message ("After the end of its run, the source failed: %s", source_error->message);
      close_mux (priv, priv->state.error, FALSE);
    }
  else
    close_mux (priv, source_error, FALSE);
}

static const GstreamPumpOwnerFuncs pump_funcs = { on_pump_dispatch, on_pump_ended };

/* A run is held by whatever holds the pump that it shares with the other runs of its tree (P7). */
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
  gstream_pump_set_owner (priv->pump, &pump_funcs, priv);
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
refuse (GError     **error,
        const char  *why)
{
  g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, why);

  return FALSE;
}

/* On a source that has its run. */
static G_DEFINE_QUARK (gstream-run-stream-taken, taken)

/* Takes the source; what belongs to another run is left to that. */
static gboolean
take_makings (GstreamRunStreamPrivate  *priv,
              GError                  **error)
{
  if (priv->mux != NULL && gstream_stream_mux_get_pump (priv->mux) != NULL)
    {
      g_clear_object (&priv->mux);
      return refuse (error, "This mux belongs to another run: make one for each run");
    }
  if (priv->source == NULL)
    return refuse (error, "A run needs a source, and this one was made without");
  if (g_object_get_qdata (G_OBJECT (priv->source), taken_quark ()) != NULL)
    return refuse (error, "This source belongs to another run, and gives each event once: make one for each run, "
                          "or read one run several times, by a tee");
  if (priv->mux != NULL && !gstream_mux_check_builtins (priv->mux, error))
    return FALSE;

  g_object_set_qdata (G_OBJECT (priv->source), taken_quark (), GINT_TO_POINTER (TRUE));

  return TRUE;
}

/* Whoever made it so learns that from whatever is asked of it. */
static void
begin_failed (GstreamRunStreamPrivate *priv,
              const GError            *error)
{
  g_clear_object (&priv->source);
  begin_root (priv);
  close_mux (priv, error, FALSE);
}

void
gstream_run_stream_begin (GstreamRunStream *self)
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

/* What cannot come any more must not look like the end to whoever waits for it; NULL: nobody does. */
static GError *
make_drop_error (GstreamRunStreamPrivate *priv)
{
  if (priv->source == NULL || !gstream_pump_is_awaited (priv->pump))
    return NULL;

  return g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_CLOSED,
                              "The run was dropped while it was waited for: keep a reference to it until then");
}

void
gstream_run_stream_leave (GstreamRunStream *self)
{
  GstreamRunStreamPrivate *priv = gstream_run_stream_peek (self);

  g_autoptr (GError) error = NULL;

  if (priv->mux == NULL || priv->pump == NULL)
    return;

  error = make_drop_error (priv);
  gstream_mux_disown_works (priv->mux);
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
    gstream_pump_set_owner (priv->pump, NULL, NULL);
}
