/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The way of one event: from the root's mux down to that of the subgraph it
 * occurred in, through the transformers of each that want it, and into the main
 * logs.
 *
 * Which muxes those are is found out once for a namespace and a method, and
 * kept until something changes where events go: a mux that has nothing to do
 * with an event does not cost it anything, however deep the event's namespace is.
 */
#include "config.h"

#include <gstream/stream/gstream-stream-mux-private.h>

/* More namespaces than this, and those that are not of late are forgotten. */
#define MAX_ROUTES 4096

/* What the run's own state, and what is said of a subgraph, is made of (R4, R10, T6, T8). */
#define OBSERVED ((1u << GSTREAM_METHOD_VALUES) | (1u << GSTREAM_METHOD_LIFECYCLE) | \
                  (1u << GSTREAM_METHOD_INPUT_REQUESTED) | (1u << GSTREAM_METHOD_TASKS))

/* --- the tree --- */

static void
route_free (gpointer data)
{
  GstreamRoute *self = data;

  for (guint i = 0; i < GSTREAM_N_METHODS; i++)
    g_free (self->chains[i]);
  gstream_namespace_unref (self->ns);
  g_free (self);
}

static void
release_child (gpointer data)
{
  GstreamStreamMux *child = data;

  if (child == NULL)
    return;

  child->root = NULL;
  g_object_unref (child);
}

GstreamMuxTree *
gstream_mux_tree_new (void)
{
  GstreamMuxTree *self = g_new0 (GstreamMuxTree, 1);

  self->muxes = g_hash_table_new_full (gstream_namespace_hash, gstream_namespace_equal,
                                       (GDestroyNotify) gstream_namespace_unref, release_child);
  self->buried = g_ptr_array_new_with_free_func (release_child);
  self->routes = g_hash_table_new_full (gstream_namespace_hash, gstream_namespace_equal, NULL, route_free);
  self->works = g_ptr_array_new ();

  return self;
}

static void
forget_routes (GstreamMuxTree *self)
{
  for (guint i = 0; i < GSTREAM_N_RECENT_ROUTES; i++)
    {
      g_clear_pointer (&self->recent[i].key, gstream_namespace_unref);
      self->recent[i].route = NULL;
    }
  g_hash_table_remove_all (self->routes);
}

void
gstream_mux_tree_free (GstreamMuxTree *self)
{
  g_assert (self->works->len == 0);

  g_clear_pointer (&self->passage.event, gstream_event_unref);
  forget_routes (self);
  g_hash_table_unref (self->routes);
  g_hash_table_unref (self->muxes);
  g_ptr_array_unref (self->buried);
  g_ptr_array_unref (self->works);
  g_clear_object (&self->cancellable);
  g_free (self);
}

void
gstream_mux_changed (GstreamStreamMux *self)
{
  if (self->root != NULL && self->root->tree != NULL)
    self->root->tree->generation++;
}

/* --- routes --- */

/* Whether the first @length segments of @ns are a scope: the root's, or that of a subgraph. */
static gboolean
find_scope (GstreamStreamMux  *root,
            GstreamNamespace  *ns,
            guint              length,
            GstreamStreamMux **mux)
{
  g_autoptr (GstreamNamespace) prefix = NULL;

  *mux = length == 0 ? root : NULL;
  if (length == 0)
    return TRUE;
  if (g_hash_table_size (root->tree->muxes) == 0)
    return FALSE;

  prefix = gstream_namespace_new_len ((const char * const *) ns->segments, length);

  return g_hash_table_lookup_extended (root->tree->muxes, prefix, NULL, (gpointer *) mux);
}

static GstreamRelation
relation_of (GstreamStreamMux *mux,
             GstreamRoute     *route)
{
  if (mux->scope->length == route->ns->length)
    return GSTREAM_RELATION_OWN;

  return mux->scope->length == route->depth ? GSTREAM_RELATION_NODE : GSTREAM_RELATION_BELOW;
}

static gboolean
is_observed (GstreamMethod   method,
             GstreamRelation relation)
{
  if ((OBSERVED & (1u << method)) == 0)
    return FALSE;

  return relation == GSTREAM_RELATION_OWN || method == GSTREAM_METHOD_INPUT_REQUESTED;
}

static inline GstreamTransformer **
get_steps (GstreamStreamMux *mux,
           GstreamRelation   relation,
           GstreamMethod     method)
{
  GstreamTransformer **steps = mux->steps[relation][method];

  return steps != NULL ? steps : gstream_mux_find_steps (mux, relation, method);
}

