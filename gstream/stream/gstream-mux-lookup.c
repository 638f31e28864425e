/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a mux has: its scope, its main log, its projections by name, its channels.
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
#include <gstream/stream/gstream-stream-mux-private.h>

/**
 * gstream_stream_mux_get_scope:
 * @self: a mux
 *
 * The namespace that it is for.
 *
 * Returns: (array zero-terminated=1) (transfer none): the path; empty for the root
 */
const char * const *
gstream_stream_mux_get_scope (GstreamStreamMux *self)
{
  g_return_val_if_fail (GSTREAM_IS_STREAM_MUX (self), NULL);

  return (const char * const *) self->scope->segments;
}

/**
 * gstream_stream_mux_get_log:
 * @self: a mux
 *
 * The main log: a projection of every event at and below the scope that no
 * transformer suppressed, and of what projections forward (M6).
 *
 * Returns: (transfer none): the main log
 */
GstreamProjection *
gstream_stream_mux_get_log (GstreamStreamMux *self)
{
  g_return_val_if_fail (GSTREAM_IS_STREAM_MUX (self), NULL);

  return self->log;
}

/* --- projections --- */

void
gstream_mux_foreach_projection (GstreamStreamMux *self,
                                GFunc             func,
                                gpointer          user_data)
{
  for (guint i = 0; i < GSTREAM_N_BUILTINS; i++)
    if (self->natives[i] != NULL)
      func (self->natives[i], user_data);
  if (self->projections != NULL)
    g_ptr_array_foreach (self->projections, func, user_data);
}

GstreamProjection *
gstream_mux_find_projection (GstreamStreamMux *self,
                             const char       *name)
{
  for (guint i = 0; i < GSTREAM_N_BUILTINS; i++)
    if ((self->chosen & (1u << i)) != 0 && g_str_equal (gstream_builtins[i].name, name))
      return gstream_mux_get_native (self, i);

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
 */
char **
gstream_stream_mux_list_projections (GstreamStreamMux *self)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  g_return_val_if_fail (GSTREAM_IS_STREAM_MUX (self), NULL);

  for (guint i = 0; i < GSTREAM_N_BUILTINS; i++)
    if ((self->chosen & (1u << i)) != 0)
      g_strv_builder_add (names, gstream_builtins[i].name);
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
 * Fails with %GSTREAM_ERROR_NOT_FOUND; the message names those that there are.
 *
 * Returns: (transfer none): the projection
 */
GstreamProjection *
gstream_stream_mux_get_projection (GstreamStreamMux  *self,
                                   const char        *name,
                                   GError           **error)
{
  g_auto (GStrv) names = NULL;
  g_autofree char *known = NULL;
  GstreamProjection *projection;

  g_return_val_if_fail (GSTREAM_IS_STREAM_MUX (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  projection = g_str_equal (name, "log") ? self->log : gstream_mux_find_projection (self, name);
  if (projection == NULL && self->extensions != NULL)
    projection = g_hash_table_lookup (self->extensions, name);
  if (projection != NULL)
    return projection;

  names = gstream_stream_mux_list_projections (self);
  known = g_strjoinv (", ", names);
  g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND,
               "There is no projection “%s”; there are log%s%s", name, *known ? ", " : "", known);

  return NULL;
}

/* --- channels --- */

static void
add_channels (GPtrArray          *names,
              const char * const *channels)
{
  for (gsize i = 0; channels != NULL && channels[i] != NULL; i++)
    if (!g_ptr_array_find_with_equal_func (names, channels[i], g_str_equal, NULL))
      g_ptr_array_add (names, (gpointer) channels[i]);
}

/**
 * gstream_stream_mux_list_channels:
 * @self: a mux
 *
 * The stream modes that its transformers need (M8): what a source is asked for.
 *
 * Returns: (array zero-terminated=1) (transfer full): the names, each once
 */
char **
gstream_stream_mux_list_channels (GstreamStreamMux *self)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GPtrArray *transformers;
  guint i = 0;

  g_return_val_if_fail (GSTREAM_IS_STREAM_MUX (self), NULL);

  transformers = self->transformers;
  for (; i < transformers->len && gstream_transformer_get_before_builtins (g_ptr_array_index (transformers, i)); i++)
    add_channels (names, gstream_transformer_get_channels (g_ptr_array_index (transformers, i)));
  for (guint builtin = 0; builtin < GSTREAM_N_BUILTINS; builtin++)
    if ((self->chosen & (1u << builtin)) != 0)
      add_channels (names, gstream_builtins[builtin].channels);
  /* Built-ins that are here say nothing more. */
  for (; i < transformers->len; i++)
    add_channels (names, gstream_transformer_get_channels (g_ptr_array_index (transformers, i)));
  g_ptr_array_add (names, NULL);

  return g_strdupv ((char **) names->pdata);
}
