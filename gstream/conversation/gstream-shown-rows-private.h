/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rows that are shown, as an array with a gap: changes that go over it from one end to the other cost no more than
 * the rows that they pass.
 */
#pragma once

#include <gstream/conversation/gstream-conversation-row-private.h>

G_BEGIN_DECLS

typedef struct
{
  GstreamConversationRow **rows;      /* holds those outside of the gap */
  guint                    allocated; /* the gap included */
  guint                    gap;       /* where it begins */
  guint                    gap_length;
} GstreamShownRows;

void gstream_shown_rows_clear (GstreamShownRows *self);
/* @added rows of @rows take the place of @removed, at @position. */
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
