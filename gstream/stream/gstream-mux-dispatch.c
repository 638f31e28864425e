/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Dispatches events in a tree of muxes. Finds out from the events which namespaces are subgraphs (D4), and has the
 * muxes of these. Plans the steps of an event, from the root's mux down to that of its subgraph: once for each
 * namespace and method, and again when something changes the routing. Executes these steps.
 */
#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/event/gstream-payload-internal.h>
#include <gstream/stream/gstream-stream-mux-private.h>

/* --- what is known of scopes --- */

static void
release_mux (gpointer data)
{
  GstreamStreamMux *mux = data;

  if (!mux->delayed) /* otherwise the root still waits for it */
    mux->root = NULL;
  g_object_unref (mux);
}

static void
clear_scope (gpointer data)
{
  GstreamScope *self = data;

  g_clear_pointer (&self->mux, release_mux);
  g_free (self->graph_name);
  g_clear_pointer (&self->cause, gstream_payload_unref);
}

GstreamMuxTree *
gstream_mux_tree_new (void)
{
  GstreamMuxTree *self = g_new0 (GstreamMuxTree, 1);

  gstream_places_init (&self->scopes, sizeof (GstreamScope), clear_scope);

  return self;
}

GstreamScope *
gstream_mux_tree_find (GstreamMuxTree   *self,
                       GstreamNamespace *ns)
{
  return (GstreamScope *) gstream_places_find (&self->scopes, ns);
}

/* --- what began at a node and goes on in a subgraph (D4) --- */

/* Returns the index of the built-in that @transformer is; negative: it is not built in. */
static int
get_builtin_index (GstreamTransformer *transformer)
{
  guint order = gstream_transformer_get_order (transformer);

  return order >= GSTREAM_ORDER_BUILTINS && order < GSTREAM_ORDER_BUILTINS + gstream_stream_mux_n_builtins
             ? (int) (order - GSTREAM_ORDER_BUILTINS)
             : -1;
}

/*
 * Returns the bits of the built-ins of @self that may have unfinished items from @ns, which has been a node of its
 * scope until now. @seen: the methods that have occurred there.
 */
static guint
list_kept (GstreamStreamMux *self,
           GstreamNamespace *ns,
           guint             seen)
{
  guint kept = 0;

  for (guint i = 0; i < self->transformers->len; i++)
    {
      GstreamTransformer   *transformer = g_ptr_array_index (self->transformers, i);
      int                   index = get_builtin_index (transformer);
      const GstreamBuiltin *builtin = index >= 0 ? &gstream_stream_mux_builtins[index] : NULL;

      if (builtin != NULL && builtin->keeps != NULL &&
          ((builtin->wants[GSTREAM_RELATION_NODE] & seen) != 0 || builtin->keeps (transformer, ns)))
        kept |= 1u << index;
    }

  return kept;
}

/* Returns the bits of the methods that have recently occurred at @ns. */
static guint
get_seen (GstreamMuxTree   *self,
          GstreamNamespace *ns)
{
  GstreamRoute *route = self->routes ? g_hash_table_lookup (self->routes, ns) : NULL;

  return route ? route->seen : 0;
}

/* --- how they come to be known --- */

static void
become_subgraph (GstreamStreamMux *root,
                 GstreamScope     *scope)
{
  GstreamScope     *parent = (GstreamScope *) scope->place.parent;
  GstreamStreamMux *mux = parent != NULL ? parent->mux : root;

  scope->is_subgraph = TRUE;
  if (mux != NULL && mux->state == GSTREAM_MUX_OPEN)
    scope->kept = list_kept (mux, scope->place.ns, get_seen (root->tree, scope->place.ns));
  gstream_stream_mux_changed (root);
}

/* Makes @ns the namespace of a subgraph, if it is not yet (D4). */
static void
learn (GstreamStreamMux *root,
       GstreamNamespace *ns)
{
  GstreamScope *scope = (GstreamScope *) gstream_places_get (&root->tree->scopes, ns, 0);
  GstreamPlace *parent = scope->place.parent;

  for (GstreamScope *each = scope; each != NULL && !each->is_subgraph; each = (GstreamScope *) each->place.parent)
    become_subgraph (root, each);
  /* It is late: the enclosing subgraph has ended. */
  if (parent != NULL && parent->ended)
    gstream_places_end (&root->tree->scopes, &scope->place, NULL, NULL);
}

/* Any event below a namespace makes that the namespace of a subgraph. */
static void
learn_above (GstreamStreamMux *root,
             GstreamNamespace *ns)
{
  g_autoptr (GstreamNamespace) above = NULL;

  if (ns->length < 2)
    return;

  above = gstream_namespace_new_len ((const char *const *) ns->segments, ns->length - 1);
  learn (root, above);
}

