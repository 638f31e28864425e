/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads one cursor, item by item, for a model.
 */
#include "config.h"

#include <gstream/model/gstream-row-reader-private.h>

struct _GstreamRowReader
{
  grefcount             ref_count; /* one is its maker's, one that of the call under way */
  GstreamCursor        *cursor;
  GObject              *kept;      /* or NULL */
  GstreamRowReaderFunc  func;
  gpointer              owner;     /* NULL once it is stopped */
};

static void read_next (GstreamRowReader *self);

static void
unref_reader (GstreamRowReader *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_object_unref (self->cursor);
  g_clear_object (&self->kept);
  g_free (self);
}

static void
on_next (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  GstreamRowReader *self = user_data;
  g_auto (GValue) item = G_VALUE_INIT;
  /* An error is the run's, and the run tells it (R5). */
  gboolean found = gstream_cursor_next_finish (self->cursor, result, &item, NULL);

  if (self->owner != NULL)
    self->func (self, found ? &item : NULL, gstream_cursor_get_item_stamp (self->cursor), self->owner);
  if (self->owner != NULL && found)
    read_next (self);
  unref_reader (self);
}

/*
 * Never try_next: that would drive the source for this cursor alone, past what
 * lands in the others of the same model, and the rows would come out of order.
 */
static void
read_next (GstreamRowReader *self)
{
  g_ref_count_inc (&self->ref_count);
  gstream_cursor_next (self->cursor, NULL, on_next, self);
}

GstreamRowReader *
gstream_row_reader_new (GstreamCursor        *cursor,
                        GObject              *kept,
                        GstreamRowReaderFunc  func,
                        gpointer              owner)
{
  GstreamRowReader *self = g_new0 (GstreamRowReader, 1);

  g_ref_count_init (&self->ref_count);
  self->cursor = cursor;
  self->kept = kept ? g_object_ref (kept) : NULL;
  self->func = func;
  self->owner = owner;
  read_next (self);

  return self;
}

void
gstream_row_reader_stop (GstreamRowReader *self)
{
  self->owner = NULL;
  gstream_cursor_close (self->cursor);
  unref_reader (self);
}
