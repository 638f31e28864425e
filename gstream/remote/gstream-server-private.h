/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The server that a thread lives on and how it is spoken to: its origin, the headers that go there and nowhere
 * else (N8), limits and timeouts; what its errors mean, and whether trying again can help (N3). Immutable once it is
 * shared, so that a run keeps what it was started with.
 */
#pragma once

#include <gstream/event/gstream-error.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

#define GSTREAM_SERVER_CONNECTIONS 1024 /* to a host; libsoup's own 2 would let two runs keep every command waiting */

typedef struct
{
  grefcount     ref_count;
  SoupSession  *session;
  SoupSession  *streams;         /* for what keeps its connection as long as a run: it does not run out of them */
  GMainContext *context;         /* the main context of its runs (R7) */
  GMainContext *nested;          /* nested in that, for GIO and libsoup; the session's */
  char         *url;             /* origin and path, without a slash at its end */
  char         *assistant;
  GPtrArray    *headers;         /* names and values in turn; all of them are secret */
  gint64        not_before;      /* monotonic µs: the server asked to be left alone until then; 0 = it did not */

  gsize         max_event_size;  /* bytes of an event, a frame, an answer */
  guint         max_depth;       /* nesting of an event's JSON */
  guint         retry_limit;     /* attempts in a row that bring nothing new */
  guint         retry_pause;     /* ms before the first of them; doubled each time */
  guint         retry_pause_max; /* ms */
  guint         silence_timeout; /* ms without an event until the server is asked how the run is */
  guint         answer_timeout;  /* ms for a whole answer */
  gboolean      cancel_on_abort; /* a run that is aborted here ends there too (N7) */
} GstreamServer;

/* NULL, with an error, where @url is none that can be used. */
GstreamServer *gstream_server_new         (const char     *url,
                                           const char     *assistant,
                                           SoupSession    *session,
                                           GMainContext   *context,
                                           GError        **error);
GstreamServer *gstream_server_ref         (GstreamServer  *self);
void           gstream_server_unref       (GstreamServer  *self);
void           gstream_server_take_header (GstreamServer  *self,
                                           const char     *name,
                                           const char     *value);

/* Around each call into GIO or libsoup that starts something: pushes and pops the thread default. */
void           gstream_server_begin_io    (GstreamServer  *self);
void           gstream_server_end_io      (GstreamServer  *self);

/* A request for @path below the server's URL, with everything but a body. No redirect is followed. */
SoupMessage   *gstream_server_new_message (GstreamServer  *self,
                                           const char     *method,
                                           const char     *path);
/* Which error a status of HTTP from 300 on is. */
GstreamError   gstream_server_code_of_status (guint         status);
/* @status, of the answer to @message, as an error that is named; @body: what it says about that, or NULL. */
GError        *gstream_server_new_error   (GstreamServer  *self,
                                           SoupMessage    *message,
                                           guint           status,
                                           const char     *body,
                                           gsize           length);
/* Likewise of a WebSocket that was closed with @close_code; @reason: the server's words, or NULL. */
GError        *gstream_server_new_close_error (GstreamServer *self,
                                               SoupMessage   *message,
                                               guint          close_code,
                                               const char    *reason);
/* Takes the secrets out of @error, and says in front of it what was being done: once for each error. */
void           gstream_server_name_error  (GstreamServer  *self,
                                           SoupMessage    *message,
                                           GError         *error);

/* --- trying again (N3) --- */

typedef struct
{
  guint    failures; /* in a row, without anything new in between */
  gboolean told;     /* the server has said how long the first pause is to be: ... */
  guint    pause;    /* ... ms */
} GstreamRetry;

/* What may be sent once more. */
typedef enum
{
  GSTREAM_RETRY_REPEATABLE, /* asking twice does no harm */
  GSTREAM_RETRY_ANEW,       /* likewise, but over no connection that is there already: those may be dead */
  GSTREAM_RETRY_UNSENT,     /* only what the server certainly did not act on */
} GstreamRetryKind;

/* What an event stream's `retry` says; -1: nothing. */
void     gstream_retry_tell     (GstreamRetry     *self,
                                 gint64            milliseconds);
/* Whether another attempt may end otherwise. */
gboolean gstream_retry_can_help (GstreamRetryKind  kind,
                                 const GError     *error);
/* The pause until the next attempt, in ms, which is logged; -1: there is to be none. */
gint64   gstream_retry_next     (GstreamRetry     *self,
                                 GstreamServer    *server,
                                 GstreamRetryKind  kind,
                                 const GError     *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamServer, gstream_server_unref)

G_END_DECLS