/* So do some events at the namespace itself. */
static gboolean
makes_subgraph (const GstreamEventFields *fields)
{
  switch (fields->method)
    {
    case GSTREAM_METHOD_VALUES:
    case GSTREAM_METHOD_UPDATES:
    case GSTREAM_METHOD_TASKS:
    case GSTREAM_METHOD_CHECKPOINTS:
    case GSTREAM_METHOD_DEBUG:
    case GSTREAM_METHOD_INPUT_REQUESTED:
      return TRUE;
    case GSTREAM_METHOD_LIFECYCLE:
      return fields->step == GSTREAM_STEP_STARTED && fields->key != NULL;
    default:
      return FALSE;
    }
}

static gboolean
is_end (GstreamStep step)
{
  return step == GSTREAM_STEP_COMPLETED || step == GSTREAM_STEP_FAILED || step == GSTREAM_STEP_INTERRUPTED ||
         step == GSTREAM_STEP_DRAINED;
}

/* --- lifecycle (D1b, D3) --- */

/* Converts a list of strings to a namespace; NULL if @list is not one. */
static GstreamNamespace *
read_namespace (GstreamPayload *list)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) segments = NULL;
  GstreamJsonValue value;
  GstreamJsonIter  iter;

  if (gstream_payload_get_kind (list) != GSTREAM_PAYLOAD_KIND_ARRAY)
    return NULL;

  gstream_json_iter_init (&iter, gstream_payload_value (list));
  while (gstream_json_iter_element (&iter, &value))
    {
      g_autofree char *segment = NULL;

      if (gstream_json_kind (value) != GSTREAM_PAYLOAD_KIND_STRING)
        return NULL;
      segment = gstream_json_dup_string (value);
      g_strv_builder_add (builder, segment);
    }
  segments = g_strv_builder_end (builder);

  return gstream_namespace_new ((const char *const *) segments);
}

/*
 * A `lifecycle` event may be about another namespace, which it names in the data: then it is treated as one of that
 * namespace (D1b).
 */
static GstreamNamespace *
find_place (GstreamStreamMux *root,
            GstreamEvent     *event)
{
  GstreamMuxDispatch *dispatch = &root->tree->dispatch;
  GstreamNamespace   *ns = gstream_event_peek_namespace (event);
  g_autoptr (GstreamPayload) list = NULL;

  g_clear_pointer (&dispatch->place, gstream_namespace_unref);
  if (gstream_event_get_fields (event)->method == GSTREAM_METHOD_LIFECYCLE)
    list = gstream_payload_lookup (gstream_event_peek_item (event), "/namespace");
  if (list != NULL)
    dispatch->place = read_namespace (list);
  if (dispatch->place != NULL && gstream_namespace_equal (dispatch->place, ns))
    g_clear_pointer (&dispatch->place, gstream_namespace_unref);

  return dispatch->place != NULL ? dispatch->place : ns;
}

static void
describe (GstreamScope *scope,
          GstreamEvent *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  GstreamPayload           *cause = gstream_payload_lookup (gstream_event_peek_item (event), "/cause");

  if (fields->name != NULL)
    {
      g_free (scope->graph_name);
      scope->graph_name = g_strdup (fields->name);
    }
  if (cause != NULL)
    {
      g_clear_pointer (&scope->cause, gstream_payload_unref);
      scope->cause = cause;
    }
}

static void
note_lifecycle (GstreamStreamMux *root,
                GstreamEvent     *event,
                GstreamNamespace *ns)
{
  GstreamMuxTree *tree = root->tree;
  GstreamScope   *scope;

  tree->lifecycle_seen = TRUE;
  if (ns->length == 0)
    return;

  scope = (GstreamScope *) gstream_places_get (&tree->scopes, ns, 0);
  if (!scope->is_shown)
    describe (scope, event);
  if (is_end (gstream_event_get_fields (event)->step))
    gstream_places_end (&tree->scopes, &scope->place, NULL, NULL);
  else
    gstream_places_revive (&tree->scopes, &scope->place);
  tree->is_untidy = TRUE;
}

/* --- tasks (D1, D6) --- */

static void
note_result (GstreamStreamMux *root,
             GstreamEvent     *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  GstreamMuxTree           *tree = root->tree;
  GstreamPlace             *place;

  if (fields->step != GSTREAM_STEP_TASK_RESULT || fields->key == NULL || tree->lifecycle_seen)
    return;

  while ((place = gstream_places_of_task (&tree->scopes, gstream_event_peek_namespace (event), fields->key)) != NULL)
    gstream_places_end (&tree->scopes, place, NULL, NULL);
  tree->is_untidy = TRUE;
}

