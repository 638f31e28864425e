/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an event is made of. For gstream/event/ alone.
 *
 * An event is its place in the log (seq) and a body. Events that differ in seq
 * alone share the body of the first, their host. An event that was read is one
 * allocation: event, body, fields, where things are in its text, their strings, and the
 * text itself unless that is large.
 */
#pragma once

#include <time.h>

#include <gstream/event/gstream-event-page-private.h>
#include <gstream/event/gstream-event-internal.h>
#include <gstream/event/gstream-json-cursor-private.h>
#include <gstream/event/gstream-payload-internal.h>

G_BEGIN_DECLS

/* A text as small as this is copied into its event, which then keeps no buffer of the source's alive. */
#define GSTREAM_EVENT_LARGEST_EMBEDDED 4096

/* What only an event that was read has: its text, and what of it is where. */
typedef struct
{
  GBytes            *owner;       /* of @json, held; NULL if that is in the event's allocation */
  const char        *json;
  gsize              length;      /* bytes */
  GstreamJsonSlice   data;
  GstreamJsonSlice   interrupts;  /* none: not said */
  GstreamJsonSlice   seq;         /* none: not said */
  guint64            read_seq;    /* what @json says */
} GstreamEventText;

struct _GstreamEventBody
{
  GstreamEventView   view;
  GstreamMethod      method;
  gboolean           fields_apart; /* the fields are an allocation of their own */
  const char        *method_name;
  gint64             timestamp;   /* ms */
  const char        *id;          /* or NULL */
  const char        *node;        /* params.node, or NULL */
  GstreamEventText  *text;        /* NULL for an event that was made */
  GstreamEventPage  *page;        /* that the event lives in, and whose namespace and strings it uses; or NULL */

  GstreamPayload    *data;        /* atomic; made when asked for */
  GstreamPayload    *item;        /* atomic; only where it is not the data */
  GstreamPayload    *metadata;    /* atomic */
  GstreamPayload    *interrupts;  /* atomic */
};

/* Now, as events say it. What the last tick of the system's clock said: a look at the clock itself would cost four times as much. */
static inline gint64
gstream_event_now (void)
{
#ifdef CLOCK_REALTIME_COARSE
  struct timespec now;

  if (G_LIKELY (clock_gettime (CLOCK_REALTIME_COARSE, &now) == 0))
    return (gint64) now.tv_sec * 1000 + now.tv_nsec / 1000000;
#endif
  return g_get_real_time () / 1000;
}

/*
 * Makes an event of the memory at @self, with nothing in it; gives what is behind its body. Field by field, for
 * compilers clear what is as large as this by means that are slow to start.
 */
static inline gpointer
gstream_event_init (GstreamEvent *self)
{
  GstreamEventBody *body = (GstreamEventBody *) (self + 1);

  *self = (GstreamEvent) { .ref_count = 1, .body = body };
  body->view = (GstreamEventView) { .item = NULL };
  body->method = GSTREAM_METHOD_OTHER;
  body->fields_apart = FALSE;
  body->method_name = body->id = body->node = NULL;
  body->timestamp = 0;
  body->text = NULL;
  body->page = NULL;
  body->data = body->item = body->metadata = body->interrupts = NULL;
  return body + 1;
}

static inline void
gstream_event_fields_init (GstreamEventFields *self,
                          GstreamMethod      method)
{
  self->method = method;
  self->step = GSTREAM_STEP_NONE;
  self->delta = GSTREAM_DELTA_OTHER;
  self->tool_role = FALSE;
  self->index = -1;
  self->message_id = self->run_id = self->node = NULL;
  self->text = self->key = self->name = NULL;
  self->text_length = 0;
  self->halves = 0;
  self->item = self->metadata = (GstreamJsonSlice) { .length = 0 };
}

/* An event and its body, with room for @size more bytes behind them. */
static inline GstreamEvent *
gstream_event_alloc (gsize     size,
                     gpointer *room)
{
  GstreamEvent *self = g_malloc (sizeof (GstreamEvent) + sizeof (GstreamEventBody) + size);

  *room = gstream_event_init (self);
  return self;
}

/* The event that the body lives in. */
static inline GstreamEvent *
gstream_event_host (GstreamEvent *event)
{
  return event->host != NULL ? event->host : event;
}

/* Of a known method, for good. */
const char     *gstream_method_get_name  (GstreamMethod       method);

/* The data of an event that has only fields: a delta of a message writer's. */
GstreamPayload *gstream_event_write_data (const GstreamEventFields *fields);

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
/* Copies it all to @fields, the strings to @room; gives what is behind them. */
char           *gstream_found_copy       (const GstreamFound *self,
                                          GstreamMethod       method,
                                          const char         *node,
                                          GstreamEventFields  *fields,
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
