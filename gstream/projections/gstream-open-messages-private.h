/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The messages of one scope that are open: started, and not ended. An event
 * finds its message by run id or message id; where it says neither, by its
 * namespace (D2, T2).
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
  guint64             clock;  /* counts finished blocks */
} GstreamOpenPlace;

struct _GstreamOpenMessage
{
  GstreamMessage   *message;  /* a reference; NULL: one that is left out */
  GstreamOpenPlace *place;
  GstreamEvent     *first;    /* held: what it was opened for, whose run id events of one writer have by the same pointer */
  char             *run_id;   /* or NULL */
  gboolean          has_run;  /* of those with this run id, it is the one that the id alone means */
  char             *id;       /* or NULL */
  gboolean          implied;  /* its message-start has not been seen */
  gboolean          foreign;  /* it began at a namespace that was a subgraph by then: known only so that no other is taken for it (D4) */
  guint64           stamp;    /* the place's clock when one of its blocks was last finished; 0: never */
};

typedef struct
{
  GHashTable         *by_run; /* run id -> the newest GstreamOpenMessage with it */
  GHashTable         *by_id;  /* message id -> GstreamOpenMessage */
  GHashTable         *places; /* GstreamNamespace -> GstreamOpenPlace */
  GstreamOpenMessage *latest; /* the one found last; NULL: none */
} GstreamOpenMessages;

void                gstream_open_messages_init   (GstreamOpenMessages *self);
void                gstream_open_messages_clear  (GstreamOpenMessages *self);

/* The message that @event is the first of; takes @message. */
GstreamOpenMessage *gstream_open_messages_add    (GstreamOpenMessages *self,
                                                  GstreamEvent        *event,
                                                  GstreamMessage      *message);
void                gstream_open_messages_remove (GstreamOpenMessages *self,
                                                  GstreamOpenMessage  *open);
/* Any one of them, or NULL. */
GstreamOpenMessage *gstream_open_messages_peek   (GstreamOpenMessages *self);
/* Makes it found by these ids too, where they are not NULL. */
void                gstream_open_messages_name   (GstreamOpenMessages *self,
                                                  GstreamOpenMessage  *open,
                                                  const char          *run_id,
                                                  const char          *id);

/*
 * The message that @event, of these facts, is about; NULL: none. Then @is_known
 * says whether it is about one of those that are open, although nobody can say which.
 */
GstreamOpenMessage *gstream_open_messages_find   (GstreamOpenMessages *self,
                                                  GstreamEvent        *event,
                                                  const GstreamFacts  *facts,
                                                  gboolean            *is_known);

GstreamOpenMessage *gstream_open_messages_by_run (GstreamOpenMessages *self,
                                                  const char          *run_id);
GstreamOpenMessage *gstream_open_messages_by_id  (GstreamOpenMessages *self,
                                                  const char          *id);
/* NULL: nothing is open there. */
GstreamOpenPlace   *gstream_open_messages_at     (GstreamOpenMessages *self,
                                                  GstreamNamespace    *namespace_);

G_END_DECLS
