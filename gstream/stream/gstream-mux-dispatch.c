/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The way of one event: from stop to stop, through the transformers that want it
 * and into the main logs.
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
#include <gstream/stream/gstream-stream-mux-private.h>

/* How deep subgraphs may lie in each other: more is a mistake, and would cost its square. */
#define MAX_DEPTH 256

/* --- the main log --- */

/* Takes @event, and gives it back as it is logged. */
static inline GstreamEvent *
log_event (GstreamStreamMux *self,
           GstreamEvent     *event,
           gboolean          is_wanted)
{
  if (self->tree != NULL)
    event = gstream_event_take_with_seq (event, ++self->tree->seq);
  if (is_wanted)
    gstream_projection_push_item (self->log, (GstreamItem) { .p = gstream_event_ref (event) }, NULL);

  return event;
}

void
gstream_mux_append (GstreamStreamMux *self,
                    GstreamEvent     *event)
{
  gstream_event_unref (log_event (self, event, gstream_projection_is_wanted (self->log)));
}

/* --- the passage --- */

/* FALSE: it lies deeper than anything can. */
static gboolean
check_depth (GstreamStreamMux *root,
             GstreamNamespace *ns)
{
  if (G_LIKELY (ns->length <= MAX_DEPTH))
    return TRUE;

  root->funcs->failed (root->owner, g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE,
                                                 "An event's namespace has %u segments; at most %u were expected",
                                                 ns->length, MAX_DEPTH));

  return FALSE;
}

/* NULL: it lies deeper than anything can. */
static inline const GstreamStop *
get_chain (GstreamStreamMux *root,
           GstreamEvent     *event,
           GstreamNamespace *ns,
           GstreamMethod     method)
{
  GstreamMuxTree *tree = root->tree;
  GstreamRoute *route = tree->first.route;

  if (tree->first.ns == ns && route->generation == tree->generation && route->chains[method] != NULL)
    return route->chains[method];

  return check_depth (root, ns) ? gstream_mux_find_chain (root, event, ns, method) : NULL;
}

/* What some events say of scopes counts before any transformer sees them; that of others is asked for where it may be new. */
static inline gboolean
is_noted (GstreamMethod method)
{
  return ((1u << method) & ((1u << GSTREAM_METHOD_LIFECYCLE) | (1u << GSTREAM_METHOD_TASKS))) != 0;
}

/* Takes @event. FALSE: it goes nowhere. */
static inline gboolean
set_out (GstreamStreamMux *root,
         GstreamEvent     *event)
{
  GstreamPassage *passage = &root->tree->passage;
  GstreamMethod method = gstream_event_get_fields (event)->method;
  GstreamNamespace *ns = gstream_event_peek_namespace (event);

  passage->event = event;
  passage->claimer = NULL; /* before the way is found, which it decides */
  if (G_UNLIKELY (is_noted (method)))
    {
      ns = gstream_mux_find_place (root, event);
      if (!check_depth (root, ns))
        return FALSE;
      gstream_mux_note (root, event, ns);
    }
  passage->next = get_chain (root, event, ns, method);
  passage->generation = root->tree->generation;
  passage->suppressor = NULL;

  return passage->next != NULL;
}

static G_ALWAYS_INLINE inline void
end_passage (GstreamStreamMux *root)
{
  gstream_passage_clear (&root->tree->passage);
  if (G_UNLIKELY (root->tree->is_untidy))
    gstream_mux_tidy (root);
}

void
gstream_mux_cut_passage (GstreamStreamMux *root)
{
  if (root->tree->cancellable != NULL)
    g_cancellable_cancel (root->tree->cancellable);
}