/* --- what an event says --- */

/* Evaluates what @event, which is treated as one of @ns, says about scopes, before any mux sees it. */
static void
note (GstreamStreamMux *root,
      GstreamEvent     *event,
      GstreamNamespace *ns)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);

  learn_above (root, ns);
  if (ns->length > 0 && makes_subgraph (fields))
    learn (root, ns);

  if (fields->method == GSTREAM_METHOD_LIFECYCLE)
    note_lifecycle (root, event, ns);
  else if (fields->method == GSTREAM_METHOD_TASKS)
    note_result (root, event);
}

static gboolean
may_be_forgotten (GstreamPlace *place)
{
  GstreamStreamMux *mux = ((GstreamScope *) place)->mux;

  return mux == NULL || mux->state == GSTREAM_MUX_CLOSED;
}

/* Frees what is not needed any more. Must not be called while an event is being dispatched. */
static void
tidy (GstreamStreamMux *root)
{
  GstreamMuxTree *tree = root->tree;

  tree->is_untidy = FALSE;
  g_clear_pointer (&tree->dropped, g_ptr_array_unref);
  if (gstream_places_trim (&tree->scopes, may_be_forgotten))
    gstream_stream_mux_changed (root);
}

GstreamNamespace *
gstream_stream_mux_peek_place (GstreamStreamMux *self)
{
  GstreamMuxDispatch *dispatch = &self->root->tree->dispatch;

  return dispatch->place != NULL ? dispatch->place : gstream_event_peek_namespace (dispatch->event);
}

void
gstream_stream_mux_get_said (GstreamStreamMux *self,
                             GstreamNamespace *scope,
                             const char      **graph_name,
                             GstreamPayload  **cause)
{
  GstreamScope *known = gstream_mux_tree_find (self->root->tree, scope);

  *graph_name = known ? known->graph_name : NULL;
  *cause = known ? known->cause : NULL;
}

/* --- their muxes --- */

static GstreamStreamMux *
new_child (GstreamStreamMux *parent,
           GstreamNamespace *scope)
{
  GstreamStreamMux *self = gstream_stream_mux_new (NULL);

  self->chosen = parent->chosen;
  g_clear_pointer (&self->scope, gstream_namespace_unref);
  self->scope = gstream_namespace_ref (scope);
  self->root = parent->root;
  self->pump = gstream_pump_ref (parent->pump);
  g_clear_pointer (&self->tree, gstream_mux_tree_free);
  gstream_projection_bind (self->log, self->pump, &gstream_stream_mux_projection_funcs, self);

  return self;
}

/* Marks the subgraph as announced, whether anybody is interested or not. */
static GstreamScope *
know (GstreamStreamMux *root,
      GstreamNamespace *ns)
{
  GstreamScope *scope;

  learn (root, ns);
  scope = gstream_mux_tree_find (root->tree, ns);
  if (!scope->is_shown)
    gstream_stream_mux_changed (root);
  scope->is_shown = TRUE;

  return scope;
}

GstreamStreamMux *
gstream_stream_mux_make_child (GstreamStreamMux *self,
                               GstreamNamespace *scope,
                               GError          **error)
{
  g_autoptr (GstreamStreamMux) child = NULL;
  GstreamScope *known;

  g_return_val_if_fail (self->root != NULL && self->pump != NULL, NULL);
  g_return_val_if_fail (gstream_namespace_is_in (scope, self->scope), NULL);

  known = know (self->root, scope);
  if (known->mux != NULL)
    return g_object_ref (known->mux);

  if (self->factories == NULL && self->chosen == 0)
    {
      g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED,
                           _ ("A mux made only of ready-made transformers has no children: nothing could make theirs"));
      return NULL;
    }

  child = new_child (self, scope);
  if (!gstream_stream_mux_inherit_factories (child, self, error))
    return NULL;
  known->mux = g_object_ref (child);
  gstream_stream_mux_changed (self);

  return g_steal_pointer (&child);
}

void
gstream_stream_mux_mark_child (GstreamStreamMux *self,
                               GstreamNamespace *scope)
{
  know (self->root, scope);
}

void
gstream_stream_mux_forget (GstreamStreamMux *self)
{
  GstreamMuxTree *tree = self->root ? self->root->tree : NULL;
  GstreamScope   *known = tree ? gstream_mux_tree_find (tree, self->scope) : NULL;

  if (known == NULL || known->mux != self)
    return;

  /* An event that is being dispatched may be in it right now. */
  gstream_stream_mux_changed (self);
  if (tree->dropped == NULL)
    tree->dropped = g_ptr_array_new_with_free_func (release_mux);
  g_ptr_array_add (tree->dropped, g_steal_pointer (&known->mux));
  tree->is_untidy = TRUE;
  if (tree->dispatch.event == NULL)
    tidy (self->root);
}