static gboolean
cares (GstreamStreamMux *mux,
       GstreamRoute     *route,
       GstreamMethod     method)
{
  GstreamRelation relation = relation_of (mux, route);

  if (mux->tree != NULL)
    return TRUE; /* the root counts every event (E4) */
  if (mux->state != GSTREAM_MUX_OPEN)
    return FALSE;

  return *get_steps (mux, relation, method) != NULL || is_observed (method, relation) ||
         gstream_projection_is_wanted (mux->log);
}

static GstreamStreamMux **
make_chain (GstreamStreamMux *root,
            GstreamRoute     *route,
            GstreamMethod     method)
{
  g_autoptr (GPtrArray) chain = g_ptr_array_new ();

  for (guint length = 0; length <= route->depth; length++)
    {
      GstreamStreamMux *mux;

      if (find_scope (root, route->ns, length, &mux) && mux != NULL && cares (mux, route, method))
        g_ptr_array_add (chain, mux);
    }
  g_ptr_array_add (chain, NULL);

  return (GstreamStreamMux **) g_ptr_array_free (g_steal_pointer (&chain), FALSE);
}

static void
refresh_route (GstreamStreamMux *root,
               GstreamRoute     *route)
{
  GstreamStreamMux *mux;

  for (guint i = 0; i < GSTREAM_N_METHODS; i++)
    g_clear_pointer (&route->chains[i], g_free);

  route->generation = root->tree->generation;
  route->depth = route->ns->length;
  while (!find_scope (root, route->ns, route->depth, &mux))
    route->depth--;
}

static GstreamRoute *
look_up_route (GstreamMuxTree   *tree,
               GstreamNamespace *ns)
{
  GstreamRoute *route = g_hash_table_lookup (tree->routes, ns);

  if (route != NULL)
    return route;

  if (g_hash_table_size (tree->routes) >= MAX_ROUTES)
    forget_routes (tree);
  route = g_new0 (GstreamRoute, 1);
  route->ns = gstream_namespace_ref (ns);
  route->generation = tree->generation - 1;
  g_hash_table_insert (tree->routes, route->ns, route);

  return route;
}

static inline GstreamRoute *
get_route (GstreamStreamMux *root,
           GstreamNamespace *ns)
{
  GstreamMuxTree *tree = root->tree;
  guint slot = (GPOINTER_TO_SIZE (ns) >> 4) % GSTREAM_N_RECENT_ROUTES;
  GstreamRoute *route;

  if (tree->recent[slot].key != ns)
    {
      route = look_up_route (tree, ns);
      g_clear_pointer (&tree->recent[slot].key, gstream_namespace_unref);
      tree->recent[slot].key = gstream_namespace_ref (ns);
      tree->recent[slot].route = route;
    }
  route = tree->recent[slot].route;
  if (route->generation != tree->generation)
    refresh_route (root, route);

  return route;
}

static inline GstreamStreamMux **
get_chain (GstreamStreamMux *root,
           GstreamRoute     *route,
           GstreamMethod     method)
{
  if (route->chains[method] == NULL)
    route->chains[method] = make_chain (root, route, method);

  return route->chains[method];
}

/* --- the main log --- */

/* Takes @event, and gives it back as it is logged. */
static inline GstreamEvent *
log_event (GstreamStreamMux *self,
           GstreamEvent     *event)
{
  if (self->tree != NULL)
    event = gstream_event_take_with_seq (event, ++self->tree->seq);
  if (gstream_projection_is_wanted (self->log))
    gstream_projection_push_item (self->log, (GstreamItem) { .p = gstream_event_ref (event) }, NULL);

  return event;
}

void
gstream_mux_append (GstreamStreamMux *self,
                    GstreamEvent     *event)
{
  gstream_event_unref (log_event (self, event));
}

/* --- the passage --- */

static void
put_in_place (GstreamStreamMux *root,
              GstreamEvent     *event)
{
  GstreamPassage *passage = &root->tree->passage;

  if (passage->event != NULL)
    gstream_event_unref (passage->event);
  passage->event = event;
  passage->facts = gstream_event_get_facts (event);
  passage->route = get_route (root, gstream_event_peek_namespace (event));
  passage->chain = get_chain (root, passage->route, passage->facts->method);
  passage->generation = root->tree->generation;
}

static void
end_passage (GstreamStreamMux *root)
{
  g_clear_pointer (&root->tree->passage.event, gstream_event_unref);
  if (root->tree->buried->len > 0)
    g_ptr_array_set_size (root->tree->buried, 0);
}

void
gstream_mux_cut_passage (GstreamStreamMux *root)
{
  if (root->tree->cancellable != NULL)
    g_cancellable_cancel (root->tree->cancellable);
}

