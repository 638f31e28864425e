/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether, when and how often to try again (N3).
 */
#pragma once

#include <gstream/remote/gstream-server-private.h>

G_BEGIN_DECLS

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

G_END_DECLS
