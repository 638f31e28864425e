/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Muxes: the pipeline of a scope. Its transformers in order (M1), their factories (M7), the built-in ones, its
 * projections by name (M2), its run, side work, and its end (M4, M5). The dispatching of events is in gstream-mux-
 * dispatch.c.
 */
#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/stream/gstream-stream-mux-private.h>

/**
 * GstreamStreamMux:
 *
 * The pipeline of a run: its transformers in order, their projections by name, and the main log.
 *
 * If a run is made without a mux, it has all built-in transformers, each of which is made when its projection is first
 * used, or when the first event comes that it has to process. Make a mux to add your own transformers, or to select
 * some of the built-in ones:
 *
 * ```c
 * g_autoptr (GstreamStreamMux) mux = gstream_stream_mux_new (NULL);
 *
 * gstream_stream_mux_add_type (mux, TOKEN_COUNTER_TYPE, &error);
 * run = gstream_run_stream_new (source, mux);
 * tokens = gstream_run_stream_get_projection (run, "tokens", &error);
 * ```
 *
 * A transformer that is added by type or factory is made once for each scope: for the root, and for each subgraph,
 * whose run has its own mux with the same factories (M7). A transformer that is added as an object belongs to the root
 * only.
 *
 * A mux belongs to one run.
 *
 * Since: 1.0
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

const GstreamBuiltin *gstream_stream_mux_builtins;
guint                 gstream_stream_mux_n_builtins;

/*
 * Registers the built-ins, in the order in which they process events. @builtins is not copied, and must be static. To
 * be called once, before the first mux is made.
 */
void
gstream_stream_mux_register_builtins (const GstreamBuiltin *builtins,
                                      guint                 n_builtins)
{
  g_assert (gstream_stream_mux_builtins == NULL && n_builtins <= GSTREAM_MAX_BUILTINS);

  gstream_stream_mux_builtins = builtins;
  gstream_stream_mux_n_builtins = n_builtins;
}

/* --- its projections: what they tell it --- */

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
      g_prefix_error (error, _ ("An item of projection “%s” cannot be forwarded to the main log: "),
                      gstream_projection_get_name (projection));
      return FALSE;
    }
  gstream_stream_mux_append (self, gstream_event_new (gstream_projection_get_method (projection),
                                                      (const char *const *) self->scope->segments, data));

  return TRUE;
}

static void
on_changed (gpointer owner)
{
  gstream_stream_mux_changed (owner);
}

static GstreamProjection *
get_log (gpointer owner)
{
  return ((GstreamStreamMux *) owner)->log;
}

const GstreamProjectionOwnerFuncs gstream_stream_mux_projection_funcs = { forward_item, on_changed, get_log };

/* Consumes the only reference to a projection, which is detached from the mux and ended. */
static void
release_projection (gpointer projection)
{
  gstream_projection_unbind (projection);
  gstream_projection_close (projection);
  g_object_unref (projection);
}

/* Attaches @projection to @self and to @transformer, which is not registered yet. */
static void
adopt_projection (GstreamStreamMux   *self,
                  GstreamProjection  *projection,
                  GstreamTransformer *transformer)
{
  gstream_projection_set_registrar (projection, G_OBJECT_TYPE_NAME (transformer),
                                    gstream_transformer_get_native (transformer));
  if (self->pump != NULL)
    gstream_projection_bind (projection, self->pump, &gstream_stream_mux_projection_funcs, self);
}

/* --- their names --- */

/* The error of a name that is taken (M2). */
static void
set_exists (GError    **error,
            const char *registrar,
            const char *name,
            const char *owner)
{
  g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_EXISTS,
               _ ("%s cannot register the projection “%s”: it belongs to %s"), registrar, name, owner);
}

/*
 * Returns who already has a projection of this name, or NULL. @before: of the transformer's own projections, only those
 * before this one are compared.
 */
static const char *
find_owner (GstreamStreamMux *self,
            const char       *name,
            GSList           *projections,
            GSList           *before)
{
  GstreamProjection *other = gstream_stream_mux_find_projection (self, name);

  if (g_str_equal (name, "log"))
    return _ ("the main log");
  if (other != NULL)
    return gstream_projection_get_registrar (other);
  for (GSList *link = projections; link != before; link = link->next)
    if (g_str_equal (name, gstream_projection_get_name (link->data)))
      return _ ("itself");

  return NULL;
}

/* Whether the names of all its projections are free. */
static gboolean
check_names (GstreamStreamMux   *self,
             GstreamTransformer *transformer,
             GError            **error)
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

/* --- those that the source names (T9) --- */

GstreamProjection *
gstream_stream_mux_get_extension (GstreamStreamMux *self,
                                  const char       *name)
{
  GstreamProjection *extension;

  if (self->extensions == NULL)
    self->extensions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, release_projection);
  extension = g_hash_table_lookup (self->extensions, name);
  if (extension != NULL)
    return extension;

  extension = gstream_projection_new (name, GSTREAM_TYPE_PAYLOAD);
  g_hash_table_insert (self->extensions, (gpointer) gstream_projection_get_name (extension), extension);
  if (self->pump != NULL)
    gstream_projection_bind (extension, self->pump, NULL, NULL);
  if (self->state >= GSTREAM_MUX_ENDING)
    gstream_stream_mux_end_projection (self, extension);

  return extension;
}

