/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The projection `tool_calls`: one handle per tool that starts (T4).
 */
#include "config.h"

#include <gstream/event/gstream-error-private.h>
#include <gstream/projections/gstream-tool-call-private.h>
#include <gstream/projections/gstream-tool-calls-transformer-private.h>
#include <gstream/stream/gstream-run-state-private.h>
#include <gstream/stream/gstream-stream-mux-private.h>

struct _GstreamToolCallsTransformer
{
  GstreamTransformer parent_instance;

  GstreamProjection *tool_calls; /* the transformer's own */
  GHashTable        *running;    /* id -> GstreamToolCall, NULL for one that nobody gets */
};

G_DEFINE_FINAL_TYPE (GstreamToolCallsTransformer, gstream_tool_calls_transformer, GSTREAM_TYPE_TRANSFORMER)

static void
unref_call (gpointer call)
{
  if (call != NULL)
    g_object_unref (call);
}

/* Calls without an id are taken for one: nothing tells them apart. */
static const char *
id_of (GstreamEvent *event)
{
  const char *id = gstream_event_get_facts (event)->key;

  return id ? id : "";
}

/* Takes @call out, which is NULL for one that nobody gets. FALSE: none of that id runs. */
static gboolean
take_out (GstreamToolCallsTransformer *self,
          const char                  *id,
          GstreamToolCall            **call)
{
  gpointer key = NULL;
  gpointer value = NULL;

  if (!g_hash_table_steal_extended (self->running, id, &key, &value))
    return FALSE;

  g_free (key);
  *call = value;

  return TRUE;
}

static void
end_call (GstreamToolCall *call,
          const GError    *error)
{
  if (call != NULL)
    gstream_tool_call_end (call, error ? GSTREAM_TOOL_CALL_STATUS_FAILED : GSTREAM_TOOL_CALL_STATUS_FINISHED, error);
}

static GstreamToolCall *
start (GstreamToolCallsTransformer *self,
       GstreamEvent                *event)
{
  GstreamStreamMux *mux = gstream_transformer_get_mux (GSTREAM_TRANSFORMER (self));
  g_autoptr (GstreamToolCall) before = NULL;
  GstreamToolCall *call = NULL;

  take_out (self, id_of (event), &before);
  if (gstream_projection_is_wanted (self->tool_calls))
    {
      call = gstream_tool_call_new (gstream_stream_mux_get_pump (mux), event);
      gstream_projection_push_item (self->tool_calls, (GstreamItem) { .p = g_object_ref (call) }, NULL);
    }
  g_hash_table_replace (self->running, g_strdup (id_of (event)), call);
  /* A tool that starts again under the same id: the first time has come to its end, without an output. */
  end_call (before, NULL);

  return call;
}

static void
take_delta (GstreamToolCallsTransformer *self,
            GstreamEvent                *event)
{
  gpointer call = NULL;

  /* A tool that was at work before this run was attached to: shown from here on. */
  if (!g_hash_table_lookup_extended (self->running, id_of (event), NULL, &call))
    call = start (self, event);
  if (call != NULL)
    gstream_tool_call_take_delta (call, event);
}

/* FALSE: nobody's, or it does not run, so that this ends nothing; it may have ended before. */
static gboolean
stop (GstreamToolCallsTransformer *self,
      GstreamEvent                *event,
      GstreamToolCall            **call)
{
  if (!take_out (self, id_of (event), call))
    g_debug ("The end of tool call “%s”, which does not run", id_of (event));

  return *call != NULL;
}

static void
finish (GstreamToolCallsTransformer *self,
        GstreamEvent                *event)
{
  g_autoptr (GstreamToolCall) call = NULL;

  if (stop (self, event, &call))
    gstream_tool_call_take_output (call, event);
}

static void
fail (GstreamToolCallsTransformer *self,
      GstreamEvent                *event)
{
  g_autoptr (GstreamToolCall) call = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (!stop (self, event, &call))
    return;

  text = gstream_error_dup_words_in (gstream_event_peek_item (event));
  error = gstream_run_error_new (text ? text : "The tool failed, and its source does not say why");
  end_call (call, error);
}

