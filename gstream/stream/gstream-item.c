/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How one item of a projection is kept, copied, freed and shown as a GValue.
 */
#include "config.h"

#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/stream/gstream-handle-private.h>
#include <gstream/stream/gstream-item-private.h>

static gboolean
fundamental_is_scalar (GType fundamental)
{
  switch (fundamental)
    {
    case G_TYPE_BOOLEAN:
    case G_TYPE_CHAR:
    case G_TYPE_UCHAR:
    case G_TYPE_INT:
    case G_TYPE_UINT:
    case G_TYPE_LONG:
    case G_TYPE_ULONG:
    case G_TYPE_INT64:
    case G_TYPE_UINT64:
    case G_TYPE_ENUM:
    case G_TYPE_FLAGS:
    case G_TYPE_FLOAT:
    case G_TYPE_DOUBLE:
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
kind_of_pointer (GType            type,
                 GstreamItemKind *kind)
{
  switch (G_TYPE_FUNDAMENTAL (type))
    {
    case G_TYPE_STRING:
      *kind = GSTREAM_ITEM_STRING;
      return TRUE;
    case G_TYPE_VARIANT:
      *kind = GSTREAM_ITEM_VARIANT;
      return TRUE;
    case G_TYPE_OBJECT:
      *kind = g_type_is_a (type, GSTREAM_TYPE_HANDLE) ? GSTREAM_ITEM_HANDLE : GSTREAM_ITEM_OBJECT;
      return TRUE;
    case G_TYPE_BOXED:
      *kind = type == GSTREAM_TYPE_EVENT ? GSTREAM_ITEM_EVENT
              : type == GSTREAM_TYPE_PAYLOAD ? GSTREAM_ITEM_PAYLOAD : GSTREAM_ITEM_BOXED;
      return TRUE;
    default:
      return FALSE;
    }
}

gboolean
gstream_item_type_init (GstreamItemType *self,
                        GType            type)
{
  self->type = type;
  self->kind = GSTREAM_ITEM_SCALAR;

  return fundamental_is_scalar (G_TYPE_FUNDAMENTAL (type)) || kind_of_pointer (type, &self->kind);
}

GstreamItem
gstream_item_copy (const GstreamItemType *type,
                   GstreamItem            item)
{
  if (item.p == NULL)
    return item;

  switch (type->kind)
    {
    case GSTREAM_ITEM_STRING:
      gstream_text_ref (item.p);
      break;
    case GSTREAM_ITEM_EVENT:
      gstream_event_ref (item.p);
      break;
    case GSTREAM_ITEM_PAYLOAD:
      gstream_payload_ref (item.p);
      break;
    case GSTREAM_ITEM_OBJECT:
    case GSTREAM_ITEM_HANDLE:
      g_object_ref (item.p);
      break;
    case GSTREAM_ITEM_BOXED:
      item.p = g_boxed_copy (type->type, item.p);
      break;
    case GSTREAM_ITEM_VARIANT:
      g_variant_ref (item.p);
      break;
    case GSTREAM_ITEM_SCALAR:
      break;
    default:
      g_assert_not_reached ();
    }

  return item;
}

void
gstream_item_free (const GstreamItemType *type,
                   GstreamItem            item)
{
  if (item.p == NULL)
    return;

  switch (type->kind)
    {
    case GSTREAM_ITEM_STRING:
      gstream_text_unref (item.p);
      break;
    case GSTREAM_ITEM_EVENT:
      gstream_event_unref (item.p);
      break;
    case GSTREAM_ITEM_PAYLOAD:
      gstream_payload_unref (item.p);
      break;
    case GSTREAM_ITEM_OBJECT:
    case GSTREAM_ITEM_HANDLE:
      g_object_unref (item.p);
      break;
    case GSTREAM_ITEM_BOXED:
      g_boxed_free (type->type, item.p);
      break;
    case GSTREAM_ITEM_VARIANT:
      g_variant_unref (item.p);
      break;
    case GSTREAM_ITEM_SCALAR:
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
scalar_to_value (GstreamItem  item,
                 GValue      *value)
{
  GValue wide = G_VALUE_INIT;
  GType fundamental = G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value));

  if (fundamental == G_TYPE_ENUM)
    {
      g_value_set_enum (value, item.i);
      return;
    }
  if (fundamental == G_TYPE_FLAGS)
    {
      g_value_set_flags (value, item.i);
      return;
    }

  if (fundamental == G_TYPE_FLOAT || fundamental == G_TYPE_DOUBLE)
    {
      g_value_init (&wide, G_TYPE_DOUBLE);
      g_value_set_double (&wide, item.d);
    }
  else
    {
      g_value_init (&wide, G_TYPE_INT64);
      g_value_set_int64 (&wide, item.i);
    }
  g_value_transform (&wide, value);
}

static gboolean
scalar_from_value (GType         type,
                   const GValue *value,
                   GstreamItem  *item)
{
  GType fundamental = G_TYPE_FUNDAMENTAL (type);
  gboolean floating = fundamental == G_TYPE_FLOAT || fundamental == G_TYPE_DOUBLE;
  GValue narrow = G_VALUE_INIT;
  GValue wide = G_VALUE_INIT;

  /* By way of the type itself, so that a value too wide for it comes out as GObject converts it. */
  g_value_init (&narrow, type);
  g_value_init (&wide, floating ? G_TYPE_DOUBLE : G_TYPE_INT64);
  if (!g_value_transform (value, &narrow) || !g_value_transform (&narrow, &wide))
    return FALSE;

  if (floating)
    item->d = g_value_get_double (&wide);
  else
    item->i = g_value_get_int64 (&wide);

  return TRUE;
}

static void
empty_value (GType   type,
             GValue *value)
{
  if (G_VALUE_TYPE (value) == type)
    {
      g_value_reset (value);
      return;
    }

  if (G_IS_VALUE (value))
    g_value_unset (value);
  g_value_init (value, type);
}

void
gstream_item_take_value (const GstreamItemType *type,
                         GstreamItem            item,
                         GValue                *value)
{
  empty_value (type->type, value);

  switch (type->kind)
    {
    case GSTREAM_ITEM_SCALAR:
      scalar_to_value (item, value);
      break;
    case GSTREAM_ITEM_STRING:
      g_value_set_string (value, item.p);
      gstream_item_free (type, item);
      break;
    case GSTREAM_ITEM_OBJECT:
    case GSTREAM_ITEM_HANDLE:
      g_value_take_object (value, item.p);
      break;
    case GSTREAM_ITEM_VARIANT:
      g_value_take_variant (value, item.p);
      break;
    case GSTREAM_ITEM_EVENT:
    case GSTREAM_ITEM_PAYLOAD:
    case GSTREAM_ITEM_BOXED:
      g_value_take_boxed (value, item.p);
      break;
    default:
      g_assert_not_reached ();
    }
}

static GstreamItem
pointer_from_value (const GstreamItemType *type,
                    const GValue          *value)
{
  GstreamItem item = { NULL };

  switch (type->kind)
    {
    case GSTREAM_ITEM_STRING:
      item.p = g_value_get_string (value) ? gstream_text_new (g_value_get_string (value)) : NULL;
      break;
    case GSTREAM_ITEM_OBJECT:
    case GSTREAM_ITEM_HANDLE:
      item.p = g_value_dup_object (value);
      break;
    case GSTREAM_ITEM_VARIANT:
      item.p = g_value_dup_variant (value);
      break;
    case GSTREAM_ITEM_EVENT:
    case GSTREAM_ITEM_PAYLOAD:
    case GSTREAM_ITEM_BOXED:
      item.p = g_value_dup_boxed (value);
      break;
    case GSTREAM_ITEM_SCALAR:
    default:
      g_assert_not_reached ();
    }

  return item;
}

gboolean
gstream_item_from_value (const GstreamItemType *type,
                         const GValue          *value,
                         GstreamItem           *item)
{
  g_auto (GValue) converted = G_VALUE_INIT;

  if (type->kind == GSTREAM_ITEM_SCALAR)
    return scalar_from_value (type->type, value, item);

  if (!G_VALUE_HOLDS (value, type->type))
    {
      g_value_init (&converted, type->type);
      if (!g_value_transform (value, &converted))
        return FALSE;
      value = &converted;
    }
  *item = pointer_from_value (type, value);

  return TRUE;
}

gboolean
gstream_item_type_is_json (const GstreamItemType *type)
{
  switch (type->kind)
    {
    case GSTREAM_ITEM_SCALAR:
    case GSTREAM_ITEM_STRING:
    case GSTREAM_ITEM_PAYLOAD:
    case GSTREAM_ITEM_VARIANT:
      return TRUE;
    case GSTREAM_ITEM_EVENT:
    case GSTREAM_ITEM_OBJECT:
    case GSTREAM_ITEM_HANDLE:
    case GSTREAM_ITEM_BOXED:
      return FALSE;
    default:
      g_assert_not_reached ();
    }
}

static GstreamPayload *
scalar_to_payload (GType       type,
                   GstreamItem item)
{
  GType fundamental = G_TYPE_FUNDAMENTAL (type);
  GVariant *variant;
  GstreamPayload *payload;

  if (fundamental == G_TYPE_BOOLEAN)
    variant = g_variant_new_boolean (item.i != 0);
  else if (fundamental == G_TYPE_FLOAT || fundamental == G_TYPE_DOUBLE)
    variant = g_variant_new_double (item.d);
  else if (fundamental == G_TYPE_UINT64 || fundamental == G_TYPE_ULONG)
    variant = g_variant_new_uint64 ((guint64) item.i);
  else
    variant = g_variant_new_int64 (item.i);

  /* Not a number and infinity have no JSON: nothing stands for them. */
  payload = gstream_payload_new_variant (variant, NULL);

  return payload ? payload : gstream_payload_new ("null", -1, NULL);
}

GstreamPayload *
gstream_item_to_payload (const GstreamItemType *type,
                         GstreamItem            item,
                         GError               **error)
{
  if (type->kind == GSTREAM_ITEM_SCALAR)
    return scalar_to_payload (type->type, item);
  if (item.p == NULL)
    return gstream_payload_new ("null", -1, NULL);

  switch (type->kind)
    {
    case GSTREAM_ITEM_STRING:
      return gstream_payload_new_string (item.p);
    case GSTREAM_ITEM_PAYLOAD:
      return gstream_payload_ref (item.p);
    case GSTREAM_ITEM_VARIANT:
      return gstream_payload_new_variant (item.p, error);
    case GSTREAM_ITEM_SCALAR:
    case GSTREAM_ITEM_EVENT:
    case GSTREAM_ITEM_OBJECT:
    case GSTREAM_ITEM_HANDLE:
    case GSTREAM_ITEM_BOXED:
    default:
      g_assert_not_reached ();
    }
}
