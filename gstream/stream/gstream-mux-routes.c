/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where events go: the subgraphs that a tree of muxes knows of, and the stops of
 * an event, from the root's mux down to that of the subgraph it occurs in.
 *
 * They are found out once for a namespace and a method, and kept until something
 * changes where events go: a mux or a transformer that has nothing to do with an
 * event does not cost it anything, however deep the event's namespace is.
 */
#include "config.h"

#include <gstream/stream/gstream-stream-mux-private.h>

/* Namespaces that are found by pointer: a power of two. */
#define N_RECENT 16

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

void
gstream_mux_tree_insert (GstreamMuxTree   *self,
                         GstreamNamespace *scope,
                         GstreamStreamMux *child)
{
  if (self->muxes == NULL)
    self->muxes = g_hash_table_new_full (gstream_namespace_hash, gstream_namespace_equal,
                                         (GDestroyNotify) gstream_namespace_unref, release_child);
  g_hash_table_replace (self->muxes, gstream_namespace_ref (scope), child);
}

gboolean
gstream_mux_tree_lookup (GstreamMuxTree    *self,
                         GstreamNamespace  *scope,
                         GstreamStreamMux **mux)
{
  *mux = NULL;

  return self->muxes != NULL && g_hash_table_lookup_extended (self->muxes, scope, NULL, (gpointer *) mux);
}

void
gstream_mux_tree_bury (GstreamMuxTree   *self,
                       GstreamStreamMux *mux)
{
  gpointer scope;

  /* An event on its way may be in it right now. */
  if (self->buried == NULL)
    self->buried = g_ptr_array_new_with_free_func (release_child);
  g_hash_table_steal_extended (self->muxes, mux->scope, &scope, NULL);
  g_hash_table_insert (self->muxes, scope, NULL);
  g_ptr_array_add (self->buried, mux);
  if (self->passage.event == NULL)
    g_clear_pointer (&self->buried, g_ptr_array_unref);
}

static void
forget_routes (GstreamMuxTree *self)
{
  g_clear_pointer (&self->first.ns, gstream_namespace_unref);
  for (guint i = 0; self->recent != NULL && i < N_RECENT; i++)
    g_clear_pointer (&self->recent[i].ns, gstream_namespace_unref);
  g_clear_pointer (&self->routes, g_hash_table_unref);
}