static gboolean
gstream_tool_calls_transformer_process (GstreamTransformer  *transformer,
                                        GstreamEvent        *event,
                                        GError             **error)
{
  GstreamToolCallsTransformer *self = GSTREAM_TOOL_CALLS_TRANSFORMER (transformer);

  switch ((int) gstream_event_get_facts (event)->step)
    {
    case GSTREAM_STEP_TOOL_STARTED:
      start (self, event);
      break;
    case GSTREAM_STEP_TOOL_DELTA:
      take_delta (self, event);
      break;
    case GSTREAM_STEP_TOOL_FINISHED:
      finish (self, event);
      break;
    case GSTREAM_STEP_TOOL_ERROR:
      fail (self, event);
      break;
    default:
      break; /* a step that this version does not know */
    }

  return TRUE;
}

/* --- a node that has become a subgraph (D4) --- */

gboolean
gstream_tool_calls_transformer_keeps (GstreamTransformer *transformer,
                                      GstreamNamespace   *ns)
{
  return g_hash_table_size (GSTREAM_TOOL_CALLS_TRANSFORMER (transformer)->running) > 0; /* which, its events tell */
}

/* What starts now is the subgraph's. */
gboolean
gstream_tool_calls_transformer_take_kept (GstreamTransformer *transformer,
                                          GstreamEvent       *event)
{
  GstreamToolCallsTransformer *self = GSTREAM_TOOL_CALLS_TRANSFORMER (transformer);
  GstreamToolCall *call = NULL;

  if (gstream_event_get_facts (event)->step == GSTREAM_STEP_TOOL_STARTED ||
      !g_hash_table_lookup_extended (self->running, id_of (event), NULL, (gpointer *) &call))
    return FALSE;
  if (call != NULL && !gstream_namespace_equal (call->namespace_, gstream_event_peek_namespace (event)))
    return FALSE;

  gstream_tool_calls_transformer_process (transformer, event, NULL);

  return TRUE;
}

/* --- the end --- */

static void
end_all (GstreamToolCallsTransformer *self,
         const GError                *error)
{
  GHashTableIter iter;
  gpointer id;

  /* Whoever is told of an end may do anything: begin anew with each. */
  for (;;)
    {
      g_autoptr (GstreamToolCall) call = NULL;

      g_hash_table_iter_init (&iter, self->running);
      if (!g_hash_table_iter_next (&iter, &id, NULL))
        return;
      take_out (self, id, &call);
      end_call (call, error);
    }
}

static gboolean
gstream_tool_calls_transformer_finish (GstreamTransformer  *transformer,
                                       GError             **error)
{
  end_all (GSTREAM_TOOL_CALLS_TRANSFORMER (transformer), NULL);

  return TRUE;
}

static void
gstream_tool_calls_transformer_fail (GstreamTransformer *transformer,
                                     const GError       *error)
{
  end_all (GSTREAM_TOOL_CALLS_TRANSFORMER (transformer), error);
}

static void
gstream_tool_calls_transformer_dispose (GObject *object)
{
  GstreamToolCallsTransformer *self = GSTREAM_TOOL_CALLS_TRANSFORMER (object);

  if (self->running != NULL)
    end_all (self, NULL);
  g_clear_pointer (&self->running, g_hash_table_unref);

  G_OBJECT_CLASS (gstream_tool_calls_transformer_parent_class)->dispose (object);
}

static void
gstream_tool_calls_transformer_class_init (GstreamToolCallsTransformerClass *klass)
{
  GstreamTransformerClass *transformer_class = GSTREAM_TRANSFORMER_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gstream_tool_calls_transformer_dispose;
  transformer_class->process = gstream_tool_calls_transformer_process;
  transformer_class->finish = gstream_tool_calls_transformer_finish;
  transformer_class->fail = gstream_tool_calls_transformer_fail;
}

static void
gstream_tool_calls_transformer_init (GstreamToolCallsTransformer *self)
{
  GstreamTransformer *transformer = GSTREAM_TRANSFORMER (self);

  self->running = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unref_call);
  self->tool_calls = gstream_transformer_add_projection (transformer, "tool_calls", GSTREAM_TYPE_TOOL_CALL);
}
