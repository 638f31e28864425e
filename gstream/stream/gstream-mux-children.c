/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Subgraphs: which namespaces are one's, as events tell (D4), and their muxes, made
 * from the same factories as their parent's (M7), found by scope, let go of when
 * nobody watches any more.
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-payload-internal.h>
#include <gstream/stream/gstream-stream-mux-private.h>

/* --- what is known of scopes --- */

static void
release_mux (gpointer data)
{
  GstreamStreamMux *mux = data;

  if (!mux->delayed) /* else the root waits for it still */
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

/* --- how they come to be known --- */

static void
become_subgraph (GstreamStreamMux *root,
                 GstreamScope     *scope)
{
  GstreamScope *parent = (GstreamScope *) scope->place.parent;
  GstreamStreamMux *mux = parent != NULL ? parent->mux : root;

  scope->is_subgraph = TRUE;
  if (mux != NULL && mux->state == GSTREAM_MUX_OPEN)
    scope->kept = gstream_mux_list_kept (mux, scope->place.ns, gstream_mux_get_seen (root->tree, scope->place.ns));
  gstream_mux_changed (root);
}

void
gstream_mux_learn (GstreamStreamMux *root,
                   GstreamNamespace *ns)
{
  GstreamScope *scope = (GstreamScope *) gstream_places_get (&root->tree->scopes, ns, 0);
  GstreamPlace *parent = scope->place.parent;

  for (GstreamScope *each = scope; each != NULL && !each->is_subgraph; each = (GstreamScope *) each->place.parent)
    become_subgraph (root, each);
  /* Late: what it is in is over. */
  if (parent != NULL && parent->ended)
    gstream_places_end (&root->tree->scopes, &scope->place, NULL, NULL);
}

/* Whatever occurs below a namespace makes it a subgraph's. */
static void
learn_above (GstreamStreamMux *root,
             GstreamNamespace *ns)
{
  g_autoptr (GstreamNamespace) above = NULL;

  if (ns->length < 2)
    return;

  above = gstream_namespace_new_len ((const char * const *) ns->segments, ns->length - 1);
  gstream_mux_learn (root, above);
}

/* Some of what occurs at one, too. */
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
  return step == GSTREAM_STEP_COMPLETED || step == GSTREAM_STEP_FAILED ||
         step == GSTREAM_STEP_INTERRUPTED || step == GSTREAM_STEP_DRAINED;
}

/* --- lifecycle (D1b, D3) --- */

/* The list of strings @list, or NULL where it is none. */
static GstreamNamespace *
read_namespace (GstreamPayload *list)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) segments = NULL;
  GstreamJsonValue value;
  GstreamJsonIter iter;

  if (gstream_payload_get_kind (list) != GSTREAM_PAYLOAD_ARRAY)
    return NULL;

  gstream_json_iter_init (&iter, gstream_payload_value (list));
  while (gstream_json_iter_element (&iter, &value))
    {
      g_autofree char *segment = NULL;

      if (gstream_json_kind (value) != GSTREAM_PAYLOAD_STRING)
        return NULL;
      segment = gstream_json_dup_string (value);
      g_strv_builder_add (builder, segment);
    }
  segments = g_strv_builder_end (builder);

  return gstream_namespace_new ((const char * const *) segments);
}

/* Whoever logs what becomes of others names them in the data: that is then the one that counts (D1b). */
GstreamNamespace *
gstream_mux_find_place (GstreamStreamMux *root,
                        GstreamEvent     *event)
{
  GstreamPassage *passage = &root->tree->passage;
  GstreamNamespace *ns = gstream_event_peek_namespace (event);
  g_autoptr (GstreamPayload) list = NULL;

  g_clear_pointer (&passage->place, gstream_namespace_unref);
  if (gstream_event_get_fields (event)->method == GSTREAM_METHOD_LIFECYCLE)
    list = gstream_payload_get (gstream_event_peek_item (event), "/namespace");
  if (list != NULL)
    passage->place = read_namespace (list);
  if (passage->place != NULL && gstream_namespace_equal (passage->place, ns))
    g_clear_pointer (&passage->place, gstream_namespace_unref);

  return passage->place != NULL ? passage->place : ns;
}

static void
describe (GstreamScope *scope,
          GstreamEvent *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  GstreamPayload *cause = gstream_payload_get (gstream_event_peek_item (event), "/cause");

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
  GstreamScope *scope;

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
  GstreamMuxTree *tree = root->tree;
  GstreamPlace *place;

  if (fields->step != GSTREAM_STEP_TASK_RESULT || fields->key == NULL || tree->lifecycle_seen)
    return;

  while ((place = gstream_places_of_task (&tree->scopes, gstream_event_peek_namespace (event), fields->key)) != NULL)
    gstream_places_end (&tree->scopes, place, NULL, NULL);
  tree->is_untidy = TRUE;
}

/* --- what an event says --- */

void
gstream_mux_note (GstreamStreamMux *root,
                  GstreamEvent     *event,
                  GstreamNamespace *ns)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);

  learn_above (root, ns);
  if (ns->length > 0 && makes_subgraph (fields))
    gstream_mux_learn (root, ns);

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

void
gstream_mux_tidy (GstreamStreamMux *root)
{
  GstreamMuxTree *tree = root->tree;

  tree->is_untidy = FALSE;
  g_clear_pointer (&tree->buried, g_ptr_array_unref);
  if (gstream_places_trim (&tree->scopes, may_be_forgotten))
    gstream_mux_changed (root);
}

GstreamNamespace *
gstream_stream_mux_peek_place (GstreamStreamMux *self)
{
  GstreamPassage *passage = &self->root->tree->passage;

  return passage->place != NULL ? passage->place : gstream_event_peek_namespace (passage->event);
}

void
gstream_stream_mux_get_said (GstreamStreamMux  *self,
                             GstreamNamespace  *scope,
                             const char       **graph_name,
                             GstreamPayload   **cause)
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
  gstream_projection_bind (self->log, self->pump, &gstream_mux_projection_funcs, self);

  return self;
}

/* It is shown now, to somebody or to nobody. */
static GstreamScope *
know (GstreamStreamMux *root,
      GstreamNamespace *ns)
{
  GstreamScope *scope;

  gstream_mux_learn (root, ns);
  scope = gstream_mux_tree_find (root->tree, ns);
  if (!scope->is_shown)
    gstream_mux_changed (root);
  scope->is_shown = TRUE;

  return scope;
}

GstreamStreamMux *
gstream_stream_mux_make_child (GstreamStreamMux  *self,
                               GstreamNamespace  *scope,
                               GError           **error)
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
                           "A mux made only of ready-made transformers has no children: nothing could make theirs");
      return NULL;
    }

  child = new_child (self, scope);
  if (!gstream_mux_inherit_factories (child, self, error))
    return NULL;
  known->mux = g_object_ref (child);
  gstream_mux_changed (self);

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
  GstreamScope *known = tree ? gstream_mux_tree_find (tree, self->scope) : NULL;

  if (known == NULL || known->mux != self)
    return;

  /* An event on its way may be in it right now. */
  gstream_mux_changed (self);
  if (tree->buried == NULL)
    tree->buried = g_ptr_array_new_with_free_func (release_mux);
  g_ptr_array_add (tree->buried, g_steal_pointer (&known->mux));
  tree->is_untidy = TRUE;
  if (tree->passage.event == NULL)
    gstream_mux_tidy (self->root);
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