gboolean
gstream_stream_mux_is_plain (GstreamStreamMux *self)
{
  return self->factories == NULL;
}

gboolean
gstream_stream_mux_has_lifecycle (GstreamStreamMux *self)
{
  return self->root != NULL && self->root->tree->lifecycle_seen;
}

gboolean
gstream_stream_mux_is_drained (GstreamStreamMux *self)
{
  return self->drained;
}

void
gstream_stream_mux_set_drained (GstreamStreamMux *self)
{
  self->drained = TRUE;
}

/* If there are more namespaces than this, those that were not used recently are forgotten. */
#define MAX_ROUTES 4096

/* The methods that the state of a run and the description of a subgraph are made from (R4, R10, T6, T8). */
#define OBSERVED                                                                                               \
  ((1u << GSTREAM_METHOD_VALUES) | (1u << GSTREAM_METHOD_LIFECYCLE) | (1u << GSTREAM_METHOD_INPUT_REQUESTED) | \
   (1u << GSTREAM_METHOD_TASKS))

/* --- the tree --- */

static void
route_free (gpointer data)
{
  GstreamRoute *self = data;

  for (guint i = 0; i < GSTREAM_N_METHODS; i++)
    g_free (self->plans[i]);
  gstream_namespace_unref (self->ns);
  g_free (self);
}

static void
forget_routes (GstreamMuxTree *self)
{
  for (guint i = 0; i < GSTREAM_MUX_N_RECENT; i++)
    g_clear_pointer (&self->recent[i].ns, gstream_namespace_unref);
  g_clear_pointer (&self->routes, g_hash_table_unref);
}

/* The mux of this scope ends by itself. */
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

  gstream_mux_dispatch_clear (&self->dispatch);
  forget_routes (self);
  gstream_places_clear (&self->scopes);
  g_clear_pointer (&self->dropped, g_ptr_array_unref);
  g_clear_pointer (&self->works, g_ptr_array_unref);
  g_clear_object (&self->cancellable);
  g_free (self);
}

void
gstream_stream_mux_changed (GstreamStreamMux *self)
{
  if (self->root != NULL && self->root->tree != NULL)
    self->root->tree->generation++;
}

/* --- routes --- */

/* Returns the innermost subgraph that contains @ns; NULL for the root. */
static GstreamScope *
find_innermost (GstreamMuxTree   *tree,
                GstreamNamespace *ns)
{
  GstreamScope *scope = gstream_mux_tree_find (tree, ns);

  for (guint length = ns->length; scope == NULL && length > 1 && tree->scopes.table != NULL; length--)
    {
      g_autoptr (GstreamNamespace) above = gstream_namespace_new_len ((const char *const *) ns->segments, length - 1);

      scope = gstream_mux_tree_find (tree, above);
    }
  while (scope != NULL && !scope->is_subgraph)
    scope = (GstreamScope *) scope->place.parent;

  return scope;
}

/* Returns the direct subgraph of @mux that contains the event; NULL if there is none. */
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

/*
 * The namespace of the event has become a subgraph, and the event may continue an item that began when it was a node.
 */
static gboolean
process_kept (GstreamTransformer *transformer,
              GstreamEvent       *event,
              GError            **error)
{
  GstreamStreamMux   *mux = gstream_transformer_get_mux (transformer);
  int                 index = get_builtin_index (transformer);
  GstreamMuxDispatch *dispatch = &mux->root->tree->dispatch;

  if (!gstream_stream_mux_builtins[index].take_kept (transformer, event))
    return TRUE;

  dispatch->claimer = mux;
  dispatch->generation = mux->root->tree->generation - 1; /* the remaining steps have to be planned again */

  return TRUE;
}

static gboolean
is_kept (GstreamTransformer *transformer,
         GstreamRoute       *route,
         GstreamScope       *below)
{
  int index = get_builtin_index (transformer);

  return below != NULL && below == route->scope && below->place.ns->length == route->ns->length && index >= 0 &&
         (below->kept & (1u << index)) != 0;
}

/* --- steps --- */

/* The parent's built-ins process the unfinished items of that namespace, so that those of the subgraph must not. */
static GstreamRelation
relation_to (GstreamTransformer *transformer,
             GstreamStreamMux   *mux,
             GstreamRelation     relation)
{
  GstreamStreamMux *claimer = mux->root->tree->dispatch.claimer;

  if (claimer == NULL || claimer == mux || get_builtin_index (transformer) < 0)
    return relation;

  return GSTREAM_RELATION_BELOW;
}

