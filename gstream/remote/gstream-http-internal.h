/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One request whose answer is read as it comes.
 *
 * For endpoint/, which speaks another protocol over the same HTTP: a URL that is checked, headers that are secret (N8), a
 * request that is sent again where that can help before anything of its answer was there, errors with the server's words,
 * and a body that is decoded and can be polled.
 */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_POST (gstream_post_get_type ())
G_DECLARE_FINAL_TYPE (GstreamPost, gstream_post, GSTREAM, POST, GObject)

/* What limits it. */
typedef struct
{
  guint max_size;        /* bytes of an answer that is no stream */
  guint retry_limit;     /* attempts after the first */
  guint retry_pause;     /* ms before the first of them; doubled each time */
  guint retry_pause_max; /* ms */
} GstreamPostLimits;

/* A session that allows as many connections to a host as are asked for. */
SoupSession *gstream_post_new_session (void);

/* @context: in which it is used, and calls back. Returns: NULL, with an error, if @url cannot be used. */
GstreamPost *gstream_post_new (const char              *url,
                               SoupSession             *session,
                               GMainContext            *context,
                               const GstreamPostLimits *limits,
                               GError                 **error);
/* FALSE, with an error, if it cannot be sent. */
gboolean gstream_post_add_header (GstreamPost *self,
                                  const char  *name,
                                  const char  *value,
                                  GError     **error);

/* Sends @body, JSON, to @path below the URL. Once. */
void gstream_post_send (GstreamPost        *self,
                        const char         *path,
                        GBytes             *body,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data);
/* Returns: (transfer full): the body of an answer with status 200; any other is an error. */
GInputStream *gstream_post_send_finish (GstreamPost  *self,
                                        GAsyncResult *result,
                                        GError      **error);
/* Of the answer; NULL: it has none. */
const char *gstream_post_get_content_type (GstreamPost *self);
/*
 * Puts the request in front of @error's message, unless it is the run's own failure, and takes secrets out of it. To be
 * called once for each error.
 */
void gstream_post_name_error (GstreamPost *self,
                              GError      *error);

G_END_DECLS
