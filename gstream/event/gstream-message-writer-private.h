/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A message writer from the inside, and the shape of the events that it makes.
 */
#pragma once

#include <gstream/event/gstream-event-body-private.h>
#include <gstream/event/gstream-message-writer.h>

G_BEGIN_DECLS

/* The kind of the block that deltas go to. */
typedef enum
{
  GSTREAM_WRITER_NONE,
  GSTREAM_WRITER_TEXT,
  GSTREAM_WRITER_REASONING,
  GSTREAM_WRITER_OTHER,
} GstreamWriterBlock;

struct _GstreamMessageWriter
{
  GObject             parent_instance;

  char              **given_namespace; /* these three until the first event is made */
  char               *given_node;
  char               *given_id;
  GstreamEvent       *first; /* message-start: all other events use its namespace and strings */
  const char         *id;    /* of the message, and its run: the first event's */
  gint64              index; /* of the latest block; -1 before any */
  GstreamWriterBlock  block; /* what that block takes */
  GstreamEventPage   *page;  /* that deltas are made in; NULL before the first */
};

/* The shape of all events but the first, from which they borrow what is the same for all of them. */
static inline GstreamEvent *
gstream_message_writer_event_new (GstreamMessageWriter *self,
                                  GstreamStep           step,
                                  gsize                 size,
                                  gpointer             *room)
{
  gsize whole = sizeof (GstreamEvent) + sizeof (GstreamEventBody) + sizeof (GstreamEventFields) + size;
  GstreamEvent *event = gstream_event_page_alloc (&self->page, self->first, whole);
  GstreamEventFields *fields = gstream_event_init (event);
  const GstreamEventBody *first = self->first->body;
  GstreamEventBody *body = event->body;

  gstream_event_fields_init (fields, GSTREAM_METHOD_MESSAGES);
  fields->step = step;
  fields->run_id = self->id;
  fields->node = first->node;
  body->view.fields = fields;
  body->view.namespace_ = first->view.namespace_;
  body->method = GSTREAM_METHOD_MESSAGES;
  body->method_name = first->method_name;
  body->node = first->node;
  body->page = self->page;
  body->timestamp = gstream_event_now ();
  *room = fields + 1;
  return event;
}

static inline GstreamEventFields *
gstream_message_writer_fields (GstreamEvent *event)
{
  return (GstreamEventFields *) event->body->view.fields;
}

/* The message-start. */
void gstream_message_writer_make_first (GstreamMessageWriter *self,
                                        const char * const   *namespace_,
                                        const char           *node,
                                        const char           *id);

G_END_DECLS
