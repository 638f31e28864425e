/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HTTP to the server that a thread lives on: its URL, the headers that are sent there and nowhere else (N8), limits and
 * timeouts; what its errors mean, and whether another attempt can help (N3); and requests with a JSON answer.
 */
#pragma once

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-payload.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

#define GSTREAM_ORIGIN_CONNECTIONS 1024 /* to a host; libsoup's own 2 would let two runs keep every command waiting */

typedef struct
{
  grefcount     ref_count;
  SoupSession  *session;
  SoupSession  *streams;    /* for event streams, each of which keeps a connection: it allows enough of them */
  GMainContext *context;    /* the main context of its runs (R7) */
  GMainContext *nested;     /* nested in that, for GIO and libsoup; the session's */
  char         *url;        /* origin and path, without a slash at its end */
  GPtrArray    *headers;    /* names and values in turn; all of them are secret */
  gint64        not_before; /* monotonic µs: when the server may be asked again (Retry-After); 0: at any time */

  gsize    max_event_size;  /* bytes of an event, a frame, an answer */
  guint    max_depth;       /* nesting of an event's JSON */
  guint    retry_limit;     /* attempts in a row that bring nothing new */
  guint    retry_pause;     /* ms before the first of them; doubled each time */
  guint    retry_pause_max; /* ms */
  guint    silence_timeout; /* ms without an event until the server is asked how the run is */
  guint    answer_timeout;  /* ms for a whole answer */
  gboolean cancel_on_abort; /* a run that is aborted here ends there too (N7) */
} GstreamOrigin;

/* Returns: NULL, with an error, if @url cannot be used. */
GstreamOrigin *gstream_origin_new (const char   *url,
                                   SoupSession  *session,
                                   GMainContext *context,
                                   GError      **error);
/* A session that allows as many connections to a host as are asked for. */
SoupSession   *gstream_origin_new_session (void);
GstreamOrigin *gstream_origin_ref (GstreamOrigin *self);
void           gstream_origin_unref (GstreamOrigin *self);
/* FALSE, with an error that does not repeat the value, which is secret, if it cannot be sent. */
gboolean gstream_origin_add_header (GstreamOrigin *self,
                                    const char    *name,
                                    const char    *value,
                                    GError       **error);

/* Around each call into GIO or libsoup that starts something: pushes and pops the thread default. */
void gstream_origin_begin_io (GstreamOrigin *self);
void gstream_origin_end_io (GstreamOrigin *self);

/* A request for @path below the server's URL, with everything but a body. No redirect is followed. */
SoupMessage *gstream_origin_new_message (GstreamOrigin *self,
                                         const char    *method,
                                         const char    *path);
/* The error code of an HTTP status of 300 or more. */
GstreamError gstream_origin_code_of_status (guint status);
/* The error of an answer to @message with @status; @body (nullable) may have the server's own words. */
GError *gstream_origin_new_error (GstreamOrigin *self,
                                  SoupMessage   *message,
                                  guint          status,
                                  const char    *body,
                                  gsize          length);
/* The error of a WebSocket that was closed with @close_code; @reason (nullable): the server's words. */
GError *gstream_origin_new_close_error (GstreamOrigin *self,
                                        SoupMessage   *message,
                                        guint          close_code,
                                        const char    *reason);
/* Puts the request in front of @error's message and takes secrets out of it. To be called once for each error. */
void gstream_origin_name_error (GstreamOrigin *self,
                                SoupMessage   *message,
                                GError        *error);

/* Takes secrets out of @error alone: where it is not the request's, but the run's. */
void gstream_origin_hide_secrets (GstreamOrigin *self,
                                  GError        *error);

/* --- trying again (N3) --- */

typedef struct
{
  guint    failures; /* in a row, without a new event in between */
  gboolean told;     /* the server has said how long the first pause is, ... */
  guint    pause;    /* ... ms */
} GstreamRetry;

/* Which failures allow to send a request again. */
typedef enum
{
  GSTREAM_RETRY_REPEATABLE, /* all that may pass: asking twice does no harm */
  GSTREAM_RETRY_ANEW,       /* the same, over a new connection each time: existing ones may be dead */
  GSTREAM_RETRY_UNSENT,     /* only those after which the server certainly did not act */
} GstreamRetryKind;

/* Notes an event stream's `retry`, in ms; -1: it has none. */
void gstream_retry_tell (GstreamRetry *self,
                         gint64        milliseconds);
/* Whether another attempt can succeed after @error. */
gboolean gstream_retry_can_help (GstreamRetryKind kind,
                                 const GError    *error);
/* Counts a failure. Returns: the pause until the next attempt, in ms; -1: there is no other attempt. */
gint64 gstream_retry_next (GstreamRetry    *self,
                           GstreamOrigin   *origin,
                           GstreamRetryKind kind,
                           const GError    *error);

/* --- requests with a JSON answer --- */

/* @body: (nullable): JSON. @callback is called in the main context of the server's runs. */
void gstream_request_send (GstreamOrigin      *origin,
                           const char         *method,
                           const char         *path,
                           const char         *body,
                           GstreamRetryKind    kind,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data);
/* Returns: (transfer full): the answer; JSON's null if it was empty; NULL, with an error. */
GstreamPayload *gstream_request_finish (GAsyncResult *result,
                                        GError      **error);

/*
 * Whether @error is that of a server which does not have the path, rather than an answer of what is behind it; and what it is
 * then, where the thread is there: NOT_SUPPORTED. @refusal: (transfer full): what it is where the thread is not there either.
 */
gboolean gstream_request_is_no_path (const GError *error);
void     gstream_request_explain (GstreamOrigin      *origin,
                                  const char         *thread_id,
                                  const char         *rest,
                                  GError             *refusal,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data);
/* Returns: (transfer full): the error. */
GError *gstream_request_explain_finish (GAsyncResult *result);

/* Returns: (transfer full): "/threads/THREAD" and @rest. */
char *gstream_request_path (const char *thread_id,
                            const char *rest);
/* Makes @body, JSON, the body of @message. */
void gstream_request_set_body (SoupMessage *message,
                               const char  *body);

/* --- what a body is encoded as on its way, for other requests too --- */

/* Asks the server for encodings that gstream_request_decode() knows, and keeps libsoup from decoding. */
void gstream_request_accept_encodings (SoupMessage *message);
/* Returns: (transfer full): @body, of the answer to @message, decoded; NULL, with an error, for an unknown encoding. */
GInputStream *gstream_request_decode (SoupMessage  *message,
                                      GInputStream *body,
                                      GError      **error);

/* @decoded: what is to be read, @body itself or a converter of it. @nested: the context that libsoup's calls are made in. */
GInputStream *gstream_body_new (GMainContext *nested,
                                GInputStream *decoded,
                                GInputStream *body);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamOrigin, gstream_origin_unref)

G_END_DECLS
