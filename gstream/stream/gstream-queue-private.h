/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The queue between one projection and one cursor, and what lies in it.
 *
 * A queue is a plain ring of items. A tee is several queues of one projection, an
 * interleave is one reader of several. Two hold a reference: the projection, which
 * puts items in, and the reader, which takes them out. Either may go first.
 *
 * An item is eight bytes, whose meaning the projection's item type gives. Queues copy
 * and free items by kind, so that the hot path makes no GValue and looks up no GType.
 *
 * A string is stored once, with a count of its users. The count is not atomic: a queue
 * belongs to one main context, and a token costs two changes of it. Short strings
 * share an arena. Whoever puts strings into a queue fills the arena, and starts it again
 * from its beginning when none of its strings is left, which is the rule where a
 * consumer keeps up: then no memory is asked for.
 */
#pragma once

#include <gstream/event/gstream-event.h>
#include <gstream/stream/gstream-handle-internal.h>
#include <gstream/stream/gstream-pump-internal.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

G_BEGIN_DECLS

/* --- strings --- */

typedef struct
{
  guint  n_users; /* strings in it, and who fills it */
  guint  used;    /* bytes of @room */
  gint64 room[];  /* aligned as strings are */
} GstreamTextArena;

typedef struct
{
  guint ref_count;
  guint offset; /* from the arena that it is in, in bytes; 0: it is in none */
  char  text[]; /* what users hold; ends with a NUL */
} GstreamText;

/* Of an arena's room: one that is idle costs no more than that. */
#define GSTREAM_TEXT_ARENA_SIZE 496
/* Longer ones are memory of their own. */
#define GSTREAM_TEXT_LONGEST_SHARED 120

/* @place gets an arena with room for a string; it is NULL at first. */
void gstream_text_arena_turn (GstreamTextArena **place);
/* No more strings are put into it. */
void  gstream_text_arena_finish (GstreamTextArena *self);
void  gstream_text_free (GstreamText *self);
char *gstream_text_new_len (const char *text,
                            gsize       length);

static inline char *
gstream_text_init (GstreamText *self,
                   guint        offset,
                   const char  *text,
                   gsize        length)
{
  self->ref_count = 1;
  self->offset = offset;
  memcpy (self->text, text, length);
  self->text[length] = '\0';

  return self->text;
}

static inline GstreamText *
gstream_text_of (char *text)
{
  return (GstreamText *) (text - G_STRUCT_OFFSET (GstreamText, text));
}

static inline char *
gstream_text_new (const char *text)
{
  return gstream_text_new_len (text, strlen (text));
}

/* In @place's arena, where it is short. */
static inline char *
gstream_text_new_in (GstreamTextArena **place,
                     const char        *text,
                     gsize              length)
{
  guint             size = (sizeof (GstreamText) + length + 1 + 7) & ~7u;
  GstreamTextArena *arena;
  GstreamText      *self;

  if (length > GSTREAM_TEXT_LONGEST_SHARED)
    return gstream_text_new_len (text, length);
  if (G_UNLIKELY (*place == NULL || GSTREAM_TEXT_ARENA_SIZE - (*place)->used < size))
    gstream_text_arena_turn (place);

  arena = *place;
  self = (GstreamText *) ((char *) arena->room + arena->used);
#ifdef __SANITIZE_ADDRESS__
  ASAN_UNPOISON_MEMORY_REGION (self, size);
#endif
  arena->used += size;
  arena->n_users++;

  return gstream_text_init (self, (char *) self - (char *) arena, text, length);
}

static inline char *
gstream_text_ref (char *text)
{
  gstream_text_of (text)->ref_count++;

  return text;
}

static inline void
gstream_text_unref (char *text)
{
  GstreamText *self = gstream_text_of (text);

  if (--self->ref_count == 0)
    gstream_text_free (self);
}

/* --- items --- */

typedef union
{
  gpointer p;
  gint64   i;
  double   d;
} GstreamItem;

typedef enum
{
  GSTREAM_ITEM_SCALAR, /* booleans, numbers and enums: nothing to free */
  GSTREAM_ITEM_STRING, /* a GstreamText, shared by the branches of a tee */
  GSTREAM_ITEM_EVENT,
  GSTREAM_ITEM_PAYLOAD,
  GSTREAM_ITEM_OBJECT,
  GSTREAM_ITEM_HANDLE, /* a GObject that is a GstreamHandle (P11) */
  GSTREAM_ITEM_BOXED,
  GSTREAM_ITEM_VARIANT,
} GstreamItemKind;

typedef struct
{
  GType           type;
  GstreamItemKind kind;
} GstreamItemType;

gboolean    gstream_item_type_init (GstreamItemType *self,
                                    GType            type); /* FALSE: a type that cannot be an item */
GstreamItem gstream_item_copy (const GstreamItemType *type,
                               GstreamItem            item);
void        gstream_item_free (const GstreamItemType *type,
                               GstreamItem            item);
