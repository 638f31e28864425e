/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The structs of an event: its position in the log (GstreamEvent), its parts (GstreamEventBody), and the values that
 * the library needs from its data (GstreamEventFields).
 *
 * For all rooms: transformers, muxes and sources look at every event. Therefore the fields are extracted in the same
 * pass that parses the event's JSON, whatever the dialect (D1-D3, D5), and the accessors are inline.
 */
#pragma once

#include <gstream/event/gstream-event.h>
#include <gstream/event/gstream-json-text-internal.h>

G_BEGIN_DECLS

/* A namespace path, shared by the events of that namespace. It is used as a key in hash tables. */
typedef struct
{
  gatomicrefcount ref_count;
  guint           hash;       /* of all segments, in order */
  guint           length;     /* segments */
  const char     *segments[]; /* NULL-terminated; the strings follow in the same allocation */
} GstreamNamespace;

/* @segments: NULL or empty for the root, whose namespace is shared and never freed. */
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

/* Methods that the library knows. All others are OTHER, and are told apart by their names. */
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

/* Returns GSTREAM_METHOD_OTHER if the name is not known. */
GstreamMethod gstream_method_from_name (const char *name,
                                        gsize       length);

/* The kind of a messages, tools, lifecycle or tasks event. */
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

/*
 * The values that the library needs from an event's data. Strings belong to the event, and are NULL if the data does
 * not have them.
 */
typedef struct
{
  GstreamMethod method;
  GstreamStep   step;
  GstreamDelta  delta;      /* of a step BLOCK_DELTA */
  gboolean      tool_role;  /* messages: role or type is `tool` */
  gint64        index;      /* messages: the block's index; -1: missing, or not a non-negative integer */
  const char   *message_id; /* messages: `id` or `message_id` */
  const char   *run_id;     /* messages: `run_id` of the data, else of its metadata */
  const char   *node;       /* params.node, else the metadata's langgraph_node */
  const char   *text;       /* messages: the delta's text, reasoning, data or args, without @halves; tools: the delta */
  gsize         text_length; /* bytes of @text */
  /*
   * halves of surrogate pairs that are split between two deltas (T3): the low 16 bits are a second half, to be put
   * before @text; the high 16 bits are a first half, to be put after @text; 0: none
   */
  guint32     halves;
  const char *key;  /* tools: tool_call_id, as JSON where it is no string (T4); tasks: id; lifecycle: trigger_call_id;
                                    custom: the extension's name (D5) */
  const char *name; /* tools: tool_name; tasks: name; lifecycle: graph_name */
  /* the part of the data that consumers see: without metadata (D1) or envelope (D5); length 0: all of it */
  GstreamJsonSlice item;
} GstreamEventFields;

typedef struct _GstreamEventArena GstreamEventArena;

/* All parts of an event except its seq. Only gstream/event/ sets them; other rooms use the functions below. */
typedef struct
{
  /* Frequently read, therefore first. */
  const GstreamEventFields *fields;     /* atomic; NULL until first used, in an event that was made from a payload */
  GstreamNamespace         *namespace_; /* held, unless the event is in an arena */
  GstreamPayload *
      item; /* atomic; owned; the part of the data that consumers see: @data itself or a part of it; NULL until first used */

  GstreamMethod method;
  /* @fields is allocated separately, and owned; otherwise it is part of the event's allocation */
  gboolean    fields_apart;
  const char *method_name;
  gint64      timestamp; /* ms since the epoch */
  const char *id;        /* NULL: none was given */
  const char *node;      /* params.node; NULL: none was given */
  /* the arena that the event is allocated in, whose lender owns its namespace and strings; or NULL */
  GstreamEventArena *arena;

  GstreamPayload *data;       /* atomic; owned; NULL until first used, unless it was given */
  GstreamPayload *interrupts; /* atomic; owned; NULL until first used, unless they were given */

  /*
   * For an event that was parsed: its text, and the positions of its parts in that. For one that was constructed, @json
   * is NULL and the others are not set.
   */
  const char      *json;   /* NULL: the event was constructed */
  gsize            length; /* bytes */
  GBytes          *owner;  /* of @json, held; NULL: it is in the event's allocation */
  GstreamJsonSlice data_slice;
  GstreamJsonSlice interrupts_slice; /* length 0: there are none */
  GstreamJsonSlice seq_slice;        /* length 0: there is none */
  guint64          read_seq;         /* the seq in @json; 0: none */
} GstreamEventBody;

/*
 * An event at its position in a log. Events that differ only in their seq share the body of the first of them, their
 * host. A parsed event is one allocation: event, body, fields, their strings, and the text unless that is large.
 */
struct _GstreamEvent
{
  gatomicrefcount   ref_count;
  guint64           seq; /* 0: none */
  GstreamEventBody *body;
  GstreamEvent     *host; /* the event that @body belongs to, held; NULL: this one */
};

/* The slow paths of get_fields and peek_item: they create what has not been used before. */
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

/*
 * Returns the data as consumers see it: a message without its metadata (D1), the content of a custom event's envelope
 * (D5). It belongs to the event.
 */
static inline GstreamPayload *
gstream_event_peek_item (GstreamEvent *event)
{
  GstreamPayload *item = g_atomic_pointer_get (&event->body->item);

  return G_LIKELY (item != NULL) ? item : gstream_event_find_item (event);
}

/* Returns NULL if the event has no id. */
static inline const char *
gstream_event_peek_id (GstreamEvent *event)
{
  return event->body->id;
}

/* peek_data_text for an event that was constructed, not parsed. */
const char *gstream_event_peek_made_text (GstreamEvent *event,
                                          gsize        *length);

/* Returns the JSON of the data, without creating a payload. It is not NUL-terminated. @length: in bytes. */
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

/* Returns a copy of @event with another seq; consumes the caller's reference to @event. */
GstreamEvent *gstream_event_copy_with_seq (GstreamEvent *event,
                                           guint64       seq);

/*
 * Sets the seq of @event if nobody else holds a reference, otherwise returns a copy that shares the body. Consumes the
 * caller's reference.
 */
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