/* Adds steps for the transformers of @mux that want the event and come after @order. */
static void
add_visits (GArray           *steps,
            GstreamStreamMux *mux,
            GstreamRoute     *route,
            GstreamRelation   relation,
            GstreamMethod     method,
            gint64            after)
{
  GstreamScope *below = find_below (route, mux);

  gstream_stream_mux_make_builtins (mux, relation, method);
  for (guint i = 0; i < mux->transformers->len; i++)
    {
      GstreamTransformer      *transformer = g_ptr_array_index (mux->transformers, i);
      GstreamTransformerClass *klass = GSTREAM_TRANSFORMER_GET_CLASS (transformer);
      GstreamMuxStep           step = { .mux = mux, .transformer = transformer, .process = klass->process };

      if (gstream_transformer_get_order (transformer) <= after ||
          (klass->process == NULL && klass->process_async == NULL))
        continue;
      if (is_kept (transformer, route, below) &&
          gstream_transformer_wants_at (transformer, GSTREAM_RELATION_NODE, method))
        step.process = process_kept;
      else if (!gstream_transformer_wants_at (transformer, relation_to (transformer, mux, relation), method))
        continue;
      g_array_append_val (steps, step);
    }
}

/* Adds the remaining steps in @mux after the transformer of @order; -1: all steps. */
static void
add_mux (GArray           *steps,
         GstreamStreamMux *mux,
         GstreamRoute     *route,
         GstreamMethod     method,
         gint64            after)
{
  GstreamRelation relation = relation_of (mux, route, find_below (route, mux));
  GstreamMuxStep  leave = { .mux = mux,
                            .relation = relation,
                            .is_observed = is_observed (method, relation),
                            .is_logged = gstream_projection_is_wanted (mux->log) };

  add_visits (steps, mux, route, relation, method, after);
  if (leave.is_observed || leave.is_logged || mux->tree != NULL) /* the root counts every event (E4) */
    g_array_append_val (steps, leave);
}

/* Adds the steps from the scope with @length segments down to @scope. */
static void
add_scopes (GArray       *steps,
            GstreamScope *scope,
            GstreamRoute *route,
            GstreamMethod method,
            guint         length)
{
  if (scope == NULL || scope->place.ns->length < length)
    return;

  add_scopes (steps, (GstreamScope *) scope->place.parent, route, method, length);
  if (scope->mux != NULL && scope->mux->state == GSTREAM_MUX_OPEN)
    add_mux (steps, scope->mux, route, method, -1);
}

/* Plans the steps from the scope with @length segments downwards. */
static GstreamMuxStep *
make_plan (GArray           *steps,
           GstreamStreamMux *root,
           GstreamRoute     *route,
           GstreamMethod     method,
           guint             length)
{
  if (length == 0)
    add_mux (steps, root, route, method, -1);
  add_scopes (steps, route->scope, route, method, length);
  g_array_append_val (steps, (GstreamMuxStep) { NULL });

  return g_memdup2 (steps->data, steps->len * sizeof (GstreamMuxStep));
}

static void
refresh_route (GstreamStreamMux *root,
               GstreamRoute     *route)
{
  for (guint i = 0; i < GSTREAM_N_METHODS; i++)
    g_clear_pointer (&route->plans[i], g_free);

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

/* Events of the same namespace usually share the object: comparing the address avoids hashing the segments. */
static inline GstreamRecent *
get_recent (GstreamMuxTree   *tree,
            GstreamNamespace *ns)
{
  return &tree->recent[(GPOINTER_TO_SIZE (ns) >> 4) % GSTREAM_MUX_N_RECENT];
}

static GstreamRoute *
get_route (GstreamStreamMux *root,
           GstreamNamespace *ns)
{
  GstreamMuxTree *tree = root->tree;
  GstreamRecent  *recent = get_recent (tree, ns);

  if (recent->ns != ns)
    remember (recent, ns, look_up_route (tree, ns));
  if (recent->route->generation != tree->generation)
    refresh_route (root, recent->route);

  return recent->route;
}

/*
 * Returns the steps for an event of @ns and @method. They belong to the tree, and are valid until the routing changes.
 */
static const GstreamMuxStep *
find_plan (GstreamStreamMux *root,
           GstreamEvent     *event,
           GstreamNamespace *ns,
           GstreamMethod     method)
{
  GstreamRoute *route = get_route (root, ns);

  if (route->plans[method] == NULL)
    {
      g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (GstreamMuxStep));

      note (root, event, ns); /* the first event of this method there may show what the namespace is */
      route = get_route (root, ns);
      route->seen |= 1u << method;
      route->plans[method] = make_plan (steps, root, route, method, 0);
    }

  return route->plans[method];
}

