/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The pipeline of one scope: what is registered with it.
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
#include <gstream/stream/gstream-stream-mux-private.h>

/**
 * GstreamStreamMux:
 *
 * The pipeline of a run: its transformers in order, their projections by name,
 * and the main log at its end.
 *
 * A run without a mux of its own has the built-in transformers, each of which is
 * made when somebody asks for its projection, or when the first event comes that
 * it has to act upon. Make a mux to add yours, or to choose among the built-in ones:
 *
 * ```c
 * g_autoptr (GstreamStreamMux) mux = gstream_stream_mux_new (NULL);
 *
 * gstream_stream_mux_add_type (mux, TOKEN_COUNTER_TYPE, &error);
 * run = gstream_run_stream_new (source, mux);
 * tokens = gstream_run_stream_get_projection (run, "tokens", &error);
 * ```
 *
 * What is added by type or by factory exists once for every scope: for the root,
 * and for every subgraph, whose run has a mux of its own made from the same
 * factories (M7). What is added ready-made belongs to the root only.
 *
 * A mux belongs to one run.
 */

enum
{
  PROP_0,
  PROP_BUILTINS,
  PROP_SCOPE,
  PROP_LOG,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (GstreamStreamMux, gstream_stream_mux, G_TYPE_OBJECT)

/* --- factories --- */

static GstreamFactory *
factory_new (GType                     type,
             GstreamTransformerFactory make,
             gpointer                  user_data,
             GDestroyNotify            destroy)
{
  GstreamFactory *self = g_new0 (GstreamFactory, 1);

  g_ref_count_init (&self->ref_count);
  self->type = type;
  self->make = make;
  self->user_data = user_data;
  self->destroy = destroy;

  return self;
}

static void
factory_unref (gpointer data)
{
  GstreamFactory *self = data;

  if (!g_ref_count_dec (&self->ref_count))
    return;
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self);
}

static GstreamTransformer *
factory_make (GstreamFactory   *self,
              GstreamNamespace *scope)
{
  if (self->type != 0)
    return g_object_new (self->type, NULL);

  return self->make ((const char * const *) scope->segments, self->user_data);
}

/* --- projections --- */

static gboolean
forward_item (gpointer           owner,
              GstreamProjection *projection,
              GstreamItem        item,
              GError           **error)
{
  GstreamStreamMux *self = owner;
  g_autoptr (GstreamPayload) data = NULL;

  if (self->state == GSTREAM_MUX_CLOSED)
    return TRUE;

  data = gstream_item_to_payload (gstream_projection_peek_type (projection), item, error);
  if (data == NULL)
    {
      g_prefix_error (error, "An item of projection “%s” cannot be forwarded to the main log: ",
                      gstream_projection_get_name (projection));
      return FALSE;
    }
  gstream_mux_append (self, gstream_event_new (gstream_projection_get_method (projection),
                                               (const char * const *) self->scope->segments, data));

  return TRUE;
}

static void
on_changed (gpointer owner)
{
  gstream_mux_changed (owner);
}

static GstreamProjection *
get_log (gpointer owner)
{
  return ((GstreamStreamMux *) owner)->log;
}

const GstreamProjectionOwnerFuncs gstream_mux_projection_funcs = { forward_item, on_changed, get_log };

void
gstream_mux_release_projection (gpointer projection)
{
  gstream_projection_unbind (projection);
  gstream_projection_close (projection);
  g_object_unref (projection);
}

/* The error of a name that is taken (M2). */
static void
set_exists (GError     **error,
            const char  *registrar,
            const char  *name,
            const char  *owner)
{
  g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_EXISTS,
               "%s cannot register the projection “%s”: it belongs to %s", registrar, name, owner);
}

void
gstream_mux_adopt_projection (GstreamStreamMux   *self,
                              GstreamProjection  *projection,
                              GstreamTransformer *transformer)
{
  gstream_projection_set_registrar (projection, G_OBJECT_TYPE_NAME (transformer),
                                    gstream_transformer_get_native (transformer));
  if (self->pump != NULL)
    gstream_projection_bind (projection, self->pump, &gstream_mux_projection_funcs, self);
}

