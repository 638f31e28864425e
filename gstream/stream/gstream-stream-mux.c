/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The pipeline of one scope.
 */
#include "config.h"

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
  gstream_mux_leave_enders (self);
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
  self->transformers = g_ptr_array_new_with_free_func (gstream_mux_release_transformer);
  self->log = gstream_projection_new ("log", GSTREAM_TYPE_EVENT);
}

/**
 * gstream_stream_mux_new:
 * @builtins: (array zero-terminated=1) (nullable): names of the built-in transformers to
 *   have, each that of its projection; %NULL for all of them, empty for none
 *
 * Makes the mux of a run.
 *
 * A name that no built-in transformer has fails the run that is made with it, with
 * %GSTREAM_ERROR_NOT_FOUND.
 *
 * Returns: (transfer full): the mux
 */
GstreamStreamMux *
gstream_stream_mux_new (const char * const *builtins)
{
  return g_object_new (GSTREAM_TYPE_STREAM_MUX, "builtins", builtins, NULL);
}