/* Plans the steps of @event that come after the transformer of @order in @mux. */
static GstreamMuxStep *
plan_rest (GstreamStreamMux *root,
           GstreamEvent     *event,
           GstreamStreamMux *mux,
           guint             order)
{
  GstreamMethod method = gstream_event_get_fields (event)->method;
  GstreamRoute *route = get_route (root, gstream_stream_mux_peek_place (root));
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (GstreamMuxStep));

  if (order != GSTREAM_ORDER_LEFT)
    add_mux (steps, mux, route, method, order);

  return make_plan (steps, root, route, method, mux->scope->length + 1);
}

/*
 * Returns the innermost subgraph that contains @ns; NULL for the root. Unlike get_route(), this may be called while an
 * event is being dispatched: it changes no route, whose steps may be under way.
 */
static GstreamScope *
find_scope (GstreamMuxTree   *tree,
            GstreamNamespace *ns)
{
  GstreamRecent *recent = get_recent (tree, ns);

  if (recent->ns == ns && recent->route->generation == tree->generation)
    return recent->route->scope;

  return find_innermost (tree, ns);
}

gboolean
gstream_stream_mux_owns (gpointer      mux,
                         GstreamEvent *event)
{
  GstreamStreamMux   *self = mux;
  GstreamMuxDispatch *dispatch = self->root != NULL ? &self->root->tree->dispatch : NULL;
  GstreamNamespace   *ns = gstream_event_peek_namespace (event);
  GstreamScope       *scope;

  if (dispatch == NULL)
    return gstream_namespace_equal (ns, self->scope);
  if (dispatch->event == event && dispatch->claimer != NULL)
    return dispatch->claimer == self;

  scope = find_scope (self->root->tree, dispatch->event == event ? gstream_stream_mux_peek_place (self) : ns);

  return scope != NULL ? gstream_namespace_equal (scope->place.ns, self->scope) : self == self->root;
}

/* How deep subgraphs may be nested. A deeper nesting is a mistake, and would cost quadratic time. */
#define MAX_DEPTH 256

/* --- the main log --- */

/* Consumes @event, and returns the event as it is logged. */
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
gstream_stream_mux_append (GstreamStreamMux *self,
                           GstreamEvent     *event)
{
  gstream_event_unref (log_event (self, event, gstream_projection_is_wanted (self->log)));
}

/* --- the dispatch --- */

/* Returns FALSE if the event is nested too deeply. */
static gboolean
check_depth (GstreamStreamMux *root,
             GstreamNamespace *ns)
{
  if (G_LIKELY (ns->length <= MAX_DEPTH))
    return TRUE;

  root->funcs->failed (root->owner, g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE,
                                                 _ ("An event's namespace has %u segments; at most %u were expected"),
                                                 ns->length, MAX_DEPTH));

  return FALSE;
}

/* Returns NULL if the event is nested too deeply. */
static inline const GstreamMuxStep *
get_plan (GstreamStreamMux *root,
          GstreamEvent     *event,
          GstreamNamespace *ns,
          GstreamMethod     method)
{
  GstreamMuxTree *tree = root->tree;
  GstreamRecent  *recent = get_recent (tree, ns);

  if (recent->ns == ns && recent->route->generation == tree->generation && recent->route->plans[method] != NULL)
    return recent->route->plans[method];

  return check_depth (root, ns) ? find_plan (root, event, ns, method) : NULL;
}

/*
 * Some events change the scopes before any transformer sees them. Others are only examined where they may tell
 * something new.
 */
static inline gboolean
is_noted (GstreamMethod method)
{
  return ((1u << method) & ((1u << GSTREAM_METHOD_LIFECYCLE) | (1u << GSTREAM_METHOD_TASKS))) != 0;
}

/* Consumes @event. Returns FALSE if it is not delivered. */
static inline gboolean
begin_dispatch (GstreamStreamMux *root,
                GstreamEvent     *event)
{
  GstreamMuxDispatch *dispatch = &root->tree->dispatch;
  GstreamMethod       method = gstream_event_get_fields (event)->method;
  GstreamNamespace   *ns = gstream_event_peek_namespace (event);

  dispatch->event = event;
  dispatch->claimer = NULL; /* set before the steps are planned, which depend on it */
  if (G_UNLIKELY (is_noted (method)))
    {
      ns = find_place (root, event);
      if (!check_depth (root, ns))
        return FALSE;
      note (root, event, ns);
    }
  dispatch->next = get_plan (root, event, ns, method);
  dispatch->generation = root->tree->generation;
  dispatch->suppressor = NULL;

  return dispatch->next != NULL;
}

