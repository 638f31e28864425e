/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The queue between a projection and a cursor, and its items.
 *
 * A queue is a ring buffer of items. A tee has several queues of one projection; an interleave is one reader of several
 * queues. Both the projection, which adds items, and the reader, which takes them, hold a reference to the queue.
 * Either of them may be freed first.
 *
 * An item has eight bytes, whose meaning depends on the projection's item type. Queues copy and free items by kind, so
 * that the hot path needs neither a GValue nor a GType look-up.
 *
 * A string is stored once, with a reference count. The count is not atomic, because a queue belongs to one main
 * context, and each token changes it twice. Short strings are allocated in an arena, which is reused from the beginning
 * when none of its strings is left. That is the usual case of a consumer that keeps up: then no memory is allocated.
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
  guint  n_users; /* strings in it, plus one for the writer */
  guint  used;    /* bytes of @room */
  gint64 room[];  /* aligned as strings are */
} GstreamTextArena;

typedef struct
{
  guint ref_count;
  guint offset; /* bytes from the start of its arena; 0: it is not in one */
  char  text[]; /* what users point to; NUL-terminated */
} GstreamText;

/* Bytes of an arena's room, which is what an idle arena costs. */
#define GSTREAM_TEXT_ARENA_SIZE 496
/* Longer strings are allocated separately. */
#define GSTREAM_TEXT_LONGEST_SHARED 120

/* Sets @place, which is initially NULL, to an arena with room for a string. */
void gstream_text_arena_turn (GstreamTextArena **place);
/* To be called when no more strings will be added. */
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

/* Makes a string, in the arena at @place if it is short. */
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
/* Moves @item to @value, which is reset, or initialized with the type, before. */
void gstream_item_take_value (const GstreamItemType *type,
                              GstreamItem            item,
                              GValue                *value);
/* Makes an item from @value, converted by GObject if necessary; returns FALSE if that is not possible. */
gboolean gstream_item_from_value (const GstreamItemType *type,
                                  const GValue          *value,
                                  GstreamItem           *item);
/* Makes the data of a forwarded event (M6), for a type with a JSON form. Fails for a variant without one. */
GstreamPayload *gstream_item_to_payload (const GstreamItemType *type,
                                         GstreamItem            item,
                                         GError               **error);
gboolean        gstream_item_type_is_json (const GstreamItemType *type);

/* --- the queue --- */

typedef struct _GstreamQueue GstreamQueue;

/* The reader of queues, which is embedded in a cursor. */
typedef struct
{
  guint         available; /* items in all its queues, and one more when it is over */
  guint         n_open;    /* queues that have neither ended nor failed */
  gboolean      over;      /* there will be no more items: all queues have ended, or one has failed */
  GstreamPump  *pump;      /* that of the queues; a reference */
  GstreamWaiter waiter;    /* made ready when an item arrives */
} GstreamReader;

/*
 * The functions of the owner, which adds the items. They are called with the owner that was passed to
 * gstream_queue_new().
 */
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

/* The members that are used for each item come first, so that they are in the same cache lines. */
struct _GstreamQueue
{
  GstreamReader           *reader; /* NULL: an early queue, which has none yet, or the reader is gone */
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
  GError                  *error;   /* why it failed; NULL: it has not */
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

/* Returns the first item, which stays in the queue. */
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
