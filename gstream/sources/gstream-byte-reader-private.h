/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The common part of the sources that read a file or a stream. It reads 64 KiB or more at a time, only when an event is
 * asked for (R1), with at most one pending asynchronous read. In try_next, a pollable stream is read without blocking.
 * The bytes that have been read and not yet consumed are contiguous.
 */
#pragma once

#include <gstream/event/gstream-event-reader-internal.h>
#include <gstream/stream/gstream-event-source-internal.h>

G_BEGIN_DECLS

/*
 * A stream that is read without blocking, so that no task, no error and no iteration of the main loop is needed for
 * each piece.
 */
typedef struct
{
  GPollableInputStream *stream; /* not owned; NULL: the stream cannot be polled */
  GSource              *watch;  /* while bytes are waited for */
  gboolean              dry;    /* the last read would have blocked */
} GstreamPollable;

typedef struct
{
  GFile          *file;     /* NULL: a stream was given */
  GInputStream   *stream;   /* NULL: the file is not open yet, or nothing is left to read */
  GstreamPollable poll;     /* @stream, if it can be polled */
  char           *name;     /* of the file or the stream, for errors */
  const char     *format;   /* what was expected, for errors */
  gboolean        said_any; /* it had more than white space */
  GCancellable   *closing;  /* cancels the read under way */

  GBytes *owner;    /* owns @bytes; events hold references to it, too; NULL: nothing has been read */
  char   *bytes;    /* events may point to bytes before @end: only those after it may be written to */
  gsize   size;     /* of @bytes */
  gsize   start;    /* offset of the first byte that has not been consumed */
  gsize   end;      /* offset after the last byte that has been read */
  guint64 received; /* bytes that have been read in all */

  GstreamEventReader *events;    /* parses events */
  guint               max_size;  /* limit of one event in bytes */
  guint               max_depth; /* limit of the nesting of its JSON */

  GstreamNextCall pending; /* the next() that waits for more */
  GError         *error;   /* the error of all later calls */
  gboolean        reading; /* the file is being opened, or read_async() is pending */
  gboolean        at_end;  /* nothing more can be read */
  gboolean        closed;
} GstreamByteReader;

#define GSTREAM_BYTE_READER_MOST_DEPTH 1024 /* the largest value of max-depth */

/* The ids of the common properties of the sources. The ids of a source's own properties begin with N_PROPERTIES. */
enum
{
  GSTREAM_BYTE_READER_PROP_FILE = 1,
  GSTREAM_BYTE_READER_PROP_STREAM,
  GSTREAM_BYTE_READER_PROP_MAX_SIZE,
  GSTREAM_BYTE_READER_PROP_MAX_DEPTH,
  GSTREAM_BYTE_READER_N_PROPERTIES,
};

/* @format: such as "JSON Lines (...)". */
GstreamByteReader *gstream_byte_reader_new (const char *format);
/* Closes and frees it. A pending asynchronous read keeps it alive until it has returned. */
void gstream_byte_reader_free (GstreamByteReader *self);

void gstream_byte_reader_install_properties (GObjectClass *object_class,
                                             const char   *max_size_name);
void gstream_byte_reader_set_property (GstreamByteReader *self,
                                       guint              property_id,
                                       const GValue      *value,
                                       GObject           *object,
                                       GParamSpec        *pspec); /* both are for the notification */
void gstream_byte_reader_get_property (GstreamByteReader *self,
                                       guint              property_id,
                                       GValue            *value);

/* Implements next() of the source: reads, and calls its try_next(), until that has a result. */
void gstream_byte_reader_next (GstreamByteReader  *self,
                               GstreamEventSource *source,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data);
void gstream_byte_reader_close (GstreamByteReader *self);
/* Gives it the first bytes of its stream, at most 64 KiB, that were read before. */
void gstream_byte_reader_prepend (GstreamByteReader *self,
                                  const char        *bytes,
                                  gsize              length);
/* Reads what is available without blocking. Returns FALSE if nothing was read. */
gboolean gstream_byte_reader_fill (GstreamByteReader *self);
/* The result of the source's try_next() where the bytes contain no complete event. */
GstreamTry gstream_byte_reader_state (GstreamByteReader *self,
                                      GError           **error);
/* Stops reading and drops the bytes. Consumes @error, which is prefixed with the name and @line, counted from 1. */
void gstream_byte_reader_fail (GstreamByteReader *self,
                               guint64            line,
                               GError            *error);

/* The same for a file of another format, which the error names, guessed from the line that begins with @text. */
void gstream_byte_reader_fail_strange (GstreamByteReader *self,
                                       guint64            line,
                                       const char        *text,
                                       gsize              length);

/* Whether everything has been read, to the end of the stream and without an error. */
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

/* Consumes bytes. They stay valid until the next read. */
static inline void
gstream_byte_reader_take (GstreamByteReader *self,
                          gsize              length)
{
  self->start += length;
}

G_END_DECLS
