/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The internal interface of servers, for their threads and lists.
 */
#pragma once

#include <gstream/remote/gstream-http-private.h>
#include <gstream/remote/gstream-server.h>

G_BEGIN_DECLS

/*
 * Returns the current settings of the server, for requests with callbacks in @context; NULL with an error if they are
 * invalid.
 */
GstreamOrigin *gstream_server_open (GstreamServer *self,
                                    GMainContext  *context,
                                    GError       **error);
/* Returns the main context in which its own calls call back. */
GMainContext *gstream_server_get_context (GstreamServer *self);

/* How a thread has changed. */
typedef enum
{
  GSTREAM_SERVER_UNCHANGED,
  GSTREAM_SERVER_CHANGED, /* changed or created */
  GSTREAM_SERVER_DELETED,
} GstreamServerChange;

/*
 * Emits the server's signal, for lists of threads. @thread_id: (nullable): needed if @said, the server's answer, does
 * not have it.
 */
/* Whether somebody wants to be told of threads that were changed or created. */
gboolean gstream_server_has_listeners (GstreamServer *self);
void     gstream_server_tell (GstreamServer      *self,
                              GstreamServerChange change,
                              const char         *thread_id,
                              GstreamPayload     *said);

G_END_DECLS