/* --- its transformers, in the order in which they see events (M1) --- */

/* Consumes the mux's reference to a registered transformer. */
static void
release_transformer (gpointer data)
{
  GstreamTransformer *transformer = data;

  gstream_transformer_unregister (transformer);
  g_object_unref (transformer);
}

/* The order is: transformers before the built-ins, the built-ins, all others; within each group by registration. */
static guint
order_of (GstreamStreamMux   *self,
          GstreamTransformer *transformer,
          int                 index)
{
  if (index >= 0)
    return GSTREAM_ORDER_BUILTINS + index;

  return (gstream_transformer_get_before_builtins (transformer) ? 0 : 2 * GSTREAM_ORDER_BUILTINS) +
         self->transformers->len;
}

static guint
find_place (GstreamStreamMux *self,
            guint             order)
{
  guint place = self->transformers->len;

  /* A transformer that is added while transformers are being finished comes last, because it has not seen any event. */
  if (self->state >= GSTREAM_MUX_FINISHING)
    return place;
  while (place > 0 && gstream_transformer_get_order (g_ptr_array_index (self->transformers, place - 1)) > order)
    place--;

  return place;
}

static const GstreamTransformerOwnerFuncs transformer_funcs = { gstream_stream_mux_schedule, gstream_stream_mux_replace,
                                                                gstream_stream_mux_owns };

/* Inserts @transformer in order (M1): as the built-in @index, or among the others if that is negative. */
static void
register_transformer (GstreamStreamMux   *self,
                      GstreamTransformer *transformer,
                      int                 index)
{
  guint order = order_of (self, transformer, index);

  gstream_transformer_register (transformer, &transformer_funcs, self, self->scope);
  gstream_transformer_set_order (transformer, order);
  g_ptr_array_insert (self->transformers, find_place (self, order), g_object_ref (transformer));
}

/* --- adding --- */

/*
 * Fails if it is too late to add a transformer, which has to see all events, and to be told of the end. The run of a
 * subgraph begins when its mux is made.
 */
static gboolean
check_not_started (GstreamStreamMux *self,
                   GError          **error)
{
  if (self->state != GSTREAM_MUX_OPEN)
    g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED,
                         _ ("A transformer cannot be added: the run is over"));
  else if (self->started || self->root != self)
    g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED,
                         _ ("A transformer cannot be added: the run has begun, and it would not see every event"));
  else
    return TRUE;

  return FALSE;
}

static gboolean
has_closed (GSList *projections)
{
  for (GSList *link = projections; link != NULL; link = link->next)
    if (gstream_projection_get_closed (link->data))
      return TRUE;

  return FALSE;
}

/* Fails if @transformer is in a mux, or its projections have ended with the one that it was in. */
static gboolean
check_free (GstreamTransformer *transformer,
            GError            **error)
{
  if (gstream_transformer_get_mux (transformer) != NULL)
    g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                 _ ("This %s belongs to a mux already: make one for each run and each subgraph"),
                 G_OBJECT_TYPE_NAME (transformer));
  else if (has_closed (gstream_transformer_get_projections (transformer)))
    g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                 _ ("The projections of this %s are closed, as they are after a run: make one for each run"),
                 G_OBJECT_TYPE_NAME (transformer));
  else
    return TRUE;

  return FALSE;
}

/* Adds @transformer with its projections; fails if it is not free, or a name is taken (M2). */
static gboolean
add_transformer (GstreamStreamMux   *self,
                 GstreamTransformer *transformer,
                 GError            **error)
{
  if (!check_free (transformer, error) || !check_names (self, transformer, error))
    return FALSE;

  for (GSList *link = gstream_transformer_get_projections (transformer); link != NULL; link = link->next)
    {
      adopt_projection (self, link->data, transformer);
      if (self->projections == NULL)
        self->projections = g_ptr_array_new_with_free_func (release_projection);
      g_ptr_array_add (self->projections, g_object_ref (link->data));
    }
  register_transformer (self, transformer, -1);
  gstream_stream_mux_changed (self);

  if (self->pump != NULL && gstream_transformer_is_async_only (transformer))
    gstream_pump_set_async_only (self->pump, G_OBJECT_TYPE_NAME (transformer));
  if (self->funcs != NULL)
    self->funcs->grown (self->owner);

  return TRUE;
}

/**
 * gstream_stream_mux_add_transformer:
 * @self: the mux of a run that has not begun
 * @transformer: a transformer that is in no mux
 * @error: return location for an error
 *
 * Adds a transformer object. It belongs to the root only (M7): subgraphs do not have it.
 *
 * Fails like [method@StreamMux.add_type], and with %GSTREAM_ERROR_INVALID if @transformer is in a mux, or was in one with
 * which its projections were closed.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 1.0
 */
