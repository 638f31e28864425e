/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rows that are shown, in a gap buffer.
 */
#include <gstream/conversation/gstream-shown-rows-private.h>
#include <string.h>

static void
move_gap (GstreamShownRows *self,
          guint             position)
{
  GstreamConversationRow **rows = self->rows;

  if (position < self->gap)
    memmove (rows + position + self->gap_length, rows + position, (self->gap - position) * sizeof *rows);
  else if (position > self->gap)
    memmove (rows + self->gap, rows + self->gap + self->gap_length, (position - self->gap) * sizeof *rows);
  self->gap = position;
}

static void
widen_gap (GstreamShownRows *self,
           guint             needed)
{
  guint behind = self->allocated - self->gap - self->gap_length;
  guint more;

  if (self->gap_length >= needed)
    return;

  more = MAX (needed - self->gap_length, MAX (self->allocated / 2, 16));
  self->rows = g_renew (GstreamConversationRow *, self->rows, self->allocated + more);
  memmove (self->rows + self->allocated + more - behind, self->rows + self->allocated - behind,
           behind * sizeof *self->rows);
  self->allocated += more;
  self->gap_length += more;
}

void
gstream_shown_rows_splice (GstreamShownRows        *self,
                           guint                    position,
                           guint                    removed,
                           GstreamConversationRow **rows,
                           guint                    added)
{
  move_gap (self, position);
  for (guint i = 0; i < removed; i++)
    {
      GstreamConversationRow *row = self->rows[self->gap + self->gap_length];

      row->is_shown = FALSE;
      self->gap_length++;
      g_object_unref (row);
    }
  widen_gap (self, added);
  for (guint i = 0; i < added; i++)
    {
      self->rows[self->gap++] = g_object_ref (rows[i]);
      self->gap_length--;
      rows[i]->is_shown = TRUE;
    }
}

void
gstream_shown_rows_clear (GstreamShownRows *self)
{
  gstream_shown_rows_splice (self, 0, gstream_shown_rows_get_length (self), NULL, 0);
  g_clear_pointer (&self->rows, g_free);
  self->allocated = self->gap = self->gap_length = 0;
}
