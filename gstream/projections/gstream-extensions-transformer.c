/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The named custom projections of the source (T9): what is written as
 * {name, payload}, or comes as `custom:NAME`, is an item of the extension NAME.
 */
#include <gstream/projections/gstream-extensions-transformer-private.h>
#include <gstream/stream/gstream-handle-internal.h>
#include <gstream/stream/gstream-stream-mux-internal.h>

struct _GstreamExtensionsTransformer
{
  GstreamTransformer parent_instance;

  GstreamProjection *extensions; /* of GstreamProjection: one per name, pushed when its first item comes */
  GHashTable        *announced;  /* names that were pushed already; owned by the projections */
};

G_DEFINE_FINAL_TYPE (GstreamExtensionsTransformer, gstream_extensions_transformer, GSTREAM_TYPE_TRANSFORMER)

static const char *
name_of (GstreamEvent *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);

  if (fields->method == GSTREAM_METHOD_CUSTOM)
    return fields->key;
  if (g_str_has_prefix (gstream_event_get_method (event), "custom:"))
    return gstream_event_get_method (event) + strlen ("custom:");

  return NULL;
}

/* Buffers its items early only if somebody receives the projection (P11). */
static void
announce (GstreamExtensionsTransformer *self,
          GstreamProjection            *extension)
{
  const char *name = gstream_projection_get_name (extension);

  if (!g_hash_table_add (self->announced, (gpointer) name))
    return;

  gstream_handle_start_early (GSTREAM_HANDLE (extension));
  gstream_projection_start_early (extension);
  gstream_projection_push_object (self->extensions, G_OBJECT (extension), NULL);
}

static gboolean
gstream_extensions_transformer_process (GstreamTransformer *transformer,
                                        GstreamEvent       *event,
                                        GError            **error)
{
  GstreamExtensionsTransformer *self = GSTREAM_EXTENSIONS_TRANSFORMER (transformer);
  const char                   *name = name_of (event);
  GstreamProjection            *extension;
  gboolean                      is_new;

  if (name == NULL)
    return TRUE;

  extension = gstream_stream_mux_get_extension (gstream_transformer_get_mux (transformer), name);
  is_new = !g_hash_table_contains (self->announced, name);
  if (is_new)
    announce (self, extension);
  if (gstream_projection_is_wanted (extension))
    gstream_projection_push_payload (extension, gstream_event_peek_item (event), NULL);
  if (is_new)
    gstream_handle_stop_early (GSTREAM_HANDLE (extension));

  return TRUE;
}

static void
gstream_extensions_transformer_finalize (GObject *object)
{
  g_hash_table_unref (GSTREAM_EXTENSIONS_TRANSFORMER (object)->announced);

  G_OBJECT_CLASS (gstream_extensions_transformer_parent_class)->finalize (object);
}

static void
gstream_extensions_transformer_class_init (GstreamExtensionsTransformerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_extensions_transformer_finalize;
  GSTREAM_TRANSFORMER_CLASS (klass)->process = gstream_extensions_transformer_process;
}

static void
gstream_extensions_transformer_init (GstreamExtensionsTransformer *self)
{
  GstreamTransformer *transformer = GSTREAM_TRANSFORMER (self);

  self->announced = g_hash_table_new (g_str_hash, g_str_equal);
  self->extensions = gstream_transformer_add_projection (transformer, "extensions", GSTREAM_TYPE_PROJECTION);
}
