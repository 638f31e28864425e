/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Transformers, which make projections from events.
 */
#include <gstream/stream/gstream-transformer-internal.h>

/**
 * GstreamTransformer:
 *
 * The base class of transformers, which make projections from a run's events.
 *
 * A transformer sets the methods that it wants, adds its projections, and pushes to them in `process`. This one counts
 * the tokens of a run:
 *
 * ```c
 * static void
 * token_counter_init (TokenCounter *self)
 * {
 *   const char *wants[] = { "messages", NULL };
 *
 *   gstream_transformer_set_wants (GSTREAM_TRANSFORMER (self), wants);
 *   self->tokens = gstream_transformer_add_projection (GSTREAM_TRANSFORMER (self), "tokens", G_TYPE_INT64);
 * }
 *
 * static gboolean
 * token_counter_process (GstreamTransformer *transformer, GstreamEvent *event, GError **error)
 * {
 *   TokenCounter *self = TOKEN_COUNTER (transformer);
 *   g_auto (GValue) count = G_VALUE_INIT;
 *
 *   g_value_init (&count, G_TYPE_INT64);
 *   g_value_set_int64 (&count, ++self->n);
 *
 *   return gstream_projection_push (self->tokens, &count, error);
 * }
 * ```
 *
 * It is added to a mux by its type ([method@StreamMux.add_type]) or a factory, so that each subgraph of the run has
 * one, too (M7), or as an object.
 *
 * Each transformer sees all events of the methods that it wants, in the order of registration (M1), including those of
 * the subgraphs of its scope: see [method@Transformer.owns]. Returning %FALSE without an error keeps the event out of
 * the main log; [method@Transformer.replace] replaces it by another one; an error fails the run.
 *
 * A transformer that has to wait implements `process_async` instead (M3), or `finish_async` and `fail_async` instead of
 * `finish` and `fail`; then synchronous calls on its run fail. For work that the next event need not wait for, see
 * [method@Transformer.schedule].
 *
 * Since: 1.0
 */

typedef struct
{
  char                              **wants;       /* NULL: all, or those in the table of built-ins */
  char                              **channels;    /* NULL: what it wants */
  GSList                             *projections; /* of GstreamProjection, in the order they were added */
  GstreamNamespace                   *scope;       /* NULL until it is registered */
  const GstreamTransformerOwnerFuncs *funcs;       /* the mux's; NULL until it is registered */
  gpointer                            mux;
  guint    methods[GSTREAM_N_RELATIONS]; /* bits of GstreamMethod that it wants, by relation */
  guint    order;                        /* among the transformers of the mux */
  gboolean before_builtins;
  gboolean native;
} GstreamTransformerPrivate;

enum
{
  PROP_0,
  PROP_WANTS,
  PROP_CHANNELS,
  PROP_BEFORE_BUILTINS,
  PROP_NATIVE,
  PROP_SCOPE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (GstreamTransformer, gstream_transformer, G_TYPE_OBJECT)

static inline GstreamTransformerPrivate *
get_private (GstreamTransformer *self)
{
  return gstream_transformer_get_instance_private (self);
}

/* --- what it wants --- */

static guint
bits_of (const char *const *methods)
{
  guint bits = 0;

  for (gsize i = 0; methods[i] != NULL; i++)
    bits |= 1u << gstream_method_from_name (methods[i], strlen (methods[i]));

  return bits;
}

static void
want_everywhere (GstreamTransformerPrivate *priv,
                 guint                      methods)
{
  for (guint relation = 0; relation < GSTREAM_N_RELATIONS; relation++)
    priv->methods[relation] = methods;
}

/**
 * gstream_transformer_get_wants:
 * @self: a transformer
 *
 * The methods of the events that it sees.
 *
 * Returns: (array zero-terminated=1) (nullable) (transfer none): the names, or %NULL for all
 *
 * Since: 1.0
 */
const char *const *
gstream_transformer_get_wants (GstreamTransformer *self)
{
  g_return_val_if_fail (GSTREAM_IS_TRANSFORMER (self), NULL);

  return (const char *const *) get_private (self)->wants;
}

/**
 * gstream_transformer_set_wants:
 * @self: a transformer
 * @methods: (array zero-terminated=1) (nullable): names of methods, or %NULL for all
 *
 * Sets the methods of the events that it wants to see. Transformers that do not want an event cost nothing. To be set
 * before it is registered.
 *
 * Since: 1.0
 */
void
gstream_transformer_set_wants (GstreamTransformer *self,
                               const char *const  *methods)
{
  GstreamTransformerPrivate *priv;

  g_return_if_fail (GSTREAM_IS_TRANSFORMER (self));

  priv = get_private (self);
  g_return_if_fail (priv->mux == NULL);

  g_strfreev (priv->wants);
  priv->wants = g_strdupv ((char **) methods);
  want_everywhere (priv, methods ? bits_of (methods) : G_MAXUINT);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WANTS]);
}

