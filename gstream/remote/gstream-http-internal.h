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

/* The limits of a request. */
typedef struct
{
  guint max_size;        /* bytes of an answer that is not a stream */
  guint retry_limit;     /* attempts after the first */
  guint retry_pause;     /* ms before the first of them; doubled each time */
  guint retry_pause_max; /* ms */
} GstreamPostLimits;

/* Makes a session that allows any number of connections per host. */
SoupSession *gstream_post_new_session (void);

/* @context: the context that it is used in, and calls back in. Returns NULL with an error if @url cannot be used. */
GstreamPost *gstream_post_new (const char              *url,
                               SoupSession             *session,
                               GMainContext            *context,
                               const GstreamPostLimits *limits,
                               GError                 **error);
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
/* Returns the type of the answer; NULL: it has none. */
const char *gstream_post_get_content_type (GstreamPost *self);
/*
 * Prefixes @error with the request, unless it is the run's own failure, and removes secrets from it. To be called once
 * for each error.
 */
void gstream_post_name_error (GstreamPost *self,
                              GError      *error);

G_END_DECLS
