/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HTTP requests to a thread's server: its URL, the headers that are sent to no other server (N8), limits and timeouts;
 * errors, and whether another attempt can help (N3); and requests with a JSON answer.
 */
#pragma once

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-payload.h>
#include <gstream/remote/gstream-http-internal.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

#define GSTREAM_ORIGIN_CONNECTIONS 1024 /* per host; with libsoup's default of 2, two runs would block all commands */

typedef struct
{
  grefcount     ref_count;
  SoupSession  *session;
  SoupSession  *streams;    /* for event streams, each of which needs a connection; it allows many of them */
  GMainContext *context;    /* the main context of its runs (R7) */
  GMainContext *nested;     /* a context nested in @context, for GIO and libsoup; owned by the session */
  char         *url;        /* origin and path, without a slash at its end */
  GPtrArray    *headers;    /* names and values alternately; all of them are secret */
  gint64        not_before; /* monotonic µs: the time before which no request may be sent (Retry-After); 0: none */

  GstreamLimits limits;

  gboolean cancel_on_abort; /* aborting a run also cancels it on the server (N7) */
  gboolean hides_query;     /* errors do not show the query of a URL: it may have a key in it */
} GstreamOrigin;

/* Returns NULL with an error if @url cannot be used. */
GstreamOrigin *gstream_origin_new (const char   *url,
                                   SoupSession  *session,
                                   GMainContext *context,
                                   GError      **error);
/* Makes a session that allows any number of connections per host. */
SoupSession   *gstream_origin_new_session (void);
GstreamOrigin *gstream_origin_ref (GstreamOrigin *self);
void           gstream_origin_unref (GstreamOrigin *self);
/* Returns FALSE with an error if it is not a valid header. The error does not contain the value, which is secret. */
gboolean gstream_origin_add_header (GstreamOrigin *self,
                                    const char    *name,
                                    const char    *value,
                                    GError       **error);

/* To be called around each call of GIO or libsoup that starts an operation: push and pop the thread default context. */
void gstream_origin_begin_io (GstreamOrigin *self);
void gstream_origin_end_io (GstreamOrigin *self);

/*
 * Makes a request for @path below the server's URL, without a body. Redirects are not followed. What stands in @path that
 * is not the caller's own must be escaped.
 */
SoupMessage *gstream_origin_new_message (GstreamOrigin *self,
                                         const char    *method,
                                         const char    *path);
/* Returns the error code for an HTTP status of 300 or more. */
GstreamError gstream_origin_code_of_status (guint status);
/* Makes the error of an answer to @message with @status; @body (nullable) may have the server's error text. */
GError *gstream_origin_new_error (GstreamOrigin *self,
                                  SoupMessage   *message,
                                  guint          status,
                                  const char    *body,
                                  gsize          length);
/* Makes the error of a WebSocket that was closed with @close_code; @reason (nullable): the server's text. */
GError *gstream_origin_new_close_error (GstreamOrigin *self,
                                        SoupMessage   *message,
                                        guint          close_code,
                                        const char    *reason);
/* Prefixes @error with the request, and removes secrets from it. To be called once for each error. */
void gstream_origin_name_error (GstreamOrigin *self,
                                SoupMessage   *message,
                                GError        *error);

/* Only removes secrets from @error, for an error of the run instead of the request. */
void gstream_origin_hide_secrets (GstreamOrigin *self,
                                  GError        *error);

/* --- trying again (N3) --- */

typedef struct
{
  guint    failures; /* consecutive ones, without a new event in between */
  gboolean told;     /* the server has sent the length of the first pause, ... */
  guint    pause;    /* ... in ms */
} GstreamRetry;

/* After which failures a request may be repeated. */
typedef enum
{
  GSTREAM_RETRY_REPEATABLE, /* after all temporary failures, because repeating the request is harmless */
  GSTREAM_RETRY_ANEW,       /* the same, but each time over a new connection, because existing ones may be dead */
  GSTREAM_RETRY_UNSENT,     /* only if the server has certainly not executed the request */
} GstreamRetryKind;

/* Sets the `retry` of an event stream, in ms; -1: it has none. */
void gstream_retry_tell (GstreamRetry *self,
                         gint64        milliseconds);
/* Whether another attempt may succeed after @error. */
gboolean gstream_retry_can_help (GstreamRetryKind kind,
                                 const GError    *error);
/* Counts a failure. Returns: the pause until the next attempt, in ms; -1: there is none. */
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
/* Returns: (transfer full): the answer, null in JSON if it was empty; NULL with an error. */
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
/* Returns: (transfer full): "/runs/RUN" and @rest, which follow a thread's path. */
char *gstream_request_path_of_run (const char *run_id,
                                   const char *rest);
/* Sets @body, JSON, as the body of @message. */
void gstream_request_set_body (SoupMessage *message,
                               const char  *body);

/* --- what a body is encoded as on its way, for other requests too --- */

/* Asks the server for encodings that gstream_request_decode() supports, and disables the decoder of libsoup. */
void gstream_request_accept_encodings (SoupMessage *message);
/*
 * Returns: (transfer full): a stream that decodes @body, of the answer to @message; NULL with an error for an unknown
 * encoding.
 */
GInputStream *gstream_request_decode (SoupMessage  *message,
                                      GInputStream *body,
                                      GError      **error);

/* Reads what an answer of another kind than was asked for says, for an error: the beginning of @decoded. */
void gstream_refusal_read (GInputStream       *decoded,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data);
/* Returns: (transfer full): it; empty if it cannot be read. */
char *gstream_refusal_read_finish (GAsyncResult *result,
                                   gsize        *length);

/* --- event streams --- */

/* Sends @message, to be finished with soup_session_send_finish(). */
void gstream_stream_send (GstreamOrigin      *origin,
                          SoupMessage        *message,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data);
/* Whether @error, that of sending @message, is only that the server has no HTTP/1.1: to be sent again then. */
gboolean gstream_stream_needs_http2 (GstreamOrigin *origin,
                                     SoupMessage   *message,
                                     const GError  *error);
/* Returns: (transfer full): the decoded stream of @body, which answers @message of @origin's streams; NULL, with an error. */
GInputStream *gstream_body_new (GstreamOrigin *origin,
                                SoupMessage   *message,
                                GInputStream  *body,
                                GError       **error);

/* Returns: (nullable): the proxy resolver that @session was given; its own one may be replaced. */
GProxyResolver *gstream_http_get_proxies (SoupSession *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamOrigin, gstream_origin_unref)

G_END_DECLS
