/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the pipeline reads of an event without parsing anything again: the
 * fields that built-in transformers need, found in the one parse that read the
 * event (or given by the application that made it), with the dialects' ways of
 * saying the same thing already settled (D1-D3, D5).
 */
#pragma once

#include <gstream/event/gstream-event.h>
#include <gstream/event/gstream-json-text-internal.h>
#include <gstream/event/gstream-namespace-internal.h>

G_BEGIN_DECLS

/* Methods that the pipeline knows; everything else is OTHER and flows by name. */
typedef enum
{
  GSTREAM_METHOD_OTHER,
  GSTREAM_METHOD_VALUES,
  GSTREAM_METHOD_UPDATES,
  GSTREAM_METHOD_MESSAGES,
  GSTREAM_METHOD_TOOLS,
  GSTREAM_METHOD_LIFECYCLE,
  GSTREAM_METHOD_INPUT_REQUESTED,
  GSTREAM_METHOD_CHECKPOINTS,
  GSTREAM_METHOD_TASKS,
  GSTREAM_METHOD_DEBUG,
  GSTREAM_METHOD_CUSTOM,
  GSTREAM_N_METHODS,
} GstreamMethod;

/* OTHER, where it is not known. */
GstreamMethod gstream_method_from_name (const char *name,
                                        gsize       length);

/* What a messages, tools, lifecycle or tasks event says. */
typedef enum
{
  GSTREAM_STEP_NONE, /* unknown, or the method has no steps */
  GSTREAM_STEP_MESSAGE_START,
  GSTREAM_STEP_BLOCK_START,
  GSTREAM_STEP_BLOCK_DELTA,
  GSTREAM_STEP_BLOCK_FINISH,
  GSTREAM_STEP_MESSAGE_FINISH,
  GSTREAM_STEP_MESSAGE_ERROR,
  GSTREAM_STEP_MESSAGE_WHOLE, /* a payload without `event` (D1) */
  GSTREAM_STEP_MESSAGE_REMOVE, /* a message is taken out of the state (T2) */
  GSTREAM_STEP_TOOL_STARTED,
  GSTREAM_STEP_TOOL_DELTA,
  GSTREAM_STEP_TOOL_FINISHED,
  GSTREAM_STEP_TOOL_ERROR,
  GSTREAM_STEP_STARTED,
  GSTREAM_STEP_RUNNING,
  GSTREAM_STEP_COMPLETED,
  GSTREAM_STEP_FAILED,
  GSTREAM_STEP_INTERRUPTED,
  GSTREAM_STEP_DRAINED,
  GSTREAM_STEP_TASK_START,
  GSTREAM_STEP_TASK_RESULT, /* has `result` */
} GstreamStep;

/* What a content-block-delta carries. */
typedef enum
{
  GSTREAM_DELTA_OTHER,
  GSTREAM_DELTA_TEXT,
  GSTREAM_DELTA_REASONING,
  GSTREAM_DELTA_DATA,
  GSTREAM_DELTA_TOOL_CALL, /* tool-call-delta: more of the arguments' text */
  GSTREAM_DELTA_BLOCK,     /* block-delta: shallow merge of `fields` */
} GstreamDelta;

/* Strings belong to the event, and are NULL where it does not say. */
typedef struct
{
  GstreamMethod method;
  GstreamStep   step;
  GstreamDelta  delta;
  gboolean      tool_role;   /* messages: role or type is `tool` */
  gint64        index;       /* messages: the block's index; -1 = not said, or not an integer */
  const char   *message_id;  /* messages: `id` or `message_id` */
  const char   *run_id;      /* messages: `run_id` of the data or of its metadata */
  const char   *node;        /* params.node, or metadata's langgraph_node */
  const char   *text;        /* the delta's text, reasoning, data, args; a tool's delta; without the halves beside it */
  gsize         text_length; /* bytes */
  guint32       halves;      /* of surrogate pairs: the second of one, which the text begins with, and, above it, the first of one,
                                which it ends with; 0: there are none (T3) */
  const char   *key;         /* tools: tool_call_id, as JSON where it is no string (T4); tasks: id; lifecycle: trigger_call_id; custom: the extension's name (D5) */
  const char   *name;        /* tools: tool_name; tasks: name; lifecycle: graph_name */
  GstreamJsonSlice item;     /* the data as consumers see it, a part of the data: without its metadata (D1), or its envelope (D5); length 0: all of it */
  GstreamJsonSlice metadata; /* messages: what stands beside the message (D1), a part of the data; length 0: nothing */
} GstreamEventFields;

