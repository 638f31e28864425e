/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads many projections at once, until all of them have ended.
 */
#include "gstream/tool/gstream-reader.h"

struct _GstreamReader
{
  GstreamReader   *parent; /* NULL: the outermost */
  GstreamEndedFunc ended;
  gpointer         user_data; /* of ended */
  GstreamReadFunc  read;
  gpointer         read_data;
  guint            max_buffered; /* of each projection; 0: no bound */
  guint            n_holds;      /* of projections and children that have not ended, and gstream_reader_hold() */
};

struct _GstreamReading
{
  GstreamReader  *reader;
  GstreamCursor  *cursor;
  GstreamTakeFunc take;
  gpointer        user_data;
};

GstreamCursor *
gstream_reading_get_cursor (GstreamReading *reading)
{
  return reading->cursor;
}

void
gstream_reading_give (GstreamReading *reading,
                      const GValue   *item)
{
  GstreamReader *reader = reading->reader;

  if (item != NULL)
    {
      reading->take (item, reading->user_data);
      return;
    }

  g_object_unref (reading->cursor);
  g_free (reading);
  gstream_reader_release (reader);
}

static void read_next (GstreamReading *reading,
                       gpointer        unused);

static void
on_next (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  GstreamReading *reading = user_data;
  g_auto (GValue) item = G_VALUE_INIT;
  /* An error ends the run, which reports it (R5). */
  gboolean found = gstream_cursor_next_finish (reading->cursor, result, &item, NULL);

  gstream_reading_give (reading, found ? &item : NULL);
  if (found)
    read_next (reading, NULL);
}

static void
read_next (GstreamReading *reading,
           gpointer        unused)
{
  gstream_cursor_next (reading->cursor, NULL, on_next, reading);
}

GstreamReader *
gstream_reader_new (GstreamReader   *parent,
                    GstreamEndedFunc ended,
                    gpointer         user_data)
{
  GstreamReader *self = g_new0 (GstreamReader, 1);

  self->parent = parent;
  self->ended = ended;
  self->user_data = user_data;
  self->read = parent ? parent->read : read_next;
  self->read_data = parent ? parent->read_data : NULL;
  self->max_buffered = parent ? parent->max_buffered : 0;
  self->n_holds = 1;
  if (parent != NULL)
    gstream_reader_hold (parent);

  return self;
}

void
gstream_reader_set_max_buffered (GstreamReader *self,
                                 guint          max_buffered)
{
  self->max_buffered = max_buffered;
}

void
gstream_reader_set_read_func (GstreamReader  *self,
                              GstreamReadFunc read,
                              gpointer        user_data)
{
  self->read = read;
  self->read_data = user_data;
}

void
gstream_reader_add (GstreamReader     *self,
                    GstreamProjection *projection,
                    GstreamTakeFunc    take,
                    gpointer           user_data)
{
  GstreamReading *reading = g_new (GstreamReading, 1);

  gstream_projection_set_max_buffered (projection, self->max_buffered);
  *reading = (GstreamReading) { self, gstream_projection_subscribe (projection, NULL), take, user_data };
  g_assert (reading->cursor != NULL); /* the caller has subscribed to none of them */

  gstream_reader_hold (self);
  self->read (reading, self->read_data);
}

void
gstream_reader_hold (GstreamReader *self)
{
  self->n_holds++;
}

void
gstream_reader_release (GstreamReader *self)
{
  GstreamReader *parent = self->parent;

  if (--self->n_holds > 0)
    return;

  if (self->ended != NULL)
    self->ended (self->user_data);
  g_free (self);
  if (parent != NULL)
    gstream_reader_release (parent);
}