/* The step in the lists of another event, or of the same after a change, that comes after that of @order. */
static void
seek_after (GstreamStreamMux *mux,
            GstreamPassage   *passage,
            guint             order)
{
  GstreamRelation relation = relation_of (mux, passage->route);
  GstreamTransformer **steps = get_steps (mux, relation, passage->facts->method);

  passage->step = 0;
  while (steps[passage->step] != NULL && gstream_transformer_get_order (steps[passage->step]) <= order)
    passage->step++;
}

/* The passage, where its event is past the first transformer of @mux; else NULL. */
static GstreamPassage *
find_passage (GstreamStreamMux *mux)
{
  GstreamMuxTree *tree = mux->root ? mux->root->tree : NULL;

  if (tree == NULL || tree->passage.event == NULL || tree->passage.step == 0 ||
      tree->passage.chain[tree->passage.level] != mux)
    return NULL;

  return &tree->passage;
}

static void
free_steps (GstreamStreamMux *mux)
{
  for (guint relation = 0; relation < GSTREAM_N_RELATIONS; relation++)
    for (guint method = 0; method < GSTREAM_N_METHODS; method++)
      g_clear_pointer (&mux->steps[relation][method], g_free);
}

void
gstream_mux_forget_steps (GstreamStreamMux *self)
{
  GstreamPassage *passage = find_passage (self);
  GstreamTransformer **steps;
  guint order;

  if (passage == NULL)
    free_steps (self);
  else
    {
      steps = get_steps (self, relation_of (self, passage->route), passage->facts->method);
      order = gstream_transformer_get_order (steps[passage->step - 1]);
      free_steps (self);
      seek_after (self, passage, order);
    }
  gstream_mux_changed (self);
}

/* After a transformer has seen the event: FALSE where the mux is open no more. */
static gboolean
accept_verdict (GstreamStreamMux   *root,
                GstreamStreamMux   *mux,
                GstreamTransformer *transformer,
                gboolean            passed,
                GError             *error)
{
  GstreamPassage *passage = &root->tree->passage;
  GstreamEvent *replacement = gstream_transformer_take_replacement (transformer);

  if (error != NULL)
    {
      g_clear_pointer (&replacement, gstream_event_unref);
      if (mux->state == GSTREAM_MUX_OPEN && mux->funcs != NULL)
        mux->funcs->failed (mux->owner, error);
      else
        g_error_free (error);
      return FALSE;
    }

  if (!passed)
    passage->suppressed = TRUE;
  if (replacement != NULL && passage->event != NULL)
    {
      put_in_place (root, replacement);
      seek_after (mux, passage, gstream_transformer_get_order (transformer));
      passage->moved = TRUE;
    }
  else
    g_clear_pointer (&replacement, gstream_event_unref);

  return mux->state == GSTREAM_MUX_OPEN;
}

static gboolean run_passage (GstreamStreamMux *root);

typedef enum
{
  PASSED,
  SUSPENDED,
  STOPPED,
} Progress;

typedef struct
{
  GstreamStreamMux *root;
  GstreamStreamMux *mux;
  gboolean          starting; /* inside process_async */
  Progress          progress; /* SUSPENDED until it has called back */
} AsyncStep;

static void
async_step_free (AsyncStep *step)
{
  g_object_unref (step->root);
  g_object_unref (step->mux);
  g_free (step);
}

/* Takes @step; FALSE: the next asynchronous transformer has the event. */
static gboolean
go_on (AsyncStep *step)
{
  gboolean done = TRUE;

  if (step->progress == STOPPED)
    end_passage (step->root);
  else
    done = run_passage (step->root);
  async_step_free (step);

  return done;
}

static void
on_processed (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  GstreamTransformer *transformer = GSTREAM_TRANSFORMER (object);
  AsyncStep *step = user_data;
  g_autoptr (GstreamPump) pump = gstream_pump_ref (step->root->pump);
  GError *error = NULL;
  gboolean passed;
  gboolean done;

  gstream_pump_enter (pump);
  passed = GSTREAM_TRANSFORMER_GET_CLASS (transformer)->process_finish (transformer, result, &error);
  step->progress = accept_verdict (step->root, step->mux, transformer, passed, error) ? PASSED : STOPPED;
  if (step->starting)
    {
      gstream_pump_leave (pump);
      return; /* who called process_async goes on */
    }

  done = go_on (step);
  gstream_pump_leave (pump);
  if (done)
    gstream_pump_resume (pump);
}

