/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A mux's projections: what they tell it, such as what goes to the main log (M6),
 * whose their names are (M2), and those that the source names (T9).
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
#include <gstream/stream/gstream-stream-mux-private.h>

/* --- what they tell it --- */

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

/* --- their names --- */

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

gboolean
gstream_mux_check_names (GstreamStreamMux    *self,
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

/* --- those that the source names (T9) --- */

GstreamProjection *
gstream_stream_mux_get_extension (GstreamStreamMux *self,
                                  const char       *name)
{
  GstreamProjection *extension;

  if (self->extensions == NULL)
    self->extensions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, gstream_mux_release_projection);
  extension = g_hash_table_lookup (self->extensions, name);
  if (extension != NULL)
    return extension;

  extension = gstream_projection_new (name, GSTREAM_TYPE_PAYLOAD);
  g_hash_table_insert (self->extensions, (gpointer) gstream_projection_get_name (extension), extension);
  if (self->pump != NULL)
    gstream_projection_bind (extension, self->pump, NULL, NULL);
  if (self->state >= GSTREAM_MUX_ENDING)
    gstream_mux_end_projection (self, extension);

  return extension;
}