static G_ALWAYS_INLINE inline void
end_dispatch (GstreamStreamMux *root)
{
  gstream_mux_dispatch_clear (&root->tree->dispatch);
  if (G_UNLIKELY (root->tree->is_untidy))
    tidy (root);
}

void
gstream_stream_mux_cancel_dispatch (GstreamStreamMux *root)
{
  if (root->tree->cancellable != NULL)
    g_cancellable_cancel (root->tree->cancellable);
}

void
gstream_stream_mux_replace (gpointer            mux,
                            GstreamTransformer *transformer,
                            GstreamEvent       *event)
{
  GstreamStreamMux   *self = mux;
  GstreamMuxDispatch *dispatch = self->root != NULL ? &self->root->tree->dispatch : NULL;

  /*
   * The run may have ended by the time an asynchronous transformer calls this; and one that has been told about a
   * failure cannot replace anything.
   */
  if (dispatch == NULL || self->state != GSTREAM_MUX_OPEN || dispatch->event == NULL ||
      dispatch->transformer != transformer)
    return;

  gstream_event_ref (event);
  g_clear_pointer (&dispatch->replacement, gstream_event_unref);
  dispatch->replacement = event;
}

/*
 * Plans the remaining steps again, after the transformer of @order in @mux, and below it. This is needed if the routing
 * has changed, for example because a subgraph was found, or if the event was replaced by one that may be of another
 * namespace.
 */
static void
find_rest (GstreamStreamMux *root,
           GstreamStreamMux *mux,
           guint             order)
{
  GstreamMuxDispatch *dispatch = &root->tree->dispatch;

  g_free (dispatch->rest);
  dispatch->rest = plan_rest (root, dispatch->event, mux, order);
  dispatch->next = dispatch->rest;
  dispatch->generation = root->tree->generation;
}

/* Consumes @error. Returns FALSE if there is an error, or the mux is not open any more. */
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

/* Handles the result of a transformer, if there is anything to handle. */
static void
take_consequences (GstreamStreamMux   *root,
                   GstreamStreamMux   *mux,
                   GstreamTransformer *transformer,
                   gboolean            passed,
                   GError             *error)
{
  GstreamMuxDispatch *dispatch = &root->tree->dispatch;
  g_autoptr (GstreamEvent) replacement = g_steal_pointer (&dispatch->replacement);

  if (!check_open (mux, error))
    {
      find_rest (root, mux, GSTREAM_ORDER_LEFT);
      return;
    }

  if (!passed)
    dispatch->suppressor = mux;
  if (replacement != NULL)
    {
      gstream_event_unref (dispatch->event);
      dispatch->event = g_steal_pointer (&replacement);
      note (root, dispatch->event, find_place (root, dispatch->event));
      find_rest (root, mux, gstream_transformer_get_order (transformer));
    }
  else if (dispatch->generation != root->tree->generation)
    find_rest (root, mux, gstream_transformer_get_order (transformer));
}

/* Closing a mux changes the routing, too. */
static inline void
accept_verdict (GstreamStreamMux   *root,
                GstreamStreamMux   *mux,
                GstreamTransformer *transformer,
                gboolean            passed,
                GError             *error)
{
  GstreamMuxDispatch *dispatch = &root->tree->dispatch;

  if (G_UNLIKELY (!passed || error != NULL || dispatch->replacement != NULL ||
                  dispatch->generation != root->tree->generation))
    take_consequences (root, mux, transformer, passed, error);
}

/* --- asynchronous transformers --- */

static gboolean run_dispatch (GstreamStreamMux *root);

typedef struct
{
  GstreamStreamMux *root;
  GstreamStreamMux *mux;
  gboolean          starting; /* process_async is running */
  gboolean          done;     /* the callback has been called */
} AsyncVisit;

static void
async_visit_free (AsyncVisit *visit)
{
  g_object_unref (visit->root);
  g_object_unref (visit->mux);
  g_free (visit);
}

/* On a transformer: its visit. PyGObject 3.50 beside GLib 2.84 calls back from a virtual function without the user data. */
static G_DEFINE_QUARK (gstream-visit, gstream_visit)

    static void on_processed (GObject      *object,
                              GAsyncResult *result,
                              gpointer      user_data)
{
  GstreamTransformer *transformer = GSTREAM_TRANSFORMER (object);
  AsyncVisit         *visit = user_data ? user_data : g_object_get_qdata (object, gstream_visit_quark ());
  g_autoptr (GstreamPump) pump = gstream_pump_ref (visit->root->pump);
  GError  *error = NULL;
  gboolean passed;
  gboolean arrived = FALSE;

  gstream_pump_enter (pump);
  passed = GSTREAM_TRANSFORMER_GET_CLASS (transformer)->process_finish (transformer, result, &error);
  visit->root->tree->dispatch.transformer = NULL; /* it may go on after it has called back */
  accept_verdict (visit->root, visit->mux, transformer, passed, error);
  visit->done = TRUE;
  if (!visit->starting) /* otherwise the caller of process_async continues */
    {
      arrived = run_dispatch (visit->root);
      async_visit_free (visit);
    }
  gstream_pump_leave (pump);
  if (arrived)
    gstream_pump_resume (pump);
}

