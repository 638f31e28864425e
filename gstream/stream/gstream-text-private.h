/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How queues keep a string: once, with a count of those who have it. Not atomic,
 * for a queue belongs to one main context, and a token costs two of these.
 */
#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

typedef struct
{
  guint ref_count;
  char  text[]; /* what users hold; ends with a NUL */
} GstreamText;

static inline GstreamText *
gstream_text_of (char *text)
{
  return (GstreamText *) (text - G_STRUCT_OFFSET (GstreamText, text));
}

static inline char *
gstream_text_new_len (const char *text,
                      gsize       length)
{
  GstreamText *self = (GstreamText *) g_malloc (sizeof (GstreamText) + length + 1);

  self->ref_count = 1;
  memcpy (self->text, text, length);
  self->text[length] = '\0';

  return self->text;
}

static inline char *
gstream_text_new (const char *text)
{
  return gstream_text_new_len (text, strlen (text));
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
    g_free (self);
}

G_END_DECLS