static Progress
start_async (GstreamStreamMux   *root,
             GstreamStreamMux   *mux,
             GstreamTransformer *transformer)
{
  AsyncStep *step = g_new (AsyncStep, 1);
  Progress progress;

  if (root->tree->cancellable == NULL)
    root->tree->cancellable = g_cancellable_new ();
  *step = (AsyncStep) { g_object_ref (root), g_object_ref (mux), TRUE, SUSPENDED };
  GSTREAM_TRANSFORMER_GET_CLASS (transformer)->process_async (transformer, root->tree->passage.event,
                                                              root->tree->cancellable, on_processed, step);
  step->starting = FALSE;
  progress = step->progress;
  if (progress != SUSPENDED)
    async_step_free (step);

  return progress;
}

static inline gboolean
is_wanted_by_name (GstreamTransformer   *transformer,
                   const GstreamPassage *passage)
{
  return passage->facts->method != GSTREAM_METHOD_OTHER ||
         gstream_transformer_wants_name (transformer, gstream_event_get_method (passage->event));
}

static inline gboolean
process (GstreamStreamMux   *root,
         GstreamStreamMux   *mux,
         GstreamTransformer *transformer)
{
  GError *error = NULL;
  gboolean passed;

  passed = GSTREAM_TRANSFORMER_GET_CLASS (transformer)->process (transformer, root->tree->passage.event, &error);

  return accept_verdict (root, mux, transformer, passed, error);
}

static inline Progress
pass_transformers (GstreamStreamMux *root,
                   GstreamStreamMux *mux)
{
  GstreamPassage *passage = &root->tree->passage;

  for (;;)
    {
      GstreamRelation relation = relation_of (mux, passage->route);
      GstreamTransformer *transformer = get_steps (mux, relation, passage->facts->method)[passage->step];

      if (transformer == NULL)
        return PASSED;

      passage->step++;
      if (!is_wanted_by_name (transformer, passage))
        continue;
      if (GSTREAM_TRANSFORMER_GET_CLASS (transformer)->process == NULL)
        {
          Progress progress = start_async (root, mux, transformer);

          if (progress != PASSED)
            return progress;
        }
      else if (!process (root, mux, transformer))
        return STOPPED;
    }
}

static inline void
leave_mux (GstreamStreamMux *root,
           GstreamStreamMux *mux)
{
  GstreamPassage *passage = &root->tree->passage;
  GstreamRelation relation = relation_of (mux, passage->route);

  if (!passage->suppressed)
    passage->event = log_event (mux, passage->event);
  if (mux->funcs != NULL && is_observed (passage->facts->method, relation))
    mux->funcs->observe (mux->owner, passage->event, relation);
}

/*
 * On to the next mux: found anew where the last one changed where events go, as the
 * discovery of a subgraph does, or put an event of another namespace in the place of this one.
 */
static inline void
go_deeper (GstreamStreamMux *root,
           GstreamStreamMux *mux)
{
  GstreamPassage *passage = &root->tree->passage;

  passage->step = 0;
  passage->suppressed = FALSE;
  passage->level++;
  if (passage->generation == root->tree->generation && !passage->moved)
    return;

  passage->moved = FALSE;
  put_in_place (root, gstream_event_ref (passage->event));
  passage->level = 0;
  while (passage->chain[passage->level] != NULL && passage->chain[passage->level]->scope->length <= mux->scope->length)
    passage->level++;
}

/* FALSE: an asynchronous transformer has the event. */
static gboolean
run_passage (GstreamStreamMux *root)
{
  GstreamPassage *passage = &root->tree->passage;
  GstreamStreamMux *mux;

  while ((mux = passage->chain[passage->level]) != NULL)
    {
      switch (pass_transformers (root, mux))
        {
        case SUSPENDED:
          return FALSE;
        case PASSED:
          leave_mux (root, mux);
          break;
        case STOPPED:
        default:
          break;
        }
      if (root->state != GSTREAM_MUX_OPEN)
        break;
      go_deeper (root, mux);
    }
  end_passage (root);

  return TRUE;
}

gboolean
gstream_stream_mux_dispatch (GstreamStreamMux *self,
                             GstreamEvent     *event)
{
  GstreamPassage *passage = &self->tree->passage;
  gboolean done;

  g_assert (passage->event == NULL);

  if (self->state != GSTREAM_MUX_OPEN)
    {
      gstream_event_unref (event);
      return TRUE;
    }

  self->started = TRUE;
  self->dispatching = TRUE;
  passage->level = passage->step = 0;
  passage->suppressed = passage->moved = FALSE;
  put_in_place (self, event);
  if (passage->facts->method == GSTREAM_METHOD_LIFECYCLE)
    self->tree->lifecycle_seen = TRUE;
  done = run_passage (self);
  self->dispatching = FALSE;
  if (G_UNLIKELY (self->reprieved))
    g_object_unref (self);

  return done;
}