gboolean
gstream_stream_mux_add_transformer (GstreamStreamMux   *self,
                                    GstreamTransformer *transformer,
                                    GError            **error)
{
  g_return_val_if_fail (GSTREAM_IS_STREAM_MUX (self), FALSE);
  g_return_val_if_fail (GSTREAM_IS_TRANSFORMER (transformer), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return check_not_started (self, error) && add_transformer (self, transformer, error);
}

/* --- what makes them, once for every scope (M7): a type or a function --- */

/* A factory of transformers, shared by a mux and its children. */
typedef struct
{
  grefcount                 ref_count;
  GType                     type; /* 0: made by the function */
  GstreamTransformerFactory make;
  gpointer                  user_data;
  GDestroyNotify            destroy;
} GstreamFactory;

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

  return self->make ((const char *const *) scope->segments, self->user_data);
}

/* --- adding --- */

/* Consumes @factory. */
static gboolean
add_from_factory (GstreamStreamMux *self,
                  GstreamFactory   *factory,
                  GError          **error)
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
gstream_stream_mux_inherit_factories (GstreamStreamMux *self,
                                      GstreamStreamMux *parent,
                                      GError          **error)
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

/* Consumes @factory. */
static gboolean
add_factory (GstreamStreamMux *self,
             GstreamFactory   *factory,
             GError          **error)
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
 * Fails with %GSTREAM_ERROR_EXISTS if the name of one of its projections is taken (M2); the message says by which
 * transformer. Fails with %GSTREAM_ERROR_INVALID if @type is not derived from [class@Transformer], and with
 * %GSTREAM_ERROR_NOT_SUPPORTED if the run has begun or is over, as that of a subgraph always has.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 1.0
 */
