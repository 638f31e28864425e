/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A POST request whose answer is read incrementally.
 *
 * For endpoint/, which uses another protocol over HTTP in the same way: the URL is checked, headers are secret (N8),
 * the request is repeated if that can help as long as nothing of the answer has been received, errors have the server's
 * error text, and the body is decoded and pollable.
 */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_POST (gstream_post_get_type ())
G_DECLARE_FINAL_TYPE (GstreamPost, gstream_post, GSTREAM, POST, GObject)

/* What is asked of a server, and how patiently. Each is a property of the object that has them. */
typedef struct
{
  guint max_event_size;  /* bytes of an event, a frame, an answer */
  guint max_depth;       /* nesting of an event's JSON */
  guint retry_limit;     /* attempts in a row that bring nothing new */
  guint retry_pause;     /* ms before the first of them; doubled each time */
  guint retry_pause_max; /* ms */
  guint silence_timeout; /* ms without an event after which the server is asked for the status of the run */
  guint answer_timeout;  /* ms for a whole answer */
} GstreamLimits;

/* Returns the limit that is the property with @name; NULL: it is none. */
guint *gstream_limits_find (GstreamLimits *self,
                            const char    *name);

/* Makes a session that allows any number of connections per host. */
SoupSession *gstream_post_new_session (void);

/* @context: the context that it is used in, and calls back in. Returns NULL with an error if @url cannot be used. */
GstreamPost *gstream_post_new (const char          *url,
                               SoupSession         *session,
                               GMainContext        *context,
                               const GstreamLimits *limits,
                               GError             **error);
/* Returns FALSE with an error if it is not a valid header. */
gboolean gstream_post_add_header (GstreamPost *self,
                                  const char  *name,
                                  const char  *value,
                                  GError     **error);

/* Sends @body, JSON, to @path below the URL. May be called only once. */
void gstream_post_send (GstreamPost        *self,
                        const char         *path,
                        GBytes             *body,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data);
/* Returns: (transfer full): the body of an answer with status 200; any other status is an error. */
GInputStream *gstream_post_send_finish (GstreamPost  *self,
                                        GAsyncResult *result,
                                        GError      **error);
/* Returns when the server was asked last, monotonic µs; during the pause before it is asked again: now. */
gint64 gstream_post_get_asked (GstreamPost *self);
/* Returns the type of the answer; NULL: it has none. */
const char *gstream_post_get_content_type (GstreamPost *self);
/*
 * Prefixes @error with the request, unless it is the run's own failure, and removes secrets from it. To be called once
 * for each error.
 */
void gstream_post_name_error (GstreamPost *self,
                              GError      *error);

G_END_DECLS
