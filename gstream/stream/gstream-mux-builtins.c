/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The built-in transformers of a mux: chosen when it is made, and made when they
 * are needed. Nobody can tell, but by what a run takes: their names, their place
 * in the order (M1, M2) and their channels (M8) are known from the table.
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
#include <gstream/stream/gstream-stream-mux-private.h>

static gboolean
is_known (const char *name)
{
  for (guint i = 0; i < GSTREAM_N_BUILTINS; i++)
    if (g_str_equal (gstream_builtins[i].name, name))
      return TRUE;

  return FALSE;
}

static char *
join_known (void)
{
  const char *names[GSTREAM_N_BUILTINS + 1] = { NULL };

  for (guint i = 0; i < GSTREAM_N_BUILTINS; i++)
    names[i] = gstream_builtins[i].name;

  return g_strjoinv (", ", (char **) names);
}

gboolean
gstream_mux_check_builtins (GstreamStreamMux  *self,
                            GError           **error)
{
  g_autofree char *known = NULL;

  for (guint i = 0; self->builtins != NULL && self->builtins[i] != NULL; i++)
    if (!is_known (self->builtins[i]))
      {
        known = join_known ();
        g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND,
                     "There is no built-in transformer “%s”; there are: %s", self->builtins[i], known);
        return FALSE;
      }

  return TRUE;
}

void
gstream_mux_choose_builtins (GstreamStreamMux   *self,
                             const char * const *names)
{
  self->chosen = 0;
  for (guint i = 0; i < GSTREAM_N_BUILTINS; i++)
    if (names == NULL || g_strv_contains (names, gstream_builtins[i].name))
      self->chosen |= 1u << i;
}

static gboolean
is_asleep (GstreamStreamMux *self,
           guint             index)
{
  return (self->chosen & (1u << index)) != 0 && self->natives[index] == NULL;
}

static void
rouse (GstreamStreamMux *self,
       guint             index)
{
  const GstreamBuiltin *builtin = &gstream_builtins[index];
  g_autoptr (GstreamTransformer) transformer = builtin->make (builtin);
  GstreamProjection *projection = gstream_transformer_get_projections (transformer)->data;

  gstream_transformer_set_builtin (transformer, builtin->wants);
  gstream_mux_adopt_projection (self, projection, transformer);
  gstream_mux_register (self, transformer, index);
  self->natives[index] = g_object_ref (projection);
  if (self->keeping)
    gstream_projection_keep (projection);
  if (self->state >= GSTREAM_MUX_ENDING)
    gstream_mux_end_projection (self, projection);
}

GstreamProjection *
gstream_mux_get_native (GstreamStreamMux *self,
                        guint             index)
{
  if (is_asleep (self, index))
    {
      rouse (self, index);
      gstream_mux_changed (self);
    }

  return self->natives[index];
}

void
gstream_mux_rouse_builtins (GstreamStreamMux *self,
                            GstreamRelation   relation,
                            GstreamMethod     method)
{
  for (guint i = 0; i < GSTREAM_N_BUILTINS; i++)
    {
      const GstreamBuiltin *builtin = &gstream_builtins[i];

      if (is_asleep (self, i) && (builtin->wants[relation] & (1u << method)) != 0 &&
          (self->keeping || !builtin->only_pushes))
        rouse (self, i);
    }
}

/* --- what goes on (D4) --- */

int
gstream_mux_get_builtin_index (GstreamTransformer *transformer)
{
  guint order = gstream_transformer_get_order (transformer);

  return order >= GSTREAM_ORDER_BUILTINS && order < GSTREAM_ORDER_BUILTINS + GSTREAM_N_BUILTINS
           ? (int) (order - GSTREAM_ORDER_BUILTINS)
           : -1;
}

guint
gstream_mux_list_kept (GstreamStreamMux *self,
                       GstreamNamespace *ns,
                       guint             seen)
{
  guint kept = 0;

  for (guint i = 0; i < self->transformers->len; i++)
    {
      GstreamTransformer *transformer = g_ptr_array_index (self->transformers, i);
      int index = gstream_mux_get_builtin_index (transformer);
      const GstreamBuiltin *builtin = index >= 0 ? &gstream_builtins[index] : NULL;

      if (builtin != NULL && builtin->keeps != NULL &&
          ((builtin->wants[GSTREAM_RELATION_NODE] & seen) != 0 || builtin->keeps (transformer, ns)))
        kept |= 1u << index;
    }

  return kept;
}
