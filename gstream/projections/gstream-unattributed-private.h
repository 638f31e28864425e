/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which of several open messages at one namespace an event belongs to that says
 * neither run id nor message id (D2, T2). What a model's chunk makes comes in one
 * piece, and so do all blocks of a message at its end: so their finishes are held until
 * the last of them has come, and together tell whose they are. What is not certain is
 * nobody's; the finish of a block has all of it, so that every message ends with its
 * own content. Where nothing tells, contents may change places, but never mix.
 */
#pragma once

#include <gstream/projections/gstream-message-private.h>

G_BEGIN_DECLS

typedef struct _GstreamOpenMessage GstreamOpenMessage;

/* The open messages at one namespace. */
typedef struct
{
  GstreamNamespace   *namespace_;
  GPtrArray          *open;   /* of GstreamOpenMessage, oldest first */
  GstreamOpenMessage *latest; /* the one that the latest event here was for; NULL: nobody's */
  GstreamStep         step;   /* of the latest event that could not be taken for granted */
  GPtrArray *burst; /* of GstreamEvent: finishes of blocks of one message, one right after the other; NULL: none */
} GstreamOpenPlace;

struct _GstreamOpenMessage
{
  GstreamMessage   *message; /* a reference; NULL: one that is left out */
  GstreamOpenPlace *place;
  GstreamEvent *first;   /* held: what it was opened for, whose run id events of one writer have by the same pointer */
  char         *run_id;  /* or NULL */
  gboolean      has_run; /* of those with this run id, it is the one that the id alone means */
  char         *id;      /* or NULL */
  gboolean
      foreign; /* it began at a namespace that was a subgraph by then: known only so that no other is taken for it (D4) */
};

/* The message whose block @event, a content-block-start, begins; NULL: nobody's. @is_guess: maybe another's. */
GstreamOpenMessage *gstream_unattributed_start (GstreamOpenPlace *place,
                                                GstreamEvent     *event,
                                                gboolean         *is_guess);
/* The message that @event, a delta, is certainly of; NULL: none. */
GstreamOpenMessage *gstream_unattributed_delta (GstreamOpenPlace *place,
                                                GstreamEvent     *event);
/* The message whose blocks the events held finish; @is_end: it ends with them. */
GstreamOpenMessage *gstream_unattributed_finish (GstreamOpenPlace *place,
                                                 gboolean          is_end);
/* The message that ends, where no block was finished right before. */
GstreamOpenMessage *gstream_unattributed_end (GstreamOpenPlace *place);

G_END_DECLS