void
gstream_mux_tree_free (GstreamMuxTree *self)
{
  g_assert (self->works == NULL || self->works->len == 0);

  gstream_passage_clear (&self->passage);
  forget_routes (self);
  g_free (self->recent);
  g_clear_pointer (&self->muxes, g_hash_table_unref);
  g_clear_pointer (&self->buried, g_ptr_array_unref);
  g_clear_pointer (&self->works, g_ptr_array_unref);
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
  if (root->tree->muxes == NULL)
    return FALSE;

  prefix = gstream_namespace_new_len ((const char * const *) ns->segments, length);

  return gstream_mux_tree_lookup (root->tree, prefix, mux);
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

/* --- stops --- */

/* Those of the transformers of @mux that want the event and come after @order. */
static void
add_visits (GArray           *stops,
            GstreamStreamMux *mux,
            GstreamRelation   relation,
            GstreamMethod     method,
            gint64            after)
{
  gstream_mux_rouse_builtins (mux, relation, method);
  for (guint i = 0; i < mux->transformers->len; i++)
    {
      GstreamTransformer *transformer = g_ptr_array_index (mux->transformers, i);
      GstreamTransformerClass *klass = GSTREAM_TRANSFORMER_GET_CLASS (transformer);
      GstreamStop stop = { .mux = mux, .transformer = transformer, .process = klass->process };

      if (gstream_transformer_get_order (transformer) > after &&
          (klass->process != NULL || klass->process_async != NULL) &&
          gstream_transformer_wants_at (transformer, relation, method))
        g_array_append_val (stops, stop);
    }
}

/* What remains to be done in @mux after the transformer of @order; -1: all. */
static void
add_mux (GArray           *stops,
         GstreamStreamMux *mux,
         GstreamRoute     *route,
         GstreamMethod     method,
         gint64            after)
{
  GstreamRelation relation = relation_of (mux, route);
  GstreamStop leave = { .mux = mux, .relation = relation, .is_observed = is_observed (method, relation),
                        .is_logged = gstream_projection_is_wanted (mux->log) };

  add_visits (stops, mux, relation, method, after);
  if (leave.is_observed || leave.is_logged || mux->tree != NULL) /* the root counts every event (E4) */
    g_array_append_val (stops, leave);
}

/* From the scope that is @length segments long on down. */
static GstreamStop *
find_stops (GArray           *stops,
            GstreamStreamMux *root,
            GstreamRoute     *route,
            GstreamMethod     method,
            guint             length)
{
  for (; length <= route->depth; length++)
    {
      GstreamStreamMux *mux;

      if (find_scope (root, route->ns, length, &mux) && mux != NULL &&
          (mux == root || mux->state == GSTREAM_MUX_OPEN))
        add_mux (stops, mux, route, method, -1);
    }
  g_array_append_val (stops, (GstreamStop) { NULL });

  return g_memdup2 (stops->data, stops->len * sizeof (GstreamStop));
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
  GstreamRoute *route = tree->routes ? g_hash_table_lookup (tree->routes, ns) : NULL;

  if (route != NULL)
    return route;

  if (tree->routes != NULL && g_hash_table_size (tree->routes) >= MAX_ROUTES)
    forget_routes (tree);
  if (tree->routes == NULL)
    tree->routes = g_hash_table_new_full (gstream_namespace_hash, gstream_namespace_equal, NULL, route_free);
  route = g_new0 (GstreamRoute, 1);
  route->ns = gstream_namespace_ref (ns);
  route->generation = tree->generation - 1;
  g_hash_table_insert (tree->routes, route->ns, route);

  return route;
}

static void
remember (GstreamRecent    *self,
          GstreamNamespace *ns,
          GstreamRoute     *route)
{
  gstream_namespace_ref (ns);
  g_clear_pointer (&self->ns, gstream_namespace_unref);
  self->ns = ns;
  self->route = route;
}

/* Most runs have one namespace or few; of the others, those of late are found by pointer too. */
static GstreamRecent *
get_recent (GstreamMuxTree   *tree,
            GstreamNamespace *ns)
{
  if (tree->first.ns == NULL)
    return &tree->first;

  if (tree->recent == NULL)
    tree->recent = g_new0 (GstreamRecent, N_RECENT);

  return &tree->recent[(GPOINTER_TO_SIZE (ns) >> 4) % N_RECENT];
}

static GstreamRoute *
get_route (GstreamStreamMux *root,
           GstreamNamespace *ns)
{
  GstreamMuxTree *tree = root->tree;
  GstreamRecent *recent = tree->first.ns == ns ? &tree->first : get_recent (tree, ns);

  if (recent->ns != ns)
    remember (recent, ns, look_up_route (tree, ns));
  if (recent->route->generation != tree->generation)
    refresh_route (root, recent->route);

  return recent->route;
}

const GstreamStop *
gstream_mux_find_chain (GstreamStreamMux *root,
                        GstreamNamespace *ns,
                        GstreamMethod     method)
{
  GstreamRoute *route = get_route (root, ns);

  if (route->chains[method] == NULL)
    {
      g_autoptr (GArray) stops = g_array_new (FALSE, FALSE, sizeof (GstreamStop));

      route->chains[method] = find_stops (stops, root, route, method, 0);
    }

  return route->chains[method];
}

GstreamStop *
gstream_mux_find_rest (GstreamStreamMux *root,
                       GstreamEvent     *event,
                       GstreamStreamMux *mux,
                       guint             order)
{
  GstreamMethod method = gstream_event_get_facts (event)->method;
  GstreamRoute *route = get_route (root, gstream_event_peek_namespace (event));
  g_autoptr (GArray) stops = g_array_new (FALSE, FALSE, sizeof (GstreamStop));

  if (order != GSTREAM_ORDER_LEFT)
    add_mux (stops, mux, route, method, order);

  return find_stops (stops, root, route, method, mux->scope->length + 1);
}
