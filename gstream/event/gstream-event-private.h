/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Making events: for the reader and the message writer, which fill in an event's body themselves.
 */
#pragma once

#include <time.h>

#include <gstream/event/gstream-event-internal.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

G_BEGIN_DECLS

/* Of a known method; static. */
const char *gstream_method_get_name (GstreamMethod method);

/* Now, in ms since the epoch: what the last tick of the system's clock said, which costs a quarter of a look at the clock itself. */
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
 * Makes the memory at @self an event with one reference and nothing in its body, which follows it; gives what is
 * behind the body. Field by field, since compilers clear what is as large as this with code that is slow to start.
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

/* Of an event whose data says nothing but what its method does. */
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

/* An event and its body, with room for @size more bytes behind them. */
static inline GstreamEvent *
gstream_event_alloc (gsize     size,
                     gpointer *room)
{
  GstreamEvent *self = g_malloc (sizeof (GstreamEvent) + sizeof (GstreamEventBody) + size);

  *room = gstream_event_init (self);
  return self;
}

/*
 * Memory for several small events of one message, and what all of them use. Each event is freed by itself, in
 * any thread; the arena goes with the last of them. Who makes the events fills an arena, and begins it anew where
 * all of its events are gone by then, as they are if they are consumed as they come: then no memory is asked for.
 */
struct _GstreamEventArena
{
  gatomicrefcount n_shares; /* one for each event that is not freed, or still to be made */
  guint           n_made;   /* events, since it was begun */
  GstreamEvent   *lender;   /* held; the arena's events use its namespace and strings */
  gsize           size;     /* bytes of @room */
  gsize           used;     /* of them */
  gint64          room[];   /* aligned as events are */
};

/* Finishes the arena at @place, if there is one, and puts one there that has room for @size bytes. */
void gstream_event_arena_renew (GstreamEventArena **place,
                                GstreamEvent       *lender,
                                gsize               size);
/* No more events will be made in it. */
void gstream_event_arena_finish (GstreamEventArena *self);

/* Memory for an event of @size bytes in the arena at @place, which is NULL at first, and for one thread at a time. */
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
