/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the sources that read from a file or a stream have in common: its bytes,
 * some 64 KiB at a time, only when somebody asks (R1), with at most one read
 * under way. A stream that can be polled is read where it is tried, too. What has been read and not yet taken lies in one piece, however it came.
 */
#pragma once

#include <gstream/event/gstream-event-internal.h>
#include <gstream/sources/gstream-pending-next-private.h>
#include <gstream/sources/gstream-pollable-private.h>

G_BEGIN_DECLS

typedef struct
{
  GFile              *file;      /* NULL: a stream was given */
  GInputStream       *stream;    /* NULL: the file is not open yet, or nothing is left to read */
  GstreamPollable     poll;      /* @stream, where it can be read without waiting */
  char               *name;      /* of the file or the stream, for errors */
  const char         *format;    /* what it is to be, for errors */
  gboolean            said_any;  /* there was more than blanks in it */
  GCancellable       *closing;   /* ends the read under way */

  GBytes             *owner;     /* of @bytes, shared with the events that keep a slice; NULL: nothing read yet */
  char               *bytes;     /* only those from @end on are written to */
  gsize               size;      /* of @bytes */
  gsize               start;     /* of what is not yet taken */
  gsize               end;       /* of what has been read */

  GstreamEventReader *events;    /* makes events of them */
  guint               max_size;  /* bytes of one event, as it comes */
  guint               max_depth; /* nesting of its JSON */

  GstreamPendingNext  pending;   /* who waits for more */
  GError             *error;     /* what every later call gives */
  gboolean            reading;   /* a read that is waited for, or the opening, is under way */
  gboolean            at_end;    /* no more bytes come */
  gboolean            closed;
} GstreamByteReader;

/* The properties of a source that has one. Its own begin with the last. */
enum
{
  GSTREAM_BYTE_READER_PROP_FILE = 1,
  GSTREAM_BYTE_READER_PROP_STREAM,
  GSTREAM_BYTE_READER_PROP_MAX_SIZE,
  GSTREAM_BYTE_READER_PROP_MAX_DEPTH,
  GSTREAM_BYTE_READER_N_PROPERTIES,
};

/* @format: such as "JSON Lines (...)". */
GstreamByteReader *gstream_byte_reader_new                (const char           *format);
/* Closes it. A read under way ends by itself. */
void               gstream_byte_reader_free               (GstreamByteReader    *self);

void               gstream_byte_reader_install_properties (GObjectClass         *object_class,
                                                           const char           *max_size_name);
void               gstream_byte_reader_set_property       (GstreamByteReader    *self,
                                                           guint                 property_id,
                                                           const GValue         *value);
void               gstream_byte_reader_get_property       (GstreamByteReader    *self,
                                                           guint                 property_id,
                                                           GValue               *value);

/* The source's `next`: tries, and while there is nothing, reads and tries again. */
void               gstream_byte_reader_next               (GstreamByteReader    *self,
                                                           GstreamEventSource   *source,
                                                           GCancellable         *cancellable,
                                                           GAsyncReadyCallback   callback,
                                                           gpointer              user_data);
void               gstream_byte_reader_close              (GstreamByteReader    *self);
/* Reads what has come, if the stream can be asked without waiting. FALSE: there is no more than before. */
gboolean           gstream_byte_reader_fill               (GstreamByteReader    *self);
/* What the source's `try_next` says when it finds no whole event in the bytes. */
GstreamTry         gstream_byte_reader_state              (GstreamByteReader    *self,
                                                           GError              **error);
/* Ends reading with @error, prefixed with the name and @line, and drops the bytes. */
void               gstream_byte_reader_fail               (GstreamByteReader    *self,
                                                           guint64               line,
                                                           GError               *error);

/* The same, where the line that begins with @text is of another format: says which. */
void               gstream_byte_reader_fail_strange       (GstreamByteReader    *self,
                                                           guint64               line,
                                                           const char           *text,
                                                           gsize                 length);

/* Whether what is there is all that there ever was: not where reading failed. */
static inline gboolean
gstream_byte_reader_has_all (const GstreamByteReader *self)
{
  return self->at_end && self->error == NULL;
}

static inline gsize
gstream_byte_reader_available (const GstreamByteReader *self)
{
  return self->end - self->start;
}

static inline const char *
gstream_byte_reader_peek (const GstreamByteReader *self)
{
  return self->bytes + self->start;
}

/* They stay where they are until the next read. */
static inline void
gstream_byte_reader_take (GstreamByteReader *self,
                          gsize              length)
{
  self->start += length;
}

G_END_DECLS
