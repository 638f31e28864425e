/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The queue between a projection and a cursor, and its items: how an item is stored, copied, freed and converted to a
 * GValue, and how strings are allocated, separately or in an arena.
 */
#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/stream/gstream-queue-private.h>
#include <gstream/stream/gstream-handle-internal.h>

/* --- handles (P11) --- */

G_DEFINE_INTERFACE (GstreamHandle, gstream_handle, G_TYPE_OBJECT)

static void
gstream_handle_default_init (GstreamHandleInterface *iface)
{
}

void
gstream_handle_start_early (GstreamHandle *self)
{
  GSTREAM_HANDLE_GET_IFACE (self)->start_early (self);
}

void
gstream_handle_stop_early (GstreamHandle *self)
{
  GSTREAM_HANDLE_GET_IFACE (self)->stop_early (self);
}

/* --- strings --- */

char *
gstream_text_new_len (const char *text,
                      gsize       length)
{
  return gstream_text_init (g_malloc (sizeof (GstreamText) + length + 1), 0, text, length);
}

static inline void
text_arena_unref (GstreamTextArena *self)
{
  if (--self->n_users == 0)
    g_free (self);
}

void
gstream_text_arena_turn (GstreamTextArena **place)
{
  GstreamTextArena *self = *place;

  if (self != NULL && self->n_users > 1)
    g_clear_pointer (place, text_arena_unref);
  if (*place == NULL)
    {
      *place = g_malloc (sizeof *self + GSTREAM_TEXT_ARENA_SIZE);
      (*place)->n_users = 1;
    }
  (*place)->used = 0;
}

void
gstream_text_arena_finish (GstreamTextArena *self)
{
  text_arena_unref (self);
}

void
gstream_text_free (GstreamText *self)
{
  GstreamTextArena *arena = (GstreamTextArena *) ((char *) self - self->offset);

  if (self->offset == 0)
    {
      g_free (self);
      return;
    }
#ifdef __SANITIZE_ADDRESS__
  /* Lets AddressSanitizer report a use after free, until the arena is reused. */
  ASAN_POISON_MEMORY_REGION (self, sizeof *self + strlen (self->text) + 1);
#endif
  text_arena_unref (arena);
}

/* --- items --- */

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
      *kind = type == GSTREAM_TYPE_EVENT     ? GSTREAM_ITEM_EVENT
              : type == GSTREAM_TYPE_PAYLOAD ? GSTREAM_ITEM_PAYLOAD
                                             : GSTREAM_ITEM_BOXED;
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
scalar_to_value (GstreamItem item,
                 GValue     *value)
{
  GValue wide = G_VALUE_INIT;
  GType  fundamental = G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value));

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
  GType    fundamental = G_TYPE_FUNDAMENTAL (type);
  gboolean floating = fundamental == G_TYPE_FLOAT || fundamental == G_TYPE_DOUBLE;
  GValue   narrow = G_VALUE_INIT;
  GValue   wide = G_VALUE_INIT;

  /* Converted by way of the type itself, so that a value that is out of its range is converted as GObject does it. */
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
  GType           fundamental = G_TYPE_FUNDAMENTAL (type);
  GVariant       *variant;
  GstreamPayload *payload;

  if (fundamental == G_TYPE_BOOLEAN)
    variant = g_variant_new_boolean (item.i != 0);
  else if (fundamental == G_TYPE_FLOAT || fundamental == G_TYPE_DOUBLE)
    variant = g_variant_new_double (item.d);
  else if (fundamental == G_TYPE_UINT64 || fundamental == G_TYPE_ULONG)
    variant = g_variant_new_uint64 ((guint64) item.i);
  else
    variant = g_variant_new_int64 (item.i);

  /* NaN and infinity have no JSON form. */
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

/* --- the queue --- */

GstreamQueue *
gstream_queue_new (const GstreamItemType   *type,
                   char                    *name,
                   const GstreamQueueFuncs *funcs,
                   gpointer                 owner)
{
  GstreamQueue *self = g_new0 (GstreamQueue, 1);

  g_ref_count_init (&self->ref_count);
  self->type = *type;
  self->name = g_ref_string_acquire (name);
  self->funcs = funcs;
  self->owner = owner;
  self->blocker.what = owner;

  return self;
}

GstreamQueue *
gstream_queue_ref (GstreamQueue *self)
{
  g_ref_count_inc (&self->ref_count);

  return self;
}

static void
drop_item (GstreamQueue *self,
           GstreamItem   item)
{
  if (self->type.kind == GSTREAM_ITEM_HANDLE)
    gstream_handle_stop_early (item.p);
  gstream_item_free (&self->type, item);
}

static void
drop_queue (GstreamQueue *self)
{
  while (self->length > 0)
    {
      GstreamItem item = self->ring[self->head].item;

      self->head = (self->head + 1) & (self->size - 1);
      self->length--;
      drop_item (self, item);
    }

  g_clear_pointer (&self->ring, g_free);
  self->size = self->head = 0;
}

void
gstream_queue_unref (GstreamQueue *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->reader == NULL);
  g_assert (!self->blocker.blocking);

  drop_queue (self);
  g_clear_error (&self->error);
  g_clear_pointer (&self->pump, gstream_pump_unref);
  g_ref_string_release (self->name);
  g_free (self);
}

