/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an event is: its place in the log (GstreamEvent), its parts (GstreamEventBody), and what the
 * library has to know of its data (GstreamEventFields).
 *
 * For all rooms: transformers, muxes and sources look at every event, so that the fields are found in
 * the same pass that reads the event's JSON, whatever the dialect (D1-D3, D5), and are read inline.
 */
#pragma once

#include <gstream/event/gstream-event.h>
#include <gstream/event/gstream-json-text-internal.h>

G_BEGIN_DECLS

/* A namespace path, shared by the events that occur at it: whatever belongs to it is kept in a hash table by it. */
typedef struct
{
  gatomicrefcount ref_count;
  guint           hash;       /* of all segments, in order */
  guint           length;     /* segments */
  const char     *segments[]; /* NULL-terminated; the strings follow in the same allocation */
} GstreamNamespace;

/* NULL or empty: the root, which is shared and never freed. */
GstreamNamespace *gstream_namespace_new (const char *const *segments);
GstreamNamespace *gstream_namespace_new_len (const char *const *segments,
                                             guint              length);
GstreamNamespace *gstream_namespace_ref (GstreamNamespace *self);
void              gstream_namespace_unref (GstreamNamespace *self);
guint             gstream_namespace_hash (gconstpointer self);
gboolean          gstream_namespace_equal (gconstpointer a,
                                           gconstpointer b);
/* Whether @self is @ancestor or below it. */
gboolean gstream_namespace_is_in (const GstreamNamespace *self,
                                  const GstreamNamespace *ancestor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamNamespace, gstream_namespace_unref)

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

/* GSTREAM_METHOD_OTHER where the name is not known. */
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
  GSTREAM_STEP_MESSAGE_WHOLE,  /* a payload without `event` (D1) */
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

/* What the library has to know of an event's data. Strings belong to the event, and are NULL where the data does not say. */
typedef struct
{
  GstreamMethod method;
  GstreamStep   step;
  GstreamDelta  delta;      /* of a step BLOCK_DELTA */
  gboolean      tool_role;  /* messages: role or type is `tool` */
  gint64        index;      /* messages: the block's index; -1: not said, or not an integer of 0 or more */
  const char   *message_id; /* messages: `id` or `message_id` */
  const char   *run_id;     /* messages: `run_id` of the data, else of its metadata */
  const char   *node;       /* params.node, else the metadata's langgraph_node */
  const char   *text;       /* messages: the delta's text, reasoning, data or args, without @halves; tools: the delta */
  gsize         text_length; /* bytes of @text */
  guint32 halves;   /* of surrogate pairs that are spread over two deltas (T3): in the low 16 bits the second half of a
                                    pair, which stands before @text, in the high ones the first half of one, which stands behind it; 0: none */
  const char *key;  /* tools: tool_call_id, as JSON where it is no string (T4); tasks: id; lifecycle: trigger_call_id;
                                    custom: the extension's name (D5) */
  const char *name; /* tools: tool_name; tasks: name; lifecycle: graph_name */
  GstreamJsonSlice
      item; /* the part of the data that consumers see: without metadata (D1) or envelope (D5); length 0: all of it */
} GstreamEventFields;

typedef struct _GstreamEventArena GstreamEventArena;

/* All of an event but its seq. Only gstream/event/ sets it; other rooms use the functions below. */
typedef struct
{
  /* Read all the time. */
  const GstreamEventFields *fields;     /* atomic; NULL until asked for, in an event that was made from a payload */
  GstreamNamespace         *namespace_; /* held, unless the event is in an arena */
  GstreamPayload *item; /* atomic; what consumers see, NULL until asked for; @data itself, or a part of it, owned */

  GstreamMethod method;
  gboolean      fields_apart; /* @fields is an allocation of its own, owned; else it is in the event's */
  const char   *method_name;
  gint64        timestamp; /* ms since the epoch */
  const char   *id;        /* NULL: none was given */
  const char   *node;      /* params.node; NULL: none was given */
  GstreamEventArena
      *arena; /* the event lives in it, and uses the namespace and strings of the arena's lender; or NULL */

  GstreamPayload *data;       /* atomic; owned; NULL until asked for, unless it was given */
  GstreamPayload *interrupts; /* atomic; owned; NULL until asked for, unless they were given */

  /* Of an event that was read: its text, and what is where in that. An event that was made has none, and sets @json alone. */
  const char      *json;   /* NULL: it was made */
  gsize            length; /* bytes */
  GBytes          *owner;  /* of @json, held; NULL: it is in the event's allocation */
  GstreamJsonSlice data_slice;
  GstreamJsonSlice interrupts_slice; /* length 0: there are none */
  GstreamJsonSlice seq_slice;        /* length 0: there is none */
  guint64          read_seq;         /* the seq that @json says, 0: none */
} GstreamEventBody;

/*
 * An event's place in a log. Events that differ in their seq alone share the body of the first, their host.
 * An event that was read is one allocation: event, body, fields, their strings, and the text unless that is large.
 */
struct _GstreamEvent
{
  gatomicrefcount   ref_count;
  guint64           seq; /* 0: none */
  GstreamEventBody *body;
  GstreamEvent     *host; /* the event that @body belongs to, held; NULL: this one */
};

/* The same as get_fields and peek_item, for the first time. */
const GstreamEventFields *gstream_event_find_fields (GstreamEvent *event);
GstreamPayload           *gstream_event_find_item (GstreamEvent *event);

static inline const GstreamEventFields *
gstream_event_get_fields (GstreamEvent *event)
{
  const GstreamEventFields *fields = g_atomic_pointer_get (&event->body->fields);

  return G_LIKELY (fields != NULL) ? fields : gstream_event_find_fields (event);
}

static inline GstreamNamespace *
gstream_event_peek_namespace (GstreamEvent *event)
{
  return event->body->namespace_;
}

/* The data as consumers see it: a message without its metadata (D1), what a custom event's envelope holds (D5). The event's own. */
static inline GstreamPayload *
gstream_event_peek_item (GstreamEvent *event)
{
  GstreamPayload *item = g_atomic_pointer_get (&event->body->item);

  return G_LIKELY (item != NULL) ? item : gstream_event_find_item (event);
}

/* NULL: it has none. */
static inline const char *
gstream_event_peek_id (GstreamEvent *event)
{
  return event->body->id;
}

/* The same as peek_data_text, of an event that was not read. */
const char *gstream_event_peek_made_text (GstreamEvent *event,
                                          gsize        *length);

/* The data's JSON, without a payload being made of it. Not ended by a NUL. @length: bytes. */
static inline const char *
gstream_event_peek_data_text (GstreamEvent *event,
                              gsize        *length)
{
  const GstreamEventBody *body = event->body;

  if (G_UNLIKELY (body->json == NULL))
    return gstream_event_peek_made_text (event, length);

  *length = body->data_slice.length;
  return body->json + body->data_slice.start;
}

/* A copy of @event with another seq; takes the caller's reference to @event. */
GstreamEvent *gstream_event_copy_with_seq (GstreamEvent *event,
                                           guint64       seq);

/* @event with @seq: itself where nobody else holds it, else a copy that shares all else. Takes the caller's reference. */
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

G_END_DECLS