void
gstream_mux_replace (gpointer            mux,
                     GstreamTransformer *transformer,
                     GstreamEvent       *event)
{
  GstreamStreamMux *self = mux;
  GstreamPassage *passage = self->root != NULL ? &self->root->tree->passage : NULL;

  /* The run may be over by the time an asynchronous one comes to this; and one that is told of its failure has had its say. */
  if (passage == NULL || self->state != GSTREAM_MUX_OPEN || passage->event == NULL ||
      passage->next[-1].transformer != transformer)
    return;

  gstream_event_ref (event);
  g_clear_pointer (&passage->replacement, gstream_event_unref);
  passage->replacement = event;
}

/*
 * The rest of the way, found anew, because something has changed where events go, as
 * the discovery of a subgraph does, or because another event is on it now, maybe of
 * another namespace: what comes after the transformer of @order in @mux, and below it.
 */
static void
find_rest (GstreamStreamMux *root,
           GstreamStreamMux *mux,
           guint             order)
{
  GstreamPassage *passage = &root->tree->passage;

  g_free (passage->rest);
  passage->rest = gstream_mux_find_rest (root, passage->event, mux, order);
  passage->next = passage->rest;
  passage->generation = root->tree->generation;
}

/* Takes @error: FALSE where the mux is open no more, or there is one. */
static gboolean
check_open (GstreamStreamMux *mux,
            GError           *error)
{
  if (error == NULL)
    return mux->state == GSTREAM_MUX_OPEN;

  if (mux->state == GSTREAM_MUX_OPEN && mux->funcs != NULL)
    mux->funcs->failed (mux->owner, error);
  else
    g_error_free (error);

  return FALSE;
}

/* After a transformer has seen the event, and something has come of it. */
static void
take_consequences (GstreamStreamMux   *root,
                   GstreamStreamMux   *mux,
                   GstreamTransformer *transformer,
                   gboolean            passed,
                   GError             *error)
{
  GstreamPassage *passage = &root->tree->passage;
  g_autoptr (GstreamEvent) replacement = g_steal_pointer (&passage->replacement);

  if (!check_open (mux, error))
    {
      find_rest (root, mux, GSTREAM_ORDER_LEFT);
      return;
    }

  if (!passed)
    passage->suppressor = mux;
  if (replacement != NULL)
    {
      gstream_event_unref (passage->event);
      passage->event = g_steal_pointer (&replacement);
      gstream_mux_note (root, passage->event, gstream_mux_find_place (root, passage->event));
      find_rest (root, mux, gstream_transformer_get_order (transformer));
    }
  else if (passage->generation != root->tree->generation)
    find_rest (root, mux, gstream_transformer_get_order (transformer));
}

/* A mux that is closed has changed where events go. */
static inline void
accept_verdict (GstreamStreamMux   *root,
                GstreamStreamMux   *mux,
                GstreamTransformer *transformer,
                gboolean            passed,
                GError             *error)
{
  GstreamPassage *passage = &root->tree->passage;

  if (G_UNLIKELY (!passed || error != NULL || passage->replacement != NULL ||
                  passage->generation != root->tree->generation))
    take_consequences (root, mux, transformer, passed, error);
}

/* --- asynchronous transformers --- */

static gboolean run_passage (GstreamStreamMux *root);

typedef struct
{
  GstreamStreamMux *root;
  GstreamStreamMux *mux;
  gboolean          starting; /* inside process_async */
  gboolean          done;     /* it has called back */
} AsyncVisit;

static void
async_visit_free (AsyncVisit *visit)
{
  g_object_unref (visit->root);
  g_object_unref (visit->mux);
  g_free (visit);
}

static void
on_processed (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  GstreamTransformer *transformer = GSTREAM_TRANSFORMER (object);
  AsyncVisit *visit = user_data;
  g_autoptr (GstreamPump) pump = gstream_pump_ref (visit->root->pump);
  GError *error = NULL;
  gboolean passed;
  gboolean arrived = FALSE;

  gstream_pump_enter (pump);
  passed = GSTREAM_TRANSFORMER_GET_CLASS (transformer)->process_finish (transformer, result, &error);
  accept_verdict (visit->root, visit->mux, transformer, passed, error);
  visit->done = TRUE;
  if (!visit->starting) /* else who called process_async goes on */
    {
      arrived = run_passage (visit->root);
      async_visit_free (visit);
    }
  gstream_pump_leave (pump);
  if (arrived)
    gstream_pump_resume (pump);
}

