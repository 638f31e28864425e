/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Compares the texts of two lists, byte by byte, and finds the elements that are in the equal parts.
 *
 * Both texts are valid JSON. An element is the same in both, if the texts are equal from the beginning up to where the
 * next element starts: then it has its end in both. It is also the same, if the texts are equal from the separator
 * before it to the end: a list cannot end in the same way if one text is in a string there and the other is not, as the
 * quotes that follow are the same in both.
 */
#include <gstream/conversation/gstream-list-text-private.h>
#include <string.h>

#define LARGEST_BLOCK 4096 /* bytes that are compared at once */
#define SMALLER 16         /* times */

/* Returns the number of equal bytes at the beginning. */
static gsize
count_equal_first (const char *a,
                   const char *b,
                   gsize       length)
{
  gsize n = 0;

  for (gsize block = LARGEST_BLOCK; block > 0; block /= SMALLER)
    while (n + block <= length && memcmp (a + n, b + n, block) == 0)
      n += block;
  return n;
}

/* Returns the number of equal bytes before the two ends. */
static gsize
count_equal_last (const char *a_end,
                  const char *b_end,
                  gsize       length)
{
  gsize n = 0;

  for (gsize block = LARGEST_BLOCK; block > 0; block /= SMALLER)
    while (n + block <= length && memcmp (a_end - n - block, b_end - n - block, block) == 0)
      n += block;
  return n;
}

/* Returns the number of starts that are not behind @byte. */
static guint
count_starts (const GArray *starts,
              gsize         byte)
{
  guint low = 0, high = starts->len;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (g_array_index (starts, guint32, middle) <= byte)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static gsize
get_start (const GstreamListText *self,
           guint                  place)
{
  return g_array_index (self->starts, guint32, place);
}

/* Whether a value that ends with that byte does not go on, whatever follows. */
static gboolean
is_last_byte (char byte)
{
  return byte == '}' || byte == ']' || byte == '"' || byte <= ' ';
}

/* Returns the number of elements that are the same, if that many bytes at the beginning are. */
static guint
count_first (const GstreamListText *self,
             gsize                  n_equal)
{
  guint n = MAX (count_starts (self->starts, n_equal), 1) - 1;

  if (n > 0 && n == self->starts->len - 1 && !is_last_byte (self->list->json[get_start (self, n) - 1]))
    n--;
  return n;
}

static void
compare_with (const GstreamListText *self,
              GstreamJsonValue       newer,
              GstreamListChange     *change)
{
  GstreamJsonValue older = gstream_payload_value (self->list);
  gsize            length = older.end - older.start;
  gsize            shorter = MIN (length, (gsize) (newer.end - newer.start));
  gsize            n_first = count_equal_first (older.start, newer.start, shorter);
  gsize            n_last;
  guint            place;

  change->n_before = count_first (self, n_first);
  if (change->n_before > 0)
    change->start = newer.start + get_start (self, change->n_before);

  shorter -= change->start - newer.start;
  n_last = count_equal_last (older.end, newer.end, shorter);
  place = MAX (count_starts (self->starts, length - n_last), change->n_before); /* the first one behind a separator */
  change->n_behind = self->starts->len - 1 - MIN (place, self->starts->len - 1);
  change->end = newer.end - (length - get_start (self, self->starts->len - 1 - change->n_behind));
}

void
gstream_list_text_compare (const GstreamListText *self,
                           GstreamPayload        *list,
                           GstreamListChange     *change)
{
  GstreamJsonValue newer = gstream_payload_value (list);

  *change = (GstreamListChange) { 0, 0, newer.start + 1, newer.end - 1 };
  if (self->list != NULL)
    compare_with (self, newer, change);
}

void
gstream_list_text_take (GstreamListText         *self,
                        GstreamPayload          *list,
                        const GstreamListChange *change,
                        GArray                  *starts)
{
  guint32 moved; /* bytes; may wrap around */
  guint   n_old;

  if (self->list == NULL)
    {
      guint32 bracket = list->length - 1;

      self->list = gstream_payload_ref (list);
      self->starts = g_array_ref (starts);
      g_array_append_val (self->starts, bracket);
      return;
    }

  moved = list->length - self->list->length;
  n_old = self->starts->len - 1 - change->n_before - change->n_behind;
  g_array_remove_range (self->starts, change->n_before, n_old);
  g_array_insert_vals (self->starts, change->n_before, starts->data, starts->len);
  for (guint i = change->n_before + starts->len; i < self->starts->len; i++)
    g_array_index (self->starts, guint32, i) += moved;
  gstream_payload_unref (self->list);
  self->list = gstream_payload_ref (list);
}

void
gstream_list_text_clear (GstreamListText *self)
{
  g_clear_pointer (&self->list, gstream_payload_unref);
  g_clear_pointer (&self->starts, g_array_unref);
}