/* Who has the name already, or NULL; @before: of the transformer's own projections, those before this one. */
static const char *
find_owner (GstreamStreamMux *self,
            const char       *name,
            GSList           *projections,
            GSList           *before)
{
  GstreamProjection *other = gstream_mux_find_projection (self, name);

  if (g_str_equal (name, "log"))
    return "the main log";
  if (other != NULL)
    return gstream_projection_get_registrar (other);
  for (GSList *link = projections; link != before; link = link->next)
    if (g_str_equal (name, gstream_projection_get_name (link->data)))
      return "itself";

  return NULL;
}

/* All of a transformer's projections, or none. */
static gboolean
check_names (GstreamStreamMux    *self,
             GstreamTransformer  *transformer,
             GError             **error)
{
  GSList *projections = gstream_transformer_get_projections (transformer);

  for (GSList *link = projections; link != NULL; link = link->next)
    {
      const char *name = gstream_projection_get_name (link->data);
      const char *owner = find_owner (self, name, projections, link);

      if (owner == NULL)
        continue;
      set_exists (error, G_OBJECT_TYPE_NAME (transformer), name, owner);
      return FALSE;
    }

  return TRUE;
}

/* --- transformers --- */

static void
release_transformer (gpointer data)
{
  GstreamTransformer *transformer = data;

  gstream_transformer_unregister (transformer);
  g_object_unref (transformer);
}

/* Those before the built-ins, then these, then the others; each group in the order it was registered. */
static guint
order_of (GstreamStreamMux   *self,
          GstreamTransformer *transformer,
          int                 index)
{
  const guint group = 1u << 16; /* more than there will ever be */

  if (index >= 0)
    return group + index;

  return (gstream_transformer_get_before_builtins (transformer) ? 0 : 2 * group) + self->transformers->len;
}

static guint
find_place (GstreamStreamMux *self,
            guint             order)
{
  guint place = self->transformers->len;

  /* What comes while transformers are being finished comes last: it has seen nothing. */
  if (self->state >= GSTREAM_MUX_FINISHING)
    return place;
  while (place > 0 && gstream_transformer_get_order (g_ptr_array_index (self->transformers, place - 1)) > order)
    place--;

  return place;
}

static const GstreamTransformerOwnerFuncs transformer_funcs = { gstream_mux_schedule, gstream_mux_replace };

void
gstream_mux_register (GstreamStreamMux   *self,
                      GstreamTransformer *transformer,
                      int                 index)
{
  guint order = order_of (self, transformer, index);

  gstream_transformer_register (transformer, &transformer_funcs, self, self->scope);
  gstream_transformer_set_order (transformer, order);
  g_ptr_array_insert (self->transformers, find_place (self, order), g_object_ref (transformer));
}

static gboolean
add_transformer (GstreamStreamMux    *self,
                 GstreamTransformer  *transformer,
                 GError             **error)
{
  if (!check_names (self, transformer, error))
    return FALSE;

  for (GSList *link = gstream_transformer_get_projections (transformer); link != NULL; link = link->next)
    {
      gstream_mux_adopt_projection (self, link->data, transformer);
      if (self->projections == NULL)
        self->projections = g_ptr_array_new_with_free_func (gstream_mux_release_projection);
      g_ptr_array_add (self->projections, g_object_ref (link->data));
    }
  gstream_mux_register (self, transformer, -1);
  gstream_mux_changed (self);

  if (self->pump != NULL && gstream_transformer_is_async_only (transformer))
    gstream_pump_set_async_only (self->pump, G_OBJECT_TYPE_NAME (transformer));
  if (self->funcs != NULL)
    self->funcs->grown (self->owner);

  return TRUE;
}