/* --- the projection's side --- */

gboolean
gstream_queue_is_full (GstreamQueue *self)
{
  return self->max > 0 && self->length >= self->max && self->reader != NULL && !self->ended;
}

void
gstream_queue_update_blocker (GstreamQueue *self)
{
  if (gstream_queue_is_full (self))
    gstream_pump_block (self->pump, &self->blocker);
  else if (self->blocker.blocking)
    {
      gstream_pump_unblock (self->pump, &self->blocker);
      if (self->funcs != NULL)
        self->funcs->room (self->owner);
    }
}

void
gstream_queue_disown (GstreamQueue *self)
{
  self->funcs = NULL;
  self->owner = NULL;
  self->blocker.what = NULL;
}

static void
move_reader (GstreamReader *reader,
             GstreamPump   *pump)
{
  int state = reader->waiter.state;

  if (reader->pump == pump)
    return;

  if (reader->pump != NULL)
    gstream_pump_forget (reader->pump, &reader->waiter);
  g_clear_pointer (&reader->pump, gstream_pump_unref);
  reader->pump = gstream_pump_ref (pump);

  if (state == GSTREAM_WAITER_WAITING)
    gstream_pump_wait (pump, &reader->waiter);
  else if (state == GSTREAM_WAITER_READY)
    gstream_pump_ready (pump, &reader->waiter);
}

void
gstream_queue_set_pump (GstreamQueue *self,
                        GstreamPump  *pump)
{
  if (self->pump != NULL)
    gstream_pump_unblock (self->pump, &self->blocker);
  gstream_pump_ref (pump);
  g_clear_pointer (&self->pump, gstream_pump_unref);
  self->pump = pump;

  if (self->reader != NULL)
    move_reader (self->reader, pump);
  gstream_queue_update_blocker (self);
}

void
gstream_queue_set_max (GstreamQueue *self,
                       guint         max)
{
  self->max = max;
  gstream_queue_update_blocker (self);
}

static void
grow (GstreamQueue *self)
{
  guint        size = self->size ? self->size * 2 : 8;
  GstreamSlot *ring = g_new (GstreamSlot, size);

  for (guint i = 0; i < self->length; i++)
    ring[i] = self->ring[(self->head + i) & (self->size - 1)];

  g_free (self->ring);
  self->ring = ring;
  self->size = size;
  self->head = 0;
}

static inline void
announce (GstreamQueue *self)
{
  self->reader->available++;
  if (self->reader->waiter.state == GSTREAM_WAITER_WAITING)
    gstream_pump_ready (self->pump, &self->reader->waiter);
}

static inline void
push_stamped (GstreamQueue *self,
              GstreamItem   item,
              guint64       stamp)
{
  g_assert (!self->ended);

  if (self->length == self->size)
    grow (self);
  self->ring[(self->head + self->length) & (self->size - 1)] = (GstreamSlot) { item, stamp };
  self->length++;

  if (self->type.kind == GSTREAM_ITEM_HANDLE)
    gstream_handle_start_early (item.p);
  if (self->reader == NULL)
    return;

  announce (self);
  if (self->max > 0 && !self->blocker.blocking)
    gstream_queue_update_blocker (self);
}

void
gstream_queue_push (GstreamQueue *self,
                    GstreamItem   item)
{
  push_stamped (self, item, gstream_pump_stamp (self->pump));
}

void
gstream_queue_copy_to (GstreamQueue *self,
                       GstreamQueue *other)
{
  for (guint i = 0; i < self->length; i++)
    {
      const GstreamSlot *slot = &self->ring[(self->head + i) & (self->size - 1)];

      /*
       * The items keep their serial numbers, so that an interleave of a handle's projections returns them in order
       * (P10, P11).
       */
      push_stamped (other, gstream_item_copy (&self->type, slot->item), slot->stamp);
    }
}

static void
close_reader (GstreamQueue *self)
{
  GstreamReader *reader = self->reader;

  reader->n_open--;
  if (reader->over || (reader->n_open > 0 && self->error == NULL))
    return;

  reader->over = TRUE;
  announce (self);
}

void
gstream_queue_end (GstreamQueue *self,
                   const GError *error)
{
  if (self->ended)
    return;

  self->ended = TRUE;
  self->error = error ? g_error_copy (error) : NULL;
  gstream_queue_update_blocker (self);
  if (self->reader != NULL)
    close_reader (self);
}

/* --- the reader's side --- */

void
gstream_queue_attach (GstreamQueue  *self,
                      GstreamReader *reader)
{
  g_assert (self->reader == NULL);
  g_assert (self->pump != NULL);

  self->reader = reader;
  if (reader->pump == NULL)
    reader->pump = gstream_pump_ref (self->pump);
  reader->available += self->length;
  if (self->ended)
    close_reader (self);
  gstream_queue_update_blocker (self);
}

void
gstream_queue_detach (GstreamQueue *self)
{
  if (self->reader == NULL)
    return;

  self->reader->available -= self->length;
  self->reader = NULL;
  gstream_pump_unblock (self->pump, &self->blocker);
  if (self->funcs != NULL)
    self->funcs->left (self->owner, self);
  drop_queue (self);
}