/* What of an event's body is read all the time, and by all rooms. The body begins with it. */
typedef struct
{
  const GstreamEventFields *fields;      /* atomic; NULL until asked for, in an event that was made from a payload */
  GstreamNamespace   *namespace_; /* held, unless the event has a lender */
  GstreamPayload     *item;       /* atomic; what peek_item gives, NULL until asked for */
} GstreamEventView;

typedef struct _GstreamEventBody GstreamEventBody;

struct _GstreamEvent
{
  gatomicrefcount   ref_count;
  guint64           seq;
  GstreamEventBody *body;
  GstreamEvent     *host; /* the event whose body it is, held; NULL if that is this one's */
};

/* The first time. */
const GstreamEventFields *gstream_event_find_fields         (GstreamEvent     *event);
GstreamPayload     *gstream_event_find_item          (GstreamEvent     *event);

static inline GstreamEventView *
gstream_event_get_view (GstreamEvent *event)
{
  return (GstreamEventView *) event->body;
}

static inline const GstreamEventFields *
gstream_event_get_fields (GstreamEvent *event)
{
  const GstreamEventFields *fields = g_atomic_pointer_get (&gstream_event_get_view (event)->fields);

  return G_LIKELY (fields != NULL) ? fields : gstream_event_find_fields (event);
}

static inline GstreamNamespace *
gstream_event_peek_namespace (GstreamEvent *event)
{
  return gstream_event_get_view (event)->namespace_;
}

/* The data as consumers see it: without D1's pair, D5's envelope. The event's own; no new reference. */
static inline GstreamPayload *
gstream_event_peek_item (GstreamEvent *event)
{
  GstreamPayload *item = g_atomic_pointer_get (&gstream_event_get_view (event)->item);

  return G_LIKELY (item != NULL) ? item : gstream_event_find_item (event);
}

/* The JSON of the data, @length bytes, without making a payload of it. */
const char         *gstream_event_peek_data_text     (GstreamEvent     *event,
                                                      gsize            *length);

/* D1's metadata, the second of the pair, or NULL. */
GstreamPayload     *gstream_event_peek_metadata      (GstreamEvent     *event);

/* In exchange for @event. */
GstreamEvent       *gstream_event_copy_with_seq      (GstreamEvent     *event,
                                                      guint64           seq);

/* @event with @seq, in place where nobody else holds it, else a copy that shares all else. */
static inline GstreamEvent *
gstream_event_take_with_seq (GstreamEvent *event,
                             guint64       seq)
{
  if (event->seq == seq)
    return event;
  if (g_atomic_int_get (&event->ref_count) != 1)
    return gstream_event_copy_with_seq (event, seq);

  event->seq = seq;
  return event;
}

/*
 * Reads events one after another, for a source. Keeps what is worth keeping
 * between them (the parser's memory, recent namespaces). Not for two threads at once.
 */
typedef struct _GstreamEventReader GstreamEventReader;

GstreamEventReader *gstream_event_reader_new         (void);
void                gstream_event_reader_free        (GstreamEventReader *self);
void                gstream_event_reader_set_limits  (GstreamEventReader *self,
                                                      gsize               max_size,   /* bytes of one event's JSON */
                                                      guint               max_depth); /* nesting of arrays and objects */
/*
 * Reads @json, @length bytes within @owner (which @json points into and the event may
 * keep a slice of; NULL: the bytes are copied). On failure the error's message says what
 * was expected and, as "byte N", where, counted from 0 at @json; the source
 * prefixes its own name and line.
 * A document {"type":"error","message":…} is not an event but the failure of the run:
 * that fails with GSTREAM_ERROR_FAILED and the message as it stands.
 */
GstreamEvent       *gstream_event_reader_read        (GstreamEventReader *self,
                                                      GBytes             *owner,
                                                      const char         *json,
                                                      gsize               length,
                                                      GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamEventReader, gstream_event_reader_free)

G_END_DECLS
