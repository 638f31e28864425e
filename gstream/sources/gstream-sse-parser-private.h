/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The framing of Server-Sent Events, as WHATWG's HTML standard says ("interpreting an
 * event stream"): bytes in, frames out. Nothing is copied but data of several lines.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One event of the stream. Everything is gone with the next call of parse. */
typedef struct
{
  const char *data;        /* its data lines, joined by LF */
  gsize       length;      /* bytes */
  gboolean    in_place;    /* @data points into the bytes that were parsed */
  const char *type;        /* what `event` said, not terminated; NULL: nothing */
  gsize       type_length;
  guint64     line;        /* where the data begins, counted from 1 */
} GstreamSseFrame;

/* A line that no stream of events has. It is there as long as the parser. */
typedef struct
{
  const char *text;     /* the beginning, with a NUL behind it */
  gsize       length;   /* bytes of that */
  guint64     line;     /* counted from 1 */
  gboolean    is_data;  /* a field `data`, were it written so */
} GstreamSseStranger;

typedef struct _GstreamSseParser GstreamSseParser;

GstreamSseParser *gstream_sse_parser_new               (void);
void              gstream_sse_parser_free              (GstreamSseParser       *self);

/*
 * Looks for the next frame in @bytes: all that came and was not yet consumed.
 * They may have moved since the last call. FALSE: more is needed. In either case
 * @consumed bytes at the beginning are done with, once @frame is.
 */
gboolean          gstream_sse_parser_parse             (GstreamSseParser       *self,
                                                        const char             *bytes,
                                                        gsize                   length,
                                                        gsize                  *consumed,
                                                        GstreamSseFrame        *frame);

/*
 * What the standard ignores, as parse does, but nobody means: a block of unknown fields in a stream that has shown no
 * known field nor comment, or one whose `data` is written otherwise ("Data:"). NULL: there was none. @rest is what parse
 * left over; with @is_all nothing comes behind it.
 */
const GstreamSseStranger *
                  gstream_sse_parser_find_stranger     (GstreamSseParser       *self,
                                                        const char             *rest,
                                                        gsize                   length,
                                                        gboolean                is_all);

/* Whether a line with anything in it has come. */
gboolean          gstream_sse_parser_has_said_any      (const GstreamSseParser *self);

/* Whether a stream that ends after these bytes, which parse left over, ends within an event. */
gboolean          gstream_sse_parser_is_unfinished     (const GstreamSseParser *self,
                                                        const char             *bytes,
                                                        gsize                   length);

/* The id of the last frame, or of one before it; "" before any. */
const char       *gstream_sse_parser_get_last_event_id (const GstreamSseParser *self);
/* Milliseconds; -1: the stream has not said. */
gint64            gstream_sse_parser_get_retry         (const GstreamSseParser *self);
/* The one that parse would look at next, counted from 1. */
guint64           gstream_sse_parser_get_line          (const GstreamSseParser *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamSseParser, gstream_sse_parser_free)

G_END_DECLS
