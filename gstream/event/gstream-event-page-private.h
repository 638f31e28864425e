/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Pages: memory for several small events of one message, and what they all use.
 *
 * Each event of a page is freed by itself, in whichever thread; the page goes with
 * the last of them. Who makes the events fills a page, and begins it anew where all
 * of them are gone by then, as they are if events are consumed as they come: then
 * no memory is asked for.
 */
#pragma once

#include <gstream/event/gstream-event.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

G_BEGIN_DECLS

typedef struct
{
  gatomicrefcount n_shares; /* one for each event that is not freed, or still to be made */
  guint           n_made;   /* events, since it was begun */
  GstreamEvent   *lender;   /* held; the events within use its namespace and strings */
  gsize           size;     /* bytes of @room */
  gsize           used;     /* of them */
  gint64          room[];   /* aligned as events are */
} GstreamEventPage;

/* The last event of @place's page is made; @place gets one with room for @size bytes. */
void gstream_event_page_turn   (GstreamEventPage **place,
                                GstreamEvent      *lender,
                                gsize              size);
/* An event of it is not used any more. */
void gstream_event_page_free   (GstreamEventPage  *self,
                                GstreamEvent      *event);
/* The last event of it is made. */
void gstream_event_page_finish (GstreamEventPage  *self);

/* Memory for an event of @size bytes, in @place's page; @place is NULL at first, and for one thread at a time. */
static inline gpointer
gstream_event_page_alloc (GstreamEventPage **place,
                          GstreamEvent      *lender,
                          gsize              size)
{
  GstreamEventPage *self;
  gpointer event;

  size = (size + sizeof *self->room - 1) & ~(sizeof *self->room - 1);
  if (G_UNLIKELY (*place == NULL || (*place)->size - (*place)->used < size))
    gstream_event_page_turn (place, lender, size);

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
