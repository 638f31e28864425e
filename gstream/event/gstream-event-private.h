/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Allocating events, for the event reader and the message writer, which fill in the body themselves.
 */
#pragma once

#include <time.h>

#include <gstream/event/gstream-event-internal.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

G_BEGIN_DECLS

/* @method must be a known one. The name is static. */
const char *gstream_method_get_name (GstreamMethod method);

/*
 * The current time in ms since the epoch, with the resolution of the kernel's tick. Reading the coarse clock costs a
 * quarter of what the exact clock costs.
 */
static inline gint64
gstream_event_now (void)
{
#ifdef CLOCK_REALTIME_COARSE
  struct timespec now;

  if (G_LIKELY (clock_gettime (CLOCK_REALTIME_COARSE, &now) == 0))
    return (gint64) now.tv_sec * 1000 + now.tv_nsec / 1000000;
#endif
  return g_get_real_time () / 1000;
}

/*
 * Initializes the memory at @self as an event with one reference, followed by an empty body. Returns the address after
 * the body. The fields are cleared one by one, because for a struct of this size compilers emit string instructions,
 * which are slow to start.
 */
static inline gpointer
gstream_event_init (GstreamEvent *self)
{
  GstreamEventBody *body = (GstreamEventBody *) (self + 1);

  *self = (GstreamEvent) { .ref_count = 1, .body = body };
  body->fields = NULL;
  body->namespace_ = NULL;
  body->item = NULL;
  body->method = GSTREAM_METHOD_OTHER;
  body->fields_apart = FALSE;
  body->method_name = body->id = body->node = NULL;
  body->timestamp = 0;
  body->arena = NULL;
  body->data = body->interrupts = NULL;
  body->json = NULL;
  return body + 1;
}

/* Sets the fields of an event whose method has no fields in its data. */
static inline void
gstream_event_fields_init (GstreamEventFields *self,
                           GstreamMethod       method)
{
  self->method = method;
  self->step = GSTREAM_STEP_NONE;
  self->delta = GSTREAM_DELTA_OTHER;
  self->tool_role = FALSE;
  self->index = -1;
  self->message_id = self->run_id = self->node = NULL;
  self->text = self->key = self->name = NULL;
  self->text_length = 0;
  self->halves = 0;
  self->item = (GstreamJsonSlice) { .length = 0 };
}

/* Allocates an event and its body, and @size more bytes after them. */
static inline GstreamEvent *
gstream_event_alloc (gsize     size,
                     gpointer *room)
{
  GstreamEvent *self = g_malloc (sizeof (GstreamEvent) + sizeof (GstreamEventBody) + size);

  *room = gstream_event_init (self);
  return self;
}

/*
 * To be called before anybody else has the event: makes the payload of its data, which is long, with that outline.
 */
void gstream_event_take_outline (GstreamEvent       *event,
                                 GstreamJsonOutline *outline);

/*
 * Memory for several small events of one message. Each event is freed separately, from any thread; the arena is freed
 * with the last of them. The writer fills an arena, and reuses it if all of its events have been freed by then, which
 * is the usual case of a consumer that keeps up: then nothing is allocated.
 */
struct _GstreamEventArena
{
  gatomicrefcount n_shares; /* one for each event that exists, or can still be made */
  guint           n_made;   /* events, since the arena was last reused */
  GstreamEvent   *lender;   /* held; the event whose namespace and strings the arena's events use */
  gsize           size;     /* bytes of @room */
  gsize           used;     /* of them */
  gint64          room[];   /* aligned as events are */
};

/* Finishes the arena at @place, if there is one, and replaces it by one with @size free bytes. */
void gstream_event_arena_renew (GstreamEventArena **place,
                                GstreamEvent       *lender,
                                gsize               size);
/* Tells the arena that no more events will be made in it. */
void gstream_event_arena_finish (GstreamEventArena *self);

/*
 * Returns memory for an event of @size bytes from the arena at @place, which is initially NULL. Only one thread may use
 * @place at a time.
 */
static inline gpointer
gstream_event_arena_alloc (GstreamEventArena **place,
                           GstreamEvent       *lender,
                           gsize               size)
{
  GstreamEventArena *self;
  gpointer           event;

  size = (size + sizeof *self->room - 1) & ~(sizeof *self->room - 1);
  if (G_UNLIKELY (*place == NULL || (*place)->size - (*place)->used < size))
    gstream_event_arena_renew (place, lender, size);

  self = *place;
  event = (char *) self->room + self->used;
  self->used += size;
  self->n_made++;
#ifdef __SANITIZE_ADDRESS__
  ASAN_UNPOISON_MEMORY_REGION (event, size);
#endif
  return event;
}

G_END_DECLS
