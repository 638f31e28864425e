/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The pipeline of one scope: what is registered with it.
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
#include <gstream/stream/gstream-builtins-private.h>
#include <gstream/stream/gstream-stream-mux-private.h>

/**
 * GstreamStreamMux:
 *
 * The pipeline of a run: its transformers in order, their projections by name,
 * and the main log at its end.
 *
 * A run without a mux of its own has the built-in transformers. Make a mux to
 * add yours, or to choose among the built-in ones:
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
factory_new (gboolean                  builtin,
             GType                     type,
             GstreamTransformerFactory make,
             gpointer                  user_data,
             GDestroyNotify            destroy)
{
  GstreamFactory *self = g_new0 (GstreamFactory, 1);

  g_ref_count_init (&self->ref_count);
  self->builtin = builtin;
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

const GstreamProjectionOwnerFuncs gstream_mux_projection_funcs = { forward_item, on_changed };

static void
release_projection (gpointer data)
{
  GstreamProjection *projection = data;

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

gboolean
gstream_stream_mux_add_projection (GstreamStreamMux   *self,
                                   GstreamProjection  *projection,
                                   const char         *registrar,
                                   gboolean            native,
                                   GError            **error)
{
  const char *name = gstream_projection_get_name (projection);
  GstreamProjection *other = g_hash_table_lookup (self->projections, name);

  if (other != NULL)
    {
      set_exists (error, registrar, name, gstream_projection_get_registrar (other));
      return FALSE;
    }

  gstream_projection_set_registrar (projection, registrar, native);
  g_hash_table_insert (self->projections, (gpointer) name, g_object_ref (projection));
  g_ptr_array_add (self->names, (gpointer) name);
  if (self->pump != NULL)
    gstream_projection_bind (projection, self->pump, &gstream_mux_projection_funcs, self);

  return TRUE;
}

/* All of a transformer's projections, or none. */
static gboolean
check_names (GstreamStreamMux    *self,
             GstreamTransformer  *transformer,
             GError             **error)
{
  GPtrArray *projections = gstream_transformer_get_projections (transformer);

  for (guint i = 0; i < projections->len; i++)
    {
      const char *name = gstream_projection_get_name (g_ptr_array_index (projections, i));
      GstreamProjection *other = g_hash_table_lookup (self->projections, name);
      const char *owner = other ? gstream_projection_get_registrar (other) : NULL;

      if (g_str_equal (name, "log"))
        owner = "the main log";
      for (guint j = 0; j < i && owner == NULL; j++)
        if (g_str_equal (name, gstream_projection_get_name (g_ptr_array_index (projections, j))))
          owner = "itself";
      if (owner == NULL)
        continue;

      set_exists (error, G_OBJECT_TYPE_NAME (transformer), name, owner);
      return FALSE;
    }

  return TRUE;
}

/* --- transformers --- */

/* Who wants what is found out again when it is needed next. */
static void
forget_steps (GstreamStreamMux *self)
{
  for (guint r = 0; r < GSTREAM_N_RELATIONS; r++)
    for (guint m = 0; m < GSTREAM_N_METHODS; m++)
      g_clear_pointer (&self->steps[r][m], g_free);
}

GstreamTransformer **
gstream_mux_find_steps (GstreamStreamMux *self,
                        GstreamRelation   relation,
                        GstreamMethod     method)
{
  g_autoptr (GPtrArray) steps = g_ptr_array_new ();

  for (guint i = 0; i < self->transformers->len; i++)
    {
      GstreamTransformer *transformer = g_ptr_array_index (self->transformers, i);
      GstreamTransformerClass *klass = GSTREAM_TRANSFORMER_GET_CLASS (transformer);

      if ((klass->process != NULL || klass->process_async != NULL) &&
          gstream_transformer_wants_at (transformer, relation, method))
        g_ptr_array_add (steps, transformer);
    }
  g_ptr_array_add (steps, NULL);
  self->steps[relation][method] = g_memdup2 (steps->pdata, steps->len * sizeof (gpointer));

  return self->steps[relation][method];
}

static void
put_in_order (GstreamStreamMux *self)
{
  for (guint i = 0; i < self->transformers->len; i++)
    gstream_transformer_set_order (g_ptr_array_index (self->transformers, i), i);
  forget_steps (self);
  gstream_mux_changed (self);
}

static void
release_transformer (gpointer data)
{
  GstreamTransformer *transformer = data;

  gstream_transformer_unregister (transformer);
  g_object_unref (transformer);
}

static const GstreamTransformerOwnerFuncs transformer_funcs = { gstream_mux_schedule };

