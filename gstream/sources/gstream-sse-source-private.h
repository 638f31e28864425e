/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Parses Server-Sent Events into frames, as WHATWG's HTML standard says ("interpreting an event stream"). Only data of
 * several lines is copied. Declared for its tests, which compare it with the standard apart from the source.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One event of the stream. Valid until the next call of parse(). */
typedef struct
{
  const char *data;     /* its data lines, joined by LF */
  gsize       length;   /* bytes */
  gboolean    in_place; /* @data points into the bytes that were parsed */
  const char *type;     /* of the field `event`, not terminated; NULL: none */
  gsize       type_length;
  guint64     line; /* the line of the first data, counted from 1 */
} GstreamSseFrame;

/* A line that is neither a known field nor a comment. Owned by the parser. */
typedef struct
{
  const char *text;    /* its beginning, NUL-terminated */
  gsize       length;  /* of @text, in bytes */
  guint64     line;    /* counted from 1 */
  gboolean    is_data; /* it is a misspelled `data` */
} GstreamSseStranger;

typedef struct _GstreamSseParser GstreamSseParser;

GstreamSseParser *gstream_sse_parser_new (void);
void              gstream_sse_parser_free (GstreamSseParser *self);

/*
 * Finds the next frame in @bytes, which are all bytes that were received and not yet consumed; their address may have
 * changed since the last call. Returns FALSE if more bytes are needed. In both cases the first *@consumed bytes are not
 * needed any more when @frame has been processed.
 */
gboolean gstream_sse_parser_parse (GstreamSseParser *self,
                                   const char       *bytes,
                                   gsize             length,
                                   gsize            *consumed,
                                   GstreamSseFrame  *frame);

/*
 * Finds lines that are ignored according to the standard, and by parse(), but are certainly a mistake: a block of
 * unknown fields in a stream without any known field or comment, or a block with a misspelled `data` ("Data:"). Returns
 * NULL if there is none. @rest: the bytes that parse() did not consume; @is_all: they are the last bytes of the stream.
 */
const GstreamSseStranger *gstream_sse_parser_find_stranger (GstreamSseParser *self,
                                                            const char       *rest,
                                                            gsize             length,
                                                            gboolean          is_all);

/* Whether parse() has found such a line. */
gboolean gstream_sse_parser_has_stranger (const GstreamSseParser *self);

/* Whether there was a non-empty line. */
gboolean gstream_sse_parser_has_said_any (const GstreamSseParser *self);

/* Whether a stream that ends after @bytes, which parse() did not consume, ends within an event. */
gboolean gstream_sse_parser_is_unfinished (const GstreamSseParser *self,
                                           const char             *bytes,
                                           gsize                   length);

/* The id of the last frame, or of one before it; "" before any. */
const char *gstream_sse_parser_get_last_event_id (const GstreamSseParser *self);
/* In milliseconds; -1: the stream has not sent it. */
gint64 gstream_sse_parser_get_retry (const GstreamSseParser *self);
/* The line that parse() reads next, counted from 1. */
guint64 gstream_sse_parser_get_line (const GstreamSseParser *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamSseParser, gstream_sse_parser_free)

G_END_DECLS