/* Takes @factory. */
static gboolean
add_from_factory (GstreamStreamMux  *self,
                  GstreamFactory    *factory,
                  GError           **error)
{
  g_autoptr (GstreamTransformer) transformer = factory_make (factory, self->scope);

  if (transformer != NULL && !add_transformer (self, transformer, error))
    {
      factory_unref (factory);
      return FALSE;
    }

  if (self->factories == NULL)
    self->factories = g_ptr_array_new_with_free_func (factory_unref);
  g_ptr_array_add (self->factories, factory);

  return TRUE;
}

gboolean
gstream_mux_inherit_factories (GstreamStreamMux  *self,
                               GstreamStreamMux  *parent,
                               GError           **error)
{
  for (guint i = 0; parent->factories != NULL && i < parent->factories->len; i++)
    {
      GstreamFactory *factory = g_ptr_array_index (parent->factories, i);

      g_ref_count_inc (&factory->ref_count);
      if (!add_from_factory (self, factory, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
check_not_started (GstreamStreamMux  *self,
                   GError           **error)
{
  if (!self->started)
    return TRUE;

  g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED,
                       "A transformer cannot be added: the run has begun, and it would not see every event");

  return FALSE;
}

/* Takes @factory. */
static gboolean
add_factory (GstreamStreamMux  *self,
             GstreamFactory    *factory,
             GError           **error)
{
  if (check_not_started (self, error))
    return add_from_factory (self, factory, error);

  factory_unref (factory);

  return FALSE;
}

/**
 * gstream_stream_mux_add_type:
 * @self: the mux of a run that has not begun
 * @type: a class derived from [class@Transformer]
 * @error: return location for an error
 *
 * Adds a transformer of @type, here and in every subgraph (M7).
 *
 * Fails with %GSTREAM_ERROR_EXISTS where one of its projections has a name that
 * is taken (M2); the message says by whom.
 *
 * Returns: %TRUE unless it failed
 */
gboolean
gstream_stream_mux_add_type (GstreamStreamMux  *self,
                             GType              type,
                             GError           **error)
{
  g_return_val_if_fail (GSTREAM_IS_STREAM_MUX (self), FALSE);
  g_return_val_if_fail (g_type_is_a (type, GSTREAM_TYPE_TRANSFORMER) && !G_TYPE_IS_ABSTRACT (type), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return add_factory (self, factory_new (type, NULL, NULL, NULL), error);
}

/**
 * gstream_stream_mux_add_factory:
 * @self: the mux of a run that has not begun
 * @factory: (scope notified) (closure user_data) (destroy destroy): makes the transformer of a scope
 * @user_data: for @factory
 * @destroy: (nullable): frees @user_data
 * @error: return location for an error
 *
 * Adds what @factory makes, here and in every subgraph (M7). It is called for
 * the root at once.
 *
 * Fails like [method@StreamMux.add_type].
 *
 * Returns: %TRUE unless it failed
 */
gboolean
gstream_stream_mux_add_factory (GstreamStreamMux           *self,
                                GstreamTransformerFactory   factory,
                                gpointer                    user_data,
                                GDestroyNotify              destroy,
                                GError                    **error)
{
  g_return_val_if_fail (GSTREAM_IS_STREAM_MUX (self), FALSE);
  g_return_val_if_fail (factory != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return add_factory (self, factory_new (0, factory, user_data, destroy), error);
}

/**
 * gstream_stream_mux_add_transformer:
 * @self: the mux of a run that has not begun
 * @transformer: a transformer that is in no mux
 * @error: return location for an error
 *
 * Adds a ready-made transformer. It belongs to the root only (M7): subgraphs do
 * not have it.
 *
 * Fails like [method@StreamMux.add_type].
 *
 * Returns: %TRUE unless it failed
 */
gboolean
gstream_stream_mux_add_transformer (GstreamStreamMux    *self,
                                    GstreamTransformer  *transformer,
                                    GError             **error)
{
  g_return_val_if_fail (GSTREAM_IS_STREAM_MUX (self), FALSE);
  g_return_val_if_fail (GSTREAM_IS_TRANSFORMER (transformer), FALSE);
  g_return_val_if_fail (gstream_transformer_get_mux (transformer) == NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return check_not_started (self, error) && add_transformer (self, transformer, error);
}

/* --- its run --- */

static void
bind_projection (gpointer projection,
                 gpointer user_data)
{
  GstreamStreamMux *self = user_data;

  gstream_projection_bind (projection, self->pump, &gstream_mux_projection_funcs, self);
}

static void
bind_extensions (GstreamStreamMux *self)
{
  GHashTableIter iter;
  gpointer extension;

  if (self->extensions == NULL)
    return;

  g_hash_table_iter_init (&iter, self->extensions);
  while (g_hash_table_iter_next (&iter, NULL, &extension))
    gstream_projection_bind (extension, self->pump, NULL, NULL);
}

static void
bind_all (GstreamStreamMux *self)
{
  bind_extensions (self);
  bind_projection (self->log, self);
  gstream_mux_foreach_projection (self, bind_projection, self);
  for (guint i = 0; i < self->transformers->len; i++)
    if (gstream_transformer_is_async_only (g_ptr_array_index (self->transformers, i)))
      gstream_pump_set_async_only (self->pump, G_OBJECT_TYPE_NAME (g_ptr_array_index (self->transformers, i)));
}

void
gstream_stream_mux_attach (GstreamStreamMux           *self,
                           GstreamPump                *pump,
                           const GstreamMuxOwnerFuncs *funcs,
                           gpointer                    owner)
{
  g_assert (self->funcs == NULL);

  self->funcs = funcs;
  self->owner = owner;
  if (self->pump == NULL)
    {
      self->pump = gstream_pump_ref (pump);
      bind_all (self);
    }
  gstream_mux_changed (self);
}

void
gstream_stream_mux_detach (GstreamStreamMux *self)
{
  self->funcs = NULL;
  self->owner = NULL;
}

gboolean
gstream_stream_mux_is_attached (GstreamStreamMux *self)
{
  return self->funcs != NULL;
}

GstreamNamespace *
gstream_stream_mux_peek_scope (GstreamStreamMux *self)
{
  return self->scope;
}

GstreamMuxState
gstream_stream_mux_get_state (GstreamStreamMux *self)
{
  return self->state;
}

GstreamPump *
gstream_stream_mux_get_pump (GstreamStreamMux *self)
{
  return self->pump;
}

static void
keep_projection (gpointer projection,
                 gpointer user_data)
{
  gstream_projection_keep (projection);
}

static void
settle_projection (gpointer projection,
                   gpointer user_data)
{
  gstream_projection_settle (projection);
}

void
gstream_stream_mux_keep (GstreamStreamMux *self)
{
  self->keeping = TRUE;
  gstream_projection_keep (self->log);
  gstream_mux_foreach_projection (self, keep_projection, NULL);
  gstream_mux_changed (self); /* of built-ins, more are needed */
}

void
gstream_stream_mux_settle (GstreamStreamMux *self)
{
  self->keeping = FALSE;
  gstream_projection_settle (self->log);
  gstream_mux_foreach_projection (self, settle_projection, NULL);
  gstream_mux_changed (self);
}

/* --- its life --- */

static void
gstream_stream_mux_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  GstreamStreamMux *self = GSTREAM_STREAM_MUX (object);

  switch (prop_id)
    {
    case PROP_BUILTINS:
      g_value_set_boxed (value, self->builtins);
      break;
    case PROP_SCOPE:
      g_value_set_boxed (value, self->scope->segments);
      break;
    case PROP_LOG:
      g_value_set_object (value, self->log);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_stream_mux_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  GstreamStreamMux *self = GSTREAM_STREAM_MUX (object);

  switch (prop_id)
    {
    case PROP_BUILTINS:
      self->builtins = g_value_dup_boxed (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_stream_mux_constructed (GObject *object)
{
  GstreamStreamMux *self = GSTREAM_STREAM_MUX (object);

  gstream_mux_choose_builtins (self, (const char * const *) self->builtins);

  G_OBJECT_CLASS (gstream_stream_mux_parent_class)->constructed (object);
}

static void
gstream_stream_mux_dispose (GObject *object)
{
  GstreamStreamMux *self = GSTREAM_STREAM_MUX (object);

  /* Cheaper than a reference for every event, and hardly ever needed. */
  if (self->dispatching)
    {
      self->reprieved = TRUE;
      g_object_ref (self);
      return;
    }

  gstream_mux_disown_works (self);
  g_clear_pointer (&self->tree, gstream_mux_tree_free);
  self->root = NULL;
  self->chosen = 0; /* nobody needs one any more */
  g_ptr_array_set_size (self->transformers, 0);
  for (guint i = 0; i < GSTREAM_N_BUILTINS; i++)
    g_clear_pointer (&self->natives[i], gstream_mux_release_projection);
  g_clear_pointer (&self->projections, g_ptr_array_unref);
  g_clear_pointer (&self->extensions, g_hash_table_unref);
  g_clear_pointer (&self->log, gstream_mux_release_projection);

  G_OBJECT_CLASS (gstream_stream_mux_parent_class)->dispose (object);
}

static void
gstream_stream_mux_finalize (GObject *object)
{
  GstreamStreamMux *self = GSTREAM_STREAM_MUX (object);

  g_clear_pointer (&self->factories, g_ptr_array_unref);
  g_ptr_array_unref (self->transformers);
  g_clear_error (&self->error);
  g_clear_pointer (&self->pump, gstream_pump_unref);
  gstream_namespace_unref (self->scope);
  g_strfreev (self->builtins);

  G_OBJECT_CLASS (gstream_stream_mux_parent_class)->finalize (object);
}

static void
gstream_stream_mux_class_init (GstreamStreamMuxClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gstream_stream_mux_get_property;
  object_class->set_property = gstream_stream_mux_set_property;
  object_class->constructed = gstream_stream_mux_constructed;
  object_class->dispose = gstream_stream_mux_dispose;
  object_class->finalize = gstream_stream_mux_finalize;

  /**
   * GstreamStreamMux:builtins:
   *
   * Names of the built-in transformers that were chosen; %NULL for all of them.
   */
  properties[PROP_BUILTINS] =
    g_param_spec_boxed ("builtins", NULL, NULL, G_TYPE_STRV,
                        G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamStreamMux:scope: (getter get_scope)
   *
   * The namespace that it is for; empty for the root.
   */
  properties[PROP_SCOPE] =
    g_param_spec_boxed ("scope", NULL, NULL, G_TYPE_STRV, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamStreamMux:log: (getter get_log)
   *
   * The main log.
   */
  properties[PROP_LOG] =
    g_param_spec_object ("log", NULL, NULL, GSTREAM_TYPE_PROJECTION, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_stream_mux_init (GstreamStreamMux *self)
{
  self->scope = gstream_namespace_new (NULL);
  self->root = self;
  self->tree = g_new0 (GstreamMuxTree, 1);
  self->transformers = g_ptr_array_new_with_free_func (release_transformer);
  self->log = gstream_projection_new ("log", GSTREAM_TYPE_EVENT);
}

/**
 * gstream_stream_mux_new:
 * @builtins: (array zero-terminated=1) (nullable): names of the built-in transformers to
 *   have, each that of its projection; %NULL for all of them, empty for none
 *
 * Makes the mux of a run.
 *
 * Returns: (transfer full): the mux
 */
GstreamStreamMux *
gstream_stream_mux_new (const char * const *builtins)
{
  return g_object_new (GSTREAM_TYPE_STREAM_MUX, "builtins", builtins, NULL);
}
