/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The messages of one scope that are open: started, and not ended. An event
 * finds its message by run id or message id; where it says neither, by its
 * namespace (D2, T2).
 */
#pragma once

#include <gstream/projections/gstream-message-private.h>
#include <gstream/projections/gstream-past-ids-private.h>

G_BEGIN_DECLS

typedef struct _GstreamOpenMessage GstreamOpenMessage;

/* The open messages at one namespace. */
typedef struct
{
  GstreamNamespace   *namespace_;
  GPtrArray          *open;   /* of GstreamOpenMessage, oldest first */
  GstreamOpenMessage *latest; /* the one that the latest event here was for; NULL: nobody's */
  GstreamStep         step;   /* of the latest event that could not be taken for granted */
  GPtrArray          *burst;  /* of GstreamEvent: finishes of blocks of one message, one right after the other; NULL: none */
} GstreamOpenPlace;

struct _GstreamOpenMessage
{
  GstreamMessage   *message;  /* a reference; NULL: one that is left out */
  GstreamOpenPlace *place;
  GstreamEvent     *first;    /* held: what it was opened for, whose run id events of one writer have by the same pointer */
  char             *run_id;   /* or NULL */
  gboolean          has_run;  /* of those with this run id, it is the one that the id alone means */
  char             *id;       /* or NULL */
  gboolean          foreign;  /* it began at a namespace that was a subgraph by then: known only so that no other is taken for it (D4) */
};

typedef struct
{
  GHashTable         *by_run; /* run id -> the newest GstreamOpenMessage with it */
  GHashTable         *by_id;  /* message id -> GstreamOpenMessage */
  GHashTable         *places; /* GstreamNamespace -> GstreamOpenPlace */
  guint               n_bursts; /* places that have one */
  GstreamOpenMessage *latest; /* the one found last; NULL: none */
  GstreamPastIds      past;   /* of messages that have ended or were taken out, and of their runs */
} GstreamOpenMessages;

/* Why no message was found. */
typedef enum
{
  GSTREAM_ABOUT_NEW,     /* one that has not been heard of */
  GSTREAM_ABOUT_PAST,    /* one that is over */
  GSTREAM_ABOUT_SEVERAL, /* one of those that are open at its namespace */
} GstreamAbout;

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

/* Whether these fields are about a message that is over. */
gboolean            gstream_open_messages_is_past (GstreamOpenMessages *self,
                                                   const GstreamEventFields  *fields);
/* That the message of that id is over, or that of these fields. */
void                gstream_open_messages_bury_id (GstreamOpenMessages *self,
                                                   const char          *id);
void                gstream_open_messages_bury   (GstreamOpenMessages *self,
                                                  const GstreamEventFields  *fields);

/* The same of one that was at the namespace @ns, while that was a node (D4). */
void                gstream_open_messages_add_past_at (GstreamOpenMessages *self,
                                                       GstreamNamespace    *ns,
                                                       const char          *run_id,
                                                       const char          *id);
gboolean            gstream_open_messages_has_past_at (GstreamOpenMessages *self,
                                                       GstreamNamespace    *ns);
gboolean            gstream_open_messages_is_past_at  (GstreamOpenMessages *self,
                                                       GstreamNamespace    *ns,
                                                       const GstreamEventFields  *fields);

/* Keeps @event, the finish of a block, until its message is known; and gives those that are kept at @place, to be freed. */
void                gstream_open_messages_hold   (GstreamOpenMessages *self,
                                                  GstreamOpenPlace    *place,
                                                  GstreamEvent        *event);
GPtrArray          *gstream_open_messages_release (GstreamOpenMessages *self,
                                                   GstreamOpenPlace    *place);
/* Any place where some are kept; NULL: none. */
GstreamOpenPlace   *gstream_open_messages_peek_burst (GstreamOpenMessages *self);

/* The message that @event, of these fields, is about; NULL: none, for the reason @about. */
GstreamOpenMessage *gstream_open_messages_find   (GstreamOpenMessages *self,
                                                  GstreamEvent        *event,
                                                  const GstreamEventFields  *fields,
                                                  GstreamAbout        *about);

GstreamOpenMessage *gstream_open_messages_by_run (GstreamOpenMessages *self,
                                                  const char          *run_id);
GstreamOpenMessage *gstream_open_messages_by_id  (GstreamOpenMessages *self,
                                                  const char          *id);
/* NULL: nothing is open there. */
GstreamOpenPlace   *gstream_open_messages_at     (GstreamOpenMessages *self,
                                                  GstreamNamespace    *namespace_);

G_END_DECLS