gboolean
gstream_transformer_wants_at (GstreamTransformer *self,
                              GstreamRelation     relation,
                              GstreamMethod       method)
{
  return (get_private (self)->methods[relation] & (1u << method)) != 0;
}

gboolean
gstream_transformer_wants_name (GstreamTransformer *self,
                                const char         *method)
{
  GstreamTransformerPrivate *priv = get_private (self);

  return priv->wants == NULL || g_strv_contains ((const char *const *) priv->wants, method);
}

void
gstream_transformer_set_builtin (GstreamTransformer *self,
                                 const guint         methods[GSTREAM_N_RELATIONS])
{
  GstreamTransformerPrivate *priv = get_private (self);

  priv->native = TRUE;
  memcpy (priv->methods, methods, sizeof priv->methods);
}

/**
 * gstream_transformer_get_channels:
 * @self: a transformer
 *
 * Gets the stream modes that the source is asked for (M8): those that were set, otherwise the methods that it wants.
 *
 * Returns: (array zero-terminated=1) (nullable) (transfer none): the names, or %NULL if it wants all events
 *
 * Since: 1.0
 */
const char *const *
gstream_transformer_get_channels (GstreamTransformer *self)
{
  GstreamTransformerPrivate *priv;

  g_return_val_if_fail (GSTREAM_IS_TRANSFORMER (self), NULL);

  priv = get_private (self);

  return (const char *const *) (priv->channels ? priv->channels : priv->wants);
}

/**
 * gstream_transformer_set_channels:
 * @self: a transformer
 * @channels: (array zero-terminated=1) (nullable): names of stream modes, or %NULL for the methods that it wants
 *
 * Sets [property@Transformer:channels]. To be set before it is registered.
 *
 * Since: 1.0
 */
void
gstream_transformer_set_channels (GstreamTransformer *self,
                                  const char *const  *channels)
{
  GstreamTransformerPrivate *priv;

  g_return_if_fail (GSTREAM_IS_TRANSFORMER (self));

  priv = get_private (self);
  g_strfreev (priv->channels);
  priv->channels = g_strdupv ((char **) channels);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHANNELS]);
}

/**
 * gstream_transformer_get_before_builtins:
 * @self: a transformer
 *
 * Whether it sees events before the built-in transformers (M1).
 *
 * Returns: %TRUE if it does
 *
 * Since: 1.0
 */
gboolean
gstream_transformer_get_before_builtins (GstreamTransformer *self)
{
  g_return_val_if_fail (GSTREAM_IS_TRANSFORMER (self), FALSE);

  return get_private (self)->before_builtins;
}

/**
 * gstream_transformer_get_native:
 * @self: a transformer
 *
 * Gets whether the method of items that its projections forward is the projection's name, instead of `custom:NAME`
 * (M6).
 *
 * Returns: %TRUE if it has
 *
 * Since: 1.0
 */
gboolean
gstream_transformer_get_native (GstreamTransformer *self)
{
  g_return_val_if_fail (GSTREAM_IS_TRANSFORMER (self), FALSE);

  return get_private (self)->native;
}

/**
 * gstream_transformer_get_scope:
 * @self: a transformer
 *
 * The namespace that it was made for.
 *
 * Returns: (array zero-terminated=1) (nullable) (transfer none): the path, empty for the
 *   root, or %NULL before it is registered
 *
 * Since: 1.0
 */
const char *const *
gstream_transformer_get_scope (GstreamTransformer *self)
{
  GstreamTransformerPrivate *priv;

  g_return_val_if_fail (GSTREAM_IS_TRANSFORMER (self), NULL);

  priv = get_private (self);

  return priv->scope ? (const char *const *) priv->scope->segments : NULL;
}

