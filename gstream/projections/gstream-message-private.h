/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The inside of a message, shared by its files: its properties and its life (gstream-message.c),
 * what comes (gstream-message-intake.c), what comes whole (gstream-message-whole.c), what is shown
 * (gstream-message-getters.c), and its end (gstream-message-finished.c); and what the messages
 * transformer does with it.
 */
#pragma once

#include <gstream/projections/gstream-deltas-private.h>
#include <gstream/projections/gstream-message-content-private.h>
#include <gstream/projections/gstream-message.h>
#include <gstream/stream/gstream-latch-private.h>

G_BEGIN_DECLS

enum
{
  GSTREAM_MESSAGE_CONTENT,
  GSTREAM_MESSAGE_TOOL_CALLS,
  GSTREAM_MESSAGE_INVALID_TOOL_CALLS,
  GSTREAM_MESSAGE_N_VIEWS
};

struct _GstreamMessage
{
  GObject               parent_instance;

  GstreamPump          *pump;             /* a reference; the run's */
  char                 *id;               /* NULL while it is not known */
  char                 *node;             /* or NULL */
  GstreamNamespace     *namespace_;
  GstreamMessageStatus  status;
  GError               *error;            /* why it failed */
  GstreamMessageContent content;
  GstreamMembers        usage;
  GstreamMembers        metadata;
  char                 *finish_reason;    /* or NULL */
  GstreamDeltas         text_deltas;
  GstreamDeltas         reasoning_deltas;
  GstreamLatch          ended;            /* who waits for the whole message */
  GstreamPayload       *views[GSTREAM_MESSAGE_N_VIEWS]; /* made when asked for; NULL after a change */
  gboolean              has_views;        /* some are made */
  GstreamPayload       *shown_usage;      /* likewise made when asked for */
  GstreamPayload       *shown_metadata;
  GstreamNotifier      notifier;          /* notifies */
  guint                 changed;          /* bits of the properties to be notified */
};

/* The properties. */
enum
{
  GSTREAM_MESSAGE_PROP_0,
  GSTREAM_MESSAGE_PROP_ID,
  GSTREAM_MESSAGE_PROP_NODE,
  GSTREAM_MESSAGE_PROP_NAMESPACE,
  GSTREAM_MESSAGE_PROP_STATUS,
  GSTREAM_MESSAGE_PROP_TEXT,
  GSTREAM_MESSAGE_PROP_REASONING,
  GSTREAM_MESSAGE_PROP_CONTENT,
  GSTREAM_MESSAGE_PROP_TOOL_CALLS,
  GSTREAM_MESSAGE_PROP_INVALID_TOOL_CALLS,
  GSTREAM_MESSAGE_PROP_USAGE,
  GSTREAM_MESSAGE_PROP_METADATA,
  GSTREAM_MESSAGE_PROP_FINISH_REASON,
  GSTREAM_MESSAGE_PROP_ERROR,
  GSTREAM_MESSAGE_PROP_TEXT_DELTAS,
  GSTREAM_MESSAGE_PROP_REASONING_DELTAS,
  GSTREAM_MESSAGE_N_PROPS
};

/* Forgets the views: the content has changed. */
void                   gstream_message_drop_views  (GstreamMessage   *self);

GstreamMessage        *gstream_message_new         (GstreamPump      *pump,
                                                    GstreamNamespace *namespace_,
                                                    const char       *node,
                                                    const char       *id);
/* Its message-start, which may come late, or NULL where there was none. */
void                   gstream_message_begin       (GstreamMessage   *self,
                                                    GstreamEvent     *event);
/* A content-block-delta, by the event and its fields. */
void                   gstream_message_take_delta  (GstreamMessage     *self,
                                                    GstreamEvent       *event,
                                                    const GstreamEventFields *fields);
/* A content-block-start; @is_guess: maybe of another message (T2). */
void                   gstream_message_start_block (GstreamMessage   *self,
                                                    GstreamEvent     *event,
                                                    gboolean          is_guess);
/* A content-block-finish. */
void                   gstream_message_finish_block (GstreamMessage  *self,
                                                     GstreamEvent    *event);
/* All of @block, or, where that is NULL, of a new one: the object @content. */
void                   gstream_message_put_block   (GstreamMessage   *self,
                                                    GstreamBlock     *block,
                                                    GstreamJsonValue  content);
/* Its usage and metadata: the objects at these pointers of the event's item, where there are any. */
void                   gstream_message_take_usage  (GstreamMessage   *self,
                                                    GstreamEvent     *event,
                                                    const char       *pointer);
void                   gstream_message_take_metadata (GstreamMessage *self,
                                                      GstreamEvent   *event,
                                                      const char     *pointer);
/* Its message-finish. */
void                   gstream_message_finish      (GstreamMessage   *self,
                                                    GstreamEvent     *event);
/* It ends: complete, incomplete, or, with @error, failed. */
void                   gstream_message_end         (GstreamMessage       *self,
                                                    GstreamMessageStatus  status,
                                                    const GError         *error);
/* All of it at once, and its end. */
void                   gstream_message_take_whole  (GstreamMessage   *self,
                                                    GstreamEvent     *event);
GstreamMessageContent *gstream_message_peek_content (GstreamMessage  *self);

G_END_DECLS