/* FALSE: it has the event. */
static gboolean
process_async (GstreamStreamMux   *root,
               GstreamStreamMux   *mux,
               GstreamTransformer *transformer)
{
  AsyncVisit *visit = g_new (AsyncVisit, 1);
  gboolean done;

  if (root->tree->cancellable == NULL)
    root->tree->cancellable = g_cancellable_new ();
  *visit = (AsyncVisit) { g_object_ref (root), g_object_ref (mux), TRUE, FALSE };
  GSTREAM_TRANSFORMER_GET_CLASS (transformer)->process_async (transformer, root->tree->passage.event,
                                                              root->tree->cancellable, on_processed, visit);
  visit->starting = FALSE;
  done = visit->done;
  if (done)
    async_visit_free (visit);

  return done;
}

/* --- the way --- */

static inline gboolean
is_wanted_by_name (GstreamTransformer *transformer,
                   GstreamEvent       *event)
{
  return gstream_event_get_fields (event)->method != GSTREAM_METHOD_OTHER ||
         gstream_transformer_wants_name (transformer, gstream_event_get_method (event));
}

/* FALSE: an asynchronous transformer has the event. */
static inline gboolean
visit (GstreamStreamMux  *root,
       const GstreamStop *stop)
{
  GstreamStreamMux *mux = stop->mux;
  GstreamTransformer *transformer = stop->transformer;
  GError *error = NULL;
  gboolean passed;

  if (!is_wanted_by_name (transformer, root->tree->passage.event))
    return TRUE;
  if (stop->process == NULL)
    return process_async (root, mux, transformer);

  passed = stop->process (transformer, root->tree->passage.event, &error);
  accept_verdict (root, mux, transformer, passed, error);

  return TRUE;
}

static inline void
leave (GstreamStreamMux  *root,
       const GstreamStop *stop)
{
  GstreamPassage *passage = &root->tree->passage;
  GstreamStreamMux *mux = stop->mux;

  if (passage->suppressor != mux)
    passage->event = log_event (mux, passage->event, stop->is_logged);
  if (stop->is_observed && mux->funcs != NULL)
    mux->funcs->observe (mux->owner, passage->event, stop->relation);

  if (passage->generation != root->tree->generation)
    find_rest (root, mux, GSTREAM_ORDER_LEFT);
}

/* FALSE: an asynchronous transformer has the event. */
static gboolean
run_passage (GstreamStreamMux *root)
{
  GstreamPassage *passage = &root->tree->passage;
  const GstreamStop *stop;

  while (root->state == GSTREAM_MUX_OPEN && (stop = passage->next)->mux != NULL)
    {
      passage->next++;
      if (stop->transformer == NULL)
        leave (root, stop);
      else if (!visit (root, stop))
        return FALSE;
    }
  end_passage (root);

  return TRUE;
}

static gboolean
give_up (GstreamStreamMux *root)
{
  end_passage (root);

  return TRUE;
}

gboolean
gstream_stream_mux_dispatch (GstreamStreamMux *self,
                             GstreamEvent     *event)
{
  gboolean arrived;

  g_assert (self->tree->passage.event == NULL);

  if (self->state != GSTREAM_MUX_OPEN)
    {
      gstream_event_unref (event);
      return TRUE;
    }

  self->started = TRUE;
  self->dispatching = TRUE;
  arrived = set_out (self, event) ? run_passage (self) : give_up (self);
  self->dispatching = FALSE;
  if (G_UNLIKELY (self->reprieved))
    g_object_unref (self);

  return arrived;
}
