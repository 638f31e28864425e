/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where events go: the stops of an event, from the root's mux down to that of the
 * subgraph it occurs in.
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
forget_routes (GstreamMuxTree *self)
{
  g_clear_pointer (&self->first.ns, gstream_namespace_unref);
  for (guint i = 0; self->recent != NULL && i < N_RECENT; i++)
    g_clear_pointer (&self->recent[i].ns, gstream_namespace_unref);
  g_clear_pointer (&self->routes, g_hash_table_unref);
}

/* It comes to its end alone. */
static void
leave_root (GstreamStreamMux *mux)
{
  mux->root = NULL;
  mux->delayed = FALSE;
}

void
gstream_mux_tree_free (GstreamMuxTree *self)
{
  GList *link;

  g_assert (self->works == NULL || self->works->len == 0);

  while ((link = g_queue_pop_head_link (&self->enders)) != NULL)
    leave_root (link->data);

  gstream_passage_clear (&self->passage);
  forget_routes (self);
  g_free (self->recent);
  gstream_places_clear (&self->scopes);
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

/* The innermost subgraph that @ns is in; NULL: the root. */
static GstreamScope *
find_innermost (GstreamMuxTree   *tree,
                GstreamNamespace *ns)
{
  GstreamScope *scope = gstream_mux_tree_find (tree, ns);

  for (guint length = ns->length; scope == NULL && length > 1 && tree->scopes.table != NULL; length--)
    {
      g_autoptr (GstreamNamespace) above = gstream_namespace_new_len ((const char * const *) ns->segments, length - 1);

      scope = gstream_mux_tree_find (tree, above);
    }
  while (scope != NULL && !scope->is_subgraph)
    scope = (GstreamScope *) scope->place.parent;

  return scope;
}

/* The subgraph just below @mux that the event is in; NULL: none. */
static GstreamScope *
find_below (GstreamRoute     *route,
            GstreamStreamMux *mux)
{
  GstreamScope *scope = route->scope;

  while (scope != NULL && scope->place.ns->length > mux->scope->length + 1)
    scope = (GstreamScope *) scope->place.parent;

  return scope != NULL && scope->place.ns->length == mux->scope->length + 1 ? scope : NULL;
}

static GstreamRelation
relation_of (GstreamStreamMux *mux,
             GstreamRoute     *route,
             GstreamScope     *below)
{
  if (mux->scope->length == route->ns->length)
    return GSTREAM_RELATION_OWN;
  if (below == NULL)
    return GSTREAM_RELATION_NODE;

  return below->is_shown ? GSTREAM_RELATION_BELOW : GSTREAM_RELATION_BIRTH;
}

static gboolean
is_observed (GstreamMethod   method,
             GstreamRelation relation)
{
  if ((OBSERVED & (1u << method)) == 0)
    return FALSE;

  return relation == GSTREAM_RELATION_OWN || method == GSTREAM_METHOD_INPUT_REQUESTED;
}

/* --- what began while a namespace was a node (D4) --- */

/* The event is at a subgraph by now, and may go on with what began at the node that it was. */
static gboolean
process_kept (GstreamTransformer  *transformer,
              GstreamEvent        *event,
              GError             **error)
{
  GstreamStreamMux *mux = gstream_transformer_get_mux (transformer);
  int index = gstream_mux_get_builtin_index (transformer);
  GstreamPassage *passage = &mux->root->tree->passage;

  if (!gstream_builtins[index].take_kept (transformer, event))
    return TRUE;

  passage->claimer = mux;
  passage->generation = mux->root->tree->generation - 1; /* the rest of the way is another one */

  return TRUE;
}

static gboolean
is_kept (GstreamTransformer *transformer,
         GstreamRoute       *route,
         GstreamScope       *below)
{
  int index = gstream_mux_get_builtin_index (transformer);

  return below != NULL && below == route->scope && below->place.ns->length == route->ns->length && index >= 0 &&
         (below->kept & (1u << index)) != 0;
}

/* --- stops --- */

/* The parent's built-ins have what goes on there, so that those of the subgraph do not. */
static GstreamRelation
relation_to (GstreamTransformer *transformer,
             GstreamStreamMux   *mux,
             GstreamRelation     relation)
{
  GstreamStreamMux *claimer = mux->root->tree->passage.claimer;

  if (claimer == NULL || claimer == mux || gstream_mux_get_builtin_index (transformer) < 0)
    return relation;

  return GSTREAM_RELATION_BELOW;
}

/* Those of the transformers of @mux that want the event and come after @order. */
static void
add_visits (GArray           *stops,
            GstreamStreamMux *mux,
            GstreamRoute     *route,
            GstreamRelation   relation,
            GstreamMethod     method,
            gint64            after)
{
  GstreamScope *below = find_below (route, mux);

  gstream_mux_rouse_builtins (mux, relation, method);
  for (guint i = 0; i < mux->transformers->len; i++)
    {
      GstreamTransformer *transformer = g_ptr_array_index (mux->transformers, i);
      GstreamTransformerClass *klass = GSTREAM_TRANSFORMER_GET_CLASS (transformer);
      GstreamStop stop = { .mux = mux, .transformer = transformer, .process = klass->process };

      if (gstream_transformer_get_order (transformer) <= after ||
          (klass->process == NULL && klass->process_async == NULL))
        continue;
      if (is_kept (transformer, route, below) &&
          gstream_transformer_wants_at (transformer, GSTREAM_RELATION_NODE, method))
        stop.process = process_kept;
      else if (!gstream_transformer_wants_at (transformer, relation_to (transformer, mux, relation), method))
        continue;
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
  GstreamRelation relation = relation_of (mux, route, find_below (route, mux));
  GstreamStop leave = { .mux = mux, .relation = relation, .is_observed = is_observed (method, relation),
                        .is_logged = gstream_projection_is_wanted (mux->log) };

  add_visits (stops, mux, route, relation, method, after);
  if (leave.is_observed || leave.is_logged || mux->tree != NULL) /* the root counts every event (E4) */
    g_array_append_val (stops, leave);
}

/* From the one that is @length segments long down to @scope. */
static void
add_scopes (GArray        *stops,
            GstreamScope  *scope,
            GstreamRoute  *route,
            GstreamMethod  method,
            guint          length)
{
  if (scope == NULL || scope->place.ns->length < length)
    return;

  add_scopes (stops, (GstreamScope *) scope->place.parent, route, method, length);
  if (scope->mux != NULL && scope->mux->state == GSTREAM_MUX_OPEN)
    add_mux (stops, scope->mux, route, method, -1);
}

/* From the scope that is @length segments long on down. */
static GstreamStop *
find_stops (GArray           *stops,
            GstreamStreamMux *root,
            GstreamRoute     *route,
            GstreamMethod     method,
            guint             length)
{
  if (length == 0)
    add_mux (stops, root, route, method, -1);
  add_scopes (stops, route->scope, route, method, length);
  g_array_append_val (stops, (GstreamStop) { NULL });

  return g_memdup2 (stops->data, stops->len * sizeof (GstreamStop));
}

static void
refresh_route (GstreamStreamMux *root,
               GstreamRoute     *route)
{
  for (guint i = 0; i < GSTREAM_N_METHODS; i++)
    g_clear_pointer (&route->chains[i], g_free);

  route->generation = root->tree->generation;
  route->scope = find_innermost (root->tree, route->ns);
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

guint
gstream_mux_get_seen (GstreamMuxTree   *self,
                      GstreamNamespace *ns)
{
  GstreamRoute *route = self->routes ? g_hash_table_lookup (self->routes, ns) : NULL;

  return route ? route->seen : 0;
}

const GstreamStop *
gstream_mux_find_chain (GstreamStreamMux *root,
                        GstreamEvent     *event,
                        GstreamNamespace *ns,
                        GstreamMethod     method)
{
  GstreamRoute *route = get_route (root, ns);

  if (route->chains[method] == NULL)
    {
      g_autoptr (GArray) stops = g_array_new (FALSE, FALSE, sizeof (GstreamStop));

      gstream_mux_note (root, event, ns); /* the first of its method there: it may say what the namespace is */
      route = get_route (root, ns);
      route->seen |= 1u << method;
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
  GstreamMethod method = gstream_event_get_fields (event)->method;
  GstreamRoute *route = get_route (root, gstream_stream_mux_peek_place (root));
  g_autoptr (GArray) stops = g_array_new (FALSE, FALSE, sizeof (GstreamStop));

  if (order != GSTREAM_ORDER_LEFT)
    add_mux (stops, mux, route, method, order);

  return find_stops (stops, root, route, method, mux->scope->length + 1);
}

gboolean
gstream_mux_owns (gpointer      mux,
                  GstreamEvent *event)
{
  GstreamStreamMux *self = mux;
  GstreamPassage *passage = self->root != NULL ? &self->root->tree->passage : NULL;
  GstreamNamespace *ns = gstream_event_peek_namespace (event);
  GstreamScope *scope;

  if (passage == NULL)
    return gstream_namespace_equal (ns, self->scope);
  if (passage->event == event && passage->claimer != NULL)
    return passage->claimer == self;

  scope = get_route (self->root, passage->event == event ? gstream_stream_mux_peek_place (self) : ns)->scope;

  return scope != NULL ? gstream_namespace_equal (scope->place.ns, self->scope) : self == self->root;
}