gboolean
gstream_stream_mux_add_type (GstreamStreamMux *self,
                             GType             type,
                             GError          **error)
{
  g_return_val_if_fail (GSTREAM_IS_STREAM_MUX (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!g_type_is_a (type, GSTREAM_TYPE_TRANSFORMER) || G_TYPE_IS_ABSTRACT (type))
    {
      const char *name = g_type_name (type);

      g_set_error (
          error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
          _ ("%s is no class of transformers that could be made: expected one derived from GstreamTransformer"),
          name ? name : _ ("No type"));
      return FALSE;
    }

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
 * Adds transformers that @factory makes, here and in every subgraph (M7). It is called at once for the root.
 *
 * Each call has to make another transformer. Fails like [method@StreamMux.add_transformer]; if that happens for a
 * subgraph, the run fails.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 1.0
 */
gboolean
gstream_stream_mux_add_factory (GstreamStreamMux         *self,
                                GstreamTransformerFactory factory,
                                gpointer                  user_data,
                                GDestroyNotify            destroy,
                                GError                  **error)
{
  g_return_val_if_fail (GSTREAM_IS_STREAM_MUX (self), FALSE);
  g_return_val_if_fail (factory != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return add_factory (self, factory_new (0, factory, user_data, destroy), error);
}

/* --- the built-in ones: chosen when the mux is made, and made when they are needed --- */

static gboolean
is_known (const char *name)
{
  for (guint i = 0; i < gstream_stream_mux_n_builtins; i++)
    if (g_str_equal (gstream_stream_mux_builtins[i].name, name))
      return TRUE;

  return FALSE;
}

static char *
join_known (void)
{
  const char *names[GSTREAM_MAX_BUILTINS + 1] = { NULL };

  for (guint i = 0; i < gstream_stream_mux_n_builtins; i++)
    names[i] = gstream_stream_mux_builtins[i].name;

  return g_strjoinv (", ", (char **) names);
}

gboolean
gstream_stream_mux_check_builtins (GstreamStreamMux *self,
                                   GError          **error)
{
  g_autofree char *known = NULL;

  for (guint i = 0; self->builtins != NULL && self->builtins[i] != NULL; i++)
    if (!is_known (self->builtins[i]))
      {
        known = join_known ();
        g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND,
                     _ ("There is no built-in transformer “%s”; there are: %s"), self->builtins[i], known);
        return FALSE;
      }

  return TRUE;
}

/* NULL: all */
static void
choose_builtins (GstreamStreamMux  *self,
                 const char *const *names)
{
  self->chosen = 0;
  for (guint i = 0; i < gstream_stream_mux_n_builtins; i++)
    if (names == NULL || g_strv_contains (names, gstream_stream_mux_builtins[i].name))
      self->chosen |= 1u << i;
}

static gboolean
is_unmade (GstreamStreamMux *self,
           guint             index)
{
  return (self->chosen & (1u << index)) != 0 && self->natives[index] == NULL;
}

static void
make_builtin (GstreamStreamMux *self,
              guint             index)
{
  const GstreamBuiltin *builtin = &gstream_stream_mux_builtins[index];
  g_autoptr (GstreamTransformer) transformer = builtin->make (builtin);
  GstreamProjection *projection = gstream_transformer_get_projections (transformer)->data;

  gstream_transformer_set_builtin (transformer, builtin->wants);
  adopt_projection (self, projection, transformer);
  register_transformer (self, transformer, index);
  self->natives[index] = g_object_ref (projection);
  if (self->early)
    gstream_projection_start_early (projection);
  if (self->state >= GSTREAM_MUX_ENDING)
    gstream_stream_mux_end_projection (self, projection);
}

/* Returns the projection of the built-in @index, which must be chosen; makes it if necessary. */
static GstreamProjection *
get_native (GstreamStreamMux *self,
            guint             index)
{
  if (is_unmade (self, index))
    {
      make_builtin (self, index);
      gstream_stream_mux_changed (self);
    }

  return self->natives[index];
}

void
gstream_stream_mux_make_builtins (GstreamStreamMux *self,
                                  GstreamRelation   relation,
                                  GstreamMethod     method)
{
  for (guint i = 0; i < gstream_stream_mux_n_builtins; i++)
    {
      const GstreamBuiltin *builtin = &gstream_stream_mux_builtins[i];

      if (is_unmade (self, i) && (builtin->wants[relation] & (1u << method)) != 0 &&
          (self->early || !builtin->only_pushes))
        make_builtin (self, i);
    }
}

/* --- what it has --- */

/**
 * gstream_stream_mux_get_scope:
 * @self: a mux
 *
 * The namespace that it is for.
 *
 * Returns: (array zero-terminated=1) (transfer none): the path; empty for the root
 *
 * Since: 1.0
 */
const char *const *
gstream_stream_mux_get_scope (GstreamStreamMux *self)
{
  g_return_val_if_fail (GSTREAM_IS_STREAM_MUX (self), NULL);

  return (const char *const *) self->scope->segments;
}

/**
 * gstream_stream_mux_get_log:
 * @self: a mux
 *
 * Gets the main log: a projection of all events at and below the scope that were not suppressed by a transformer, and
 * of forwarded items (M6).
 *
 * Returns: (transfer none): the main log
 *
 * Since: 1.0
 */
GstreamProjection *
gstream_stream_mux_get_log (GstreamStreamMux *self)
{
  g_return_val_if_fail (GSTREAM_IS_STREAM_MUX (self), NULL);

  return self->log;
}

/* --- projections --- */

void
gstream_stream_mux_foreach_projection (GstreamStreamMux *self,
                                       GFunc             func,
                                       gpointer          user_data)
{
  for (guint i = 0; i < gstream_stream_mux_n_builtins; i++)
    if (self->natives[i] != NULL)
      func (self->natives[i], user_data);
  if (self->projections != NULL)
    g_ptr_array_foreach (self->projections, func, user_data);
}

GstreamProjection *
gstream_stream_mux_find_projection (GstreamStreamMux *self,
                                    const char       *name)
{
  for (guint i = 0; i < gstream_stream_mux_n_builtins; i++)
    if ((self->chosen & (1u << i)) != 0 && g_str_equal (gstream_stream_mux_builtins[i].name, name))
      return get_native (self, i);

  for (guint i = 0; self->projections != NULL && i < self->projections->len; i++)
    {
      GstreamProjection *projection = g_ptr_array_index (self->projections, i);

      if (g_str_equal (gstream_projection_get_name (projection), name))
        return projection;
    }

  return NULL;
}

/**
 * gstream_stream_mux_list_projections:
 * @self: a mux
 *
 * The names of its projections, in the order in which they were registered;
 * without the main log, whose name is `log`.
 *
 * Returns: (array zero-terminated=1) (transfer full): the names
 *
 * Since: 1.0
 */
char **
gstream_stream_mux_list_projections (GstreamStreamMux *self)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  g_return_val_if_fail (GSTREAM_IS_STREAM_MUX (self), NULL);

  for (guint i = 0; i < gstream_stream_mux_n_builtins; i++)
    if ((self->chosen & (1u << i)) != 0)
      g_strv_builder_add (names, gstream_stream_mux_builtins[i].name);
  for (guint i = 0; self->projections != NULL && i < self->projections->len; i++)
    g_strv_builder_add (names, gstream_projection_get_name (g_ptr_array_index (self->projections, i)));

  return g_strv_builder_end (names);
}

/**
 * gstream_stream_mux_get_projection:
 * @self: a mux
 * @name: a projection's name, or `log`
 * @error: return location for an error
 *
 * Finds a projection by name.
 *
 * Fails with %GSTREAM_ERROR_NOT_FOUND if there is none; the message lists the existing names.
 *
 * Returns: (transfer none): the projection
 *
 * Since: 1.0
 */
GstreamProjection *
gstream_stream_mux_get_projection (GstreamStreamMux *self,
                                   const char       *name,
                                   GError          **error)
{
  g_auto (GStrv) names = NULL;
  g_autofree char   *others = NULL;
  g_autofree char   *known = NULL;
  GstreamProjection *projection;

  g_return_val_if_fail (GSTREAM_IS_STREAM_MUX (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  projection = g_str_equal (name, "log") ? self->log : gstream_stream_mux_find_projection (self, name);
  if (projection == NULL && self->extensions != NULL)
    projection = g_hash_table_lookup (self->extensions, name);
  if (projection != NULL)
    return projection;

  names = gstream_stream_mux_list_projections (self);
  others = g_strjoinv (", ", names);
  known = g_strjoin (", ", "log", *others != '\0' ? others : NULL, NULL);
  g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND, _ ("There is no projection “%s”; there are: %s"), name,
               known);

  return NULL;
}

/* --- channels --- */

static void
add_channels (GPtrArray         *names,
              const char *const *channels)
{
  for (gsize i = 0; channels != NULL && channels[i] != NULL; i++)
    if (!g_ptr_array_find_with_equal_func (names, channels[i], g_str_equal, NULL))
      g_ptr_array_add (names, (gpointer) channels[i]);
}

/**
 * gstream_stream_mux_list_channels:
 * @self: a mux
 *
 * Gets the stream modes that its transformers need (M8), which the source is asked for.
 *
 * Returns: (array zero-terminated=1) (transfer full): the names, each once
 *
 * Since: 1.0
 */
char **
gstream_stream_mux_list_channels (GstreamStreamMux *self)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GPtrArray *transformers;
  guint      i = 0;

  g_return_val_if_fail (GSTREAM_IS_STREAM_MUX (self), NULL);

  transformers = self->transformers;
  for (; i < transformers->len && gstream_transformer_get_before_builtins (g_ptr_array_index (transformers, i)); i++)
    add_channels (names, gstream_transformer_get_channels (g_ptr_array_index (transformers, i)));
  for (guint builtin = 0; builtin < gstream_stream_mux_n_builtins; builtin++)
    if ((self->chosen & (1u << builtin)) != 0)
      add_channels (names, gstream_stream_mux_builtins[builtin].channels);
  /* The built-ins that exist are already covered by the table. */
  for (; i < transformers->len; i++)
    add_channels (names, gstream_transformer_get_channels (g_ptr_array_index (transformers, i)));
  g_ptr_array_add (names, NULL);

  return g_strdupv ((char **) names->pdata);
}

/* --- its run: the pump that they share, and whom the mux tells --- */

static void
bind_projection (gpointer projection,
                 gpointer user_data)
{
  GstreamStreamMux *self = user_data;

  gstream_projection_bind (projection, self->pump, &gstream_stream_mux_projection_funcs, self);
}

static void
bind_extensions (GstreamStreamMux *self)
{
  GHashTableIter iter;
  gpointer       extension;

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
  gstream_stream_mux_foreach_projection (self, bind_projection, self);
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
  gstream_stream_mux_changed (self);
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

/* --- early buffering (P11) --- */

static void
start_early_in (gpointer projection,
                gpointer user_data)
{
  gstream_projection_start_early (projection);
}

static void
stop_early_in (gpointer projection,
               gpointer user_data)
{
  gstream_projection_stop_early (projection);
}

void
gstream_stream_mux_start_early (GstreamStreamMux *self)
{
  self->early = TRUE;
  gstream_projection_start_early (self->log);
  gstream_stream_mux_foreach_projection (self, start_early_in, NULL);
  gstream_stream_mux_changed (self); /* more built-ins are needed */
}

void
gstream_stream_mux_stop_early (GstreamStreamMux *self)
{
  self->early = FALSE;
  gstream_projection_stop_early (self->log);
  gstream_stream_mux_foreach_projection (self, stop_early_in, NULL);
  gstream_stream_mux_changed (self);
}

/* --- side work (M4) --- */

static gboolean
has_work (GstreamStreamMux *self)
{
  GPtrArray *works = self->root ? self->root->tree->works : NULL;

  for (guint i = 0; works != NULL && i < works->len; i++)
    if (self->root == self || gstream_side_work_get_owner (g_ptr_array_index (works, i)) == self)
      return TRUE;

  return FALSE;
}

static void     finish_close (GstreamStreamMux *self);
static void     resume_root (GstreamStreamMux *root);
static gboolean has_enders (GstreamStreamMux *self);

static void
close_if_idle (GstreamStreamMux *self)
{
  if (self->state == GSTREAM_MUX_CLOSING && !has_work (self) && !has_enders (self))
    finish_close (self);
}

static void
report (GstreamStreamMux *self,
        GstreamSideWork  *work,
        const GError     *error)
{
  if (error == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (!gstream_side_work_get_fails_run (work))
    g_message ("Side work of a transformer failed: %s", error->message);
  else if (self->state == GSTREAM_MUX_OPEN && self->funcs != NULL)
    self->funcs->failed (self->owner, g_error_copy (error));
  else if (self->state == GSTREAM_MUX_CLOSING && self->error == NULL && !self->aborted)
    self->error = g_error_copy (error);
}

static void
on_work_done (GstreamSideWork *work,
              const GError    *error,
              gpointer         owner)
{
  GstreamStreamMux *self = g_object_ref (owner);
  GstreamStreamMux *root = self->root ? g_object_ref (self->root) : NULL;

  if (root != NULL)
    g_ptr_array_remove_fast (root->tree->works, work);
  report (self, work, error);
  close_if_idle (self);
  if (root != NULL && root != self && root->tree != NULL)
    close_if_idle (root);

  g_clear_object (&root);
  g_object_unref (self);
}

static void
add_work (GstreamMuxTree  *tree,
          GstreamSideWork *work)
{
  if (tree->works == NULL)
    tree->works = g_ptr_array_new ();
  g_ptr_array_add (tree->works, work);
}

GstreamSideWork *
gstream_stream_mux_schedule (gpointer mux,
                             gboolean fails_run)
{
  GstreamStreamMux *self = mux;
  GstreamSideWork  *work = gstream_side_work_new (fails_run, on_work_done, self);

  if (self->root == NULL || self->state >= GSTREAM_MUX_FINISHING)
    gstream_side_work_disown (work); /* the run has ended, and does not wait for it */
  else
    add_work (self->root->tree, work);

  return work;
}

static GPtrArray *
works_of (GstreamStreamMux *self)
{
  GPtrArray *mine = g_ptr_array_new_with_free_func (g_object_unref);
  GPtrArray *works = self->root ? self->root->tree->works : NULL;

  for (guint i = 0; works != NULL && i < works->len; i++)
    {
      GstreamSideWork *work = g_ptr_array_index (works, i);

      if (self->root == self || gstream_side_work_get_owner (work) == self)
        g_ptr_array_add (mine, g_object_ref (work));
    }

  return mine;
}

static void
cancel_works (GstreamStreamMux *self)
{
  g_autoptr (GPtrArray) works = works_of (self);

  for (guint i = 0; i < works->len; i++)
    g_cancellable_cancel (gstream_side_work_get_cancellable (g_ptr_array_index (works, i)));
}

void
gstream_stream_mux_disown_works (GstreamStreamMux *self)
{
  g_autoptr (GPtrArray) works = works_of (self);

  for (guint i = 0; i < works->len; i++)
    {
      GstreamSideWork *work = g_ptr_array_index (works, i);

      gstream_side_work_disown (work);
      g_ptr_array_remove_fast (self->root->tree->works, work);
      g_cancellable_cancel (gstream_side_work_get_cancellable (work));
    }
}

/* --- its end: side work is waited for, transformers are finished or told of the failure, projections and main log closed (M5) --- */

void
gstream_stream_mux_end_projection (GstreamStreamMux  *self,
                                   GstreamProjection *projection)
{
  if (self->error != NULL)
    gstream_projection_fail (projection, self->error);
  else
    gstream_projection_close (projection);
}

static void
end_one (gpointer projection,
         gpointer mux)
{
  gstream_stream_mux_end_projection (mux, projection);
}

static void
end_extensions (GstreamStreamMux *self)
{
  g_autoptr (GList) extensions = self->extensions ? g_hash_table_get_values (self->extensions) : NULL;

  g_list_foreach (extensions, end_one, self);
}

static void
end_projections (GstreamStreamMux *self)
{
  gstream_stream_mux_foreach_projection (self, end_one, self);
  end_extensions (self);
  gstream_stream_mux_end_projection (self, self->log);
}

static void
add_awaited (gpointer projection,
             gpointer n_awaited)
{
  *(guint *) n_awaited += gstream_projection_is_awaited (projection);
}

gboolean
gstream_stream_mux_is_awaited (GstreamStreamMux *self)
{
  g_autoptr (GList) extensions = self->extensions ? g_hash_table_get_values (self->extensions) : NULL;
  guint n_awaited = 0;

  gstream_stream_mux_foreach_projection (self, add_awaited, &n_awaited);
  g_list_foreach (extensions, add_awaited, &n_awaited);
  add_awaited (self->log, &n_awaited);

  return n_awaited > 0;
}

/* --- the end of its transformers, one after another --- */

/* The transformers of children are finished before the root continues. */
static gboolean
has_enders (GstreamStreamMux *self)
{
  return self->root == self && self->tree->enders.length > (self->delayed ? 1 : 0);
}

static void
join_enders (GstreamStreamMux *self)
{
  if (self->delayed || self->root == NULL)
    return;

  self->delayed = TRUE;
  self->ender.data = self;
  g_queue_push_tail_link (&self->root->tree->enders, &self->ender);
}

void
gstream_stream_mux_leave_enders (GstreamStreamMux *self)
{
  GstreamScope *known;

  if (!self->delayed || self->root == NULL)
    return;

  g_queue_unlink (&self->root->tree->enders, &self->ender);
  self->delayed = FALSE;
  known = self->root != self ? gstream_mux_tree_find (self->root->tree, self->scope) : NULL;
  if (self->root != self && (known == NULL || known->mux != self))
    self->root = NULL; /* it was released during the call */
}

static void
cancel_endings (GstreamStreamMux *self)
{
  g_autoptr (GstreamStreamMux) root = self->root == self ? g_object_ref (self) : NULL;
  g_autoptr (GList) enders = root ? g_list_copy_deep (root->tree->enders.head, (GCopyFunc) g_object_ref, NULL) : NULL;

  for (GList *link = enders; link != NULL; link = link->next)
    {
      g_autoptr (GstreamStreamMux) mux = link->data;

      if (mux->ending != NULL)
        g_cancellable_cancel (mux->ending);
    }
  if (root == NULL && self->ending != NULL)
    g_cancellable_cancel (self->ending);
}

static void end_transformers (GstreamStreamMux *self);

/* Called when an asynchronous transformer has finished. */
static void
go_on (GstreamStreamMux *self)
{
  self->awaiting = FALSE;
  if (!self->stepping)
    end_transformers (self);
}

static void
take_error (GstreamStreamMux *self,
            GError           *error)
{
  if (self->error == NULL && !self->aborted && self->state == GSTREAM_MUX_FINISHING)
    self->error = error;
  else
    g_error_free (error);
}

/* The mux that waits for @transformer, with its reference; PyGObject 3.50 may call back without @user_data. */
static GstreamStreamMux *
mux_of_call (GstreamTransformer *transformer,
             gpointer            user_data)
{
  return user_data != NULL ? user_data : gstream_transformer_get_mux (transformer);
}

static void
on_finished (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GstreamStreamMux) self = mux_of_call (GSTREAM_TRANSFORMER (object), user_data);
  GError *error = NULL;

  if (!GSTREAM_TRANSFORMER_GET_CLASS (object)->finish_finish (GSTREAM_TRANSFORMER (object), result, &error) && error)
    take_error (self, error);
  go_on (self);
}

static void
on_told (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GstreamStreamMux) self = mux_of_call (GSTREAM_TRANSFORMER (object), user_data);

  GSTREAM_TRANSFORMER_GET_CLASS (object)->fail_finish (GSTREAM_TRANSFORMER (object), result);
  go_on (self);
}

static void
begin_waiting (GstreamStreamMux *self)
{
  self->awaiting = TRUE;
  if (self->ending == NULL)
    self->ending = g_cancellable_new ();
  join_enders (self);
}

static void
finish_transformer (GstreamStreamMux   *self,
                    GstreamTransformer *transformer)
{
  GstreamTransformerClass *klass = GSTREAM_TRANSFORMER_GET_CLASS (transformer);
  GError                  *error = NULL;

  if (klass->finish != NULL)
    {
      if (!klass->finish (transformer, &error) && error != NULL)
        take_error (self, error);
    }
  else if (klass->finish_async != NULL)
    {
      begin_waiting (self);
      klass->finish_async (transformer, self->ending, on_finished, g_object_ref (self));
    }
}

/* Not cancelled if the run was aborted, because this is done on account of the abort. */
static void
fail_transformer (GstreamStreamMux   *self,
                  GstreamTransformer *transformer,
                  const GError       *error)
{
  GstreamTransformerClass *klass = GSTREAM_TRANSFORMER_GET_CLASS (transformer);

  if (klass->fail != NULL)
    klass->fail (transformer, error);
  else if (klass->fail_async != NULL)
    {
      begin_waiting (self);
      klass->fail_async (transformer, error, NULL, on_told, g_object_ref (self));
    }
}

static void
end_transformer (GstreamStreamMux   *self,
                 GstreamTransformer *transformer)
{
  if (self->failing)
    fail_transformer (self, transformer, self->error);
  else if (self->aborted)
    fail_transformer (self, transformer, NULL);
  else
    finish_transformer (self, transformer);
}

static void
close_projections (GstreamStreamMux *self)
{
  g_autoptr (GstreamStreamMux) root = self->root && self->root != self ? g_object_ref (self->root) : NULL;

  gstream_stream_mux_leave_enders (self);
  self->state = GSTREAM_MUX_ENDING;
  end_projections (self);
  self->state = GSTREAM_MUX_CLOSED;
  /* Projections that are made from now on end in the same way. */
  if (self->funcs != NULL)
    self->funcs->closed (self->owner, self->error ? g_error_copy (self->error) : NULL);

  if (root != NULL && root->tree != NULL)
    resume_root (root);
}

static gboolean
has_to_wait (GstreamStreamMux *self)
{
  return self->awaiting || has_enders (self);
}

/* Stops at a transformer that finishes asynchronously; go_on() calls this again then. */
static void
end_transformers (GstreamStreamMux *self)
{
  g_autoptr (GstreamPump) pump = self->pump ? gstream_pump_ref (self->pump) : NULL;

  if (self->state != GSTREAM_MUX_FINISHING)
    return;

  g_object_ref (self);
  if (pump != NULL)
    gstream_pump_enter (pump);
  self->stepping = TRUE;
  while (!has_to_wait (self) && self->n_ended < self->transformers->len)
    end_transformer (self, g_ptr_array_index (self->transformers, self->n_ended++));
  self->stepping = FALSE;
  if (has_to_wait (self))
    join_enders (self);
  else
    close_projections (self);
  if (pump != NULL)
    gstream_pump_leave (pump);
  g_object_unref (self);
}

static void
resume_root (GstreamStreamMux *root)
{
  if (root->state == GSTREAM_MUX_FINISHING && !root->stepping && !has_to_wait (root))
    end_transformers (root);
  else
    close_if_idle (root);
}

static void
finish_close (GstreamStreamMux *self)
{
  self->state = GSTREAM_MUX_FINISHING;
  self->failing = self->error != NULL;
  end_transformers (self);
}

gboolean
gstream_stream_mux_hurry (GstreamStreamMux *self)
{
  if (self->state != GSTREAM_MUX_FINISHING || !self->delayed)
    return FALSE;

  self->aborted = self->aborted || self->error == NULL;
  cancel_endings (self);

  return self->aborted;
}

void
gstream_stream_mux_close_now (GstreamStreamMux *self,
                              const GError     *error)
{
  if (self->state != GSTREAM_MUX_FINISHING || !self->delayed)
    return;

  g_object_ref (self);
  if (error != NULL && self->error == NULL && !self->aborted)
    {
      self->error = g_error_copy (error);
      self->failing = TRUE;
    }
  gstream_stream_mux_hurry (self);
  self->stepping = TRUE;
  while (self->n_ended < self->transformers->len)
    end_transformer (self, g_ptr_array_index (self->transformers, self->n_ended++));
  self->stepping = FALSE;
  if (self->state == GSTREAM_MUX_FINISHING)
    close_projections (self);
  g_object_unref (self);
}

void
gstream_stream_mux_close (GstreamStreamMux *self,
                          const GError     *error,
                          gboolean          aborted)
{
  if (self->state >= GSTREAM_MUX_FINISHING)
    return;

  if (self->state == GSTREAM_MUX_OPEN || aborted || (self->error == NULL && !self->aborted))
    {
      g_clear_error (&self->error);
      self->error = error && !aborted ? g_error_copy (error) : NULL;
      self->aborted = aborted;
    }
  self->state = GSTREAM_MUX_CLOSING;
  gstream_stream_mux_changed (self);

  g_object_ref (self);
  if (error != NULL || aborted)
    {
      if (self->root == self)
        gstream_stream_mux_cancel_dispatch (self);
      cancel_works (self);
      cancel_endings (self);
    }
  close_if_idle (self);
  g_object_unref (self);
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

  choose_builtins (self, (const char *const *) self->builtins);

  G_OBJECT_CLASS (gstream_stream_mux_parent_class)->constructed (object);
}

static void
gstream_stream_mux_dispose (GObject *object)
{
  GstreamStreamMux *self = GSTREAM_STREAM_MUX (object);

  /* Rarely needed, and cheaper than taking a reference for each event. */
  if (self->dispatching)
    {
      self->unref_deferred = TRUE;
      g_object_ref (self);
      return;
    }

  gstream_stream_mux_disown_works (self);
  gstream_stream_mux_leave_enders (self);
  g_clear_pointer (&self->tree, gstream_mux_tree_free);
  self->root = NULL;
  self->chosen = 0; /* no more built-ins will be made */
  g_ptr_array_set_size (self->transformers, 0);
  for (guint i = 0; i < gstream_stream_mux_n_builtins; i++)
    g_clear_pointer (&self->natives[i], release_projection);
  g_clear_pointer (&self->projections, g_ptr_array_unref);
  g_clear_pointer (&self->extensions, g_hash_table_unref);
  g_clear_pointer (&self->log, release_projection);

  G_OBJECT_CLASS (gstream_stream_mux_parent_class)->dispose (object);
}

static void
gstream_stream_mux_finalize (GObject *object)
{
  GstreamStreamMux *self = GSTREAM_STREAM_MUX (object);

  g_clear_pointer (&self->factories, g_ptr_array_unref);
  g_ptr_array_unref (self->transformers);
  g_clear_object (&self->ending);
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
   * GstreamStreamMux:builtins: (getter get_builtins)
   *
   * Names of the built-in transformers that were chosen; %NULL for all of them.
   *
   * Since: 1.0
   */
  properties[PROP_BUILTINS] = g_param_spec_boxed ("builtins", NULL, NULL, G_TYPE_STRV,
                                                  G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamStreamMux:scope: (getter get_scope)
   *
   * The namespace that it is for; empty for the root.
   *
   * Since: 1.0
   */
  properties[PROP_SCOPE] = g_param_spec_boxed ("scope", NULL, NULL, G_TYPE_STRV,
                                               G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamStreamMux:log: (getter get_log)
   *
   * The main log.
   *
   * Since: 1.0
   */
  properties[PROP_LOG] = g_param_spec_object ("log", NULL, NULL, GSTREAM_TYPE_PROJECTION,
                                              G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_stream_mux_init (GstreamStreamMux *self)
{
  self->scope = gstream_namespace_new (NULL);
  self->root = self;
  self->tree = gstream_mux_tree_new ();
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
 * If there is no built-in transformer of a name, the run that is made with the mux fails with %GSTREAM_ERROR_NOT_FOUND.
 *
 * Returns: (transfer full): the mux
 *
 * Since: 1.0
 */
GstreamStreamMux *
gstream_stream_mux_new (const char *const *builtins)
{
  return g_object_new (GSTREAM_TYPE_STREAM_MUX, "builtins", builtins, NULL);
}

/**
 * gstream_stream_mux_get_builtins: (get-property builtins)
 * @self: a mux
 *
 * Gets the names of the built-in transformers that were chosen.
 *
 * Returns: (array zero-terminated=1) (transfer none) (nullable): the names; %NULL for all of them
 *
 * Since: 1.0
 */
const char *const *
gstream_stream_mux_get_builtins (GstreamStreamMux *self)
{
  g_return_val_if_fail (GSTREAM_IS_STREAM_MUX (self), NULL);

  return (const char *const *) self->builtins;
}
