/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Pages of events.
 */
#include "gstream/event/gstream-event-page-private.h"

#include "gstream/event/gstream-event-internal.h"
#include "gstream/event/gstream-ref-count-private.h"

/* Of a page and its events: about seven deltas. One that is kept keeps no more than that. */
#define USUAL_SIZE 2048

/* More than events fit in, so that none is counted when it is made. */
#define SHARES (G_MAXINT / 2)

static void
page_destroy (GstreamEventPage *self)
{
  gstream_event_unref (self->lender);
  g_free (self);
}

static GstreamEventPage *
page_new (GstreamEvent *lender,
          gsize         least)
{
  gsize size = MAX (least, USUAL_SIZE - sizeof (GstreamEventPage));
  GstreamEventPage *self = g_malloc (sizeof *self + size);

  *self = (GstreamEventPage) { .n_shares = SHARES, .size = size };
  self->lender = gstream_event_ref (lender);
  return self;
}

/* Then nobody else uses it. */
static gboolean
is_empty (GstreamEventPage *self)
{
  return (guint) g_atomic_int_get (&self->n_shares) == SHARES - self->n_made;
}

void
gstream_event_page_turn (GstreamEventPage **place,
                         GstreamEvent      *lender,
                         gsize              size)
{
  GstreamEventPage *self = *place;

  if (self != NULL && size <= self->size && is_empty (self))
    {
      self->n_shares = SHARES;
      self->n_made = 0;
      self->used = 0;
      return;
    }
  if (self != NULL)
    gstream_event_page_finish (self);
  *place = page_new (lender, size);
}

void
gstream_event_page_finish (GstreamEventPage *self)
{
  int unmade = SHARES - self->n_made;

  if (g_atomic_int_add (&self->n_shares, -unmade) == unmade)
    page_destroy (self);
}

void
gstream_event_page_free (GstreamEventPage *self,
                         GstreamEvent     *event)
{
#ifdef __SANITIZE_ADDRESS__
  /* Until the page is begun anew: who uses the event now is told. */
  ASAN_POISON_MEMORY_REGION (event, sizeof (GstreamEvent));
#endif
  if (gstream_ref_count_dec (&self->n_shares))
    page_destroy (self);
}