/* --- what it does --- */

/**
 * gstream_transformer_add_projection:
 * @self: a transformer
 * @name: the projection's name
 * @item_type: the type of its items
 *
 * Makes a projection that is registered together with the transformer (M2), and can be found by its name on the run. To
 * be called before the transformer is registered, preferably when it is made.
 *
 * Items that have a JSON form are forwarded to the main log (M6), unless [property@Projection:forward] is set to
 * %FALSE.
 *
 * Returns: (transfer none): the projection
 *
 * Since: 1.0
 */
GstreamProjection *
gstream_transformer_add_projection (GstreamTransformer *self,
                                    const char         *name,
                                    GType               item_type)
{
  GstreamTransformerPrivate *priv;
  GstreamProjection         *projection;
  GstreamItemType            type;

  g_return_val_if_fail (GSTREAM_IS_TRANSFORMER (self), NULL);
  g_return_val_if_fail (name != NULL && *name != '\0', NULL);
  g_return_val_if_fail (gstream_item_type_init (&type, item_type), NULL);

  priv = get_private (self);
  g_return_val_if_fail (priv->mux == NULL, NULL);

  projection = gstream_projection_new (name, item_type);
  gstream_projection_set_forward (projection, gstream_item_type_is_json (&type));
  priv->projections = g_slist_append (priv->projections, projection);

  return projection;
}

GSList *
gstream_transformer_get_projections (GstreamTransformer *self)
{
  return get_private (self)->projections;
}

/**
 * gstream_transformer_owns:
 * @self: a transformer
 * @event: an event, best the one being processed
 *
 * Checks whether the event belongs to the transformer's own scope: it is at the scope itself or at one of its nodes, or
 * is about an item that began at a node which has become a subgraph since (D4). The transformers of a scope also see
 * the events of its subgraphs (M1), but only those of one scope own each event. A `lifecycle` event belongs to the
 * namespace that it is about (D1b).
 *
 * It may be called anywhere in the run's context. For an event that was processed before, the result is the same as for
 * a new event of that namespace.
 *
 * Returns: %TRUE if it is; %FALSE too while the transformer is in no mux
 *
 * Since: 1.0
 */
gboolean
gstream_transformer_owns (GstreamTransformer *self,
                          GstreamEvent       *event)
{
  GstreamTransformerPrivate *priv;

  g_return_val_if_fail (GSTREAM_IS_TRANSFORMER (self), FALSE);
  g_return_val_if_fail (event != NULL, FALSE);

  priv = get_private (self);

  return priv->mux != NULL && priv->funcs->owns (priv->mux, event);
}

/**
 * gstream_transformer_replace:
 * @self: a transformer
 * @event: another event
 *
 * Replaces the event that is being processed by @event, for the following transformers, the main log and the run's
 * state (M1). To be called in `process`, or before `process_async` is completed; at other times it does nothing.
 *
 * Since: 1.0
 */
void
gstream_transformer_replace (GstreamTransformer *self,
                             GstreamEvent       *event)
{
  GstreamTransformerPrivate *priv;

  g_return_if_fail (GSTREAM_IS_TRANSFORMER (self));
  g_return_if_fail (event != NULL);

  priv = get_private (self);
  if (priv->mux != NULL)
    priv->funcs->replace (priv->mux, self, event);
}

/**
 * gstream_transformer_schedule:
 * @self: a transformer that is registered
 * @fails_run: whether an error of the work fails the run; if not, it is logged
 *
 * Begins side work (M4): asynchronous work, for which the end of the run waits, but not the next event.
 *
 * Returns: (transfer full): the work, to be ended with [method@SideWork.complete] or [method@SideWork.fail]
 *
 * Since: 1.0
 */
GstreamSideWork *
gstream_transformer_schedule (GstreamTransformer *self,
                              gboolean            fails_run)
{
  GstreamTransformerPrivate *priv;

  g_return_val_if_fail (GSTREAM_IS_TRANSFORMER (self), NULL);

  priv = get_private (self);
  g_return_val_if_fail (priv->mux != NULL, NULL);

  return priv->funcs->schedule (priv->mux, fails_run);
}

