/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an event is made of. For gstream/event/ alone.
 *
 * An event is its place in the log (seq) and a body. Events that differ in seq
 * alone share the body of the first, their host. An event that was read is one
 * allocation: event, body, facts, their strings, and its text unless that is large.
 */
#pragma once

#include <gstream/event/gstream-event-private.h>
#include <gstream/event/gstream-json-cursor-private.h>
#include <gstream/event/gstream-payload-private.h>

G_BEGIN_DECLS

/* A text as small as this is copied into its event, which then keeps no buffer of the source's alive. */
#define GSTREAM_EVENT_LARGEST_EMBEDDED 4096

/* The facts as the view has them, and where in the data's text the payloads are that they speak of. */
typedef struct
{
  GstreamFacts     facts;
  GstreamJsonSlice item;     /* none: the data is the item */
  GstreamJsonSlice metadata;
} GstreamEventFacts;

struct _GstreamEventBody
{
  GstreamEventView   view;
  GstreamMethod      method;
  const char        *method_name;
  gint64             timestamp;   /* ms */
  const char        *id;          /* or NULL */
  const char        *node;        /* params.node, or NULL */

  GstreamEvent      *lender;      /* an event, held, whose namespace and strings this one uses; or NULL */
  GBytes            *owner;       /* of @json, held; NULL if that is in the event's allocation */
  const char        *json;        /* as read; NULL for an event that was made */
  gsize              json_length;
  GstreamJsonSlice   json_data;
  GstreamJsonSlice   json_interrupts;
  GstreamJsonSlice   json_seq;    /* none: not said */
  guint64            read_seq;    /* what @json says */

  GstreamPayload    *data;        /* atomic; made when asked for */
  GstreamPayload    *item;        /* atomic; only where it is not the data */
  GstreamPayload    *metadata;    /* atomic */
  GstreamPayload    *interrupts;  /* atomic */
  gboolean           facts_apart; /* the facts are an allocation of their own */
};

/* An event and its body, with room for @size more bytes behind them. */
static inline GstreamEvent *
gstream_event_alloc (gsize     size,
                     gpointer *room)
{
  GstreamEvent *self = g_malloc (sizeof (GstreamEvent) + sizeof (GstreamEventBody) + size);

  memset (self, 0, sizeof (GstreamEvent) + sizeof (GstreamEventBody));
  self->ref_count = 1;
  self->body = (GstreamEventBody *) (self + 1);
  *room = self->body + 1;
  return self;
}

/* The event that the body lives in. */
static inline GstreamEvent *
gstream_event_host (GstreamEvent *event)
{
  return event->host != NULL ? event->host : event;
}

GstreamMethod   gstream_method_from_name (const char         *name,
                                          gsize               length);
/* Of a known method, for good. */
const char     *gstream_method_get_name  (GstreamMethod       method);

/* The data of an event that has only facts: a delta of a message writer's. */
GstreamPayload *gstream_event_write_data (const GstreamFacts *facts);

/* The event's strings as they were found, not yet copied. */
typedef struct
{
  GstreamStep       step;
  GstreamDelta      delta;
  gboolean          tool_role;
  gint64            index;
  GstreamJsonString message_id;
  GstreamJsonString run_id;
  GstreamJsonString node;       /* the metadata's */
  GstreamJsonString text;
  GstreamJsonString key;
  GstreamJsonString name;
  GstreamJsonSlice  item;
  GstreamJsonSlice  metadata;
} GstreamFound;

/* Whether the data says more than the method by itself does. */
gboolean        gstream_found_reads      (GstreamMethod       method);
/* Passes the data. Slices count from where it starts. FALSE: @cursor knows why. */
gboolean        gstream_found_read       (GstreamFound       *self,
                                          GstreamMethod       method,
                                          GstreamJsonCursor  *cursor);
/* The same for messages. */
gboolean        gstream_found_read_message (GstreamFound      *self,
                                            GstreamJsonCursor *cursor);
/* The bytes that the strings need. */
gsize           gstream_found_get_size   (const GstreamFound *self);
/* Copies it all to @facts, the strings to @room; gives what is behind them. */
char           *gstream_found_copy       (const GstreamFound *self,
                                          GstreamMethod       method,
                                          const char         *node,
                                          GstreamEventFacts  *facts,
                                          char               *room);
/* Moves @room. */
const char     *gstream_found_copy_string (const GstreamJsonString *string,
                                           char                   **room);

/* NULL where there is none. */
static inline const char *
gstream_found_copy_if_any (const GstreamJsonString  *string,
                           char                    **room)
{
  return string->start != NULL ? gstream_found_copy_string (string, room) : NULL;
}

G_END_DECLS