static gboolean
add_transformer (GstreamStreamMux    *self,
                 GstreamTransformer  *transformer,
                 GError             **error)
{
  GPtrArray *projections = gstream_transformer_get_projections (transformer);

  if (!check_names (self, transformer, error))
    return FALSE;

  for (guint i = 0; i < projections->len; i++)
    gstream_stream_mux_add_projection (self, g_ptr_array_index (projections, i), G_OBJECT_TYPE_NAME (transformer),
                                       gstream_transformer_get_native (transformer), NULL);

  gstream_transformer_register (transformer, &transformer_funcs, self, self->scope);
  if (gstream_transformer_get_before_builtins (transformer))
    g_ptr_array_insert (self->transformers, self->n_before++, g_object_ref (transformer));
  else
    g_ptr_array_add (self->transformers, g_object_ref (transformer));
  put_in_order (self);

  if (self->pump != NULL && gstream_transformer_is_async_only (transformer))
    gstream_pump_set_async_only (self->pump, G_OBJECT_TYPE_NAME (transformer));
  if (self->funcs != NULL)
    self->funcs->grown (self->owner);

  return TRUE;
}

gboolean
gstream_mux_add_from_factory (GstreamStreamMux  *self,
                              GstreamFactory    *factory,
                              GError           **error)
{
  g_autoptr (GstreamTransformer) transformer = factory_make (factory, self->scope);

  return transformer == NULL || add_transformer (self, transformer, error);
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
  if (!check_not_started (self, error) || !gstream_mux_add_from_factory (self, factory, error))
    {
      factory_unref (factory);
      return FALSE;
    }

  g_ptr_array_add (self->factories, factory);

  return TRUE;
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

  return add_factory (self, factory_new (FALSE, type, NULL, NULL, NULL), error);
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

  return add_factory (self, factory_new (FALSE, 0, factory, user_data, destroy), error);
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
bind_extensions (GstreamStreamMux *self)
{
  GHashTableIter iter;
  gpointer extension;

  g_hash_table_iter_init (&iter, self->extensions);
  while (g_hash_table_iter_next (&iter, NULL, &extension))
    gstream_projection_bind (extension, self->pump, NULL, NULL);
}

static void
bind_all (GstreamStreamMux *self)
{
  bind_extensions (self);
  gstream_projection_bind (self->log, self->pump, &gstream_mux_projection_funcs, self);
  for (guint i = 0; i < self->names->len; i++)
    gstream_projection_bind (g_hash_table_lookup (self->projections, g_ptr_array_index (self->names, i)),
                             self->pump, &gstream_mux_projection_funcs, self);

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

void
gstream_stream_mux_keep (GstreamStreamMux *self)
{
  gstream_projection_keep (self->log);
  for (guint i = 0; i < self->names->len; i++)
    gstream_projection_keep (g_hash_table_lookup (self->projections, g_ptr_array_index (self->names, i)));
  gstream_mux_changed (self);
}

void
gstream_stream_mux_settle (GstreamStreamMux *self)
{
  gstream_projection_settle (self->log);
  for (guint i = 0; i < self->names->len; i++)
    gstream_projection_settle (g_hash_table_lookup (self->projections, g_ptr_array_index (self->names, i)));
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

static GstreamTransformer *
make_builtin (const char * const *scope,
              gpointer            user_data)
{
  const GstreamBuiltin *builtin = user_data;

  return builtin->make (builtin);
}

static gboolean
is_chosen (GstreamStreamMux *self,
           const char       *builtin)
{
  return self->builtins == NULL || g_strv_contains ((const char * const *) self->builtins, builtin);
}

static void
gstream_stream_mux_constructed (GObject *object)
{
  GstreamStreamMux *self = GSTREAM_STREAM_MUX (object);

  for (const GstreamBuiltin *builtin = gstream_builtins; builtin->name != NULL; builtin++)
    if (is_chosen (self, builtin->name))
      add_factory (self, factory_new (TRUE, 0, make_builtin, (gpointer) builtin, NULL), NULL);

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
  g_ptr_array_set_size (self->transformers, 0);
  g_hash_table_remove_all (self->projections);
  g_hash_table_remove_all (self->extensions);
  g_ptr_array_set_size (self->names, 0);
  if (self->log != NULL)
    release_projection (g_steal_pointer (&self->log));

  G_OBJECT_CLASS (gstream_stream_mux_parent_class)->dispose (object);
}

static void
gstream_stream_mux_finalize (GObject *object)
{
  GstreamStreamMux *self = GSTREAM_STREAM_MUX (object);

  forget_steps (self);
  g_ptr_array_unref (self->factories);
  g_ptr_array_unref (self->transformers);
  g_hash_table_unref (self->projections);
  g_hash_table_unref (self->extensions);
  g_ptr_array_unref (self->names);
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
  self->tree = gstream_mux_tree_new ();
  self->factories = g_ptr_array_new_with_free_func (factory_unref);
  self->transformers = g_ptr_array_new_with_free_func (release_transformer);
  self->projections = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, release_projection);
  self->extensions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, release_projection);
  self->names = g_ptr_array_new ();
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
