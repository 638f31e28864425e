/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How queues keep a string, alone or in a page.
 */
#include "config.h"

#include <gstream/stream/gstream-text-private.h>

char *
gstream_text_new_len (const char *text,
                      gsize       length)
{
  return gstream_text_init (g_malloc (sizeof (GstreamText) + length + 1), 0, text, length);
}

static inline void
page_unref (GstreamTextPage *self)
{
  if (--self->n_users == 0)
    g_free (self);
}

void
gstream_text_page_turn (GstreamTextPage **place)
{
  GstreamTextPage *self = *place;

  if (self != NULL && self->n_users > 1)
    g_clear_pointer (place, page_unref);
  if (*place == NULL)
    {
      *place = g_malloc (sizeof *self + GSTREAM_TEXT_PAGE_SIZE);
      (*place)->n_users = 1;
    }
  (*place)->used = 0;
}

void
gstream_text_page_finish (GstreamTextPage *self)
{
  page_unref (self);
}

void
gstream_text_free (GstreamText *self)
{
  GstreamTextPage *page = (GstreamTextPage *) ((char *) self - self->offset);

  if (self->offset == 0)
    {
      g_free (self);
      return;
    }
#ifdef __SANITIZE_ADDRESS__
  /* Until the page is begun anew: who uses the string now is told. */
  ASAN_POISON_MEMORY_REGION (self, sizeof *self + strlen (self->text) + 1);
#endif
  page_unref (page);
}
