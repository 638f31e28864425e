/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How what is on a server speaks to it.
 */
#pragma once

#include <gstream/remote/gstream-http-private.h>
#include <gstream/remote/gstream-server.h>

G_BEGIN_DECLS

/* Returns: the server as it is set up now, for calls whose callbacks come in @context; NULL, with an error: it is set up wrong. */
GstreamOrigin *gstream_server_open (GstreamServer *self,
                                    GMainContext  *context,
                                    GError       **error);
/* The main context that its own calls come back in. */
GMainContext *gstream_server_get_context (GstreamServer *self);

/* What became of a thread. */
typedef enum
{
  GSTREAM_SERVER_UNCHANGED,
  GSTREAM_SERVER_CHANGED, /* or it was made */
  GSTREAM_SERVER_DELETED,
} GstreamServerChange;

/* Tells whoever shows the server's threads. @thread_id: (nullable): where @said, the server's answer, does not say it. */
void gstream_server_tell (GstreamServer      *self,
                          GstreamServerChange change,
                          const char         *thread_id,
                          GstreamPayload     *said);

G_END_DECLS