/* Returns FALSE if the transformer is still working on the event. */
static gboolean
process_async (GstreamStreamMux   *root,
               GstreamStreamMux   *mux,
               GstreamTransformer *transformer)
{
  AsyncVisit *visit = g_new (AsyncVisit, 1);
  gboolean    done;

  if (root->tree->cancellable == NULL)
    root->tree->cancellable = g_cancellable_new ();
  *visit = (AsyncVisit) { g_object_ref (root), g_object_ref (mux), TRUE, FALSE };
  g_object_set_qdata (G_OBJECT (transformer), gstream_visit_quark (), visit);
  GSTREAM_TRANSFORMER_GET_CLASS (transformer)
      ->process_async (transformer, root->tree->dispatch.event, root->tree->cancellable, on_processed, visit);
  visit->starting = FALSE;
  done = visit->done;
  if (done)
    async_visit_free (visit);

  return done;
}

/* --- executing the steps --- */

static inline gboolean
is_wanted_by_name (GstreamTransformer *transformer,
                   GstreamEvent       *event)
{
  return gstream_event_get_fields (event)->method != GSTREAM_METHOD_OTHER ||
         gstream_transformer_wants_name (transformer, gstream_event_get_method (event));
}

/* Returns FALSE if an asynchronous transformer is working on the event. */
static inline gboolean
visit (GstreamStreamMux     *root,
       const GstreamMuxStep *step)
{
  GstreamStreamMux   *mux = step->mux;
  GstreamTransformer *transformer = step->transformer;
  GError             *error = NULL;
  gboolean            passed;

  if (!is_wanted_by_name (transformer, root->tree->dispatch.event))
    return TRUE;
  if (step->process == NULL)
    return process_async (root, mux, transformer);

  passed = step->process (transformer, root->tree->dispatch.event, &error);
  accept_verdict (root, mux, transformer, passed, error);

  return TRUE;
}

static inline void
leave (GstreamStreamMux     *root,
       const GstreamMuxStep *step)
{
  GstreamMuxDispatch *dispatch = &root->tree->dispatch;
  GstreamStreamMux   *mux = step->mux;

  if (dispatch->suppressor != mux)
    dispatch->event = log_event (mux, dispatch->event, step->is_logged);
  if (step->is_observed && mux->funcs != NULL)
    mux->funcs->observe (mux->owner, dispatch->event, step->relation);

  if (dispatch->generation != root->tree->generation)
    find_rest (root, mux, GSTREAM_ORDER_LEFT);
}

/* Returns FALSE if an asynchronous transformer is working on the event. */
static gboolean
run_dispatch (GstreamStreamMux *root)
{
  GstreamMuxDispatch   *dispatch = &root->tree->dispatch;
  const GstreamMuxStep *step;

  while (root->state == GSTREAM_MUX_OPEN && (step = dispatch->next)->mux != NULL)
    {
      dispatch->next++;
      dispatch->transformer = step->transformer;
      if (step->transformer == NULL)
        leave (root, step);
      else if (!visit (root, step))
        return FALSE;
    }
  end_dispatch (root);

  return TRUE;
}

static gboolean
give_up (GstreamStreamMux *root)
{
  end_dispatch (root);

  return TRUE;
}

static void
begin (GstreamStreamMux *root)
{
  root->started = TRUE;
  if (root->funcs != NULL)
    root->funcs->begun (root->owner);
}

gboolean
gstream_stream_mux_dispatch (gpointer      mux,
                             GstreamEvent *event)
{
  GstreamStreamMux *self = mux;
  gboolean          arrived;

  g_assert (self->tree->dispatch.event == NULL);

  if (G_UNLIKELY (!self->started))
    begin (self);
  if (self->state != GSTREAM_MUX_OPEN)
    {
      gstream_event_unref (event);
      return TRUE;
    }

  self->dispatching = TRUE;
  arrived = begin_dispatch (self, event) ? run_dispatch (self) : give_up (self);
  self->dispatching = FALSE;
  if (G_UNLIKELY (self->unref_deferred))
    g_object_unref (self);

  return arrived;
}