gboolean
gstream_transformer_is_async_only (GstreamTransformer *self)
{
  GstreamTransformerClass *klass = GSTREAM_TRANSFORMER_GET_CLASS (self);

  return (klass->process == NULL && klass->process_async != NULL) ||
         (klass->finish == NULL && klass->finish_async != NULL) || (klass->fail == NULL && klass->fail_async != NULL);
}

/* --- its place in a mux --- */

void
gstream_transformer_register (GstreamTransformer                 *self,
                              const GstreamTransformerOwnerFuncs *funcs,
                              gpointer                            mux,
                              GstreamNamespace                   *scope)
{
  GstreamTransformerPrivate *priv = get_private (self);

  g_assert (priv->mux == NULL);

  priv->funcs = funcs;
  priv->mux = mux;
  g_clear_pointer (&priv->scope, gstream_namespace_unref); /* from a mux that it was in before */
  priv->scope = gstream_namespace_ref (scope);
}

void
gstream_transformer_unregister (GstreamTransformer *self)
{
  GstreamTransformerPrivate *priv = get_private (self);

  priv->funcs = NULL;
  priv->mux = NULL;
}

gpointer
gstream_transformer_get_mux (GstreamTransformer *self)
{
  return get_private (self)->mux;
}

guint
gstream_transformer_get_order (GstreamTransformer *self)
{
  return get_private (self)->order;
}

void
gstream_transformer_set_order (GstreamTransformer *self,
                               guint               order)
{
  get_private (self)->order = order;
}

/* --- its properties --- */