/* Moves @item into @value, which is reset or initialised to the type first. */
void gstream_item_take_value (const GstreamItemType *type,
                              GstreamItem            item,
                              GValue                *value);
/* A new item from @value, converted where GObject knows how; FALSE where it does not. */
gboolean gstream_item_from_value (const GstreamItemType *type,
                                  const GValue          *value,
                                  GstreamItem           *item);
/* What forwarding (M6) puts into an event, for a type that is JSON-shaped; fails for a variant that is not. */
GstreamPayload *gstream_item_to_payload (const GstreamItemType *type,
                                         GstreamItem            item,
                                         GError               **error);
gboolean        gstream_item_type_is_json (const GstreamItemType *type);

/* --- the queue --- */

typedef struct _GstreamQueue GstreamQueue;

/* Who takes the items out: a cursor's part that queues know. */
typedef struct
{
  guint         available; /* items queued in all its queues, and one more once it is over */
  guint         n_open;    /* queues that have neither ended nor failed */
  gboolean      over;      /* no more will come: all queues have ended, or one has failed */
  GstreamPump  *pump;      /* that of the queues; a reference */
  GstreamWaiter waiter;    /* made ready by an item that comes */
} GstreamReader;

/* Who puts the items in: called with the owner given at gstream_queue_new(). */
typedef struct
{
  void (*room) (gpointer owner); /* a full queue is no longer full */
  void (*left) (gpointer      owner,
                GstreamQueue *queue); /* the reader has gone */
} GstreamQueueFuncs;

typedef struct
{
  GstreamItem item;
  guint64     stamp; /* the number of its arrival at the pump */
} GstreamSlot;

/* What every item touches comes first, and lies together. */
struct _GstreamQueue
{
  GstreamReader           *reader; /* NULL: an early queue, which has none yet, or the reader has gone */
  GstreamSlot             *ring;   /* NULL until the first item */
  guint                    size;   /* of the ring: a power of two */
  guint                    head;   /* index of the oldest */
  guint                    length;
  guint                    max;  /* 0: no bound */
  GstreamPump             *pump; /* a reference; NULL until it is set */
  char                    *name; /* the projection's, a GRefString */
  GstreamItemType          type;
  gboolean                 ended;
  grefcount                ref_count;
  const GstreamQueueFuncs *funcs;   /* NULL once the projection is gone */
  gpointer                 owner;   /* the projection */
  GstreamBlocker           blocker; /* holds the pump while the queue is full */
  GError                  *error;   /* why it ended, where it failed */
};

GstreamQueue *gstream_queue_new (const GstreamItemType   *type,
                                 char                    *name, /* a GRefString */
                                 const GstreamQueueFuncs *funcs,
                                 gpointer                 owner);
GstreamQueue *gstream_queue_ref (GstreamQueue *self);
void          gstream_queue_unref (GstreamQueue *self);

/* The projection's side. */
void     gstream_queue_disown (GstreamQueue *self); /* the owner is going away */
void     gstream_queue_set_pump (GstreamQueue *self,
                                 GstreamPump  *pump);
void     gstream_queue_set_max (GstreamQueue *self,
                                guint         max);
gboolean gstream_queue_is_full (GstreamQueue *self);
void     gstream_queue_update_blocker (GstreamQueue *self); /* after its length has changed */
void     gstream_queue_push (GstreamQueue *self,
                             GstreamItem   item); /* transfer full */
void     gstream_queue_copy_to (GstreamQueue *self,
                                GstreamQueue *other); /* what is queued */
void     gstream_queue_end (GstreamQueue *self,
                            const GError *error); /* NULL: closed */

/* The reader's side. */
void gstream_queue_attach (GstreamQueue  *self,
                           GstreamReader *reader);
void gstream_queue_detach (GstreamQueue *self); /* drops what is queued */

/* What readers do for every item. */

static inline const GstreamItemType *
gstream_queue_get_item_type (GstreamQueue *self)
{
  return &self->type;
}

static inline const char *
gstream_queue_get_name (GstreamQueue *self)
{
  return self->name;
}

static inline guint
gstream_queue_get_length (GstreamQueue *self)
{
  return self->length;
}

static inline gboolean
gstream_queue_is_empty (GstreamQueue *self)
{
  return self->length == 0;
}

/* From the head; stays the queue's. */
static inline const GstreamSlot *
gstream_queue_peek (GstreamQueue *self,
                    guint         index)
{
  g_assert (index < self->length);

  return &self->ring[(self->head + index) & (self->size - 1)];
}

static inline GstreamItem
gstream_queue_pop (GstreamQueue *self)
{
  GstreamItem item = gstream_queue_peek (self, 0)->item;

  self->head = (self->head + 1) & (self->size - 1);
  self->length--;
  self->reader->available--;
  if (self->max > 0 && self->blocker.blocking)
    gstream_queue_update_blocker (self);

  return item;
}

static inline const GError *
gstream_queue_get_error (GstreamQueue *self)
{
  return self->error;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamQueue, gstream_queue_unref)

G_END_DECLS
