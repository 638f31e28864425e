/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rows that are shown, in a gap buffer: consecutive changes only cost time for the rows between them.
 */
#pragma once

#include <gstream/conversation/gstream-conversation-row-private.h>

G_BEGIN_DECLS

typedef struct
{
  GstreamConversationRow **rows;      /* holds references to those outside of the gap */
  guint                    allocated; /* the gap included */
  guint                    gap;       /* index where it begins */
  guint                    gap_length;
} GstreamShownRows;

void gstream_shown_rows_clear (GstreamShownRows *self);
/* Replaces @removed rows at @position by @added ones from @rows. */
void gstream_shown_rows_splice (GstreamShownRows        *self,
                                guint                    position,
                                guint                    removed,
                                GstreamConversationRow **rows,
                                guint                    added);

static inline guint
gstream_shown_rows_get_length (const GstreamShownRows *self)
{
  return self->allocated - self->gap_length;
}

static inline GstreamConversationRow *
gstream_shown_rows_get (const GstreamShownRows *self,
                        guint                   position)
{
  return self->rows[position < self->gap ? position : position + self->gap_length];
}

G_END_DECLS