static void
gstream_transformer_get_property (GObject    *object,
                                  guint       prop_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  GstreamTransformer        *self = GSTREAM_TRANSFORMER (object);
  GstreamTransformerPrivate *priv = get_private (self);

  switch (prop_id)
    {
    case PROP_WANTS:
      g_value_set_boxed (value, priv->wants);
      break;
    case PROP_CHANNELS:
      g_value_set_boxed (value, gstream_transformer_get_channels (self));
      break;
    case PROP_BEFORE_BUILTINS:
      g_value_set_boolean (value, priv->before_builtins);
      break;
    case PROP_NATIVE:
      g_value_set_boolean (value, priv->native);
      break;
    case PROP_SCOPE:
      g_value_set_boxed (value, gstream_transformer_get_scope (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_transformer_set_property (GObject      *object,
                                  guint         prop_id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  GstreamTransformer        *self = GSTREAM_TRANSFORMER (object);
  GstreamTransformerPrivate *priv = get_private (self);

  switch (prop_id)
    {
    case PROP_WANTS:
      gstream_transformer_set_wants (self, g_value_get_boxed (value));
      break;
    case PROP_CHANNELS:
      gstream_transformer_set_channels (self, g_value_get_boxed (value));
      break;
    case PROP_BEFORE_BUILTINS:
      priv->before_builtins = g_value_get_boolean (value);
      break;
    case PROP_NATIVE:
      priv->native = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_transformer_finalize (GObject *object)
{
  GstreamTransformerPrivate *priv = get_private (GSTREAM_TRANSFORMER (object));

  g_strfreev (priv->wants);
  g_strfreev (priv->channels);
  g_slist_free_full (priv->projections, g_object_unref);
  g_clear_pointer (&priv->scope, gstream_namespace_unref);

  G_OBJECT_CLASS (gstream_transformer_parent_class)->finalize (object);
}

/**
 * GstreamTransformerClass::process:
 * @self: the transformer
 * @event: an event of the methods that it wants
 *
 * Processes an event, in the order of the transformers (M1), and pushes items to projections. May call
 * [method@Transformer.replace] and [method@Transformer.schedule]. An error fails the run.
 *
 * Returns: %FALSE without an error keeps the event out of the main log
 *
 * Since: 1.0
 */

/**
 * GstreamTransformerClass::process_async:
 * @self: the transformer
 * @event: an event of the methods that it wants
 * @cancellable: (nullable): cancelled when the run is aborted meanwhile
 * @callback: (scope async): to be called when the next transformer may see the event
 * @user_data: for @callback
 *
 * [vfunc@Transformer.process] for a transformer that has to wait; used where that is not implemented (M3).
 *
 * Since: 1.0
 */

/**
 * GstreamTransformerClass::process_finish:
 * @self: the transformer
 * @result: what the callback of [vfunc@Transformer.process_async] was given
 *
 * Ends [vfunc@Transformer.process_async].
 *
 * Returns: %FALSE without an error keeps the event out of the main log
 *
 * Since: 1.0
 */

/**
 * GstreamTransformerClass::finish:
 * @self: the transformer
 *
 * Called when the run of the scope has ended, and all side work is done (M5): the last opportunity to push. An error
 * fails the run, after all other transformers have been finished, too.
 *
 * Returns: whether it went well; %FALSE with an error
 *
 * Since: 1.0
 */

/**
 * GstreamTransformerClass::finish_async:
 * @self: the transformer
 * @cancellable: (nullable): cancelled when the run is aborted meanwhile
 * @callback: (scope async): to be called when it is finished
 * @user_data: for @callback
 *
 * [vfunc@Transformer.finish] for a transformer that has to wait; used where that is not implemented. The run is over
 * only when this is.
 *
 * Since: 1.0
 */

/**
 * GstreamTransformerClass::finish_finish:
 * @self: the transformer
 * @result: what the callback of [vfunc@Transformer.finish_async] was given
 *
 * Ends [vfunc@Transformer.finish_async].
 *
 * Returns: whether it went well; %FALSE with an error
 *
 * Since: 1.0
 */

/**
 * GstreamTransformerClass::fail:
 * @self: the transformer
 * @error: (nullable): why the run failed; %NULL: it was aborted
 *
 * Called when the run has failed or was aborted; after that, its projections are failed or closed (M5). Errors in this
 * function are ignored.
 *
 * Since: 1.0
 */

/**
 * GstreamTransformerClass::fail_async:
 * @self: the transformer
 * @error: (nullable): why the run failed; %NULL: it was aborted
 * @cancellable: (nullable): cancelled when the run is aborted meanwhile
 * @callback: (scope async): to be called when it is done
 * @user_data: for @callback
 *
 * [vfunc@Transformer.fail] for a transformer that has to wait; used where that is not implemented. The run is over only
 * when this is.
 *
 * Since: 1.0
 */

/**
 * GstreamTransformerClass::fail_finish:
 * @self: the transformer
 * @result: what the callback of [vfunc@Transformer.fail_async] was given
 *
 * Ends [vfunc@Transformer.fail_async].
 *
 * Since: 1.0
 */

static void
gstream_transformer_class_init (GstreamTransformerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gstream_transformer_get_property;
  object_class->set_property = gstream_transformer_set_property;
  object_class->finalize = gstream_transformer_finalize;

  /**
   * GstreamTransformer:wants: (getter get_wants) (setter set_wants)
   *
   * The methods of the events that it sees; %NULL for all.
   *
   * Since: 1.0
   */
  properties[PROP_WANTS] = g_param_spec_boxed ("wants", NULL, NULL, G_TYPE_STRV,
                                               G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamTransformer:channels: (getter get_channels) (setter set_channels)
   *
   * The stream modes that the source is asked for (M8). The default are the methods that it wants.
   *
   * Since: 1.0
   */
  properties[PROP_CHANNELS] = g_param_spec_boxed ("channels", NULL, NULL, G_TYPE_STRV,
                                                  G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamTransformer:before-builtins: (getter get_before_builtins)
   *
   * Whether it sees events before the built-in transformers (M1).
   *
   * Since: 1.0
   */
  properties[PROP_BEFORE_BUILTINS] =
      g_param_spec_boolean ("before-builtins", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamTransformer:native: (getter get_native)
   *
   * Whether the method of items that its projections forward is the projection's name (M6). In Python and JavaScript
   * these projections are also properties of the run (M2).
   *
   * Since: 1.0
   */
  properties[PROP_NATIVE] = g_param_spec_boolean ("native", NULL, NULL, FALSE,
                                                  G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamTransformer:scope: (getter get_scope)
   *
   * The namespace that it was made for; %NULL before it is registered.
   *
   * Since: 1.0
   */
  properties[PROP_SCOPE] = g_param_spec_boxed ("scope", NULL, NULL, G_TYPE_STRV,
                                               G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_transformer_init (GstreamTransformer *self)
{
  want_everywhere (get_private (self), G_MAXUINT);
}
