/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The plain projections: the payloads of one method's events, at the run's own
 * scope (T1).
 */
#include <gstream/projections/gstream-data-transformer-private.h>

struct _GstreamDataTransformer
{
  GstreamTransformer parent_instance;

  GstreamProjection *items; /* the transformer's own */
};

G_DEFINE_FINAL_TYPE (GstreamDataTransformer, gstream_data_transformer, GSTREAM_TYPE_TRANSFORMER)

static gboolean
gstream_data_transformer_process (GstreamTransformer *transformer,
                                  GstreamEvent       *event,
                                  GError            **error)
{
  GstreamDataTransformer   *self = GSTREAM_DATA_TRANSFORMER (transformer);
  const GstreamEventFields *fields = gstream_event_get_fields (event);

  /* Custom data with a name is pushed to an extension instead (D5). */
  if (fields->method == GSTREAM_METHOD_CUSTOM && fields->key != NULL)
    return TRUE;
  if (!gstream_projection_is_wanted (self->items))
    return TRUE;

  return gstream_projection_push_item (self->items,
                                       (GstreamItem) { .p = gstream_payload_ref (gstream_event_peek_item (event)) },
                                       error);
}

static void
gstream_data_transformer_class_init (GstreamDataTransformerClass *klass)
{
  GSTREAM_TRANSFORMER_CLASS (klass)->process = gstream_data_transformer_process;
}

static void
gstream_data_transformer_init (GstreamDataTransformer *self)
{
}

GstreamTransformer *
gstream_data_transformer_make (const GstreamBuiltin *builtin)
{
  GstreamDataTransformer *self = g_object_new (GSTREAM_TYPE_DATA_TRANSFORMER, NULL);
  GstreamTransformer     *transformer = GSTREAM_TRANSFORMER (self);

  self->items = gstream_transformer_add_projection (transformer, builtin->name, GSTREAM_TYPE_PAYLOAD);
  gstream_projection_set_forward (self->items, FALSE);

  return transformer;
}
