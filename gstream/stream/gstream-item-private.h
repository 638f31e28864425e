/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How one item of a projection is kept: eight bytes, whose meaning the
 * projection's item type gives. Queues copy and free items by kind, so that the
 * hot path makes no GValue and looks up no GType.
 */
#pragma once

#include <gstream/event/gstream-event.h>
#include <gstream/stream/gstream-text-private.h>

G_BEGIN_DECLS

typedef union
{
  gpointer p;
  gint64   i;
  double   d;
} GstreamItem;

typedef enum
{
  GSTREAM_ITEM_SCALAR,  /* booleans, numbers and enums: nothing to free */
  GSTREAM_ITEM_STRING,  /* a GstreamText, shared by the branches of a tee */
  GSTREAM_ITEM_EVENT,
  GSTREAM_ITEM_PAYLOAD,
  GSTREAM_ITEM_OBJECT,
  GSTREAM_ITEM_HANDLE,  /* a GObject that is a GstreamHandle (P11) */
  GSTREAM_ITEM_BOXED,
  GSTREAM_ITEM_VARIANT,
} GstreamItemKind;

typedef struct
{
  GType           type;
  GstreamItemKind kind;
} GstreamItemType;

gboolean    gstream_item_type_init   (GstreamItemType       *self,
                                      GType                  type); /* FALSE: a type that cannot be an item */
GstreamItem gstream_item_copy        (const GstreamItemType *type,
                                      GstreamItem            item);
void        gstream_item_free        (const GstreamItemType *type,
                                      GstreamItem            item);
/* Moves @item into @value, which is reset or initialised to the type first. */
void        gstream_item_take_value  (const GstreamItemType *type,
                                      GstreamItem            item,
                                      GValue                *value);
/* A new item from @value, converted where GObject knows how; FALSE where it does not. */
gboolean    gstream_item_from_value  (const GstreamItemType *type,
                                      const GValue          *value,
                                      GstreamItem           *item);
/* What forwarding (M6) puts into an event, for a type that is JSON-shaped; fails for a variant that is not. */
GstreamPayload *gstream_item_to_payload (const GstreamItemType *type,
                                         GstreamItem            item,
                                         GError               **error);
gboolean        gstream_item_type_is_json (const GstreamItemType *type);

G_END_DECLS
