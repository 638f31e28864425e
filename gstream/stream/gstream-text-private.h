/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How queues keep a string: once, with a count of those who have it. Not atomic,
 * for a queue belongs to one main context, and a token costs two of these.
 *
 * Short strings share a page. Whoever puts strings into a queue fills it, and
 * begins it anew where all of them are gone by then, as they are where a consumer
 * keeps up: then no memory is asked for.
 */
#pragma once

#include <glib.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

G_BEGIN_DECLS

typedef struct
{
  guint  n_users; /* strings in it, and who fills it */
  guint  used;    /* bytes of @room */
  gint64 room[];  /* aligned as strings are */
} GstreamTextPage;

typedef struct
{
  guint ref_count;
  guint offset; /* from the page that it is in, in bytes; 0: it is in none */
  char  text[]; /* what users hold; ends with a NUL */
} GstreamText;

/* Of a page's room: one that is idle costs no more than that. */
#define GSTREAM_TEXT_PAGE_SIZE 496
/* Longer ones are memory of their own. */
#define GSTREAM_TEXT_LONGEST_SHARED 120

/* @place gets a page with room for a string; it is NULL at first. */
void gstream_text_page_turn   (GstreamTextPage **place);
/* No more strings are put into it. */
void gstream_text_page_finish (GstreamTextPage  *self);
void gstream_text_free        (GstreamText      *self);
char *gstream_text_new_len    (const char       *text,
                               gsize             length);

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

/* In @place's page, where it is short. */
static inline char *
gstream_text_new_in (GstreamTextPage **place,
                     const char       *text,
                     gsize             length)
{
  guint size = (sizeof (GstreamText) + length + 1 + 7) & ~7u;
  GstreamTextPage *page;
  GstreamText *self;

  if (length > GSTREAM_TEXT_LONGEST_SHARED)
    return gstream_text_new_len (text, length);
  if (G_UNLIKELY (*place == NULL || GSTREAM_TEXT_PAGE_SIZE - (*place)->used < size))
    gstream_text_page_turn (place);

  page = *place;
  self = (GstreamText *) ((char *) page->room + page->used);
#ifdef __SANITIZE_ADDRESS__
  ASAN_UNPOISON_MEMORY_REGION (self, size);
#endif
  page->used += size;
  page->n_users++;

  return gstream_text_init (self, (char *) self - (char *) page, text, length);
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

G_END_DECLS
